"""Years that do not belong: last year's title over this year's table, last year's sentence among this year's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.checks.document import Document
from app.checks.narrative_meanings import meant
from app.checks.rule import Judgement, rule
from app.checks.stated import Stated, figure, stated
from app.records import StatementKey

# Tables of the money of one year. A project may have its year in its name, and assets are counted at the year's end.
_OF_ONE_YEAR: tuple[StatementKey, ...] = (
    "revenue_and_expenditure",
    "revenue",
    "expenditure",
    "fiscal_appropriation",
    "general_public_budget_expenditure",
    "basic_expenditure_by_economic",
    "general_public_budget_by_economic",
    "appropriation_expenditure",
    "appropriation_basic_expenditure",
    "basic_expenditure",
    "government_fund_expenditure",
    "state_capital_expenditure",
    "three_public",
    "agency_operating",
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年")
_YEAR_OF_DOCUMENT = ("各表标题年度均与文件年度不同，文件年度可能另有所指", "no title has the document's year")
_EARLIER = ("也可能确指该年度", "that year may be meant")


@rule(
    "I25.title",
    zh="报表标题中的年度与文件年度一致",
    en="The year in a statement's title is the document's",
    formula="标题年度 = 文件年度",
    formula_en="year of the title = fiscal year of the document",
    statements=_OF_ONE_YEAR,
    severity="warning",
)
def title(document: Document) -> Iterator[Judgement]:
    year = document.parsed.disclosure.fiscal_year
    titled = [
        (place, set(map(int, _YEAR.findall(one.title))))
        for place, one in document.statements.items()
        if place[0] in _OF_ONE_YEAR and one.status in ("reported", "declared_empty")
    ]
    titled = [(place, years) for place, years in titled if years]
    agree = any(year in years for _, years in titled)
    for place, years in titled:
        holds = year in years
        printed, printed_en = f"《{document.title(place)}》", document.title_en(place)
        yield Judgement(
            figures=(),
            place=place,
            holds=holds,
            zh=f"{printed}的年度与文件一致（{year}年）。" if holds else f"{printed}的标题年度不是文件的{year}年。",
            en=f"{printed_en} has the year of the document, {year}."
            if holds
            else f"{printed_en}: the year of the title is not that of the document, {year}.",
            doubt=None if agree else _YEAR_OF_DOCUMENT,
        )


@rule(
    "I25.narrative",
    zh="文字说明中金额所属年度为本年、上年或下年",
    en="Amounts in the narrative are of this year, the last or the next",
    formula="所属年度 ∈ {本年−1，本年，本年+1}，比较年度 ∈ {本年−1，本年}",
    formula_en="the amount's year is last year, this one or the next; it is compared with last year or this one",
    statements=(),
    severity="notice",
)
def narrative(document: Document) -> Iterator[Judgement]:
    year = document.parsed.disclosure.fiscal_year
    every = [*stated(document), *stated(document, measure="change")]
    odd = [one for one in every if not _near(one, year)]
    for one in odd:
        said = one[1]
        named = said.fiscal_year if abs(said.fiscal_year - year) > 1 else said.compared_year
        line = f"第{said.line}行" if document.has_lines else ""
        line_en = f", line {said.line}" if document.has_lines else ""
        ours = _is_this_years(document, one, year)
        zh = f"文字说明{line}把“{said.label}”{said.text}记为{named}年的数字或与该年比较，而文件是{year}年的"
        en = f"The narrative{line_en}: “{said.label}” {said.text} is of {named}, or compared with it, not of {year}"
        yield Judgement(
            figures=(figure(one),),
            holds=False,
            zh=f"{zh}，且{year}年报表中正是这一数字。" if ours else f"{zh}。",
            en=f"{en}, whose tables have just this figure for {year}." if ours else f"{en}.",
            doubt=None if ours else _EARLIER,
        )
    if every and not odd:
        yield Judgement(
            figures=(),
            holds=True,
            zh=f"文字说明中{len(every)}个金额所属的年度均与{year}年的文件相符。",
            en=f"The {len(every)} amounts of the narrative are of years that belong into a document of {year}.",
        )


def _near(one: Stated, year: int) -> bool:
    said = one[1]
    return abs(said.fiscal_year - year) <= 1 and said.compared_year in (None, year - 1, year)


def _is_this_years(document: Document, one: Stated, year: int) -> bool:
    """Whether the tables of this year print the very amount that the text gives to another year."""
    said = one[1]
    if said.measure != "amount" or not said.amount or said.fiscal_year == year:
        return False
    return any(
        sum(part.value for part in parts) == figure(one).value
        for parts in meant(document, said.model_copy(update={"fiscal_year": year}))
    )
