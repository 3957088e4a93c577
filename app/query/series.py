"""One figure over the years, and figures of several departments side by side; what is missing is said to be missing."""

from __future__ import annotations

from dataclasses import dataclass

from app.query.columns import Column
from app.query.cost import Budget
from app.query.filters import Filter, ValueProblem, condition, nearest, parse_filter, problem
from app.query.read_aggregate import measurable
from app.query.read_query import ListQuery, Pairs, ParameterReader
from app.query.registry import RESOURCES
from app.query.run import Connection, Known, fetch_of_release
from app.query.select import value

# The resources whose rows are told apart by a classification code.
CODED = ("expenditures", "revenues", "economic-lines")
DEFAULT_RESOURCE = CODED[0]
SERIES_PARAMETERS = ("resource", "department", "code", "measure", "fund", "scope", "unit", "release")
COMPARE_PARAMETERS = (
    "resource",
    "departments",
    "fiscal_year",
    "kind",
    "code",
    "level",
    "measure",
    "fund",
    "scope",
    "unit",
    "release",
)
MOST_DEPARTMENTS = 20
MOST_CODES = 100

# Which statement is read where a resource has several, and which rows of a final account.
_STATEMENT = {"economic-lines": "basic_expenditure_by_economic"}


@dataclass(frozen=True)
class FigureQuery(ListQuery):
    """Which column of which rows; `narrow` are the filters that a document can be there without."""

    measure: Column
    narrow: tuple[Filter, ...]
    departments: tuple[str, ...]
    applied: tuple[tuple[str, str], ...]

    @property
    def one_plan_fits_all(self) -> bool:
        return True


class _Figures(ParameterReader):
    """The parameters that series and comparisons share."""

    def __init__(self, pairs: Pairs, reserved: tuple[str, ...]) -> None:
        name = dict(pairs).get("resource", DEFAULT_RESOURCE)
        super().__init__(RESOURCES[name if name in CODED else DEFAULT_RESOURCE], [], reserved)
        self.given = dict(pairs)
        self.filtered: list[Filter] = []
        self.applied: list[tuple[str, str]] = []
        if name not in CODED:
            self.add("resource", f"allowed: {', '.join(CODED)}", value=name, suggestion=nearest(name, CODED))
        for parameter in self.given:
            if parameter not in reserved:
                self.add(
                    parameter,
                    f"unknown parameter; allowed: {', '.join(reserved)}",
                    value=self.given[parameter],
                    suggestion=nearest(parameter, reserved),
                )
        for parameter in {name for name, _ in pairs if sum(other == name for other, _ in pairs) > 1}:
            self.add(parameter, "given several times; give it once")

    def filter(self, parameter: str, column: str, text: str | None, *, most: int = 1) -> Filter | None:
        """The filter of a column, with at most so many values; what is missing is a problem."""
        if text is None:
            self.add(parameter, "has to be given")
            return None
        known = self.resource.by_name[column]
        try:
            found = parse_filter(known, "eq", text, self.unit())
        except ValueProblem as error:
            self.problems.append(problem(parameter, text, error))
            return None
        if len(found.values) > most:
            self.add(parameter, f"at most {most} value{'s' * (most > 1)}", value=text)
        return found

    def chosen(self, column: str, default: str) -> Filter | None:
        """The filter of a column that has a default, which `meta.applied` then names."""
        if column not in self.resource.by_name:
            if column in self.given:
                self.add(column, f"{self.resource.name} have no {column}", value=self.given[column])
            return None
        if column not in self.given:
            self.applied.append((column, default))
        return self.filter(column, column, self.given.get(column, default))

    def fund(self) -> Filter | None:
        """Expenditure is printed per fund; of the other statements there is one."""
        asked = "fund" in self.given or self.resource.name == DEFAULT_RESOURCE
        return self.chosen("fund", "all") if asked else None

    def measure(self) -> Column:
        known = {name: column for name, column in measurable(self.resource).items() if column.kind == "money"}
        name = self.given.get("measure", "total")
        if name not in known:
            self.name("measure", name, name, [*known])
        return known.get(name, known["total"])

    def query(self, wide: list[Filter | None], narrow: list[Filter | None], departments: Filter | None) -> FigureQuery:
        measure, unit, release = self.measure(), self.unit(), self.release()
        statement = _STATEMENT.get(self.resource.name)
        if statement is not None:
            wide.append(Filter("statement", "eq", (statement,)))
        self.refuse()
        shown = departments.values if departments is not None else ()
        return FigureQuery(
            resource=self.resource,
            fields=(),
            includes=(),
            unit=unit,
            release=release,
            filters=tuple(item for item in wide if item is not None),
            orders=(),
            limit=0,
            cursor=None,
            measure=measure,
            narrow=tuple(item for item in narrow if item is not None),
            departments=tuple(str(text) for text in shown),
            applied=tuple(self.applied),
        )


def read_series(pairs: Pairs) -> FigureQuery:
    """The series that the parameters ask for. InvalidParameters names every problem."""
    reader = _Figures(pairs, SERIES_PARAMETERS)
    department = reader.filter("department", "department_id", reader.given.get("department"))
    code = reader.given.get("code")
    narrow = reader.filter("code", "code", code) if code is not None else Filter("level", "eq", ("total",))
    wide = [department, reader.fund()]
    return reader.query([*wide, reader.chosen("scope", "department")], [narrow], department)


