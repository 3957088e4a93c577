"""The money of projects: its funds, and all projects against the department's project expenditure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from app.checks.document import Document, Figure
from app.checks.families import adds_up
from app.checks.rule import Comparison, rule
from app.records import StatementKey
from app.values import fold


@rule(
    "I12.funds_of_a_project",
    zh="项目预算等于财政资金加其他资金",
    en="A project's budget is fiscal and other funds",
    formula="预算数 = 财政资金 + 其他资金",
    formula_en="budget = fiscal funds + other funds",
    statements=("performance_targets", "self_evaluation", "project_expenditure"),
)
def funds_of_a_project(document: Document) -> Iterator[Comparison]:
    for series in document.series("projects"):
        for index, row in series.rows:
            if row.total is not None and row.fiscal is not None:
                yield Comparison(
                    left=(document.figure("projects", index, "total"),),
                    right=tuple(document.figure("projects", index, name) for name in ("fiscal", *_NOT_FISCAL)),
                    whole_statement=False,
                    # Forms name money carried over from last year beside the two, and print no column for it here.
                    doubt=_OTHER_MONEY if row.carried_over is None and document.prints(series.place, "结转") else None,
                )


_NOT_FISCAL = (
    "special_account",
    "institutional",
    "business_revenue",
    "from_superior",
    "from_subordinates",
    "unit_funds",
    "surplus_used",
    "carried_over",
    "other_funds",
)
_FUNDS = ("general_public_budget", "government_fund", "state_capital")
_COLUMNS = ("total", "fiscal", *_FUNDS, *_NOT_FISCAL)
_NESTED = ("项目可能逐级列示", "projects may be printed with the parts that they consist of")
_OTHER_SCOPE = ("绩效目标表所列可能是多年投资", "targets may name what several years cost")
_OTHER_MONEY = ("表内另列上年结转资金", "the table names money carried over beside them")


@rule(
    "I19.sources_of_a_project",
    zh="项目支出等于各资金来源之和",
    en="A project's expenditure is the sum of its sources",
    formula="合计 = 一般公共预算 + 政府性基金 + 国有资本经营 + 财政专户 + 单位资金 + 其他资金 + 上年结转",
    formula_en="total = general public budget + funds + state capital + special accounts + own and other funds",
    statements=("project_expenditure",),
)
def sources_of_a_project(document: Document) -> Iterator[Comparison]:
    for series in document.series("projects", "project_expenditure"):
        columns = document.fields(series, *_FUNDS, *_NOT_FISCAL)
        for index, row in series.rows:
            if row.total is not None and len(columns) > 1 and any(getattr(row, name) is not None for name in columns):
                yield Comparison(
                    left=(document.figure("projects", index, "total"),),
                    right=tuple(document.figure("projects", index, name) for name in columns),
                    whole_statement=False,
                )


@rule(
    "I19.total_of_projects",
    zh="项目支出表合计等于各项目之和",
    en="The total of a list of projects is the sum of its projects",
    formula="合计 = Σ项目",
    formula_en="total = sum of projects",
    statements=("project_expenditure",),
)
def total_of_projects(document: Document) -> Iterator[Comparison]:
    for series in document.series("projects", "project_expenditure"):
        wholes = [pair for pair in series.rows if pair[1].is_total and pair[1].institution is None]
        parts = [pair for pair in series.rows if not pair[1].is_total]
        if len(wholes) != 1 or not parts:
            continue
        for column in document.fields(series, *_COLUMNS):
            whole, each = document.figure("projects", wholes[0][0], column), document.figures("projects", parts, column)
            yield Comparison(
                left=(whole,),
                right=each,
                doubt=_NESTED if sum(one.value for one in each) > whole.value else None,
            )


@rule(
    "I19.projects_and_expenditure",
    zh="各项目预算之和与项目支出",
    en="All projects and project expenditure",
    formula="Σ项目预算数 ≤ 项目支出（全部列示时相等）",
    formula_en="sum of projects ≤ project expenditure (equal where all are listed)",
    statements=("performance_targets", "project_expenditure", "expenditure"),
    severity="notice",
)
def projects_and_expenditure(document: Document) -> Iterator[Comparison]:
    keys = {series.place[0] for series in document.series("projects")}
    # The list of projects is whole; targets are printed of some, or of all where there is no such list.
    key: StatementKey = "project_expenditure" if "project_expenditure" in keys else "performance_targets"
    if key not in keys or "self_evaluation" in keys:
        return
    projects = [
        pair
        for series in document.series("projects", key)
        for pair in series.rows
        if pair[1].total is not None and not pair[1].is_total
    ]
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


@rule(
    "I19.project_in_both",
    zh="绩效目标表与项目支出表中同一项目的预算一致",
    en="A project has one budget in the list of projects and beside its targets",
    formula="绩效目标表某项目预算数 = 项目支出表该项目合计",
    formula_en="budget beside the targets = total in the list of projects",
    statements=("performance_targets", "project_expenditure"),
    severity="warning",
)
def project_in_both(document: Document) -> Iterator[Comparison]:
    """Projects of one name are told apart by nothing else: where both tables have it as often, they are added up."""
    targets, listed = (_by_name(document, key) for key in ("performance_targets", "project_expenditure"))
    pairs = [(targets[name], listed[name]) for name in targets if len(targets[name]) == len(listed.get(name, ()))]
    agree = [adds_up(here[0], there) if len(here) == 1 else False for here, there in pairs]
    for position, (here, there) in enumerate(pairs):
        others = [one for n, one in enumerate(agree) if n != position]
        settled = sum(others) > 1 and 2 * sum(others) > len(others)
        yield Comparison(left=here, right=there, whole_statement=False, doubt=None if settled else _OTHER_SCOPE)


def _by_name(document: Document, key: StatementKey) -> dict[str, tuple[Figure, ...]]:
    """The budgets of the projects of a statement, by their names."""
    year = document.parsed.disclosure.fiscal_year
    found: dict[str, list[Figure]] = defaultdict(list)
    for series in document.series("projects", key):
        for index, row in series.rows if series.fiscal_year == year else ():
            if not row.is_total and row.total is not None:
                found[fold(row.name)].append(document.figure("projects", index, "total"))
    return {name: tuple(figures) for name, figures in found.items()}
