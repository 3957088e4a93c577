"""`make hostile`: bad input, crowds and a failing database against a running service; fails with any 500.

What is asked of every answer: a status below 500, or 503 with `Retry-After`; a problem document where it is none of the
200s and 300s; and that the service answers again, with as much memory and as many open files as before. It takes about
two minutes, and only processes and directories of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import psutil

sys.path.insert(0, str(Path(__file__).parent))

from hostile_requests import END, LIST, hostile
from serving import PROJECT

from app import embedded
from app.settings import Settings

WAIT = 20.0
# What a process may have more than before, once a crowd is gone.
MORE_MEMORY = 96 * 2**20
MORE_FILES = 12


@dataclass
class Service:
    """A running `gongkai serve`."""

    address: str
    port: int
    process: psutil.Process
    settings: Settings
    failures: list[str] = field(default_factory=list)

    def fail(self, what: str) -> None:
        self.failures.append(what)
        sys.stdout.write(f"  FAILED  {what}\n")


def say(phase: str, statuses: Counter[object], seconds: float) -> None:
    """One line of the report."""
    told = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items(), key=str))
    sys.stdout.write(f"{phase:<42} {seconds:6.1f} s   {told}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def serving() -> Iterator[Service]:
    """A service of its own with the committed data, started as everybody starts it."""
    with tempfile.TemporaryDirectory(prefix="gongkai-hostile-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        settings = Settings(data=Path(directory) / "data", statement_timeout_ms=1000, pool_wait_ms=3000)
        own = {
            "GONGKAI_DATA": str(settings.data),
            "GONGKAI_PORT": "0",
            "GONGKAI_STATEMENT_TIMEOUT_MS": "1000",
            "GONGKAI_POOL_WAIT_MS": "3000",
        }
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("GONGKAI_", "DATABASE_"))}
        log = Path(directory) / "serve.log"
        with log.open("w") as said:
            running = subprocess.Popen(
                [sys.executable, "-m", "app", "serve"], cwd=PROJECT, env=kept | own, stdout=said, stderr=said
            )
        try:
            for _ in range(600):
                found = re.search(r"http://127\.0\.0\.1:(\d+)/docs", log.read_text())
                if found or running.poll() is not None:
                    break
                time.sleep(0.2)
            if not found:
                raise RuntimeError(log.read_text())
            port = int(found[1])
            yield Service(f"http://127.0.0.1:{port}", port, psutil.Process(running.pid), settings)
        finally:
            running.terminate()
            running.wait(60)


async def exchange(service: Service, sent: bytes) -> bytes:
    """Everything that comes back, until the service closes or says nothing more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    with contextlib.suppress(ConnectionError):
        writer.write(sent)
        await writer.drain()
    said = b""
    with contextlib.suppress(TimeoutError, ConnectionError):
        while part := await asyncio.wait_for(reader.read(65536), 5):
            said += part
    writer.close()
    return said


def judge(service: Service, name: str, status: int, headers: Any, body: bytes) -> None:
    """What holds for every answer there is."""
    if status >= 500 and (status != 503 or "retry-after" not in headers):
        service.fail(f"{name}: {status} {body[:200]!r}")
    elif status >= 400 and "problem+json" in headers.get("content-type", ""):
        told = orjson.loads(body)
        if told["status"] != status or not told["detail"] or "Traceback" in body.decode():
            service.fail(f"{name}: {body[:200]!r}")
    elif status >= 400 and "text/html" not in headers.get("content-type", ""):
        service.fail(f"{name}: {status} is no problem document: {body[:200]!r}")


