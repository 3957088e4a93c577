"""How to reach the database: addresses, the owner's connection, the readers' pool, migrations and roles.

Two roles. The owner (DATABASE_URL's user, or the embedded server's) migrates and loads. The API connects so that it
can only SELECT: as `gongkai_reader` in the embedded server, by switching to that role at connection where DATABASE_URL
names another server, or as DATABASE_READ_URL's own user, who is refused when he could write. DATABASE_READ_URL may
name several hosts, streaming replicas as a rule; the database that is loaded is always the last one to read from.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from app import embedded
from app.errors import DatabaseError, DatabaseUnreachable, SettingsError
from app.settings import Settings

DATABASE = "gongkai"  # in the embedded server
READER = "gongkai_reader"
OLDEST_SERVER = 15

CONNECT_SECONDS = 15

# Where the tables lie on several machines (`app/distribute.py`) a migration or a load goes from shard to shard: only so
# may one transaction write to them and to the tables that all machines have. Any other Postgres takes the name of a
# setting that it does not know.
OWNER_SESSION = {"citus.multi_shard_modify_mode": "sequential"}

Connection = asyncpg.Connection | PoolConnectionProxy


@dataclass(frozen=True)
class ReadAddress:
    """One host that the API may read from: its URL, and what each session there begins with."""

    dsn: str
    session: Mapping[str, str]

    @property
    def name(self) -> str:
        """The URL without its password, for messages."""
        return _without_password(self.dsn)


def owner_dsn(settings: Settings) -> str:
    """The URL of the database as its owner. SettingsError where this machine only reads."""
    if settings.only_reads:
        raise SettingsError(
            "DATABASE_READ_URL alone is for reading: set DATABASE_URL to the database that is to be migrated and loaded"
        )
    return settings.database_url or embedded.dsn(settings, DATABASE)


@contextlib.asynccontextmanager
async def connect_owner(settings: Settings, *, name: str = "gongkai") -> AsyncIterator[asyncpg.Connection]:
    """A connection that may write. DatabaseError when the database cannot be reached or is older than Postgres 15."""
    connection = await _connect(owner_dsn(settings), name)
    try:
        yield connection
    finally:
        await connection.close()


def read_addresses(settings: Settings) -> tuple[ReadAddress, ...]:
    """The hosts of DATABASE_READ_URL in their order, and last the database that is loaded, where it is known.

    SettingsError where the hosts and ports of DATABASE_READ_URL do not pair.
    """
    session = {
        "default_transaction_read_only": "on",
        "statement_timeout": str(settings.statement_timeout_ms),
        "idle_in_transaction_session_timeout": str(settings.statement_timeout_ms),
        "jit": "off",
    }
    found = []
    if settings.database_read_url is not None:
        found = [ReadAddress(dsn, session) for dsn in _single_hosts(settings.database_read_url)]
    if settings.database_url is not None:
        # As a startup parameter the role is the session's default: RESET ROLE comes back to it.
        found.append(ReadAddress(settings.database_url, {**session, "role": READER}))
    if settings.embedded:
        found.append(ReadAddress(embedded.dsn(settings, DATABASE, user=READER), session))
    return tuple(found)


def _single_hosts(dsn: str) -> list[str]:
    """One URL for each host of a URL that names several as libpq's do: `a:5432,b:5433` or `?host=/a,/b&port=1,2`."""
    parts = urlsplit(dsn)
    user, at, hosts = parts.netloc.rpartition("@")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "host" not in query:
        return [urlunsplit(parts._replace(netloc=f"{user}{at}{host}")) for host in hosts.split(",")]
    directories, ports = query["host"].split(","), query.get("port", "5432").split(",")
    if len(ports) not in (1, len(directories)):
        raise SettingsError(
            f"DATABASE_READ_URL names {len(directories)} hosts and {len(ports)} ports: "
            "give one port for all of them, or one for each"
        )
    pairs = zip(directories, ports * len(directories) if len(ports) == 1 else ports, strict=False)
    return [
        urlunsplit(parts._replace(query=urlencode({**query, "host": directory, "port": port})))
        for directory, port in pairs
    ]


