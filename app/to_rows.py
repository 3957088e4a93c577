"""Records to rows: the tuples that COPY takes, money in yuan, every reference resolved to the id of its row."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

import orjson
import sqlalchemy as sa
from sqlmodel import SQLModel

from app import records, tables, values
from app.errors import LoadError
from app.values import Unit

# Which list of a parsed disclosure fills which table, parents before children.
SOURCES: dict[str, type[tables.Fact]] = {
    "statements": tables.Statement,
    "balance_lines": tables.BalanceLine,
    "revenues": tables.RevenueLine,
    "expenditures": tables.ExpenditureLine,
    "economic_lines": tables.EconomicLine,
    "three_public": tables.ThreePublicLine,
    "projects": tables.Project,
    "performance_indicators": tables.PerformanceIndicator,
    "evaluation_lines": tables.EvaluationLine,
    "procurement_items": tables.ProcurementItem,
    "assets": tables.AssetItem,
    "stated_amounts": tables.StatedAmount,
    "findings": tables.Finding,
    "check_results": tables.CheckResult,
}

Row = tuple[Any, ...]  # one value per column of the table, in the table's order


@dataclass(frozen=True)
class Revision:
    """A parsed disclosure on its way into the database: what its rows all carry."""

    parsed: records.ParsedDisclosure
    revision_id: int
    revision: int
    valid_from: int
    content_digest: str
    origin: str
    check_results: tuple[records.CheckResult, ...] = ()
    checks_version: int = 0

    def records_of(self, source: str) -> Sequence[Any]:
        """The records of a list: the document's own, or what the rules made of them."""
        found: Sequence[Any] = self.check_results if source == "check_results" else getattr(self.parsed, source)
        return found


@dataclass(slots=True)
class _Placed:
    """A record with the ids of the rows it refers to."""

    record: Any
    id: int
    statement_id: int | None
    project_id: int | None
    disclosure_year: int  # the year of records that have none of their own


def table_name(table: type[SQLModel]) -> str:
    """The table's name in the database."""
    return str(table.__tablename__)


@cache
def columns(table: type[SQLModel]) -> tuple[str, ...]:
    """The names of the table's columns in the order of the rows' values: first those that a whole revision shares."""
    if table is tables.CheckOperand:
        return (*_LOOKED_UP, *_OWN)
    names = [column.name for column in _schema(table).columns]
    if not issubclass(table, tables.Fact):
        return tuple(names)
    own = [name for name in names if name not in _SHARED]
    # As `_row_builder` gives them: the fields as they stand, amounts, and what is looked up.
    own.sort(key=lambda name: (not _is_plain(table, name), name not in money_columns(table)))
    return (*_SHARED, *own)


@cache
def money_columns(table: type[SQLModel]) -> frozenset[str]:
    """The columns that hold yuan; other numbers (per cent, pieces, points) are stored as printed."""
    return frozenset(column.name for column in _schema(table).columns if column.type is tables.MONEY)


def disclosure_row(revision: Revision, loaded_at: object) -> Row:
    """The row of `disclosure` for one revision."""
    disclosure = revision.parsed.disclosure
    known: dict[str, Any] = {
        **disclosure.model_dump(exclude={"units"}),
        "units": [unit.value for unit in disclosure.units],
        "id": disclosure.id,
        "department_id": disclosure.department_id,
        "revision_id": revision.revision_id,
        "revision": revision.revision,
        "origin": revision.origin,
        "content_digest": revision.content_digest,
        "checks_version": revision.checks_version,
        "loaded_at": loaded_at,
        "valid_from": revision.valid_from,
        "valid_to": tables.STILL_VALID,
    }
    return tuple(known[name] for name in columns(tables.Disclosure))


def fact_rows(revision: Revision, identifiers: Mapping[str, Iterator[int]]) -> Iterator[tuple[str, Row]]:
    """Every row of facts of one revision with the list it came from; ids are drawn from `identifiers`, by list.

    The operands of a check result follow it, under the name OPERANDS.

    LoadError names the disclosure and the record that refers to a statement or project which is not there, repeats
    one, or has an amount without a unit.
    """
    parsed = revision.parsed
    shared, year, department = _shared(revision), parsed.disclosure.fiscal_year, parsed.disclosure.department_id
    statements: dict[tuple[str | None, int | None], int] = {}
    projects: dict[int, int] = {}
    identified: dict[str, list[int]] = {source: [] for source in SOURCES}
    for source, table in SOURCES.items():
        row_of = _row_builder(table)
        listed = revision.records_of(source)
        # Asked once of the class: what a record does not have, pydantic looks for at length.
        fields = type(listed[0]).model_fields if listed else {}
        in_statement, of_project = "statement_key" in fields, "project_ordinal" in fields
        for record in listed:
            number = next(identifiers[source])
            identified[source].append(number)
            try:
                if isinstance(record, records.Statement):
                    _remember(statements, (record.key, record.ordinal), number)
                    placed = _Placed(record, number, None, None, year)
                else:
                    statement = _statement(record, statements) if in_statement else None
                    project = _project(record, projects) if of_project else None
                    placed = _Placed(record, number, statement, project, year)
                if isinstance(record, records.Project):
                    _remember(projects, record.ordinal, number)
                yield source, row_of(placed, shared)
                if isinstance(record, records.CheckResult):
                    for row in _operand_rows(record, number, department, identified, statements):
                        yield OPERANDS, row
            except ValueError as error:
                raise LoadError(
                    f"{parsed.disclosure.id} ({parsed.disclosure.source_file}), {source}: {error}"
                ) from error


