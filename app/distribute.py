"""`gongkai db distribute`: the same tables on several machines, by the Citus extension of Postgres.

What belongs to a department lies with it on one machine, all of its tables in the same shard (`tables.OF_DEPARTMENT`);
everything else is the same for everybody and lies on every machine as a reference table. Each table is a step of its
own, and what is done already is left as it is: a run that was broken off is finished by the next one, and tables that a
later migration adds are distributed by running this again.

References are taken away before the first table moves and made anew at the end, from the models: Citus refuses to
distribute a table while one that is not distributed yet refers to it.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import asyncpg
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import AddConstraint, ForeignKeyConstraint
from sqlmodel import SQLModel

from app import tables
from app.database import READER, connect_owner, grant_reading
from app.errors import DatabaseError
from app.progress import Progress
from app.settings import Settings
from app.to_rows import table_name

OLDEST_CITUS = 12
SHARDS = 32
COLUMN = "department_id"

_RUN_AGAIN = "run `gongkai db distribute` again"


@dataclass(frozen=True)
class Distributed:
    """What a run did: how many tables it moved, of how many."""

    moved: int
    tables: int

    def sentence(self) -> str:
        """The result as a person reads it."""
        if not self.moved:
            return f"nothing to do: all {self.tables} tables are distributed"
        return f"{self.moved} of {self.tables} tables were distributed in this run, the others were before"


async def distribute(settings: Settings, *, shards: int, progress: Progress) -> Distributed:
    """Distribute what is not distributed yet. DatabaseError says what is missing, and nothing has been changed then."""
    if settings.embedded:
        raise DatabaseError(
            "the embedded server has no Citus: set DATABASE_URL to a Postgres that has it (docs/scale.md); nothing was "
            "changed"
        )
    async with connect_owner(settings, name="gongkai-distribute") as connection:
        await _check_citus(connection)
        await _check_machines(connection)
        await _check_schema(connection)
        async with _no_load(connection):
            with _citus_errors():
                moved = await _move(connection, shards, progress)
                await _forget_local_rows(connection, progress)
                await _refer(connection, progress)
            await grant_reading(connection)
            await _let_reader_in(connection)
            progress("gathering statistics for the query planner")
            await connection.execute(f"VACUUM (ANALYZE) {', '.join(_names())}")
            await _read_as_reader(connection)
    return Distributed(moved, len(_names()))


def reference_tables() -> tuple[str, ...]:
    """The tables that every machine has whole, those first that others refer to."""
    of_department = {table_name(table) for table in tables.OF_DEPARTMENT}
    return tuple(table.name for table in SQLModel.metadata.sorted_tables if table.name not in of_department)


def _names() -> tuple[str, ...]:
    return (*reference_tables(), *map(table_name, tables.OF_DEPARTMENT))


async def _check_citus(connection: asyncpg.Connection) -> None:
    version = await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'citus'")
    if version is None:
        available = await connection.fetchval(
            "SELECT default_version FROM pg_available_extensions WHERE name = 'citus'"
        )
        if available is None:
            raise DatabaseError(
                "this Postgres has no Citus: install the extension on every machine and add it to "
                "shared_preload_libraries (docs/scale.md); nothing was changed"
            )
        raise DatabaseError(
            f"Citus {available} is installed and not created in this database: run `CREATE EXTENSION citus` as "
            "superuser in this database on every machine; nothing was changed"
        )
    if int(version.split(".")[0].split("-")[0]) < OLDEST_CITUS:
        raise DatabaseError(f"Citus is {version}; {OLDEST_CITUS} or newer is needed; nothing was changed")
    if await connection.fetchval("SELECT groupid FROM pg_dist_local_group"):
        raise DatabaseError(
            "DATABASE_URL leads to a machine that holds shards: name the coordinator in it; nothing was changed"
        )
    if not await connection.fetchval("SELECT count(*) FROM pg_dist_node WHERE groupid = 0"):
        raise DatabaseError(
            "this machine is not known to Citus by an address: run `SELECT citus_set_coordinator_host('…')` with the "
            "one that the others reach it at; nothing was changed"
        )
    if not await connection.fetchval("SELECT count(*) FROM pg_dist_node WHERE isactive AND shouldhaveshards"):
        raise DatabaseError(
            "no machine may hold data: run `SELECT citus_add_node('…', 5432)` for each that shall; nothing was changed"
        )


# What must be the same everywhere, so that texts sort and times read alike wherever they are worked out. One time zone
# may have several names: it is told by its hours in winter and in summer.
_ALIKE = """SELECT concat_ws(' ', current_setting('server_encoding'), datcollate,
    to_char(timestamptz '2025-01-15 00:00+00', 'TZH:TZM'), to_char(timestamptz '2025-07-15 00:00+00', 'TZH:TZM'),
    'Citus', split_part(extversion, '-', 1))
    FROM pg_database, pg_extension WHERE datname = current_database() AND extname = 'citus'"""


async def _check_machines(connection: asyncpg.Connection) -> None:
    """Every machine answers, and as this one would."""
    here = await connection.fetchval(_ALIKE)
    for machine in await connection.fetch(
        "SELECT nodename || ':' || nodeport AS name, success, result FROM run_command_on_workers($1)", _ALIKE
    ):
        said = " ".join(str(machine["result"]).split())
        if not machine["success"]:
            raise DatabaseError(
                f"{machine['name']} does not answer this machine: let the user of DATABASE_URL in there (pg_hba.conf, "
                f"docs/scale.md); nothing was changed: {said}"
            )
        if said != here:
            raise DatabaseError(
                f"{machine['name']} has encoding, sorting, time zone (in winter, in summer) and version {said}, this "
                f"machine {here}: make them the same; nothing was changed"
            )


async def _check_schema(connection: asyncpg.Connection) -> None:
    missing = await connection.fetch(
        "SELECT name FROM unnest($1::text[]) name WHERE to_regclass('public.' || name) IS NULL", list(_names())
    )
    if missing:
        raise DatabaseError(f"the database has no table {missing[0]['name']}: run `gongkai migrate` first")


@contextlib.asynccontextmanager
async def _no_load(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Loads wait, or are told to, as long as this lasts. DatabaseError while one is running."""
    if not await connection.fetchval("SELECT pg_try_advisory_lock(hashtext('gongkai load'))"):
        raise DatabaseError(f"a load is running: wait until it has finished, then {_RUN_AGAIN}")
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock(hashtext('gongkai load'))")


