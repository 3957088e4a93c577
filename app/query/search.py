"""Search by words: one statement over the index of names, results by kind, the best first.

A name that is the whole search comes before one that begins with it, that before one that contains it, that before
one that has its words in different places; then shorter names first, and names of more rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

import asyncpg

from app import search_text
from app.errors import NoRelease, NothingLoaded, ParameterProblem
from app.query import paging
from app.query.columns import Column, Json, Resource
from app.query.cost import Budget
from app.query.filters import Filter, ValueProblem, matching_texts, parse_words, problem
from app.query.paging import Cursor, Order
from app.query.read_query import Pairs, ParameterReader
from app.query.run import Connection, Known

SEARCH_PARAMETERS = ("q", "kind", "limit", "cursor", "release")
SUGGEST_PARAMETERS = ("q", "kind", "limit", "release")
DEFAULT_RESULTS, LARGEST_RESULTS = 10, 100
DEFAULT_SUGGESTIONS, LARGEST_SUGGESTIONS = 10, 20

# The kinds in the order in which they are answered, each with the list that a result leads to.
KINDS: dict[str, str] = {
    "departments": "/v1/disclosures?department_id={key}",
    "functional-subjects": "/v1/expenditures?code__under={key}",
    "economic-subjects": "/v1/economic-lines?code__under={key}",
    "projects": "/v1/projects?{field}={text}",
    "performance-indicators": "/v1/performance-indicators?{field}={text}",
    "procurement-items": "/v1/procurement-items?{field}={text}",
}
_PLACES = (Order("place"),)


def _resource(name: str) -> Resource:
    """What search is to the reading of parameters and to cursors, which count the results of a kind."""
    place = Column(
        name="place",
        kind="integer",
        zh="位次",
        en="place",
        description="Place among the results of a kind.",
        example=1,
        nullable=False,
    )
    return Resource(
        name=name,
        singular="SearchResult",
        plural="SearchResults",
        zh="检索",
        en="Search",
        description="Names that words are found in.",
        source="",
        visible="",
        key="place",
        columns=(place,),
    )


SEARCH, SUGGEST = _resource("search"), _resource("suggest")


@dataclass(frozen=True)
class SearchQuery:
    """What is searched: the text as given, its folded words, in which kinds, how many results and after which."""

    text: str
    words: tuple[str, ...]
    kinds: tuple[str, ...]
    limit: int
    after: int
    release: int | None
    pinned: bool  # by the reader, not by a cursor: links stay in the release

    def fingerprint(self, kind: str) -> str:
        filters = (Filter("q", "search", self.words), Filter("kind", "eq", (kind,)))
        return paging.fingerprint(SEARCH, filters, _PLACES)


@dataclass(frozen=True)
class Found:
    """The results of one kind on this page, how many there are in all, and the cursor to the next ones."""

    kind: str
    total: int
    results: list[dict[str, Json]]
    cursor: str | None


def read_search(pairs: Pairs) -> SearchQuery:
    """The search that the parameters ask for. InvalidParameters names every problem; InvalidCursor says why."""
    reader = ParameterReader(SEARCH, pairs, SEARCH_PARAMETERS)
    query = _read(reader, DEFAULT_RESULTS, LARGEST_RESULTS)
    text = reader.given.get("cursor")
    if text is None:
        reader.refuse()
        return query
    if len(query.kinds) != 1:
        reader.add("cursor", "a cursor goes on in one kind: name it, as in kind=projects", value=text)
    reader.refuse()
    bound = query.fingerprint(query.kinds[0])
    cursor = paging.decode(text, query=bound, resource=SEARCH, orders=_PLACES)
    if query.release not in (None, cursor.release):
        reader.add("release", f"the cursor belongs to release {cursor.release}: leave one of them out")
        reader.refuse()
    (after,) = cursor.keys
    return replace(query, after=int(str(after)), release=cursor.release)


def read_suggest(pairs: Pairs) -> SearchQuery:
    """What is to be completed. InvalidParameters names every problem."""
    reader = ParameterReader(SUGGEST, pairs, SUGGEST_PARAMETERS)
    query = _read(reader, DEFAULT_SUGGESTIONS, LARGEST_SUGGESTIONS)
    reader.refuse()
    return query


def _read(reader: ParameterReader, default: int, largest: int) -> SearchQuery:
    text, words = reader.given.get("q"), tuple[str, ...]()
    if text is None:
        reader.add("q", "what is searched is missing: q=舆情监测, several words separated by spaces")
    else:
        try:
            words = parse_words(text)
        except ValueProblem as error:
            reader.problems.append(problem("q", text, error))
    kinds = tuple(KINDS)
    if "kind" in reader.given:
        kinds = tuple(dict.fromkeys(reader.given["kind"].split(",")))
        for kind in kinds:
            if kind not in KINDS:
                reader.name("kind", kind, kind, list(KINDS))
    release = reader.release()
    return SearchQuery(text or "", words, kinds, reader.limit(default, largest), 0, release, release is not None)


# Parameters: the release or null, terms, patterns, the words side by side, kinds.
_FOUND = f"""with current as (
  select case when $1::int is null then (select max(number) from release)
    else (select number from release where number = $1::int) end as number
), found as materialized (
  select e.kind, e.key, e.field, e.text, e.record, e.rows, char_length(e.text) as length,
    case when s.folded = $4::text or starts_with(s.folded, $4::text || ' ') then 0
      when starts_with(s.folded, $4::text) then 1 when strpos(s.folded, $4::text) > 0 then 2 else 3 end as rank
  from search_text s join search_entry e on e.text = s.text
  where s.text in ({matching_texts(2)}) and e.kind = any($5::text[])
    and e.valid_from <= (select number from current) and e.valid_to > (select number from current)
), best as (
  select distinct on (kind, key) * from found order by kind, key, rank, length, field
)"""  # noqa: S608 - numbers of parameters

# More parameters: how many results of a kind, after how many.
_SEARCH = f"""{_FOUND}, placed as (
  select *, row_number() over (partition by kind order by rank, length, rows desc, key collate "C") as place,
    count(*) over (partition by kind) as total from best
)
select c.number, p.kind, p.key, p.field, p.text, p.record, p.rows, p.total,
  case p.kind when 'departments' then (select d.name from department d where d.id = p.key)
    when 'functional-subjects' then (select f.name from functional_subject f where f.code = p.key)
    when 'economic-subjects' then (select x.name from economic_subject x where x.code = p.key)
    else p.text end as name
