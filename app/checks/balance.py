"""Inside a 收支总表: both totals agree, and each is the sum of what stands above it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from app.checks.document import Document, Series
from app.checks.rule import Comparison, rule
from app.records import StatementKey

BALANCES: tuple[StatementKey, ...] = (
    "revenue_and_expenditure",
    "fiscal_appropriation",
    "government_fund_expenditure",
)
FUNDS = ("general_public_budget", "government_fund", "state_capital")
_KINDS = ("personnel", "public", "project")
Side = Literal[
    "revenue", "expenditure", "expenditure_by_kind", "expenditure_by_economic", "expenditure_by_government_economic"
]
SIDES: tuple[Side, ...] = (
    "revenue",
    "expenditure",
    "expenditure_by_kind",
    "expenditure_by_economic",
    "expenditure_by_government_economic",
)
Rows = list[tuple[int, Any]]

# Whether an opening balance that stands above the total of the year is part of it, forms do not say.
_PLACE_OF_BALANCE = (
    "结转列于本年合计之上，是否计入不明",
    "whether the total includes the balance above it is not said",
)
# A table that shows one total by several classifications, one after the other, adds up to a multiple of it.
_SEVERAL_BREAKDOWNS = (
    "表内项目是合计的整数倍，可能按几种分类重复列示",
    "the rows are a multiple of the total: several breakdowns",
)


def side_rows(series: Series, side: Side, *roles: str) -> Rows:
    """The rows of one side that have one of these roles."""
    return [(index, row) for index, row in series.rows if row.side == side and (not roles or row.role in roles)]


def only(rows: Rows) -> tuple[int, Any] | None:
    """The row, where there is exactly one."""
    return rows[0] if len(rows) == 1 else None


@rule(
    "I1.grand_totals",
    zh="收入总计等于支出总计",
    en="Total revenue equals total expenditure",
    formula="收入总计 = 支出总计",
    formula_en="grand total of revenue = grand total of expenditure",
    statements=BALANCES,
    citation="财预〔2016〕143号 地方预决算公开操作规程；部门决算报表 公开01表、04表",
)
def grand_totals(document: Document) -> Iterator[Comparison]:
    for series in document.series("balance_lines"):
        revenue = only(side_rows(series, "revenue", "grand_total"))
        expenditure = only(side_rows(series, "expenditure", "grand_total"))
        if revenue is not None and expenditure is not None:
            yield Comparison(
                left=document.figures("balance_lines", [revenue], "total"),
                right=document.figures("balance_lines", [expenditure], "total"),
                whole_statement=False,
            )


def _items_of(series: Series, side: Side, whole: tuple[int, Any], roles: tuple[str, ...]) -> Rows:
    """The rows that a total adds up: those above it or, where it stands at their head, those below it.

    一、本年收入 at the head ends where the next balance or total begins.
    """
    rows = side_rows(series, side, *roles)
    above = [pair for pair in rows if pair[1].row < whole[1].row]
    if any(row.role == "item" for _, row in above):
        return above
    ends = [row.row for _, row in side_rows(series, side, *_BESIDE, "grand_total") if row.row > whole[1].row]
    if whole[1].role == "grand_total":
        return [pair for pair in rows if pair[1].row > whole[1].row]
    return [pair for pair in rows if whole[1].row < pair[1].row < min(ends, default=10**6)]


_BESIDE = ("opening_balance", "closing_balance", "surplus_used", "surplus_distributed")


@rule(
    "I2.year_and_balances",
    zh="总计等于本年合计加结转结余",
    en="A grand total is the year's total with the balances",
    formula="总计 = 本年合计 + 使用非财政拨款结余（结余分配）+ 年初（年末）结转和结余",
    formula_en="grand total = total of the year + surplus used or distributed + opening or closing balance",
    statements=BALANCES,
    citation="部门决算报表 公开01表、04表",
)
def year_and_balances(document: Document) -> Iterator[Comparison]:
    for series in document.series("balance_lines"):
        for side in SIDES:
            grand = only(side_rows(series, side, "grand_total"))
            year = only(side_rows(series, side, "year_total"))
            if grand is None or year is None:
                continue
            # An item that is no part of the year's total (动用基金 below it) belongs to the grand total as well.
            within = _items_of(series, side, year, ("item",))
            extra = [pair for pair in side_rows(series, side, *_BESIDE, "item") if pair not in within]
            above = [pair for pair in extra if pair[1].row < year[1].row]
            below = [pair for pair in extra if pair not in above]
            for field in expenditure_columns(document, series, side):
                # A form that breaks down the items by fund alone leaves the totals' funds out.
                if getattr(grand[1], field) is None:
                    continue
                yield Comparison(
                    left=document.figures("balance_lines", [grand], field),
                    right=document.figures("balance_lines", [year, *extra], field),
                    readings=(document.figures("balance_lines", [year, *below], field),) if above else (),
                    doubt=_PLACE_OF_BALANCE if any(row.total for _, row in above) else None,
                )


@rule(
    "I3.items_of_the_year",
    zh="本年合计等于各项之和",
    en="The year's total is the sum of its items",
    formula="本年收入合计 = Σ各项收入；本年支出合计 = Σ各项支出",
    formula_en="total of the year = sum of sources or of functional classes",
    statements=BALANCES,
    citation="部门决算报表 公开01表、04表",
)
def items_of_the_year(document: Document) -> Iterator[Comparison]:
    for series in document.series("balance_lines"):
        for side in SIDES:
            year = only(side_rows(series, side, "year_total"))
            whole = year or only(side_rows(series, side, "grand_total"))
            if whole is None:
                continue
            parts = _items_of(series, side, whole, ("item",) if year is not None else ("item", *_BESIDE))
            parts = _with_parts_of_blanks(series, side, parts)
            for field in expenditure_columns(document, series, side):
                left = document.figures("balance_lines", [whole], field)
                right = document.figures("balance_lines", parts, field)
                total, added = left[0].value, sum(figure.value for figure in right)
                yield Comparison(
                    left=left,
                    right=right,
                    doubt=_SEVERAL_BREAKDOWNS if total and added in (2 * total, 3 * total, 4 * total) else None,
                )


def _with_parts_of_blanks(series: Series, side: Side, items: Rows) -> Rows:
    """The items, those without an amount of their own replaced by what they consist of: 1、财政拨款 over (1), (2)."""
    found: Rows = []
    rows = side_rows(series, side)
    for index, item in items:
        below = [pair for pair in rows if pair[1].row > item.row]
        parts: Rows = []
        for pair in below if item.total is None else ():
            if pair[1].role != "item_part":
                break
            if not pair[1].item.startswith("其中"):
                parts.append(pair)
        found.extend(parts or [(index, item)])
    return found


def expenditure_columns(document: Document, series: Series, side: Side) -> tuple[str, ...]:
    """The columns that a side prints: of expenditure the budgets and the kinds as well."""
    return document.fields(series, "total", *FUNDS, *_KINDS) if side == "expenditure" else ("total",)


@rule(
    "I3.part_within_item",
    zh="其中项不大于所属项目",
    en="A part is no more than its item",
    formula="其中项 ≤ 所属项目",
    formula_en="part ≤ the item above it",
    statements=BALANCES,
    basis="arithmetic",
)
def part_within_item(document: Document) -> Iterator[Comparison]:
    for series in document.series("balance_lines"):
        for side in SIDES:
            above: tuple[int, Any] | None = None
            for index, row in side_rows(series, side):
                if row.role not in ("item_part", "balance_part"):
                    above = (index, row) if row.role in ("item", "opening_balance", "closing_balance") else None
                elif above is not None and (row.total or 0) > 0 and (above[1].total or 0) > 0:
                    yield Comparison(
                        left=document.figures("balance_lines", [(index, row)], "total"),
                        right=document.figures("balance_lines", [above], "total"),
                        relation="≤",
                        whole_statement=False,
                    )


@rule(
    "I7.funds_of_a_row",
    zh="合计等于各类财政拨款之和",
    en="A row's total is the sum of its budgets",
    formula="合计 = 一般公共预算 + 政府性基金预算 + 国有资本经营预算",
    formula_en="total = general public budget + government funds + state capital operations",
    statements=("fiscal_appropriation", "three_public"),
    citation="部门决算报表 公开04表",
)
def funds_of_a_row(document: Document) -> Iterator[Comparison]:
    for source in ("balance_lines", "three_public"):
        for series in document.series(source, "fiscal_appropriation", "three_public"):
            # Without the first two budgets the columns are no breakdown.
            funds = document.fields(series, *FUNDS)
            if not {"general_public_budget", "government_fund"} <= set(funds) or not document.fields(series, "total"):
                continue
            for index, row in series.rows:
                if all(getattr(row, name) is None for name in funds):
                    continue
                yield Comparison(
                    left=(document.figure(source, index, "total"),),
                    right=tuple(document.figure(source, index, name) for name in funds),
                    whole_statement=False,
                )
