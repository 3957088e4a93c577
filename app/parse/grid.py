"""What a reader gives and a statement module takes: blocks of text and printed grids, in document order."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Text:
    """One paragraph, without bookmarks. `line` is where it begins in the source, counted from 1."""

    text: str
    line: int


@dataclass(frozen=True)
class Grid:
    """One printed table: rows of cells as printed (line breaks inside a cell kept, ends stripped).

    Rows may differ in length: a reader adds no cell that is not there. `place` says where it is in the source, and
    `row_lines` where each row begins, where the format has lines.
    """

    rows: tuple[tuple[str, ...], ...]
    line: int
    last_line: int
    place: str
    row_lines: tuple[int, ...] = ()

    def line_of(self, row: int) -> int:
        """The source line on which a row begins; the grid's first line where the reader does not know better."""
        return self.row_lines[row] if row < len(self.row_lines) else self.line

    def cell(self, row: int, column: int) -> str:
        """The cell's text; blank where the row is too short."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)


Block = Text | Grid


@dataclass(frozen=True)
class Document:
    """A read file: its blocks in order and what the file is."""

    blocks: tuple[Block, ...]
    source_file: str
    sha256: str
    format: str


@dataclass(frozen=True)
class TitledGrid:
    """A grid with the texts around it that say what it is: its title, the texts before and the notes after it."""

    grid: Grid
    title: str
    before: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = field(default=())
