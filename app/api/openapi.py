"""The OpenAPI 3.1 document, made from the registry: deterministic, without a database."""

from __future__ import annotations

from app.api.openapi_aggregates import aggregate_paths, facet_paths
from app.api.openapi_bulk import TAG as FILES_TAG
from app.api.openapi_bulk import bulk_paths, bulk_schemas
from app.api.openapi_catalogue import TAG as CATALOGUE_TAG
from app.api.openapi_catalogue import catalogue_paths
from app.api.openapi_changes import TAG as CHANGES_TAG
from app.api.openapi_changes import change_paths, feed_paths
from app.api.openapi_cite import TAG as CITE_TAG
from app.api.openapi_cite import cite_paths, cite_schemas
from app.api.openapi_comparisons import comparison_paths
from app.api.openapi_dictionary import TAG as DICTIONARY_TAG
from app.api.openapi_dictionary import dictionary_paths, dictionary_schemas
from app.api.openapi_files import file_operation
from app.api.openapi_parameters import filter_parameter, list_parameters, one_parameters, share
from app.api.openapi_search import TAG as SEARCH_TAG
from app.api.openapi_search import search_operation, search_schemas, suggest_operation
from app.api.problems import (
    DOUBLE_COUNTING,
    FILE_DAMAGED,
    FILE_NOT_FOUND,
    FILES_BEING_BUILT,
    FILES_NOT_BUILT,
    HEAD_TOO_LONG,
    HEAD_TOO_SLOW,
    INTERNAL,
    INVALID_CURSOR,
    INVALID_PARAMETERS,
    KINDS,
    MALFORMED_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    OVERLOADED,
    PATH_NOT_FOUND,
    PRECONDITION_FAILED,
    QUERY_TOO_LONG,
    RANGE_NOT_SATISFIABLE,
    RECORD_NOT_FOUND,
    REFUSED_BY_DATABASE,
    RELEASE_NOT_FOUND,
    TOO_COSTLY,
    TOO_LARGE_FOR_FORMAT,
    TOO_MANY_EXPORTS,
    TOO_SLOW,
    UNAVAILABLE,
    Kind,
)
from app.api.schemas import (
    PROBLEM_EXAMPLE,
    envelope_schema,
    parameter_schema,
    reference,
    row_schema,
    shared_schemas,
)
from app.query.columns import Column, Json, Resource
from app.query.read_query import filter_parameters
from app.query.registry import RESOURCES

TITLE = "Gongkai: Chinese departmental budgets and final accounts"
VERSION = "1.0.0"

_DESCRIPTION = """\
A read-only API over the budget and final-account disclosures of Chinese government departments (部门预算决算公开).

**Money** is exact: numbers with the digits that the document prints, in one unit for the whole answer — 万元 \
(`unit=wan`) by default, `yuan` or `yi` on request; `meta.unit` says which. A blank cell is null, a printed 0 is 0.

**Filters** are field names: `fiscal_year=2024,2025`, `total__gte=100`, `code__under=201`. Unknown parameters are \
refused, with the nearest name. **Lists** come in pages: follow `page.next` until it is null. Every answer is of one \
whole **release**; a walk over the pages stays in the release in which it began, and `release=N` pins one.

**Meaning** of every field, in Chinese and English, with its source: `/v1/dictionary`; in this document `title` and \
`x-description-zh` of a field, `x-enumDescriptions` of a closed list.

**Errors** are `application/problem+json` (RFC 9457); each `type` is a page of this service.
"""

# The status codes that every list can answer with, and what else one record can.
_LIST_PROBLEMS = (
    MALFORMED_REQUEST,
    RELEASE_NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    QUERY_TOO_LONG,
    INVALID_PARAMETERS,
    INTERNAL,
    UNAVAILABLE,
)
_FILE_PROBLEMS = tuple(
    {INVALID_PARAMETERS: TOO_LARGE_FOR_FORMAT, UNAVAILABLE: TOO_MANY_EXPORTS}.get(kind, kind) for kind in _LIST_PROBLEMS
)
_ONE_PROBLEMS = (RECORD_NOT_FOUND, *(kind for kind in _LIST_PROBLEMS if kind is not RELEASE_NOT_FOUND))
_OF_FILES = (MALFORMED_REQUEST, METHOD_NOT_ALLOWED, NOT_ACCEPTABLE, QUERY_TOO_LONG, INVALID_PARAMETERS, INTERNAL)
_OTHER_PROBLEMS = (MALFORMED_REQUEST, METHOD_NOT_ALLOWED, INVALID_PARAMETERS, INTERNAL, UNAVAILABLE)

