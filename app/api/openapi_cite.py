"""The part of the OpenAPI document about citations."""

from __future__ import annotations

from app.api.routes.cite import FORMATS
from app.api.schemas import reference
from app.query.columns import Json, object_schema
from app.query.registry import RESOURCES

TAG: dict[str, Json] = {
    "name": "citations",
    "description": "引用. How a document, a table, a line or a query is cited, with a link that lasts.",
}
_STYLES = {
    "txt": "GB/T 7714—2015, one line.",
    "bib": "A BibTeX entry.",
    "csl.json": "CSL-JSON: a list with one item.",
}


def cite_paths(headers: dict[str, Json], problems: dict[str, Json]) -> dict[str, Json]:
    """The citation in every style, and in one; `headers` are those of good answers."""
    described = (
        "Cite a record (`resource=expenditures&id=101`, `disclosure=…`), a list with its filters "
        "(`resource=expenditures&code=201&fiscal_year=2025`), or whatever an address of this service shows "
        "(`path=/v1/expenditures/101`, percent-encoded). The link is pinned to the release. Beside the parameters "
        "here, those of the list or record are taken.\n\nFor example: "
        "`/v1/cite?resource=expenditures&fiscal_year=2025&level=item&accessed=2025-04-02`"
    )
    files: dict[str, Json] = {
        media_type: {"schema": _schema(suffix)} for suffix, media_type in FORMATS.items() if suffix != "json"
    }
    return {
        "/v1/cite": {
            "get": {
                "operationId": "getCitation",
                "tags": ["citations"],
                "summary": "Cite a record or a query (引用)",
                "description": described,
                "parameters": _parameters(),
                "responses": {
                    "200": {
                        "description": "The citation.",
                        "headers": headers,
                        "content": {"application/json": {"schema": reference("schemas", "CitationAnswer")}, **files},
                    },
                    **problems,
                },
            }
        },
        "/v1/cite.{style}": {
            "get": {
                "operationId": "getCitationInStyle",
                "tags": ["citations"],
                "summary": "Cite a record or a query (引用) in one style",
                "description": "GB/T 7714—2015 as text, BibTeX, or CSL-JSON; otherwise as `/v1/cite`.",
                "parameters": [
                    {
                        "name": "style",
                        "in": "path",
                        "required": True,
                        "description": "The style.",
                        "schema": {"type": "string", "enum": [*_STYLES]},
                        "example": "bib",
                    },
                    *_parameters(),
                ],
                "responses": {
                    "200": {"description": "The citation.", "headers": headers, "content": files},
                    **problems,
                },
            }
        },
    }


def _schema(suffix: str) -> Json:
    said: dict[str, Json] = {"description": _STYLES[suffix]}
    return (
        {**said, "type": "array", "items": {"type": "object"}} if suffix == "csl.json" else {**said, "type": "string"}
    )


def _parameters() -> list[Json]:
    return [
        _parameter("resource", "What it is one of.", {"type": "string", "enum": [*RESOURCES]}, "expenditures"),
        _parameter("disclosure", "Id of a document.", {"type": "string"}, "130205-5c9de731-2025-budget"),
        _parameter("path", "An address of this service.", {"type": "string"}, "/v1/expenditures/101"),
        _parameter(
            "accessed", "The day on which you read it (引用日期).", {"type": "string", "format": "date"}, "2025-04-02"
        ),
        reference("parameters", "release"),
    ]


def _parameter(name: str, description: str, schema: Json, example: str) -> Json:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
        "example": example,
    }


def cite_schemas() -> dict[str, Json]:
    """The schema of the answer."""
    texts: dict[str, tuple[str, str]] = {
        "title": ("What is cited.", "2025年部门预算：支出总表，信息安全事务（2013704），第8行"),
        "title_en": ("What is cited, in English.", "Chinese departmental budgets and final accounts: Revenue, 3 rows"),
        "author": ("The department; of a query the publisher of this service.", "某市虚构委员会"),
        "publisher": ("Who runs this service.", "Gongkai"),
        "date": ("When the release was made.", "2025-03-01"),
        "href": ("The permanent link.", "https://data.example.org/v1/expenditures/101?release=1"),
        "gbt7714": ("The citation after GB/T 7714—2015.", "某市虚构委员会. 2025年部门预算[DB/OL]//…"),
        "bibtex": ("The citation as BibTeX.", "@misc{gongkai-r1-expenditures-101, …}"),
    }
    data: dict[str, Json] = {
        "kind": {"type": "string", "enum": ["record", "query"], "description": "What it is.", "examples": ["record"]},
        "resource": {"type": "string", "description": "Name of the resource.", "examples": ["expenditures"]},
        "key": _maybe("string", "Key of the record; null of a query.", "101"),
        "rows": _maybe("integer", "How many rows the query has; null of a record.", 3),
        **{name: {"type": "string", "description": said, "examples": [like]} for name, (said, like) in texts.items()},
        "about": {
            "type": "object",
            "description": "Whose it is, of which division and year.",
            "examples": [{"fiscal_year": 2025}],
        },
        "document": {
            "type": ["object", "null"],
            "description": "The document, its file with SHA-256, and the place in it; null of what no document prints.",
            "examples": [{"id": "130205-5c9de731-2025-budget"}],
        },
        "dataset": {
            "type": "object",
            "description": "The data set in both languages.",
            "examples": [{"title_zh": "中国部门预算决算公开数据"}],
        },
        "release": {"type": "integer", "description": "The release that is cited.", "examples": [1]},
        "accessed": _maybe("string", "The day on which it was read, as the request says.", "2025-04-02"),
        "licence": {
            "type": "object",
            "description": "Terms of use of the data.",
            "examples": [{"identifier": "CC-BY-4.0"}],
        },
        "csl": {
            "type": "array",
            "items": {"type": "object"},
            "description": "The citation as CSL-JSON.",
            "examples": [[{"type": "dataset"}]],
        },
    }
    release: Json = {"type": "integer", "description": "The release that was read.", "examples": [1]}
    return {
        "CitationAnswer": {
            **object_schema(
                {
                    "data": {**object_schema(data), "description": "The citation."},
                    "meta": {**object_schema({"release": release}), "description": "What was read."},
                    "warnings": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "What is missing.",
                        "examples": [[]],
                    },
                }
            ),
            "description": "How something is cited.",
        }
    }


def _maybe(kind: str, description: str, example: Json) -> dict[str, Json]:
    return {"type": [kind, "null"], "description": description, "examples": [example]}
