"""A release becomes visible: with the rows it is made of, or after them where they lie on several machines.

On one machine the row in `release` is committed with everything else. On several, machines commit one after the other
what was prepared on all of them, so a reader could see the release before the last of them has its rows. There the rows
are committed first, which no reader sees (they belong to no release yet), and the release when every machine has them.
A load that is broken off between the two leaves rows of no release; the next load takes them back before it begins.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg
from sqlmodel import SQLModel

from app import tables
from app.errors import LoadError

# Citus looks by itself every minute whether what was prepared is committed; who may not have it look waits for that.
_SETTLED_SECONDS = 150
_PAUSE_SECONDS = 0.2


@contextlib.asynccontextmanager
async def alone(connection: asyncpg.Connection, *, wait: bool) -> AsyncIterator[None]:
    """No other load begins between the two commits. LoadError when one is running and is not waited for."""
    lock = "SELECT true FROM pg_advisory_lock(hashtext('gongkai load'))"
    if not await connection.fetchval(lock if wait else "SELECT pg_try_advisory_lock(hashtext('gongkai load'))"):
        raise LoadError("another load is running: wait until it has finished, then run this again")
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock(hashtext('gongkai load'))")


async def take_back_unpublished(connection: asyncpg.Connection) -> bool:
    """Take back the rows of a load that ended before its release was made; whether there were any."""
    newest = await connection.fetchval("SELECT coalesce(max(number), 0) FROM release")
    left = await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM disclosure WHERE valid_from > $1 OR valid_to > $1 AND valid_to < $2 LIMIT 1)",
        newest,
        tables.STILL_VALID,
    )
    if not left:
        return False
    async with connection.transaction():
        await connection.execute("DELETE FROM withdrawal WHERE release > $1", newest)
        await connection.execute(
            "DELETE FROM check_operand o USING check_result r WHERE r.department_id = o.department_id "
            "AND r.id = o.check_result_id AND r.valid_from > $1",
            newest,
        )
        for table in reversed(SQLModel.metadata.sorted_tables):
            if "valid_from" in table.columns:
                await connection.execute(f"DELETE FROM {table.name} WHERE valid_from > $1", newest)  # noqa: S608 - our table
                await connection.execute(
                    f"UPDATE {table.name} SET valid_to = $2 WHERE valid_to > $1 AND valid_to < $2",  # noqa: S608 - our table
                    newest,
                    tables.STILL_VALID,
                )
    return True


async def settle(connection: asyncpg.Connection, *, unsettled: str) -> None:
    """Wait until every machine has committed what was prepared on it. LoadError when one does not in good time.

    `unsettled` says what has been done then, and what not.
    """
    for _ in range(round(_SETTLED_SECONDS / _PAUSE_SECONDS)):
        with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SELECT recover_prepared_transactions()")
        if not await connection.fetchval("SELECT count(*) FROM pg_dist_transaction"):
            return
        await asyncio.sleep(_PAUSE_SECONDS)
    raise LoadError(f"{unsettled}: see that all machines can be reached, then run this again")
