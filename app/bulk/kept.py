"""Which releases the database keeps, and whether their files are there."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator

import asyncpg

from app.bulk.damage import damaged
from app.bulk.manifest import ReleaseFiles, release_files
from app.database import connect_reader
from app.errors import DatabaseError, NoRelease, NothingLoaded
from app.query.kept_releases import explained
from app.settings import Settings

_SHOWN = 20


@contextlib.asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may read. DatabaseError when there is none to be had, or nothing to be read."""
    try:
        async with connect_reader(settings, name="gongkai-bulk") as connection:
            yield connection
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError) as error:
        raise DatabaseError("the database has no tables yet, or older ones: run `gongkai migrate`") from error


async def find_release(connection: asyncpg.Connection, number: int | None) -> tuple[int, dt.datetime, str]:
    """Number, time and content digest of a release (None: the newest). NoRelease, NothingLoaded."""
    row = await connection.fetchrow(
        "select number, created_at, content_digest from release where $1::int is null or number = $1 "
        "order by number desc limit 1",
        number,
    )
    if row is not None:
        return row[0], row[1], row[2]
    if number is None:
        raise NothingLoaded("no data has been loaded yet: run `gongkai load` or `gongkai ingest FILE…`")
    rows = await connection.fetch("select number from release order by number desc limit $1", _SHOWN)
    kept = ", ".join(str(entry[0]) for entry in rows)
    advice = f"these are kept: {kept or 'none'}"
    raise await explained(connection, NoRelease(f"there is no release {number}", number=number, advice=advice))


async def releases(settings: Settings) -> list[int]:
    """The numbers of the releases that the database keeps."""
    async with reading(settings) as connection:
        return [row[0] for row in await connection.fetch("select number from release order by number")]


async def files_of(settings: Settings, number: int | None) -> ReleaseFiles | None:
    """The files of a release, if they are there. NoRelease, NothingLoaded, DatabaseError."""
    async with reading(settings) as connection:
        release, created_at, digest = await find_release(connection, number)
    found = release_files(settings.releases, release)
    return found if found is not None and found.is_of(digest, created_at) else None


async def newest_without_files(settings: Settings) -> int | None:
    """The newest release, if its files are not there, or one of them is not as long as it was built.

    None when they are there, or nothing has been loaded. What the files hold is not looked at: `build_release` does.
    """
    async with reading(settings) as connection:
        try:
            release, created_at, digest = await find_release(connection, None)
        except NothingLoaded:
            return None
    found = release_files(settings.releases, release)
    there = found is not None and found.is_of(digest, created_at) and not damaged(found, thoroughly=False)
    return None if there else release
