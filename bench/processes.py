"""How many server processes, and how many connections to the database each: pages of all kinds, made anew.

All run beside each other and are asked in turn, so that the machine's other work falls on each of them.
"""

from __future__ import annotations

import contextlib
import random
from functools import partial

import load
from figures import Figures, Measured, Part, at_work, in_turn, table
from load import Result
from queries import KINDS
from servers import Server
from stage import Stage

_CONNECTIONS = 64
_USUAL = (1, 8)  # as `gongkai serve` has them: processes, connections of each
# Together fewer than the hundred that Postgres takes.
_TRIED = ((1, 1), (1, 2), (1, 4), _USUAL, (1, 16), (2, 4), (2, 8), (4, 4))


def measure(stage: Stage) -> Part:
    """The rate, the waits and the processor time of each, and the rate beside that of the usual setting."""
    chance = random.Random("processes")
    paths = [chance.choice(KINDS).draw(chance, stage.values).ours for _ in range(10_000)]

    def ask(server: Server, length: float) -> tuple[Result, float]:
        chance.shuffle(paths)
        return at_work(server, partial(load.measure, server.base, paths, seconds=length, connections=_CONNECTIONS))

    with contextlib.ExitStack() as servers:
        at = {one: servers.enter_context(stage.served(workers=one[0], pool=one[1])) for one in dict.fromkeys(_TRIED)}
        for server in at.values():
            ask(server, 1)  # each connection plans its statements first
        ways = {_name(one): partial(ask, server, stage.seconds) for one, server in at.items()}
        found = in_turn(Figures("processes"), ways, rounds=stage.rounds)
    rows = [[name, f"{found.rate(name):,.0f}/s", found.wait(name), found.cost(name)] for name in ways]
    measured = [
        Measured(f"processes/{name}", f"pages with {name} ÷ with {_name(_USUAL)}, rate",
                 found.faster(name, _name(_USUAL)), "×")
        for name in ways if name != _name(_USUAL)
    ]  # fmt: skip
    headings = [f"{_CONNECTIONS} readers", "rate", "p50", "processor time"]
    return Part("Processes and connections", table(headings, rows), tuple(measured))


def _name(one: tuple[int, int]) -> str:
    return f"{one[0]} × {one[1]}"
