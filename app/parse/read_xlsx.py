"""Excel workbooks (XLSX, XLSM) → blocks: the sheets in order, each as it is printed.

Cells are read as they are shown: numbers under their number format, formulas by the value that was kept, merged cells
once. Hidden sheets, rows and columns are not shown and not read; a finding says so. `sheet_blocks` decides what of a
sheet is text and what is a table.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.errors import DocumentError
from app.parse.grid import Block, Document, Merge
from app.parse.number_format import BUILT_IN, UnknownNumberFormat, plain, printed
from app.parse.packages import Package, attribute, local, open_package
from app.parse.sheet_blocks import PrintedSheet, blocks_of, hidden_finding, without_hidden
from app.parse.spans import MOST_CELLS, refuse_rows
from app.records import Finding

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
# What a cell of a workbook can hold.
_LONGEST_CELL = 32_767
_MOST_SHEETS = 500
_MOST_COLUMNS = 16_384
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SHOWN = 5
# Sheet, column, row.
_Place = tuple[str, int, int]


@dataclass
class _Remarks:
    """What a person should know of the workbook's cells, collected by kind."""

    unknown_formats: dict[str, str] = field(default_factory=dict)  # format → place
    without_value: list[str] = field(default_factory=list)  # places


@dataclass(frozen=True)
class _Book:
    """What all sheets share."""

    source_file: str
    strings: list[str]
    formats: list[str]  # number format code by style index
    bordered: list[bool]  # whether a style draws lines, by style index
    from_1904: bool
    remarks: _Remarks


def read_xlsx(data: bytes, source_file: str) -> Document:
    """The workbook's blocks in order. DocumentError where it is damaged or larger than any disclosure."""
    package = open_package(data, source_file)
    main = "xl/workbook.xml"
    workbook = package.tree(main)
    if workbook is None:
        raise DocumentError(f"{source_file}: has no workbook part; save it as XLSX again")
    relations = package.relations(main)
    properties = workbook.find("{*}workbookPr")
    styles = package.tree("xl/styles.xml")
    book = _Book(
        source_file=source_file,
        strings=_shared_strings(package),
        formats=_formats(styles),
        bordered=_bordered(styles),
        from_1904=attribute(properties, "date1904") in {"1", "true"},
        remarks=_Remarks(),
    )
    blocks: list[Block] = []
    findings: list[Finding] = list(package.findings())
    sheets = list(workbook.iterfind("{*}sheets/{*}sheet"))
    if len(sheets) > _MOST_SHEETS:
        raise DocumentError(f"{source_file}: has {len(sheets)} sheets; at most {_MOST_SHEETS} are read")
    for element in sheets:
        name = attribute(element, "name") or ""
        if attribute(element, "state") in {"hidden", "veryHidden"}:
            findings.append(hidden_finding(name, "the sheet is hidden"))
            continue
        part = relations.get(attribute(element, "id") or "", "")
        if "worksheets/" not in part:
            continue  # a sheet that is a chart, or macros
        sheet = _read_sheet(package, part, name, book)
        findings.extend(hidden_finding(name, what) for what in sheet.hidden)
        blocks.extend(blocks_of(sheet.shown, source_file=source_file))
    findings.extend(_told(book.remarks))
    return Document(
        blocks=tuple(blocks),
        source_file=source_file,
        sha256=hashlib.sha256(data).hexdigest(),
        format="xlsx",
        findings=tuple(findings),
    )


@dataclass(frozen=True)
class _ReadSheet:
    shown: PrintedSheet
    hidden: tuple[str, ...]


def _read_sheet(package: Package, part: str, name: str, book: _Book) -> _ReadSheet:
    texts: dict[tuple[int, int], str] = {}
    merges: list[Merge] = []
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    ruled: set[int] = set()
    row = -1
    count = 0
    for element in _elements(package, part):
        kind = local(element)
        if kind == "row":
            row = _row_index(element, row)
            count += 1
            refuse_rows(count, package.source_file)
            if attribute(element, "hidden") in {"1", "true"} or attribute(element, "ht") == "0":
                hidden_rows.add(row)
            for column, text in _cells(element, row, name, book):
                texts[row, column] = text
            if _is_ruled(element, book):
                ruled.add(row)
            if len(texts) > MOST_CELLS:
                raise DocumentError(f"{package.source_file}: a sheet has more than {MOST_CELLS} cells; it is not read")
        elif kind == "col":
            hidden_columns.update(_hidden_columns(element))
        elif kind == "mergeCell":
            merge = _merge(attribute(element, "ref") or "")
            if merge is not None:
                merges.append(merge)
    sheet = PrintedSheet(name, texts, tuple(merges), frozenset(ruled))
    return _ReadSheet(*without_hidden(sheet, hidden_rows, hidden_columns))


def _hidden_columns(columns: etree._Element) -> range:
    """The columns that a description of columns hides, counted from 0."""
    if columns.get("hidden") not in {"1", "true"} and columns.get("width") != "0":
        return range(0)
    return range(_small(columns.get("min")) - 1, min(_small(columns.get("max")), _MOST_COLUMNS))


def _row_index(row: etree._Element, before: int) -> int:
    """The row's place counted from 0: as it says itself, else after the one before."""
    given = row.get("r") or ""
    return int(given) - 1 if given.isdigit() and len(given) <= 7 else before + 1  # noqa: PLR2004 - 1,048,576 rows


