"""Searches and completions of random words out of the names that there are, uncached, one connection: p50 and p95."""

from __future__ import annotations

import asyncio
import random
from functools import partial
from urllib.parse import quote

import load
from figures import Measured, Part, table
from stage import Stage

from app import database

_LENGTHS = (1, 2, 3, 4)  # signs of a word


def measure(stage: Stage) -> Part:
    """Words of one to four signs out of the names of departments."""
    names = asyncio.run(_names(stage))
    chance = random.Random("words")
    words = [quote(_word(chance, names)) for _ in range(5_000)]
    rows, measured = [], []
    with stage.served() as server:
        for path in ("search", "suggest"):
            paths = [f"/v1/{path}?q={word}" for word in words]
            ask = partial(load.measure, server.base, paths, seconds=stage.seconds, connections=1)
            rounds = [ask() for _ in range(stage.rounds)]
            if any(one.failed for one in rounds):
                raise SystemExit(f"{path}: {[one.failed for one in rounds]} requests failed")
            middle, high = ([one.percentile(share) for one in rounds] for share in (0.5, 0.95))
            measured.append(Measured(f"words/{path}", f"{path}, p95", tuple(high), " ms"))
            rows.append([path, f"{min(middle):.1f} to {max(middle):.1f} ms", f"{min(high):.1f} to {max(high):.1f} ms"])
    return Part("Searches", table([f"{len(names):,} departments", "p50", "p95"], rows), tuple(measured))


def _word(chance: random.Random, names: list[str]) -> str:
    name = chance.choice(names)
    begin = chance.randrange(len(name))
    return name[begin : begin + chance.choice(_LENGTHS)]


async def _names(stage: Stage) -> list[str]:
    async with database.connect_owner(stage.settings) as connection:
        return [row[0] for row in await connection.fetch("SELECT name FROM department ORDER BY id")]
