"""Validators, 304 without the database, the finished answers that are kept, and how soon a new release is seen."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI

from app import database
from app.api.application import create_application
from app.api.caching import Answers, Finished, Policy, canonical_query, matches, plan
from app.api.freshness import State
from app.api.hosts import TRUST_SECONDS
from app.load import load
from app.settings import Settings
from tests import dataset
from tests.freshness import known

LIST = "/v1/expenditures?limit=5&fiscal_year=2024,2023"


@pytest.fixture
async def service(loaded: Settings) -> AsyncIterator[FastAPI]:
    """A service that keeps answers, with one connection."""
    application = create_application(dataclasses.replace(loaded, pool_size=1))
    async with LifespanManager(application):
        assert await known(application)
        yield application


@pytest.fixture
async def session(service: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of that service, which accepts no coding unless a test says so."""
    transport = httpx.ASGITransport(app=service, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers={"Accept-Encoding": "identity"}
    ) as client:
        yield client


@pytest.fixture
def asked(service: FastAPI) -> list[str]:
    """The statements that the pool's connection sends from here on."""
    seen: list[str] = []

    def note(record: Any) -> None:
        seen.append(record.query)

    (holder,) = service.state.reader.hosts[0].pool._holders
    holder._con.add_query_logger(note)
    return seen


async def test_304_takes_no_statement_even_when_nothing_is_kept(service: FastAPI, session: httpx.AsyncClient) -> None:
    tag = (await session.get(LIST)).headers["etag"]
    service.middleware_stack.answers = Answers(0)
    (holder,) = service.state.reader.hosts[0].pool._holders
    seen: list[Any] = []
    holder._con.add_query_logger(seen.append)
    answer = await session.get(LIST, headers={"If-None-Match": f'"other", {tag}'})
    assert (answer.status_code, answer.content, seen) == (304, b"", [])
    assert answer.headers["etag"] == tag
    assert answer.headers["cache-control"] == Policy.CURRENT.value
    assert answer.headers["vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize(
    "path",
    [LIST, LIST + "&release=1", "/v1/expenditures", "/v1/regions/130000", "/v1", "/v1/releases"],
)
async def test_second_request_and_its_304_take_no_statement(
    path: str, session: httpx.AsyncClient, asked: list[str]
) -> None:
    first = await session.get(path)
    assert first.status_code == 200
    assert asked
    asked.clear()
    again = await session.get(path)
    same = await session.get(path, headers={"If-None-Match": first.headers["etag"]})
    since = await session.get(path, headers={"If-Modified-Since": first.headers["last-modified"]})
    assert asked == []
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert (same.status_code, since.status_code) == (304, 304)
    head = await session.head(path)
    assert (head.status_code, head.content, head.headers["content-length"]) == (
        200,
        b"",
        first.headers["content-length"],
    )


async def test_equal_queries_share_an_answer_and_its_bytes(session: httpx.AsyncClient, asked: list[str]) -> None:
    first = await session.get("/v1/expenditures?limit=5&fiscal_year=2024,2023&kind=budget,final")
    asked.clear()
    other = await session.get("/v1/expenditures?kind=final%2Cbudget&fiscal_year=2023,2024&&limit=5")
    assert asked == []
    assert other.content == first.content
    assert other.headers["etag"] == first.headers["etag"]


async def test_order_of_fields_and_sort_is_another_query(session: httpx.AsyncClient) -> None:
    one = await session.get("/v1/expenditures?limit=5&fields=code,name")
    other = await session.get("/v1/expenditures?limit=5&fields=name,code")
    assert one.headers["etag"] != other.headers["etag"]
    assert list(one.json()["data"][0]) == ["code", "name"]
    assert list(other.json()["data"][0]) == ["name", "code"]


async def test_refusal_repeats_the_value_as_it_was_given_and_is_never_kept(session: httpx.AsyncClient) -> None:
    answer = await session.get("/v1/expenditures?fiscal_year=2024,abc,1999&limit=5")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["value"] == "2024,abc,1999"
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    unknown = await session.get("/v1/expenditures?zzz=1&fields=name,nam", headers={"If-None-Match": "*"})
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["parameter"] in ("zzz", "fields")


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/v1/expenditures?limit=5", Policy.CURRENT),
        ("/v1/expenditures?limit=5&release=1", Policy.PINNED),
        ("/v1/regions/130000?release=1", Policy.PINNED),
        ("/v1", Policy.CURRENT),
        ("/openapi.json", Policy.DOCUMENT),
        ("/docs", Policy.DOCUMENT),
        ("/errors", Policy.DOCUMENT),
        ("/favicon.ico", Policy.ASSET),
        ("/assets/swagger-ui.css", Policy.ASSET),
        ("/readyz", Policy.VOLATILE),
        ("/healthz", Policy.VOLATILE),
        ("/v1/expenditures?release=99", Policy.VOLATILE),
        ("/v1/nothing", Policy.VOLATILE),
    ],
)
async def test_answer_has_the_policy_of_its_kind(path: str, policy: Policy, session: httpx.AsyncClient) -> None:
    assert (await session.get(path)).headers["cache-control"] == policy.value


