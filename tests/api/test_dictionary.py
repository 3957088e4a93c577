"""`/v1/dictionary`: every field, in JSON and as a table, codes counted in the release; what is wrong is refused."""

from __future__ import annotations

import csv
import dataclasses
import io
from typing import Any

import httpx
import jsonschema
import pytest
from asgi_lifespan import LifespanManager
from pyarrow import parquet

from app import codes_in_use, database
from app.api.application import create_application
from app.api.formats import FILES
from app.api.openapi import openapi_document
from app.load import load
from app.query.dictionary import dictionary
from app.query.registry import RESOURCES
from app.settings import Settings
from tests import dataset
from tests.conftest import copy_of

DOCUMENT: Any = openapi_document()


async def test_whole_dictionary_has_every_resource_and_fits_its_schema(
    api: httpx.AsyncClient, statements: list[str]
) -> None:
    answer = await api.get("/v1/dictionary")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["gongkai-release"] == "2"
    assert len(statements) == 2
    body = answer.json()
    assert [entry["name"] for entry in body["data"]["resources"]] == list(RESOURCES)
    assert [len(entry["fields"]) for entry in body["data"]["resources"]] == [len(one.fields) for one in dictionary()]
    jsonschema.validate(body, {"$ref": "#/components/schemas/DictionaryAnswer", **DOCUMENT})


async def test_one_entry_has_its_fields_and_the_lists_that_they_draw_on(api: httpx.AsyncClient) -> None:
    body = (await api.get("/v1/dictionary/expenditures")).json()
    jsonschema.validate(body, {"$ref": "#/components/schemas/DictionaryEntryAnswer", **DOCUMENT})
    fields = {field["name"]: field for field in body["data"]["fields"]}
    assert fields["fund"]["values"][0] == {"value": "all", "zh": "全部资金", "en": "all funds"}
    assert fields["code"]["references"] == {"resource": "functional-subjects", "field": "code", "complete": True}
    assert fields["total"]["kind"] == "money"
    assert fields["closing_balance"]["statements"] == ["government_fund_expenditure", "state_capital_expenditure"]
    assert {listed["name"] for listed in body["data"]["code_lists"]} == {"divisions", "functional-classification"}


async def test_codes_are_counted_as_the_lists_themselves_count_them(client: httpx.AsyncClient) -> None:
    body = (await client.get("/v1/dictionary")).json()
    for listed in body["data"]["code_lists"]:
        if listed["resource"] is None:
            assert listed["codes"] is None
            continue
        total = (await client.get(f"{listed['href']}?limit=1")).json()["page"]["total"]
        assert listed["codes"] == total == sum(group["codes"] for group in listed["counts"])
        for group in listed["counts"]:
            query = "&".join(
                f"{name}__isnull=true" if value is None else f"{name}={value}"
                for name, value in group.items()
                if name not in ("codes", "in_release")
            )
            assert (await client.get(f"{listed['href']}?{query}&limit=1")).json()["page"]["total"] == group["codes"]
        assert 0 < listed["in_release"] < listed["codes"]


async def test_codes_in_use_are_those_that_rows_of_the_release_print(client: httpx.AsyncClient) -> None:
    for release in (1, 2):
        body = (await client.get(f"/v1/dictionary/expenditures?release={release}")).json()
        used: set[str] = set()
        for path, field in (("expenditures", "code"), ("revenues", "code"), ("balance-lines", "functional_code")):
            rows = (await client.get(f"/v1/{path}?fields={field}&limit=1000&release={release}")).json()
            assert rows["page"]["next"] is None
            used |= {row[field] for row in rows["data"]} - {None}
        (listed,) = (one for one in body["data"]["code_lists"] if one["name"] == "functional-classification")
        assert listed["in_release"] == len(used)
        assert body["meta"] == {"release": release}


async def test_named_resources_alone_are_described_with_their_lists(api: httpx.AsyncClient) -> None:
    body = (await api.get("/v1/dictionary?resource=three-public,assets")).json()
    assert [entry["name"] for entry in body["data"]["resources"]] == ["three-public", "assets"]
    assert [listed["name"] for listed in body["data"]["code_lists"]] == ["divisions"]


