"""What a resource is made of: columns with their types, words and filters, and the tables behind them.

Every format and every description of the API (JSON, OpenAPI, filters, sort) is derived from these declarations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal, TypeAlias

from app.query.words import Words

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

# `code` is a text whose prefix means something and that collates as bytes; `choice` is a text out of a closed list;
# `list` is an array of texts; `json` is built in SQL and described by `schema`; `search` is no field, only a filter.
ColumnKind = Literal[
    "text", "code", "choice", "integer", "boolean", "date", "datetime", "money", "number", "list", "json", "search"
]
Operator = Literal["eq", "ne", "gte", "lte", "prefix", "contains", "under", "isnull", "search"]

_OPERATORS: dict[str, tuple[Operator, ...]] = {
    "text": ("eq", "ne", "prefix", "contains"),
    "code": ("eq", "ne", "prefix"),
    "choice": ("eq", "ne"),
    "integer": ("eq", "ne", "gte", "lte"),
    "boolean": ("eq",),
    "date": ("eq", "ne", "gte", "lte"),
    "datetime": ("gte", "lte"),
    "money": ("eq", "ne", "gte", "lte"),
    "number": ("eq", "ne", "gte", "lte"),
    "list": ("eq",),
    "json": (),
    "search": ("search",),
}

# What a parameter of each type is cast to in SQL.
SQL_TYPES: dict[str, str] = {
    "text": "text",
    "code": "text",
    "choice": "text",
    "integer": "bigint",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamptz",
    "money": "numeric",
    "number": "numeric",
    "list": "text",
    "search": "text",
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One field of a resource: its wire name, its words, its SQL and what may be asked of it."""

    name: str
    kind: ColumnKind
    zh: str
    en: str
    description: str
    example: Json
    description_zh: str = ""
    sql: str = ""  # over the alias t or a join's alias; empty: t.<name>
    join: str | None = None  # the join that `sql` needs
    # Of a closed list: every value it can have, with its words (app/query/words.py).
    choices: Words = field(default_factory=lambda: MappingProxyType({}), hash=False)
    # Of a code: the values that a filter takes, with their words. Rows of earlier releases may have others.
    listed: Words = field(default_factory=lambda: MappingProxyType({}), hash=False)
    nullable: bool = True
    default: bool = True  # shown without being named in `fields`
    filterable: bool = True
    sortable: bool = True
    selective: bool = False  # one of its values leaves few rows of a large table, whichever value it is
    hierarchy: Literal["subject", "region"] | None = None  # what `__under` means
    unit: str | None = None  # of a number: one of words.NUMBER_UNIT; money has the answer's unit
    grouped: bool = False  # groups are made by it although its kind mostly has as many values as there are rows
    label: str = ""  # SQL of the name of `{value}`, one of its values, where that is a code or an id
    schema: Mapping[str, Json] | None = None  # JSON Schema of a json column
    minimum: int | None = None  # of an integer: the least there is
    may_be_empty: bool = False  # of a text that is never null: it can have no signs
    references: str | None = None  # the resource whose key this is
    dangling: bool = False  # of a reference: a code that no list has leads nowhere
    statements: tuple[str, ...] = ()  # the statements that it comes from, where those are not the resource's
    # Another column whose value says this one's, and how: SQL with `{}` for that value.
    told_by: tuple[str, str] | None = None
    compared: bool = True  # between two revisions of a document; not so ids, and where in the document a row stands

    @property
    def expression(self) -> str:
        """The column's value as stored."""
        return self.sql or f"t.{self.name}"

    @property
    def order_expression(self) -> str:
        """The value to sort by: texts compare as bytes, so that every database gives the same order."""
        text = self.kind in ("text", "code", "choice")
        return f'{self.expression} collate "C"' if text else self.expression

    @property
    def plain(self) -> bool:
        """Whether its texts are words or ids of ours: no sign that JSON escapes, no formula of a spreadsheet."""
        own = self.kind == "code" and self.references in ("departments", "disclosures", "regions")
        return own or self.kind == "choice"

    @property
    def dimension(self) -> bool:
        """Whether rows can be grouped and counted by it."""
        return self.filterable and (self.grouped or self.kind in ("choice", "code", "boolean"))

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The filters that this column takes."""
        if not self.filterable:
            return ()
        found = _OPERATORS[self.kind]
        if self.hierarchy:
            found = (*found, "under")
        return (*found, "isnull") if self.nullable and found else found


@dataclass(frozen=True, kw_only=True)
class Include:
    """An extra part of a row that has to be asked for by `include=`."""

    name: str
    description: str
    sql: str
    joins: tuple[str, ...]
    schema: Mapping[str, Json]
    zh: str = ""
    en: str = ""
    description_zh: str = ""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One list of the API. `{release}` in SQL stands for the number of the release that is read."""

    name: str
    singular: str  # the name of one: ExpenditureLine
    plural: str  # the name of the list in an operationId: Expenditures
    zh: str
    en: str
    description: str
    source: str  # what stands after FROM, under the alias t
    visible: str  # the condition that a row belongs to the release
    columns: tuple[Column, ...]
    description_zh: str = ""
    statements: tuple[str, ...] = ()  # keys of the statements that its rows come out of; empty for what no table prints
    key: str = "id"
    dotted_key: bool = False  # keys have dots in them: a format's suffix is only what is known as one
    joins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    includes: tuple[Include, ...] = ()
    search: Column | None = None  # what `q` looks for words in
    # Filters that are no fields: conditions over t, with `{values}` for what is asked for. One that has the name of an
    # include asks about what that shows.
    questions: tuple[Column, ...] = ()
    details: tuple[Column, ...] = ()  # json columns that only the single view has
    examples: tuple[str, ...] = ()  # query strings worth a try, the first one first
    # What tells a row from the others of its disclosure whichever revision prints it; of names in a tuple the first
    # that is not null. Rows that it does not tell apart are taken in their order.
    natural_key: tuple[str | tuple[str, ...], ...] = ()
    # The condition that a row came, went or changed between `{since}` and `{release}`; empty where that is not known.
    delta: str = ""
    # Where another row may follow under the same key: the fields that are the same in both.
    keeps: tuple[str, ...] = ()
    # Fields by whose values an index has the rows in the order of the key: asked for one value of each of them, a page
    # is read in its order, whichever values those are.
    in_order: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Every column, and the filters that are none but are found like one: `q`, and the questions."""
        searched = () if self.search is None else (self.search,)
        return {column.name: column for column in (*self.columns, *searched, *self.questions)}

    @cached_property
    def known(self) -> dict[str, Column]:
        """Every column that can be shown: those of rows, and those of the single view."""
        return {column.name: column for column in (*self.columns, *self.details)}

    @cached_property
    def sortable(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.sortable)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The fields of a row that names none."""
        return tuple(column.name for column in self.columns if column.default)

    @property
    def key_column(self) -> Column:
        return self.by_name[self.key]

    @property
    def has_validity(self) -> bool:
        """Whether rows come and go with releases, by columns of their own."""
        return "t.valid_from" in self.visible


