"""A number and its number format → the text that a spreadsheet prints, because the printed digits are the data.

Formats as in ECMA-376 Part 1, 18.8.31: sections, digits and separators, per cent, scaling, dates, literals. What is
not done (fractions, Chinese numerals) is said by `UnknownNumberFormat`, and the caller prints the number as it is.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache

# A spreadsheet keeps 15 significant digits; those after them are the noise of binary fractions.
_KEPT = Context(prec=15, rounding=ROUND_HALF_UP)
# Room for every digit that a double may need, so that setting decimals never fails.
_ROOM = Context(prec=400, rounding=ROUND_HALF_UP)
_LONGEST_FORMAT = 255
_MOST_DECIMALS = 30

# The formats that have a number only (18.8.30), those of a Chinese installation included.
BUILT_IN: dict[int, str] = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"',
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    50: 'yyyy"年"m"月"',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<pad>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>(?i:General|G/通用格式))|(?P<half>(?i:AM/PM|A/P|上午/下午))|(?P<exponent>[Ee][+-])"
    r"|(?P<date>(?i:y+|m+|d+|h+|s+|aaaa?|e+(?![+-])))|(?P<digits>[0#?.,]+)|(?P<at>@)|(?P<percent>%)|(?P<other>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_COLOUR = re.compile(r"(?i)black|blue|cyan|green|magenta|red|white|yellow|colou?r\s?\d+|[黑蓝青绿红白黄洋]\S*")
_LOCALE = re.compile(r"\$(?P<sign>[^-\]]*)(?:-[0-9A-Fa-f]+)?")
_ELAPSED = re.compile(r"(?i)h+|m+|s+")
_WEEKDAYS = "一二三四五六日"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class UnknownNumberFormat(Exception):
    """The format asks for something that is not done here."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def printed(number: str, code: str, *, from_1904: bool = False) -> str:
    """The text of a number under a format code. `number` is as the file stores it: 10596.35, 8.8E-1.

    UnknownNumberFormat where the format is not understood, ValueError where `number` is none.
    """
    value = _exact(number)
    if len(code) > _LONGEST_FORMAT:
        raise UnknownNumberFormat(code[:_LONGEST_FORMAT])
    sections = [_tokens(section) for section in _sections(code)]
    tokens, signed = _section_for(sections, value)
    if signed:
        value = abs(value)
    if any(token.kind in {"date", "half", "elapsed"} for token in tokens):
        return _as_date(value, tokens, from_1904=from_1904)
    return _as_number(value, tokens)


def plain(number: str) -> str:
    """A number with no format of its own: its digits up to the fifteenth, which is what the cell holds."""
    value = _exact(number)
    if value == value.to_integral_value():
        return f"{value.quantize(Decimal(1), context=_ROOM)}" if value else "0"
    return f"{value.normalize(_ROOM):f}"


def _exact(number: str) -> Decimal:
    try:
        value = _KEPT.create_decimal(number.strip())
    except InvalidOperation as error:
        raise ValueError(f"{number[:80]!r} is no number") from error
    # A spreadsheet holds doubles; what is beyond them is no number of one.
    if not value.is_finite() or (value and not -310 <= value.adjusted() <= 310):  # noqa: PLR2004 - the range of doubles
        raise ValueError(f"{number[:80]!r} is no number of a spreadsheet")
    return value


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[str, ...]:
    """The format cut at its semicolons, not at those in quotes or brackets."""
    found = [""]
    for token in _TOKEN.finditer(code):
        if token.group() == ";":
            found.append("")
        else:
            found[-1] += token.group()
    return tuple(found)


@lru_cache(maxsize=512)
def _tokens(section: str) -> tuple[_Token, ...]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(section):
        kind, text = str(match.lastgroup), match.group(str(match.lastgroup))
        if kind == "bracket":
            found.extend(_bracket(text))
        elif kind in {"quoted", "escaped", "other"}:
            found.append(_Token("literal", text))
        elif kind == "pad":
            # The width of a sign, which keeps columns straight.
            found.append(_Token("pad", " "))
        elif kind != "fill":
            found.append(_Token(kind, text))
    return tuple(found)