@pytest.mark.parametrize("suffix", FILES)
async def test_table_of_fields_comes_in_every_format(suffix: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/v1/dictionary.{suffix}")
    assert answer.status_code == 200
    assert answer.headers["x-total-count"] == str(sum(len(entry.fields) for entry in dictionary()))
    by_accept = await client.get("/v1/dictionary", headers={"Accept": FILES[suffix]})
    # A file names the path that it was asked for at; otherwise the two are the same.
    for header in ("content-type", "content-disposition", "x-total-count"):
        assert by_accept.headers[header] == answer.headers[header]


async def test_csv_of_one_resource_has_a_row_for_each_field(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/dictionary/three-public.csv?bom=0")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    (entry,) = (one for one in dictionary() if one.name == "three-public")
    assert [row["field"] for row in rows] == [field.name for field in entry.fields]
    item = next(row for row in rows if row["field"] == "item")
    assert item["values"].startswith("total: 合计 (total); overseas_trips: 因公出国（境）费 (official overseas trips)")
    assert next(row for row in rows if row["field"] == "region_code")["references"] == "regions.code"
    chinese = await client.get("/v1/dictionary/three-public.csv?bom=0&headers=zh")
    assert chinese.text.startswith("数据类别,序号,字段,中文名")


async def test_unchanged_dictionary_is_answered_with_304(client: httpx.AsyncClient) -> None:
    first = await client.get("/v1/dictionary/projects")
    again = await client.get("/v1/dictionary/projects", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    pinned = await client.get("/v1/dictionary/projects?release=1")
    assert "immutable" in pinned.headers["cache-control"]


@pytest.mark.parametrize(
    ("path", "status", "suggestion"),
    [
        ("/v1/dictionary/expenditure", 404, "expenditures"),
        ("/v1/dictionary?resource=expediture", 422, "expenditures"),
        ("/v1/dictionary?resouce=projects", 422, "resource"),
        ("/v1/dictionary/projects?resource=projects", 422, None),
        ("/v1/dictionary?release=0", 422, None),
        ("/v1/dictionary.pdf", 406, None),
        ("/v1/dictionary.csv?limit=3", 422, None),
    ],
)
async def test_wrong_request_is_a_problem_that_names_what_was_meant(
    path: str, status: int, suggestion: str | None, client: httpx.AsyncClient
) -> None:
    answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0].get("suggestion") == suggestion


async def test_release_that_is_not_there_is_a_problem_in_every_format(client: httpx.AsyncClient) -> None:
    for path in ("/v1/dictionary?release=99", "/v1/dictionary.csv?release=99", "/v1/dictionary/assets?release=99"):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert answer.json()["type"] == "/errors/release-not-found"


async def test_index_leads_to_the_dictionary(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1")).json()["data"]["links"]["dictionary"] == "/v1/dictionary"


def test_openapi_document_says_the_same_of_every_field() -> None:
    for entry in dictionary():
        schema = DOCUMENT["components"]["schemas"][RESOURCES[entry.name].singular]
        assert schema["x-description-zh"] == entry.description_zh
        for field in entry.row_fields:
            described = schema["properties"][field.name]
            assert described["title"] == field.zh
            assert described["description"] == field.description
            assert described["x-description-zh"] == field.description_zh
            if field.values:
                assert described["x-enumDescriptions"] == {
                    value.value: f"{value.zh} ({value.en})" for value in field.values
                }
                assert [one for one in described["enum"] if one is not None] == [one.value for one in field.values]


async def test_parquet_file_says_the_same_of_every_field(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/three-public.parquet?fields=item,total,prior_year")
    (entry,) = (one for one in dictionary() if one.name == "three-public")
    fields = {field.name: field for field in entry.row_fields}
    schema = parquet.read_schema(io.BytesIO(answer.content))
    for column in schema:
        said = {key.decode(): text.decode() for key, text in column.metadata.items() if not key.startswith(b"PARQUET")}
        field = fields[column.name]
        assert said.pop("unit", None) == ("wan" if field.kind == "money" else None)
        assert said == {
            "zh": field.zh,
            "en": field.en,
            "description": field.description,
            "description_zh": field.description_zh,
        }


async def test_codes_of_a_release_from_before_they_were_kept_are_unknown_until_they_are_counted(
    server: Settings,
) -> None:
    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as owner:
            for release in dataset.releases()[:2]:
                await load(owner, release, origin="ingest")
            kept = await owner.fetch("SELECT number, codes FROM release ORDER BY number")
            assert all(row["codes"] for row in kept)
            await owner.execute("UPDATE release SET codes = NULL")
        application = create_application(dataclasses.replace(settings, cache_mb=0))
        async with (
            LifespanManager(application) as manager,
            httpx.AsyncClient(transport=httpx.ASGITransport(app=manager.app), base_url="http://test") as session,
        ):
            lists = (await session.get("/v1/dictionary")).json()["data"]["code_lists"]
            assert {listed["in_release"] for listed in lists} == {None}
            assert all(group["in_release"] is None for listed in lists for group in listed["counts"])
            async with database.connect_owner(settings) as owner:
                assert await codes_in_use.catch_up(owner)
                assert await owner.fetch("SELECT number, codes FROM release ORDER BY number") == kept
                assert not await codes_in_use.catch_up(owner)
            lists = (await session.get("/v1/dictionary?release=1")).json()["data"]["code_lists"]
            assert all(listed["in_release"] for listed in lists if listed["resource"])
