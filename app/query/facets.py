"""The values that remain in a field under the other filters, with counts: what a drop-down offers next."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from app.errors import ParameterProblem
from app.query.beside import titles
from app.query.columns import Column, Resource
from app.query.cost import Budget
from app.query.filters import Filter, condition
from app.query.groups import link_parts
from app.query.read_aggregate import SHORT_NAMES, dimensions
from app.query.read_query import ListQuery, Pairs, ParameterReader, filter_parameters
from app.query.rolled import Cells, count_by_statement, counting
from app.query.run import Connection, Known, fetch_of_release

FACET_PARAMETERS = ("field", "limit", "unit", "release")


@dataclass(frozen=True)
class FacetQuery(ListQuery):
    """Which fields' values are asked for; the filters are those of the list."""

    facets: tuple[Column, ...]
    pairs: tuple[tuple[str, str], ...]

    @property
    def one_plan_fits_all(self) -> bool:
        return False


def read_facets(resource: Resource, pairs: Pairs) -> FacetQuery:
    """The facets that the parameters ask for. InvalidParameters names every problem."""
    reader = ParameterReader(resource, pairs, FACET_PARAMETERS)
    unit = reader.unit()
    known = dimensions(resource)
    found: dict[str, Column] = {}
    text = reader.given.get("field")
    if text is None:
        reader.problems.append(
            ParameterProblem("field", f"has to be given: one or more of {', '.join(known)}, separated by commas")
        )
    for part in text.split(",") if text is not None else ():
        name = part if part in known else SHORT_NAMES.get(part, part)
        if name in known:
            found[name] = known[name]
        else:
            reader.name("field", part, name, [*known])
    query = FacetQuery(
        resource=resource,
        fields=(),
        includes=(),
        unit=unit,
        release=reader.release(),
        filters=reader.filters(unit),
        orders=(),
        limit=reader.limit(),
        cursor=None,
        facets=tuple(found.values()),
        pairs=tuple(pairs),
    )
    reader.refuse()
    return query


async def fetch_facets(connection: Connection, query: FacetQuery, known: Known) -> tuple[int, str]:
    """The release and the facets as a JSON array, in one statement. NoRelease, NothingLoaded."""
    text, bound = facets_statement(query, added_up=True)
    budget = Budget(known.costs, known.costs.lists, query.resource, query.filters)
    row = await fetch_of_release(connection, text, query, known, *bound, budget=budget)
    if not row["exact"]:
        text, bound = facets_statement(query)
        row = await fetch_of_release(connection, text, query, known, *bound, budget=budget)
    return row["release"], row["facets"]


def facets_statement(query: FacetQuery, *, added_up: bool = False) -> tuple[str, list[object]]:
    """(release, newest, facets, exact) and what is bound after the release. A field's own filters do not narrow it.

    `added_up`: rows are counted in the cells of a roll-up where they can be, which is exact when there are any.
    """
    bound: list[object] = []
    parts, exact = [], "true"
    for facet in query.facets:
        others = tuple(item for item in query.filters if item.column != facet.name)
        cells = counting(query.resource, others, facet) if added_up else None
        if cells is not None:
            exact = cells.made
        parts.append(_facet(query, facet, others, cells, len(bound) + 2))
        bound += [argument for item in (others if cells is None else cells.filters) for argument in item.arguments]
    text = f"""select (select number from release where number = $1::int) as release,
  (select max(number) from release) as newest, json_build_array({", ".join(parts)})::text as facets, {exact} as exact"""  # noqa: S608 - our own names
    return text.replace("{release}", "$1::int"), bound


def _rows(query: FacetQuery, facet: Column, filters: tuple[Filter, ...], first: int) -> str:
    """Every value of the facts with its number of rows."""
    resource = query.resource
    columns = resource.by_name
    conditions = [f"({resource.visible})"]
    for item in filters:
        text, used = condition(columns[item.column], item.operator, len(item.values), first)
        conditions.append(text)
        first += used
    joins = dict.fromkeys(column.join for column in (facet, *(columns[item.column] for item in filters)) if column.join)
    joined = "".join(f" {resource.joins[name]}" for name in joins)
    return f"""select {facet.expression} as "{facet.name}", count(*) as lines
    from {resource.source}{joined} where {" and ".join(conditions)} group by 1"""  # noqa: S608 - as above


def _word(facet: Column, language: str) -> str:
    """What a value of a closed list is called, as SQL; of other fields there is no word."""
    if not facet.choices:
        return "null"
    said = ((value, getattr(word, language)) for value, word in facet.choices.items())
    cases = " ".join(f"when {_quoted(value)} then {_quoted(word)}" for value, word in said)
    return f'case t."{facet.name}" {cases} end'


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _facet(query: FacetQuery, facet: Column, filters: tuple[Filter, ...], cells: Cells | None, first: int) -> str:
    resource = query.resource
    rows = _rows(query, facet, filters, first) if cells is None else count_by_statement(cells, facet, first)
    kept = filter_parameters(resource.name)
    pairs = [
        f"{quote(name)}={quote(text, safe=',:')}"
        for name, text in query.pairs
        if name in ("unit", "release") or (name in kept and kept[name][0] is not facet)
    ]
    href = link_parts(f"/v1/{resource.name}", pairs, (facet,))
    label = facet.label.format(value=f't."{facet.name}"') if facet.label else _word(facet, "zh")
    word_en = _word(facet, "en")
    order = 'collate "C"' if facet.kind in ("text", "code", "choice") else ""
    value_name = f't."{facet.name}"'
    return f"""(with found as materialized (
    {rows}){titles([facet], "found")}
  select json_build_object('field', '{facet.name}', 'zh', '{facet.zh}', 'en', '{facet.en.replace("'", "''")}',
    'count', (select count(*) from found), 'values', (
      select coalesce(json_agg(json_build_object('value', {value_name}, 'name', {label}, 'name_en', {word_en},
        'lines', t.lines, 'href', {href}) order by t.lines desc, {value_name} {order}), '[]'::json)
      from (select * from found t order by t.lines desc, {value_name} {order} limit {query.limit}) t)))"""  # noqa: S608 - as above
