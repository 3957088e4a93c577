"""Word files (DOCX, DOCM) → blocks: the body's paragraphs and tables in order, as they are printed.

The XML is read itself, since what matters here (merged cells, text boxes, tracked changes, numbers of lists) is in no
library's model. What a reader of the printed page does not see is not read: deleted and hidden text, field codes,
bookmarks; nor is what only furnishes the page: headers, footers, the table of contents.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.errors import DocumentError
from app.parse.grid import Block, Document, Text
from app.parse.packages import attribute, local, open_package
from app.parse.spans import SpannedCell, place_cells, to_grid
from app.parse.word_numbering import Numbering, read_numbering

# Containers whose content stands where they stand.
_TRANSPARENT = frozenset(
    {
        "ins",
        "moveTo",
        "smartTag",
        "hyperlink",
        "fldSimple",
        "dir",
        "bdo",
        "customXml",
        "sdtContent",
        "body",
        "txbxContent",
    }
)
# Never printed: what tracking has struck out, properties.
_UNPRINTED = frozenset({"del", "moveFrom", "rPr", "pPr"})
# Signs that are elements of their own.
_SIGNS = {"tab": " ", "ptab": " ", "noBreakHyphen": "-"}
_MOST_SPAN = 1_000
_CONTENTS_STYLE = re.compile(r"(?i)toc ?(?:\d|heading)|目录 ?\d?")
_OFF = frozenset({"0", "false", "off"})


@dataclass
class _Reading:
    """The state of one document: its lists, its styles, and what has been read so far."""

    source_file: str
    numbering: Numbering
    hidden_styles: frozenset[str]
    contents_styles: frozenset[str]
    blocks: list[Block] = field(default_factory=list)
    line: int = 1
    tables: int = 0
    # The codes of the fields that are open, and how many were when a table of contents began.
    codes: list[str] = field(default_factory=list)
    contents: int | None = None

    def text(self, text: str) -> None:
        """Add a paragraph, a line of which is a block of its own."""
        for line in text.split("\n"):
            if line.strip():
                self.blocks.append(Text(line.strip(), self.line))
        self.line += 1


def read_docx(data: bytes, source_file: str) -> Document:
    """The document's blocks in order. DocumentError where it is damaged."""
    package = open_package(data, source_file)
    main = "word/document.xml"
    root = package.tree(main)
    body = root.find("{*}body") if root is not None else None
    if body is None:
        raise DocumentError(f"{source_file}: has no text part; save it as DOCX again")
    styles = package.tree("word/styles.xml")
    reading = _Reading(
        source_file,
        numbering=read_numbering(package.tree("word/numbering.xml"), styles),
        hidden_styles=_styles_with(styles, "{*}rPr/{*}vanish"),
        contents_styles=_contents_styles(styles),
    )
    _read_blocks(body, reading)
    return Document(
        blocks=tuple(reading.blocks),
        source_file=source_file,
        sha256=hashlib.sha256(data).hexdigest(),
        format="docx",
        findings=tuple(package.findings()),
    )


def _read_blocks(container: etree._Element, reading: _Reading) -> None:
    for element in container:
        kind = local(element)
        if kind == "p":
            _read_paragraph(element, reading)
        elif kind == "tbl":
            _read_table(element, reading)
        elif kind == "sdt":
            if not _is_contents(element):
                for content in element.iterfind("{*}sdtContent"):
                    _read_blocks(content, reading)
        elif kind in _TRANSPARENT:
            _read_blocks(element, reading)
        elif kind == "AlternateContent":
            chosen = _choice(element)
            if chosen is not None:
                _read_blocks(chosen, reading)


def _read_paragraph(paragraph: etree._Element, reading: _Reading) -> None:
    style = attribute(paragraph.find("{*}pPr/{*}pStyle"), "val")
    text = _paragraph_text(paragraph, reading)
    if reading.contents is None and style not in reading.contents_styles:
        reading.text(text)
    for box in _boxes(paragraph):
        _read_blocks(box, reading)


def _paragraph_text(paragraph: etree._Element, reading: _Reading, *, in_cell: bool = False) -> str:
    inside = reading.contents is not None
    text = "".join(_run_texts(paragraph, reading)).replace("\xa0", " ").strip()
    # A table of contents ends in a paragraph of its own, whose text is still its last entry.
    if inside and reading.contents is None:
        return ""
    # A list counts its blank items, too; in a table they may be the row numbers.
    label = reading.numbering.label(paragraph)
    return label + text if text or in_cell else ""


