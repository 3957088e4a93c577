"""Server processes on free ports of loopback, ready to answer, ended with the block."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import psutil

from app.settings import Settings

# As `gongkai serve` has them; every way that runs in uvicorn is measured with both.
LOOP = ("--loop", "uvloop", "--http", "app.api.protocol:Protocol")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Server:
    """A server process: its base URL, and what it has used of the processors."""

    base: str
    process: psutil.Process
    database: psutil.Process | None = None  # the Postgres that works for it

    def used(self) -> float:
        """Processor seconds so far, those of its children and of its database included."""
        return _used(self.process) + (0 if self.database is None else _used(self.database))


def _used(process: psutil.Process) -> float:
    own = process.cpu_times()
    seconds = own.user + own.system + own.children_user + own.children_system
    for child in process.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            seconds += _used(child)
    return float(seconds)


def postmaster(settings: Settings) -> psutil.Process:
    """The embedded Postgres."""
    file = settings.data / f"postgres-{settings.postgres_version}" / "postmaster.pid"
    return psutil.Process(int(file.read_text(encoding="utf-8").split()[0]))


@contextlib.contextmanager
def running(
    command: Callable[[int], Sequence[str]],
    path: str,
    *,
    environment: Mapping[str, str],
    database: psutil.Process | None = None,
) -> Iterator[Server]:
    """The process of `command(port)`, once it has answered `path`."""
    port = free_port()
    words = command(port)
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(words, env=os.environ | environment, stdout=said, stderr=said)
        try:
            if not _answers(base + path, process):
                said.seek(0)
                raise SystemExit(f"{' '.join(words)} did not start:\n{said.read().decode()[-2000:]}")
            yield Server(base, psutil.Process(process.pid), database)
        finally:
            process.terminate()
            process.wait(20)


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=60).read()  # noqa: S310 - our own server
        except urllib.error.HTTPError as answer:
            if answer.code < 400:  # noqa: PLR2004 - a 304 is an answer
                return True
            time.sleep(0.1)
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def serving(
    application: Sequence[str],
    environment: Mapping[str, str],
    path: str,
    *,
    database: psutil.Process | None = None,
    workers: int = 1,
) -> contextlib.AbstractContextManager[Server]:
    """An ASGI application in one uvicorn process, or in several that share the port."""

    def command(port: int) -> Sequence[str]:
        address = ("--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "warning")
        several = ("--workers", str(workers)) if workers > 1 else ()
        return [sys.executable, "-m", "uvicorn", *application, *address, *several, *LOOP]

    return running(command, path, environment=environment, database=database)
