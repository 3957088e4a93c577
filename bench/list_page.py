"""An uncached page of 50 expenditure lines with random filters: ours, pgbench, the usual way, Datasette, ROAPI.

- ours: the application in one uvicorn process, with nothing remembered between requests (`ours.py`);
- served: as it runs, which remembers the exact total of a filter; finished answers are not kept here either;
- pgbench: our statement (page and exact total) and nothing else, prepared and planned as in our sessions;
- usual: SQLModel objects and a `response_model`, offset and limit (`usual_way.py`), with the same exact total;
- Datasette with an exact total, and ROAPI without any (`peers.py`).

Before anything is measured, all ways must give the same rows.
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import load
import peers
from figures import Figures, Measured, Part, at_work, in_turn, table
from load import Result
from queries import KINDS, LIMIT, Asked, Kind
from servers import Server
from stage import Stage

from app import database, embedded
from app.postgres_programs import find_programs
from app.settings import Settings

CONNECTIONS = 8
# At least so many times the rate of each way.
_AIMS = {"pgbench": 0.4, "usual": 5.0, "Datasette": 10.0, "ROAPI": 10.0}


def measure(stage: Stage, *, beside: bool = True) -> Part:
    """Every kind of page by every way; Datasette and ROAPI only where `beside` says so."""
    with contextlib.ExitStack() as servers:
        at = {name: servers.enter_context(way()) for name, way in _servers(stage, beside=beside).items()}
        found = [_kind(kind, stage, at) for kind in KINDS]
    ways = [*list(at)[:2], "pgbench", *list(at)[2:]]
    others = ways[2:]
    rates = [[one.name, *(f"{one.rate(way):,.0f}/s" for way in ways)] for one in found]
    costs = [[one.name, *(one.cost(way) for way in ways)] for one in found]
    waits = [[one.name, *(one.wait(way) for way in ways)] for one in found]
    measured = [
        Measured(
            f"pages/{one.name}/{way}{by}",
            f"page of {LIMIT} lines of {one.name} ÷ {way}{said}",
            values,
            "×",
            least=_AIMS[way],
        )
        for one in found
        for way in others
        for by, said, values in (
            ("", "", one.faster("ours", way)),
            (" by processor time", ", by processor time", one.cheaper("ours", way)),
        )
    ]
    return Part(
        "Uncached pages with random filters",
        "\n\n".join(
            (
                table([f"page of {LIMIT} lines of", *ways], rates),
                table([f"p50 with {CONNECTIONS} connections", *ways], waits),
                table(["processor time of an answer", *ways], costs),
            )
        ),
        tuple(measured),
    )


def _servers(stage: Stage, *, beside: bool) -> dict[str, Callable[[], contextlib.AbstractContextManager[Server]]]:
    ways: dict[str, Callable[[], contextlib.AbstractContextManager[Server]]] = {
        "ours": stage.ours,
        "served": stage.served,
        "usual": stage.usual,
    }
    if beside:
        ways["Datasette"] = lambda: peers.datasette(stage.peers, stage.sqlite)
        ways["ROAPI"] = lambda: peers.roapi(stage.peers, stage.parquet)
    return ways


def _kind(kind: Kind, stage: Stage, at: Mapping[str, Server]) -> Figures:
    chance = random.Random(kind.name)
    drawn = [kind.draw(chance, stage.values) for _ in range(10_000)]
    for asked in drawn[:5]:
        _same(at, asked)
    paths = {way: [_path(way, asked) for asked in drawn] for way in at}
    text = kind.script(stage.values)

    def ask(way: str, length: float) -> tuple[Result, float]:
        chance.shuffle(paths[way])
        run = partial(load.measure, at[way].base, paths[way], seconds=length, connections=CONNECTIONS)
        return at_work(at[way], run)

    for way in at:
        ask(way, min(2, stage.seconds))  # what it keeps for itself (plans, pages of the file) is there before
    ways = {way: partial(ask, way, stage.seconds) for way in at}
    alone = Server("", stage.postgres)
    ways["pgbench"] = lambda: at_work(alone, lambda: _pgbench(stage.settings, text, max(1, round(stage.seconds))))
    return in_turn(Figures(kind.name), ways, rounds=stage.rounds)


def _path(way: str, asked: Asked) -> str:
    path = {"Datasette": asked.datasette, "ROAPI": asked.roapi}.get(way, asked.ours)
    return urllib.parse.quote(path, safe="/?&=_.-%")


def _same(at: Mapping[str, Server], asked: Asked) -> None:
    """All ways must give the same rows, and the same total where they count, or there is nothing to compare."""
    answers = {way: _answer(server.base + _path(way, asked)) for way, server in at.items()}
    ours, usual = answers["ours"], answers["usual"]
    assert ours["data"] == usual["data"], asked
    assert ours["page"]["total"] == usual["page"]["total"], asked
    ids = [row["id"] for row in ours["data"]]
    assert ids == [row["id"] for row in answers["served"]["data"]], asked
    if "Datasette" in answers:
        assert ours["page"]["total"] == answers["Datasette"]["filtered_table_rows_count"], asked
        assert ids == [row["id"] for row in answers["Datasette"]["rows"]], asked
        assert ids == [row["id"] for row in answers["ROAPI"]], asked


def _answer(url: str) -> Any:  # noqa: ANN401 - JSON
    with urllib.request.urlopen(url, timeout=60) as response:  # noqa: S310 - our own server
        return json.loads(response.read(), parse_float=Decimal)


def _pgbench(settings: Settings, text: str, seconds: int) -> Result:
    """The script, over and over; of the latencies pgbench says the average alone."""
    with tempfile.TemporaryDirectory() as directory:
        # The server's account reads it, which is not the one that runs this.
        Path(directory).chmod(0o755)
        file = Path(directory) / "page.sql"
        file.write_text(text, encoding="utf-8")
        file.chmod(0o644)
        said = find_programs(settings.data, settings.postgres_version).run(
            "pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1", "-T", str(seconds), "-f", str(file),
            "-U", database.READER, "-h", str(embedded.socket_directory(settings)),
            f"dbname={database.DATABASE} options=-cplan_cache_mode=force_generic_plan",
        )  # fmt: skip

    def figure(pattern: str) -> float:
        found = re.search(pattern, said.stdout)
        if found is None:
            raise SystemExit(f"pgbench said {said.stdout} {said.stderr}")
        return float(found.group(1))

    answers = round(figure(r"transactions actually processed: (\d+)"))
    latency = figure(r"latency average = ([\d.]+)") / 1000
    return Result(answers / figure(r"tps = ([\d.]+)"), [latency] * answers)
