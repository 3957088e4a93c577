"""Targets of indicators: which way they point, the level they stand under, and rows that are printed twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from app.checks.document import Document
from app.checks.performance import SEVERAL
from app.checks.rule import Judgement, rule
from app.records import PerformanceIndicator

_AT_LEAST, _AT_MOST = ("≥", ">"), ("≤", "<")
_MONEY = re.compile(r"元")
_COST = re.compile(r"成本|造价|支出|费用|花费|开支|经费")
# What is spent on people who should get it, what is saved, and rates of what is spent are no costs to keep low.
_NO_COST = re.compile(
    r"标准|补[助贴偿]|救助|奖|资助|节[约省支]|降低|压减|下降|减少|收入|率|及时|覆盖|到位|拨付|发放|报销|[收征缴]缴|占比|比例|增长|提[升高]|规模|投入|争取"
)
_BURDEN = re.compile(
    r"(?:故障|断网|断电|停机|宕机|中断|影响)(?:的)?(?:时间|时长|次数|率)$|影响.{0,12}时间$|(?:响应|等待|恢复|修复|处置|处理|办理|办结)(?:时间|时长|时限)$"
    r"|投诉(?:率|次数|件数|量|数)$|(?:差错|错误|失误|误差|偏差|超支|违规|违纪|事故|死亡|发案|超标|不合格|破损|流失)(?:发生)?(?:率|次数|起数|件数|数|数量)$"
    r"|资源消耗|能源?消耗|能耗|排放(?:量|总量)$"
)
_NO_BURDEN = re.compile(
    r"下降|降低|减少|压降|减排|削减|消除|零|无|不|查处|查办|排除|整改|处置率|处理率|监测|知晓|治理|控制|节"
)
_GAIN = re.compile(
    r"满意(?:度|率)|(?:合格|达标|完成|及时|准确|覆盖|到位|知晓|正常|完好|参与|成功|通过|解决|办结|完整|执行)率$"
)
_NO_GAIN = re.compile(r"不合格|未|不|投诉|超|误差|偏差|控制|差错|成本|上限|空置|非")
_TIME = re.compile(r"^(?:个)?(?:秒|分|分钟|小时|天|日|工作日|周|月|季度)(?:内|以内)?$")
# Words that a target has before its figure, and those of them that only say its direction.
_OWN_WORDS = re.compile(r"^[^\d≥≤><=]+")
_BOUND_WORDS = re.compile(r"不?[低高少多大小超]于|不超过|至少|达到?|以[上下内]|控制在|等于|约|[:：（(）)\s]")
_UNCLEAR_COST = ("指标名称未说明其为成本", "the name does not say that it is a cost")
_CEILING = ("数量指标也可能是上限", "a number can be meant as a ceiling")
_NO_MORE_THAN_ALL = ("比率以100%为上限也说得通", "a rate cannot be more than 100 % anyway")
_CITATION = "财预〔2015〕88号 中央部门预算绩效目标管理办法"


def _name(row: PerformanceIndicator) -> str:
    """The indicator's own name, without blanks and without the unit in a bracket behind it."""
    return re.sub(r"\s|[（(][^（）()]*[）)]$", "", row.level3 or row.description or "")


def _measured(row: PerformanceIndicator) -> str:
    """What the target measures: named by the target itself (投诉率≤5%), or by the indicator."""
    own = _OWN_WORDS.match(row.target or "")
    words = _BOUND_WORDS.sub("", own.group()) if own else ""
    return words if len(words) > 1 else _name(row)


def _under(row: PerformanceIndicator, word: str) -> bool:
    return any(word in level for level in (row.level1, row.level2) if level)


def _pointing(document: Document) -> Iterator[tuple[int, PerformanceIndicator, str]]:
    """Indicators whose target has a direction: position, record, name."""
    for series in document.series("performance_indicators"):
        for index, row in series.rows:
            if row.target and row.target_operator in (*_AT_LEAST, *_AT_MOST) and _name(row):
                yield index, row, _measured(row)


