"""Money, units, years and codes: read them from print and write them back. No I/O."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache


class Unit(StrEnum):
    """A unit of money; its exponent is the power of ten that turns it into yuan."""

    YUAN = "yuan"
    WAN = "wan"
    YI = "yi"

    @property
    def exponent(self) -> int:
        return {"yuan": 0, "wan": 4, "yi": 8}[self.value]

    @property
    def zh(self) -> str:
        return {"yuan": "元", "wan": "万元", "yi": "亿元"}[self.value]

    @property
    def en(self) -> str:
        return {"yuan": "yuan", "wan": "10,000 yuan", "yi": "100 million yuan"}[self.value]


# Longest first: 万元 ends in 元.
_UNIT_WORDS = {"亿元": Unit.YI, "万元": Unit.WAN, "万": Unit.WAN, "元": Unit.YUAN}

# What a cell prints where there is no amount. It is not a zero.
DASHES = frozenset({"-", "--", "—", "——", "–", "―", "一一", "/", "\\"})

_AMOUNT = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
# A record holds 20 digits, two of them for what a shift between units may add; no budget comes near it.
_MOST_DIGITS = 18
_BRACKETED = re.compile(r"\((.*)\)")


def fold(text: str) -> str:
    """The text with full-width signs made half-width (NFKC), every kind of dash one, and all white space removed.

    Two cells that differ only in print are equal after folding; nothing that is shown to a reader is folded.
    """
    return "".join(unicodedata.normalize("NFKC", text).replace("\u2212", "-").split())


def parse_unit(text: str) -> Unit | None:
    """The unit that a text such as `单位：万元` or `金额单位: 元` names, None when it names none.

    A quotient of units, several different units in one text, or one that amounts are not read in (千元, 百万元) raise
    ValueError: the reader must not choose.
    """
    words = re.findall(r"[十百千佰仟万亿]*元", fold(text))
    unknown = next((word for word in words if word not in _UNIT_WORDS), None)
    if unknown is not None:
        raise ValueError(f"is in {unknown}; amounts are read in 元, 万元 and 亿元")
    units = {_UNIT_WORDS[word] for word in words}
    if len(units) > 1:
        raise ValueError(f"{text.strip()!r} names several units: {', '.join(sorted(units))}")
    return units.pop() if units else None


def parse_amount(text: str) -> Decimal | None:
    """A printed amount with its printed number of decimals: `90.00` gives Decimal('90.00').

    Blank cells and dashes give None (a printed `0` gives Decimal('0')); `(1.5)` and `－1.5` are negative.
    Anything else, and a number of more than 18 digits, raises ValueError, so that the caller can name the place.
    """
    folded = fold(text).replace("，", ",")
    if not folded or folded in DASHES:
        return None
    bracketed = _BRACKETED.fullmatch(folded)
    body = f"-{bracketed.group(1)}" if bracketed else folded
    if not _AMOUNT.fullmatch(body):
        raise ValueError(f"{text!r} is not an amount")
    if sum(sign.isdigit() for sign in body) > _MOST_DIGITS:
        raise ValueError(f"{text[:80]!r} has more than {_MOST_DIGITS} digits and is not an amount")
    return Decimal(body.replace(",", ""))


def to_yuan(amount: Decimal, unit: Unit) -> Decimal:
    """The amount in yuan, keeping the printed number of decimals: 90.00 万元 is 900000.00 yuan.

    The number of decimals of the result says how precisely the amount was printed, in its own unit; Postgres keeps
    it in a `numeric` column, and that is how an answer in the printed unit has the printed digits.
    """
    return amount * Decimal(10**unit.exponent)


def from_yuan(yuan: Decimal, *, unit: Unit, printed_unit: Unit) -> Decimal:
    """What `to_yuan` made, shifted into `unit`: exact, with as many decimals as the printed digits need there."""
    printed_decimals = max(0, -int(yuan.as_tuple().exponent))
    decimals = max(0, printed_decimals + unit.exponent - printed_unit.exponent)
    return yuan.scaleb(-unit.exponent).quantize(Decimal(1).scaleb(-decimals))


def parse_year(text: str) -> int | None:
    """The first four-digit year from 1990 to 2099 that stands alone in the text."""
    found = re.search(r"(?<!\d)(199\d|20\d\d)(?!\d)", fold(text))
    return int(found.group(1)) if found else None


class Level(StrEnum):
    """Where a code stands in its classification: 类 class, 款 division, 项 item."""

    CLASS = "class"
    DIVISION = "division"
    ITEM = "item"


def functional_level(code: str) -> Level:
    """The level of a functional code by its length: 3, 5 or 7 digits. Anything else raises ValueError."""
    return _level(code, {3: Level.CLASS, 5: Level.DIVISION, 7: Level.ITEM}, "functional")


def economic_level(code: str) -> Level:
    """The level of an economic code by its length: 3 or 5 digits (7 where a city keeps sub-codes)."""
    return _level(code, {3: Level.CLASS, 5: Level.DIVISION, 7: Level.ITEM}, "economic")


def _level(code: str, levels: dict[int, Level], name: str) -> Level:
    if not code.isascii() or not code.isdigit() or len(code) not in levels:
        raise ValueError(f"{code!r} is not a {name} code: it has 3, 5 or 7 digits")
    return levels[len(code)]


def parent_code(code: str) -> str | None:
    """The code one level up: 2013701 → 20137 → 201 → None."""
    return code[:-2] if functional_level(code) is not Level.CLASS else None


def region_level(code: str) -> str:
    """`country`, `province`, `prefecture` or `county`, by the zeros at the end of a GB/T 2260 code."""
    if not re.fullmatch(r"\d{6}", code):
        raise ValueError(f"{code!r} is not a division code: it has six digits")
    if code == "000000":
        return "country"
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def region_prefix(code: str) -> str:
    """The digits that every division under this one begins with: 130000 → 13, 130200 → 1302, 130205 → 130205."""
    return {"country": "", "province": code[:2], "prefecture": code[:4], "county": code}[region_level(code)]


def normalise_department(name: str) -> str:
    """A department's name as its identity sees it: folded, without a leading code and without quotation marks."""
    return re.sub(r"^[\d\s]+|[\"'“”‘’]", "", fold(name))


@lru_cache(maxsize=10_000)
def department_id(region_code: str, name: str) -> str:
    """The department's stable, URL-safe id: division code and eight hex digits of its normalised name's SHA-256."""
    digest = hashlib.sha256(normalise_department(name).encode()).hexdigest()
    return f"{region_code}-{digest[:8]}"


def disclosure_id(department: str, *, fiscal_year: int, kind: str, scope: str) -> str:
    """The disclosure's stable id: `130205-1a2b3c4d-2025-budget`, and `…-unit` where a unit reports for itself."""
    base = f"{department}-{fiscal_year}-{kind}"
    return base if scope == "department" else f"{base}-{scope}"
