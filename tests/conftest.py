"""Fixtures that every test may use: a real Postgres of its own, migrated, and with the invented data set loaded.

The server is the embedded one (GONGKAI_POSTGRES_VERSION chooses 16 or 18) in a directory that is deleted at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from asgi_lifespan import LifespanManager

from app import database, embedded
from app.settings import Settings
from tests.freshness import client_of

POSTGRES_VERSION = int(os.environ.get("GONGKAI_POSTGRES_VERSION", "18"))

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def data_directory() -> Iterator[Path]:
    """A new directory for `Settings.data` that the server's account may pass through; pytest's own it may not."""
    with tempfile.TemporaryDirectory(prefix="gongkai-test-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


@pytest.fixture(scope="session")
def server(data_directory: Path) -> Iterator[Settings]:
    """The settings of a running embedded server whose database `gongkai` is migrated and empty: do not fill it."""
    settings = Settings(data=data_directory / "data", postgres_version=POSTGRES_VERSION)
    with embedded.running(settings):
        asyncio.run(database.migrate(settings))
        asyncio.run(_without_waiting_for_the_disk(settings))
        yield settings
    shutil.rmtree(settings.data, ignore_errors=True)


async def _without_waiting_for_the_disk(settings: Settings) -> None:
    """This server's data need not outlive the machine; tests of what survives a kill have servers of their own."""
    async with database.connect_owner(settings) as connection:
        await connection.execute("ALTER SYSTEM SET fsync = off")
        await connection.execute("SELECT pg_reload_conf()")


@pytest.fixture
async def empty_database(server: Settings) -> AsyncIterator[Settings]:
    """The settings of a migrated, empty database for one test alone."""
    async with copy_of(server) as settings:
        yield settings


@pytest.fixture(scope="session")
async def loaded(server: Settings) -> AsyncIterator[Settings]:
    """The settings of a database with the invented data set of `tests/dataset.py` loaded: for reading only."""
    from app.load import load  # noqa: PLC0415 - tests that load nothing should run when loading is broken
    from tests import dataset  # noqa: PLC0415

    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as connection:
            for release in dataset.releases():
                await load(connection, release, origin="ingest", note="invented for the tests")
        yield settings


@pytest.fixture(scope="session")
async def read_pool(loaded: Settings) -> AsyncIterator[asyncpg.Pool]:
    """The API's own pool on the loaded database."""
    async with await database.open_read_pool(loaded) as pool:
        yield pool


@pytest.fixture(scope="session")
async def client(loaded: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application on the loaded database."""
    async with _client_of(loaded) as session:
        yield session


@pytest.fixture(scope="session")
async def seed_loaded(server: Settings) -> AsyncIterator[Settings]:
    """The settings of a database with the committed `seed_data/` loaded: for reading only."""
    from app.load import load_seed  # noqa: PLC0415 - as above

    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as connection:
            await load_seed(connection, settings.seed)
        yield settings


@pytest.fixture(scope="session")
async def seed_client(seed_loaded: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application on the database with `seed_data/`."""
    async with _client_of(seed_loaded) as session:
        yield session


@contextlib.asynccontextmanager
async def _client_of(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    from app.api.application import create_application  # noqa: PLC0415 - as above

    application = create_application(settings)
    async with LifespanManager(application) as manager, client_of(application, manager.app) as session:
        yield session


class copy_of:  # noqa: N801 - used like a function
    """`async with copy_of(server) as settings`: a migrated, empty database of its own, dropped at the end."""

    def __init__(self, server: Settings) -> None:
        self.server = server
        self.name = f"test_{os.getpid()}_{next(_numbers)}"

    async def __aenter__(self) -> Settings:
        await self._administer(f"CREATE DATABASE {self.name} TEMPLATE {database.DATABASE}")
        return dataclasses.replace(self.server, database_url=embedded.dsn(self.server, self.name))

    async def __aexit__(self, *_: object) -> None:
        await self._administer(f"DROP DATABASE {self.name} WITH (FORCE)")

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(embedded.dsn(self.server, "postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
