"""The statements: pure functions from a resource and the shape of a query to SQL text.

Every text depends on the shape alone (which columns, which operators, how many values), never on a value, so that
the database plans it once. JSON is built by the database: one row comes back, with the page as one text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from app.query.beside import beside, gathered
from app.query.changes_since import update_column
from app.query.columns import Column, Resource
from app.query.filters import condition
from app.query.json_text import Shown, json_object
from app.query.paging import Order, after, order_by
from app.query.registry import RESOURCES
from app.values import Unit

Shape = tuple[tuple[str, str, int], ...]

# Between the rows of a page: a line of its own for each. In JSON no text has an end of line as it is.
ROW_END = b",\n"
_ESCAPED_END = ",\\n"

_CURRENT = "(select number from current)"
_PINNED = "$1::int"


class Whole(NamedTuple):
    """A SELECT of every row and what follows its ORDER BY; the same with what it is ordered by, as rows `r`."""

    body: str
    order: str
    keyed: str
    by_keys: str


@lru_cache(maxsize=4096)
def page_statement(
    name: str,
    *,
    filters: Shape,
    orders: tuple[Order, ...],
    nulls: tuple[bool, ...] | None,
    fields: tuple[str, ...],
    includes: tuple[str, ...],
    unit: Unit,
    limit: int,
) -> str:
    """One page: `release`, `newest` release, rows `found` up to limit + 1, all of them, the sort values of the last.

    `rows` are JSON objects in UTF-8 with ROW_END between them, that beyond the limit too; `keys` are of the last row
    within it.

    Parameters: the release, the filters' values, the cursor's values that are not null (`nulls` says which are; None
    without a cursor). A release that is not there comes back as null. It is always bound, never looked up on the way:
    only so can the planner know that nearly every row is valid in it.
    """
    resource = RESOURCES[name]
    columns = resource.by_name
    shown = _fields(resource, fields, filters)
    conditions, first = _conditions(resource, filters, 2)
    department = asked_for(filters, "department_id", 2)
    if nulls is not None:
        conditions.append(after(resource, orders, nulls, first))
    needed = joins(resource, [*_filtered(resource, filters), *(columns[o.column] for o in orders)])
    keys, by_keys = _keys(resource, orders, rows="t")
    key_texts = "".join(f", t.key_{n}::text as key_{n}" for n in range(len(orders)))
    lasts = ", ".join(f"(array_agg(r.key_{n}))[{limit}]" for n in range(len(orders)))
    written = gathered(row_object(resource, shown, includes, unit))
    joined = _joined_once(resource, row_joins(resource, shown, includes), filters)
    # As bytes, which are handed on as they are: a text the driver would decode, for us to encode it again.
    text = f"""with page as (
  select t.*{keys} from {resource.source}{needed}
  where {" and ".join(conditions)}
  order by {order_by(resource, orders)} limit {limit + 1}
){beside(resource, (written, joined), department=department)}
select (select number from release where number = {_PINNED}) as release,
  (select max(number) from release) as newest, p.found, p.rows, p.keys
from (
  select count(*) as found, convert_to(string_agg(r.row, E'{_ESCAPED_END}'), 'UTF8') as rows, array[{lasts}] as keys
  from (
    select {written} as row{key_texts} from page t{joined}
    order by {by_keys}) r) p"""  # noqa: S608 - identifiers come from our own declarations
    return text.replace("{release}", _PINNED)


def _keys(resource: Resource, orders: tuple[Order, ...], *, rows: str) -> tuple[str, str]:
    """What rows are ordered by as columns behind the others, and the ORDER BY list of rows that have them."""
    columns = resource.by_name
    keys = "".join(f", {columns[order.column].order_expression} as key_{n}" for n, order in enumerate(orders))
    by_keys = ", ".join(
        f"{rows}.key_{n}{' desc' * order.descending}{' nulls last' if columns[order.column].nullable else ''}"
        for n, order in enumerate(orders)
    )
    return keys, by_keys


@lru_cache(maxsize=4096)
def counted_page(page: str, count: str, *, limit: int) -> str:
    """A page with the exact total as `total`, null where the page holds all there are: one way for both.

    The parameters of `count` are the first ones of the page.
    """
    return f"select q.*, case when q.found > {limit} then ({count}) end as total\nfrom (\n{page}) q"


@lru_cache(maxsize=1024)
def whole_statement(
    name: str,
    *,
    filters: Shape,
    orders: tuple[Order, ...],
    fields: tuple[str, ...],
    includes: tuple[str, ...],
    unit: Unit,
) -> Whole:
    """Every row as columns, not as JSON. Parameters: the release, the filters' values."""
    resource = RESOURCES[name]
    columns = resource.by_name
    shown = _fields(resource, fields, filters)
    conditions, _ = _conditions(resource, filters, 2)
    read = [*shown, *_filtered(resource, filters), *(columns[order.column] for order in orders)]
    written = f"select {shown_list(resource, shown, includes, unit)}"
    source = f"""
from {resource.source}{row_joins(resource, read, includes)}
where {" and ".join(conditions)}"""
    keys, by_keys = _keys(resource, orders, rows="r")
    parts = (written + source, order_by(resource, orders), written + keys + source, by_keys)
    return Whole(*(part.replace("{release}", _PINNED) for part in parts))


