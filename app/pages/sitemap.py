"""sitemap.xml and robots.txt: which pages there are, in parts of at most 50,000 addresses, and where they are said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from xml.sax.saxutils import escape

from app.pages.asked import Asked, Language
from app.query.registry import RESOURCES
from app.query.sitemap import Entry

# The protocol allows 50,000 addresses in a file; every page has one in each language.
ENTRIES = 25_000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# The pages that are there whatever is loaded; they stand in the first part.
_FIXED = ("/", "/departments", "/datasets", "/releases", *(f"/datasets/{name}" for name in RESOURCES))
FIRST_ENTRIES = ENTRIES - len(_FIXED)


def parts(total: int) -> int:
    """How many parts so many entries need."""
    return 1 + max(0, -(-(total - FIRST_ENTRIES) // ENTRIES))


def bounds(number: int) -> tuple[int, int]:
    """How many entries the part with this number (from 1) holds, and after how many."""
    return (FIRST_ENTRIES, 0) if number == 1 else (ENTRIES, FIRST_ENTRIES + (number - 2) * ENTRIES)


def write_part(base: str, number: int, made: dt.datetime, entries: Iterable[Entry]) -> bytes:
    """One part: the addresses of pages in both languages, with the day that they last changed."""
    pages: list[tuple[str, dt.datetime | None]] = [(path, made) for path in _FIXED] if number == 1 else []
    pages += [(f"/{entry.kind}/{entry.key}", entry.changed) for entry in entries]
    urls = "".join(
        f"<url><loc>{escape(Asked(base, path).canonical(language))}</loc>{_changed(changed)}</url>\n"
        for path, changed in pages
        for language in Language
    )
    return _document("urlset", urls)


def write_index(base: str, count: int, made: dt.datetime) -> bytes:
    """The parts that there are."""
    named = "".join(
        f"<sitemap><loc>{escape(base)}/sitemap-{number}.xml</loc>{_changed(made)}</sitemap>\n"
        for number in range(1, count + 1)
    )
    return _document("sitemapindex", named)


def write_robots(base: str) -> bytes:
    """Pages, records and files are for everybody; filtered lists, of which there is no end, are for those who ask.

    What pages name as distributions of a department or a document is filtered by its id, and is let in again.
    """
    rules = (
        "User-agent: *",
        "Disallow: /search",
        "Disallow: /datasets/*/rows",
        "Disallow: /v1/*?",
        *(f"Allow: /v1/*?{field}=" for field in ("department_id", "disclosure_id")),
    )
    return ("\n".join(rules) + f"\n\nSitemap: {base}/sitemap.xml\n").encode()


def _changed(moment: dt.datetime | None) -> str:
    return "" if moment is None else f"<lastmod>{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod>"


def _document(element: str, inside: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{element} xmlns="{_NAMESPACE}">\n{inside}</{element}>\n'
    ).encode()
