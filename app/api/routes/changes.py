"""`/v1/releases/{a}/diff/{b}`: what differs between two releases, in all and row by row."""

from __future__ import annotations

from functools import partial

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import RELEASE_HEADER
from app.api.envelope import MEDIA_TYPE, list_response
from app.api.files import Content, file_response
from app.api.formats import choose_format, refuse_other, split_suffix
from app.api.parameters import read_pairs
from app.api.problems import INVALID_PARAMETERS, PATH_NOT_FOUND, RELEASE_NOT_FOUND, Problem
from app.api.reader import Reader
from app.errors import ParameterProblem
from app.export.read_rows import SECONDS
from app.query.changes import COMPARABLE
from app.query.changes_read import ChangesQuery, read_changes
from app.query.changes_run import (
    MOST_COUNTED,
    MOST_DOCUMENTS,
    Summary,
    TwoReleases,
    fetch_changes,
    fetch_summary,
    find_releases,
    select_changes,
)
from app.query.columns import Json
from app.query.filters import nearest
from app.query.read_query import read_nothing
from app.query.registry import RESOURCES
from app.query.whole_list import find_release, read_style

_LONGEST_NUMBER = 10
_LAST_RELEASE = 2**31 - 1


async def get_summary(request: Request) -> Response:
    """Disclosures by reason and rows by resource that the one release has otherwise than the other."""
    reader: Reader = request.app.state.reader
    later, suffix = split_suffix(request.path_params["later"])
    refuse_other(request, suffix)
    first, second = _releases(request, request.path_params["earlier"], later)
    read_nothing(read_pairs(request.scope["query_string"]))
    releases, summary = await reader.run(fetch_summary, first, second)
    warnings = []
    if summary.rows is None:
        warnings.append(
            f"{summary.found} disclosures differ: the rows of more than {MOST_COUNTED} are not counted here; "
            "each resource has its own list, which takes filters"
        )
    body = orjson.dumps(
        {"data": _described(first, second, releases, summary), "meta": {"release": second}, "warnings": warnings}
    )
    return Response(body, media_type=MEDIA_TYPE, headers={RELEASE_HEADER: str(second)})


async def list_changes(request: Request) -> Response:
    """The rows that were added, changed or removed, with what they were and are: pages of JSON, or a file."""
    reader: Reader = request.app.state.reader
    name, suffix = split_suffix(request.path_params["resource"])
    first, second = _releases(request, request.path_params["earlier"], request.path_params["later"])
    if name not in COMPARABLE:
        raise _not_comparable(name)
    chosen = choose_format(request, suffix)
    pairs = read_pairs(request.scope["query_string"])
    if chosen != "json":
        style, pairs = read_style(pairs)
        query = read_changes(RESOURCES[name], first, second, pairs, whole=True)
        content = partial(_content, query, nested=chosen == "ndjson")
        return await file_response(request, chosen, style, content)
    query = read_changes(RESOURCES[name], first, second, pairs)
    page = await reader.run(fetch_changes, query, reader.known)
    return list_response(request, reader.settings, query, page, pairs, about={"earlier": first, "later": second})


async def _content(query: ChangesQuery, connection: asyncpg.Connection, *, nested: bool) -> Content:
    releases = await find_releases(connection, query.earlier, query.later, seconds=SECONDS)
    release, made = await find_release(connection, query.later, seconds=SECONDS)
    return Content(
        f"{query.base.name}-changes-from-{query.earlier}",
        f"{query.base.zh}-变动-自数据版本{query.earlier}",
        release,
        made,
        await select_changes(connection, query, releases, nested=nested, seconds=SECONDS),
    )


def _releases(request: Request, earlier: str, later: str) -> tuple[int, int]:
    """The two numbers of the path. Problem for what is no number, and for the later one before the earlier."""
    for part in (earlier, later):
        whole = part.isascii() and part.isdigit() and len(part) <= _LONGEST_NUMBER
        if not whole or not 1 <= int(part) < _LAST_RELEASE:
            raise Problem(
                RELEASE_NOT_FOUND,
                f"{part[:100]!r} is no release number; /v1/releases lists what there is",
                problems=(ParameterProblem("path", "a number of /v1/releases", value=part[:100]),),
            )
    first, second = int(earlier), int(later)
    if first <= second:
        return first, second
    path: str = request.scope["path"]
    query = request.scope["query_string"].decode("latin-1")
    turned = path.replace(f"/{earlier}/diff/{later}", f"/{second}/diff/{first}", 1) + (f"?{query}" if query else "")
    detail = f"release {first} is later than release {second}: the earlier one comes first; corrected: {turned}"
    raise Problem(
        INVALID_PARAMETERS,
        detail,
        problems=(ParameterProblem("path", "the earlier release comes first", f"{first}/diff/{second}", turned),),
        corrected=turned,
    )


def _not_comparable(name: str) -> Problem:
    if name in RESOURCES:
        detail = f"{name} is not kept by release, so what has changed in it cannot be told"
    else:
        detail = f"no such list: {name[:100]}"
    near = nearest(name, COMPARABLE)
    return Problem(
        PATH_NOT_FOUND,
        f"{detail}; lists that are compared: {', '.join(COMPARABLE)}",
        problems=(ParameterProblem("path", f"allowed: {', '.join(COMPARABLE)}", value=name[:100], suggestion=near),),
    )


def _described(first: int, second: int, releases: TwoReleases, summary: Summary) -> dict[str, Json]:
    path = f"/v1/releases/{first}/diff/{second}"
    resources: list[Json] = [
        {
            "resource": name,
            "zh": RESOURCES[name].zh,
            "en": RESOURCES[name].en,
            "rows": None if summary.rows is None else {**summary.rows[name]},
            "href": f"{path}/{name}",
        }
        for name in COMPARABLE
    ]
    documents: list[Json] = [
        {
            **document,
            "changes": {
                name: f"{path}/{name}?disclosure_id={document['disclosure_id']}"
                for name in COMPARABLE
                if name != "disclosures"
            },
        }
        for document in summary.documents
    ]
    return {
        "earlier": releases.earlier,
        "later": releases.later,
        "disclosures": {"total": summary.found, **summary.reasons},
        "resources": resources,
        "documents": documents,
        "more_documents": f"{path}/disclosures" if summary.found > MOST_DOCUMENTS else None,
    }
