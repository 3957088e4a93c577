"""From a request's parameters to a query for changes: filters on rows and on changes, the order, what is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from app.query import paging
from app.query.changes import CHANGE, CHANGED_FIELDS, REASON, ChangeShape, change_resource, compared
from app.query.columns import Resource
from app.query.filters import Filter, ValueProblem, parse_filter, problem
from app.query.paging import Order
from app.query.read_query import ListQuery, Pairs, ParameterReader
from app.query.whole_list import read_limit
from app.values import Unit

# A filter of the rows that has one of these names is left with its other operators.
CHANGE_FILTERS = (CHANGE, REASON, CHANGED_FIELDS)
CHANGE_PARAMETERS = (
    *(column.name for column in CHANGE_FILTERS),
    "sort",
    "fields",
    "include",
    "limit",
    "cursor",
    "unit",
)
CHANGE_FILE_PARAMETERS = tuple(name for name in CHANGE_PARAMETERS if name != "cursor")


@dataclass(frozen=True)
class ChangesQuery(ListQuery):
    """A page of changes. `resource` describes them and `filters` are conditions on them; `base` has the rows.

    `release` is the later one of the two. `rows` is how many a file has at most, None: all of them.
    """

    base: Resource
    earlier: int
    later: int
    row_filters: tuple[Filter, ...]
    rows: int | None

    @cached_property
    def fingerprint(self) -> str:
        described = replace(self.resource, name=f"releases/{self.earlier}/diff/{self.later}/{self.base.name}")
        return paging.fingerprint(described, (*self.row_filters, *self.filters), self.orders)

    @property
    def one_plan_fits_all(self) -> bool:
        """Between two releases there may be one disclosure or all of them."""
        return False

    @property
    def arguments(self) -> list[object]:
        """What the statements bind, before a cursor's values."""
        conditions = (*self.row_filters, *self.filters)
        return [self.earlier, self.later, *(argument for item in conditions for argument in item.arguments)]

    @property
    def shape(self) -> ChangeShape:
        return ChangeShape(
            name=self.base.name,
            row_filters=tuple(item.shape for item in self.row_filters),
            filters=tuple(item.shape for item in self.filters),
            orders=self.orders,
            fields=self.fields,
            includes=self.includes,
            unit=self.unit,
        )


def read_changes(base: Resource, earlier: int, later: int, pairs: Pairs, *, whole: bool = False) -> ChangesQuery:
    """The changes that the parameters ask for, `whole` for a file. InvalidParameters, InvalidCursor."""
    reader = ParameterReader(base, pairs, CHANGE_FILE_PARAMETERS if whole else CHANGE_PARAMETERS)
    unit = reader.unit()
    described = change_resource(base.name)
    query = ChangesQuery(
        resource=described,
        fields=reader.fields(),
        includes=reader.includes(),
        unit=unit,
        release=later,
        filters=_filters(reader),
        # By disclosure: then a page needs no more than the disclosures that are on it.
        orders=reader.orders(described, default=(Order("disclosure_id"),)),
        limit=0 if whole else reader.limit(),
        cursor=None,
        base=base,
        earlier=earlier,
        later=later,
        row_filters=reader.filters(unit),
        rows=read_limit(reader) if whole else None,
    )
    reader.refuse()
    text = reader.given.get("cursor")
    if text is None:
        return query
    return replace(query, cursor=paging.decode(text, query=query.fingerprint, resource=described, orders=query.orders))


def _filters(reader: ParameterReader) -> tuple[Filter, ...]:
    found = []
    for column in CHANGE_FILTERS:
        text = reader.given.get(column.name)
        if text is None:
            continue
        try:
            found.append(parse_filter(column, "eq", text, Unit.YUAN))
        except ValueProblem as error:
            reader.problems.append(problem(column.name, text, error))
        if column is CHANGED_FIELDS:
            names = list(compared(reader.resource.name))
            for name in text.split(","):
                if name not in names:
                    reader.name(column.name, name, name, names)
    return tuple(found)
