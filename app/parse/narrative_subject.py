"""What an amount in the narrative is of: the words beside it, or what its clause, path or paragraph speaks of.

Words that hold a name which is not known name something else: then nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from app.parse.narrative_terms import (
    PATH_STEP,
    Named,
    Topic,
    has_own_subject,
    is_filler,
    name_amount,
    name_generically,
)
from app.parse.subject_names import economic_code, functional_code
from app.records import Kind

Direction = Literal["increase", "decrease", "unchanged"]

QUOTES = re.compile(r"[\s“”\"'‘’]")
_OTHER_YEAR = r"[^,。;]{0,4}?(?:(?P<year>20\d\d|19\d\d)年|上年|上一年|去年)度?(?:(?:年初)?预算|决算|执行|实际)?"
COMPARED = re.compile(
    rf"(?:较|比|与|同)(?:{_OTHER_YEAR}|(?P<same>(?:年初|全年|调整)?预算))(?:数|安排)?(?:相比|比较|同期|同口径)?"
)
_CLASS_NAMED = re.compile(
    r"(?:^|[,;:、为是于中和及含.)])(?:其中|包括|用于)?([^,;:、为是于中及含.)]{2,18}支出)(?:科目|为|是)*$"
)
# The code printed with the name: 培训支出（2050803）, 2080501-行政单位离退休, 工资福利支出（301）.
_CODED = re.compile(
    r"(?P<name>[^,:;。、()\d]{2,30}(?:\([^()\d]{1,4}\))?)\((?P<code>[235]\d\d(?:\d\d){0,2})\)(?:支出|为|科目)*$"
    r"|(?P<code_first>[235]\d\d(?:\d\d){0,2})-(?P<name_last>[^,:;。、\d]{2,30})$"
)
_BY_FUNCTION: frozenset[Topic] = frozenset(
    {"expenditure", "general_public_budget", "fiscal_appropriation", "government_fund", "state_capital"}
)
_DEFAULT_BY_FUNCTION: Topic = "general_public_budget"
LONGEST_LABEL = 20


@dataclass(frozen=True)
class Subject:
    """What an amount is of."""

    topic: Topic
    item: str
    label: str
    functional_code: str | None = None
    economic_code: str | None = None


@dataclass
class Change:
    """A change and the year it is compared with."""

    direction: Direction
    compared_year: int


@dataclass
class State:
    """What has been read so far and what the following figures may refer back to."""

    fiscal_year: int
    kind: Kind
    section: Topic | None = None
    path: Subject | None = None
    path_names: tuple[str, ...] = ()
    paragraph_subject: Subject | None = None
    clause: tuple[Subject, ...] = ()  # the different subjects that the clause has named so far
    outer: tuple[Subject, ...] = ()  # the same of the clause around an open bracket
    previous: Subject | None = None
    previous_change: Change | None = None
    bracket_change: Change | None = None


def find_subject(words: str, change: Change | None, state: State) -> Subject | None:
    """What the amount is of: named by the words beside it, or what the clause, path or paragraph speaks of.

    Words that hold a name which is not known name something else: then nothing is guessed.
    """
    plain = COMPARED.sub("", words)
    beside = re.split(r"[,;:]", plain)[-1]
    if state.section == "agency_operating" and change is None and _is_agency(state.previous):
        item = _economic_item(beside)
        if item is not None:
            return item
    named = _coded(beside, state) or _function_total(plain, state) or _from_named(name_amount(beside, state.section))
    if named is not None:
        return named
    if not is_filler(beside):
        return _from_named(name_generically(beside, state.section))
    if change is not None:
        # 支出增加 under a path of subjects is the path's; elsewhere it is all spending.
        whole = None if state.path else _from_named(name_generically(beside, state.section))
        adjacent = None if plain.startswith((",", ";")) else state.previous
        return whole or adjacent or _spoken_of(state)
    further = _from_named(name_amount(plain, state.section))
    return (
        further
        or _same_again(plain, beside, state)
        or state.path
        or _from_named(name_generically(beside or plain, state.section))
        or state.paragraph_subject
        or _evaluated(beside, state)
    )


def _spoken_of(state: State) -> Subject | None:
    """What a change is of that names nothing itself: `，比上年增加5.24万元`. After two different amounts: unknown."""
    if len(state.clause) > 1:
        return None
    return state.clause[0] if state.clause else state.path or state.paragraph_subject


def _same_again(words: str, beside: str, state: State) -> Subject | None:
    """The subject before, where the words only say which figure of it follows: `预算为5万元，决算为4万元`.

    支出 alone is a figure of its own where revenue and expenditure are listed, and never one more of a revenue.
    """
    before = state.previous
    if before is None or has_own_subject(state.section):
        return before
    is_alone = re.sub(r"[()为]|其中|本年", "", beside) in ("支出", "收入")
    is_revenue = before.topic == "revenue" or before.item == "revenue"
    is_other_side = ("支出" if is_revenue else "收入") in beside
    return None if is_alone or is_other_side or ";" in words else before


def _from_named(named: Named | None) -> Subject | None:
    return Subject(named.topic, named.item, named.label) if named else None


def _evaluated(words: str, state: State) -> Subject | None:
    """The budget and the spending of the project that an evaluation speaks of: 全年预算数为, 执行数为."""
    found = re.search(r"(?:全年|年初)?(?:预算|执行)数", words)
    return Subject("performance", "project", found.group()) if found and state.section == "performance" else None


def _is_agency(subject: Subject | None) -> bool:
    return subject is not None and subject.topic == "agency_operating"


def _economic_item(words: str) -> Subject | None:
    """An item of agency operating expenses: 其中办公费, 邮电费. Any name ending in 费 counts, listed or not."""
    last = re.sub(r"^(?:其中|包括|主要用于|和|及)[:,]?", "", re.split(r"[,;:、]", words)[-1])
    last = re.sub(r"(?:支出|为|安排|预算)*$", "", last)
    if not re.fullmatch(r"[^\d,。;:]{2,20}(?:费|费用|经费|支出|费\))", last) or "机关运行" in last:
        return None
    return Subject("agency_operating", "economic_item", last, economic_code=economic_code(last))


def take_path(text: str, state: State) -> bool:
    """Follow the subjects that the text names, (类), (款), (项); whether it named any.

    A 款 without a 类 before it belongs to the last 类, as under a heading that names only that.
    """
    steps = PATH_STEP.findall(text)
    for name, level in steps:
        above = {"类": 0, "款": 1, "项": 2}[level]
        state.path_names = (*state.path_names[:above], name.removeprefix("支出"))
    if steps:
        topic = state.section if state.section is not None and state.section in _BY_FUNCTION else _DEFAULT_BY_FUNCTION
        label = state.path_names[-1]
        code = functional_code(state.path_names)
        state.path = Subject(topic, "functional_subject", label, functional_code=code)
    return bool(steps)


def _coded(words: str, state: State) -> Subject | None:
    """A subject whose code is printed with its name; the printed code counts, whether or not it is listed."""
    found = _CODED.search(words)
    if found is None:
        return None
    code = found["code"] or found["code_first"]
    label = (found["name"] or found["name_last"])[-LONGEST_LABEL:]
    if code.startswith("2"):
        topic = state.section if state.section is not None and state.section in _BY_FUNCTION else _DEFAULT_BY_FUNCTION
        return Subject(topic, "functional_subject", label, functional_code=code)
    return Subject(state.section or "expenditure", "economic_subject", label, economic_code=code)


def _function_total(words: str, state: State) -> Subject | None:
    """A class of the functional classification named without (类): 一般公共服务支出256.59万元."""
    named = _CLASS_NAMED.search(words)
    # 其他支出 is a class too, and the words for whatever else was spent.
    code = functional_code([named.group(1)]) if named and named.group(1) != "其他支出" else None
    topic = state.section if state.section is not None and state.section in _BY_FUNCTION else _DEFAULT_BY_FUNCTION
    return Subject(topic, "functional_subject", named.group(1), functional_code=code) if named and code else None


def remember(subject: Subject, change: Change | None, state: State) -> None:
    """Note what an amount was of, for the figures that refer back to it."""
    state.previous, state.previous_change = subject, change
    if subject not in state.clause:
        state.clause = (*state.clause, subject)
    state.paragraph_subject = state.paragraph_subject or subject
