"""A small HTTP/1.1 load generator: keep-alive connections, one request at a time on each, bounded in time.

It writes prepared requests and reads no more of an answer than status and Content-Length, so that on two cores most
of the time is left to the server that is measured.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Result:
    """What came back: answers, how long it took, every latency in seconds, how many were not 200."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """A latency in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(base: str, paths: Iterable[str], *, seconds: float, connections: int) -> Result:
    """Ask for the paths in turn, over and over, for so many seconds."""
    import uvloop  # noqa: PLC0415 - only the generator needs it

    return uvloop.run(_measure(base, list(paths), seconds, connections))


async def _measure(base: str, paths: list[str], seconds: float, connections: int) -> Result:
    address = urlsplit(base)
    requests = itertools.cycle(
        f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAccept: application/json\r\n\r\n".encode() for path in paths
    )
    result = Result()
    begun = time.perf_counter()
    until = begun + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**20)
        while (sent := time.perf_counter()) < until:
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
            )
            await reader.readexactly(length)
            result.latencies.append(time.perf_counter() - sent)
            result.failed += not head.startswith(b"HTTP/1.1 200")
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    result.seconds = time.perf_counter() - begun
    return result
