"""Loading: parsed disclosures become the next release of the database, in one transaction.

A release is the set of revisions valid at it. What a load does not mention stays as it is; a disclosure whose content
is the same as before is not touched; new content becomes the disclosure's next revision, and the one before it ends.
Until the commit every reader sees the release before; a load that is killed leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Literal

import asyncpg
import orjson
from sqlmodel import SQLModel

from app import reference, seed, tables, values
from app.checks import CHECKS_VERSION
from app.checks.run import check
from app.errors import LoadError
from app.index_names import catch_up, index_names
from app.progress import Progress, silent
from app.records import ParsedDisclosure
from app.to_rows import (
    OPERANDS,
    SOURCES,
    Revision,
    Row,
    columns,
    counters,
    disclosure_row,
    fact_rows,
    money_columns,
    table_name,
)

Origin = Literal["seed", "ingest"]

# Rows are gathered for this many disclosures at a time and then sent table by table: few round trips, bounded memory.
_BATCH = 200

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


@dataclass(frozen=True)
class _Current:
    """What the database knows of one disclosure before the load."""

    revision: int  # the highest so far
    valid: asyncpg.Record | None  # revision_id, content_digest, sha256 and origin of the valid revision
    seed_digest: str | None  # of the latest revision that came from a seed


async def load(
    connection: asyncpg.Connection,
    disclosures: Sequence[ParsedDisclosure],
    *,
    origin: Origin,
    source_digest: str | None = None,
    note: str = "",
    wait: bool = False,
    progress: Progress = silent,
) -> LoadResult:
    """Load the disclosures as the next release; nothing new means no new release.

    A seed is a whole data set: what an earlier seed brought and this one no longer has is withdrawn. An ingest only
    adds and revises. LoadError when another load is running (`wait`: it is waited for) or the records cannot be
    loaded; nothing was written then.
    """
    ordered = sorted(disclosures, key=lambda parsed: parsed.disclosure.id)
    _refuse_twins(ordered)
    with _load_errors():
        async with connection.transaction():
            if not await connection.fetchval(_WAIT_FOR_LOCK if wait else _TRY_LOCK):
                raise LoadError("another load is running: wait until it has finished, then run this again")
            await catch_up(connection)
            result = await _write(connection, ordered, origin, source_digest, note, progress)
        if result.changed:
            progress("gathering statistics for the query planner")
            names = ["region", "department", "disclosure", "subject_name", "search_text", "search_entry"]
            names += [*map(table_name, SOURCES.values()), table_name(tables.CheckOperand)]
            await connection.execute(f"VACUUM (ANALYZE) {', '.join(names)}")
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
    disclosures = seed.read_seed(directory)
    return await load(
        connection,
        disclosures,
        origin="seed",
        source_digest=digest,
        note=f"seed {digest[:12]}",
        wait=wait,
        progress=progress,
    )


def content_digest(parsed: ParsedDisclosure) -> str:
    """SHA-256 of everything a disclosure says, whatever the parser's version; fields without a value do not count."""
    content = parsed.model_dump(mode="json", exclude_none=True, exclude={"disclosure": {"parser_version"}})
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def _write(
    connection: asyncpg.Connection,
    ordered: list[ParsedDisclosure],
    origin: Origin,
    source_digest: str | None,
    note: str,
    progress: Progress,
) -> LoadResult:
    """Everything between BEGIN and COMMIT."""
    latest: int | None = await connection.fetchval("SELECT max(number) FROM release")
    release = (latest or 0) + 1
    known = await _current(connection)
    last_ids = await _last_ids(connection)
    revisions: list[Revision] = []
    unchanged: list[str] = []
    for parsed in ordered:
        identifier, digest = parsed.disclosure.id, content_digest(parsed)
        before = known.get(identifier)
        if before is not None and before.valid is not None and _has(before, digest, origin):
            unchanged.append(identifier)
            continue
        revisions.append(
            Revision(
                parsed=parsed,
                revision_id=last_ids["disclosure"] + len(revisions) + 1,
                revision=1 if before is None else before.revision + 1,
                valid_from=release,
                content_digest=digest,
                origin=origin,
                check_results=tuple(check(parsed)),
                checks_version=CHECKS_VERSION,
            )
        )
    named = {parsed.disclosure.id for parsed in ordered}
    withdrawn = sorted(
        identifier
        for identifier, before in known.items()
        if origin == "seed"
        and identifier not in named
        and before.valid is not None
        and before.valid["origin"] == "seed"
    )
    written = await reference.write_code_lists(connection)
    # The words of a rule are no figures: new ones come with whatever release is next.
    await reference.write_rules(connection)
    if not (revisions or withdrawn or written) and latest is not None:
        await _remember_source(connection, source_digest)
        return LoadResult(release=latest, changed=False, unchanged=tuple(unchanged))

    await _refuse_unknown_regions(connection, revisions)
    replaced = [revision for revision in revisions if known.get(revision.parsed.disclosure.id) is not None]
    ended = [known[revision.parsed.disclosure.id].valid for revision in replaced]
    ended += [known[identifier].valid for identifier in withdrawn]
    await _end(connection, [row["revision_id"] for row in ended if row is not None], release)
    rows = await _copy(connection, revisions, last_ids, progress)
    await reference.write_printed_names(connection, [revision.parsed for revision in revisions])
    await _rename_departments(connection, release)
    if written:
        # Rows show names of divisions and codes: who follows the changes of a list is to see them anew.
        await connection.execute("UPDATE department SET changed_in = $1", release)
    await index_names(connection, release)
    changes = _reasons(revisions, known, withdrawn)
    await _record_release(connection, release, source_digest, note, changes)
    revised = {revision.parsed.disclosure.id for revision in replaced}
    return LoadResult(
        release=release,
        changed=True,
        added=tuple(one.parsed.disclosure.id for one in revisions if one.parsed.disclosure.id not in revised),
        revised=tuple(sorted(revised)),
        withdrawn=tuple(withdrawn),
        unchanged=tuple(unchanged),
        rows=rows,
    )


