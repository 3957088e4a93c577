"""A small HTTP/1.1 load generator: keep-alive connections, one request at a time on each, bounded in time.

It writes prepared requests and reads no more of an answer than where it ends, so that on two cores most of the time is
left to the server that is measured.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PIECE = 1 << 18


@dataclass
class Result:
    """What came back: answers, how long it took, every latency in seconds, how many were not as expected."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failed: int = 0
    instead: set[str] = field(default_factory=set)  # what those answers began with

    @property
    def answers(self) -> int:
        return len(self.latencies)

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds

    def percentile(self, share: float) -> float:
        """A latency in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(
    base: str,
    paths: Iterable[str],
    *,
    seconds: float,
    connections: int,
    headers: Mapping[str, str] | None = None,
    status: int = 200,
) -> Result:
    """Ask for the paths in turn, over and over, for so many seconds; an answer of another status has failed."""
    import uvloop  # noqa: PLC0415 - only the generator needs it

    return uvloop.run(_measure(base, list(paths), seconds, connections, headers or {}, status))


async def _measure(
    base: str, paths: list[str], seconds: float, connections: int, headers: Mapping[str, str], status: int
) -> Result:
    address = urlsplit(base)
    head = "".join(f"{name}: {value}\r\n" for name, value in {"Accept": "application/json", **headers}.items())
    requests = itertools.cycle(
        f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n{head}\r\n".encode() for path in paths
    )
    loop, result = asyncio.get_running_loop(), Result()
    begun = time.perf_counter()
    task = _Task(requests, f"HTTP/1.1 {status}".encode(), begun + seconds, result)
    clients = [_Client(task, loop.create_future()) for _ in range(connections)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, address.hostname, address.port)  # type: ignore[misc]
    await asyncio.gather(*(client.ended for client in clients))
    result.seconds = time.perf_counter() - begun
    return result


@dataclass(frozen=True)
class _Task:
    """What all connections do: these requests, until then, and what is to come back."""

    requests: Iterator[bytes]
    expected: bytes
    until: float
    result: Result


class _Client(asyncio.BufferedProtocol):
    """One connection, which asks for the next path as soon as the answer has ended. Bodies are counted, not kept."""

    def __init__(self, task: _Task, ended: asyncio.Future[None]) -> None:
        self.ended = ended
        self._task = task
        self._buffer = bytearray(_PIECE)
        self._transport: asyncio.Transport | None = None
        self._sent = 0.0
        self._read = b""  # the head until it is whole; of an answer in chunks everything
        self._left = -1  # of the body; unknown until the head is whole

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionResetError("the server has closed the connection"))

    def get_buffer(self, _: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, size: int) -> None:
        if self._left >= 0:
            self._left -= size
            if not self._left:
                self._answered()
            return
        self._read += self._buffer[:size]
        end = self._read.find(b"\r\n\r\n")
        if end < 0:
            return
        lower = self._read[:end].lower()
        if b"transfer-encoding: chunked" in lower:
            if self._read.endswith(b"\r\n0\r\n\r\n"):
                self._answered()
            return
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at > 0 else 0
        self._left = length - (len(self._read) - end - 4)
        if not self._left:
            self._answered()

    def _ask(self) -> None:
        assert self._transport is not None
        self._sent = time.perf_counter()
        if self._sent >= self._task.until:
            self.ended.set_result(None)
            self._transport.close()
            return
        self._read, self._left = b"", -1
        self._transport.write(next(self._task.requests))

    def _answered(self) -> None:
        result = self._task.result
        if not self._read.startswith(self._task.expected):
            result.failed += 1
            result.instead.add(self._read.partition(b"\r\n")[0].decode())
        result.latencies.append(time.perf_counter() - self._sent)
        self._ask()
