"""Across the columns of a row: totals by kind of expenditure, by source of revenue, and over the year's balances."""

from __future__ import annotations

from collections.abc import Iterator

from app.checks.balance import FUNDS
from app.checks.document import Document, Figure, Series
from app.checks.rule import Comparison, rule
from app.records import StatementKey

_EXPENDITURE: tuple[StatementKey, ...] = (
    "expenditure",
    "general_public_budget_expenditure",
    "government_fund_expenditure",
    "state_capital_expenditure",
)
_OTHER_SOURCES = ("special_account", "institutional", "business", "from_superior", "from_subordinates", "other")
# The same of expenditure, where a table says by which money it is paid.
_OTHER_MONEY = ("special_account", "institutional", "business_revenue", "from_superior", "from_subordinates", "other")
_BY_ECONOMIC: tuple[StatementKey, ...] = ("basic_expenditure", "basic_expenditure_by_economic")
_PERSONNEL_CLASSES = ("301", "303")


def _row(document: Document, series: Series, index: int, names: tuple[str, ...]) -> tuple[Figure, ...]:
    return tuple(document.figure(series.source, index, name) for name in names)


@rule(
    "I5.kinds_of_expenditure",
    zh="支出合计等于各类支出之和",
    en="Expenditure is the sum of its kinds",
    formula="合计 = 基本支出 + 项目支出 + 上缴上级支出 + 经营支出 + 对附属单位补助支出",
    formula_en="total = basic + project + remittances to higher levels + business + subsidies to subordinates",
    statements=_EXPENDITURE,
    citation="部门决算报表 公开03表、05表",
)
def kinds_of_expenditure(document: Document) -> Iterator[Comparison]:
    for series in document.series("expenditures"):
        # Some forms print personnel and public expenses in the place of basic expenditure.
        basic = document.fields(series, "basic") or document.fields(series, "personnel", "public")
        kinds = (*basic, *document.fields(series, "project", "business", "to_superior", "to_subordinates"))
        if basic not in (("basic",), ("personnel", "public")) or "project" not in kinds:
            continue
        for index, _ in series.rows:
            yield Comparison(
                left=_row(document, series, index, ("total",)),
                right=_row(document, series, index, kinds),
                whole_statement=False,
            )


@rule(
    "I5.basic_expenditure",
    zh="基本支出等于人员经费加公用经费",
    en="Basic expenditure is personnel and public expenses",
    formula="基本支出 = 人员经费 + 公用经费",
    formula_en="basic = personnel + public",
    statements=_EXPENDITURE,
)
def basic_expenditure(document: Document) -> Iterator[Comparison]:
    for series in document.series("expenditures"):
        if document.fields(series, "basic", "personnel", "public") != ("basic", "personnel", "public"):
            continue
        for index, _ in series.rows:
            yield Comparison(
                left=_row(document, series, index, ("basic",)),
                right=_row(document, series, index, ("personnel", "public")),
                whole_statement=False,
            )


@rule(
    "I5.revenue_and_carry_over",
    zh="收入合计等于本年收入加上年结转",
    en="Revenue is the year's revenue and what was carried over",
    formula="合计 = 本年收入 + 使用非财政拨款结余 + 上年结转",
    formula_en="total = revenue of the year + surplus used + carried over",
    statements=("revenue",),
)
def revenue_and_carry_over(document: Document) -> Iterator[Comparison]:
    for series in document.series("revenues"):
        printed = document.fields(series, "current_year", "surplus_used", "carried_over")
        if "current_year" not in printed:
            continue
        for index, _ in series.rows:
            yield Comparison(
                left=_row(document, series, index, ("total",)),
                right=_row(document, series, index, printed),
                whole_statement=False,
                doubt=None if "carried_over" in printed else _NO_CARRY_OVER,
            )


_NO_CARRY_OVER = ("表内没有上年结转一栏", "the table has no column for what was carried over")
_UNIT_FUNDS = (
    "单位资金与事业收入等各栏的包含关系不明",
    "whether unit's own funds include the columns beside them is not said",
)


@rule(
    "I5.sources_of_revenue",
    zh="收入等于各来源之和",
    en="Revenue is the sum of its sources",
    formula="本年收入 = 财政拨款 + 财政专户 + 事业 + 经营 + 上级补助 + 附属单位上缴 + 其他（单位资金）",
    formula_en="revenue of the year = fiscal appropriation + special accounts + institutional + business + others",
    statements=("revenue",),
    citation="部门决算报表 公开02表",
)
def sources_of_revenue(document: Document) -> Iterator[Comparison]:
    for series in document.series("revenues"):
        fiscal = document.fields(series, "fiscal_appropriation") or document.fields(series, *FUNDS)
        others = document.fields(series, *_OTHER_SOURCES)
        unit_funds = document.fields(series, "unit_funds")
        if not fiscal:
            continue
        year = document.fields(series, "current_year")
        carried = () if year else document.fields(series, "surplus_used", "carried_over")
        for index, _ in series.rows:
            readings: tuple[tuple[Figure, ...], ...] = ()
            right = (*fiscal, *others, *unit_funds, *carried)
            if unit_funds and others:
                accounts = document.fields(series, "special_account")
                readings = (
                    _row(document, series, index, (*fiscal, *accounts, *unit_funds, *carried)),
                    _row(document, series, index, (*fiscal, *others, *carried)),
                )
            yield Comparison(
                left=_row(document, series, index, year or ("total",)),
                right=_row(document, series, index, right),
                readings=readings,
                whole_statement=False,
                doubt=_UNIT_FUNDS if readings else None,
            )


