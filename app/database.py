"""How to reach the database: addresses, the owner's connection, the readers' pool, migrations and roles.

Two roles. The owner (DATABASE_URL's user, or the embedded server's) migrates and loads. The API connects so that it
can only SELECT: as `gongkai_reader` in the embedded server, by switching to that role at connection where DATABASE_URL
names another server, or as DATABASE_READ_URL's own user, who is refused when he could write.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from app import embedded
from app.errors import DatabaseError
from app.settings import Settings

DATABASE = "gongkai"  # in the embedded server
READER = "gongkai_reader"
OLDEST_SERVER = 15

CONNECT_SECONDS = 15

Connection = asyncpg.Connection | PoolConnectionProxy


def owner_dsn(settings: Settings) -> str:
    """The URL of the database as its owner."""
    return settings.database_url or embedded.dsn(settings, DATABASE)


@contextlib.asynccontextmanager
async def connect_owner(settings: Settings, *, name: str = "gongkai") -> AsyncIterator[asyncpg.Connection]:
    """A connection that may write. DatabaseError when the database cannot be reached or is older than Postgres 15."""
    connection = await _connect(owner_dsn(settings), name)
    try:
        yield connection
    finally:
        await connection.close()


async def open_read_pool(settings: Settings) -> asyncpg.Pool:
    """The pool of the API: read-only, with a statement timeout, as a role that can only SELECT.

    DatabaseError when the database cannot be reached, is not migrated, or when the user could write.
    """
    dsn, server_settings = _reader(settings, "gongkai-api")
    with _connection_errors(dsn):
        pool = await asyncpg.create_pool(
            dsn,
            min_size=min(2, settings.pool_size),
            max_size=settings.pool_size,
            timeout=CONNECT_SECONDS,
            command_timeout=settings.statement_timeout_ms / 1000 + 5,
            server_settings=server_settings,
            reset=_nothing_to_reset,
        )
    try:
        async with pool.acquire() as connection:
            _check_version(connection)
            await _refuse_writer(connection)
    except BaseException:
        await pool.close()
        raise
    return pool


@contextlib.asynccontextmanager
async def connect_reader(settings: Settings, *, name: str) -> AsyncIterator[asyncpg.Connection]:
    """One connection beside the pool, which may read as the pool may. DatabaseError when there is none to be had."""
    dsn, server_settings = _reader(settings, name)
    with _connection_errors(dsn):
        connection = await asyncpg.connect(
            dsn, timeout=CONNECT_SECONDS, command_timeout=CONNECT_SECONDS, server_settings=server_settings
        )
    try:
        yield connection
    finally:
        # Whoever stops in the middle of a statement would wait for its end otherwise.
        connection.terminate()


def _reader(settings: Settings, name: str) -> tuple[str, dict[str, str]]:
    """Where and as whom the API reads: the URL, and what each session begins with."""
    server_settings = {
        "application_name": name,
        "default_transaction_read_only": "on",
        "statement_timeout": str(settings.statement_timeout_ms),
        "idle_in_transaction_session_timeout": str(settings.statement_timeout_ms),
        "jit": "off",
    }
    if settings.database_read_url is not None:
        return settings.database_read_url, server_settings
    if settings.database_url is not None:
        # As a startup parameter the role is the session's default: RESET ROLE comes back to it.
        return settings.database_url, {**server_settings, "role": READER}
    return embedded.dsn(settings, DATABASE, user=READER), server_settings


async def _nothing_to_reset(_: asyncpg.Connection) -> None:
    """The API sends single SELECTs and leaves nothing behind: asyncpg's own reset would cost each one a round trip."""


