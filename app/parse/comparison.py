"""Columns that compare: what was spent or budgeted the year before, and the change against it.

A budget may print the year before beside its own amounts: 2025年执行数 | 2026年预算数 | 增减额 | 增减(%). The amounts
of the other year become records of that year; the changes belong to the row of the document's own year.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.parse.columns import Heading, match_columns
from app.records import Phase

_YEAR = re.compile(r"((?:19|20)\d\d)年?度?")
_LAST_YEAR = re.compile(r"上年(?!.*(?:结转|结余))度?")
_CHANGE = re.compile(r"增减|增长|比上年|较上年|变动")
_PER_CENT = re.compile(r"%|幅度|比例|百分比|率")
_SPENT = re.compile(r"执行|决算")
# 扣除中央基建投资后执行数: the same money without capital construction.
WITHOUT_CONSTRUCTION = (
    r"(?:(?:预算数?|执行数?|决算数?|支出)/)*"
    r"扣除(?:中央)?基(?:本)?建(?:设)?(?:投资|项目|支出)*后?(?:的)?(?:预算|执行|决算)?数?"
)
_OF_CONSTRUCTION = re.compile(r"扣除.*基(?:本)?建")
_SPENT_TOTAL = r"|(?:(?:执行数?|决算数?|预算数?)/)*(?:执行数?|决算数?|预算数?|金额|合计|小计)"


@dataclass(frozen=True)
class Before:
    """The columns of another year: field → column."""

    fiscal_year: int
    phase: Phase
    columns: dict[str, int]


def changes(heading: Heading) -> dict[str, int]:
    """The columns of changes: `change`, `change_percent`, and the same without capital construction."""
    found: dict[str, int] = {}
    for column, path in enumerate(heading.paths):
        if not path or not _CHANGE.search("/".join(path)):
            continue
        name = "change_percent" if _PER_CENT.search(path[-1]) else "change"
        name += "_without_construction" if _OF_CONSTRUCTION.search("/".join(path)) else ""
        found.setdefault(name, column)
    return found


def years_before(heading: Heading, patterns: Mapping[str, str], *, fiscal_year: int) -> list[Before]:
    """The columns of earlier years, the earliest first; none where the table is about its own year only."""
    years: dict[tuple[int, Phase], set[int]] = {}
    paths = tuple(tuple(_LAST_YEAR.sub(f"{fiscal_year - 1}年", text) for text in path) for path in heading.paths)
    for column, path in enumerate(paths):
        text = "/".join(path)
        named = {int(year) for year in _YEAR.findall(text)}
        if len(named) == 1 and not _CHANGE.search(text) and max(named) < fiscal_year:
            phase: Phase = "final" if _SPENT.search(text) else "budget"
            years.setdefault((max(named), phase), set()).add(column)
    spent = {**patterns, "total": patterns["total"] + _SPENT_TOTAL}
    return [
        Before(year, phase, match_columns(replace(heading, paths=paths), spent, fiscal_year=year, columns=sorted(own)))
        for (year, phase), own in sorted(years.items())
    ]
