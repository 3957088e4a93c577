"""Headers of every answer: CORS, preflight, the request's identifier, its times; HEAD says what GET would."""

from __future__ import annotations

import re

import httpx
import pytest

from app.query.registry import RESOURCES

PATHS = ["/v1", "/errors", "/errors/internal-error", "/healthz", "/readyz", "/openapi.json", "/docs", "/redoc"]
PATHS += [f"/v1/{name}?limit=2" for name in RESOURCES]


@pytest.mark.parametrize("path", [*PATHS, "/v1/nothing", "/v1/expenditures?limit=0"])
async def test_everybody_may_read_and_every_answer_is_named_and_timed(path: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(path)
    assert answer.headers["access-control-allow-origin"] == "*"
    exposed = answer.headers["access-control-expose-headers"].lower().split(", ")
    assert {"link", "etag", "x-request-id", "server-timing", "gongkai-release", "content-disposition"} <= set(exposed)
    assert re.fullmatch(r"db;dur=\d+\.\d\d, total;dur=\d+\.\d\d", answer.headers["server-timing"])
    assert answer.headers["x-request-id"]
    assert "cache-control" in answer.headers


@pytest.mark.parametrize("path", PATHS)
async def test_head_has_the_headers_of_get_and_no_body(path: str, client: httpx.AsyncClient) -> None:
    got, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    own = {"server-timing", "x-request-id", "date"}
    assert {name: value for name, value in head.headers.items() if name not in own} == {
        name: value for name, value in got.headers.items() if name not in own
    }


@pytest.mark.parametrize("path", [*PATHS, "/v1/nothing", "/assets/swagger-ui.css"])
async def test_preflight_is_answered_everywhere(path: str, client: httpx.AsyncClient) -> None:
    headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    answer = await client.options(path, headers=headers)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers["access-control-allow-headers"] == "*"
    assert answer.headers["access-control-max-age"] == "86400"


async def test_sane_identifier_is_repeated_and_another_is_replaced(client: httpx.AsyncClient) -> None:
    given = "0af7651916cd43dd-8448eb211c80319c"
    assert (await client.get("/v1", headers={"X-Request-ID": given})).headers["x-request-id"] == given
    made = [
        (await client.get("/v1", headers={"X-Request-ID": value})).headers["x-request-id"]
        for value in ("a b", "x" * 129, "<script>", "")
    ]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[0-9a-f]+-[0-9a-f]+", value) for value in made)


async def test_time_in_the_database_is_part_of_the_whole(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/expenditures?limit=7", headers={"Cache-Control": "no-cache"})
    database, total = map(float, re.findall(r"dur=([\d.]+)", answer.headers["server-timing"]))
    assert 0 < database <= total


@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "zstd"])
async def test_head_of_a_streamed_file_has_the_coding_and_the_tag_of_get(
    coding: str, client: httpx.AsyncClient
) -> None:
    headers = {"Accept-Encoding": coding}
    got = await client.get("/v1/expenditures.csv", headers=headers)
    head = await client.head("/v1/expenditures.csv", headers=headers)
    assert head.content == b""
    for name in ("etag", "content-encoding", "cache-control", "vary", "gongkai-release", "content-type"):
        assert head.headers.get(name) == got.headers.get(name), name
    unchanged = await client.get("/v1/expenditures.csv", headers=headers | {"If-None-Match": got.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
