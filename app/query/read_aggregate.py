"""From a request's parameters to an aggregate: measures, groups, conditions on groups, the filters that were added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from app.errors import DoubleCounting, InvalidCursor, ParameterProblem
from app.query import paging
from app.query.columns import Column, Resource
from app.query.double_counting import ADDED_PER, AXES, NEVER_ADDED, REPEATED_ON_ROWS, RESTATED, Axis, Pair
from app.query.filters import Filter, ValueProblem, nearest, parse_filter, problem
from app.query.groups import COUNTS, FUNCTIONS, Measure, group_columns
from app.query.paging import Order
from app.query.read_query import ListQuery, Pairs, ParameterReader, filter_parameters
from app.values import Unit

AGGREGATE_PARAMETERS = ("measure", "group_by", "having", "sort", "limit", "cursor", "unit", "release")
HAVING_OPERATORS = ("gte", "lte", "eq", "ne")

# Short words for what is grouped by most.
SHORT_NAMES = {
    "region": "region_code",
    "county": "region_code",
    "province": "province_code",
    "prefecture": "prefecture_code",
    "department": "department_id",
    "disclosure": "disclosure_id",
    "year": "fiscal_year",
    "class": "class_code",
    "division": "division_code",
}


@dataclass(frozen=True)
class AggregateQuery(ListQuery):
    """A page of groups. `resource` describes the groups and `filters` are conditions on them; `base` has the rows."""

    base: Resource
    groups: tuple[Column, ...]
    measures: tuple[Measure, ...]
    row_filters: tuple[Filter, ...]
    applied: tuple[Pair, ...]  # the filters that were added because nothing was named
    axes: tuple[Axis, ...]  # what the data have to be asked about
    pairs: tuple[Pair, ...]  # the request

    @cached_property
    def fingerprint(self) -> str:
        # An average is rounded in the unit of the answer: the unit belongs to the order of the groups.
        words = [self.unit, *(column.name for column in self.groups), *(measure.name for measure in self.measures)]
        described = replace(self.resource, name=f"{self.base.name}/aggregate {' '.join(words)}")
        return paging.fingerprint(described, (*self.row_filters, *self.filters), self.orders)

    @property
    def one_plan_fits_all(self) -> bool:
        columns = self.base.by_name
        return any(item.operator == "eq" and columns[item.column].selective for item in self.row_filters)

    @property
    def row_pairs(self) -> list[Pair]:
        """The parameters of the list that holds the rows of all groups."""
        kept = {*filter_parameters(self.base.name)} - {*AGGREGATE_PARAMETERS} | {"unit", "release"}
        own = [pair for pair in self.pairs if pair[0] in kept]
        return [*own, *self.applied]

    @property
    def restated(self) -> tuple[tuple[str, ...], Pair, str] | None:
        """The columns by which two documents' statements of one figure are found; None where that cannot happen."""
        found = RESTATED.get(self.base.name)
        given = {name for name, _ in self.pairs} | {column.name for column in self.groups}
        return None if found is None or given & {found[1][0], "disclosure_id"} else found


def dimensions(resource: Resource) -> dict[str, Column]:
    """What the rows of a resource can be grouped by."""
    return {column.name: column for column in resource.columns if column.dimension}


def measurable(resource: Resource) -> dict[str, Column]:
    """What of a resource can be added up, averaged or counted."""
    return {column.name: column for column in resource.columns if column.kind in ("money", "number")}


