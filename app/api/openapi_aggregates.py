"""The part of the OpenAPI document about aggregates and facets, made from the registry."""

from __future__ import annotations

from app.api.openapi_parameters import filter_parameter, list_parameters, names_parameter, share
from app.api.schemas import envelope_schema, meta_schema, reference, row_schema
from app.query.columns import Json, Resource
from app.query.double_counting import AXES
from app.query.groups import FUNCTIONS, Measure, group_columns
from app.query.read_aggregate import AGGREGATE_PARAMETERS, SHORT_NAMES, dimensions, measurable
from app.query.read_query import filter_parameters
from app.query.registry import RESOURCES

Objects = dict[str, Json]

_EXAMPLES = {
    "balance-lines": "scope=department&side=expenditure&kind=budget&group_by=fiscal_year,name&having=total_sum__gte:1",
    "revenues": "scope=department&measure=total,carried_over&group_by=fiscal_year,kind,class",
    "expenditures": "scope=department&measure=total,basic,avg:project&group_by=fiscal_year,region,kind&sort=-total_sum",
    "economic-lines": "scope=department&measure=personnel,public&group_by=fiscal_year,kind,class",
    "three-public": "kind=budget&scope=department&group_by=fiscal_year,item&prior_year=false&institution__isnull=true",
    "projects": "statement=project_expenditure&is_total=false&scope=department&kind=budget"
    "&group_by=department&having=lines__gte:2",
    "procurement-items": "scope=department&group_by=fiscal_year,catalogue_code&sort=-total_sum&limit=10",
    "check-results": "group_by=rule,status&sort=-lines&having=lines__gte:2",
}


def aggregate_paths(parameters: Objects, schemas: Objects, problems: Objects) -> Objects:
    """`/v1/<resource>/aggregate` of every resource with money."""
    paths: Objects = {}
    for resource in (RESOURCES[name] for name in AXES):
        every = [Measure(column, function) for column in measurable(resource).values() for function in FUNCTIONS]
        described = group_columns(resource, tuple(dimensions(resource).values()), tuple(every))
        schemas[described.singular] = row_schema(described)
        schemas[f"{described.singular}List"] = _envelope(described)
        example = f"/v1/{resource.name}/aggregate?{_EXAMPLES[resource.name]}"
        paths[f"/v1/{resource.name}/aggregate"] = {
            "get": {
                "operationId": f"aggregate{resource.plural}",
                "tags": [resource.name],
                "summary": f"Sums over: {resource.en} ({resource.zh})",
                "description": (
                    "Sums, averages, extremes and counts of the rows that the filters select, by groups. What would "
                    "count the same money twice is refused, and the problem carries the corrected request; "
                    "`meta.applied` names the filters that were added. Every group as a file: with the suffix `.csv`, "
                    f"`.ndjson`, `.xlsx` or `.parquet`.\n\nFor example: `{example}`"
                ),
                "x-example-requests": [example],
                "parameters": [
                    *_filters(resource, parameters),
                    *(share(parameters, resource, item) for item in _own_parameters(resource)),
                    *(
                        share(parameters, resource, item)
                        for item in list_parameters(resource)
                        if item["name"] in ("limit", "cursor", "unit", "release")
                    ),
                ],
                "responses": {
                    "200": {
                        "description": "A page of groups.",
                        "headers": {
                            "Link": {
                                "description": 'The next page, as `rel="next"`; absent on the last.',
                                "schema": {"type": "string"},
                            }
                        },
                        "content": {"application/json": {"schema": reference("schemas", f"{described.singular}List")}},
                    },
                    **problems,
                },
            }
        }
    return paths


def facet_paths(parameters: Objects, schemas: Objects, problems: Objects) -> Objects:
    """`/v1/<resource>/facets` of every resource."""
    paths: Objects = {}
    schemas["FacetList"] = _facets_schema()
    for resource in RESOURCES.values():
        known = [*dimensions(resource)]
        if not known:
            continue
        field = {
            **names_parameter("field", "The fields whose values are asked for.", known, known[0]),
            "required": True,
        }
        example = f"/v1/{resource.name}/facets?field={known[0]}"
        paths[f"/v1/{resource.name}/facets"] = {
            "get": {
                "operationId": f"facets{resource.plural}",
                "tags": [resource.name],
                "summary": f"Values to choose from: {resource.en} ({resource.zh})",
                "description": (
                    "The values that remain in each field under the filters, with counts, the most frequent first. "
                    f"A field's own filters do not narrow its values.\n\nFor example: `{example}`"
                ),
                "x-example-requests": [example],
                "parameters": [
                    share(parameters, resource, field),
                    *_filters(resource, parameters),
                    *(
                        share(parameters, resource, item)
                        for item in list_parameters(resource)
                        if item["name"] in ("limit", "unit", "release")
                    ),
                ],
                "responses": {
                    "200": {
                        "description": "The fields with their values.",
                        "content": {"application/json": {"schema": reference("schemas", "FacetList")}},
                    },
                    **problems,
                },
            }
        }
    return paths


