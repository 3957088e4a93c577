"""An uncached page of 50 expenditure lines on a million lines: ours, the usual way, and pgbench with our SQL.

    make bench            # or: python bench/list_page.py --departments 5000 --seconds 8 --rounds 3

Everything runs on this machine in one go: an embedded Postgres of its own, our application and the usual one each in
one uvicorn process, and a load generator beside them. The three are measured in turn, round after round, and compared
within each round, since the machine's speed drifts. What is printed is what `bench/README.md` quotes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import os
import platform
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import synthetic
from load import measure

from app import database, embedded
from app.postgres_programs import find_programs
from app.query.read_query import read_list
from app.query.registry import RESOURCES
from app.query.select import count_statement, page_statement
from app.settings import Settings

CONNECTIONS = 8
LIMIT = 50
PROTOCOL = "app.api.protocol:Protocol"  # as `gongkai serve` has it; every way is measured with it


@dataclass(frozen=True)
class Query:
    """One kind of page: how a request for it is drawn, and what pgbench puts in the place of its parameters."""

    name: str
    pairs: list[tuple[str, str]]  # an example, for the SQL
    arguments: dict[str, list[str]]  # for each filtered column, SQL over pgbench's variables for its bound values
    variables: list[str]  # pgbench's \set lines

    def draw(self, chance: random.Random, departments: int) -> str:
        """The path of a random request."""
        year = chance.choice(synthetic.YEARS)
        drawn = {
            "department_id": f"bench-{chance.randint(1, departments):08d}",
            "region_code": str(synthetic.FIRST_REGION + chance.randrange(synthetic.REGIONS)),
            "code__under": chance.choice(synthetic.classes()),
            "fiscal_year": str(year),
            "limit": str(LIMIT),
        }
        return "/v1/expenditures?" + "&".join(f"{name}={drawn[name]}" for name, _ in self.pairs)


def queries(departments: int) -> list[Query]:
    """The kinds of pages that are measured."""
    classes = synthetic.classes()
    low = "(array[" + ",".join(f"'{code}'" for code in classes) + "])[(:c)::int]"
    high = "(array[" + ",".join(f"'{int(code) + 1}'" for code in classes) + "])[(:c)::int]"
    year = r"\set y random(2021, 2025)"
    return [
        Query(
            "a department",
            [("department_id", "bench-00000001"), ("limit", str(LIMIT))],
            {"department_id": ["('bench-' || lpad((:d)::text, 8, '0'))"]},
            [rf"\set d random(1, {departments})"],
        ),
        Query(
            "a division and year",
            [("region_code", str(synthetic.FIRST_REGION)), ("fiscal_year", "2023"), ("limit", str(LIMIT))],
            {"region_code": ["(:r)::text"], "fiscal_year": ["(:y)::bigint"]},
            [rf"\set r random({synthetic.FIRST_REGION}, {synthetic.FIRST_REGION + synthetic.REGIONS - 1})", year],
        ),
        Query(
            "a class and year",
            [("code__under", "201"), ("fiscal_year", "2023"), ("limit", str(LIMIT))],
            {"code": [low, high], "fiscal_year": ["(:y)::bigint"]},
            [rf"\set c random(1, {len(classes)})", year],
        ),
    ]


def script(query: Query) -> str:
    """The script of pgbench for one request: the page, and the exact total where ours asks for it too."""
    read = read_list(RESOURCES["expenditures"], query.pairs)
    shapes = tuple(item.shape for item in read.filters)
    page = page_statement(
        "expenditures",
        filters=shapes,
        orders=read.orders,
        nulls=None,
        fields=read.fields,
        includes=(),
        unit=read.unit,
        limit=LIMIT,
    )
    count = count_statement("expenditures", filters=shapes)
    arguments = [argument for column, _, _ in shapes for argument in query.arguments[column]]

    def bind(text: str, arguments: list[str]) -> str:
        bound = re.sub(r"\$(\d+)(?:::\w+)?", lambda found: f"({arguments[int(found.group(1)) - 1]})", text)
        return " ".join(bound.split()) + ";"

    return "\n".join([*query.variables, bind(page, ["1", *arguments]), bind(count, ["1", *arguments])]) + "\n"


@contextlib.contextmanager
def serving(command: list[str], environment: dict[str, str], path: str) -> Iterator[str]:
    """A server process on a free port, ready to answer `path`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    uvicorn = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "warning"]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "uvicorn",
            *command,
            *uvicorn,
            "--loop",
            "uvloop",
            "--http",
            "app.api.protocol:Protocol",
        ],
        env=os.environ | environment,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(base + path, timeout=5).read()  # noqa: S310 - our own server
                break
            time.sleep(0.2)
        else:
            raise SystemExit(f"{command} did not start")
        yield base
    finally:
        process.terminate()
        process.wait(10)


