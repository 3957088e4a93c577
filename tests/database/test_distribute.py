"""`gongkai db distribute` distributes every table once, in an order that Citus takes, and says what is missing.

It goes on where it was broken off and leaves the references as the models have them.

Citus itself is not here: `citus/` has the part of its interface that the command uses, with the refusals that its
documentation names. What its real planner makes of the statements is held by `test_statements_for_citus.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel
from typer.testing import CliRunner

from app import database, tables
from app.cli import application
from app.distribute import distribute, reference_tables
from app.errors import DatabaseError
from app.load import load
from app.settings import Settings
from app.to_rows import table_name
from tests import dataset
from tests.conftest import POSTGRES_VERSION, copy_of

OF_DEPARTMENT = [table_name(table) for table in tables.OF_DEPARTMENT]
# From 18 on an extension may lie elsewhere than beside the server's own.
with_citus = pytest.mark.skipif(POSTGRES_VERSION < 18, reason="this Postgres takes no extension out of a directory")


def silent(_: str) -> None:
    pass


@pytest.fixture
async def loaded_here(server: Settings) -> AsyncIterator[Settings]:
    """A database of this test's own, with a release."""
    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as connection:
            await load(connection, dataset.releases()[0], origin="ingest")
        yield settings


@pytest.fixture
async def with_extension(loaded_here: Settings, data_directory: Path) -> Settings:
    """The same with the interface of Citus in it."""
    directory = data_directory / "share"
    shutil.copytree(Path(__file__).parent / "citus", directory / "extension", dirs_exist_ok=True)
    async with database.connect_owner(loaded_here) as connection:
        await connection.execute(f"SET extension_control_path = '{directory}:$system'")
        await connection.execute("CREATE EXTENSION citus")
        await connection.execute("INSERT INTO pg_dist_node VALUES (0, true, false), (1, true, true), (2, true, true)")
    return loaded_here


async def keys(settings: Settings) -> set[str]:
    async with database.connect_owner(settings) as connection:
        rows = await connection.fetch(
            "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS text "
            "FROM pg_constraint WHERE contype IN ('f', 'p', 'u') AND connamespace = 'public'::regnamespace "
            "AND conrelid::regclass::text = any($1::text[])",
            list(SQLModel.metadata.tables),
        )
        return {row["text"] for row in rows}


async def placed(settings: Settings) -> dict[str, asyncpg.Record]:
    async with database.connect_owner(settings) as connection:
        return {row["name"]: row for row in await connection.fetch("SELECT name::text, * FROM placed")}


async def fails(settings: Settings, match: str) -> None:
    before = await keys(settings)
    with pytest.raises(DatabaseError, match=match) as error:
        await distribute(settings, shards=32, progress=silent)
    assert "\n" not in str(error.value)
    assert await keys(settings) == before


def test_every_key_of_what_belongs_to_a_department_has_the_department() -> None:
    for name in OF_DEPARTMENT:
        table = SQLModel.metadata.tables[name]
        assert "department_id" in table.primary_key.columns, name
        unique = [one for one in table.constraints if isinstance(one, sa.UniqueConstraint)]
        assert all("department_id" in one.columns for one in unique), name
        assert not [index.name for index in table.indexes if index.unique], name
        for key in table.foreign_key_constraints:
            referred = key.referred_table.name
            pairs = {(element.parent.name, element.column.name) for element in key.elements}
            assert referred in reference_tables() or ("department_id", "department_id") in pairs, key.name


def test_what_is_the_same_for_everybody_refers_to_nothing_of_a_department() -> None:
    for name in reference_tables():
        for key in SQLModel.metadata.tables[name].foreign_key_constraints:
            assert key.referred_table.name in reference_tables(), key.name


def test_every_table_with_a_department_is_of_departments() -> None:
    with_department = {name for name, table in SQLModel.metadata.tables.items() if "department_id" in table.columns}
    assert with_department == set(OF_DEPARTMENT)


