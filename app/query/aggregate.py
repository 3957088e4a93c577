"""The one statement of an aggregate: rows or cells of a roll-up to groups, groups to a page of JSON.

Pure functions from the shape of a query to SQL text, as in `select.py`. Amounts are added in yuan, exactly. A group
keeps the largest number of printed decimals of what was added: as the scale of its amounts in the unit 亿元 (the
largest there is), so that `select.value` shifts a sum like a printed amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from app.query.beside import titles
from app.query.columns import Column
from app.query.filters import condition
from app.query.groups import AVERAGE_DECIMALS, Measure, link_parts
from app.query.paging import after, order_by
from app.query.read_aggregate import AggregateQuery
from app.query.rolled import Cells
from app.query.select import value
from app.values import Unit

_LARGEST = Unit.YI.exponent


@dataclass(frozen=True)
class Grouped:
    """How the groups of a query are made, in SQL: the tables `groups` and what it needs, and what is found beside it.

    `exact` says whether the groups are what the facts would give.
    """

    tables: str
    uneven: str
    restated: str
    exact: str = "true"


def aggregate_statement(query: AggregateQuery, cells: Cells | None = None) -> str:
    """A page of groups: (release, newest, total, found, rows, keys, what was found of each rule as JSON, exact).

    Parameters: the release, the values of the row filters, of the conditions on groups, of the cursor. The groups are
    made of the facts, or of `cells`: the row filters are theirs then.
    """
    base, described = (query.base if cells is None else cells.resource), query.resource
    conditions = [f"({base.visible})"]
    first = 2
    for item in query.row_filters if cells is None else cells.filters:
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
    shown = ", ".join(_field(query, column) for column in described.columns)
    keys = [f"{described.by_name[order.column].order_expression}" for order in query.orders]
    ordered = order_by(described, query.orders)
    grouped = _from_facts(query, conditions) if cells is None else _from_cells(query, cells, conditions)
    text = f"""with {grouped.tables}, kept as materialized (
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
  {_findings(query, grouped)}, {grouped.exact} as exact"""  # noqa: S608 - identifiers come from our own declarations
    return text.replace("{release}", "$1::int")


def _from_facts(query: AggregateQuery, conditions: list[str]) -> Grouped:
    """Rows to parts by document, parts to groups."""
    base, names = query.base, [column.name for column in query.groups]
    needed = dict.fromkeys(
        column.join
        for column in (*(base.by_name[item.column] for item in query.row_filters), *query.groups)
        if column.join
    )
    rows = f"from {base.source}{''.join(f' {base.joins[name]}' for name in needed)} where {' and '.join(conditions)}"
    columns = _measured(query)
    checks = "".join(
        f', min(({expression}) collate "C") as {name}_a, max(({expression}) collate "C") as {name}_b'
        for name, expression in _checks(query)
    )
    again = "".join(f", min(p.{name}_a) as {name}_a, max(p.{name}_b) as {name}_b" for name, _ in _checks(query))
    tables = f"""parts as materialized (
  select {_list([f'{column.expression} as "{column.name}"' for column in query.groups])}t.disclosure_id as part,
    min(t.department_id) as body, min(t.kind) as its_kind, min(t.scope) as its_scope, min(t.fiscal_year) as first_year,
    max(t.fiscal_year) as last_year, count(*) as lines
    {"".join(_part(column) for column in columns)}{checks}
  {rows} group by {", ".join([*(str(n + 1) for n in range(len(names))), "t.disclosure_id"])}
), groups as materialized (
  select {_list([f'p."{name}"' for name in names])}{_LARGEST} as unit_exponent,
    coalesce(sum(p.lines), 0)::bigint as lines, count(*) as disclosures,
    min(p.first_year) as first_year, max(p.last_year) as last_year
    {"".join(_group(measure, query.unit, _OF_PARTS) for measure in query.measures)}{again}
    {"".join(f', coalesce(sum(p."{column.name}_count"), 0)::bigint as "{column.name}_count"' for column in columns)}
  from parts p{f" group by {', '.join(str(n + 1) for n in range(len(names)))}" if names else ""}
)"""  # noqa: S608 - as above
    uneven = "false"
    if "fiscal_year" in names:
        series = ", ".join(["its_kind", "its_scope", *(f'"{column.name}"' for column in _series(query))])
        uneven = f"""(select exists (select 1 from (
      select {series}, fiscal_year, sum(hashtextextended(body, 0)) as bodies from (
        select distinct {series}, fiscal_year, body from parts) d group by {series}, fiscal_year) y
    group by {series} having min(bodies) <> max(bodies)))"""  # noqa: S608 - as above
    return Grouped(tables, uneven, _restated(query, rows))


def _from_cells(query: AggregateQuery, cells: Cells, conditions: list[str]) -> Grouped:
    """Cells to groups. Where a group adds up several places of a document it is not known how many disclosures it has.

    The departments of a year are known by a digest of all of them: it is the same where they are.
    """
    names = [column.name for column in query.groups]
    groups = [cells.resource.by_name[name] for name in names]
    columns = _measured(query)
    where = " and ".join([*conditions, *cells.conditions(column.name for column in columns)])
    counted = "filter (where t.measure = '')"
    # Several phases in a group are refused as the same money, whatever else there is: no need to look for them twice.
    years = "t.fiscal_year as first_year, t.fiscal_year as last_year"
    if "fiscal_year" not in names:
        years = "min(t.fiscal_year) as first_year, max(t.fiscal_year) as last_year"
    checks = "".join(
        f', min(({expression}) collate "C") as {name}_a, max(({expression}) collate "C") as {name}_b'
        for name, expression in _checks(query, cells)
    )
    tables = f"""groups as materialized (
  select {_list([f'{column.expression} as "{column.name}"' for column in groups])}{_LARGEST} as unit_exponent,
    coalesce(sum(t.lines) {counted}, 0)::bigint as lines, coalesce(sum(t.disclosures) {counted}, 0)::bigint
      as disclosures, {years}
    {"".join(_group(measure, query.unit, _OF_CELLS) for measure in query.measures)}{checks}
    {"".join(f", coalesce(sum(t.lines) {_of(column)}, 0)::bigint as {_quoted(column)}" for column in columns)},
    {cells.mixed(query.groups, "phase")} as mixed
  from rollup t where {where}{f" group by {', '.join(str(n + 1) for n in range(len(names)))}" if names else ""}
)"""  # noqa: S608 - as above
    exact = [
        f"(select exists (select 1 from rollup where made_as = '{cells.rollup.made_as}'))",  # noqa: S608 - as above
        "not (select coalesce(bool_or(g.mixed), false) from groups g)",
    ]
    uneven, restated = "false", "false"
    if "fiscal_year" in names and cells.of_filters is not None:
        own = _series(query)
        series = ", ".join(["t.kind", "t.scope", *(column.expression for column in own)])
        by = ", ".join(str(n + 1) for n in range(2 + len(own)))
        where = " and ".join([*conditions, *cells.of_filters.conditions()])
        grouped = ", ".join(f"{text} as s{n}" for n, text in enumerate(series.split(", ")))
        named = ", ".join(f"s{n}" for n in range(2 + len(own)))
        tables += f""", years as materialized (
  select {grouped}, t.fiscal_year, sum(t.bodies) as bodies, {cells.of_filters.mixed(own)} as mixed
  from rollup t where {where} group by {by}, t.fiscal_year
)"""  # noqa: S608 - as above
        uneven = f"(select exists (select 1 from years group by {named} having min(bodies) <> max(bodies)))"  # noqa: S608
        exact.append("not (select coalesce(bool_or(y.mixed), false) from years y)")
    if query.restated is not None:
        # One kind of document, and no column of a prior year in it: no other document states the same.
        exact.append(
            "(select coalesce(min(t.kind) = max(t.kind) and max(abs(t.lag)) = 0, true) from rollup t "  # noqa: S608
            f"where {where})"
        )
    return Grouped(tables, uneven, restated, " and ".join(exact))


def _measured(query: AggregateQuery) -> list[Column]:
    """The columns that are measured, each once."""
    return list({measure.column.name: measure.column for measure in query.measures}.values())


def _series(query: AggregateQuery) -> list[Column]:
    """The groups within which the departments of the years are compared, beside kind and scope."""
    return [column for column in query.groups if column.name in ("phase", "statement", "fund", "side", "role", "item")]


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


# The SQL of what is added up of a column: from parts, and from cells.
_OF_PARTS = {
    "sum": 'sum(p."{name}_sum")',
    "count": 'sum(p."{name}_count")',
    "min": 'min(p."{name}_min")',
    "max": 'max(p."{name}_max")',
    "places": 'max(p."{name}_places")',
}
_OF_CELLS = {
    "sum": "sum(t.amount) filter (where t.measure = '{name}')",
    "count": "sum(t.lines) filter (where t.measure = '{name}')",
    "places": "max(t.places) filter (where t.measure = '{name}')",
}


def _of(column: Column) -> str:
    return f"filter (where t.measure = '{column.name}')"


def _quoted(column: Column) -> str:
    return f'"{column.name}_count"'


def _group(measure: Measure, unit: Unit, added: dict[str, str]) -> str:
    name, function = measure.column.name, measure.function
    if function == "count":
        return ""
    parts = {part: sql.format(name=name) for part, sql in added.items()}
    # The number of digits of a quotient depends on those of the sum, zeros at its end included.
    amount = f"trim_scale({parts['sum']}) / nullif({parts['count']}, 0)" if function == "avg" else parts[function]
    money = measure.column.kind == "money"
    places = parts["places"]
    if function == "avg":
        # More digits than the sum shows in the unit of the answer.
        shift = unit.exponent if money else 0
        places = f"greatest({places} + {shift}, 0) + {AVERAGE_DECIMALS - shift}"
    places = f"{places} + {_LARGEST if money else 0}"
    return f', round({amount}, ({places})::int) as "{measure.name}"'


def _checks(query: AggregateQuery, cells: Cells | None = None) -> list[tuple[str, str]]:
    """The expressions whose least and largest value are compared, by name. Cells are of one level, or of leaves."""
    return [
        (f"check_{n}_{m}_{k}", expression if cells is None or axis.name != "level" else "''::text")
        for n, axis in enumerate(query.axes)
        for m, together in enumerate(axis.conflicts)
        for k, expression in enumerate(together)
    ]


def _findings(query: AggregateQuery, grouped: Grouped) -> str:
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
    codeless = [
        f'(select coalesce(sum(g.lines), 0)::bigint from groups g where g."{column.name}" is null)'  # noqa: S608 - as above
        for column in query.groups
        if column.nullable
    ]
    found = {
        "broken": f"array[{', '.join(broken)}]::boolean[]",
        "alone": f"array[{', '.join(alone)}]::text[]",
        "uneven": grouped.uneven,
        "codeless": f"array[{', '.join(codeless)}]::bigint[]",
        "years": "(select array[min(g.first_year), max(g.last_year)] from groups g where g.first_year <> g.last_year "
        "having count(*) > 0)",
        "restated": grouped.restated,
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
