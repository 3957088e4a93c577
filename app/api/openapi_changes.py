"""The part of the OpenAPI document about what differs between releases: summaries, lists of changes, feeds."""

from __future__ import annotations

from app.api.openapi_files import HEADERS, file_content
from app.api.openapi_parameters import file_parameters, filter_parameter, list_parameters, names_parameter, share
from app.api.schemas import column_schema, meta_schema, reference
from app.query import words
from app.query.changes import COMPARABLE, change_resource, compared, own_columns, side_column
from app.query.changes_read import CHANGE_FILTERS, CHANGE_PARAMETERS
from app.query.columns import Json, Resource, object_schema
from app.query.read_query import filter_parameters
from app.query.registry import RESOURCES

Objects = dict[str, Json]

TAG: Json = {"name": "changes", "description": "版本变动. What differs between two releases, and feeds of releases."}
_PATH = "/v1/releases/{earlier}/diff/{later}"
_FEED_TYPE = "application/atom+xml"


def change_paths(
    parameters: Objects, schemas: Objects, headers: Objects, problems: Objects, file_problems: Objects
) -> Objects:
    """The summary of a comparison, and for each resource its changes as pages and as files."""
    releases = _shared(parameters, _release("earlier", "The earlier release."))
    releases += _shared(parameters, _release("later", "The later release; the earlier one comes first."))
    schemas |= _summary_schemas()
    paths: Objects = {
        _PATH: {
            "get": {
                "operationId": "getReleaseDiff",
                "tags": ["changes"],
                "summary": "What differs between two releases (版本变动)",
                "description": (
                    "How many disclosures differ, by reason, and how many rows of each resource were added, changed or "
                    "removed; the first hundred disclosures with what they were and are. The rows of more than 2,000 "
                    "disclosures are not counted.\n\nFor example: `/v1/releases/1/diff/1`"
                ),
                "x-example-requests": ["/v1/releases/1/diff/1"],
                "parameters": [*releases],
                "responses": {
                    "200": {
                        "description": "The summary.",
                        "headers": headers,
                        "content": {"application/json": {"schema": reference("schemas", "ReleaseDiffAnswer")}},
                    },
                    **problems,
                },
            }
        }
    }
    for name in COMPARABLE:
        resource = RESOURCES[name]
        schemas[f"{resource.singular}Change"] = _change_schema(resource)
        schemas[f"{resource.singular}ChangeList"] = _envelope(resource)
        paths[f"{_PATH}/{name}"] = {"get": _list(resource, releases, parameters, headers, problems)}
        paths[f"{_PATH}/{name}.{{format}}"] = {"get": _file(resource, releases, parameters, headers, file_problems)}
    return paths


def feed_paths(headers: Objects, problems: Objects, one_problems: Objects) -> Objects:
    """The feed of releases, and the feed of one department."""
    paging: list[Json] = [
        {
            "name": "before",
            "in": "query",
            "description": "Only entries of releases before this one: where the next page begins.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 2},
            "example": 2,
        },
        {
            "name": "limit",
            "in": "query",
            "description": "How many entries a page has at most.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
            "example": 10,
        },
    ]
    department: Json = {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "Id of the department.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
        "example": "130205-5c9de731",
    }
    responses: Objects = {
        "200": {
            "description": "The feed (RFC 4287), newest first; in pages (RFC 5005).",
            "headers": headers,
            "content": {_FEED_TYPE: {"schema": {"type": "string", "description": "An Atom feed."}}},
        }
    }
    return {
        "/v1/releases.atom": {
            "get": {
                "operationId": "getReleaseFeed",
                "tags": ["changes"],
                "summary": "Feed of releases (版本订阅)",
                "description": (
                    "An entry for each release: how many disclosures are new, published again, read otherwise or "
                    "withdrawn, with links to the comparison and to the files of the release."
                ),
                "parameters": paging,
                "responses": {**responses, **problems},
            }
        },
        "/v1/departments/{id}.atom": {
            "get": {
                "operationId": "getDepartmentFeed",
                "tags": ["changes"],
                "summary": "Feed of a department (部门订阅)",
                "description": "An entry for each disclosure of the department that came, changed or went.",
                "parameters": [department, *paging],
                "responses": {**responses, **one_problems},
            }
        },
    }


