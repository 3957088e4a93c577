"""Loading: parsed disclosures become the next release of the database, in one transaction.

A release is the set of revisions valid at it. What a load does not mention stays as it is; a disclosure whose content
is the same as before is not touched; new content becomes the disclosure's next revision, and the one before it ends.
Until the commit every reader sees the release before; a load that is killed leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import asyncpg
import orjson

from app import add_up, codes_in_use, database, publish, records, reference, seed, tables
from app.bare_tables import bare_tables
from app.checks import CHECKS_VERSION
from app.checks.run import check
from app.copy_rows import Copy
from app.errors import LoadError
from app.index_names import catch_up, index_names
from app.intake import Batch, Current, Intake, Origin, Tally, current
from app.make_rows import Judge, Maker, Shared, in_process, in_thread
from app.progress import Progress, silent
from app.records import ParsedDisclosure
from app.to_rows import SOURCES, table_name

_ReleaseRow = tuple[object, ...]  # the values of `_make_release`

# Rows are gathered for this many disclosures at a time and then sent table by table: few round trips, bounded memory.
# A first load of as many or more is worth making the indexes at its end (`app/bare_tables.py`).
_BATCH = 200

# A seed of so many disclosures is read by several processes, each of which takes a second to start.
_MANY = 1_000

_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('gongkai load'))"
_WAIT_FOR_LOCK = "SELECT true FROM pg_advisory_xact_lock(hashtext('gongkai load'))"


@dataclass(frozen=True)
class LoadResult:
    """What a load did. `release` is the current release afterwards; disclosures are named by id."""

    release: int
    changed: bool
    added: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    rows: int = 0

    def sentence(self) -> str:
        """The result as a person reads it."""
        if not self.changed:
            return f"nothing new: release {self.release} has this already"
        lists = {
            "added": self.added,
            "revised": self.revised,
            "withdrawn": self.withdrawn,
            "unchanged": self.unchanged,
        }
        counted = ", ".join(f"{len(names)} {what}" for what, names in lists.items() if names)
        return f"release {self.release}: {counted or 'no'} disclosures, {self.rows} rows"


async def load(
    connection: asyncpg.Connection,
    disclosures: Iterable[ParsedDisclosure] | Shared,
    *,
    origin: Origin,
    source_digest: str | None = None,
    note: str = "",
    wait: bool = False,
    progress: Progress = silent,
    judge: Judge = check,
) -> LoadResult:
    """Load the disclosures as the next release; nothing new means no new release.

    A list may have any order; a stream is loaded as it comes, in bounded memory, and comes in the order of ids. A
    shared one is made by several processes.
    A seed is a whole data set: what an earlier seed brought and this one no longer has is withdrawn. An ingest only
    adds and revises. `judge` gives the check results that are stored with a disclosure. LoadError when another load is
    running (`wait`: it is waited for) or the records cannot be loaded; nothing was written then.
    """
    step = "disclosures"
    if isinstance(disclosures, Sequence):
        step = f"of {len(disclosures)} disclosures"
        disclosures = sorted(disclosures, key=lambda parsed: parsed.disclosure.id)

    async def write() -> tuple[LoadResult, _ReleaseRow | None]:
        return await _write(connection, disclosures, step, origin, source_digest, note, judge, progress)

    with _load_errors():
        result = await _release(connection, write, wait=wait)
        if result.changed:
            progress("gathering statistics for the query planner")
            names = ["region", "department", "disclosure", "subject_name", "search_text", "search_entry"]
            names += ["rollup", "rollup_combination"]
            names += [*map(table_name, SOURCES.values()), table_name(tables.CheckOperand)]
            await connection.execute(f"VACUUM (ANALYZE) {', '.join(names)}")
    return result


async def _release(
    connection: asyncpg.Connection,
    write: Callable[[], Awaitable[tuple[LoadResult, _ReleaseRow | None]]],
    *,
    wait: bool,
) -> LoadResult:
    """What `write` writes, and the release: in one transaction, or in two where rows lie on several machines."""
    async with contextlib.AsyncExitStack() as held:
        spread = await database.is_spread(connection)
        if spread:
            await held.enter_async_context(publish.alone(connection, wait=wait))
            await publish.take_back_unpublished(connection)
        async with connection.transaction():
            if not await connection.fetchval(_WAIT_FOR_LOCK if wait else _TRY_LOCK):
                raise LoadError("another load is running: wait until it has finished, then run this again")
            await catch_up(connection)
            await add_up.catch_up(connection)
            await codes_in_use.catch_up(connection)
            result, made = await write()
            if made is not None and not spread:
                await _make_release(connection, made)
        if made is not None and spread:
            await publish.settle(connection)
            async with connection.transaction():
                await _make_release(connection, made)
    return result


async def load_seed(
    connection: asyncpg.Connection,
    directory: Path,
    *,
    wait: bool = False,
    progress: Progress = silent,
) -> LoadResult:
    """Load the seed files of a directory, without reading them when the release has them already.

    SeedError when the files are missing or damaged, LoadError as `load`.
    """
    digest = seed.manifest_digest(directory)
    release = await connection.fetchrow(
        "SELECT source_digest FROM release WHERE source_digest IS NOT NULL ORDER BY number DESC LIMIT 1"
    )
    stale = await connection.fetchval(
        "SELECT count(*) FROM disclosure WHERE valid_to = $1 AND origin = 'seed' AND checks_version <> $2",
        tables.STILL_VALID,
        CHECKS_VERSION,
    )
    if release is not None and release["source_digest"] == digest and not stale:
        number: int = await connection.fetchval("SELECT max(number) FROM release")
        return LoadResult(release=number, changed=False)
    progress(f"reading {directory}")
    many = seed.verify_files(directory) >= _MANY
    share = partial(seed.read_batches, directory)
    return await load(
        connection,
        Shared(share, os.cpu_count() or 1) if many else [parsed for batch in share(0, 1) for parsed in batch],
        origin="seed",
        source_digest=digest,
        note=f"seed {digest[:12]}",
        wait=wait,
        progress=progress,
    )


async def _write(
    connection: asyncpg.Connection,
    disclosures: Iterable[ParsedDisclosure] | Shared,
    step: str,
    origin: Origin,
    source_digest: str | None,
    note: str,
    judge: Judge,
    progress: Progress,
) -> tuple[LoadResult, _ReleaseRow | None]:
    """Every row, and the one that makes the release of them (`_make_release`); None when nothing is new."""
    latest: int | None = await connection.fetchval("SELECT max(number) FROM release")
    release = (latest or 0) + 1
    known = await current(connection)
    written = await reference.write_code_lists(connection)
    # The words of a rule are no figures: new ones come with whatever release is next.
    await reference.write_rules(connection)
    tally, copy = Tally(), await Copy.begin(connection, release)
    intake, met = Intake(known, tally, copy, origin, CHECKS_VERSION), 0
    async with contextlib.AsyncExitStack() as whole:
        batches = await whole.enter_async_context(contextlib.aclosing(intake.batches(_makers(disclosures, judge))))
        async for batch in batches:
            if latest is None and met == 0 and (isinstance(disclosures, Shared) or len(batch.named) == _BATCH):
                copy.frozen = await whole.enter_async_context(bare_tables(connection, progress))
            met += len(batch.named)
            if batch.new:
                await _copy(connection, batch, copy)
                progress(f"copied {met} {step}")
            if isinstance(disclosures, Shared):
                for identifier in batch.named:
                    disclosures.copied(identifier)
    if copy.rows:
        await copy.verify()
    withdrawn = sorted(
        identifier
        for identifier, before in known.items()
        if origin == "seed"
        and identifier not in tally.named
        and before.valid is not None
        and before.valid["origin"] == "seed"
    )
    if not (tally.added or tally.revised or withdrawn or written) and latest is not None:
        await _remember_source(connection, source_digest)
        return LoadResult(release=latest, changed=False, unchanged=tuple(tally.unchanged)), None

    await _end(connection, [known[identifier] for identifier in withdrawn], release)
    tally.reasons["withdrawn"] = len(withdrawn)
    await reference.write_printed_names(connection, tally.names)
    await reference.rename_departments(connection, release)
    if written:
        # Rows show names of divisions and codes: who follows the changes of a list is to see them anew.
        await connection.execute("UPDATE department SET changed_in = $1", release)
    progress("indexing names")
    await index_names(connection, release)
    progress("adding up")
    await add_up.add_up(connection, release)
    made = await _release_row(connection, release, source_digest, note, tally.reasons)
    result = LoadResult(
        release=release,
        changed=True,
        added=tuple(tally.added),
        revised=tuple(tally.revised),
        withdrawn=tuple(withdrawn),
        unchanged=tuple(tally.unchanged),
        rows=copy.rows,
    )
    return result, made


def _makers(disclosures: Iterable[ParsedDisclosure] | Shared, judge: Judge) -> list[Maker]:
    """Who makes the rows: a thread of this process, or the processes that a stream is shared by."""
    if isinstance(disclosures, Shared):
        return [in_process(disclosures, number, judge) for number in range(disclosures.processes)]
    stream = iter(disclosures)
    return [in_thread(iter(lambda: list(islice(stream, _BATCH)), []), judge)]


async def _copy(connection: asyncpg.Connection, batch: Batch, copy: Copy) -> None:
    """End what the new revisions replace, and COPY them."""
    await _refuse_unknown_regions(connection, batch.new)
    await _end(connection, batch.replaced, copy.release)
    await reference.write_departments(connection, batch.new, copy.release)
    await copy.send(batch.rows)


async def _refuse_unknown_regions(connection: asyncpg.Connection, disclosures: Sequence[records.Disclosure]) -> None:
    wanted = {one.region_code: one for one in disclosures}
    known = await connection.fetch("SELECT code FROM region WHERE code = any($1::text[])", list(wanted))
    for code in sorted(set(wanted) - {row["code"] for row in known}):
        raise LoadError(f"{wanted[code].source_file}: {code} is not a division of GB/T 2260")


async def _end(connection: asyncpg.Connection, replaced: Iterable[Current], release: int) -> None:
    """The valid revisions and their facts are last seen in the release before this one."""
    revision_ids = [one.valid["revision_id"] for one in replaced if one.valid is not None]
    if not revision_ids:
        return
    for name in ("disclosure", *(table_name(table) for table in SOURCES.values())):
        await connection.execute(
            f"UPDATE {name} SET valid_to = $1 WHERE revision_id = any($2::bigint[])",  # noqa: S608 - our table
            release,
            revision_ids,
        )


async def _release_row(
    connection: asyncpg.Connection, release: int, source_digest: str | None, note: str, changes: Mapping[str, int]
) -> _ReleaseRow:
    """The row that makes the release: its counts, what changed, the codes it uses, and a digest over its contents."""
    counts: dict[str, int] = {}
    for name in ("disclosure", *(table_name(table) for table in SOURCES.values())):
        counts[name] = await connection.fetchval(
            f"SELECT count(*) FROM {name} WHERE valid_to = $1",  # noqa: S608 - our table
            tables.STILL_VALID,
        )
    valid = await connection.fetch(
        'SELECT id, content_digest, checks_version FROM disclosure WHERE valid_to = $1 ORDER BY id COLLATE "C"',
        tables.STILL_VALID,
    )
    lines = "".join(f"{row['id']} {row['content_digest']} {row['checks_version']}\n" for row in valid)
    return (
        release,
        hashlib.sha256(lines.encode()).hexdigest(),
        source_digest,
        orjson.dumps(counts).decode(),
        orjson.dumps(changes).decode(),
        note,
        await codes_in_use.codes_in_use(connection, release),
    )


async def _make_release(connection: asyncpg.Connection, row: _ReleaseRow) -> None:
    """From this commit on readers see the release."""
    await connection.execute(
        "INSERT INTO release (number, created_at, content_digest, source_digest, counts, changes, note, codes) "
        "VALUES ($1, now(), $2, $3, $4, $5, $6, $7)",
        *row,
    )
    # Delivered with the commit: servers that keep answers learn of the release (app/api/freshness.py).
    await connection.execute("NOTIFY gongkai_release")


async def _remember_source(connection: asyncpg.Connection, source_digest: str | None) -> None:
    """Other files with the same content: the release that the last seed made has these files' digest from now on."""
    if source_digest is not None:
        await connection.execute(
            "UPDATE release SET source_digest = $1 "
            "WHERE number = (SELECT max(number) FROM release WHERE source_digest IS NOT NULL)",
            source_digest,
        )


@contextlib.contextmanager
def _load_errors() -> Iterator[None]:
    """What Postgres refuses, or a connection that breaks, ends a load with a message; the transaction is undone."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise LoadError(f"the database refused the load, nothing was written: {reason}") from error
