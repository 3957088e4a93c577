"""The data dictionary: every field of every resource, made from the registry and from nothing else.

`/v1/dictionary`, docs/dictionary.md and the data package are three ways of writing down what is said here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.query import words
from app.query.changes_since import update_column
from app.query.code_lists import CODE_LISTS, CodeList
from app.query.columns import Column, Include, Json, Resource
from app.query.read_query import filter_parameters
from app.query.registry import RESOURCES

# Where a field is: in every row, in a single record, where `include` asks for it, in answers to `updated_since`.
Part: TypeAlias = Literal["row", "record", "include", "update"]

# The JSON type of a value and, where it needs one, its format (JSON Schema).
_TYPES: dict[str, tuple[str, str | None]] = {
    "text": ("string", None),
    "code": ("string", None),
    "choice": ("string", None),
    "integer": ("integer", None),
    "boolean": ("boolean", None),
    "date": ("string", "date"),
    "datetime": ("string", "date-time"),
    "money": ("number", "decimal"),
    "number": ("number", "decimal"),
    "list": ("array", None),
    "json": ("object", None),
}
MONEY_UNIT = words.Word(
    "返回结果的金额单位（meta.unit，默认万元）", "the answer's unit (meta.unit, 10,000 yuan by default)"
)


@dataclass(frozen=True)
class Value:
    """One value of a closed list."""

    value: str
    zh: str
    en: str


@dataclass(frozen=True)
class Reference:
    """A field whose values are keys of another resource; `complete`: each of them is found there, in the release."""

    resource: str
    field: str
    complete: bool


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field: `kind` says what it is (money, code, choice, …), `type` and `format` how JSON writes it."""

    name: str
    part: Part
    zh: str
    en: str
    description_zh: str
    description: str
    kind: str
    type: str
    format: str | None
    unit_zh: str | None
    unit: str | None
    nullable: bool
    default: bool  # shown without being named in `fields`
    values: tuple[Value, ...]
    references: Reference | None
    statements: tuple[str, ...]
    filters: tuple[str, ...]  # the parameters that filter by it
    sortable: bool
    example: Json


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One resource with its fields. `statements`: the printed tables that its rows come out of."""

    name: str
    zh: str
    en: str
    description_zh: str
    description: str
    primary_key: str
    statements: tuple[Value, ...]
    fields: tuple[Field, ...]

    @property
    def row_fields(self) -> tuple[Field, ...]:
        """The fields that every row has: the columns of a file."""
        return tuple(field for field in self.fields if field.part == "row")

    @property
    def code_lists(self) -> tuple[CodeList, ...]:
        """The code lists that its fields draw on, and the one that it is."""
        return tuple(listed for listed in CODE_LISTS if any(name == self.name for name, _ in used_by(listed)))


def dictionary() -> tuple[Entry, ...]:
    """Every resource in the order of the registry."""
    return tuple(entry(resource) for resource in RESOURCES.values())


def entry(resource: Resource) -> Entry:
    """What there is to know of one resource."""
    filters: dict[str, list[str]] = {}
    for parameter, (column, _) in filter_parameters(resource.name).items():
        filters.setdefault(column.name, []).append(parameter)
    fields = [_field(resource, column, "row", tuple(filters.get(column.name, ()))) for column in resource.columns]
    fields += [_field(resource, column, "record", ()) for column in resource.details]
    fields += [_included(include, tuple(filters.get(include.name, ()))) for include in resource.includes]
    if resource.delta:
        fields.append(_field(resource, update_column(resource), "update", ()))
    return Entry(
        name=resource.name,
        zh=resource.zh,
        en=resource.en,
        description_zh=resource.description_zh,
        description=resource.description,
        primary_key=resource.key,
        statements=tuple(_values(words.STATEMENT, resource.statements)),
        fields=tuple(fields),
    )


def used_by(listed: CodeList) -> tuple[tuple[str, str], ...]:
    """The fields, as (resource, field), whose values are codes of this list."""
    own = (listed.resource, RESOURCES[listed.resource].key) if listed.resource is not None else None
    found = dict.fromkeys([own] if own is not None else [])
    for resource in RESOURCES.values():
        for column in resource.columns:
            if (listed.resource is not None and column.references == listed.resource) or (
                (resource.name, column.name) in listed.fields
            ):
                found[(resource.name, column.name)] = None
    return tuple(found)


def _field(resource: Resource, column: Column, part: Part, filters: tuple[str, ...]) -> Field:
    kind, style = _TYPES[column.kind]
    if column.schema is not None:
        kind = _schema_type(column.schema.get("type"))
    unit = MONEY_UNIT if column.kind == "money" else words.NUMBER_UNIT[column.unit] if column.unit else None
    reference = None
    if column.references is not None:
        target = RESOURCES[column.references]
        reference = Reference(target.name, target.key, complete=not column.dangling)
    return Field(
        name=column.name,
        part=part,
        zh=column.zh,
        en=column.en,
        description_zh=column.description_zh,
        description=column.description,
        kind=column.kind,
        type=kind,
        format=style,
        unit_zh=unit.zh if unit else None,
        unit=unit.en if unit else None,
        nullable=column.nullable,
        default=part == "row" and column.default,
        values=tuple(_values(column.choices, column.choices)),
        references=reference,
        statements=column.statements or resource.statements,
        filters=filters,
        sortable=part == "row" and column.sortable,
        example=column.example,
    )


def _included(include: Include, filters: tuple[str, ...]) -> Field:
    """What `include` adds; a question about it, such as `checks=failed`, is its filter."""
    return Field(
        name=include.name,
        part="include",
        zh=include.zh,
        en=include.en,
        description_zh=include.description_zh,
        description=include.description,
        kind="json",
        type=_schema_type(include.schema.get("type")),
        format=None,
        unit_zh=None,
        unit=None,
        nullable=include.schema.get("type") != "object",
        default=False,
        values=(),
        references=None,
        statements=(),
        filters=filters,
        sortable=False,
        example=None,
    )


def _schema_type(named: Json) -> str:
    """The type of a JSON Schema without null."""
    if isinstance(named, list):
        return next(str(one) for one in named if one != "null")
    return str(named)


def _values(table: words.Words, wanted: Iterable[str]) -> Iterable[Value]:
    return (Value(value, *table[value]) for value in wanted)