@rule(
    "I5.fiscal_appropriation",
    zh="财政拨款等于三本预算之和",
    en="Fiscal appropriation is the sum of the three budgets",
    formula="财政拨款 = 一般公共预算 + 政府性基金预算 + 国有资本经营预算",
    formula_en="fiscal appropriation = general public budget + government funds + state capital operations",
    statements=("revenue", "expenditure", *_BY_ECONOMIC),
)
def fiscal_appropriation(document: Document) -> Iterator[Comparison]:
    for source in ("revenues", "expenditures", "economic_lines"):
        for series in document.series(source):
            funds = document.fields(series, *FUNDS)
            if not document.fields(series, "fiscal_appropriation") or funds[:2] != FUNDS[:2]:
                continue
            for index, _ in series.rows:
                yield Comparison(
                    left=_row(document, series, index, ("fiscal_appropriation",)),
                    right=_row(document, series, index, funds),
                    whole_statement=False,
                )


@rule(
    "I5.sources_of_expenditure",
    zh="支出等于各资金来源之和",
    en="Expenditure is the sum of the money that pays for it",
    formula="合计 = 财政拨款 + 财政专户 + 单位资金（事业、经营、上级补助、附属单位上缴、其他）+ 使用结余 + 上年结转",
    formula_en="total = fiscal appropriation + special accounts + own funds, by kind + surplus used + carried over",
    statements=("expenditure", *_BY_ECONOMIC),
)
def sources_of_expenditure(document: Document) -> Iterator[Comparison]:
    for source, balance in (("expenditures", "opening_balance"), ("economic_lines", "carried_over")):
        for series in document.series(source):
            fiscal = document.fields(series, "fiscal_appropriation") or document.fields(series, *FUNDS)
            others = document.fields(series, *_OTHER_MONEY)
            unit_funds = document.fields(series, "unit_funds")
            # What was carried over is a source where it stands beside the others, not in a statement of balances.
            carried = document.fields(series, "surplus_used", balance)
            if not fiscal or not (others or unit_funds):
                continue
            for index, _ in series.rows:
                readings: tuple[tuple[Figure, ...], ...] = ()
                if unit_funds and others:
                    accounts = document.fields(series, "special_account")
                    readings = (
                        _row(document, series, index, (*fiscal, *accounts, *unit_funds, *carried)),
                        _row(document, series, index, (*fiscal, *others, *carried)),
                    )
                yield Comparison(
                    left=_row(document, series, index, ("total",)),
                    right=_row(document, series, index, (*fiscal, *others, *unit_funds, *carried)),
                    readings=readings,
                    whole_statement=False,
                    doubt=_UNIT_FUNDS if readings else None,
                )


@rule(
    "I6.personnel_and_public",
    zh="基本支出等于人员经费加公用经费（按经济分类）",
    en="Expenditure by economic class is personnel, public and project expenses",
    formula="合计 = 人员经费 + 公用经费（+ 项目支出）",
    formula_en="total = personnel + public (+ project)",
    statements=("basic_expenditure_by_economic", "general_public_budget_by_economic"),
)
def personnel_and_public(document: Document) -> Iterator[Comparison]:
    for series in document.series("economic_lines"):
        if document.fields(series, "total", "personnel", "public") != ("total", "personnel", "public"):
            continue
        for index, row in series.rows:
            if row.total is None and row.level == "total":
                continue
            if row.level != "total" and row.personnel is None and row.public is None:
                # 人员经费合计 and 公用经费合计 stand in rows of their own; the rows above have one column.
                continue
            kinds = ("personnel", "public", *document.fields(series, "project"))
            yield Comparison(
                left=_row(document, series, index, ("total",)),
                right=_row(document, series, index, kinds),
                whole_statement=False,
            )


@rule(
    "I6.totals_by_class",
    zh="人员经费合计与公用经费合计等于各类之和",
    en="Totals of personnel and of public expenses are sums of classes",
    formula="人员经费合计 = 301 + 303；公用经费合计 = 302 + 307 + 309 + 310 + 311 + 312 + 399",
    formula_en="personnel = 301 + 303; public = 302 + 307 + 309 + 310 + 311 + 312 + 399",
    statements=("basic_expenditure_by_economic",),
    citation="部门决算报表 公开06表",
)
def totals_by_class(document: Document) -> Iterator[Comparison]:
    for series in document.series("economic_lines", "basic_expenditure_by_economic"):
        classes = [(index, row) for index, row in series.rows if row.level == "class"]
        for index, row in series.rows:
            if row.level != "total" or row.total is not None or not classes:
                continue
            for field in ("personnel", "public"):
                if getattr(row, field) is None:
                    continue
                parts = [pair for pair in classes if (pair[1].code in _PERSONNEL_CLASSES) == (field == "personnel")]
                yield Comparison(
                    left=(document.figure(series.source, index, field),),
                    right=document.figures(series.source, parts, "total"),
                )


@rule(
    "I9.fund_balances",
    zh="年初结转加本年收入等于本年支出加年末结转",
    en="Opening balance and revenue equal expenditure and closing balance",
    formula="年初结转和结余 + 本年收入 = 本年支出 + 年末结转和结余",
    formula_en="opening balance + revenue = expenditure + closing balance",
    statements=("government_fund_expenditure", "state_capital_expenditure"),
    citation="部门决算报表 公开07表（2022年起）、08表（2021年前）",
)
def fund_balances(document: Document) -> Iterator[Comparison]:
    for series in document.series("expenditures"):
        if len(document.fields(series, "opening_balance", "revenue", "closing_balance")) != 3:  # noqa: PLR2004 - all
            continue
        for index, _ in series.rows:
            yield Comparison(
                left=_row(document, series, index, ("opening_balance", "revenue")),
                right=_row(document, series, index, ("total", "closing_balance")),
                whole_statement=False,
                blank_is_zero=True,
            )