@lru_cache(maxsize=1024)
def control_statement(
    name: str,
    *,
    filters: Shape,
    orders: tuple[Order, ...],
    fields: tuple[str, ...],
    unit: Unit,
    limit: int | None,
) -> str:
    """How many rows `whole_statement` gives, then the sum of each amount as it is shown.

    Parameters: the release, the filters' values. Stored amounts of one printed unit are added up before they are
    shifted: the sum has as many decimals as the amount with most of them, and so has the sum of those shifted.
    """
    resource = RESOURCES[name]
    columns = resource.by_name
    conditions, _ = _conditions(resource, filters, 2)
    amounts = [column for column in (resource.known[field] for field in fields) if column.kind == "money"]
    ordered = [] if limit is None else [columns[order.column] for order in orders]
    needed = joins(resource, [*amounts, *_filtered(resource, filters), *ordered])
    stored = "".join(f", {column.expression} as a{n}" for n, column in enumerate(amounts))
    cut = "" if limit is None else f" order by {order_by(resource, orders)} limit {limit}"
    exponent = "t.unit_exponent" if amounts else "0"
    added = "".join(f", sum(r.a{n}) as a{n}" for n in range(len(amounts)))
    shown = "".join(f", sum({_shifted(f's.a{n}', unit, 's.unit_exponent')})" for n in range(len(amounts)))
    text = f"""select coalesce(sum(s.found), 0)::bigint{shown} from (
  select r.unit_exponent, count(*) as found{added} from (
    select {exponent} as unit_exponent{stored} from {resource.source}{needed}
    where {" and ".join(conditions)}{cut}) r
  group by r.unit_exponent) s"""  # noqa: S608 - as above
    return text.replace("{release}", _PINNED)


@lru_cache(maxsize=1024)
def count_statement(name: str, *, filters: Shape) -> str:
    """How many rows there are. Parameters: the release, the filters' values."""
    resource = RESOURCES[name]
    conditions, _ = _conditions(resource, filters, 2)
    needed = joins(resource, _filtered(resource, filters))
    where = " and ".join(conditions)
    text = f"select count(*) from {resource.source}{needed} where {where}"  # noqa: S608 - as above
    return text.replace("{release}", _PINNED)


def counted_statement(resource: Resource) -> str | None:
    """How many rows the whole list has, as the loader counted and verified them; null where it did not.

    None of what it does not count. Parameter: the release. Counting a large table again takes seconds.
    """
    if not resource.has_validity:
        return None
    table = resource.source.partition(" ")[0]
    return f"select (counts->>'{table}')::bigint from release where number = {_PINNED}"  # noqa: S608 - as above


@lru_cache(maxsize=256)
def one_statement(name: str, *, fields: tuple[str, ...], includes: tuple[str, ...], unit: Unit, pinned: bool) -> str:
    """One record: (release, the record as a JSON object or null). Parameters: the release when pinned, the key."""
    resource = RESOURCES[name]
    release = _PINNED if pinned else _CURRENT
    shown = [resource.known[field] for field in fields]
    key = f"${2 if pinned else 1}::{'bigint' if resource.key_column.kind == 'integer' else 'text'}"
    written, joined = gathered(row_object(resource, shown, includes, unit)), row_joins(resource, shown, includes)
    text = f"""with current as ({_release(pinned=pinned)}), page as materialized (
  select t.* from {resource.source} where ({resource.visible}) and {resource.key_column.expression} = {key}
){beside(resource, (written, joined))}
select {_CURRENT} as release, (select {written} from page t{joined}) as record"""  # noqa: S608 - as above
    return text.replace("{release}", release).replace("{key}", key)


def elsewhere_statement(resource: Resource) -> str:
    """The last release in which a key is there, as `last`; null when there is none. Parameter: the key."""
    key = f"$1::{'bigint' if resource.key_column.kind == 'integer' else 'text'}"
    # Releases have all numbers from the oldest that is kept to the newest.
    return f"""select max(least(t.valid_to - 1, r.newest)) as last from {resource.source}
        join (select min(number) as oldest, max(number) as newest from release) r
            on t.valid_from <= r.newest and t.valid_to > r.oldest
        where {resource.key_column.expression} = {key}"""  # noqa: S608 - as above


