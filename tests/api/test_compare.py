"""Departments stand side by side for the same codes; who has none is null and said to have none."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest


async def test_every_code_has_a_figure_or_a_reason_for_each_department(seed_client: httpx.AsyncClient) -> None:
    departments = "130532-66d86cb4,130205-5c9de731"
    answer = await seed_client.get(f"/v1/compare?departments={departments}&fiscal_year=2023")
    assert answer.status_code == 200, answer.text
    body: Any = json.loads(answer.text, parse_float=Decimal)
    assert body["meta"]["applied"] == {"kind": "budget", "level": "class", "scope": "department", "fund": "all"}
    assert "130205-5c9de731" in body["warnings"][0]
    assert [row["code"] for row in body["data"]] == ["201", "208", "210", "221"]
    for row in body["data"]:
        own, other = row["figures"]
        assert own["department_id"] == "130532-66d86cb4"
        line = (await seed_client.get(own["href"])).json()["data"]
        assert (line["code"], line["fiscal_year"]) == (row["code"], 2023)
        assert Decimal(str(line["total"])) == own["value"]
        assert (other["value"], other["status"], other["href"]) == (None, "no_document", None)


async def test_codes_can_be_chosen(client: httpx.AsyncClient) -> None:
    found = (await client.get("/v1/departments")).json()["data"]
    names = ",".join(department["id"] for department in found)
    answer = await client.get(f"/v1/compare?departments={names}&fiscal_year=2025&code=201,2080505&unit=yuan")
    rows = answer.json()["data"]
    assert [row["code"] for row in rows] == ["201", "2080505"]
    assert all([figure["department_id"] for figure in row["figures"]] == names.split(",") for row in rows)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("fiscal_year=2025", "departments"),
        ("departments=a", "fiscal_year"),
        ("departments=a&fiscal_year=2025,2024", "fiscal_year"),
        ("departments=a&fiscal_year=2025&kind=both", "kind"),
        ("departments=a&fiscal_year=2025&level=all", "level"),
        (f"departments={','.join(map(str, range(21)))}&fiscal_year=2025", "departments"),
        ("departments=a&fiscal_year=2025&page=2", "page"),
    ],
)
async def test_wrong_parameter_is_named(query: str, parameter: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/v1/compare?{query}")
    assert answer.status_code == 422
    assert parameter in [error["parameter"] for error in answer.json()["errors"]]


async def test_departments_without_a_row_of_what_is_compared_are_told_so(
    seed_client: httpx.AsyncClient,
) -> None:
    path = "/v1/compare?departments=130205-5c9de731&fiscal_year=2025"
    answer = (await seed_client.get(f"{path}&code=2299999")).json()
    assert answer["data"] == []
    assert answer["warnings"] == ["no document here has a row of code=2299999: level=total compares their totals"]
    assert (await seed_client.get(f"{path}&level=total")).json()["data"]
