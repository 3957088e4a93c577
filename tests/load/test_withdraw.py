"""What the operator takes back is gone with the next release, for every reader, and stays gone whatever is loaded.

Releases before have it as they had it; nothing but an ingest, or a seed after `restore`, brings it again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from asgi_lifespan import LifespanManager

from app import database, publish, seed
from app.api.application import create_application
from app.errors import LoadError
from app.load import load, load_seed
from app.records import ParsedDisclosure
from app.settings import Settings
from app.withdraw import restore, withdraw
from tests import dataset
from tests.conftest import copy_of

KEPT, GONE = dataset.budget(year=2024), dataset.final(year=2023)
GONE_ID = GONE.disclosure.id


@pytest.fixture
async def connection(empty_database: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to an empty database."""
    async with database.connect_owner(empty_database) as opened:
        yield opened


@pytest.fixture
async def session(empty_database: Settings, connection: asyncpg.Connection) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service whose second release is without a disclosure of the first."""
    await load(connection, [KEPT, GONE], origin="ingest")
    await withdraw(connection, [GONE_ID], note="published by mistake")
    application = create_application(empty_database)
    async with LifespanManager(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


async def answer(session: httpx.AsyncClient, path: str) -> Any:
    found = await session.get(path)
    assert found.status_code == 200, found.text
    return found.json()


async def valid(connection: asyncpg.Connection) -> set[str]:
    rows = await connection.fetch("SELECT id FROM disclosure WHERE valid_to > (SELECT max(number) FROM release)")
    return {row["id"] for row in rows}


async def test_release_says_what_was_withdrawn_and_why(session: httpx.AsyncClient) -> None:
    record = (await answer(session, "/v1/releases/2"))["data"]
    assert record["changes"] == {
        "new_document": 0, "new_revision": 0, "extraction_mended": 0, "checks": 0, "withdrawn": 1,
    }  # fmt: skip
    assert record["note"] == "published by mistake"
    assert record["counts"]["disclosure"] == 1
    summary = (await answer(session, "/v1/releases/1/diff/2"))["data"]
    assert summary["disclosures"]["withdrawn"] == 1
    feed = await session.get("/v1/releases.atom")
    assert "1 withdrawn; 1 disclosures in all. (published by mistake)" in feed.text


async def test_the_disclosure_is_gone_and_the_release_before_has_it(session: httpx.AsyncClient) -> None:
    missing = await session.get(f"/v1/disclosures/{GONE_ID}")
    assert missing.status_code == 404
    assert "add release=1" in missing.json()["detail"]
    assert (await answer(session, f"/v1/disclosures/{GONE_ID}?release=1"))["meta"]["release"] == 1
    assert (await answer(session, f"/v1/expenditures?disclosure_id={GONE_ID}"))["page"]["total"] == 0
    assert (await answer(session, f"/v1/expenditures?disclosure_id={GONE_ID}&release=1"))["page"]["total"] > 0


async def test_who_keeps_a_copy_is_told_to_take_every_row_out(session: httpx.AsyncClient) -> None:
    before = (await answer(session, f"/v1/expenditures?disclosure_id={GONE_ID}&release=1&limit=1000"))["data"]
    told = (await answer(session, "/v1/expenditures?updated_since=1&limit=1000"))["data"]
    assert {row["id"] for row in told if row["update"] == "removed"} == {row["id"] for row in before}
    assert all(row["disclosure_id"] == KEPT.disclosure.id for row in told if row["update"] == "upserted")


async def test_sums_and_names_are_those_of_a_database_that_never_had_it(
    session: httpx.AsyncClient, server: Settings
) -> None:
    async with copy_of(server) as other:
        async with database.connect_owner(other) as owner:
            await load(owner, [KEPT], origin="ingest")
        application = create_application(other)
        async with LifespanManager(application):
            transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as never:
                for path in (
                    "/v1/expenditures/aggregate?measure=total&group_by=fiscal_year,region&statement=expenditure&level=total",
                    "/v1/search?q=虚构",
                    "/v1/departments?fields=id,name",
                    "/v1/fiscal-years",
                ):
                    assert (await answer(session, path))["data"] == (await answer(never, path))["data"], path


async def test_withdrawing_again_makes_no_release(connection: asyncpg.Connection) -> None:
    await load(connection, [KEPT, GONE], origin="ingest")
    first = await withdraw(connection, [GONE_ID])
    assert (first.release, first.withdrawn, first.sentence()) == (2, (GONE_ID,), f"release 2: withdrawn {GONE_ID}")
    assert await connection.fetchval("SELECT note FROM release WHERE number = 2") == f"withdrawn: {GONE_ID}"
    again = await withdraw(connection, [GONE_ID])
    assert (again.release, again.changed, again.already) == (2, False, (GONE_ID,))
    assert "gone already" in again.sentence()
    both = await withdraw(connection, [GONE_ID, KEPT.disclosure.id, KEPT.disclosure.id])
    assert (both.release, both.withdrawn, both.already) == (3, (KEPT.disclosure.id,), (GONE_ID,))
    assert await valid(connection) == set()


async def test_one_unknown_id_means_that_nothing_is_withdrawn(connection: asyncpg.Connection) -> None:
    with pytest.raises(LoadError, match="nothing has been loaded yet"):
        await withdraw(connection, [GONE_ID])
    await load(connection, [KEPT, GONE], origin="ingest")
    with pytest.raises(LoadError, match=f"no disclosure '{GONE_ID}x', nothing was changed: did you mean {GONE_ID}"):
        await withdraw(connection, [KEPT.disclosure.id, f"{GONE_ID}x"])
    with pytest.raises(LoadError, match="/v1/disclosures lists the ids"):
        await withdraw(connection, ["?"])
    assert await connection.fetchval("SELECT max(number) FROM release") == 1
    assert await connection.fetchval("SELECT count(*) FROM withdrawal") == 0
    assert len(await valid(connection)) == 2


def seed_of(directory: Path, *disclosures: ParsedDisclosure) -> Path:
    seed.write_seed(directory, [seed.without_running_text(parsed) for parsed in disclosures])
    return directory


async def test_no_seed_brings_it_again_until_it_is_restored(connection: asyncpg.Connection, tmp_path: Path) -> None:
    await load_seed(connection, seed_of(tmp_path, KEPT, GONE))
    await withdraw(connection, [GONE_ID])
    same = await load_seed(connection, tmp_path)
    assert (same.changed, same.kept_out) == (False, (GONE_ID,))
    assert f"kept out as withdrawn: {GONE_ID}" in same.sentence()
    # Other files, with another figure of the very document, and one document more.
    other = dataset.final(year=2023, total="88.81")
    more = await load_seed(connection, seed_of(tmp_path, KEPT, other, dataset.final(year=2024)))
    assert (more.release, more.kept_out, len(more.added)) == (3, (GONE_ID,), 1)
    assert GONE_ID in more.sentence()
    assert GONE_ID not in await valid(connection)

    assert await restore(connection, [GONE_ID]) == (GONE_ID,)
    back = await load_seed(connection, tmp_path)
    assert (back.release, back.kept_out) == (4, ())
    assert GONE_ID in await valid(connection)
    assert not (await load_seed(connection, tmp_path)).changed


async def test_an_ingest_brings_it_again_as_a_new_revision_and_ends_the_withdrawal(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    await load_seed(connection, seed_of(tmp_path, KEPT, GONE))
    await withdraw(connection, [GONE_ID])
    await load(connection, [GONE], origin="ingest")
    assert await connection.fetchval("SELECT max(revision) FROM disclosure WHERE id = $1", GONE_ID) == 2
    assert GONE_ID in await valid(connection)
    # From here on it is like any other: a seed that says something new about it is heard.
    other = dataset.final(year=2023, total="88.81")
    result = await load_seed(connection, seed_of(tmp_path, KEPT, other))
    assert (result.revised, result.kept_out) == ((GONE_ID,), ())
    assert await connection.fetchval("SELECT count(*) FROM withdrawal") == 0


async def test_what_a_seed_withdrew_can_be_kept_out_too(connection: asyncpg.Connection, tmp_path: Path) -> None:
    await load_seed(connection, seed_of(tmp_path, KEPT, GONE))
    await load_seed(connection, seed_of(tmp_path, KEPT))
    with pytest.raises(LoadError, match="is not kept out"):
        await restore(connection, [GONE_ID])
    assert not (await withdraw(connection, [GONE_ID])).changed
    assert (await load_seed(connection, seed_of(tmp_path, KEPT, GONE))).kept_out == (GONE_ID,)
    with pytest.raises(LoadError, match="is there: nothing is to be restored"):
        await restore(connection, [KEPT.disclosure.id])
    with pytest.raises(LoadError, match="did you mean"):
        await restore(connection, [GONE_ID[:-1]])


async def test_a_withdrawal_waits_its_turn(empty_database: Settings, connection: asyncpg.Connection) -> None:
    await load(connection, [KEPT, GONE], origin="ingest")
    async with database.connect_owner(empty_database) as busy, publish.alone(busy, wait=False):
        with pytest.raises(LoadError, match="another load is running"):
            await withdraw(connection, [GONE_ID])
    assert GONE_ID in await valid(connection)


async def test_what_a_broken_off_withdrawal_left_on_several_machines_is_taken_back(
    connection: asyncpg.Connection,
) -> None:
    await load(connection, [KEPT, GONE], origin="ingest")
    await withdraw(connection, [GONE_ID])
    # As it is when a machine is lost between the rows and the release.
    await connection.execute("DELETE FROM release WHERE number = 2")
    assert await publish.take_back_unpublished(connection)
    assert await connection.fetchval("SELECT count(*) FROM withdrawal") == 0
    assert GONE_ID in await valid(connection)