async def open_read_pool(settings: Settings, address: ReadAddress | None = None) -> asyncpg.Pool:
    """A pool of the API on one of its hosts, the first one by default: read-only, with a statement timeout.

    DatabaseError when the database is not migrated or the user could write, DatabaseUnreachable when it is away.
    """
    address = address or read_addresses(settings)[0]
    # Left to choose, Postgres plans a page for its values each time, since it knows less of unknown ones: that takes as
    # long as the page. Where values decide, it is told so (`app/query/run.py: planned`).
    pool = await _read_pool(settings, address, plans="force_generic_plan")
    try:
        async with pool.acquire() as connection:
            _check_version(connection)
            await _refuse_writer(connection)
            spread = await is_spread(connection)
    except BaseException:
        await pool.close()
        raise
    if not spread:
        return pool
    # Citus sends the parts of a statement to machines by its values, and has no plan for unknown ones.
    await pool.close()
    return await _read_pool(settings, address, plans="auto")


async def is_spread(connection: Connection) -> bool:
    """Whether rows may lie on several machines: whether the database has Citus."""
    found: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')")
    return found


async def _read_pool(settings: Settings, address: ReadAddress, *, plans: str) -> asyncpg.Pool:
    with _connection_errors(address.dsn):
        return await asyncpg.create_pool(
            address.dsn,
            min_size=min(2, settings.pool_size),
            max_size=settings.pool_size,
            timeout=CONNECT_SECONDS,
            command_timeout=settings.statement_timeout_ms / 1000 + 5,
            server_settings={"application_name": "gongkai-api", **address.session, "plan_cache_mode": plans},
            reset=_nothing_to_reset,
        )


@contextlib.asynccontextmanager
async def connect_reader(
    settings: Settings, *, name: str, address: ReadAddress | None = None, seconds: float = CONNECT_SECONDS
) -> AsyncIterator[asyncpg.Connection]:
    """One connection beside the pools, to the database that is loaded by default, which may read as they may.

    DatabaseUnreachable when there is none to be had within `seconds`, which each of its statements may take as well.
    """
    address = address or read_addresses(settings)[-1]
    with _connection_errors(address.dsn):
        connection = await asyncpg.connect(
            address.dsn,
            timeout=seconds,
            command_timeout=seconds,
            server_settings={"application_name": name, **address.session},
        )
    try:
        yield connection
    finally:
        # Whoever stops in the middle of a statement would wait for its end otherwise.
        connection.terminate()


async def _nothing_to_reset(_: asyncpg.Connection) -> None:
    """The API sends single SELECTs and leaves nothing behind: asyncpg's own reset would cost each one a round trip."""


async def migrate(settings: Settings) -> str:
    """Bring the database to the newest schema and the roles to what they should be; returns the revision it is at."""
    from app import migrations  # noqa: PLC0415 - Alembic takes long to import, and the API needs none of it

    if settings.embedded:
        await _create_database(settings)
    async with connect_owner(settings, name="gongkai-migrate") as connection:
        # Held on this connection while Alembic works on one of its own: two migrations come one after the other.
        await connection.execute("SELECT pg_advisory_lock(hashtext('gongkai migrate'))")
        await migrations.upgrade(settings)
        await grant_reading(connection, embedded_server=settings.embedded)
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


async def grant_reading(connection: asyncpg.Connection, *, embedded_server: bool = False) -> None:
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
            dsn,
            timeout=CONNECT_SECONDS,
            server_settings={
                "application_name": name,
                "jit": "off",
                **OWNER_SESSION,
            },
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
        raise DatabaseUnreachable(f"cannot connect to {_without_password(dsn)}: {reason}") from error


def _without_password(dsn: str) -> str:
    parts = urlsplit(dsn)
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, f"{user.split(':', 1)[0]}{at}{host}", parts.path, "", ""))
