"""Rows out of a selection, batch by batch, by a cursor of the database: memory stays flat whatever the size."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from typing import TypeAlias

from asyncpg import Record

from app.query.run import Connection

# What a step of an export may take, and how long a reader may keep it waiting.
SECONDS = 120.0
BATCH = 2000

Batch: TypeAlias = Sequence[Record]


async def read_rows(connection: Connection, text: str, arguments: Sequence[object]) -> AsyncGenerator[Batch, None]:
    """The rows of a statement. The next batch is fetched while this one is written; a transaction must be open."""
    cursor = await connection.cursor(text, *arguments, timeout=SECONDS)
    following = asyncio.ensure_future(cursor.fetch(BATCH, timeout=SECONDS))
    try:
        while rows := await following:
            following = asyncio.ensure_future(cursor.fetch(BATCH, timeout=SECONDS))
            yield rows
    finally:
        following.cancel()
        # Whatever it ends with is nobody's business any more: the rows were read to their end or are not wanted.
        with contextlib.suppress(BaseException):
            await following
