"""Which releases there are, known without asking for each request.

A load notifies in the transaction that makes its release (`app/load.py`); one connection of each process listens. It
also looks every second, so that a notification that is lost (a pooler that knows no LISTEN, a dropped connection, a
release deleted by hand) costs a reader two seconds at most; what has not been confirmed for longer counts as unknown,
and every request asks the database then.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from app import database
from app.errors import DatabaseError
from app.settings import Settings

log = logging.getLogger("gongkai.api")

CHANNEL = "gongkai_release"
LOOK_SECONDS = 1.0
TRUST_SECONDS = 2.0


@dataclass(frozen=True)
class State:
    """The releases at one moment: the newest, when each was made, and a tag that no other set of releases has.

    Releases whose files have been built are others than the same ones without: answers say which files there are.
    """

    newest: int
    created: dict[int, datetime]
    tag: str


class Freshness:
    """What is known of the releases; `current` is None while nothing is known for certain."""

    def __init__(self) -> None:
        self._state: State | None = None
        self._confirmed = float("-inf")
        self._changed = asyncio.Event()

    def current(self, now: float) -> State | None:
        """The state, if it was confirmed within the last two seconds of `now` (`time.perf_counter()`)."""
        return self._state if now - self._confirmed < TRUST_SECONDS else None

    async def watch(self, settings: Settings) -> None:
        """Keep the state true until cancelled, whatever becomes of the database."""
        while True:
            try:
                async with database.connect_reader(settings, name="gongkai-releases") as connection:
                    with contextlib.suppress(
                        asyncpg.FeatureNotSupportedError, asyncpg.ObjectNotInPrerequisiteStateError
                    ):
                        # A replica cannot listen: it is looked at every second.
                        await connection.add_listener(CHANNEL, self._told)
                    await self._look(connection, settings.releases)
            except (DatabaseError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                self._confirmed = float("-inf")
                log.debug("releases cannot be watched: %s", error)
                await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, connection: asyncpg.Connection, releases: Path) -> None:
        while True:
            self._changed.clear()
            asked = time.perf_counter()
            rows = await connection.fetch("select number, content_digest, created_at from release order by number")
            files = await asyncio.to_thread(_files, releases)
            if not self._changed.is_set():
                self._learn([tuple(row) for row in rows], files, asked)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), LOOK_SECONDS)

    def _learn(self, rows: list[tuple[int, str, datetime]], files: list[str], asked: float) -> None:
        self._confirmed = asked
        if not rows:
            self._state = None
            return
        tag = hashlib.sha256(repr((rows, files)).encode()).hexdigest()[:16]
        if self._state is None or self._state.tag != tag:
            self._state = State(rows[-1][0], {number: created for number, _, created in rows}, tag)

    def _told(self, *_: object) -> None:
        self._confirmed = float("-inf")
        self._changed.set()


def _files(releases: Path) -> list[str]:
    """Which releases have files, and which build of them."""
    found = []
    with contextlib.suppress(OSError):
        found = [f"{link.name} {link.readlink()}" for link in releases.iterdir() if link.is_symlink()]
    return sorted(found)
