"""The narrative → the amounts it states, so that text and tables can be compared; no sentence is kept.

Every money figure becomes a stated amount or a finding. What an amount is called stands before it: between the figure
before and this one, the last term that is known decides. Where no term stands there (`较上年增加5.24万元`), the amount
is of what the sentence, or else the paragraph, speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from pydantic import ValidationError

from app.parse.agency_operating import read_items
from app.parse.grid import Text
from app.parse.narrative_figures import Figure, Paragraph, figures, is_heading, numbered_head, paragraphs
from app.parse.narrative_subject import (
    COMPARED,
    LONGEST_LABEL,
    QUOTES,
    Change,
    Direction,
    State,
    Subject,
    find_subject,
    remember,
    take_path,
)
from app.parse.narrative_terms import Topic, section_topic
from app.records import EconomicLine, Finding, Kind, Phase, StatedAmount, Statement

PercentKind = Literal["share", "growth", "completion"]

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_GROWTH = re.compile(r"(增长|增加|上升|提高|减少|下降|降低)(?:了|幅度为?|率为?|约)?(\d+(?:\.\d+)?)%")
_SHARE = re.compile(r"(?:占|比重为?|比例为?)[^,。;%]*?(\d+(?:\.\d+)?)%")
_COMPLETION = re.compile(r"(?:完成|执行率|完成率)[^,。;%]*?(\d+(?:\.\d+)?)%")
_PERCENT_PHRASE = re.compile(
    r"(?:占|完成|增长|增加|上升|减少|下降|降低|比重|比例|执行率|完成率)[^,。;%]*?\d+(?:\.\d+)?%"
)
_INCREASE = "增加|增长|上升|提高|新增"
_DECREASE = "减少|下降|降低|压减|压缩|节约"
_CHANGE = re.compile(rf"(?P<verb>{_INCREASE}|{_DECREASE}|增减|变化|持平|一致|相同)(?:了|额|数|金额|为|约|:|共|总计)*$")
_YEAR = re.compile(r"(?<!\d)((?:20|19)\d\d)年")
_THIS_YEAR = re.compile(r"本年|今年|当年")
_YEAR_BEFORE = re.compile(r"(?:上年|去年|上一年)(?:末|底|(?:预算|决算|执行|实际|安排)?数)")
_FUND_NAMES = re.compile(r"(?:一般公共|政府性基金|基金|国有资本经营|社会保险基金)预算")
_PHASE = re.compile(r"年初预算|全年预算|调整(?:后)?预算|决算|执行数|预算(?=数|为|安排|总额|$)")
_BROAD: frozenset[Topic] = frozenset({"revenue", "expenditure"})
# A heading without a number that opens a chapter: 2026年单位预算编制说明, 部门整体支出绩效评价报告, 名词解释.
_UNNUMBERED = re.compile(r"名词解释|[^。,;:]{2,40}(?:说明|情况|报告)")
_WHOLE_BRACKET = re.compile(r"\([^()]*\)")
_TEMPLATE = re.compile(r"有则写|无则填|如无则|删除")
_LONGEST_TEXT = 80
# How far back a year that a sentence begins with, or is compared with, is looked for: further than any sentence.
_FAR = 2000


@dataclass(frozen=True)
class NarrativeResult:
    """What the narrative gave: amounts in the order of the text, and agency operating expenses by item if listed."""

    stated_amounts: list[StatedAmount] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    economic_lines: list[EconomicLine] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_narrative(texts: Sequence[Text], *, fiscal_year: int, kind: Kind) -> NarrativeResult:
    """The amounts that the texts outside of tables state. `fiscal_year` and `kind` are the document's."""
    state = State(fiscal_year=fiscal_year, kind=kind)
    stated: list[StatedAmount] = []
    findings: list[Finding] = []
    for paragraph in paragraphs(texts):
        found = figures(paragraph.text)
        if not found:
            _take_heading(paragraph, state)
            continue
        state.paragraph_subject = state.previous = None
        state.clause = state.outer = ()
        state.previous_change = state.bracket_change = None
        _take_section(paragraph.text, state)
        end = 0
        for index, figure in enumerate(found):
            after = found[index + 1].start if index + 1 < len(found) else len(paragraph.text)
            amount = _state_amount(paragraph, figure, end, after, state)
            if amount is None or isinstance(amount, str):
                findings.append(_finding(paragraph, figure, amount))
            else:
                stated.append(amount)
            end = figure.end
    statements, lines, more = read_items(stated, fiscal_year=fiscal_year)
    return NarrativeResult(stated, statements, lines, findings + more)


