"""A series has a point for every year, says of each gap why it is one, and leads each figure to its document."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest


@pytest.fixture(scope="session")
async def department(client: httpx.AsyncClient) -> str:
    """The invented department with budgets of two years."""
    (found,) = (await client.get("/v1/departments?region_code=130205")).json()["data"]
    return str(found["id"])


async def points(client: httpx.AsyncClient, query: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/series?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = json.loads(answer.text, parse_float=Decimal)["data"]
    return found


async def test_each_year_has_its_figure_and_its_row(client: httpx.AsyncClient, department: str) -> None:
    found = await points(client, f"department={department}&code=2019999")
    assert [(point["fiscal_year"], str(point["value"]), point["status"]) for point in found] == [
        (2024, "40.00", "figure"),
        (2025, "80.00", "figure"),
    ]
    for point in found:
        row = (await client.get(point["href"])).json()["data"]
        assert row["code"] == "2019999"
        assert row["disclosure_id"] == point["disclosure_id"]


async def test_blank_cell_and_absent_code_are_two_gaps(client: httpx.AsyncClient, department: str) -> None:
    blank = await points(client, f"department={department}&code=2019999&measure=basic")
    assert {point["status"] for point in blank} == {"blank"}
    absent = await points(client, f"department={department}&code=2299999")
    assert {point["status"] for point in absent} == {"not_in_document"}
    assert {point["value"] for point in absent} == {None}


async def test_total_is_taken_where_no_code_is_named(client: httpx.AsyncClient, department: str) -> None:
    found = await points(client, f"department={department}&unit=yuan")
    assert [int(point["value"]) for point in found] == [1_000_000, 2_000_000]


async def test_department_without_documents_is_said_so(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/v1/series?department=000000-00000000")).json()
    assert answer["data"] == []
    assert "000000-00000000" in answer["warnings"][0]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "department"),
        ("department=a,b", "department"),
        ("department=a&measure=totl", "measure"),
        ("department=a&resource=projects", "resource"),
        ("department=a&scope=all", "scope"),
        ("department=a&sort=total", "sort"),
        ("department=a&department=b", "department"),
        ("department=a&resource=revenues&fund=all", "fund"),
    ],
)
async def test_wrong_parameter_is_named(query: str, parameter: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/v1/series?{query}")
    assert answer.status_code == 422
    assert parameter in [error["parameter"] for error in answer.json()["errors"]]
