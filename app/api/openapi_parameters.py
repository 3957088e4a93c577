"""The parameters of the OpenAPI document, made from the registry; equal ones are described once."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.api.formats import FILES
from app.api.schemas import parameter_schema, reference
from app.query.changes_since import SINCE
from app.query.columns import Column, Json, Resource
from app.query.filters import LONGEST_SEARCH
from app.query.read_query import DEFAULT_LIMIT, LARGEST_LIMIT
from app.query.whole_list import LARGEST_FILE

_OPERATOR_WORDS = {
    "eq": "{field} is one of the values (separated by commas)",
    "ne": "{field} is none of the values; rows without a value are included",
    "gte": "{field} is at least this",
    "lte": "{field} is at most this",
    "prefix": "{field} begins with one of the values",
    "contains": "{field} contains the text, in capital or small letters",
    "under": "{field} is one of these codes or lies below one of them",
    "search": "every word, separated by spaces, is part of one name; width, case, traditional characters and "
    "punctuation make no difference",
    "isnull": "`true`: only rows without {field}; `false`: only rows with it",
}


# What is searched, in `/v1/search` and as the filter `q`.
SEARCHED_WORDS: Mapping[str, Json] = MappingProxyType(
    {"type": "string", "minLength": 1, "maxLength": LONGEST_SEARCH, "pattern": "^[^\\u0000]+$"}
)


# Of lists that are kept by release (app/query/changes_since.py).
UPDATED_SINCE: Mapping[str, Json] = MappingProxyType(
    {
        "name": SINCE,
        "in": "query",
        "description": (
            "Only what has changed since a release, a date or a time, for those who keep a copy: rows with `update` "
            "`upserted` are put into it, rows with `removed` are taken out of it, by their key. `meta.release` is the "
            "value for the next time. 0 is from the start."
        ),
        "schema": {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 2**31 - 2},
                {"type": "string", "format": "date"},
                {"type": "string", "format": "date-time"},
            ]
        },
        "example": 0,
    }
)


def filter_parameter(name: str, column: Column, operator: str) -> dict[str, Json]:
    """One filter of a list."""
    words = _OPERATOR_WORDS[operator].format(field=f"`{column.name}`")
    example = _example(column, operator)
    unit = " In the unit that `unit` names." if column.kind == "money" else ""
    parameter: dict[str, Json] = {
        "name": name,
        "in": "query",
        "description": f"{column.zh}: {words}.{unit}" + (f" {column.description}" if operator == "eq" else ""),
    }
    if column.kind == "boolean" and operator == "eq":
        words = f"whether `{column.name}` is true"
        return {
            **parameter,
            "description": f"{column.zh}: {words}. {column.description}",
            "schema": {"type": "boolean"},
            "example": example,
        }
    if operator in ("eq", "ne", "prefix", "under"):
        items = parameter_schema(column, choices=operator in ("eq", "ne"), listed=True)
        if operator == "under":
            # A code with levels: a division has six digits, a subject three, five or seven.
            items["pattern"] = r"^[0-9]{6}$" if column.hierarchy == "region" else r"^[0-9]{3}(?:[0-9]{2}){0,2}$"
        return {
            **parameter,
            "schema": {"type": "array", "items": items, "minItems": 1},
            "style": "form",
            "explode": False,
            "example": [example],
        }
    if operator == "search":
        return {
            **parameter,
            "description": f"{column.description} {words[0].upper()}{words[1:]}.",
            "schema": dict(SEARCHED_WORDS),
            "example": example,
        }
    if operator == "isnull":
        return {**parameter, "schema": {"type": "boolean"}, "example": False}
    return {**parameter, "schema": parameter_schema(column, choices=False), "example": example}


def _example(column: Column, operator: str) -> Json:
    example = column.example
    if isinstance(example, list):
        example = example[0]
    if operator == "under":
        return {"region": "130000", "subject": "201"}[column.hierarchy or "subject"]
    if operator == "prefix" and isinstance(example, str):
        return example[:3]
    if example is None:
        return 0 if column.kind in ("money", "number", "integer") else "无"
    return example


def list_parameters(resource: Resource) -> list[dict[str, Json]]:
    """What a list takes beside its filters."""
    sortable = resource.sortable
    return [
        names_parameter(
            "sort",
            f"The order: fields, each with `-` before it for descending. Nulls come last in both directions; "
            f"`{resource.key}` is appended, so that every row has one place.",
            [sign + name for name in sortable for sign in ("", "-")],
            f"-{sortable[-1]}",
        ),
        *_row_parameters(resource, details=False),
        {
            "name": "limit",
            "in": "query",
            "description": "How many rows a page has at most.",
            "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
            "example": 10,
        },
        {
            "name": "cursor",
            "in": "query",
            "description": (
                "Where the page begins: `page.cursor` of the page before, unchanged, with the same filters and sort."
            ),
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
            # No example: a cursor belongs to one query of one release.
        },
        *_common_parameters(),
        *([dict(UPDATED_SINCE)] if resource.delta else []),
    ]


def file_parameters(resource: Resource) -> list[dict[str, Json]]:
    """What a list as a file takes beside its filters: no pages, and how a table is written."""
    found = [parameter for parameter in list_parameters(resource) if parameter["name"] not in ("limit", "cursor")]
    return [
        {
            "name": "format",
            "in": "path",
            "required": True,
            "description": "The format of the file.",
            "schema": {"type": "string", "enum": [*FILES]},
            "example": "csv",
        },
        *found,
        {
            "name": "limit",
            "in": "query",
            "description": "How many rows the file has at most; by default all of them.",
            "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_FILE},
            "example": 10,
        },
        {
            "name": "headers",
            "in": "query",
            "description": "What stands above the columns of CSV and XLSX: names of fields, or Chinese titles.",
            "schema": {"type": "string", "enum": ["en", "zh"], "default": "en"},
            "example": "zh",
        },
        {
            "name": "bom",
            "in": "query",
            "description": "Whether CSV begins with a byte order mark, by which Excel knows UTF-8.",
            "schema": {"type": "string", "enum": ["1", "0"], "default": "1"},
            "example": "0",
        },
    ]


def one_parameters(resource: Resource) -> list[dict[str, Json]]:
    """What a single record takes beside its key."""
    return [*_row_parameters(resource, details=True), *_common_parameters()]


def _row_parameters(resource: Resource, *, details: bool) -> list[dict[str, Json]]:
    names = [column.name for column in (*resource.columns, *(resource.details if details else ()))]
    found = [
        names_parameter(
            "fields", "Which fields to show, in this order. By default those that most readers need.", names, names[0]
        )
    ]
    if resource.includes:
        words = " ".join(f"`{include.name}`: {include.description}" for include in resource.includes)
        includes = [include.name for include in resource.includes]
        found.append(names_parameter("include", f"What to add to each row. {words}", includes, includes[0]))
    return found


def names_parameter(name: str, description: str, allowed: list[str], example: str) -> dict[str, Json]:
    """A parameter that takes a list of names out of those allowed."""
    return {
        "name": name,
        "in": "query",
        "description": description,
        "schema": {
            "type": "array",
            "items": {"type": "string", "enum": [*allowed]},
            "minItems": 1,
            # A name that comes again changes nothing.
        },
        "style": "form",
        "explode": False,
        "example": [example],
    }


def _common_parameters() -> list[dict[str, Json]]:
    return [
        {
            "name": "unit",
            "in": "query",
            "description": "The unit of every amount in the answer and of amounts in filters: 元, 万元 or 亿元. Exact.",
            "schema": {"type": "string", "enum": ["yuan", "wan", "yi"], "default": "wan"},
            "example": "wan",
        },
        {
            "name": "release",
            "in": "query",
            "description": "The release to read; by default the current one.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 2},
            "example": 1,
        },
    ]


def share(shared: dict[str, Json], resource: Resource, parameter: dict[str, Json]) -> Json:
    """A reference to the parameter under components; one that differs gets the resource's name before it.

    Its plural name for what the list takes, its singular one where a record takes something else again.
    """
    name = str(parameter["name"])
    for candidate in (name, f"{resource.name}.{name}", f"{resource.singular}.{name}"):
        if shared.setdefault(candidate, parameter) == parameter:
            return reference("parameters", candidate)
    raise ValueError(f"{resource.name} has more than two parameters {name}")