def _run_texts(element: etree._Element, reading: _Reading) -> Iterator[str]:
    """The printed texts below a paragraph, in order; text boxes are left to `_boxes`."""
    for child in element:
        kind = local(child)
        if kind == "t":
            if reading.contents is None:
                yield child.text or ""
        elif kind in {"br", "cr"}:
            if attribute(child, "type") not in {"page", "column"}:
                yield "\n"
        elif kind in _SIGNS:
            yield _SIGNS[kind]
        elif kind in {"fldChar", "instrText"}:
            _count_fields(child, reading)
        else:
            for inside in _within(child, kind, reading):
                yield from _run_texts(inside, reading)


def _within(element: etree._Element, kind: str, reading: _Reading) -> Iterator[etree._Element]:
    """The elements whose content is printed in the place of this one."""
    if kind == "r":
        if not _is_hidden(element, reading):
            yield element
    elif kind == "AlternateContent":
        chosen = _choice(element)
        if chosen is not None:
            yield chosen
    elif kind == "ruby":
        yield from element.iterfind("{*}rubyBase")
    elif kind == "sdt":
        # What asks for an entry is no entry.
        if element.find("{*}sdtPr/{*}showingPlcHdr") is None:
            yield from element.iterfind("{*}sdtContent")
    elif kind in _TRANSPARENT:
        yield element


def _count_fields(character: etree._Element, reading: _Reading) -> None:
    """A field is a code and its printed result; that of a table of contents is furniture."""
    kind = attribute(character, "fldCharType")
    if local(character) == "instrText":
        if reading.codes:
            reading.codes[-1] += character.text or ""
    elif kind == "begin":
        reading.codes.append("")
    elif kind == "separate":
        if reading.codes and reading.contents is None and re.match(r"\s*TOC\b", reading.codes[-1]):
            reading.contents = len(reading.codes)
    elif kind == "end" and reading.codes:
        if reading.contents == len(reading.codes):
            reading.contents = None
        reading.codes.pop()


def _is_hidden(run: etree._Element, reading: _Reading) -> bool:
    properties = run.find("{*}rPr")
    if properties is None:
        return False
    vanish = properties.find("{*}vanish")
    if vanish is not None:
        return attribute(vanish, "val") not in _OFF
    return attribute(properties.find("{*}rStyle"), "val") in reading.hidden_styles


def _boxes(paragraph: etree._Element) -> Iterator[etree._Element]:
    """The text boxes anchored in a paragraph, each once: a drawing has its older twin beside it as a fallback."""
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        kind = local(element)
        if kind == "txbxContent":
            yield element
        elif kind == "AlternateContent":
            chosen = _choice(element)
            waiting.extend(() if chosen is None else reversed(chosen))
        elif kind not in _UNPRINTED and kind != "t":
            waiting.extend(reversed(element))


def _choice(element: etree._Element) -> etree._Element | None:
    choice, fallback = element.find("{*}Choice"), element.find("{*}Fallback")
    return choice if choice is not None else fallback


def _read_table(table: etree._Element, reading: _Reading) -> None:
    """Add a table, or what it frames: the text of a single column, the tables within its cells."""
    rows = [row for row in _rows(table) if row.find("{*}trPr/{*}del") is None]
    cells = [list(_cells_of(row)) for row in rows]
    nested = [inner for row in cells for cell in row for inner in _tables_in(cell)]
    frames_text = all(len(row) <= 1 for row in cells)
    frames_tables = bool(nested) and all(sum(map(_has_own_text, row)) <= 1 for row in cells)
    if frames_text or frames_tables:
        for cell in (cell for row in cells for cell in row):
            _read_blocks(cell, reading)
        return
    reading.tables += 1
    lines = range(reading.line, reading.line + len(rows))
    spanned = _with_merges(rows, [_spanned_row(row, reading) for row in cells])
    sheet = place_cells(spanned, source_file=reading.source_file)
    grid = to_grid(sheet, place=f"table {reading.tables}", lines=lines, source_file=reading.source_file)
    if grid is not None:
        reading.blocks.append(grid)
    reading.line += len(rows)
    for inner in nested:
        _read_table(inner, reading)


def _has_own_text(cell: etree._Element) -> bool:
    """Whether a cell has text beside the tables in it."""
    return any(
        _has_own_text(element) if kind == "sdt" or kind in _TRANSPARENT else (kind == "p" and _has_text(element))
        for element in cell
        if (kind := local(element))
    )


