"""The grammar of an indicator value: `≥90%`, `满意率≥90%`, `1个`, `≤10万元`, or words without a figure.

A value is read as a figure only when it can mean nothing else: one number, at most one operator, a short unit. Dates,
ranges, rates of two numbers and sentences are qualitative, and their text is kept by the caller as printed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from app.values import fold

Operator = Literal["≥", "≤", "=", ">", "<"]


@dataclass(frozen=True)
class Target:
    """A parsed indicator value. A qualitative one has neither operator nor number nor unit."""

    operator: Operator | None
    number: Decimal | None
    unit: str | None
    qualitative: bool


QUALITATIVE = Target(operator=None, number=None, unit=None, qualitative=True)

# Signs and words that say the same; longest first, since 大于 is inside 大于等于 and 低于 inside 不低于.
_OPERATORS: dict[str, Operator] = {
    "大于或等于": "≥",
    "小于或等于": "≤",
    "大于等于": "≥",
    "小于等于": "≤",
    "不低于": "≥",
    "不少于": "≥",
    "不小于": "≥",
    "不高于": "≤",
    "不多于": "≤",
    "不大于": "≤",
    "不超过": "≤",
    "大于": ">",
    "高于": ">",
    "小于": "<",
    "低于": "<",
    "等于": "=",
    ">=": "≥",
    "=>": "≥",
    "<=": "≤",
    "=<": "≤",
    "≥": "≥",
    "≧": "≥",
    "⩾": "≥",
    "≤": "≤",
    "≦": "≤",
    "⩽": "≤",
    ">": ">",
    "<": "<",
    "=": "=",
}
# 以上 and 以下 include the figure itself in official usage.
_SUFFIXES: dict[str, Operator] = {"及以上": "≥", "以上": "≥", "以内": "≤", "及以下": "≤", "以下": "≤"}

_SIGNS = "|".join(re.escape(sign) for sign in _OPERATORS)
_VALUE = re.compile(
    rf"(?P<lead>[^\d,。;、]{{0,20}}?)(?P<sign>{_SIGNS})?"
    r"(?P<number>-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
    r"(?P<unit>(?:m[23]|[^\d\s,。;:、!?\"“”《》~\-—+=<>≥≤≧≦⩾⩽]){0,8}?)"
    r"(?:\(含\))?(?P<suffix>及以上|以上|以内|及以下|以下)?"
)

# What provincial systems print as the name of the unit per cent.
_PERCENT = frozenset({"百分比", "比例", "%"})
# A unit with one of these is a date or an approximation: 2020年底, 12月底前, 20次左右.
_NOT_A_UNIT = re.compile(r"底|初|前|后|左右|上旬|中旬|下旬|至|到|起|多|余|[日月号].")
# Without an operator these may name a day or a month as well as a length of time.
_CALENDAR = {"月": 12, "日": 31, "号": 31}
_YEARS = range(1990, 2100)
_MOST_DIGITS = 18


def parse_target(text: str) -> Target:
    """The operator, number and unit of an indicator value; `QUALITATIVE` when it is not exactly one figure.

    A bare number means "=". 百分比 and 比例 are printed as units by some systems and become %.
    """
    # Two numbers that only white space parts must not become one, and ① is not a 1.
    if re.search(r"\d\s+\d", text) or any(_is_odd_digit(sign) for sign in text):
        return QUALITATIVE
    found = _VALUE.fullmatch(fold(text).replace("\uff0c", ","))
    if found is None:
        return QUALITATIVE
    operator = _operator(found)
    number = Decimal(found["number"].replace(",", ""))
    unit = _unit(found["unit"])
    if operator is None or len(number.as_tuple().digits) > _MOST_DIGITS or _is_date(found, number, unit):
        return QUALITATIVE
    return Target(operator=operator, number=number, unit=unit, qualitative=False)


def _operator(found: re.Match[str]) -> Operator | None:
    """The operator before the number or the word after it; None when they disagree or words lead to no operator."""
    before = _OPERATORS[found["sign"]] if found["sign"] else None
    after = _SUFFIXES[found["suffix"]] if found["suffix"] else None
    if before is None and after is None:
        return None if found["lead"] else "="
    if found["lead"] and before is None:
        return None
    if before is not None and after is not None and before != after:
        return None
    return before or after


def _unit(printed: str) -> str | None:
    stripped = printed.removeprefix("(").removesuffix(")") if printed.startswith("(") else printed
    return "%" if stripped in _PERCENT else stripped or None


def _is_date(found: re.Match[str], number: Decimal, unit: str | None) -> bool:
    if unit is None:
        return False
    if _NOT_A_UNIT.search(unit):
        return True
    if unit.startswith("年") and number in _YEARS:
        return True
    limit = _CALENDAR.get(unit)
    return limit is not None and not found["sign"] and number <= limit


def _is_odd_digit(sign: str) -> bool:
    """Whether folding would make a digit of a sign that is not one; ² and ³ belong to units such as m²."""
    return unicodedata.category(sign) in ("No", "Nl") and sign not in "²³"
