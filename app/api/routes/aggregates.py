"""`/v1/<resource>/aggregate`: sums that do not count twice, a page of groups or all of them as a file."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import asyncpg
from starlette.requests import Request
from starlette.responses import Response

from app.api.envelope import list_response
from app.api.files import Content, file_response, too_large
from app.api.formats import choose_format
from app.api.parameters import read_pairs, write_pairs
from app.api.paths import unknown_path
from app.api.problems import DOUBLE_COUNTING, Problem
from app.api.reader import Reader
from app.errors import DoubleCounting
from app.export.read_rows import SECONDS
from app.query.double_counting import AXES
from app.query.read_aggregate import AggregateQuery, read_aggregate
from app.query.registry import RESOURCES
from app.query.run import Known
from app.query.run_aggregate import fetch_groups
from app.query.whole_list import find_release, read_style, select_json

# A file holds every group, up to this many: they are made at once, not one after the other.
_MOST_GROUPS = 100_000


async def aggregate(request: Request) -> Response:
    """Sums, averages, extremes and counts of the rows that the filters select, by groups."""
    reader: Reader = request.app.state.reader
    name = request.path_params["resource"]
    if name not in AXES:
        raise unknown_path(request.scope["path"])
    chosen = choose_format(request, request.path_params.get("suffix"))
    pairs = read_pairs(request.scope["query_string"])
    try:
        if chosen != "json":
            style, pairs = read_style(pairs)
            query = read_aggregate(RESOURCES[name], pairs)
            content = partial(_group_content, request, query, chosen, reader.known)
            return await file_response(request, chosen, style, content)
        query = read_aggregate(RESOURCES[name], pairs)
        page = await reader.run(fetch_groups, query, reader.known)
    except DoubleCounting as error:
        url = f"{request.scope['path']}?{write_pairs(error.corrected)}"
        raise Problem(DOUBLE_COUNTING, f"{error}; corrected: {url}", problems=error.problems, corrected=url) from error
    return list_response(
        request, reader.settings, query, page, pairs, warnings=page.warnings, about={"applied": dict(query.applied)}
    )


async def _group_content(
    request: Request, query: AggregateQuery, suffix: str, known: Known, connection: asyncpg.Connection
) -> Content:
    """Every group, or as many as `limit` says; what was added to the filters and what is risky are notes."""
    limited = any(name == "limit" for name, _ in query.pairs)
    page = await fetch_groups(connection, query if limited else replace(query, limit=_MOST_GROUPS), known)
    if page.cursor is not None and not limited:
        raise too_large(request, suffix, f"{page.total} groups, of which a file takes {_MOST_GROUPS} at most")
    release, made = await find_release(connection, page.release, seconds=SECONDS)
    applied = tuple(f"Added to the filters: {name}={value}" for name, value in query.applied)
    columns = tuple(query.resource.by_name[name] for name in query.fields)
    return Content(
        f"{query.base.name}-aggregate",
        f"{query.base.zh}-汇总",
        release,
        made,
        select_json(page.rows.decode(), columns, query.unit),
        (*applied, *page.warnings),
    )
