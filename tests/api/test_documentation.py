"""The OpenAPI document is valid, committed, complete, and the documentation pages name no other host."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate

from app.api.openapi import openapi_document
from app.query.read_query import filter_parameters
from app.query.registry import RESOURCES

ROOT = Path(__file__).parents[2]
DOCUMENT: Any = openapi_document()


def test_document_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    validate(DOCUMENT)


def test_committed_document_is_the_one_that_is_served() -> None:
    committed = json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(DOCUMENT)), "run `gongkai openapi` and commit openapi/openapi.json"


def test_every_field_and_parameter_has_description_and_example() -> None:
    for schema_name, schema in DOCUMENT["components"]["schemas"].items():
        for name, field in schema.get("properties", {}).items():
            if "$ref" in field:
                continue
            assert field.get("description"), f"{schema_name}.{name}"
            assert field.get("examples") or "properties" in field or field["type"] == "array", f"{schema_name}.{name}"
    for name, parameter in DOCUMENT["components"]["parameters"].items():
        assert parameter["description"], name
        assert "example" in parameter or parameter["name"] == "cursor", name


def test_every_amount_names_its_unit() -> None:
    for resource in RESOURCES.values():
        properties = DOCUMENT["components"]["schemas"][resource.singular]["properties"]
        for column in resource.columns:
            if column.kind == "money":
                assert properties[column.name]["x-unit"] == "meta.unit of the answer"


def test_every_filter_of_every_resource_is_described() -> None:
    for name in RESOURCES:
        described = [
            parameter["$ref"].rsplit("/", 1)[1].rpartition(".")[2] if "$ref" in parameter else parameter["name"]
            for parameter in DOCUMENT["paths"][f"/v1/{name}"]["get"]["parameters"]
        ]
        assert set(described) >= set(filter_parameters(name))
        assert len(described) == len(set(described))


def test_operation_ids_are_unique_and_fit_for_generators() -> None:
    found = [item["get"]["operationId"] for item in DOCUMENT["paths"].values()]
    assert len(found) == len(set(found))
    assert all(re.fullmatch(r"(list|get|download|aggregate|facets)[A-Z][A-Za-z]+", name) for name in found)
    assert {"listExpenditures", "getExpenditureLine", "listThreePublic", "getDepartment"} <= set(found)


async def test_served_document_is_the_same(api: httpx.AsyncClient) -> None:
    assert (await api.get("/openapi.json")).json() == json.loads(json.dumps(DOCUMENT))


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/errors", "/errors/invalid-cursor"])
async def test_page_names_no_other_host_and_its_files_are_served(path: str, api: httpx.AsyncClient) -> None:
    answer = await api.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert not re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", answer.text)
    if path in ("/docs", "/redoc"):
        # What the scripts themselves might fetch from elsewhere, the browser refuses.
        assert "default-src 'self'" in answer.headers["content-security-policy"]
    for file in re.findall(r'(?:src|href)="(/[^"]+)"', answer.text):
        assert (await api.get(file)).status_code == 200, file


async def test_home_page_leads_to_the_documentation_and_the_icon_is_there(api: httpx.AsyncClient) -> None:
    assert 'href="/docs"' in (await api.get("/")).text
    assert (await api.get("/favicon.ico")).headers["content-type"] == "image/png"


def test_grammar_is_written_down_for_every_operator_and_parameter() -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for operator in ("ne", "gte", "lte", "prefix", "contains", "under", "isnull"):
        assert f"`__{operator}`" in text
    for parameter in ("sort", "fields", "include", "limit", "cursor", "unit", "release"):
        assert f"`{parameter}`" in text
    for name in RESOURCES:
        assert f"`{name}`" in text
