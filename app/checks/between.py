"""Between the statements of one document: the same money printed in two of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.checks.balance import FUNDS, only, side_rows
from app.checks.document import Document, Figure, Series
from app.checks.rule import Comparison, rule

Row = tuple[int, Any]

_STATEMENT_OF_FUND = {
    "general_public_budget": "general_public_budget_expenditure",
    "government_fund": "government_fund_expenditure",
    "state_capital": "state_capital_expenditure",
}
# The words of revenue items that name a column of the revenue statement; the first that is in the name decides.
_COLUMN_OF_ITEM = (
    ("一般公共预算", "general_public_budget"),
    ("政府性基金", "government_fund"),
    ("政府基金", "government_fund"),
    ("国有资本", "state_capital"),
    ("财政专户", "special_account"),
    ("上级补助", "from_superior"),
    ("附属单位", "from_subordinates"),
    ("经营收入", "business"),
    ("事业收入", "institutional"),
    ("其他收入", "other"),
)
_LOCAL_PRACTICE = ("各地科目使用习惯不同", "local practice may differ")
_CARRIED_OVER = ("一方可能含上年结转", "one of the two may hold what was carried over")
_INSTITUTIONS = ("部门含事业单位时两者可以不同", "departments with institutions may differ")


def total_row(series: Series) -> Row | None:
    """The one total row of a statement."""
    return only([pair for pair in series.rows if pair[1].level == "total" and pair[1].total is not None])


def _pairs(document: Document, source: str, *keys: Any) -> Iterator[tuple[Series, Series]]:  # noqa: ANN401 - keys of statements
    """Each balance of all funds with the series of another list that measures the same."""
    for balance in document.series("balance_lines", "revenue_and_expenditure"):
        for other in document.series(source, *keys):
            if other.when == balance.when:
                yield balance, other


def _wholes(document: Document, balance: Series, side: Any, field: str = "total") -> list[tuple[Figure, ...]]:  # noqa: ANN401
    """The year's total and the grand total: forms differ in which of them another statement repeats."""
    rows = [only(side_rows(balance, side, role)) for role in ("year_total", "grand_total")]
    return [document.figures("balance_lines", [row], field) for row in rows if row is not None]


def _same_as_one(left: tuple[Figure, ...], wholes: list[tuple[Figure, ...]]) -> Iterator[Comparison]:
    if wholes:
        yield Comparison(left=left, right=wholes[0], readings=tuple(wholes[1:]), whole_statement=False)


@rule(
    "I14.expenditure_total",
    zh="支出总表合计与收支总表一致",
    en="The expenditure statement has the balance's total",
    formula="支出总表合计 = 收支总表本年支出合计（或支出总计）",
    formula_en="total of the expenditure statement = the balance's expenditure (of the year or in all)",
    statements=("revenue_and_expenditure", "expenditure"),
)
def expenditure_total(document: Document) -> Iterator[Comparison]:
    for balance, expenditure in _pairs(document, "expenditures", "expenditure"):
        total = total_row(expenditure)
        if total is not None:
            yield from _same_as_one(
                document.figures("expenditures", [total], "total"), _wholes(document, balance, "expenditure")
            )


@rule(
    "I14.revenue_total",
    zh="收入总表合计与收支总表一致",
    en="The revenue statement has the balance's total",
    formula="收入总表合计 = 收支总表本年收入合计（或收入总计）",
    formula_en="total of the revenue statement = the balance's revenue (of the year or in all)",
    statements=("revenue_and_expenditure", "revenue"),
)
def revenue_total(document: Document) -> Iterator[Comparison]:
    for balance, revenue in _pairs(document, "revenues", "revenue"):
        total = total_row(revenue)
        if total is not None:
            yield from _same_as_one(
                document.figures("revenues", [total], "total"), _wholes(document, balance, "revenue")
            )


@rule(
    "I14.expenditure_by_class",
    zh="收支总表各功能分类与支出总表一致",
    en="Functional classes of the balance are those of the expenditure statement",
    formula="收支总表某类支出 = 支出总表该类合计",
    formula_en="a class of the balance = the class of the expenditure statement",
    statements=("revenue_and_expenditure", "expenditure"),
)
def expenditure_by_class(document: Document) -> Iterator[Comparison]:
    for balance, expenditure in _pairs(document, "expenditures", "expenditure"):
        yield from _classes(document, balance, expenditure, "total")


