"""Searches and completions of random words out of the names that there are, uncached, one connection: p50 and p95.

Twice: with the departments that have the lines, and with as many as a nation has, each with its names alone.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from urllib.parse import quote

import load
from figures import Measured, Part, at_work, spread, table
from generate import Size, fill
from stage import Stage

from app import database, embedded
from app.progress import silent
from app.settings import Settings

NATION = 300_000  # bodies that publish a budget
_LENGTHS = (1, 2, 3, 4)  # signs of a word
_PATHS = ("search", "suggest")
_MOST = 20  # milliseconds


def measure(stage: Stage, *, nation: int = NATION) -> Part:
    """Words of one to four signs out of the names of departments."""
    rows, measured = _searches(stage, "")
    with _nation(stage, nation) as other:
        more_rows, more_measured = _searches(other, f"/{nation}")
    heading = ["departments", "", "p50", "p95", "processor time"]
    return Part("Searches", table(heading, [*rows, *more_rows]), (*measured, *more_measured))


def _searches(stage: Stage, key: str) -> tuple[list[list[str]], list[Measured]]:
    names = asyncio.run(_names(stage))
    chance = random.Random("words")
    words = [quote(_word(chance, names)) for _ in range(5_000)]
    rows, measured = [], []
    with stage.served() as server:
        for path in _PATHS:
            paths = [f"/v1/{path}?q={word}" for word in words]
            ask = partial(load.measure, server.base, paths, seconds=stage.seconds, connections=1)
            ask()  # what Postgres reads for the first time it reads from the disk
            rounds = [at_work(server, ask) for _ in range(stage.rounds)]
            if any(result.failed for result, _ in rounds):
                raise SystemExit(f"{path}: {[result.failed for result, _ in rounds]} requests failed")
            middle, high = (tuple(result.percentile(share) for result, _ in rounds) for share in (0.5, 0.95))
            costs = tuple(1000 * used / result.answers for result, used in rounds)
            what = f"{path} in the names of {len(names):,} departments, p95"
            measured.append(Measured(f"words/{path}{key}", what, high, " ms", most=_MOST))
            rows.append([f"{len(names):,}", path, *(spread(one, " ms") for one in (middle, high, costs))])
    return rows, measured


@contextmanager
def _nation(stage: Stage, departments: int) -> Iterator[Stage]:
    """The same with so many departments."""
    settings = Settings(data=stage.directory / "nation", pool_size=stage.settings.pool_size)
    with embedded.running(settings, progress=silent):
        asyncio.run(fill(settings, Size(0, named=departments), checked=False))
        yield replace(stage, settings=settings)


def _word(chance: random.Random, names: list[str]) -> str:
    name = chance.choice(names)
    begin = chance.randrange(len(name))
    return name[begin : begin + chance.choice(_LENGTHS)]


async def _names(stage: Stage) -> list[str]:
    async with database.connect_owner(stage.settings) as connection:
        return [row[0] for row in await connection.fetch("SELECT name FROM department ORDER BY id")]
