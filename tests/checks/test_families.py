"""Which rows add up to which is settled by the rest of a table, so that one wrong figure in it is named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.checks.run import check
from app.records import CheckResult, EconomicLine, Finding, ParsedDisclosure, RevenueLine
from app.values import Unit
from tests.checks import clean
from tests.checks.mutate import changed

_COLUMNS = ("total", "current_year")


def _units(*rows: tuple[str, str, int], columns: tuple[str, ...] = _COLUMNS) -> ParsedDisclosure:
    """A revenue statement by institution: level, name, 万元 in every column."""
    made = clean.Builder()
    for level, name, wan in rows:
        about = {"code": None, "name": name, "level": level, "is_leaf": level == "unit", "phase": "budget"}
        made.row("revenues", RevenueLine, "revenue", about, dict.fromkeys(columns, wan * 10_000))
    return made.parsed()


def _judged(parsed: ParsedDisclosure, source: str, index: int, by: int = 7) -> set[str]:
    """The statuses of the sums that name this row's total, when another one is printed there."""
    record = getattr(parsed, source)[index]
    wrong = changed(parsed, source, index, "total", record.total + by)
    return {one.status for one in _sums(wrong) if any((o.index, o.field) == (index, "total") for o in one.operands)}


def _sums(parsed: ParsedDisclosure) -> list[CheckResult]:
    return [one for one in check(parsed) if one.rule.startswith("I4.") and one.rule.endswith("_hierarchy")]


_FLAT = (("total", "合计", 60), ("unit", "虚构局本级", 30), ("unit", "虚构中心", 20), ("unit", "虚构站", 10))
_NESTED = (("total", "合计", 60), ("unit", "虚构局", 60), *_FLAT[1:])


@pytest.mark.parametrize("rows", [_FLAT, _NESTED, (*_FLAT[:1], ("unit", "虚构局", 60))])
def test_changed_figure_of_any_institution_fails_where_another_column_says_how_they_add_up(rows: Any) -> None:
    parsed = _units(*rows)
    assert {one.status for one in _sums(parsed) if one.operands} == {"passed"}
    for index in range(len(rows)):
        assert "failed" in _judged(parsed, "revenues", index), rows[index]


def test_institutions_of_which_nothing_says_how_they_add_up_are_not_judged() -> None:
    parsed = _units(("total", "合计", 61), *_NESTED[1:], columns=("total",))
    nested = _units(("total", "合计", 61), ("unit", "虚构局", 63), *_FLAT[1:], columns=("total",))
    assert {one.status for one in _sums(parsed) if one.operands} <= {"failed", "passed"}  # all below the first are 60
    assert {one.status for one in _sums(nested) if one.operands} == {"insufficient"}


def _economic(*rows: tuple[str | None, str, int], recovered: bool = False) -> ParsedDisclosure:
    """Basic expenditure by economic code: code, the government's code beside it, 万元."""
    made = clean.Builder()
    for code, government, wan in rows:
        level = "total" if code is None else "class" if len(code) == 3 else "division"
        about = {"code": code, "name": f"科目{government}", "level": level, "is_leaf": level == "division"}
        about |= {"phase": "budget", "fund": "all", "government_code": government or None}
        made.row("economic_lines", EconomicLine, "basic_expenditure", about, {"total": wan * 10_000})
    parsed = made.parsed()
    found = Finding(
        code="code_recovered",
        severity="info",
        message="by its name",
        statement_key="basic_expenditure",
        statement_ordinal=1,
        row=1,
        column=0,
    )
    return parsed.model_copy(update={"findings": [found] if recovered else []})


_TWICE = (
    (None, "", 100),
    ("301", "501", 30),
    ("30101", "50101", 20),
    ("30102", "50101", 10),
    ("301", "505", 40),
    ("30101", "50501", 25),
    ("30102", "50501", 15),
    ("302", "502", 20),
    ("30201", "50201", 12),
    ("30202", "50201", 8),
    ("303", "509", 10),
    ("30301", "50901", 6),
    ("30302", "50901", 4),
)


