"""Budget and final account of one code stand side by side, each figure with the row that it comes from."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx


async def rows(client: httpx.AsyncClient, query: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/execution?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)["data"]
    return found


async def test_final_account_alone_is_compared_with_the_budget_that_it_states(seed_client: httpx.AsyncClient) -> None:
    (row,) = await rows(seed_client, "region_code=430204&code=2013701&fund=general_public_budget")
    assert row["initial_budget"] == Decimal("30.85")
    assert (row["initial_budget_source"], row["matched"]) == ("narrative", "final_account")
    assert row["final_account"] == Decimal("33.34")
    assert row["completion_rate"] == Decimal("108.07")
    stated = (await seed_client.get(row["initial_budget_href"])).json()["data"]
    assert stated["amount"] == 30.85
    assert stated["provenance"]["text"] == "30.85万元"
    spent = (await seed_client.get(row["final_account_href"])).json()["data"]
    assert (spent["total"], spent["code"], spent["kind"]) == (33.34, "2013701", "final")


async def test_total_takes_the_adjusted_budget_of_the_self_evaluation(seed_client: httpx.AsyncClient) -> None:
    (row,) = await rows(seed_client, "region_code=430204&level=total&fund=all")
    assert row["adjusted_budget"] == Decimal("34.34")
    assert row["initial_budget_source"] == "self_evaluation"
    evaluated = (await seed_client.get(row["adjusted_budget_href"])).json()["data"]
    assert evaluated["adjusted_budget"] == 34.34


async def test_budget_without_final_account_says_so_and_keeps_its_digits(seed_client: httpx.AsyncClient) -> None:
    found = await rows(seed_client, "region_code=130205&fund=all&level=item&sort=code")
    assert {row["matched"] for row in found} == {"budget_only"}
    assert all(row["final_account"] is None and row["completion_rate"] is None for row in found)
    lines = await seed_client.get("/v1/expenditures?region_code=130205&fund=all&level=item&sort=code")
    printed = json.loads(lines.text, parse_float=Decimal)["data"]
    assert [str(row["initial_budget"]) for row in found] == [str(row["total"]) for row in printed]


async def test_blank_cell_of_a_budget_alone_is_matched_with_nothing(seed_client: httpx.AsyncClient) -> None:
    found = await rows(seed_client, "region_code=000000&fiscal_year=2026&code=210&fund=general_public_budget")
    assert [(row["matched"], row["initial_budget"], row["final_account"]) for row in found] == [
        ("budget_only", None, None)
    ]
    assert all(row["initial_budget"] is not None for row in await rows(seed_client, "matched=final_account&limit=1000"))
