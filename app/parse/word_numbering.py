"""The numbers that Word writes before the paragraphs of a list (一、, （一）, 1.), which stand nowhere in the text.

Definitions are in the parts `numbering.xml` and `styles.xml` (ECMA-376 Part 1, 17.9); counting is done here, in the
order of the paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from app.parse.packages import attribute

_MOST_LEVELS = 9
_DEEPEST_STYLE = 20
_PLACE = re.compile(r"%([1-9])")
_DIGITS = "零一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
    (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_LARGEST = 9_999


@dataclass(frozen=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    legal: bool = False  # the numbers of the levels above are written in Arabic digits, too


@dataclass(frozen=True)
class _List:
    """One list of the document: which definition it counts with, and the levels that it sets itself."""

    definition: str
    levels: dict[int, _Level]
    restarts: dict[int, int]


@dataclass
class Numbering:
    """All lists of a document and how far each has been counted."""

    lists: dict[str, _List] = field(default_factory=dict)
    by_style: dict[str, tuple[str, int]] = field(default_factory=dict)  # paragraph style → list, level
    counts: dict[str, list[int | None]] = field(default_factory=dict)  # definition → counts by level
    begun: set[str] = field(default_factory=set)

    def label(self, paragraph: etree._Element) -> str:
        """The number before a paragraph as printed, blank where it has none; each call counts on."""
        at = self._list_of(paragraph)
        if at is None:
            return ""
        number, depth = at
        listed = self.lists.get(number)
        if listed is None or depth not in listed.levels:
            return ""
        counts = self.counts.setdefault(listed.definition, [None] * _MOST_LEVELS)
        if number not in self.begun:
            self.begun.add(number)
            for restarted, start in listed.restarts.items():
                counts[restarted:] = [None] * (_MOST_LEVELS - restarted)
                counts[restarted] = start - 1
        current = counts[depth]
        counts[depth] = listed.levels[depth].start if current is None else current + 1
        counts[depth + 1 :] = [None] * (_MOST_LEVELS - depth - 1)
        level = listed.levels[depth]
        if level.form in {"bullet", "none"}:
            return ""

        def shown(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            other = listed.levels.get(place, _Level())
            count = counts[place]
            return written(other.start if count is None else count, "decimal" if level.legal else other.form)

        return _PLACE.sub(shown, level.text)

    def _list_of(self, paragraph: etree._Element) -> tuple[str, int] | None:
        style = attribute(paragraph.find("{*}pPr/{*}pStyle"), "val")
        from_style = self.by_style.get(style or "")
        own = paragraph.find("{*}pPr/{*}numPr")
        if own is None:
            return from_style
        number = attribute(own.find("{*}numId"), "val") or (from_style[0] if from_style else "")
        depth = attribute(own.find("{*}ilvl"), "val")
        if number in {"", "0"}:
            return None  # 0 takes the number of the style away
        return number, _depth(depth) if depth else (from_style[1] if from_style else 0)


def read_numbering(numbering: etree._Element | None, styles: etree._Element | None) -> Numbering:
    """The lists of a document; none where the parts are not there."""
    found = Numbering()
    if numbering is None:
        return found
    definitions = _definitions(numbering)
    for element in numbering.iterfind("{*}num"):
        definition = attribute(element.find("{*}abstractNumId"), "val") or ""
        levels = dict(definitions.get(definition, {}))
        restarts: dict[int, int] = {}
        for override in element.iterfind("{*}lvlOverride"):
            depth = _depth(attribute(override, "ilvl"))
            level = override.find("{*}lvl")
            start = attribute(override.find("{*}startOverride"), "val")
            if level is not None:
                levels[depth] = _level(level)
            if start and start.isdigit():
                restarts[depth] = int(start[:4])
        found.lists[attribute(element, "numId") or ""] = _List(definition, levels, restarts)
    if styles is not None:
        _take_styles(styles, found)
    return found


def _definitions(numbering: etree._Element) -> dict[str, dict[int, _Level]]:
    """The levels of each definition; one that is linked to a style has the levels of the definition that made it."""
    definitions: dict[str, dict[int, _Level]] = {}
    linked: dict[str, str] = {}
    by_link: dict[str, str] = {}
    for element in numbering.iterfind("{*}abstractNum"):
        identifier = attribute(element, "abstractNumId") or ""
        definitions[identifier] = {
            _depth(attribute(level, "ilvl")): _level(level) for level in element.iterfind("{*}lvl")
        }
        link = attribute(element.find("{*}numStyleLink"), "val")
        own = attribute(element.find("{*}styleLink"), "val")
        if link:
            linked[identifier] = link
        if own:
            by_link[own] = identifier
    for identifier, style in linked.items():
        if not definitions[identifier]:
            definitions[identifier] = definitions.get(by_link.get(style, ""), {})
    return definitions


def _take_styles(styles: etree._Element, found: Numbering) -> None:
    parents: dict[str, str] = {}
    own: dict[str, tuple[str, int]] = {}
    for style in styles.iterfind("{*}style"):
        identifier = attribute(style, "styleId") or ""
        parents[identifier] = attribute(style.find("{*}basedOn"), "val") or ""
        listed = style.find("{*}pPr/{*}numPr")
        if listed is not None:
            number = attribute(listed.find("{*}numId"), "val") or ""
            own[identifier] = (number, _depth(attribute(listed.find("{*}ilvl"), "val")))
    for identifier in parents:
        at, steps = identifier, 0
        while at and at not in own and steps < _DEEPEST_STYLE:
            at, steps = parents.get(at, ""), steps + 1
        if at in own and own[at][0] not in {"", "0"}:
            found.by_style[identifier] = own[at]


def _level(element: etree._Element) -> _Level:
    start = attribute(element.find("{*}start"), "val") or "1"
    return _Level(
        start=int(start[:4]) if start.isdigit() else 1,
        form=attribute(element.find("{*}numFmt"), "val") or "decimal",
        text=attribute(element.find("{*}lvlText"), "val") or "",
        legal=element.find("{*}isLgl") is not None,
    )


def _depth(text: str | None) -> int:
    return min(int(text[:2]), _MOST_LEVELS - 1) if text is not None and text.isdigit() else 0


def written(number: int, form: str) -> str:
    """A count in one of Word's number forms; in Arabic digits where the form is not one that Chinese texts use."""
    writes = _FORMS.get(form)
    return writes(number) if writes and 1 <= number <= _LARGEST else str(number)


