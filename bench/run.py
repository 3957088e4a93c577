"""Everything that `make bench` measures, in one go: the figures of `bench/README.md`.

    make bench                                                       # a million lines, about half an hour
    make bench ARGS='--lines 10000000 --data /var/tmp/bench'         # kept there for another run
    make bench ARGS='--parts pages,csv --seconds 3 --rounds 2'

An embedded Postgres of its own with invented disclosures (`generate.py`), our server processes and those we are
compared with beside it, on loopback; ratios are taken within each round. Datasette and ROAPI are installed once into
`bench/.peers/`.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path

import cached
import crowd
import csv_file
import deep_page
import list_page
import loading
import processes
import scale
import sums
import words
from figures import Measured, Part, verdicts
from stage import Stage, staged

from app.progress import stopwatch

PARTS: dict[str, Callable[[Stage], Part]] = {
    "load": loading.measure,
    "pages": list_page.measure,
    "cached": cached.measure,
    "depth": deep_page.measure,
    "scale": scale.measure,
    "sums": sums.measure,
    "csv": csv_file.measure,
    "words": words.measure,
    "crowd": crowd.measure,
    "processes": processes.measure,
    "start": crowd.start_up,
}


def main() -> None:
    """Fill, compare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000, help="expenditure lines, about")
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", default=",".join(PARTS), help=f"which of {', '.join(PARTS)}, with commas between")
    parser.add_argument("--data", type=Path, help="where the database is kept for another run; else it is removed")
    chosen = parser.parse_args()
    parts = chosen.parts.split(",")
    if unknown := [name for name in parts if name not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}; allowed: {', '.join(PARTS)}")
    measured: list[Measured] = []
    with (
        tempfile.TemporaryDirectory(prefix="gongkai-bench-", ignore_cleanup_errors=True) as name,
        staged(
            Path(name),
            chosen.lines,
            data=chosen.data,
            seconds=chosen.seconds,
            rounds=chosen.rounds,
            progress=stopwatch(),
        ) as stage,
    ):
        print(f"\n{stage.lines:,} expenditure lines; {os.cpu_count()} cores, {platform.machine()}, {_load()}\n")
        for part in parts:
            found = PARTS[part](stage)
            measured += found.measured
            print(f"## {found.title} ({_load()})\n")
            for text in (found.text, verdicts(found.measured)):
                if text:
                    print(f"{text}\n", flush=True)
    print(f"## All figures\n\n{verdicts(measured)}")


def _load() -> str:
    """What else runs on the machine."""
    return f"load average {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
