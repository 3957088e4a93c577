"""One sheet of a workbook, or of an old one → blocks: lines of text above and below, and the tables between them.

A sheet is one plane of cells: title, unit, table and notes all stand in it. A row with a single text at the head of a
table is a line of text; one within it belongs to the table; a blank row may end it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from app.parse.grid import Block, Merge, Text
from app.parse.layout import looks_like_title
from app.parse.spans import Sheet, to_grid
from app.records import Finding
from app.values import fold

_NOTE = re.compile(r"^(?:注|说明|备注|填表|填报)|^[*※]")
_DIGIT = re.compile(r"\d")
_HEAD_ROWS = 8
# Forms keep some blank rows for entries that are not there.
_LONGEST_GAP = 50


@dataclass(frozen=True)
class PrintedSheet:
    """A sheet's name, its texts by (row, column) counted from 0, its merged cells, and the rows drawn with lines."""

    name: str
    texts: Mapping[tuple[int, int], str]
    merges: tuple[Merge, ...]
    ruled: frozenset[int] = frozenset()


def without_hidden(
    sheet: PrintedSheet, rows: AbstractSet[int], columns: AbstractSet[int]
) -> tuple[PrintedSheet, tuple[str, ...]]:
    """The sheet as it is shown, and what was hidden, in words. Rows and columns keep their numbers.

    What a merge covers is not shown either, except that the text of a merged cell stands in its first shown place.
    """
    texts = dict(sheet.texts)
    by_place = _covering(sheet)
    merges: list[Merge] = []
    for merge in sheet.merges:
        shown_rows = [row for row in _within(merge.row, merge.rows, by_place.rows) if row not in rows]
        shown_columns = [
            column for column in _within(merge.column, merge.columns, by_place.columns) if column not in columns
        ]
        text = texts.get((merge.row, merge.column), "")
        for place in by_place.places(merge):
            texts.pop(place, None)
        if shown_rows and shown_columns:
            if text:
                texts[shown_rows[0], shown_columns[0]] = text
            bottom, right = merge.row + merge.rows, merge.column + merge.columns
            merges.append(Merge(shown_rows[0], shown_columns[0], bottom - shown_rows[0], right - shown_columns[0]))
    shown = {place: text for place, text in texts.items() if place[0] not in rows and place[1] not in columns}
    hidden: list[str] = []
    gone = texts.keys() - shown.keys()
    count_rows = len({row for row, _ in gone if row in rows})
    count_columns = len({column for _, column in gone if column in columns})
    if count_rows:
        hidden.append(f"{count_rows} rows with content are hidden")
    if count_columns:
        hidden.append(f"{count_columns} columns with content are hidden")
    return PrintedSheet(sheet.name, shown, tuple(merges), sheet.ruled), tuple(hidden)


def hidden_finding(sheet: str, what: str) -> Finding:
    """The finding that something of a sheet was not read because it is not shown."""
    return Finding(
        code="hidden_content",
        severity="info",
        message=f"{what}; what is not shown is not read",
        text=sheet[:80] or None,
    )


@dataclass(frozen=True)
class _Filled:
    """Which places of a sheet hold text, by row, so that a merge over a million rows costs nothing."""

    rows: Sequence[int]
    columns: Sequence[int]
    in_row: Mapping[int, Sequence[int]]

    def places(self, merge: Merge) -> Iterator[tuple[int, int]]:
        end = merge.column + merge.columns
        for row in _within(merge.row, merge.rows, self.rows):
            for column in self.in_row.get(row, ()):
                if merge.column <= column < end:
                    yield row, column


def _covering(sheet: PrintedSheet) -> _Filled:
    in_row: dict[int, list[int]] = {}
    for row, column in sheet.texts:
        in_row.setdefault(row, []).append(column)
    rows = {row for row, _ in sheet.texts} | {merge.row for merge in sheet.merges}
    columns = {column for _, column in sheet.texts} | {merge.column for merge in sheet.merges}
    return _Filled(sorted(rows), sorted(columns), in_row)


def _within(first: int, count: int, known: Sequence[int]) -> Iterator[int]:
    """The places of a span: all where it is short, only those that matter where it is long."""
    long = 1_000
    if count <= long:
        yield from range(first, first + count)
    else:
        yield from known[bisect_left(known, first) : bisect_left(known, first + count)]


