"""The money of projects: its funds, and all projects against the department's project expenditure."""

from __future__ import annotations

from collections.abc import Iterator

from app.checks.document import Document
from app.checks.rule import Comparison, rule


@rule(
    "I12.funds_of_a_project",
    zh="项目预算等于财政资金加其他资金",
    en="A project's budget is fiscal and other funds",
    formula="预算数 = 财政资金 + 其他资金",
    formula_en="budget = fiscal funds + other funds",
    statements=("performance_targets", "self_evaluation"),
)
def funds_of_a_project(document: Document) -> Iterator[Comparison]:
    for series in document.series("projects"):
        for index, row in series.rows:
            if row.total is not None and row.fiscal is not None:
                yield Comparison(
                    left=(document.figure("projects", index, "total"),),
                    right=tuple(document.figure("projects", index, name) for name in ("fiscal", "other_funds")),
                    whole_statement=False,
                    # Forms name money carried over from last year beside the two, and print no column for it here.
                    doubt=_OTHER_MONEY if document.prints(series.place, "结转") else None,
                )


_OTHER_MONEY = ("表内另列上年结转资金", "the table names money carried over beside them")


@rule(
    "I19.projects_and_expenditure",
    zh="各项目预算之和与项目支出",
    en="All projects and project expenditure",
    formula="Σ项目预算数 ≤ 项目支出（全部列示时相等）",
    formula_en="sum of projects ≤ project expenditure (equal where all are listed)",
    statements=("performance_targets", "expenditure"),
    severity="notice",
)
def projects_and_expenditure(document: Document) -> Iterator[Comparison]:
    places = {series.place[0] for series in document.series("projects")}
    if places != {"performance_targets"}:
        return
    projects = [pair for series in document.series("projects") for pair in series.rows if pair[1].total is not None]
    if not projects:
        return
    for series in document.series("expenditures", "expenditure"):
        totals = [(index, row) for index, row in series.rows if row.level == "total" and row.project is not None]
        if len(totals) == 1 and all(row.fiscal_year == series.fiscal_year for _, row in projects):
            yield Comparison(
                left=document.figures("projects", projects, "total"),
                right=document.figures("expenditures", totals, "project"),
                relation="≤",
                # A target table may name the whole investment of several years, or money that others spend.
                doubt=(
                    "绩效目标表可能列示多年投资或转移支付项目",
                    "targets may name several years or transfers to others",
                ),
            )
