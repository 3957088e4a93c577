"""Every wrong request gets a problem document that says what was wrong and what is allowed; 5xx give nothing away."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import database
from app.api.application import create_application
from app.api.openapi import openapi_document
from app.api.problems import KINDS
from app.errors import MOST_PROBLEMS
from app.load import load
from app.settings import Settings
from tests import dataset
from tests.conftest import copy_of

DOCUMENT: Any = openapi_document()


def problem(answer: httpx.Response, status: int) -> Any:
    """The problem document of an answer, checked against its schema."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    body = answer.json()
    schema = {"$ref": "#/components/schemas/Problem", "components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(body)
    assert body["status"] == status
    assert KINDS[body["type"].removeprefix("/errors/")].status == status
    return body


@pytest.mark.parametrize(
    ("method", "path", "status", "kind", "said"),
    [
        ("GET", "/v1/expenditures?fiscal_yaer=2025", 422, "invalid-parameters", "fiscal_year"),
        ("GET", "/v1/expenditures?cursor=eyJpZCI6MX0", 422, "invalid-cursor", "cursor"),
        ("GET", "/v1/expenditures?cursor=%F0%9F%92%B0", 422, "invalid-cursor", "cursor"),
        ("GET", "/v1/expenditures?limit=0", 422, "invalid-parameters", "1 to 1000"),
        ("GET", "/v1/expenditures?limit=1001", 422, "invalid-parameters", "page.next"),
        ("GET", "/v1/expenditures?unit=dollar", 422, "invalid-parameters", "yuan"),
        ("GET", "/v1/expenditures/999999999", 404, "record-not-found", "/v1/expenditures"),
        ("GET", "/v1/expenditures/abc", 404, "record-not-found", "abc"),
        ("GET", "/v1/expenditures/99999999999999999999", 404, "record-not-found", "no id"),
        ("GET", "/v1/departments/no%00body", 404, "record-not-found", "no id"),
        ("POST", "/v1/expenditures", 405, "method-not-allowed", "GET, HEAD, OPTIONS"),
        ("DELETE", "/v1/nothing", 405, "method-not-allowed", "DELETE"),
        ("GET", "/v1/expenditure", 404, "path-not-found", "/v1/expenditures"),
        ("GET", "/expenditures", 404, "path-not-found", "/v1/expenditures"),
        ("GET", "/v1/expenditures/", 404, "path-not-found", "/v1/expenditures"),
        ("GET", "/v1/expenditures/1/2", 404, "path-not-found", "/v1/expenditures"),
        ("GET", "/v2/expenditures", 404, "path-not-found", "/v1"),
        ("GET", "/assets/nothing.js", 404, "path-not-found", "/v1"),
        ("GET", "/errors/nothing", 404, "path-not-found", "/errors"),
        ("GET", "/v1/expenditures.xls", 406, "not-acceptable", ".parquet"),
        ("GET", "/v1/regions/130000.pdf", 406, "not-acceptable", ".json"),
        ("GET", "/v1/expenditures?format=xlsx", 422, "invalid-parameters", ".json"),
        ("GET", f"/v1/expenditures?name={'x' * 8192}", 414, "query-too-long", "8192"),
        ("GET", "/v1/expenditures?release=99", 404, "release-not-found", "/v1/releases"),
        ("GET", "/v1/regions/130000?release=99", 404, "release-not-found", "/v1/releases"),
        ("GET", "/v1/expenditures?name=%00", 422, "invalid-parameters", "NUL"),
        ("GET", "/v1/expenditures?name=%FF%FE", 422, "invalid-parameters", "UTF-8"),
        ("GET", "/v1/expenditures?%FF=1", 422, "invalid-parameters", "UTF-8"),
        ("GET", "/v1/expenditures?total=1e999999", 422, "invalid-parameters", "between -1e20 and 1e20"),
        ("GET", "/v1/expenditures?fiscal_year=2024&fiscal_year=2025", 422, "invalid-parameters", "2 times"),
        ("GET", "/v1?limit=1", 422, "invalid-parameters", "no parameters"),
    ],
)
async def test_wrong_request_is_told_what_is_wrong_and_what_is_allowed(
    method: str, path: str, status: int, kind: str, said: str, api: httpx.AsyncClient
) -> None:
    answer = await api.request(method, path)
    body = problem(answer, status)
    assert body["type"] == f"/errors/{kind}"
    assert body["title"] == KINDS[kind].title
    assert said in answer.text
    if status == 405:
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


async def test_accept_header_without_json_is_refused_and_with_it_served(api: httpx.AsyncClient) -> None:
    for accept in (
        "application/pdf",
        "application/xml, text/html",
        "application/json;q=0, text/html",
        "application/json;q=0.0",
    ):
        problem(await api.get("/v1/regions", headers={"Accept": accept}), 406)
    for accept in ("*/*", "application/*", "text/html,application/xhtml+xml,*/*;q=0.8", "application/json", ""):
        assert (await api.get("/v1/regions", headers={"Accept": accept})).status_code == 200, accept


async def test_problems_of_one_request_come_together_with_suggestions(api: httpx.AsyncClient) -> None:
    body = problem(await api.get("/v1/expenditures?fiscal_yaer=2025&kind=budgets&limit=5000"), 422)
    found = {error["parameter"]: error for error in body["errors"]}
    assert set(found) == {"fiscal_yaer", "kind", "limit"}
    assert found["fiscal_yaer"]["suggestion"] == "fiscal_year"
    assert found["kind"]["suggestion"] == "budget"
    assert found["limit"]["value"] == "5000"


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ("fiscal_year=2024年", "2024"),
        ("fiscal_year=２０２４", "2024"),
        ("total__gte=1,000.50", "1000.50"),
        ("total__gte=500万元", "500"),
        ("fiscal_year=99999999999999999999", None),
        ("fiscal_year=two thousand", None),
    ],
)
async def test_number_as_people_write_it_is_refused_with_the_number(
    query: str, suggestion: str | None, api: httpx.AsyncClient
) -> None:
    (error,) = problem(await api.get(f"/v1/expenditures?{query}"), 422)["errors"]
    assert error["suggestion"] == suggestion


