"""`/v1/series` and `/v1/compare`: one figure over the years, figures of several departments side by side."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from app.api.envelope import one_response
from app.api.formats import refuse_other
from app.api.parameters import read_pairs
from app.api.reader import Reader
from app.query.series import FigureQuery, fetch_figures, read_compare, read_series


async def get_series(request: Request) -> Response:
    """One figure of a department over the years, with gaps, changes of name and the document of each point."""
    return await _figures(request, read_series(read_pairs(request.scope["query_string"])), compare=False)


async def get_comparison(request: Request) -> Response:
    """The figures of several departments for the same codes."""
    return await _figures(request, read_compare(read_pairs(request.scope["query_string"])), compare=True)


async def _figures(request: Request, query: FigureQuery, *, compare: bool) -> Response:
    reader: Reader = request.app.state.reader
    refuse_other(request, request.path_params.get("suffix"))
    release, rows, missing = await reader.run(fetch_figures, query, reader.known, compare=compare)
    warnings = [f"the department {department} has no document here" for department in missing]
    if compare and rows == "[]" and len(missing) < len(query.departments):
        (asked,) = query.narrow
        said = ",".join(map(str, asked.values))
        warnings.append(f"no document here has a row of {asked.column}={said}: level=total compares their totals")
    return one_response(query, release, rows, warnings=warnings, about={"applied": dict(query.applied)})