async def bad_input(service: Service) -> None:
    """Every request of `hostile_requests` gets a status that it may have, and the next reader his answer."""
    async with httpx.AsyncClient(base_url=service.address, timeout=WAIT) as reader:
        first = (await reader.get(f"{LIST}?sort=-total&limit=3")).json()
        statuses: Counter[object] = Counter()
        begun = time.monotonic()
        for one in hostile(first["meta"]["release"], first["page"]["cursor"]):
            answer = await exchange(service, one.sent)
            found = [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]
            statuses.update(found)
            if len(found) != one.repeats or not set(found) <= one.allowed:
                service.fail(f"{one.name}: {found or answer[:100]!r}, allowed: {sorted(one.allowed)}")
            elif len(answer) > 2**21:
                service.fail(f"{one.name}: an answer of {len(answer)} bytes")
            elif found[-1] >= 400 and one.repeats == 1:
                head, _, body = answer.partition(b"\r\n\r\n")
                lines = (line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:])
                judge(service, one.name, found[0], {name.lower(): value for name, _, value in lines}, body)
            if (await reader.get("/healthz")).status_code != 200:
                service.fail(f"{one.name}: the service does not answer any more")
        say("bad input", statuses, time.monotonic() - begun)


async def crowd(service: Service, phase: str, count: int, target: Callable[[int], str]) -> Counter[object]:
    """So many readers at once, each with a question that nobody asked before."""
    statuses: Counter[object] = Counter()
    begun = time.monotonic()
    limits = httpx.Limits(max_connections=count, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=service.address, limits=limits, timeout=120) as readers:

        async def ask(number: int) -> None:
            try:
                answer = await readers.get(target(number))
            except httpx.HTTPError as error:
                statuses[type(error).__name__] += 1
                service.fail(f"{phase}: {error!r}")
                return
            statuses[answer.status_code] += 1
            judge(service, target(number), answer.status_code, answer.headers, answer.content)

        await asyncio.gather(*(ask(number) for number in range(count)))
    say(phase, statuses, time.monotonic() - begun)
    return statuses


async def crowds(service: Service) -> None:
    one = "level=item&kind=budget&scope=department&phase=budget"
    sums = f"/v1/expenditures/aggregate?measure=max:total&group_by=code&{one}"
    await crowd(service, "1,000 sums at once", 1000, lambda number: f"{sums}&total__gte={number}.5")
    await crowd(service, "1,000 pages at once", 1000, lambda number: f"{LIST}?sort=-total&total__gte={number}.25")
    await crowd(service, "200 files at once", 200, lambda number: f"{LIST}.csv?total__gte={number}")
    await crowd(service, "200 searches at once", 200, lambda number: f"/v1/search?q={chr(0x4E00 + number * 7)}")


