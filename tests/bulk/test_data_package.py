"""`datapackage.json` is a valid Data Package (v2), and what it says of every file holds: types, constraints, keys."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

import jsonschema
import pytest

from app.bulk.data_package import Source, data_package, table_schema
from app.bulk.manifest import MEDIA_TYPES, UNIT, BulkFile, BulkFormat, ReleaseFiles
from app.publication import DATA_LICENCE, Publisher
from app.query.columns import Column
from app.query.registry import RESOURCES

NOBODY = Publisher(name="Gongkai", contact=None)
SOURCES = (
    Source("130205-5c9de731-2025-budget", "2025年部门预算", "网信办", "budget.txt", "9f" * 32, 1),
    Source("430204-2fdb7fc8-2020-final", "2020年部门决算", "网信办", "final.txt", "ab" * 32, 2),
)
TABLES = [resource for resource in RESOURCES.values() if resource.name != "execution"]
COLUMNS = {resource.name: resource.columns for resource in TABLES}


def profile(name: str) -> jsonschema.Draft7Validator:
    """A profile of the standard, as it is published for version 2.0."""
    text = resources.files("dplib").joinpath(f"profiles/2.0/{name}.json").read_text(encoding="utf-8")
    return jsonschema.Draft7Validator(json.loads(text), format_checker=jsonschema.FormatChecker())


def bulk_file(name: str, kind: BulkFormat, resource: str | None = None, rows: int | None = None) -> BulkFile:
    return BulkFile(
        name=name,
        resource=resource,
        format=kind,
        media_type=MEDIA_TYPES[kind],
        bytes=123,
        sha256="0f" * 32,
        rows=rows,
    )


def release(*files: BulkFile) -> ReleaseFiles:
    return ReleaseFiles(
        release=7,
        created_at=dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
        content_digest="cd" * 32,
        unit=UNIT,
        schema=1,
        files=files,
    )


def all_files() -> Iterator[BulkFile]:
    for resource in TABLES:
        yield bulk_file(f"{resource.name}.csv.gz", "csv.gz", resource.name, 3)
        yield bulk_file(f"{resource.name}.parquet", "parquet", resource.name, 3)
    yield bulk_file("gongkai.sqlite", "sqlite")
    yield bulk_file("README.md", "text")


def package(
    *, publisher: Publisher = NOBODY, public_url: str | None = None, sources: tuple[Source, ...] = SOURCES
) -> Any:
    return data_package(
        release(*all_files()), columns=COLUMNS, sources=sources, publisher=publisher, public_url=public_url
    )


def named(descriptor: Any, name: str) -> Any:
    return next(one for one in descriptor["resources"] if one["name"] == name)


def field(descriptor: Any, resource: str, name: str) -> Any:
    return next(one for one in named(descriptor, resource)["schema"]["fields"] if one["name"] == name)


@pytest.mark.parametrize("public_url", [None, "https://data.example.org/budgets/"])
@pytest.mark.parametrize("contact", [None, "mailto:someone@example.org", "https://example.org/contact"])
@pytest.mark.parametrize("sources", [SOURCES, ()])
def test_descriptor_fits_the_profiles_of_the_standard(
    public_url: str | None, contact: str | None, sources: tuple[Source, ...]
) -> None:
    publisher = Publisher(name="Gongkai", contact=contact)
    descriptor = package(publisher=publisher, public_url=public_url, sources=sources)
    assert not list(profile("datapackage").iter_errors(descriptor))
    for resource in descriptor["resources"]:
        assert not list(profile("dataresource").iter_errors(resource))
        if "schema" in resource:
            assert not list(profile("tableschema").iter_errors(resource["schema"]))
            assert not list(profile("tabledialect").iter_errors(resource["dialect"]))


def test_profile_refuses_a_type_that_it_does_not_know() -> None:
    descriptor = package()
    field(descriptor, "expenditures", "total")["type"] = "money"
    assert list(profile("datapackage").iter_errors(descriptor))


def test_package_says_which_release_it_is_and_whose_documents_it_holds() -> None:
    descriptor = package(public_url="https://data.example.org")
    assert descriptor["version"] == "7"
    assert descriptor["created"] == "2026-01-02T03:04:05+00:00"
    assert descriptor["id"] == "https://data.example.org/v1/releases/7"
    assert descriptor["licenses"][0]["name"] == DATA_LICENCE.identifier
    assert descriptor["sources"][1] == {
        "title": "网信办：2020年部门决算",
        "path": "https://data.example.org/v1/disclosures/430204-2fdb7fc8-2020-final",
        "version": "2",
        "disclosure": "430204-2fdb7fc8-2020-final",
        "file": "final.txt",
        "sha256": "ab" * 32,
    }
    assert "万元" in descriptor["description"]
    assert "10,000 yuan" in descriptor["description"]
    unknown = package()
    assert "homepage" not in unknown
    assert "path" not in unknown["sources"][0]
    assert unknown["id"].startswith("gongkai:7:cdcd")


def test_every_file_is_named_with_its_size_and_digest() -> None:
    descriptor = package()
    paths = [one["path"] for one in descriptor["resources"]] + [
        one["parquet"]["path"] for one in descriptor["resources"] if "parquet" in one
    ]
    assert sorted(paths) == sorted(file.name for file in all_files())
    table = named(descriptor, "expenditures")
    assert (table["fileSize"], table["hash"]) == (123, f"sha256:{'0f' * 32}")
    assert table["parquet"]["hash"] == f"sha256:{'0f' * 32}"
    assert named(descriptor, "gongkai-sqlite")["format"] == "sqlite"


def test_fields_have_type_unit_words_and_constraints() -> None:
    descriptor = package()
    total = field(descriptor, "expenditures", "total")
    assert total["type"] == "number"
    assert (total["decimalChar"], total["bareNumber"]) == (".", True)
    assert (total["unit"], total["unit_zh"]) == ("wan", "万元")
    assert "constraints" not in total
    fund = field(descriptor, "expenditures", "fund")
    assert fund["constraints"] == {
        "required": True,
        "enum": ["all", "fiscal_appropriation", "general_public_budget", "government_fund", "state_capital"],
    }
    assert fund["categories"][0] == {"value": "all", "label": "全部资金 (all funds)"}
    assert field(descriptor, "expenditures", "id")["constraints"] == {"required": True, "unique": True}
    assert field(descriptor, "expenditures", "fiscal_year")["constraints"] == {"required": True, "minimum": 1990}
    assert field(descriptor, "regions", "code")["constraints"]["pattern"] == "^[0-9]{6}$"
    assert field(descriptor, "expenditures", "code")["constraints"] == {"pattern": "^[0-9]{3}([0-9]{2}){0,2}$"}
    # An empty text is written like null, so a text that may be empty is not required.
    assert "constraints" not in field(descriptor, "statements", "location")
    rate = field(descriptor, "evaluation-lines", "execution_rate")
    assert (rate["unit"], rate["unit_zh"]) == ("per cent", "百分比（%）")
    for resource in descriptor["resources"]:
        for one in resource.get("schema", {}).get("fields", ()):
            zh, _, en = one["description"].partition("\n\n")
            assert zh.endswith(("。", "…`。"))
            assert en.endswith((".", "…"))


def test_keys_lead_where_every_value_is_found_and_nowhere_else() -> None:
    descriptor = package()
    keys = {
        (resource["name"], key["fields"][0]): key["reference"]
        for resource in descriptor["resources"]
        for key in resource.get("schema", {}).get("foreignKeys", ())
    }
    assert keys["expenditures", "department_id"] == {"resource": "departments", "fields": ["id"]}
    assert keys["expenditures", "code"] == {"resource": "functional-subjects", "fields": ["code"]}
    assert keys["performance-indicators", "project_id"] == {"resource": "projects", "fields": ["id"]}
    # A reference to the same table names no resource.
    assert keys["regions", "parent_code"] == {"fields": ["code"]}
    # What is cut out of a code may be in no list.
    assert ("expenditures", "class_code") not in keys
    assert ("functional-subjects", "parent_code") not in keys


def test_key_to_a_resource_that_is_not_in_the_package_is_left_out() -> None:
    resource = RESOURCES["findings"]
    columns = {column.name: column for column in resource.columns}
    schema: Any = table_schema(resource, columns, {"findings", "departments"}, UNIT)
    assert [key["fields"] for key in schema["foreignKeys"]] == [["department_id"]]


def test_blank_cell_is_explained() -> None:
    (missing,) = named(package(), "projects")["schema"]["missingValues"]
    assert missing["value"] == ""
    assert "0" in missing["label"]


def test_every_column_type_of_the_registry_has_a_type_of_the_standard() -> None:
    kinds: dict[str, Column] = {column.kind: column for resource in TABLES for column in resource.columns}
    assert set(kinds) >= {"text", "code", "choice", "integer", "boolean", "date", "datetime", "money", "list", "json"}
    types = {one["type"] for resource in package()["resources"] for one in resource.get("schema", {}).get("fields", ())}
    assert types == {"string", "integer", "number", "boolean", "date", "datetime", "object", "array"}
