"""uvicorn's HTTP protocol, made better in places that no ASGI application can reach.

A Chinese URL typed into curl arrives as raw UTF-8, which HTTP does not allow and the parser refuses; everybody's
intention is plain, so the bytes of the request line are percent-encoded before they are parsed. And what the parser
does refuse is answered with a problem document like every other error. And an answer whose head is written already
(`app/api/caching.py`) goes out as it is: checking and joining a dozen headers anew costs as much as the rest of it. It
goes out as soon as the request is read, where it can be found by its bytes alone: a task of its own for each request,
and the turn of the loop until that runs, cost more than the finding and the writing.

A head that never ends, in bytes or in time, would hold memory and a connection for nothing: both have a bound. And a
reader of HTTP/1.0 knows no chunks: a stream is written plain there, to the end of the connection.
"""

from __future__ import annotations

import asyncio
import functools
import re
import socket
import struct
from http import HTTPStatus

from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, ASGISendEvent, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.api.problems import HEAD_TOO_LONG, HEAD_TOO_SLOW, MALFORMED_REQUEST, Problem, response

# Where the application finds the function that writes such an answer.
WRITE = "gongkai.write"
# Where the application leaves, in the state of its lifespan, what finds a finished answer: `Callable[[Scope], Head and
# body or None]`.
AT_ONCE = "gongkai.at_once"

# The longest head of a request, in bytes: what one reading of the socket brings may come on top. Queries have 8 KiB.
LONGEST_HEAD = 64 * 1024
# How long a connection may take until a head is whole, in seconds: a telephone on a train needs less.
HEAD_SECONDS = 30.0

# A longer body goes out by itself: copying it would cost more than a second buffer.
_WORTH_COPYING = 8192

_REQUEST_LINE = re.compile(rb"(?:GET|HEAD|OPTIONS) [^\r\n]+")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class Protocol(HttpToolsProtocol):
    """One connection."""

    # How much of a head has come, and when it has to be there.
    _head_bytes = 0
    _head_overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn's own
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._head_is_whole()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived; `isascii` costs nothing beside the parsing, and is nearly always true."""
        before = self.scope
        super().data_received(data if data.isascii() else encode_request_lines(data))
        # Without the timer that runs between two requests there are only blank lines so far.
        if self._head_open() or (self.timeout_keep_alive_task is None and not self._answering()):
            self._head_bytes = self._head_bytes + len(data) if self.scope is before else 0
            if self._head_bytes > LONGEST_HEAD:
                self._refuse(Problem(HEAD_TOO_LONG, HEAD_TOO_LONG.description))
            elif self._head_overdue is None and not self.transport.is_closing():
                self._wait_for_head()
        elif self._head_overdue is not None:
            self._head_is_whole()

    def _head_open(self) -> bool:
        """Whether a head has begun and is not whole yet: a scope is made with its first byte, a cycle with its last."""
        return self.scope is not None and (self.cycle is None or self.cycle.scope is not self.scope)

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_head(self) -> None:
        self._head_overdue = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _head_is_whole(self) -> None:
        if self._head_overdue is not None:
            self._head_overdue.cancel()
            self._head_overdue = None

    def _give_up(self) -> None:
        """Close a connection whose head did not come; whoever began to write one is told why."""
        self._head_overdue = None
        if self._answering():
            self._wait_for_head()
        elif self._head_open():
            self._refuse(Problem(HEAD_TOO_SLOW, HEAD_TOO_SLOW.description))
        else:
            self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        at_once = self.app_state.get(AT_ONCE)
        # Of requests that came in one go the waiting ones are started by the answer before them: each in its own task,
        # so that many of them are no deep recursion.
        if at_once is not None and not self.pipeline:
            found = at_once(cycle.scope)
            if found is not None and _write(cycle, *found):
                return
        cycle.scope[WRITE] = functools.partial(_write, cycle)  # type: ignore[literal-required]  # a key of our own
        if cycle.scope["http_version"] == "1.0":
            app = _without_chunks(cycle, app)
        super()._start_asgi_task(cycle, app)

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser refused, and close: where the next request would begin is unknown."""
        self._refuse(Problem(MALFORMED_REQUEST, f"{msg.rstrip('.')}: {MALFORMED_REQUEST.description}"))

    def _refuse(self, problem: Problem) -> None:
        """Answer with a problem and close; while earlier requests are answered, close after the last of them."""
        if self._answering():
            # An answer in the middle of another one would be taken for a part of it.
            self.cycle.keep_alive = False
            self.flow.pause_reading()
            return
        told = response(problem, "/")
        status = HTTPStatus(told.status_code)
        head = [b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode())]
        head += [name + b": " + value + b"\r\n" for name, value in told.raw_headers]
        self.transport.write(b"".join([*head, b"connection: close\r\n\r\n", bytes(told.body)]))
        self.transport.close()


def _without_chunks(cycle: RequestResponseCycle, app: ASGI3Application) -> ASGI3Application:
    """The application for a reader of HTTP/1.0: a body of unknown length is plain, and ends with the connection.

    One that breaks off ends with a reset, so that it is not taken for whole.
    """

    async def run(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        endless = False

        async def send_plain(message: ASGISendEvent) -> None:
            nonlocal endless
            if message["type"] == "http.response.start":
                endless = all(name != b"content-length" for name, _ in message.get("headers", []))
                if endless:
                    cycle.chunked_encoding = False
            elif message["type"] == "http.response.body" and endless:
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        try:
            await app(scope, receive, send_plain)
        except BaseException:
            _reset(cycle.transport)
            raise

    return run


def _reset(transport: asyncio.Transport) -> None:
    """Close so that the reader's next reading fails: without lingering the kernel sends a reset, not an end."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _write(cycle: RequestResponseCycle, head: bytes, body: bytes) -> bool:
    """Write a whole answer: status line and headers as they are (each ended by CRLF), ours that are due, the body.

    False, with nothing written, when the connection is not ready for it: then the usual way is.
    """
    if cycle.disconnected or cycle.response_started or cycle.flow.write_paused or not cycle.keep_alive:
        return False
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    due = b"".join([b"%s: %s\r\n" % pair for pair in cycle.default_headers])
    if len(body) > _WORTH_COPYING:
        cycle.transport.writelines((head + due + b"\r\n", body))
    else:
        cycle.transport.write(b"".join((head, due, b"\r\n", body)))
    cycle.message_event.set()
    cycle.on_response()
    return True


def encode_request_lines(data: bytes) -> bytes:
    """The data with every byte beyond ASCII in a request line percent-encoded; all else is left as it is."""
    return _REQUEST_LINE.sub(lambda line: _NOT_ASCII.sub(lambda byte: b"%%%02X" % byte.group()[0], line.group()), data)
