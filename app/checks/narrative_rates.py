"""Percentages of the narrative against the amounts beside them: shares, rates of growth and of completion."""

from __future__ import annotations

from collections.abc import Iterator

from app.checks.document import Document
from app.checks.rule import Comparison, rule
from app.checks.stated import Stated, figure, of_phase, percent, stated
from app.records import StatedAmount

_BUDGETS = ("initial_budget", "adjusted_budget", "budget")
_WHOLES = ("total", "grand_total", "evaluated_funds", "small_and_medium_firms")
# How many amounts before a share are looked at for what it may be a share of.
_BEFORE = 12
_OTHER_WHOLE = ("占比所对应的总额不明确", "it is not clear what the share is of")
_OTHER_BASE = ("所比较的基数不明确", "it is not clear what it is compared with")


def _subject(said: StatedAmount) -> tuple[str, str, str | None, str | None]:
    return said.topic, said.item, said.functional_code, said.economic_code


def _agrees(part: Stated, whole: Stated) -> bool:
    """Whether the printed percentage is this quotient within one unit of its last place."""
    one, all_of_it, printed = figure(part), figure(whole), percent(part)
    if not all_of_it.value:
        return False
    return abs(100 * one.value / all_of_it.value - printed.value) <= 2 * printed.half_place


@rule(
    "I23.share",
    zh="文字说明中的占比等于部分除以总额",
    en="A share in the narrative is the part over the whole",
    formula="占比 = 部分 ÷ 总额（四舍五入或截去尾数均可）",
    formula_en="share = part / whole, rounded or cut off",
    statements=("revenue_and_expenditure",),
    severity="warning",
    basis="arithmetic",
)
def share(document: Document) -> Iterator[Comparison]:
    amounts = list(stated(document))
    for position, part in enumerate(amounts):
        said = part[1]
        if said.percent_kind != "share" or said.percent is None:
            continue
        before = [
            one
            for one in amounts[max(0, position - _BEFORE) : position]
            if one[1].item in _WHOLES
            and (one[1].fiscal_year, one[1].phase) == (said.fiscal_year, said.phase)
            and figure(one).value
        ]
        beside = [one for one in before if one[1].line == said.line and one[1].topic == said.topic]
        whole = next((one for one in reversed(before) if _agrees(part, one)), None)
        whole = whole or (beside[-1] if beside else before[-1] if before else None)
        if whole is not None:
            # The whole is clear where the same sentence states one of the same topic and lists its parts.
            clear = len(beside) == 1 and said.item not in _WHOLES and said.topic != "procurement"
            yield Comparison(
                left=(figure(part), figure(whole)),
                right=(percent(part),),
                form="share",
                whole_statement=False,
                doubt=None if clear else _OTHER_WHOLE,
            )


@rule(
    "I23.growth",
    zh="文字说明中的增长率等于增减额除以上年数",
    en="A rate of growth in the narrative is the change over what was there before",
    formula="增长率 = 增减额 ÷（本年数 − 增减额）（四舍五入或截去尾数均可）",
    formula_en="growth = change / (this year − change), rounded or cut off",
    statements=("revenue_and_expenditure",),
    severity="warning",
    basis="arithmetic",
)
def growth(document: Document) -> Iterator[Comparison]:
    amounts = list(stated(document))
    changes = list(stated(document, measure="change"))
    for change in changes:
        said = change[1]
        if said.percent_kind != "growth" or said.percent is None or said.direction == "unchanged":
            continue
        now = [
            one
            for one in amounts
            if one[1].line == said.line
            and one[0] < change[0]
            and _subject(one[1]) == _subject(said)
            and one[1].fiscal_year == said.fiscal_year
        ]
        # Two changes of one subject in a sentence: a bracket between them may have hidden another subject.
        several = sum(_subject(other) == _subject(said) and other.line == said.line for _, other in changes) > 1
        if now and figure(now[-1]).value != figure(change).value:
            yield Comparison(
                left=(figure(now[-1]), figure(change)),
                right=(percent(change),),
                form="growth",
                whole_statement=False,
                doubt=_OTHER_BASE if several or len({figure(one).value for one in now}) > 1 else None,
            )


@rule(
    "I23.completion",
    zh="文字说明中的完成率等于决算数除以预算数",
    en="A rate of completion in the narrative is the final account over the budget",
    formula="完成率 = 决算数 ÷ 预算数（四舍五入或截去尾数均可）",
    formula_en="completion = final account / budget, rounded or cut off",
    statements=("revenue_and_expenditure",),
    severity="warning",
    basis="arithmetic",
)
def completion(document: Document) -> Iterator[Comparison]:
    amounts = list(stated(document))
    for position, part in enumerate(amounts):
        said = part[1]
        if said.percent_kind != "completion" or said.percent is None or position == 0:
            continue
        before = amounts[position - 1]
        same = _subject(before[1]) == _subject(said) and before[1].line == said.line
        if same and before[1].phase in _BUDGETS and said.phase == "final" and figure(before).value:
            yield Comparison(
                left=(of_phase(part), of_phase(before)), right=(percent(part),), form="share", whole_statement=False
            )
