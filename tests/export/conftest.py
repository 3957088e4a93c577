"""A database with texts that break careless files, and a real server on many rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest
import uvicorn
from asgi_lifespan import LifespanManager

from app import database
from app.api.application import create_application
from app.load import load
from app.settings import Settings
from tests import dataset
from tests.conftest import copy_of

UGLY = [
    "=1+1",
    "+86 10",
    "-5",
    "@sum(a1)",
    "\t=1",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    'he said "no", twice',
    "two\r\nlines",
    "a,b;c",
    "'quoted",
    "",
    " leading blank",
    "0012",
    "1e5",
    "二〇二四 é 🙂",
]


@pytest.fixture(scope="session")
async def ugly(server: Settings) -> AsyncIterator[Settings]:
    """The invented data set, and in release 3 a disclosure whose names and amounts are of every awkward kind."""
    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as connection:
            for release in dataset.releases():
                await load(connection, release, origin="ingest", note="invented for the tests")
            document = dataset.final(year=2020)
            line, indicator = document.expenditures[0], document.performance_indicators[0]
            amounts = [Decimal(text) for text in ("-0.01", "0", "0.00", "-12345678901.50", "999999999999999999", "0.1")]
            awkward = document.model_copy(
                update={
                    "expenditures": [
                        line.model_copy(
                            update={"name": text, "total": amounts[number % len(amounts)], "basic": None, "cells": {}}
                        )
                        for number, text in enumerate(UGLY)
                    ],
                    "performance_indicators": [
                        indicator.model_copy(update={"position": number, "level3": text, "deviation_reason": text})
                        for number, text in enumerate(UGLY, start=1)
                    ],
                }
            )
            await load(connection, [awkward], origin="ingest", note="awkward")
        yield settings


@pytest.fixture(scope="session")
async def files(ugly: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application on that database."""
    application = create_application(ugly)
    transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
    async with (
        LifespanManager(application),
        httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as session,
    ):
        yield session


@pytest.fixture(scope="session")
async def many(server: Settings) -> AsyncIterator[tuple[Settings, int]]:
    """A database with 300,000 regions, and the port of a real server on it that writes two files at once."""
    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as connection:
            await load(connection, dataset.releases()[0], origin="ingest", note="invented for the tests")
            await connection.execute(
                """insert into region (code, name, full_name, level, parent_code)
                select 'B' || n, 'invented ' || n, repeat('invented ', 20), 'county', null
                from generate_series(1, 300000) n"""
            )
        application = create_application(Settings(**{**vars(settings), "exports": 2}))
        server_ = uvicorn.Server(
            uvicorn.Config(application, port=0, http="app.api.protocol:Protocol", ws="none", log_level="critical")
        )
        serving = asyncio.create_task(server_.serve())
        while not server_.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
            await asyncio.sleep(0.01)
        yield settings, server_.servers[0].sockets[0].getsockname()[1]
        server_.should_exit = True
        await serving
