"""COPY: rows into the database batch after batch, counted on the way and compared at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import asyncpg

from app.copy_text import Rows
from app.errors import LoadError
from app.to_rows import DISCLOSURES, OPERANDS, SOURCES, money_columns, table_name

_PIECE = 2**20  # bytes


@dataclass
class _Sent:
    """What a table was sent: how many rows, and the control total of its column `total`, in yuan."""

    rows: int = 0
    yuan: Decimal = Decimal(0)


@dataclass
class Copy:
    """The COPY of one load: `begin` it, `place` a batch and `send` its rows, `verify` at the end, in a transaction."""

    connection: asyncpg.Connection
    release: int
    loaded_at: dt.datetime
    last_revision: int  # the highest revision_id in use
    last_ids: dict[str, int]  # the highest id in use, by list
    frozen: bool = False  # whether facts go in as rows that everybody may see: into tables emptied by this transaction
    sent: dict[str, _Sent] = field(default_factory=lambda: {source: _Sent() for source in SOURCES})

    @classmethod
    async def begin(cls, connection: asyncpg.Connection, release: int) -> Copy:
        """Look up the ids that are in use, or were until their rows were pruned."""
        used = {row["name"]: row["last"] for row in await connection.fetch("SELECT name, last FROM used_id")}
        last: dict[str, int] = {}
        for source, table in SOURCES.items():
            name = table_name(table)
            there = await connection.fetchval(f"SELECT coalesce(max(id), 0) FROM {name}")  # noqa: S608 - our table
            last[source] = max(there, used.get(name, 0))
        revision = await connection.fetchval("SELECT coalesce(max(revision_id), 0) FROM disclosure")
        return cls(
            connection=connection,
            release=release,
            loaded_at=await connection.fetchval("SELECT now()"),
            last_revision=max(revision, used.get("disclosure", 0)),
            last_ids=last,
        )

    @property
    def rows(self) -> int:
        """How many rows of facts were sent."""
        return sum(one.rows for one in self.sent.values())

    def place(self, revisions: int, counts: Mapping[str, int]) -> tuple[int, dict[str, int]]:
        """The first revision_id for so many revisions, and the first ids for so many rows of each list."""
        first_revision, first_ids = self.last_revision + 1, {name: last + 1 for name, last in self.last_ids.items()}
        self.last_revision += revisions
        for source, count in counts.items():
            self.last_ids[source] += count
        return first_revision, first_ids

    async def send(self, rows: Mapping[str, Rows]) -> None:
        """COPY the rows of a batch, parents before children."""
        for source in (DISCLOSURES, *SOURCES, OPERANDS):
            if source not in rows:
                continue
            one = rows[source]
            await self.connection.copy_to_table(
                one.table,
                source=_pieces(one.text),
                columns=one.columns,
                format="text",
                # Disclosures are no facts: their table is not emptied.
                freeze=self.frozen and source != DISCLOSURES,
            )
            if source in self.sent:
                self.sent[source].rows += one.number
                self.sent[source].yuan += one.yuan

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


async def _pieces(text: bytes) -> AsyncIterator[bytes]:
    for begin in range(0, len(text), _PIECE):
        yield text[begin : begin + _PIECE]