def _list(resource: Resource, releases: list[Json], shared: Objects, headers: Objects, problems: Objects) -> Json:
    example = f"/v1/releases/1/diff/1/{resource.name}"
    return {
        "operationId": f"list{resource.plural}Changes",
        "tags": ["changes"],
        "summary": f"Changes between two releases: {resource.en} ({resource.zh})",
        "description": (
            f"The rows of `/v1/{resource.name}` that were added, changed or removed. A filter of the list is met by a "
            "change whose row meets it before or after. A row is recognised within its disclosure by what it is "
            f"about ({', '.join(f'`{name}`' for name in _key_names(resource))}), not by its place or its id.\n\n"
            f"For example: `{example}`"
        ),
        "x-example-requests": [example],
        "parameters": [*releases, *_filters(resource, shared), *_own(resource, shared), *_row(resource, shared)],
        "responses": {
            "200": {
                "description": "A page of changes.",
                "headers": {
                    **headers,
                    "Link": {
                        "description": 'The next page, as `rel="next"`; absent on the last.',
                        "schema": {"type": "string"},
                    },
                },
                "content": {"application/json": {"schema": reference("schemas", f"{resource.singular}ChangeList")}},
            },
            **problems,
        },
    }


def _file(resource: Resource, releases: list[Json], shared: Objects, headers: Objects, problems: Objects) -> Json:
    described, *others = file_parameters(resource)
    limit = next(item for item in others if item["name"] == "limit")
    shared["file.limit"] = limit
    written = [
        reference("parameters", "file.limit") if item["name"] == "limit" else share(shared, resource, item)
        for item in others
        if item["name"] in ("fields", "include", "unit", "limit", "headers", "bom")
    ]
    return {
        "operationId": f"download{resource.plural}Changes",
        "tags": ["changes"],
        "summary": f"Changes between two releases as a file: {resource.en} ({resource.zh})",
        "description": (
            "Every change that the filters select. NDJSON has the objects of the JSON answer; the other formats have "
            "each field twice, `before_<field>` and `after_<field>`."
        ),
        "parameters": [described, *releases, *_filters(resource, shared), *_own(resource, shared), *written],
        "responses": {
            "200": {"description": "The file.", "headers": {**headers, **HEADERS}, "content": file_content()},
            **problems,
        },
    }


def _filters(resource: Resource, shared: Objects) -> list[Json]:
    return [
        share(shared, resource, filter_parameter(name, column, operator))
        for name, (column, operator) in filter_parameters(resource.name).items()
        if name not in CHANGE_PARAMETERS
    ]


def _own(resource: Resource, shared: Objects) -> list[Json]:
    """The filters on changes, and their order."""
    found: list[Json] = []
    for column in CHANGE_FILTERS:
        allowed = [*column.choices] or [*compared(resource.name)]
        parameter = names_parameter(column.name, f"{column.zh}: only these. {column.description}", allowed, allowed[-1])
        place = f"diff.{column.name}" if column.choices else f"diff.{resource.name}.{column.name}"
        shared[place] = parameter
        found.append(reference("parameters", place))
    described = change_resource(resource.name)
    (order,) = (item for item in list_parameters(described) if item["name"] == "sort")
    words_of = "The order: fields of the change, or of the row as it is or, when it was removed, as it was. By default"
    shared[f"diff.{resource.name}.sort"] = {**order, "description": f"{words_of} `disclosure_id`."}
    return [*found, reference("parameters", f"diff.{resource.name}.sort")]


def _row(resource: Resource, shared: Objects) -> list[Json]:
    wanted = ("fields", "include", "limit", "cursor", "unit")
    return [share(shared, resource, item) for item in list_parameters(resource) if item["name"] in wanted]


def _key_names(resource: Resource) -> list[str]:
    return [name for part in resource.natural_key for name in ((part,) if isinstance(part, str) else part)]


def _release(name: str, description: str) -> dict[str, Json]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 2},
        "example": 1,
    }


def _shared(parameters: Objects, parameter: dict[str, Json]) -> list[Json]:
    parameters[f"diff.{parameter['name']}"] = parameter
    return [reference("parameters", f"diff.{parameter['name']}")]


def _change_schema(resource: Resource) -> Json:
    row = reference("schemas", resource.singular)
    properties: Objects = {column.name: column_schema(column) for column in own_columns(resource.name)}
    for side in ("before", "after"):
        properties[side] = {
            "anyOf": [row, {"type": "null"}],
            "description": side_column(side).description,
            "examples": [None],
        }
    described = change_resource(resource.name)
    return {**object_schema(properties), "title": described.zh, "description": described.description}


