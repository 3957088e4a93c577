"""uvicorn's HTTP protocol, made friendlier in two places that no ASGI application can reach.

A Chinese URL typed into curl arrives as raw UTF-8, which HTTP does not allow and the parser refuses; everybody's
intention is plain, so the bytes of the request line are percent-encoded before they are parsed. And what the parser
does refuse is answered with a problem document like every other error.
"""

from __future__ import annotations

import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api.problems import MALFORMED_REQUEST, Problem, response

_REQUEST_LINE = re.compile(rb"(?:GET|HEAD|OPTIONS) [^\r\n]+")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class Protocol(HttpToolsProtocol):
    """One connection."""

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived; `isascii` costs nothing beside the parsing, and is nearly always true."""
        super().data_received(data if data.isascii() else encode_request_lines(data))

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser refused, and close: where the next request would begin is unknown."""
        problem = response(Problem(MALFORMED_REQUEST, f"{msg.rstrip('.')}: {MALFORMED_REQUEST.description}"), "/")
        head = [b"HTTP/1.1 400 Bad Request\r\n"]
        head += [name + b": " + value + b"\r\n" for name, value in problem.raw_headers]
        self.transport.write(b"".join([*head, b"connection: close\r\n\r\n", bytes(problem.body)]))
        self.transport.close()


def encode_request_lines(data: bytes) -> bytes:
    """The data with every byte beyond ASCII in a request line percent-encoded; all else is left as it is."""
    return _REQUEST_LINE.sub(lambda line: _NOT_ASCII.sub(lambda byte: b"%%%02X" % byte.group()[0], line.group()), data)
