"""From a request's parameters to a query: every name known, every value typed, or every problem named at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property

from app.errors import MOST_PROBLEMS, InvalidCursor, InvalidParameters, ParameterProblem
from app.query import paging
from app.query.changes_since import SINCE, parse_since, unfollowed
from app.query.columns import Column, Resource
from app.query.filters import Filter, ValueProblem, nearest, parse_filter, problem
from app.query.paging import Cursor, Order
from app.query.registry import RESOURCES
from app.values import Unit

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1000
DEFAULT_UNIT = Unit.WAN
_LAST_RELEASE = 2**31 - 1
_CLASS_DIGITS = 3

# Parameters that are no filters, for lists and for single records, with what they take.
LIST_PARAMETERS = ("sort", "fields", "include", "limit", "cursor", "unit", "release", "updated_since")
ONE_PARAMETERS = ("fields", "include", "unit", "release")

# Names that other services use for what is called otherwise here.
_MEANT = {
    "page": "cursor",
    "offset": "cursor",
    "page_size": "limit",
    "per_page": "limit",
    "size": "limit",
    "order": "sort",
    "order_by": "sort",
    "ordering": "sort",
    "select": "fields",
    "expand": "include",
    "year": "fiscal_year",
    "department": "department_id",
    "region": "region_code",
    "id": "code",
    "query": "q",
    "search": "q",
    "keyword": "q",
}

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class RowQuery:
    """What of a record is to be shown, and of which release (None: the current one)."""

    resource: Resource
    fields: tuple[str, ...]
    includes: tuple[str, ...]
    unit: Unit
    release: int | None


@dataclass(frozen=True)
class ListQuery(RowQuery):
    """A page of a list. `release` is the cursor's where there is one."""

    filters: tuple[Filter, ...]
    orders: tuple[Order, ...]
    limit: int
    cursor: Cursor | None

    @cached_property
    def fingerprint(self) -> str:
        return paging.fingerprint(self.resource, self.filters, self.orders)

    @property
    def one_plan_fits_all(self) -> bool:
        """Whether the plan of a statement may be kept: its cost is the same for whatever values are bound."""
        if not self.filters:
            return True
        columns = self.resource.by_name
        if any(item.operator == "eq" and columns[item.column].selective for item in self.filters):
            return True
        asked = {item.column for item in self.filters if item.operator == "eq" and len(item.values) == 1}
        by_key = len(self.orders) == 1 and self.orders[0].column == self.resource.key
        return by_key and len(asked) == len(self.filters) and any(asked == {*one} for one in self.resource.in_order)


@cache
def filter_parameters(name: str) -> dict[str, tuple[Column, str]]:
    """Every filter of a resource: parameter name → column and operator, in the order of the columns."""
    return {
        column.name if operator in ("eq", "search") else f"{column.name}__{operator}": (column, operator)
        for column in RESOURCES[name].by_name.values()
        for operator in column.operators
    }


def read_list(resource: Resource, pairs: Pairs) -> ListQuery:
    """The list query that the parameters ask for. InvalidParameters names every problem; InvalidCursor says why."""
    reader = ParameterReader(resource, pairs, LIST_PARAMETERS)
    unit = reader.unit()
    filters = (*reader.filters(unit), *reader.since())
    orders = reader.orders()
    fields, includes, limit, release = reader.fields(), reader.includes(), reader.limit(), reader.release()
    reader.refuse()
    text = reader.given.get("cursor")
    cursor = None
    if text is not None:
        bound = paging.fingerprint(resource, filters, orders)
        cursor = paging.decode(text, query=bound, resource=resource, orders=orders)
        if release is not None and release != cursor.release:
            raise InvalidCursor(
                f"the cursor belongs to release {cursor.release}, the parameter release asks for {release}: "
                "leave one of them out"
            )
        release = cursor.release
    return ListQuery(
        resource=resource,
        fields=fields,
        includes=includes,
        unit=unit,
        release=release,
        filters=filters,
        orders=orders,
        limit=limit,
        cursor=cursor,
    )


