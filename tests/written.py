"""The invented documents of tests/documents written as Word, Excel and web pages: the same text and tables."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import docx
import openpyxl
import xlwt
from docx.document import Document as WordFile

from app.parse.grid import Block, Grid
from app.parse.read_text import read_text
from app.values import fold

DOCUMENTS = Path(__file__).parent / "documents"
_PLAIN_NUMBER = re.compile(r"(?:0|[1-9]\d{0,11})(?:\.\d+)?")

# How many columns each cell of a row with merged cells covers, by the row's words and the table's width.
_SPANS: dict[tuple[str, int], tuple[int, ...]] = {
    ("序号|收入|支出", 5): (1, 2, 2),
    ("序号|收入|支出", 8): (1, 2, 5),
    ("序号|功能分类科目|合计|本年收入|上年结转", 13): (1, 2, 1, 8, 1),
    ("序号|功能分类科目|合计|基本支出|项目支出|经营支出|上解上级支出|对附属单位补助支出", 9): (1, 2, 1, 1, 1, 1, 1, 1),
    ("1|合计|615.50|415.50|200.00|||", 9): (1, 2, 1, 1, 1, 1, 1, 1),
    ("序号|功能分类科目|合计|基本支出|项目支出", 6): (1, 2, 1, 1, 1),
    ("序号|支出部门经济分类科目|一般公共预算基本支出", 6): (1, 2, 3),
    ("序号|项目|资金性质", 6): (1, 1, 4),
}


def placed(grid: Grid) -> list[list[tuple[str, int, int]]]:
    """The table's cells with the column in which each begins and how many it covers."""
    rows: list[list[tuple[str, int, int]]] = []
    for row in grid.rows:
        spans = _SPANS.get(("|".join(fold(cell) for cell in row), grid.width), (1,) * len(row))
        starts = [sum(spans[:index]) for index in range(len(spans))]
        rows.append(list(zip(row, starts, spans, strict=True)))
    return rows


def blocks_of(name: str) -> tuple[Block, ...]:
    """The paragraphs and tables of an invented document."""
    return read_text((DOCUMENTS / name).read_bytes(), name).blocks


def as_docx(blocks: tuple[Block, ...]) -> bytes:
    """A Word file; a merged heading covers its columns as Word writes it, where the row is short."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, Grid):
            table = document.add_table(rows=len(block.rows), cols=block.width)
            for number, row in enumerate(placed(block)):
                cells = table.rows[number].cells
                for text, column, span in row:
                    cells[column].merge(cells[column + span - 1]).text = text
            document.add_paragraph("")
        else:
            document.add_paragraph(block.text)
    return saved(document)


def saved(document: WordFile) -> bytes:
    """The bytes of a Word file."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_xlsx(blocks: tuple[Block, ...]) -> bytes:
    """A workbook: the texts on sheets of their own, each table with its title on the next; numbers are numbers."""
    book = openpyxl.Workbook()
    sheet = book.active
    row = 1
    for block in blocks:
        if isinstance(block, Grid):
            for cells in placed(block):
                for text, column, span in cells:
                    cell = sheet.cell(row, column + 1)
                    if span > 1:
                        sheet.merge_cells(start_row=row, end_row=row, start_column=column + 1, end_column=column + span)
                    if _PLAIN_NUMBER.fullmatch(text):
                        cell.value = float(text) if "." in text else int(text)
                        cell.number_format = "0." + "0" * len(text.partition(".")[2]) if "." in text else "0"
                    elif text:
                        cell.value = text
                        cell.data_type = "s"
                row += 1
            sheet, row = book.create_sheet(), 1
        else:
            sheet.cell(row, 1).value = block.text
            row += 1
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_xls(blocks: tuple[Block, ...]) -> bytes:
    """As `as_xlsx`, in the old format."""
    book = xlwt.Workbook()
    styles: dict[str, xlwt.XFStyle] = {}
    number = 1
    sheet, row = book.add_sheet("Sheet1"), 0
    for block in blocks:
        if isinstance(block, Grid):
            for cells in placed(block):
                for text, column, span in cells:
                    if _PLAIN_NUMBER.fullmatch(text):
                        code = "0." + "0" * len(text.partition(".")[2]) if "." in text else "0"
                        style = styles.setdefault(code, xlwt.easyxf(num_format_str=code))
                        sheet.write(row, column, float(text), style)
                    elif text:
                        sheet.write_merge(row, row, column, column + span - 1, text)
                row += 1
            number += 1
            sheet, row = book.add_sheet(f"Sheet{number}"), 0
        else:
            sheet.write(row, 0, block.text)
            row += 1
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_html(blocks: tuple[Block, ...], *, encoding: str = "utf-8") -> bytes:
    """A page as a government's content system makes it: laid out by tables, spaces that do not break, a script."""
    parts = [
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={encoding}"><title>公开</title>',
        "<script>var a = '<table><tr><td>1</td><td>2</td></tr></table>';</script><style>td{color:red}</style></head>",
        '<body><div style="display: none">2019年部门决算</div><table><tr><td>',
    ]
    for block in blocks:
        if isinstance(block, Grid):
            parts.append('<table border="1"><tbody>')
            for row in placed(block):
                cells = "".join(f'<td colspan="{span}"><p>&nbsp;{_marked(text)}</p></td>' for text, _, span in row)
                parts.append(f"<tr>{cells}</tr>")
            parts.append("</tbody></table>")
        else:
            parts.append(f"<p><span>{_marked(block.text)}</span></p>")
    parts.append("</td></tr></table></body></html>")
    return "\n".join(parts).encode(encoding)


def _marked(text: str) -> str:
    return html.escape(text).replace("\n", "<br/>")


def with_parts(package: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """The package with parts put in, or taken out where None is given."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info, old.read(info))
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return file.getvalue()


def part_of(package: bytes, name: str) -> bytes:
    """A part of a package."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read(name)


WRITERS: dict[str, Callable[[tuple[Block, ...]], bytes]] = {
    "docx": as_docx,
    "xlsx": as_xlsx,
    "xls": as_xls,
    "html": as_html,
}