def _elements(package: Package, part: str) -> Iterator[etree._Element]:
    """The rows, columns and merges of a sheet, one at a time, so that a large sheet is never a tree."""
    data = package.part(part)
    if data is None:
        raise DocumentError(f"{package.source_file}: names the sheet part {part[:80]!r} and does not hold it")
    if b"<!DOCTYPE" in data[:4096]:
        raise DocumentError(f"{package.source_file}: its part {part[:80]!r} declares a document type; it is not read")
    try:
        for _, element in etree.iterparse(
            io.BytesIO(data),
            events=("end",),
            tag=("{*}row", "{*}col", "{*}mergeCell"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        ):
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError(
            f"{package.source_file}: its part {part[:80]!r} is no well-formed XML ({str(error)[:200]}); "
            "fetch the file again"
        ) from error


def _cells(row: etree._Element, index: int, sheet: str, book: _Book) -> Iterator[tuple[int, str]]:
    column = -1
    for cell in row.iterchildren("{*}c"):
        found = _REFERENCE.fullmatch(cell.get("r") or "")
        column = _column(found[1]) if found else column + 1
        text = _cell_text(cell, (sheet, column, index), book).strip()
        if len(text) > _LONGEST_CELL:
            raise DocumentError(
                f"{book.source_file}: sheet {sheet[:31]!r} has a cell of {len(text)} signs; "
                f"a workbook holds {_LONGEST_CELL}"
            )
        if text:
            yield column, text


def _cell_text(cell: etree._Element, at: _Place, book: _Book) -> str:
    kind = cell.get("t") or "n"
    parts = {local(child): child for child in cell}
    if kind == "inlineStr":
        return _rich_text(parts.get("is"))
    text = (parts["v"].text or "") if "v" in parts else ""
    if not text.strip() and kind != "str" and "f" in parts:
        book.remarks.without_value.append(_named(at))
    if kind == "s":
        number = _small(text)
        return book.strings[number] if text.strip().isdigit() and number < len(book.strings) else ""
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(text.strip(), text)
    # A formula's text, an error as it is printed, a date as ISO 8601 are texts already.
    return _number(text, _small(cell.get("s") or "0"), at, book) if kind == "n" and text.strip() else text


def _number(text: str, style: int, at: _Place, book: _Book) -> str:
    code = book.formats[style] if style < len(book.formats) else "General"
    try:
        return plain(text) if code == "General" else printed(text, code, from_1904=book.from_1904)
    except UnknownNumberFormat:
        book.remarks.unknown_formats.setdefault(code, _named(at))
        return plain(text)
    except ValueError:
        return text


def _named(at: _Place) -> str:
    sheet, column, row = at
    return f"{sheet} {_letters(column)}{row + 1}"


def _shared_strings(package: Package) -> list[str]:
    root = package.tree("xl/sharedStrings.xml")
    return [] if root is None else [_rich_text(element) for element in root.iterfind("{*}si")]


def _rich_text(element: etree._Element | None) -> str:
    """The text of all runs, without the readings (phonetic runs) that may stand beside it."""
    if element is None:
        return ""
    runs = (text for child in element if local(child) in {"t", "r"} for text in child.iter("{*}t"))
    text = "".join(run.text or "" for run in runs)
    # Signs that XML cannot hold are written _x000D_.
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")


def _is_ruled(row: etree._Element, book: _Book) -> bool:
    """Whether two cells of a row are drawn with lines; a single one may be a frame around a title."""
    styles = (_small(cell.get("s") or "0") for cell in row.iterchildren("{*}c"))
    return sum(style < len(book.bordered) and book.bordered[style] for style in styles) > 1


def _formats(styles: etree._Element | None) -> list[str]:
    """The number format code of each style."""
    if styles is None:
        return []
    own = {
        _small(attribute(element, "numFmtId")): attribute(element, "formatCode") or "General"
        for element in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    numbers = [_small(attribute(element, "numFmtId")) for element in styles.iterfind("{*}cellXfs/{*}xf")]
    return [own.get(number, BUILT_IN.get(number, "General")) for number in numbers]


def _bordered(styles: etree._Element | None) -> list[bool]:
    """Whether each style draws a line above or below the cell."""
    if styles is None:
        return []
    drawn = [
        any(side.get("style") not in {None, "none"} for side in border if local(side) in {"top", "bottom"})
        for border in styles.iterfind("{*}borders/{*}border")
    ]
    numbers = [_small(attribute(element, "borderId")) for element in styles.iterfind("{*}cellXfs/{*}xf")]
    return [number < len(drawn) and drawn[number] for number in numbers]


def _merge(reference: str) -> Merge | None:
    ends = [_REFERENCE.fullmatch(end) for end in reference.split(":")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:  # noqa: PLR2004 - A1:B2
        return None
    top, bottom = (int(end[2]) - 1 for end in ends if end)
    left, right = (_column(end[1]) for end in ends if end)
    return Merge(top, left, bottom - top + 1, right - left + 1) if bottom >= top and right >= left else None


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _small(text: str | None) -> int:
    """A number of an attribute; 0 where it is none."""
    return int(text) if text is not None and text.strip().isascii() and text.strip().isdigit() and len(text) <= 9 else 0  # noqa: PLR2004 - fits in 32 bits


def _told(remarks: _Remarks) -> Iterator[Finding]:
    for code, place in remarks.unknown_formats.items():
        yield Finding(
            code="number_format_unknown",
            severity="warning",
            message=f"the number format is not known; its numbers are given as they are stored, first in {place}"[:500],
            text=code[:80],
        )
    if remarks.without_value:
        places = ", ".join(remarks.without_value[:_SHOWN])
        yield Finding(
            code="formula_without_value",
            severity="error",
            message=f"{len(remarks.without_value)} formulas have no kept value, first {places}; open the file in a "
            "spreadsheet program and save it"[:500],
        )