def _take_heading(paragraph: Paragraph, state: State) -> None:
    """A paragraph without a figure: a heading sets the section, a path of subjects is what the next figures are of."""
    if take_path(QUOTES.sub("", paragraph.text), state):
        return
    _take_section(paragraph.text, state)
    if is_heading(paragraph.text):
        state.path, state.path_names = None, ()


def _take_section(text: str, state: State) -> None:
    """Set the section that a paragraph's heading names. An upper heading without a topic ends the section."""
    if _UNNUMBERED.fullmatch(QUOTES.sub("", text)):
        state.section = section_topic(QUOTES.sub("", text))
    head = numbered_head(text)
    if head is None:
        return
    topic = section_topic(QUOTES.sub("", head[0]))
    if head[1]:
        state.section = topic
    elif topic is not None and not (topic in _BROAD and state.section not in {*_BROAD, None}):
        # （一）人员支出 under 一般公共预算 stays with the fund.
        state.section = topic


def _state_amount(
    paragraph: Paragraph, figure: Figure, start: int, after: int, state: State
) -> StatedAmount | str | None:
    """The stated amount; a text that says why the figure is none; None where it is not understood."""
    window = QUOTES.sub("", paragraph.text[start : figure.start])
    before = paragraph.text[max(0, figure.start - _FAR) : figure.start]
    _step_sentence(window, state)
    if figure.problem is not None:
        return figure.problem
    if _TEMPLATE.search(window):
        return "left over from the form's template"
    sentence = window.rsplit("。", 1)[-1]
    words = _PERCENT_PHRASE.sub("", sentence)
    change = _change(words, before, state)
    subject = find_subject(words, change, state)
    if subject is None or figure.number is None:
        return None
    stated_change = change or state.bracket_change
    percent, percent_kind, growth = _percent(paragraph.text[figure.end : after])
    compared_year = stated_change.compared_year if stated_change else None
    if percent_kind == "growth" and compared_year is None:
        compared_year = _compared_year(before + paragraph.text[figure.start : after], state)
    line, offset = paragraph.places[figure.start]
    remember(subject, change, state)
    try:
        return StatedAmount(
            topic=subject.topic,
            item=subject.item,
            label=subject.label[-LONGEST_LABEL:],
            functional_code=subject.functional_code,
            economic_code=subject.economic_code,
            fiscal_year=_year(before, words, state),
            compared_year=compared_year,
            phase=_phase(words, subject, state, is_change=stated_change is not None),
            measure="change" if stated_change else "amount",
            direction=stated_change.direction if stated_change else growth,
            amount=figure.number,
            unit=figure.unit,
            percent=percent,
            percent_kind=percent_kind,
            line=line,
            offset=offset,
            text=figure.printed,
        )
    except ValidationError as error:
        # A stray year or an endless number spoils this figure only.
        return f"not as a record allows it: {error.errors()[0]['msg']}"


def _step_sentence(window: str, state: State) -> None:
    """Forget what a new sentence or clause no longer refers to; keep a change while its bracket lists the parts."""
    # A bracket that closes where it opens, such as 因公出国(境)费, is part of a name.
    open_brackets = _WHOLE_BRACKET.sub("", window)
    if "(" in open_brackets:
        state.outer, state.clause = state.clause, ()
    elif ")" in open_brackets:
        state.clause, state.outer = state.outer or state.clause, ()
    if ";" in window or "其中" in window:
        state.clause = ()
    if "。" in window:
        state.clause, state.previous = (), None
        state.previous_change = None
    if take_path(window, state):
        state.clause, state.previous = (), None
    if window.startswith("(其中") and state.previous_change is not None:
        state.bracket_change = state.previous_change
    elif ")" in open_brackets or "。" in window:
        state.bracket_change = None


