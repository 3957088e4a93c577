"""Percentages of the narrative against the amounts beside them: shares, rates of growth and of completion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from app.checks.document import Document
from app.checks.rule import Comparison, rule
from app.checks.stated import Stated, figure, of_phase, percent, stated
from app.records import StatedAmount

_BUDGETS = ("initial_budget", "adjusted_budget", "budget")
_WHOLES = ("total", "grand_total", "evaluated_funds", "small_and_medium_firms")
# How many amounts before a share are looked at for what it may be a share of.
_BEFORE = 12
# Fields of the budget whose amounts may be parts of each other; of any other topic the whole has the same one.
_MONEY_OF_ALL = frozenset(
    {
        "revenue",
        "expenditure",
        "fiscal_appropriation",
        "general_public_budget",
        "basic_expenditure",
        "government_fund",
        "state_capital",
    }
)
_ROUND_SUM = Decimal(100)
_ADJUSTED = (
    "各项占比之和恰为100%，尾数可能作过调整",
    "the shares add up to 100 %: the last digit may have been adjusted",
)
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
        alike = [one for one in amounts[:position] if _may_be_whole(one[1], said) and figure(one).value]
        beside_it = [one for one in amounts if one[1].percent_kind == "share" and _listed_with(one[1], said)]
        added = [one for one in alike if _is_sum(one, beside_it)]
        before = [one for one in alike if one[1].item in _WHOLES and one[0] >= part[0] - _BEFORE]
        beside = [one for one in before if one[1].line == said.line and one[1].topic == said.topic]
        whole = next((one for one in reversed(before) if _agrees(part, one)), None)
        whole = whole or next(iter((*reversed(added), *reversed(beside), *reversed(before))), None)
        if whole is not None:
            # The whole is clear where the parts that the sentence lists add up to it, or where the same sentence states
            # one of the same topic and lists its parts.
            clear = len(beside) == 1 and said.item not in _WHOLES and said.topic != "procurement"
            clear = clear or _is_whole_of_others(whole, part, amounts)
            # Another amount before it that the share fits is what it may be a share of.
            fits_another = not _agrees(part, whole) and any(_agrees(part, one) for one in alike)
            adjusted = sum((percent(one).value for one in beside_it), Decimal(0)) == _ROUND_SUM and _agrees(part, whole)
            yield Comparison(
                left=(figure(part), figure(whole)),
                right=(percent(part),),
                form="share",
                whole_statement=False,
                doubt=_ADJUSTED
                if adjusted
                else None
                if (clear or whole in added) and not fits_another
                else _OTHER_WHOLE,
            )


def _is_whole_of_others(whole: Stated, part: Stated, amounts: Sequence[Stated]) -> bool:
    """Whether the other shares of the topic, sentence by sentence, are all of the same amount, and not all 0 of it."""
    others = [
        one
        for one in amounts
        if one != part
        and one[0] > whole[0]
        and one[1].percent_kind == "share"
        and (one[1].topic, one[1].fiscal_year, one[1].phase) == (part[1].topic, part[1].fiscal_year, part[1].phase)
    ]
    if len(others) <= 1 or whole[1].topic != part[1].topic:
        return False
    return any(figure(one).value for one in others) and all(_agrees(one, whole) for one in others)


def _may_be_whole(whole: StatedAmount, part: StatedAmount) -> bool:
    """Whether both measure the same year and phase, and money of which one can be a part of the other."""
    if (whole.fiscal_year, whole.phase) != (part.fiscal_year, part.phase) or _subject(whole) == _subject(part):
        return False
    return whole.topic == part.topic or {whole.topic, part.topic} <= _MONEY_OF_ALL


def _listed_with(other: StatedAmount, part: StatedAmount) -> bool:
    """Whether a sentence lists the two shares one after the other."""
    return (other.line, other.topic, other.fiscal_year, other.phase) == (
        part.line,
        part.topic,
        part.fiscal_year,
        part.phase,
    )


def _is_sum(whole: Stated, parts: Sequence[Stated]) -> bool:
    """Whether several parts add up to the whole."""
    total, each = figure(whole), [figure(one) for one in parts if one != whole]
    rounding = sum((one.half_place for one in (total, *each)), Decimal(0))
    return len(each) > 1 and abs(total.value - sum(one.value for one in each)) <= rounding


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
