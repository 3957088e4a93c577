"""What a reader gives and a statement module takes: blocks of text and printed grids, in document order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.records import Finding

# Left, top, right, bottom in points (1/72 inch) from the page's upper left corner, as the page is seen.
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Text:
    """One paragraph, without bookmarks. `line` is where it begins in the source, counted from 1.

    A format without lines (PDF, Word, Excel, HTML) counts its paragraphs and table rows instead. `page` is counted
    from 1 and None where the format knows no pages.
    """

    text: str
    line: int
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True)
class Merge:
    """A cell that covers several: its upper left place in the grid and how many rows and columns it covers."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class Grid:
    """One printed table: rows of cells as printed (line breaks inside a cell kept, ends stripped).

    Rows may differ in length: a reader adds no cell that is not there. `place` says where it is in the source, and
    `row_lines` where each row begins, where the format has lines.

    A reader that knows the table's geometry gives rows of one width, with a merged cell's text in its upper left place
    and blanks in the others; `merges` then lists the cells that cover more than one place, `row_pages` the page of
    each row, `boxes` the place of each cell on its page (None where a merge covers it). Each is empty where the format
    does not say.
    """

    rows: tuple[tuple[str, ...], ...]
    line: int
    last_line: int
    place: str
    row_lines: tuple[int, ...] = ()
    merges: tuple[Merge, ...] = ()
    row_pages: tuple[int, ...] = ()
    boxes: tuple[tuple[Box | None, ...], ...] = ()

    @property
    def counts_lines(self) -> bool:
        """Whether the place is given in lines of the source, as that of a text is."""
        return self.place.startswith("lines ")

    def line_of(self, row: int) -> int:
        """The source line on which a row begins; the grid's first line where the reader does not know better."""
        return self.row_lines[row] if row < len(self.row_lines) else self.line

    def page_of(self, row: int) -> int | None:
        """The page on which a row stands, where the format has pages."""
        return self.row_pages[row] if row < len(self.row_pages) else None

    def cell(self, row: int, column: int) -> str:
        """The cell's text; blank where the row is too short."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)

    @property
    def knows_merges(self) -> bool:
        """Whether the reader knows which cells cover several places, so that a blank is not a merged cell's rest."""
        return bool(self.merges or self.boxes)

    def part(self, start: int, end: int, place: str | None = None) -> Grid:
        """The rows from `start` up to `end` as a table of their own."""
        first = self.line_of(start)
        last = self.line_of(end) - 1 if end < len(self.rows) else self.last_line
        return Grid(
            rows=self.rows[start:end],
            line=first,
            last_line=last,
            place=place or self.place,
            row_lines=self.row_lines[start:end],
            merges=tuple(
                Merge(merge.row - start, merge.column, min(merge.rows, end - merge.row), merge.columns)
                for merge in self.merges
                if start <= merge.row < end
            ),
            row_pages=self.row_pages[start:end],
            boxes=self.boxes[start:end],
        )

    def followed_by(self, below: Grid, place: str) -> Grid:
        """This table and its continuation as one."""
        return Grid(
            rows=(*self.rows, *below.rows),
            line=self.line,
            last_line=below.last_line,
            place=place,
            row_lines=(*self.row_lines, *below.row_lines),
            merges=(*self.merges, *_lowered(below.merges, len(self.rows))),
            row_pages=(*self.row_pages, *below.row_pages),
            boxes=(*self.boxes, *below.boxes),
        )


def _lowered(merges: Iterable[Merge], rows: int) -> tuple[Merge, ...]:
    return tuple(Merge(merge.row + rows, merge.column, merge.rows, merge.columns) for merge in merges)


Block = Text | Grid


@dataclass(frozen=True)
class Document:
    """A read file: its blocks in order and what the file is.

    `unreadable_pages` are pictures without text among pages that have text; `findings` are what the reader has to say
    of the file: what it holds and is not shown, is not run, is not fetched.
    """

    blocks: tuple[Block, ...]
    source_file: str
    sha256: str
    format: str
    unreadable_pages: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class TitledGrid:
    """A grid with the texts around it that say what it is: its title, the texts before and the notes after it."""

    grid: Grid
    title: str
    before: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = field(default=())
