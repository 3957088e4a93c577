"""`/v1/<resource>`: a page of a list, or the whole of it as a file."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from app.api.envelope import list_response
from app.api.files import file_response, list_content
from app.api.formats import choose_format, split_suffix
from app.api.parameters import read_pairs
from app.api.paths import unknown_path
from app.api.reader import Reader
from app.query.changes_since import SINCE
from app.query.columns import Json
from app.query.read_query import read_list
from app.query.registry import RESOURCES
from app.query.run import fetch_page
from app.query.whole_list import read_style, read_whole


async def list_rows(request: Request) -> Response:
    """The rows that the filters select, in the order asked for: as JSON a page at a time, as a file all of them."""
    reader: Reader = request.app.state.reader
    name, suffix = split_suffix(request.path_params["resource"])
    resource = RESOURCES.get(name)
    if resource is None:
        raise unknown_path(request.scope["path"])
    chosen = choose_format(request, suffix)
    pairs = read_pairs(request.scope["query_string"])
    if chosen != "json":
        style, pairs = read_style(pairs)
        return await file_response(request, chosen, style, partial(list_content, query=read_whole(resource, pairs)))
    query = read_list(resource, pairs)
    page = await reader.run(fetch_page, query, reader.known)
    about: dict[str, Json] = {} if page.since is None else {SINCE: page.since}
    return list_response(request, reader.settings, query, page, pairs, about=about)
