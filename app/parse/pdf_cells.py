"""Ruling lines and signs of a page → tables of cells.

Lines that cross belong to one table. Their places give the finest columns and rows; neighbours that no line divides
are one merged cell, whatever its shape in the program that made the file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.parse.pdf_drawn import Ruling
from app.parse.pdf_pages import Page, Sign
from app.parse.pdf_signs import Line, lines_of, runs_of, text_of

# Lines this close to each other are one line drawn twice, or the two edges of a thick one.
_SAME_LINE = 2.5
# A gap this wide still does not break a line; two lines this close still meet.
_GAP = 3.5
# A line between two signs is this part of their height, or more, away from both.
_PASSES = 0.08
# No column and no row of print is narrower.
_NARROWEST = 4.0
# A line that overshoots the outermost crossing by this much bounds another, open cell.
_OPEN = 8.0


@dataclass
class Cell:
    """A printed cell: its place on the page, its lines of signs, and (once laid out) its place in the table."""

    left: float
    top: float
    right: float
    bottom: float
    lines: list[Line]
    # Without a line at the table's edge: the cell goes on on the page before or after.
    open_top: bool = False
    open_bottom: bool = False

    @property
    def text(self) -> str:
        """What is printed in it, a line break where it breaks."""
        return "\n".join(text for text in (text_of(line) for line in self.lines) if text)


@dataclass
class RuledTable:
    """The cells of one table on one page, row by row.

    Where no lines rule it (`is_ruled` is false), its columns lie only about where it says.
    """

    page: int
    left: float
    top: float
    right: float
    bottom: float
    cells: list[Cell]
    is_ruled: bool = True


def ruled_tables(page: Page) -> tuple[list[RuledTable], list[Sign]]:
    """The tables that lines rule, from the top down, and the signs that stand in none of them."""
    left = list(page.signs)
    tables: list[RuledTable] = []
    lattices = [lattice for group in _groups(page.rulings) if (lattice := _lattice(group)) is not None]
    # The innermost first: a frame around a page must not take what a table in it holds.
    for lattice in sorted(lattices, key=lambda one: (one.xs[-1] - one.xs[0]) * (one.ys[-1] - one.ys[0])):
        inside, left = _divide(left, lattice)
        cells = lattice.cells(inside)
        if any(cell.lines for cell in cells):
            tables.append(RuledTable(page.number, lattice.xs[0], lattice.ys[0], lattice.xs[-1], lattice.ys[-1], cells))
    tables.sort(key=lambda table: (table.top, table.left))
    return tables, left


def _divide(signs: Iterable[Sign], lattice: _Lattice) -> tuple[list[Sign], list[Sign]]:
    inside: list[Sign] = []
    outside: list[Sign] = []
    for sign in signs:
        within = (
            lattice.xs[0] <= (sign.left + sign.right) / 2 <= lattice.xs[-1]
            and lattice.ys[0] <= sign.middle <= lattice.ys[-1]
        )
        (inside if within else outside).append(sign)
    return inside, outside


def joined_lines(rulings: Iterable[Ruling], *, horizontal: bool) -> list[Ruling]:
    """The lines of one direction; what is drawn in pieces or twice is one line."""
    found = sorted((r for r in rulings if r.horizontal == horizontal), key=lambda ruling: ruling.at)
    bands: list[list[Ruling]] = []
    for ruling in found:
        if bands and ruling.at - bands[-1][-1].at <= _SAME_LINE / 2 and ruling.at - bands[-1][0].at <= _SAME_LINE:
            bands[-1].append(ruling)
        else:
            bands.append([ruling])
    joined: list[Ruling] = []
    for band in bands:
        at = sum(ruling.at for ruling in band) / len(band)
        start = end = None
        for ruling in sorted(band, key=lambda one: one.start):
            if start is None or end is None:
                start, end = ruling.start, ruling.end
            elif ruling.start <= end + _GAP:
                end = max(end, ruling.end)
            else:
                joined.append(Ruling(horizontal, at, start, end))
                start, end = ruling.start, ruling.end
        if start is not None and end is not None:
            joined.append(Ruling(horizontal, at, start, end))
    return [line for line in joined if line.end - line.start >= _NARROWEST]


def _groups(rulings: Sequence[Ruling]) -> list[tuple[list[Ruling], list[Ruling]]]:
    """The lines of each table: those that meet, directly or through others."""
    across, down = joined_lines(rulings, horizontal=True), joined_lines(rulings, horizontal=False)
    owner = list(range(len(across) + len(down)))

    def find(index: int) -> int:
        while owner[index] != index:
            owner[index] = owner[owner[index]]
            index = owner[index]
        return index

    for place, vertical in enumerate(down, start=len(across)):
        for index, horizontal in enumerate(across):
            if (
                vertical.start - _GAP <= horizontal.at <= vertical.end + _GAP
                and horizontal.start - _GAP <= vertical.at <= horizontal.end + _GAP
            ):
                owner[find(place)] = find(index)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = defaultdict(lambda: ([], []))
    for index, ruling in enumerate([*across, *down]):
        groups[find(index)][0 if ruling.horizontal else 1].append(ruling)
    return list(groups.values())


def _lattice(group: tuple[list[Ruling], list[Ruling]]) -> _Lattice | None:
    """The finest columns and rows of a table; None where the lines enclose no two cells."""
    across, down = group
    if not across or not down:
        return None
    xs = _places(line.at for line in down)
    ys = _places(line.at for line in across)
    # Tables that are open at a side: the lines across run on beyond the last line down.
    left, right = min(line.start for line in across), max(line.end for line in across)
    top, bottom = min(line.start for line in down), max(line.end for line in down)
    open_left, open_right = left < xs[0] - _OPEN, right > xs[-1] + _OPEN
    xs = [*([left] if open_left else []), *xs, *([right] if open_right else [])]
    ys = [*([top] if top < ys[0] - _OPEN else []), *ys, *([bottom] if bottom > ys[-1] + _OPEN else [])]
    if len(xs) < 3 or len(ys) < 2:  # noqa: PLR2004 - two columns have three borders; one column is a frame around text
        return None
    return _Lattice(xs, ys, across, down)


def _places(found: Iterable[float]) -> list[float]:
    """The places of lines, those closer than any cell is wide taken as one."""
    places: list[float] = []
    for at in sorted(found):
        if not places or at - places[-1] >= _NARROWEST:
            places.append(at)
    return places


class _Lattice:
    """The finest columns and rows of a table, and which of their cells are one."""

    def __init__(self, xs: list[float], ys: list[float], across: list[Ruling], down: list[Ruling]) -> None:
        self.xs, self.ys = xs, ys
        columns, rows = len(xs) - 1, len(ys) - 1
        below = self._below = _covered(across, ys, xs)
        beside = _covered(down, xs, ys)
        self._region = [[(row, column) for column in range(columns)] for row in range(rows)]
        # Rows first: a cell is merged to the right within its row, then equal spans are merged downwards.
        for row in range(rows):
            for column in range(1, columns):
                if row not in beside[column]:
                    self._region[row][column] = self._region[row][column - 1]
        for row in range(1, rows):
            column = 0
            while column < columns:
                end = self._end(row, column)
                open_above = all(place not in below[row] for place in range(column, end))
                above = self._region[row - 1][column]
                if open_above and above[1] == column and self._end(row - 1, column) == end:
                    for place in range(column, end):
                        self._region[row][place] = above
                column = end

    def _end(self, row: int, column: int) -> int:
        end = column + 1
        while end < len(self.xs) - 1 and self._region[row][end] == self._region[row][column]:
            end += 1
        return end

    def _place(self, sign: Sign) -> tuple[int, int]:
        """The cell over which a sign stands."""
        row = min(max(bisect_right(self.ys, sign.middle) - 1, 0), len(self.ys) - 2)
        column = min(max(bisect_right(self.xs, (sign.left + sign.right) / 2) - 1, 0), len(self.xs) - 2)
        return self._region[row][column]

    def _cut(self, run: Sequence[Sign]) -> Iterator[list[Sign]]:
        """A run of signs, cut where a line passes between two of them.

        So stand an amount at the right edge of its cell and a name at the left edge of the next. Where the line passes
        through a sign, a text is too long for its cell.
        """
        part: list[Sign] = []
        for sign in run:
            if part and self._place(part[-1]) != self._place(sign):
                last, reach = part[-1], _PASSES * sign.size
                line = self.xs[bisect_right(self.xs, (sign.left + sign.right) / 2) - 1]
                if last.right - reach <= line <= sign.left + reach and sign.left - last.right > reach:
                    yield part
                    part = []
            part.append(sign)
        yield part

    def cells(self, signs: Sequence[Sign]) -> list[Cell]:
        """The merged cells with what is printed in them, row by row."""
        held: dict[tuple[int, int], list[Sign]] = defaultdict(list)
        for part in (part for run in runs_of(signs) for part in self._cut(run)):
            votes = Counter(self._place(sign) for sign in part if sign.text != " ")
            if votes:
                held[votes.most_common(1)[0][0]].extend(part)
        extents: dict[tuple[int, int], list[float]] = {}
        for row, regions in enumerate(self._region):
            for column, region in enumerate(regions):
                box = [self.xs[column], self.ys[row], self.xs[column + 1], self.ys[row + 1]]
                known = extents.setdefault(region, box)
                known[2], known[3] = max(known[2], box[2]), max(known[3], box[3])
        ends = {region: row for row, regions in enumerate(self._region) for region in regions}
        last = len(self.ys) - 2
        return [
            Cell(
                left,
                top,
                right,
                bottom,
                lines_of(held[region]),
                open_top=region[0] == 0 and region[1] not in self._below[0],
                open_bottom=ends[region] == last and region[1] not in self._below[-1],
            )
            for region, (left, top, right, bottom) in extents.items()
        ]


def _covered(lines: Iterable[Ruling], places: Sequence[float], steps: Sequence[float]) -> list[set[int]]:
    """For each place of a line, the steps of the other direction over whose middle it runs."""
    covered: list[set[int]] = [set() for _ in places]
    for line in lines:
        index = min(range(len(places)), key=lambda one: abs(places[one] - line.at))
        if abs(places[index] - line.at) > _NARROWEST:
            continue
        for step in range(len(steps) - 1):
            start, end = steps[step], steps[step + 1]
            if line.start - _GAP <= (start + end) / 2 <= line.end + _GAP:
                covered[index].add(step)
    return covered
