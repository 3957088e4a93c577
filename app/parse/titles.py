"""What a table's title says it is: the words that tell one kind of statement from another, whatever its number."""

from __future__ import annotations

import re

from app.values import fold

_NUMBERING = re.compile(r"^(?:(?:公开|附?表)?\d{1,2}[、.．:：-]?|[一二三四五六七八九十]{1,3}[、.．])|^附?表\d+")
_QUOTES = re.compile(r"[\"'“”‘’《》]")
_TAIL = re.compile(
    r"\([^()]*(?:数据|空表|结转)[^()]*\)$|\((?:按)?(?:部门)?(?:预算)?(?:支出)?(?:功能|经济)(?:分类|科目)*\)$|\((?:金额)?单位:[^)]*\)$|\((?:公开)?\d*表?\)$|\((?:一|二|三|续)\)$|续表$"
)


def plain(title: str) -> str:
    """The title folded, without numbering, quotation marks and what is hung on: 部门预算财政拨款三公经费支出表."""
    return _TAIL.sub("", _NUMBERING.sub("", _QUOTES.sub("", fold(title))))


def by_economic(title: str) -> bool:
    """By economic class: 按支出经济分类科目, 经济分类情况表. A title that says neither is by function."""
    return re.search(r"经济(?:分类|科目)", fold(title)) is not None


def by_function(title: str) -> bool:
    """By functional class, in so many words: 按功能分类科目."""
    return re.search(r"功能(?:分类|科目)", fold(title)) is not None


def is_balance(title: str) -> bool:
    """Revenue and expenditure side by side: 收支总表, 收入支出决算总表, 收支总体情况表."""
    return (
        re.search(r"(?:收支|收入支出)(?:预算|决算)?(?:总表|总体情况(?:表)?|情况总表|总体情况总表)$", plain(title))
        is not None
    )


def of_appropriation(title: str) -> bool:
    """Of fiscal appropriation only."""
    return "财政拨款" in plain(title)


def of_general_budget(title: str) -> bool:
    """Of the general public budget."""
    return "一般公共预算" in plain(title)


def of_government_fund(title: str) -> bool:
    """Of government-managed funds; some documents print 政府基金."""
    return re.search(r"政府性?基金", plain(title)) is not None


def of_state_capital(title: str) -> bool:
    """Of the state capital operations budget."""
    return "国有资本" in plain(title)


def of_one_fund(title: str) -> bool:
    """Of one budget only, not of all money."""
    return of_general_budget(title) or of_government_fund(title) or of_state_capital(title)


def of_three_public(title: str) -> bool:
    """Of overseas trips, vehicles and receptions."""
    return "三公" in plain(title)


def of_performance(title: str) -> bool:
    """Of performance: goals, indicators, evaluations."""
    return "绩效" in plain(title)


def of_projects(title: str) -> bool:
    """Of projects, performance, procurement or assets: tables that other forms read."""
    return re.search(r"项目支出|绩效|采购|资产|政府购买|专项", plain(title)) is not None
