"""The application's way to the database: a read goes to one of its hosts, and to another one when that is lost."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Concatenate, ParamSpec, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from app.api.hosts import Host, in_order
from app.errors import DatabaseBusy, DatabaseError, InvalidCursor, NoRelease
from app.query.cost import Costs
from app.query.kept_releases import explained
from app.query.run import Connection, Known
from app.settings import Settings

log = logging.getLogger("gongkai.api")

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
# What may be better at another host: it cannot be reached, starts up, has no connection left, or replays a change that
# a query was in the way of.
_AWAY = (
    *_DROPPED,
    OSError,
    DatabaseError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.SerializationError,
)
# What a replica says that has not come so far yet; the primary knows for certain.
_BEHIND = (NoRelease, InvalidCursor, asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError)


# The seconds that the request at hand has waited for the database, as a list of one.
database_seconds: ContextVar[list[float]] = ContextVar("database_seconds")

# The host that answers the request at hand, as a list of none or one: what it reads next comes from the same.
answering: ContextVar[list[Host]] = ContextVar("answering")


class Reader:
    """The hosts and what is remembered between requests."""

    def __init__(self, settings: Settings, hosts: tuple[Host, ...]) -> None:
        self.settings = settings
        self.hosts = hosts
        self.known = Known(costs=Costs(settings.list_cost, settings.sum_cost))

    async def open(self) -> None:
        """Open a pool at the first host that lets us in. DatabaseError when none does, the first one's."""
        failed: DatabaseError | None = None
        for host in self.hosts:
            try:
                await host.open()
            except DatabaseError as error:
                failed = failed or error
            else:
                return
        if failed is not None:
            raise failed

    async def run(
        self, fetch: Callable[Concatenate[Connection, _P], Awaitable[_T]], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """What `fetch(connection, …)` gives; asked again, elsewhere where there is another host, when it was lost."""
        begun = time.perf_counter()
        try:
            return await self._run(fetch, *args, **kwargs)
        finally:
            if (seconds := database_seconds.get(None)) is not None:
                seconds[0] += time.perf_counter() - begun

    async def _run(
        self, fetch: Callable[Concatenate[Connection, _P], Awaitable[_T]], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        same = answering.get(None)
        order = self._order(same)
        for number, host in enumerate(order, start=1):
            try:
                found = await _fetch(host, fetch, *args, **kwargs)
            except _AWAY as error:
                if isinstance(error, TimeoutError) and host.heard():
                    raise  # the query takes too long, wherever it is asked
                host.lost()
                if number < len(order):
                    log.warning("%s did not answer, asking another host: %s", host.address.name, error)
                    continue
                if not isinstance(error, _DROPPED):
                    raise
                log.warning("the connection was lost, asking again: %s", error)
                found = await _fetch(host, fetch, *args, **kwargs)
            except _BEHIND:
                ahead = next((other for other in order[number:] if not other.replica), None)
                if not host.replica or ahead is None:
                    raise
                host = ahead  # noqa: PLW2901 - the one that answers in the end
                found = await _fetch(host, fetch, *args, **kwargs)
            if same is not None:
                same[:] = [host]
            return found
        raise AssertionError("there is always a host")  # pragma: no cover - settings name one at least

    def _order(self, same: list[Host] | None) -> list[Host]:
        order = self.in_order()
        if same and same[0].heard():
            order.sort(key=lambda host: host is not same[0])
        return order

    def in_order(self) -> list[Host]:
        """The hosts in the order in which a new request should ask them."""
        heard = [host.newest for host in self.hosts if host.heard()]
        return in_order(self.hosts, least=max(self.known.newest, *heard, 0))

    async def close(self) -> None:
        """Close the pools; open requests have five seconds to end."""
        for host in self.hosts:
            await host.close()


async def _fetch(
    host: Host,
    fetch: Callable[Concatenate[Connection, _P], Awaitable[_T]],
    *args: _P.args,
    **kwargs: _P.kwargs,
) -> _T:
    pool = host.pool or await host.open()
    host.running += 1
    try:
        connection = await _acquire(pool, host.pool_wait_seconds)
        try:
            return await fetch(connection, *args, **kwargs)
        except NoRelease as error:
            raise await explained(connection, error) from None
        except _DROPPED:
            # It may not know yet that it is lost; nobody else shall find that out.
            connection.terminate()
            # The others went the same way: every one is opened anew before it is used again.
            await pool.expire_connections()
            raise
        finally:
            await pool.release(connection)
    finally:
        host.running -= 1


async def _acquire(pool: asyncpg.Pool, seconds: float) -> PoolConnectionProxy:
    """A connection of the pool. DatabaseBusy when all of them are in use for longer than a request waits."""
    if pool.get_idle_size():
        return await pool.acquire()  # at once: a time limit would cost more than the taking
    try:
        return await pool.acquire(timeout=seconds)
    except TimeoutError:
        if pool.get_idle_size() or pool.get_size() < pool.get_max_size():
            raise  # it was not the pool that kept us waiting
        raise DatabaseBusy(f"every connection was in use for {seconds:g} s") from None