def read_aggregate(resource: Resource, pairs: Pairs) -> AggregateQuery:
    """The aggregate that the parameters ask for. InvalidParameters, InvalidCursor, DoubleCounting."""
    reader = ParameterReader(resource, pairs, AGGREGATE_PARAMETERS)
    unit = reader.unit()
    row_filters = reader.filters(unit)
    groups = _groups(reader)
    measures = _measures(reader, resource)
    described = group_columns(resource, groups, measures)
    having = _having(reader, described, unit)
    orders = _orders(reader, described, groups)
    limit, release = reader.limit(), reader.release()
    _refuse_units(reader, resource, groups, measures)
    reader.refuse()
    _refuse_repeated(resource, measures, pairs)
    named = {name for name, _ in pairs} | {column.name for column in groups}
    axes = tuple(axis for axis in AXES[resource.name] if not _settled(axis, row_filters, groups))
    applied = tuple(axis.default for axis in axes if axis.default is not None and not named & set(axis.own))
    known = filter_parameters(resource.name)
    added = tuple(parse_filter(*known[name], value, unit) for name, value in applied)
    query = AggregateQuery(
        resource=described,
        fields=described.shown,
        includes=(),
        unit=unit,
        release=release,
        filters=having,
        orders=orders,
        limit=limit,
        cursor=None,
        base=resource,
        groups=groups,
        measures=measures,
        row_filters=tuple(sorted((*row_filters, *added), key=lambda item: item.shape)),
        applied=applied,
        axes=tuple(axis for axis in axes if axis.default not in applied),
        pairs=tuple(pairs),
    )
    text = reader.given.get("cursor")
    if text is None:
        return query
    cursor = paging.decode(text, query=query.fingerprint, resource=described, orders=orders)
    if release is not None and release != cursor.release:
        raise InvalidCursor(f"the cursor belongs to release {cursor.release}, the parameter asks for {release}")
    return replace(query, cursor=cursor, release=cursor.release)


def corrected(query: AggregateQuery, broken: Iterable[Axis], *, restated: bool) -> list[Pair]:
    """The request with what would count twice taken apart: by the default filter, or by a group for each value."""
    pairs = dict(query.pairs)
    pairs.pop("cursor", None)
    groups = [column.name for column in query.groups]
    for axis in broken:
        if axis.default is None or not corrected_by_default(query, axis):
            groups.append(axis.name)
            continue
        for name in axis.named_by:
            value = pairs.pop(name, None)
            if name == "code" and value is not None:
                pairs["code__under"] = value
        pairs[axis.default[0]] = axis.default[1]
    if restated and query.restated is not None:
        name, value = query.restated[1]
        pairs[name] = value
    if groups:
        pairs["group_by"] = ",".join(groups)
    return list(pairs.items())


def corrected_by_default(query: AggregateQuery, axis: Axis) -> bool:
    """Whether the default filter answers what was asked: never with a value that the caller left out."""
    if not axis.by_default or axis.default is None:
        return False
    name, value = axis.default
    return value not in dict(query.pairs).get(f"{name}__ne", "").split(",")


def _settled(axis: Axis, filters: tuple[Filter, ...], groups: tuple[Column, ...]) -> bool:
    """Whether a group can hold one value only."""
    pinned = {item.column for item in filters if item.operator == "eq" and len(item.values) == 1}
    return axis.name in pinned or any(column.name == axis.name for column in groups)


def _groups(reader: ParameterReader) -> tuple[Column, ...]:
    known = dimensions(reader.resource)
    text = reader.given.get("group_by")
    found: dict[str, Column] = {}
    for part in text.split(",") if text is not None else ():
        name = part if part in known else SHORT_NAMES.get(part, part)
        if name not in known:
            reader.name("group_by", part, part, [*known, *SHORT_NAMES])
        elif name in found:
            reader.add("group_by", f"{name} is named twice", value=text)
        else:
            found[name] = known[name]
    return tuple(found.values())