_AS_PRINTED = "金额单位以返回结果或文件所注为准，数字保留原表位数；原表未填列的为空值，原表填 0 的为 0。"


def money(
    name: str,
    zh: str,
    en: str,
    example: float | None,
    about_zh: str = "",
    *,
    note: str = "",
    statements: tuple[str, ...] = (),
) -> Column:
    """An amount of money, null where the cell is blank or the form has no such column.

    `about_zh` says in Chinese what the amount is, where its name alone does not.
    """
    description = f"{en} ({zh}), in the unit of the answer or file, digits as printed; null where nothing is printed."
    return Column(
        name=name,
        kind="money",
        zh=zh,
        en=en,
        description=f"{description} {note}".strip(),
        description_zh=f"{about_zh or zh + '。'}{_AS_PRINTED}",
        example=example,
        statements=statements,
    )


def records_schema(properties: Mapping[str, Json]) -> dict[str, Json]:
    """The JSON Schema of an array of objects with these properties, all of them always there."""
    return {"type": "array", "items": object_schema(properties)}


def object_schema(properties: Mapping[str, Json], *, nullable: bool = False) -> dict[str, Json]:
    """The JSON Schema of an object with these properties, all of them always there and no other."""
    return {
        "type": ["object", "null"] if nullable else "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
