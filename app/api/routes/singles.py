"""`/v1/<resource>/<key>`: one record with what belongs to it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from app.api.envelope import one_response
from app.api.formats import refuse_other, split_suffix
from app.api.parameters import read_pairs
from app.api.paths import unknown_path
from app.api.reader import Reader
from app.api.routes.bulk import with_files
from app.query.read_query import read_one
from app.query.registry import RESOURCES
from app.query.run import fetch_one


async def get_one(request: Request) -> Response:
    """The record with this key."""
    reader: Reader = request.app.state.reader
    resource = RESOURCES.get(request.path_params["resource"])
    if resource is None:
        raise unknown_path(request.scope["path"])
    key, suffix = split_suffix(request.path_params["key"], dotted=resource.dotted_key)
    refuse_other(request, suffix)
    query = read_one(resource, read_pairs(request.scope["query_string"]))
    release, record = await reader.run(fetch_one, query, key)
    if resource is RESOURCES["releases"] and "files" in query.fields:
        record = await with_files(request, record, key)
    return one_response(query, release, record)