def _measures(reader: ParameterReader, resource: Resource) -> tuple[Measure, ...]:
    known = measurable(resource)
    # Where there is no total, rows are counted.
    text = reader.given.get("measure", "total" if "total" in known else None)
    found: dict[str, Measure] = {}
    for part in text.split(",") if text is not None else ():
        function, colon, name = part.rpartition(":")
        if not colon:
            function = "sum"
        if name not in known:
            reader.name("measure", part, name, [*known])
        elif function not in FUNCTIONS:
            reader.add(
                "measure",
                f"no such function; allowed: {', '.join(FUNCTIONS)}, written before the field: avg:{name}",
                value=part,
                suggestion=nearest(function, FUNCTIONS),
            )
        else:
            measure = Measure(known[name], function)
            found[measure.name] = measure
            never = known[name].unit == "per cent" or name in NEVER_ADDED.get(resource.name, ())
            if function == "sum" and never:
                reader.add(
                    "measure",
                    f"{name} cannot be added up; allowed: avg, min, max, count",
                    value=part,
                    suggestion=f"avg:{name}",
                )
    return tuple(found.values())


def _refuse_units(
    reader: ParameterReader, resource: Resource, groups: tuple[Column, ...], measures: tuple[Measure, ...]
) -> None:
    for measure in measures:
        per = ADDED_PER.get(resource.name, {}).get(measure.column.name)
        settled = any(column.name == per for column in groups)
        if per is not None and measure.function != "count" and not settled:
            reader.add(
                "measure",
                f"{measure.column.name} is in the unit that {per} names: group by {per}",
                value=reader.given.get("measure"),
                suggestion=f"group_by={','.join([*(column.name for column in groups), per])}",
            )


def _refuse_repeated(resource: Resource, measures: tuple[Measure, ...], pairs: Pairs) -> None:
    repeated = REPEATED_ON_ROWS.get(resource.name, frozenset())
    wrong = [measure for measure in measures if measure.column.name in repeated and measure.function in ("sum", "avg")]
    if not wrong:
        return
    written = ",".join(
        f"{'max' if measure in wrong else measure.function}:{measure.column.name}" for measure in measures
    )
    raise DoubleCounting(
        *(
            ParameterProblem(
                "measure",
                f"{measure.column.name} stands on every row of its project: adding it counts it once for each row",
                value=dict(pairs).get("measure"),
                suggestion=f"measure={written}",
            )
            for measure in wrong
        ),
        corrected=[
            *((name, value) for name, value in pairs if name not in ("measure", "cursor")),
            ("measure", written),
        ],
    )


def _having(reader: ParameterReader, described: Resource, unit: Unit) -> tuple[Filter, ...]:
    text = reader.given.get("having")
    names = [column.name for column in described.columns if column.name in COUNTS or column.filterable]
    found = []
    for part in text.split(",") if text is not None else ():
        condition, colon, value = part.partition(":")
        name, _, operator = condition.rpartition("__")
        if not colon or name not in names or operator not in HAVING_OPERATORS:
            reader.add(
                "having",
                "conditions such as total_sum__gte:100, separated by commas; a field of the answer "
                f"({', '.join(names)}), an operator ({', '.join(HAVING_OPERATORS)}) and a value",
                value=part,
                suggestion=nearest(condition, [f"{name}__{operator}" for name in names for operator in ("gte", "lte")]),
            )
            continue
        try:
            found.append(parse_filter(described.by_name[name], operator, value, unit))
        except ValueProblem as error:
            reader.problems.append(problem("having", part, error))
    return tuple(sorted(found, key=lambda item: item.shape))


def _orders(reader: ParameterReader, described: Resource, groups: tuple[Column, ...]) -> tuple[Order, ...]:
    text = reader.given.get("sort")
    found: list[Order] = []
    for part in text.split(",") if text is not None else ():
        order = Order(part.removeprefix("-"), descending=part.startswith("-"))
        if order.column not in described.sortable:
            reader.name("sort", part, order.column, list(described.sortable))
        elif all(other.column != order.column for other in found):
            found.append(order)  # ties of a column were decided by its first mention
    named = {order.column for order in found}
    found += [Order(column.name) for column in groups if column.name not in named]
    return tuple(found) or (Order("lines"),)
