"""The way out of every answer: validators, policies, compression, and what is kept for the next reader."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import Message, Scope, Send

from app.api.caching import (
    RELEASE_HEADER,
    Answers,
    Finished,
    Headers,
    Plan,
    Policy,
    Spelling,
    last_modified,
    matches,
    policy_of,
    unmodified,
)
from app.api.compression import SMALLEST, Compressor, choose, compress, compressible, compressor
from app.api.protocol import WRITE

# What every answer says: everybody may read it, in a browser too, with these headers.
EXPOSED = (
    "Link, Retry-After, Content-Length, Content-Disposition, Content-Digest, Repr-Digest, Content-Range, "
    "Accept-Ranges, ETag, Last-Modified, Allow, Deprecation, "
    f"Sunset, Server-Timing, X-Request-ID, X-Total-Count, Gongkai-Control-Totals, {RELEASE_HEADER}"
)
COMMON: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED.encode()),
    (b"timing-allow-origin", b"*"),
]
_VARY = (b"vary", b"Accept, Accept-Encoding")
# Headers of a 200 that its 304 repeats.
_OF_UNCHANGED = (b"cache-control", b"etag", b"last-modified", b"vary", b"link", RELEASE_HEADER.lower().encode())
# A body beyond this is compressed beside the other requests, not before them.
_LARGE = 64 * 1024


@dataclass(slots=True)
class Exchange:
    """One request on its way: what the layers around the routes have to know of it."""

    scope: Scope
    headers: dict[bytes, bytes]
    begun: float
    identifier: bytes
    spelling: Spelling | None = None
    planned: Plan | None = None
    seconds: list[float] = field(default_factory=lambda: [0.0])

    def timing(self) -> bytes:
        """What it took, in milliseconds, as `Server-Timing` has it."""
        total = (time.perf_counter() - self.begun) * 1000
        return b"db;dur=%.2f, total;dur=%.2f" % (self.seconds[0] * 1000, total)

    def own_headers(self) -> Headers:
        """The headers that are of this request alone."""
        return [(b"server-timing", self.timing()), (b"x-request-id", self.identifier)]


def unchanged_by(finished: Finished, headers: Mapping[bytes, bytes]) -> bool:
    """Whether the reader has the answer already, by what its conditions name."""
    tag = headers.get(b"if-none-match")
    if tag is not None:
        return tag == finished.etag or matches(tag, finished.etag)
    since = headers.get(b"if-modified-since")
    return since is not None and unmodified(since, finished.modified)


def written(exchange: Exchange, finished: Finished) -> tuple[bytes, bytes]:
    """A finished answer as it goes over the wire (the head without its last line, the body), or 304 to who has it."""
    own = b"server-timing: %s\r\nx-request-id: %s\r\n" % (exchange.timing(), exchange.identifier)
    if unchanged_by(finished, exchange.headers):
        return finished.unchanged_head + own, b""
    return finished.head + own, b"" if exchange.scope["method"] == "HEAD" else finished.body


async def send_finished(exchange: Exchange, finished: Finished, send: Send) -> None:
    """A finished answer, or 304 to a reader who has it."""
    scope = exchange.scope
    write = scope.get(WRITE)
    if write is not None and write(*written(exchange, finished)):
        return
    unchanged = unchanged_by(finished, exchange.headers)
    body = b"" if unchanged or scope["method"] == "HEAD" else finished.body
    start = finished.unchanged if unchanged else finished.headers
    status = 304 if unchanged else 200
    await send({"type": "http.response.start", "status": status, "headers": start + exchange.own_headers()})
    await send({"type": "http.response.body", "body": body})


class Finisher:
    """Takes what the routes send of one answer, and sends what readers get."""

    def __init__(self, exchange: Exchange, answers: Answers, send: Send) -> None:
        self.started = False
        self._exchange = exchange
        self._answers = answers
        self._send = send
        self._start: Message | None = None
        self._coder: Compressor | None = None
        self._head = exchange.scope["method"] == "HEAD"

    async def unchanged(self) -> bool:
        """Answer 304, without the database, to a reader who names the ETag that the answer would have."""
        planned, tag = self._exchange.planned, self._exchange.headers.get(b"if-none-match")
        if planned is None or planned.etag is None or tag is None or b"*" in tag or not matches(tag, planned.etag):
            return False
        policy = policy_of(self._exchange.scope["path"], pinned=planned.pinned)
        headers = [(b"etag", planned.etag), (b"cache-control", policy.value.encode()), _VARY, *COMMON]
        if planned.state is not None and planned.release is not None:
            headers += [
                (b"last-modified", last_modified(planned.state, planned.release)),
                (RELEASE_HEADER.lower().encode(), str(planned.release).encode()),
            ]
        await self._begin(304, headers)
        await self._send({"type": "http.response.body", "body": b""})
        return True

    async def send(self, message: Message) -> None:
        """The `send` of the routes."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if self.started:
            await self._send_part(body, more=more)
        elif self._start is not None:
            start, headers = self._start, list(self._start["headers"])
            if start["status"] != 200:  # noqa: PLR2004
                await self._begin(start["status"], headers + COMMON)
                await self._send_part(body, more=more)
            elif more:
                await self._send_stream(headers, body)
            else:
                await self._send_whole(headers, body)

    async def _begin(self, status: int, headers: Headers) -> None:
        self.started = True
        own = self._exchange.own_headers()
        await self._send({"type": "http.response.start", "status": status, "headers": headers + own})

    async def _send_part(self, body: bytes, *, more: bool) -> None:
        if self._coder is not None:
            body = self._coder.feed(body) + (b"" if more else self._coder.finish())
        if body or not more:
            await self._send({"type": "http.response.body", "body": b"" if self._head else body, "more_body": more})

    async def _send_stream(self, headers: Headers, body: bytes) -> None:
        """Begin an answer whose end is not there yet: it is compressed as it comes, and not kept."""
        given = dict(headers)
        coding = self._coding(given)
        validators, policy = self._validators(given)
        if coding:
            self._coder = compressor(coding)
            headers = [pair for pair in headers if pair[0] != b"content-length"]
            headers.append((b"content-encoding", coding.encode()))
        await self._begin(200, _complete(headers, given, validators, policy))
        await self._send_part(body, more=True)

    async def _send_whole(self, headers: Headers, body: bytes) -> None:
        """Send an answer that is there as a whole, or 304; keep it when it is of the release that was planned."""
        given = dict(headers)
        # A stream that HEAD asks for has no body, and no length by which it could be known to be small.
        endless = self._head and not body and b"content-length" not in given
        coding = self._coding(given) if len(body) >= SMALLEST or endless else ""
        if endless and coding:
            headers.append((b"content-encoding", coding.encode()))
        elif coding:
            body = await asyncio.to_thread(compress, body, coding) if len(body) > _LARGE else compress(body, coding)
            headers = [pair for pair in headers if pair[0] != b"content-length"]
            headers += [(b"content-length", str(len(body)).encode()), (b"content-encoding", coding.encode())]
        validators, policy = self._validators(given)
        if not validators and policy in (Policy.DOCUMENT, Policy.ASSET) and body:
            validators = [(b"etag", b'"%s"' % hashlib.blake2b(body, digest_size=12).hexdigest().encode())]
        headers = _complete(headers, given, validators, policy)
        said = dict(validators)
        unchanged = [pair for pair in headers if pair[0] in _OF_UNCHANGED] + COMMON
        finished = Finished(headers, unchanged, body, said.get(b"etag", b""), said.get(b"last-modified", b""))
        exchange = self._exchange
        if exchange.planned is not None and exchange.spelling is not None and validators and body:
            self._answers.keep(exchange.planned, exchange.spelling, finished)
        self.started = True
        if not validators:
            await self._begin(200, headers)
            await self._send_part(body, more=False)
            return
        await send_finished(exchange, finished, self._send)

    def _coding(self, given: dict[bytes, bytes]) -> str:
        if b"content-encoding" in given or not compressible(given.get(b"content-type", b"").decode("latin-1")):
            return ""
        if b"accept-ranges" in given:
            return ""  # files with validators of their own, whose parts must stay where they are
        return choose(self._exchange.headers.get(b"accept-encoding", b"").decode("latin-1"))

    def _validators(self, given: dict[bytes, bytes]) -> tuple[Headers, Policy]:
        """ETag and Last-Modified where the answer is the one that was planned, and how long it may be kept."""
        planned: Plan | None = self._exchange.planned
        release = int(given.get(RELEASE_HEADER.lower().encode(), b"0"))
        policy = policy_of(self._exchange.scope["path"], pinned=planned is not None and planned.pinned)
        if planned is None or planned.etag is None or planned.state is None or not planned.fits(release):
            return [], policy
        return [(b"etag", planned.etag), (b"last-modified", last_modified(planned.state, release))], policy


def _complete(headers: Headers, given: dict[bytes, bytes], validators: Headers, policy: Policy) -> Headers:
    complete = [*headers, *(pair for pair in validators if pair[0] not in given), *COMMON]
    if b"cache-control" not in given:
        complete.append((b"cache-control", policy.value.encode()))
    if b"vary" not in given and b"accept-ranges" not in given:
        complete.append(_VARY)
    return complete
