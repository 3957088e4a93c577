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
from pathlib import Path
from typing import Any

from figures import Figures, in_turn, table
from load import Result, measure
from queries import KINDS, LIMIT, Asked, Kind, Values

from app import database, embedded
from app.postgres_programs import find_programs
from app.settings import Settings

CONNECTIONS = 8
_WAYS = ("ours", "served", "pgbench", "usual", "Datasette", "ROAPI")


def measure_pages(settings: Settings, values: Values, at: Mapping[str, str], *, seconds: float, rounds: int) -> str:
    """Measure every kind of page; `at` has the base URL of each way but pgbench. The table of what was found."""
    found = [_kind(kind, settings, values, at, seconds, rounds) for kind in KINDS]
    rates = [[one.name, *(f"{one.rate(way):,.0f}/s" for way in _WAYS)] for one in found]
    ratios = [
        [one.name, one.ratio("ours", "pgbench"), *(one.ratio("ours", way) for way in _WAYS[3:]), one.wait("ours")]
        for one in found
    ]
    return "\n\n".join(
        (
            table([f"page of {LIMIT} lines of", *_WAYS], rates),
            table(["ours ÷", *(_WAYS[2:]), "p50 of ours"], ratios),
        )
    )


def _kind(
    kind: Kind, settings: Settings, values: Values, at: Mapping[str, str], seconds: float, rounds: int
) -> Figures:
    chance = random.Random(kind.name)
    drawn = [kind.draw(chance, values) for _ in range(10_000)]
    for asked in drawn[:5]:
        _same(at, asked)
    paths = {way: [_path(way, asked) for asked in drawn] for way in at}
    text = kind.script(values)

    def ask(way: str, length: float) -> Result:
        chance.shuffle(paths[way])
        return measure(at[way], paths[way], seconds=length, connections=CONNECTIONS)

    for way in at:
        ask(way, 2)  # what it keeps for itself (plans, pages of the file) is there before it is measured
    ways: dict[str, Any] = {way: lambda way=way: ask(way, seconds) for way in at}
    ways["pgbench"] = lambda: _pgbench(settings, text, round(seconds))
    return in_turn(Figures(kind.name), ways, rounds=rounds)


def _path(way: str, asked: Asked) -> str:
    path = {"Datasette": asked.datasette, "ROAPI": asked.roapi}.get(way, asked.ours)
    return urllib.parse.quote(path, safe="/?&=_.-%")


def _same(at: Mapping[str, str], asked: Asked) -> None:
    """All ways must give the same rows, and the same total where they count, or there is nothing to compare."""
    answers = {way: _answer(base + _path(way, asked)) for way, base in at.items()}
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


def _pgbench(settings: Settings, text: str, seconds: int) -> float:
    """Transactions per second of the script."""
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
    return float(re.search(r"tps = ([\d.]+)", said.stdout).group(1))  # type: ignore[union-attr]  # pgbench says it
