"""The words that name an amount in the narrative: which topic they belong to and which item of it they are.

A term is added by adding a line. A heading sets the topic of the paragraphs under it; a term whose `contexts` hold
that topic is an item of it, any other term brings its own topic (`home`) along.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Topic = Literal[
    "revenue",
    "expenditure",
    "fiscal_appropriation",
    "general_public_budget",
    "basic_expenditure",
    "government_fund",
    "state_capital",
    "three_public",
    "agency_operating",
    "general_expenses",
    "procurement",
    "assets",
    "performance",
]

# The first that a heading holds; None for a heading that belongs to no topic.
_SECTIONS: tuple[tuple[str, Topic], ...] = (
    (r"三公", "three_public"),
    (r"机关运行", "agency_operating"),
    (r"一般性支出", "general_expenses"),
    (r"政府采购", "procurement"),
    (r"国有资产|固定资产", "assets"),
    (r"绩效", "performance"),
    (r"政府性?基金|基金预算", "government_fund"),
    (r"国有资本", "state_capital"),
    (r"财政拨款基本支出|基本支出(?:预算|决算)?情况", "basic_expenditure"),
    (r"财政拨款收(?:入)?、?支(?:出)?", "fiscal_appropriation"),
    (r"一般公共预算|财政拨款支出", "general_public_budget"),
    (r"收入支出|收支|增减(?:变化)?情况", "expenditure"),
    (r"收入", "revenue"),
    (r"支出", "expenditure"),
)
_SPENDING: frozenset[Topic] = frozenset(
    {"expenditure", "general_public_budget", "fiscal_appropriation", "government_fund", "state_capital", "performance"}
)
_FUNDS: frozenset[Topic] = frozenset({"government_fund", "state_capital"})


@dataclass(frozen=True)
class Term:
    """Words that name an amount. `only_here`: they name one in `contexts` and nowhere else."""

    pattern: re.Pattern[str]
    item: str
    home: Topic
    contexts: frozenset[Topic] = frozenset()
    only_here: bool = False


@dataclass(frozen=True)
class Named:
    """What a window of text names: topic, item, and the printed words."""

    topic: Topic
    item: str
    label: str


def _term(
    pattern: str, item: str, home: Topic, contexts: frozenset[Topic] = frozenset(), *, only_here: bool = False
) -> Term:
    return Term(re.compile(pattern), item, home, contexts, only_here=only_here)


# 政府办公厅(室)及相关机构事务(款): a name may hold a bracket of its own.
PATH_STEP = re.compile(
    r"(?:\d+[.、]|\([一二三四五六七八九十\d]+\))?((?:[^,:;。、()\d]|\([^类款项()]{1,6}\)){1,40})\(([类款项])\)"
)
_BRACKETED = re.compile(r"\([^()]*\)")
# Words around a figure that name nothing.
_FILLER = re.compile(
    r"支出|收入|年初|全年|预算|决算|执行|调整|总额|金额|总计|合计|共计|安排|开支|资金|科目|财政拨款|一般公共|拨款|当年|本年|年度"
    r"|完成|去年|上年|包括|包含|变化|持平|一致|相同|本部门|我部门|本单位|我单位|我办|我局|部门|单位|实际|使用|发生|其中|累计|增加|增长|上升|提高|新增|减少|下降|降低"
    r"|压减|压缩|节约|增减|年|度|数|共|总|为|是|各|了|额|约|达|到|后"
)
_VEHICLE_USE = r"(?:运行维护|运行|运维|维护)"
_FEE = r"(?:费用|经费|费)?"
_INCOME = r"(?:预算)?(?:财政)?(?:拨款)?收入"

_TERMS: tuple[Term, ...] = (
    _term(r"三公经费", "total", "three_public"),
    _term(rf"因公出国(?:\(境\))?{_FEE}", "overseas_trips", "three_public"),
    _term(rf"公务(?:用)?车(?:用车)?购置{_FEE}(?:及|和|、){_VEHICLE_USE}{_FEE}", "vehicles", "three_public"),
    _term(rf"公务(?:用)?车(?:用车)?购置{_FEE}", "vehicle_purchase", "three_public"),
    _term(rf"公务(?:用)?车(?:用车)?{_VEHICLE_USE}{_FEE}", "vehicle_operation", "three_public"),
    _term(rf"公务接待{_FEE}", "receptions", "three_public"),
    _term(r"机关运行(?:经费|费)", "total", "agency_operating"),
    _term(r"运行(?:经费|费)", "total", "agency_operating", frozenset({"agency_operating"}), only_here=True),
    _term(r"会议费", "meetings", "general_expenses"),
    _term(r"培训费", "training", "general_expenses"),
    _term(r"(?:节庆|晚会|论坛|赛事)(?:等)?活动", "events", "general_expenses"),
    _term(r"一般性支出", "total", "general_expenses"),
    _term(r"政府采购货物(?:类)?(?:支出|预算)?", "goods", "procurement"),
    _term(r"政府采购工程(?:类)?(?:支出|预算)?", "works", "procurement"),
    _term(r"政府采购服务(?:类)?(?:支出|预算)?", "services", "procurement"),
    _term(r"政府采购(?:预算|支出)?(?:总额)?|采购(?:预算|支出)总额", "total", "procurement"),
    _term(
        r"(?:政府)?(?:采购)?货物(?:类)?(?:采购)?(?:支出|预算)?",
        "goods",
        "procurement",
        frozenset({"procurement"}),
        only_here=True,
    ),
    _term(
        r"(?:政府)?(?:采购)?工程(?:类)?(?:采购)?(?:支出|预算)?",
        "works",
        "procurement",
        frozenset({"procurement"}),
        only_here=True,
    ),
    _term(
        r"(?:政府)?(?:采购)?服务(?:类)?(?:采购)?(?:支出|预算)?",
        "services",
        "procurement",
        frozenset({"procurement"}),
        only_here=True,
    ),
    _term(
        r"中小微?企业(?:的)?(?:预留)?(?:的)?(?:政府采购(?:项目)?(?:预算)?|合同)?(?:金额|份额)?",
        "small_and_medium_firms",
        "procurement",
    ),
    _term(
        r"(?:小微|小型和微型)企业(?:的)?(?:预留)?(?:的)?(?:政府采购(?:项目)?(?:预算)?|合同)?(?:金额|份额)?",
        "small_and_micro_firms",
        "procurement",
    ),
    _term(r"(?:拟|计划)(?:购置|采购)固定资产", "planned_purchase", "assets"),
    _term(r"固定资产|国有资产|资产总额", "total", "assets"),
    _term(r"房屋", "buildings", "assets", frozenset({"assets"}), only_here=True),
    _term(r"车辆", "vehicles", "assets", frozenset({"assets"}), only_here=True),
    _term(r"办公用房", "office_space", "assets", frozenset({"assets"}), only_here=True),
    _term(r"设备", "large_equipment", "assets", frozenset({"assets"}), only_here=True),
    _term(r"人员(?:经费|支出)", "personnel", "expenditure", _SPENDING | {"basic_expenditure"}),
    _term(r"(?:日常)?公用(?:经费|支出)", "public", "expenditure", _SPENDING | {"basic_expenditure"}),
    _term(r"基本支出", "basic", "expenditure", _SPENDING | {"basic_expenditure"}),
    _term(r"项目支出|年初项目|项目经费", "project", "expenditure", _SPENDING),
    _term(r"上[缴解]上级支出", "to_superior", "expenditure"),
    _term(r"对附属单位补助支出", "to_subordinates", "expenditure"),
    _term(r"(?:事业单位)?经营支出", "business", "expenditure"),
    _term(rf"一般公共预算{_INCOME}", "general_public_budget", "revenue", frozenset({"fiscal_appropriation"})),
    _term(
        rf"(?:政府性)?基金{_INCOME}",
        "government_fund",
        "revenue",
        frozenset({"fiscal_appropriation", "government_fund"}),
    ),
    _term(rf"国有资本经营{_INCOME}", "state_capital", "revenue", frozenset({"fiscal_appropriation", "state_capital"})),
    _term(r"一般公共预算(?:财政|当年)?拨款", "general_public_budget", "revenue", frozenset({"general_public_budget"})),
    _term(r"政府性?基金预算(?:财政|当年)?拨款", "government_fund", "revenue"),
    _term(r"国有资本经营预算(?:财政|当年)?拨款", "state_capital", "revenue"),
    _term(r"财政专户(?:核拨|管理资金|管理)?(?:收入)?", "special_account", "revenue"),
    _term(r"单位资金(?:收入)?", "unit_funds", "revenue"),
    _term(r"其他来源收入|其他收入|其他资金(?:来源)?|其他渠道资金", "other", "revenue"),
    _term(r"事业收入", "institutional", "revenue"),
    _term(r"(?:事业单位)?经营(?:服务)?收入", "business", "revenue"),
    _term(r"上级补助收入", "from_superior", "revenue"),
    _term(r"附属单位上缴收入", "from_subordinates", "revenue"),
    _term(r"使用非财政拨款结余", "surplus_used", "revenue"),
    _term(r"结余分配", "surplus_distributed", "expenditure"),
    _term(r"财政拨款收入", "fiscal_appropriation", "revenue"),
    _term(
        r"上年结转(?:结余)?的(?:一般公共预算|政府性基金预算|国有资本经营预算|财政专户管理|单位)(?:收入|资金)?",
        "carried_over",
        "revenue",
    ),
    _term(r"上年(?:财政拨款)?结转(?:和?结余)?(?:资金)?(?:收入)?", "carried_over", "revenue", _FUNDS),
    _term(
        r"年初(?:财政拨款)?结转(?:和?结余)?(?:资金)?(?:收入)?",
        "opening_balance",
        "revenue",
        _FUNDS | {"fiscal_appropriation"},
    ),
    _term(
        r"(?:年末|年终)(?:财政拨款)?结转(?:和?结余)?|结转下年",
        "closing_balance",
        "expenditure",
        _FUNDS | {"fiscal_appropriation"},
    ),
    _term(r"财政拨款收(?:入)?、?支(?:出)?(?:总计|总额|决算)?", "grand_total", "fiscal_appropriation"),
    _term(
        r"收(?:入)?、?支(?:出)?(?:预算)?(?:总计|总额|安排|总预算|总决算|预算)",
        "grand_total",
        "expenditure",
        frozenset({"fiscal_appropriation"}),
    ),
    _term(r"收入(?:预算|决算)?总计", "grand_total", "revenue", frozenset({"fiscal_appropriation"})),
    _term(r"支出(?:预算|决算)?总计", "grand_total", "expenditure", frozenset({"fiscal_appropriation"})),
    _term(r"(?:政府性)?基金(?:预算)?(?:财政)?(?:拨款)?支出", "expenditure", "government_fund"),
    _term(r"国有资本经营(?:预算)?(?:财政)?(?:拨款)?(?:安排的)?支出", "expenditure", "state_capital"),
    _term(r"一般公共预算(?:财政)?(?:拨款)?支出", "total", "general_public_budget"),
    _term(r"财政拨款支出", "total", "general_public_budget"),
    _term(r"涉及(?:[^,;:]{0,8}(?:资金|支出|金额))|评价(?:项目)?资金", "evaluated_funds", "performance"),
)

# Words that are too common to name an amount where one of the terms above does, or a path of subjects.
_GENERIC: tuple[Term, ...] = (
    _term(r"(?:年初|本年|部门|总)*收入(?:预算|决算|合计|总额|安排|总)*", "total", "revenue"),
    _term(
        r"(?:年初|本年|部门|总)*支出(?:预算|决算|合计|总额|安排|总)*",
        "total",
        "expenditure",
        frozenset({"general_public_budget"}),
    ),
)
# What may stand before 收入 and 支出 when they mean all of it: a year, the department. 人员支出 is a part.
_WHOLE = re.compile(r"(?:^|[,;:).本我年度初门位办局委会院厅处室所校馆站心司]|预算|财政拨款|其中|包括|包含|安排)$")
# Topics in which 支出 alone says nothing new: the amount is of what was named before.
_OWN_SUBJECT: frozenset[Topic] = frozenset(
    {
        "three_public",
        "agency_operating",
        "general_expenses",
        "procurement",
        "assets",
        "basic_expenditure",
        "performance",
    }
)


def section_topic(heading: str) -> Topic | None:
    """The topic that a heading sets for what stands under it."""
    return next((topic for pattern, topic in _SECTIONS if re.search(pattern, heading)), None)


def name_amount(window: str, section: Topic | None) -> Named | None:
    """What the words name, the last term in them deciding; the longer where two end together. None without a term."""
    named = [
        (found.end(), len(found.group()), _named(term, found.group(), section))
        for term in _TERMS
        if not term.only_here or section in term.contexts
        for found in term.pattern.finditer(window)
        # 培训费 names the amount; in 培训费之外的补助 something else does.
        if is_filler(window[found.end() :])
    ]
    # Under a heading of its own a topic's words decide: 三公经费财政拨款支出 is not the whole 财政拨款支出.
    if section in _OWN_SUBJECT and any(each.topic == section for *_, each in named):
        named = [entry for entry in named if entry[2].topic == section]
    return max(named, key=lambda entry: entry[:2])[2] if named else None


def is_filler(words: str) -> bool:
    """Whether the words name nothing: `，支出决算为`, `其中预算数`, `2024年本部门安排`, a verb, a path of subjects."""
    rest = _FILLER.sub("", _BRACKETED.sub("", PATH_STEP.sub("", words)))
    return re.sub(r"[,;:、\-().\d]", "", rest) == ""


def has_own_subject(section: Topic | None) -> bool:
    """Whether 收入 and 支出 alone say nothing new under this heading."""
    return section in _OWN_SUBJECT


def name_generically(window: str, section: Topic | None) -> Named | None:
    """The same by the words 收入 and 支出 alone, where they can name an amount and nothing before them narrows them."""
    found = [
        (match.end(), term, match.group())
        for term in _GENERIC
        for match in term.pattern.finditer(window)
        if _WHOLE.search(window[: match.start()])
    ]
    if not found:
        return None
    _, term, label = max(found, key=lambda each: each[0])
    if section in _OWN_SUBJECT:
        # 支出 there is of the heading's subject, unless a department's whole budget is named: 某某局收入预算.
        is_whole = not is_filler(window) and re.search(r"预算|决算|合计|总", label) is not None
        return _named(term, label, None) if is_whole else None
    if section in _FUNDS:
        return Named(section, term.home, label)
    return _named(term, label, section)


def _named(term: Term, label: str, section: Topic | None) -> Named:
    topic = section if section is not None and section in term.contexts else term.home
    item = term.item
    if (topic, item) in (("basic_expenditure", "basic"), ("general_public_budget", "general_public_budget")):
        item = "total"
    elif topic in _FUNDS and item == topic:
        item = "revenue"
    return Named(topic, item, label)
