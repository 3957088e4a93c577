"""The part of the OpenAPI document about series and comparisons."""

from __future__ import annotations

from app.api.openapi_parameters import list_parameters
from app.api.schemas import meta_schema, reference
from app.query.columns import Json
from app.query.expenditures import FUND
from app.query.facts import DEPARTMENT_ID, FISCAL_YEAR, KIND, SCOPE
from app.query.read_aggregate import measurable
from app.query.registry import RESOURCES
from app.query.series import CODED, MOST_CODES, MOST_DEPARTMENTS

Objects = dict[str, Json]

_STATUS: Json = {
    "type": "string",
    "enum": ["figure", "blank", "not_in_document", "no_document"],
    "description": (
        "`figure`; `blank`: the cell is blank; `not_in_document`: there is a document, without this code; "
        "`no_document`: there is none."
    ),
    "examples": ["figure"],
}


def comparison_paths(schemas: Objects, problems: Objects) -> Objects:
    """`/v1/series` and `/v1/compare`."""
    schemas["Series"] = _envelope("A figure over the years.", _point())
    schemas["Comparison"] = _envelope("Figures side by side.", _compared())
    return {
        "/v1/series": _operation(
            "getSeries",
            "One figure over the years",
            "One figure of a department over the years, with gaps, changes of name and the document of each point. "
            "Without `code` the total. Budgets and final accounts are points of their own.",
            "/v1/series?department=130205-5c9de731&code=2013701",
            "Series",
            [
                _one("department", DEPARTMENT_ID.description, "130205-5c9de731", required=True),
                _one("code", "A classification code; without it the total.", "2013701"),
                *_shared(),
            ],
            problems,
        ),
        "/v1/compare": _operation(
            "getComparison",
            "Departments side by side",
            "The figures of several departments of one year for the same codes, in the order asked for. What is "
            "missing is null, and `status` says why.",
            "/v1/compare?departments=130205-5c9de731,130532-66d86cb4&fiscal_year=2025",
            "Comparison",
            [
                _many(
                    "departments", f"Ids of departments, at most {MOST_DEPARTMENTS}.", "130205-5c9de731", required=True
                ),
                {
                    **_one("fiscal_year", FISCAL_YEAR.description, "2025", required=True),
                    "schema": {"type": "integer", "minimum": 1900, "maximum": 2200},
                    "example": 2025,
                },
                _choice("kind", KIND.description, [*KIND.choices], "budget"),
                _many("code", f"Codes to compare, at most {MOST_CODES}; without them, those of `level`.", "201"),
                _choice("level", "Which codes, where none are named.", ["total", "class", "division", "item"], "class"),
                *_shared(),
            ],
            problems,
        ),
    }


def _shared() -> list[Json]:
    measures = dict.fromkeys(
        column.name for name in CODED for column in measurable(RESOURCES[name]).values() if column.kind == "money"
    )
    return [
        _choice("resource", "Which statement: by functional code, or by economic code.", [*CODED], CODED[0]),
        _choice("measure", "Which column of the statement.", [*measures], "total"),
        _choice("fund", FUND.description, [*FUND.choices], None),
        _choice("scope", SCOPE.description, [*SCOPE.choices], "department"),
        *(parameter for parameter in list_parameters(RESOURCES[CODED[0]]) if parameter["name"] in ("unit", "release")),
    ]


def _operation(
    operation_id: str,
    summary: str,
    description: str,
    example: str,
    schema: str,
    parameters: list[Json],
    problems: Objects,
) -> Json:
    return {
        "get": {
            "operationId": operation_id,
            "tags": ["comparisons"],
            "summary": summary,
            "description": f"{description}\n\nFor example: `{example}`",
            "x-example-requests": [example],
            "parameters": parameters,
            "responses": {
                "200": {
                    "description": description,
                    "content": {"application/json": {"schema": reference("schemas", schema)}},
                },
                **problems,
            },
        }
    }


def _one(name: str, description: str, example: str, *, required: bool = False) -> dict[str, Json]:
    return {
        "name": name,
        "in": "query",
        "description": description,
        "required": required,
        "schema": {"type": "string", "minLength": 1},
        "example": example,
    }


def _many(name: str, description: str, example: str, *, required: bool = False) -> Json:
    return {
        **_one(name, description, example, required=required),
        "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "style": "form",
        "explode": False,
        "example": [example],
    }


def _choice(name: str, description: str, allowed: list[str], default: str | None) -> Json:
    schema: Objects = {"type": "string", "enum": [*allowed]}
    if default is not None:
        schema["default"] = default
    return {**_one(name, description, default or allowed[0]), "schema": schema}


def _figure() -> Objects:
    return {
        "status": _STATUS,
        "value": {
            "type": ["number", "null"],
            "description": "The amount, digits as printed; null where there is none.",
            "examples": [166.59],
            "x-unit": "meta.unit of the answer",
        },
        "disclosure_id": _text(
            "The document of the figure; null without one.", "130205-5c9de731-2025-budget", null=True
        ),
        "href": _text("Path of the row with its cell; null without one.", "/v1/expenditures/101", null=True),
    }


def _point() -> Json:
    return _object(
        "A year's figure.",
        {
            "fiscal_year": {"type": "integer", "description": "The year.", "examples": [2025]},
            "kind": {**_choice_schema([*KIND.choices]), "description": KIND.description, "examples": ["budget"]},
            "phase": _text("What the amount is: budget, initial_budget, adjusted_budget or final.", "budget"),
            **_figure(),
            "name": _text("The code's name as printed in that year.", "行政运行", null=True),
            "renamed": {
                "type": "boolean",
                "description": "Whether the name differs from that of the figure before.",
                "examples": [False],
            },
        },
    )


def _compared() -> Json:
    figure = _object(
        "A department's figure.",
        {
            "department_id": _text("The department.", "130205-5c9de731"),
            "department_name": _text("Its name; null where it is not known.", "开平区委网信办", null=True),
            **_figure(),
        },
    )
    return _object(
        "A code and its figures.",
        {
            "code": _text("The code; null for the total.", "201", null=True),
            "name": _text("Its canonical name.", "一般公共服务支出"),
            "level": _text("Its level.", "class"),
            "figures": {
                "type": "array",
                "items": figure,
                "description": "A figure of each department, in the order asked for.",
                "examples": [[]],
            },
        },
    )


def _envelope(description: str, row: Json) -> Json:
    applied: Json = {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "The choices that were made because nothing was named.",
        "examples": [{"scope": "department", "fund": "all"}],
    }
    warnings: Json = {
        "type": "array",
        "items": {"type": "string"},
        "description": "What a reader should know before using these figures.",
        "examples": [[]],
    }
    data: Json = {"type": "array", "items": row, "description": "The figures."}
    return _object(description, {"data": data, "meta": meta_schema({"applied": applied}), "warnings": warnings})


def _choice_schema(allowed: list[str]) -> Objects:
    return {"type": "string", "enum": [*allowed]}


def _text(description: str, example: str, *, null: bool = False) -> Json:
    return {"type": ["string", "null"] if null else "string", "description": description, "examples": [example]}


def _object(description: str, properties: Objects) -> Json:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }
