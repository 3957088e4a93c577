"""What pages show, read through the same queries as the API's answers: each a list or a record, and its address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from app.pages.asked import address
from app.query.facets import fetch_facets, read_facets
from app.query.read_query import read_list, read_one
from app.query.registry import RESOURCES
from app.query.run import Connection, Known, fetch_one, fetch_page

# A row as JSON has it; its amounts are Decimal, or int where nothing is printed behind the point.
Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """A page of a list, the exact number of all its rows, its release, the next page, and the API's address of it."""

    rows: list[Row]
    total: int
    release: int
    cursor: str | None
    href: str
    rest: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rest", self.total - len(self.rows))


async def list_of(
    connection: Connection, known: Known, resource: str, *, release: int | None, **parameters: str | None
) -> Rows:
    """Rows of a list that a page asks for itself."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return await rows_of(connection, known, resource, given, release=release)


async def rows_of(
    connection: Connection, known: Known, resource: str, given: Mapping[str, str], *, release: int | None
) -> Rows:
    """Rows of a list. `fields`, `limit` and `cursor` are for the page; its address shows all of every row.

    InvalidParameters names what is wrong with parameters that a reader gave.
    """
    pairs = [*given.items(), *([("release", str(release))] if release is not None else [])]
    page = await fetch_page(connection, read_list(RESOURCES[resource], pairs), known)
    asked = {name: value for name, value in given.items() if name not in ("fields", "limit", "cursor")}
    return Rows(_read(b"[%s]" % page.rows), page.total, page.release, page.cursor, address(f"/v1/{resource}", asked))


async def counts_of(
    connection: Connection, known: Known, resource: str, field: str, *, release: int, **parameters: str
) -> dict[str, int]:
    """How many rows have each value of a field, the most frequent first."""
    query = read_facets(RESOURCES[resource], [*parameters.items(), ("field", field), ("release", str(release))])
    _, facets = await fetch_facets(connection, query, known)
    return {counted["value"]: counted["lines"] for counted in _read(facets)[0]["values"]}


async def one_of(
    connection: Connection, resource: str, key: str, *, release: int | None, include: str | None = None
) -> tuple[int, Row]:
    """A record with everything that belongs to it, and its release. NotFound, NoRelease, NothingLoaded."""
    asked = {"release": None if release is None else str(release), "include": include}
    pairs = [(name, value) for name, value in asked.items() if value is not None]
    number, record = await fetch_one(connection, read_one(RESOURCES[resource], pairs), key)
    return number, _read(record)


def _read(text: str | bytes) -> Any:  # noqa: ANN401 - an object or an array, as its caller knows
    return json.loads(text, parse_float=Decimal)
