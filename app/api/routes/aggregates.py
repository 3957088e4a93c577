"""`/v1/<resource>/aggregate`: sums that do not count twice."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from app.api.envelope import list_response
from app.api.formats import refuse_other
from app.api.parameters import read_pairs, write_pairs
from app.api.paths import unknown_path
from app.api.problems import DOUBLE_COUNTING, Problem
from app.api.reader import Reader
from app.errors import DoubleCounting
from app.query.double_counting import AXES
from app.query.read_aggregate import read_aggregate
from app.query.registry import RESOURCES
from app.query.run_aggregate import fetch_groups


async def aggregate(request: Request) -> Response:
    """Sums, averages, extremes and counts of the rows that the filters select, by groups."""
    reader: Reader = request.app.state.reader
    name = request.path_params["resource"]
    if name not in AXES:
        raise unknown_path(request.scope["path"])
    refuse_other(request, request.path_params.get("suffix"))
    pairs = read_pairs(request.scope["query_string"])
    try:
        query = read_aggregate(RESOURCES[name], pairs)
        page = await reader.run(fetch_groups, query, reader.known)
    except DoubleCounting as error:
        url = f"{request.scope['path']}?{write_pairs(error.corrected)}"
        raise Problem(DOUBLE_COUNTING, f"{error}; corrected: {url}", problems=error.problems, corrected=url) from error
    return list_response(
        request, reader.settings, query, page, pairs, warnings=page.warnings, about={"applied": dict(query.applied)}
    )