def _envelope(resource: Resource) -> Json:
    number: Json = {"type": "integer", "description": "The release.", "examples": [1]}
    return {
        **object_schema(
            {
                "data": {
                    "type": "array",
                    "items": reference("schemas", f"{resource.singular}Change"),
                    "description": "The changes of this page.",
                },
                "page": reference("schemas", "Page"),
                "meta": meta_schema({"earlier": number, "later": number}),
                "warnings": _WARNINGS,
            }
        ),
        "description": f"A page of changes: {resource.en} ({resource.zh}).",
    }


_WARNINGS: Json = {
    "type": "array",
    "items": {"type": "string"},
    "description": "What a reader should know before using this.",
    "examples": [[]],
}


def _summary_schemas() -> Objects:
    release = object_schema(
        {
            "number": _integer("Number.", 1),
            "created_at": {**_text("When it was loaded.", "2025-03-01T08:00:00+00:00"), "format": "date-time"},
            "content_digest": _text("SHA-256 over the contents.", "9f86d081"),
            "note": _text("What it brought.", "seed_data"),
            "href": _text("Path of the release.", "/v1/releases/1"),
        }
    )
    revision: Json = {
        **object_schema(
            {
                "revision": _integer("Number of the revision.", 1),
                "sha256": _text("SHA-256 of the published file.", "9f86d081"),
                "source_file": _text("Name of the file.", "budget.txt"),
                "href": _text("Path of the revision.", "/v1/disclosures/130205-5c9de731-2025-budget?release=1"),
            },
            nullable=True,
        ),
        "description": "The revision in that release; null where there is none.",
    }
    document = object_schema(
        {
            "disclosure_id": _text("Id of the disclosure.", "130205-5c9de731-2025-budget"),
            "reason": {**_text("Why it differs.", "new_revision"), "enum": [*words.CHANGE_REASON]},
            "title": _text("Its title.", "2025年部门预算"),
            "department_id": _text("Id of the department.", "130205-5c9de731"),
            "department_name": _text("Name of the department as the document prints it.", "网信办"),
            "region_code": _text("Code of the division.", "130205"),
            "fiscal_year": _integer("Year.", 2025),
            "kind": {**_text("Budget or final account.", "budget"), "enum": [*words.KIND]},
            "scope": {**_text("Department or unit.", "department"), "enum": [*words.SCOPE]},
            "before": revision,
            "after": revision,
            "changes": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "For each resource the path of this disclosure's changes.",
                "examples": [{"expenditures": "/v1/releases/1/diff/2/expenditures?disclosure_id=130205-5c9de731-2025"}],
            },
        }
    )
    rows: Json = {
        **object_schema(
            {change: _integer(f"{word.zh}: {word.en}.", 0) for change, word in words.CHANGE.items()}, nullable=True
        ),
        "description": "How many rows; null where they are not counted.",
    }
    listed = object_schema(
        {
            "resource": {**_text("The resource.", "expenditures"), "enum": [*COMPARABLE]},
            "zh": _text("Chinese name.", "支出"),
            "en": _text("English name.", "Expenditure by functional code"),
            "rows": rows,
            "href": _text("Path of the changes.", "/v1/releases/1/diff/2/expenditures"),
        }
    )
    disclosures = object_schema(
        {
            "total": _integer("All that differ.", 0),
            **{reason: _integer(f"{word.zh}: {word.en}.", 0) for reason, word in words.CHANGE_REASON.items()},
        }
    )
    data = object_schema(
        {
            "earlier": {**release, "description": "The earlier release."},
            "later": {**release, "description": "The later release."},
            "disclosures": {**disclosures, "description": "How many disclosures differ, by reason."},
            "resources": {"type": "array", "items": listed, "description": "Changed rows by resource."},
            "documents": {
                "type": "array",
                "items": document,
                "description": "The disclosures that differ, at most a hundred.",
            },
            "more_documents": {
                "type": ["string", "null"],
                "description": "Path of the list of all of them; null where they are all here.",
                "examples": [None],
            },
        }
    )
    meta: Json = {
        **object_schema({"release": _integer("The later release.", 1)}),
        "description": "What the answer is about.",
    }
    return {
        "ReleaseDiff": {**data, "description": "What differs between two releases."},
        "ReleaseDiffAnswer": {
            **object_schema({"data": reference("schemas", "ReleaseDiff"), "meta": meta, "warnings": _WARNINGS}),
            "description": "What differs between two releases.",
        },
    }


def _text(description: str, example: str) -> dict[str, Json]:
    return {"type": "string", "description": description, "examples": [example]}


def _integer(description: str, example: int) -> dict[str, Json]:
    return {"type": "integer", "description": description, "examples": [example]}
