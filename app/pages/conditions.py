"""What selects rows, for people: conditions in words, and the fields of the form that asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.pages.asked import Language
from app.pages.labels import KIND
from app.pages.table import written
from app.query.columns import Column, Resource
from app.query.words import Word, Words

# What a condition says of a field and a value.
_SAID: Mapping[str, Word] = {
    "": Word("{field}：{value}", "{field}: {value}"),
    "ne": Word("{field}不是{value}", "{field} is not {value}"),
    "gte": Word("{field} ≥ {value}", "{field} ≥ {value}"),
    "lte": Word("{field} ≤ {value}", "{field} ≤ {value}"),
    "prefix": Word("{field}以“{value}”开头", "{field} begins with “{value}”"),
    "contains": Word("{field}含“{value}”", "{field} contains “{value}”"),
    "under": Word("{field}：{value}及其下级", "{field}: {value} and below"),
}
_BLANK = Word("{field}为空", "{field} is blank")
_NOT_BLANK = Word("{field}不为空", "{field} is not blank")
_UP, _DOWN = Word("{field}从小到大", "{field}, smallest first"), Word("{field}从大到小", "{field}, largest first")
_AND = Word("、", ", ")
# What makes the answer and selects no rows.
_SILENT = frozenset({"limit", "fields", "include", "cursor", "unit"})
_YEAR, _NAMED, _WORDS = "fiscal_year", "department_name__contains", "q"


@dataclass(frozen=True)
class Field:
    """One field of the form: the parameter that it gives, what it is called, its value now.

    `choices` are what it can be, "" left for anything; `number` is true of a whole number; else it is a text.
    """

    parameter: str
    label: Word
    value: str
    choices: Words | None = None
    number: bool = False


def named(given: Mapping[str, str]) -> list[str]:
    """The parameters that are conditions, or the order, as `in_words` says them."""
    return [name for name in given if name not in _SILENT]


def in_words(resource: Resource, given: Mapping[str, str], language: Language) -> list[str]:
    """Each condition, and the order of the rows, as a person says it."""
    return [_worded(resource, name, given[name], language) for name in named(given)]


def form(resource: Resource, given: Mapping[str, str]) -> list[Field]:
    """What most people ask the rows of this resource for."""
    columns, found = resource.by_name, list[Field]()
    if _YEAR in columns:
        found.append(Field(_YEAR, _word(columns[_YEAR]), given.get(_YEAR, ""), number=True))
    if "kind" in columns and columns["kind"].choices:
        found.append(Field("kind", Word("预算或决算", "budget or final account"), given.get("kind", ""), KIND))
    if "department_name" in columns:
        found.append(Field(_NAMED, _word(columns["department_name"]), given.get(_NAMED, "")))
    if _WORDS in columns:
        found.append(Field(_WORDS, Word("名称中的词", "word in a name"), given.get(_WORDS, "")))
    elif "name" in columns:
        found.append(Field("name__contains", _word(columns["name"]), given.get("name__contains", "")))
    amount = next((columns[name] for name in ("total", "amount", "value") if name in columns), None)
    if amount is not None:
        orders = {f"-{amount.name}": _order(amount, _DOWN), amount.name: _order(amount, _UP)}
        found.append(Field("sort", Word("排序", "order"), given.get("sort", ""), orders))
    return found


def _worded(resource: Resource, name: str, value: str, language: Language) -> str:
    if name == "sort":
        ordered = (_sorted_by(resource, part, language) for part in value.split(","))
        return language.say(_AND.zh, _AND.en).join(ordered)
    if name == _WORDS:
        return language.say(f"名称含“{value}”", f"a name contains “{value}”")
    field, _, operator = name.partition("__")
    column = resource.by_name.get(field)
    if column is not None and operator == "isnull":
        said = _NOT_BLANK if value.lower() in ("false", "0") else _BLANK
    elif column is not None and operator in _SAID:
        said = _SAID[operator]
    else:
        return f"{name}={value}"
    values = language.say(_AND.zh, _AND.en).join(_value(column, part, language) for part in value.split(","))
    return language.say(said.zh, said.en).format(field=language.say(column.zh, column.en), value=values)


def _value(column: Column, text: str, language: Language) -> str:
    if column.kind == "boolean":
        return written(column, text.lower() in ("true", "1"), language)
    return written(column, text, language) if column.choices else text


def _sorted_by(resource: Resource, part: str, language: Language) -> str:
    column = resource.by_name.get(part.removeprefix("-"))
    if column is None:
        return part
    order = _order(column, _DOWN if part.startswith("-") else _UP)
    return language.say(order.zh, order.en)


def _order(column: Column, order: Word) -> Word:
    return Word(order.zh.format(field=column.zh), order.en.format(field=column.en))


def _word(column: Column) -> Word:
    return Word(column.zh, column.en)
