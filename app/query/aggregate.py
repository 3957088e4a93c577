"""The one statement of an aggregate: rows to parts by document, parts to groups, groups to a page of JSON.

Pure functions from the shape of a query to SQL text, as in `select.py`. Amounts are added in yuan, exactly. A group
keeps the largest number of printed decimals of what was added: as the scale of its amounts in the unit 亿元 (the
largest there is), so that `select.value` shifts a sum like a printed amount.
"""

from __future__ import annotations

from urllib.parse import quote

from app.query.beside import titles
from app.query.columns import Column
from app.query.filters import condition
from app.query.groups import AVERAGE_DECIMALS, Measure, link_parts
from app.query.paging import after, order_by
from app.query.read_aggregate import AggregateQuery
from app.query.select import value
from app.values import Unit

_LARGEST = Unit.YI.exponent


def aggregate_statement(query: AggregateQuery) -> str:
    """A page of groups: (release, newest, total, found, rows, keys, and as JSON what was found of each rule).

    Parameters: the release, the values of the row filters, of the conditions on groups, of the cursor.
    """
    base, described = query.base, query.resource
    conditions = [f"({base.visible})"]
    first = 2
    for item in query.row_filters:
        text, used = condition(base.by_name[item.column], item.operator, len(item.values), first)
        conditions.append(text)
        first += used
    having = []
    for item in query.filters:
        text, used = condition(described.by_name[item.column], item.operator, len(item.values), first)
        having.append(text)
        first += used
    later = list(having)
    if query.cursor is not None:
        later.append(after(described, query.orders, tuple(key is None for key in query.cursor.keys), first))
    names = [column.name for column in query.groups]
    needed = dict.fromkeys(
        column.join
        for column in (*(base.by_name[item.column] for item in query.row_filters), *query.groups)
        if column.join
    )
    rows = f"from {base.source}{''.join(f' {base.joins[name]}' for name in needed)} where {' and '.join(conditions)}"
    columns = {measure.column.name: measure.column for measure in query.measures}
    shown = ", ".join(_field(query, column) for column in described.columns)
    keys = [f"{described.by_name[order.column].order_expression}" for order in query.orders]
    ordered = order_by(described, query.orders)
    text = f"""with parts as materialized (
  select {_list([f'{column.expression} as "{column.name}"' for column in query.groups])}t.disclosure_id as part,
    min(t.department_id) as body, min(t.fiscal_year) as first_year, max(t.fiscal_year) as last_year, count(*) as lines
    {"".join(_part(column) for column in columns.values())}{_part_checks(query)}
  {rows} group by {", ".join([*(str(n + 1) for n in range(len(names))), "t.disclosure_id"])}
), groups as materialized (
  select {_list([f'p."{name}"' for name in names])}{_LARGEST} as unit_exponent,
    coalesce(sum(p.lines), 0)::bigint as lines, count(*) as disclosures,
    min(p.first_year) as first_year, max(p.last_year) as last_year
    {"".join(_group(measure, query.unit) for measure in query.measures)}{_group_checks(query)}
    {"".join(f', coalesce(sum(p."{name}_count"), 0)::bigint as "{name}_count"' for name in columns)}
  from parts p{f" group by {', '.join(str(n + 1) for n in range(len(names)))}" if names else ""}
), kept as materialized (
  select t.* from groups t{f" where {' and '.join(having)}" if having else ""}
), page as materialized (
  select t.* from kept t{f" where {' and '.join(later)}" if later else ""} order by {ordered} limit {query.limit + 1}
){titles(query.groups, "page")}
select (select number from release where number = $1::int) as release, (select max(number) from release) as newest,
  (select count(*) from kept) as total, (select count(*) from page) as found,
  (select string_agg(row_to_json(r)::text, ',') from (
    select {shown} from page t order by {ordered} limit {query.limit}) r) as rows,
  (select array[{", ".join(f"({key})::text" for key in keys)}] from page t order by {ordered}
    offset {query.limit - 1} limit 1) as keys,
  {_findings(query, names, _restated(query, rows))}"""  # noqa: S608 - identifiers come from our own declarations
    return text.replace("{release}", "$1::int")


def _list(parts: list[str]) -> str:
    return "".join(f"{part}, " for part in parts)


def _part(column: Column) -> str:
    """What is kept of a measured column for each group and document."""
    name, amount = column.name, column.expression
    exponent = "coalesce(t.unit_exponent, 0)" if column.kind == "money" else "0"
    return (
        f', count({amount}) as "{name}_count", sum({amount}) as "{name}_sum", min({amount}) as "{name}_min"'
        f', max({amount}) as "{name}_max", max(scale({amount}) - {exponent}) as "{name}_places"'
    )


