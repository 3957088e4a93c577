"""The dictionary says of every field what the registry declares, and what it says of statements and codes is true."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import httpx
import pytest

from app import codelists, records
from app.parse.statements import FORMS
from app.query import words
from app.query.code_lists import CODE_LISTS
from app.query.dictionary import MONEY_UNIT, dictionary, used_by
from app.query.dictionary_page import dictionary_page
from app.query.read_query import filter_parameters
from app.query.registry import RESOURCES

ROOT = Path(__file__).parents[2]
ENTRIES = {entry.name: entry for entry in dictionary()}

# Which records a resource's rows are made from: where the parser's own forms say what it reads out of which table.
RECORDS = {
    "assets": records.AssetItem,
    "balance-lines": records.BalanceLine,
    "economic-lines": records.EconomicLine,
    "evaluation-lines": records.EvaluationLine,
    "expenditures": records.ExpenditureLine,
    "performance-indicators": records.PerformanceIndicator,
    "procurement-items": records.ProcurementItem,
    "projects": records.Project,
    "revenues": records.RevenueLine,
    "three-public": records.ThreePublicLine,
}


def test_every_column_detail_and_include_is_a_field_in_order() -> None:
    assert list(ENTRIES) == list(RESOURCES)
    for resource in RESOURCES.values():
        entry = ENTRIES[resource.name]
        expected = [*resource.columns, *resource.details, *resource.includes]
        update = ["update"] if resource.delta else []
        assert [field.name for field in entry.fields] == [*(one.name for one in expected), *update]
        assert [field.name for field in entry.row_fields] == [column.name for column in resource.columns]
        assert entry.primary_key in {field.name for field in entry.row_fields}


def test_every_field_has_names_and_meanings_in_both_languages_and_a_type() -> None:
    for entry in ENTRIES.values():
        for field in entry.fields:
            name = f"{entry.name}.{field.name}"
            for said in (field.zh, field.en, field.description_zh, field.description, field.kind):
                assert said, name
            assert field.type in {"string", "integer", "number", "boolean", "array", "object"}, name
            assert any("\u4e00" <= sign <= "\u9fff" for sign in field.description_zh), name


def test_every_number_of_money_or_share_has_its_unit_in_both_languages() -> None:
    for entry in ENTRIES.values():
        for field in entry.fields:
            if field.kind == "money":
                assert (field.unit_zh, field.unit) == MONEY_UNIT
            else:
                assert (field.unit is None) == (field.unit_zh is None)
    rate = next(field for field in ENTRIES["evaluation-lines"].fields if field.name == "execution_rate")
    assert (rate.unit_zh, rate.unit) == ("百分比（%）", "per cent")


def test_every_filter_parameter_belongs_to_exactly_one_field_or_is_a_search() -> None:
    for name, entry in ENTRIES.items():
        listed = [parameter for field in entry.fields for parameter in field.filters]
        assert len(listed) == len(set(listed))
        assert set(filter_parameters(name)) - set(listed) <= {"q"}


def test_references_lead_to_the_key_of_the_resource_they_name() -> None:
    found = {
        (entry.name, field.name): field.references
        for entry in ENTRIES.values()
        for field in entry.fields
        if field.references is not None
    }
    for reference in found.values():
        assert ENTRIES[reference.resource].primary_key == reference.field
    assert found["expenditures", "department_id"].resource == "departments"
    assert found["expenditures", "code"].resource == "functional-subjects"
    assert found["economic-lines", "code"].resource == "economic-subjects"
    assert found["performance-indicators", "project_id"].resource == "projects"
    # What is only derived from a code may be in no list; what the loader writes itself is there.
    assert not found["expenditures", "class_code"].complete
    assert found["expenditures", "code"].complete
    named = {"region_code", "department_id", "disclosure_id", "statement_id", "project_id", "functional_code"}
    for entry in ENTRIES.values():
        for field in entry.row_fields:
            if field.name in named and field.name != entry.primary_key:
                assert (entry.name, field.name) in found


@pytest.mark.parametrize("name", RECORDS)
def test_rows_come_out_of_known_statements(name: str) -> None:
    assert {value.value for value in ENTRIES[name].statements} <= set(get_args(records.StatementKey))
    assert ENTRIES[name].statements


def test_every_statement_that_the_parser_has_a_form_for_is_the_source_of_some_resource() -> None:
    named = {value.value for entry in ENTRIES.values() for value in entry.statements}
    # A table of institutions holds no figures: it is served as printed, as a statement.
    assert {form.key for form in FORMS} - named <= {"institutions"}


async def test_invented_rows_come_out_of_the_statements_that_the_dictionary_names(client: httpx.AsyncClient) -> None:
    await rows_come_out_of_their_statements(client)


async def test_committed_rows_come_out_of_the_statements_that_the_dictionary_names(
    seed_client: httpx.AsyncClient,
) -> None:
    await rows_come_out_of_their_statements(seed_client)


async def rows_come_out_of_their_statements(session: httpx.AsyncClient) -> None:
    """Every row of figures is out of one of the statements of its resource, every value out of one of its field."""
    for name, entry in ENTRIES.items():
        if name not in RECORDS:
            continue
        answer = (await session.get(f"/v1/{name}?limit=1000")).json()
        allowed = {value.value for value in entry.statements}
        only = {field.name: set(field.statements) for field in entry.row_fields if set(field.statements) != allowed}
        for row in answer["data"]:
            assert row["statement"] in allowed, name
            for field, keys in only.items():
                assert row.get(field) is None or row["statement"] in keys, f"{name}.{field} in {row['statement']}"


def test_divisions_are_of_the_edition_that_the_dictionary_names() -> None:
    codes = codelists.divisions()
    edition = next(listed for listed in CODE_LISTS if listed.name == "divisions").edition
    assert "659011" in codes
    assert "330113" not in codes
    assert "350405" not in codes
    assert all(code in edition for code in ("659011", "330113", "350405"))


def test_code_lists_that_were_observed_say_so_in_both_languages() -> None:
    observed = [listed for listed in CODE_LISTS if listed.origin == "observed"]
    assert {listed.resource for listed in observed} == {"functional-subjects", "economic-subjects"}
    for listed in observed:
        assert "not complete" in listed.edition
        assert "并不完整" in listed.edition_zh
    for listed in CODE_LISTS:
        assert used_by(listed), listed.name
        for resource, field in used_by(listed):
            assert field in RESOURCES[resource].by_name


def test_page_is_the_committed_one_and_has_every_field() -> None:
    page = dictionary_page()
    committed = (ROOT / "docs" / "dictionary.md").read_text(encoding="utf-8")
    assert committed == page, "run `gongkai dictionary` and commit docs/dictionary.md"
    for entry in ENTRIES.values():
        section = page.partition(f"### `{entry.name}` {entry.zh}\n")[2].partition("\n### ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| `")]
        assert len(rows) == len(entry.fields)
        assert all(line.count(" | ") == 4 for line in rows)


def test_words_of_statements_name_both_forms_where_the_final_account_has_another() -> None:
    assert words.STATEMENT["revenue"].zh == "部门收入总表（决算：收入决算表）"
