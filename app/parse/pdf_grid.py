"""The cells of one table, maybe on several pages → a grid whose columns are the same on all of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from app.parse.grid import Box, Grid, Merge
from app.parse.layout import looks_like_title
from app.parse.pdf_cells import Cell, RuledTable
from app.values import fold

# The same column may lie this much elsewhere on the next page.
_SAME_PLACE = 4.0
# A whole table may be shifted on the next page, when margins change between odd and even pages.
_LARGEST_SHIFT = 40.0
# Part of the columns that two parts of one table share.
_MOST = 0.75


def follows(parts: Sequence[RuledTable], below: RuledTable) -> bool:
    """Whether a table at the head of the next page goes on with the one that ended the page before.

    Its columns must lie in the same places, and it must not begin as the other began: with a title of its own, or with
    the same first word before another content (one table for each project).
    """
    above = parts[-1]
    if below.page != above.page + 1 or _begins_anew(parts[0], below):
        return False
    if not (above.is_ruled and below.is_ruled):
        return above.is_ruled == below.is_ruled and _same_columns(_columns([above]), _columns([below]))
    shift = below.left - above.left
    own = [x - shift for x in _columns([below])]
    others = _columns([above])
    if abs(shift) > _LARGEST_SHIFT or abs((below.right - shift) - above.right) > 2 * _SAME_PLACE:
        return False
    shared = sum(any(abs(x - other) <= _SAME_PLACE for other in others) for x in own)
    return shared >= _MOST * min(len(own), len(others)) or _are_redrawn(own, others)


def _are_redrawn(own: Sequence[float], others: Sequence[float]) -> bool:
    """Whether all columns are there again, each a little elsewhere: drawn by hand anew for the next page."""
    return len(own) == len(others) and all(
        abs(x - other) <= 2 * _SAME_PLACE for x, other in zip(own, others, strict=True)
    )


def _first_row(table: RuledTable) -> list[str]:
    cells = sorted((cell for cell in table.cells if cell.lines), key=lambda cell: (round(cell.top), cell.left))
    top = cells[0].top if cells else 0
    return [fold(cell.text) for cell in cells if abs(cell.top - top) < _SAME_PLACE]


def _begins_anew(start: RuledTable, below: RuledTable) -> bool:
    """Whether a table begins as the other began, with other words: then it is another one of the same kind."""
    first, before = _first_row(below), _first_row(start)
    if len(first) == 1 and looks_like_title(first[0]):
        return True
    if not first or not before or first == before:
        return False
    # Both begin with a line over all columns: the names of two forms, too long to end like one.
    named = len(first) == 1 == len(before) and _is_whole_row(below) and _is_whole_row(start)
    return named or first[0] == before[0]


def _same_columns(above: Sequence[float], below: Sequence[float]) -> bool:
    """Whether columns that are known only from their words are the same: as many, each over half of the other."""
    if len(above) != len(below):
        return False
    pairs = zip(pairwise(above), pairwise(below), strict=True)
    return all(min(a[1], b[1]) - max(a[0], b[0]) > min(a[1] - a[0], b[1] - b[0]) / 2 for a, b in pairs)


def _in_columns_of(first: RuledTable, part: RuledTable) -> RuledTable:
    """The part with its columns where those of the first part lie; as it is where lines say which are the same."""
    columns, others = _columns([part]), _columns([first])
    shifted = [x - (part.left - first.left) for x in columns]
    if first.is_ruled and (
        not _are_redrawn(shifted, others)
        or all(abs(x - other) <= _SAME_PLACE for x, other in zip(shifted, others, strict=True))
    ):
        return part
    places = dict(zip(columns, others, strict=True))
    own = list(places)
    for cell in part.cells:
        cell.left, cell.right = places[own[_nearest(own, cell.left)]], places[own[_nearest(own, cell.right)]]
    return replace(part, left=first.left, right=first.right)


def _is_whole_row(table: RuledTable) -> bool:
    """Whether the table begins with one cell over all columns that does not go on from the page before."""
    first = [cell for cell in table.cells if cell.top - table.top < _SAME_PLACE]
    return len(first) == 1 and not first[0].open_top


def grid_of(parts: Sequence[RuledTable], line: int) -> Grid:
    """The grid of a table, given with its parts on the pages, from source line `line` on; a row counts as one."""
    parts = [parts[0], *(_in_columns_of(parts[0], part) for part in parts[1:])]
    shifts = [part.left - parts[0].left for part in parts]
    xs = _columns(parts, shifts)
    rows: list[tuple[str, ...]] = []
    boxes: list[tuple[Box | None, ...]] = []
    pages: list[int] = []
    merges: list[Merge] = []
    width = max(1, len(xs) - 1)
    cut: dict[int, int] = {}  # column → row of a cell that the page break cuts
    for part, shift in zip(parts, shifts, strict=True):
        ys = _places([edge for cell in part.cells for edge in (cell.top, cell.bottom)])
        height = len(ys) - 1
        texts = [[""] * width for _ in range(height)]
        ends: dict[int, int] = {}
        places: list[list[Box | None]] = [[None] * width for _ in range(height)]
        for cell in part.cells:
            row, end_row = _nearest(ys, cell.top), _nearest(ys, cell.bottom)
            column, end_column = _nearest(xs, cell.left - shift), _nearest(xs, cell.right - shift)
            if row >= height or column >= width:
                continue
            if cell.open_top and column in cut:
                upper = cut[column]
                rows[upper] = _with_rest(rows[upper], column, cell.text)
            else:
                texts[row][column] = cell.text
                places[row][column] = _box(cell)
            if cell.open_bottom:
                ends[column] = cut[column] if cell.open_top and column in cut else len(rows) + row
            if end_row - row > 1 or end_column - column > 1:
                merges.append(Merge(len(rows) + row, column, max(1, end_row - row), max(1, end_column - column)))
        rows.extend(tuple(row) for row in texts)
        boxes.extend(tuple(row) for row in places)
        pages.extend([part.page] * height)
        cut = ends
    return Grid(
        rows=tuple(rows),
        line=line,
        last_line=line + max(0, len(rows) - 1),
        place=f"page {parts[0].page}" if len(parts) == 1 else f"pages {parts[0].page}-{parts[-1].page}",
        row_lines=tuple(range(line, line + len(rows))),
        merges=tuple(merges),
        row_pages=tuple(pages),
        boxes=tuple(boxes),
    )


def _with_rest(row: tuple[str, ...], column: int, rest: str) -> tuple[str, ...]:
    """The row with the rest of a cell that goes on on the next page."""
    text = "\n".join(part for part in (row[column], rest) if part)
    return (*row[:column], text, *row[column + 1 :])


def _columns(parts: Sequence[RuledTable], shifts: Sequence[float] | None = None) -> list[float]:
    shifts = shifts or [0.0] * len(parts)
    return _places(
        [
            edge - shift
            for part, shift in zip(parts, shifts, strict=True)
            for cell in part.cells
            for edge in (cell.left, cell.right)
        ]
    )


def _places(edges: list[float]) -> list[float]:
    places: list[float] = []
    for edge in sorted(edges):
        if not places or edge - places[-1] > _SAME_PLACE:
            places.append(edge)
    return places


def _nearest(places: Sequence[float], at: float) -> int:
    index = bisect_left(places, at)
    if index == len(places) or (index and at - places[index - 1] <= places[index] - at):
        return index - 1
    return index


def _box(cell: Cell) -> Box:
    return round(cell.left, 1), round(cell.top, 1), round(cell.right, 1), round(cell.bottom, 1)
