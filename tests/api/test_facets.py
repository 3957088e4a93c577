"""A facet counts the rows that each value would leave under the other filters, and its link leads to them."""

from __future__ import annotations

import httpx
import pytest

from app.query.read_aggregate import dimensions
from app.query.registry import RESOURCES


@pytest.mark.parametrize("name", list(RESOURCES))
async def test_every_dimension_of_a_resource_counts_the_rows_behind_its_links(
    name: str, client: httpx.AsyncClient
) -> None:
    fields = list(dimensions(RESOURCES[name]))
    if not fields:
        return
    total = (await client.get(f"/v1/{name}?limit=1")).json()["page"]["total"]
    answer = await client.get(f"/v1/{name}/facets", params={"field": ",".join(fields), "limit": 1000})
    assert answer.status_code == 200, answer.text
    facets = answer.json()["data"]
    assert [facet["field"] for facet in facets] == fields
    for facet in facets:
        assert min(facet["count"], 1000) == len(facet["values"])
        if facet["count"] <= 1000:
            assert sum(value["lines"] for value in facet["values"]) == total, facet["field"]
        for value in facet["values"][:3]:
            found = await client.get(f"{value['href']}&limit=1")
            assert found.status_code == 200, found.text
            assert found.json()["page"]["total"] == value["lines"], value["href"]


async def test_filter_of_a_field_narrows_the_others_and_not_itself(client: httpx.AsyncClient) -> None:
    query = "fiscal_year=2024&kind=budget"
    whole = (await client.get("/v1/expenditures/facets?field=fiscal_year,kind,region")).json()["data"]
    some = (await client.get(f"/v1/expenditures/facets?field=fiscal_year,kind,region&{query}")).json()["data"]
    years = {value["value"] for value in some[0]["values"]}
    assert {2024, 2025} <= years < {value["value"] for value in whole[0]["values"]}, "finals of 2023 are no budgets"
    assert {value["value"] for value in some[1]["values"]} == {"budget", "final"}
    named = {value["value"]: value["name"] for value in some[2]["values"]}
    assert named["130205"] == "河北省唐山市开平区"


async def test_values_of_closed_lists_have_their_words(client: httpx.AsyncClient) -> None:
    kinds, years = (await client.get("/v1/expenditures/facets?field=kind,fiscal_year")).json()["data"]
    assert {(value["value"], value["name"], value["name_en"]) for value in kinds["values"]} == {
        ("budget", "部门预算", "departmental budget"),
        ("final", "部门决算", "departmental final account"),
    }
    assert {(value["name"], value["name_en"]) for value in years["values"]} == {(None, None)}


async def test_empty_list_leads_to_what_would_not_be_empty(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/v1/expenditures?region_code=130205&fiscal_year=1999&kind=budget&sort=-total")).json()
    (said,) = answer["warnings"]
    path = said.partition(": ")[2].split()[0]
    assert path.startswith("/v1/expenditures/facets?field=")
    facets = {facet["field"]: facet for facet in (await client.get(path)).json()["data"]}
    assert set(facets) == {"region_code", "fiscal_year", "kind"}
    assert {value["value"] for value in facets["fiscal_year"]["values"]} == {2024, 2025}
    assert facets["kind"]["values"] == []
    (said,) = (await client.get("/v1/expenditures?department_name=办公室")).json()["warnings"]
    found = (await client.get(f"/v1/expenditures?{said.split(': ')[1].split()[0]}")).json()
    assert said.startswith("department_name=办公室 is the whole text")
    assert found["page"]["total"] > 0
    # One filter contradicts nothing, and a list with rows needs no advice.
    for query in ("fiscal_year=1999", "region_code=130205&kind=budget"):
        assert (await client.get(f"/v1/expenditures?{query}")).json()["warnings"] == []


@pytest.mark.parametrize(
    ("query", "parameter", "suggestion"),
    [
        ("", "field", None),
        ("field=kinf", "field", "kind"),
        ("field=total", "field", None),
        ("field=kind&limit=0", "limit", None),
        ("field=kind&sort=kind", "sort", None),
    ],
)
async def test_wrong_request_is_refused(
    query: str, parameter: str, suggestion: str | None, client: httpx.AsyncClient
) -> None:
    answer = await client.get(f"/v1/expenditures/facets?{query}")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["parameter"] == parameter
    assert suggestion in (None, error["suggestion"])


async def test_unknown_resource_and_format_are_said_so(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/nothing/facets?field=kind")).status_code == 404
    assert (await client.get("/v1/expenditures/facets.odt?field=kind")).status_code == 406