@pytest.mark.parametrize(
    "path",
    [
        "/v1/expenditures?" + "&".join(f"a{number}=1" for number in range(1000)),
        "/v1/expenditures?" + "&".join(f"kind={number}" for number in range(700)),
        "/v1/expenditures?fields=" + ",".join(f"a{number}" for number in range(1300)),
        "/v1/expenditures?sort=" + ",".join(f"a{number}" for number in range(1300)),
        "/v1/expenditures/aggregate?group_by=" + ",".join(f"a{number}" for number in range(1300)),
        "/v1/expenditures/facets?field=" + ",".join(f"a{number}" for number in range(1300)),
        "/v1/dictionary?" + "&".join(f"a{number}=1" for number in range(1000)),
        "/v1/expenditures?" + "&".join("a=%FF" for _ in range(1000)),
        "/catalog?" + "&".join(f"a{number}=1" for number in range(1000)),
        "/v1?" + "&".join(f"a{number}=1" for number in range(1000)),
    ],
)
async def test_thousand_mistakes_are_not_answered_with_a_thousand_lists(path: str, api: httpx.AsyncClient) -> None:
    assert len(path) < 8192
    body = problem(await api.get(path), 422)
    assert 1 <= len(body["errors"]) <= MOST_PROBLEMS
    assert len(body["detail"]) < 40_000


