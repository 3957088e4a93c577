"""Every read endpoint: status, headers, body as the OpenAPI document says, and a fixed number of SQL statements."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from app.api.openapi import openapi_document
from app.query.registry import RESOURCES

DOCUMENT: Any = openapi_document()
NAMES = list(RESOURCES)


def check(schema: str, body: Any) -> None:
    """Fail unless the body is what the named schema says."""
    whole = {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}
    Draft202012Validator(whole).validate(body)


@pytest.mark.parametrize("name", NAMES)
async def test_list_has_rows_headers_and_envelope_for_one_statement(
    name: str, api: httpx.AsyncClient, application: FastAPI, statements: list[str]
) -> None:
    resource = RESOURCES[name]
    application.state.reader.known.totals.clear()
    answer = await api.get(
        f"/v1/{name}", params={"limit": 1000, "fields": ",".join(column.name for column in resource.columns)}
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    body = answer.json()
    check(f"{resource.singular}List", body)
    assert body["data"], "the invented data set has rows of every resource"
    assert all(set(row) == {column.name for column in resource.columns} for row in body["data"])
    assert body["page"]["count"] == len(body["data"])
    assert body["meta"]["resource"] == name
    if body["page"]["next"] is None:
        assert body["page"]["total"] == len(body["data"])
        assert "link" not in answer.headers
    # The total of a list that does not fit on its first page is one statement more.
    assert len(statements) == (1 if body["page"]["next"] is None else 2)


@pytest.mark.parametrize("name", [name for name in NAMES if RESOURCES[name].includes])
async def test_includes_follow_their_schema_without_a_further_statement(
    name: str, api: httpx.AsyncClient, statements: list[str]
) -> None:
    resource = RESOURCES[name]
    includes = [include.name for include in resource.includes]
    answer = await api.get(f"/v1/{name}", params={"include": ",".join(includes), "limit": 1000})
    assert answer.status_code == 200
    check(f"{resource.singular}List", answer.json())
    assert all(set(includes) <= set(row) for row in answer.json()["data"])
    # The total of a list that does not fit on its first page is one statement more.
    assert len(statements) == (1 if answer.json()["page"]["next"] is None else 2)


@pytest.mark.parametrize("name", NAMES)
async def test_second_page_costs_one_statement_and_keeps_the_total(
    name: str, api: httpx.AsyncClient, statements: list[str]
) -> None:
    first = await api.get(f"/v1/{name}", params={"limit": 1})
    assert len(statements) <= 2
    following = first.json()["page"]["next"]
    assert first.headers["link"] == f'<{following}>; rel="next"'
    statements.clear()
    second = await api.get(following)
    assert second.status_code == 200
    assert len(statements) == 1
    assert second.json()["page"]["total"] == first.json()["page"]["total"]
    assert second.json()["data"] != first.json()["data"]


async def test_filter_whose_value_matters_to_the_plan_is_planned_for_its_value(
    api: httpx.AsyncClient, application: FastAPI, statements: list[str]
) -> None:
    application.state.reader.known.totals.clear()
    first = await api.get("/v1/expenditures?code__under=208&limit=2")
    custom, _, counted, reset = statements
    assert (custom, reset) == ("set plan_cache_mode = force_custom_plan", "reset plan_cache_mode")
    assert counted.startswith("select case when exists (select 1 from rollup_combination")  # what was added up, or null
    statements.clear()
    await api.get(first.json()["page"]["next"])
    assert len(statements) == 3
    statements.clear()
    # Few lines are a department's, whichever it is: one plan serves them all.
    await api.get("/v1/expenditures?department_id=130205-5c9de731&code__under=208&limit=2")
    assert len(statements) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_single_record_follows_its_schema_for_one_statement(
    name: str, api: httpx.AsyncClient, statements: list[str]
) -> None:
    resource = RESOURCES[name]
    rows = (await api.get(f"/v1/{name}", params={"limit": 3})).json()["data"]
    statements.clear()
    includes = ",".join(include.name for include in resource.includes)
    for row in rows:
        answer = await api.get(f"/v1/{name}/{row[resource.key]}", params={"include": includes} if includes else {})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        check(f"{resource.singular}Answer", answer.json())
        data = answer.json()["data"]
        assert set(data) >= {column.name for column in (*resource.columns, *resource.details)}
        assert {key: data[key] for key in row} == row
    assert len(statements) == len(rows)


async def test_links_of_every_single_record_lead_somewhere(api: httpx.AsyncClient) -> None:
    def hrefs(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [href for item in value.values() for href in hrefs(item)]
        if isinstance(value, list):
            return [href for item in value for href in hrefs(item)]
        return [value] if isinstance(value, str) and value.startswith("/v1/") else []

    for name, resource in RESOURCES.items():
        row = (await api.get(f"/v1/{name}", params={"limit": 1})).json()["data"][0]
        record = (await api.get(f"/v1/{name}/{row[resource.key]}")).json()["data"]
        for href in hrefs(record)[:40]:
            answer = await api.get(href)
            assert answer.status_code == 200, f"{name}: {href}: {answer.text}"


async def test_counts_of_contents_equal_the_totals_of_the_lists_they_link_to(api: httpx.AsyncClient) -> None:
    for path in ("/v1/departments", "/v1/disclosures", "/v1/statements"):
        for row in (await api.get(path, params={"limit": 20})).json()["data"]:
            for part in (await api.get(f"{path}/{row['id']}")).json()["data"]["contents"]:
                answer = await api.get(part["href"])
                assert answer.json()["page"]["total"] == part["rows"], part


async def test_total_without_filters_is_the_number_of_rows(api: httpx.AsyncClient) -> None:
    for name, resource in RESOURCES.items():
        for release in (1, 2):
            parameters = {"limit": "1", "release": str(release)}
            known = (await api.get(f"/v1/{name}", params=parameters)).json()["page"]["total"]
            everything = {f"{resource.key}__ne": "0" if resource.key_column.kind == "integer" else "x"}
            counted = (await api.get(f"/v1/{name}", params=parameters | everything)).json()["page"]["total"]
            assert known == counted, name


async def test_index_lists_every_resource_and_its_links_work(api: httpx.AsyncClient, statements: list[str]) -> None:
    answer = await api.get("/v1")
    assert answer.status_code == 200
    assert len(statements) == 1
    check("Index", answer.json())
    entries = answer.json()["data"]["resources"]
    assert [entry["name"] for entry in entries] == NAMES
    for entry in entries:
        for path in (entry["href"], *entry["examples"]):
            assert (await api.get(path)).status_code == 200, path


async def test_head_has_the_headers_of_get_and_no_body(api: httpx.AsyncClient) -> None:
    for path in ("/v1", "/v1/regions", "/v1/regions/130000", "/docs", "/openapi.json", "/healthz", "/v1/nothing"):
        get, head = await api.get(path), await api.head(path)
        assert head.status_code == get.status_code, path
        assert head.content == b"", path
        assert head.headers["content-type"] == get.headers["content-type"], path
        assert head.headers["content-length"] == get.headers["content-length"], path


async def test_options_names_the_methods_and_lets_other_origins_read(api: httpx.AsyncClient) -> None:
    answer = await api.options("/v1/expenditures", headers={"Origin": "https://example.org"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


async def test_health_needs_no_statement_and_readiness_names_the_release(
    api: httpx.AsyncClient, statements: list[str]
) -> None:
    assert (await api.get("/healthz")).json() == {"status": "ok"}
    assert statements == []
    assert (await api.get("/readyz")).json() == {"status": "ready", "release": 2}
    assert len(statements) == 1


async def test_empty_list_of_a_province_says_how_to_ask_for_what_is_under_it(api: httpx.AsyncClient) -> None:
    answer = (await api.get("/v1/departments?region_code=130000")).json()
    assert answer["data"] == []
    assert "region_code__under=130000" in answer["warnings"][0]
    assert (await api.get("/v1/departments?region_code__under=130000")).json()["warnings"] == []


async def test_json_suffix_gives_the_same_answer(api: httpx.AsyncClient) -> None:
    plain, suffixed = await api.get("/v1/regions/130000"), await api.get("/v1/regions/130000.json")
    assert plain.content == suffixed.content
    assert (await api.get("/v1/expenditures.json?limit=1")).status_code == 200


async def test_public_url_stands_before_the_next_page(application: FastAPI, api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/regions?limit=1", headers={"Host": "data.example.org"})
    assert answer.json()["page"]["next"].startswith("http://data.example.org/v1/regions?limit=1&cursor=")
    # A host that is no host is not repeated.
    answer = await api.get("/v1/regions?limit=1", headers={"Host": 'x"><script>'})
    assert answer.json()["page"]["next"].startswith("/v1/regions?")
    assert application.state.reader.settings.public_url is None


def written(example: Any) -> str:
    """An example as it stands in a URL."""
    text = ",".join(map(str, example)) if isinstance(example, list) else example
    return json.dumps(text) if isinstance(text, bool) else str(text)


async def test_every_documented_example_request_is_answered(seed_client: httpx.AsyncClient) -> None:
    tried = 0
    for path, item in DOCUMENT["paths"].items():
        operation = item["get"]
        parameters = [resolve(parameter) for parameter in operation.get("parameters", [])]
        for request in operation.get("x-example-requests", []):
            answer = await seed_client.get(request)
            assert answer.status_code == 200, request
            tried += 1
        if "{" in path:
            continue
        needed = {
            one["name"]: written(one["example"]) for one in parameters if one.get("required") and one["in"] == "query"
        }
        if path == "/v1/cite":  # what is cited is named in one of three ways
            needed = {"disclosure": next(one["example"] for one in parameters if one["name"] == "disclosure")}
        for parameter in parameters:
            if "example" not in parameter:
                assert parameter["name"] == "cursor"
                continue
            text = written(parameter["example"])
            others = {} if path == "/v1/cite" and parameter["name"] in {"resource", "path"} else needed
            answer = await seed_client.get(path, params={**others, parameter["name"]: text})
            if path.endswith("/aggregate") and answer.status_code == 422:
                # One filter alone may leave rows that repeat the same money.
                assert answer.json()["type"] == "/errors/double-counting", f"{path} {parameter['name']}: {answer.text}"
                answer = await seed_client.get(answer.json()["corrected"])
            assert answer.status_code == 200, f"{path}?{parameter['name']}={text}: {answer.text}"
            tried += 1
    assert tried > 1000


def resolve(parameter: Any) -> Any:
    """The parameter behind a reference."""
    return (
        DOCUMENT["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]] if "$ref" in parameter else parameter
    )


@pytest.mark.parametrize(
    "query",
    [
        "department_id={department_id}",
        "region_code={region_code}&fiscal_year={fiscal_year}",
        "code={code}&fiscal_year={fiscal_year}",
        "code__under={code:.3}&fiscal_year={fiscal_year}",
    ],
)
async def test_page_of_few_or_ordered_rows_and_its_total_are_one_statement_for_every_value(
    query: str, api: httpx.AsyncClient, application: FastAPI, statements: list[str]
) -> None:
    row = (await api.get("/v1/expenditures?limit=1&code__isnull=false")).json()["data"][0]
    path = f"/v1/expenditures?{query.format(**row)}"
    everything = (await api.get(f"{path}&limit=1000")).json()
    application.state.reader.known.totals.clear()
    statements.clear()
    page = (await api.get(f"{path}&limit=2")).json()
    assert len(statements) == 1
    assert page["page"]["total"] == everything["page"]["total"] == len(everything["data"]) > 2
    assert page["data"] == everything["data"][:2]
    statements.clear()
    following = (await api.get(page["page"]["next"])).json()
    assert following["data"] == everything["data"][2:4]
    assert len(statements) == 1


async def test_rows_under_a_class_are_those_whose_codes_begin_with_it(api: httpx.AsyncClient) -> None:
    for classes in ("201", "201,213"):
        under = (await api.get(f"/v1/expenditures?code__under={classes}&limit=1000")).json()
        alone = (await api.get(f"/v1/expenditures?class_code={classes}&limit=1000")).json()
        rows = (await api.get("/v1/expenditures?code__isnull=false&limit=1000")).json()["data"]
        expected = [row["id"] for row in rows if row["code"].startswith(tuple(classes.split(",")))]
        assert [row["id"] for row in under["data"]] == [row["id"] for row in alone["data"]] == expected != []
