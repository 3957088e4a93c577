"""uvicorn's HTTP protocol, made better in four places that no ASGI application can reach.

A Chinese URL typed into curl arrives as raw UTF-8, which HTTP does not allow and the parser refuses; everybody's
intention is plain, so the bytes of the request line are percent-encoded before they are parsed. And what the parser
does refuse is answered with a problem document like every other error. And an answer whose head is written already
(`app/api/caching.py`) goes out as it is: checking and joining a dozen headers anew costs as much as the rest of it. It
goes out as soon as the request is read, where it can be found by its bytes alone: a task of its own for each request,
and the turn of the loop until that runs, cost more than the finding and the writing.
"""

from __future__ import annotations

import functools
import re

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.api.problems import MALFORMED_REQUEST, Problem, response

# Where the application finds the function that writes such an answer.
WRITE = "gongkai.write"
# Where the application leaves, in the state of its lifespan, what finds a finished answer: `Callable[[Scope], Head and
# body or None]`.
AT_ONCE = "gongkai.at_once"

# A longer body goes out by itself: copying it would cost more than a second buffer.
_WORTH_COPYING = 8192

_REQUEST_LINE = re.compile(rb"(?:GET|HEAD|OPTIONS) [^\r\n]+")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class Protocol(HttpToolsProtocol):
    """One connection."""

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived; `isascii` costs nothing beside the parsing, and is nearly always true."""
        super().data_received(data if data.isascii() else encode_request_lines(data))

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        at_once = self.app_state.get(AT_ONCE)
        # Of requests that came in one go the waiting ones are started by the answer before them: each in its own task,
        # so that many of them are no deep recursion.
        if at_once is not None and not self.pipeline:
            found = at_once(cycle.scope)
            if found is not None and _write(cycle, *found):
                return
        cycle.scope[WRITE] = functools.partial(_write, cycle)  # type: ignore[literal-required]  # a key of our own
        super()._start_asgi_task(cycle, app)

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser refused, and close: where the next request would begin is unknown."""
        problem = response(Problem(MALFORMED_REQUEST, f"{msg.rstrip('.')}: {MALFORMED_REQUEST.description}"), "/")
        head = [b"HTTP/1.1 400 Bad Request\r\n"]
        head += [name + b": " + value + b"\r\n" for name, value in problem.raw_headers]
        self.transport.write(b"".join([*head, b"connection: close\r\n\r\n", bytes(problem.body)]))
        self.transport.close()


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
