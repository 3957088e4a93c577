"""Where rows lie on several machines a release is made after every machine has its rows, and never of a part of them.

A load that ends between the two leaves rows that no reader sees; the next one takes them back and gives the same
release as if there had been none. Citus is not here: its part in this is that of `tests/database/citus/`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copytree

import asyncpg
import pytest
from sqlmodel import SQLModel

from app import database, publish, tables
from app.errors import LoadError
from app.load import load
from app.prune import Which, prune
from app.settings import Settings
from tests import dataset
from tests.conftest import POSTGRES_VERSION, copy_of

with_citus = pytest.mark.skipif(POSTGRES_VERSION < 18, reason="this Postgres takes no extension out of a directory")
WHEN = frozenset({"loaded_at", "created_at"})


@pytest.fixture
async def first_release(server: Settings) -> AsyncIterator[Settings]:
    """A database of this test's own with the first release."""
    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as connection:
            await load(connection, dataset.releases()[0], origin="ingest")
        yield settings


async def rows(connection: asyncpg.Connection) -> dict[str, list[str]]:
    """Every row of every table, less when it came."""
    found = {}
    for name, table in SQLModel.metadata.tables.items():
        kept = [f'"{column.name}"' for column in table.columns if column.name not in WHEN]
        listed = await connection.fetch(f"SELECT row({', '.join(kept)})::text AS row FROM {name} ORDER BY 1")
        found[name] = [one["row"] for one in listed]
    return found


async def seen(connection: asyncpg.Connection) -> list[int]:
    """What a reader of release 1 counts, table by table."""
    return [
        await connection.fetchval(f"SELECT count(*) FROM {table.__tablename__} WHERE valid_from <= 1 AND valid_to > 1")
        for table in (tables.Disclosure, *tables.FACT_TABLES)
    ]


async def test_what_an_unfinished_load_left_is_unseen_and_taken_back(first_release: Settings) -> None:
    second = dataset.releases()[1]
    async with database.connect_owner(first_release) as connection:
        before, counted = await rows(connection), await seen(connection)
        await load(connection, second, origin="ingest")
        after = await rows(connection)
        # As a load leaves it that ended after its rows and before its release.
        await connection.execute("DELETE FROM release WHERE number = 2")
        assert await rows(connection) not in (before, after)
        assert await seen(connection) == counted
        assert await publish.take_back_unpublished(connection)
        left = await rows(connection)
        assert {name for name in before if left[name] != before[name]} <= {
            # Names and codes are the same in all releases, and may be there before the first that has them.
            "department", "functional_subject", "economic_subject", "subject_name", "search_text",
        }  # fmt: skip
        assert not await publish.take_back_unpublished(connection)
        result = await load(connection, second, origin="ingest")
        assert result.release == 2
        assert await rows(connection) == after


@pytest.fixture
async def on_several_machines(first_release: Settings, data_directory: Path) -> Settings:
    directory = data_directory / "share"
    copytree(Path(__file__).parents[1] / "database" / "citus", directory / "extension", dirs_exist_ok=True)
    async with database.connect_owner(first_release) as connection:
        await connection.execute(f"SET extension_control_path = '{directory}:$system'")
        await connection.execute("CREATE EXTENSION citus")
    return first_release


@with_citus
async def test_the_release_follows_when_every_machine_has_its_rows(on_several_machines: Settings) -> None:
    second = dataset.releases()[1]
    async with database.connect_owner(on_several_machines) as connection:
        counted = await seen(connection)
        await connection.execute("INSERT INTO broken VALUES ('commit')")
        with pytest.raises(LoadError, match="worker-2"):
            await load(connection, second, origin="ingest")
        assert await connection.fetchval("SELECT max(number) FROM release") == 1
        assert await connection.fetchval("SELECT count(*) FROM disclosure WHERE valid_from = 2") > 0
        assert await seen(connection) == counted
        await connection.execute("DELETE FROM broken")
        result = await load(connection, second, origin="ingest")
        assert result.release == 2
        assert await connection.fetchval("SELECT max(number) FROM release") == 2
        assert await connection.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


@with_citus
async def test_rows_of_a_pruned_release_follow_when_every_machine_knows_that_it_is_gone(
    on_several_machines: Settings,
) -> None:
    async with database.connect_owner(on_several_machines) as connection:
        await load(connection, dataset.releases()[1], origin="ingest")
        counted = await seen(connection)
        await connection.execute("INSERT INTO broken VALUES ('commit')")
        with pytest.raises(LoadError, match=r"run it again to finish it: .*worker-2"):
            await prune(connection, Which(keep=1), grace=0)
        assert await connection.fetchval("SELECT min(number) FROM release") == 2
        assert await seen(connection) == counted
        await connection.execute("DELETE FROM broken")
        assert (await prune(connection, Which(keep=1), grace=0)).revisions == 1
        assert await seen(connection) != counted
        assert await connection.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


@with_citus
async def test_another_load_waits_for_both_commits(on_several_machines: Settings) -> None:
    async with (
        database.connect_owner(on_several_machines) as busy,
        database.connect_owner(on_several_machines) as connection,
        publish.alone(busy, wait=False),
    ):
        with pytest.raises(LoadError, match="another load is running"):
            await load(connection, dataset.releases()[1], origin="ingest")
