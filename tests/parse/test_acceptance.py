"""Promise: the figures by which the five real disclosures are accepted come out exactly, digit for digit."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from app.parse.document import parse_file
from app.records import ParsedDisclosure

DISCLOSURES = Path(__file__).parents[2] / ".." / "shared" / "disclosures"

pytestmark = pytest.mark.skipif(
    not DISCLOSURES.is_dir(), reason="the real disclosures are not committed; they are expected beside the repository"
)


@cache
def _parsed(prefix: str) -> ParsedDisclosure:
    (path,) = DISCLOSURES.glob(f"{prefix}_*.txt")
    return parse_file(path)


@pytest.mark.parametrize(
    ("prefix", "identity"),
    [
        ("000", ("130607", "224002", 2020, "budget")),
        ("001", ("130205", "897", 2025, "budget")),
        ("002", ("130532", "224", 2023, "budget")),
        ("003", ("131000", None, 2020, "budget")),
        ("004", ("430204", None, 2020, "final")),
    ],
)
def test_identity_comes_from_the_document(prefix: str, identity: tuple[str, str | None, int, str]) -> None:
    disclosure = _parsed(prefix).disclosure
    found = (disclosure.region_code, disclosure.department_code, disclosure.fiscal_year, disclosure.kind)
    assert (found, disclosure.scope) == (identity, "department")


def _expenditure(prefix: str, key: str, code: str | None) -> tuple[str | None, ...]:
    (line,) = [line for line in _parsed(prefix).expenditures if (line.statement_key, line.code) == (key, code)]
    return tuple(None if amount is None else str(amount) for amount in (line.total, line.basic, line.project))


def _economic(prefix: str, code: str) -> str:
    (line,) = [
        line
        for line in _parsed(prefix).economic_lines
        if (line.statement_key, line.code) == ("basic_expenditure_by_economic", code)
    ]
    return str(line.total)


def test_kaiping_2025() -> None:
    assert _expenditure("001", "expenditure", "201") == ("256.59", "166.59", "90.00")
    assert _expenditure("001", "expenditure", "2013704") == ("10.00", None, "10.00")
    assert _economic("001", "30239") == "3.06"
    (project,) = [project for project in _parsed("001").projects if project.code == "13020525P00916610002P"]
    plan = (project.plan_march, project.plan_june, project.plan_october, project.plan_december)
    assert (str(project.total), plan) == ("68.00", (25, 50, 75, 100))


def test_pingxiang_2023() -> None:
    assert _expenditure("002", "expenditure", "2080505")[0] == "6.00"


def test_mancheng_2020() -> None:
    totals = {line.fiscal_year: str(line.total) for line in _parsed("000").three_public if line.item == "total"}
    assert totals == {2019: "0", 2020: "2.66"}
    (indicator,) = [
        indicator for indicator in _parsed("000").performance_indicators if indicator.target == "满意率≥90%"
    ]
    assert (indicator.target_operator, indicator.target_number, indicator.target_unit) == ("≥", 90, "%")


def test_langfang_2020() -> None:
    parsed = _parsed("003")
    assert len(parsed.projects) == 17
    items = [item for item in parsed.procurement_items if not item.is_total]
    assert (len(items), sum(item.total or 0 for item in items)) == (13, Decimal("1233.8"))
    (news,) = [item for item in items if item.catalogue_code == "C2001"]
    assert (news.item_name, str(news.total)) == ("新闻服务", "168")


def test_shifeng_2020() -> None:
    assert _expenditure("004", "expenditure", "2299901")[0] == "0.09"
    assert _economic("004", "30309") == "5.39"
    found = {
        (line.target, line.actual, line.weight, line.score)
        for line in _parsed("004").performance_indicators
        if line.level3 == "编写《石峰舆情》"
    }
    assert found == {("≥12期", "12期", 10, 10)}


@pytest.mark.parametrize("prefix", ["000", "001", "002", "003", "004"])
def test_no_table_is_unrecognised_and_nothing_is_in_error(prefix: str) -> None:
    parsed = _parsed(prefix)
    assert "unrecognised" not in {statement.key for statement in parsed.statements}
    assert [finding for finding in parsed.findings if finding.severity == "error"] == []


@pytest.mark.parametrize(
    ("prefix", "empty", "missing"),
    [
        ("000", {"procurement"}, 8),
        ("001", {"government_fund_expenditure", "state_capital_expenditure", "three_public", "procurement"}, 0),
        (
            "002",
            {
                "government_fund_expenditure",
                "state_capital_expenditure",
                "three_public",
                "procurement",
                "fixed_assets",
            },
            0,
        ),
        ("003", set(), 9),
        ("004", {"government_fund_expenditure", "state_capital_expenditure", "three_public"}, 0),
    ],
)
def test_empty_and_missing_statements_are_kept_apart(prefix: str, empty: set[str], missing: int) -> None:
    statements = _parsed(prefix).statements
    assert {statement.key for statement in statements if statement.status == "declared_empty"} == empty
    assert sum(statement.status == "missing" for statement in statements) == missing


@pytest.mark.parametrize("prefix", ["001", "002", "004"])
def test_leaves_add_up_to_the_printed_total_within_the_rounding_of_each(prefix: str) -> None:
    for key in ("expenditure", "general_public_budget_expenditure"):
        lines = [line for line in _parsed(prefix).expenditures if line.statement_key == key]
        (total,) = [line.total for line in lines if line.level == "total"]
        leaves = [line.total or Decimal(0) for line in lines if line.is_leaf]
        assert total is not None
        assert abs(sum(leaves) - total) <= Decimal("0.005") * (len(leaves) + 1)
