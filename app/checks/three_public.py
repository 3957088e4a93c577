"""The 三公 expenses: their parts, the change against last year, and the economic rows they contain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.checks.balance import FUNDS
from app.checks.document import Document, Figure, Series
from app.checks.rule import Comparison, rule

_COLUMNS = ("total", *FUNDS, "change")
# What some provinces print in the same table and count in its total.
_BESIDE = ("meetings", "training", "agency_operating")
_CHANGES_OF_EXPENDITURE = (("total", "change"), ("without_construction", "change_without_construction"))


def items(series: Series) -> dict[str, int]:
    """Position of the row of each item, where the item has exactly one."""
    found: dict[str, list[int]] = {}
    for index, row in series.rows:
        found.setdefault(row.item, []).append(index)
    return {item: rows[0] for item, rows in found.items() if len(rows) == 1}


def of_each_body(document: Document) -> Iterator[tuple[str | None, Series]]:
    """The rows of all, and those of each institution, where the table has a row for each."""
    for series in document.series("three_public"):
        for body in dict.fromkeys(row.institution for _, row in series.rows):
            yield body, replace(series, rows=tuple(pair for pair in series.rows if pair[1].institution == body))


def _figures(document: Document, rows: dict[str, int], names: tuple[str, ...], column: str) -> tuple[Figure, ...]:
    return tuple(document.figure("three_public", rows[name], column) for name in names if name in rows)


@rule(
    "I8.three_public_total",
    zh="“三公”经费合计等于三项之和",
    en="Three public expenses are the sum of the three",
    formula="合计 = 因公出国（境）费 + 公务用车购置及运行维护费 + 公务接待费",
    formula_en="total = overseas trips + official vehicles + official receptions",
    statements=("three_public",),
    citation="部门决算报表 “三公”经费支出决算表",
)
def three_public_total(document: Document) -> Iterator[Comparison]:
    for _, series in of_each_body(document):
        rows = items(series)
        if not {"total", "overseas_trips", "receptions"} <= set(rows):
            continue
        vehicles = ("vehicles",) if "vehicles" in rows else ("vehicle_purchase", "vehicle_operation")
        names = ("overseas_trips", *vehicles, "receptions")
        if not set(names) <= set(rows):
            continue
        beside = [name for name in _BESIDE if name in rows]
        for column in document.fields(series, *_COLUMNS):
            yield Comparison(
                left=_figures(document, rows, ("total",), column),
                right=_figures(document, rows, names, column),
                readings=tuple(
                    _figures(document, rows, (*names, *more), column)
                    for more in (*((name,) for name in beside), ("meetings", "training"), tuple(beside))
                    if set(more) <= set(beside) and more
                ),
            )


@rule(
    "I8.vehicles",
    zh="公务用车费用等于购置费加运行维护费",
    en="Vehicles are purchase and operation",
    formula="公务用车购置及运行维护费 = 购置费 + 运行维护费",
    formula_en="vehicles = purchase + operation and maintenance",
    statements=("three_public",),
    citation="部门决算报表 “三公”经费支出决算表",
)
def vehicles(document: Document) -> Iterator[Comparison]:
    for _, series in of_each_body(document):
        rows = items(series)
        if {"vehicles", "vehicle_purchase", "vehicle_operation"} <= set(rows):
            for column in document.fields(series, *_COLUMNS):
                yield Comparison(
                    left=_figures(document, rows, ("vehicles",), column),
                    right=_figures(document, rows, ("vehicle_purchase", "vehicle_operation"), column),
                )


@rule(
    "I8.grand_total",
    zh="总计等于“三公”经费加会议费、培训费等",
    en="The grand total is the three public expenses with meetings and training",
    formula="总计 = “三公”经费合计 + 会议费 + 培训费 + 机关运行经费",
    formula_en="grand total = three public expenses + meetings + training + agency operating expenses",
    statements=("three_public",),
)
def grand_total(document: Document) -> Iterator[Comparison]:
    for _, series in of_each_body(document):
        rows = items(series)
        beside = tuple(name for name in _BESIDE if name in rows)
        if "grand_total" in rows and "total" in rows and beside:
            for column in document.fields(series, "total", "change"):
                yield Comparison(
                    left=_figures(document, rows, ("grand_total",), column),
                    right=_figures(document, rows, ("total", *beside), column),
                    whole_statement=False,
                )


@rule(
    "I13.change_against_last_year",
    zh="增减等于本年数减上年数",
    en="The change is this year's figure less last year's",
    formula="上年数 + 增减 = 本年数",
    formula_en="last year + change = this year",
    statements=("three_public",),
    basis="arithmetic",
)
def change_against_last_year(document: Document) -> Iterator[Comparison]:
    every = list(of_each_body(document))
    for body, series in every:
        last_year = (series.place, series.fiscal_year - 1, series.phase)
        before = [one for other, one in every if other == body and (one.place, one.fiscal_year, one.phase) == last_year]
        if len(before) != 1:
            continue
        now, then = items(series), items(before[0])
        for item, index in now.items():
            if item in then and series.rows and document.figure("three_public", index, "change").amount is not None:
                yield Comparison(
                    left=(
                        document.figure("three_public", then[item], "total"),
                        document.figure("three_public", index, "change"),
                    ),
                    right=(document.figure("three_public", index, "total"),),
                    whole_statement=False,
                    blank_is_zero=True,
                )


@rule(
    "I13.change_of_expenditure",
    zh="支出增减等于本年数减上年执行数",
    en="The change of expenditure is this year's figure less what was spent last year",
    formula="上年执行数 + 增减额 = 本年数（扣除基建投资后同）",
    formula_en="spent last year + change = this year; the same without capital construction",
    statements=("general_public_budget_expenditure", "government_fund_expenditure", "state_capital_expenditure"),
    basis="arithmetic",
)
def change_of_expenditure(document: Document) -> Iterator[Comparison]:
    every = list(document.series("expenditures"))
    for series in every:
        last_year = (series.place, series.fiscal_year - 1)
        before = [one for one in every if (one.place, one.fiscal_year) == last_year]
        then = {row.row: index for one in before for index, row in one.rows} if len(before) == 1 else {}
        for index, row in series.rows if then else ():
            for amount, change in _CHANGES_OF_EXPENDITURE:
                if getattr(row, change) is not None:
                    old = (document.figure("expenditures", then[row.row], amount),) if row.row in then else ()
                    yield Comparison(
                        left=(*old, document.figure("expenditures", index, change)),
                        right=(document.figure("expenditures", index, amount),),
                        whole_statement=False,
                        blank_is_zero=True,
                    )


@rule(
    "I17.three_public_and_economic",
    zh="“三公”各项不小于基本支出中的同名科目",
    en="Three public items are no less than the same economic rows",
    formula="三公某项 ≥ 基本支出中对应经济科目（30212、30217、30231、31013）",
    formula_en="three public item ≥ the same economic division of basic expenditure",
    statements=("three_public", "basic_expenditure_by_economic"),
    severity="warning",
    basis="regulation",
    citation="政府收支分类科目（支出经济分类）",
)
def three_public_and_economic(document: Document) -> Iterator[Comparison]:
    for body, series in of_each_body(document):
        rows = items(series) if body is None else {}
        for economic in document.series("economic_lines", "basic_expenditure_by_economic"):
            if economic.when != series.when:
                continue
            for index, line in economic.rows:
                item = _ECONOMIC.get(line.code or "")
                if item in rows and line.total:
                    yield Comparison(
                        left=(document.figure("three_public", rows[item], "total"),),
                        right=(document.figure("economic_lines", index, "total"),),
                        relation="≥",
                        whole_statement=False,
                        # Departments print blanks in one table for what the other has: what the money was is not said.
                        doubt=None,
                    )


_ECONOMIC = {
    "30212": "overseas_trips",
    "30217": "receptions",
    "30231": "vehicle_operation",
    "31013": "vehicle_purchase",
}