def _classes(document: Document, balance: Series, statement: Series, field: str) -> Iterator[Comparison]:
    """Each functional class that both print, where each prints it once."""
    rows = [pair for pair in side_rows(balance, "expenditure", "item") if pair[1].functional_code]
    for index, row in rows:
        there = only([pair for pair in statement.rows if pair[1].code == row.functional_code])
        once = sum(other.functional_code == row.functional_code for _, other in rows) == 1
        if there is not None and once and any(one.level == "class" for _, one in statement.rows):
            yield Comparison(
                left=(document.figure("balance_lines", index, field),),
                right=(document.figure("expenditures", there[0], "total"),),
                whole_statement=False,
            )


@rule(
    "I14.revenue_by_source",
    zh="收支总表各项收入与收入总表一致",
    en="Sources of the balance are those of the revenue statement",
    formula="收支总表某项收入 = 收入总表该栏合计",
    formula_en="a source of the balance = the column's total in the revenue statement",
    statements=("revenue_and_expenditure", "revenue"),
)
def revenue_by_source(document: Document) -> Iterator[Comparison]:
    for balance, revenue in _pairs(document, "revenues", "revenue"):
        total = total_row(revenue)
        if total is None:
            continue
        items = side_rows(balance, "revenue", "item")
        columns = document.fields(revenue, *{column for _, column in _COLUMN_OF_ITEM})
        opening = any(row.total for _, row in side_rows(balance, "revenue", "opening_balance"))
        doubt = _CARRIED_OVER if opening and not document.fields(revenue, "carried_over") else None
        named: dict[str, list[Row]] = {}
        for pair in items:
            named.setdefault(_column_of(pair[1].name), []).append(pair)
        for column in sorted(columns):
            if len(named.get(column, ())) == 1:
                yield Comparison(
                    left=document.figures("balance_lines", named[column], "total"),
                    right=document.figures("revenues", [total], column),
                    whole_statement=False,
                    doubt=doubt,
                )
        fiscal = [pair for fund in FUNDS for pair in named.get(fund, ())]
        if fiscal and not set(FUNDS) & set(columns) and document.fields(revenue, "fiscal_appropriation"):
            yield Comparison(
                left=document.figures("balance_lines", fiscal, "total"),
                right=document.figures("revenues", [total], "fiscal_appropriation"),
                whole_statement=False,
                doubt=doubt,
            )


def _column_of(name: str) -> str:
    return next((column for word, column in _COLUMN_OF_ITEM if word in name), "")


@rule(
    "I15.appropriation_revenue",
    zh="财政拨款收支总表各项收入与收支总表一致",
    en="Appropriations are the same in both balances",
    formula="收支总表某项财政拨款 = 财政拨款收支总表该项",
    formula_en="an appropriation of the balance = the same of the balance of fiscal appropriation",
    statements=("revenue_and_expenditure", "fiscal_appropriation"),
)
def appropriation_revenue(document: Document) -> Iterator[Comparison]:
    for balance in document.series("balance_lines", "revenue_and_expenditure"):
        for fiscal in document.series("balance_lines", "fiscal_appropriation"):
            if fiscal.when != balance.when:
                continue
            for fund in FUNDS:
                here, there = (
                    only([pair for pair in side_rows(one, "revenue", "item") if _column_of(pair[1].name) == fund])
                    for one in (balance, fiscal)
                )
                if here is not None and there is not None:
                    carried = [
                        pair
                        for pair in side_rows(fiscal, "revenue", "balance_part")
                        if _column_of(pair[1].name) == fund
                    ]
                    opening = any(row.total for _, row in side_rows(fiscal, "revenue", "opening_balance"))
                    yield Comparison(
                        left=document.figures("balance_lines", [here], "total"),
                        right=document.figures("balance_lines", [there], "total"),
                        readings=(document.figures("balance_lines", [there, *carried], "total"),),
                        whole_statement=False,
                        doubt=_CARRIED_OVER if opening else None,
                    )


