"""A million lines as CSV: rows per second against psql's copy of the same query, and the server's memory meanwhile."""

from __future__ import annotations

import http.client
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from figures import Measured, Part, table
from queries import bind
from servers import Server
from stage import Stage

from app import database, embedded
from app.postgres_programs import find_programs
from app.query.registry import RESOURCES
from app.query.whole_list import read_whole, select_whole

LINES = 1_000_000
_PIECE = 1 << 20


def measure(stage: Stage) -> Part:
    """The first million lines (or as many as there are), in turn, and the growth of the server in the first of them."""
    lines = min(LINES, stage.lines)
    ours, copied, grown = [], [], []
    for _ in range(stage.rounds):
        with stage.served() as server:
            seconds, growth = _read(server, f"/v1/expenditures.csv?limit={lines}")
        ours.append(lines / seconds)
        grown.append(growth)
        copied.append(lines / _copy(stage, lines))
    rows = [[f"{lines:,} lines", *(f"{sorted(rates)[len(rates) // 2]:,.0f}/s" for rates in (ours, copied))]]
    measured = (
        Measured("csv/copy", r"CSV ÷ psql \copy of the same query, rows/s",
                 tuple(a / b for a, b in zip(ours, copied, strict=True)), "×", least=0.6),
        Measured("csv/memory", "growth of the server meanwhile", tuple(grown), " MiB", most=64),
    )  # fmt: skip
    return Part("A million lines as a file", table(["CSV", "ours", r"psql \copy"], rows), measured)


def _read(server: Server, path: str) -> tuple[float, float]:
    """Seconds for a file, and by how many MiB the server's resident memory grew at most."""
    before = most = server.process.memory_info().rss
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.1):
            most = max(most, server.process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    connection = http.client.HTTPConnection(urlsplit(server.base).netloc, timeout=1800)
    begun = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    while answer.read(_PIECE):
        pass
    seconds = time.perf_counter() - begun
    done.set()
    watcher.join()
    connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise SystemExit(f"{path}: {answer.status}")
    return seconds, (most - before) / 2**20


def _copy(stage: Stage, lines: int) -> float:
    """Seconds that psql takes to copy the same rows to nowhere, as the same role."""
    query = read_whole(RESOURCES["expenditures"], [("limit", str(lines))])
    selection = select_whole(query, 1)
    text = bind(selection.text, [str(argument) for argument in selection.arguments]).removesuffix(";")
    with tempfile.TemporaryDirectory() as directory:
        # The server's account reads it, which is not the one that runs this.
        Path(directory).chmod(0o755)
        file = Path(directory) / "copy.sql"
        file.write_text(f"\\copy ({text}) to '/dev/null' with (format csv)\n", encoding="utf-8")
        file.chmod(0o644)
        begun = time.perf_counter()
        said: subprocess.CompletedProcess[str] = find_programs(
            stage.settings.data, stage.settings.postgres_version
        ).run("psql", "-X", "-f", str(file), "-U", database.READER, "-d", database.DATABASE,
              "-h", str(embedded.socket_directory(stage.settings)))  # fmt: skip
        seconds = time.perf_counter() - begun
    if f"COPY {lines}" not in said.stdout:
        raise SystemExit(f"psql said {said.stdout}")
    return seconds
