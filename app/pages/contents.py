"""What each kind of page reads: a fixed small number of statements, all of one release."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.bulk.manifest import ReleaseFiles, release_files
from app.errors import NotFound
from app.pages.figures import NOTHING_PRINTED, Printed
from app.pages.printed_table import doubtful
from app.pages.rows import Row, Rows, counts_of, list_of, one_of, rows_of
from app.query.divisions import Division, fetch_divisions, fetch_path
from app.query.extent import ReleaseExtent, fetch_extent
from app.query.run import Connection, Known, fetch_release
from app.settings import Settings

COUNTRY = "000000"
# How many rows a page shows of what may be long; the rest is a link away.
_LISTED, _LATEST, _SOME, _FEW, _MOST = "100", "10", "20", "5", "1000"
# How many results of checks a page tells in sentences.
_TOLD = 50

_BALANCES = "id,disclosure_id,statement_id,statement,side,role,phase,item,total,row"
_SPENDING = (
    "id,disclosure_id,statement_id,statement,department_name,fund,phase,code,name,level,is_leaf,"
    "total,basic,personnel,public,project,row"
)
_THREE = "id,disclosure_id,statement_id,fiscal_year,phase,item,name,institution,total,general_public_budget,change,row"
_STATED = "id,disclosure_id,fiscal_year,phase,topic,item,measure,label,amount,line"


@dataclass(frozen=True)
class Home:
    """The country: its provinces, the newest documents with the rows of their figures, what the release covers.

    `central` is how many of the departments belong to no province.
    """

    extent: ReleaseExtent
    files: ReleaseFiles | None
    divisions: list[Division]
    central: int
    departments: int
    disclosures: Rows
    printed: Printed


async def fetch_home(connection: Connection, known: Known, settings: Settings) -> Home:
    """The home page of the newest release."""
    extent, files = await fetch_whole(connection, known, settings)
    divisions = await fetch_divisions(connection, extent.number, COUNTRY)
    release = extent.number
    departments = await list_of(connection, known, "departments", release=release, fields="id", limit="1")
    disclosures = await list_of(
        connection, known, "disclosures", release=release, sort="-fiscal_year,-loaded_at", limit=_LATEST
    )
    shown = {"disclosure_id": ",".join(row["id"] for row in disclosures.rows)}
    printed = await _printed(connection, known, release, shown, totals=True) if disclosures.rows else NOTHING_PRINTED
    central = _outside(divisions, departments.total)
    return Home(extent, files, divisions, central, departments.total, disclosures, printed)


@dataclass(frozen=True)
class Dataset:
    """What the newest release covers, its files if they are there, and the first rows of a data set."""

    extent: ReleaseExtent
    files: ReleaseFiles | None
    some: Rows


async def fetch_dataset(connection: Connection, known: Known, resource: str, settings: Settings) -> Dataset:
    """A data set of the newest release."""
    extent, files = await fetch_whole(connection, known, settings)
    return Dataset(
        extent, files, await list_of(connection, known, resource, release=_release_of(resource, extent), limit=_FEW)
    )


def _release_of(resource: str, extent: ReleaseExtent) -> int | None:
    return None if resource == "releases" else extent.number


async def fetch_whole(
    connection: Connection, known: Known, settings: Settings
) -> tuple[ReleaseExtent, ReleaseFiles | None]:
    """What the newest release covers, and its files if they are there."""
    extent = await fetch_extent(connection, known)
    return extent, _files(settings, extent.number, extent.content_digest, extent.created_at)


@dataclass(frozen=True)
class Departments:
    """The departments of a division: the way to it, the divisions under it, a page of the departments.

    `central` is how many of the departments belong to no province, where the whole country is asked for.
    """

    path: list[Division]
    below: list[Division]
    central: int
    departments: Rows


async def fetch_departments(
    connection: Connection, known: Known, *, region: str | None, cursor: str | None, release: int | None
) -> Departments:
    """The departments of a division and everything under it; of the whole country without one.

    The country's own code stands for the central departments alone. NotFound when there is no such division.
    """
    path = [] if region in (None, COUNTRY) else await fetch_path(connection, region or COUNTRY)
    if not path and region not in (None, COUNTRY):
        raise NotFound(f"there is no division {str(region)[:40]!r}; /v1/regions lists what there is")
    departments = await list_of(
        connection,
        known,
        "departments",
        release=release,
        region_code=COUNTRY if region == COUNTRY else None,
        region_code__under=None if region == COUNTRY else region,
        sort="region_code,name",
        cursor=cursor,
        limit=_LISTED,
    )
    below = [] if region == COUNTRY else await fetch_divisions(connection, departments.release, region or COUNTRY)
    central = _outside(below, departments.total) if region is None else 0
    return Departments(path, below, central, departments)


def _outside(divisions: list[Division], departments: int) -> int:
    """How many of the departments of the country are in none of its provinces."""
    return departments - sum(division.departments for division in divisions)


@dataclass(frozen=True)
class Department:
    """A department, and the rows that its documents' figures are taken from."""

    release: int
    record: Row
    printed: Printed


