"""Classification codes as tables print them: split over columns, fused with the name, or left out."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import Literal

from app import codelists, values
from app.values import Level, fold

Classification = Literal["functional", "economic"]

_FUSED = re.compile(r"[\[(]?(\d{3}(?:\d\d){0,2})[\])]?[-_]?([^\d\W].*)")
# Classes under names that are no longer, or differently, in use. A budget of 2018 prints the older ones.
_OLD_CLASS_NAMES = {
    "医疗卫生与计划生育支出": "210",
    "医疗卫生支出": "210",
    "文化体育与传媒支出": "207",
    "国土海洋气象等支出": "220",
    "资源勘探信息等支出": "215",
    "抗疫特别国债安排的支出": "234",
    "抗疫特别国债还本支出": "234",
}
_DIVISION, _ITEM = 5, 7
_LINE_NUMBERING = re.compile(r"^(?:[一二三四五六七八九十]{1,3}|\d{1,2})[、.．]")


def split_fused(text: str) -> tuple[str, str] | None:
    """`2014001-行政运行` and `[30227]委托业务费` as (code, name); None where the cell is not of this shape."""
    found = _FUSED.fullmatch(fold(text))
    return (found.group(1), found.group(2)) if found else None


def level_of(code: str, classification: Classification) -> Level:
    """The level of a code. ValueError where the text is not a code of this classification."""
    if classification == "functional":
        if code[:1] != "2":
            raise ValueError(f"{code!r} is not a functional code: those begin with 2")
        return values.functional_level(code)
    if code[:1] not in {"3", "5"}:
        raise ValueError(f"{code!r} is not an economic code: those begin with 3 or 5")
    return values.economic_level(code)


def is_listed(code: str, classification: Classification) -> bool:
    """Whether the packaged list holds the code. An economic sub-code of a city counts with its 款."""
    if classification == "functional":
        return code in codelists.functional_subjects()
    return code[:5] in codelists.economic_subjects()


@cache
def _codes_by_name(classification: Classification) -> dict[str, list[str]]:
    listed = codelists.functional_subjects() if classification == "functional" else codelists.economic_subjects()
    found: dict[str, list[str]] = defaultdict(list)
    for code, subject in listed.items():
        if classification == "functional" or subject.classification == "department":
            found[fold(subject.name)].append(code)
    return found


def codes_named(name: str, classification: Classification) -> list[str]:
    """The listed codes with exactly this name, folded."""
    return _codes_by_name(classification).get(fold(name), [])


def recover_code(name: str, classification: Classification, *, after: str | None) -> str | None:
    """The code of a row that prints only a name, by the list: below or beside the code of the row before it.

    行政运行 is the name of an item under about a hundred divisions, so the place in the table decides; None where it
    does not decide.
    """
    candidates = codes_named(name, classification)
    parents = [after[:length] for length in (7, 5, 3) if after and len(after) >= length]
    for parent in parents:
        below = [code for code in candidates if code[:-2] == parent]
        if below:
            return below[0] if len(below) == 1 else None
    suffixes = {code[-2:] for code in candidates}
    if after and len(after) >= _DIVISION and len(suffixes) == 1 and all(len(code) == _ITEM for code in candidates):
        # 01 行政运行, 02 一般行政管理事务, 50 事业运行 end alike under every 款, so also under one that the list lacks.
        return after[:_DIVISION] + suffixes.pop()
    classes = [code for code in candidates if len(code) == 3]  # noqa: PLR2004 - 类 codes have three digits
    return classes[0] if len(classes) == 1 else None


def functional_class(item: str) -> str | None:
    """The code of a functional class by its name, with or without 支出 at the end: 一、一般公共服务支出 → 201."""
    name = _LINE_NUMBERING.sub("", fold(item))
    for spelling in (name, f"{name}支出", name.removesuffix("支出")):
        if spelling in _OLD_CLASS_NAMES:
            return _OLD_CLASS_NAMES[spelling]
        classes = [code for code in codes_named(spelling, "functional") if len(code) == 3]  # noqa: PLR2004 - as above
        if len(classes) == 1:
            return classes[0]
    return None
