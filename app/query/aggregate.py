"""The one statement of an aggregate: rows or cells of a roll-up to groups, groups to a page of JSON.

Pure functions from the shape of a query to SQL text, as in `select.py`. Amounts are added in yuan, exactly. A group
keeps the largest number of printed decimals of what was added: as the scale of its amounts in the unit 亿元 (the
largest there is), so that `select.value` shifts a sum like a printed amount.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from app.query.beside import titles
from app.query.columns import Column
from app.query.filters import condition
from app.query.groups import AVERAGE_DECIMALS, Measure, Named, label_name, link_parts
from app.query.paging import after, order_by
from app.query.read_aggregate import AggregateQuery
from app.query.rolled import Cells
from app.query.select import value
from app.values import Unit

_LARGEST = Unit.YI.exponent


@dataclass(frozen=True)
class Grouped:
    """How the groups of a query are made, in SQL: the tables `groups` and what it needs, and what is found beside it.

    `exact` says whether the groups are what the facts would give; it may ask f for what is `found` of all groups.
    `told` is the SQL of what a check's value stands for; `levels`: rows may be of several.
    """

    tables: str
    uneven: str
    restated: str
    exact: str = "true"
    found: dict[str, str] = field(default_factory=dict)
    told: str = "{value}"
    levels: bool = True


def aggregate_statement(query: AggregateQuery, cells: Cells | None = None) -> str:
    """A page of groups: (release, newest, total, found, rows, keys, what was found of each rule as JSON, exact).

    Parameters: the release, the values of the row filters, of the conditions on groups, of the cursor. The groups are
    made of the facts, or of `cells`: the row filters are theirs then.
    """
    described = query.resource
    grouped, first = _from_facts(query) if cells is None else _from_cells(query, cells)
    having = []
    for item in query.filters:
        text, used = condition(described.by_name[item.column], item.operator, len(item.values), first)
        having.append(text)
        first += used
    later = list(having)
    if query.cursor is not None:
        later.append(after(described, query.orders, tuple(key is None for key in query.cursor.keys), first))
    named = _named(query)
    shown = ", ".join(_field(query, column, named) for column in described.columns)
    keys = [f"{described.by_name[order.column].order_expression}" for order in query.orders]
    ordered = order_by(described, query.orders)
    asked, found = _findings(query, grouped)
    text = f"""with {grouped.tables}, seen as materialized (
  select {_list(f"{sql} as {name}" for name, sql in found.items())}
    count(*){f" filter (where {' and '.join(having)})" if having else ""} as total from groups t
), page as materialized (
  select {_shown_of_groups(query)} from groups t{f" where {' and '.join(later)}" if later else ""}
  order by {ordered} limit {query.limit + 1}
){titles(query.groups, "page")}{"".join(one.table for one in named.values())}
select (select number from release where number = $1::int) as release, (select max(number) from release) as newest,
  f.total, (select count(*) from page) as found,
  (select string_agg(row_to_json(r)::text, ',') from (
    select {shown} from page t{"".join(one.join for one in named.values())}
    order by {ordered} limit {query.limit}) r) as rows,
  (select array[{", ".join(f"({key})::text" for key in keys)}] from page t order by {ordered}
    offset {query.limit - 1} limit 1) as keys,
  {asked}, {grouped.exact} as exact
from seen f"""  # noqa: S608 - identifiers come from our own declarations
    return text.replace("{release}", "$1::int")


def _from_facts(query: AggregateQuery) -> tuple[Grouped, int]:
    """Rows to parts by document, parts to groups; and the number of the next parameter."""
    base, names, first = query.base, [column.name for column in query.groups], 2
    conditions = [f"({base.visible})"]
    for item in query.row_filters:
        text, used = condition(base.by_name[item.column], item.operator, len(item.values), first)
        conditions.append(text)
        first += used
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
    {_grouped_measures(query, {column.name: _OF_PARTS for column in columns})}{again}
    {"".join(f', coalesce(sum(p."{column.name}_count"), 0)::bigint as "{column.name}_count"' for column in columns)}
  from parts p{_by(len(names))}
)"""  # noqa: S608 - as above
    uneven = "false"
    if "fiscal_year" in names:
        series = ", ".join(["its_kind", "its_scope", *(f'"{column.name}"' for column in _series(query))])
        uneven = f"""(select exists (select 1 from (
      select {series}, fiscal_year, sum(hashtextextended(body, 0)) as bodies from (
        select distinct {series}, fiscal_year, body from parts) d group by {series}, fiscal_year) y
    group by {series} having min(bodies) <> max(bodies)))"""  # noqa: S608 - as above
    return Grouped(tables, uneven, _restated(query, rows)), first


