"""A finished answer out of the cache against a bare ASGI application with a constant of the same size.

    python bench/cached.py --seconds 5 --rounds 5

Both run in one uvicorn process each, with the same loop and parser, and are asked in turn, round after round, by the
same load generator; the ratio is taken within each round. What is printed is what `bench/README.md` quotes.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import urllib.request
from pathlib import Path

from list_page import CONNECTIONS, serving
from load import measure

from app import database, embedded
from app.load import load_seed
from app.settings import Settings

PATHS = {
    "a record": "/v1/regions/130000",
    "a page of 10 lines": "/v1/expenditures?limit=10",
    "a page of 100 lines": "/v1/expenditures?limit=100",
}


def main() -> None:
    """Load the committed data, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=5, help="of each measurement")
    arguments.add_argument("--rounds", type=int, default=5)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as directory:
        Path(directory).chmod(0o755)
        settings = Settings(data=Path(directory) / "data")
        with embedded.running(settings, progress=print):
            asyncio.run(_fill(settings))
            with serving(["app.serve:application", "--factory"], {"GONGKAI_DATA": str(settings.data)}, "/readyz") as at:
                for name, path in PATHS.items():
                    _measure(name, at, path, chosen.seconds, chosen.rounds)


async def _fill(settings: Settings) -> None:
    await database.migrate(settings)
    async with database.connect_owner(settings) as connection:
        await load_seed(connection, settings.seed)


def _measure(name: str, cached_at: str, path: str, seconds: int, rounds: int) -> None:
    with urllib.request.urlopen(cached_at + path, timeout=30) as answer:  # noqa: S310 - our own server
        size = len(answer.read())
    environment = {"BENCH_BODY_BYTES": str(size), "PYTHONPATH": str(Path(__file__).parent)}
    with serving(["bare:app"], environment, "/") as bare_at:
        ways = {"cached": cached_at, "bare": bare_at}
        figures: dict[str, list[float]] = {way: [] for way in ways}
        for base in ways.values():
            measure(base, [path], seconds=1, connections=CONNECTIONS)
        for _ in range(rounds):
            for way, base in ways.items():
                result = measure(base, [path], seconds=seconds, connections=CONNECTIONS)
                assert result.failed == 0
                figures[way].append(result.per_second)
    ratios = [a / b for a, b in zip(figures["cached"], figures["bare"], strict=True)]
    middle = ", ".join(f"{way} {statistics.median(found):.0f}/s" for way, found in figures.items())
    print(
        f"{name} ({size:,} bytes): {middle}; cached/bare {statistics.median(ratios):.2f} "
        f"(rounds {', '.join(f'{ratio:.2f}' for ratio in ratios)})"
    )


if __name__ == "__main__":
    main()
