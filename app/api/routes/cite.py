"""`/v1/cite`: how a record or a query is cited, with a link that is pinned to the release."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import orjson
from starlette.requests import Request
from starlette.responses import Response

from app import publication
from app.api.caching import RELEASE_HEADER, canonical_query
from app.api.envelope import MEDIA_TYPE, base_url
from app.api.formats import choose_format
from app.api.parameters import read_pairs, write_pairs
from app.api.reader import Reader
from app.citations import Citation, to_bibtex, to_csl, to_gbt7714
from app.query.cite import Cited, Target, fetch_cited, read_target
from app.query.columns import Json
from app.settings import Settings

FORMATS = {
    "json": MEDIA_TYPE,
    "txt": "text/plain",
    "bib": "application/x-bibtex",
    "csl.json": "application/vnd.citationstyles.csl+json",
}
_NOT_ACCESSED = (
    "GB/T 7714 wants the date on which you read it (引用日期): add accessed=YYYY-MM-DD. It is left out, not guessed"
)


async def get_citation(request: Request) -> Response:
    """The citation in every style, or in the one that the suffix or Accept names."""
    reader: Reader = request.app.state.reader
    chosen = choose_format(request, request.path_params.get("suffix"), FORMATS)
    target = read_target(read_pairs(request.scope["query_string"]), read_pairs)
    cited = await reader.run(fetch_cited, target, reader.known)
    target = _canonical(target, cited.release)
    citation = _citation(target, cited, base_url(request, reader.settings), reader.settings)
    headers = {RELEASE_HEADER: str(cited.release)}
    if chosen == "txt":
        return Response(to_gbt7714(citation) + "\n", media_type=FORMATS[chosen], headers=headers)
    if chosen == "bib":
        return Response(to_bibtex(citation), media_type=f"{FORMATS[chosen]}; charset=utf-8", headers=headers)
    if chosen == "csl.json":
        return Response(orjson.dumps(to_csl(citation)), media_type=FORMATS[chosen], headers=headers)
    body = {
        "data": _described(target, cited, citation),
        "meta": {"release": cited.release},
        "warnings": [] if target.accessed is not None else [_NOT_ACCESSED],
    }
    return Response(orjson.dumps(body), media_type=MEDIA_TYPE, headers=headers)


def _canonical(target: Target, release: int) -> Target:
    """The same in the spelling that equal queries share, pinned to the release."""
    pairs = [*(pair for pair in target.pairs if pair[0] != "release"), ("release", str(release))]
    _, pairs = canonical_query(f"/v1/{target.resource.name}", write_pairs(pairs).encode())
    return replace(target, pairs=pairs)


def _citation(target: Target, cited: Cited, base: str, settings: Settings) -> Citation:
    said = cited.citation
    path = f"/v1/{target.resource.name}" + ("" if target.key is None else f"/{target.key}")
    publisher, resource = publication.publisher(settings).name, target.resource
    document = cited.document
    if said is not None:
        author, title = str(said["author"]), str(said["title"])
    else:
        author = publisher
        title = f"{publication.TITLE_ZH}：{resource.zh}" + _which(target, cited)
    note = None if document is None else f"源文件 {document['file']}，SHA-256 {document['sha256']}"
    return Citation(
        key=_name(target, cited.release),
        author=author,
        title=title,
        container=publication.TITLE_ZH if said is not None else None,
        publisher=publisher,
        release=cited.release,
        date=cited.made.date(),
        url=f"{base}{path}?{write_pairs(target.pairs)}",
        accessed=target.accessed,
        note=note,
    )


def _which(target: Target, cited: Cited) -> str:
    """Which record or rows, of what is no part of a document."""
    if target.key is not None:
        return f"，{cited.name}（{target.key}）" if cited.name is not None else f"，{target.key}"
    filters = "，".join(f"{name}={value}" for name, value in target.pairs if name != "release")
    return f"（{filters}）" if filters else ""


def _name(target: Target, release: int) -> str:
    """A key for bibliographies: ASCII letters, digits and hyphens."""
    if target.key is not None and target.key.isascii():
        last = "".join(sign if sign.isalnum() else "-" for sign in target.key)
    else:
        last = hashlib.blake2b(repr((target.key, target.pairs)).encode(), digest_size=4).hexdigest()
    return f"gongkai-r{release}-{target.resource.name}-{last}"


def _described(target: Target, cited: Cited, citation: Citation) -> dict[str, Json]:
    licence, resource = publication.DATA_LICENCE, target.resource
    which = f"{cited.rows} rows" if target.key is None else target.key
    return {
        "kind": "query" if target.key is None else "record",
        "resource": resource.name,
        "key": target.key,
        "rows": cited.rows,
        "title": citation.title,
        "title_en": f"{publication.TITLE_EN}: {resource.en}, {which}",
        "author": citation.author,
        "about": {**cited.about},
        "document": cited.document,
        "dataset": {"title_zh": publication.TITLE_ZH, "title_en": publication.TITLE_EN},
        "publisher": citation.publisher,
        "release": cited.release,
        "date": citation.date.isoformat(),
        "accessed": None if citation.accessed is None else citation.accessed.isoformat(),
        "licence": {
            "identifier": licence.identifier,
            "name_zh": licence.name_zh,
            "name_en": licence.name_en,
            "url": licence.url,
        },
        "href": citation.url,
        "gbt7714": to_gbt7714(citation),
        "bibtex": to_bibtex(citation),
        "csl": to_csl(citation),
    }
