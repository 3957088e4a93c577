"""Whatever a request says, the answer is data or a problem document of the 4xx kind: never a 5xx."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, quote_from_bytes

import httpx
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.query.read_query import LIST_PARAMETERS, filter_parameters
from app.query.registry import RESOURCES

UGLY = st.sampled_from(
    ["", ",", ",,", "%", "_", "\\", "'", '"', "\x00", "\n", "-", "--", "null", "true", "0", "-0", "1e9", "NaN", "∞",
     "٣", "9" * 19, "9" * 30, "0.1", "1.", ".5", "13", "130000", "000000", "201", "2010101", "2024-02-30", "9999-12-31",
     "0001-01-01", "9999-12-31T23:59:59.999999-14:00", "\ud7ff", "\U0010ffff", "行政", "a" * 600]
)  # fmt: skip
VALUES = UGLY | st.text(max_size=12) | st.integers().map(str) | st.dates().map(str) | st.decimals().map(str)


def written(text: str) -> str:
    """The text percent-encoded; half of a surrogate pair as the bytes it would be, which are no UTF-8."""
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe=",")


REQUESTS = st.sampled_from(list(RESOURCES)).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.lists(
            st.tuples(st.sampled_from([*filter_parameters(name), *LIST_PARAMETERS]) | st.text(max_size=8), VALUES),
            max_size=3,
        ),
    )
)

FEARLESS = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(answer: httpx.Response) -> Any:
    """Data with its envelope, or a problem with something to say."""
    body = answer.json()
    if answer.status_code == 200:
        assert "data" in body
    else:
        assert answer.status_code in (404, 406, 414, 422), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert body["detail"]
    return body


@FEARLESS
@given(request=REQUESTS)
async def test_list_of_any_parameters_is_answered_or_refused(
    request: tuple[str, list[tuple[str, str]]], api: httpx.AsyncClient
) -> None:
    name, pairs = request
    query = "&".join(f"{written(key)}={written(value)}" for key, value in pairs)
    check(await api.get(f"/v1/{name}?{query}"))


@FEARLESS
@given(name=st.sampled_from(list(RESOURCES)), key=VALUES)
async def test_single_record_of_any_key_is_answered_or_refused(name: str, key: str, api: httpx.AsyncClient) -> None:
    if key in ("", ".", ".."):
        return
    check(await api.get(f"/v1/{name}/{quote(key.encode('utf-8', 'surrogatepass'), safe='')}"))


@FEARLESS
@given(query=st.binary(max_size=60))
async def test_any_bytes_as_query_are_answered_or_refused(query: bytes, application: FastAPI) -> None:
    # Past httpx, which refuses to send most of them.
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/v1/expenditures", "scheme": "http", "headers": []}
    await application({**scope, "query_string": query, "root_path": ""}, receive, send)
    start, body = sent
    answer = httpx.Response(start["status"], headers=start["headers"], content=body["body"])
    check(answer)
