"""No request is unbounded: what costs too much is refused with what narrows it; too many wait, then are told so."""

from __future__ import annotations

import asyncio
import dataclasses
import re

import asyncpg
import httpx
import pytest
from asgi_lifespan import LifespanManager

from app.api.application import create_application
from app.api.hosts import hosts_of
from app.api.reader import Reader
from app.errors import DatabaseBusy
from app.query import cost
from app.query.cost import Budget, Costs
from app.query.registry import RESOURCES
from app.query.run import Connection
from app.settings import Settings
from tests import dataset


async def ask(settings: Settings, path: str) -> httpx.Response:
    application = create_application(settings)
    async with (
        LifespanManager(application) as manager,
        httpx.AsyncClient(transport=httpx.ASGITransport(app=manager.app), base_url="http://test") as client,
    ):
        return await client.get(path)


@pytest.fixture
def thrifty(seed_loaded: Settings) -> Settings:
    """The committed data, and a service that affords little."""
    return dataclasses.replace(seed_loaded, list_cost=100, sum_cost=100)


@pytest.mark.parametrize(
    ("path", "narrower"),
    [
        ("/v1/execution", "department_id"),
        ("/v1/expenditures?sort=-total&total__gte=1", "department_id"),
        ("/v1/expenditures?name__contains=教育&limit=1", "region_code"),
        ("/v1/expenditures/aggregate?measure=max:total&group_by=name,kind,scope,phase", "fiscal_year"),
        ("/v1/expenditures/facets?field=name", "department_id"),
        ("/v1/performance-indicators?sort=-level3&level1__contains=标", "department_id"),
    ],
)
async def test_what_costs_too_much_is_refused_with_the_estimate_and_what_narrows_it(
    thrifty: Settings, path: str, narrower: str
) -> None:
    answer = await ask(thrifty, path)
    body = answer.json()
    assert answer.status_code == 422, body
    assert body["type"] == "/errors/too-costly"
    assert body["estimate"] > body["limit"] == 100
    assert f"{body['estimate']:,}" in body["detail"]
    assert body["files"] == "/v1/releases/1/files"
    assert narrower in [one["parameter"] for one in body["errors"]]
    assert all(one["suggestion"].startswith(one["parameter"] + "=") for one in body["errors"])


OWN = dataset.disclosure().department_id


@pytest.mark.parametrize(
    ("path", "narrower"),
    [
        ("/v1/search?q=事", "q"),
        ("/v1/search?q=事", "kind"),
        ("/v1/search?q=事&kind=projects", "q"),
        ("/v1/suggest?q=事", "q"),
        ("/search?q=事", "q"),
        (f"/v1/series?department={OWN}&code=201", "fiscal_year"),
        (f"/v1/compare?departments={OWN}&fiscal_year=2024", "region_code"),
        ("/v1/releases/1/diff/2/expenditures?sort=-total", "sort"),
        ("/v1/releases/1/diff/2/expenditures?limit=1", "department_id"),
        ("/v1/cite?resource=expenditures&total__gte=1", "department_id"),
    ],
)
async def test_every_class_of_requests_that_reads_what_it_finds_has_a_limit(
    loaded: Settings, path: str, narrower: str
) -> None:
    answer = await ask(dataclasses.replace(loaded, list_cost=1, sum_cost=1), path)
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert body["type"] == "/errors/too-costly"
    assert body["estimate"] > body["limit"] == 1
    assert re.fullmatch(r"/v1/releases/\d+/files", body["files"])
    assert narrower in [one["parameter"] for one in body["errors"]]


async def test_what_few_disclosures_hold_is_shown_whatever_it_costs(loaded: Settings) -> None:
    """Changes in the order of disclosures: as many of those are looked at as fill a page."""
    answer = await ask(dataclasses.replace(loaded, list_cost=1, sum_cost=1), "/v1/releases/1/diff/2/expenditures")
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]


