"""A running service for clients of other makers: an embedded Postgres with the committed data, one uvicorn process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from app import database, embedded
from app.load import load_seed
from app.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def service() -> Iterator[str]:
    """The address of a service of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gongkai-clients-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        settings = Settings(data=Path(directory) / "data")
        with embedded.running(settings):
            asyncio.run(_fill(settings))
            with process({"GONGKAI_DATA": str(settings.data)}) as address:
                yield address


@contextlib.contextmanager
def process(environment: dict[str, str]) -> Iterator[str]:
    """A server process on a free port, when it answers that it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--no-access-log", "--log-level", "warning", "--http", "app.api.protocol:Protocol"]
    running = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "app.serve:application", "--factory", *options],
        cwd=PROJECT,
        env=os.environ | environment,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/readyz", timeout=5):  # noqa: S310
                break
            time.sleep(0.2)
        else:
            raise RuntimeError("the service did not start")
        yield address
    finally:
        running.terminate()
        running.wait(15)


async def _fill(settings: Settings) -> None:
    await database.migrate(settings)
    async with database.connect_owner(settings) as connection:
        await load_seed(connection, settings.seed)