def _filters(resource: Resource, parameters: Objects) -> list[Json]:
    return [
        share(parameters, resource, filter_parameter(name, column, operator))
        for name, (column, operator) in filter_parameters(resource.name).items()
        if name not in AGGREGATE_PARAMETERS
    ]


def _own_parameters(resource: Resource) -> list[dict[str, Json]]:
    known = dimensions(resource)
    short = [name for name, meant in SHORT_NAMES.items() if meant in known]
    total = "total" in measurable(resource)
    measures = [
        name if function == "sum" else f"{function}:{name}" for name in measurable(resource) for function in FUNCTIONS
    ]
    conditions: dict[str, Json] = {
        "name": "having",
        "in": "query",
        "description": (
            "Conditions on the groups that must all hold: a field of the answer, an operator (`gte`, `lte`, `eq`, "
            "`ne`) and a value."
        ),
        "schema": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[a-z_]+__(gte|lte|eq|ne):.+$"},
            "minItems": 1,
        },
        "style": "form",
        "explode": False,
        "example": ["lines__gte:1"],
    }
    order: dict[str, Json] = {
        "name": "sort",
        "in": "query",
        "description": (
            "The order of the groups: fields of the answer, each with `-` before it for descending. Nulls come last; "
            "the fields of `group_by` are appended."
        ),
        "schema": {"type": "array", "items": {"type": "string", "pattern": "^-?[a-z_]+$"}, "minItems": 1},
        "style": "form",
        "explode": False,
        "example": ["-lines"],
    }
    return [
        names_parameter(
            "measure",
            "What to work out: fields, each with `avg:`, `min:`, `max:` or `count:` before it for another function "
            "than the sum. "
            + ("By default the sum of `total`." if total else "By default none: rows and disclosures are counted."),
            measures,
            "total" if total else f"max:{measures[0]}",
        ),
        names_parameter(
            "group_by",
            "What makes a group; without it, all rows are one. Short words: "
            + ", ".join(f"`{name}` for `{SHORT_NAMES[name]}`" for name in short)
            + ".",
            [*known, *(name for name in short if name not in known)],
            "fiscal_year",
        ),
        conditions,
        order,
    ]


def _envelope(described: Resource) -> Json:
    envelope = envelope_schema(described, many=True)
    properties = envelope["properties"]
    if not isinstance(properties, dict):  # pragma: no cover - it is made as one
        raise TypeError("an envelope has properties")
    applied: Json = {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "The filters that were added so that nothing is counted twice.",
        "examples": [{"is_leaf": "true", "fund": "all"}],
    }
    return {**envelope, "properties": {**properties, "meta": meta_schema({"applied": applied})}}


def _facets_schema() -> Json:
    value: Json = {
        "type": "object",
        "description": "A value that remains.",
        "properties": {
            "value": {
                "type": ["string", "integer", "boolean", "null"],
                "description": "The value, as a filter takes it; null: rows without one.",
                "examples": ["130205"],
            },
            "name": {
                "type": ["string", "null"],
                "description": "Name of a code or id, the word for a value of a closed list; null where the value says "
                "it itself.",
                "examples": ["河北省唐山市开平区"],
            },
            "name_en": {
                "type": ["string", "null"],
                "description": "The English word for a value of a closed list; null elsewhere.",
                "examples": ["departmental budget"],
            },
            "lines": {"type": "integer", "description": "How many rows it leaves.", "examples": [12]},
            "href": {
                "type": ["string", "null"],
                "description": "Path of the list with these rows; null where no filter can say it.",
                "examples": ["/v1/expenditures?region_code=130205"],
            },
        },
        "required": ["value", "name", "name_en", "lines", "href"],
        "additionalProperties": False,
    }
    facet: Json = {
        "type": "object",
        "description": "A field and its values.",
        "properties": {
            "field": {"type": "string", "description": "The field.", "examples": ["region_code"]},
            "zh": {"type": "string", "description": "Its name in Chinese.", "examples": ["行政区划代码"]},
            "en": {"type": "string", "description": "Its name in English.", "examples": ["division code"]},
            "count": {
                "type": "integer",
                "description": "How many values there are, those beyond `limit` included.",
                "examples": [4],
            },
            "values": {
                "type": "array",
                "items": value,
                "description": "The values, the most frequent first.",
                "examples": [[]],
            },
        },
        "required": ["field", "zh", "en", "count", "values"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "description": "Fields with the values that remain under the filters.",
        "properties": {
            "data": {"type": "array", "items": facet, "description": "The fields, in the order asked for."},
            "meta": reference("schemas", "Meta"),
            "warnings": {
                "type": "array",
                "items": {"type": "string"},
                "description": "What a reader should know before using these figures.",
                "examples": [[]],
            },
        },
        "required": ["data", "meta", "warnings"],
        "additionalProperties": False,
    }
