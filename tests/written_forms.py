"""Forms with merged cells written as PDF, Word, Excel and web pages, in the ways that departments publish them.

A form is a few lines of text: cells parted by `|`, `<` for a place that the cell at its left covers, `^` for one that
the cell above covers.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import docx
import openpyxl
from openpyxl.styles import Border, Side
from openpyxl.worksheet.worksheet import Worksheet
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate, Paragraph, Spacer, Table

from app.records import StatementKey

_FONT = "STSong-Light"
_LEFT, _UP = "<", "^"
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
pdfmetrics.registerFont(UnicodeCIDFont(_FONT))


@dataclass(frozen=True)
class Cell:
    """A printed cell: its text, its upper left place and what it covers."""

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class Form:
    """One printed table: what stands over it, its cells, what stands under it, and the statement that it is."""

    key: StatementKey
    title: str
    rows: tuple[tuple[str, ...], ...]
    number: str = ""
    body: str = ""
    unit: str = "单位：万元"
    notes: tuple[str, ...] = ()
    status: str = "reported"
    heading_rows: int = 1

    @property
    def width(self) -> int:
        """The number of columns."""
        return max(map(len, self.rows))

    def cells(self) -> list[Cell]:
        """The cells with what each covers."""
        found = []
        for row, texts in enumerate(self.rows):
            for column, text in enumerate(texts):
                if text in {_LEFT, _UP}:
                    continue
                columns = 1
                while column + columns < len(texts) and texts[column + columns] == _LEFT:
                    columns += 1
                rows = 1
                while row + rows < len(self.rows) and self.rows[row + rows][column : column + 1] == (_UP,):
                    rows += 1
                found.append(Cell(text, row, column, rows, columns))
        return found

    def figures(self) -> list[str]:
        """The amounts that the rows under the heading print."""
        return [
            text
            for row in self.rows[self.heading_rows :]
            for text in row
            if re.fullmatch(r"[-−－(]?[\d,]+\.\d+\)?", text)
        ]


def form(key: StatementKey, title: str, rows: str, **more: object) -> Form:
    """A form out of its lines; the heading ends before the first row with an amount, or before its numbered columns."""
    cells = tuple(tuple(cell.strip() for cell in line.strip().split("|")) for line in rows.strip().split("\n"))
    heading = next(
        (n for n, row in enumerate(cells) if any(re.fullmatch(r"[-−(]?[\d,]+\.\d+\)?", cell) for cell in row)),
        len(cells) - 1,
    )
    return replace(Form(key, title, cells, heading_rows=heading), **more)  # type: ignore[arg-type]  # as the fields are


_LABEL = re.compile(r"(key|number|body|unit|status|heading rows|note): (.*)")


def read_forms(path: Path) -> list[Form]:
    """The forms of a file: `= title`, labelled lines, the rows; a blank line before the next."""
    found = []
    for part in path.read_text(encoding="utf-8").strip().split("\n\n"):
        title, *lines = part.split("\n")
        said: dict[str, list[str]] = {}
        rows = []
        for line in lines:
            label = _LABEL.fullmatch(line)
            if label:
                said.setdefault(label[1], []).append(label[2])
            else:
                rows.append(tuple(cell.strip() for cell in line.split("|")))
        found.append(
            Form(
                key=cast(StatementKey, said["key"][0]),
                title=title.removeprefix("= "),
                rows=tuple(rows),
                number=said.get("number", [""])[0],
                body=said.get("body", [""])[0],
                unit=said.get("unit", ["单位：万元"])[0],
                notes=tuple(said.get("note", ())),
                status=said.get("status", ["reported"])[0],
                heading_rows=int(said["heading rows"][0]),
            )
        )
    return found


def _above(one: Form) -> list[str]:
    return [text for text in (one.title, one.number, one.body, one.unit) if text]


def as_html(title: str, forms: Sequence[Form], *, charset: str = "utf-8", inside: bool = False) -> bytes:
    """A web page with the tables nested in one for the layout; `inside` puts title and unit into the table itself."""
    parts = [f"<html><head><meta charset={charset}><title>{title}</title></head><body>"]
    parts.append(f"<table><tr><td>首页</td></tr><tr><td><p>{html.escape(title)}</p>")
    for one in forms:
        head = "".join(f"<tr><td colspan={one.width}>{html.escape(text)}</td></tr>" for text in _above(one))
        parts += [] if inside else [f"<p>{html.escape(text)}</p>" for text in _above(one)]
        parts.append(f"<table border=1>{head if inside else ''}")
        for row in range(len(one.rows)):
            parts.append("<tr>")
            for cell in one.cells():
                if cell.row == row:
                    spans = f" rowspan={cell.rows} colspan={cell.columns}"
                    text = html.escape(cell.text).replace("\u3000", "&nbsp;&nbsp;") or "&nbsp;"
                    parts.append(f"<td{spans}><p><span>{text}</span></p></td>")
            parts.append("</tr>")
        parts.append("</table>")
        parts += [f"<p>{html.escape(note)}</p>" for note in one.notes]
    parts.append("</td></tr></table></body></html>")
    return "".join(parts).encode(charset)


def as_xlsx(title: str, forms: Sequence[Form], *, numbers: bool = True, cover: bool = True) -> bytes:
    """A workbook: a cover, a list of the tables, a hidden sheet of codes, and a sheet for each table.

    With `numbers`, what is a number is one (a code too, so that 01 becomes 1), shown with two decimals.
    """
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "封面"
    if cover:
        first["B3"] = title
        listed = book.create_sheet("目录")
        listed["A1"] = "目录"
        for row, one in enumerate(forms, start=2):
            listed.cell(row, 1, row - 1)
            listed.cell(row, 2, one.title)
        hidden = book.create_sheet("hidden")
        hidden.sheet_state = "hidden"
        hidden["A1"], hidden["B1"] = "代码", 2010101
    for number, one in enumerate(forms, start=1):
        _write_sheet(book.create_sheet(f"表{number}"), one, "" if cover else title, numbers=numbers)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write_sheet(sheet: Worksheet, one: Form, title: str, *, numbers: bool) -> None:
    width = one.width
    at = 1
    if title:
        sheet.cell(at, 1, title)
        at += 1
    sheet.cell(at, 1, one.title)
    sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=width)
    at += 1
    if one.number:
        sheet.cell(at, width, one.number)
        at += 1
    if one.body:
        sheet.cell(at, 1, one.body)
    sheet.cell(at, width, one.unit)
    at += 1
    for cell in one.cells():
        place = sheet.cell(at + cell.row, 1 + cell.column)
        is_number = numbers and _NUMBER.fullmatch(cell.text) is not None
        place.value = float(cell.text) if is_number else cell.text or None
        if is_number and "." in cell.text:
            place.number_format = "#,##0.00"
        if cell.rows > 1 or cell.columns > 1:
            bottom, right = place.row + cell.rows - 1, place.column + cell.columns - 1
            sheet.merge_cells(start_row=place.row, start_column=place.column, end_row=bottom, end_column=right)
    line = Side(style="thin")
    for row in sheet.iter_rows(min_row=at, max_row=at + len(one.rows) - 1, max_col=width):
        for place in row:
            place.border = Border(line, line, line, line)
    for index, note in enumerate(one.notes):
        sheet.cell(at + len(one.rows) + index, 1, note)


def as_docx(title: str, forms: Sequence[Form]) -> bytes:
    """A Word file with the merges that Word writes, across and down."""
    document = docx.Document()
    document.add_paragraph(title)
    for one in forms:
        for text in _above(one):
            document.add_paragraph(text)
        table = document.add_table(rows=len(one.rows), cols=one.width)
        for cell in one.cells():
            place = table.cell(cell.row, cell.column)
            if cell.rows > 1 or cell.columns > 1:
                place = place.merge(table.cell(cell.row + cell.rows - 1, cell.column + cell.columns - 1))
            place.text = cell.text
        for note in one.notes:
            document.add_paragraph(note)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


@dataclass(frozen=True)
class Pages:
    """How pages are drawn: `rows_again` repeats the heading after a page break; a low page breaks the tables."""

    rows_again: bool = True
    height: float = 0.0
    watermark: str = ""
    footer: str = "第 {page} 页，共 9 页"
    unit_beside_body: bool = True


def as_pdf(title: str, forms: Sequence[Form], pages: Pages | None = None) -> bytes:
    """A PDF file in landscape, each table beginning a page, with page numbers and perhaps a watermark."""
    style = pages or Pages()
    width, height = landscape(A4)
    height = style.height or height
    text = ParagraphStyle("text", fontName=_FONT, fontSize=9, leading=11, wordWrap="CJK")
    head = ParagraphStyle("head", parent=text, fontSize=15, leading=22, alignment=1)
    right = ParagraphStyle("right", parent=text, alignment=2)

    def around(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont(_FONT, 9)
        canvas.drawCentredString(width / 2, 18, style.footer.format(page=document.page))
        if style.watermark:
            canvas.setFillGray(0.85)
            canvas.setFont(_FONT, 48)
            canvas.translate(width / 2, height / 2)
            canvas.rotate(45)
            canvas.drawCentredString(0, 0, style.watermark)
        canvas.restoreState()

    file = io.BytesIO()
    document = BaseDocTemplate(file, pagesize=(width, height))
    room = Frame(36, 36, width - 72, height - 60)
    document.addPageTemplates(PageTemplate(frames=[room], onPage=around))
    story: list[Flowable] = [Paragraph(title, head)]
    for one in forms:
        story += [PageBreak(), Paragraph(one.title, head)]
        if one.number:
            story.append(Paragraph(one.number, right))
        if one.body and style.unit_beside_body:
            story.append(Table([[Paragraph(one.body, text), Paragraph(one.unit, right)]]))
        else:
            story += [Paragraph(one.body, text)] if one.body else []
            story.append(Paragraph(one.unit, right))
        story.append(_drawn(one, text, width - 84, again=style.rows_again))
        story.append(Spacer(1, 6))
        story += [Paragraph(note, text) for note in one.notes]
    document.build(story)
    return file.getvalue()


def _drawn(one: Form, text: ParagraphStyle, room: float, *, again: bool) -> Flowable:
    printed: list[list[object]] = [["" for _ in range(one.width)] for _ in one.rows]
    commands: list[tuple[object, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
    wanted = [24.0] * one.width
    for cell in one.cells():
        printed[cell.row][cell.column] = Paragraph(html.escape(cell.text), text) if cell.text else ""
        if cell.rows > 1 or cell.columns > 1:
            end = (cell.column + cell.columns - 1, cell.row + cell.rows - 1)
            commands.append(("SPAN", (cell.column, cell.row), end))
        if cell.columns == 1:
            length = pdfmetrics.stringWidth(cell.text, _FONT, 9) + 6
            # An amount is not wrapped; names are.
            wanted[cell.column] = max(wanted[cell.column], length if cell.text.isascii() else min(length, 130))
    scale = min(1.0, room / sum(wanted))
    table = Table(printed, colWidths=[width * scale for width in wanted], repeatRows=one.heading_rows if again else 0)
    table.setStyle(commands)
    return table


WRITERS: Mapping[str, Callable[[str, Sequence[Form]], bytes]] = {
    "pdf": as_pdf,
    "docx": as_docx,
    "xlsx": as_xlsx,
    "html": as_html,
}
