"""类, 款, 项: each row of a statement with codes is the sum of the rows directly below it, in every column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.checks.document import Document, Series
from app.checks.families import Row, families
from app.checks.rule import Comparison, rule

REVENUE_COLUMNS = (
    "total",
    "current_year",
    "fiscal_appropriation",
    "outlay_grant",
    "non_tax_grant",
    "general_public_budget",
    "government_fund",
    "state_capital",
    "special_account",
    "institutional",
    "business",
    "from_superior",
    "from_subordinates",
    "unit_funds",
    "other",
    "surplus_used",
    "carried_over",
    "carried_over_general_public_budget",
    "carried_over_government_fund",
    "carried_over_state_capital",
    "carried_over_special_account",
    "carried_over_unit_funds",
)
# By the money that pays for it.
_MONEY = (
    "fiscal_appropriation",
    "general_public_budget",
    "government_fund",
    "state_capital",
    "special_account",
    "institutional",
    "business_revenue",
    "from_superior",
    "from_subordinates",
    "unit_funds",
    "other",
    "surplus_used",
)
EXPENDITURE_COLUMNS = (
    "total",
    *_MONEY,
    "basic",
    "personnel",
    "public",
    "project",
    "business",
    "to_superior",
    "to_subordinates",
    "opening_balance",
    "revenue",
    "closing_balance",
    "procurement",
    "reserved_for_small_firms",
    "reserved_for_micro_firms",
    "without_construction",
    "change",
    "change_without_construction",
)
ECONOMIC_COLUMNS = ("total", "basic", "personnel", "public", "project", *_MONEY, "carried_over")

_SOME_NAMED = ("文字说明未必列出全部项目", "a narrative need not name every item")


@rule(
    "I4.functional_hierarchy",
    zh="功能分类逐级相加",
    en="Functional classes, divisions and items add up",
    formula="合计 = Σ类；类 = Σ款；款 = Σ项",
    formula_en="total = sum of classes; class = sum of divisions; division = sum of items",
    statements=(
        "revenue",
        "expenditure",
        "general_public_budget_expenditure",
        "government_fund_expenditure",
        "state_capital_expenditure",
    ),
    basis="regulation",
    citation="政府收支分类科目（支出功能分类）",
)
def functional_hierarchy(document: Document) -> Iterator[Comparison]:
    for source, columns in (("revenues", REVENUE_COLUMNS), ("expenditures", EXPENDITURE_COLUMNS)):
        for series in document.series(source):
            yield from _hierarchy(document, series, columns)


@rule(
    "I4.economic_hierarchy",
    zh="经济分类逐级相加",
    en="Economic classes and divisions add up",
    formula="合计 = Σ类；类 = Σ款",
    formula_en="total = sum of classes; class = sum of divisions",
    statements=("basic_expenditure_by_economic", "agency_operating"),
    basis="regulation",
    citation="政府收支分类科目（支出经济分类）",
)
def economic_hierarchy(document: Document) -> Iterator[Comparison]:
    for series in document.series("economic_lines"):
        for comparison in _hierarchy(document, series, ECONOMIC_COLUMNS):
            told = series.place[0] == "agency_operating" and comparison.doubt is None
            yield replace(comparison, doubt=_SOME_NAMED) if told and _names_less(comparison) else comparison


def _names_less(comparison: Comparison) -> bool:
    return comparison.left[0].value > sum(figure.value for figure in comparison.right)


def _hierarchy(document: Document, series: Series, columns: tuple[str, ...]) -> Iterator[Comparison]:
    printed = document.fields(series, *columns)
    for family in families(document, series, printed):
        for column in printed:
            amounts = [getattr(row, column) for _, row in family.parts]
            if family.whole[1].level == "total" and (getattr(family.whole[1], column) is None or not any(amounts)):
                # 人员经费合计 and 公用经费合计 in rows of their own: I6.totals_by_class has them.
                continue
            yield Comparison(
                left=(document.figure(series.source, family.whole[0], column),),
                right=document.figures(series.source, family.parts, column),
                doubt=family.doubt,
            )


@rule(
    "I4.same_code_twice",
    zh="同一编码重复列示",
    en="The same code twice with the same figures",
    formula="同一张表内各编码只列一行",
    formula_en="one row for each code of a statement",
    statements=("general_public_budget_expenditure", "basic_expenditure_by_economic"),
    severity="notice",
    basis="form",
)
def same_code_twice(document: Document) -> Iterator[Comparison]:
    """A repeated row is seen where the class without it would add up: then the row is in the table once too often."""
    for source, columns in (("expenditures", EXPENDITURE_COLUMNS), ("economic_lines", ECONOMIC_COLUMNS)):
        for series in document.series(source, "general_public_budget_expenditure", "basic_expenditure_by_economic"):
            seen: dict[str, Row] = {}
            for index, row in series.rows:
                if row.code is None:
                    continue
                first = seen.setdefault(row.code, (index, row))
                if first[0] == index or first[1].name != row.name:
                    continue
                if any(getattr(first[1], name) != getattr(row, name) for name in columns):
                    continue
                yield Comparison(
                    left=(document.figure(source, first[0], "total"),),
                    right=(document.figure(source, first[0], "total"), document.figure(source, index, "total")),
                    doubt=("可能分单位或分项目列示", "the rows may be of several institutions or projects"),
                )