def answer(base: str, path: str) -> Any:  # noqa: ANN401 - JSON
    """The parsed answer, decimals exact."""
    with urllib.request.urlopen(base + path, timeout=30) as response:  # noqa: S310 - our own server
        return json.loads(response.read(), parse_float=Decimal)


def same(ours: str, usual: str, path: str) -> None:
    """Both endpoints must give the same rows and the same total, or there is nothing to compare."""
    one, other = answer(ours, path), answer(usual, path)
    assert one["page"]["total"] == other["page"]["total"], path
    assert len(one["data"]) == len(other["data"]), path
    for left, right in zip(one["data"], other["data"], strict=True):
        assert left == right, (left, right)


def pgbench(settings: Settings, text: str, seconds: int) -> float:
    """Transactions per second of the script: our SQL and nothing else, as the API's role."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        file = Path(directory) / "page.sql"
        file.write_text(text, encoding="utf-8")
        file.chmod(0o644)
        programs = find_programs(settings.data, settings.postgres_version)
        said = programs.run(
            "pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1", "-T", str(seconds), "-f", str(file),
            "-U", database.READER, "-h", str(embedded.socket_directory(settings)), database.DATABASE,
        )  # fmt: skip
    return float(re.search(r"tps = ([\d.]+)", said.stdout).group(1))  # type: ignore[union-attr]  # pgbench says it


def main() -> None:
    """Fill, compare, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--departments", type=int, default=5000, help="200 lines each")
    arguments.add_argument("--seconds", type=int, default=8, help="of each measurement")
    arguments.add_argument("--rounds", type=int, default=3)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as directory:
        Path(directory).chmod(0o755)
        settings = Settings(data=Path(directory) / "data")
        with embedded.running(settings, progress=print):
            asyncio.run(database.migrate(settings))
            lines = asyncio.run(_fill(settings, chosen.departments))
            print(f"{lines:,} expenditure lines; {platform.processor() or platform.machine()}, {os.cpu_count()} cores")
            _run(settings, chosen.departments, chosen.seconds, chosen.rounds)


async def _fill(settings: Settings, departments: int) -> int:
    async with database.connect_owner(settings) as connection:
        return await synthetic.fill(connection, departments=departments)


def _run(settings: Settings, departments: int, seconds: int, rounds: int) -> None:
    # No finished answer is kept: what is measured is the making of it.
    environment = {
        "GONGKAI_DATA": str(settings.data),
        "GONGKAI_CACHE_MB": "0",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    reader = dataclasses.replace(settings, database_url=None)
    url = embedded.dsn(reader, database.DATABASE, user=database.READER)
    url = url.replace("postgresql://", "postgresql+asyncpg://").replace("&sslmode=disable", "")
    usual = {"BENCH_SQLALCHEMY_URL": url, "PYTHONPATH": str(Path(__file__).parent)}
    chance = random.Random(1)
    with (
        serving(["ours:application", "--factory"], environment, "/readyz") as ours_at,
        serving(["app.serve:application", "--factory"], environment, "/readyz") as served_at,
        serving(["usual_way:app"], usual, "/v1/expenditures?limit=1") as usual_at,
    ):
        for query in queries(departments):
            paths = [query.draw(chance, departments) for _ in range(50_000)]
            for path in paths[:5]:
                same(ours_at, usual_at, path)
            text = script(query)
            ways = {"ours": ours_at, "served": served_at, "usual": usual_at}
            figures: dict[str, list[float]] = {name: [] for name in (*ways, "pgbench")}
            latency: dict[str, list[float]] = {name: [] for name in ways}
            for base in ways.values():
                measure(base, paths[-2000:], seconds=2, connections=CONNECTIONS)
            for number in range(rounds):
                part = paths[number * 10_000 : (number + 1) * 10_000]
                for name, base in ways.items():
                    result = measure(base, part, seconds=seconds, connections=CONNECTIONS)
                    assert result.failed == 0
                    figures[name].append(result.per_second)
                    latency[name].append(result.percentile(0.5))
                figures["pgbench"].append(pgbench(settings, text, seconds))
            _report(query.name, figures, latency)


def _report(name: str, figures: dict[str, list[float]], latency: dict[str, list[float]]) -> None:
    def ratio(one: str, other: str) -> float:
        return statistics.median(a / b for a, b in zip(figures[one], figures[other], strict=True))

    middle = ", ".join(f"{way} {statistics.median(found):.0f}/s" for way, found in figures.items())
    waits = ", ".join(f"{way} {statistics.median(found):.1f} ms" for way, found in latency.items())
    print(
        f"{name}: {middle}; p50 {waits}; ours/usual {ratio('ours', 'usual'):.2f}, "
        f"served/usual {ratio('served', 'usual'):.2f}, ours/pgbench {ratio('ours', 'pgbench'):.2f}"
    )


if __name__ == "__main__":
    main()
