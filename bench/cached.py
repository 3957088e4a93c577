"""A finished answer out of the cache, and a 304, against a bare ASGI application with a constant of the same size.

Both run in one uvicorn process each, with the same loop and parser.
"""

from __future__ import annotations

import urllib.request
from functools import partial
from pathlib import Path

import load
from figures import Figures, Measured, Part, at_work, in_turn, table
from load import Result
from servers import Server, serving
from stage import Stage

CONNECTIONS = 8
PATHS = {
    "a record": "/v1/regions/130000",
    "a page of 10 lines": "/v1/expenditures?limit=10",
    "a page of 100 lines": "/v1/expenditures?limit=100",
}


def measure(stage: Stage) -> Part:
    """Each path from the cache, and the last one as a 304."""
    with stage.served(cache=True) as server:
        found: list[tuple[Figures, int]] = []
        for name, path in PATHS.items():
            with urllib.request.urlopen(server.base + path, timeout=60) as answer:  # noqa: S310 - our own server
                size, validator = len(answer.read()), answer.headers["ETag"]
            found.append((_compare(name, server, path, size, stage), size))
        unchanged = _compare("not modified (304)", server, path, 0, stage, {"If-None-Match": validator})
    every = [*found, (unchanged, 0)]
    rows = [
        [one.name, f"{size:,}", f"{one.rate('cached'):,.0f}/s", f"{one.rate('bare'):,.0f}/s"] for one, size in every
    ]
    measured = [
        Measured(f"cached/{one.name}{by}", f"{one.name} from the cache ÷ bare ASGI{said}", values, "×", least=0.85)
        for one, _ in every
        for by, said, values in (
            ("", "", one.faster("cached", "bare")),
            (" by processor time", ", by processor time", one.cheaper("cached", "bare")),
        )
    ]
    return Part("Finished answers", table(["answer", "bytes", "cached", "bare"], rows), tuple(measured))


def _compare(
    name: str,
    server: Server,
    path: str,
    size: int,
    stage: Stage,
    headers: dict[str, str] | None = None,
) -> Figures:
    status = 304 if headers else 200
    environment = {"BENCH_BODY_BYTES": str(size), "BENCH_STATUS": str(status), "PYTHONPATH": str(Path(__file__).parent)}
    with serving(["bare:app"], environment, "/") as bare:

        def ask(at: Server, length: float) -> tuple[Result, float]:
            run = partial(load.measure, at.base, [path], seconds=length, connections=CONNECTIONS)
            return at_work(at, partial(run, headers=headers, status=status))

        for at in (server, bare):
            ask(at, 1)
        ways = {"cached": partial(ask, server, stage.seconds), "bare": partial(ask, bare, stage.seconds)}
        return in_turn(Figures(name), ways, rounds=stage.rounds)
