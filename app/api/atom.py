"""Atom (RFC 4287) in pages (RFC 5005): what happened, as feed readers and portals take it.

Ids are UUIDs made from what an entry is about, so that they are the same at whatever address the service is reached.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

MEDIA_TYPE = "application/atom+xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_IDS = uuid.UUID("6ab48cc8-6a0b-4f6a-9a56-6f6ff0d3b7a1")
# XML has no place for these, and no way to escape them.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Link:
    """A link of a feed or an entry."""

    rel: str
    href: str
    media_type: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class Entry:
    """One thing that happened."""

    identifier: str
    title: str
    updated: dt.datetime
    summary: str
    links: tuple[Link, ...]
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    """A page of a feed. `author` is a name and an address, where one is known."""

    identifier: str
    title: str
    subtitle: str
    updated: dt.datetime
    author: tuple[str, str | None]
    rights: str
    links: tuple[Link, ...]
    entries: Sequence[Entry]


def identifier(*parts: str) -> str:
    """The id of what these words name, the same wherever and whenever it is asked for."""
    return uuid.uuid5(_IDS, "\n".join(parts)).urn


def write_feed(feed: Feed) -> bytes:
    """The feed as an XML document."""
    root = ET.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "zh-CN"})
    _text(root, "id", feed.identifier)
    _text(root, "title", feed.title)
    _text(root, "subtitle", feed.subtitle)
    _text(root, "updated", _time(feed.updated))
    author = ET.SubElement(root, "author")
    name, address = feed.author
    _text(author, "name", name)
    if address is not None and address.startswith("mailto:"):
        _text(author, "email", address.removeprefix("mailto:"))
    elif address is not None:
        _text(author, "uri", address)
    _text(root, "rights", feed.rights)
    _text(root, "generator", "gongkai")
    _links(root, feed.links)
    for entry in feed.entries:
        element = ET.SubElement(root, "entry")
        _text(element, "id", entry.identifier)
        _text(element, "title", entry.title)
        _text(element, "updated", _time(entry.updated))
        _text(element, "published", _time(entry.updated))
        for category in entry.categories:
            ET.SubElement(element, "category", {"term": category})
        _links(element, entry.links)
        _text(element, "summary", entry.summary)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode()


def _text(parent: ET.Element, local: str, text: str) -> None:
    ET.SubElement(parent, local).text = _UNWRITABLE.sub("\ufffd", text)


def _links(parent: ET.Element, links: Sequence[Link]) -> None:
    for link in links:
        said = {"rel": link.rel, "href": link.href}
        if link.media_type is not None:
            said["type"] = link.media_type
        if link.title is not None:
            said["title"] = _UNWRITABLE.sub("\ufffd", link.title)
        ET.SubElement(parent, "link", said)


def _time(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
