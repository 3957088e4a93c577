"""Lists as files in the OpenAPI document: one operation for each list, the format in its path."""

from __future__ import annotations

from app.api.files import ROWS_HEADER, TOTALS_HEADER
from app.api.formats import FILES
from app.api.openapi_parameters import file_parameters, filter_parameter, share
from app.query.columns import Json, Resource
from app.query.read_query import filter_parameters

_WORDS = {
    "csv": "RFC 4180, UTF-8: a header, then one line for each row; texts in quotes, null as nothing.",
    "ndjson": "One JSON object a line, the same as in `data` of the list.",
    "xlsx": "A sheet with typed cells, and one that says what the first one is. At most 1,000,000 rows.",
    "parquet": "Amounts as decimal128(38, 10), zstd; release, unit, query and control totals in the metadata.",
}
# What a file says of itself before it begins; to HEAD it says nothing else.
HEADERS: dict[str, Json] = {
    "Content-Disposition": {
        "description": "A name for the file, in Chinese as `filename*`.",
        "schema": {"type": "string"},
        "example": 'attachment; filename="revenues-release-1.csv"',
    },
    ROWS_HEADER: {"description": "How many rows the file has.", "schema": {"type": "integer"}, "example": 90},
    TOTALS_HEADER: {
        "description": "The sum of each column of amounts over all rows, to check a copy by; no amounts to quote.",
        "schema": {"type": "string"},
        "example": "total=310.09, basic=208.10",
    },
}


def file_operation(
    resource: Resource, shared: dict[str, Json], headers: dict[str, Json], problems: dict[str, Json]
) -> Json:
    """GET of the whole list as a file; `headers` are those of every answer."""
    parameters: list[Json] = [
        share(shared, resource, filter_parameter(name, column, operator))
        for name, (column, operator) in filter_parameters(resource.name).items()
    ]
    described, *others = file_parameters(resource)
    return {
        "operationId": f"download{resource.plural}",
        "tags": [resource.name],
        "summary": f"{resource.en} ({resource.zh}) as a file",
        "description": (
            "Every row that the filters select, from one release, in the format that the suffix names: what "
            f"`/v1/{resource.name}` gives page by page. The same by `Accept` there. A stream that fails is broken off: "
            "a file that came to its end is whole."
        ),
        "parameters": [described, *parameters, *(_share_own(shared, resource, parameter) for parameter in others)],
        "responses": {
            "200": {"description": "The file.", "headers": {**headers, **HEADERS}, "content": file_content()},
            **problems,
        },
    }


def file_content() -> dict[str, Json]:
    """What a file is in each format."""
    return {
        media_type: {"schema": {"type": "string", "description": _WORDS[suffix]}}
        if media_type.startswith("text/")
        else {"schema": {"description": _WORDS[suffix]}}
        for suffix, media_type in FILES.items()
    }


def _share_own(shared: dict[str, Json], resource: Resource, parameter: dict[str, Json]) -> Json:
    """As `share`, but a file's `limit` is another parameter than a page's."""
    if parameter["name"] != "limit":
        return share(shared, resource, parameter)
    shared["file.limit"] = parameter
    return {"$ref": "#/components/parameters/file.limit"}
