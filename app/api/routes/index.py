"""`/v1`: what there is and how to begin; `/errors`: what can go wrong; `/healthz` and `/readyz` for operators."""

from __future__ import annotations

import html

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.api.caching import RELEASE_HEADER
from app.api.envelope import MEDIA_TYPE
from app.api.formats import accepts, refuse_other
from app.api.parameters import read_pairs
from app.api.paths import unknown_path
from app.api.problems import KINDS, Kind
from app.api.reader import Reader
from app.query.columns import Json
from app.query.read_query import read_nothing
from app.query.registry import RESOURCES
from app.query.run import fetch_release


async def get_index(request: Request) -> Response:
    """Every resource with its list, its description and queries worth a try; the current release."""
    reader: Reader = request.app.state.reader
    refuse_other(request, None)
    read_nothing(read_pairs(request.scope["query_string"]))
    release, described = await reader.run(fetch_release)
    resources = [
        {
            "name": resource.name,
            "zh": resource.zh,
            "en": resource.en,
            "description": resource.description,
            "href": f"/v1/{resource.name}",
            "one": f"/v1/{resource.name}/{{{resource.key}}}",
            "examples": [f"/v1/{resource.name}?{example}" for example in resource.examples],
        }
        for resource in RESOURCES.values()
    ]
    links = {
        "search": "/v1/search",
        "suggest": "/v1/suggest",
        "dictionary": "/v1/dictionary",
        "feed": "/v1/releases.atom",
        "documentation": "/docs",
        "openapi": "/openapi.json",
        "errors": "/errors",
    }
    body = b"".join(
        (
            b'{"data":{"resources":',
            orjson.dumps(resources),
            b',"release":',
            described.encode(),
            b',"links":',
            orjson.dumps(links),
            b'},"meta":',
            orjson.dumps({"release": release}),
            b',"warnings":[]}',
        )
    )
    return Response(body, media_type=MEDIA_TYPE, headers={RELEASE_HEADER: str(release)})


async def list_errors(request: Request) -> Response:
    """Every kind of problem that the service answers with."""
    read_nothing(read_pairs(request.scope["query_string"]))
    kinds = list(KINDS.values())
    if _wants_html(request):
        return HTMLResponse(_page("Problems", "".join(_section(kind) for kind in kinds)))
    return Response(orjson.dumps({"data": [_described(kind) for kind in kinds]}), media_type=MEDIA_TYPE)


async def get_error(request: Request) -> Response:
    """What a problem's `type` means and what to do about it."""
    read_nothing(read_pairs(request.scope["query_string"]))
    kind = KINDS.get(request.path_params["slug"])
    if kind is None:
        raise unknown_path(request.scope["path"])
    if _wants_html(request):
        return HTMLResponse(_page(kind.title, _section(kind)))
    return Response(orjson.dumps({"data": _described(kind)}), media_type=MEDIA_TYPE)


async def get_health(_: Request) -> Response:
    """The process is up and answers."""
    return Response(b'{"status":"ok"}', media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


async def get_readiness(request: Request) -> Response:
    """The database can be reached and a release is loaded; 503 otherwise."""
    reader: Reader = request.app.state.reader
    release, _ = await reader.run(fetch_release)
    return Response(
        orjson.dumps({"status": "ready", "release": release}),
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store"},
    )


def _described(kind: Kind) -> dict[str, Json]:
    return {"type": kind.type, "status": kind.status, "title": kind.title, "description": kind.description}


def _wants_html(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "text/html" in accept and accepts(accept, "text/html")


def _section(kind: Kind) -> str:
    title, description = html.escape(kind.title), html.escape(kind.description)
    return f'<section><h2><a href="{kind.type}">{title}</a> ({kind.status})</h2><p>{description}</p></section>'


def _page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title></head><body><main>{body}"
        '<p><a href="/errors">All problems</a> · <a href="/docs">Documentation</a></p></main></body></html>'
    )
