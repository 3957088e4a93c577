"""The part of the OpenAPI document about the dictionary."""

from __future__ import annotations

from typing import get_args

from app.api.formats import FILES
from app.api.openapi_files import HEADERS, file_content
from app.api.openapi_parameters import names_parameter
from app.api.schemas import reference
from app.query import words
from app.query.code_lists import Origin
from app.query.columns import Json, object_schema
from app.query.dictionary import Part
from app.query.registry import RESOURCES

TAG: dict[str, Json] = {
    "name": "dictionary",
    "description": "数据字典. What every field means, and which edition each code list has.",
}


def dictionary_paths(
    headers: dict[str, Json], problems: dict[str, Json], one_problems: dict[str, Json], file_problems: dict[str, Json]
) -> dict[str, Json]:
    """The whole dictionary, one entry of it, and the table of fields as a file; `headers` are those of good answers."""
    release: Json = reference("parameters", "release")
    resources: Json = names_parameter(
        "resource", "The resources to describe; by default all.", [*RESOURCES], "expenditures"
    )
    one: Json = {
        "name": "resource",
        "in": "path",
        "required": True,
        "description": "Name of the resource.",
        "schema": {"type": "string", "enum": [*RESOURCES]},
        "example": "expenditures",
    }
    return {
        "/v1/dictionary": {
            "get": _operation(
                "getDictionary",
                "The data dictionary (数据字典)",
                "Every field of every resource: type, unit, Chinese and English name and meaning, the values of closed "
                "lists with their words, what it refers to, which statements print it. The code lists with their "
                "edition, or the word that they were observed in disclosures, and how many codes are known from "
                "where.\n\nFor example: `/v1/dictionary`, `/v1/dictionary?resource=expenditures,three-public`",
                [resources, release],
                _ok("The dictionary.", "DictionaryAnswer", headers),
                problems,
            )
        },
        "/v1/dictionary.{format}": {
            "get": _operation(
                "downloadDictionary",
                "The data dictionary (数据字典) as a file",
                "The fields as a table, one row each. The same by `Accept` at `/v1/dictionary`, and for one resource "
                "at `/v1/dictionary/expenditures.csv`.",
                [
                    {
                        "name": "format",
                        "in": "path",
                        "required": True,
                        "description": "The format of the file.",
                        "schema": {"type": "string", "enum": [*FILES]},
                        "example": "csv",
                    },
                    resources,
                    release,
                    reference("parameters", "headers"),
                    reference("parameters", "bom"),
                ],
                {"description": "The file.", "headers": {**headers, **HEADERS}, "content": file_content()},
                file_problems,
            )
        },
        "/v1/dictionary/{resource}": {
            "get": _operation(
                "getDictionaryEntry",
                "The dictionary of one resource (数据字典)",
                "The fields of one resource, and the code lists that they draw on.",
                [one, release],
                _ok("The entry.", "DictionaryEntryAnswer", headers),
                one_problems,
            )
        },
    }


def dictionary_schemas() -> dict[str, Json]:
    """The schemas of the answers."""
    entry = _entry()
    lists: Json = {
        "type": "array",
        "items": reference("schemas", "CodeList"),
        "description": "The code lists that the fields draw on.",
    }
    whole = object_schema(
        {
            "resources": {
                "type": "array",
                "items": reference("schemas", "DictionaryEntry"),
                "description": "The resources.",
            },
            "code_lists": lists,
        }
    )
    return {
        "DictionaryValue": {
            **object_schema(
                {
                    "value": _text("The value.", "budget"),
                    "zh": _text("What it means, in Chinese.", "部门预算"),
                    "en": _text("What it means.", "departmental budget"),
                }
            ),
            "description": "A value of a closed list.",
        },
        "DictionaryField": {**_field(), "description": "A field of a resource."},
        "DictionaryEntry": {**object_schema(entry), "description": "A resource with its fields."},
        "CodeList": {**_code_list(), "description": "A list of codes, with its edition."},
        "DictionaryAnswer": _answer("The data dictionary.", {**whole, "description": "What there is to know."}),
        "DictionaryEntryAnswer": _answer(
            "One entry of the data dictionary.",
            {**object_schema({**entry, "code_lists": lists}), "description": "The resource, its fields, its codes."},
        ),
    }


def _entry() -> dict[str, Json]:
    return {
        "name": {**_text("Name of the resource.", "expenditures"), "enum": [*RESOURCES]},
        "zh": _text("Chinese name.", "支出"),
        "en": _text("English name.", "Expenditure by functional code"),
        "description_zh": _text("What it holds, in Chinese.", "各支出表的各行。"),
        "description": _text("What it holds.", "Rows of the expenditure statements."),
        "href": _text("Path of the list.", "/v1/expenditures"),
        "primary_key": _text("The field that tells its rows apart.", "id"),
        "statements": {
            "type": "array",
            "items": reference("schemas", "DictionaryValue"),
            "description": "The printed statements that its rows come out of; none where no table prints them.",
        },
        "fields": {
            "type": "array",
            "items": reference("schemas", "DictionaryField"),
            "description": "Its fields, those of every row first.",
        },
    }


