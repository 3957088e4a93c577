"""When the rules change, the same figures get other results: in a release of its own, which says so."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from asgi_lifespan import LifespanManager

from alembic import command
from app import database, migrations, seed
from app.api.application import create_application
from app.checks.run import RULES, check
from app.load import load, load_seed
from app.records import CheckResult, ParsedDisclosure
from app.settings import Settings
from tests.checks import clean

RULE = "I1.grand_totals"


def fewer(parsed: ParsedDisclosure) -> list[CheckResult]:
    """What the rules found before there was this one."""
    return [result for result in check(parsed) if result.rule != RULE]


@pytest.fixture
async def connection(empty_database: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to an empty database."""
    async with database.connect_owner(empty_database) as opened:
        yield opened


async def data(settings: Settings, *paths: str) -> list[Any]:
    """What a service on this database answers."""
    application = create_application(settings)
    async with (
        LifespanManager(application) as manager,
        httpx.AsyncClient(transport=httpx.ASGITransport(app=manager.app), base_url="http://test") as session,
    ):
        answers = [await session.get(path) for path in paths]
        assert [answer.status_code for answer in answers] == [200] * len(paths), [answer.text for answer in answers]
        return [answer.json() for answer in answers]


async def test_release_of_other_rules_differs_in_their_results_alone(
    connection: asyncpg.Connection, empty_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = clean.example()
    await load(connection, [parsed], origin="ingest", judge=fewer)
    monkeypatch.setattr("app.load.CHECKS_VERSION", 99)
    result = await load(connection, [parsed], origin="ingest")
    assert (result.release, result.revised) == (2, (parsed.disclosure.id,))
    new = [one for one in check(parsed) if one.rule == RULE]
    summary, results, lines, before, after, document = await data(
        empty_database,
        "/v1/releases/1/diff/2",
        "/v1/releases/1/diff/2/check-results",
        "/v1/releases/1/diff/2/expenditures",
        f"/v1/check-results?rule={RULE}&release=1",
        f"/v1/check-results?rule={RULE}",
        f"/v1/disclosures/{parsed.disclosure.id}",
    )
    assert summary["data"]["disclosures"]["checks"] == 1
    assert {one["resource"] for one in summary["data"]["resources"] if any(one["rows"].values())} == {
        "check-results",
        "disclosures",
    }
    assert [(one["change"], one["reason"], one["after"]["rule"]) for one in results["data"]] == [
        ("added", "checks", RULE)
    ] * len(new)
    assert lines["data"] == []
    assert before["page"]["total"] == 0
    assert after["page"]["total"] == len(new) > 0
    assert document["data"]["checks_version"] == 99


async def test_database_older_than_the_checks_gets_their_results_from_its_seed(
    connection: asyncpg.Connection, empty_database: Settings, tmp_path: Path
) -> None:
    parsed = clean.example()
    seed.write_seed(tmp_path, [parsed])
    await load_seed(connection, tmp_path)
    amounts = "SELECT id, total FROM expenditure_line WHERE valid_to > 1000000 ORDER BY row, statement_key, total"
    figures = [row["total"] for row in await connection.fetch(amounts)]
    await connection.close()
    configuration = migrations.configuration(empty_database)
    await asyncio.to_thread(command.downgrade, configuration, "0003")
    await database.migrate(empty_database)
    async with database.connect_owner(empty_database) as again:
        assert await again.fetchval("SELECT count(*) FROM check_result") == 0
        assert (await load_seed(again, tmp_path)).release == 2
        assert (await load_seed(again, tmp_path)).changed is False
        assert [row["total"] for row in await again.fetch(amounts)] == figures
        assert await again.fetchval("SELECT count(*) FROM check_rule") == len(RULES)
    settings = dataclasses.replace(empty_database, seed=tmp_path)
    found, first, releases = await data(
        settings, "/v1/check-results?limit=1000", "/v1/check-results?release=1", "/v1/releases/2"
    )
    assert found["page"]["total"] == len(check(parsed))
    assert first["page"]["total"] == 0
    assert releases["data"]["changes"]["checks"] == 1


async def test_rule_that_is_no_more_leaves_the_list_and_its_results_stay_in_their_release(
    connection: asyncpg.Connection, empty_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = clean.example()
    await load(connection, [parsed], origin="ingest")
    rules = {name: rule for name, rule in RULES.items() if name != RULE}
    monkeypatch.setattr("app.reference.RULES", rules)
    monkeypatch.setattr("app.load.CHECKS_VERSION", 99)
    await load(connection, [parsed], origin="ingest", judge=fewer)
    listed, old, new = await data(
        empty_database,
        "/v1/checks?limit=1000",
        f"/v1/check-results?rule={RULE}&release=1",
        f"/v1/check-results?rule={RULE}",
    )
    assert {rule["id"] for rule in listed["data"]} == set(rules)
    assert old["page"]["total"] > 0
    assert new["page"]["total"] == 0
