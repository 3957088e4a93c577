"""A first load fills tables that have no indexes and no keys yet: those are made of the whole at its end.

Each index costs a search for every row that comes, each foreign key another one; sorting the finished table once costs
a fraction of that, and a foreign key over a whole table is one join. Dropping and making them again belongs to the
transaction of the load: one that is killed leaves them as they were. It locks the tables, so it is for a database
without a release, where nobody reads yet. Tables that were emptied in the same transaction also take rows as frozen:
every page says so at once that all may see it, and is not written a second time for that.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import asyncpg

from app import database, tables
from app.progress import Progress
from app.to_rows import table_name

_INDEXES = """
    SELECT c.oid::regclass::text AS name, pg_get_indexdef(c.oid) AS definition
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = any($1::regclass[]) AND NOT i.indisunique ORDER BY 1"""

_KEYS = """
    SELECT conrelid::regclass::text AS table_name, quote_ident(conname) AS name, contype,
        pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE contype IN ('f', 'p') AND conrelid = any($1::regclass[]) ORDER BY contype, 1, 2"""


@contextlib.asynccontextmanager
async def bare_tables(connection: asyncpg.Connection, progress: Progress) -> AsyncIterator[bool]:
    """Inside this block the tables of facts have neither indexes nor keys; a transaction must be open.

    Gives whether they may be filled with frozen rows. Where they lie on several machines nothing is taken away: each
    key and each index would be as many as there are shards, one after the other.
    """
    if await database.is_spread(connection):
        yield False
        return
    names = [*map(table_name, tables.FACT_TABLES), table_name(tables.CheckOperand)]
    indexes = await connection.fetch(_INDEXES, names)
    keys = await connection.fetch(_KEYS, names)
    for key in keys:  # first those that refer to others
        await connection.execute(f"ALTER TABLE {key['table_name']} DROP CONSTRAINT {key['name']}")
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    yield await _emptied(connection, names)
    progress("making indexes")
    # What a sort may take before it goes to disk, twice that with a second worker; an index of ten million rows fits.
    await connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    primary_first = sorted(keys, key=lambda key: key["contype"] != b"p")
    for key in primary_first:
        await connection.execute(f"ALTER TABLE {key['table_name']} ADD CONSTRAINT {key['name']} {key['definition']}")
    for index in indexes:
        await connection.execute(index["definition"])


async def _emptied(connection: asyncpg.Connection, names: list[str]) -> bool:
    """Empty what is empty: what a transaction has emptied it may fill frozen."""
    if await connection.fetchval("SELECT EXISTS (SELECT FROM disclosure)"):
        return False
    # The cells of roll-ups as well: they are written without a log then (docs/performance.md).
    await connection.execute(f"TRUNCATE {', '.join(names)}, rollup")
    return True
