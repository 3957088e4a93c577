"""What a feed has to tell: the releases, and what became of a department's disclosures in them, newest first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import orjson

from app.errors import InvalidParameters, NotFound, NothingLoaded, ParameterProblem
from app.query.filters import nearest
from app.query.read_query import Pairs
from app.query.run import Connection

DEFAULT_ENTRIES, MOST_ENTRIES = 50, 100
_LAST_RELEASE = 2**31 - 1
_PARAMETERS = {"before": _LAST_RELEASE - 1, "limit": MOST_ENTRIES}


@dataclass(frozen=True)
class FeedQuery:
    """A page of a feed: at most `limit` entries, of releases before `before` (None: from the newest)."""

    limit: int
    before: int | None


@dataclass(frozen=True)
class ReleaseEntry:
    """A release: what it changed, by reason, the disclosures it has, and the release before it that is kept."""

    number: int
    created_at: dt.datetime
    content_digest: str
    note: str
    changes: dict[str, int]
    disclosures: int
    previous: int | None


@dataclass(frozen=True)
class DisclosureEntry:
    """What became of a disclosure in a release; `release` is where it can be read: before, when it was withdrawn."""

    number: int
    created_at: dt.datetime
    reason: str
    disclosure_id: str
    title: str
    source_file: str
    sha256: str
    release: int


@dataclass(frozen=True)
class ReleaseFeed:
    """A page of the releases. `newest` is the current one, `following` where the next page begins."""

    newest: ReleaseEntry
    entries: list[ReleaseEntry]
    following: int | None


@dataclass(frozen=True)
class DepartmentFeed:
    """A page of a department's disclosures; the entries of one release stay together."""

    newest: int
    updated: dt.datetime
    name: str
    entries: list[DisclosureEntry]
    following: int | None


def read_feed(pairs: Pairs) -> FeedQuery:
    """The page that the parameters ask for. InvalidParameters names every problem."""
    found: dict[str, int] = {}
    problems = []
    for name, text in pairs:
        most = _PARAMETERS.get(name)
        if most is None:
            near = nearest(name, _PARAMETERS)
            detail = f"unknown parameter; allowed: {', '.join(_PARAMETERS)}"
            problems.append(ParameterProblem(name, detail, text[:100], near))
        elif name in found:
            problems.append(ParameterProblem(name, "given twice; give it once", text[:100]))
        elif text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most:
            found[name] = int(text)
        else:
            problems.append(ParameterProblem(name, f"not a whole number from 1 to {most}", text[:100]))
    if problems:
        raise InvalidParameters(*problems)
    return FeedQuery(found.get("limit", DEFAULT_ENTRIES), found.get("before"))


async def fetch_releases(connection: Connection, query: FeedQuery) -> ReleaseFeed:
    """The releases before `before`, and the newest of all. NothingLoaded."""
    rows = await connection.fetch(
        """with known as (
          select number, created_at, content_digest, note, changes, (counts->>'disclosure')::int as disclosures,
            lag(number) over (order by number) as previous
          from release)
        (select * from known order by number desc limit 1) union all
        (select * from known where $1::int is null or number < $1 order by number desc limit $2)""",
        query.before,
        query.limit + 1,
    )
    if not rows:
        raise NothingLoaded("no data has been loaded yet")
    newest, *entries = [ReleaseEntry(**{**dict(row), "changes": orjson.loads(row["changes"])}) for row in rows]
    shown = entries[: query.limit]
    return ReleaseFeed(newest, shown, shown[-1].number if len(entries) > query.limit else None)


async def fetch_department(connection: Connection, department: str, query: FeedQuery) -> DepartmentFeed:
    """What became of a department's disclosures. NotFound for a department without any, NothingLoaded."""
    head = await connection.fetchrow(
        """select (select max(number) from release) as newest, (select min(created_at) from release) as begun,
            (select name from department where id = $1) as name""",
        department,
    )
    if head is None or head["newest"] is None:
        raise NothingLoaded("no data has been loaded yet")
    if head["name"] is None:
        raise NotFound(f"there is no department {department[:100]!r}; /v1/departments lists what there is")
    # A page ends with a whole release, so that what follows begins before it.
    rows = await connection.fetch(
        """with made as materialized (select number, created_at from release), change as (
          select r.number, r.created_at, coalesce(n.id, o.id) as disclosure_id, coalesce(n.title, o.title) as title,
            coalesce(n.source_file, o.source_file) as source_file, coalesce(n.sha256, o.sha256) as sha256,
            case when o.id is null then 'new_document' when n.id is null then 'withdrawn'
              when o.sha256 <> n.sha256 then 'new_revision'
              when o.content_digest <> n.content_digest then 'extraction_mended' else 'checks' end as reason,
            case when n.id is null then o.valid_to - 1 else n.valid_from end as release
          from (select x.* from disclosure x where x.department_id = $1) n
          full join (select x.* from disclosure x where x.department_id = $1) o
            on o.department_id = n.department_id and o.id = n.id and o.valid_to = n.valid_from
          join made r on r.number = coalesce(n.valid_from, o.valid_to)
          -- Of the oldest release that is kept it is not known what was before it, but for what had never been.
          where ($2::int is null or r.number < $2) and (r.number > (select min(number) from made) or n.revision = 1))
        select * from change where number >= coalesce(
          (select number from change order by number desc offset $3 - 1 limit 1), 0)
        order by number desc, disclosure_id""",
        department,
        query.before,
        query.limit,
    )
    entries = [DisclosureEntry(**dict(row)) for row in rows]
    following = None
    if len(entries) >= query.limit:
        earlier = await connection.fetchval(
            """select exists (select 1 from disclosure where department_id = $1 and valid_from < $2
              and (valid_from > (select min(number) from release) or revision = 1
                   and valid_from = (select min(number) from release)
                or valid_to > (select min(number) from release) and valid_to < $2) limit 1)""",
            department,
            entries[-1].number,
        )
        following = entries[-1].number if earlier else None
    updated = entries[0].created_at if entries else head["begun"]
    return DepartmentFeed(head["newest"], updated, head["name"], entries, following)
