"""类, 款, 项: each row of a statement with codes is the sum of the rows directly below it, in every column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.checks.document import Document, Series
from app.checks.rule import Comparison, rule

Row = tuple[int, Any]

REVENUE_COLUMNS = (
    "total",
    "current_year",
    "fiscal_appropriation",
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
    "carried_over",
    "carried_over_general_public_budget",
    "carried_over_government_fund",
    "carried_over_state_capital",
    "carried_over_special_account",
    "carried_over_unit_funds",
)
EXPENDITURE_COLUMNS = (
    "total",
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
ECONOMIC_COLUMNS = ("total", "basic", "personnel", "public", "project")

_REPEATED = ("同一编码在表内出现多次，上下级关系不明", "a code stands in the table more than once")
_UNITS = ("按单位列示的表可能逐级汇总", "rows by institution may contain each other")
_SEVERAL_TOTALS = ("表内有多个合计行", "the table has several total rows")
_SUB_CODES = ("地方自设的下级编码未必列全", "local sub-codes need not be complete")

_SOME_NAMED = ("文字说明未必列出全部项目", "a narrative need not name every item")

_MOST_ECONOMIC_DIGITS = 5
_NEARLY = Decimal("0.01")


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
    for parent, children, doubt in families(series):
        for column in printed:
            amounts = [getattr(row, column) for _, row in children]
            if parent[1].level == "total" and (getattr(parent[1], column) is None or not any(amounts)):
                # 人员经费合计 and 公用经费合计 in rows of their own: I6.totals_by_class has them.
                continue
            yield Comparison(
                left=(document.figure(series.source, parent[0], column),),
                right=document.figures(series.source, children, column),
                doubt=doubt,
            )


def families(series: Series) -> Iterator[tuple[Row, list[Row], tuple[str, str] | None]]:
    """Each row that has rows below it, these rows, and why their sum might be another one."""
    units = [pair for pair in series.rows if pair[1].level == "unit"]
    totals = [pair for pair in series.rows if pair[1].level == "total"]
    if units:
        yield from _by_unit(series, totals, units)
        return
    coded = [pair for pair in series.rows if pair[1].code is not None]
    roots, children, repeated = _tree(coded)
    doubt = _REPEATED if repeated else None
    for total in totals:
        if roots:
            yield total, roots, (_SEVERAL_TOTALS if _several(totals) else doubt)
    yield from _below(series.source, coded, children, doubt)


def _below(
    source: str, coded: list[Row], children: dict[int, list[Row]], doubt: tuple[str, str] | None
) -> Iterator[tuple[Row, list[Row], tuple[str, str] | None]]:
    for pair in coded:
        if pair[0] in children:
            local = source == "economic_lines" and len(pair[1].code) >= _MOST_ECONOMIC_DIGITS
            yield pair, children[pair[0]], doubt or (_SUB_CODES if local else None)


def _several(totals: list[Row]) -> bool:
    """Several rows 合计 that print the same columns; 人员经费合计 and 公用经费合计 print different ones."""
    printed = [set(row.cells) for _, row in totals]
    return any(one & other for n, one in enumerate(printed) for other in printed[n + 1 :])


def _tree(coded: list[Row]) -> tuple[list[Row], dict[int, list[Row]], bool]:
    """Rows by their nearest ancestor that the table prints: those without one, the others by its index."""
    by_code = {row.code: (index, row) for index, row in coded}
    roots: list[Row] = []
    children: dict[int, list[Row]] = {}
    for index, row in coded:
        ancestor = next(
            (by_code[row.code[:n]] for n in range(len(row.code) - 2, 2, -2) if row.code[:n] in by_code), None
        )
        if ancestor is None:
            roots.append((index, row))
        else:
            children.setdefault(ancestor[0], []).append((index, row))
    return roots, children, len(by_code) < len(coded)


def _adds_up(whole: Row, parts: list[Row]) -> bool:
    """Whether the totals leave no doubt which rows make up the whole: then every other column must agree as well."""
    added = sum((row.total or 0 for _, row in parts), Decimal(0))
    return whole[1].total is not None and abs(added - whole[1].total) <= _NEARLY * (len(parts) + 1)


def _by_unit(
    series: Series, totals: list[Row], units: list[Row]
) -> Iterator[tuple[Row, list[Row], tuple[str, str] | None]]:
    """A table by institution: the total over institutions, and below each institution its codes."""
    for total in totals:
        if _several(totals):
            yield total, units, _SEVERAL_TOTALS
        elif len(units) > 1 and units[0][1].total == total[1].total is not None:
            # The department's own row comes first, with all its institutions below it.
            yield total, units[:1], None
            yield units[0], units[1:], None if _adds_up(units[0], units[1:]) else _UNITS
        else:
            yield total, units, None if _adds_up(total, units) else _UNITS
    segment: list[Row] = []
    owner: Row | None = None
    for pair in (*series.rows, (-1, None)):
        row = pair[1]
        if row is None or row.level in ("unit", "total"):
            if owner is not None and segment:
                roots, children, repeated = _tree(segment)
                yield owner, roots, (_REPEATED if repeated else _UNITS)
                yield from _below(series.source, segment, children, _REPEATED if repeated else None)
            segment, owner = [], pair if row is not None and row.level == "unit" else None
        else:
            segment.append(pair)


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
