"""A figure that could not be placed is a reason to doubt a sum only where it may be why the sum does not come out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.checks.run import check
from app.checks.unplaced import is_no_amount
from app.records import Finding, ParsedDisclosure, RevenueLine
from tests.checks import clean


@pytest.mark.parametrize(
    ("text", "no_amount"),
    [
        ("2024", False),
        ("2024年", True),
        ("2024-01-01", True),
        ("1月-12月", True),
        ("项目总实施期：2024年", True),
        ("[292]虚构局", True),
        ("340_虚构市数据局", True),
        ("执行率\n分值\n（10）", True),
        ("市级12345热线办公场所优化整合搬迁费", True),
        ("其中：当年财政拨款安排的项目资金500万元", False),
        ("年度资金总额和其他来源资金合计：500", False),
        ("项目资金（万元）年度资金总额500", False),
        ("500", False),
        ("500万元", False),
        ("-1,234.56", False),
        ("35%", False),
        ("2024年第3批，20分", False),
    ],
)
def test_number_in_a_name_or_a_date_is_no_amount_and_one_with_a_unit_is(text: str, no_amount: bool) -> None:  # noqa: FBT001 - a case
    assert is_no_amount(text) is no_amount


def _revenue(heading: str, printed: str, *, total: int, grant: int) -> ParsedDisclosure:
    """One row of revenue in 万元 with two sources, and a third column that no field stands for."""
    made = clean.Builder()
    made.row(
        "revenues",
        RevenueLine,
        "revenue",
        {"code": None, "name": "合计", "level": "total", "is_leaf": False, "phase": "budget"},
        {"total": total, "general_public_budget": grant, "government_fund": 100_000},
    )
    made.statements["revenue"][0] = ["", "合计", "一般公共预算", "政府性基金", heading]
    made.statements["revenue"][1].append(printed)
    left = Finding(
        code="number_only_in_grid",
        severity="warning",
        message="only in the printed table",
        statement_key="revenue",
        statement_ordinal=1,
        row=1,
        column=4,
        text=printed,
    )
    return made.parsed().model_copy(update={"findings": [left]})


@pytest.mark.parametrize(
    ("heading", "printed", "total", "status"),
    [
        ("其他收入", "0.00", 1_200_000, "failed"),  # nothing can be missing where nothing is printed
        ("其他收入", "5.00", 1_200_000, "insufficient"),  # a source of its own, whatever its amount
        ("其他收入", "10.00", 1_200_000, "insufficient"),
        ("其中：专项资金", "5.00", 1_200_000, "failed"),
        ("小计", "5.00", 1_200_000, "failed"),
        ("小计", "10.00", 1_200_000, "insufficient"),  # just what the sum lacks
        ("其他收入", "不详", 1_200_000, "failed"),
        ("其他收入", "5.00", 1_100_000, "passed"),
    ],
)
def test_left_out_figure_of_a_row_counts_by_its_column_and_its_amount(
    heading: str, printed: str, total: int, status: str
) -> None:
    parsed = _revenue(heading, printed, total=total, grant=1_000_000)
    (result,) = (one for one in check(parsed) if one.rule == "I5.sources_of_revenue")
    assert result.status == status
    if status != "passed":
        assert result.difference == Decimal(10)