async def test_the_database_has_the_keys_of_the_models(server: Settings) -> None:
    found = "\n".join(await keys(server))
    for name in OF_DEPARTMENT:
        own = [
            line for line in found.splitlines() if line.startswith(f"{name} ") and "REFERENCES department(" not in line
        ]
        assert own, name
        assert all("department_id" in line for line in own if "REFERENCES region(" not in line), name


async def test_no_number_is_given_out_by_the_database(server: Settings) -> None:
    """On several machines each has a sequence of its own, and an INSERT with a SELECT leaves the column out wrongly."""
    async with database.connect_owner(server) as connection:
        assert not await connection.fetch("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")


async def test_departments_are_told_apart_alike_in_every_table(server: Settings) -> None:
    """One co-location group: the same type and collation of the column that rows are spread by."""
    async with database.connect_owner(server) as connection:
        found = await connection.fetch(
            "SELECT DISTINCT atttypid::regtype::text AS type, attcollation::regcollation::text AS collation "
            "FROM pg_attribute WHERE attname = 'department_id' AND attrelid = any($1::text[]::regclass[])",
            OF_DEPARTMENT,
        )
    assert [tuple(one) for one in found] == [("character varying", '"C"')]


def test_the_embedded_server_is_refused_in_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(application, ["db", "distribute"], env={"GONGKAI_DATA": str(tmp_path / "data")})
    assert isinstance(done.exception, DatabaseError)
    assert "set DATABASE_URL" in str(done.exception)
    assert not (tmp_path / "data").exists()


async def test_a_server_without_citus_is_refused_and_left_as_it_is(loaded_here: Settings) -> None:
    await fails(loaded_here, r"this Postgres has no Citus: install the extension .* nothing was changed")


@with_citus
async def test_every_table_is_distributed_once_in_an_order_that_citus_takes(with_extension: Settings) -> None:
    before, lines = await keys(with_extension), list[str]()
    async with database.connect_owner(with_extension) as connection:
        filled = {
            name
            for name in SQLModel.metadata.tables
            if await connection.fetchval("SELECT pg_relation_size($1::text::regclass) > 0", name)
        }
    done = await distribute(with_extension, shards=8, progress=lines.append)
    assert done.moved == done.tables == len(SQLModel.metadata.tables)
    found = await placed(with_extension)
    assert {name for name, row in found.items() if row["type"] == "reference"} == set(reference_tables())
    distributed = {name: row for name, row in found.items() if row["type"] == "distributed"}
    assert set(distributed) == set(OF_DEPARTMENT)
    assert {row["by_column"] for row in distributed.values()} == {"department_id"}
    assert len({row["place"] for row in distributed.values()}) == 1
    assert distributed["disclosure"]["shards"] == 8
    assert {name for name, row in found.items() if row["emptied"]} == filled
    assert await keys(with_extension) == before
    assert sum(f" of {done.tables}: " in line for line in lines) == done.tables

    again = await distribute(with_extension, shards=8, progress=silent)
    assert again.moved == 0
    assert "nothing to do" in again.sentence()
    assert await keys(with_extension) == before


@with_citus
async def test_a_table_that_refers_to_one_elsewhere_would_be_refused(with_extension: Settings) -> None:
    """What the command works around by parting the tables first is an error of this stand-in as it is of Citus."""
    async with database.connect_owner(with_extension) as connection:
        with pytest.raises(asyncpg.RaiseError, match="foreign key"):
            await connection.execute("SELECT create_reference_table('department')")
        with pytest.raises(asyncpg.RaiseError, match="foreign key"):
            await connection.execute("SELECT create_distributed_table('disclosure', 'department_id')")


