"""Sums of leaves equal the totals that the documents print, within rounding, for every statement and every column."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.query.read_aggregate import measurable
from app.query.registry import RESOURCES

# The rows that add up, and the rows that print what they add up to.
PARTS_AND_TOTALS = {
    "revenues": ("is_leaf=true", "level=total"),
    "expenditures": ("is_leaf=true", "level=total"),
    "economic-lines": ("is_leaf=true", "level=total"),
    "balance-lines": ("role=item", "role=year_total"),
    "three-public": (
        "institution__isnull=true&item=overseas_trips,vehicle_purchase,vehicle_operation,receptions",
        "institution__isnull=true&item=total",
    ),
    # Below its first row a table may print the totals of kinds and of institutions.
    "procurement-items": ("is_total=false", "is_total=true&position=1"),
}
GROUPS = {
    "balance-lines": "disclosure,statement,side,phase,fiscal_year",
    "procurement-items": "disclosure,statement,fiscal_year",
}
# What rows of one project repeat, what is a price or a rate: no sums.
NO_SUMS = {"project_budget", "unit_price", "quantity", "change_percent", "change_percent_without_construction"}


# What a document adds up wrongly itself: its institutions without what was carried over (pages 30 and 31), and an item
# whose own cell is blank above its parts (page 32).
WRONG_AS_PRINTED = {
    ("610100-942e5dc5-2020-budget", "revenue"),
    ("610100-942e5dc5-2020-budget", "expenditure"),
    ("610100-942e5dc5-2020-budget", "fiscal_appropriation"),
    ("610100-942e5dc5-2020-budget", "revenue_and_expenditure"),
}


async def groups(client: httpx.AsyncClient, name: str, query: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    group_by = GROUPS.get(name, "disclosure,statement,phase,fiscal_year")
    measures = ",".join(column for column in measurable(RESOURCES[name]) if column not in NO_SUMS)
    answer = await client.get(f"/v1/{name}/aggregate?{query}&group_by={group_by}&measure={measures}&limit=1000")
    assert answer.status_code == 200, answer.text
    body = json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)
    keys = ("disclosure_id", "statement", "side", "phase", "fiscal_year")
    return {tuple(group.get(key) for key in keys): group for group in body["data"]}


async def by_class(client: httpx.AsyncClient, disclosure: str, *, personnel: bool) -> dict[str, Any]:
    """The leaves of one disclosure by economic code, of the classes of personnel or of the others."""
    filters = f"disclosure_id={disclosure}&class_code{'' if personnel else '__ne'}=301,303"
    answer = await client.get(f"/v1/economic-lines/aggregate?{filters}")
    (group,) = json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)["data"]
    return dict(group)


@pytest.mark.parametrize("name", list(PARTS_AND_TOTALS))
async def test_sum_of_parts_is_the_printed_total_of_every_statement(name: str, seed_client: httpx.AsyncClient) -> None:
    parts, totals = [await groups(seed_client, name, query) for query in PARTS_AND_TOTALS[name]]
    assert totals
    compared = 0
    for key, total in totals.items():
        if key[:2] in WRONG_AS_PRINTED:
            continue
        for column, printed in total.items():
            field = column
            if not field.endswith("_sum") or printed is None:
                continue
            if key not in parts:
                assert printed == 0, f"{key} {field}: {printed} printed above no rows"
                continue
            part, count = parts[key], parts[key][field.replace("_sum", "_count")]
            if part[field] is None and name == "economic-lines":
                # The final form prints one column: 人员经费 is the sum of classes 301 and 303, 公用经费 of the others.
                part = await by_class(seed_client, key[0], personnel=field == "personnel_sum")
                field, count = "total_sum", part["total_count"]
            if part[field] is None:
                assert printed == 0, f"{key} {field}: {printed} printed above blank cells"
                continue
            unit = Decimal(1).scaleb(max(Decimal(x).as_tuple().exponent for x in (printed,)))  # type: ignore[type-var]
            bound = max(unit, Decimal("0.01")) / 2 * (count + 1)
            assert abs(part[field] - printed) <= bound, f"{key} {field}: {part[field]} for {printed}"
            compared += 1
    assert compared >= 2


async def test_sum_over_all_departments_is_the_sum_of_their_own(seed_client: httpx.AsyncClient) -> None:
    whole = (await seed_client.get("/v1/expenditures/aggregate?kind=budget&scope=department")).json()["data"]
    each = (await seed_client.get("/v1/expenditures/aggregate?kind=budget&scope=department&group_by=department")).json()
    assert sum(Decimal(str(group["total_sum"])) for group in each["data"]) == Decimal(str(whole[0]["total_sum"]))
