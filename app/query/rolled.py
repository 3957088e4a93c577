"""Which questions the roll-ups answer, and from which cells: the same answer as from the facts, for fewer rows read.

A question is covered when every column that it filters or groups by parts the cells of one grain. Rows and sums may
always be added up then; disclosures only where no group holds several places of one document, which the statement
finds out itself (`app/query/aggregate.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.query.columns import Column, Resource
from app.query.filters import Filter, condition
from app.rollups import PARTED, ROLLUPS, TOTALS, Grain, Rollup

# What is written in a cell itself, and not in its combination; under the names of columns.
_OF_CELLS = (
    "fiscal_year", "region_code", "province_code", "prefecture_code", "code", "class_code", "division_code"
)  # fmt: skip
# Columns that are not called as the combinations call them.
_ALSO = ("province_code", "prefecture_code", "region_code", "fiscal_year", "statement")
_LEVEL = ("level", "is_leaf")
_CODE_DIGITS = {"class_code": 3, "division_code": 5, "code": 9}
_ALL_DIGITS = 9
_BARE = ("code", "class_code")


@dataclass(frozen=True)
class Cells:
    """The cells that answer a question: their grain, what is picked of coded rows, the filters that remain."""

    rollup: Rollup
    grain: Grain
    picked: str | None  # None: every row, by its level
    filters: tuple[Filter, ...]
    resource: Resource  # its columns, as the cells have them
    of_filters: Cells | None = None  # the cells that the same filters ask for without any group

    @property
    def made(self) -> str:
        """The SQL of whether anything was added up for this resource."""
        return f"exists (select 1 from rollup_combination where made_as = '{self.rollup.made_as}')"  # noqa: S608 - our own words

    @property
    def combined(self) -> str:
        """Which combinations are meant, under the alias t, beside the filters of their columns."""
        picked = "t.picked <> 'leaf'" if self.picked is None else f"t.picked = '{self.picked}'"
        return f"t.made_as = '{self.rollup.made_as}' and {picked}"

    def conditions(self, first: int) -> tuple[list[str], list[str], int]:
        """The filters, of combinations and of cells, the release first, and the number of the next parameter."""
        combinations, cells = [self.combined], [f"({self.resource.visible})"]
        for item in self.filters:
            column = self.resource.by_name[item.column]
            if item.column in _BARE and item.operator not in ("null", "not_null"):
                # No code is an empty one, which nobody asks for: bare, it is found in the index.
                column = replace(column, sql=_bare(item.column, self.grain))
            text, used = condition(column, item.operator, len(item.values), first)
            (cells if item.column in _OF_CELLS else combinations).append(text)
            first += used
        return combinations, cells, first

    def source(self, combinations: str) -> str:
        """The cells with what their rows have in common, as t; `combinations` is the table of those or a part of it."""
        return f"""(select r.*, c.* from {combinations} c
    join rollup r on r.grain = {self.grain.number} and r.combination = c.id) t"""  # noqa: S608 - our own words

    def places(self, groups: Iterable[Column], *settled: str) -> list[str]:
        """What parts the places of a document that a group may have rows of; of several, disclosures are unknown.

        `settled` are columns that are known to have one value in each group that is answered.
        """
        known = {*(column.name for column in groups), *settled}
        known |= {item.column for item in self.filters if item.operator == "eq" and len(item.values) == 1}
        grouped = {"statement_key" if name == "statement" else name for name in known}
        return ["lag", *(name for name in ("phase", "statement_key", *self.rollup.own) if name not in grouped)]

    def several_codes(self, groups: Iterable[Column]) -> str:
        """The SQL of whether a group has several codes of one document."""
        codes = {column.name for column in groups}
        # A code that has fewer digits than are grouped by has them in the group without one.
        if not self.grain.code_digits or codes & {"class_code" if self.grain.code_digits == 3 else "code"}:  # noqa: PLR2004
            return "false"
        return "min(t.code) <> max(t.code)"


def covering(
    resource: Resource,
    filters: tuple[Filter, ...],
    groups: tuple[Column, ...] = (),
    measures: tuple[str, ...] | None = None,
) -> Cells | None:
    """The cells that answer a question about these rows; None where the facts have to be asked.

    `measures` are the columns that are added up. None: rows are counted, whichever level they have.
    """
    rollup = ROLLUPS.get(resource.name)
    if rollup is None:
        return None
    picked, kept = _picked(rollup, filters)
    if (picked is None and measures is not None) or not {*(measures or ())} <= {*rollup.measures}:
        return None
    names = {*PARTED, *_ALSO, *rollup.own} - {"lag", "institution"}
    names |= {*_CODE_DIGITS} if rollup.coded else set()
    names |= {"prior_year"} & {*resource.by_name}
    if not names >= {*(item.column for item in kept), *(column.name for column in groups)}:
        return None
    region = max([0, *(_region_digits(item) for item in kept), *(_region_digits_of(column) for column in groups)])
    code = max([0, *(_code_digits(item) for item in kept), *(_CODE_DIGITS.get(column.name, 0) for column in groups)])
    for grain in rollup.grains:
        if grain.region_digits < region or grain.code_digits != code:
            continue
        if (
            rollup.coded
            and grain.totals
            and (picked not in TOTALS or not {*(measures or ())} <= {*rollup.measured(grain)})
        ):
            continue
        of_filters = covering(resource, filters, (), ()) if groups and measures is not None else None
        if measures is not None and of_filters is None and any(column.name == "fiscal_year" for column in groups):
            return None
        return Cells(rollup, grain, picked, kept, _as_cells(resource, grain), of_filters)
    return None


def count_cells_statement(cells: Cells) -> str:
    """How many rows the filters leave, null where no cells were made. Parameters: the release, the filters' values."""
    text = f"""select case when {cells.made} then (
      select coalesce(sum(t.lines), 0)::bigint from {_counted(cells, 2)}) end"""  # noqa: S608 - our own words
    return text.replace("{release}", "$1::int")