OPERANDS = "check_operands"
# The columns of an operand: those that are looked up for it, in the order of `_operand_rows`, and its own fields.
_LOOKED_UP = ("check_result_id", "position", "department_id", "source", "fact_id", "statement_id", "unit")
_OWN = tuple(name for name in tables.CheckOperand.model_fields if name not in _LOOKED_UP)
_AS_IT_IS = attrgetter(*_OWN)


def _operand_rows(
    result: records.CheckResult,
    number: int,
    department_id: str,
    identified: Mapping[str, Sequence[int]],
    statements: Mapping[tuple[str | None, int | None], int],
) -> Iterator[Row]:
    for position, operand in enumerate(result.operands):
        yield (
            number,
            position,
            department_id,
            table_name(SOURCES[operand.source]),
            identified[operand.source][operand.index],
            statements.get((operand.statement_key, operand.statement_ordinal)),
            None if operand.unit is None else operand.unit.value,
            *_AS_IT_IS(operand),
        )


def counters(last_ids: Mapping[str, int]) -> dict[str, Iterator[int]]:
    """For each list the ids that follow the highest one in use."""
    return {source: itertools.count(last_ids[source] + 1) for source in SOURCES}


# The columns that are the same in every row of a revision.
_SHARED = ("revision_id", "disclosure_id", "region_code", "department_id", "kind", "scope", "valid_from", "valid_to")


def _shared(revision: Revision) -> Row:
    disclosure = revision.parsed.disclosure
    return (
        revision.revision_id,
        disclosure.id,
        disclosure.region_code,
        disclosure.department_id,
        disclosure.kind,
        disclosure.scope,
        revision.valid_from,
        tables.STILL_VALID,
    )


def _remember(seen: dict[Any, int], key: object, number: int) -> None:
    if key in seen:
        raise ValueError(f"{key!r} occurs twice")
    seen[key] = number


def _statement(record: Any, statements: dict[tuple[str | None, int | None], int]) -> int | None:  # noqa: ANN401 - any record
    key = (record.statement_key, record.statement_ordinal)
    if key == (None, None):
        return None
    if key not in statements:
        raise ValueError(f"refers to statement {key[0]} {key[1]}, which the disclosure does not have")
    return statements[key]


def _project(record: Any, projects: dict[int, int]) -> int | None:  # noqa: ANN401 - any record
    ordinal = record.project_ordinal
    if ordinal is None:
        return None
    if ordinal not in projects:
        raise ValueError(f"refers to project {ordinal}, which the disclosure does not have")
    return projects[ordinal]


Getter = Callable[[_Placed], Any]


@cache
def _row_builder(table: type[tables.Fact]) -> Callable[[_Placed, Row], Row]:
    """How a record of this table becomes a row; worked out once, since it runs a hundred thousand times a load."""
    own = columns(table)[len(_SHARED) :]
    money = [name for name in own if name in money_columns(table)]
    read_plain = _reader([name for name in own if _is_plain(table, name)])
    read_money = _reader(money)
    looked_up = [name for name in own if name not in money and not _is_plain(table, name)]
    getters = [_SPECIAL.get(name, attrgetter("disclosure_year")) for name in looked_up]
    return lambda placed, shared: (
        *shared,
        *read_plain(placed.record),
        *_yuan(read_money(placed.record), placed.record),
        *[getter(placed) for getter in getters],
    )


def _reader(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """All these fields of a record in one step."""
    if not names:
        return lambda _record: ()
    # Of a single name attrgetter gives the value itself: with the name twice it gives a tuple, of which one is kept.
    read = attrgetter(*names, names[0])
    return lambda record: read(record)[:-1]


def _is_plain(table: type[tables.Fact], name: str) -> bool:
    """Whether the column is a field of the record as it stands."""
    own_year = table not in (tables.Statement, tables.Finding)
    return name not in _SPECIAL and name not in money_columns(table) and (own_year or name != "fiscal_year")


def _yuan(amounts: Sequence[Decimal | None], record: Any) -> list[Decimal | None]:  # noqa: ANN401 - any record
    """The record's amounts in yuan, as `values.to_yuan` gives them."""
    if not amounts:
        return []
    unit: Unit | None = record.unit
    if unit is None:
        if isinstance(record, records.CheckResult):
            # It compared percentages or pieces: no money, so no difference in yuan.
            return [None for _ in amounts]
        printed = next((amount for amount in amounts if amount is not None), None)
        if printed is not None:
            raise ValueError(f"the amount {printed} has no unit")
        return list(amounts)
    factor = _FACTORS[unit]
    return [None if amount is None else amount * factor for amount in amounts]


_FACTORS = {unit: values.to_yuan(Decimal(1), unit) for unit in Unit}
_EXPONENTS = {unit: unit.exponent for unit in Unit}


def _grid(statement: records.Statement) -> bytes:
    """The printed grid; a cell of running text that the seed left out is null, which is not a blank cell."""
    grid: list[list[str | None]] = [list(row) for row in statement.grid]
    for row, column in statement.withheld:
        if not grid[row][column]:
            grid[row][column] = None
    return orjson.dumps(grid)


_SPECIAL: dict[str, Getter] = {
    "id": lambda placed: placed.id,
    "statement_id": lambda placed: placed.statement_id,
    "project_id": lambda placed: placed.project_id,
    "unit": lambda placed: None if placed.record.unit is None else placed.record.unit.value,
    "unit_exponent": lambda placed: _EXPONENTS.get(placed.record.unit),
    "grid": lambda placed: _grid(placed.record).decode(),
    "withheld": lambda placed: orjson.dumps(placed.record.withheld).decode(),
    "cells": lambda placed: orjson.dumps(placed.record.cells).decode(),
}


def _schema(table: type[SQLModel]) -> sa.Table:
    schema: sa.Table = table.__table__  # type: ignore[attr-defined]  # SQLModel makes it at run time
    return schema
