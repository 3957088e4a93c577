"""200 and 1,000 connections at once: percentiles of the waits, and that no request fails; and how soon it starts."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

import load
from figures import Measured, Part, table
from queries import KINDS
from servers import running
from stage import Stage

CONNECTIONS = (8, 200, 1000)


def measure(stage: Stage) -> Part:
    """Pages of all kinds, mixed, by one process: made anew each time, and as readers get them, kept ones among them."""
    chance = random.Random("crowd")
    paths = [chance.choice(KINDS).draw(chance, stage.values).ours for _ in range(10_000)]
    rows, measured = [], []
    for name, cache in (("uncached", False), ("as it is served", True)):
        with stage.served(cache=cache) as server:
            load.measure(server.base, paths, seconds=1, connections=8)
            for connections in CONNECTIONS:
                found = [
                    load.measure(server.base, paths, seconds=stage.seconds, connections=connections)
                    for _ in range(stage.rounds)
                ]
                waits = load.Result(1, [wait for one in found for wait in one.latencies])
                shares = (0.5, 0.95, 0.99)
                rows.append(
                    [name, str(connections), f"{sum(one.per_second for one in found) / len(found):,.0f}/s"]
                    + [f"{waits.percentile(share):,.1f} ms" for share in shares]
                )
                measured.append(
                    Measured(f"crowd/{connections} {name}", f"failed requests of {connections} connections, {name}",
                             tuple(float(one.failed) for one in found), most=0)
                )  # fmt: skip
    headings = ["pages", "connections", "rate", "p50", "p95", "p99"]
    return Part("Many connections", table(headings, rows), tuple(measured))


def start_up(stage: Stage) -> Part:
    """`gongkai serve` until it answers: the first time in an empty directory, and with everything there."""
    first, later, large = [], [], []
    for _ in range(stage.rounds):
        with tempfile.TemporaryDirectory(prefix="gongkai-start-", ignore_cleanup_errors=True) as name:
            Path(name).chmod(0o755)
            data = {"GONGKAI_DATA": str(Path(name) / "data")}
            first.append(_start(data))
            later.append(_start(data))
            # The large data set gets no other one loaded into it, and no files made of it.
            alone = {"GONGKAI_SEED": str(Path(name) / "none"), "GONGKAI_RELEASES": str(Path(name) / "releases")}
            large.append(_start({"GONGKAI_DATA": str(stage.settings.data), **alone}))
    measured = (
        Measured("start/first", "first start in an empty directory, with the committed data set", tuple(first), " s"),
        Measured("start/later", "start with that data set there", tuple(later), " s"),
        Measured("start/large", f"start beside a running Postgres with {stage.lines:,} lines", tuple(large), " s"),
    )
    return Part("Start", "", measured)


def _start(environment: dict[str, str]) -> float:
    """Seconds from the command to its first answer."""

    def command(port: int) -> list[str]:
        program = [sys.executable, "-m", "app", "serve"]
        return ["env", f"GONGKAI_PORT={port}", *program]

    begun = time.perf_counter()
    with running(command, "/readyz", environment=environment):
        return time.perf_counter() - begun