async def test_document_has_a_validator_of_its_content(session: httpx.AsyncClient) -> None:
    first = await session.get("/openapi.json")
    again = await session.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_no_cache_is_made_anew(session: httpx.AsyncClient, asked: list[str]) -> None:
    await session.get(LIST)
    asked.clear()
    await session.get(LIST, headers={"Cache-Control": "no-cache"})
    assert asked


async def test_new_release_is_seen_within_the_bound_and_has_other_tags(empty_database: Settings) -> None:
    async with database.connect_owner(empty_database) as connection:
        await load(connection, dataset.releases()[0], origin="ingest", note="first")
    application = create_application(empty_database)
    async with LifespanManager(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            assert await known(application)
            first = await client.get(LIST)
            assert first.headers["gongkai-release"] == "1"
            async with database.connect_owner(empty_database) as connection:
                await load(connection, dataset.releases()[1], origin="ingest", note="second")
            begun = time.perf_counter()
            while (now := await client.get(LIST, headers={"If-None-Match": first.headers["etag"]})).status_code == 304:
                assert time.perf_counter() - begun < TRUST_SECONDS
                await asyncio.sleep(0.005)
            assert now.headers["gongkai-release"] == "2"
            assert now.headers.get("etag") != first.headers["etag"]


async def test_releases_that_are_not_certain_are_asked_for(
    service: FastAPI, session: httpx.AsyncClient, asked: list[str]
) -> None:
    await session.get(LIST)
    asked.clear()
    service.middleware_stack.freshness._confirmed = float("-inf")
    answer = await session.get(LIST)
    assert asked
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == Policy.CURRENT.value


def finished(size: int) -> Finished:
    return Finished([], [], b"x" * size, b'"1"', b"")


STATE = State(1, {1: datetime(2025, 1, 1, tzinfo=UTC)}, "a")


def planned(number: int, state: State = STATE) -> Any:
    return plan("/v1/expenditures", f"limit={number}".encode(), "", "", "http://test", state)


def test_least_recently_used_answers_go_when_the_space_is_full() -> None:
    answers = Answers(200_000)
    for number in range(1, 100):
        answers.keep(planned(number), (number,), finished(10_000))
        assert answers.by_spelling((1,), STATE) is not None
        assert answers.size <= 200_000
    assert answers.by_spelling((2,), STATE) is None
    assert answers.by_plan(planned(99), ("other",)) is not None
    assert answers.by_spelling(("other",), STATE) is not None
    answers.keep(planned(500), (500,), finished(100_000))
    assert answers.by_spelling((500,), STATE) is None, "one answer would take half of the space"


def test_answers_of_another_state_are_not_found_and_go_with_the_first_new_one() -> None:
    answers = Answers(200_000)
    answers.keep(planned(1), (1,), finished(10))
    later = dataclasses.replace(STATE, tag="b")
    assert answers.by_spelling((1,), later) is None
    assert answers.by_plan(planned(1, later), (1,)) is None
    answers.keep(planned(2, later), (2,), finished(10))
    assert len(answers) == 1


def test_spellings_of_one_query_are_bounded() -> None:
    answers = Answers(200_000)
    answers.keep(planned(1), (0,), finished(10))
    for number in range(1000):
        assert answers.by_plan(planned(1), (number,)) is not None
    assert len(answers._aliases) < 20


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("b=1&a=2", "a=2&b=1"),
        ("fiscal_year=2,1", "fiscal_year=1,2"),
        ("code__under=b,a", "code__under=a%2cb"),
        ("include=subject,provenance", "include=provenance,subject"),
        ("name=%E6%94%AF", "name=支"),
    ],
)
def test_equal_queries_are_the_same_bytes(one: str, other: str) -> None:
    path = "/v1/expenditures"
    assert canonical_query(path, one.encode())[0] == canonical_query(path, other.encode())[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [("sort=a,b", "sort=b,a"), ("name__contains=b,a", "name__contains=a,b"), ("a=1&a=2", "a=2&a=1"), ("a=", "a=1")],
)
def test_other_queries_are_other_bytes(one: str, other: str) -> None:
    path = "/v1/expenditures"
    assert canonical_query(path, one.encode())[0] != canonical_query(path, other.encode())[0]


def test_weak_tags_and_stars_match_and_others_do_not() -> None:
    assert matches(b'W/"1-a"', b'"1-a"')
    assert matches(b"*", b'"1-a"')
    assert not matches(b'"1-a-br", "2-a"', b'"1-a"')
    assert not matches(b"", b'"1-a"')
