"""What may be kept of an answer, by whom and for how long; validators; the finished answers this process keeps.

An answer is a function of the state of the releases, the canonical query and the representation (format, coding), so
its ETag is made from those before the database is asked, and so is the key under which it is kept.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeAlias

from app.api.compression import choose
from app.api.freshness import State
from app.api.parameters import Pairs, read_pairs, write_pairs
from app.api.problems import Problem
from app.errors import InvalidParameters
from app.query.read_query import filter_parameters
from app.query.registry import RESOURCES

# The release that an answer was read from; an answer without it is no function of the data.
RELEASE_HEADER = "Gongkai-Release"

Headers = list[tuple[bytes, bytes]]

# How a request is written as far as its answer depends on it: path, query, Accept, Accept-Encoding, Host, scheme.
Spelling: TypeAlias = tuple[str, bytes, bytes | None, bytes | None, bytes | None, str]


class Policy(Enum):
    """`Cache-Control`, by kind of resource; docs/http.md has the same table."""

    PINNED = "public, max-age=31536000, immutable"  # the query names its release
    CURRENT = "public, no-cache"  # the newest release: kept, and asked for with its ETag each time
    DOCUMENT = "public, max-age=3600"  # documentation, the OpenAPI document, pages about problems
    ASSET = "public, max-age=86400"  # files of the documentation
    VOLATILE = "no-store"  # operators' paths, problems


# The first parts of paths whose answers are made from the data, beside /v1 itself: pages, the catalogue, feeds.
OF_DATA = frozenset(
    {
        "v1",
        "",
        "departments",
        "disclosures",
        "statements",
        "datasets",
        "releases",
        "search",
        "catalog",
        "sitemap",
        "feed",
    }
)


def of_data(path: str) -> bool:
    """Whether the answer at this path is a function of the releases and the query, so that it can be planned and kept.

    `/catalog.ttl`, `/sitemap-1.xml` and `/departments/130205-5c9de731` belong to `catalog`, `sitemap`, `departments`.
    """
    first = path[1:].partition("/")[0]
    return first.partition(".")[0].partition("-")[0] in OF_DATA


def policy_of(path: str, *, pinned: bool) -> Policy:
    """The policy of a good answer at this path."""
    if of_data(path):
        return Policy.PINNED if pinned else Policy.CURRENT
    if path in ("/healthz", "/readyz"):
        return Policy.VOLATILE
    return Policy.ASSET if path.startswith(("/assets/", "/favicon")) else Policy.DOCUMENT


@dataclass(frozen=True)
class Plan:
    """What is known of a request's answer before it is made. `release` is the one it must be of, None: a cursor's."""

    key: tuple[str, ...]
    query: bytes  # canonical
    coding: str
    etag: bytes | None  # None: the releases are not known for certain
    state: State | None
    release: int | None
    pinned: bool

    def fits(self, release: int) -> bool:
        """Whether an answer of this release is the one that was planned."""
        if self.state is None or release not in self.state.created:
            return False
        return self.release in (None, release)


def plan(path: str, query: bytes, accept: str, encodings: str, base: str, state: State | None) -> Plan:
    """The plan for a GET or HEAD of a path `of_data`; `base` is where the reader reached us, which links repeat."""
    canonical, pairs = canonical_query(path, query)
    given = dict(pairs)
    compared = _DIFF.match(path)
    number = given.get("release", "") if compared is None else compared[1]
    pinned = number.isascii() and number.isdigit() and len(number) < 11  # noqa: PLR2004 - no release has more digits
    release = int(number) if pinned else None
    if state is not None and not pinned and "cursor" not in given:
        release = state.newest
    coding = choose(encodings)
    representation = "json" if accept in ("", "*/*", "application/json") else accept
    key = (path, canonical.decode("latin-1"), representation, coding, base)
    etag = None
    if state is not None and (release is None or release in state.created):
        material = "\n".join((build()[0], state.tag, *key)).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(material, digest_size=12).hexdigest()
        shown = release if release is not None else state.newest
        etag = f'"{shown}-{digest}{"-" if coding else ""}{coding}"'.encode()
    return Plan(key, canonical, coding, etag, state, release, pinned)


# The path of a comparison names the release that it is of.
_DIFF = re.compile(r"/v1/releases/[0-9]+/diff/([0-9]+)")

# Filters whose values are a set; in `sort`, `fields` and the like the order means something.
_SETS = ("eq", "ne", "prefix", "under")


def canonical_query(path: str, query: bytes) -> tuple[bytes, Pairs]:
    """The query with its parameters, and the values of set filters, in order: equal queries become the same bytes.

    What is no text stays as it is: it is refused later, in the words it came in.
    """
    if not query:
        return query, []
    try:
        pairs = read_pairs(query)
    except (Problem, InvalidParameters):
        return query, []
    name = path[len("/v1/") :].partition("/")[0].partition(".")[0]
    filters = filter_parameters(name) if name in RESOURCES else {}
    pairs = sorted(
        (
            (key, ",".join(sorted(value.split(","))))
            if "," in value and (key == "include" or (key in filters and filters[key][1] in _SETS))
            else (key, value)
            for key, value in pairs
        ),
        key=lambda pair: pair[0],
    )
    return write_pairs(pairs).encode(), pairs


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Whether an `If-None-Match` header names this ETag; the comparison is weak, as HTTP has it."""
    return any(part.strip().removeprefix(b"W/") in (etag, b"*") for part in if_none_match.split(b","))