async def migrate(settings: Settings) -> str:
    """Bring the database to the newest schema and the roles to what they should be; returns the revision it is at."""
    from app import migrations  # noqa: PLC0415 - Alembic takes long to import, and the API needs none of it

    if settings.database_url is None:
        await _create_database(settings)
    async with connect_owner(settings, name="gongkai-migrate") as connection:
        # Held on this connection while Alembic works on one of its own: two migrations come one after the other.
        await connection.execute("SELECT pg_advisory_lock(hashtext('gongkai migrate'))")
        await migrations.upgrade(settings)
        await _grant(connection, embedded_server=settings.database_url is None)
        revision: str = await connection.fetchval("SELECT version_num FROM alembic_version")
    return revision


async def _create_database(settings: Settings) -> None:
    connection = await _connect(embedded.dsn(settings, "postgres"), "gongkai-migrate")
    try:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE) is None:
            with contextlib.suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
                await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()


async def _grant(connection: asyncpg.Connection, *, embedded_server: bool) -> None:
    """The reading role and what it may do: connect, use the schema, SELECT. Nothing else."""
    try:
        if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", READER) is None:
            with contextlib.suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                await connection.execute(f"CREATE ROLE {READER} NOLOGIN")
        # Postgres 16 tells belonging to a role from being allowed to switch to it.
        right = "SET" if connection.get_server_version().major >= 16 else "MEMBER"  # noqa: PLR2004
        if not await connection.fetchval("SELECT pg_has_role(current_user, $1, $2)", READER, right):
            await connection.execute(f"GRANT {READER} TO CURRENT_USER")
    except asyncpg.InsufficientPrivilegeError as error:
        raise DatabaseError(
            f"this user may not create the role {READER}: have an administrator run "
            f"`CREATE ROLE {READER} NOLOGIN; GRANT {READER} TO <user of DATABASE_URL>;` once"
        ) from error
    async with connection.transaction():
        if embedded_server:
            await connection.execute(f"ALTER ROLE {READER} LOGIN")
            await connection.execute(f"REVOKE TEMPORARY ON DATABASE {DATABASE} FROM PUBLIC")
        await connection.execute(f"""
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            GRANT USAGE ON SCHEMA public TO {READER};
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER};
            ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {READER};
        """)


async def _refuse_writer(connection: Connection) -> None:
    """A service that could write is not started: one forgotten WHERE would be enough."""
    name, superuser, creates, writable, readable = await connection.fetchrow(  # type: ignore[misc]  # always one row
        """
        SELECT current_user,
               (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
               has_schema_privilege('public', 'CREATE'),
               (SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                AND has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE')),
               has_table_privilege(to_regclass('public.release'), 'SELECT')
        """
    )
    if superuser or creates or writable:
        what = "is a superuser" if superuser else f"can write to {writable or 'the schema public'}"
        raise DatabaseError(
            f"the API would connect as {name}, who {what}: set DATABASE_READ_URL to a user with no more than "
            f"`GRANT {READER} TO <that user>`"
        )
    if readable is None:
        raise DatabaseError("the database has no tables yet: run `gongkai migrate`")
    if not readable:
        raise DatabaseError(f"{name} cannot read the tables: run `GRANT {READER} TO {name}` as their owner")


async def _connect(dsn: str, name: str) -> asyncpg.Connection:
    with _connection_errors(dsn):
        connection = await asyncpg.connect(
            dsn, timeout=CONNECT_SECONDS, server_settings={"application_name": name, "jit": "off"}
        )
    try:
        _check_version(connection)
    except DatabaseError:
        await connection.close()
        raise
    return connection


def _check_version(connection: Connection) -> None:
    version = connection.get_server_version()
    if version.major < OLDEST_SERVER:
        raise DatabaseError(f"the database is Postgres {version.major}; {OLDEST_SERVER} or newer is needed")


@contextlib.contextmanager
def _connection_errors(dsn: str) -> Iterator[None]:
    try:
        yield
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise DatabaseError(f"cannot connect to {_without_password(dsn)}: {reason}") from error


def _without_password(dsn: str) -> str:
    parts = urlsplit(dsn)
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, f"{user.split(':', 1)[0]}{at}{host}", parts.path, "", ""))
