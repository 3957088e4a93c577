"""A contradiction is found at every place where a reader may look for it, with its figures as printed and their cells.

The database holds one document in which everything agrees within rounding, and one that differs from it by one figure.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager

from app import database
from app.api.application import create_application
from app.checks.run import RULES, check
from app.load import load
from app.records import ParsedDisclosure
from app.settings import Settings
from tests import dataset
from tests.checks import clean
from tests.checks.mutate import changed
from tests.conftest import copy_of

WRONG = Decimal("7.31")


def _wrong() -> ParsedDisclosure:
    """The other document: another department's, with the total of one functional class changed."""
    parsed = clean.example()
    index = _changed_row(parsed)
    total = parsed.expenditures[index].total
    assert total is not None
    other = dataset.disclosure(name="开平区另一虚构局", code="902", year=clean.YEAR)
    return changed(parsed, "expenditures", index, "total", total + WRONG).model_copy(update={"disclosure": other})


def _changed_row(parsed: ParsedDisclosure) -> int:
    return next(
        n for n, row in enumerate(parsed.expenditures) if row.statement_key == "expenditure" and row.code == "221"
    )


@pytest.fixture(scope="module")
async def checked(server: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application on these two documents."""
    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as connection:
            await load(connection, [clean.example(), _wrong()], origin="ingest")
        application = create_application(settings)
        async with (
            LifespanManager(application) as manager,
            httpx.AsyncClient(transport=httpx.ASGITransport(app=manager.app), base_url="http://test") as session,
        ):
            yield session


async def data(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text, parse_float=Decimal)["data"]


async def test_every_result_of_the_rules_is_served_as_it_was_found(checked: httpx.AsyncClient) -> None:
    served = await data(
        checked, "/v1/check-results?department_name=开平区另一虚构局&fields=rule,status,sentence_zh&limit=1000"
    )
    found = [(one.rule, one.status, one.sentence_zh) for one in check(_wrong())]
    assert sorted((row["rule"], row["status"], row["sentence_zh"]) for row in served) == sorted(found)


async def test_operands_have_the_printed_figures_and_lead_to_cells_and_records(checked: httpx.AsyncClient) -> None:
    failed = await data(checked, "/v1/check-results?status=failed&fields=id,difference,bound,operands,statement_id")
    assert failed
    for row in failed:
        assert abs(row["difference"]) > row["bound"]
        for operand in row["operands"]:
            table = await data(checked, f"/v1/statements/{operand['statement_id']}")
            assert table["grid"][operand["row"]][operand["column"]] == operand["text"]
            record = await data(checked, operand["href"])
            assert record[operand["field"]] == operand["amount"]
            assert record["statement_id"] == operand["statement_id"]


async def test_difference_is_the_left_side_less_the_right_one(checked: httpx.AsyncClient) -> None:
    (row,) = await data(
        checked,
        "/v1/check-results?status=failed&rule=I14.expenditure_by_class&fields=difference,operands,figure&unit=yuan",
    )
    sides = {side: sum(o["amount"] for o in row["operands"] if o["side"] == side) for side in ("left", "right")}
    assert row["difference"] == (sides["left"] - sides["right"]) * 10_000
    assert row["figure"] == row["operands"][0]["label"]


async def test_single_result_shows_operands_rule_and_provenance(checked: httpx.AsyncClient) -> None:
    (row, *_) = await data(checked, "/v1/check-results?status=failed&fields=id&limit=1")
    whole = await data(checked, f"/v1/check-results/{row['id']}?include=provenance")
    assert whole["operands"]
    assert len(whole["provenance"]["sha256"]) == 64
    assert (await data(checked, whole["links"]["check"]))["id"] == whole["rule"]
    assert (await data(checked, whole["links"]["statement"]))["id"] == whole["statement_id"]


async def test_rules_count_their_results(checked: httpx.AsyncClient) -> None:
    rules = await data(checked, "/v1/checks?limit=1000")
    assert [rule["id"] for rule in rules if rule["position"]] == sorted(RULES)
    for rule in rules:
        for status in ("passed", "failed", "not_applicable"):
            page = (await checked.get(f"/v1/check-results?rule={rule['id']}&status={status}&limit=1")).json()["page"]
            assert rule[status] == page["total"]


async def test_rule_is_found_under_its_dotted_id_with_and_without_a_suffix(checked: httpx.AsyncClient) -> None:
    for path in ("/v1/checks/I1.grand_totals", "/v1/checks/I1.grand_totals.json"):
        assert (await data(checked, path))["id"] == "I1.grand_totals"
    assert (await checked.get("/v1/checks/I1.grand_totals.csv")).status_code == 406
    assert (await checked.get("/v1/checks/I1.grand_total")).status_code == 404


@pytest.mark.parametrize(
    ("asked", "value", "suggestion"),
    [
        ("rule=I4.functional_hierachy", "I4.functional_hierachy", "I4.functional_hierarchy"),
        ("rule=grand_totals", "grand_totals", "I1.grand_totals"),
        ("rule__ne=i1.GRAND_TOTALS", "i1.GRAND_TOTALS", "I1.grand_totals"),
        ("rule=I1.grand_totals,收入总计等于支出总计", "I1.grand_totals,收入总计等于支出总计", "I1.grand_totals"),
        ("rule=7", "7", None),
    ],
)
@pytest.mark.parametrize("path", ["/v1/check-results", "/v1/check-results/aggregate"])
async def test_rule_that_there_is_not_is_refused_with_the_nearest_one(
    checked: httpx.AsyncClient, path: str, asked: str, value: str, suggestion: str | None
) -> None:
    group = "group_by=status&" if path.endswith("aggregate") else ""
    answer = await checked.get(f"{path}?{group}{asked}")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["parameter"] == asked.partition("=")[0]
    assert error["value"] == value
    assert error["detail"] == f"no rule has this id: /v1/checks lists all {len(RULES)}"
    assert error.get("suggestion") == suggestion


async def test_rules_of_an_identity_are_found_by_how_their_ids_begin(checked: httpx.AsyncClient) -> None:
    rows = await data(checked, "/v1/check-results?rule__prefix=I4.&fields=rule&limit=1000")
    assert {row["rule"] for row in rows} == {name for name in RULES if name.startswith("I4.")}


async def test_results_are_counted_by_rule_status_region_and_year(checked: httpx.AsyncClient) -> None:
    groups = await data(checked, "/v1/check-results/aggregate?group_by=rule,status,region,year&limit=1000")
    rows = await data(checked, "/v1/check-results?fields=rule,status,region_code,fiscal_year&limit=1000")
    for group in groups:
        same = [row for row in rows if all(row[name] == group[name] for name in row)]
        assert len(same) == group["lines"]
    assert sum(group["lines"] for group in groups) == len(rows)
    (facet,) = await data(checked, "/v1/check-results/facets?field=status")
    assert {one["value"]: one["lines"] for one in facet["values"]} == {
        status: sum(row["status"] == status for row in rows) for status in {row["status"] for row in rows}
    }


@pytest.mark.parametrize("status", ["passed", "rounding", "failed", "failed,rounding"])
@pytest.mark.parametrize("resource", ["balance-lines", "expenditures", "procurement-items", "assets", "three-public"])
async def test_filter_leaves_the_rows_that_a_result_of_the_status_names(
    resource: str, status: str, checked: httpx.AsyncClient
) -> None:
    every = await data(checked, f"/v1/{resource}?include=checks&fields=id&limit=1000")
    wanted = status.split(",")
    expected = [row["id"] for row in every if any(one["status"] in wanted for one in row["checks"])]
    got = await data(checked, f"/v1/{resource}?checks={status}&fields=id&limit=1000")
    assert [row["id"] for row in got] == expected
    assert any(one["checks"] for one in every)


async def test_failed_sum_shows_every_line_of_it_and_no_line_of_the_clean_document(checked: httpx.AsyncClient) -> None:
    rows = await data(
        checked, "/v1/expenditures?checks=failed&include=checks&fields=code,department_name,total&limit=1000"
    )
    assert {row["department_name"] for row in rows} == {"开平区另一虚构局"}
    assert {"221", "22102"} <= {row["code"] for row in rows}
    assert all({"row", "column", "field", "id", "rule"} <= set(one) for row in rows for one in row["checks"])


async def test_statement_marks_the_cells_of_its_grid(checked: httpx.AsyncClient) -> None:
    (found, *_) = await data(checked, "/v1/statements?checks=failed&key=expenditure&fields=id")
    table = await data(checked, f"/v1/statements/{found['id']}")
    index = _changed_row(clean.example())
    row, column = _wrong().expenditures[index].cells["total"]
    marked = [one for one in table["checked_cells"] if (one["row"], one["column"]) == (row, column)]
    assert "failed" in {one["status"] for one in marked}
    for one in table["checked_cells"]:
        assert table["grid"][one["row"]][one["column"]]


async def test_disclosures_are_found_by_what_their_checks_say(checked: httpx.AsyncClient) -> None:
    (found,) = await data(checked, "/v1/disclosures?checks=failed&include=checks")
    assert found["department_name"] == "开平区另一虚构局"
    assert {one["status"] for one in found["checks"]} <= {"failed", "rounding", "insufficient"}
    assert all(one["sentence_zh"] and one["sentence_en"] for one in found["checks"])
    assert len(await data(checked, "/v1/disclosures?checks=passed")) == 2


@pytest.mark.parametrize(
    ("path", "parameter", "suggestion"),
    [
        ("/v1/expenditures?checks=fail", "checks", "failed"),
        ("/v1/check-results?status=不符", "status", "failed"),
        ("/v1/check-results?include=operands", "include", None),
        ("/v1/check-results/aggregate?measure=difference", "measure", "avg:difference"),
        ("/v1/check-results/aggregate?group_by=sentence_zh", "group_by", None),
        ("/v1/expenditures?check=failed", "check", "checks"),
    ],
)
async def test_wrong_question_is_refused_with_what_was_meant(
    path: str, parameter: str, suggestion: str | None, checked: httpx.AsyncClient
) -> None:
    answer = await checked.get(path)
    assert answer.status_code == 422
    (problem,) = answer.json()["errors"]
    assert problem["parameter"] == parameter
    assert problem["suggestion"] == suggestion


async def test_questions_of_the_page_are_answered(checked: httpx.AsyncClient) -> None:
    page = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
    paths = re.findall(r"curl 'http://127\.0\.0\.1:8000(/[^']+)'", page)
    assert len(paths) == 5
    for path in paths:
        assert await data(checked, path), path