def _has(before: _Current, digest: str, origin: Origin) -> bool:
    """Whether the database has this content already.

    A seed is compared with what the last seed brought: a document that was ingested since, with its running text,
    stays until the seed itself says something new.
    """
    if before.valid is not None and before.valid["content_digest"] == digest:
        # Other rules give other results for the same figures.
        return bool(before.valid["checks_version"] == CHECKS_VERSION)
    return origin == "seed" and before.seed_digest == digest


def _refuse_twins(ordered: Sequence[ParsedDisclosure]) -> None:
    for one, other in pairwise(ordered):
        if one.disclosure.id == other.disclosure.id:
            raise LoadError(
                f"{one.disclosure.source_file} and {other.disclosure.source_file} are the same disclosure "
                f"({one.disclosure.id}): load one of them"
            )


async def _refuse_unknown_regions(connection: asyncpg.Connection, revisions: Sequence[Revision]) -> None:
    wanted = {one.parsed.disclosure.region_code: one.parsed.disclosure for one in revisions}
    known = await connection.fetch("SELECT code FROM region WHERE code = any($1::text[])", list(wanted))
    for code in sorted(set(wanted) - {row["code"] for row in known}):
        raise LoadError(f"{wanted[code].source_file}: {code} is not a division of GB/T 2260")


async def _current(connection: asyncpg.Connection) -> dict[str, _Current]:
    """Every disclosure in the database by id."""
    rows = await connection.fetch(
        "SELECT id, revision_id, revision, content_digest, checks_version, sha256, origin, valid_to FROM disclosure "
        "ORDER BY id, revision"
    )
    found: dict[str, _Current] = {}
    for row in rows:
        earlier = found[row["id"]].seed_digest if row["id"] in found else None
        found[row["id"]] = _Current(
            revision=row["revision"],
            valid=row if row["valid_to"] == tables.STILL_VALID else None,
            seed_digest=row["content_digest"] if row["origin"] == "seed" else earlier,
        )
    return found


async def _last_ids(connection: asyncpg.Connection) -> dict[str, int]:
    """The highest id in use: of revisions under `disclosure`, of facts under the name of their list."""
    found = {"disclosure": await connection.fetchval("SELECT coalesce(max(revision_id), 0) FROM disclosure")}
    for source, table in SOURCES.items():
        statement = f"SELECT coalesce(max(id), 0) FROM {table_name(table)}"  # noqa: S608 - our table
        found[source] = await connection.fetchval(statement)
    return found


async def _end(connection: asyncpg.Connection, revision_ids: list[int], release: int) -> None:
    """The revisions and their facts are last seen in the release before this one."""
    if not revision_ids:
        return
    for name in ("disclosure", *(table_name(table) for table in SOURCES.values())):
        await connection.execute(
            f"UPDATE {name} SET valid_to = $1 WHERE revision_id = any($2::bigint[])",  # noqa: S608 - our table
            release,
            revision_ids,
        )


async def _copy(
    connection: asyncpg.Connection, revisions: Sequence[Revision], last_ids: Mapping[str, int], progress: Progress
) -> int:
    """COPY the revisions with their facts, then check in the database that everything has arrived."""
    if not revisions:
        return 0
    loaded_at: dt.datetime = await connection.fetchval("SELECT now()")
    await _write_departments(connection, revisions)
    identifiers = counters(last_ids)
    expected: dict[str, list[Any]] = {source: [0, Decimal(0)] for source in SOURCES}
    remaining = iter(revisions)
    done = 0
    while batch := list(islice(remaining, _BATCH)):
        rows: dict[str, list[Row]] = {source: [] for source in (*SOURCES, OPERANDS)}
        for revision in batch:
            for source, row in fact_rows(revision, identifiers):
                rows[source].append(row)
        await _copy_table(connection, tables.Disclosure, [disclosure_row(one, loaded_at) for one in batch])
        for source, table in SOURCES.items():
            await _copy_table(connection, table, rows[source])
            expected[source][0] += len(rows[source])
            expected[source][1] += _control_total(table, rows[source])
        await _copy_table(connection, tables.CheckOperand, rows[OPERANDS])
        done += len(batch)
        progress(f"copied {done} of {len(revisions)} disclosures")
    await _verify(connection, revisions[0].valid_from, expected)
    return sum(count for count, _ in expected.values())


