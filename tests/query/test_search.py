"""The filter `q` gives the rows whose names have every word, in each release, on every list that has names."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.query.registry import RESOURCES
from app.search_text import searched, words

SEARCHED = [name for name, resource in RESOURCES.items() if resource.search is not None]
FIELDS = {
    "projects": ("name",),
    "performance-indicators": ("level3", "description"),
    "procurement-items": ("item_name", "project_name"),
}
# One and two characters, a word of a name, two words, none of these, characters that are apart in every name.
QUERIES = ("项", "宣传", "合格率", "设备 购置", "ABC", "置备", "計算機", "虛構", "宣传 次")


async def rows(client: httpx.AsyncClient, path: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = await client.get(path, params={"limit": 1000, **parameters})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["page"]["total"] == len(body["data"])
    return list(body["data"])


def has(text: str | None, query: str) -> bool:
    return text is not None and all(word in searched(text) for word in words(query))


def test_every_list_with_names_is_searched() -> None:
    assert set(SEARCHED) == {
        "departments",
        "disclosures",
        "functional-subjects",
        "economic-subjects",
        "expenditures",
        "revenues",
        "economic-lines",
        "projects",
        "performance-indicators",
        "procurement-items",
    }


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("release", [1, 2])
async def test_rows_are_those_with_a_field_that_has_every_word(
    name: str, release: int, client: httpx.AsyncClient
) -> None:
    everything = await rows(client, f"/v1/{name}", release=release)
    for query in QUERIES:
        wanted = [
            row["id"]
            for row in everything
            # The total row's name is not a name of anything.
            if not row.get("is_total") and any(has(row[field], query) for field in FIELDS[name])
        ]
        found = await rows(client, f"/v1/{name}", release=release, q=query)
        assert [row["id"] for row in found] == wanted, query


@pytest.mark.parametrize("query", ["虚构", "網信", "河北 事务局", "开平区", "株洲", "局"])
async def test_departments_are_found_by_their_names_and_their_divisions(query: str, client: httpx.AsyncClient) -> None:
    everything = await rows(client, "/v1/departments", fields="id,name,aliases,region_name")
    wanted = [
        row["id"]
        for row in everything
        if any(has(text, query) for text in (*row["aliases"], f"{row['region_name']} {row['name']}"))
    ]
    assert [row["id"] for row in await rows(client, "/v1/departments", q=query)] == wanted
    disclosures = await rows(client, "/v1/disclosures", q=query)
    assert {row["department_id"] for row in disclosures} == set(wanted)


@pytest.mark.parametrize(
    ("lines", "subjects", "query"),
    [
        ("expenditures", "functional-subjects", "行政"),
        ("expenditures", "functional-subjects", "社会保障"),
        ("revenues", "functional-subjects", "公共服务"),
        ("economic-lines", "economic-subjects", "工资"),
        ("economic-lines", "economic-subjects", "salary"),
    ],
)
async def test_lines_are_found_by_any_name_of_their_code(
    lines: str, subjects: str, query: str, client: httpx.AsyncClient
) -> None:
    codes = {row["code"] for row in await rows(client, f"/v1/{subjects}", q=query)}
    assert codes
    wanted = [row["id"] for row in await rows(client, f"/v1/{lines}") if row["code"] in codes]
    assert wanted
    assert [row["id"] for row in await rows(client, f"/v1/{lines}", q=query)] == wanted


async def test_search_is_one_filter_among_others_and_belongs_to_the_cursor(client: httpx.AsyncClient) -> None:
    everything = await rows(client, "/v1/performance-indicators", q="率", fiscal_year=2025)
    assert everything
    assert {row["fiscal_year"] for row in everything} == {2025}
    first = (await client.get("/v1/performance-indicators?q=率&limit=2")).json()
    other = await client.get(f"/v1/performance-indicators?q=次&limit=2&cursor={first['page']['cursor']}")
    assert other.status_code == 422
    assert other.json()["type"] == "/errors/invalid-cursor"
