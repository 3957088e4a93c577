"""Pruning: the oldest releases are removed, with everything that no kept release has.

First the releases go, in one transaction, and from its commit on nobody begins to read one of them. Then, when every
answer that had begun is done, what only they had is deleted part by part: no kept release has it, so nobody can meet
the half of it. A run that is broken off is finished by the next one.

What a load has to know is written down before it goes: ids and revisions are not given out again, and a seed is still
compared with what it brought. So a database is afterwards as if its oldest release had been its first, less its number.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import asyncpg
from sqlmodel import SQLModel

from app import database, publish, tables
from app.errors import LoadError
from app.make_release import OF_REVISION, TELL_SERVERS, gather_statistics, load_errors
from app.progress import Progress, silent
from app.to_rows import table_name

# Revisions whose rows are deleted in one transaction: some hundred thousand rows.
_REVISIONS = 1_000
# How long a replica may take to learn that releases are gone before anything of theirs is deleted.
_REPLICA_SECONDS = 60.0
_PAUSE_SECONDS = 0.2

_STILL_THERE = "the releases are removed and the rows that only they had are still there"

_OPERAND = table_name(tables.CheckOperand)
# What is the same for all departments and comes and goes with releases.
_OF_ALL = tuple(
    table.name
    for table in SQLModel.metadata.sorted_tables
    if "valid_to" in table.columns and table.name not in OF_REVISION
)


@dataclass(frozen=True)
class Which:
    """Which releases are kept: the newest ones, so many of them or those made at a time or later; always the newest."""

    keep: int | None = None
    before: dt.datetime | None = None


@dataclass(frozen=True)
class Plan:
    """What there is to remove: releases, and the rows that no release from `oldest` on has, by table."""

    oldest: int
    releases: tuple[int, ...]
    rows: dict[str, int]

    def sentence(self) -> str:
        """The plan as a person reads it."""
        found = {name: count for name, count in self.rows.items() if count}
        if not self.releases and not found:
            return f"nothing to prune: the oldest release is {self.oldest}"
        counted = ", ".join(f"{count} {name}" for name, count in found.items())
        return f"would remove {_named(self.releases)} and the rows that only they have: {counted or 'none'}"


@dataclass(frozen=True)
class Pruned:
    """What was removed. `oldest` is the oldest release that is kept; `seconds` are those of deleting `rows`."""

    oldest: int
    releases: tuple[int, ...]
    revisions: int
    rows: int
    seconds: float

    def sentence(self) -> str:
        """The result as a person reads it."""
        if not self.releases and not self.rows:
            return f"nothing to prune: the oldest release is {self.oldest}"
        rate = f", {self.rows / self.seconds:,.0f} rows/s" if self.seconds else ""
        return (
            f"removed {_named(self.releases)}: {self.revisions} revisions, {self.rows} rows in {self.seconds:.1f} s"
            f"{rate}; the oldest release is {self.oldest}"
        )


def _named(releases: Sequence[int]) -> str:
    if not releases:
        return "no release"
    first, last = releases[0], releases[-1]
    return f"release {first}" if first == last else f"releases {first} to {last}"


async def plan(connection: asyncpg.Connection, which: Which) -> Plan:
    """What `prune` would remove; nothing is written. LoadError when nothing has been loaded."""
    oldest, gone = await _choose(connection, which)
    rows = {
        name: await connection.fetchval(f"SELECT count(*) FROM {name} WHERE valid_to <= $1", oldest)  # noqa: S608 - our table
        for name in (*OF_REVISION, *_OF_ALL)
    }
    return Plan(oldest, gone, rows)


async def prune(
    connection: asyncpg.Connection,
    which: Which,
    *,
    grace: float,
    wait: bool = False,
    progress: Progress = silent,
) -> Pruned:
    """Remove the releases, and what only they have. LoadError while a load is running (`wait`: it is waited for).

    `grace` are the seconds after which an answer that was begun in a removed release is done or has been broken off.
    """
    with load_errors("the database broke this off, run it again to finish it"):
        async with _alone(connection, wait=wait) as spread:
            oldest, gone = await _choose(connection, which)
            if gone:
                async with connection.transaction():
                    await _remember_ids(connection)
                    await _remove_releases(connection, oldest)
                progress(f"{_named(gone)} can no longer be read; waiting for the answers that have begun")
            revisions = await _dead_revisions(connection, oldest)
            if gone or revisions:
                if spread:
                    await publish.settle(connection, unsettled=f"{_STILL_THERE}, since a machine has not confirmed it")
                await _let_replicas_know(connection)
                await _let_answers_end(connection, grace)
            begun = time.monotonic()
            rows = await _delete_revisions(connection, revisions, progress)
            rows += await _delete_of_all(connection, oldest)
            seconds = time.monotonic() - begun
            if rows or gone:
                await gather_statistics(connection, progress)
    return Pruned(oldest, gone, len(revisions), rows, seconds)


@contextlib.asynccontextmanager
async def _alone(connection: asyncpg.Connection, *, wait: bool) -> AsyncIterator[bool]:
    """No load meanwhile, and nothing left of one that was broken off; whether rows lie on several machines."""
    async with publish.alone(connection, wait=wait):
        spread = await database.is_spread(connection)
        if spread:
            await publish.take_back_unpublished(connection)
        yield spread


async def _choose(connection: asyncpg.Connection, which: Which) -> tuple[int, tuple[int, ...]]:
    """The oldest release that is kept, and those before it."""
    rows = await connection.fetch("SELECT number, created_at FROM release ORDER BY number")
    if not rows:
        raise LoadError("nothing has been loaded yet, so there is nothing to prune")
    kept = [row["number"] for row in rows]
    if which.keep is not None:
        kept = kept[-which.keep :]
    if which.before is not None:
        later = {row["number"] for row in rows if row["created_at"] >= which.before}
        kept = [number for number in kept if number in later] or kept[-1:]
    return kept[0], tuple(row["number"] for row in rows if row["number"] < kept[0])


async def _remember_ids(connection: asyncpg.Connection) -> None:
    """Ids that were given out are not given out again, whatever becomes of their rows."""
    for name in OF_REVISION:
        column = "revision_id" if name == "disclosure" else "id"
        last = await connection.fetchval(f"SELECT coalesce(max({column}), 0) FROM {name}")  # noqa: S608 - our table
        await connection.execute(
            "INSERT INTO used_id (name, last) VALUES ($1, $2) "
            "ON CONFLICT (name) DO UPDATE SET last = greatest(used_id.last, excluded.last)",
            name,
            last,
        )


async def _remove_releases(connection: asyncpg.Connection, oldest: int) -> None:
    """From this commit on nobody begins to read them; what they were is known."""
    await connection.execute(
        "INSERT INTO pruned_release (number, created_at, content_digest, pruned_at) "
        "SELECT number, created_at, content_digest, now() FROM release WHERE number < $1",
        oldest,
    )
    # Which whole data set was loaded last is known by the releases that are kept.
    await connection.execute(
        "UPDATE release SET source_digest = (SELECT source_digest FROM release "
        "WHERE number < $1 AND source_digest IS NOT NULL ORDER BY number DESC LIMIT 1) "
        "WHERE number = $1 AND NOT EXISTS (SELECT FROM release WHERE number >= $1 AND source_digest IS NOT NULL)",
        oldest,
    )
    await connection.execute("DELETE FROM release WHERE number < $1", oldest)
    await connection.execute(TELL_SERVERS)


async def _dead_revisions(connection: asyncpg.Connection, oldest: int) -> list[int]:
    rows = await connection.fetch(
        "SELECT revision_id FROM disclosure WHERE valid_to <= $1 ORDER BY revision_id", oldest
    )
    return [row["revision_id"] for row in rows]


async def _let_replicas_know(connection: asyncpg.Connection) -> None:
    """Wait until every replica has heard that the releases are gone. LoadError when one does not within a minute."""
    here = await connection.fetchval("SELECT pg_current_wal_lsn()::text")
    for _ in range(round(_REPLICA_SECONDS / _PAUSE_SECONDS)):
        behind = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn < $1::text::pg_lsn", here
        )
        if not behind:
            return
        await asyncio.sleep(_PAUSE_SECONDS)
    raise LoadError(f"{_STILL_THERE}, since a replica has not heard of it: see that it follows, then run this again")


async def _let_answers_end(connection: asyncpg.Connection, grace: float) -> None:
    """An answer may take several statements: those that began before the releases went shall all find their rows."""
    since = await connection.fetchval("SELECT extract(epoch FROM now() - max(pruned_at))::float FROM pruned_release")
    if since is not None and since < grace:
        await asyncio.sleep(grace - since)


async def _delete_revisions(connection: asyncpg.Connection, revisions: Sequence[int], progress: Progress) -> int:
    """Delete revisions with their rows, children before parents; how many rows that were."""
    rows = 0
    for first in range(0, len(revisions), _REVISIONS):
        some = revisions[first : first + _REVISIONS]
        async with connection.transaction():
            await connection.execute(_REMEMBER, some)
            rows += _deleted(
                await connection.execute(
                    f"DELETE FROM {_OPERAND} o USING check_result r WHERE r.department_id = o.department_id "  # noqa: S608 - our table
                    "AND r.id = o.check_result_id AND r.revision_id = any($1::bigint[])",
                    some,
                )
            )
            for name in reversed(OF_REVISION):
                statement = f"DELETE FROM {name} WHERE revision_id = any($1::bigint[])"  # noqa: S608 - our table
                rows += _deleted(await connection.execute(statement, some))
        progress(f"deleted {first + len(some)} of {len(revisions)} revisions")
    return rows


# What a load compares a disclosure with: its highest revision, and what the last seed brought of it. Batches come in
# the order of revisions, so what comes later is newer.
_REMEMBER = """INSERT INTO pruned_disclosure (id, department_id, revision, seed_digest)
    SELECT d.id, d.department_id, max(d.revision),
        (array_agg(d.content_digest ORDER BY d.revision DESC) FILTER (WHERE d.origin = 'seed'))[1]
    FROM disclosure d WHERE d.revision_id = any($1::bigint[]) GROUP BY d.id, d.department_id
    ON CONFLICT (id, department_id) DO UPDATE SET
        revision = greatest(pruned_disclosure.revision, excluded.revision),
        seed_digest = coalesce(excluded.seed_digest, pruned_disclosure.seed_digest)"""


async def _delete_of_all(connection: asyncpg.Connection, oldest: int) -> int:
    """Delete what else no kept release has: cells, entries of the index of names, names and departments without any."""
    rows = 0
    for name in reversed(_OF_ALL):
        statement = f"DELETE FROM {name} WHERE valid_to <= $1"  # noqa: S608 - our table
        rows += _deleted(await connection.execute(statement, oldest))
    for statement in (
        "DELETE FROM rollup_combination c WHERE NOT EXISTS (SELECT FROM rollup r WHERE r.combination = c.id)",
        "DELETE FROM search_text s WHERE NOT EXISTS (SELECT FROM search_entry e WHERE e.text = s.text)",
    ):
        rows += _deleted(await connection.execute(statement))
    without = await connection.fetch("SELECT id FROM department EXCEPT SELECT department_id FROM disclosure")
    if without:
        departments = [row["id"] for row in without]
        rows += _deleted(await connection.execute("DELETE FROM department WHERE id = any($1::text[])", departments))
    return rows


def _deleted(status: str) -> int:
    """How many rows: the last word of `DELETE 12`."""
    return int(status.rsplit(maxsplit=1)[-1])