async def test_cursor_of_another_filter_sort_or_resource_is_refused(api: httpx.AsyncClient) -> None:
    page = (await api.get("/v1/expenditures?limit=2&sort=-total&fiscal_year=2024")).json()["page"]
    cursor = page["cursor"]
    for path in (
        f"/v1/expenditures?sort=total&fiscal_year=2024&cursor={cursor}",
        f"/v1/expenditures?sort=-total&fiscal_year=2025&cursor={cursor}",
        f"/v1/expenditures?sort=-total&cursor={cursor}",
        f"/v1/revenues?sort=-total&fiscal_year=2024&cursor={cursor}",
    ):
        body = problem(await api.get(path), 422)
        assert "another query" in body["detail"]
    # What does not change the list may change: the unit, the fields, the size of the page.
    answer = await api.get(f"/v1/expenditures?sort=-total&fiscal_year=2024&limit=3&unit=yuan&fields=id&cursor={cursor}")
    assert answer.status_code == 200
    # Another release does.
    body = problem(await api.get(f"/v1/expenditures?sort=-total&fiscal_year=2024&release=1&cursor={cursor}"), 422)
    assert "release 2" in body["detail"]


async def test_every_kind_of_problem_has_a_page_at_its_type(api: httpx.AsyncClient) -> None:
    listed = (await api.get("/errors")).json()["data"]
    assert [kind["type"] for kind in listed] == [kind.type for kind in KINDS.values()]
    for kind in KINDS.values():
        answer = await api.get(kind.type)
        assert answer.json()["data"]["description"] == kind.description
        page = await api.get(kind.type, headers={"Accept": "text/html,*/*;q=0.5"})
        assert page.headers["content-type"].startswith("text/html")
        assert kind.title in page.text


def test_every_kind_of_problem_is_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
    for kind in KINDS.values():
        assert f"## {kind.slug}\n" in text
        assert f"{kind.status}" in text.split(f"## {kind.slug}\n")[1].split("\n## ")[0]
        assert kind.description in " ".join(text.split())