async def _move(connection: asyncpg.Connection, shards: int, progress: Progress) -> int:
    """Every table to where it belongs; how many were not there yet."""
    there = {
        row["name"]: row
        for row in await connection.fetch(
            "SELECT table_name::text AS name, citus_table_type AS type, distribution_column AS by_column, "
            "colocation_id AS place FROM citus_tables"
        )
    }
    _refuse_others(there)
    waiting = [name for name in _names() if name not in there or there[name]["type"] == "local"]
    if waiting:
        await _part(connection, waiting)
    # Each table is a transaction of its own, and may go to all machines at once.
    await connection.execute("SET citus.multi_shard_modify_mode = 'parallel'")
    first = table_name(tables.OF_DEPARTMENT[0])
    references = set(reference_tables())
    for number, name in enumerate(waiting, start=1):
        if name in references:
            await connection.execute("SELECT create_reference_table($1::text::regclass)", name)
            progress(f"{number} of {len(waiting)}: {name} is on every machine")
            continue
        if name == first:
            await connection.execute(
                "SELECT create_distributed_table($1::text::regclass, $2::text, colocate_with := 'none', "
                "shard_count := $3::int)",
                name,
                COLUMN,
                shards,
            )
        else:
            await connection.execute(
                "SELECT create_distributed_table($1::text::regclass, $2::text, colocate_with := $3::text)",
                name,
                COLUMN,
                first,
            )
        progress(f"{number} of {len(waiting)}: {name} is distributed by {COLUMN}")
    await connection.execute("RESET citus.multi_shard_modify_mode")
    return len(waiting)


