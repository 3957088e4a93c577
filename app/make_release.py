"""A release is made: what came and what ended becomes the next state of the data, in one transaction.

Who loads (`app/load.py`) and who takes back (`app/withdraw.py`) write what is new and end what is no longer so; what
follows from it for names, roll-ups, codes and counts, and the row that makes the release, is the same for both.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import asyncpg
import orjson

from app import add_up, codes_in_use, database, publish, reference, tables
from app.errors import LoadError
from app.index_names import catch_up, index_names
from app.intake import Current
from app.progress import Progress
from app.sums import Sums
from app.to_rows import SOURCES, table_name

# So many disclosures are named where they are many.
_NAMED = 20

BUSY = "another load is running: wait until it has finished, then run this again"

_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('gongkai load'))"
_WAIT_FOR_LOCK = "SELECT true FROM pg_advisory_xact_lock(hashtext('gongkai load'))"

# Servers that keep answers learn with the commit that there are other releases (`app/api/freshness.py`).
TELL_SERVERS = "NOTIFY gongkai_release"

# Every table of rows that come and go with releases and belong to a revision, parents before children.
OF_REVISION = ("disclosure", *(table_name(table) for table in SOURCES.values()))


class Result(Protocol):
    """What was done, as far as this module asks: whether there is a release to make of it."""

    @property
    def changed(self) -> bool: ...


R = TypeVar("R", bound=Result)


@dataclass(frozen=True)
class ReleaseRow:
    """The row that makes a release."""

    number: int
    content_digest: str
    source_digest: str | None
    counts: str
    changes: str
    note: str
    codes: str


async def in_release(
    connection: asyncpg.Connection,
    write: Callable[[], Awaitable[tuple[R, ReleaseRow | None]]],
    *,
    wait: bool,
    progress: Progress,
) -> R:
    """What `write` writes, and the release: in one transaction, or in two where rows lie on several machines.

    LoadError when another load is running (`wait`: it is waited for); nothing was written then.
    """
    with load_errors("the database refused the load, nothing was written"):
        result = await _in_transaction(connection, write, wait=wait)
        if result.changed:
            await gather_statistics(connection, progress)
    return result


async def _in_transaction(
    connection: asyncpg.Connection, write: Callable[[], Awaitable[tuple[R, ReleaseRow | None]]], *, wait: bool
) -> R:
    async with contextlib.AsyncExitStack() as held:
        spread = await database.is_spread(connection)
        if spread:
            await held.enter_async_context(publish.alone(connection, wait=wait))
            await publish.take_back_unpublished(connection)
        async with connection.transaction():
            if not await connection.fetchval(_WAIT_FOR_LOCK if wait else _TRY_LOCK):
                raise LoadError(BUSY)
            await catch_up(connection)
            await add_up.catch_up(connection)
            await codes_in_use.catch_up(connection)
            result, made = await write()
            if made is not None and not spread:
                await _make_release(connection, made)
        if made is not None and spread:
            await publish.settle(
                connection,
                unsettled="the rows are written and a machine has not confirmed them, so the release was not made",
            )
            async with connection.transaction():
                await _make_release(connection, made)
    return result


def named(identifiers: Sequence[str]) -> str:
    """Disclosures by their ids; of many how many there are."""
    return ", ".join(identifiers) if len(identifiers) <= _NAMED else f"{len(identifiers)} disclosures"


async def end(connection: asyncpg.Connection, replaced: Iterable[Current], release: int) -> None:
    """The valid revisions and their facts are last seen in the release before this one."""
    revision_ids = [one.valid["revision_id"] for one in replaced if one.valid is not None]
    if not revision_ids:
        return
    for name in OF_REVISION:
        await connection.execute(
            f"UPDATE {name} SET valid_to = $1 WHERE revision_id = any($2::bigint[])",  # noqa: S608 - our table
            release,
            revision_ids,
        )


async def conclude(
    connection: asyncpg.Connection,
    release: int,
    *,
    note: str,
    changes: Mapping[str, int],
    progress: Progress,
    source_digest: str | None = None,
    came: Sums | None = None,
    emptied: bool = False,
) -> ReleaseRow:
    """What follows for the whole of the release from what came and ended, and the row that makes it.

    `source_digest` is that of the whole data set which was loaded, if one was; `came` and `emptied` as `add_up.add_up`.
    """
    await reference.rename_departments(connection, release)
    progress("indexing names")
    await index_names(connection, release)
    progress("adding up")
    await add_up.add_up(connection, release, came, emptied=emptied)
    counts: dict[str, int] = {}
    for name in OF_REVISION:
        counts[name] = await connection.fetchval(
            f"SELECT count(*) FROM {name} WHERE valid_to = $1",  # noqa: S608 - our table
            tables.STILL_VALID,
        )
    valid = await connection.fetch(
        'SELECT id, content_digest, checks_version FROM disclosure WHERE valid_to = $1 ORDER BY id COLLATE "C"',
        tables.STILL_VALID,
    )
    lines = "".join(f"{row['id']} {row['content_digest']} {row['checks_version']}\n" for row in valid)
    return ReleaseRow(
        number=release,
        content_digest=hashlib.sha256(lines.encode()).hexdigest(),
        source_digest=source_digest,
        counts=orjson.dumps(counts).decode(),
        changes=orjson.dumps(changes).decode(),
        note=note,
        codes=await codes_in_use.codes_in_use(connection, release),
    )


async def _make_release(connection: asyncpg.Connection, row: ReleaseRow) -> None:
    """From this commit on readers see the release."""
    await connection.execute(
        "INSERT INTO release (number, created_at, content_digest, source_digest, counts, changes, note, codes) "
        "VALUES ($1, now(), $2, $3, $4, $5, $6, $7)",
        row.number,
        row.content_digest,
        row.source_digest,
        row.counts,
        row.changes,
        row.note,
        row.codes,
    )
    await connection.execute(TELL_SERVERS)


async def gather_statistics(connection: asyncpg.Connection, progress: Progress) -> None:
    """Have the planner know the tables as they are now, and the place of rows that are gone used again."""
    progress("gathering statistics for the query planner")
    names: Sequence[str] = (
        "region",
        "department",
        "subject_name",
        "search_text",
        "search_entry",
        "rollup",
        "search_word",
        "rollup_combination",
        *OF_REVISION,
        table_name(tables.CheckOperand),
    )
    await connection.execute(f"VACUUM (ANALYZE) {', '.join(names)}")


@contextlib.contextmanager
def load_errors(what: str) -> Iterator[None]:
    """What Postgres refuses, or a connection that breaks, is a message that begins with `what`; all is undone."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise LoadError(f"{what}: {reason}") from error