def _judged(
    document: Document,
    index: int,
    row: PerformanceIndicator,
    *,
    wrong: bool,
    low: bool,
    doubt: tuple[str, str] | None = None,
) -> Judgement:
    """That a target which should be low (a cost), or high (a rate of success), is, or is not, printed as such."""
    place = (row.statement_key, row.statement_ordinal)
    title, title_en = document.title(place), document.title_en(place)
    where = "·".join(level for level in (row.level2 or row.level1, row.level3 or row.description) if level)[:120]
    is_bound = row.target_operator in _AT_LEAST
    way, way_en = ("下限", "a lower bound") if is_bound else ("上限", "an upper bound")
    other, other_en = ("上限（≤）", "an upper bound (≤)") if low else ("下限（≥）", "a lower bound (≥)")
    printed = f"《{title}》“{where}”的指标值为“{row.target}”，是{way}"
    printed_en = f"{title_en} “{where}”: the target “{row.target}” is {way_en}"
    return Judgement(
        figures=(document.figure("performance_indicators", index, "target"),),
        holds=not wrong,
        zh=f"{printed}，而这类指标通常应为{other}。" if wrong else f"{printed}，与指标性质相符。",
        en=f"{printed_en}, where {other_en} is usual." if wrong else f"{printed_en}, as it should be.",
        doubt=doubt,
    )


@rule(
    "I12.direction_of_cost",
    zh="成本指标的目标值应为上限",
    en="The target of a cost is an upper bound",
    formula="成本指标：≤",
    formula_en="cost: ≤",
    statements=("performance_targets", "self_evaluation"),
    severity="warning",
    basis="regulation",
    citation=_CITATION,
)
def direction_of_cost(document: Document) -> Iterator[Judgement]:
    for index, row, name in _pointing(document):
        money = row.target_unit is not None and _MONEY.search(row.target_unit)
        if not (_under(row, "成本") and money) or _NO_COST.search(name):
            continue
        yield _judged(
            document,
            index,
            row,
            wrong=row.target_operator in _AT_LEAST,
            low=True,
            doubt=None if _COST.search(name) else _UNCLEAR_COST,
        )


@rule(
    "I12.direction_of_burden",
    zh="故障、响应时间、投诉、差错、消耗类指标的目标值应为上限",
    en="The target of outages, response times, complaints, mistakes or consumption is an upper bound",
    formula="故障、响应时间、投诉、差错、消耗：≤",
    formula_en="outages, response times, complaints, mistakes, consumption: ≤",
    statements=("performance_targets", "self_evaluation"),
    severity="warning",
    basis="regulation",
    citation=_CITATION,
)
def direction_of_burden(document: Document) -> Iterator[Judgement]:
    for index, row, name in _pointing(document):
        if _BURDEN.search(name) and not _NO_BURDEN.search(name):
            yield _judged(document, index, row, wrong=row.target_operator in _AT_LEAST, low=True)


@rule(
    "I12.direction_of_gain",
    zh="数量、质量、满意度类指标的目标值应为下限",
    en="The target of a quantity, a quality or satisfaction is a lower bound",
    formula="数量、合格率、及时率、覆盖率、满意度：≥ 或 =",
    formula_en="quantity, rates of success, satisfaction: ≥ or =",
    statements=("performance_targets", "self_evaluation"),
    severity="notice",
    basis="regulation",
    citation=_CITATION,
)
def direction_of_gain(document: Document) -> Iterator[Judgement]:
    for index, row, name in _pointing(document):
        wrong = row.target_operator in _AT_MOST
        if _GAIN.search(name) and not _NO_GAIN.search(name) and not _TIME.match(row.target_unit or ""):
            full = row.target_number is not None and row.target_number >= 100  # noqa: PLR2004 - per cent
            yield _judged(document, index, row, wrong=wrong, low=False, doubt=_NO_MORE_THAN_ALL if full else None)
        elif _under(row, "数量") and _counts(row, name):
            yield _judged(document, index, row, wrong=wrong, low=False, doubt=_CEILING)


def _counts(row: PerformanceIndicator, name: str) -> bool:
    """Whether a quantity counts things: no time, money, rate, nor something to be kept low."""
    unit = row.target_unit or ""
    if _TIME.match(unit) or _MONEY.search(unit) or unit == "%":
        return False
    return not (_BURDEN.search(name) or _NO_GAIN.search(name) or _COST.search(name) or "时间" in name)


# The first level that a second level belongs to, by words in their names; the first that fits counts.
_SECOND = (
    ("成本", ("成本", "产出")),
    ("数量", ("产出",)),
    ("质量", ("产出",)),
    ("时效", ("产出",)),
    ("经济效益", ("效益", "效果")),
    ("社会效益", ("效益", "效果")),
    ("生态效益", ("效益", "效果")),
    ("可持续影响", ("效益", "效果")),
    ("满意度", ("满意度",)),
)
_FIRST = ("产出", "效益", "效果", "满意", "成本")
_LOCAL_FORM = ("该表通篇如此排列，可能是当地表式", "the whole table is arranged like this: perhaps a local form")


