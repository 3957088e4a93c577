"""The hosts that the API reads from: what is known of each, and in which order they are asked.

Replicas that hold the newest release answer, the least busy first. The primary answers while none does, a host that has
not been heard of within the last seconds only after it, and one that lags behind last of all: as long as any host has
the newest release, no reader is led back to an older one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

import asyncpg

from app import database
from app.database import ReadAddress
from app.errors import DatabaseError
from app.settings import Settings

log = logging.getLogger("gongkai.api")

# What has not been confirmed for longer than this counts as unknown (app/api/freshness.py).
TRUST_SECONDS = 2.0

# A database that is away is asked again after this time, not by every request.
_PAUSE_SECONDS = 1.0


class Host:
    """One address with its pool, which is opened at the start or as soon as the host can be reached."""

    def __init__(self, settings: Settings, address: ReadAddress) -> None:
        self.address = address
        self.pool: asyncpg.Pool | None = None
        self.newest = 0  # the newest release that was seen there
        self.replica = False
        self.confirmed = float("-inf")
        self.running = 0  # the requests that it is answering
        self.pool_wait_seconds = settings.pool_wait_ms / 1000
        self._settings = settings
        self._opening = asyncio.Lock()
        self._failed: tuple[float, DatabaseError] | None = None

    async def open(self) -> asyncpg.Pool:
        """The open pool. DatabaseError while the database cannot be reached or may not be used."""
        if self.pool is not None:
            return self.pool
        async with self._opening:
            if self.pool is None:
                if self._failed is not None and time.monotonic() - self._failed[0] < _PAUSE_SECONDS:
                    raise self._failed[1].with_traceback(None)
                try:
                    self.pool = await database.open_read_pool(self._settings, self.address)
                except DatabaseError as error:
                    self._failed = time.monotonic(), error
                    raise
            return self.pool

    def heard(self) -> bool:
        """Whether it was heard of within the last seconds."""
        return time.perf_counter() - self.confirmed < TRUST_SECONDS

    def lost(self) -> None:
        """It did not answer: the others are asked first until it has been heard of again."""
        self.confirmed = float("-inf")

    async def close(self) -> None:
        """Close the pool; open requests have five seconds to end."""
        if self.pool is not None:
            try:
                await asyncio.wait_for(self.pool.close(), timeout=5)
            except TimeoutError:
                self.pool.terminate()


def hosts_of(settings: Settings) -> tuple[Host, ...]:
    """Every host of the settings, none of them reached yet."""
    return tuple(Host(settings, address) for address in database.read_addresses(settings))


def in_order(hosts: Sequence[Host], *, least: int) -> list[Host]:
    """The hosts in the order in which to ask them; `least` is the newest release that any of them has shown."""
    if len(hosts) == 1:
        return [hosts[0]]

    def rank(host: Host) -> tuple[int, int]:
        heard = host.heard()
        if heard and host.newest >= least:
            return (0 if host.replica else 1), host.running
        if not heard:
            return (3 if host.replica else 2), host.running
        return 4, -host.newest

    return sorted(hosts, key=rank)