def counting(resource: Resource, filters: tuple[Filter, ...], facet: Column) -> Cells | None:
    """The cells in which rows are counted by a column; every row is in a cell of its level."""
    if facet.name != "level":
        return covering(resource, filters, (facet,))
    cells = covering(resource, filters)
    return cells if cells is not None and cells.picked is None else None


def count_by_statement(cells: Cells, column: Column, first: int) -> str:
    """Every value of a column with its number of rows; `first` is the number of the first filter's parameter."""
    by = "t.picked" if column.name == "level" else cells.resource.by_name[column.name].expression
    return f"""select {by} as "{column.name}", sum(t.lines)::bigint as lines
    from {_counted(cells, first)} group by 1"""  # noqa: S608 - our own words


def _counted(cells: Cells, first: int) -> str:
    combinations, conditions, _ = cells.conditions(first)
    return f"{cells.source('rollup_combination')} where {' and '.join([*combinations, *conditions])}"


def _picked(rollup: Rollup, filters: tuple[Filter, ...]) -> tuple[str | None, tuple[Filter, ...]]:
    """What the filters of level and leaf come to, and the other filters; those stay where they come to nothing."""
    if not rollup.coded:
        return "", filters
    own = [item for item in filters if item.column in _LEVEL]
    others = tuple(item for item in filters if item.column not in _LEVEL)
    if len(own) == 1 and own[0].operator == "eq" and len(own[0].values) == 1:
        if own[0].column == "level":
            return str(own[0].values[0]), others
        if own[0].values[0] is True:
            return "leaf", others
    return None, filters


def _as_cells(resource: Resource, grain: Grain) -> Resource:
    """The resource with the columns that cells have as they are, which is cheaper than to make them out of others."""
    own = {"prior_year": "(t.lag <> 0)"}
    if grain.region_digits == 2:  # noqa: PLR2004 - of a province
        own["province_code"] = "t.region_code"
    own |= {name: f"nullif({_bare(name, grain)}, '')" for name in _BARE}
    columns = tuple(
        replace(column, sql=own[column.name], join=None) if column.name in own else column
        for column in resource.columns
    )
    return replace(resource, columns=columns)


def _bare(name: str, grain: Grain) -> str:
    """A code as cells of a grain have it: empty where there is none."""
    return (
        "t.code" if name == "code" or grain.code_digits == _CODE_DIGITS[name] else f"left(t.code, {_CODE_DIGITS[name]})"
    )


def _region_digits(item: Filter) -> int:
    if item.column == "province_code":
        return 2
    if item.column == "region_code" and item.operator == "prefix":
        return 2 if max(len(str(value)) for value in item.values) <= 2 else 6  # noqa: PLR2004 - digits of a province
    return 6 if item.column in ("region_code", "prefecture_code") else 0


def _region_digits_of(column: Column) -> int:
    return {"province_code": 2, "region_code": 6, "prefecture_code": 6}.get(column.name, 0)


def _code_digits(item: Filter) -> int:
    if item.column != "code":
        return _CODE_DIGITS.get(item.column, 0)
    if item.operator in ("null", "not_null"):
        return 3
    if item.operator != "prefix":
        return _ALL_DIGITS
    longest = max(len(str(value)) for value in item.values)
    return next((digits for digits in (3, 5) if longest <= digits), _ALL_DIGITS)
