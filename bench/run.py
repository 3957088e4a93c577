"""Everything that `make bench` measures, in one go: the figures of `bench/README.md`.

    make bench                                                       # a million lines, about ten minutes
    make bench ARGS='--lines 100000 --seconds 3 --rounds 2'

An embedded Postgres of its own with invented disclosures (`generate.py`), our server processes and those we are
compared with beside it, on loopback; ratios are taken within each round. Datasette and ROAPI are installed once into
`bench/.peers/`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import platform
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cached
import deep_page
import list_page
import peers
from generate import Size, fill
from queries import Values, read_values
from servers import postmaster, serving

from app import database, embedded
from app.progress import stopwatch
from app.settings import Settings

_HERE = Path(__file__).parent


def main() -> None:
    """Fill, compare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000, help="expenditure lines, about")
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    progress = stopwatch()
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        settings = Settings(data=directory / "data")
        with embedded.running(settings, progress=progress):
            progress(asyncio.run(fill(settings, Size(chosen.lines), checked=False, progress=progress)).sentence())
            lines, values = asyncio.run(_look(settings))
            print(f"\n{lines:,} expenditure lines; {os.cpu_count()} cores, {platform.machine()}, {_load()}\n")
            for text in _measure(settings, directory, values, lines, chosen.seconds, chosen.rounds):
                print(f"{text}\n", flush=True)
            print(_load())


def _measure(
    settings: Settings, directory: Path, values: Values, lines: int, seconds: float, rounds: int
) -> Iterator[str]:
    ours = {"GONGKAI_DATA": str(settings.data), "PYTHONPATH": str(_HERE)}
    uncached = ours | {"GONGKAI_CACHE_MB": "0"}
    reader = embedded.dsn(settings, database.DATABASE, user=database.READER)
    usual = {
        "BENCH_SQLALCHEMY_URL": reader.replace("postgresql://", "postgresql+asyncpg://").removesuffix(
            "&sslmode=disable"
        ),
        "PYTHONPATH": str(_HERE),
    }
    postgres = postmaster(settings)
    served = ["app.serve:application", "--factory"]
    programs = peers.install(_HERE / ".peers")
    with serving(served, ours, "/readyz") as server:
        yield cached.measure_cached(server, seconds=seconds, rounds=rounds)
        parquet, sqlite = peers.export_lines(server.base, directory)
    with contextlib.ExitStack() as servers:
        at = {
            "ours": servers.enter_context(
                serving(["ours:application", "--factory"], uncached, "/readyz", database=postgres)
            ),
            "served": servers.enter_context(serving(served, uncached, "/readyz", database=postgres)),
            "usual": servers.enter_context(
                serving(["usual_way:app"], usual, "/v1/expenditures?limit=1", database=postgres)
            ),
            "Datasette": servers.enter_context(peers.datasette(programs, sqlite)),
            "ROAPI": servers.enter_context(peers.roapi(programs, parquet)),
        }
        yield list_page.measure_pages(settings, values, at, seconds=seconds, rounds=rounds)
        yield deep_page.measure_depth(at, lines, seconds=seconds, rounds=rounds)


async def _look(settings: Settings) -> tuple[int, Values]:
    async with database.connect_owner(settings) as connection:
        return await connection.fetchval("SELECT count(*) FROM expenditure_line"), await read_values(connection)


def _load() -> str:
    """What else runs on the machine."""
    return f"load average {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
