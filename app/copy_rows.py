"""COPY: revisions into the database batch after batch, counted on the way and compared at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import asyncpg
from sqlmodel import SQLModel

from app import tables
from app.errors import LoadError
from app.to_rows import (
    OPERANDS,
    SOURCES,
    Revision,
    Row,
    columns,
    counters,
    disclosure_row,
    fact_rows,
    money_columns,
    table_name,
)

# The rows of some revisions, by the list that they came from.
Rows = dict[str, list[Row]]


@dataclass
class _Sent:
    """What a table was sent: how many rows, and the control total of its column `total`, in yuan."""

    rows: int = 0
    yuan: Decimal = Decimal(0)


@dataclass
class Copy:
    """The COPY of one load: `begin` it, make `rows_of` a batch and `send` them, `verify` at the end, in a transaction.

    Rows are made in the order in which they are sent; they may be made while the batch before is sent.
    """

    connection: asyncpg.Connection
    release: int
    last_revision: int  # the highest revision_id in use before the load
    loaded_at: dt.datetime
    identifiers: Mapping[str, Iterator[int]]
    sent: dict[str, _Sent] = field(default_factory=lambda: {source: _Sent() for source in SOURCES})

    @classmethod
    async def begin(cls, connection: asyncpg.Connection, release: int) -> Copy:
        """Look up the ids that are in use."""
        last: dict[str, int] = {}
        for source, table in SOURCES.items():
            statement = f"SELECT coalesce(max(id), 0) FROM {table_name(table)}"  # noqa: S608 - our table
            last[source] = await connection.fetchval(statement)
        return cls(
            connection=connection,
            release=release,
            last_revision=await connection.fetchval("SELECT coalesce(max(revision_id), 0) FROM disclosure"),
            loaded_at=await connection.fetchval("SELECT now()"),
            identifiers=counters(last),
        )

    @property
    def rows(self) -> int:
        """How many rows of facts were sent."""
        return sum(one.rows for one in self.sent.values())

    def rows_of(self, revisions: Sequence[Revision]) -> Rows:
        """The rows of a batch by table. LoadError names a record that refers to nothing; see `fact_rows`."""
        rows: Rows = {source: [] for source in (*SOURCES, OPERANDS)}
        for revision in revisions:
            for source, row in fact_rows(revision, self.identifiers):
                rows[source].append(row)
        for source, table in SOURCES.items():
            self.sent[source].rows += len(rows[source])
            self.sent[source].yuan += _control_total(table, rows[source])
        return rows

    async def send(self, revisions: Sequence[Revision], rows: Rows) -> None:
        """COPY a batch with the rows of its facts."""
        await self._table(tables.Disclosure, [disclosure_row(one, self.loaded_at) for one in revisions])
        for source, table in SOURCES.items():
            await self._table(table, rows[source])
        await self._table(tables.CheckOperand, rows[OPERANDS])

    async def verify(self) -> None:
        """Rows and control totals in the database are what was sent; a difference ends the load."""
        for source, table in SOURCES.items():
            name, total = table_name(table), "sum(total)" if "total" in money_columns(table) else "0"
            found = await self.connection.fetchrow(
                f"SELECT count(*), coalesce({total}, 0) FROM {name} WHERE valid_from = $1",  # noqa: S608 - our table
                self.release,
            )
            sent = (self.sent[source].rows, self.sent[source].yuan)
            if found is None or tuple(found) != sent:
                raise LoadError(f"{name} holds {found and tuple(found)} rows and yuan after COPY, not {sent}")

    async def _table(self, table: type[SQLModel], rows: Sequence[Row]) -> None:
        if rows:
            await self.connection.copy_records_to_table(table_name(table), records=rows, columns=columns(table))


def _control_total(table: type[tables.Fact], rows: Sequence[Row]) -> Decimal:
    if "total" not in money_columns(table):
        return Decimal(0)
    position = columns(table).index("total")
    return sum((row[position] for row in rows if row[position] is not None), Decimal(0))