@with_citus
async def test_a_run_that_was_broken_off_is_finished_by_the_next_one(with_extension: Settings) -> None:
    before = await keys(with_extension)
    async with database.connect_owner(with_extension) as connection:
        await connection.execute("INSERT INTO broken VALUES ('project')")
    with pytest.raises(DatabaseError, match=r"stopped half-way.*run `gongkai db distribute` again: .*worker-2"):
        await distribute(with_extension, shards=32, progress=silent)
    halfway = await placed(with_extension)
    assert "expenditure_line" in halfway
    assert "project" not in halfway
    async with database.connect_owner(with_extension) as connection:
        await connection.execute("DELETE FROM broken")
    done = await distribute(with_extension, shards=32, progress=silent)
    assert done.moved == done.tables - len(halfway)
    assert set(await placed(with_extension)) == set(SQLModel.metadata.tables)
    assert await keys(with_extension) == before


@with_citus
async def test_a_load_that_is_running_is_not_disturbed(with_extension: Settings) -> None:
    async with database.connect_owner(with_extension) as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('gongkai load'))")
        await fails(with_extension, "a load is running: wait until it has finished")
    assert await placed(with_extension) == {}


@with_citus
@pytest.mark.parametrize(
    ("change", "match"),
    [
        ("DELETE FROM pg_dist_node WHERE groupid = 0", "citus_set_coordinator_host"),
        ("DELETE FROM pg_dist_node WHERE groupid > 0", "citus_add_node"),
        ("UPDATE pg_dist_node SET shouldhaveshards = false", "citus_add_node"),
        ("UPDATE pg_dist_local_group SET groupid = 2", "name the coordinator"),
        (
            "INSERT INTO answers VALUES ('worker-2', false, 'no pg_hba.conf\n entry')",
            "worker-2:5432 .*: no pg_hba.conf entry",
        ),
        (
            "INSERT INTO answers VALUES ('worker-1', true, 'UTF8 C +08:00 +08:00 Citus 14.0')",
            "worker-1:5432 has .*08:00.* machine .*00:00",
        ),
        ("UPDATE pg_extension SET extversion = '11.3-1' WHERE extname = 'citus'", "Citus is 11.3-1; 12 or newer"),
        ("INSERT INTO placed VALUES ('finding', 'distributed', 'region_code', 7)", "undistribute_table"),
        ("INSERT INTO placed VALUES ('region', 'distributed', 'code', 7)", "undistribute_table"),
        ("DROP EXTENSION citus", "this Postgres has no Citus"),
    ],
)
async def test_what_is_missing_is_said_and_nothing_is_changed(
    with_extension: Settings, change: str, match: str
) -> None:
    async with database.connect_owner(with_extension) as connection:
        await connection.execute("SET allow_system_table_mods = on")
        await connection.execute(change)
    await fails(with_extension, match)


@with_citus
async def test_a_table_that_a_later_migration_adds_is_distributed_by_the_next_run(with_extension: Settings) -> None:
    await distribute(with_extension, shards=32, progress=silent)
    async with database.connect_owner(with_extension) as connection:
        await connection.execute("DELETE FROM placed WHERE name = 'check_rule'::regclass")
    done = await distribute(with_extension, shards=32, progress=silent)
    assert done.moved == 1
    assert (await placed(with_extension))["check_rule"]["type"] == "reference"


@with_citus
async def test_statements_over_several_machines_are_planned_for_their_values(with_extension: Settings) -> None:
    """Citus has no plan for values that it does not know; elsewhere a statement is planned once."""
    async with await database.open_read_pool(with_extension) as pool:
        assert await pool.fetchval("SHOW plan_cache_mode") == "auto"
    async with database.connect_owner(with_extension) as connection:
        await connection.execute("DROP EXTENSION citus")
    async with await database.open_read_pool(with_extension) as pool:
        assert await pool.fetchval("SHOW plan_cache_mode") == "force_generic_plan"


@with_citus
async def test_the_reading_role_may_be_logged_in_as_by_the_other_machines(with_extension: Settings) -> None:
    await distribute(with_extension, shards=32, progress=silent)
    async with database.connect_owner(with_extension) as connection:
        assert await connection.fetchval("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", database.READER)
