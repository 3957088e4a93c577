"""The outermost layer: what holds for every request, whichever route answers it.

CORS for reading, validators and 304, finished answers, compression, `Server-Timing` and `X-Request-ID`, bodies left out
of answers to HEAD, and every exception turned into a problem document.
"""

from __future__ import annotations

import itertools
import os
import re
import time

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.caching import Answers, Plan, plan
from app.api.finish import Exchange, Finisher, send_finished
from app.api.freshness import Freshness
from app.api.parameters import LONGEST_QUERY
from app.api.problems import (
    INTERNAL,
    METHOD_NOT_ALLOWED,
    PATH_NOT_FOUND,
    QUERY_TOO_LONG,
    Problem,
    kind_of,
    response,
)
from app.api.reader import database_seconds
from app.settings import Settings

ALLOWED = "GET, HEAD, OPTIONS"
READ_METHODS = ("GET", "HEAD")

_SANE_ID = re.compile(rb"[A-Za-z0-9._:+/=-]{1,128}")
# Longer ones are nobody's habit, and are not worth remembering.
_LONGEST_ACCEPT = 300


class RequestIds:
    """Identifiers of requests: the reader's own where it can stand in a log line, else a new one."""

    def __init__(self) -> None:
        self._prefix = os.urandom(6).hex()
        self._numbers = itertools.count(1)

    def of(self, given: bytes | None) -> bytes:
        if given is not None and _SANE_ID.fullmatch(given):
            return given
        return b"%s-%x" % (self._prefix.encode(), next(self._numbers))


class Door:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings, freshness: Freshness) -> None:
        self.app = app
        self.freshness = freshness
        self.answers = Answers(settings.cache_mb * 2**20)
        self._public_url = settings.public_url
        self._ids = RequestIds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        headers = dict(scope["headers"])
        identifier = self._ids.of(headers.get(b"x-request-id"))
        exchange = Exchange(scope, headers, begun, identifier)
        if scope["method"] in READ_METHODS and self._may_be_kept(exchange):
            spelling = exchange.spelling = (
                scope["path"],
                scope["query_string"],
                headers.get(b"accept"),
                headers.get(b"accept-encoding"),
                headers.get(b"host"),
                scope["scheme"],
            )
            state = self.freshness.current(begun)
            # `no-cache` asks for an answer that is made anew.
            finished = None
            if state is not None and b"cache-control" not in headers:
                finished = self.answers.by_spelling(spelling, state)
            if finished is None:
                base = self._public_url or f"{scope['scheme']}://{headers.get(b'host', b'').decode('latin-1')}"
                planned = exchange.planned = plan(
                    scope["path"],
                    scope["query_string"],
                    headers.get(b"accept", b"").decode("latin-1"),
                    headers.get(b"accept-encoding", b"").decode("latin-1"),
                    base,
                    state,
                )
                if b"cache-control" not in headers:
                    finished = self.answers.by_plan(planned, spelling)
            if finished is not None:
                await send_finished(exchange, finished, send)
                return
        await self._make(exchange, receive, send)

    @staticmethod
    def _may_be_kept(exchange: Exchange) -> bool:
        """Whether the request is of the usual kind: for data, no header twice, none of monstrous length."""
        headers, scope = exchange.headers, exchange.scope
        return (
            scope["path"].startswith("/v1")
            and len(headers) == len(scope["headers"])
            and len(scope["query_string"]) <= LONGEST_QUERY
            and len(headers.get(b"accept", b"")) + len(headers.get(b"accept-encoding", b"")) <= _LONGEST_ACCEPT
        )

    async def _make(self, exchange: Exchange, receive: Receive, send: Send) -> None:
        finisher = Finisher(exchange, self.answers, send)
        scope = exchange.scope
        database_seconds.set(exchange.seconds)
        try:
            if await finisher.unchanged():
                return
            _refuse(scope)
            planned = exchange.planned
            if scope["method"] == "OPTIONS":
                await _options()(scope, receive, finisher.send)
            elif planned is None or planned.query == scope["query_string"]:
                await self.app(scope, receive, finisher.send)
            else:
                await self._make_canonical(exchange, planned, receive, finisher)
        except Exception as error:
            if finisher.started:
                raise
            await response(known(error), scope["path"])(scope, receive, finisher.send)

    async def _make_canonical(self, exchange: Exchange, planned: Plan, receive: Receive, finisher: Finisher) -> None:
        """Answer the canonical query, so that equal queries have the same bytes; refuse in the reader's own words."""
        try:
            await self.app({**exchange.scope, "query_string": planned.query}, receive, finisher.send)
        except Exception as error:
            if finisher.started or kind_of(known(error)).status >= 500:  # noqa: PLR2004 - not the query's fault
                raise
            await self.app(exchange.scope, receive, finisher.send)


def _refuse(scope: Scope) -> None:
    """Problem for a method that is not for reading, or a query that is too long."""
    method = scope["method"]
    if method not in (*READ_METHODS, "OPTIONS"):
        raise Problem(
            METHOD_NOT_ALLOWED,
            f"{method} is not allowed: the data can only be read, with {ALLOWED}",
            headers={"Allow": ALLOWED},
        )
    if len(scope["query_string"]) > LONGEST_QUERY:
        raise Problem(
            QUERY_TOO_LONG,
            f"the query string has {len(scope['query_string'])} bytes; at most {LONGEST_QUERY} are allowed",
        )


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