def test_plan_over_several_machines_costs_what_all_shards_do() -> None:
    """The form in which Citus explains: the plan of one shard, how many there are, and the plans that come first."""
    shard = [[{"Plan": {"Node Type": "Seq Scan", "Total Cost": 100.5, "Plans": [{"Total Cost": 99.0}]}}]]
    job = {"Task Count": 32, "Tasks Shown": "One of 32", "Tasks": [{"Node": "host=db-1", "Remote Plan": shard}]}
    first = [
        {"PlannedStmt": [{"Plan": {"Node Type": "Custom Scan", "Total Cost": 0.0, "Distributed Query": {"Job": job}}}]}
    ]
    plan = [
        {
            "Plan": {
                "Node Type": "Sort",
                "Total Cost": 7.0,
                "Plans": [{"Total Cost": 0.0, "Distributed Query": {"Subplans": first, "Job": job}}],
            }
        }
    ]
    assert cost._cost(plan) == 7 + 2 * 32 * 100.5
    assert cost._cost([{"Plan": {"Total Cost": 3.5, "Plans": [{"Total Cost": 3.0}]}}]) == 3.5


@pytest.mark.parametrize(
    "path",
    [
        "/v1/expenditures",
        "/v1/expenditures?fiscal_year=2023&limit=2",
        "/v1/expenditures/aggregate?group_by=fiscal_year,class,province,kind,phase,scope",
        "/v1/expenditures/facets?field=kind,fiscal_year,level,province",
        "/v1/departments",
        "/v1/regions?limit=500",
    ],
)
async def test_what_an_index_or_a_roll_up_answers_is_far_within_the_limits(seed_loaded: Settings, path: str) -> None:
    answer = await ask(dataclasses.replace(seed_loaded, list_cost=5000, sum_cost=100), path)
    assert answer.status_code == 200, answer.json()


async def test_the_default_limits_refuse_nothing_of_the_committed_data(seed_client: httpx.AsyncClient) -> None:
    for path in ("/v1/execution", "/v1/expenditures?name__contains=教育", "/v1/check-results?sort=-difference"):
        assert (await seed_client.get(path)).status_code == 200, path


async def test_a_statement_is_estimated_once_in_a_release(read_pool: asyncpg.Pool) -> None:
    costs = Costs(lists=10, sums=10)
    budget = Budget(costs, 10, RESOURCES["regions"], ())
    async with read_pool.acquire() as connection:
        await budget.refuse(connection, "select $1::int", 1)
        assert list(costs.affordable) == [("select $1::int", 1, 1)]
        # The second time the database is not asked.
        await budget.refuse(None, "select $1::int", 1)  # type: ignore[arg-type]


async def test_a_request_waits_for_a_connection_and_then_is_told_to_come_again(loaded: Settings) -> None:
    settings = dataclasses.replace(loaded, pool_size=1, pool_wait_ms=100)
    reader = Reader(settings, hosts_of(settings))
    await reader.open()
    try:
        held = asyncio.Event()

        async def hold(connection: Connection) -> None:
            held.set()
            await connection.execute("select pg_sleep(0.5)")

        async def quick(connection: Connection) -> int:
            found: int = await connection.fetchval("select 1")
            return found

        holding = asyncio.create_task(reader.run(hold))
        await held.wait()
        with pytest.raises(DatabaseBusy):
            await reader.run(quick)
        await holding
        assert await reader.run(quick) == 1
    finally:
        await reader.close()


async def test_many_more_requests_than_connections_are_all_answered(loaded: Settings) -> None:
    application = create_application(dataclasses.replace(loaded, pool_size=2, cache_mb=0))
    async with (
        LifespanManager(application) as manager,
        httpx.AsyncClient(transport=httpx.ASGITransport(app=manager.app), base_url="http://test") as client,
    ):
        paths = [f"/v1/expenditures?limit=1&total__gte={number}" for number in range(200)]
        answers = await asyncio.gather(*(client.get(path) for path in paths))
        assert {answer.status_code for answer in answers} == {200}


async def test_what_an_overloaded_service_answers_names_when_to_come_again(loaded: Settings) -> None:
    application = create_application(dataclasses.replace(loaded, pool_size=1, pool_wait_ms=100, cache_mb=0))
    async with (
        LifespanManager(application) as manager,
        httpx.AsyncClient(transport=httpx.ASGITransport(app=manager.app), base_url="http://test") as client,
    ):
        reader: Reader = application.state.reader
        pool = await reader.hosts[0].open()
        async with pool.acquire():
            answer = await client.get("/v1/expenditures?limit=1")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert answer.json()["type"] == "/errors/overloaded"
        assert (await client.get("/v1/expenditures?limit=1")).status_code == 200
