"""The application's way to the database: one pool, opened at the start or as soon as the database can be reached."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Concatenate, ParamSpec, TypeVar

import asyncpg

from app import database
from app.errors import DatabaseError
from app.query.run import Connection, Known
from app.settings import Settings

log = logging.getLogger("gongkai.api")

# A database that is away is asked again after this time, not by every request.
_PAUSE_SECONDS = 1.0

_P = ParamSpec("_P")
_T = TypeVar("_T")

# What a restarting server or a dropped connection looks like; a read can be repeated without harm.
_DROPPED = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
)


# The seconds that the request at hand has waited for the database, as a list of one.
database_seconds: ContextVar[list[float]] = ContextVar("database_seconds")


class Reader:
    """The pool and what is remembered between requests."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.known = Known()
        self.pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()
        self._failed: tuple[float, DatabaseError] | None = None

    async def open(self) -> asyncpg.Pool:
        """The open pool. DatabaseError while the database cannot be reached."""
        if self.pool is not None:
            return self.pool
        async with self._opening:
            if self.pool is None:
                if self._failed is not None and time.monotonic() - self._failed[0] < _PAUSE_SECONDS:
                    raise DatabaseError(str(self._failed[1]))
                try:
                    self.pool = await database.open_read_pool(self.settings)
                except DatabaseError as error:
                    self._failed = time.monotonic(), error
                    raise
            return self.pool

    async def run(
        self, fetch: Callable[Concatenate[Connection, _P], Awaitable[_T]], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """What `fetch(connection, …)` gives; asked once more when the connection was lost under it."""
        begun = time.perf_counter()
        try:
            return await self._run(fetch, *args, **kwargs)
        finally:
            if (seconds := database_seconds.get(None)) is not None:
                seconds[0] += time.perf_counter() - begun

    async def _run(
        self, fetch: Callable[Concatenate[Connection, _P], Awaitable[_T]], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        pool = self.pool or await self.open()
        try:
            return await _fetch(pool, fetch, *args, **kwargs)
        except _DROPPED as error:
            log.warning("the connection was lost, asking again: %s", error)
            # The others went the same way: every one is opened anew before it is used again.
            await pool.expire_connections()
            return await _fetch(pool, fetch, *args, **kwargs)

    async def close(self) -> None:
        """Close the pool; open requests have five seconds to end."""
        if self.pool is not None:
            try:
                await asyncio.wait_for(self.pool.close(), timeout=5)
            except TimeoutError:
                self.pool.terminate()


async def _fetch(
    pool: asyncpg.Pool,
    fetch: Callable[Concatenate[Connection, _P], Awaitable[_T]],
    *args: _P.args,
    **kwargs: _P.kwargs,
) -> _T:
    async with pool.acquire() as connection:
        try:
            return await fetch(connection, *args, **kwargs)
        except _DROPPED:
            # It may not know yet that it is lost; nobody else shall find that out.
            connection.terminate()
            raise
