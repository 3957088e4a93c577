"""Loading: parsed disclosures become the next release of the database, in one transaction.

A release is the set of revisions valid at it. What a load does not mention stays as it is; a disclosure whose content
is the same as before is not touched; new content becomes the disclosure's next revision, and the one before it ends.
Until the commit every reader sees the release before; a load that is killed leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import asyncpg

from app import records, reference, seed, tables
from app.bare_tables import bare_tables
from app.checks import CHECKS_VERSION
from app.checks.run import check
from app.copy_rows import Copy
from app.errors import LoadError
from app.intake import Batch, Intake, Origin, Tally, current, forget_returned
from app.make_release import ReleaseRow, conclude, end, in_release, named
from app.make_rows import Judge, Maker, Shared, in_process, in_thread
from app.progress import Progress, silent
from app.records import ParsedDisclosure
from app.sums import Part, Sums

# Rows are gathered for this many disclosures at a time and then sent table by table: few round trips, bounded memory.
# A first load of as many or more is worth making the indexes at its end (`app/bare_tables.py`).
_BATCH = 200

# A seed of so many disclosures is read by several processes, each of which takes a second to start.
_MANY = 1_000


@dataclass(frozen=True)
class LoadResult:
    """What a load did. `release` is the current release afterwards; disclosures are named by id."""

    release: int
    changed: bool
    added: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    kept_out: tuple[str, ...] = ()  # the operator took them back (`app/withdraw.py`)
    rows: int = 0

    def sentence(self) -> str:
        """The result as a person reads it."""
        if not self.changed:
            return f"nothing new: release {self.release} has this already{self._kept_out()}"
        lists = {
            "added": self.added,
            "revised": self.revised,
            "withdrawn": self.withdrawn,
            "unchanged": self.unchanged,
        }
        counted = ", ".join(f"{len(names)} {what}" for what, names in lists.items() if names)
        return f"release {self.release}: {counted or 'no'} disclosures, {self.rows} rows{self._kept_out()}"

    def _kept_out(self) -> str:
        if not self.kept_out:
            return ""
        return f"; kept out as withdrawn: {named(self.kept_out)} (`gongkai restore ID` lets one in again)"


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
    A seed is a whole data set: what an earlier seed brought and this one no longer has is withdrawn, and what the
    operator withdrew stays out. An ingest only adds and revises, what was withdrawn as well. `judge` gives the check
    results that are stored with a disclosure. LoadError when another load is running (`wait`: it is waited for) or the
    records cannot be loaded; nothing was written then.
    """
    step = "disclosures"
    if isinstance(disclosures, Sequence):
        step = f"of {len(disclosures)} disclosures"
        disclosures = sorted(disclosures, key=lambda parsed: parsed.disclosure.id)

    async def write() -> tuple[LoadResult, ReleaseRow | None]:
        return await _write(connection, disclosures, step, origin, source_digest, note, judge, progress)

    return await in_release(connection, write, wait=wait, progress=progress)


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
    digest, listed = seed.read_contents(directory)
    release = await connection.fetchrow(
        "SELECT source_digest FROM release WHERE source_digest IS NOT NULL ORDER BY number DESC LIMIT 1"
    )
    stale = await connection.fetchval(
        "SELECT count(*) FROM disclosure WHERE valid_to = $1 AND origin = 'seed' AND checks_version <> $2",
        tables.STILL_VALID,
        CHECKS_VERSION,
    )
    # What was withdrawn is not there and shall not be; what was let in again is to come.
    withdrawn = {row["disclosure_id"] for row in await connection.fetch("SELECT disclosure_id FROM withdrawal")}
    absent = await connection.fetch(
        "SELECT unnest($1::text[]) AS id EXCEPT SELECT id FROM disclosure WHERE valid_to = $2",
        listed,
        tables.STILL_VALID,
    )
    missing = {row["id"] for row in absent}
    if release is not None and release["source_digest"] == digest and not stale and missing <= withdrawn:
        number: int = await connection.fetchval("SELECT max(number) FROM release")
        return LoadResult(release=number, changed=False, kept_out=tuple(sorted(missing)))
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
) -> tuple[LoadResult, ReleaseRow | None]:
    """Every row, and the one that makes the release of them (`app/make_release.py`); None when nothing is new."""
    latest: int | None = await connection.fetchval("SELECT max(number) FROM release")
    release = (latest or 0) + 1
    known = await current(connection)
    await forget_returned(connection, known)
    written = await reference.write_code_lists(connection)
    # The words of a rule are no figures: new ones come with whatever release is next.
    await reference.write_rules(connection)
    tally, copy, sums = Tally(), await Copy.begin(connection, release), Sums()
    intake, met = Intake(known, tally, copy, origin, CHECKS_VERSION), 0
    async with contextlib.AsyncExitStack() as whole:
        batches = await whole.enter_async_context(contextlib.aclosing(intake.batches(_makers(disclosures, judge))))
        async for batch in batches:
            if isinstance(batch, Part):
                sums.merge(batch)
                continue
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
        return LoadResult(
            release=latest, changed=False, unchanged=tuple(tally.unchanged), kept_out=tuple(tally.kept_out)
        ), None

    await end(connection, [known[identifier] for identifier in withdrawn], release)
    tally.reasons["withdrawn"] = len(withdrawn)
    await reference.write_printed_names(connection, tally.names)
    if written:
        # Rows show names of divisions and codes: who follows the changes of a list is to see them anew.
        await connection.execute("UPDATE department SET changed_in = $1", release)
    made = await conclude(
        connection,
        release,
        note=note,
        changes=tally.reasons,
        progress=progress,
        source_digest=source_digest,
        came=sums,
        emptied=copy.frozen,
    )
    result = LoadResult(
        release=release,
        changed=True,
        added=tuple(tally.added),
        revised=tuple(tally.revised),
        withdrawn=tuple(withdrawn),
        unchanged=tuple(tally.unchanged),
        kept_out=tuple(tally.kept_out),
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
    await end(connection, batch.replaced, copy.release)
    await reference.write_departments(connection, batch.new, copy.release)
    await copy.send(batch.rows)


async def _refuse_unknown_regions(connection: asyncpg.Connection, disclosures: Sequence[records.Disclosure]) -> None:
    wanted = {one.region_code: one for one in disclosures}
    known = await connection.fetch("SELECT code FROM region WHERE code = any($1::text[])", list(wanted))
    for code in sorted(set(wanted) - {row["code"] for row in known}):
        raise LoadError(f"{wanted[code].source_file}: {code} is not a division of GB/T 2260")


async def _remember_source(connection: asyncpg.Connection, source_digest: str | None) -> None:
    """Other files with the same content: the release that the last seed made has these files' digest from now on."""
    if source_digest is not None:
        await connection.execute(
            "UPDATE release SET source_digest = $1 "
            "WHERE number = (SELECT max(number) FROM release WHERE source_digest IS NOT NULL)",
            source_digest,
        )
