"""Which releases there are, known without asking for each request.

A load notifies in the transaction that makes its release (`app/load.py`); one connection of each process to each host
listens. It also looks every second, so that a notification that is lost (a pooler that knows no LISTEN, a dropped
connection, a release deleted by hand) costs a reader two seconds at most; what has not been confirmed for longer counts
as unknown, and every request asks the database then. A replica cannot listen: it is looked at as often as it takes once
another host has told of a release.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from app import database
from app.api.hosts import TRUST_SECONDS, Host
from app.errors import DatabaseError
from app.settings import Settings

log = logging.getLogger("gongkai.api")

CHANNEL = "gongkai_release"
LOOK_SECONDS = 1.0
CATCH_UP_SECONDS = 0.1

# A host that does not answer within this time is taken for lost.
_LOST_SECONDS = 2.0


@dataclass(frozen=True)
class State:
    """The releases at one moment: the newest, when each was made, and a tag that no other set of releases has.

    Releases whose files have been built are others than the same ones without: answers say which files there are.
    """

    newest: int
    created: dict[int, datetime]
    tag: str


class Freshness:
    """What is known of the releases on all hosts; `current` is None while nothing is known for certain."""

    def __init__(self, hosts: Sequence[Host]) -> None:
        self._hosts = {host: _Seen() for host in hosts}
        self._state: State | None = None
        self._confirmed = float("-inf")

    def current(self, now: float) -> State | None:
        """The state, if it was confirmed within the last two seconds of `now` (`time.perf_counter()`)."""
        return self._state if now - self._confirmed < TRUST_SECONDS else None

    async def watch(self, settings: Settings) -> None:
        """Keep the state true until cancelled, whatever becomes of the hosts."""
        await asyncio.gather(*(self._watch(host, seen, settings) for host, seen in self._hosts.items()))

    async def _watch(self, host: Host, seen: _Seen, settings: Settings) -> None:
        def told(*_: object) -> None:
            # Unknown until this host has been asked; the others are asked as well, they may have it already.
            seen.told = True
            self._confirmed = float("-inf")
            for other in self._hosts.values():
                other.changed.set()

        while True:
            try:
                async with database.connect_reader(
                    settings, name="gongkai-releases", address=host.address, seconds=_LOST_SECONDS
                ) as connection:
                    host.replica = await connection.fetchval("select pg_is_in_recovery()")
                    if not host.replica:
                        with contextlib.suppress(asyncpg.FeatureNotSupportedError):
                            await connection.add_listener(CHANNEL, told)
                    await self._look(host, seen, connection, settings.releases)
            except (DatabaseError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                host.lost()
                seen.told = False
                self._agree()
                log.debug("releases at %s cannot be watched: %s", host.address.name, error)
                await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, host: Host, seen: _Seen, connection: asyncpg.Connection, releases: Path) -> None:
        while True:
            seen.changed.clear()
            asked = time.perf_counter()
            rows = await connection.fetch(
                "select number, content_digest, created_at, pg_is_in_recovery() from release order by number"
            )
            files = await asyncio.to_thread(_files, releases)
            if not seen.changed.is_set() or host.replica:
                if rows:
                    host.replica = rows[-1][3]  # it may have been made the primary since
                seen.rows, seen.files, seen.told = [(row[0], row[1], row[2]) for row in rows], files, False
                host.newest, host.confirmed = rows[-1][0] if rows else 0, asked
                self._agree()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(seen.changed.wait(), self._pause(host))

    def _pause(self, host: Host) -> float:
        """A host that lags behind is looked at more often: it answers again as soon as it has caught up."""
        newest = self._state.newest if self._state is not None else 0
        return CATCH_UP_SECONDS if host.newest < newest else LOOK_SECONDS

    def _agree(self) -> None:
        """What the furthest host says is so, unless one has told of a release that it has not been asked about yet."""
        heard = [host for host in self._hosts if host.heard()]
        if not heard or any(seen.told for seen in self._hosts.values()):
            self._confirmed = float("-inf")
            return
        furthest = max(heard, key=lambda host: (host.newest, host.confirmed))
        self._confirmed = furthest.confirmed
        seen = self._hosts[furthest]
        if not seen.rows:
            self._state = None
            return
        tag = hashlib.sha256(repr((seen.rows, seen.files)).encode()).hexdigest()[:16]
        if self._state is None or self._state.tag != tag:
            self._state = State(seen.rows[-1][0], {number: created for number, _, created in seen.rows}, tag)


class _Seen:
    """What a host said last; `told` while it has told of a release that it has not been asked about."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, str, datetime]] = []
        self.files: list[str] = []
        self.told = False
        self.changed = asyncio.Event()


def _files(releases: Path) -> list[str]:
    """Which releases have files, and which build of them."""
    found = []
    with contextlib.suppress(OSError):
        found = [f"{link.name} {link.readlink()}" for link in releases.iterdir() if link.is_symlink()]
    return sorted(found)
