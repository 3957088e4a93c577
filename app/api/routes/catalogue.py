"""`/catalog`: the data sets as open-data portals harvest them, in three syntaxes of RDF."""

from __future__ import annotations

import asyncio
import hashlib
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from app import publication
from app.api.caching import RELEASE_HEADER, matches
from app.api.envelope import base_url
from app.api.formats import choose_format
from app.api.parameters import read_pairs
from app.api.reader import Reader
from app.bulk.manifest import release_files
from app.catalogue.graph import Source, build, dataset_names, modified
from app.catalogue.page import Page, choose, read_asked
from app.catalogue.serialise import SYNTAXES, serialise
from app.query.extent import fetch_extent


async def get_catalogue(request: Request) -> Response:
    """The catalogue of the newest release, by suffix or Accept."""
    reader: Reader = request.app.state.reader
    suffix = request.path_params.get("suffix")
    syntax = choose_format(request, suffix, SYNTAXES)
    asked = read_asked(read_pairs(request.scope["query_string"]))
    extent = await reader.run(fetch_extent, reader.known)
    files = release_files(reader.settings.releases, extent.number)
    if files is not None and not files.is_of(extent.content_digest, extent.created_at):
        files = None
    base = base_url(request, reader.settings)
    source = Source(base, publication.publisher(reader.settings), extent, files)
    path = "/catalog" if suffix is None else f"/catalog.{suffix}"
    page = choose(asked, path, dataset_names(), partial(modified, source))
    body = await asyncio.to_thread(lambda: serialise(build(source, page), syntax))
    headers = {"Link": _links(page, base)}
    if files is not None:
        headers[RELEASE_HEADER] = str(extent.number)
        return Response(body, media_type=SYNTAXES[syntax], headers=headers)
    # Without the files the answer is not the release's last word: it is validated by its own content.
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers |= {"ETag": etag, "Cache-Control": "no-cache"}
    if matches(request.headers.get("if-none-match", "").encode("latin-1"), etag.encode()):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=SYNTAXES[syntax], headers=headers)


def _links(page: Page, base: str) -> str:
    """The other syntaxes, and the other pages."""
    _, mark, query = page.address(base, page.number).partition("?")
    links = [
        f'<{base}/catalog.{suffix}{mark}{query}>; rel="alternate"; type="{media_type}"'
        for suffix, media_type in SYNTAXES.items()
    ]
    if page.number < page.last:
        links.append(f'<{page.address(base, page.number + 1)}>; rel="next"')
    return ", ".join(links)
