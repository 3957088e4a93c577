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

from app.api.caching import Answers, Finished, Plan, of_data, plan
from app.api.finish import Exchange, Finisher, send_finished, written
from app.api.freshness import Freshness
from app.api.html import problem_page, wants_page
from app.api.parameters import LONGEST_QUERY
from app.api.problems import (
    INTERNAL,
    MALFORMED_REQUEST,
    METHOD_NOT_ALLOWED,
    PATH_NOT_FOUND,
    QUERY_TOO_LONG,
    Problem,
    kind_of,
    response,
)
from app.api.reader import answering, database_seconds
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
        scope, headers = _one_of_each(scope)
        exchange = Exchange(scope, headers, begun, self._ids.of(headers.get(b"x-request-id")))
        finished = None
        if scope["method"] in READ_METHODS and of_data(scope["path"]):
            finished = self._find(exchange)
        if finished is not None:
            await send_finished(exchange, finished, send)
        else:
            await self._make(exchange, receive, send)

    def at_once(self, scope: Scope) -> tuple[bytes, bytes] | None:
        """The finished answer to a request that came in these very bytes before, as it goes over the wire.

        None: whatever needs more than a look is for the application.
        """
        begun = time.perf_counter()
        headers = dict(scope["headers"])
        if scope["method"] not in READ_METHODS or b"x-forwarded-proto" in headers:
            return None
        if len(headers) != len(scope["headers"]):
            return None  # a header that comes twice is joined first
        exchange = Exchange(scope, headers, begun, self._ids.of(headers.get(b"x-request-id")))
        finished = self._known(exchange)
        return None if finished is None else written(exchange, finished)

    def _known(self, exchange: Exchange) -> Finished | None:
        """The finished answer that was given to a request in these bytes; the exchange learns how it is spelled."""
        scope, headers = exchange.scope, exchange.headers
        if b"host" not in headers:
            return None
        exchange.spelling = spelling = (
            scope["path"],
            scope["query_string"],
            headers.get(b"accept"),
            headers.get(b"accept-encoding"),
            headers.get(b"host"),
            scope["scheme"],
        )
        # `no-cache` and the like ask for an answer that is made anew.
        if b"cache-control" in headers:
            return None
        state = self.freshness.current(exchange.begun)
        return None if state is None else self.answers.by_spelling(spelling, state)

    def _find(self, exchange: Exchange) -> Finished | None:
        """The finished answer, if there is one; the exchange learns what is planned if not."""
        finished = self._known(exchange)
        if finished is not None or exchange.spelling is None:
            return finished
        path, query, accept, encodings, host, scheme = exchange.spelling
        accept, encodings, host = accept or b"", encodings or b"", host or b""
        if len(query) > LONGEST_QUERY or len(accept) + len(encodings) > _LONGEST_ACCEPT:
            return None
        base = self._public_url or f"{scheme}://{host.decode('latin-1')}"
        state = self.freshness.current(exchange.begun)
        exchange.planned = plan(path, query, accept.decode("latin-1"), encodings.decode("latin-1"), base, state)
        may_be_old = state is not None and b"cache-control" not in exchange.headers
        return self.answers.by_plan(exchange.planned, exchange.spelling) if may_be_old else None

    async def _make(self, exchange: Exchange, receive: Receive, send: Send) -> None:
        finisher = Finisher(exchange, self.answers, send)
        scope = exchange.scope
        database_seconds.set(exchange.seconds)
        answering.set([])
        try:
            if await finisher.unchanged():
                return
            _refuse(exchange)
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
            problem = known(error)
            told = problem_page(problem, scope) if wants_page(scope) else response(problem, scope["path"])
            await told(scope, receive, finisher.send)

    async def _make_canonical(self, exchange: Exchange, planned: Plan, receive: Receive, finisher: Finisher) -> None:
        """Answer the canonical query, so that equal queries have the same bytes; refuse in the reader's own words."""
        try:
            await self.app({**exchange.scope, "query_string": planned.query}, receive, finisher.send)
        except Exception as error:
            if finisher.started or kind_of(known(error)).status >= 500:  # noqa: PLR2004 - not the query's fault
                raise
            await self.app(exchange.scope, receive, finisher.send)


def _one_of_each(scope: Scope) -> tuple[Scope, dict[bytes, bytes]]:
    """The headers by their names; one that comes in several lines is joined with commas, which is what HTTP means.

    Proxies do that (`X-Forwarded-For`, `Via`), and one that did not know better would give such readers no `ETag`.
    """
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if len(headers) == len(scope["headers"]):
        return scope, headers
    headers = {}
    for name, value in scope["headers"]:
        headers[name] = b"%s, %s" % (headers[name], value) if name in headers else value
    return {**scope, "headers": list(headers.items())}, headers


def _refuse(exchange: Exchange) -> None:
    """Problem for a host that is not named or named twice, a method that is not for reading, a query too long."""
    scope = exchange.scope
    host = exchange.headers.get(b"host")
    wrong = None
    if host is None and scope.get("http_version") == "1.1":
        wrong = "a request of HTTP/1.1 names the host that it is for: the header Host is missing"
    elif host is not None and b"," in host:
        wrong = "the header Host is given twice, or names two hosts; a request is for one"
    if wrong is not None:
        raise Problem(MALFORMED_REQUEST, wrong, headers={"Connection": "close"})
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