def value(column: Column, unit: Unit) -> str:
    """The SQL of a column as it is shown. Money is shifted exactly and keeps its printed digits.

    A stored amount is in yuan and its scale is the number of printed decimals; in the unit U that is shown it has
    `scale + exponent(U) - exponent(printed unit)` decimals, and the digits beyond are zeros.
    """
    if column.kind != "money":
        return column.expression
    # Most amounts of a row are null: asking first spares the steps of the whole expression.
    return f"case when {column.expression} is not null then {_shifted(column.expression, unit, 't.unit_exponent')} end"


def _shifted(amount: str, unit: Unit, printed: str) -> str:
    """A stored amount in the unit; `printed` is the exponent of the unit that it was printed in."""
    shifted = amount if unit is Unit.YUAN else f"{amount} * 1e-{unit.exponent}::numeric"
    return f"round({shifted}, greatest(0, scale({amount}) + {unit.exponent} - coalesce({printed}, 0)))"


def _release(*, pinned: bool) -> str:
    return (
        f"select number from release where number = {_PINNED}"  # noqa: S608 - as above
        if pinned
        else "select max(number) as number from release"
    )


def _conditions(resource: Resource, filters: Shape, first: int) -> tuple[list[str], int]:
    """What a row must be, the release first, and the number of the next parameter."""
    columns = resource.by_name
    found = []
    if all(operator != "since" for _, operator, _ in filters):
        found.append(f"({resource.visible})")
    for column, operator, count in filters:
        if operator == "since":
            found.append(f"({resource.delta.replace('{since}', f'${first}::int')})")
            first += 1
            continue
        text, used = condition(columns[column], operator, count, first)
        found.append(text)
        first += used
    return found, first


def asked_for(filters: Shape, column: str, first: int) -> str | None:
    """The parameter that is the one value of this column in all rows; None where no filter asks for one."""
    for name, operator, count in filters:
        if (name, operator, count) == (column, "eq", 1):
            return f"${first}::text"
        first += _width(operator, count)
    return None


def _joined_once(resource: Resource, joined: str, filters: Shape) -> str:
    """The joins behind a page, where a filter says the key of what is joined: looked up once, not for each row."""
    for name, column in resource.by_name.items():
        asked = asked_for(filters, name, 2)
        if asked is None and column.told_by is not None and (told := asked_for(filters, column.told_by[0], 2)):
            asked = column.told_by[1].format(told)
        if column.kind == "code" and asked is not None:
            joined = re.sub(rf"= {re.escape(column.expression)}(?![\w.])", f"= {asked}", joined)
    return joined


def _width(operator: str, count: int) -> int:
    """How many parameters a filter has."""
    return {"null": 0, "not_null": 0, "prefix": 2 * count, "search": 2}.get(operator, 1)


def _filtered(resource: Resource, filters: Shape) -> list[Column]:
    return [resource.by_name[column] for column, operator, _ in filters if operator != "since"]


def _fields(resource: Resource, fields: tuple[str, ...], filters: Shape) -> list[Column]:
    shown = [resource.known[field] for field in fields]
    since = any(operator == "since" for _, operator, _ in filters)
    return [update_column(resource), *shown] if since else shown


def row_object(resource: Resource, columns: Iterable[Column], includes: tuple[str, ...], unit: Unit) -> str:
    """A row as a JSON object: the columns as they are shown, and what is included."""
    fields = [
        Shown.of(
            column,
            _shifted(column.expression, unit, "t.unit_exponent") if column.kind == "money" else column.expression,
            column.expression,
        )
        for column in columns
    ]
    fields += [
        Shown(include.name, include.sql, include.sql) for include in resource.includes if include.name in includes
    ]
    return json_object(fields)


def shown_list(resource: Resource, columns: Iterable[Column], includes: tuple[str, ...], unit: Unit) -> str:
    """What stands after SELECT: the columns as they are shown, and what is included."""
    parts = [f'{value(column, unit)} as "{column.name}"' for column in columns]
    parts += [f'{include.sql} as "{include.name}"' for include in resource.includes if include.name in includes]
    return ", ".join(parts)


def joins(resource: Resource, columns: Iterable[Column]) -> str:
    """The joins that the columns need."""
    names = dict.fromkeys(column.join for column in columns if column.join)
    return "".join(f" {resource.joins[name]}" for name in names)


def row_joins(resource: Resource, columns: Iterable[Column], includes: tuple[str, ...]) -> str:
    """The joins that the columns and what is included need."""
    names = [column.join for column in columns if column.join]
    names += [join for include in resource.includes if include.name in includes for join in include.joins]
    return "".join(f" {resource.joins[name]}" for name in dict.fromkeys(names))
