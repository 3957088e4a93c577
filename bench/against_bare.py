"""Answers made anew against a bare ASGI constant, which knows nothing of the database: the machine's speed cancels out.

Where an index is missing our own SQL gets slower by itself and with us; a constant does not. What waits without
computing shows in the quickest answers: one of hundreds is hardly kept waiting by other work.
"""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import load
from figures import Figures, Measured, Part, at_work, in_turn
from queries import KINDS, LIMIT
from servers import Server, serving
from stage import Stage

_SIZE = 20_000
# No filter, so no index but that of the key: what a filter costs beside it is what its index leaves.
_FIRST = f"/v1/expenditures?limit={LIMIT}"


def measure(stage: Stage) -> Part:
    """Each kind of page, one record, and sums by year × class × province."""
    chance = random.Random("bare")
    paths = {kind.name: [kind.draw(chance, stage.values).ours for _ in range(2_000)] for kind in KINDS}
    paths["a record"] = [f"/v1/departments/{one}" for one in stage.values.departments]
    paths["sums"] = ["/v1/expenditures/aggregate?group_by=year,class,province&kind=budget&limit=1000"]
    environment = {"BENCH_BODY_BYTES": str(_SIZE), "PYTHONPATH": str(Path(__file__).parent)}
    measured = []
    with stage.ours() as server, serving(["bare:app"], environment, "/") as bare:
        for name, asked in paths.items():
            ours, constant = _asking(server, asked, stage.seconds), _asking(bare, ["/"], stage.seconds)
            ours()
            first = _asking(server, [_FIRST], stage.seconds)
            found = in_turn(Figures(name), {"ours": ours, "bare": constant, "first": first}, rounds=stage.rounds)
            measured += [
                Measured(f"bare/{name}", f"quickest {name}, made anew ÷ bare ASGI",
                         found.quickest("ours", "bare"), "×"),
                Measured(f"bare/{name} by processor time", f"{name}, made anew ÷ bare ASGI, processor time",
                         found.cheaper("bare", "ours"), "×"),
                Measured(
                    f"bare/{name} by the first page",
                    f"processor time of {name} ÷ the first page of all lines",
                    found.cheaper("first", "ours"),
                    "×",
                ),
            ]  # fmt: skip
    return Part("Answers made anew", "", tuple(measured))


def _asking(server: Server, paths: list[str], seconds: float) -> partial[tuple[load.Result, float]]:
    run = partial(load.measure, server.base, paths, seconds=seconds, connections=1)
    return partial(at_work, server, run)
