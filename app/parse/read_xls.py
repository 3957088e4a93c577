"""Old Excel workbooks (XLS) → blocks, by xlrd: cells with their number formats and merges, as `read_xlsx` gives them.

xlrd reads the file itself; LibreOffice would need a program of 260 MB beside the service, a second or two for each
file, and would print numbers by its own rules. `docs/readers.md` has the comparison.
"""

from __future__ import annotations

import hashlib
import io

import xlrd
from xlrd.biffh import error_text_from_code

from app.errors import DocumentError
from app.parse.grid import Block, Document, Merge
from app.parse.number_format import UnknownNumberFormat, plain, printed
from app.parse.packages import macros_finding
from app.parse.sheet_blocks import PrintedSheet, blocks_of, hidden_finding, without_hidden
from app.parse.spans import MOST_CELLS
from app.records import Finding


def read_xls(data: bytes, source_file: str) -> Document:
    """The workbook's blocks in order. DocumentError where it is encrypted or damaged."""
    blocks: list[Block] = []
    findings: list[Finding] = []
    try:
        # What the library has to remark goes nowhere.
        with io.StringIO() as silent:
            book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=silent)
            if "_VBA_PROJECT".encode("utf-16-le") in data:
                findings.append(macros_finding())
            for sheet in book.sheets():
                if sheet.visibility:
                    findings.append(hidden_finding(sheet.name, "the sheet is hidden"))
                    continue
                shown, hidden = _printed_sheet(book, sheet, findings, source_file)
                findings.extend(hidden_finding(sheet.name, what) for what in hidden)
                blocks.extend(blocks_of(shown, source_file=source_file))
    except DocumentError:
        raise
    except xlrd.XLRDError as error:
        what = "is encrypted; save it without a password" if "encrypted" in str(error) else f"cannot be read ({error})"
        raise DocumentError(f"{source_file}: {what}"[:500]) from error
    except MemoryError:
        raise
    except Exception as error:  # the library meets damage with whatever its indexing and unpacking raise
        raise DocumentError(
            f"{source_file}: a damaged workbook ({type(error).__name__}: {str(error)[:100]}); fetch the file again"
        ) from error
    return Document(
        blocks=tuple(blocks),
        source_file=source_file,
        sha256=hashlib.sha256(data).hexdigest(),
        format="xls",
        findings=tuple(findings),
    )


def _printed_sheet(
    book: xlrd.Book, sheet: xlrd.sheet.Sheet, findings: list[Finding], source_file: str
) -> tuple[PrintedSheet, tuple[str, ...]]:
    if sheet.nrows * sheet.ncols > MOST_CELLS:
        raise DocumentError(f"{source_file}: a sheet has more than {MOST_CELLS} cells; it is not read")
    texts: dict[tuple[int, int], str] = {}
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            text = _cell_text(book, sheet, row, column, findings).strip()
            if text:
                texts[row, column] = text
    merges = tuple(Merge(top, left, bottom - top, right - left) for top, bottom, left, right in sheet.merged_cells)
    hidden_rows = {row for row, info in sheet.rowinfo_map.items() if info.hidden or info.height == 0}
    hidden_columns = {column for column, info in sheet.colinfo_map.items() if info.hidden or info.width == 0}
    ruled = frozenset(row for row in range(sheet.nrows) if _is_ruled(book, sheet, row))
    return without_hidden(PrintedSheet(sheet.name, texts, merges, ruled), hidden_rows, hidden_columns)


def _is_ruled(book: xlrd.Book, sheet: xlrd.sheet.Sheet, row: int) -> bool:
    """Whether two cells of a row are drawn with lines above or below."""
    borders = (book.xf_list[sheet.cell_xf_index(row, column)].border for column in range(sheet.row_len(row)))
    return sum(bool(border.top_line_style or border.bottom_line_style) for border in borders) > 1


def _cell_text(book: xlrd.Book, sheet: xlrd.sheet.Sheet, row: int, column: int, findings: list[Finding]) -> str:
    kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
    if kind == xlrd.XL_CELL_TEXT:
        return str(value).replace("\r\n", "\n").replace("\r", "\n")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE"
    if kind == xlrd.XL_CELL_ERROR:
        return str(error_text_from_code.get(value, "#N/A"))
    if kind not in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
        return ""
    style = book.xf_list[sheet.cell_xf_index(row, column)]
    code = book.format_map[style.format_key].format_str
    try:
        return printed(repr(value), code, from_1904=bool(book.datemode))
    except UnknownNumberFormat:
        if not any(finding.text == code[:80] for finding in findings):
            findings.append(
                Finding(
                    code="number_format_unknown",
                    severity="warning",
                    message="the number format is not known; its numbers are given as they are stored, first in "
                    f"{sheet.name} row {row + 1}"[:100],
                    text=code[:80],
                )
            )
        return plain(repr(value))