# What a connection is told before any path is known: of no operation.
_BEFORE_A_PATH = (HEAD_TOO_LONG, HEAD_TOO_SLOW)
# Kinds that share their status with another, which is described with both.
_ALSO = {
    INVALID_PARAMETERS: INVALID_CURSOR,
    INVALID_CURSOR: TOO_COSTLY,
    UNAVAILABLE: TOO_SLOW,
    TOO_SLOW: OVERLOADED,
    OVERLOADED: REFUSED_BY_DATABASE,
}
_BESIDE = {
    DOUBLE_COUNTING: INVALID_PARAMETERS,
    TOO_LARGE_FOR_FORMAT: INVALID_PARAMETERS,
    TOO_MANY_EXPORTS: UNAVAILABLE,
    FILES_BEING_BUILT: UNAVAILABLE,
    FILE_DAMAGED: FILES_BEING_BUILT,
    FILES_NOT_BUILT: RELEASE_NOT_FOUND,
    FILE_NOT_FOUND: FILES_NOT_BUILT,
}

# Headers of good answers; docs/http.md says more.
_HEADERS: dict[str, Json] = {
    "ETag": {
        "description": "Strong validator: send it as `If-None-Match`, and what has not changed is answered with 304.",
        "schema": {"type": "string"},
        "example": '"1-5f1d7a84db00d2fce00b31a7"',
    },
    "Last-Modified": {"description": "When the release was made.", "schema": {"type": "string"}},
    "Cache-Control": {
        "description": "How long an answer may be kept: for ever if `release` pins it, else revalidated each time.",
        "schema": {"type": "string"},
        "example": "public, no-cache",
    },
    "Gongkai-Release": {
        "description": "The release that was read.",
        "schema": {"type": "integer"},
        "example": 1,
    },
    "X-Request-ID": {
        "description": "The request's identifier: the one that the request named, or a new one.",
        "schema": {"type": "string"},
        "example": "5d8f0c2e7a31-1f",
    },
}
_DATA_HEADERS: dict[str, Json] = {name: reference("headers", name) for name in _HEADERS}