def _change(words: str, before: str, state: State) -> Change | None:
    found = _CHANGE.search(words)
    if found is None:
        return None
    verb = found["verb"]
    direction: Direction = "unchanged"
    if re.fullmatch(_INCREASE, verb):
        direction = "increase"
    elif re.fullmatch(_DECREASE, verb):
        direction = "decrease"
    return Change(direction, _compared_year(before, state))


def _compared_year(before: str, state: State) -> int:
    """The year that the nearest 较, 比 or 与 names (比年初预算: the same year's budget); else the year before."""
    found = list(COMPARED.finditer(QUOTES.sub("", before)))
    if found and found[-1]["year"]:
        return int(found[-1]["year"])
    if found and found[-1]["same"]:
        return state.fiscal_year
    return state.fiscal_year - 1


def _percent(after: str) -> tuple[Decimal | None, PercentKind | None, Direction | None]:
    """The first percentage that the same sentence prints after the amount, its kind, and the way a growth rate goes."""
    sentence = QUOTES.sub("", after).split("。", 1)[0]
    kinds: tuple[tuple[re.Pattern[str], PercentKind], ...] = (
        (_GROWTH, "growth"),
        (_SHARE, "share"),
        (_COMPLETION, "completion"),
    )
    candidates = [(found.start(), found, kind) for pattern, kind in kinds if (found := pattern.search(sentence))]
    if not candidates:
        return None, None, None
    _, found, kind = min(candidates, key=lambda each: each[0])
    direction: Direction | None = None
    if kind == "growth":
        direction = "increase" if re.fullmatch(_INCREASE, found.group(1)) else "decrease"
    return Decimal(found.group(found.lastindex or 1)), kind, direction


def _year(before: str, words: str, state: State) -> int:
    """The year that the amount measures: named beside it, else at the head of its sentence, else the document's."""
    sentence = QUOTES.sub("", before).rsplit("。", 1)[-1]
    beside = re.split(r"[,;:、]", COMPARED.sub("", words))[-1]
    head = re.split(r"[,;:]", COMPARED.sub("", sentence))[0]
    if _THIS_YEAR.search(beside):
        return state.fiscal_year
    for place in (beside, head):
        if _YEAR_BEFORE.search(place):
            return state.fiscal_year - 1
        found = _YEAR.search(place)
        if found:
            return int(found.group(1))
    return state.fiscal_year


def _phase(words: str, subject: Subject, state: State, *, is_change: bool) -> Phase:
    """Budget or final, by the document's kind unless the words before the amount say otherwise."""
    own: Phase = "final" if state.kind == "final" else "budget"
    if subject.topic == "assets":
        return "budget" if subject.item == "planned_purchase" else "final"
    beside = re.split(r"[,;:]", COMPARED.sub("", words))[-1]
    found = _PHASE.findall(_FUND_NAMES.sub("", beside))
    if is_change or not found:
        return own
    named: dict[str, Phase] = {"决算": "final", "执行数": "final", "预算": "budget", "年初预算": "initial_budget"}
    phase = named.get(found[-1], "adjusted_budget")
    # 年初预算 in a budget is the budget itself.
    return own if state.kind == "budget" and phase == "initial_budget" else phase


def _finding(paragraph: Paragraph, figure: Figure, problem: str | None) -> Finding:
    line, _ = paragraph.places[figure.start]
    return Finding(
        code="amount_not_understood" if problem is None else "amount_not_stated",
        severity="warning" if problem is None else "info",
        message="it is not clear what this figure in the text measures"
        if problem is None
        else f"the figure is {problem}",
        line=line,
        text=figure.printed[:_LONGEST_TEXT],
    )
