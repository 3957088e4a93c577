"""Migrating works for an owner who is no superuser, makes the reading role itself, or says what to have done."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from app import database, embedded, migrations
from app.errors import DatabaseError
from app.settings import Settings

OWNER = "plain_owner"
PLAIN = "plain_database"


@pytest.fixture
async def administrator(server: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection, with a database of its own for `plain_owner`, who is none; both go at the end."""
    connection = await asyncpg.connect(embedded.dsn(server, "postgres"))
    await connection.execute(f"CREATE ROLE {OWNER} LOGIN")
    await connection.execute(f"CREATE DATABASE {PLAIN} OWNER {OWNER}")
    yield connection
    await connection.execute(f"DROP DATABASE {PLAIN} WITH (FORCE)")
    await connection.execute(f"DROP OWNED BY {OWNER}")
    await connection.execute(f"DROP ROLE {OWNER}")
    await connection.close()


@pytest.fixture
def plain(server: Settings) -> Settings:
    return dataclasses.replace(server, database_url=embedded.dsn(server, PLAIN, user=OWNER))


async def test_owner_who_may_switch_to_the_reader_migrates_and_serves(
    administrator: asyncpg.Connection, plain: Settings
) -> None:
    await administrator.execute(f"GRANT {database.READER} TO {OWNER}")
    assert (
        await database.migrate(plain) == ScriptDirectory.from_config(migrations.configuration(plain)).get_current_head()
    )
    async with await database.open_read_pool(plain) as pool:
        assert await pool.fetchval("SELECT current_user::text") == database.READER
        with pytest.raises(asyncpg.PostgresError):
            await pool.execute("DELETE FROM release")


async def test_owner_without_the_reader_is_told_what_an_administrator_must_run(
    administrator: asyncpg.Connection, plain: Settings
) -> None:
    assert administrator
    with pytest.raises(DatabaseError, match=f"GRANT {database.READER} TO"):
        await database.migrate(plain)


async def test_user_who_may_create_nothing_is_told_so_in_one_line(
    administrator: asyncpg.Connection, plain: Settings
) -> None:
    await administrator.execute(f"ALTER DATABASE {PLAIN} OWNER TO postgres")
    with pytest.raises(DatabaseError, match=r"refused the migration: .*permission denied") as caught:
        await database.migrate(plain)
    assert "\n" not in str(caught.value)


async def test_tables_that_come_later_can_be_read_too(empty_database: Settings) -> None:
    async with database.connect_owner(empty_database) as connection:
        await connection.execute("CREATE TABLE later AS SELECT 1 AS x")
    async with await database.open_read_pool(empty_database) as pool:
        assert await pool.fetchval("SELECT x FROM later") == 1