def openapi_document() -> dict[str, Json]:
    """The whole document, the same on every call."""
    parameters: dict[str, Json] = {}
    paths: dict[str, Json] = {"/v1": {"get": _index()}}
    paths["/v1/search"] = {"get": search_operation(_problems(*_LIST_PROBLEMS))}
    paths["/v1/suggest"] = {"get": suggest_operation(_problems(*_LIST_PROBLEMS))}
    schemas = shared_schemas() | search_schemas() | dictionary_schemas() | cite_schemas()
    for resource in RESOURCES.values():
        paths[f"/v1/{resource.name}"] = {"get": _list(resource, parameters)}
        paths[f"/v1/{resource.name}.{{format}}"] = {
            "get": file_operation(resource, parameters, _DATA_HEADERS, _problems(*_FILE_PROBLEMS))
        }
        paths[f"/v1/{resource.name}/{{{resource.key}}}"] = {"get": _one(resource, parameters)}
        schemas[resource.singular] = row_schema(resource)
        schemas[f"{resource.singular}List"] = envelope_schema(resource, many=True)
        schemas[f"{resource.singular}Detail"] = row_schema(resource, details=True)
        schemas[f"{resource.singular}Answer"] = envelope_schema(resource, many=False)
    problems = {**_problems(*_LIST_PROBLEMS), **_problems(DOUBLE_COUNTING)}
    paths |= aggregate_paths(parameters, schemas, problems)
    paths |= facet_paths(parameters, schemas, _problems(*_LIST_PROBLEMS))
    paths |= comparison_paths(schemas, _problems(*_LIST_PROBLEMS))
    paths |= change_paths(parameters, schemas, _DATA_HEADERS, _problems(*_LIST_PROBLEMS), _problems(*_FILE_PROBLEMS))
    paths |= feed_paths(_DATA_HEADERS, _problems(*_OTHER_PROBLEMS), _problems(RECORD_NOT_FOUND, *_OTHER_PROBLEMS))
    paths |= dictionary_paths(
        _DATA_HEADERS,
        _problems(*_LIST_PROBLEMS),
        _problems(PATH_NOT_FOUND, *(kind for kind in _LIST_PROBLEMS if kind is not RELEASE_NOT_FOUND)),
        _problems(*_FILE_PROBLEMS),
    )
    schemas |= bulk_schemas()
    paths |= bulk_paths(
        _DATA_HEADERS,
        _problems(FILES_NOT_BUILT, FILES_BEING_BUILT, *_OF_FILES),
        _problems(FILE_NOT_FOUND, FILE_DAMAGED, PRECONDITION_FAILED, RANGE_NOT_SATISFIABLE, *_OF_FILES),
    )
    paths |= cite_paths(_DATA_HEADERS, _problems(*_ONE_PROBLEMS))
    paths |= catalogue_paths(_DATA_HEADERS, _problems(*_LIST_PROBLEMS))
    paths |= _service_paths()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": VERSION,
            "summary": "What departments planned and what they spent, line by line, with the cell it is printed in.",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "contact": {"name": "Gongkai"},
        },
        "servers": [{"url": "/", "description": "This service"}],
        "tags": [
            *_resource_tags(),
            {"name": "comparisons", "description": "One figure over the years, and departments side by side."},
            CHANGES_TAG,
            FILES_TAG,
            SEARCH_TAG,
            DICTIONARY_TAG,
            CITE_TAG,
            CATALOGUE_TAG,
            {
                "name": "service",
                "description": "The service itself: what there is, what can go wrong, whether it is up.",
            },
        ],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters,
            "headers": _HEADERS,
            "responses": {
                _response_name(kind): _problem_response(kind)
                for kind in KINDS.values()
                if kind not in (*_ALSO.values(), *_BEFORE_A_PATH)
            },
        },
    }


def _resource_tags() -> list[Json]:
    return [
        {"name": resource.name, "description": f"{resource.zh}. {resource.description}\n\n{resource.description_zh}"}
        for resource in RESOURCES.values()
    ]


def _list(resource: Resource, shared: dict[str, Json]) -> Json:
    parameters: list[Json] = [
        share(shared, resource, filter_parameter(name, column, operator))
        for name, (column, operator) in filter_parameters(resource.name).items()
    ]
    parameters += [share(shared, resource, parameter) for parameter in list_parameters(resource)]
    examples = [f"/v1/{resource.name}?{example}" for example in resource.examples]
    return {
        "operationId": f"list{resource.plural}",
        "tags": [resource.name],
        "summary": f"{resource.en} ({resource.zh})",
        "description": f"{resource.description}\n\nFor example: " + ", ".join(f"`{example}`" for example in examples),
        "x-example-requests": [*examples],
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "A page of the list.",
                "headers": {
                    **_DATA_HEADERS,
                    "Link": {
                        "description": 'The next page, as `rel="next"`; absent on the last.',
                        "schema": {"type": "string"},
                    },
                },
                "content": {"application/json": {"schema": reference("schemas", f"{resource.singular}List")}},
                "links": {
                    "record": {
                        "operationId": f"get{resource.singular}",
                        "parameters": {resource.key: f"$response.body#/data/0/{resource.key}"},
                        "description": "The first record of the page alone; the others in the same way.",
                    }
                },
            },
            **_problems(*_LIST_PROBLEMS),
        },
    }


def _one(resource: Resource, shared: dict[str, Json]) -> Json:
    key = resource.key_column
    return {
        "operationId": f"get{resource.singular}",
        "tags": [resource.name],
        "summary": f"One of: {resource.en} ({resource.zh})",
        "description": f"{resource.description} This is one of them, with everything that is known about it.",
        "parameters": [
            {
                "name": key.name,
                "in": "path",
                "required": True,
                "description": f"{key.zh}. {key.description}",
                "schema": _key_schema(key),
                "example": key.example,
            },
            *(share(shared, resource, parameter) for parameter in one_parameters(resource)),
        ],
        "responses": {
            "200": {
                "description": "The record.",
                "headers": _DATA_HEADERS,
                "content": {"application/json": {"schema": reference("schemas", f"{resource.singular}Answer")}},
            },
            **_problems(*_ONE_PROBLEMS),
        },
    }


