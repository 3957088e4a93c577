"""Who follows `updated_since` keeps a true copy of every list, and what a diff names is what makes one release of another.

The data are invented: releases that add disclosures, publish them again, read them otherwise and take them back.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager

from app import database, records
from app.api.application import create_application
from app.load import load
from app.query.registry import RESOURCES
from app.settings import Settings
from tests import dataset
from tests.conftest import copy_of

FOLLOWED = [name for name, resource in RESOURCES.items() if resource.delta]
Rows = dict[str, dict[str, Any]]


def spelled(parsed: records.ParsedDisclosure, name: str) -> records.ParsedDisclosure:
    """The disclosure with its department's name in another spelling."""
    return parsed.model_copy(update={"disclosure": parsed.disclosure.model_copy(update={"department_name": name})})


def published_again(parsed: records.ParsedDisclosure) -> records.ParsedDisclosure:
    """The disclosure out of another file."""
    return parsed.model_copy(update={"disclosure": parsed.disclosure.model_copy(update={"sha256": "f" * 64})})


def without(parsed: records.ParsedDisclosure, code: str) -> records.ParsedDisclosure:
    """The disclosure without the expenditure rows of a code."""
    return parsed.model_copy(update={"expenditures": [line for line in parsed.expenditures if line.code != code]})


FINAL = dataset.final(year=2023)
STATES: list[list[records.ParsedDisclosure]] = [
    [dataset.budget(year=2024), FINAL],
    # A document more, one published again with other figures, one read otherwise.
    [dataset.budget(year=2024, factor=2), dataset.budget(year=2025), published_again(dataset.final(total="88.81"))],
    # One is taken back, another is published again with the same figures.
    [published_again(dataset.budget(year=2024, factor=2)), published_again(dataset.final(total="88.81"))],
    # One comes back as it was first; the department's newest document spells its name otherwise.
    [dataset.budget(year=2024), dataset.budget(year=2025), spelled(dataset.budget(year=2026), "开平区 虚构事务局"), FINAL],
    [without(dataset.budget(year=2024), "2019901"), dataset.budget(year=2025), dataset.final(year=2024)],
    [],
    [dataset.final(year=2024)],
]


async def add_release(settings: Settings, state: list[records.ParsedDisclosure]) -> int:
    """Make the whole data set of the database this one."""
    async with database.connect_owner(settings) as connection:
        return (await load(connection, state, origin="seed", note="invented for the tests")).release


async def every_row(session: httpx.AsyncClient, path: str, **parameters: object) -> tuple[int, list[dict[str, Any]]]:
    """The release and the rows of all pages, of which there are several."""
    answer = await session.get(path, params={"limit": 7, **parameters})
    rows: list[dict[str, Any]] = []
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        rows += page["data"]
        if page["page"]["next"] is None:
            assert page["page"]["total"] == len(rows)
            return page["meta"]["release"], rows
        answer = await session.get(page["page"]["next"])


async def every_line(session: httpx.AsyncClient, path: str, **parameters: object) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    answer = await session.get(path, params={"bom": 0, **parameters})
    assert answer.status_code == 200, answer.text
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert answer.headers["x-total-count"] == str(len(rows))
    return rows


def updated(copy: Rows, key: str, rows: list[dict[str, Any]]) -> Rows:
    """The copy after the rows of an `updated_since`."""
    after = dict(copy)
    keys = [str(row[key]) for row in rows]
    assert len(set(keys)) == len(keys), "a key is named once"
    for row in rows:
        kept = {name: value for name, value in row.items() if name != "update"}
        if row["update"] == "removed":
            assert after.pop(str(row[key]), None) is not None, "what is removed was there"
        else:
            after[str(row[key])] = kept
    return after


@pytest.fixture(scope="module")
async def releases(server: Settings) -> AsyncIterator[tuple[httpx.AsyncClient, Settings]]:
    """A client of a service whose database holds a release for each of the states."""
    async with copy_of(server) as settings:
        for number, state in enumerate(STATES, start=1):
            assert await add_release(settings, state) == number
        application = create_application(settings)
        async with LifespanManager(application):
            transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                yield client, settings


@pytest.fixture
def session(releases: tuple[httpx.AsyncClient, Settings]) -> httpx.AsyncClient:
    """The client alone."""
    return releases[0]


@pytest.mark.parametrize("name", FOLLOWED)
async def test_copy_that_follows_updated_since_is_the_list(name: str, session: httpx.AsyncClient) -> None:
    resource = RESOURCES[name]
    fields = ",".join(column.name for column in resource.columns)
    copies: dict[int, Rows] = {0: {}}
    moved = 0
    for release in range(1, len(STATES) + 1):
        at = {"fields": fields, "release": release}
        _, rows = await every_row(session, f"/v1/{name}", **at)
        expected = {str(row[resource.key]): row for row in rows}
        for since, copy in copies.items():
            read, changes = await every_row(session, f"/v1/{name}", updated_since=since, **at)
            assert read == release
            mirrored = updated(copy, resource.key, changes)
            assert mirrored == expected, (since, release)
            moved += len(changes)
        copies[release] = expected
    assert moved


@pytest.mark.parametrize("name", FOLLOWED)
async def test_copy_of_files_that_follows_updated_since_is_the_file(name: str, session: httpx.AsyncClient) -> None:
    key = RESOURCES[name].key
    copy: Rows = {}
    for since, release in ((0, 2), (2, 4), (4, 7)):
        changes = await every_line(session, f"/v1/{name}.csv", updated_since=since, release=release, unit="yuan")
        assert next(iter(changes[0]), None) == "update"
        copy = updated(copy, key, changes)
        whole = await every_line(session, f"/v1/{name}.csv", release=release, unit="yuan")
        assert copy == {row[key]: row for row in whole}
