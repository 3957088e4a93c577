"""Waiting for an application of the tests to know its releases, as a service on a machine of its own always does."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from fastapi import FastAPI

_TRIES, _PAUSE = 200, 0.01


async def known(application: FastAPI) -> bool:
    """Whether it knows them, after at most two seconds.

    A test that keeps the event loop for seconds keeps the application from looking at its releases, and what was not
    looked at lately has no validator.
    """
    for _ in range(_TRIES):
        if application.middleware_stack is None:
            application.middleware_stack = application.build_middleware_stack()
        if application.middleware_stack.freshness.current(time.perf_counter()) is not None:
            return True
        await asyncio.sleep(_PAUSE)
    return False


def client_of(application: FastAPI, app: object) -> httpx.AsyncClient:
    """A client that asks when the application knows its releases; `app` is what answers, itself or around it."""

    async def wait(_: httpx.Request) -> None:
        await known(application)

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=app is not application)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://test", event_hooks={"request": [wait]})
