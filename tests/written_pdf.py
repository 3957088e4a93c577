"""The invented documents of tests/documents drawn as PDF pages, in the ways that real programs draw them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from app.parse.grid import Block, Grid
from tests.written import placed

_FONT = "STSong-Light"
_MARGIN = 50.0
_PAD = 3.0
pdfmetrics.registerFont(UnicodeCIDFont(_FONT))


@dataclass(frozen=True)
class Style:
    """How the pages are drawn.

    `lines` rules tables by strokes, by thin filled rectangles, or not at all; `upright` is false for pages whose
    content is turned by a quarter and shown with /Rotate; `heading_again` repeats so many rows of a table at the head
    of each further page; `bold` prints every sign twice, a hair's breadth apart.
    """

    lines: str = "strokes"
    upright: bool = True
    heading_again: int = 0
    bold: bool = False
    size: float = 9.0


@dataclass
class _Pages:
    style: Style
    file: io.BytesIO = field(default_factory=io.BytesIO)

    def __post_init__(self) -> None:
        self.width, self.height = landscape(A4)
        # The canvas turns the page's box by itself when the page is rotated.
        self.canvas = Canvas(self.file, pagesize=(self.width, self.height))
        self.number = 0
        self._open()

    def _open(self) -> None:
        self.number += 1
        self.y = self.height - _MARGIN
        if not self.style.upright:
            self.canvas.setPageRotation(90)
            self.canvas.rotate(90)
            self.canvas.translate(0, -self.height)
        self.text(self.width / 2, 20, f"— {self.number} —")

    def turn(self) -> None:
        """Begin the next page."""
        self.canvas.showPage()
        self._open()

    def text(self, x: float, y: float, text: str) -> None:
        """Print a line of text from x on."""
        self.canvas.setFont(_FONT, self.style.size)
        self.canvas.drawString(x, y, text)
        if self.style.bold:
            self.canvas.drawString(x + 0.3, y, text)

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Draw a ruling line."""
        if self.style.lines == "strokes":
            self.canvas.setLineWidth(0.5)
            self.canvas.line(x0, y0, x1, y1)
        elif self.style.lines == "rectangles":
            self.canvas.rect(x0 - 0.25, y0 - 0.25, x1 - x0 + 0.5, y1 - y0 + 0.5, stroke=0, fill=1)

    def finished(self) -> bytes:
        """The file."""
        self.canvas.save()
        return self.file.getvalue()


def as_pdf(blocks: tuple[Block, ...], style: Style | None = None) -> bytes:
    """A PDF file with the paragraphs and tables; a table goes on over as many pages as it needs."""
    pages = _Pages(style or Style())
    for block in blocks:
        if isinstance(block, Grid):
            _draw_table(pages, block)
        else:
            _draw_paragraph(pages, block.text)
    return pages.finished()


def _draw_paragraph(pages: _Pages, text: str) -> None:
    size = pages.style.size
    indent = 2 * size
    for line in _wrapped(text, pages.width - 2 * _MARGIN, size, first=indent):
        if pages.y < _MARGIN + 2 * size:
            pages.turn()
        pages.y -= 1.6 * size
        pages.text(_MARGIN + indent, pages.y, line)
        indent = 0


def _wrapped(text: str, width: float, size: float, *, first: float = 0.0) -> Iterator[str]:
    """The text in lines that are no wider; the first is narrower by its indent."""
    line, room = "", width - first
    for sign in text:
        if sign == "\n" or pdfmetrics.stringWidth(line + sign, _FONT, size) > room:
            yield line
            line, room = "", width
        line += "" if sign == "\n" else sign
    yield line


def _draw_table(pages: _Pages, grid: Grid) -> None:
    rows = _merged(placed(grid))
    widths = _widths(pages, rows, grid.width)
    edges = [_MARGIN + sum(widths[:column]) for column in range(grid.width + 1)]
    pages.y -= pages.style.size
    for row in rows:
        height = _height(pages, row, edges)
        if pages.y - height < _MARGIN:
            pages.turn()
            for again in rows[: pages.style.heading_again]:
                _draw_row(pages, again, edges, _height(pages, again, edges))
        _draw_row(pages, row, edges, height)
    pages.y -= pages.style.size


def _merged(rows: list[list[tuple[str, int, int]]]) -> list[list[tuple[str, int, int]]]:
    """The rows with blanks of a heading given to the heading before them, where both have headings below."""
    found = [list(row) for row in rows]
    for number in range(min(3, len(found) - 1) - 1, -1, -1):
        upper, lower = found[number], found[number + 1]
        below = {place for text, at, wide in lower if text and not text.isdigit() for place in range(at, at + wide)}
        for index in range(len(upper) - 1, 0, -1):
            text, column, span = upper[index]
            before, start, width = upper[index - 1]
            if (
                not text
                and column in below
                and (start in below or not before)
                and any(cell for cell, _, _ in upper[:index])
            ):
                upper[index - 1 : index + 1] = [(before, start, width + span)]
    return found


def _widths(pages: _Pages, rows: list[list[tuple[str, int, int]]], columns: int) -> list[float]:
    """Wide enough for the words of each column, within the page."""
    size = pages.style.size
    wanted = [3 * size] * columns
    for row in rows:
        for text, column, span in row:
            if span == 1:
                longest = max(pdfmetrics.stringWidth(line, _FONT, size) for line in text.split("\n"))
                wanted[column] = max(wanted[column], min(longest, 22 * size) + 4 * _PAD)
    room = pages.width - 2 * _MARGIN
    scale = min(1.0, room / sum(wanted))
    return [width * scale for width in wanted]


def _lines(text: str, width: float, size: float) -> list[str]:
    return [line for line in _wrapped(text, width - 2 * _PAD, size) if line]


def _height(pages: _Pages, row: list[tuple[str, int, int]], edges: list[float]) -> float:
    size = pages.style.size
    deepest = max(
        (len(_lines(text, edges[column + span] - edges[column], size)) for text, column, span in row), default=1
    )
    return max(1, deepest) * 1.25 * size + 2 * _PAD


def _draw_row(pages: _Pages, row: list[tuple[str, int, int]], edges: list[float], height: float) -> None:
    top, bottom = pages.y, pages.y - height
    size = pages.style.size
    for text, column, span in row:
        left, right = edges[column], edges[column + span]
        lines = _lines(text, right - left, size)
        is_amount = text.replace(",", "").replace(".", "").replace("-", "").isdigit() and len(lines) == 1
        for number, line in enumerate(lines):
            x = right - _PAD - pdfmetrics.stringWidth(line, _FONT, size) if is_amount else left + _PAD
            pages.text(x, top - _PAD - (number + 1) * 1.25 * size + 0.3 * size, line)
        for x in (left, right):
            pages.line(x, bottom, x, top)
        for y in (top, bottom):
            pages.line(left, y, right, y)
    pages.y = bottom
