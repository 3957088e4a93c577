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

    `exact` says whether the groups are what the facts would give. `broken` and `alone` are made for a check or an axis
    where the rules are not looked for group by group: then `found` is what f has to have of all groups instead.
    """

    tables: str
    uneven: str
    restated: str
    exact: str = "true"
    found: dict[str, str] = field(default_factory=dict)
    broken: dict[int, str] | None = None  # by axis
    alone: dict[int, str] | None = None


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

    What parts rows beside groups is in their combinations. Those have a number each, the same where no rule tells them
    apart, and only where a group has several numbers its rules are looked at one by one. The departments of a year are
    known by a digest of all of them: it is the same where they are.
    """
    groups = [cells.resource.by_name[column.name] for column in query.groups]
    names, columns, checks = [column.name for column in groups], _measured(query), _checks(query, levels=False)
    of_combinations, of_cells, first = cells.conditions(2)
    # Several phases in a group are refused as the same money, whatever else there is: no need to look for them twice.
    places = [f"t.{name}" for name in cells.places(query.groups, "phase")]
    apart = [sql for _, sql in checks] + places + (["t.kind"] if query.restated is not None else [])
    ranks = {name: f"case when {sql} is not null then {_rank([sql])} end" for name, sql in checks}
    ranks |= {"place": _rank(places), "sort": _rank(apart)}
    found = {"several": "bool_or(t.least <> t.most)", "least": "min(t.least)", "most": "max(t.most)"}
    mixed = ["f.several and (select c.mixed from checked c)"]
    years = "t.fiscal_year as first_year, t.fiscal_year as last_year"
    if "fiscal_year" not in names:
        years = "min(t.fiscal_year) as first_year, max(t.fiscal_year) as last_year"
    codes = cells.several_codes(query.groups)
    if codes != "false":
        found["codes"], mixed, years = "bool_or(t.codes)", [*mixed, "f.codes"], f"{years}, {codes} as codes"
    added = {column.name: {part: sql.replace("#", str(cells.rollup.place(column.name)))
             for part, sql in _OF_CELLS.items()} for column in columns}  # fmt: skip
    where, grouped = " and ".join(of_cells), _by(len(names))
    listed = _list(f'{column.expression} as "{column.name}"' for column in groups)
    pairs = _list(f"min(t.{name}) as {name}_a, max(t.{name}) as {name}_b" for name in (*dict(checks), "place"))
    broken = _conflicts(query, levels=False)
    tables = f"""groups as materialized (
  select {listed}{_LARGEST} as unit_exponent,
    coalesce(sum(t.lines), 0)::bigint as lines, coalesce(sum(t.disclosures), 0)::bigint as disclosures, {years}
    {_grouped_measures(query, added)}
    {"".join(f', coalesce({added[column.name]["count"]}, 0)::bigint as "{column.name}_count"' for column in columns)},
    min(t.sort) as least, max(t.sort) as most
  from {cells.source("combinations")} where {where}{grouped}
), checked as materialized (
  select {_list(f"coalesce(bool_or({sql}), false) as broken_{n}" for n, sql in broken.items())}
    coalesce(bool_or(t.place_a <> t.place_b), false) as mixed
  from (select {listed}{pairs.removesuffix(", ")} from {cells.source("combinations")} where {where}{grouped}) t
), used as materialized (
  select t.* from combinations t where t.id in (select t.id from {cells.source("combinations")} where {where})
)"""  # noqa: S608 - as above
    uneven, exact = "false", [cells.made, *(f"not coalesce({one}, false)" for one in mixed)]
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
        exact.append("(select coalesce(min(t.kind) = max(t.kind) and max(abs(t.lag)) = 0, true) from used t)")
    tables = f"""combinations as materialized (
  select t.*{"".join(f", {sql} as {name}" for name, sql in ranks.items())} from rollup_combination t
  where {" and ".join(of_combinations)}
), {tables}"""  # noqa: S608 - as above
    looked = {n: f"coalesce(f.several and (select c.broken_{n} from checked c), false)" for n in broken}  # noqa: S608 - as above
    alone = {n: _one_of_all(sql) for n, sql in _telling(query, levels=False).items()}
    return Grouped(tables, uneven, "false", " and ".join(exact), found, looked, alone), first


def _one_of_all(expression: str) -> str:
    """The one value of all rows, null where there are several: of the one sort that there is, or of all in use."""
    value = f'({expression}) collate "C"'
    return f"""case when f.least = f.most then (select {value} from combinations t where t.sort = f.least limit 1)
    else (select min({value}) from used t having min({value}) = max({value})) end"""  # noqa: S608 - our own names


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


def _conflicts(query: AggregateQuery, *, levels: bool = True) -> dict[int, str]:
    """Whether a group t adds money twice, by axis."""
    return {
        n: " or ".join(
            "(" + " and ".join(f"t.check_{n}_{m}_{k}_a <> t.check_{n}_{m}_{k}_b" for k in range(len(together))) + ")"
            for m, together in enumerate(axis.conflicts)
        )
        for n, axis in enumerate(query.axes)
        if levels or axis.name != "level"
    }


def _telling(query: AggregateQuery, *, levels: bool = True) -> dict[int, str]:
    """What a reader is told of an axis, by axis, where all rows have the same of it and he did not name it."""
    return {
        n: axis.conflicts[0][0]
        for n, axis in enumerate(query.axes)
        if axis.default is None and (levels or axis.name != "level")
    }


def _findings(query: AggregateQuery, grouped: Grouped) -> tuple[str, dict[str, str]]:
    """What a reader has to be told: rules that are broken, rules that happen to be kept, years that differ.

    As a JSON object made of f, and what f, a single row, has to have of all groups t.
    """
    found, broken, alone = dict(grouped.found), grouped.broken, grouped.alone
    if broken is None or alone is None:
        conflicts = _conflicts(query)
        found |= {f"broken_{n}": f"coalesce(bool_or({sql}), false)" for n, sql in conflicts.items()}
        broken, alone = {n: f"f.broken_{n}" for n in conflicts}, {}
        for n in _telling(query):
            found |= {f"least_{n}": f"min(t.check_{n}_0_0_a)", f"most_{n}": f"max(t.check_{n}_0_0_b)"}
            alone[n] = f"case when f.least_{n} = f.most_{n} then f.least_{n} end"
    nullable = [column for column in query.groups if column.nullable]
    for n, column in enumerate(nullable):
        found[f"codeless_{n}"] = f'coalesce(sum(t.lines) filter (where t."{column.name}" is null), 0)::bigint'
    several = "filter (where t.first_year <> t.last_year)"
    found |= {"first_year": f"min(t.first_year) {several}", "last_year": f"max(t.last_year) {several}"}
    axes = range(len(query.axes))
    said = {
        "broken": f"array[{', '.join(broken.get(n, 'false') for n in axes)}]::boolean[]",
        "alone": f"array[{', '.join(alone.get(n, 'null') for n in axes)}]::text[]",
        "uneven": grouped.uneven,
        "codeless": f"array[{', '.join(f'f.codeless_{n}' for n in range(len(nullable)))}]::bigint[]",
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
