"""The same page out of a small data set and out of a large one: what more data cost, one connection, uncached."""

from __future__ import annotations

import random
from functools import partial

import load
from figures import Figures, Measured, Part, at_work, in_turn, table
from load import Result
from queries import KINDS, Kind
from servers import Server
from stage import Stage, staged

from app.progress import silent

SMALL = 100_000


def measure(stage: Stage, *, small: int = SMALL, most: float = 1.5) -> Part:
    """Every kind of page, its filters drawn from what each data set has; the small one is made for it."""
    with (
        staged(stage.directory / "small", small, seconds=stage.seconds, rounds=stage.rounds, progress=silent) as other,
        other.ours() as few,
        stage.ours() as many,
    ):
        found = [_kind(kind, other, few, stage, many) for kind in KINDS]
    rows = [[one.name, one.wait("few"), one.wait("many")] for one in found]
    name = f"{stage.lines:,} ÷ {other.lines:,} lines"
    measured = [
        Measured(f"scale/{one.name}{by}", f"page of {one.name}, {name}{said}", values, "×", most=most)
        for one in found
        for by, said, values in (
            ("", ", p50", one.longer("many", "few")),
            (" by processor time", ", processor time", one.cheaper("few", "many")),
        )
    ]
    headings = ["one connection, p50", f"{other.lines:,} lines", f"{stage.lines:,} lines"]
    return Part("More data", table(headings, rows), tuple(measured))


def _kind(kind: Kind, other: Stage, few: Server, stage: Stage, many: Server) -> Figures:
    def asking(server: Server, of: Stage) -> partial[tuple[Result, float]]:
        chance = random.Random(kind.name)
        paths = [kind.draw(chance, of.values).ours for _ in range(5_000)]
        return partial(at_work, server, partial(load.measure, server.base, paths, seconds=stage.seconds, connections=1))

    ways = {"few": asking(few, other), "many": asking(many, stage)}
    for run in ways.values():
        run()  # what Postgres reads for the first time it reads from the disk
    return in_turn(Figures(kind.name), ways, rounds=stage.rounds)