def _has_text(paragraph: etree._Element) -> bool:
    return any((text.text or "").strip() for text in paragraph.iter("{*}t"))


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for element in table:
        kind = local(element)
        if kind == "tr":
            yield element
        elif kind in {"sdt", "sdtContent", "ins", "customXml", "moveTo"}:
            yield from _rows(element)


def _cells_of(row: etree._Element) -> Iterator[etree._Element]:
    for element in row:
        kind = local(element)
        if kind == "tc":
            yield element
        elif kind in {"sdt", "sdtContent", "ins", "customXml"}:
            yield from _cells_of(element)


def _tables_in(container: etree._Element) -> Iterator[etree._Element]:
    for element in container:
        kind = local(element)
        if kind == "tbl":
            yield element
        elif kind in _TRANSPARENT or kind == "sdt":
            yield from _tables_in(element)


def _spanned_row(cells: list[etree._Element], reading: _Reading) -> list[SpannedCell]:
    """The row's cells with their widths. A cell that goes on from above has -1 rows until `_with_merges` counts."""
    found: list[SpannedCell] = []
    for cell in cells:
        properties = cell.find("{*}tcPr")
        text = _cell_text(cell, reading)
        if properties is None:
            found.append(SpannedCell(text))
            continue
        width = _span(attribute(properties.find("{*}gridSpan"), "val"))
        down, across = properties.find("{*}vMerge"), properties.find("{*}hMerge")
        if found and across is not None and attribute(across, "val") != "restart":
            found[-1] = SpannedCell(found[-1].text, found[-1].rows, found[-1].columns + width)
        elif down is not None and attribute(down, "val") != "restart":
            found.append(SpannedCell("", -1, width))
        else:
            found.append(SpannedCell("" if properties.find("{*}cellDel") is not None else text, 1, width))
    return found


def _with_merges(rows: list[etree._Element], cells: list[list[SpannedCell]]) -> list[list[SpannedCell]]:
    """The rows with every vertical merge as one high cell, and a blank where a row begins further in."""
    placed: list[list[SpannedCell | None]] = []
    # Column → row and index of the cell above, which may go on.
    above: dict[int, tuple[int, int]] = {}
    for number, (element, row) in enumerate(zip(rows, cells, strict=True)):
        before = attribute(element.find("{*}trPr/{*}gridBefore"), "val")
        column = _span(before) if before and before != "0" else 0
        out: list[SpannedCell | None] = [SpannedCell("", 1, column)] if column else []
        here: dict[int, tuple[int, int]] = {}
        for cell in row:
            first, index = above.get(column, (number, 0))
            high = placed[first][index] if first < number else None
            if cell.rows < 0 and high is not None and high.columns == cell.columns:
                placed[first][index] = SpannedCell(high.text, number - first + 1, high.columns)
                here[column] = (first, index)
                out.append(None)
            else:
                out.append(SpannedCell(cell.text, 1, cell.columns))
                here[column] = (number, len(out) - 1)
            column += cell.columns
        placed.append(out)
        above = here
    return [[cell for cell in row if cell is not None] for row in placed]


def _cell_text(cell: etree._Element, reading: _Reading) -> str:
    """The cell's paragraphs, one a line, without the tables in it."""
    lines: list[str] = []

    def take(container: etree._Element) -> None:
        for element in container:
            kind = local(element)
            if kind == "p":
                lines.append(_paragraph_text(element, reading, in_cell=True))
                for box in _boxes(element):
                    take(box)
            elif kind == "sdt" or kind in _TRANSPARENT:
                take(element)

    take(cell)
    return "\n".join(lines).strip()


def _span(text: str | None) -> int:
    return max(1, min(int(text), _MOST_SPAN)) if text is not None and text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004 - a sane number


def _is_contents(block: etree._Element) -> bool:
    gallery = attribute(block.find("{*}sdtPr/{*}docPartObj/{*}docPartGallery"), "val")
    return gallery == "Table of Contents"


def _contents_styles(styles: etree._Element | None) -> frozenset[str]:
    if styles is None:
        return frozenset()
    return frozenset(
        attribute(style, "styleId") or ""
        for style in styles.iterfind("{*}style")
        if _CONTENTS_STYLE.fullmatch(attribute(style.find("{*}name"), "val") or "")
    )


def _styles_with(styles: etree._Element | None, path: str) -> frozenset[str]:
    if styles is None:
        return frozenset()
    return frozenset(
        attribute(style, "styleId") or ""
        for style in styles.iterfind("{*}style")
        if (found := style.find(path)) is not None and attribute(found, "val") not in _OFF
    )
