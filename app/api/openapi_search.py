"""The part of the OpenAPI document about search and completion."""

from __future__ import annotations

from app.api.openapi_parameters import SEARCHED_WORDS
from app.api.schemas import reference
from app.query.columns import Json, object_schema
from app.query.search import (
    DEFAULT_RESULTS,
    DEFAULT_SUGGESTIONS,
    KINDS,
    LARGEST_RESULTS,
    LARGEST_SUGGESTIONS,
)

TAG: dict[str, Json] = {"name": "search", "description": "检索. Names that words are found in, and completion."}

_MARKS: dict[str, Json] = {
    "type": "array",
    "description": "The matched parts of `text`: start, counted from 0, and length, in characters (code points).",
    "items": {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2},
    "examples": [[[2, 4]]],
}


def search_operation(responses: dict[str, Json]) -> dict[str, Json]:
    """`GET /v1/search`; `responses` are the problems."""
    return {
        "operationId": "listSearchResults",
        "tags": ["search"],
        "summary": "Search by words (检索)",
        "description": (
            "Names of departments, classification codes, projects, performance indicators and procurement items that "
            "have every word of `q`: by kind, whole names first, then names that begin with it, then names that "
            "contain it, then names with its words in different places; shorter names first. Width, traditional "
            "characters, capital letters and punctuation make no difference; well-known abbreviations (网信办) are "
            "found in the long names.\n\nFor example: `/v1/search?q=舆情监测`, "
            "`/v1/search?q=开平 网信办&kind=departments`"
        ),
        "x-example-requests": ["/v1/search?q=舆情监测", "/v1/search?q=开平 网信办&kind=departments"],
        "parameters": [
            _words("舆情监测"),
            _kinds(),
            _limit(DEFAULT_RESULTS, LARGEST_RESULTS, "How many results of each kind there are at most."),
            {
                "name": "cursor",
                "in": "query",
                "description": "Where the page begins: the `cursor` of one kind, unchanged, with `kind` naming it.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
            },
            reference("parameters", "release"),
        ],
        "responses": {"200": _ok("The results by kind.", "SearchAnswer"), **responses},
    }


def suggest_operation(responses: dict[str, Json]) -> dict[str, Json]:
    """`GET /v1/suggest`; `responses` are the problems."""
    return {
        "operationId": "listSuggestions",
        "tags": ["search"],
        "summary": "Complete what is typed (检索提示)",
        "description": "Names that begin with what was typed so far, then names that contain it; shorter ones first.",
        "x-example-requests": ["/v1/suggest?q=舆"],
        "parameters": [
            _words("舆"),
            _kinds(),
            _limit(DEFAULT_SUGGESTIONS, LARGEST_SUGGESTIONS, "How many suggestions there are at most."),
            reference("parameters", "release"),
        ],
        "responses": {"200": _ok("The suggestions.", "SuggestAnswer"), **responses},
    }


def search_schemas() -> dict[str, Json]:
    """The schemas of both answers."""
    links = object_schema(
        {
            "record": _text("Path of the record; of the first one where several have the name.", "/v1/projects/7"),
            "list": _text("Path of the list that belongs to the result.", "/v1/projects?name=网络舆情监测"),
        }
    )
    result = object_schema(
        {
            "key": _text("Key of the record; of the first one where several have the name.", "7"),
            "name": _text("What the record is called.", "网络舆情监测"),
            "field": _text("The field in which the words were found.", "name"),
            "text": _text("What stands in it.", "网络舆情监测"),
            "marks": _MARKS,
            "rows": _integer("How many records have this name in this field.", 1),
            "links": {**links, "description": "Where to read on."},
        }
    )
    group = object_schema(
        {
            "kind": {**_text("The resource.", "projects"), "enum": [*KINDS]},
            "zh": _text("Chinese name of the resource.", "项目"),
            "en": _text("English name of the resource.", "Projects"),
            "total": _integer("How many results of this kind there are.", 2),
            "results": {
                "type": "array",
                "items": reference("schemas", "SearchResult"),
                "description": "The best results.",
            },
            "next": _text("Path of the next results of this kind; null after the last.", None),
            "cursor": _text("Cursor to the next results of this kind; null after the last.", None),
            "list": _text("Path of the list of all rows that the words are found in.", "/v1/projects?q=舆情监测"),
        }
    )
    suggestion = object_schema(
        {
            "text": _text("A name.", "网络舆情监测"),
            "marks": {**_MARKS, "examples": [[[2, 1]]]},
            "kinds": {
                "type": "array",
                "items": {"type": "string", "enum": [*KINDS]},
                "description": "The resources in which it is a name.",
                "examples": [["projects"]],
            },
            "href": _text("Path of the search for it.", "/v1/search?q=网络舆情监测"),
        }
    )
    return {
        "SearchResult": {**result, "description": "A name that has every word."},
        "SearchGroup": {**group, "description": "The results of one kind."},
        "SearchAnswer": _answer(
            "What a search found.", "SearchGroup", "The kinds that were asked for, in a fixed order."
        ),
        "Suggestion": {**suggestion, "description": "A name that the typed text may become."},
        "SuggestAnswer": _answer("What the typed text may become.", "Suggestion", "The suggestions, the best first."),
        "SearchMeta": {
            **object_schema(
                {
                    "release": _integer("The release that was read.", 1),
                    "query": _text("What was searched, as given.", "輿情監測"),
                    "words": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "Its words in the form in which they are compared.",
                        "examples": [["舆情监测"]],
                    },
                }
            ),
            "description": "What the answer is about.",
        },
    }


def _answer(description: str, item: str, about: str) -> dict[str, Json]:
    warnings: Json = {
        "type": "array",
        "items": {"type": "string"},
        "description": "What to try instead when nothing was found.",
        "examples": [[]],
    }
    data: Json = {"type": "array", "items": reference("schemas", item), "description": about}
    meta: Json = reference("schemas", "SearchMeta")
    return {**object_schema({"data": data, "meta": meta, "warnings": warnings}), "description": description}


def _words(example: str) -> dict[str, Json]:
    return {
        "name": "q",
        "in": "query",
        "required": True,
        "description": "What is searched: a word or a part of one, several separated by spaces.",
        "schema": dict(SEARCHED_WORDS),
        "example": example,
    }


def _kinds() -> dict[str, Json]:
    return {
        "name": "kind",
        "in": "query",
        "description": "In which resources; by default in all of them.",
        "schema": {
            "type": "array",
            "items": {"type": "string", "enum": [*KINDS]},
            "minItems": 1,
            "uniqueItems": True,
        },
        "style": "form",
        "explode": False,
        "example": ["projects"],
    }


def _limit(default: int, largest: int, description: str) -> dict[str, Json]:
    return {
        "name": "limit",
        "in": "query",
        "description": description,
        "schema": {"type": "integer", "minimum": 1, "maximum": largest, "default": default},
        "example": default,
    }


def _ok(description: str, schema: str) -> dict[str, Json]:
    return {"description": description, "content": {"application/json": {"schema": reference("schemas", schema)}}}


def _text(description: str, example: str | None) -> dict[str, Json]:
    kind: Json = ["string", "null"] if example is None else "string"
    return {"type": kind, "description": description, "examples": [example]}


def _integer(description: str, example: int) -> dict[str, Json]:
    return {"type": "integer", "description": description, "examples": [example]}