@rule(
    "I12.second_level",
    zh="二级指标归属正确的一级指标",
    en="A second level stands under the first level it belongs to",
    formula="产出：数量、质量、时效、成本；效益：经济、社会、生态效益、可持续影响；满意度：服务对象满意度",
    formula_en="output: quantity, quality, timeliness, cost; benefit: economic, social, ecological, lasting",
    statements=("performance_targets", "self_evaluation"),
    severity="warning",
    basis="regulation",
    citation=_CITATION,
)
def second_level(document: Document) -> Iterator[Judgement]:
    known: list[tuple[int, PerformanceIndicator, str, bool]] = []
    for series in document.series("performance_indicators"):
        for index, row in series.rows:
            second = next((pair for pair in _SECOND if pair[0] in (row.level2 or "")), None)
            if second is not None and any(word in (row.level1 or "") for word in _FIRST):
                known.append((index, row, second[0], any(word in row.level1 for word in second[1])))
    # A kind that never stands where the regulation has it is arranged otherwise by the form itself.
    usual = {name for _, _, name, right in known if right}
    seen: set[tuple[Any, ...]] = set()
    for index, row, name, right in known:
        place = (row.statement_key, row.statement_ordinal, row.project_ordinal, row.level1, row.level2)
        if place in seen:
            continue
        seen.add(place)
        belongs = next(levels for word, levels in _SECOND if word == name)[0]
        table = (row.statement_key, row.statement_ordinal)
        title, title_en = document.title(table), document.title_en(table)
        printed = f"《{title}》“{row.level2}”列于“{row.level1}”之下"
        printed_en = f"{title_en} “{row.level2}” stands under “{row.level1}”"
        yield Judgement(
            figures=(document.figure("performance_indicators", index, "level2"),),
            holds=right,
            zh=f"{printed}。" if right else f"{printed}，应归属“{belongs}指标”。",
            en=f"{printed_en}." if right else f"{printed_en}, where “{belongs}指标” is its first level.",
            doubt=None if name in usual else _LOCAL_FORM,
        )


@rule(
    "I12.indicator_twice",
    zh="同一项目的指标不重复列示",
    en="No indicator of a project is printed twice",
    formula="同一项目中各级指标、指标值不全部相同",
    formula_en="no two rows of a project have the same levels, description and target",
    statements=("performance_targets", "self_evaluation"),
    severity="notice",
    basis="arithmetic",
)
def indicator_twice(document: Document) -> Iterator[Judgement]:
    # Two totals of one project may be those of two tables that were printed as one.
    overall = [
        (series.place, row.project_ordinal)
        for series in document.series("evaluation_lines")
        for _, row in series.rows
        if row.item == "overall"
    ]
    for series in document.series("performance_indicators"):
        projects: dict[Any, dict[Any, list[tuple[int, PerformanceIndicator]]]] = defaultdict(lambda: defaultdict(list))
        for index, row in series.rows:
            # A level that is 无 or 不适用 says that there is no indicator.
            if row.level3 and row.target and row.target != "无":
                words = (row.level1, row.level2, row.level3, row.description, row.target)
                projects[row.project_ordinal][words].append((index, row))
        title, title_en = document.title(series.place), document.title_en(series.place)
        for project, indicators in projects.items():
            totals = [place for place, one in overall if (place, one) == (series.place, project)]
            twice = [rows for rows in indicators.values() if len(rows) > 1]
            for rows in twice:
                row = rows[0][1]
                what = f"“{row.level2 or row.level1}·{row.level3}”（{row.target}）"[:200]
                yield Judgement(
                    figures=document.figures("performance_indicators", rows, "level3"),
                    holds=False,
                    zh=f"《{title}》{what}列示了{len(rows)}次。",
                    en=f"{title_en} {what} is printed {len(rows)} times.",
                    doubt=SEVERAL if len(totals) > 1 else None,
                )
            if not twice:
                every = [rows[0] for rows in indicators.values()]
                yield Judgement(
                    figures=document.figures("performance_indicators", every, "level3"),
                    holds=True,
                    zh=f"《{title}》{len(every)}项指标互不重复。",
                    en=f"{title_en}: {len(every)} indicators, none of them twice.",
                )
