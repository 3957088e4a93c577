"""Rows of any resource as a table for people: which fields are columns, and how a value is written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.pages.asked import Language
from app.pages.labels import KIND
from app.pages.render import amount, day
from app.pages.rows import Row
from app.query.columns import Column, Resource

# What the links of a row say already, what its first columns say, and what is for programs.
_UNSHOWN = frozenset(
    {
        "id",
        "disclosure_id",
        "statement_id",
        "region_code",
        "region_name",
        "province_code",
        "prefecture_code",
        "department_id",
        "department_name",
        "fiscal_year",
        "kind",
        "scope",
        "statement",
        "printed_unit",
        "row",
        "column",
        "line",
        "line_number",
        "is_leaf",
    }
)
_OF_A_DOCUMENT = frozenset({"disclosure_id", "department_name", "fiscal_year", "kind"})


def columns_of(resource: Resource, rows: Sequence[Row]) -> list[Column]:
    """The fields that become columns: those that any of these rows has a value of, ids and places left out."""
    own = _UNSHOWN if of_documents(resource) else frozenset[str]()
    return [
        column
        for column in resource.columns
        if column.kind not in ("list", "json", "search")
        and column.name not in own
        and any(row.get(column.name) is not None for row in rows)
    ]


def of_documents(resource: Resource) -> bool:
    """Whether each row belongs to a document."""
    return set(resource.by_name) >= _OF_A_DOCUMENT


def is_number(column: Column) -> bool:
    """Whether its values stand under each other by their digits."""
    return column.kind in ("money", "number")


def written(column: Column, value: object, language: Language) -> str:
    """A value in words; nothing where it is null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return language.say("是", "yes") if value else language.say("否", "no")
    if column.kind == "choice" and str(value) in column.choices:
        word = KIND[str(value)] if column.name == "kind" else column.choices[str(value)]
        return language.say(word.zh, word.en)
    if column.kind in ("money", "number") and isinstance(value, Decimal | int):
        return amount(value)
    return day(str(value)) if column.kind == "datetime" else str(value)
