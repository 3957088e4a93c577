"""A reader sees one whole release: the newest at once, in a walk the one it began in, any kept one by number."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from asgi_lifespan import LifespanManager

from app import database
from app.api.application import create_application
from app.load import load
from app.settings import Settings
from tests import dataset


@pytest.fixture
async def session(empty_database: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service whose database holds the first release only."""
    await add_release(empty_database, 0)
    application = create_application(empty_database)
    async with LifespanManager(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


async def add_release(settings: Settings, number: int) -> None:
    """Load one of the invented releases."""
    async with database.connect_owner(settings) as connection:
        await load(connection, dataset.releases()[number], origin="ingest", note="invented for the tests")


async def test_new_release_is_seen_at_once_and_a_walk_stays_in_its_own(
    session: httpx.AsyncClient, empty_database: Settings
) -> None:
    before = (await session.get("/v1/expenditures?limit=1000")).json()
    assert before["meta"]["release"] == 1
    page = (await session.get("/v1/expenditures?limit=40")).json()
    walked = page["data"]
    await add_release(empty_database, 1)
    now = (await session.get("/v1/expenditures?limit=1000")).json()
    assert now["meta"]["release"] == 2
    assert now["page"]["total"] != before["page"]["total"]
    while page["page"]["next"]:
        page = (await session.get(page["page"]["next"])).json()
        assert page["meta"]["release"] == 1
        assert page["page"]["total"] == before["page"]["total"]
        walked += page["data"]
    assert walked == before["data"]
    pinned = (await session.get("/v1/expenditures?limit=1000&release=1")).json()
    assert pinned["data"] == before["data"]


async def test_record_of_an_older_release_is_found_by_its_hint(
    session: httpx.AsyncClient, empty_database: Settings
) -> None:
    before = {row["id"] for row in (await session.get("/v1/expenditures?limit=1000&fields=id")).json()["data"]}
    await add_release(empty_database, 1)
    after = {row["id"] for row in (await session.get("/v1/expenditures?limit=1000&fields=id")).json()["data"]}
    replaced = min(before - after)
    answer = await session.get(f"/v1/expenditures/{replaced}")
    assert answer.status_code == 404
    assert "add release=1" in answer.json()["detail"]
    assert (await session.get(f"/v1/expenditures/{replaced}?release=1")).status_code == 200


async def test_cursor_of_a_release_that_is_no_longer_kept_says_so(
    session: httpx.AsyncClient, empty_database: Settings
) -> None:
    following = (await session.get("/v1/expenditures?limit=5")).json()["page"]["next"]
    await add_release(empty_database, 1)
    async with database.connect_owner(empty_database) as connection:
        await connection.execute("delete from release where number = 1")
    answer = await session.get(following)
    assert answer.status_code == 422
    assert "no longer kept" in answer.json()["detail"]


async def test_revisions_of_a_disclosure_are_shown_with_their_releases(
    session: httpx.AsyncClient, empty_database: Settings
) -> None:
    await add_release(empty_database, 1)
    rows = (await session.get("/v1/disclosures?revision__gte=2")).json()["data"]
    assert rows, "the second release revises a document"
    record = (await session.get(f"/v1/disclosures/{rows[0]['id']}")).json()["data"]
    assert [revision["revision"] for revision in record["revisions"]] == [1, 2]
    assert record["revisions"][0]["until_release"] == record["revisions"][1]["from_release"] == 2
    older = (await session.get(record["revisions"][0]["href"])).json()
    assert (older["meta"]["release"], older["data"]["revision"]) == (1, 1)