async def fetch_department(connection: Connection, known: Known, key: str, *, release: int | None) -> Department:
    """A department with the figures of all its documents."""
    number, record = await one_of(connection, "departments", key, release=release)
    return Department(number, record, await _printed(connection, known, number, {"department_id": key}, totals=True))


@dataclass(frozen=True)
class Disclosure:
    """A document: its record, the rows of its figures, its largest projects and what was found in reading it.

    `checked` counts the results of checks by status; `contradictions` are those that no rounding explains.
    """

    release: int
    record: Row
    printed: Printed
    projects: Rows
    findings: Rows
    checked: dict[str, int]
    contradictions: Rows


async def fetch_disclosure(connection: Connection, known: Known, key: str, *, release: int | None) -> Disclosure:
    """A document with its figures."""
    number, record = await one_of(connection, "disclosures", key, release=release, include="citation")
    printed = await _printed(connection, known, number, {"disclosure_id": key}, totals=False)
    projects = await list_of(
        connection, known, "projects", release=number, disclosure_id=key, is_total="false", sort="-total", limit=_SOME
    )
    findings = await list_of(connection, known, "findings", release=number, disclosure_id=key, limit=_SOME)
    checked = await counts_of(connection, known, "check-results", "status", release=number, disclosure_id=key)
    contradictions = await list_of(
        connection, known, "check-results", release=number, disclosure_id=key, status="failed", limit=_SOME
    )
    return Disclosure(number, record, printed, projects, findings, checked, contradictions)


@dataclass(frozen=True)
class PrintedStatement:
    """A table as printed, with the cells that checks compare, and the results that do not simply agree."""

    release: int
    record: Row
    results: list[Row]


async def fetch_statement(connection: Connection, known: Known, key: str, *, release: int | None) -> PrintedStatement:
    """A table as printed."""
    number, record = await one_of(connection, "statements", key, release=release, include="checks")
    told = doubtful(record)[:_TOLD]
    if not told:
        return PrintedStatement(number, record, [])
    found = await list_of(
        connection, known, "check-results", release=number, id=",".join(map(str, told)), limit=str(_TOLD)
    )
    return PrintedStatement(number, record, sorted(found.rows, key=lambda row: told.index(row["id"])))


async def _printed(connection: Connection, known: Known, release: int, of: dict[str, str], *, totals: bool) -> Printed:
    """The rows of one document, or the total rows of several."""

    async def rows(resource: str, fields: str, **parameters: str | None) -> list[Row]:
        found = await list_of(
            connection, known, resource, release=release, fields=fields, limit=_MOST, **of, **parameters
        )
        return found.rows

    balances = await rows("balance-lines", _BALANCES, role="year_total,grand_total")
    # Totals come before units, which stand for them where a table has no total row.
    spending = await rows("expenditures", _SPENDING, level="total,unit" if totals else None, sort="level,-total")
    three_public = await rows("three-public", _THREE, item="total" if totals else None)
    stated = await rows(
        "stated-amounts",
        _STATED,
        topic="revenue,expenditure,three_public",
        item="total,basic,project",
        measure="amount",
    )
    return Printed(balances, spending, three_public, stated)


@dataclass(frozen=True)
class Release:
    """A release and its files; the newest one's number."""

    record: Row
    files: ReleaseFiles | None
    newest: int


async def fetch_one_release(connection: Connection, key: str, settings: Settings) -> Release:
    """A release. NotFound when there is none of this number."""
    newest, _ = await fetch_release(connection)
    _, record = await one_of(connection, "releases", key, release=None)
    files = _files(
        settings, record["number"], record["content_digest"], dt.datetime.fromisoformat(record["created_at"])
    )
    return Release(record, files, newest)


async def fetch_releases(connection: Connection, known: Known, *, cursor: str | None) -> Rows:
    """The releases, the newest first."""
    return await list_of(connection, known, "releases", release=None, sort="-number", cursor=cursor, limit=_LISTED)


async def fetch_rows(
    connection: Connection, known: Known, resource: str, given: Mapping[str, str], *, release: int | None
) -> Rows:
    """A page of the rows of any resource that a reader's filters select."""
    return await rows_of(connection, known, resource, {**given, "limit": _LISTED}, release=release)


async def fetch_counts(connection: Connection) -> tuple[int, dict[str, int]]:
    """The newest release and how many rows each of its tables has."""
    number, described = await fetch_release(connection)
    counts: dict[str, int] = json.loads(described)["counts"]
    return number, counts


def _files(settings: Settings, number: int, content_digest: str, made: dt.datetime) -> ReleaseFiles | None:
    found = release_files(settings.releases, number)
    return found if found is not None and found.is_of(content_digest, made) else None