def _chinese(number: int) -> str:
    """一, 十, 十二, 二十, 一百零三."""
    text, gap = "", False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + sign
            gap = False
        elif text:
            gap = True
    return text[1:] if text.startswith("一十") else text


def _digit_by_digit(number: int) -> str:
    return "".join(_DIGITS[int(digit)] for digit in str(number)).replace("零", "〇")


def _letters(number: int) -> str:
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        text += sign * (number // value)
        number %= value
    return text


def _sign_of(signs: str, number: int) -> str:
    return signs[number - 1] if number <= len(signs) else str(number)


def _full_width(number: int) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))


_CIRCLED = "".join(chr(0x2460 + place) for place in range(20))  # ① to ⑳

_FORMS: dict[str, Callable[[int], str]] = {
    **dict.fromkeys(("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting"), _chinese),
    **dict.fromkeys(("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"), _digit_by_digit),
    **dict.fromkeys(
        ("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), lambda number: _sign_of(_CIRCLED, number)
    ),
    **dict.fromkeys(("decimalFullWidth", "decimalFullWidth2"), _full_width),
    "ideographTraditional": lambda number: _sign_of(_STEMS, number),
    "ideographZodiac": lambda number: _sign_of(_BRANCHES, number),
    "upperLetter": _letters,
    "lowerLetter": lambda number: _letters(number).lower(),
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "decimalZero": lambda number: f"{number:02d}",
}
