"""Run an aggregate: one statement; what would count twice is refused, what is merely risky is said."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg
import orjson

from app.errors import DoubleCounting, ParameterProblem
from app.query import paging
from app.query.aggregate import aggregate_statement
from app.query.cost import Budget
from app.query.paging import Cursor
from app.query.read_aggregate import AggregateQuery, corrected, corrected_by_default
from app.query.rolled import Cells, covering
from app.query.run import Connection, Known, Page, fetch_of_release, row_of_release


@dataclass(frozen=True)
class Findings:
    """What the database found of the rules: `broken` and `alone` by axis, `codeless` by nullable group."""

    broken: list[bool]
    alone: list[str | None]  # the one value that all rows have
    uneven: bool
    codeless: list[int]
    years: list[int] | None
    restated: bool


@dataclass(frozen=True)
class Groups(Page):
    """A page of groups, and what a reader should know before using them."""

    warnings: tuple[str, ...]


async def fetch_groups(connection: Connection, query: AggregateQuery, known: Known) -> Groups:
    """The page of groups that the query asks for. DoubleCounting; NoRelease, NothingLoaded, InvalidCursor."""
    row = await _fetch(connection, query, known)
    findings = _findings(row)
    _refuse(query, findings)
    found, total, release = row["found"], row["total"], row["release"]
    cursor = None
    if found > query.limit:
        columns = query.resource.by_name
        last = tuple(
            paging.read_key(columns[order.column], key) for order, key in zip(query.orders, row["keys"], strict=True)
        )
        cursor = paging.encode(Cursor(release, total, last), query=query.fingerprint)
    return Groups(
        (row["rows"] or "").encode(), min(found, query.limit), total, release, cursor, _warnings(query, findings)
    )


async def _fetch(connection: Connection, query: AggregateQuery, known: Known) -> asyncpg.Record:
    """The one row of the statement: over cells that were added up when they have the answer, otherwise over the facts.

    Cells are found by what is written in the statement: it needs no plan of its own for each value.
    """
    bound = [argument for item in query.filters for argument in item.arguments]
    bound += [] if query.cursor is None else [key for key in query.cursor.keys if key is not None]
    cells = cells_of(query)
    if cells is not None:
        filtered = [argument for item in cells.filters for argument in item.arguments]
        row = await row_of_release(connection, aggregate_statement(query, cells), query, known, *filtered, *bound)
        # What counts twice in cells does so in the facts, which need not be read to say so.
        if row["exact"] or (query.restated is None and any(_findings(row).broken)):
            return row
    filtered = [argument for item in query.row_filters for argument in item.arguments]
    budget = Budget(known.costs, known.costs.sums, query.base, query.row_filters)
    return await fetch_of_release(
        connection, aggregate_statement(query), query, known, *filtered, *bound, budget=budget
    )


def _findings(row: asyncpg.Record) -> Findings:
    return Findings(**orjson.loads(row["findings"]))


def cells_of(query: AggregateQuery) -> Cells | None:
    """The cells of a roll-up that may have the answer. Least and largest values are not among what is added up."""
    if any(measure.function in ("min", "max") for measure in query.measures):
        return None
    return covering(query.base, query.row_filters, query.groups, tuple(one.column.name for one in query.measures))


def _refuse(query: AggregateQuery, findings: Findings) -> None:
    broken = [axis for axis, is_broken in zip(query.axes, findings.broken, strict=True) if is_broken]
    if not broken and not findings.restated:
        return
    given = dict(query.pairs)
    problems = []
    for axis in broken:
        value = next((f"{name}={given[name]}" for name in axis.own if name in given), None)
        problems.append(
            ParameterProblem(axis.name, f"this would add {axis.repeats}", value, _correction(query, axis.name))
        )
    if findings.restated and query.restated is not None:
        _, (name, value), repeats = query.restated
        problems.append(ParameterProblem(name, f"this would add {repeats}", given.get(name), f"{name}={value}"))
    raise DoubleCounting(*problems, corrected=corrected(query, broken, restated=findings.restated))


def _correction(query: AggregateQuery, name: str) -> str:
    axis = next(axis for axis in query.axes if axis.name == name)
    if axis.default is not None and corrected_by_default(query, axis):
        return "=".join(axis.default)
    return f"group_by={','.join([*(column.name for column in query.groups), axis.name])}"


def _warnings(query: AggregateQuery, findings: Findings) -> tuple[str, ...]:
    found = []
    alone = [(axis, value) for axis, value in zip(query.axes, findings.alone, strict=True) if value is not None]
    if alone:
        said = "&".join(dict(axis.filters).get(value, f"{axis.name}={value}") for axis, value in alone)
        found.append(
            f"not named, but every row has {said}: add it, so that what is loaded later is not counted with it"
        )
    if findings.years is not None:
        first, last = findings.years
        found.append(
            f"figures of several years ({first} to {last}) are taken together: group_by=fiscal_year parts them"
        )
    if findings.uneven:
        found.append("not every year has the same departments: a difference between years is not all of it a change")
    nullable = [column.name for column in query.groups if column.nullable]
    for name, lines in zip(nullable, findings.codeless, strict=True):
        if lines:
            found.append(f"{lines} rows have no {name}: they are in the groups where it is null")
    return tuple(found)