def unmodified(if_modified_since: bytes, last_modified: bytes) -> bool:
    """Whether nothing is newer than an `If-Modified-Since` header; one that is no date says nothing."""
    try:
        since = parsedate_to_datetime(if_modified_since.decode("latin-1"))
        return since.tzinfo is not None and parsedate_to_datetime(last_modified.decode("latin-1")) <= since
    except (ValueError, TypeError, OverflowError):
        return False


def last_modified(state: State, release: int) -> bytes:
    """When the release was made, or this program if that was later."""
    return _http_date(max(state.created[release], build()[1]))


@lru_cache(maxsize=256)
def _http_date(moment: datetime) -> bytes:
    return format_datetime(moment.astimezone(UTC), usegmt=True).encode()


# What makes answers: programs, templates and styles of pages, packaged lists of codes.
_SOURCES = frozenset({".py", ".html", ".css", ".svg", ".xml", ".csv", ".json"})


@cache
def build() -> tuple[str, datetime]:
    """A digest of the sources that make answers, and when the newest of them was written.

    Another version of the service may write the same data otherwise: its ETags are others.
    """
    directory = Path(__file__).resolve().parents[1]
    files = sorted(file for file in directory.rglob("*") if file.suffix in _SOURCES)
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    newest = max(file.stat().st_mtime for file in files)
    return digest, datetime.fromtimestamp(int(newest), UTC)


@dataclass
class Finished:
    """A finished answer: headers that every reader of it gets, those of a 304, the body, its validators.

    `head` and `unchanged_head` are the same headers as they go over the wire, status line first.
    """

    headers: Headers
    unchanged: Headers
    body: bytes
    etag: bytes
    modified: bytes
    head: bytes = field(init=False)
    unchanged_head: bytes = field(init=False)
    aliases: list[tuple[object, ...]] = field(default_factory=list)
    size: int = 0

    def __post_init__(self) -> None:
        self.head = b"HTTP/1.1 200 OK\r\n" + _wire(self.headers)
        self.unchanged_head = b"HTTP/1.1 304 Not Modified\r\n" + _wire(self.unchanged)


def _wire(headers: Headers) -> bytes:
    return b"".join(b"%s: %s\r\n" % pair for pair in headers)


# How many spellings of one query are recognised without being read.
_ALIASES = 8
# What an entry costs beside its body, about: headers, keys, the objects themselves.
_OVERHEAD = 4096


class Answers:
    """The finished answers of one state of the releases, the least recently used dropped beyond so many bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._tag: str | None = None
        self._kept: OrderedDict[tuple[str, ...], Finished] = OrderedDict()
        self._aliases: dict[tuple[object, ...], tuple[str, ...]] = {}
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def by_spelling(self, spelling: tuple[object, ...], state: State) -> Finished | None:
        """The answer to a request that came in these very bytes before."""
        if state.tag != self._tag:
            return None
        key = self._aliases.get(spelling)
        if key is None:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def by_plan(self, planned: Plan, spelling: tuple[object, ...]) -> Finished | None:
        """The answer to an equal query, which is found by this spelling from now on."""
        if planned.state is None or planned.state.tag != self._tag:
            return None
        found = self._kept.get(planned.key)
        if found is not None:
            self._kept.move_to_end(planned.key)
            self._name(planned.key, found, spelling)
            self._shrink()
        return found

    def keep(self, planned: Plan, spelling: tuple[object, ...], finished: Finished) -> None:
        """Keep an answer; one that would take an eighth of the space is not kept."""
        finished.size = len(finished.body) + sum(map(len, planned.key)) + _OVERHEAD
        if planned.state is None or finished.size > self._limit // 8:
            return
        if planned.state.tag != self._tag:
            self._kept.clear()
            self._aliases.clear()
            self.size, self._tag = 0, planned.state.tag
        if planned.key in self._kept:
            self._drop(planned.key)
        self._kept[planned.key] = finished
        self.size += finished.size
        self._name(planned.key, finished, spelling)
        self._shrink()

    def _name(self, key: tuple[str, ...], finished: Finished, spelling: tuple[object, ...]) -> None:
        if spelling in self._aliases or len(finished.aliases) >= _ALIASES:
            return
        self._aliases[spelling] = key
        finished.aliases.append(spelling)
        cost = sum(len(part) for part in spelling if isinstance(part, bytes | str)) + 256
        finished.size += cost
        self.size += cost

    def _shrink(self) -> None:
        while self.size > self._limit:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[str, ...]) -> None:
        dropped = self._kept.pop(key)
        for spelling in dropped.aliases:
            del self._aliases[spelling]
        self.size -= dropped.size
