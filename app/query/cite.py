"""What a request for a citation cites: a record or a list of this service, and the facts about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import orjson

from app.errors import InvalidParameters, ParameterProblem
from app.query.columns import Json, Resource
from app.query.filters import nearest
from app.query.read_query import Pairs, RowQuery, read_list, read_one
from app.query.registry import RESOURCES
from app.query.run import Connection, Known, fetch_one, fetch_page

# What a request for a citation takes beside the parameters of what is cited.
OWN = ("path", "resource", "disclosure", "accessed")
# Fields of the cited row that say what it is about.
_ABOUT = ("disclosure_id", "department_id", "region_code", "region_name", "fiscal_year", "kind", "scope")
_OF_DOCUMENT = ("title", "source_file", "sha256", "revision")


@dataclass(frozen=True)
class Target:
    """What is cited. `key` is a record's, None: a list's; `pairs` are the parameters that its address has."""

    resource: Resource
    key: str | None
    pairs: Pairs
    accessed: dt.date | None


@dataclass(frozen=True)
class Cited:
    """The facts about what is cited, in one release."""

    release: int
    made: dt.datetime
    citation: dict[str, Json] | None  # as `include=citation` gives it; None: no part of a document
    about: dict[str, Json]
    document: dict[str, Json] | None
    name: str | None
    rows: int | None  # of a list: how many there are


def read_target(pairs: Pairs, parse_query: Callable[[bytes], Pairs]) -> Target:
    """What the parameters name. InvalidParameters says what was wrong; `parse_query` reads the query of `path`."""
    given = dict(pairs)
    doubled = [name for name in OWN if sum(other == name for other, _ in pairs) > 1]
    if doubled:
        raise InvalidParameters(*(ParameterProblem(name, "given more than once; give it once") for name in doubled))
    accessed = _date(given.get("accessed"))
    rest = [(name, value) for name, value in pairs if name not in OWN]
    named = [name for name in ("path", "resource", "disclosure") if name in given]
    if len(named) != 1:
        raise InvalidParameters(
            ParameterProblem(
                named[1] if named else "resource",
                "name what is cited in one way: resource=expenditures with id=… or filters, disclosure=…, or path=… "
                "with an address of this service",
                value=given[named[1]][:100] if named else None,
            )
        )
    if "disclosure" in given:
        resource = RESOURCES["disclosures"]
        key: str | None = given["disclosure"]
    elif "path" in given:
        resource, key, more = _read_path(given["path"], parse_query)
        rest = [*more, *rest]
    else:
        resource, key = _resource("resource", given["resource"]), None
    if key is None:
        key, rest = _key(resource, rest)
    if any(name == "cursor" for name, _ in rest):
        raise InvalidParameters(
            ParameterProblem("cursor", "a list is cited as a whole, not a page of it: leave the cursor out")
        )
    return Target(resource, key, rest, accessed)


async def fetch_cited(connection: Connection, target: Target, known: Known) -> Cited:
    """The facts, if there is what is cited; the errors of lists and records if not."""
    if target.key is None:
        query = read_list(target.resource, [("limit", "1"), *(p for p in target.pairs if p[0] != "limit")])
        read_list(target.resource, target.pairs)
        page = await fetch_page(connection, query, known)
        return Cited(page.release, await _made(connection, page.release), None, {}, None, None, page.total)
    release, record = await fetch_one(connection, facts_query(target), target.key)
    row: dict[str, Json] = orjson.loads(record)
    citation, provenance = row.pop("citation", None), row.pop("provenance", None)
    name = next((str(row[name]) for name in ("full_name", "name") if row.get(name)), None)
    return Cited(
        release=release,
        made=await _made(connection, release),
        citation=citation if isinstance(citation, dict) else None,
        about={name: row[name] for name in _ABOUT if name in row},
        document=await _document(connection, row, provenance, release) if isinstance(citation, dict) else None,
        name=name,
        rows=None,
    )


def facts_query(target: Target) -> RowQuery:
    """The query for the facts of a record; what its own parameters ask for has to be allowed, too."""
    asked = read_one(target.resource, target.pairs)
    wanted = ("id", "full_name", "name", *_ABOUT, *(_OF_DOCUMENT if target.resource.name == "disclosures" else ()))
    fields = tuple(name for name in dict.fromkeys(wanted) if name in target.resource.by_name)
    includes = tuple(one.name for one in target.resource.includes if one.name in ("provenance", "citation"))
    return RowQuery(target.resource, fields or (target.resource.key,), includes, asked.unit, asked.release)


async def _document(connection: Connection, row: dict[str, Json], provenance: Json, release: int) -> dict[str, Json]:
    """The document that prints it; of a row its statement and cells, too."""
    identifier = row.get("disclosure_id") or row["id"]
    found = await connection.fetchrow(
        """select title, source_file, sha256, revision, fiscal_year, kind from disclosure
        where id = $1 and valid_from <= $2 and valid_to > $2""",
        identifier,
        release,
    )
    if found is None:  # pragma: no cover - a row of a release has its document
        raise AssertionError(f"release {release} has no disclosure {identifier}")
    document: dict[str, Json] = {
        "id": identifier,
        "title": found["title"],
        "fiscal_year": found["fiscal_year"],
        "kind": found["kind"],
        "revision": found["revision"],
        "file": found["source_file"],
        "sha256": found["sha256"],
        "href": f"/v1/disclosures/{identifier}?release={release}",
    }
    place = (
        {name: value for name, value in provenance.items() if name not in ("file", "sha256")}
        if isinstance(provenance, dict)
        else None
    )
    return {**document, "place": place}


async def _made(connection: Connection, release: int) -> dt.datetime:
    made: dt.datetime = await connection.fetchval("select created_at from release where number = $1", release)
    return made


def _key(resource: Resource, rest: Pairs) -> tuple[str | None, Pairs]:
    """A list that is filtered by one value of the key alone is that record."""
    others = [pair for pair in rest if pair[0] != resource.key]
    values = [value for name, value in rest if name == resource.key]
    beside = [name for name, _ in others if name not in ("fields", "include", "unit", "release")]
    if len(values) == 1 and "," not in values[0] and values[0] and not beside:
        return values[0], others
    return None, rest


def _read_path(text: str, parse_query: Callable[[bytes], Pairs]) -> tuple[Resource, str | None, Pairs]:
    """An address of this service, absolute or not: of a list, a record, or a page about one."""
    try:
        parts = urlsplit(text)
    except ValueError:
        raise _not_citable(text) from None
    steps = [step for step in parts.path.split("/") if step]
    of_page = steps[:1] != ["v1"]
    if not of_page:
        steps = steps[1:]
    elif steps[:1] == ["datasets"]:
        steps = steps[1:2]
    elif steps[:1] not in (["disclosures"], ["departments"], ["statements"]):
        raise _not_citable(text)
    if not 1 <= len(steps) <= 2:  # noqa: PLR2004 - a list, a record
        raise _not_citable(text)
    resource = _resource("path", steps[0].partition(".")[0])
    # Browsers and people write a path with its percent signs or without: both are read.
    query = parse_query(parts.query.encode())
    if of_page:
        query = [pair for pair in query if pair[0] != "lang"]  # a page is about the same in each language
    return resource, (unquote(steps[1]) if len(steps) > 1 else None), query


def _not_citable(text: str) -> InvalidParameters:
    return InvalidParameters(
        ParameterProblem(
            "path",
            "not the address of a list or record of this service, like /v1/expenditures/101 or "
            "/v1/expenditures?code=201 (percent-encoded, so that its & stays in it)",
            value=text[:100],
        )
    )


def _resource(parameter: str, name: str) -> Resource:
    found = RESOURCES.get(name)
    if found is None:
        raise InvalidParameters(
            ParameterProblem(
                parameter,
                f"no such resource; allowed: {', '.join(RESOURCES)}",
                value=name[:100],
                suggestion=nearest(name, list(RESOURCES)),
            )
        )
    return found


def _date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        if len(text) == len("2025-03-01"):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidParameters(
        ParameterProblem("accessed", "not a date like 2025-03-01: the day on which it was read", value=text[:100])
    )
