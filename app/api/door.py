"""The outermost layer: what holds for every request, whichever route answers it.

CORS for reading, bodies left out of answers to HEAD, and every exception turned into a problem document.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.parameters import LONGEST_QUERY
from app.api.problems import (
    INTERNAL,
    METHOD_NOT_ALLOWED,
    PATH_NOT_FOUND,
    QUERY_TOO_LONG,
    Problem,
    response,
)

_CORS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Link, Retry-After, Content-Length"),
]
ALLOWED = "GET, HEAD, OPTIONS"
READ_METHODS = ("GET", "HEAD")


class Door:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method, started = scope["method"], False

        async def send_on(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *_CORS]
            elif method == "HEAD" and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            if method == "OPTIONS":
                await _options()(scope, receive, send_on)
                return
            if method not in READ_METHODS:
                raise Problem(  # noqa: TRY301 - one way out for every problem
                    METHOD_NOT_ALLOWED,
                    f"{method} is not allowed: the data can only be read, with {ALLOWED}",
                    headers={"Allow": ALLOWED},
                )
            if len(scope["query_string"]) > LONGEST_QUERY:
                raise Problem(  # noqa: TRY301
                    QUERY_TOO_LONG,
                    f"the query string has {len(scope['query_string'])} bytes; at most {LONGEST_QUERY} are allowed",
                )
            await self.app(scope, receive, send_on)
        except Exception as error:
            if started:
                raise
            await response(known(error), scope["path"])(scope, receive, send_on)


def _options() -> Response:
    return Response(
        status_code=204,
        headers={
            "Allow": ALLOWED,
            "Access-Control-Allow-Methods": ALLOWED,
            "Access-Control-Allow-Headers": "*",
            "Access-Control-Max-Age": "86400",
        },
    )


def known(error: Exception) -> BaseException:
    """Starlette's own exceptions (a file of the documentation that is not there) in our terms."""
    if not isinstance(error, HTTPException):
        return error
    if error.status_code == 404:  # noqa: PLR2004
        return Problem(PATH_NOT_FOUND, "nothing is served at this path; /v1 lists the resources")
    if error.status_code == 405:  # noqa: PLR2004
        return Problem(METHOD_NOT_ALLOWED, f"only {ALLOWED} are allowed", headers={"Allow": ALLOWED})
    return Problem(INTERNAL, INTERNAL.description)
