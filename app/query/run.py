"""Run a query: one statement for a page or a record, one more for a total that is not known yet."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from app.errors import InvalidCursor, NoRelease, NotFound, NothingLoaded
from app.query import paging
from app.query.changes_since import resolve_since
from app.query.columns import Resource
from app.query.cost import Budget, Costs
from app.query.filters import Filter
from app.query.paging import Cursor
from app.query.read_query import ListQuery, RowQuery
from app.query.rolled import count_cells_statement, covering
from app.query.select import (
    ROW_END,
    count_statement,
    counted_page,
    counted_statement,
    elsewhere_statement,
    one_statement,
    page_statement,
)

if TYPE_CHECKING:
    from app.query.extent import ReleaseExtent

Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy

_TOTALS_KEPT = 10_000


TotalKey: TypeAlias = tuple[int, str, tuple[Filter, ...]]


@dataclass
class Known:
    """What is remembered between requests, and can never make an answer wrong.

    `newest` is the number of the newest release that was seen: every page asks for it again. `totals` are exact, by
    release, resource and filters, the least recently used dropped: within a release they never change. `extent` is what
    the newest release covers, with the releases that it was found among.
    """

    newest: int = 0
    totals: OrderedDict[TotalKey, int] = field(default_factory=OrderedDict)
    costs: Costs = field(default_factory=Costs)
    extent: tuple[object, ReleaseExtent] | None = None

    def total(self, key: TotalKey) -> int | None:
        if key in self.totals:
            self.totals.move_to_end(key)
        return self.totals.get(key)

    def remember(self, key: TotalKey, total: int) -> None:
        self.totals[key] = total
        if len(self.totals) > _TOTALS_KEPT:
            self.totals.popitem(last=False)


@dataclass(frozen=True)
class Page:
    """A page: its rows as JSON side by side, in UTF-8, its release, the exact total, the cursor to the next page.

    `since` is the release after which its rows have changed, where `updated_since` asks for those.
    """

    rows: bytes
    count: int
    total: int
    release: int
    cursor: str | None
    since: int | None = field(default=None, kw_only=True)


async def fetch_page(connection: Connection, query: ListQuery, known: Known) -> Page:
    """The page that the query asks for. NoRelease, NothingLoaded or InvalidCursor when its release is not there."""
    resource, cursor_of = query.resource, query.fingerprint
    filters, since = await resolve_since(connection, query.filters, query.release)
    query = query if since is None else replace(query, filters=filters)
    nulls = None if query.cursor is None else tuple(key is None for key in query.cursor.keys)
    # A filter that leaves few rows needs no estimate, and whoever has a cursor was given a page before.
    few = bool(query.filters) and query.one_plan_fits_all
    budget = None if few or query.cursor else Budget(known.costs, known.costs.lists, resource, query.filters)
    asked = (query.release or known.newest, resource.name, query.filters)
    counted = few and query.cursor is None and known.total(asked) is None
    text = page_statement(
        resource.name,
        filters=tuple(item.shape for item in query.filters),
        orders=query.orders,
        nulls=nulls,
        fields=query.fields,
        includes=query.includes,
        unit=query.unit,
        limit=query.limit,
    )
    if counted:
        text = counted_page(text, total_statement(resource, query.filters), limit=query.limit)
    bound = [argument for item in query.filters for argument in item.arguments]
    after = [] if query.cursor is None else [key for key in query.cursor.keys if key is not None]
    async with planned(connection, query):
        row = await row_of_release(connection, text, query, known, *bound, *after, budget=budget)
        release, found, rows, keys = row["release"], row["found"], row["rows"] or b"", row["keys"]
        if query.cursor is not None:
            total = query.cursor.total
        elif found <= query.limit:
            total = found  # the first page holds everything
        elif counted:
            total = row["total"]
            known.remember((release, resource.name, query.filters), total)
        else:
            total = await _total(connection, query, release, known, budget)
    cursor = None
    if found > query.limit:
        rows = rows[: rows.rindex(ROW_END)]
        columns = resource.by_name
        last = tuple(paging.read_key(columns[order.column], key) for order, key in zip(query.orders, keys, strict=True))
        cursor = paging.encode(Cursor(release, total, last), query=cursor_of)
    return Page(rows, min(found, query.limit), total, release, cursor, since=since)


async def fetch_of_release(
    connection: Connection, text: str, query: ListQuery, known: Known, *bound: object, budget: Budget | None = None
) -> asyncpg.Record:
    """The one row of a statement over the query's release, which is its first parameter, planned as it should be."""
    async with planned(connection, query):
        return await row_of_release(connection, text, query, known, *bound, budget=budget)


async def row_of_release(
    connection: Connection, text: str, query: ListQuery, known: Known, *bound: object, budget: Budget | None = None
) -> asyncpg.Record:
    """The one row of a statement over the query's release, as the database chooses to plan it. TooCostly."""
    asked = query.release or known.newest
    if budget is not None:
        if not asked:
            asked = known.newest = await connection.fetchval("select coalesce(max(number), 0) from release")
        await budget.refuse(connection, text, asked, *bound)
    row = _single(await connection.fetchrow(text, asked, *bound))
    if query.release is None and row["newest"] not in (asked, None):
        # A release was loaded since: the reader gets the newest.
        asked = known.newest = row["newest"]
        if budget is not None:
            await budget.refuse(connection, text, asked, *bound)
        row = _single(await connection.fetchrow(text, asked, *bound))
    if row["release"] is None:
        raise _missing_release(query)
    return row