def read_one(resource: Resource, pairs: Pairs) -> RowQuery:
    """How a single record is to be shown. InvalidParameters names every problem."""
    reader = ParameterReader(resource, pairs, ONE_PARAMETERS)
    query = RowQuery(
        resource=resource,
        fields=reader.fields(details=True),
        includes=reader.includes(),
        unit=reader.unit(),
        release=reader.release(),
    )
    reader.refuse()
    return query


def read_nothing(pairs: Pairs) -> None:
    """For paths that take no parameters at all."""
    if pairs:
        raise InvalidParameters(
            *(ParameterProblem(name, "this path takes no parameters", value=value[:100]) for name, value in pairs)
        )


class ParameterReader:
    """One request's parameters and the problems found so far."""

    def __init__(self, resource: Resource, pairs: Pairs, reserved: tuple[str, ...]) -> None:
        self.resource = resource
        self.problems: list[ParameterProblem] = []
        self.given = dict(pairs)
        filtered = reserved is not ONE_PARAMETERS and resource.name in RESOURCES
        self._filterable = filter_parameters(resource.name) if filtered else {}
        if not self._filterable.keys().isdisjoint(reserved):
            # A parameter of this path has the name of a filter, whose other operators are left.
            self._filterable = {name: known for name, known in self._filterable.items() if name not in reserved}
        if len(self.given) < len(pairs):
            for name, times in Counter(name for name, _ in pairs).items():
                if times > 1:
                    self.add(name, f"given {times} times; give it once, several values separated by commas")
        for name, text in self.given.items():
            if name not in self._filterable and name not in reserved:
                self._unknown(name, text, reserved)

    def refuse(self) -> None:
        """Raise InvalidParameters when anything was wrong."""
        if self.problems:
            raise InvalidParameters(*self.problems)

    def filters(self, unit: Unit) -> tuple[Filter, ...]:
        found = []
        for name, text in self.given.items():
            known = self._filterable.get(name)
            if known is None:
                continue
            try:
                found.append(parse_filter(*known, text, unit))
            except ValueProblem as error:
                self.problems.append(problem(name, text, error))
        # The order in which filters are written changes nothing: one text, one plan, one total.
        return tuple(sorted((self._of_class(item) for item in found), key=lambda item: item.shape))

    def _of_class(self, item: Filter) -> Filter:
        """What lies under whole classes has their codes: by those an index has the rows in order, if there is one."""
        known = any("class_code" in names for names in self.resource.in_order)
        under = item.column == "code" and item.operator == "prefix"
        if known and under and all(len(str(value)) == _CLASS_DIGITS for value in item.values):
            return Filter("class_code", "eq", item.values)
        return item

    def since(self) -> tuple[Filter, ...]:
        """What `updated_since` asks for, as a condition beside the filters."""
        text = self.given.get(SINCE)
        if text is None:
            return ()
        try:
            found = parse_since(self.resource, text)
        except ValueProblem as error:
            self.problems.append(problem(SINCE, text, error))
            return ()
        for name in self.given:
            if name in self._filterable and (why := unfollowed(self.resource, self._filterable[name][0])) is not None:
                self.add(name, why)
        return (found,)

    def orders(self, resource: Resource | None = None, *, default: tuple[Order, ...] = ()) -> tuple[Order, ...]:
        """The order asked for, of the rows of the resource or of what is made of them (`resource`)."""
        resource = resource or self.resource
        text = self.given.get("sort")
        found: list[Order] = []
        for part in text.split(",") if text is not None else ():
            order = Order(part.removeprefix("-"), descending=part.startswith("-"))
            if order.column not in resource.sortable:
                self.name("sort", part, order.column, list(resource.sortable))
            elif all(other.column != order.column for other in found):
                found.append(order)  # ties of a column were decided by its first mention
        return paging.complete(resource, tuple(found) or default)

    def fields(self, *, details: bool = False) -> tuple[str, ...]:
        text = self.given.get("fields")
        if text is None and not details:
            return self.resource.shown
        names = [column.name for column in (*self.resource.columns, *(self.resource.details if details else ()))]
        if text is None:
            return tuple(names)
        asked = text.split(",")
        for name in asked:
            if name not in names:
                self.name("fields", name, name, names)
        return tuple(dict.fromkeys(asked))

    def includes(self) -> tuple[str, ...]:
        text = self.given.get("include")
        if text is None:
            return ()
        names = [include.name for include in self.resource.includes]
        asked = text.split(",")
        for name in asked:
            if name not in names:
                self.name("include", name, name, names)
        return tuple(name for name in names if name in asked)

    def limit(self, default: int = DEFAULT_LIMIT, largest: int = LARGEST_LIMIT) -> int:
        text = self.given.get("limit")
        if text is None:
            return default
        if text.isascii() and text.isdigit() and len(text) <= len(str(largest)):
            limit = int(text)
            if 1 <= limit <= largest:
                return limit
        self.add("limit", f"not a whole number from 1 to {largest}; for more rows follow page.next", value=text)
        return default

    def unit(self) -> Unit:
        text = self.given.get("unit")
        if text is None:
            return DEFAULT_UNIT
        names = [unit.value for unit in Unit]
        if text in names:
            return Unit(text)
        zh = {unit.zh: unit.value for unit in Unit}
        self.add(
            "unit",
            "allowed: yuan (元), wan (万元), yi (亿元)",
            value=text,
            suggestion=zh.get(text) or nearest(text.lower(), names),
        )
        return DEFAULT_UNIT

    def release(self) -> int | None:
        text = self.given.get("release")
        if text is None:
            return None
        if (
            text.isascii()
            and text.isdigit()
            and len(text) <= len(str(_LAST_RELEASE))
            and 1 <= int(text) < _LAST_RELEASE
        ):
            return int(text)
        self.add("release", "not a release number: /v1/releases lists what there is", value=text)
        return None

    def _unknown(self, name: str, text: str, reserved: tuple[str, ...]) -> None:
        known = [*self._filterable, *reserved]
        if name == "format":
            detail = "not by a parameter but by suffix or Accept: .json, .csv, .ndjson, .xlsx, .parquet"
            self.add(name, detail, value=text)
            return
        field, _, operator = name.partition("__")
        column = self.resource.by_name.get(field)
        if column is not None and self._filterable:
            allowed = [parameter for parameter, (owner, _) in self._filterable.items() if owner is column]
            said = f"{field} takes {', '.join(allowed)}" if allowed else f"{field} cannot be filtered by"
            detail = f"there is no operator {operator!r} for this field: {said}" if operator else said
            self.add(name, detail, value=text, suggestion=nearest(name, allowed))
            return
        meant = _MEANT.get(name)
        suggestion = meant if meant in known else nearest(name, known)
        self.add(
            name, f"unknown parameter; allowed: {', '.join(self._short(reserved))}", value=text, suggestion=suggestion
        )

    def _short(self, reserved: tuple[str, ...]) -> list[str]:
        """The parameters without a line for every operator."""
        return [*dict.fromkeys(column.name for column, _ in self._filterable.values()), *reserved]

    def name(self, parameter: str, text: str, name: str, names: list[str]) -> None:
        allowed = ", ".join(names) if names else f"{self.resource.name} has none"
        self.add(parameter, f"unknown name; allowed: {allowed}", value=text, suggestion=nearest(name, names))

    def add(self, parameter: str, detail: str, *, value: str | None = None, suggestion: str | None = None) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            self.refuse()
        shown = value if value is None or len(value) <= 100 else f"{value[:100]}…"  # noqa: PLR2004 - to recognise it
        self.problems.append(ParameterProblem(parameter, detail, value=shown, suggestion=suggestion))