@rule(
    "I15.budgets_of_appropriation",
    zh="财政拨款收支总表各预算与各支出表一致",
    en="Each budget of the balance of appropriation has its statement's total",
    formula="财政拨款收支总表某预算合计 = 该预算支出表合计",
    formula_en="a budget's total in the balance of appropriation = total of its statement",
    statements=("fiscal_appropriation", *_STATEMENT_OF_FUND.values()),  # type: ignore[arg-type]  # keys of statements
)
def budgets_of_appropriation(document: Document) -> Iterator[Comparison]:
    for balance in document.series("balance_lines", "fiscal_appropriation"):
        for fund in document.fields(balance, *FUNDS):
            for statement in document.series("expenditures", _STATEMENT_OF_FUND[fund]):  # type: ignore[arg-type]
                if statement.when != balance.when:
                    continue
                total = total_row(statement)
                if total is not None:
                    yield from _same_as_one(
                        document.figures("expenditures", [total], "total"),
                        _wholes(document, balance, "expenditure", fund),
                    )
                yield from _classes(document, balance, statement, fund)


@rule(
    "I15.appropriation_within_expenditure",
    zh="财政拨款支出不大于全部支出",
    en="Expenditure from appropriations is part of all expenditure",
    formula="支出总表某科目 ≥ 各财政拨款支出表该科目之和（收入全为财政拨款时相等）",
    formula_en="a row of all expenditure ≥ the rows of the budgets (equal where all revenue is appropriation)",
    statements=("expenditure", *_STATEMENT_OF_FUND.values()),  # type: ignore[arg-type]  # keys of statements
)
def appropriation_within_expenditure(document: Document) -> Iterator[Comparison]:
    for whole in document.series("expenditures", "expenditure"):
        budgets = [
            one
            for key in _STATEMENT_OF_FUND.values()
            for one in document.series("expenditures", key)  # type: ignore[arg-type]
            if one.when == whole.when
        ]
        if not budgets:
            continue
        relation = "=" if _all_is_appropriation(document, whole, budgets) else "≥"
        for index, row in whole.rows:
            if row.level == "unit" or sum(_same_row(row, other) for _, other in whole.rows) != 1:
                continue
            parts = [pair for one in budgets for pair in one.rows if _same_row(row, pair[1])]
            if not parts or len(parts) > len(budgets):
                continue
            for column in ("total", "basic", "project"):
                if all(column in document.fields(one, column) for one in (whole, *budgets)):
                    yield Comparison(
                        left=(document.figure("expenditures", index, column),),
                        right=document.figures("expenditures", parts, column),
                        relation=relation,  # type: ignore[arg-type]  # one of the two
                        whole_statement=False,
                    )


def _same_row(one: Any, other: Any) -> bool:  # noqa: ANN401 - two expenditure lines
    return bool(one.level == other.level and one.code == other.code)


def _all_is_appropriation(document: Document, whole: Series, budgets: list[Series]) -> bool:
    """Whether the two balances print one grand total, and the expenditure statements do as well."""
    grand = [
        only(side_rows(one, "expenditure", "grand_total"))
        for key in ("revenue_and_expenditure", "fiscal_appropriation")
        for one in document.series("balance_lines", key)
        if one.when == whole.when
    ]
    totals = [total_row(one) for one in (whole, *budgets)]
    if len(grand) != 2 or None in grand or None in totals:  # noqa: PLR2004 - the two balances
        return False
    all_funds, fiscal = (document.figure("balance_lines", row[0], "total") for row in grand if row is not None)
    first, *others = [document.figure("expenditures", row[0], "total") for row in totals if row is not None]
    return all_funds.value == fiscal.value and abs(first.value - sum(one.value for one in others)) <= sum(
        one.half_place for one in (first, *others)
    )


