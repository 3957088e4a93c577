"""The files of a release: read in one snapshot, written aside, verified, switched.

The same release gives the same bytes: rows are in the order of their keys, and nothing depends on a clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gzip
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import orjson
import pyarrow as pa

from app.bulk import place
from app.bulk.damage import damaged, digest
from app.bulk.data_package import data_package, fetch_sources
from app.bulk.kept import files_of, find_release, reading
from app.bulk.manifest import (
    MEDIA_TYPES,
    SCHEMA,
    SUMS,
    UNIT,
    BulkFile,
    BulkFormat,
    ReleaseFiles,
    release_files,
    write_manifest,
)
from app.bulk.readme import readme
from app.bulk.relations import Relation, fetch_relation, resources
from app.bulk.to_sqlite import write_sqlite
from app.bulk.verify import verify_csv, verify_parquet, verify_sqlite
from app.errors import BulkError
from app.export.about import About
from app.export.read_rows import Batch, read_rows
from app.export.to_csv import csv_header, write_csv
from app.export.to_parquet import SCALE, write_parquet
from app.export.too_large import TooLargeForFormat
from app.publication import publisher
from app.settings import Settings

SQLITE = "gongkai.sqlite"
DATA_PACKAGE = "datapackage.json"
README = "README.md"

# A statement of a large release may take long: nobody waits for it but this build.
_SESSION = """set statement_timeout = 0; set idle_in_transaction_session_timeout = 0;
begin isolation level repeatable read read only"""
_LEVEL = 6  # of compression: beyond it files hardly shrink and take twice as long
# Each row is written three times: Parquet, CSV, SQLite.
_WRITINGS = 3


@dataclass
class Step:
    """How far a build is: what is written now, and how many of all rows were written."""

    what: str
    done: int
    total: int


Report = Callable[[Step], None]


def unseen(_: Step) -> None:
    """For callers that show nothing."""


@dataclass
class _Build:
    """One build at work: where, of which release, and what it has written so far."""

    directory: Path
    connection: asyncpg.Connection
    release: int
    created_at: dt.datetime
    content_digest: str
    report: Report
    files: list[BulkFile] = field(default_factory=list)
    step: Step = field(default_factory=lambda: Step("", 0, 0))

    def at(self, what: str, rows: int = 0) -> None:
        self.step.what = what
        self.step.done += rows
        self.report(self.step)

    async def add(self, name: str, kind: BulkFormat, relation: Relation | None = None) -> None:
        """A file that is finished, with its length and digest as they are on the disk."""
        path = self.directory / name
        sums = {} if relation is None else relation.control.sums
        self.files.append(
            BulkFile(
                name=name,
                resource=None if relation is None else relation.name,
                format=kind,
                media_type="text/markdown; charset=utf-8" if name == README else MEDIA_TYPES[kind],
                bytes=path.stat().st_size,
                sha256=await asyncio.to_thread(digest, path),
                rows=None if relation is None else relation.control.rows,
                control_totals={key: None if total is None else f"{total:f}" for key, total in sums.items()},
            )
        )


async def build_release(
    settings: Settings, number: int | None = None, *, force: bool = False, wait: bool = False, report: Report = unseen
) -> tuple[ReleaseFiles, bool]:
    """The files of a release (None: the newest), and whether they were built now or were there.

    Files that are not as they were built are built again; `force` builds them anew in any case. BulkError when another
    build is running (`wait`: it is waited for), nothing can be written, or what was written is not what the database
    holds; the files that were there before are as they were then, and why is noted for readers of the service.
    NoRelease, NothingLoaded, DatabaseError.
    """
    directory = settings.releases
    if not force and (there := await files_of(settings, number)) is not None and await _whole(there):
        return there, False
    with contextlib.ExitStack() as stack:
        lock = place.one_build(directory, wait=wait)
        await asyncio.to_thread(stack.enter_context, lock)
        async with reading(settings) as connection:
            await connection.execute(_SESSION)
            release, created_at, content_digest = await find_release(connection, number)
            there = release_files(directory, release)
            if there is not None and there.is_of(content_digest, created_at) and not force and await _whole(there):
                return there, False
            try:
                with _told(directory, release), place.aside(directory, release) as building:
                    build = _Build(building, connection, release, created_at, content_digest, report)
                    await _write(build, settings)
                    place.publish(building, directory, release)
            except BulkError as error:
                place.note_failure(directory, release, content_digest, error.reason)
                raise
    found = release_files(directory, release)
    if found is None:
        raise BulkError(f"the files of release {release} have gone from {directory}: something else cleans up there")
    return found, True


@contextlib.contextmanager
def _told(directory: Path, release: int) -> Iterator[None]:
    """What goes wrong in here is a BulkError that says what to do; what `reading` knows better is left to it."""
    try:
        yield
    except (OSError, sqlite3.Error, pa.ArrowException) as error:
        raise place.unwritable(directory, error) from error
    except TooLargeForFormat as error:
        raise BulkError(f"release {release} has no files: {error}", reason=str(error)) from error
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
        raise
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise BulkError(
            f"the files of release {release} were not built, the database stopped the reading ({error}): run "
            f"`gongkai export --release {release}` again",
            reason="the database stopped the reading",
        ) from error


async def _whole(files: ReleaseFiles) -> bool:
    return not await asyncio.to_thread(damaged, files, thoroughly=True)


async def _write(build: _Build, settings: Settings) -> None:
    build.at("counting rows")
    relations = [await fetch_relation(build.connection, resource, build.release) for resource in resources()]
    build.step.total = _WRITINGS * sum(relation.control.rows for relation in relations)
    for relation in relations:
        await _write_parquet(build, relation)
    for relation in relations:
        await _write_csv(build, relation)
    await _write_sqlite(build, relations)
    about = readme(build.release, build.created_at.isoformat(), build.content_digest, build.files)
    (build.directory / README).write_text(about, encoding="utf-8")
    await build.add(README, "text")
    described = data_package(
        _described(build),
        columns={relation.name: relation.selection.columns for relation in relations},
        sources=await fetch_sources(build.connection, build.release),
        publisher=publisher(settings),
        public_url=settings.public_url,
    )
    (build.directory / DATA_PACKAGE).write_bytes(orjson.dumps(described, option=orjson.OPT_INDENT_2) + b"\n")
    await build.add(DATA_PACKAGE, "json")
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in sorted(build.files, key=lambda file: file.name))
    (build.directory / SUMS).write_text(sums, encoding="utf-8")
    await build.add(SUMS, "sums")
    write_manifest(build.directory, _described(build))
    build.at("finished")


def _described(build: _Build) -> ReleaseFiles:
    return ReleaseFiles(
        release=build.release,
        created_at=build.created_at,
        content_digest=build.content_digest,
        unit=UNIT,
        schema=SCHEMA,
        files=tuple(build.files),
    )


async def _write_parquet(build: _Build, relation: Relation) -> None:
    name = f"{relation.name}.parquet"
    path = build.directory / name
    selection = relation.selection
    about = About(
        name=relation.name,
        title=relation.resource.zh,
        query=f"/v1/{relation.name}?release={build.release}",
        release=build.release,
        released_at=build.created_at,
        unit=selection.unit,
        control=relation.control,
    )
    async with contextlib.aclosing(read_rows(build.connection, selection.text, selection.arguments)) as rows:
        with path.open("wb") as file:
            batches = _counted(build, name, rows)
            await write_parquet(file, selection.columns, batches, about, scale=_scale(relation))
    await asyncio.to_thread(verify_parquet, path, relation)
    await build.add(name, "parquet", relation)


async def _write_csv(build: _Build, relation: Relation) -> None:
    name = f"{relation.name}.csv.gz"
    path = build.directory / name
    selection = relation.selection
    header = csv_header(selection.columns, chinese=False, byte_order_mark=False)
    build.at(name)

    def written(rows: int) -> None:
        build.at(name, rows)

    async with contextlib.aclosing(write_csv(build.connection, selection, header, written=written)) as pieces:
        # Without a name and a time of its own: equal rows give equal bytes.
        with (
            path.open("wb") as raw,
            gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=raw, mtime=0) as file,
        ):
            async for piece in pieces:
                await asyncio.to_thread(file.write, piece)
    await asyncio.to_thread(verify_csv, path, relation, scale=_scale(relation))
    await build.add(name, "csv.gz", relation)


async def _write_sqlite(build: _Build, relations: list[Relation]) -> None:
    path = build.directory / SQLITE
    parquets = {relation.name: build.directory / f"{relation.name}.parquet" for relation in relations}
    about = [
        ("release", str(build.release)),
        ("released_at", build.created_at.isoformat()),
        ("content_digest", build.content_digest),
        ("unit", UNIT.value),
    ]

    def written(rows: int) -> None:
        build.at(SQLITE, rows)

    places = await asyncio.to_thread(write_sqlite, path, relations, parquets, about, written)
    await asyncio.to_thread(verify_sqlite, path, relations, places=places)
    await build.add(SQLITE, "sqlite")


async def _counted(build: _Build, name: str, rows: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
    build.at(name)
    async for batch in rows:
        yield batch
        build.at(name, len(batch))


def _scale(relation: Relation) -> int:
    """Decimals of the numbers in Parquet: the same in every file, unless a document prints more."""
    return max(SCALE, relation.decimals)
