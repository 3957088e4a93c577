"""What has a page of its own, in parts that a sitemap can hold: departments and disclosures, and when they changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app.errors import NothingLoaded
from app.query.run import Connection


@dataclass(frozen=True)
class Entry:
    """Something with a page: `departments` or `disclosures`, its id, and when the page last changed, if known."""

    kind: str
    key: str
    changed: dt.datetime | None


@dataclass(frozen=True)
class Part:
    """One part of all entries, and how many there are in all, of which release."""

    release: int
    created_at: dt.datetime
    total: int
    entries: list[Entry]


_COUNT = """select (select count(*) from disclosure where valid_from <= $1 and valid_to > $1)
    + (select count(distinct department_id) from disclosure where valid_from <= $1 and valid_to > $1)"""

# Parameters: the release, how many, after how many. Departments come first, in the order of ids.
_ENTRIES = """with made as materialized (
    select number, created_at from release
), valid as (
    select d.id, d.department_id, r.created_at from disclosure d left join made r on r.number = d.valid_from
    where d.valid_from <= $1 and d.valid_to > $1
)
select kind, key, changed from (
    select 'departments' as kind, department_id as key, max(created_at) as changed from valid group by department_id
    union all select 'disclosures', id, created_at from valid
) e order by kind, key collate "C" limit $2 offset $3"""


async def fetch_entries(connection: Connection, *, limit: int, skip: int) -> Part:
    """The entries of one part of the newest release. NothingLoaded when there is none."""
    newest = await connection.fetchrow("select number, created_at from release order by number desc limit 1")
    if newest is None:
        raise NothingLoaded("no data has been loaded yet")
    total = await connection.fetchval(_COUNT, newest["number"])
    found = await connection.fetch(_ENTRIES, newest["number"], limit, skip)
    return Part(newest["number"], newest["created_at"], total, [Entry(**row) for row in found])