async def test_database_that_is_away_gives_503_and_the_process_stays_up(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    application = create_application(Settings(database_url="postgresql://nobody:secret@127.0.0.1:9/none"))
    async with LifespanManager(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
            assert (await session.get("/healthz")).status_code == 200
            for path in ("/readyz", "/v1", "/v1/expenditures", "/v1/regions/130000"):
                answer = await session.get(path)
                body = problem(answer, 503)
                assert body["detail"] == KINDS["unavailable"].description
                assert answer.headers["retry-after"] == "5"
                assert "127.0.0.1" not in answer.text
                assert "secret" not in answer.text


async def test_outage_writes_one_line_for_a_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    application = create_application(Settings(database_url="postgresql://nobody:secret@127.0.0.1:9/none"))
    async with LifespanManager(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
            for path in ("/v1/expenditures", "/v1/expenditures.csv", "/v1/search?q=信访", "/departments"):
                caplog.clear()
                problem(await session.get(path), 503)
                (line,) = (record for record in caplog.records if record.name == "gongkai.api")
                assert line.exc_info is None
                assert "Temporarily unavailable (" in line.getMessage()
                assert "\n" not in line.getMessage()
                assert "secret" not in line.getMessage()


async def test_database_without_a_release_is_not_ready(empty_database: Settings) -> None:
    application = create_application(empty_database)
    async with LifespanManager(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
            for path in ("/readyz", "/v1", "/v1/expenditures", "/v1/regions", "/v1/regions/130000", "/v1/releases"):
                answer = await session.get(path)
                assert problem(answer, 503)["type"] == "/errors/unavailable", path
                assert answer.headers["retry-after"] == "5"


async def test_internal_error_gives_a_fixed_text_and_is_logged(
    loaded: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_: Request) -> Response:
        raise RuntimeError("the password is swordfish")

    application: FastAPI = create_application(loaded)
    application.router.routes.insert(0, Route("/fail", fail))
    async with LifespanManager(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
            answer = await session.get("/fail")
    body = problem(answer, 500)
    assert body["detail"] == KINDS["internal-error"].description
    assert "swordfish" not in answer.text
    assert "swordfish" in caplog.text


async def test_slow_statement_is_ended_and_called_too_slow(loaded: Settings) -> None:
    async def sleep(request: Request) -> Response:
        reader = request.app.state.reader
        await reader.run(lambda connection: connection.execute("set statement_timeout = 50; select pg_sleep(5)"))
        return Response()

    slow = create_application(loaded)
    slow.router.routes.insert(0, Route("/sleep", sleep))
    async with LifespanManager(slow):
        transport = httpx.ASGITransport(app=slow, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
            body = problem(await session.get("/sleep"), 503)
    assert body["type"] == "/errors/too-slow"


async def test_lost_connections_are_opened_again_without_a_failed_request(empty_database: Settings) -> None:
    async with database.connect_owner(empty_database) as owner:
        await load(owner, dataset.releases()[0], origin="ingest", note="invented for the tests")
    application = create_application(empty_database)
    async with LifespanManager(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
            # Several connections are open when all of them are lost.
            await asyncio.gather(*(session.get("/v1/regions?limit=1") for _ in range(20)))
            for _ in range(3):
                async with database.connect_owner(empty_database) as owner:
                    await owner.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity "
                        "where application_name = 'gongkai-api' and datname = current_database()"
                    )
                answers = await asyncio.gather(*(session.get("/v1/regions?limit=1") for _ in range(20)))
                assert [answer.status_code for answer in answers] == [200] * 20


@pytest.fixture(scope="module")
async def refusing(server: Settings) -> AsyncIterator[tuple[httpx.AsyncClient, Settings]]:
    """A service whose database answers a question for divisions with the error that the table `refusal` names."""
    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as owner:
            await load(owner, dataset.releases()[0], origin="ingest", note="invented for the tests")
            await owner.execute(
                f"""
                create table refusal (code text);
                grant select on refusal to {database.READER};
                create function refuse() returns boolean language plpgsql as $$ begin
                  raise exception 'the password is swordfish' using errcode = (select code from refusal);
                end $$;
                alter table region rename to region_there;
                create view region as select * from region_there where refuse();
                grant select on region to {database.READER};
                """
            )
        application = create_application(dataclasses.replace(settings, cache_mb=0))
        async with LifespanManager(application):
            transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
                yield session, settings


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("0A000", "refused-by-database"),  # what Citus does not do
        ("54001", "refused-by-database"),  # too complex
        ("53100", "unavailable"),  # no disk
        ("53200", "unavailable"),  # no memory
        ("53300", "unavailable"),  # no connection
        ("57014", "too-slow"),
        ("57P01", "unavailable"),  # shut down
        ("57P03", "unavailable"),  # starting
        ("57P04", "unavailable"),  # dropped
        ("40001", "unavailable"),  # in the way of a replay
        ("40P01", "unavailable"),  # deadlock
        ("25006", "unavailable"),  # only reads
        ("25P03", "unavailable"),  # idle for too long
        ("55P03", "unavailable"),  # locked
        ("58030", "unavailable"),  # cannot be read
        ("08006", "unavailable"),  # another machine cannot be reached
        ("42501", "unavailable"),  # not granted
        ("42703", "unavailable"),  # no such column
        ("42883", "unavailable"),  # no such function
    ],
)
async def test_refusal_of_the_database_is_a_problem_with_a_fixed_text(
    code: str, kind: str, refusing: tuple[httpx.AsyncClient, Settings]
) -> None:
    session, settings = refusing
    async with database.connect_owner(settings) as owner:
        await owner.execute(f"delete from refusal; insert into refusal values ('{code}')")
    for path in ("/v1/regions?limit=1", "/v1/regions/130000", "/v1/regions.csv", "/v1/regions/facets?field=level"):
        answer = await session.get(path)
        body = problem(answer, 503)
        assert body["type"] == f"/errors/{kind}", path
        assert body["detail"] == KINDS[kind].description
        assert "swordfish" not in answer.text
        assert answer.headers.get("retry-after") == (None if kind == "refused-by-database" else "5")