@rule(
    "I16.basic_expenditure",
    zh="一般公共预算基本支出与经济分类表一致",
    en="Basic expenditure is the same by function and by economic class",
    formula="一般公共预算支出表基本支出 = 基本支出表合计（人员经费 + 公用经费）",
    formula_en="basic expenditure by function = total by economic class (personnel + public)",
    statements=("general_public_budget_expenditure", "basic_expenditure_by_economic"),
)
def basic_expenditure(document: Document) -> Iterator[Comparison]:
    for functional in document.series("expenditures", "general_public_budget_expenditure"):
        total = total_row(functional)
        if total is None or total[1].basic is None:
            continue
        funds = [
            (index, row)
            for one in document.series("expenditures", "government_fund_expenditure", "state_capital_expenditure")
            for index, row in one.rows
            if one.when == functional.when and row.level == "total" and row.basic is not None
        ]
        for economic in document.series("economic_lines", "basic_expenditure_by_economic"):
            if economic.when != functional.when:
                continue
            left = _basic_total(document, economic)
            if left:
                yield Comparison(
                    left=left,
                    right=document.figures("expenditures", [total], "basic"),
                    # Some departments print the basic expenditure of all appropriations in this table.
                    readings=(document.figures("expenditures", [total, *funds], "basic"),) if funds else (),
                    whole_statement=False,
                )
            for field in ("personnel", "public"):
                one = only([pair for pair in economic.rows if pair[1].level == "total" and getattr(pair[1], field)])
                if one is not None and getattr(total[1], field) is not None:
                    yield Comparison(
                        left=document.figures("economic_lines", [one], field),
                        right=document.figures("expenditures", [total], field),
                        whole_statement=False,
                    )


def _basic_total(document: Document, economic: Series) -> tuple[Figure, ...]:
    """The total of the table: its 合计, or 人员经费合计 and 公用经费合计 together."""
    total = total_row(economic)
    if total is not None:
        return document.figures("economic_lines", [total], "total")
    personnel, public = (
        only([pair for pair in economic.rows if pair[1].level == "total" and getattr(pair[1], name) is not None])
        for name in ("personnel", "public")
    )
    if personnel is None or public is None:
        return ()
    return (
        *document.figures("economic_lines", [personnel], "personnel"),
        *document.figures("economic_lines", [public], "public"),
    )


# Functional items whose money is spent on one economic division alone.
_SAME_MONEY = {
    "2080505": ("30108",),
    "2080506": ("30109",),
    "2210201": ("30113",),
    "2101103": ("30111",),
    "2101101": ("30110", "30111"),
}


@rule(
    "I18.function_and_economic",
    zh="社会保险和住房公积金的功能分类与经济分类",
    en="Social insurance and housing fund by function and by economic class",
    formula="2080505 = 30108；2080506 = 30109；2210201 = 30113；2101103 = 30111；2101101 = 30110（+30111）",
    formula_en="2080505 = 30108; 2080506 = 30109; 2210201 = 30113; 2101103 = 30111; 2101101 = 30110 (+30111)",
    statements=("general_public_budget_expenditure", "basic_expenditure_by_economic"),
    severity="notice",
    basis="regulation",
    citation="政府收支分类科目",
)
def function_and_economic(document: Document) -> Iterator[Comparison]:
    for functional in document.series("expenditures", "general_public_budget_expenditure"):
        for economic in document.series("economic_lines", "basic_expenditure_by_economic"):
            if economic.when != functional.when:
                continue
            for item, divisions in _SAME_MONEY.items():
                here = only([pair for pair in functional.rows if pair[1].code == item and pair[1].basic])
                there = [pair for pair in economic.rows if pair[1].code in divisions and pair[1].total]
                if here is not None and there:
                    yield Comparison(
                        left=document.figures("expenditures", [here], "basic"),
                        right=document.figures("economic_lines", there[:1], "total"),
                        readings=(document.figures("economic_lines", there, "total"),),
                        whole_statement=False,
                        doubt=_LOCAL_PRACTICE,
                    )


@rule(
    "I20.agency_operating",
    zh="机关运行经费与公用经费",
    en="Agency operating expenses and public expenses",
    formula="机关运行经费 = 公用经费（行政、参公单位）",
    formula_en="agency operating expenses = public expenses (administrative bodies)",
    statements=("agency_operating", "basic_expenditure_by_economic"),
    severity="notice",
)
def agency_operating(document: Document) -> Iterator[Comparison]:
    for operating in document.series("economic_lines", "agency_operating"):
        total = total_row(operating)
        for economic in document.series("economic_lines", "basic_expenditure_by_economic"):
            public = only([pair for pair in economic.rows if pair[1].level == "total" and pair[1].public is not None])
            if total is not None and public is not None and economic.when == operating.when:
                yield Comparison(
                    left=document.figures("economic_lines", [total], "total"),
                    right=document.figures("economic_lines", [public], "public"),
                    whole_statement=False,
                    doubt=_INSTITUTIONS,
                )
