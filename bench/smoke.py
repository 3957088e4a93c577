"""`make bench-smoke`: a few ratios of the benchmark, in under three minutes, held against the floors of `floors.toml`.

    python bench/smoke.py
    python bench/smoke.py --parts bare,csv        # some of it

Ratios, not times: what is compared runs in turn on the same machine. A part that breaks a floor is measured once more,
and fails when it breaks one again. Floors of waits (`quiet`) are judged only where the machine has little else to do:
beside other work a wait says how long the queue for a processor is. Processor time is judged everywhere.
"""

from __future__ import annotations

import argparse
import tempfile
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import against_bare
import blocks
import cached
import csv_file
import deep_page
import list_page
import psutil
from figures import Measured, Part, table
from stage import Stage, staged

from app.progress import stopwatch

FLOORS = Path(__file__).parent / "floors.toml"
LINES = 120_000
_QUIET = 15.0  # per cent of the processors that others may use
PARTS: dict[str, Callable[[Stage], Part]] = {
    "blocks": blocks.measure,
    "pages": partial(list_page.measure, beside=False),
    "bare": against_bare.measure,
    "cached": cached.measure,
    "depth": deep_page.measure,
    "csv": csv_file.measure,
}


def main() -> None:
    """Measure, compare, print; exit 1 when a floor is broken twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--seconds", type=float, default=0.8)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--data", type=Path, help="where the database is kept for another run; else it is removed")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"which of {', '.join(PARTS)}, with commas between")
    chosen = parser.parse_args()
    parts = chosen.parts.split(",")
    if unknown := [name for name in parts if name not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}; allowed: {', '.join(PARTS)}")
    floors: dict[str, dict[str, Any]] = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    progress = stopwatch()
    broken: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="gongkai-bench-", ignore_cleanup_errors=True) as name,
        staged(
            Path(name),
            chosen.lines,
            data=chosen.data,
            seconds=chosen.seconds,
            rounds=chosen.rounds,
            progress=progress,
        ) as stage,
    ):
        for part in parts:
            progress(f"measuring {part}")
            own = {key: floor for key, floor in floors.items() if key.partition("/")[0] == part}
            busy = psutil.cpu_percent(interval=1)
            if busy > _QUIET:
                progress(f"other work takes {busy:.0f} % of the processors: waits are not judged")
                own = {key: floor for key, floor in own.items() if not floor.get("quiet")}
            found = _compare(own, PARTS[part](stage).measured)
            if below := [key for key, _, keeps in found if not keeps]:
                progress(f"{', '.join(below)}: below the floor, measuring {part} once more")
                found = _compare(own, PARTS[part](stage).measured)
            broken += [key for key, _, keeps in found if not keeps]
            print(table(["ratio", "floor", "found", "kept"], [row for _, row, _ in found]), flush=True)
    progress(f"broken: {', '.join(broken)}" if broken else "every floor is kept")
    raise SystemExit(1 if broken else 0)


def _compare(
    floors: dict[str, dict[str, Any]], measured: tuple[Measured, ...]
) -> list[tuple[str, tuple[str, str, str, str], bool]]:
    """Each floor with a row that shows it, and whether it is kept: by the best of the rounds, noise only slows down."""
    by_key = {one.key: one for one in measured}
    found = []
    for key, floor in floors.items():
        if key not in by_key:
            raise SystemExit(f"floors.toml has {key!r}, which is not measured: {', '.join(by_key)}")
        values, least, most = by_key[key].values, floor.get("least"), floor.get("most")
        keeps = max(values) >= least if least is not None else min(values) <= most
        bound = f"at least {least}" if least is not None else f"at most {most}"
        found.append((key, (key, bound, by_key[key].shown(), "yes" if keeps else "**no**"), keeps))
    return found


if __name__ == "__main__":
    main()
