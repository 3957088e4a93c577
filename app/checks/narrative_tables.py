"""The narrative against the tables: every stated amount beside the figure, or the figures, that it can be meant for.

Where the words fit several figures the amount contradicts the tables only if it is none of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.checks.document import Document
from app.checks.families import adds_up
from app.checks.narrative_meanings import REVENUES, Sum, meant, narrower, public_expenses
from app.checks.rule import Comparison, rule
from app.checks.stated import Stated, figure, stated
from app.records import StatedAmount, StatementKey

_ALONE = ("该句未同时列出总额，可能只指其中一部分", "the sentence states no total and may speak of a part alone")
_PART = (
    "同句已列出与报表一致的总额，该数可能是其中一部分",
    "the sentence states the total of the table before: this may be a part of it",
)
_NARROW = ("该数与较窄口径（财政拨款、基本或项目支出）的数字一致", "it is the figure of a narrower scope")
_PARTS_OF_REVENUE = frozenset(("revenue", item) for item in REVENUES)
_A_LIST = 3  # kinds of revenue in one sentence that make a list of them
_THREE = ("overseas_trips", "vehicles", "receptions")


def _doubt(document: Document, one: Stated) -> tuple[str, str] | None:
    mine = figure(one)
    sums = (sum(part.value for part in parts) for parts in narrower(document, one[1]))
    if any(abs(mine.value - added) <= mine.half_place for added in sums):
        return _NARROW
    if _is_part_of_said(document, one):
        return _PART
    return _ALONE if _stands_alone(document, one[1]) else None


def _is_part_of_said(document: Document, one: Stated) -> bool:
    """Whether the same paragraph has said the whole, as the table has it, before this smaller amount."""
    said, mine = one[1], figure(one)
    for other in stated(document):
        if other[0] >= one[0]:
            return False
        whole = other[1]
        alike = (whole.line, whole.topic, whole.item, whole.functional_code, whole.fiscal_year, whole.phase)
        if alike == (said.line, said.topic, said.item, said.functional_code, said.fiscal_year, said.phase):
            total = figure(other)
            agrees = (abs(total.value - sum(part.value for part in parts)) for parts in meant(document, whole))
            if total.value > mine.value > 0 and any(apart <= total.half_place for apart in agrees):
                return True
    return False


def _stands_alone(document: Document, said: StatedAmount) -> bool:
    """Whether a kind of revenue is named apart from the list of all kinds: as what pays for a project, for instance."""
    if (said.topic, said.item) not in _PARTS_OF_REVENUE:
        return False
    beside = [other for _, other in stated(document) if other.line == said.line and other.topic == "revenue"]
    whole = any(other.item in ("total", "grand_total") for other in beside)
    return not whole and len({other.item for other in beside}) < _A_LIST


@rule(
    "I22.stated_and_table",
    zh="文字说明中的金额与报表一致",
    en="An amount in the narrative is the one in the table",
    formula="文字说明所列金额 = 报表对应数字",
    formula_en="amount in the narrative = the figure in the table",
    statements=(
        "revenue_and_expenditure",
        "revenue",
        "expenditure",
        "fiscal_appropriation",
        "general_public_budget_expenditure",
        "basic_expenditure_by_economic",
        "government_fund_expenditure",
        "state_capital_expenditure",
        "three_public",
        "procurement",
        "fixed_assets",
    ),
    basis="arithmetic",
)
def stated_and_table(document: Document) -> Iterator[Comparison]:
    for one in stated(document):
        found = meant(document, one[1])
        if found:
            yield Comparison(
                left=(figure(one),),
                right=found[0],
                readings=tuple(found[1:]),
                whole_statement=False,
                blank_is_zero=one[1].topic == "three_public" and all(_is_nothing(document, parts) for parts in found),
                doubt=_doubt(document, one),
            )


def _is_nothing(document: Document, blank: Sum) -> bool:
    """Whether a blank of the three public expenses is none: the table's total comes out without it."""
    for series in document.series("three_public"):
        rows = dict(series.rows)
        if all(figure.index in rows for figure in blank) and not any(figure.amount for figure in blank):
            items = {row.item: index for index, row in series.rows}
            whole = items.get("total")
            parts = [items[name] for name in _THREE if name in items]
            if len(items) == len(rows) and whole is not None and len(parts) == len(_THREE):
                total = document.figure("three_public", whole, "total")
                each = [document.figure("three_public", index, "total") for index in parts]
                return total.amount is not None and whole not in {one.index for one in blank} and adds_up(total, each)
    return False


@rule(
    "I20.stated_agency_operating",
    zh="文字说明中的机关运行经费不超过公用经费",
    en="Agency operating expenses in the narrative are no more than public expenses",
    formula="机关运行经费 ≤ 一般公共预算基本支出的公用经费",
    formula_en="agency operating expenses ≤ public expenses of basic expenditure",
    statements=("basic_expenditure_by_economic", "general_public_budget_expenditure"),
    severity="notice",
)
def stated_agency_operating(document: Document) -> Iterator[Comparison]:
    for one in stated(document):
        if (one[1].topic, one[1].item) == ("agency_operating", "total"):
            public = public_expenses(document, one[1])
            if public:
                highest = max(public, key=lambda parts: sum(part.value for part in parts))
                yield Comparison(left=(figure(one),), right=highest, relation="≤", whole_statement=False)


@rule(
    "I22.change_and_table",
    zh="文字说明中的增减与报表两年数字之差一致",
    en="A change in the narrative is the difference between the two years of the table",
    formula="上年数 + 文字说明所列增减 = 本年数",
    formula_en="last year + the stated change = this year",
    statements=("three_public",),
    basis="arithmetic",
)
def change_and_table(document: Document) -> Iterator[Comparison]:
    for one in stated(document, measure="change"):
        said = one[1]
        if said.topic != "three_public" or said.compared_year != said.fiscal_year - 1:
            continue
        now = meant(document, said)
        then = meant(document, said.model_copy(update={"fiscal_year": said.compared_year}))
        printed = any(part.amount is not None for parts in (*now, *then) for part in parts)
        if len(now) == len(then) == 1 and printed:
            yield Comparison(left=(*then[0], figure(one)), right=now[0], whole_statement=False)


@rule(
    "I26.empty_table_and_narrative",
    zh="空表对应的金额在文字说明中应为0",
    en="What a table declares to be empty is 0 in the narrative",
    formula="报表为空表 ⇒ 文字说明所列金额 = 0",
    formula_en="the table is declared empty: the narrative states 0",
    statements=("three_public", "government_fund_expenditure", "state_capital_expenditure", "procurement"),
    basis="regulation",
    citation="财预〔2016〕143号 地方预决算公开操作规程",
)
def empty_table_and_narrative(document: Document) -> Iterator[Comparison]:
    keys: dict[str, StatementKey] = {
        "three_public": "three_public",
        "government_fund": "government_fund_expenditure",
        "state_capital": "state_capital_expenditure",
        "procurement": "procurement",
    }
    for one in stated(document):
        said = one[1]
        if said.topic not in keys or said.fiscal_year != document.parsed.disclosure.fiscal_year:
            continue
        if document.status(keys[said.topic]) == {"declared_empty"}:
            yield Comparison(left=(figure(one),), right=(), whole_statement=False)
