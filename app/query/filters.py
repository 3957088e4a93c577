"""Filters: from a parameter's text to typed values, from typed values to a condition with bound parameters."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from app import search_text, values
from app.errors import ParameterProblem
from app.query.columns import SQL_TYPES, Column
from app.query.words import Words
from app.values import Unit

Value: TypeAlias = str | int | bool | Decimal | dt.date | dt.datetime

_INTEGER = re.compile(r"-?[0-9]{1,19}", re.ASCII)
# A JSON number. No amount has more than twenty digits before the point, and a longer one, or an exponent such as
# 1e999999, would only be expanded by the database.
_DECIMAL = re.compile(r"-?[0-9]{1,21}(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
LARGEST_DECIMAL = 10**20
_BIGINT = 2**63
_LONGEST_TEXT = 500
LONGEST_SEARCH = 100
_SUBJECT = re.compile(r"[0-9]{3}(?:[0-9]{2}){0,2}", re.ASCII)


@dataclass(frozen=True)
class Filter:
    """One condition: column name, operator as built (`null` and `not_null` for isnull), typed values."""

    column: str
    operator: str
    values: tuple[Value, ...]

    @property
    def shape(self) -> tuple[str, str, int]:
        """What the condition's SQL depends on."""
        return self.column, self.operator, len(self.values)

    @property
    def arguments(self) -> list[object]:
        """What is bound, in the order of the condition's parameters."""
        if self.operator == "prefix":
            return [bound for value in self.values for bound in prefix_range(str(value))]
        if self.operator == "contains":
            escaped = re.sub(r"([\\%_])", r"\\\1", str(self.values[0]))
            return [f"%{escaped}%"]
        if self.operator == "search":
            words = tuple(str(value) for value in self.values)
            return [search_text.word_terms(words), [f"%{word}%" for word in words]]
        if self.operator in ("eq", "ne") and len(self.values) == 1:
            return [self.values[0]]
        if self.operator in ("eq", "ne", "any"):
            return [list(self.values)]
        return list(self.values)


class ValueProblem(Exception):
    """A value that a filter does not take; the message says what it takes."""

    def __init__(self, detail: str, suggestion: str | None = None) -> None:
        super().__init__(detail)
        self.suggestion = suggestion


def parse_filter(column: Column, operator: str, text: str, unit: Unit) -> Filter:
    """The filter that `column__operator=text` means; money is read in `unit`. ValueProblem when it means none."""
    if operator == "isnull":
        return Filter(column.name, "null" if _boolean(text) else "not_null", ())
    if operator in ("contains", "search"):
        return Filter(column.name, operator, parse_words(text) if operator == "search" else (_text(text),))
    if operator in ("gte", "lte"):
        return Filter(column.name, operator, (parse_value(column, text, unit),))
    parts = text.split(",")
    if operator == "prefix":
        return Filter(column.name, operator, _unique(_text(part) for part in parts))
    if operator == "under":
        return Filter(column.name, "prefix", _unique(_under(column, part) for part in parts))
    found = _unique(parse_value(column, part, unit) for part in parts)
    return Filter(column.name, "any" if column.kind == "list" else operator, found)


def condition(column: Column, operator: str, count: int, first: int) -> tuple[str, int]:
    """The SQL of a filter whose parameters are numbered from `first`, and how many parameters it has."""
    expression, ordered, kind = column.expression, column.order_expression, SQL_TYPES[column.kind]
    if operator == "prefix":
        # A prefix is a range of the bytes, which an index can find.
        ranges = " or ".join(
            f"({ordered} >= ${first + 2 * n}::text and {ordered} < ${first + 2 * n + 1}::text)" for n in range(count)
        )
        return f"({ranges})", 2 * count
    if operator == "search":
        return expression.replace("{texts}", matching_texts(first)), 2
    if operator == "any" and "{values}" in expression:
        return expression.replace("{values}", f"${first}::{kind}[]"), 1
    if operator in ("eq", "ne") and count > 1:
        operator = f"{operator}_many"
    text = {
        "eq": f"{expression} = ${first}::{kind}",
        "eq_many": f"{expression} = any(${first}::{kind}[])",
        # A blank cell is not the value either.
        "ne": f"{expression} is distinct from ${first}::{kind}",
        "ne_many": f"({expression} <> all(${first}::{kind}[]) or {expression} is null)",
        "gte": f"{expression} >= ${first}::{kind}",
        "lte": f"{expression} <= ${first}::{kind}",
        "contains": f"{expression} ilike ${first}::text",
        "any": f"{expression} && ${first}::{kind}[]",
        "null": f"{expression} is null",
        "not_null": f"{expression} is not null",
    }[operator]
    return text, 0 if operator in ("null", "not_null") else 1


def parse_value(column: Column, text: str, unit: Unit) -> Value:
    """One value of the column's type; money comes back in yuan. ValueProblem when the text is none."""
    if column.choices:
        return _choice(column, text)
    if column.listed:
        return _listed(column, text)
    if column.kind == "money":
        sign, digits, exponent = _decimal(text).as_tuple()
        return Decimal((sign, digits, int(exponent) + unit.exponent))  # exact, however many digits there are
    return _PARSERS[column.kind](text)


