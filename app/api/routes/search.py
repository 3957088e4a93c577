"""`/v1/search`: names that words are found in, by kind; `/v1/suggest`: what words may become."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import RELEASE_HEADER
from app.api.envelope import MEDIA_TYPE
from app.api.formats import refuse_other
from app.api.parameters import Pairs, read_pairs, write_pairs
from app.api.reader import Reader
from app.query.columns import Json
from app.query.registry import RESOURCES
from app.query.search import Found, SearchQuery, fetch_search, fetch_suggestions, read_search, read_suggest


async def search(request: Request) -> Response:
    """The names that have every word, by kind, the best first, with the matched parts marked."""
    reader: Reader = request.app.state.reader
    refuse_other(request, request.path_params.get("suffix"))
    query = read_search(read_pairs(request.scope["query_string"]))
    release, found = await reader.run(fetch_search, query, reader.known)
    data: Json = [_group(query, release, one) for one in found]
    warnings = [] if any(one.total for one in found) else [_nothing(query)]
    return _answer(release, query, data, warnings)


async def suggest(request: Request) -> Response:
    """Names that begin with what was typed so far, then names that contain it."""
    reader: Reader = request.app.state.reader
    refuse_other(request, request.path_params.get("suffix"))
    query = read_suggest(read_pairs(request.scope["query_string"]))
    release, found = await reader.run(fetch_suggestions, query, reader.known)
    return _answer(release, query, [*found], [])


def _answer(release: int, query: SearchQuery, data: Json, warnings: list[str]) -> Response:
    meta = {"release": release, "query": query.text, "words": query.words}
    body = orjson.dumps({"data": data, "meta": meta, "warnings": warnings})
    return Response(body, media_type=MEDIA_TYPE, headers={RELEASE_HEADER: str(release)})


def _group(query: SearchQuery, release: int, found: Found) -> dict[str, Json]:
    pairs: Pairs = [("q", query.text), ("kind", found.kind), ("limit", str(query.limit))]
    following = None
    if found.cursor is not None:
        following = f"/v1/search?{write_pairs([*pairs, ('cursor', found.cursor)])}"
    listed: Pairs = [("q", query.text)]
    if query.pinned:
        listed.append(("release", str(release)))
    return {
        "kind": found.kind,
        "zh": RESOURCES[found.kind].zh,
        "en": RESOURCES[found.kind].en,
        "total": found.total,
        "results": [*found.results],
        "next": following,
        "cursor": found.cursor,
        "list": f"/v1/{found.kind}?{write_pairs(listed)}",
    }


def _nothing(query: SearchQuery) -> str:
    if len(query.words) > 1:
        return "no name has all of these words: search for fewer"
    return "no name has this: search for a part of it, or several words separated by spaces"