def read_compare(pairs: Pairs) -> FigureQuery:
    """The comparison that the parameters ask for. InvalidParameters names every problem."""
    reader = _Figures(pairs, COMPARE_PARAMETERS)
    departments = reader.filter("departments", "department_id", reader.given.get("departments"), most=MOST_DEPARTMENTS)
    year = reader.filter("fiscal_year", "fiscal_year", reader.given.get("fiscal_year"))
    kind = reader.chosen("kind", "budget")
    phase = Filter("phase", "eq", (kind.values[0],)) if kind is not None else None  # what the document is about
    code = reader.given.get("code")
    narrow = reader.chosen("level", "class") if code is None else reader.filter("code", "code", code, most=MOST_CODES)
    wide = [departments, year, kind, phase, reader.chosen("scope", "department"), reader.fund()]
    return reader.query(wide, [narrow], departments)


async def fetch_figures(
    connection: Connection, query: FigureQuery, known: Known, *, compare: bool
) -> tuple[int, str, list[str]]:
    """The release, the rows as a JSON array, and the departments that have no document."""
    text, bound = (compare_statement if compare else series_statement)(query)
    budget = Budget(known.costs, known.costs.lists, query.resource, (*query.filters, *query.narrow))
    row = await fetch_of_release(connection, text, query, known, *bound, budget=budget)
    return row["release"], row["rows"], list(row["missing"])


def _selected(query: FigureQuery, filters: tuple[Filter, ...], first: int) -> tuple[str, int]:
    conditions = [f"({query.resource.visible})"]
    for item in filters:
        text, used = condition(query.resource.by_name[item.column], item.operator, len(item.values), first)
        conditions.append(text)
        first += used
    return f"from {query.resource.source} where {' and '.join(conditions)}", first


def _statement(query: FigureQuery, rows: str) -> tuple[str, list[object]]:
    there, first = _selected(query, query.filters, 2)
    conditions = []
    for item in query.narrow:
        text, used = condition(query.resource.by_name[item.column], item.operator, len(item.values), first)
        conditions.append(text)
        first += used
    bound = [argument for item in (*query.filters, *query.narrow) for argument in item.arguments]
    text = f"""with documents as materialized (
  select distinct t.department_id, t.fiscal_year, t.kind, t.phase, t.disclosure_id {there}
), lines as materialized (
  select t.*, {value(query.measure, query.unit)} as figure {there} and {" and ".join(conditions)}
)
select (select number from release where number = $1::int) as release, (select max(number) from release) as newest,
  {rows} as rows,
  coalesce((select array_agg(d) from unnest(${first}::text[]) d
    where d not in (select department_id from documents)), '{{}}') as missing"""  # noqa: S608 - our own names
    return text.replace("{release}", "$1::int"), [*bound, list(query.departments)]


def series_statement(query: FigureQuery) -> tuple[str, list[object]]:
    """(release, newest, rows, missing): for each year and each kind of figure a point, gaps included."""
    return _statement(
        query,
        f"""(select coalesce(json_agg(json_build_object('fiscal_year', y.fiscal_year, 'kind', k.kind, 'phase', k.phase,
    'status', case when l.figure is not null then 'figure' when l.id is not null then 'blank'
      when d.disclosure_id is not null then 'not_in_document' else 'no_document' end,
    'value', l.figure, 'name', l.name, 'renamed', coalesce(l.name <> l.before, false),
    'disclosure_id', d.disclosure_id, 'href', '/v1/{query.resource.name}/' || l.id || '?include=provenance')
    order by k.kind, k.phase, y.fiscal_year, d.disclosure_id), '[]'::json)::text
  from (select generate_series(min(fiscal_year)::int, max(fiscal_year)::int) as fiscal_year from documents) y
  cross join (select distinct kind, phase from documents) k
  left join documents d using (fiscal_year, kind, phase)
  left join (select x.*, lag(x.name) over (partition by x.kind, x.phase order by x.fiscal_year, x.id) as before
    from lines x) l on l.disclosure_id = d.disclosure_id and l.fiscal_year = y.fiscal_year and l.kind = k.kind
      and l.phase = k.phase)""",  # noqa: S608 - our own names
    )


def compare_statement(query: FigureQuery) -> tuple[str, list[object]]:
    """(release, newest, rows, missing): for each code a figure of each department, in the order asked for."""
    subject = "economic_subject" if query.resource.name == "economic-lines" else "functional_subject"
    last = 1 + sum(len(item.arguments) for item in (*query.filters, *query.narrow)) + 1
    return _statement(
        query,
        f"""(select coalesce(json_agg(json_build_object('code', c.code,
    'name', coalesce((select s.name from {subject} s where s.code = c.code), c.name), 'level', c.level, 'figures', (
      select json_agg(json_build_object('department_id', a.id,
        'department_name', (select name from department where id = a.id),
        'status', case when l.figure is not null then 'figure' when l.id is not null then 'blank'
          when exists (select from documents d where d.department_id = a.id) then 'not_in_document'
          else 'no_document' end,
        'value', l.figure, 'disclosure_id', l.disclosure_id,
        'href', '/v1/{query.resource.name}/' || l.id || '?include=provenance') order by a.position)
      from unnest(${last}::text[]) with ordinality a(id, position)
      left join lateral (select x.* from lines x where x.department_id = a.id and x.code is not distinct from c.code
        order by x.id limit 1) l on true)) order by c.code nulls last), '[]'::json)::text
  from (select code, min(name) as name, min(level) as level from lines group by code) c)""",  # noqa: S608 - as above
    )