@pytest.mark.parametrize("recovered", [False, True])
def test_changed_figure_fails_where_codes_are_printed_twice_or_recovered_and_the_other_sums_come_out(
    recovered: bool,  # noqa: FBT001 - a case
) -> None:
    rows = _TWICE if not recovered else tuple(row for row in _TWICE if not row[1].startswith("505"))
    rows = ((None, "", sum(row[2] for row in rows if row[0] and len(row[0]) == 3)), *rows[1:])
    parsed = _economic(*rows, recovered=recovered)
    assert {one.status for one in _sums(parsed) if one.operands} == {"passed"}
    for index in [n for n, row in enumerate(rows) if row[0] is None or len(row[0]) == 5]:
        assert _judged(parsed, "economic_lines", index) == {"failed"}, rows[index]


def test_codes_printed_twice_are_not_judged_where_few_of_the_sums_come_out() -> None:
    apart = tuple((code, government, wan + (n % 3) * 7) for n, (code, government, wan) in enumerate(_TWICE))
    statuses = {one.status for one in _sums(_economic(*apart)) if one.operands}
    assert "failed" not in statuses
    assert "insufficient" in statuses


def test_each_row_goes_below_the_last_row_of_its_class_before_it() -> None:
    below = [one for one in _sums(_economic(*_TWICE)) if one.operands and one.operands[0].label.startswith("301")]
    assert [[o.amount for o in one.operands if o.side == "right"] for one in below] == [
        [Decimal(20), Decimal(10)],
        [Decimal(25), Decimal(15)],
    ]


def _with_codes(*units: tuple[str, int], total: int) -> ParsedDisclosure:
    """Revenue by institution with the code of each below it."""
    made = clean.Builder()
    for name, wan in (("合计", total), *units):
        level = "total" if name == "合计" else "unit"
        about: dict[str, Any] = {"code": None, "name": name, "level": level, "is_leaf": False, "phase": "budget"}
        made.row("revenues", RevenueLine, "revenue", about, {"total": wan * 10_000})
        if level == "unit":
            about |= {"code": "201", "name": "一般公共服务支出", "level": "class", "is_leaf": True}
            made.row("revenues", RevenueLine, "revenue", about, {"total": wan * 10_000})
    return made.parsed()


@pytest.mark.parametrize(
    ("units", "total", "status"),
    [
        ((("甲中心", 30), ("乙中心", 20)), 50, "passed"),
        ((("甲中心", 30), ("乙中心", 20)), 57, "failed"),
        ((("虚构局", 50), ("甲中心", 30), ("乙中心", 20)), 50, "passed"),
        ((("虚构局", 50), ("甲中心", 30), ("乙中心", 20)), 57, "failed"),  # the department has 50, as those below it
        ((("虚构局", 50), ("甲中心", 30)), 50, "insufficient"),  # not all that is below the department is printed
    ],
)
def test_department_with_codes_of_its_own_above_its_institutions_is_not_added_to_them(
    units: tuple[tuple[str, int], ...], total: int, status: str
) -> None:
    parsed = _with_codes(*units, total=total)
    statuses = {one.status for one in _sums(parsed) if any(o.label == "合计" for o in one.operands)}
    assert statuses == {status}


def test_sums_of_the_size_of_rounding_do_not_say_how_institutions_add_up() -> None:
    made = clean.Builder(clean.Form(unit=Unit.YI, decimals=4))
    for level, name, yuan, tiny in (
        ("total", "合计", 6_800_000, 9_000),
        ("unit", "虚构局", 6_800_000, 9_000),
        ("unit", "甲中心", 2_300_000, 3_000),
        ("unit", "乙中心", 4_500_000, 6_000),
    ):
        about = {"code": None, "name": name, "level": level, "is_leaf": level == "unit", "phase": "budget"}
        made.row("revenues", RevenueLine, "revenue", about, {"total": yuan, "carried_over": tiny})
    assert {one.status for one in _sums(made.parsed()) if one.operands} <= {"passed", "rounding"}
