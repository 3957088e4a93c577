"""Blocks → titled tables and the narrative: which texts name a table, which are its notes, which money it prints.

A table's title is the nearest text before it, or a cell at its head, that reads like one; its number (公开07表) is a
label and identifies nothing, because forms of different years number differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app import values
from app.parse.grid import Document, Grid, Text, TitledGrid
from app.values import Unit, fold

# The longest title that occurs is about 45 signs; a sentence is longer. The shortest is 收入总表.
_LONGEST_TITLE = 60
_SHORTEST_TITLE = 4
_TITLE_END = re.compile(r"(?:表|预算|决算|情况|目标|明细)(?:[(（].{1,30}[)）])?$")
_NOT_A_TITLE = re.compile(r"[。；;!?]|^(?:注|说明|备注|单位|部门|编制|项目名称)[:：]")
# A row inside a table that begins another one: only the plain names of forms, so that no indicator is taken for it.
_INNER_TITLE = re.compile(r"(?:总表|收入表|支出表|决算表|预算表|目标表|自评表|明细表|情况表)$")
# The number of a form, as provinces print it: 预算01-1表, 表1-2, 附表三, 财决公开01表, 部门公开表1.
_FORM_LABEL = (
    r"(?:部门|单位)?(?:财决)?(?:预算|决算)?(?:公开)?附?"
    r"(?:{number}表|表{number}):?".replace("{number}", r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:[-—.]\d{1,2})*")
)
_HEADER_BLOCK = re.compile(
    r"(?:编制|填报|公开)?(?:部门|单位)(?:名称|\(公章\)|\((?:单位|部门)\))?(?:\(盖?章\))?:.*|预算(?:年度|代码):.*|"
    r"(?:金额)?单位:.*|公开\d+表.*|\((?:19|20)\d\d年度?\)|截止时间:.*|附件\d*:?|" + _FORM_LABEL
)
_NOTE = re.compile(r"[(（]?(?:注|说明|备注)(?:\d*[:：.、]|$)|[*※]")
# 此表无数据, 本表为空: without 注： it is about the table that it follows at once.
_WORD_OF_EMPTINESS = re.compile(r"[(（]?(?:本|此|该)表(?:无|没有|为空)|[(（]?空表(?:列示)?[)）]?[。.]?$")
_NOTE_GOES_ON = re.compile(r"\(?\d+[.、)．]")
_UNIT = re.compile(r"单位[:：]([^,，;；)）:：]*元)")
# At the right over a table some print the bare unit.
_UNIT_ALONE = re.compile(r"^\(?(亿元|万元|元)\)?$")
_FORM_NUMBER = re.compile(r"公开(\d+)表")

_CONTINUED = re.compile(r"\(续.{0,4}\)$|续表?[一二三四五六七八九十\d]*$")

# Fewer headings than this are common to tables of several kinds.
_HEADINGS_TO_KNOW_A_TABLE_BY = 3

# The label beside which a form for one project names it.
_NAMED = re.compile(r"(?:专项)?\(?项目\)?名称|专项名称")

# How far back a title or a unit line may stand before its table, in paragraphs.
_REACH = 6


@dataclass(frozen=True)
class Layout:
    """A document's tables with their titles, and every paragraph outside of the tables, in order."""

    tables: tuple[TitledGrid, ...]
    texts: tuple[Text, ...]


def lay_out(document: Document) -> Layout:
    """Give each table its title, the paragraphs before it (since the table before) and the notes after it."""
    tables: list[TitledGrid] = []
    texts: list[Text] = []
    before: list[Text] = []
    pending: Grid | None = None
    pending_before: tuple[Text, ...] = ()
    notes: list[Text] = []

    def close() -> None:
        nonlocal pending, notes
        if pending is not None:
            tables.append(TitledGrid(pending, _title(pending, pending_before), pending_before, tuple(notes)))
        pending, notes = None, []

    for block in document.blocks:
        if isinstance(block, Text):
            texts.append(block)
            if pending is not None and not before and _is_note(block, notes):
                notes.append(block)
            else:
                before.append(block)
            continue
        if pending is not None and _goes_on(pending, block, pending_before, [*notes, *before]):
            pending = _joined(pending, block)
            before, notes = [], []
            continue
        for part in _split_at_titles(block):
            close()
            pending, pending_before = part, tuple(before[-_REACH:])
            before = []
    close()
    return Layout(tuple(tables), tuple(texts))


def looks_like_title(text: str) -> bool:
    """Whether a text reads like the name of a table and not like a sentence or a line of the header block."""
    folded = fold(text)
    return (
        _SHORTEST_TITLE <= len(folded) <= _LONGEST_TITLE
        and _TITLE_END.search(folded) is not None
        and _NOT_A_TITLE.search(folded) is None
        and _HEADER_BLOCK.fullmatch(folded) is None
    )


def is_header_block(text: str) -> bool:
    """Whether a text is one of the lines around a title: department, budget year, unit, form number, date."""
    return _HEADER_BLOCK.fullmatch(fold(text)) is not None