async def _copy_table(connection: asyncpg.Connection, table: type[SQLModel], rows: Sequence[Row]) -> None:
    if rows:
        await connection.copy_records_to_table(table_name(table), records=rows, columns=columns(table))


def _control_total(table: type[tables.Fact], rows: Sequence[Row]) -> Decimal:
    if "total" not in money_columns(table):
        return Decimal(0)
    position = columns(table).index("total")
    return sum((row[position] for row in rows if row[position] is not None), Decimal(0))


async def _verify(connection: asyncpg.Connection, release: int, expected: Mapping[str, Sequence[Any]]) -> None:
    """Rows and control totals in the database are what was sent; a difference ends the load."""
    for source, table in SOURCES.items():
        name, total = table_name(table), "sum(total)" if "total" in money_columns(table) else "0"
        found = await connection.fetchrow(
            f"SELECT count(*), coalesce({total}, 0) FROM {name} WHERE valid_from = $1",  # noqa: S608 - our table
            release,
        )
        if found is None or [found[0], found[1]] != list(expected[source]):
            raise LoadError(f"{name} holds {found and tuple(found)} rows and yuan after COPY, not {expected[source]}")


async def _write_departments(connection: asyncpg.Connection, revisions: Sequence[Revision]) -> None:
    """Departments that are new; `_rename_departments` says what they are called."""
    disclosures = {one.parsed.disclosure.department_id: one.parsed.disclosure for one in revisions}
    await connection.executemany(
        "INSERT INTO department (id, region_code, name, normalised_name, aliases, changed_in) "
        "VALUES ($1, $2, $3, $4, '{}', $5) ON CONFLICT (id) DO NOTHING",
        [
            (
                key,
                one.region_code,
                one.department_name,
                values.normalise_department(one.department_name),
                revisions[0].valid_from,
            )
            for key, one in sorted(disclosures.items())
        ],
    )


async def _rename_departments(connection: asyncpg.Connection, release: int) -> None:
    """Name and code as printed in the latest valid disclosure, a final account after a budget; aliases the others."""
    await connection.execute(
        """
        WITH printed AS (
            SELECT department_id, department_name::text, department_code,
                   row_number() OVER (PARTITION BY department_id
                                      ORDER BY fiscal_year DESC, kind DESC, scope, id) AS place
            FROM disclosure WHERE valid_to = $1
        ), named AS (
            SELECT department_id, max(department_name) FILTER (WHERE place = 1) AS name,
                   max(department_code) FILTER (WHERE place = 1) AS code,
                   array_agg(DISTINCT department_name COLLATE "C" ORDER BY department_name COLLATE "C") AS names
            FROM printed GROUP BY department_id
        )
        UPDATE department
        SET name = named.name, code = named.code, aliases = array_remove(named.names, named.name), changed_in = $2
        FROM named
        WHERE department.id = named.department_id
          AND (department.name, department.code, department.aliases)
              IS DISTINCT FROM (named.name, named.code, array_remove(named.names, named.name))
        """,
        tables.STILL_VALID,
        release,
    )


def _reasons(revisions: Sequence[Revision], known: Mapping[str, _Current], withdrawn: Sequence[str]) -> dict[str, int]:
    """How many disclosures the release adds, revises and withdraws, by reason (`app/query/words.py: CHANGE_REASON`)."""
    counted = {"new_document": 0, "new_revision": 0, "extraction_mended": 0, "checks": 0, "withdrawn": len(withdrawn)}
    for revision in revisions:
        before = known.get(revision.parsed.disclosure.id)
        if before is None or before.valid is None:
            counted["new_document"] += 1
        elif before.valid["sha256"] != revision.parsed.disclosure.sha256:
            counted["new_revision"] += 1
        elif before.valid["content_digest"] == revision.content_digest:
            counted["checks"] += 1
        else:
            counted["extraction_mended"] += 1
    return counted


async def _record_release(
    connection: asyncpg.Connection, release: int, source_digest: str | None, note: str, changes: Mapping[str, int]
) -> None:
    """The row that makes the release: its counts, what changed, and a digest over the contents that are valid in it."""
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
    await connection.execute(
        "INSERT INTO release (number, created_at, content_digest, source_digest, counts, changes, note) "
        "VALUES ($1, now(), $2, $3, $4, $5, $6)",
        release,
        hashlib.sha256(lines.encode()).hexdigest(),
        source_digest,
        orjson.dumps(counts).decode(),
        orjson.dumps(changes).decode(),
        note,
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
