"""What each resource covers in a release: years, divisions, since when it is there and when it last changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import asyncpg

from app.errors import NothingLoaded
from app.query.registry import RESOURCES
from app.query.run import Connection, Known

_NOTHING = "no data has been loaded yet"


@dataclass(frozen=True)
class Extent:
    """What one resource covers. `years` are those of the disclosures; None and empty where it has no rows.

    `issued` is the release that brought its first row, `modified` the newest one in which a row came or went.
    """

    years: tuple[int, int] | None
    regions: tuple[str, ...]
    issued: dt.datetime
    modified: dt.datetime


@dataclass(frozen=True)
class ReleaseExtent:
    """The newest release, and what each resource covers in it. `names` are the full names of divisions."""

    number: int
    created_at: dt.datetime
    content_digest: str
    first_at: dt.datetime
    whole: Extent
    resources: dict[str, Extent]
    names: dict[str, str]


def _tables() -> dict[str, str]:
    """The resources whose rows belong to revisions of documents, with their tables."""
    found = {}
    for name, resource in RESOURCES.items():
        table, _, alias = resource.source.partition(" ")
        if resource.has_validity and alias == "t":
            found[name] = table
    return found


# The first row of a revision in the index of revisions says that there is one, whatever hangs on it.
_WITH_ROWS = (
    " and exists (select from {table} x where x.department_id = d.department_id and x.revision_id = d.revision_id)"
)


@cache
def _statement() -> str:
    """Rows of a revision come and go together, so a look at the revisions is enough, whatever hangs on them."""
    parts = " union all ".join(
        f"select '{name}' as resource, d.department_id, d.fiscal_year, d.region_code, d.valid_from, d.valid_to "  # noqa: S608 - our own names
        "from disclosure d where d.valid_from <= $1" + ("" if table == "disclosure" else _WITH_ROWS.format(table=table))
        for name, table in _tables().items()
    )
    return f"""select resource, min(fiscal_year) filter (where valid_to > $1) as first_year,
            max(fiscal_year) filter (where valid_to > $1) as last_year,
            array_agg(distinct region_code order by region_code) filter (where valid_to > $1) as regions,
            min(valid_from) as came, greatest(max(valid_from), max(valid_to) filter (where valid_to <= $1)) as changed
        from ({parts}) r group by resource"""  # noqa: S608 - as above


async def fetch_extent(connection: Connection, known: Known) -> ReleaseExtent:
    """The newest release and what is in it. NothingLoaded when there is none.

    Every revision is looked at, so what was found is remembered until there are other releases.
    """
    releases = await connection.fetch("select number, created_at, content_digest from release order by number")
    if not releases:
        raise NothingLoaded(_NOTHING)
    kept = tuple(tuple(release) for release in releases)
    if known.extent is None or known.extent[0] != kept:
        known.extent = (kept, await _find(connection, releases))
    return known.extent[1]


async def _find(connection: Connection, releases: Sequence[asyncpg.Record]) -> ReleaseExtent:
    newest = releases[-1]
    number: int = newest["number"]

    def made(release: int | None) -> dt.datetime:
        """When a release was made; of one that is no longer kept, when the next one was."""
        return next((r["created_at"] for r in releases if release is not None and r["number"] >= release), first)

    first: dt.datetime = releases[0]["created_at"]
    found = {row["resource"]: row for row in await connection.fetch(_statement(), number)}
    whole = found.get("disclosures")
    renamed = await connection.fetchval("select max(changed_in) from department where changed_in <= $1", number)
    extents = {}
    for name in RESOURCES:
        # What no document prints is made of all of them; a list that is empty changed when it last could have.
        row = found.get(name) or whole
        changed = [row["changed"]] if row is not None else []
        if name == "departments" and renamed is not None:
            changed.append(renamed)
        if name == "releases":
            changed = [number]
        has_rows = row is not None and row["first_year"] is not None and (name in found or name not in _tables())
        extents[name] = Extent(
            years=(row["first_year"], row["last_year"]) if has_rows and row is not None else None,
            regions=tuple(row["regions"]) if has_rows and row is not None else (),
            issued=made(row["came"] if row is not None else None),
            modified=made(max(changed, default=None)),
        )
    codes = sorted({code for extent in extents.values() for code in extent.regions})
    named = await connection.fetch(
        "select code, full_name from region where code = any($1) or code like '__0000'", codes
    )
    return ReleaseExtent(
        number=number,
        created_at=newest["created_at"],
        content_digest=newest["content_digest"],
        first_at=first,
        whole=extents["disclosures"],
        resources=extents,
        names={row["code"]: row["full_name"] for row in named},
    )
