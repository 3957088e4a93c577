"""The application with a pool of one connection, so that a test can count the statements that a request costs."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI

from app.api.application import create_application
from app.settings import Settings
from tests.freshness import client_of


@pytest.fixture(scope="session")
async def application(loaded: Settings) -> AsyncIterator[FastAPI]:
    """The running application on the invented data set."""
    application = create_application(dataclasses.replace(loaded, pool_size=1, cache_mb=0))
    async with LifespanManager(application):
        # The first page of a process learns which release is the newest, by a statement more.
        application.state.reader.known.newest = 2
        yield application


@pytest.fixture(scope="session")
async def api(application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of that application."""
    async with client_of(application, application) as session:
        yield session


@pytest.fixture
def statements(application: FastAPI) -> Iterator[list[str]]:
    """The statements that read data from here on; the planner's estimate (app/query/cost.py) reads none."""
    seen: list[str] = []

    def note(record: Any) -> None:
        if not record.query.startswith("explain "):
            seen.append(record.query)

    (holder,) = application.state.reader.hosts[0].pool._holders
    connection = holder._con
    connection.add_query_logger(note)
    yield seen
    connection.remove_query_logger(note)
