"""A printed figure arrives with its digits, in every unit, as null where nothing is printed, and leads to its cell."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx

from app.query.registry import RESOURCES
from app.values import Unit, from_yuan, parse_amount, to_yuan


async def rows(api: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    """The rows of an answer, decimals exact."""
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)["data"]
    return found


async def test_digits_on_the_wire_are_those_of_the_document(api: httpx.AsyncClient) -> None:
    answer = await api.get(
        "/v1/balance-lines?disclosure_id__prefix=130205&fiscal_year=2024&fields=item,total&limit=1000"
    )
    for printed in ('"total":100.00}', '"total":70.50}', '"total":29.50}', '"total":0}', '"total":null}'):
        assert printed in answer.text


async def test_every_amount_equals_its_printed_cell_in_every_unit(api: httpx.AsyncClient) -> None:
    compared = 0
    for name, resource in RESOURCES.items():
        amounts = [column.name for column in resource.columns if column.kind == "money"]
        if not amounts or name in ("stated-amounts", "execution", "check-results"):
            continue  # no cell prints them as they are
        fields = ",".join(["id", "printed_unit", *amounts])
        for unit in Unit:
            path = f"/v1/{name}?include=provenance&limit=1000&unit={unit}&fields={fields}"
            for row in await rows(api, path):
                for field in amounts:
                    cell = row["provenance"]["cells"].get(field)
                    printed = None if cell is None else parse_amount(cell["text"])
                    if printed is None:
                        assert row[field] is None, f"{path} {row['id']} {field}"
                        continue
                    printed_unit = Unit(row["printed_unit"])
                    expected = from_yuan(to_yuan(printed, printed_unit), unit=unit, printed_unit=printed_unit)
                    assert f"{row[field]:f}" == f"{expected:f}", f"{path} {row['id']} {field}"
                    compared += 1
    assert compared > 500


async def test_statement_shows_the_cells_that_provenance_names(api: httpx.AsyncClient) -> None:
    for row in await rows(api, "/v1/expenditures?include=provenance&limit=40"):
        statement = (await api.get(f"/v1/statements/{row['statement_id']}")).json()["data"]
        for cell in row["provenance"]["cells"].values():
            assert statement["grid"][int(cell["row"])][int(cell["column"])] == cell["text"]
        assert statement["title"] == row["provenance"]["title"]


async def test_stated_amounts_lead_to_their_sentence(api: httpx.AsyncClient) -> None:
    for row in await rows(api, "/v1/stated-amounts?include=provenance"):
        assert row["provenance"]["line"] == row["line"]
        assert len(row["provenance"]["sha256"]) == 64


async def test_subject_shows_name_english_name_and_parents(api: httpx.AsyncClient) -> None:
    (row, *_) = await rows(api, "/v1/expenditures?code=2080505&include=subject&limit=1")
    assert row["subject"]["code"] == "2080505"
    assert [parent["code"] for parent in row["subject"]["parents"]] == ["208", "20805"]
    (total, *_) = await rows(api, "/v1/expenditures?level=total&include=subject&limit=1")
    assert total["subject"] is None


async def test_statement_that_is_empty_and_one_that_is_missing_are_two_things(api: httpx.AsyncClient) -> None:
    for status, grid in (("declared_empty", True), ("missing", False)):
        found = await rows(api, f"/v1/statements?status={status}")
        assert found
        for row in found:
            statement = (await api.get(f"/v1/statements/{row['id']}")).json()["data"]
            assert bool(statement["grid"]) == grid
            assert statement["contents"] == []


async def test_code_shows_where_it_stands_and_where_it_occurs(api: httpx.AsyncClient) -> None:
    record = (await api.get("/v1/functional-subjects/2080505")).json()["data"]
    assert [step["code"] for step in record["path"]] == ["208", "20805", "2080505"]
    assert record["parent"]["code"] == "20805"
    assert record["names"]
    occurs = record["occurs"]["expenditures"]
    lines = (await api.get("/v1/expenditures?code=2080505&limit=1000")).json()
    assert occurs["rows"] == lines["page"]["total"] > 0
    assert occurs["rows"] == sum(year["rows"] for year in occurs["by_fiscal_year"])
    assert {entry["department_id"] for entry in occurs["by_department"]} == {
        line["department_id"] for line in lines["data"]
    }
    children = (await api.get("/v1/functional-subjects/20805")).json()["data"]["children"]
    assert "2080505" in [child["code"] for child in children]
