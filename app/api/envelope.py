"""The envelope around every answer: data, page, meta, warnings. Rows arrive as JSON text and are not touched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import orjson
from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import RELEASE_HEADER
from app.api.parameters import Pairs, write_pairs
from app.query.changes_since import SINCE
from app.query.columns import Json
from app.query.read_aggregate import dimensions
from app.query.read_query import LIST_PARAMETERS, ListQuery, RowQuery
from app.query.run import Page
from app.settings import Settings

MEDIA_TYPE = "application/json"
# Of so many values of one list an empty answer speaks.
_MOST_ADVICE = 5
_HOST = re.compile(r"[A-Za-z0-9.\-_\[\]:]{1,255}")


def list_response(
    request: Request,
    settings: Settings,
    query: ListQuery,
    page: Page,
    pairs: Pairs,
    *,
    warnings: Sequence[str] = (),
    about: Mapping[str, Json] = MappingProxyType({}),
) -> Response:
    """A page of a list, with `page.next` and `Link: rel="next"` where there is a next page.

    `warnings` and the entries of `meta` in `about` come on top of what every list has.
    """
    following, headers = None, {RELEASE_HEADER: str(page.release)}
    if page.cursor is not None:
        kept = [pair for pair in pairs if pair[0] != "cursor"]
        path = f"{request.scope['path']}?{write_pairs([*kept, ('cursor', page.cursor)])}"
        following = base_url(request, settings) + path
        headers["Link"] = f'<{following}>; rel="next"'
    described = orjson.dumps(
        {
            "limit": query.limit,
            "count": page.count,
            "total": page.total,
            "next": following,
            "cursor": page.cursor,
        }
    )
    meta, said = _meta(query, page.release, about), orjson.dumps([*_warnings(query, page, pairs), *warnings])
    body = b"".join((b'{"data":[', page.rows, b'],"page":', described, b',"meta":', meta, b',"warnings":', said, b"}"))
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


def one_response(
    query: RowQuery,
    release: int,
    record: str,
    *,
    warnings: Sequence[str] = (),
    about: Mapping[str, Json] = MappingProxyType({}),
) -> Response:
    """A single record, or what else is no page."""
    meta, said = _meta(query, release, about), orjson.dumps([*warnings])
    body = b"".join((b'{"data":', record.encode(), b',"meta":', meta, b',"warnings":', said, b"}"))
    return Response(body, media_type=MEDIA_TYPE, headers={RELEASE_HEADER: str(release)})


def base_url(request: Request, settings: Settings) -> str:
    """Where readers reach the service: the setting, or as the request names it; empty when it names it wrongly."""
    if settings.public_url is not None:
        return settings.public_url.rstrip("/")
    host = request.headers.get("host", "")
    return f"{request.scope['scheme']}://{host}" if _HOST.fullmatch(host) else ""


def _warnings(query: ListQuery, page: Page, pairs: Pairs) -> list[str]:
    """What a reader of an empty list may have meant otherwise."""
    if page.total:
        return []
    alone = len(query.filters) == 1
    return (
        [
            (
                f"nothing is of exactly the division {value}"
                if alone
                else f"{item.column}={value} is exactly that division"
            )
            + f": {item.column}__under={value} takes everything under it too"
            for item in query.filters
            if item.operator == "eq" and query.resource.by_name[item.column].hierarchy == "region"
            for value in item.values
            if str(value).endswith("00")
        ]
        + [
            f"{item.column}={value} is the whole text: {item.column}__contains={value} finds it within one"
            for item in query.filters
            if item.operator == "eq" and "contains" in query.resource.by_name[item.column].operators
            for value in item.values
        ][:_MOST_ADVICE]
        + _together(query, pairs)
    )


def _together(query: ListQuery, pairs: Pairs) -> list[str]:
    """Of filters that nothing meets together: where to see which values of each leave something under the others."""
    known = dimensions(query.resource)
    fields = dict.fromkeys(item.column for item in query.filters if item.column in known)
    if type(query) is not ListQuery or len(query.filters) < 2 or not fields or SINCE in dict(pairs):  # noqa: PLR2004 - one does not contradict itself
        return []
    kept = [(name, text) for name, text in pairs if name in ("unit", "release") or name not in LIST_PARAMETERS]
    path = f"/v1/{query.resource.name}/facets?{write_pairs([('field', ','.join(fields)), *kept])}"
    named = ", ".join(fields)
    return [f"nothing meets all of these filters together: {path} counts what of {named} leaves something"]


def _meta(query: RowQuery, release: int, about: Mapping[str, Json] = MappingProxyType({})) -> bytes:
    return orjson.dumps(
        {
            "release": release,
            "resource": query.resource.name,
            "unit": query.unit.value,
            "unit_name": query.unit.zh,
            "unit_name_en": query.unit.en,
            **about,
        }
    )
