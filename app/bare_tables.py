"""A first load fills tables that have no indexes and no foreign keys yet: those are made of the whole at its end.

Each index costs a search for every row that comes, each foreign key another one; sorting the finished table once costs
a fraction of that, and a foreign key over a whole table is one join. Dropping and making them again belongs to the
transaction of the load: one that is killed leaves them as they were. It locks the tables, so it is for a database
without a release, where nobody reads yet.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import asyncpg

from app import tables
from app.progress import Progress
from app.to_rows import table_name

_INDEXES = """
    SELECT c.oid::regclass::text AS name, pg_get_indexdef(c.oid) AS definition
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = any($1::regclass[]) AND NOT i.indisunique ORDER BY 1"""

_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text AS table_name, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE contype = 'f' AND conrelid = any($1::regclass[]) ORDER BY 1, 2"""


@contextlib.asynccontextmanager
async def bare_tables(connection: asyncpg.Connection, progress: Progress) -> AsyncIterator[None]:
    """Inside this block the tables of facts have their primary keys and nothing else; a transaction must be open."""
    names = [*map(table_name, tables.FACT_TABLES), table_name(tables.CheckOperand)]
    indexes = await connection.fetch(_INDEXES, names)
    keys = await connection.fetch(_FOREIGN_KEYS, names)
    for key in keys:
        await connection.execute(f"ALTER TABLE {key['table_name']} DROP CONSTRAINT {key['name']}")
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    yield
    progress("making indexes")
    # What a sort may take before it goes to disk, twice that with a second worker; an index of ten million rows fits.
    await connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    for index in indexes:
        await connection.execute(index["definition"])
    for key in keys:
        await connection.execute(f"ALTER TABLE {key['table_name']} ADD CONSTRAINT {key['name']} {key['definition']}")