def total_statement(resource: Resource, filters: tuple[Filter, ...]) -> str:
    """The statement that counts all rows of these filters, with their values as its parameters behind the release."""
    facts = count_statement(resource.name, filters=tuple(item.shape for item in filters))
    cells = covering(resource, filters)
    if cells is None or cells.filters != filters:
        return facts
    return f"select coalesce(({count_cells_statement(cells)}), ({facts}))"


async def _total(
    connection: Connection, query: ListQuery, release: int, known: Known, budget: Budget | None = None
) -> int:
    key = (release, query.resource.name, query.filters)
    total = known.total(key)
    if total is None:
        cells = covering(query.resource, query.filters) if query.filters else None
        found, counted = None, None if query.filters else counted_statement(query.resource)
        if counted is not None:
            found = await connection.fetchval(counted, release)
        if cells is not None:
            # What was added up says it at once; null where nothing was.
            bound = [argument for item in cells.filters for argument in item.arguments]
            found = await connection.fetchval(count_cells_statement(cells), release, *bound)
        if found is None:
            shapes = tuple(item.shape for item in query.filters)
            bound = [argument for item in query.filters for argument in item.arguments]
            text = count_statement(query.resource.name, filters=shapes)
            if budget is not None and query.filters:
                await budget.refuse(connection, text, release, *bound)
            found = await connection.fetchval(text, release, *bound)
        total = int(found)
        known.remember(key, total)
    return total


@contextlib.asynccontextmanager
async def planned(connection: Connection, query: ListQuery) -> AsyncIterator[None]:
    """Have Postgres plan for the very values where they matter.

    A prepared statement has one plan for every value (`app/database.py: open_read_pool`), which spares the planning;
    but how many lines a code or a least amount leaves differs by orders of magnitude, and the plan for an unknown one
    reads them all.
    """
    if query.one_plan_fits_all:
        yield
        return
    await connection.execute("set plan_cache_mode = force_custom_plan")
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("reset plan_cache_mode")


async def fetch_one(connection: Connection, query: RowQuery, key: str) -> tuple[int, str]:
    """The release and the record with this key as a JSON object. NotFound when there is none in the release."""
    resource = query.resource
    bound = _read_key(query, key)
    text = one_statement(
        resource.name,
        fields=query.fields,
        includes=query.includes,
        unit=query.unit,
        pinned=query.release is not None,
    )
    arguments: list[object] = [] if query.release is None else [query.release]
    release, record = _single(await connection.fetchrow(text, *arguments, bound))
    if release is None:
        raise _missing_release(query)
    if record is None:
        there = await connection.fetchrow(elsewhere_statement(resource), bound) if resource.has_validity else None
        hint = f"/v1/{resource.name} lists what there is"
        if there is not None and there["last"] is not None:
            hint = f"it is in release {there['last']}: add release={there['last']}"
        raise NotFound(f"{resource.name} has no {resource.key} {_shown(key)!r} in release {release}; {hint}")
    return release, record


async def fetch_release(connection: Connection) -> tuple[int, str]:
    """The number of the current release, and the release as a JSON object. NothingLoaded when there is none."""
    row = await connection.fetchrow(
        """select number, json_build_object('number', number, 'created_at', created_at,
            'content_digest', content_digest, 'counts', counts)::text
        from release where number = (select max(number) from release)"""
    )
    if row is None:
        raise NothingLoaded(_NOTHING)
    return row[0], row[1]


def _single(row: asyncpg.Record | None) -> asyncpg.Record:
    """The one row of a statement without FROM, which always has one."""
    if row is None:  # pragma: no cover - Postgres keeps this promise
        raise AssertionError("a SELECT without FROM gave no row")
    return row


_NOTHING = "no data has been loaded yet"


def _missing_release(query: RowQuery) -> Exception:
    if query.release is None:
        return NothingLoaded(_NOTHING)
    if isinstance(query, ListQuery) and query.cursor is not None:
        return InvalidCursor(
            f"the cursor belongs to release {query.release}, which is no longer kept: begin again without a cursor"
        )
    return NoRelease.of(query.release)


def _read_key(query: RowQuery, key: str) -> object:
    resource = query.resource
    read: Callable[[str], object] = int if resource.key_column.kind == "integer" else str
    whole = key.isascii() and key.isdigit() and len(key) < 19  # noqa: PLR2004 - what fits a bigint
    if (read is int and not whole) or "\x00" in key:
        raise NotFound(
            f"{_shown(key)!r} is no {resource.key} of {resource.name}; /v1/{resource.name} lists what there is"
        )
    return read(key)


def _shown(key: str) -> str:
    return key if len(key) <= 100 else f"{key[:100]}…"  # noqa: PLR2004 - enough to recognise it
