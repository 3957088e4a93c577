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
from app.rollups import OUTER, ROLLUPS, TOTALS, Grain, Rollup

# Columns that are not called as the cells call them.
_ALSO = ("province_code", "prefecture_code", "phase", "statement")
_LEVEL = ("level", "is_leaf")
_CODE_DIGITS = {"class_code": 3, "division_code": 5, "code": 9}
_ALL_DIGITS = 9


@dataclass(frozen=True)
class Cells:
    """The cells that answer a question: their grain, what is picked of coded rows, the filters that remain."""

    rollup: Rollup
    grain: Grain
    picked: str | None  # None: every row, by its level
    filters: tuple[Filter, ...]
    resource: Resource  # its columns, as the cells have them
    of_filters: Cells | None = None  # the cells that the same filters ask for without any group

    def conditions(self, measures: Iterable[str] = ()) -> list[str]:
        """Which cells are meant, beside the release and the filters: those of the rows, and of these measures."""
        names = ", ".join(f"'{name}'" for name in ("", *dict.fromkeys(measures)))
        picked = "t.picked <> 'leaf'" if self.picked is None else f"t.picked = '{self.picked}'"
        named = f"t.made_as = '{self.rollup.made_as}' and t.grain = '{self.grain.name}'"
        return [f"{named} and {picked} and t.measure in ({names})"]

    def mixed(self, groups: Iterable[Column], *settled: str) -> str:
        """The SQL of whether a group has rows of several places of one document, for which disclosures are unknown.

        `settled` are columns that are known to have one value in each group that is answered.
        """
        known = {*(column.name for column in groups), *settled}
        known |= {item.column for item in self.filters if item.operator == "eq" and len(item.values) == 1}
        grouped = {"statement_key" if name == "statement" else name for name in known}
        inner = [name for name in ("phase", "statement_key", *self.rollup.own) if name not in grouped]
        # A code that has fewer digits than are grouped by has them in the group without one.
        codes = {column.name for column in groups}
        if self.grain.code_digits and not codes & {"class_code" if self.grain.code_digits == 3 else "code"}:  # noqa: PLR2004
            inner.append("code")
        several = [f"min(coalesce(t.{name}, '')) <> max(coalesce(t.{name}, ''))" for name in inner]
        return f"coalesce({' or '.join(['min(t.lag) <> max(t.lag)', *several])}, false)"


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
    names = {*OUTER, *_ALSO, *rollup.own} - {"institution"}
    names |= {*_CODE_DIGITS} if rollup.coded else set()
    names |= {"prior_year"} & {*resource.by_name}
    if not names >= {*(item.column for item in kept), *(column.name for column in groups)}:
        return None
    region = max([0, *(_region_digits(item) for item in kept), *(_region_digits_of(column) for column in groups)])
    code = max([0, *(_code_digits(item) for item in kept), *(_CODE_DIGITS.get(column.name, 0) for column in groups)])
    for grain in sorted(rollup.grains, key=lambda one: one.region_digits):
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
    made = f"exists (select 1 from rollup where made_as = '{cells.rollup.made_as}')"  # noqa: S608 - our own words
    text = f"""select case when {made} then (select coalesce(sum(t.lines), 0)::bigint from rollup t
      where {" and ".join(cell_conditions(cells, 2)[0])}) end"""  # noqa: S608 - as above
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
    from rollup t where {" and ".join(cell_conditions(cells, first)[0])} group by 1"""  # noqa: S608 - our own words


def cell_conditions(cells: Cells, first: int) -> tuple[list[str], int]:
    """What the cells of a count must be, the release first, and the number of the next parameter."""
    found = [f"({cells.resource.visible})", *cells.conditions()]
    for item in cells.filters:
        text, used = condition(cells.resource.by_name[item.column], item.operator, len(item.values), first)
        found.append(text)
        first += used
    return found, first


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
    if grain.code_digits == 3:  # noqa: PLR2004 - of a class
        own["class_code"] = "t.code"
    columns = tuple(
        replace(column, sql=own[column.name], join=None) if column.name in own else column
        for column in resource.columns
    )
    return replace(resource, columns=columns)


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
