"""A small HTTP/1.1 load generator: keep-alive connections, one request at a time on each, bounded in time.

It writes prepared requests and reads no more of an answer than where it ends, so that on two cores most of the time is
left to the server that is measured.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


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
    expected = f"HTTP/1.1 {status}".encode()
    result = Result()
    begun = time.perf_counter()
    until = begun + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**20)
        while (sent := time.perf_counter()) < until:
            writer.write(next(requests))
            answer = await _answer(reader)
            if not answer.startswith(expected):
                result.failed += 1
                result.instead.add(answer.partition(b"\r\n")[0].decode())
            result.latencies.append(time.perf_counter() - sent)
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    result.seconds = time.perf_counter() - begun
    return result


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """Read to the end of an answer, whose length is given or which comes in chunks; its head."""
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    elif (at := lower.find(b"content-length:")) > 0:
        await reader.readexactly(int(lower[at + 15 : lower.index(b"\r\n", at)]))
    return head
