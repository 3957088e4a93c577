"""A printed table as it is shown: rows of one width, figures told from words, cells marked by what checks found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.pages.rows import Row

# A cell that is a figure, whatever its sign and grouping; and one that can be no code or number of a row.
_FIGURE = re.compile(r"[-+−(（]?[0-9][0-9,，]*(\.[0-9]+)?[%％)）]?")
_AMOUNT = re.compile(r"[-+−(（]?[0-9,，]*[.,，][0-9]+[%％)）]?")
# The worst that a cell takes part in is what it is marked by.
_WORST_FIRST = ("failed", "rounding", "insufficient", "passed", "not_applicable")
_DOUBTFUL = ("failed", "rounding", "insufficient")


@dataclass(frozen=True)
class PrintedCell:
    """One cell. `text` is None where running text is withheld; `check` is the result that it is marked by."""

    text: str | None
    is_figure: bool
    is_amount: bool
    check: Row | None


@dataclass(frozen=True)
class PrintedRow:
    """One row, with its number in the grid, counted from 0."""

    number: int
    is_heading: bool
    cells: Sequence[PrintedCell]


def lay_out(statement: Row) -> list[PrintedRow]:
    """The rows of a grid. Short rows are filled up; a column holds amounts if a check or a decimal point says so."""
    grid: list[list[str | None]] = statement["grid"] or []
    width = max((len(cells) for cells in grid), default=0)
    headings = statement["header_rows"] or 0
    of_amounts = {
        column
        for cells in grid[headings:]
        for column, text in enumerate(cells)
        if text is not None and _AMOUNT.fullmatch(text.strip())
    }
    marks = _marks(statement.get("checks", ()))
    of_amounts |= {column for _, column in marks}
    return [
        PrintedRow(
            number,
            number < headings,
            [
                _cell(text, is_amount=column in of_amounts and number >= headings, check=marks.get((number, column)))
                for column, text in enumerate([*cells, *[""] * (width - len(cells))])
            ],
        )
        for number, cells in enumerate(grid)
    ]


def withholds(rows: Sequence[PrintedRow]) -> bool:
    """Whether running text of the table is left out of what is shown."""
    return any(cell.text is None for row in rows for cell in row.cells)


def statuses(statement: Row) -> dict[str, int]:
    """How many checks that compare a cell of the table came to each result, the worst first."""
    found = {check["id"]: check["status"] for check in statement.get("checks", ())}
    return {status: count for status in _WORST_FIRST if (count := [*found.values()].count(status))}


def doubtful(statement: Row) -> list[int]:
    """The results of checks in this table that do not simply agree, the worst first."""
    found = {check["id"]: check["status"] for check in statement.get("checks", ()) if check["status"] in _DOUBTFUL}
    return sorted(found, key=lambda key: (_WORST_FIRST.index(found[key]), key))


def _marks(checks: Sequence[Row]) -> dict[tuple[int, int], Row]:
    marks: dict[tuple[int, int], Row] = {}
    for check in sorted(checks, key=lambda check: -_WORST_FIRST.index(check["status"])):
        if check["row"] is not None and check["column"] is not None:
            marks[(check["row"], check["column"])] = check
    return marks


def _cell(text: str | None, *, is_amount: bool, check: Row | None) -> PrintedCell:
    is_figure = text is not None and _FIGURE.fullmatch(text.strip()) is not None
    return PrintedCell(text, is_figure, is_figure and is_amount, check)