def table_unit(table: TitledGrid) -> Unit | None:
    """The unit of money that the table prints: in its own cells, else just above it.

    None where it names none. Several different units raise ValueError.
    """
    inside = [cell for row in table.grid.rows[:_REACH] for cell in row]
    # A cell with a bare unit may be that of an indicator; over the table it is the table's.
    above = [_UNIT_ALONE.sub(r"单位:\1", fold(text.text)) for text in reversed(table.before)]
    for place in (inside, above):
        found = {unit for text in place for unit in _units_in(text)}
        if len(found) > 1:
            raise ValueError(f"names several units of money: {', '.join(sorted(found))}")
        if found:
            return found.pop()
    return None


def _units_in(text: str) -> Iterator[Unit]:
    for match in _UNIT.finditer(fold(text)):
        unit = values.parse_unit(match.group(1))
        if unit is not None:
            yield unit


def form_number(table: TitledGrid) -> str | None:
    """The number that the form prints, such as 公开01表: a label, not an identity."""
    cells = [cell for row in table.grid.rows[:3] for cell in row]
    for text in [*cells, *(text.text for text in reversed(table.before))]:
        found = _FORM_NUMBER.search(fold(text))
        if found:
            return f"公开{found.group(1)}表"
    return None


def _title(grid: Grid, before: tuple[Text, ...]) -> str:
    for row in grid.rows[:3]:
        filled = [cell for cell in row if cell]
        # What breaks the lines of a cell on a page is its width; elsewhere a line of its own is meant.
        lines = ["".join(filled[0].split("\n"))] if grid.boxes and filled else filled[0].split("\n") if filled else []
        for line in lines if len(filled) == 1 else ():
            if looks_like_title(line):
                return line.strip()
    for text in reversed(before):
        if looks_like_title(text.text):
            return text.text
    nearest = next((text.text for text in reversed(before) if not is_header_block(text.text)), "")
    # A paragraph that happens to stand before a table is no name of it.
    return "" if len(nearest) > _LONGEST_TITLE or re.search("[。；]", nearest) else nearest


def _is_note(text: Text, notes: list[Text]) -> bool:
    return (
        _NOTE.match(text.text) is not None
        or _WORD_OF_EMPTINESS.match(text.text) is not None
        or (bool(notes) and _NOTE_GOES_ON.match(text.text) is not None)
    )


def _goes_on(above: Grid, below: Grid, above_before: tuple[Text, ...], between: list[Text]) -> bool:
    """Whether a table goes on after a page break, with its heading repeated.

    Between the two stands nothing but a header block; or, on the very next page, what stood over the first part too:
    its title, the same department, the same unit.
    """
    repeated = {_CONTINUED.sub("", fold(text.text)) for text in above_before}
    title = fold(_title(above, above_before))
    next_page = bool(above.row_pages) and below.row_pages[:1] == (above.row_pages[-1] + 1,)
    same_head = next_page and all(
        _CONTINUED.sub("", fold(text.text)) in repeated or fold(text.text) == title or _NOTE.match(text.text)
        for text in between
    )
    if not same_head and not all(is_header_block(text.text) for text in between):
        return False
    heads = {tuple(fold(cell) for cell in row) for row in above.rows[:_REACH]}
    first = tuple(fold(cell) for cell in below.rows[0])
    if sum(map(bool, first)) == 1 and looks_like_title("".join(first)) and first not in heads:
        # Forms of one kind, one for each project, share rows; a title of its own begins another.
        return False
    known = [tuple(fold(cell) for cell in row) in heads for row in below.rows[:3]]
    named = [any(_NAMED.fullmatch(fold(cell)) for cell in row) for row in below.rows[:3]]
    if any(named) and not all(known):
        # 项目名称 at the head begins the form of another project, or of the same one with other money.
        return False
    return any(
        len(list(filter(None, row))) >= _HEADINGS_TO_KNOW_A_TABLE_BY and is_known
        for row, is_known in zip(below.rows[:3], known, strict=True)
    )


def _joined(above: Grid, below: Grid) -> Grid:
    if above.row_pages and below.row_pages:
        return above.followed_by(below, f"pages {above.row_pages[0]}-{below.row_pages[-1]}")
    return above.followed_by(
        below,
        f"lines {above.line}-{below.last_line}" if above.counts_lines else f"{above.place}; {below.place}",
    )


def _split_at_titles(grid: Grid) -> Iterator[Grid]:
    """The grid, cut where a row holds nothing but the name of another table (no text stood between the two)."""
    starts = [0]
    for index, row in enumerate(grid.rows):
        filled = [cell for cell in row if cell]
        is_name = len(filled) == 1 and looks_like_title(filled[0]) and _INNER_TITLE.search(fold(filled[0])) is not None
        # Within the first rows it is this table's own title.
        if is_name and index > starts[-1] + 2:
            starts.append(index)
    if len(starts) == 1:
        yield grid
        return
    for start, end in zip(starts, [*starts[1:], len(grid.rows)], strict=True):
        if grid.counts_lines:
            last = grid.line_of(end) - 1 if end < len(grid.rows) else grid.last_line
            yield grid.part(start, end, f"lines {grid.line_of(start)}-{last}")
        else:
            yield grid.part(start, end, f"{grid.place}, from row {start + 1}")
