"""An uncached page of 50 expenditure lines with random filters: ours, pgbench, the usual way, Datasette, ROAPI.

- ours: the application in one uvicorn process, with nothing remembered between requests (`ours.py`);
- served: as it runs, which remembers the exact total of a filter; finished answers are not kept here either;
- pgbench: our two statements (page and exact total) and nothing else, prepared, as the API's role;
- usual: SQLModel objects and a `response_model`, offset and limit (`usual_way.py`), with the same exact total;
- Datasette with an exact total, and ROAPI without any (`peers.py`).

Before anything is measured, all ways must give the same rows.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from figures import Figures, at_work, in_turn, table
from load import Result, measure
from queries import KINDS, LIMIT, Asked, Kind, Values
from servers import Server, postmaster

from app import database, embedded
from app.postgres_programs import find_programs
from app.settings import Settings

CONNECTIONS = 8
_WAYS = ("ours", "served", "pgbench", "usual", "Datasette", "ROAPI")


def measure_pages(settings: Settings, values: Values, at: Mapping[str, Server], *, seconds: float, rounds: int) -> str:
    """Measure every kind of page; `at` has the base URL of each way but pgbench. The table of what was found."""
    found = [_kind(kind, settings, values, at, seconds, rounds) for kind in KINDS]
    rates = [[one.name, *(f"{one.rate(way):,.0f}/s" for way in _WAYS)] for one in found]
    costs = [[one.name, *(one.cost(way) for way in _WAYS)] for one in found]
    ratios = [[one.name, *(one.ratio("ours", way) for way in _WAYS[2:]), one.wait("ours")] for one in found]
    cheaper = [[one.name, *(one.cheaper("ours", way) for way in _WAYS[2:])] for one in found]
    return "\n\n".join(
        (
            table([f"page of {LIMIT} lines of", *_WAYS], rates),
            table(["ours ÷", *_WAYS[2:], "p50 of ours"], ratios),
            table(["processor time of an answer", *_WAYS], costs),
            table(["that of the other ÷ that of ours", *_WAYS[2:]], cheaper),
        )
    )


def _kind(
    kind: Kind, settings: Settings, values: Values, at: Mapping[str, Server], seconds: float, rounds: int
) -> Figures:
    chance = random.Random(kind.name)
    drawn = [kind.draw(chance, values) for _ in range(10_000)]
    for asked in drawn[:5]:
        _same(at, asked)
    paths = {way: [_path(way, asked) for asked in drawn] for way in at}
    text = kind.script(values)

    def ask(way: str, length: float) -> tuple[Result, float]:
        chance.shuffle(paths[way])
        run = partial(measure, at[way].base, paths[way], seconds=length, connections=CONNECTIONS)
        return at_work(at[way], run)

    for way in at:
        ask(way, 2)  # what it keeps for itself (plans, pages of the file) is there before it is measured
    ways = {way: partial(ask, way, seconds) for way in at}
    alone = Server("", postmaster(settings))
    ways["pgbench"] = lambda: at_work(alone, lambda: _pgbench(settings, text, round(seconds)))
    return in_turn(Figures(kind.name), ways, rounds=rounds)


def _path(way: str, asked: Asked) -> str:
    path = {"Datasette": asked.datasette, "ROAPI": asked.roapi}.get(way, asked.ours)
    return urllib.parse.quote(path, safe="/?&=_.-%")


def _same(at: Mapping[str, Server], asked: Asked) -> None:
    """All ways must give the same rows, and the same total where they count, or there is nothing to compare."""
    answers = {way: _answer(server.base + _path(way, asked)) for way, server in at.items()}
    ours, usual = answers["ours"], answers["usual"]
    assert ours["data"] == usual["data"], asked
    assert ours["page"]["total"] == usual["page"]["total"] == answers["Datasette"]["filtered_table_rows_count"], asked
    ids = [row["id"] for row in ours["data"]]
    assert ids == [row["id"] for row in answers["served"]["data"]], asked
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
            "-U", database.READER, "-h", str(embedded.socket_directory(settings)), database.DATABASE,
        )  # fmt: skip

    def figure(pattern: str) -> float:
        found = re.search(pattern, said.stdout)
        if found is None:
            raise SystemExit(f"pgbench said {said.stdout} {said.stderr}")
        return float(found.group(1))

    answers = round(figure(r"transactions actually processed: (\d+)"))
    latency = figure(r"latency average = ([\d.]+)") / 1000
    return Result(answers / figure(r"tps = ([\d.]+)"), [latency] * answers)