def _refuse_others(there: dict[str, asyncpg.Record]) -> None:
    """DatabaseError where a table was distributed in another way, by hand."""
    first = there.get(table_name(tables.OF_DEPARTMENT[0]))
    for name in map(table_name, tables.OF_DEPARTMENT):
        found = there.get(name)
        if found is None or found["type"] == "local":
            continue
        alone = first is None or found["place"] != first["place"]
        if found["type"] != "distributed" or found["by_column"] != COLUMN or alone:
            how = f"{found['type']} by {found['by_column']}" if not alone else "not beside the disclosures"
            raise DatabaseError(
                f"{name} is {how}: run `SELECT undistribute_table('{name}')`, then {_RUN_AGAIN}; nothing was changed"
            )
    for name in reference_tables():
        if name in there and there[name]["type"] not in ("reference", "local"):
            raise DatabaseError(
                f"{name} is {there[name]['type']}: run `SELECT undistribute_table('{name}')`, then {_RUN_AGAIN}; "
                "nothing was changed"
            )


_KEYS = """SELECT c.conrelid::regclass::text AS table_name, c.conname::text AS name,
        c.confrelid::regclass::text AS parent FROM pg_constraint c
    WHERE c.contype = 'f' AND c.conparentid = 0
      AND c.conrelid = any((SELECT array_agg(to_regclass('public.' || n)) FROM unnest($1::text[]) n)::oid[])"""


async def _part(connection: asyncpg.Connection, waiting: list[str]) -> None:
    """Take away the references from and to the tables that are waiting."""
    for key in await connection.fetch(_KEYS, list(_names())):
        if key["table_name"] not in waiting and key["parent"] not in waiting:
            continue
        await connection.execute(f'ALTER TABLE {key["table_name"]} DROP CONSTRAINT "{key["name"]}"')


async def _refer(connection: asyncpg.Connection, progress: Progress) -> None:
    """The references of the models that are not there, whether this run took them away or one before it."""
    there = {(row["table_name"], row["name"]) for row in await connection.fetch(_KEYS, list(_names()))}
    missing = [(name, key) for name in _names() for key in _keys(name) if (name, key.name) not in there]
    if missing:
        progress(f"making {len(missing)} references anew")
    for _, key in missing:
        await connection.execute(str(AddConstraint(key).compile(dialect=postgresql.dialect())))  # type: ignore[no-untyped-call]


def _keys(name: str) -> list[ForeignKeyConstraint]:
    found = SQLModel.metadata.tables[name].foreign_key_constraints
    return sorted(found, key=lambda key: str(key.name))


async def _forget_local_rows(connection: asyncpg.Connection, progress: Progress) -> None:
    """The rows that this machine held before stay behind, unseen, until they are taken away."""
    progress("removing what is left of the tables on this machine")
    for name in reversed(_names()):
        # Taking nothing away would wait for readers all the same.
        if await connection.fetchval("SELECT pg_relation_size($1::text::regclass)", name):
            await connection.execute("SELECT truncate_local_data_after_distributing_table($1::text::regclass)", name)


async def _let_reader_in(connection: asyncpg.Connection) -> None:
    """Machines ask each other as the user who asks: the reading role has to be let in, without a password."""
    try:
        await connection.execute(f"ALTER ROLE {READER} LOGIN")
    except asyncpg.InsufficientPrivilegeError as error:
        raise DatabaseError(
            f"the tables are distributed; have an administrator run `ALTER ROLE {READER} LOGIN`, as which the "
            f"machines ask each other, then {_RUN_AGAIN}"
        ) from error


async def _read_as_reader(connection: asyncpg.Connection) -> None:
    """One look at every machine as the API will have it."""
    try:
        async with connection.transaction(readonly=True):
            await connection.execute(f"SET LOCAL ROLE {READER}")
            await connection.fetchval("SELECT count(*) FROM disclosure")
    except (asyncpg.PostgresError, OSError) as error:
        raise DatabaseError(
            f"the tables are distributed and {READER} cannot read them: let it in from this machine on every other "
            f"(pg_hba.conf, docs/scale.md), then {_RUN_AGAIN}: {error}"
        ) from error


@contextlib.contextmanager
def _citus_errors() -> Iterator[None]:
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise DatabaseError(
            f"Citus stopped half-way, what is distributed so far stays so: mend this and {_RUN_AGAIN}: {reason}"
        ) from error
