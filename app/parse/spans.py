"""Rows of cells that may span rows and columns (Word, Excel, HTML) → a printed grid of one width.

A merged cell's text stands in its upper left place with blanks in the others, and `merges` says how far it reaches.
Columns without a single text are left out: they are the seams that merging and layout leave.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.errors import DocumentError
from app.parse.grid import Grid, Merge

# The longest table of a real disclosure has a few thousand rows and about forty columns.
MOST_ROWS = 100_000
MOST_COLUMNS = 1_000
MOST_CELLS = 2_000_000


@dataclass(frozen=True)
class SpannedCell:
    """One cell: its text and how many rows and columns it covers (0 rows: all that are left)."""

    text: str
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class Sheet:
    """A table as places: texts by (row, column), the cells that cover several places, and how many rows there are."""

    height: int
    texts: Mapping[tuple[int, int], str]
    merges: Sequence[Merge]


def place_cells(rows: Sequence[Sequence[SpannedCell]], *, source_file: str) -> Sheet:
    """Each cell at the first place of its row that no cell from above covers, as browsers and Word do."""
    refuse_rows(len(rows), source_file)
    texts: dict[tuple[int, int], str] = {}
    merges: list[Merge] = []
    covered: dict[int, int] = {}  # column → the last row that a cell from above covers
    placed = 0
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while covered.get(column, -1) >= row:
                column += 1
            height = len(rows) - row if cell.rows == 0 else min(cell.rows, len(rows) - row)
            if column + cell.columns > MOST_COLUMNS:
                raise DocumentError(f"{source_file}: a table has more than {MOST_COLUMNS} columns; it is not read")
            placed += cell.columns
            if placed > MOST_CELLS:
                raise DocumentError(_too_many_cells(source_file))
            if cell.text:
                texts[row, column] = cell.text
            if height > 1 or cell.columns > 1:
                merges.append(Merge(row, column, height, cell.columns))
            if height > 1:
                covered.update(dict.fromkeys(range(column, column + cell.columns), row + height - 1))
            column += cell.columns
    return Sheet(len(rows), texts, merges)


def refuse_rows(rows: int, source_file: str) -> None:
    """DocumentError where a table has more rows than any disclosure."""
    if rows > MOST_ROWS:
        raise DocumentError(f"{source_file}: a table has more than {MOST_ROWS} rows; it is not read")


def to_grid(sheet: Sheet, *, place: str, lines: Sequence[int], source_file: str) -> Grid | None:
    """The printed grid; None where there is no text at all. `lines` says where each row stands in the source."""
    used = sorted({column for _, column in sheet.texts})
    if not used:
        return None
    if len(used) > MOST_COLUMNS:
        raise DocumentError(f"{source_file}: a table has more than {MOST_COLUMNS} columns; it is not read")
    if len(used) * sheet.height > MOST_CELLS:
        raise DocumentError(_too_many_cells(source_file))
    at = {column: index for index, column in enumerate(used)}
    rows = [[""] * len(used) for _ in range(sheet.height)]
    for (row, column), text in sheet.texts.items():
        rows[row][at[column]] = text
    merges: list[Merge] = []
    for merge in sheet.merges:
        first, end = (bisect_left(used, column) for column in (merge.column, merge.column + merge.columns))
        if end > first and (merge.rows > 1 or end - first > 1):
            merges.append(Merge(merge.row, first, merge.rows, end - first))
    return Grid(
        rows=tuple(tuple(row) for row in rows),
        line=lines[0],
        last_line=lines[-1],
        place=place,
        row_lines=tuple(lines),
        merges=tuple(merges),
    )


def _too_many_cells(source_file: str) -> str:
    return f"{source_file}: a table has more than {MOST_CELLS} cells; it is not read"
