"""The narrative against itself: parts against the stated whole, changes of parts against that of the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from app.checks.document import Document
from app.checks.rule import Comparison, rule
from app.checks.stated import Stated, figure, stated

# Of each whole the parts that make it up, by topic and item; all of them must be stated.
_WHOLES: tuple[tuple[tuple[str, str], tuple[tuple[str, str], ...]], ...] = (
    (("expenditure", "basic"), (("expenditure", "personnel"), ("expenditure", "public"))),
    (("basic_expenditure", "total"), (("basic_expenditure", "personnel"), ("basic_expenditure", "public"))),
    (
        ("general_public_budget", "basic"),
        (("general_public_budget", "personnel"), ("general_public_budget", "public")),
    ),
    (
        ("three_public", "total"),
        (("three_public", "overseas_trips"), ("three_public", "vehicles"), ("three_public", "receptions")),
    ),
    (
        ("three_public", "vehicles"),
        (("three_public", "vehicle_purchase"), ("three_public", "vehicle_operation")),
    ),
    (("procurement", "total"), (("procurement", "goods"), ("procurement", "works"), ("procurement", "services"))),
    (("government_fund", "expenditure"), (("government_fund", "basic"), ("government_fund", "project"))),
)
_REVENUE = (
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
    "opening_balance",
    "surplus_used",
)
_EXPENDITURE = ("basic", "project", "business", "to_superior", "to_subordinates")
_NOT_ALL = ("文字说明可能未列出全部组成部分", "the narrative may not list all parts")
_MORE = ("文字说明可能只列出主要变化", "the narrative may list the main changes alone")


def _by_line(document: Document, measure: str) -> dict[tuple[int, int, str], list[Stated]]:
    """Amounts of one line of the text that measure the same year and phase."""
    lines: dict[tuple[int, int, str], list[Stated]] = defaultdict(list)
    for one in stated(document, measure=measure):
        lines[one[1].line, one[1].fiscal_year, one[1].phase].append(one)
    return lines


def _single(amounts: Sequence[Stated], topic: str, item: str) -> Stated | None:
    """The amount of an item where just one is stated, or where all of them are the same."""
    found = [one for one in amounts if (one[1].topic, one[1].item) == (topic, item)]
    return found[0] if found and len({figure(one).value for one in found}) == 1 else None


def _all(amounts: Sequence[Stated], parts: Sequence[tuple[str, str]]) -> list[Stated] | None:
    found = [_single(amounts, *part) for part in parts]
    return [one for one in found if one is not None] if None not in found else None


@rule(
    "I22.stated_parts",
    zh="文字说明中各部分之和等于其合计",
    en="Parts in the narrative add up to the stated whole",
    formula="基本支出 = 人员经费 + 公用经费；“三公”经费 = 三项之和；采购总额 = 货物 + 工程 + 服务",
    formula_en="basic = personnel + public; three public = its three items; procurement = goods + works + services",
    statements=("revenue_and_expenditure", "three_public", "procurement"),
    basis="arithmetic",
)
def stated_parts(document: Document) -> Iterator[Comparison]:
    for amounts in _by_line(document, "amount").values():
        for whole, parts in _WHOLES:
            total, found = _single(amounts, *whole), _all(amounts, parts)
            if total is not None and found is not None:
                yield Comparison(left=(figure(total),), right=tuple(map(figure, found)), whole_statement=False)


@rule(
    "I22.stated_revenue",
    zh="文字说明中各项收入之和等于收入合计",
    en="Kinds of revenue in the narrative add up to the stated revenue",
    formula="收入合计 = Σ各项收入",
    formula_en="revenue = sum of its kinds",
    statements=("revenue_and_expenditure", "revenue"),
    basis="arithmetic",
)
def stated_revenue(document: Document) -> Iterator[Comparison]:
    yield from _lists(document, "revenue", _REVENUE)


@rule(
    "I22.stated_expenditure",
    zh="文字说明中各项支出之和等于支出合计",
    en="Kinds of expenditure in the narrative add up to the stated expenditure",
    formula="支出合计 = 基本支出 + 项目支出 + 经营支出 + 上缴上级支出 + 对附属单位补助支出",
    formula_en="expenditure = basic + project + business + remittances + subsidies",
    statements=("revenue_and_expenditure", "expenditure"),
    basis="arithmetic",
)
def stated_expenditure(document: Document) -> Iterator[Comparison]:
    yield from _lists(document, "expenditure", _EXPENDITURE)


def _lists(document: Document, topic: str, items: Sequence[str]) -> Iterator[Comparison]:
    """A total and the kinds that the same line lists: fewer than all may be named, never more than there is."""
    for amounts in _by_line(document, "amount").values():
        total = _single(amounts, topic, "total")
        # Fiscal appropriation stands for the three budgets where it is listed instead of them.
        fiscal = _single(amounts, topic, "fiscal_appropriation")
        names = [item for item in items if fiscal is None or item not in items[:3]]
        listed = [one for item in names if (one := _single(amounts, topic, item)) is not None]
        listed += [fiscal] if fiscal is not None else []
        several = any(
            sum((one[1].topic, one[1].item) == (topic, item) for one in amounts) > 1 for item in ("total", *items)
        )
        if total is None or len(listed) < 2 or several:  # noqa: PLR2004 - a single part makes no sum
            continue
        parts = tuple(map(figure, listed))
        less = sum(one.value for one in parts) < figure(total).value
        yield Comparison(left=(figure(total),), right=parts, whole_statement=False, doubt=_NOT_ALL if less else None)


@rule(
    "I24.change_of_expenditure",
    zh="支出总额的增减等于基本支出与项目支出增减之和",
    en="The change of the whole is the change of basic and of project expenditure",
    formula="收支总额增减 = 基本支出增减 + 项目支出增减",
    formula_en="change of the total = change of basic + change of project expenditure",
    statements=("revenue_and_expenditure", "expenditure"),
    severity="warning",
    basis="arithmetic",
)
def change_of_expenditure(document: Document) -> Iterator[Comparison]:
    for amounts in _by_line(document, "change").values():
        total = _single(amounts, "expenditure", "grand_total") or _single(amounts, "expenditure", "total")
        parts = _all(amounts, (("expenditure", "basic"), ("expenditure", "project")))
        if total is not None and parts is not None and _compared_alike([total, *parts]):
            yield Comparison(left=(figure(total),), right=tuple(map(figure, parts)), whole_statement=False)


@rule(
    "I24.change_of_three_public",
    zh="“三公”经费总额的增减等于各项增减之和",
    en="The change of the three public expenses is the change of the three",
    formula="“三公”经费增减 = 因公出国（境）费增减 + 公务用车费用增减 + 公务接待费增减",
    formula_en="change of the total = change of overseas trips + of official vehicles + of official receptions",
    statements=("three_public",),
    severity="warning",
    basis="arithmetic",
)
def change_of_three_public(document: Document) -> Iterator[Comparison]:
    items = ("overseas_trips", "vehicles", "receptions")
    for amounts in _by_line(document, "change").values():
        total = _single(amounts, "three_public", "total")
        parts = [one for item in items if (one := _single(amounts, "three_public", item)) is not None]
        if total is not None and len(parts) > 1 and _compared_alike([total, *parts]):
            yield Comparison(
                left=(figure(total),),
                right=tuple(map(figure, parts)),
                whole_statement=False,
                doubt=_MORE if len(parts) < len(items) else None,
            )


def _compared_alike(amounts: Sequence[Stated]) -> bool:
    return len({one[1].compared_year for one in amounts}) == 1
