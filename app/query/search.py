"""Search by words over the index of names: results by kind, the best first.

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
from app.query.filters import Filter, ValueProblem, parse_words, problem
from app.query.paging import Cursor, Order
from app.query.read_query import Pairs, ParameterReader
from app.query.run import Connection, Known
from app.query.search_statements import KEPT_SEARCH, KEPT_SUGGEST, SEARCH, SUGGEST

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


_SEARCH, _SUGGEST = _resource("search"), _resource("suggest")


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
        return paging.fingerprint(_SEARCH, filters, _PLACES)


@dataclass(frozen=True)
class Found:
    """The results of one kind on this page, how many there are in all, and the cursor to the next ones."""

    kind: str
    total: int
    results: list[dict[str, Json]]
    cursor: str | None


def read_search(pairs: Pairs) -> SearchQuery:
    """The search that the parameters ask for. InvalidParameters names every problem; InvalidCursor says why."""
    reader = ParameterReader(_SEARCH, pairs, SEARCH_PARAMETERS)
    query = _read(reader, DEFAULT_RESULTS, LARGEST_RESULTS)
    text = reader.given.get("cursor")
    if text is None:
        reader.refuse()
        return query
    if len(query.kinds) != 1:
        reader.add("cursor", "a cursor goes on in one kind: name it, as in kind=projects", value=text)
    reader.refuse()
    bound = query.fingerprint(query.kinds[0])
    cursor = paging.decode(text, query=bound, resource=_SEARCH, orders=_PLACES)
    if query.release not in (None, cursor.release):
        reader.add("release", f"the cursor belongs to release {cursor.release}: leave one of them out")
        reader.refuse()
    (after,) = cursor.keys
    return replace(query, after=int(str(after)), release=cursor.release)


def read_suggest(pairs: Pairs) -> SearchQuery:
    """What is to be completed. InvalidParameters names every problem."""
    reader = ParameterReader(_SUGGEST, pairs, SUGGEST_PARAMETERS)
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


async def fetch_search(connection: Connection, query: SearchQuery, known: Known) -> tuple[int, list[Found]]:
    """The release and the results of each kind that was asked for, in their order. NoRelease, NothingLoaded."""
    rows = await _kept(connection, KEPT_SEARCH, query, query.limit, query.after)
    if rows is None:
        rows = await _fetch(connection, SEARCH, query, known, query.limit, query.after)
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
    rows = await _kept(connection, KEPT_SUGGEST, query, query.limit)
    if rows is None:
        rows = await _fetch(connection, SUGGEST, query, known, query.limit)
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


async def _kept(connection: Connection, text: str, query: SearchQuery, *more: object) -> list[asyncpg.Record] | None:
    """What is kept of a word that very many names have; None where it is not, or not enough for this page."""
    if len(query.words) > 1:
        return None
    rows = await connection.fetch(text, query.release, query.words[0], list(query.kinds), *more)
    _release(query, rows[0]["number"])
    return rows if rows[0]["kept"] else None


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
    raise NoRelease.of(query.release)


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