from current c left join placed p on p.place <= $6::int + $7::int and (p.place > $7::int or p.place = 1)
order by p.kind, p.place"""  # noqa: S608 - as above

# One more parameter: how many suggestions.
_SUGGEST = f"""{_FOUND}, names as (
  select text, min(rank) as rank, min(length) as length, sum(rows) as rows,
    array_agg(distinct kind::text) as kinds from best where rank < 3 group by text
)
select c.number, n.text, n.kinds from current c
left join (select * from names order by rank, length, rows desc, text collate "C" limit $6::int) n on true
order by n.rank, n.length, n.rows desc, n.text collate "C\""""  # noqa: S608 - as above


async def fetch_search(connection: Connection, query: SearchQuery, known: Known) -> tuple[int, list[Found]]:
    """The release and the results of each kind that was asked for, in their order. NoRelease, NothingLoaded."""
    rows = await _fetch(connection, _SEARCH, query, known, query.limit, query.after)
    release = _release(query, rows[0]["number"])
    found = []
    for kind in query.kinds:
        own = [row for row in rows if row["kind"] == kind]
        total = own[0]["total"] if own else 0
        # The first result comes with every page: the total is known on an empty one too.
        shown = own[1:] if query.after else own
        reached, cursor = query.after + len(shown), None
        if shown and reached < total:
            cursor = paging.encode(Cursor(release, total, (reached,)), query=query.fingerprint(kind))
        found.append(Found(kind, total, [_result(query, kind, dict(row)) for row in shown], cursor))
    return release, found


async def fetch_suggestions(
    connection: Connection, query: SearchQuery, known: Known
) -> tuple[int, list[dict[str, Json]]]:
    """The release and the names that the words may become. NoRelease, NothingLoaded."""
    rows = await _fetch(connection, _SUGGEST, query, known, query.limit)
    release = _release(query, rows[0]["number"])
    return release, [
        {
            "text": row["text"],
            "marks": _marks(row["text"], query.words),
            "kinds": [kind for kind in KINDS if kind in row["kinds"]],
            "href": f"/v1/search?q={_quoted(row['text'][:LONGEST_LINKED])}",
        }
        for row in rows
        if row["text"] is not None
    ]


# What a suggestion searches for may be as long as a search.
LONGEST_LINKED = 100


async def _fetch(
    connection: Connection, text: str, query: SearchQuery, known: Known, *more: object
) -> list[asyncpg.Record]:
    """The rows of a statement over the names that have the words. TooCostly where too many have them."""
    bound = [*_bound(query), *more]
    release = query.release or known.newest
    if not release:
        release = known.newest = await connection.fetchval("select coalesce(max(number), 0) from release")
    budget = Budget(known.costs, known.costs.lists, None, (), (_LONGER, _ONE_KIND)[: 2 if len(query.kinds) > 1 else 1])
    await budget.refuse_of(connection, text, release, *bound)
    return await connection.fetch(text, *bound)


_LONGER = ParameterProblem("q", "too many names have these words: a longer word, or one more, leaves fewer")
_ONE_KIND = ParameterProblem("kind", "not given: one kind leaves fewer names", suggestion="kind=departments")


def _bound(query: SearchQuery) -> Sequence[object]:
    patterns = [f"%{word}%" for word in query.words]
    return query.release, search_text.word_terms(query.words), patterns, "".join(query.words), list(query.kinds)


def _release(query: SearchQuery, number: int | None) -> int:
    if number is not None:
        return number
    if query.release is None:
        raise NothingLoaded("no data has been loaded yet")
    raise NoRelease(f"there is no release {query.release}; /v1/releases lists what there is")


def _result(query: SearchQuery, kind: str, row: dict[str, str]) -> dict[str, Json]:
    text, field, pinned = row["text"], row["field"], f"release={query.release}" if query.pinned else ""
    # A comma separates values of a filter; a text with one is found by what it contains.
    named = f"{field}__contains" if "," in text else field
    listed = KINDS[kind].format(key=_quoted(row["key"]), field=named, text=_quoted(text))
    record = f"/v1/{kind}/{_quoted(row['record'])}"
    return {
        "key": row["record"],
        "name": row["name"],
        "field": field,
        "text": text,
        "marks": _marks(text, query.words),
        "rows": row["rows"],
        "links": {
            "record": f"{record}?{pinned}" if pinned else record,
            "list": f"{listed}&{pinned}" if pinned else listed,
        },
    }


def _marks(text: str, words: tuple[str, ...]) -> list[Json]:
    return [[start, length] for start, length in search_text.marks(text, words)]


def _quoted(text: str) -> str:
    return quote(text, safe="")
