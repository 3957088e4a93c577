"""Blocks of the database that a page and its total touch: the same on every machine, however busy.

What an index saves shows here for certain; `values` are those of random pages, not of rounds.
"""

from __future__ import annotations

import asyncio
import json
import random

import asyncpg
from figures import Measured, Part
from queries import KINDS, Asked, page_with_total
from stage import Stage

from app import database

_DRAWN = 20


def measure(stage: Stage) -> Part:
    """Of each kind of page a few random ones."""
    return Part("Blocks", "", tuple(asyncio.run(_measure(stage))))


async def _measure(stage: Stage) -> list[Measured]:
    found = []
    async with database.connect_owner(stage.settings) as connection:
        for kind in KINDS:
            chance = random.Random(kind.name)
            touched = [await _touched(connection, kind.draw(chance, stage.values)) for _ in range(_DRAWN)]
            found.append(Measured(f"blocks/{kind.name}", f"blocks of a page of {kind.name}", tuple(touched)))
    return found


async def _touched(connection: asyncpg.Connection, asked: Asked) -> float:
    query, text = page_with_total(asked)
    arguments = [1, *(argument for item in query.filters for argument in item.arguments)]
    said = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}", *arguments)
    plan = json.loads(said)[0]["Plan"]
    return float(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