def blocks_of(sheet: PrintedSheet, *, source_file: str) -> Iterator[Block]:
    """The sheet's blocks from top to bottom. A source line is a row of the sheet."""
    rows: dict[int, dict[int, str]] = {}
    for (row, column), text in sorted(sheet.texts.items()):
        rows.setdefault(row, {})[column] = text
    numbers = list(rows)
    if not numbers:
        return
    heads = [text for number in numbers[:_HEAD_ROWS] for text in rows[number].values()]
    if looks_like_title(sheet.name) and not any(looks_like_title(text) for text in heads):
        yield Text(sheet.name, 1)
    for part in _parts(numbers, rows, sheet):
        start, end = _body(part, rows, sheet)
        yield from _lines(part[:start], rows)
        body = part[start:end]
        if body:
            yield from _grid(sheet, body, rows, source_file)
        yield from _lines(part[end:], rows)


def _parts(numbers: Sequence[int], rows: Mapping[int, Mapping[int, str]], sheet: PrintedSheet) -> Iterator[list[int]]:
    """Runs of rows that belong together: cut at a blank row, unless it is drawn with lines or figures follow it."""
    reach = dict.fromkeys(numbers, 0)
    for merge in sheet.merges:
        if merge.row in reach:
            reach[merge.row] = max(reach[merge.row], merge.row + merge.rows - 1)
    part: list[int] = []
    covered = -1
    for number in numbers:
        blank_before = bool(part) and number > part[-1] + 1 and number > covered + 1
        if blank_before and not _is_ruled(sheet, part[-1], number) and not _goes_on(rows[number], part, rows):
            yield part
            part = []
        part.append(number)
        covered = max(covered, reach[number])
    if part:
        yield part


def _is_ruled(sheet: PrintedSheet, above: int, below: int) -> bool:
    """Whether two rows and all blank ones between them are drawn with lines, as those of one table are."""
    return below - above <= _LONGEST_GAP and all(row in sheet.ruled for row in range(above, below + 1))


def _goes_on(cells: Mapping[int, str], part: Sequence[int], rows: Mapping[int, Mapping[int, str]]) -> bool:
    """Whether a row after a blank one is another row of the table above it: it has figures, or its first word only."""
    inside = any(len(rows[number]) > 1 for number in part)
    return inside and len(cells) > 1 and any(_DIGIT.search(text) for text in list(cells.values())[1:])


def _body(part: Sequence[int], rows: Mapping[int, Mapping[int, str]], sheet: PrintedSheet) -> tuple[int, int]:
    """Where the table begins and ends within the part; both at the end where all of it is lines of text."""
    # A cell beside several rows is a label of the table; one that is merely high is a line.
    tall = {
        merge.row
        for merge in sheet.merges
        if merge.rows > 1 and any(merge.row < number < merge.row + merge.rows for number in part)
    }
    in_table = tall | sheet.ruled if any(number in sheet.ruled and len(rows[number]) > 1 for number in part) else tall

    def is_line(number: int) -> bool:
        return len(rows[number]) == 1 and number not in in_table

    def is_note(number: int) -> bool:
        return _is_lone_note(rows[number]) or (is_line(number) and in_table != tall)

    start = 0
    while start < len(part) and is_line(part[start]):
        start += 1
    end = len(part)
    while end > start and is_note(part[end - 1]):
        end -= 1
    return start, end


def _is_lone_note(cells: Mapping[int, str]) -> bool:
    """A note may stand in a cell of its own, merged over the table and drawn with lines like it."""
    return len(cells) == 1 and _NOTE.match(fold(next(iter(cells.values())))) is not None


def _lines(numbers: Sequence[int], rows: Mapping[int, Mapping[int, str]]) -> Iterator[Text]:
    for number in numbers:
        for text in rows[number].values():
            yield from (Text(line.strip(), number + 1) for line in text.split("\n") if line.strip())


def _grid(
    sheet: PrintedSheet, numbers: Sequence[int], rows: Mapping[int, Mapping[int, str]], source_file: str
) -> Iterator[Block]:
    at = {number: index for index, number in enumerate(numbers)}
    merges: list[Merge] = []
    for merge in sheet.merges:
        if merge.row in at:
            first = at[merge.row]
            # Blank rows are no rows of the grid: the merge covers those that are.
            height = sum(merge.row <= number < merge.row + merge.rows for number in numbers[first : first + merge.rows])
            merges.append(Merge(first, merge.column, height, merge.columns))
    texts = {(at[number], column): text for number in numbers for column, text in rows[number].items()}
    grid = to_grid(
        Sheet(len(numbers), texts, merges),
        place=f"sheet {sheet.name}, rows {numbers[0] + 1}-{numbers[-1] + 1}",
        lines=[number + 1 for number in numbers],
        source_file=source_file,
    )
    if grid is not None:
        yield grid