def _from_cells(query: AggregateQuery, cells: Cells) -> tuple[Grouped, int]:
    """Cells to groups. Where a group adds up several places of a document it is not known how many disclosures it has.

    What combinations differ in is compared by numbers: each distinct value of what a check asks has one. The
    departments of a year are known by a digest of all of them: it is the same where they are.
    """
    groups = [cells.resource.by_name[column.name] for column in query.groups]
    names, columns, checks = [column.name for column in groups], _measured(query), _checks(query, levels=False)
    of_combinations, of_cells, first = cells.conditions(2)
    # Several phases in a group are refused as the same money, whatever else there is: no need to look for them twice.
    ranks = {name: f"case when {sql} is not null then {_rank([sql])} end" for name, sql in checks}
    ranks["place"] = _rank([f"t.{name}" for name in cells.places(query.groups, "phase")])
    found = {"mixed": "bool_or(t.mixed)"}
    years = "t.fiscal_year as first_year, t.fiscal_year as last_year"
    if "fiscal_year" not in names:
        years = "min(t.fiscal_year) as first_year, max(t.fiscal_year) as last_year"
    restated = ""
    if query.restated is not None:
        ranks["its_kind"] = _rank(["t.kind"])
        restated = ", min(t.its_kind) as least_kind, max(t.its_kind) as last_kind, max(abs(t.lag)) as most_lag"
        found["other"] = "min(t.least_kind) <> max(t.last_kind) or max(t.most_lag) <> 0"
    added = {column.name: {part: sql.replace("#", str(cells.rollup.place(column.name)))
             for part, sql in _OF_CELLS.items()} for column in columns}  # fmt: skip
    tables = f"""groups as materialized (
  select {_list(f'{column.expression} as "{column.name}"' for column in groups)}{_LARGEST} as unit_exponent,
    coalesce(sum(t.lines), 0)::bigint as lines, coalesce(sum(t.disclosures), 0)::bigint as disclosures, {years}
    {_grouped_measures(query, added)}
    {"".join(f", min(t.{name}) as {name}_a, max(t.{name}) as {name}_b" for name, _ in checks)}{restated}
    {"".join(f', coalesce({added[column.name]["count"]}, 0)::bigint as "{column.name}_count"' for column in columns)},
    min(t.place) <> max(t.place) or {cells.several_codes(query.groups)} as mixed
  from {cells.source("combinations")} where {" and ".join(of_cells)}{_by(len(names))}
)"""  # noqa: S608 - as above
    uneven, exact = "false", ["not coalesce(f.mixed, false)"]
    if "fiscal_year" in names and cells.of_filters is not None:
        coarse, own = cells.of_filters, _series(query)
        ranks["series"] = _rank(["t.kind", "t.scope", *(column.expression for column in own)])
        ranks["place_of_year"] = _rank([f"t.{name}" for name in coarse.places(own)])
        tables += f""", years as materialized (
  select t.series, t.fiscal_year, sum(t.bodies) as bodies,
    min(t.place_of_year) <> max(t.place_of_year) or {coarse.several_codes(own)} as mixed
  from {coarse.source("combinations")} where {" and ".join(coarse.conditions(2)[1])} group by 1, 2
)"""  # noqa: S608 - as above
        uneven = "(select exists (select 1 from years group by series having min(bodies) <> max(bodies)))"
        exact.append("not (select coalesce(bool_or(y.mixed), false) from years y)")
    if query.restated is not None:
        # One kind of document, and no column of a prior year in it: no other document states the same.
        exact.append("not coalesce(f.other, false)")
    tables = f"""combinations as materialized (
  select t.*{"".join(f", {sql} as {name}" for name, sql in ranks.items())} from rollup_combination t
  where {" and ".join(of_combinations)}
), {tables}"""  # noqa: S608 - as above
    told = "(select {expression} from combinations t where t.{check} = {value} limit 1)"
    exact.insert(0, cells.made)
    return Grouped(tables, uneven, "false", " and ".join(exact), found, told, levels=False), first


