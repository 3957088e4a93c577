"""The API's connections can read everything and write nothing, whatever they try."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app import database, embedded
from app.errors import DatabaseError
from app.settings import Settings
from tests.conftest import copy_of

WRITES = [
    "INSERT INTO region (code, name, full_name, level) VALUES ('999999', 'x', 'x', 'county')",
    "UPDATE region SET name = 'x'",
    "DELETE FROM region",
    "TRUNCATE region CASCADE",
    "CREATE TABLE intruder (x int)",
    "CREATE SCHEMA intruder",
    "DROP TABLE region CASCADE",
    "ALTER TABLE region ADD COLUMN x int",
    "COPY region FROM PROGRAM 'true'",
]
ESCAPES = [
    "SELECT 1",
    "SET default_transaction_read_only = off",
    "RESET ROLE",
    "RESET ALL",
    "DISCARD ALL",
]
REFUSALS = (asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError)


@pytest.fixture(scope="module")
async def external(server: Settings) -> AsyncIterator[Settings]:
    """A database that is reached by DATABASE_URL, as its owner; these tests leave it as it is."""
    async with copy_of(server) as settings:
        yield settings


@pytest.fixture(params=["embedded", "database_url"])
def reading(request: pytest.FixtureRequest, server: Settings, external: Settings) -> Settings:
    return server if request.param == "embedded" else external


@pytest.mark.parametrize("escape", ESCAPES)
@pytest.mark.parametrize("write", WRITES)
async def test_a_write_through_the_read_pool_fails(reading: Settings, escape: str, write: str) -> None:
    settings = dataclasses.replace(reading, pool_size=1)
    async with await database.open_read_pool(settings) as pool, pool.acquire() as connection:
        await connection.execute(escape)
        await connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(REFUSALS):
            await connection.execute(write)


async def test_without_an_escape_the_transaction_itself_is_read_only(reading: Settings) -> None:
    async with await database.open_read_pool(reading) as pool:
        assert await pool.fetchval("SHOW transaction_read_only") == "on"
        assert await pool.fetchval("SHOW application_name") == "gongkai-api"
        assert await pool.fetchval("SELECT current_user::text") == database.READER


async def test_in_the_embedded_server_the_session_itself_is_the_readers(server: Settings) -> None:
    async with await database.open_read_pool(server) as pool, pool.acquire() as connection:
        assert await connection.fetchval("SELECT session_user::text") == database.READER
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SET ROLE postgres")


async def test_a_statement_that_takes_too_long_is_cancelled(empty_database: Settings) -> None:
    settings = dataclasses.replace(empty_database, statement_timeout_ms=100)
    async with await database.open_read_pool(settings) as pool:
        with pytest.raises(asyncpg.QueryCanceledError):
            await pool.execute("SELECT pg_sleep(5)")


async def test_every_table_can_be_read(reading: Settings) -> None:
    async with await database.open_read_pool(reading) as pool:
        names = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert len(names) > 15
        for (name,) in names:
            await pool.fetchval(f"SELECT count(*) FROM {name}")


async def test_a_read_url_whose_user_could_write_is_refused(empty_database: Settings) -> None:
    settings = dataclasses.replace(empty_database, database_read_url=empty_database.database_url)
    with pytest.raises(DatabaseError, match="postgres, who is a superuser"):
        await database.open_read_pool(settings)


async def test_a_read_url_whose_user_may_update_one_table_is_refused(empty_database: Settings) -> None:
    settings = await _with_user(empty_database, "half_writer", "GRANT UPDATE ON project TO half_writer")
    with pytest.raises(DatabaseError, match="can write to project"):
        await database.open_read_pool(settings)


async def test_a_read_url_with_a_reading_user_of_its_own_is_taken(empty_database: Settings) -> None:
    settings = await _with_user(empty_database, "own_reader", f"GRANT {database.READER} TO own_reader")
    async with await database.open_read_pool(settings) as pool:
        assert await pool.fetchval("SELECT current_user::text") == "own_reader"
        assert await pool.fetchval("SELECT count(*) FROM release") == 0


async def test_a_read_url_whose_user_may_not_read_is_told_how_to_be_let_in(empty_database: Settings) -> None:
    settings = await _with_user(empty_database, "stranger", "SELECT 1")
    with pytest.raises(DatabaseError, match="GRANT gongkai_reader TO stranger"):
        await database.open_read_pool(settings)


async def test_a_database_without_tables_says_to_migrate(server: Settings) -> None:
    settings = dataclasses.replace(server, database_read_url=embedded.dsn(server, "template1", user=database.READER))
    with pytest.raises(DatabaseError, match="gongkai migrate"):
        await database.open_read_pool(settings)


async def test_an_address_that_does_not_answer_is_named_without_its_password() -> None:
    settings = Settings(database_url="postgresql://someone:secret@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseError, match=r"someone@127\.0\.0\.1:1/nothing") as caught:
        await database.open_read_pool(settings)
    assert "secret" not in str(caught.value)


async def _with_user(settings: Settings, user: str, grant: str) -> Settings:
    """The settings with a DATABASE_READ_URL whose user is new to this database and has been granted `grant`."""
    assert settings.database_url is not None
    async with database.connect_owner(settings) as connection:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", user):
            await connection.execute(f"CREATE ROLE {user} LOGIN")
        await connection.execute(grant)
    return dataclasses.replace(
        settings, database_read_url=settings.database_url.replace("//postgres@", f"//{user}@", 1)
    )
