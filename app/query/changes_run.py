"""Run a query for changes: the two releases first, then a page, a count or a summary."""

from __future__ import annotations

from dataclasses import dataclass, replace

import asyncpg
import orjson

from app.errors import NoRelease, NothingLoaded, ParameterProblem
from app.query import paging, words
from app.query.changes import COMPARABLE, flat_columns, nested_columns
from app.query.changes_count import change_count_statement, documents_statement, summary_statement
from app.query.changes_read import ChangesQuery
from app.query.changes_statements import (
    by_disclosure,
    change_file_statement,
    change_found_statement,
    change_page_statement,
)
from app.query.columns import Json
from app.query.cost import Budget
from app.query.paging import Cursor
from app.query.run import Connection, Known, Page, planned
from app.query.whole_list import Selection, included_columns

# The rows of more disclosures than these are not counted for a summary: every resource's would be read through.
MOST_COUNTED = 2_000
MOST_DOCUMENTS = 100
# Disclosures that are looked at for a page at once, whatever is expected of them.
_FEWEST, _ALL = 4, 2**31 - 1


@dataclass(frozen=True)
class TwoReleases:
    """The releases that are compared, as rows: number, created_at, content_digest, note, and their links.

    `counts` are the rows of the later one by table.
    """

    earlier: dict[str, Json]
    later: dict[str, Json]
    counts: dict[str, int]


@dataclass(frozen=True)
class Summary:
    """What differs: disclosures by reason, the first of them, and changed rows by resource (None: not counted)."""

    reasons: dict[str, int]
    found: int
    documents: list[dict[str, Json]]
    rows: dict[str, dict[str, int]] | None


async def find_releases(
    connection: Connection, earlier: int, later: int, *, seconds: float | None = None
) -> TwoReleases:
    """Both releases. NoRelease for one that is not there or no longer kept, NothingLoaded."""
    rows = await connection.fetch(
        """select number, min(number) over () as oldest, max(number) over () as newest, counts::text,
            json_build_object('number', number, 'created_at', created_at, 'content_digest', content_digest,
              'note', note, 'href', '/v1/releases/' || number)::text as release
        from release order by number""",
        timeout=seconds,
    )
    if not rows:
        raise NothingLoaded("no data has been loaded yet")
    oldest, newest = rows[0]["oldest"], rows[0]["newest"]
    known = {row["number"]: row["release"] for row in rows}
    for number in (earlier, later):
        if number in known:
            continue
        if number > newest:
            raise NoRelease(f"there is no release {number}, the newest is {newest}; /v1/releases lists what there is")
        raise NoRelease(
            f"release {number} is no longer kept, the oldest that is kept is {oldest}",
            number=number,
            advice=f"compare releases from {oldest} on (/v1/releases), or take the whole of a release, as files at "
            f"/v1/releases/{newest}/files",
        )
    counts = next(row["counts"] for row in rows if row["number"] == later)
    return TwoReleases(orjson.loads(known[earlier]), orjson.loads(known[later]), orjson.loads(counts))


async def fetch_changes(connection: Connection, query: ChangesQuery, known: Known) -> Page:
    """The page of changes that the query asks for. NoRelease, NothingLoaded, TooCostly."""
    releases = await find_releases(connection, query.earlier, query.later)
    cursor = query.cursor
    async with planned(connection, query):
        found, rows, keys = await _rows(connection, query, releases.counts, known)
        if cursor is not None:
            total = cursor.total
        elif found <= query.limit:
            total = found
        else:
            total = await _total(connection, query, known)
    following = None
    if found > query.limit:
        columns = query.resource.by_name
        last = tuple(paging.read_key(columns[order.column], key) for order, key in zip(query.orders, keys, strict=True))
        following = paging.encode(Cursor(query.later, total, last), query=query.fingerprint)
    return Page(rows.encode(), min(found, query.limit), total, query.later, following)


async def _rows(
    connection: Connection, query: ChangesQuery, counts: dict[str, int], known: Known
) -> tuple[int, str, list[str | None]]:
    """How many changes there are up to one more than a page has, the page, and the sort values of its last one.

    In the order of disclosures as many are looked at first as have the rows of a page, and several times as many as
    long as too few of those differ: a page costs what is on it, also between releases in which everything differs.
    """
    cursor, limit = query.cursor, query.limit
    nulls = None if cursor is None else tuple(key is None for key in cursor.keys)
    beyond = () if cursor is None else tuple(key for key in cursor.keys if key is not None)
    text = change_page_statement(query.shape, nulls=nulls)
    found, rows, keys, passed = 0, list[str](), list[str | None](), 0
    some = _disclosures_of(limit + 1, counts.get(_table(query), 0), counts["disclosure"])
    while True:
        part = (passed, some) if by_disclosure(query.shape) else ()
        shown = limit - found
        bound = (*query.arguments, *beyond, shown + 1, shown, *part)
        # The first few disclosures of a page are always looked at.
        if passed or not part:
            await _budget(query, known, known.costs.lists).refuse_of(connection, text, query.later, *bound)
        row = _row(await connection.fetchrow(text, *bound))
        found += row["found"]
        if row["rows"] is not None:
            rows.append(row["rows"])
        # Where all that is shown was found before, it is only asked whether more follows.
        keys = (row["keys"] if shown else None) or keys
        passed += some
        if found > limit or not part or row["disclosures"] < some:
            return found, ",".join(rows), keys
        some = min(_disclosures_of(limit + 1 - found, found, passed), 8 * passed)


