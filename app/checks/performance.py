"""Performance tables in figures: payment plans, funds and their execution, weights, scores and grades."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from app.checks.document import Document, Figure, Place
from app.checks.rule import Comparison, Judgement, rule
from app.records import EvaluationLine

_PLAN = ("plan_march", "plan_june", "plan_october", "plan_december")
_PARTS = ("fiscal_appropriation", "carried_over", "other_funds")
_FUNDS = ("initial_budget", "adjusted_budget", "executed")
_ALL = Decimal(100)
# What remains for the indicators where the form gives ten points to the execution of the budget, in another table.
_WITHOUT_EXECUTION = Decimal(90)
# Headings that say it: 分值(90) over the weights, 执行率分值(10) beside the funds.
_OWN_POINTS = re.compile(r"(?:指标)?分值\((\d{2,3})分?\)")
_POINTS_OF_EXECUTION = re.compile(r"(?:预算)?执行率(?:指标)?分值\((\d{1,2})分?\)")
_NOT_CUMULATIVE = ("各期比例可能未累计填列", "the periods may be printed one by one, not cumulatively")
_FRACTION = ("执行率可能以小数而非百分数填列", "the rate may be printed as a fraction")
_ONE_DECIMAL = ("执行率似先取一位小数再列示两位", "the rate seems to be rounded to one decimal first")
_BLANK_HERE = ("该列有来源未填列，而其他列已填", "a source is blank in this column and printed in another")
_NO_EXECUTION_WEIGHT = ("执行率一行未列分值", "the row of the execution rate prints no weight")
SEVERAL = ("同一项目列有多个总分", "several totals are printed for the same project")
_OWN_SCALE = ("等级不是“优、良、中、差”，可能另有标准", "the grade belongs to another scale")
_SOME_WITHOUT = ("部分指标未列分值", "some indicators print no weight")

Key = tuple[Place, str, int | None]
Rows = list[tuple[int, Any]]


def _by_subject(document: Document, source: str) -> dict[Key, Rows]:
    """The rows of each project, or of the whole department, table by table."""
    found: dict[Key, Rows] = defaultdict(list)
    for series in document.series(source):
        for index, row in series.rows:
            found[series.place, row.subject, row.project_ordinal].append((index, row))
    return found


def _with(rows: Iterable[tuple[int, Any]], item: str) -> Rows:
    return [pair for pair in rows if pair[1].item == item]


@rule(
    "I12.payment_plan",
    zh="资金支出计划逐期累计，不减少",
    en="A cumulative payment plan never falls",
    formula="3月底 ≤ 6月底 ≤ 10月底 ≤ 12月底",
    formula_en="end of March ≤ June ≤ October ≤ December",
    statements=("performance_targets",),
)
def payment_plan(document: Document) -> Iterator[Comparison]:
    for series in document.series("projects"):
        for index, row in series.rows:
            printed = [name for name in _PLAN if getattr(row, name) is not None]
            for earlier, later in itertools.pairwise(printed):
                yield Comparison(
                    left=(document.figure("projects", index, earlier),),
                    right=(document.figure("projects", index, later),),
                    relation="≤",
                    whole_statement=False,
                    doubt=_NOT_CUMULATIVE if sum(getattr(row, name) for name in printed) == _ALL else None,
                )


@rule(
    "I12.payment_plan_end",
    zh="资金支出计划到年底为100%",
    en="A payment plan ends at 100 %",
    formula="12月底 = 100%",
    formula_en="end of December = 100 %",
    statements=("performance_targets",),
)
def payment_plan_end(document: Document) -> Iterator[Comparison]:
    for series in document.series("projects"):
        for index, row in series.rows:
            if row.plan_december is not None:
                printed = [getattr(row, name) for name in _PLAN if getattr(row, name) is not None]
                yield Comparison(
                    left=(document.figure("projects", index, "plan_december"),),
                    right=(),
                    constant=_ALL,
                    whole_statement=False,
                    doubt=_NOT_CUMULATIVE if len(printed) > 1 and sum(printed) == _ALL else None,
                )


@rule(
    "I12.funds_of_an_evaluation",
    zh="自评表资金总额等于各来源之和",
    en="The funds of a self-evaluation are the sum of their sources",
    formula="年度资金总额 = 当年财政拨款 + 上年结转资金 + 其他资金（年初预算数、全年预算数、全年执行数各列）",
    formula_en="funds of the year = fiscal appropriation + carried over + other funds, in each column",
    statements=("self_evaluation",),
    citation="财预〔2020〕10号 项目支出绩效评价管理办法",
)
def funds_of_an_evaluation(document: Document) -> Iterator[Comparison]:
    for rows in _by_subject(document, "evaluation_lines").values():
        wholes = _with(rows, "total")
        parts = [pair for pair in rows if pair[1].item in _PARTS]
        if len(wholes) != 1 or len({row.item for _, row in parts}) != len(parts):
            continue
        for column in _FUNDS:
            if any(getattr(row, column) is not None for _, row in parts):
                yield Comparison(
                    left=document.figures("evaluation_lines", wholes, column),
                    right=document.figures("evaluation_lines", parts, column),
                    whole_statement=False,
                    doubt=_BLANK_HERE if any(_blank_here(row, column) for _, row in parts) else None,
                )


def _blank_here(row: EvaluationLine, column: str) -> bool:
    return getattr(row, column) is None and any(getattr(row, other) for other in _FUNDS)


@rule(
    "I12.execution_rate",
    zh="执行率等于执行数除以预算数",
    en="The execution rate is execution over budget",
    formula="执行率 = 全年执行数 ÷ 全年预算数（四舍五入或截去尾数均可）",
    formula_en="execution rate = executed / adjusted budget, rounded or cut off",
    statements=("self_evaluation",),
    citation="财预〔2020〕10号 项目支出绩效评价管理办法",
)
def execution_rate(document: Document) -> Iterator[Comparison]:
    for series in document.series("evaluation_lines"):
        for index, row in series.rows:
            rate = row.execution_rate
            if rate is None or row.executed is None or not row.adjusted_budget:
                continue
            # Forms print 0 or a dash in the rows of the sources, where no rate is asked for.
            if row.item != "total" and rate == 0:
                continue
            share = row.executed / row.adjusted_budget
            doubt = _FRACTION if rate and abs(share - rate) <= Decimal("0.005") else None
            if round(100 * share, 1) == rate:
                doubt = _ONE_DECIMAL
            yield Comparison(
                left=(
                    document.figure("evaluation_lines", index, "executed"),
                    document.figure("evaluation_lines", index, "adjusted_budget"),
                ),
                right=(document.figure("evaluation_lines", index, "execution_rate"),),
                form="share",
                whole_statement=False,
                doubt=doubt,
            )


@rule(
    "I12.score_within_weight",
    zh="得分不超过分值",
    en="A score is no more than its weight",
    formula="得分 ≤ 分值",
    formula_en="score ≤ weight",
    statements=("self_evaluation",),
    citation="财预〔2020〕10号 项目支出绩效评价管理办法",
)
def score_within_weight(document: Document) -> Iterator[Comparison]:
    for source in ("performance_indicators", "evaluation_lines"):
        for series in document.series(source):
            for index, row in series.rows:
                if row.weight is not None and row.score is not None:
                    yield Comparison(
                        left=(document.figure(source, index, "score"),),
                        right=(document.figure(source, index, "weight"),),
                        relation="≤",
                        whole_statement=False,
                        doubt=_unweighed(document, row) if source == "evaluation_lines" else None,
                    )


def _unweighed(document: Document, row: EvaluationLine) -> tuple[str, str] | None:
    """A total counts what the execution of the budget scored, though its weight is left blank."""
    key = ((row.statement_key, row.statement_ordinal), row.subject, row.project_ordinal)
    funds = _with(_by_subject(document, "evaluation_lines").get(key, []), "total")
    blank = any(one.weight is None and (one.score is not None or one.execution_rate is not None) for _, one in funds)
    return _NO_EXECUTION_WEIGHT if blank else None


def _execution(document: Document, key: Key, field: str) -> tuple[Figure, ...]:
    """What the execution of the budget weighs, or scored, in the evaluation of the same subject."""
    rows = _with(_by_subject(document, "evaluation_lines").get(key, []), "total")
    return document.figures("evaluation_lines", [pair for pair in rows if getattr(pair[1], field) is not None], field)


@rule(
    "I12.sum_of_weights",
    zh="分值合计为总分",
    en="Weights add up to the total",
    formula="Σ指标分值 + 执行率分值 = 总分分值（100）",
    formula_en="sum of weights + weight of the execution rate = weight of the total (100)",
    statements=("self_evaluation", "performance_targets"),
    citation="财预〔2020〕10号 项目支出绩效评价管理办法",
)
def sum_of_weights(document: Document) -> Iterator[Comparison]:
    for key, rows in _by_subject(document, "performance_indicators").items():
        weighed = [pair for pair in rows if pair[1].weight is not None]
        if not weighed:
            continue
        own = document.figures("performance_indicators", weighed, "weight")
        every = (*own, *_execution(document, key, "weight"))
        totals = [
            pair
            for pair in _with(_by_subject(document, "evaluation_lines").get(key, []), "overall")
            if pair[1].weight is not None
        ]
        doubt = SEVERAL if len(totals) > 1 else _SOME_WITHOUT if _partly(rows, weighed) else None
        if totals:
            doubt = doubt or _unweighed(document, totals[0][1])
            yield Comparison(
                left=document.figures("evaluation_lines", totals[:1], "weight"),
                right=every,
                readings=(own,),
                doubt=doubt,
            )
        else:
            said = _points_of_indicators(document, key[0])
            without = sum(one.value for one in own) == _WITHOUT_EXECUTION and len(own) == len(every)
            yield Comparison(
                left=every if said is None else own,
                right=(),
                constant=said or (_WITHOUT_EXECUTION if without else _ALL),
                doubt=doubt,
            )


def _points_of_indicators(document: Document, place: Place) -> Decimal | None:
    """What the weights of all indicators together should be, where a heading of the table says it."""
    for printed, rest in ((_OWN_POINTS, Decimal(0)), (_POINTS_OF_EXECUTION, _ALL)):
        said = {Decimal(found.group(1)) for cell in document.cells(place) if (found := printed.fullmatch(cell))}
        if len(said) == 1:
            return abs(rest - said.pop())
    return None


def _partly(rows: Rows, weighed: Rows) -> bool:
    """Whether an indicator that has a target of its own prints no weight beside others that do."""
    return any(row.weight is None and row.target_number is not None for _, row in rows) and len(weighed) < len(rows)


@rule(
    "I12.sum_of_scores",
    zh="各项得分合计为总得分",
    en="Scores add up to the total score",
    formula="Σ指标得分 + 执行率得分 = 总得分",
    formula_en="sum of scores + score of the execution rate = total score",
    statements=("self_evaluation",),
    citation="财预〔2020〕10号 项目支出绩效评价管理办法",
)
def sum_of_scores(document: Document) -> Iterator[Comparison]:
    for key, rows in _by_subject(document, "performance_indicators").items():
        scored = [pair for pair in rows if pair[1].score is not None]
        totals = [
            pair
            for pair in _with(_by_subject(document, "evaluation_lines").get(key, []), "overall")
            if pair[1].score is not None
        ]
        if not scored or not totals:
            continue
        own = document.figures("performance_indicators", scored, "score")
        yield Comparison(
            left=document.figures("evaluation_lines", totals[:1], "score"),
            right=(*own, *_execution(document, key, "score")),
            readings=(own,),
            doubt=SEVERAL if len(totals) > 1 else None,
        )


@rule(
    "I12.first_level_weight",
    zh="一级指标分值等于其下各指标分值之和",
    en="The weight of a first level is the sum of its indicators' weights",
    formula="一级指标分值 = Σ其下指标分值",
    formula_en="weight of a first level = sum of the weights below it",
    statements=("self_evaluation", "performance_targets"),
    citation="财预〔2020〕10号 项目支出绩效评价管理办法",
)
def first_level_weight(document: Document) -> Iterator[Comparison]:
    for rows in _by_subject(document, "performance_indicators").values():
        levels: dict[str, Rows] = defaultdict(list)
        for index, row in rows:
            if row.level1 and row.weight is not None:
                levels[row.level1].append((index, row))
        for below in levels.values():
            printed = [pair for pair in below if pair[1].level1_weight is not None]
            if len(printed) == len(below) and len({row.level1_weight for _, row in printed}) == 1:
                yield Comparison(
                    left=document.figures("performance_indicators", printed[:1], "level1_weight"),
                    right=document.figures("performance_indicators", below, "weight"),
                )


# The lowest score of each grade.
_GRADES = (("优", Decimal(90)), ("良", Decimal(80)), ("中", Decimal(60)), ("差", Decimal(0)))


@rule(
    "I12.grade_fits_score",
    zh="评价等级与总得分相符",
    en="The grade fits the score",
    formula="≥90 优，≥80 良，≥60 中，<60 差",
    formula_en="≥ 90 excellent, ≥ 80 good, ≥ 60 fair, < 60 poor",
    statements=("self_evaluation",),
    severity="warning",
    basis="regulation",
    citation="财预〔2020〕10号 项目支出绩效评价管理办法",
)
def grade_fits_score(document: Document) -> Iterator[Judgement]:
    for series in document.series("evaluation_lines"):
        for index, row in series.rows:
            if row.item != "overall" or row.score is None or not row.grade:
                continue
            should = next(grade for grade, lowest in _GRADES if row.score >= lowest or grade == "差")
            holds, known = row.grade == should, row.grade in dict(_GRADES)
            title, title_en = document.title(series.place), document.title_en(series.place)
            printed = f"《{title}》总得分{row.score}分，等级为“{row.grade}”"
            printed_en = f"{title_en}: a score of {row.score} with the grade “{row.grade}”"
            yield Judgement(
                figures=(
                    document.figure("evaluation_lines", index, "score"),
                    document.figure("evaluation_lines", index, "grade"),
                ),
                holds=holds,
                zh=f"{printed}，两者相符。" if holds else f"{printed}，按90、80、60分的划分应为“{should}”。",
                en=f"{printed_en}: they agree." if holds else f"{printed_en}, by 90, 80 and 60 points “{should}”.",
                doubt=None if known else _OWN_SCALE,
            )
