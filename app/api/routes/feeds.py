"""`/v1/releases.atom` and `/v1/departments/{id}.atom`: feeds of what is new."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from app.api import atom
from app.api.atom import Entry, Feed, Link, identifier
from app.api.caching import RELEASE_HEADER
from app.api.envelope import base_url
from app.api.parameters import Pairs, read_pairs, write_pairs
from app.api.reader import Reader
from app.publication import ATTRIBUTION_EN, ATTRIBUTION_ZH, DATA_LICENCE, SUMMARY_EN, SUMMARY_ZH, TITLE_EN, TITLE_ZH
from app.publication import publisher as publisher_of
from app.query import words
from app.query.changes_feed import (
    DisclosureEntry,
    FeedQuery,
    ReleaseEntry,
    fetch_department,
    fetch_releases,
    read_feed,
)
from app.settings import Settings

_JSON = "application/json"
_RIGHTS = f"{DATA_LICENCE.name_zh} {DATA_LICENCE.name_en} ({DATA_LICENCE.url}). {ATTRIBUTION_ZH} {ATTRIBUTION_EN}"


async def get_releases(request: Request) -> Response:
    """An entry for each release, the newest first."""
    reader: Reader = request.app.state.reader
    query = read_feed(read_pairs(request.scope["query_string"]))
    found = await reader.run(fetch_releases, query)
    base = base_url(request, reader.settings)
    feed = Feed(
        identifier=identifier("releases"),
        title=f"{TITLE_ZH}：数据版本 · {TITLE_EN}: releases",
        subtitle=f"{SUMMARY_ZH} {SUMMARY_EN}",
        updated=found.newest.created_at,
        author=_author(reader.settings),
        rights=_RIGHTS,
        links=_links(request, base, query, found.following, alternate="/v1/releases"),
        entries=[_release(base, entry) for entry in found.entries],
    )
    return _answer(feed, found.newest.number)


async def get_department(request: Request) -> Response:
    """An entry for each disclosure of a department that came, changed or went, the newest first."""
    reader: Reader = request.app.state.reader
    department = request.path_params["key"]
    query = read_feed(read_pairs(request.scope["query_string"]))
    found = await reader.run(fetch_department, department, query)
    base = base_url(request, reader.settings)
    feed = Feed(
        identifier=identifier("department", department),
        title=f"{found.name}：预算决算公开 · budgets and final accounts",
        subtitle=f"{TITLE_ZH} · {TITLE_EN}",
        updated=found.updated,
        author=_author(reader.settings),
        rights=_RIGHTS,
        links=_links(request, base, query, found.following, alternate=f"/v1/departments/{department}"),
        entries=[_disclosure(base, entry) for entry in found.entries],
    )
    return _answer(feed, found.newest)


def _release(base: str, entry: ReleaseEntry) -> Entry:
    counted = {reason: count for reason in words.CHANGE_REASON if (count := entry.changes.get(reason, 0))}
    zh = "，".join(f"{words.CHANGE_REASON[reason].zh} {count} 份" for reason, count in counted.items())
    en = ", ".join(f"{count} {_SHORT[reason]}" for reason, count in counted.items())
    links = [
        Link("alternate", f"{base}/v1/releases/{entry.number}", title=f"数据版本 {entry.number}"),
        Link("related", f"{base}/v1/releases/{entry.number}/files", _JSON, "文件 files"),
    ]
    if entry.previous is not None:
        path = f"{base}/v1/releases/{entry.previous}/diff/{entry.number}"
        links.append(Link("related", path, _JSON, "变动 changes"))
    return Entry(
        identifier=identifier("release", str(entry.number), entry.created_at.isoformat(), entry.content_digest),
        title=f"数据版本 {entry.number} · Release {entry.number}",
        updated=entry.created_at,
        summary=(
            f"{zh or '公开文件没有变动'}；共 {entry.disclosures} 份公开文件。 "
            f"{en or 'no disclosure has changed'}; {entry.disclosures} disclosures in all."
            + (f" ({entry.note})" if entry.note else "")
        ),
        links=tuple(links),
        categories=tuple(counted),
    )


_SHORT = {
    "new_document": "new",
    "new_revision": "published again",
    "extraction_mended": "read otherwise",
    "checks": "checked by other rules",
    "withdrawn": "withdrawn",
}


def _disclosure(base: str, entry: DisclosureEntry) -> Entry:
    reason = words.CHANGE_REASON[entry.reason]
    path = f"{base}/v1/disclosures/{entry.disclosure_id}?release={entry.release}"
    return Entry(
        identifier=identifier("disclosure", entry.disclosure_id, str(entry.number), entry.created_at.isoformat()),
        title=f"{entry.title}（{reason.zh}）",
        updated=entry.created_at,
        summary=(
            f"{reason.zh}，数据版本 {entry.number}。 {reason.en}, release {entry.number}. "
            f"{entry.source_file}, SHA-256 {entry.sha256}"
        ),
        links=(Link("alternate", path, title=entry.title),),
        categories=(entry.reason,),
    )


def _links(request: Request, base: str, query: FeedQuery, following: int | None, *, alternate: str) -> tuple[Link, ...]:
    """The feed itself, what it is about, its first page and, where there are more entries, the next one."""
    path: str = base + request.scope["path"]
    limit: Pairs = [(name, text) for name, text in read_pairs(request.scope["query_string"]) if name == "limit"]

    def page(before: int | None) -> str:
        pairs = limit if before is None else [*limit, ("before", str(before))]
        return f"{path}?{write_pairs(pairs)}" if pairs else path

    found = [
        Link("self", page(query.before), atom.MEDIA_TYPE),
        Link("alternate", base + alternate),
        Link("license", DATA_LICENCE.url),
        Link("first", page(None), atom.MEDIA_TYPE),
    ]
    if following is not None:
        found.append(Link("next", page(following), atom.MEDIA_TYPE))
    return tuple(found)


def _author(settings: Settings) -> tuple[str, str | None]:
    publisher = publisher_of(settings)
    return publisher.name, publisher.contact


def _answer(feed: Feed, release: int) -> Response:
    return Response(atom.write_feed(feed), media_type=atom.MEDIA_TYPE, headers={RELEASE_HEADER: str(release)})
