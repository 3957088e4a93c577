"""The procurement table: quantity times price, funding, the total row, and the budget of the project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from app.checks.document import Document
from app.checks.rule import Comparison, rule

_CURRENT = (
    "general_public_budget",
    "government_fund",
    "state_capital",
    "special_account",
    "unit_funds",
    "other_channels",
)
_CARRIED = ("carried_over", "carried_over_fiscal", "carried_over_other")
_PRICE_IN_YUAN = ("单价可能以元为单位", "the price may be in yuan")
_WAN = 10_000


@rule(
    "I10.quantity_and_price",
    zh="数量乘单价等于金额",
    en="Quantity times price is the amount",
    formula="数量 × 单价 = 金额",
    formula_en="quantity × unit price = amount",
    statements=("procurement",),
    basis="arithmetic",
)
def quantity_and_price(document: Document) -> Iterator[Comparison]:
    for series in document.series("procurement_items"):
        for index, row in series.rows:
            if row.is_total or row.quantity is None or row.unit_price is None or row.total is None:
                continue
            product = row.quantity * row.unit_price
            in_yuan = abs(product / _WAN - row.total) <= abs(row.total) / 100
            yield Comparison(
                left=(
                    document.figure("procurement_items", index, "quantity"),
                    document.figure("procurement_items", index, "unit_price"),
                ),
                right=(document.figure("procurement_items", index, "total"),),
                form="product",
                whole_statement=False,
                doubt=_PRICE_IN_YUAN if in_yuan else None,
            )


@rule(
    "I10.funding",
    zh="采购金额等于各资金来源之和",
    en="A purchase is the sum of its funding",
    formula="金额 = 一般公共预算 + 政府性基金 + 国有资本 + 财政专户 + 单位资金 + 其他渠道 + 上年结转",
    formula_en="amount = general public budget + funds + state capital + special accounts + own funds + carried over",
    statements=("procurement",),
)
def funding(document: Document) -> Iterator[Comparison]:
    for series in document.series("procurement_items"):
        current = document.fields(series, *_CURRENT)
        carried = document.fields(series, *_CARRIED)
        year = document.fields(series, "current_year")
        if len(carried) > 1 and "carried_over" in carried:
            carried = ("carried_over",)  # the sum of the two beside it
        if not current:
            continue
        for index, row in series.rows:
            for whole, parts in (
                ("current_year", current),
                ("total", (*(year or current), *carried)),
            ):
                if getattr(row, whole) is not None:
                    yield Comparison(
                        left=(document.figure("procurement_items", index, whole),),
                        right=tuple(document.figure("procurement_items", index, name) for name in parts),
                        whole_statement=False,
                    )


@rule(
    "I10.sum_of_purchases",
    zh="采购合计等于各行之和",
    en="The total of purchases is the sum of its rows",
    formula="合计 = Σ各行",
    formula_en="total row = sum of the rows",
    statements=("procurement",),
)
def sum_of_purchases(document: Document) -> Iterator[Comparison]:
    for series in document.series("procurement_items"):
        totals = [pair for pair in series.rows if pair[1].is_total]
        rows = [pair for pair in series.rows if not pair[1].is_total]
        if len(totals) != 1 or not rows:
            continue
        for column in document.fields(series, "total", "current_year", *_CURRENT, *_CARRIED):
            if getattr(totals[0][1], column) is not None:
                yield Comparison(
                    left=document.figures("procurement_items", totals, column),
                    right=document.figures("procurement_items", rows, column),
                )


@rule(
    "I10.within_project_budget",
    zh="项目的采购不超过其预算资金",
    en="Purchases of a project stay within its budget",
    formula="Σ项目采购金额 ≤ 项目预算资金",
    formula_en="sum of a project's purchases ≤ its budget",
    statements=("procurement",),
    severity="warning",
)
def within_project_budget(document: Document) -> Iterator[Comparison]:
    for series in document.series("procurement_items"):
        projects = defaultdict(list)
        for index, row in series.rows:
            if not row.is_total and row.project_name and row.project_budget is not None:
                projects[row.project_name].append((index, row))
        for rows in projects.values():
            # Different budgets under one name are budgets of its parts: the rows are then compared one by one.
            same = len({row.project_budget for _, row in rows}) == 1
            for group in [rows] if same else [[pair] for pair in rows]:
                purchases = [pair for pair in group if pair[1].total is not None]
                if purchases:
                    yield Comparison(
                        left=document.figures("procurement_items", purchases, "total"),
                        right=document.figures("procurement_items", group[:1], "project_budget"),
                        relation="≤",
                        whole_statement=False,
                    )
