"""Files of a million expenditure lines: time, size, and the memory of the server process while they are read.

    python bench/export.py --lines 1000000

An embedded Postgres of its own, our application in one uvicorn process, one reader that counts bytes and keeps none.
Each format is asked for once without compression; the resident memory of the server is taken ten times a second.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from generate import Size, fill

from app import database, embedded
from app.settings import Settings

PIECE = 1 << 20


@dataclasses.dataclass
class Read:
    """One file: seconds to its first byte and to its end, its size, the server's memory before and at most (MiB)."""

    first: float
    seconds: float
    size: int
    before: float
    most: float


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
            _measure(settings, lines)


async def _fill(settings: Settings, size: Size) -> int:
    await fill(settings, size, checked=False)
    async with database.connect_owner(settings) as connection:
        found: int = await connection.fetchval("SELECT count(*) FROM expenditure_line")
        return found


def _measure(settings: Settings, lines: int) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "app.serve:application",
        "--factory",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    environment = {**os.environ, "GONGKAI_DATA": str(settings.data), "PYTHONPATH": str(Path(__file__).parents[1])}
    server = subprocess.Popen(command, cwd=Path(__file__).parent, env=environment)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base)
        print(f"{lines} lines, {os.cpu_count()} cores\n")
        print("| format | lines | first byte | whole | MB | lines/s | server before | server at most |")
        print("|---|---|---|---|---|---|---|---|")
        for path in ("csv", "ndjson", "parquet", "xlsx?limit=1000000", "csv", "ndjson"):
            found = _read(base, f"/v1/expenditures.{path}", psutil.Process(server.pid))
            print(
                f"| {path} | {lines} | {found.first:.1f} s | {found.seconds:.1f} s | {found.size / 1e6:.0f} "
                f"| {lines / found.seconds:.0f} | {found.before:.0f} MiB | {found.most:.0f} MiB |",
                flush=True,
            )
    finally:
        server.terminate()
        server.wait(timeout=30)


def _read(base: str, path: str, server: psutil.Process) -> Read:
    before = most = server.memory_info().rss / 2**20
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.1):
            most = max(most, server.memory_info().rss / 2**20)

    watcher = threading.Thread(target=watch)
    watcher.start()
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=1800)
    begun = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    if answer.status != http.HTTPStatus.OK:
        raise SystemExit(f"{path}: {answer.status} {answer.read(2000).decode()}")
    size = len(answer.read(1))
    first = time.perf_counter() - begun
    while piece := answer.read(PIECE):
        size += len(piece)
    seconds = time.perf_counter() - begun
    done.set()
    watcher.join()
    connection.close()
    return Read(first, seconds, size, before, most)


def _wait(base: str) -> None:
    for _ in range(300):
        connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
