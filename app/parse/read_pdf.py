"""PDF files → blocks: paragraphs and printed grids in reading order, tables joined over pages.

PDFium gives signs and lines (`pdf_pages`, `pdf_drawn`), lines give cells (`pdf_cells`), aligned words give the cells of
tables that no lines rule (`pdf_unruled`), the rest is running text (`pdf_text`). What is undone here is paging only: a
table that goes on over a page break is one grid, a sentence that does is one paragraph, and page numbers are no text.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.errors import DocumentError
from app.parse.grid import Block, Document, Text
from app.parse.pdf_cells import RuledTable, ruled_tables
from app.parse.pdf_grid import follows, grid_of
from app.parse.pdf_pages import read_pages
from app.parse.pdf_text import Piece, goes_on, margins, pieces_of, without_furniture
from app.parse.pdf_unruled import unruled_tables


@dataclass
class _Sheet:
    """What one page holds, of which only cells and lines of text are kept."""

    number: int
    width: float
    height: float
    tables: list[RuledTable]
    pieces: list[Piece] = field(default_factory=list)


def read_pdf(data: bytes, source_file: str) -> Document:
    """The document's blocks in order. DocumentError where the file cannot be opened or is a scan without text.

    A page that is a picture without text among pages with text is named in `unreadable`.
    """
    sheets: list[_Sheet] = []
    unreadable: list[int] = []
    for page in read_pages(data, source_file):
        tables, left = ruled_tables(page)
        unruled, left = unruled_tables(page, left)
        tables += unruled
        sheets.append(_Sheet(page.number, page.width, page.height, tables, pieces_of(left, page.number)))
        if page.is_picture and not page.signs:
            unreadable.append(page.number)
    if not any(sheet.tables or sheet.pieces for sheet in sheets):
        what = "pictures without text (a scan)" if unreadable else "no text"
        raise DocumentError(
            f"{source_file}: unreadable: its {len(sheets)} pages hold {what}; give a PDF with text, made from the "
            "original file or by text recognition"
        )
    kept = without_furniture([(sheet.height, sheet.pieces) for sheet in sheets])
    for sheet, pieces in zip(sheets, kept, strict=True):
        sheet.pieces = pieces
    return Document(
        blocks=tuple(_blocks(sheets)),
        source_file=source_file,
        sha256=hashlib.sha256(data).hexdigest(),
        format="pdf",
        unreadable_pages=tuple(unreadable),
    )


def _blocks(sheets: list[_Sheet]) -> Iterator[Block]:
    """Paragraphs and grids, numbered through."""
    line = 1
    for item in _joined(sheets):
        if isinstance(item, list):
            if isinstance(item[0], Piece):
                yield _paragraph([piece for piece in item if isinstance(piece, Piece)], line)
                line += 1
            else:
                grid = grid_of([table for table in item if isinstance(table, RuledTable)], line)
                yield grid
                line += len(grid.rows)


def _joined(sheets: list[_Sheet]) -> Iterator[list[Piece] | list[RuledTable]]:
    """What belongs together: the lines of a paragraph, the parts of a table."""
    pieces_by_width: dict[int, list[Piece]] = defaultdict(list)
    for sheet in sheets:
        pieces_by_width[round(sheet.width)].extend(sheet.pieces)
    limits = {width: margins(pieces, width) for width, pieces in pieces_by_width.items()}
    current: list[Piece] | list[RuledTable] = []
    for sheet in sheets:
        left, right = limits[round(sheet.width)]
        items: list[Piece | RuledTable] = [*sheet.pieces, *sheet.tables]
        # What stands side by side is read from the left.
        items.sort(key=lambda item: (item.bottom if isinstance(item, Piece) else item.top, item.left))
        for item in items:
            last = current[-1] if current else None
            if isinstance(item, Piece) and isinstance(last, Piece) and goes_on(last, item, left, right):
                current.append(item)  # type: ignore[arg-type]  # a list of pieces, as its last one says
            elif isinstance(item, RuledTable) and isinstance(last, RuledTable) and follows(current, item):  # type: ignore[arg-type]  # a list of tables
                current.append(item)  # type: ignore[arg-type]  # as above
            else:
                if current:
                    yield current
                current = [item]  # type: ignore[assignment]  # one of the two
    if current:
        yield current


def _paragraph(pieces: list[Piece], line: int) -> Text:
    text = pieces[0].text
    for piece in pieces[1:]:
        latin = text[-1:].isascii() and text[-1:].isalpha() and piece.text[:1].isascii() and piece.text[:1].isalpha()
        text += (" " if latin else "") + piece.text
    first = [piece for piece in pieces if piece.page == pieces[0].page]
    box = (
        min(piece.left for piece in first),
        min(piece.top for piece in first),
        max(piece.right for piece in first),
        max(piece.bottom for piece in first),
    )
    return Text(text, line, pieces[0].page, box)
