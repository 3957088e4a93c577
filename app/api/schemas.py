"""JSON Schemas of the answers, made from the registry."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.query.changes_since import SINCE, update_column
from app.query.columns import Column, Json, Resource
from app.query.filters import LARGEST_DECIMAL
from app.query.registry import RESOURCES
from app.query.words import Words

PROBLEM_EXAMPLE: dict[str, Json] = {
    "type": "/errors/invalid-parameters",
    "title": "Invalid parameters",
    "status": 422,
    "detail": "fiscal_yaer: unknown parameter",
    "instance": "/v1/expenditures",
    "errors": [
        {
            "parameter": "fiscal_yaer",
            "value": "2025",
            "detail": "unknown parameter",
            "suggestion": "fiscal_year",
        }
    ],
}

_TYPES: dict[str, dict[str, Json]] = {
    "text": {"type": "string"},
    "code": {"type": "string"},
    "choice": {"type": "string"},
    "integer": {"type": "integer", "format": "int64"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "money": {"type": "number"},
    "number": {"type": "number"},
    "list": {"type": "array", "items": {"type": "string"}},
}


def reference(section: str, name: str) -> dict[str, Json]:
    """A reference to a component."""
    return {"$ref": f"#/components/{section}/{name}"}


def parameter_schema(column: Column, *, choices: bool = True, listed: bool = False) -> dict[str, Json]:
    """What one value of a column looks like in a parameter; `listed` where commas separate several."""
    kind = "text" if column.kind == "list" else column.kind
    schema = dict(_TYPES[kind])
    values = column.choices or column.listed
    if choices and values:
        schema["enum"] = [*values]
        schema["x-enumDescriptions"] = enum_words(values)
    elif schema == {"type": "number"}:
        schema |= {"minimum": -float(LARGEST_DECIMAL), "maximum": float(LARGEST_DECIMAL)}
    elif schema == {"type": "string"}:
        schema["pattern"] = "^[^,\\u0000]+$" if listed else "^[^\\u0000]+$"
    return schema


def column_schema(column: Column) -> dict[str, Json]:
    """What a field of a row looks like."""
    schema: dict[str, Json] = dict(column.schema if column.schema is not None else _TYPES[column.kind])
    if column.choices:
        schema["enum"] = [*column.choices, *([None] if column.nullable else [])]
        schema["x-enumDescriptions"] = enum_words(column.choices)
    if column.nullable and column.schema is None:
        schema["type"] = [str(schema["type"]), "null"]
    schema["title"] = column.zh
    schema["description"] = column.description
    schema["x-description-zh"] = column.description_zh
    schema["examples"] = [column.example]
    if column.minimum is not None:
        schema["minimum"] = column.minimum
    if column.kind == "money":
        schema["x-unit"] = "meta.unit of the answer"
    elif column.unit is not None:
        schema["x-unit"] = column.unit
    return schema


def enum_words(values: Words) -> dict[str, Json]:
    """What each value of a closed list means, in both languages; Redoc shows it beside the value."""
    return {value: f"{word.zh} ({word.en})" for value, word in values.items()}


def row_schema(resource: Resource, *, details: bool = False) -> dict[str, Json]:
    """A row of a list, or a single record with its details. `fields` may leave any of them out."""
    columns = (*resource.columns, *(resource.details if details else ()))
    if resource.delta and not details:
        columns = (*columns, update_column(resource))
    properties: dict[str, Json] = {column.name: column_schema(column) for column in columns}
    for include in resource.includes:
        properties[include.name] = {
            **include.schema,
            "description": f"With `include={include.name}`. {include.description}",
            "examples": [example_of(include.schema)],
        }
    return {
        "type": "object",
        "title": f"{resource.zh}{'（详情）' if details else ''}",
        "description": resource.description,
        "x-description-zh": resource.description_zh,
        "properties": properties,
        "additionalProperties": False,
    }


def example_of(schema: Mapping[str, Json]) -> Json:
    """The first example of a schema, put together from those of its properties where it has none itself."""
    examples, properties = schema.get("examples"), schema.get("properties")
    if isinstance(examples, list):
        return examples[0]
    if isinstance(properties, dict):
        return {name: example_of(part) for name, part in properties.items() if isinstance(part, dict)}
    return None


def envelope_schema(resource: Resource, *, many: bool) -> dict[str, Json]:
    """The envelope around a page of rows, or around one record."""
    row = reference("schemas", resource.singular if many else f"{resource.singular}Detail")
    data: Json = {"type": "array", "items": row, "description": "The rows of this page."} if many else row
    properties: dict[str, Json] = {"data": data}
    if many:
        properties["page"] = reference("schemas", "Page")
    properties["meta"] = reference("schemas", "Meta")
    properties["warnings"] = {
        "type": "array",
        "items": {"type": "string"},
        "description": "What a reader should know before using these figures.",
        "examples": [[]],
    }
    return _object(f"{'A page of' if many else 'One of'}: {resource.en} ({resource.zh}).", properties)


def shared_schemas() -> dict[str, Json]:
    """The schemas that do not belong to one resource."""
    error_kind = reference("schemas", "ErrorKind")
    return {
        "Problem": _problem_schema(),
        "Page": _page_schema(),
        "Meta": _meta_of_lists(),
        "Index": _index_schema(),
        "ErrorKind": _object(
            "A kind of problem.",
            {
                "type": _text("The problem's `type`: the path of its page.", "/errors/invalid-parameters"),
                "status": _integer("The HTTP status.", 422),
                "title": _text("Its title.", "Invalid parameters"),
                "description": _text("What it means and what to do.", "One or more query parameters are unknown."),
            },
        ),
        "ErrorKindList": _object(
            "Every kind of problem.", {"data": {"type": "array", "items": error_kind, "description": "The kinds."}}
        ),
        "ErrorKindAnswer": _object("One kind of problem.", {"data": error_kind}),
    }


def _problem_schema() -> dict[str, Json]:
    schema = _object(
        "What went wrong (RFC 9457).",
        {
            "type": _text("Path of the page about this kind of problem.", "/errors/invalid-parameters"),
            "title": _text("The kind of problem.", "Invalid parameters"),
            "status": _integer("The HTTP status.", 422),
            "detail": _text("What was wrong with this request.", "fiscal_yaer: unknown parameter"),
            "instance": _text("Path of the request.", "/v1/expenditures"),
            "errors": {
                "type": "array",
                "description": "Each thing that was wrong.",
                "examples": [PROBLEM_EXAMPLE["errors"]],
                "items": _object(
                    "One thing that was wrong.",
                    {
                        "parameter": _text("Which parameter, header or part of the path.", "fiscal_yaer"),
                        "value": _text("What it said.", "2025", nullable=True),
                        "detail": _text("What is wrong and what is allowed.", "unknown parameter"),
                        "suggestion": _text("What was probably meant.", "fiscal_year", nullable=True),
                    },
                ),
            },
        },
    )
    properties = schema["properties"]
    if not isinstance(properties, dict):  # pragma: no cover - it is made as one
        raise TypeError("a problem has properties")
    corrected = _text("With `double-counting`: the same request without it.", "/v1/expenditures/aggregate?is_leaf=true")
    more: dict[str, Json] = {
        "corrected": corrected,
        "estimate": {
            "type": "integer",
            "description": "With `too-costly`: what the query would cost.",
            "examples": [381003],
        },
        "limit": {"type": "integer", "description": "With `too-costly`: what it may cost.", "examples": [250000]},
        "files": _text("With `too-costly`: the files of the release.", "/v1/releases/1/files"),
    }
    return {**schema, "properties": {**properties, **more}, "examples": [PROBLEM_EXAMPLE]}


def _page_schema() -> dict[str, Json]:
    return _object(
        "Where this page is in the list.",
        {
            "limit": _integer("Rows that a page has at most.", 100),
            "count": _integer("Rows of this page.", 100),
            "total": _integer("Rows of the whole list, exactly.", 283),
            "next": _text("URL of the next page; null on the last.", None, nullable=True),
            "cursor": _text("Cursor of the next page; null on the last.", None, nullable=True),
        },
    )


def meta_schema(more: Mapping[str, Json] = MappingProxyType({})) -> dict[str, Json]:
    """What every answer says of itself, and what an answer of this kind says on top."""
    return _object(
        "What the answer is about.",
        {
            "release": _integer("The release that was read.", 1),
            "resource": {**_text("The resource.", "expenditures"), "enum": [*RESOURCES]},
            "unit": {**_text("The unit of every amount.", "wan"), "enum": ["yuan", "wan", "yi"]},
            "unit_name": _text("The unit in Chinese.", "万元"),
            "unit_name_en": _text("The unit in English.", "10,000 yuan"),
            **more,
        },
    )


def _meta_of_lists() -> dict[str, Json]:
    """What every answer says of itself; with `updated_since` the release that it stands for."""
    schema = meta_schema({SINCE: _integer("With `updated_since`: the release after which the rows have changed.", 1)})
    return {**schema, "required": [name for name in _names(schema["required"]) if name != SINCE]}


def _names(required: Json) -> list[Json]:
    return required if isinstance(required, list) else []


def _index_schema() -> dict[str, Json]:
    entry = _object(
        "A resource.",
        {
            "name": _text("Name.", "expenditures"),
            "zh": _text("Chinese name.", "支出"),
            "en": _text("English name.", "Expenditure by functional code"),
            "description": _text("What it holds.", "Rows of the expenditure statements."),
            "href": _text("Path of the list.", "/v1/expenditures"),
            "one": _text("Path of one record, as a template.", "/v1/expenditures/{id}"),
            "examples": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Queries worth a try.",
                "examples": [["/v1/expenditures?level=item&sort=-total"]],
            },
        },
    )
    release = _object(
        "The current release.",
        {
            "number": _integer("Number.", 1),
            "created_at": {**_text("When it was loaded.", "2025-03-01T08:00:00+00:00"), "format": "date-time"},
            "content_digest": _text("SHA-256 over the contents.", "9f86d081"),
            "counts": {
                "type": "object",
                "additionalProperties": {"type": "integer"},
                "description": "Rows by table.",
                "examples": [{"disclosure": 5}],
            },
        },
    )
    links: dict[str, Json] = {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "Where to read on.",
        "examples": [{"documentation": "/docs"}],
    }
    data = _object(
        "What there is.",
        {
            "resources": {"type": "array", "items": entry, "description": "The resources."},
            "release": release,
            "links": links,
        },
    )
    meta = _object("What the answer is about.", {"release": _integer("The release that was read.", 1)})
    warnings: Json = {"type": "array", "items": {"type": "string"}, "description": "Warnings.", "examples": [[]]}
    return _object("The index of the API.", {"data": data, "meta": meta, "warnings": warnings})


def _object(description: str, properties: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "description": description,
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _text(description: str, example: str | None, *, nullable: bool = False) -> dict[str, Json]:
    return {
        "type": ["string", "null"] if nullable else "string",
        "description": description,
        "examples": [example],
    }


def _integer(description: str, example: int) -> dict[str, Json]:
    return {"type": "integer", "description": description, "examples": [example]}
