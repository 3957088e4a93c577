"""The files of a release of a million expenditure lines: time, sizes, and the memory of the building process.

    python bench/bulk.py --lines 1000000

An embedded Postgres of its own; `gongkai export` as an operator runs it, its resident memory taken ten times a second.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from export import _fill
from generate import Size

from app import embedded
from app.bulk.manifest import release_files
from app.settings import Settings


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lines", type=int, default=1_000_000, help="expenditure lines, about")
    size = Size(parser.parse_args().lines)
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        settings = Settings(data=directory / "data")
        with embedded.running(settings):
            lines = asyncio.run(_fill(settings, size))
            seconds, most = _export(settings)
        files = release_files(settings.releases, 1)
        if files is None:
            raise SystemExit("there are no files")
        total = sum(file.bytes for file in files.files) / 1e6
        print(f"{lines} lines: {seconds:.0f} s, at most {most:.0f} MiB, {total:.0f} MB in {len(files.files)} files\n")
        print("| file | MB |")
        print("|---|---|")
        for file in sorted(files.files, key=lambda file: -file.bytes)[:4]:
            print(f"| {file.name} | {file.bytes / 1e6:.0f} |")


def _export(settings: Settings) -> tuple[float, float]:
    """Seconds, and the most resident memory in MiB, of a build; its progress goes to stderr with the time of each."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "export"],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "GONGKAI_DATA": str(settings.data)},
    )
    watched, most = psutil.Process(process.pid), 0.0
    while process.poll() is None:
        try:
            most = max(most, watched.memory_info().rss / 2**20)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.1)
    if process.wait():
        raise SystemExit("the build failed")
    return time.perf_counter() - begun, most


if __name__ == "__main__":
    main()