def _bracket(text: str) -> list[_Token]:
    if _CONDITION.fullmatch(text):
        return [_Token("condition", text)]
    if _ELAPSED.fullmatch(text):
        return [_Token("elapsed", text)]
    locale = _LOCALE.fullmatch(text)
    if locale:
        return [_Token("literal", locale["sign"])] if locale["sign"] else []
    if _COLOUR.fullmatch(text):
        return []
    raise UnknownNumberFormat(f"[{text}]")


def _section_for(sections: list[tuple[_Token, ...]], value: Decimal) -> tuple[tuple[_Token, ...], bool]:
    """The section that the value falls under, and whether that section prints the sign itself."""
    conditions = [next((token.text for token in section if token.kind == "condition"), None) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _holds(value, condition):
                return section, value < 0 and condition is not None and condition.startswith("<")
        return sections[-1], False
    numbers = sections[:3]
    if value < 0 and len(numbers) > 1:
        return numbers[1], True
    if value == 0 and len(numbers) > 2:  # noqa: PLR2004 - positive; negative; zero
        return numbers[2], False
    return numbers[0], False


def _holds(value: Decimal, condition: str) -> bool:
    found = _CONDITION.fullmatch(condition)
    if found is None:
        return False
    limit = Decimal(found[2])
    return {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
        "<>": value != limit,
    }[found[1]]


def _as_number(value: Decimal, tokens: tuple[_Token, ...]) -> str:
    if any(token.kind == "exponent" for token in tokens):
        return _scientific(value, tokens)
    pattern = "".join(token.text for token in tokens if token.kind == "digits")
    literals = "".join(token.text for token in tokens if token.kind == "literal")
    if "/" in literals and pattern:
        raise UnknownNumberFormat("a fraction")
    value = value.scaleb(2 * sum(token.kind == "percent" for token in tokens), context=_ROOM)
    body = _digits(value, pattern)
    parts: list[str] = []
    placed = False
    for token in tokens:
        if token.kind == "digits":
            # 0-00 spreads the digits over several places; no amount is written so.
            if placed and token.text.strip(","):
                raise UnknownNumberFormat(pattern)
            parts.append("" if placed else body)
            placed = True
        elif token.kind in {"general", "at"}:
            parts.append(plain(str(value)))
            placed = True
        elif token.kind in {"literal", "pad"}:
            parts.append(token.text)
        elif token.kind == "percent":
            parts.append("%")
    if not placed:
        # A section of literals only prints them whatever the number is; a blank one hides it.
        return "".join(parts).strip()
    text = "".join(parts).strip()
    # The minus stands before what precedes the digits: -¥1.00.
    return f"-{text.replace('-', '', 1)}" if body.startswith("-") and not text.startswith("-") else text


def _digits(value: Decimal, pattern: str) -> str:
    """The digits by a pattern of 0, #, ?, point and commas."""
    if not pattern:
        return ""
    whole, _, fraction = pattern.partition(".")
    scaled = len(whole) - len(whole.rstrip(",")) if whole.strip(",") else 0
    fraction_scaled = len(fraction) - len(fraction.rstrip(","))
    value = value.scaleb(-3 * (scaled + fraction_scaled), context=_ROOM)
    whole, fraction = whole.rstrip(","), fraction.rstrip(",")
    if len(fraction) > _MOST_DECIMALS:
        raise UnknownNumberFormat(pattern)
    rounded = value.quantize(Decimal(1).scaleb(-len(fraction)), context=_ROOM)
    sign, text = ("-" if rounded < 0 else ""), f"{abs(rounded):f}"
    before, _, after = text.partition(".")
    least = sum(sign == "0" for sign in whole)
    before = before.lstrip("0").rjust(least, "0")
    if "," in whole:
        before = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", before)
    kept = max((index + 1 for index, sign in enumerate(fraction) if sign == "0"), default=0)
    while len(after) > kept and after.endswith("0"):
        after = after[:-1]
    return f"{sign}{before}{'.' + after if after or '.' in pattern else ''}"


def _scientific(value: Decimal, tokens: tuple[_Token, ...]) -> str:
    at = next(index for index, token in enumerate(tokens) if token.kind == "exponent")
    mantissa = "".join(token.text for token in tokens[:at] if token.kind == "digits")
    power = "".join(token.text for token in tokens[at:] if token.kind == "digits")
    decimals = len(mantissa.partition(".")[2])
    if decimals > _MOST_DECIMALS or mantissa.partition(".")[0].strip("0#") or mantissa.count("#") > 1:
        raise UnknownNumberFormat(mantissa)
    exponent = value.adjusted() if value else 0
    rounded = value.scaleb(-exponent, context=_ROOM).quantize(Decimal(1).scaleb(-decimals), context=_ROOM)
    if abs(rounded) >= 10:  # noqa: PLR2004 - 9.995 rounds up to one place more
        exponent += 1
        rounded = value.scaleb(-exponent, context=_ROOM).quantize(Decimal(1).scaleb(-decimals), context=_ROOM)
    mark = tokens[at].text
    sign = "-" if exponent < 0 else ("+" if mark.endswith("+") else "")
    return f"{rounded:f}{mark[0]}{sign}{abs(exponent):0{max(1, power.count('0'))}d}"


def _as_date(value: Decimal, tokens: tuple[_Token, ...], *, from_1904: bool) -> str:
    moment = _moment(value, from_1904=from_1904)
    half = any(token.kind == "half" for token in tokens)
    parts: list[str] = []
    for index, token in enumerate(tokens):
        text = token.text.lower()
        if token.kind == "elapsed":
            parts.append(str(int(value * {"h": 24, "m": 1440, "s": 86400}[text[0]])))
        elif token.kind == "half":
            parts.append(("上午", "下午")[moment.hour >= 12] if "午" in text else ("AM", "PM")[moment.hour >= 12])  # noqa: PLR2004 - noon
        elif token.kind == "date":
            parts.append(_date_part(moment, text, minutes=text[0] == "m" and _is_minutes(tokens, index), half=half))
        elif token.kind in {"literal", "pad"}:
            parts.append(token.text)
        elif token.kind == "digits":
            # A point and noughts after seconds: tenths, which no disclosure prints; a lone point or comma is itself.
            parts.append(token.text if not token.text.strip(".,") else "")
        elif token.kind in {"general", "at", "percent", "exponent"}:
            raise UnknownNumberFormat(token.text)
    return "".join(parts).strip()


def _moment(value: Decimal, *, from_1904: bool) -> dt.datetime:
    first_of_march_1900 = 60
    start = dt.datetime(1904, 1, 1) if from_1904 else dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a date on paper has no zone
    # The calendar of 1900 has a 29th of February that never was; days before it are one further on.
    days = value + 1 if not from_1904 and value < first_of_march_1900 else value
    if days < 0:
        raise UnknownNumberFormat("a date before the calendar begins")
    try:
        return start + dt.timedelta(seconds=int((days * 86400).to_integral_value(rounding=ROUND_HALF_UP)))
    except OverflowError as error:
        raise UnknownNumberFormat("a date after the year 9999") from error


def _is_minutes(tokens: tuple[_Token, ...], index: int) -> bool:
    """M is minutes after hours and before seconds, months elsewhere."""
    timed = [token.text.lower()[0] if token.kind in {"date", "elapsed"} else "" for token in tokens]
    before = next((sign for sign in reversed(timed[:index]) if sign), "")
    after = next((sign for sign in timed[index + 1 :] if sign), "")
    return before == "h" or after == "s"


def _date_part(moment: dt.datetime, text: str, *, minutes: bool, half: bool) -> str:
    letter, length = text[0], len(text)
    if letter in "ye":
        return f"{moment.year % 100:02d}" if letter == "y" and length <= 2 else f"{moment.year:04d}"  # noqa: PLR2004 - yy
    if letter == "a":
        return ("星期" if length > 3 else "") + _WEEKDAYS[moment.weekday()]  # noqa: PLR2004 - aaaa
    if letter == "m" and not minutes and length > 2:  # noqa: PLR2004 - mmm
        name = _MONTHS[moment.month - 1]
        if length > 3:  # noqa: PLR2004 - the whole name is English prose
            raise UnknownNumberFormat(text)
        return name
    if letter == "d" and length > 2:  # noqa: PLR2004 - a weekday in English
        raise UnknownNumberFormat(text)
    hour = (moment.hour % 12 or 12) if half else moment.hour
    number = {"m": moment.minute if minutes else moment.month, "d": moment.day, "h": hour, "s": moment.second}[letter]
    return f"{number:02d}" if length > 1 else str(number)
