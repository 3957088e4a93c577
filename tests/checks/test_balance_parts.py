"""Parts of an item of a balance add up where the form numbers them or names the three budgets; names lead to codes."""

from __future__ import annotations

from typing import Any

import pytest

from app.checks.run import check
from app.records import BalanceLine, CheckResult, ExpenditureLine, ParsedDisclosure
from tests.checks import clean

ADDED, NAMED = "I3.parts_of_item", "I14.expenditure_by_name"


def _balance(
    made: clean.Builder, key: Any, side: str, rows: tuple[tuple[str, str, int | None], ...], code: str | None = None
) -> None:
    """Rows of one side: role, printed text, 万元."""
    for role, text, wan in rows:
        about = {"side": side, "role": role, "item": text, "name": text, "phase": "budget", "line_number": None}
        about["functional_code"] = code if role == "item" else None
        made.row("balance_lines", BalanceLine, key, about, {"total": None if wan is None else wan * 10_000})


def _results(parsed: ParsedDisclosure, rule: str) -> list[CheckResult]:
    return [one for one in check(parsed) if one.rule == rule and one.operands]


def _statuses(*rows: tuple[str, str, int | None], key: str = "revenue_and_expenditure") -> list[str]:
    made = clean.Builder()
    _balance(made, key, "revenue", rows)
    return [one.status for one in _results(made.parsed(), ADDED)]


@pytest.mark.parametrize(
    ("parts", "statuses"),
    [
        ((("(一)甲", 20), ("(二)乙", 10)), ["passed"]),
        ((("(一)甲", 21), ("(二)乙", 10)), ["failed"]),
        ((("(一)甲", 19), ("(二)乙", 10)), ["insufficient"]),  # the numbered ones need not be all
        ((("1、甲", 20), ("其中：丙", 15), ("2、乙", 10)), ["passed"]),
        ((("1、甲", 20), ("(1)丙", 15), ("(2)丁", 6), ("2、乙", 10)), ["passed", "failed"]),
        (
            (("1、甲", 20), ("(1)丙", 15), ("(2)丁", 5), ("2、乙", 10), ("(1)戊", 9), ("(2)己", 2)),
            [*["passed"] * 2, "failed"],
        ),
        ((("1、甲", 20), ("1、乙", 30)), []),  # two lists, of which neither is said to be all
        ((("1、甲", 20), ("3、乙", 30)), []),
        ((("甲", 20), ("乙", 30)), []),
        ((("其中：甲", 40),), []),
        ((("1、甲", None), ("2、乙", None)), []),
    ],
)
def test_parts_are_judged_level_by_level_where_their_numbers_follow_one_another(
    parts: tuple[tuple[str, int | None], ...], statuses: list[str]
) -> None:
    rows = (("item", "一、收入", 30), *(("item_part", text, wan) for text, wan in parts), ("item", "二、其他", 1))
    assert _statuses(*rows) == statuses


@pytest.mark.parametrize(
    ("item", "key", "status"),
    [
        ("上年结转", "fiscal_appropriation", "failed"),
        ("一、财政拨款收入", "revenue_and_expenditure", "failed"),
        ("上年结转", "revenue_and_expenditure", "insufficient"),  # other money may have been carried over as well
    ],
)
def test_three_budgets_are_all_of_an_appropriation(item: str, key: str, status: str) -> None:
    budgets = (
        ("balance_part", "一般公共预算拨款", 20),
        ("balance_part", "政府性基金预算拨款", 10),
        ("balance_part", "国有资本经营预算拨款", None),
    )
    assert _statuses(("opening_balance", item, 30), *budgets, key=key) == ["passed"]
    assert _statuses(("opening_balance", item, 35), *budgets, key=key) == [status]


def test_numbers_above_ten_follow_in_chinese_as_well() -> None:
    signs = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
    parts = tuple(("item_part", f"({sign})项", 1) for sign in signs)
    assert _statuses(("item", "收入", 12), *parts) == ["passed"]
    assert _statuses(("item", "收入", 11), *parts) == ["failed"]


def _by_name(
    names: tuple[str, ...], amounts: tuple[int, ...], *, twice: bool = False, whole: int = 30
) -> list[CheckResult]:
    """A balance that names what is below class 201, and the statement that has the codes."""
    made = clean.Builder()
    rows = (("item", "一般公共服务支出", whole), *(("item_part", n, a) for n, a in zip(names, amounts, strict=True)))
    _balance(made, "revenue_and_expenditure", "expenditure", rows, code="201")
    below = [("20137", "网信事务", 30), ("2013701", "行政运行", 20), ("2013702", "一般行政管理事务", 10)]
    below += [("20140", "信访事务", 5), ("2014001", "行政运行", 5)] if twice else []
    for code, name, wan in (("201", "一般公共服务支出", 30), *below):
        level = {3: "class", 5: "division", 7: "item"}[len(code)]
        about = {
            "code": code,
            "name": name,
            "level": level,
            "is_leaf": level == "item",
            "phase": "budget",
            "fund": "all",
        }
        made.row("expenditures", ExpenditureLine, "expenditure", about, {"total": wan * 10_000})
    return _results(made.parsed(), NAMED)


def test_names_below_a_class_lead_to_the_rows_of_the_statement() -> None:
    names = ("网信事务", "行政运行", "一般行政管理事务")
    assert [one.status for one in _by_name(names, (30, 20, 10))] == ["passed"] * 3
    (wrong,) = (one for one in _by_name(names, (30, 21, 10)) if one.status == "failed")
    assert [one.label for one in wrong.operands] == ["行政运行", "2013701 行政运行"]


def test_name_that_one_of_the_tables_has_twice_leads_nowhere_unless_all_stand_in_the_same_order() -> None:
    every = ("网信事务", "行政运行", "一般行政管理事务", "信访事务", "行政运行")
    assert [one.status for one in _by_name(every, (30, 20, 10, 5, 5), twice=True)] == ["passed"] * 5
    found = _by_name(("网信事务", "行政运行", "一般行政管理事务"), (30, 21, 10), twice=True)
    assert [one.operands[0].label for one in found] == ["网信事务", "一般行政管理事务"]


def test_names_below_a_class_that_the_tables_have_otherwise_are_not_judged() -> None:
    found = _by_name(("网信事务", "行政运行", "一般行政管理事务"), (35, 25, 10), whole=35)
    assert [one.status for one in found] == ["insufficient", "insufficient", "passed"]
