"""The migrations make exactly what the models describe, in both directions, through the program and through Alembic."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from alembic import command
from app import database, migrations, tables
from app.errors import DatabaseError
from app.load import load
from app.settings import PROJECT, Settings
from app.to_rows import table_name
from tests import dataset
from tests.conftest import copy_of


async def names(settings: Settings) -> set[str]:
    async with database.connect_owner(settings) as connection:
        rows = await connection.fetch("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
        return {row["tablename"] for row in rows}


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(migrations.configuration(Settings())).get_heads()) == 1


async def test_models_and_migrations_agree(empty_database: Settings) -> None:
    await asyncio.to_thread(command.check, migrations.configuration(empty_database))


async def test_difference_between_models_and_migrations_is_found(empty_database: Settings) -> None:
    async with database.connect_owner(empty_database) as connection:
        await connection.execute("ALTER TABLE project DROP COLUMN fiscal")
    with pytest.raises(Exception, match=r"add_column.*fiscal"):
        await asyncio.to_thread(command.check, migrations.configuration(empty_database))


async def test_down_to_nothing_and_up_again_gives_the_same_tables(empty_database: Settings) -> None:
    before = await names(empty_database)
    assert set(SQLModel.metadata.tables) <= before
    await asyncio.to_thread(command.downgrade, migrations.configuration(empty_database), "base")
    assert await names(empty_database) == {"alembic_version"}
    await database.migrate(empty_database)
    assert await names(empty_database) == before
    await asyncio.to_thread(command.check, migrations.configuration(empty_database))


async def test_migrating_twice_at_once_and_again_changes_nothing(empty_database: Settings) -> None:
    await asyncio.to_thread(command.downgrade, migrations.configuration(empty_database), "base")
    first, second = await asyncio.gather(database.migrate(empty_database), database.migrate(empty_database))
    assert first == second == await database.migrate(empty_database)


async def test_database_of_a_newer_program_is_refused(empty_database: Settings) -> None:
    async with database.connect_owner(empty_database) as connection:
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="older than the database"):
        await database.migrate(empty_database)


async def test_codes_collate_as_bytes(empty_database: Settings) -> None:
    async with database.connect_owner(empty_database) as connection:
        rows = await connection.fetch(
            "SELECT table_name || '.' || column_name AS name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND collation_name = 'C'"
        )
    collated = {row["name"] for row in rows}
    models = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if column.type is tables.CODE
    }
    assert models == collated
    assert "expenditure_line.code" in collated


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_the_alembic_command_reads_database_url(server: Settings, scheme: str) -> None:
    url = database.owner_dsn(server).replace("postgresql:", f"{scheme}:", 1)
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "check"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "No new upgrade operations detected" in done.stdout + done.stderr


async def rows_of(settings: Settings) -> dict[str, list[str]]:
    """Every row of what belongs to departments as JSON, by table."""
    async with database.connect_owner(settings) as connection:
        return {
            name: [row[0] for row in await connection.fetch(f"SELECT to_jsonb(t)::text FROM {name} t ORDER BY 1")]
            for name in map(table_name, tables.OF_DEPARTMENT)
        }


async def test_keys_of_departments_go_down_and_up_again_with_data(server: Settings) -> None:
    """Operands, which have no department below 0010, are told whose they are by their result."""
    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as connection:
            await load(connection, dataset.releases()[0], origin="ingest")
        before = await rows_of(settings)
        assert len(before["check_operand"]) > 100
        await asyncio.to_thread(command.downgrade, migrations.configuration(settings), "0009")
        async with database.connect_owner(settings) as connection:
            assert await connection.fetchval("SELECT count(*) FROM check_operand") == len(before["check_operand"])
            with pytest.raises(asyncpg.UndefinedColumnError):
                await connection.fetch("SELECT department_id FROM check_operand")
        await database.migrate(settings)
        assert await rows_of(settings) == before
        await asyncio.to_thread(command.check, migrations.configuration(settings))