def _group(measure: Measure, unit: Unit) -> str:
    name = measure.column.name
    if measure.function == "count":
        return ""
    amount = {
        "sum": f'sum(p."{name}_sum")',
        "avg": f'sum(p."{name}_sum") / nullif(sum(p."{name}_count"), 0)',
        "min": f'min(p."{name}_min")',
        "max": f'max(p."{name}_max")',
    }[measure.function]
    money = measure.column.kind == "money"
    places = f'max(p."{name}_places")'
    if measure.function == "avg":
        # More digits than the sum shows in the unit of the answer.
        shift = unit.exponent if money else 0
        places = f"greatest({places} + {shift}, 0) + {AVERAGE_DECIMALS - shift}"
    places = f"{places} + {_LARGEST if money else 0}"
    return f', round({amount}, ({places})::int) as "{measure.name}"'


def _checks(query: AggregateQuery) -> list[tuple[str, str]]:
    """The expressions whose least and largest value are compared, by name."""
    return [
        (f"check_{n}_{m}_{k}", expression)
        for n, axis in enumerate(query.axes)
        for m, together in enumerate(axis.conflicts)
        for k, expression in enumerate(together)
    ]


def _part_checks(query: AggregateQuery) -> str:
    return "".join(
        f', min(({expression}) collate "C") as {name}_a, max(({expression}) collate "C") as {name}_b'
        for name, expression in _checks(query)
    )


def _group_checks(query: AggregateQuery) -> str:
    return "".join(f", min(p.{name}_a) as {name}_a, max(p.{name}_b) as {name}_b" for name, _ in _checks(query))


def _findings(query: AggregateQuery, names: list[str], restated: str) -> str:
    """What a reader has to be told: rules that are broken, rules that happen to be kept, years that differ."""
    broken = []
    for n, axis in enumerate(query.axes):
        conflict = " or ".join(
            "(" + " and ".join(f"g.check_{n}_{m}_{k}_a <> g.check_{n}_{m}_{k}_b" for k in range(len(together))) + ")"
            for m, together in enumerate(axis.conflicts)
        )
        broken.append(f"(select coalesce(bool_or({conflict}), false) from groups g)")  # noqa: S608 - our own names
    alone = [
        f"(select min(g.{check}_a) from groups g having min(g.{check}_a) = max(g.{check}_b))"  # noqa: S608 - as above
        if axis.default is None
        else "null"
        for axis, check in ((axis, f"check_{n}_0_0") for n, axis in enumerate(query.axes))
    ]
    uneven = "0"
    if "fiscal_year" in names:
        uneven = (
            "(select count(*) from (select fiscal_year from parts group by 1 having count(distinct body) < "
            "(select count(distinct body) from parts)) y)"
        )
    codeless = [
        f'(select coalesce(sum(g.lines), 0)::bigint from groups g where g."{column.name}" is null)'  # noqa: S608 - as above
        for column in query.groups
        if column.nullable
    ]
    found = {
        "broken": f"array[{', '.join(broken)}]::boolean[]",
        "alone": f"array[{', '.join(alone)}]::text[]",
        "uneven": uneven,
        "codeless": f"array[{', '.join(codeless)}]::bigint[]",
        "years": "(select array[min(g.first_year), max(g.last_year)] from groups g where g.first_year <> g.last_year "
        "having count(*) > 0)",
        "restated": restated,
    }
    described = ", ".join(f"'{name}', {sql}" for name, sql in found.items())
    return f"json_build_object({described})::text as findings"


def _restated(query: AggregateQuery, rows: str) -> str:
    if query.restated is None:
        return "false"
    told_apart = [query.base.by_name[name].expression for name in query.restated[0]]
    return (
        f"(select exists (select 1 {rows} group by {', '.join(told_apart)} "
        "having min(t.disclosure_id) <> max(t.disclosure_id)))"
    )


def _field(query: AggregateQuery, column: Column) -> str:
    sql = _href(query) if column.name == "href" else value(column, query.unit)
    return f'{sql} as "{column.name}"'


def _href(query: AggregateQuery) -> str:
    own = {name for column in query.groups for name in (column.name, f"{column.name}__isnull")}
    kept = [f"{quote(name)}={quote(text, safe=',:')}" for name, text in query.row_pairs if name not in own]
    return link_parts(f"/v1/{query.base.name}", kept, query.groups)