def _rank(expressions: list[str]) -> str:
    return f"dense_rank() over (order by {', '.join(expressions)})"


def _measured(query: AggregateQuery) -> list[Column]:
    """The columns that are measured, each once."""
    return list({measure.column.name: measure.column for measure in query.measures}.values())


def _series(query: AggregateQuery) -> list[Column]:
    """The groups within which the departments of the years are compared, beside kind and scope."""
    return [column for column in query.groups if column.name in ("phase", "statement", "fund", "side", "role", "item")]


def _by(count: int) -> str:
    """The GROUP BY of the first fields."""
    return f" group by {', '.join(str(n + 1) for n in range(count))}" if count else ""


def _list(parts: Iterable[str]) -> str:
    return "".join(f"{part}, " for part in parts)


def _part(column: Column) -> str:
    """What is kept of a measured column for each group and document."""
    name, amount = column.name, column.expression
    exponent = "coalesce(t.unit_exponent, 0)" if column.kind == "money" else "0"
    return (
        f', count({amount}) as "{name}_count", sum({amount}) as "{name}_sum", min({amount}) as "{name}_min"'
        f', max({amount}) as "{name}_max", max(scale({amount}) - {exponent}) as "{name}_places"'
    )


# The SQL of what is added up of a column: from parts, and from cells, where # is its number.
_OF_PARTS = {
    "sum": 'sum(p."{name}_sum")',
    "count": 'sum(p."{name}_count")',
    "min": 'min(p."{name}_min")',
    "max": 'max(p."{name}_max")',
    "places": 'max(p."{name}_places")',
}
_OF_CELLS = {"sum": "sum(t.amount_#)", "count": "sum(t.lines_#)", "places": "max(t.places_#)"}


def _grouped_measures(query: AggregateQuery, added: dict[str, dict[str, str]]) -> str:
    """The measures of groups, and what is needed to give them their digits when they are shown."""
    measures = "".join(_group(measure, query.unit, added[measure.column.name]) for measure in query.measures)
    places = "".join(
        f', {added[column.name]["places"].format(name=column.name)} as "{column.name}_places"'
        for column in _measured(query)
    )
    return measures + places


def _group(measure: Measure, unit: Unit, added: dict[str, str]) -> str:
    name, function = measure.column.name, measure.function
    if function == "count":
        return ""
    parts = {part: sql.format(name=name) for part, sql in added.items()}
    if function != "avg":
        return f', {parts[function]} as "{measure.name}"'
    # The number of digits of a quotient depends on those of the sum, zeros at its end included.
    amount = f"trim_scale({parts['sum']}) / nullif({parts['count']}, 0)"
    # More digits than the sum shows in the unit of the answer.
    shift = unit.exponent if measure.column.kind == "money" else 0
    places = f"greatest({parts['places']} + {shift}, 0) + {AVERAGE_DECIMALS - shift + _shift(measure)}"
    return f', round({amount}, ({places})::int) as "{measure.name}"'


def _shift(measure: Measure) -> int:
    return _LARGEST if measure.column.kind == "money" else 0


def _shown_of_groups(query: AggregateQuery) -> str:
    """What a page has of its groups, each measure with as many decimals as the figure with most of them."""
    found = [f't."{column.name}"' for column in query.groups]
    found += ["t.unit_exponent", "t.lines", "t.disclosures"]
    found += [f't."{column.name}_count"' for column in _measured(query)]
    for measure in query.measures:
        if measure.function == "avg":
            found.append(f't."{measure.name}"')
        elif measure.function != "count":
            places = f'(t."{measure.column.name}_places" + {_shift(measure)})::int'
            found.append(f'round(t."{measure.name}", {places}) as "{measure.name}"')
    return ", ".join(found)


