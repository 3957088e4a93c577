"""`/v1/<resource>/facets`: what is left to choose from."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from app.api.envelope import one_response
from app.api.formats import refuse_other
from app.api.parameters import read_pairs
from app.api.paths import unknown_path
from app.api.reader import Reader
from app.query.facets import fetch_facets, read_facets
from app.query.registry import RESOURCES


async def list_facets(request: Request) -> Response:
    """The values that remain in each field under the other fields' filters, with counts."""
    reader: Reader = request.app.state.reader
    resource = RESOURCES.get(request.path_params["resource"])
    if resource is None:
        raise unknown_path(request.scope["path"])
    refuse_other(request, request.path_params.get("suffix"))
    query = read_facets(resource, read_pairs(request.scope["query_string"]))
    release, record = await reader.run(fetch_facets, query, reader.known)
    return one_response(query, release, record)
