"""The whole of a list, for files: from parameters to one ordered SELECT, its count and its sums.

A `Selection` is all that a file format needs to know of a query; lists and aggregates make one each.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from app.errors import InvalidParameters, NoRelease, NothingLoaded, ParameterProblem
from app.query.changes_since import resolve_since, since_of, update_column
from app.query.columns import SQL_TYPES, Column, Resource
from app.query.filters import Filter
from app.query.paging import Order
from app.query.read_query import Pairs, ParameterReader, RowQuery
from app.query.run import Connection
from app.query.select import control_statement, whole_statement
from app.values import Unit

# What a list as a file takes beside its filters and the parameters of `Style`.
FILE_PARAMETERS = ("sort", "fields", "include", "limit", "unit", "release", "updated_since")
LARGEST_FILE = 10**9


@dataclass(frozen=True)
class FileQuery(RowQuery):
    """The rows of a list from the first to the last, or to `limit`."""

    filters: tuple[Filter, ...]
    orders: tuple[Order, ...]
    limit: int | None


@dataclass(frozen=True)
class Style:
    """How a table is written, not what is in it: titles of columns in Chinese, a byte order mark before CSV."""

    chinese_headers: bool
    byte_order_mark: bool


@dataclass(frozen=True)
class Selection:
    """A SELECT whose output columns are named like `columns` and come in their order.

    `order` follows ORDER BY and must give each row one place; `arguments` are what `body` binds, from $1 on.
    """

    body: str
    order: str
    limit: int | None
    arguments: tuple[object, ...]
    columns: tuple[Column, ...]
    unit: Unit
    control: str | None = None  # a cheaper way to count the rows and add up their amounts, with the same arguments
    keyed: tuple[str, str] | None = None  # `body` with the columns that order it, and that order of them as `r`'s

    @property
    def text(self) -> str:
        return f"{self.body} order by {self.order}" + ("" if self.limit is None else f" limit {self.limit}")

    def written(self, cells: str) -> str:
        """A SELECT of `cells`, which name the columns as those of `r`, in the same order.

        Where rows lie on several machines, each would keep the order of a query below for its own rows only, unless
        that is cut: then it is answered first, and put together on one machine.
        """
        if self.keyed is not None and self.limit is None:
            rows, order = self.keyed
            return f"select {cells} from ({rows}) r order by {order}"  # noqa: S608 - our own declarations
        return f"select {cells} from ({self.text}{' offset 0' * (self.limit is None)}) r"  # noqa: S608 - as above


@dataclass(frozen=True)
class Control:
    """How many rows a selection gives, and the exact sum of each column of amounts (None: no amount in it).

    The sums compare a copy with its source. Rows of a list repeat each other's money: they are no totals to be quoted.
    """

    rows: int
    sums: dict[str, Decimal | None]


# What each parameter of `Style` takes, the default first.
_STYLES = {"headers": ("en", "zh"), "bom": ("1", "0")}


def read_style(pairs: Pairs) -> tuple[Style, Pairs]:
    """How a file is to be written, and the parameters that say what is in it. InvalidParameters for a cursor too."""
    problems = [
        ParameterProblem(name, "a file has no pages: leave cursor out; limit shortens it", value=text[:100])
        for name, text in pairs
        if name == "cursor"
    ]
    chosen = {name: allowed[0] for name, allowed in _STYLES.items()}
    for name, allowed in _STYLES.items():
        given = [text for key, text in pairs if key == name]
        if len(given) > 1:
            problems.append(ParameterProblem(name, f"given {len(given)} times; give it once"))
        elif given and given[0] not in allowed:
            detail = f"allowed: {', '.join(allowed)}; {allowed[0]} is the default"
            problems.append(ParameterProblem(name, detail, value=given[0][:100], suggestion=allowed[1]))
        elif given:
            chosen[name] = given[0]
    if problems:
        raise InvalidParameters(*problems)
    return Style(chosen["headers"] == "zh", chosen["bom"] == "1"), [pair for pair in pairs if pair[0] not in _STYLES]


def read_whole(resource: Resource, pairs: Pairs) -> FileQuery:
    """The query for a file that the parameters ask for. InvalidParameters names every problem."""
    reader = ParameterReader(resource, pairs, FILE_PARAMETERS)
    unit = reader.unit()
    query = FileQuery(
        resource=resource,
        fields=reader.fields(),
        includes=reader.includes(),
        unit=unit,
        release=reader.release(),
        filters=(*reader.filters(unit), *reader.since()),
        orders=reader.orders(),
        limit=read_limit(reader),
    )
    reader.refuse()
    return query


def read_limit(reader: ParameterReader) -> int | None:
    """How many rows a file has at most; None: all of them."""
    text = reader.given.get("limit")
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_FILE)) and 1 <= int(text) <= LARGEST_FILE:
        return int(text)
    reader.add("limit", f"not a whole number from 1 to {LARGEST_FILE}; without it a file holds every row", value=text)
    return None


def select_whole(query: FileQuery, release: int) -> Selection:
    """The rows of the query in this release. What `include` adds are columns of JSON behind the fields."""
    resource = query.resource
    shapes = tuple(item.shape for item in query.filters)
    whole = whole_statement(
        resource.name,
        filters=shapes,
        orders=query.orders,
        fields=query.fields,
        includes=query.includes,
        unit=query.unit,
    )
    control = control_statement(
        resource.name,
        filters=shapes,
        orders=query.orders,
        fields=query.fields,
        unit=query.unit,
        limit=query.limit,
    )
    included = included_columns(resource, query.includes)
    update = () if since_of(query.filters) is None else (update_column(resource),)
    return Selection(
        body=whole.body,
        order=whole.order,
        limit=query.limit,
        arguments=(release, *(argument for item in query.filters for argument in item.arguments)),
        columns=(*update, *(resource.known[name] for name in query.fields), *included),
        unit=query.unit,
        control=control,
        keyed=(whole.keyed, whole.by_keys),
    )


def included_columns(resource: Resource, includes: tuple[str, ...]) -> tuple[Column, ...]:
    """What `include` adds to a row, as columns of JSON."""
    return tuple(
        Column(
            name=include.name,
            kind="json",
            zh=include.zh,
            en=include.en,
            description=include.description,
            description_zh=include.description_zh,
            example=None,
            schema=include.schema,
        )
        for include in resource.includes
        if include.name in includes
    )


def select_json(rows: str, columns: tuple[Column, ...], unit: Unit) -> Selection:
    """Rows that are there already, as JSON objects side by side, in the order that they have."""
    types = SQL_TYPES | {"list": "text[]", "json": "json"}
    typed = ", ".join(f'"{column.name}" {types[column.kind]}' for column in columns)
    names = ", ".join(f'"{column.name}"' for column in columns)
    return Selection(
        body=f"""select {names} from rows from (json_to_recordset($1::json) as ({typed}))
            with ordinality as q({names}, position_in_list)""",  # noqa: S608 - our own declarations
        order="position_in_list",
        limit=None,
        arguments=(f"[{rows}]",),
        columns=columns,
        unit=unit,
    )


async def select_list(connection: Connection, query: FileQuery, release: int, *, seconds: float) -> Selection:
    """As `select_whole`, once the database has said what `updated_since` stands for. NoRelease, InvalidParameters."""
    filters, _ = await resolve_since(connection, query.filters, release, seconds=seconds)
    return select_whole(replace(query, filters=filters), release)


async def find_release(connection: Connection, number: int | None, *, seconds: float) -> tuple[int, dt.datetime]:
    """The number of the release that is read and when it was made. NoRelease or NothingLoaded when it is not there."""
    row = await connection.fetchrow(
        "select number, created_at from release where $1::int is null or number = $1 order by number desc limit 1",
        number,
        timeout=seconds,
    )
    if row is None and number is not None:
        raise NoRelease.of(number)
    if row is None:
        raise NothingLoaded("no data has been loaded yet")
    return row[0], row[1]


async def fetch_control(connection: Connection, selection: Selection, *, seconds: float) -> Control:
    """Count and add up what the selection gives."""
    amounts = [column.name for column in selection.columns if column.kind == "money"]
    text = selection.body if selection.limit is None else selection.text
    sums = "".join(f', sum(r."{name}")' for name in amounts)
    row = await connection.fetchrow(
        selection.control or f"select count(*){sums} from ({text}) r",  # noqa: S608 - identifiers come from our own declarations
        *selection.arguments,
        timeout=seconds,
    )
    if row is None:  # pragma: no cover - Postgres keeps this promise
        raise AssertionError("a SELECT of an aggregate gave no row")
    return Control(row[0], dict(zip(amounts, row[1:], strict=True)))