def _checks(query: AggregateQuery, *, levels: bool = True) -> list[tuple[str, str]]:
    """The expressions whose least and largest value are compared, by name. Cells are of one level, or of leaves."""
    return [
        (f"check_{n}_{m}_{k}", expression)
        for n, axis in enumerate(query.axes)
        if levels or axis.name != "level"
        for m, together in enumerate(axis.conflicts)
        for k, expression in enumerate(together)
    ]


def _findings(query: AggregateQuery, grouped: Grouped) -> tuple[str, dict[str, str]]:
    """What a reader has to be told: rules that are broken, rules that happen to be kept, years that differ.

    As a JSON object made of f, and what f, a single row, has to have of all groups t.
    """
    found = dict(grouped.found)
    checked = {name for name, _ in _checks(query, levels=grouped.levels)}
    broken, alone, codeless = [], [], []
    for n, axis in enumerate(query.axes):
        name = f"check_{n}_0_0"
        if name not in checked:
            broken.append("false")
            alone.append("null")
            continue
        conflict = " or ".join(
            "(" + " and ".join(f"t.check_{n}_{m}_{k}_a <> t.check_{n}_{m}_{k}_b" for k in range(len(together))) + ")"
            for m, together in enumerate(axis.conflicts)
        )
        found[f"broken_{n}"] = f"coalesce(bool_or({conflict}), false)"
        broken.append(f"f.broken_{n}")
        if axis.default is not None:
            alone.append("null")
            continue
        found |= {f"least_{n}": f"min(t.{name}_a)", f"most_{n}": f"max(t.{name}_b)"}
        told = grouped.told.format(expression=axis.conflicts[0][0], check=name, value=f"f.least_{n}")
        alone.append(f"case when f.least_{n} = f.most_{n} then {told} end")
    for n, column in enumerate(column for column in query.groups if column.nullable):
        found[f"codeless_{n}"] = f'coalesce(sum(t.lines) filter (where t."{column.name}" is null), 0)::bigint'
        codeless.append(f"f.codeless_{n}")
    several = "filter (where t.first_year <> t.last_year)"
    found |= {"first_year": f"min(t.first_year) {several}", "last_year": f"max(t.last_year) {several}"}
    said = {
        "broken": f"array[{', '.join(broken)}]::boolean[]",
        "alone": f"array[{', '.join(alone)}]::text[]",
        "uneven": grouped.uneven,
        "codeless": f"array[{', '.join(codeless)}]::bigint[]",
        "years": "case when f.first_year is not null then array[f.first_year, f.last_year] end",
        "restated": grouped.restated,
    }
    described = ", ".join(f"'{name}', {sql}" for name, sql in said.items())
    return f"json_build_object({described})::text as findings", found


def _restated(query: AggregateQuery, rows: str) -> str:
    if query.restated is None:
        return "false"
    told_apart = [query.base.by_name[name].expression for name in query.restated[0]]
    return (
        f"(select exists (select 1 {rows} group by {', '.join(told_apart)} "
        "having min(t.disclosure_id) <> max(t.disclosure_id)))"
    )


def _named(query: AggregateQuery) -> dict[str, Named]:
    """What is looked up once for each value of a page, by the group: its name, and how a link writes it."""
    columns = [column for column in query.groups if column.label or column.kind in ("text", "code")]
    return {column.name: Named(column, f"named_{n}") for n, column in enumerate(columns)}


def _field(query: AggregateQuery, column: Column, named: dict[str, Named]) -> str:
    names = {label_name(one.column): one for one in named.values() if one.column.label}
    if column.name == "href":
        sql = _href(query, named)
    else:
        sql = names[column.name].name if column.name in names else value(column, query.unit)
    return f'{sql} as "{column.name}"'


def _href(query: AggregateQuery, named: dict[str, Named]) -> str:
    own = {name for column in query.groups for name in (column.name, f"{column.name}__isnull")}
    kept = [f"{quote(name)}={quote(text, safe=',:')}" for name, text in query.row_pairs if name not in own]
    return link_parts(f"/v1/{query.base.name}", kept, query.groups, named)