def _key_schema(key: Column) -> Json:
    """A key of text has no dot, since what follows one is the format; but for rules, named after an identity."""
    schema = parameter_schema(key)
    if schema["type"] != "string":
        return schema
    dotted = "." in str(key.example)
    return {**schema, "pattern": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_]+$" if dotted else "^[A-Za-z0-9_-]+$"}


def _index() -> Json:
    return _service_operation(
        "getIndex",
        "What there is",
        "Every resource with its list, its description and queries worth a try; the current release.",
        reference("schemas", "Index"),
        (NOT_ACCEPTABLE, *_OTHER_PROBLEMS),
    )


def _service_paths() -> dict[str, Json]:
    status: dict[str, Json] = {"type": "string", "description": "`ok` or `ready`.", "examples": ["ok"]}
    release: dict[str, Json] = {"type": "integer", "description": "The current release.", "examples": [1]}
    health: Json = {"type": "object", "properties": {"status": status}, "required": ["status"]}
    readiness: Json = {
        "type": "object",
        "properties": {"status": status, "release": release},
        "required": ["status", "release"],
    }
    slug: Json = {
        "name": "slug",
        "in": "path",
        "required": True,
        "description": "The last part of a problem's `type`.",
        "schema": {"type": "string", "enum": [*KINDS]},
        "example": INVALID_PARAMETERS.slug,
    }
    return {
        "/errors": {
            "get": _service_operation(
                "listErrors",
                "What can go wrong",
                "Every kind of problem that the service answers with.",
                reference("schemas", "ErrorKindList"),
                (METHOD_NOT_ALLOWED, INVALID_PARAMETERS),
            )
        },
        "/errors/{slug}": {
            "get": {
                **_service_operation(
                    "getError",
                    "What a problem means",
                    "What a problem's `type` means and what to do about it.",
                    reference("schemas", "ErrorKindAnswer"),
                    (PATH_NOT_FOUND, METHOD_NOT_ALLOWED, INVALID_PARAMETERS),
                ),
                "parameters": [slug],
            }
        },
        "/healthz": {
            "get": _service_operation(
                "getHealth", "Is the process up", "The process is up and answers.", health, (METHOD_NOT_ALLOWED,)
            )
        },
        "/readyz": {
            "get": _service_operation(
                "getReadiness",
                "Can it serve data",
                "The database can be reached and a release is loaded; 503 otherwise.",
                readiness,
                (METHOD_NOT_ALLOWED, INTERNAL, UNAVAILABLE),
            )
        },
    }


def _service_operation(
    operation_id: str, summary: str, description: str, schema: Json, problems: tuple[Kind, ...]
) -> dict[str, Json]:
    return {
        "operationId": operation_id,
        "tags": ["service"],
        "summary": summary,
        "description": description,
        "responses": {
            "200": {"description": description, "content": {"application/json": {"schema": schema}}},
            **_problems(*problems),
        },
    }


def _problems(*kinds: Kind) -> dict[str, Json]:
    return {str(kind.status): reference("responses", _response_name(kind)) for kind in kinds}


def _response_name(kind: Kind) -> str:
    return "".join(part.capitalize() for part in kind.slug.split("-"))


def _problem_response(kind: Kind) -> Json:
    following = {**_ALSO, **_BESIDE, RECORD_NOT_FOUND: RELEASE_NOT_FOUND}
    words, also = f"{kind.title}. {kind.description}", following.get(kind)
    while also is not None:
        words, also = f"{words} Or: {also.title}. {also.description}", following.get(also)
    return {
        "description": words,
        "content": {
            "application/problem+json": {
                "schema": reference("schemas", "Problem"),
                "example": {**PROBLEM_EXAMPLE, "type": kind.type, "title": kind.title, "status": kind.status},
            }
        },
    }