async def _enough(
    connection: Connection, query: ChangesQuery, wanted: int, counts: dict[str, int], seconds: float
) -> int:
    """How many disclosures, the first of those that differ, have so many changes; or more than there are."""
    text, found, passed = change_found_statement(query.shape), 0, 0
    some = _disclosures_of(wanted, counts.get(_table(query), 0), counts["disclosure"])
    while True:
        row = _row(await connection.fetchrow(text, *query.arguments, wanted - found, 0, passed, some, timeout=seconds))
        found, passed = found + row["found"], passed + some
        if found >= wanted or row["disclosures"] < some:
            return min(passed, _ALL)
        some = min(_disclosures_of(wanted - found, found, passed), 8 * passed)


def _disclosures_of(rows: int, known: int, disclosures: int) -> int:
    """How many disclosures have so many rows, with some to spare, where `known` rows are in `disclosures` of them."""
    return min(max(_FEWEST, -(-2 * rows * disclosures // max(known, 1))), _ALL)


def _table(query: ChangesQuery) -> str:
    return query.base.source.partition(" ")[0]


async def fetch_summary(connection: Connection, earlier: int, later: int) -> tuple[TwoReleases, Summary]:
    """What differs between the two releases in all. NoRelease, NothingLoaded."""
    releases = await find_releases(connection, earlier, later)
    reasons, found, documents = _row(await connection.fetchrow(documents_statement(MOST_DOCUMENTS), earlier, later))
    rows: dict[str, dict[str, int]] | None = None
    if found <= MOST_COUNTED:
        rows = {name: dict.fromkeys(words.CHANGE, 0) for name in COMPARABLE}
        for counted in await connection.fetch(summary_statement(COMPARABLE), earlier, later):
            rows[counted["resource"]][counted["change"]] = counted["rows"]
    counts = dict.fromkeys(words.CHANGE_REASON, 0) | orjson.loads(reasons)
    return releases, Summary(counts, found, orjson.loads(documents), rows)


async def select_changes(
    connection: Connection, query: ChangesQuery, releases: TwoReleases, *, nested: bool, seconds: float
) -> Selection:
    """Every change, for a file: `nested` with the rows as objects, else with a column for each field on each side.

    Of one that is to have so many rows at most it is asked first how many disclosures have them.
    """
    some = None
    if query.rows is not None and by_disclosure(query.shape):
        some = await _enough(connection, query, query.rows, releases.counts, seconds)
    body, order = change_file_statement(query.shape, nested=nested, part=some is not None)
    name, included = query.base.name, included_columns(query.base, query.includes)
    return Selection(
        body=body,
        order=order,
        limit=query.rows,
        arguments=(*query.arguments, *(() if some is None else (some,))),
        columns=nested_columns(name) if nested else flat_columns(name, query.fields, included),
        unit=query.unit,
    )


async def _total(connection: Connection, query: ChangesQuery, known: Known) -> int:
    key = (query.later, f"{query.earlier} {query.base.name}", (*query.row_filters, *query.filters))
    total = known.total(key)
    if total is None:
        text = change_count_statement(_unordered(query).shape)
        await _budget(query, known, known.costs.sums).refuse_of(connection, text, query.later, *query.arguments)
        total = int(await connection.fetchval(text, *query.arguments))
        known.remember(key, total)
    return total


def _budget(query: ChangesQuery, known: Known, limit: int) -> Budget:
    """What comes in the order of disclosures is found without looking at all that differ."""
    instead: tuple[ParameterProblem, ...] = ()
    if not by_disclosure(query.shape):
        instead = (ParameterProblem("sort", "the order of disclosures costs least", suggestion="sort=disclosure_id"),)
    return Budget(known.costs, limit, query.base, query.row_filters, instead)


def _unordered(query: ChangesQuery) -> ChangesQuery:
    """The query as counting sees it."""
    return replace(query, orders=(), fields=(), includes=())


def _row(row: asyncpg.Record | None) -> asyncpg.Record:
    if row is None:  # pragma: no cover - Postgres keeps this promise
        raise AssertionError("a SELECT without FROM gave no row")
    return row
