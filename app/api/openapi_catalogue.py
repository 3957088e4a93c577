"""The part of the OpenAPI document about the catalogue."""

from __future__ import annotations

from app.catalogue.page import DEFAULT_LIMIT, LARGEST_LIMIT
from app.catalogue.serialise import SYNTAXES
from app.query.columns import Json

TAG: dict[str, Json] = {
    "name": "catalogue",
    "description": "数据目录. The data sets as open-data portals harvest them (DCAT-AP 3).",
}


def catalogue_paths(headers: dict[str, Json], problems: dict[str, Json]) -> dict[str, Json]:
    """The catalogue by Accept and by suffix; `headers` are those of good answers."""
    suffix: Json = {
        "name": "syntax",
        "in": "path",
        "required": True,
        "description": "The syntax.",
        "schema": {"type": "string", "enum": [*SYNTAXES]},
        "example": "ttl",
    }
    content: dict[str, Json] = {
        media_type: {"schema": {"type": "object"} if "json" in media_type else {"type": "string"}}
        for media_type in SYNTAXES.values()
    }
    said = (
        "One `dcat:Dataset` for each resource and one for the whole, with the API and the files of the newest release "
        "as distributions."
    )
    good: Json = {
        "description": "The catalogue.",
        "headers": {
            **headers,
            "Link": {
                "description": 'The other syntaxes (`rel="alternate"`), the next page.',
                "schema": {"type": "string"},
            },
        },
        "content": content,
    }
    return {
        path: {
            "get": {
                "operationId": operation,
                "tags": ["catalogue"],
                "summary": summary,
                "description": f"{said} {how}",
                "parameters": [*own, *_parameters()],
                "responses": {"200": good, **problems},
            }
        }
        for path, operation, summary, how, own in (
            ("/catalog", "getCatalogue", "The catalogue (数据目录)", "In the syntax that `Accept` names.", []),
            ("/catalog.{syntax}", "getCatalogueIn", "The catalogue (数据目录) in one syntax", "By suffix.", [suffix]),
        )
    }


def _parameters() -> list[Json]:
    return [
        {
            "name": "page",
            "in": "query",
            "required": False,
            "description": "Which page, counted from 1; `hydra:next` leads to the next one.",
            "schema": {"type": "integer", "minimum": 1, "default": 1},
            "example": 1,
        },
        {
            "name": "limit",
            "in": "query",
            "required": False,
            "description": "Data sets on a page; by default all of them are on the first.",
            "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
            "example": DEFAULT_LIMIT,
        },
        {
            "name": "modified_since",
            "in": "query",
            "required": False,
            "description": "Only data sets that have changed at that date or time (ISO 8601) or later.",
            "schema": {"type": "string"},
            "example": "2025-03-01T08:00:00Z",
        },
    ]