async def deserters(service: Service) -> None:
    """Readers who go away in the middle of a file, politely or not; then a connection is there for those who stay."""
    begun, files = (
        time.monotonic(),
        (
            "/v1/check-results.csv",
            "/v1/check-results.ndjson?include=provenance",
            "/v1/releases/latest/files/gongkai.sqlite",
        ),
    )

    async def leave(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(f"GET {files[number % 3]} HTTP/1.1\r\n".encode() + END)
        await reader.read(random.choice((1, 500, 20_000)))  # noqa: S311 - no secret
        if number % 2:
            writer.transport.abort()
        else:
            writer.close()

    for _ in range(4):
        await asyncio.gather(*(leave(number) for number in range(50)))
    say("200 downloads broken off", Counter(), time.monotonic() - begun)
    await asyncio.sleep(2)
    statuses = await crowd(
        service, "… and four files afterwards", 4, lambda number: f"{LIST}.csv?total__gte={number}.75"
    )
    if statuses != {200: 4}:
        service.fail("broken downloads hold the places of others")


async def slow_writers(service: Service) -> None:
    """Three hundred connections that write a letter now and then do not keep anybody else waiting."""
    writers = []
    for _ in range(300):
        _, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(b"GET /v1 HTTP/1.1\r\nX-Slow: ")
        writers.append(writer)
    for _ in range(3):
        for writer in writers:
            writer.write(b"a")
        statuses = await crowd(
            service, "50 pages beside 300 slow writers", 50, lambda number: f"{LIST}?limit={number + 1}"
        )
        if statuses != {200: 50}:
            service.fail("slow writers are in the way of others")
        await asyncio.sleep(0.5)
    for writer in writers:
        writer.transport.abort()


@contextlib.asynccontextmanager
async def asking(service: Service, phase: str) -> AsyncIterator[Counter[object]]:
    """Readers go on asking inside this block; what they were answered is judged and counted."""
    statuses: Counter[object] = Counter()
    over, begun = asyncio.Event(), time.monotonic()

    async def ask(reader: int) -> None:
        paths = (
            f"{LIST}?sort=-total&total__gte={reader}",
            "/v1/expenditures/aggregate?group_by=fiscal_year&kind=budget&scope=department&phase=budget",
            "/departments",
            "/v1/search?q=网络",
            "/readyz",
            "/v1/releases/1/diff/1/expenditures",
            f"{LIST}/1",
            "/v1/projects?limit=3",
        )
        async with httpx.AsyncClient(
            base_url=service.address, timeout=WAIT, headers={"Cache-Control": "no-cache"}
        ) as session:
            number = reader
            while not over.is_set():
                number += 1
                try:
                    answer = await session.get(paths[number % len(paths)])
                except httpx.HTTPError as error:
                    statuses[type(error).__name__] += 1
                    service.fail(f"{phase}: {paths[number % len(paths)]}: {error!r}")
                    continue
                statuses[answer.status_code] += 1
                judge(
                    service,
                    f"{phase}: {paths[number % len(paths)]}",
                    answer.status_code,
                    answer.headers,
                    answer.content,
                )
                await asyncio.sleep(0.01)

    readers = [asyncio.create_task(ask(reader)) for reader in range(8)]
    try:
        yield statuses
    finally:
        over.set()
        await asyncio.gather(*readers)
        say(phase, statuses, time.monotonic() - begun)


async def recovered(service: Service) -> None:
    """Wait until the service is ready again."""
    async with httpx.AsyncClient(base_url=service.address, timeout=WAIT) as reader:
        for _ in range(300):
            if (await reader.get("/readyz")).status_code == 200:
                return
            await asyncio.sleep(0.1)
    service.fail("the service is not ready again after 30 seconds")


async def failing_database(service: Service) -> None:
    """Connections that are ended, a backend and a server that are killed, and a table that is locked."""
    owner = embedded.dsn(service.settings, "gongkai")
    async with asking(service, "connections ended by the database") as statuses:
        connection = await asyncpg.connect(owner)
        for _ in range(10):
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'gongkai_reader'"
            )
            await asyncio.sleep(0.2)
        await connection.close()
    # Only what was being read is lost: connections are opened again without a word.
    if statuses[200] < 4 * statuses[503]:
        service.fail(f"connections that the database ends cost more than what was being read: {dict(statuses)}")
    async with asking(service, "a table that is locked for three seconds"):
        connection = await asyncpg.connect(owner)
        async with connection.transaction():
            await connection.execute("lock table expenditure_line in access exclusive mode")
            await asyncio.sleep(3)
        await connection.close()
    await recovered(service)
    async with asking(service, "a backend that is killed"):
        connection = await asyncpg.connect(owner)
        victim = await connection.fetchval("select pid from pg_stat_activity where usename = 'gongkai_reader' limit 1")
        await connection.close()
        os.kill(victim, signal.SIGKILL)
        await asyncio.sleep(2)
        await recovered(service)
    async with asking(service, "a server that is killed"):
        psutil.Process(int((service.settings.data / "postgres-18" / "postmaster.pid").read_text().split()[0])).kill()
        await asyncio.sleep(2)
        await recovered(service)


async def attack(service: Service) -> None:
    await crowd(service, "to begin with: 50 pages", 50, lambda number: f"{LIST}?limit={number + 1}")
    await bad_input(service)
    memory, files = service.process.memory_info().rss, service.process.num_fds()
    for part in (crowds, deserters, slow_writers):
        await part(service)
    await asyncio.sleep(6)  # connections that nobody uses any more are closed after five seconds
    grown, opened = service.process.memory_info().rss - memory, service.process.num_fds() - files
    sys.stdout.write(f"{'':<42} {grown / 2**20:+.0f} MiB of memory, {opened:+d} open files\n")
    if grown > MORE_MEMORY or opened > MORE_FILES:
        service.fail("memory or files are not given back")
    await failing_database(service)


def main() -> int:
    """Run it; the exit status."""
    with serving() as service:
        asyncio.run(attack(service))
    sys.stdout.write(f"{len(service.failures)} failures\n")
    return 1 if service.failures else 0


if __name__ == "__main__":
    sys.exit(main())