def parse_words(text: str) -> tuple[str, ...]:
    """The words that a search is for, folded. ValueProblem for an empty text, a long one, or punctuation only."""
    if not text.strip():
        raise ValueProblem("an empty search: give a word or a part of one, several words separated by spaces")
    if len(text) > LONGEST_SEARCH:
        raise ValueProblem(f"a search of {len(text)} characters; at most {LONGEST_SEARCH} are allowed")
    found = search_text.words(text)
    if not found:
        raise ValueProblem("nothing to search for: punctuation is not searched; give a letter, a digit or a character")
    return found


def matching_texts(first: int) -> str:
    """The SQL of the names with all words of a search; takes two parameters, numbered from `first`.

    The terms find candidates in the index; that every word is there as a whole is then compared.
    """
    terms, patterns = f"${first}::text[]", f"${first + 1}::text[]"
    return f"select s.text from search_text s where s.terms @> {terms} and s.folded like all({patterns})"  # noqa: S608 - numbers of parameters


def prefix_range(prefix: str) -> tuple[str, str]:
    """The texts that begin with the prefix, as a half-open range in the order of code points."""
    for length in range(len(prefix), 0, -1):
        point = ord(prefix[length - 1])
        if point < 0x10FFFF:  # noqa: PLR2004 - the last code point there is
            # Surrogates are no characters: what follows U+D7FF is U+E000.
            following = 0xE000 if point == 0xD7FF else point + 1  # noqa: PLR2004
            return prefix, prefix[: length - 1] + chr(following)
    return prefix, "\U0010ffff" * (len(prefix) + 1)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant."""
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return found[0] if found else None


def named(choices: Words, text: str) -> str | None:
    """The value of a closed list that this Chinese word means: its own, one that begins so, one that has it in it."""
    zh = {value: word.zh for value, word in choices.items()} if text.strip() else {}
    for found in (
        [value for value, word in zh.items() if word == text],
        [value for value, word in zh.items() if word.startswith(text)],
        [value for value, word in zh.items() if text in word],
    ):
        if found:
            return found[0]
    close = nearest(text, zh.values())
    return next((value for value, word in zh.items() if word == close), None)


def problem(parameter: str, text: str, error: ValueProblem) -> ParameterProblem:
    """The problem that a wrong value is to the caller."""
    shown = text if len(text) <= 100 else f"{text[:100]}…"  # noqa: PLR2004 - enough to recognise it
    return ParameterProblem(parameter, str(error), value=shown, suggestion=error.suggestion)


def _unique(found: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(found))


def _text(text: str) -> str:
    if not text:
        raise ValueProblem("an empty value: give a text, or use __isnull to ask for rows without one")
    if len(text) > _LONGEST_TEXT:
        raise ValueProblem(f"a text of {len(text)} characters; at most {_LONGEST_TEXT} are allowed")
    return text


def _integer(text: str) -> int:
    if re.fullmatch(r"-?[0-9]+", text, re.ASCII) and not _in_range(text):
        raise ValueProblem("not a whole number between -9223372036854775808 and 9223372036854775807")
    if not _INTEGER.fullmatch(text):
        raise ValueProblem("not a whole number", _as_number(text, _INTEGER))
    return int(text)


def _in_range(text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None and -_BIGINT <= int(text) < _BIGINT


def _as_number(text: str, form: re.Pattern[str]) -> str | None:
    """The number that is meant: full-width digits, thousands set apart, a word of unit or year behind it."""
    plain = re.sub(r"[\s,_]|(?:年|年度|元|万元|亿元|%)$", "", unicodedata.normalize("NFKC", text[:40]).strip())
    return plain if form.fullmatch(plain) and plain != text else None


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text) or abs(Decimal(text)) > LARGEST_DECIMAL:
        raise ValueProblem("not a decimal number between -1e20 and 1e20", _as_number(text, _DECIMAL))
    return Decimal(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueProblem("neither true nor false", nearest(text.lower(), ("true", "false")))
    return text == "true"


def _date(text: str) -> dt.date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueProblem("not a date such as 2024-12-31")


def _datetime(text: str) -> dt.datetime:
    try:
        # A `+` that the sender did not escape arrives as a space.
        found = dt.datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ValueProblem("not a date or a time such as 2025-03-01 or 2025-03-01T08:00:00Z") from None


def _choice(column: Column, text: str) -> str:
    if text not in column.choices:
        suggestion = named(column.choices, text) or nearest(text.lower(), column.choices)
        raise ValueProblem(f"allowed: {', '.join(column.choices)}", suggestion)
    return text


def _listed(column: Column, text: str) -> str:
    if text not in column.listed:
        names = {name.lower(): name for name in column.listed}
        close = nearest(text.lower(), names)
        suggestion = names[close] if close is not None else named(column.listed, text)
        raise ValueProblem(f"no {column.en} has this id: /v1/{column.references} lists all {len(names)}", suggestion)
    return text


def _under(column: Column, text: str) -> str:
    if column.hierarchy == "region":
        try:
            return values.region_prefix(text)
        except ValueError:
            raise ValueProblem("not a division code: it has six digits, such as 130000 for all of Hebei") from None
    if not _SUBJECT.fullmatch(text):
        raise ValueProblem("not a classification code: it has 3, 5 or 7 digits, such as 201")
    return text


_PARSERS: dict[str, Callable[[str], Value]] = {
    "text": _text,
    "code": _text,
    "list": _text,
    "integer": _integer,
    "number": _decimal,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
}