def _field() -> dict[str, Json]:
    statements: Json = {
        "type": "array",
        "items": {"type": "string", "enum": [*words.STATEMENT]},
        "description": "The statements that it comes from.",
        "examples": [["expenditure"]],
    }
    target = object_schema(
        {
            "resource": {**_text("The resource.", "departments"), "enum": [*RESOURCES]},
            "field": _text("Its key.", "id"),
            "complete": _flag("Whether every value is found there in the same release.", example=True),
        }
    )
    return object_schema(
        {
            "name": _text("Name.", "total"),
            "part": {
                **_text(
                    "In every row, in a single record only, where `include` asks for it, or with `updated_since`.",
                    "row",
                ),
                "enum": [*get_args(Part)],
            },
            "zh": _text("Chinese name.", "合计"),
            "en": _text("English name.", "Total expenditure"),
            "description_zh": _text("What it means, in Chinese.", "该科目的支出合计。"),
            "description": _text("What it means.", "Total expenditure, in the answer's unit."),
            "kind": _text("What it is: money, code, choice, text, …", "money"),
            "type": _text("Its JSON type.", "number"),
            "format": _text("The format of that type.", "decimal", nullable=True),
            "unit_zh": _text("Its unit, in Chinese.", "百分比（%）", nullable=True),
            "unit": _text("Its unit.", "per cent", nullable=True),
            "nullable": _flag("Whether it can be null.", example=True),
            "default": _flag("Whether it is shown without being named in `fields`.", example=True),
            "values": {
                "type": "array",
                "items": reference("schemas", "DictionaryValue"),
                "description": "Every value that it can have, where the list is closed.",
            },
            "references": {
                **target,
                "type": ["object", "null"],
                "description": "The key of another resource that its values are.",
                "examples": [{"resource": "departments", "field": "id", "complete": True}],
            },
            "statements": statements,
            "filters": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The parameters that filter by it.",
                "examples": [["total", "total__gte"]],
            },
            "sortable": _flag("Whether `sort` takes it.", example=True),
            "example": {"description": "An example of a value.", "examples": [10.0]},
        }
    )


def _code_list() -> dict[str, Json]:
    counted: Json = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "codes": _integer("How many codes are known from there.", 550),
                "in_release": {
                    **_integer("How many of them the release uses; null as long as that is not counted.", 60),
                    "type": ["integer", "null"],
                },
            },
            "required": ["codes", "in_release"],
            "additionalProperties": {"type": ["string", "null"]},
        },
        "description": "The codes by where they are known from (source, confidence), or by level.",
    }
    return object_schema(
        {
            "name": _text("Name of the list.", "functional-classification"),
            "zh": _text("Chinese name.", "支出功能分类科目"),
            "en": _text("English name.", "Functional classification of expenditure"),
            "standard_zh": _text("The standard, in Chinese.", "财政部《政府收支分类科目》支出功能分类"),
            "standard": _text("The standard.", "Government Revenue and Expenditure Classification, by function"),
            "origin": {
                **_text("`published` by the authority, `observed` in disclosures, or served `as_printed`.", "observed"),
                "enum": [*get_args(Origin)],
            },
            "edition_zh": _text("Which edition, or where it was observed, in Chinese.", "由公开文件整理而成。"),
            "edition": _text("Which edition, or where it was observed.", "What about 270 disclosures print."),
            "resource": _text("The resource that serves it.", "functional-subjects", nullable=True),
            "href": _text("Path of that resource.", "/v1/functional-subjects", nullable=True),
            "codes": {**_integer("How many codes it has.", 795), "type": ["integer", "null"]},
            "in_release": {**_integer("How many the release uses.", 60), "type": ["integer", "null"]},
            "counts": counted,
            "used_by": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The fields that draw on it.",
                "examples": [["expenditures.code"]],
            },
        }
    )


def _answer(description: str, data: Json) -> dict[str, Json]:
    meta = object_schema({"release": _integer("The release that was read.", 1)})
    said: Json = {"type": "array", "items": {"type": "string"}, "description": "Warnings.", "examples": [[]]}
    return {
        **object_schema({"data": data, "meta": {**meta, "description": "What the answer is about."}, "warnings": said}),
        "description": description,
    }


def _operation(
    operation_id: str, summary: str, description: str, parameters: list[Json], good: Json, problems: dict[str, Json]
) -> dict[str, Json]:
    return {
        "operationId": operation_id,
        "tags": ["dictionary"],
        "summary": summary,
        "description": description,
        "parameters": parameters,
        "responses": {"200": good, **problems},
    }


def _ok(description: str, schema: str, headers: dict[str, Json]) -> dict[str, Json]:
    return {
        "description": description,
        "headers": headers,
        "content": {"application/json": {"schema": reference("schemas", schema)}},
    }


def _text(description: str, example: str, *, nullable: bool = False) -> dict[str, Json]:
    return {
        "type": ["string", "null"] if nullable else "string",
        "description": description,
        "examples": [example],
    }


def _integer(description: str, example: int) -> dict[str, Json]:
    return {"type": "integer", "description": description, "examples": [example]}


def _flag(description: str, *, example: bool) -> dict[str, Json]:
    return {"type": "boolean", "description": description, "examples": [example]}
