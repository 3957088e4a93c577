"""Records to rows: the columns of each table, money in yuan, every reference resolved to the id of its row.

Records of many disclosures are turned into rows at once and column by column (`app/copy_text.py`): a table has up to
sixty columns, most of them blank in all rows of a batch, and those are left to their default.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import accumulate, chain, repeat
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from app import records, tables, values
from app.copy_text import NULL, Kind, Rows, Texts, as_text, join_rows
from app.errors import LoadError
from app.record_columns import Columns, columns_of, joined
from app.sums import Document, Sums
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
CHECKS = "check_results"  # the one that is no list of the disclosure itself
LISTS = tuple(source for source in SOURCES if source != CHECKS)
OPERANDS = "check_operands"
DISCLOSURES = "disclosures"


@dataclass(frozen=True)
class Revision:
    """A parsed disclosure on its way into the database: what its rows all carry."""

    parsed: records.ParsedDisclosure
    columns: Mapping[str, Columns]  # of each of its LISTS
    revision_id: int
    revision: int
    valid_from: int
    content_digest: str
    origin: str
    check_results: tuple[records.CheckResult, ...] = ()
    checks_version: int = 0

    def records_of(self, source: str) -> Sequence[Any]:
        """The records of a list: the document's own, or what the rules made of them."""
        found: Sequence[Any] = self.check_results if source == CHECKS else getattr(self.parsed, source)
        return found

    def columns_of(self, source: str) -> Columns:
        """The same as columns."""
        return columns_of(self.check_results) if source == CHECKS else self.columns[source]


def table_name(table: type[SQLModel]) -> str:
    """The table's name in the database."""
    return str(table.__tablename__)


@cache
def money_columns(table: type[SQLModel]) -> frozenset[str]:
    """The columns that hold yuan; other numbers (per cent, pieces, points) are stored as printed."""
    return frozenset(column.name for column in _schema(table).columns if column.type is tables.MONEY)


def rows_of(
    revisions: Sequence[Revision], first_ids: Mapping[str, int], loaded_at: dt.datetime, sums: Sums
) -> dict[str, Rows]:
    """The rows of some revisions by list, parents before children; ids of each list run on from its first one.

    What the rows come to is added to `sums`. LoadError names the disclosure and the record that refers to a statement
    or project which is not there, repeats one, or has an amount without a unit.
    """
    places = _Places(revisions)
    found = {DISCLOSURES: _disclosures(revisions, loaded_at)}
    for source, table in SOURCES.items():
        listed = _Listed(source, table, places, first_ids[source])
        if listed.records:
            found[source] = _facts(listed, sums)
    if operands := _operands(places):
        found[OPERANDS] = operands
    return found


class _Places:
    """Where the rows of some revisions are: what rows of a revision share, and the ids that others refer to."""

    def __init__(self, revisions: Sequence[Revision]) -> None:
        self.revisions = revisions
        self.shared = ["\t".join(as_text(Kind.TEXT, _shared(one))) for one in revisions]
        # For each revision: ids of its statements by key and ordinal, of its projects by ordinal.
        self.statements: list[dict[Any, str]] = [{(None, None): NULL} for _ in revisions]
        self.projects: list[dict[Any, str]] = [{None: NULL} for _ in revisions]
        self.first_ids: dict[str, list[int]] = {}  # of each list, in each revision


class _Listed:
    """The records of one list in all revisions, and their fields as columns."""

    def __init__(self, source: str, table: type[tables.Fact], places: _Places, first_id: int) -> None:
        self.source, self.table, self.places, self.first_id = source, table, places, first_id
        lists = [one.records_of(source) for one in places.revisions]
        self.counts = [len(one) for one in lists]
        self.records: list[Any] = list(chain.from_iterable(lists))
        self.ends = list(accumulate(self.counts))
        self.begins = [0, *self.ends[:-1]]
        places.first_ids[source] = [first_id + begin for begin in self.begins]
        self.fields = joined([one.columns_of(source) for one in places.revisions])

    def of_revisions(self, told: Sequence[str]) -> list[str]:
        """What is told once of each revision, once for each record."""
        return list(chain.from_iterable(map(repeat, told, self.counts)))

    def ids(self) -> list[str]:
        return list(map(str, range(self.first_id, self.first_id + len(self.records))))

    def looked_up(self, where: Sequence[Mapping[Any, str]], keys: Sequence[Any], what: str) -> list[str]:
        """The ids that records refer to, each looked for in its own revision."""
        found: list[str] = []
        for number, (known, begin, end) in enumerate(zip(where, self.begins, self.ends, strict=True)):
            try:
                found += map(known.__getitem__, keys[begin:end])
            except KeyError as error:
                (key,) = error.args
                named = " ".join(map(str, key)) if isinstance(key, tuple) else key
                raise self.error(number, f"refers to {what} {named}, which the disclosure does not have") from None
        return found

    def remember(self, where: Sequence[dict[Any, str]], keys: Sequence[Any], ids: Sequence[str]) -> None:
        """Others may refer to these records by these keys."""
        for number, (known, begin, end) in enumerate(zip(where, self.begins, self.ends, strict=True)):
            for key, identifier in zip(keys[begin:end], ids[begin:end], strict=True):
                if key in known:
                    raise self.error(number, f"{key!r} occurs twice")
                known[key] = identifier

    def error(self, number: int, what: str) -> LoadError:
        """That the n-th revision has a record which cannot be loaded."""
        disclosure = self.places.revisions[number].parsed.disclosure
        return LoadError(f"{disclosure.id} ({disclosure.source_file}), {self.source}: {what}")

    def revision_of(self, position: int) -> int:
        """Which revision the record at this position is of."""
        return bisect_right(self.ends, position)


def _facts(listed: _Listed, sums: Sums) -> Rows:
    """The rows of one list, which are added to the sums."""
    table, fields, places = listed.table, listed.fields, listed.places
    ids = listed.ids()
    if listed.source == "statements":
        listed.remember(places.statements, _pairs(fields["key"], fields["ordinal"]), ids)
    elif listed.source == "projects":
        listed.remember(places.projects, fields["ordinal"], ids)
    texts: Texts = {_SHARED: listed.of_revisions(places.shared), ("id",): ids}
    yuan, money = Decimal(0), money_columns(table)
    for name, kind in _own_columns(table).items():
        if name in money and name in fields:
            amounts = _yuan(listed, fields[name])
            texts[(name,)] = as_text(Kind.NUMBER, amounts)
            if name == "total":
                yuan = sum((amount for amount in amounts if amount is not None), Decimal(0))
        elif name in _LOOKED_UP:
            texts[(name,)] = _LOOKED_UP[name](listed)
        elif name in fields:
            texts[(name,)] = as_text(kind, fields[name])
        elif name == "fiscal_year":
            texts[(name,)] = listed.of_revisions([str(one.parsed.disclosure.fiscal_year) for one in places.revisions])
    documents = (
        Document(said.kind, said.scope, said.fiscal_year, said.region_code, said.department_id, count)
        for said, count in zip((one.parsed.disclosure for one in places.revisions), listed.counts, strict=True)
    )
    sums.add(table_name(table), list(documents), {names[0]: column for names, column in texts.items()})
    return join_rows(table_name(table), texts, yuan)


# The columns that are no field of the record as it stands.
_LOOKED_UP: dict[str, Callable[[_Listed], list[str]]] = {
    "statement_id": lambda listed: listed.looked_up(
        listed.places.statements,
        _pairs(listed.fields["statement_key"], listed.fields["statement_ordinal"]),
        "statement",
    ),
    "project_id": lambda listed: listed.looked_up(listed.places.projects, listed.fields["project_ordinal"], "project"),
    "unit_exponent": lambda listed: as_text(Kind.INTEGER, [_EXPONENTS.get(unit) for unit in listed.fields["unit"]]),
    "grid": lambda listed: as_text(Kind.JSON, [_grid(statement) for statement in listed.records]),
}

# The columns that are the same in every row of a revision.
_SHARED = ("revision_id", "disclosure_id", "region_code", "department_id", "kind", "scope", "valid_from", "valid_to")


def _shared(revision: Revision) -> list[str]:
    disclosure = revision.parsed.disclosure
    return [
        str(revision.revision_id),
        disclosure.id,
        disclosure.region_code,
        disclosure.department_id,
        disclosure.kind,
        disclosure.scope,
        str(revision.valid_from),
        str(tables.STILL_VALID),
    ]


def _disclosures(revisions: Sequence[Revision], loaded_at: dt.datetime) -> Rows:
    """The rows of `disclosure`."""
    fields = Columns(len(revisions))
    fields |= {
        **columns_of([one.parsed.disclosure for one in revisions]),
        **columns_of(revisions),
        "id": [one.parsed.disclosure.id for one in revisions],
        "department_id": [one.parsed.disclosure.department_id for one in revisions],
        "units": ["{" + ",".join(one.parsed.disclosure.units) + "}" for one in revisions],
        "loaded_at": [loaded_at.isoformat()] * len(revisions),
        "valid_to": [tables.STILL_VALID] * len(revisions),
    }
    columns = _schema(tables.Disclosure).columns
    texts: Texts = {(column.name,): as_text(_kind(column), fields[column.name]) for column in columns}
    return join_rows(table_name(tables.Disclosure), texts)


# The columns of an operand that are looked up for it; the others are its own fields.
_OF_OPERAND = ("check_result_id", "position", "department_id", "source", "fact_id", "statement_id")


def _operands(places: _Places) -> Rows | None:
    """The rows of what check results compared, as it stands: amounts in their own unit."""
    looked_up: list[tuple[str, ...]] = []
    operands: list[records.CheckOperand] = []
    for number, revision in enumerate(places.revisions):
        statements, department = places.statements[number], revision.parsed.disclosure.department_id
        for result_id, result in enumerate(revision.check_results, places.first_ids[CHECKS][number]):
            operands += result.operands
            looked_up += [
                (
                    str(result_id),
                    str(position),
                    department,
                    table_name(SOURCES[operand.source]),
                    str(places.first_ids[operand.source][number] + operand.index),
                    statements.get((operand.statement_key, operand.statement_ordinal), NULL),
                )
                for position, operand in enumerate(result.operands)
            ]
    if not operands:
        return None
    fields, table = columns_of(operands), _schema(tables.CheckOperand)
    texts: Texts = {(name,): text for name, text in zip(_OF_OPERAND, zip(*looked_up, strict=True), strict=True)}
    for column in table.columns:
        if column.name not in _OF_OPERAND and column.name in fields:
            texts[(column.name,)] = as_text(_kind(column), fields[column.name])
    return join_rows(table.name, texts)


def _pairs(one: Sequence[Any], other: Sequence[Any]) -> list[tuple[Any, Any]]:
    return list(zip(one, other, strict=True))


def _yuan(listed: _Listed, amounts: Sequence[Decimal | None]) -> list[Decimal | None]:
    """Amounts in yuan, as `values.to_yuan` gives them, by the unit of each record."""
    units: Sequence[Unit | None] = listed.fields["unit"]
    first = units[0]
    if first is not None and units.count(first) == len(units):
        factor = _FACTORS[first]
        return [None if amount is None else amount * factor for amount in amounts]
    found: list[Decimal | None] = []
    for position, (amount, unit) in enumerate(zip(amounts, units, strict=True)):
        if amount is None or (unit is None and listed.source == CHECKS):
            # A check that compared percentages or pieces: no money, so no difference in yuan.
            found.append(None)
        elif unit is None:
            raise listed.error(listed.revision_of(position), f"the amount {amount} has no unit")
        else:
            found.append(amount * _FACTORS[unit])
    return found


_FACTORS = {unit: values.to_yuan(Decimal(1), unit) for unit in Unit}
_EXPONENTS: dict[Unit | None, int] = {unit: unit.exponent for unit in Unit}


def _grid(statement: records.Statement) -> list[list[str | None]] | list[list[str]]:
    """The printed grid; a cell of running text that the seed left out is null, which is not a blank cell."""
    if not statement.withheld:
        return statement.grid
    grid: list[list[str | None]] = [list(row) for row in statement.grid]
    for row, column in statement.withheld:
        if not grid[row][column]:
            grid[row][column] = None
    return grid


@cache
def _own_columns(table: type[tables.Fact]) -> dict[str, Kind]:
    """The columns of a table that neither its rows share with others nor are their id."""
    return {column.name: _kind(column) for column in _schema(table).columns if column.name not in (*_SHARED, "id")}


def _kind(column: sa.Column[Any]) -> Kind:
    """How a value of the column is written."""
    for kind, types in _KINDS.items():
        if isinstance(column.type, types):
            return kind
    return Kind.TEXT


_KINDS: dict[Kind, tuple[type[Any], ...]] = {
    Kind.JSON: (sa.JSON,),
    Kind.FLAG: (sa.Boolean,),
    Kind.INTEGER: (sa.Integer,),
    Kind.NUMBER: (sa.Numeric,),
    Kind.DAY: (sa.Date,),
}


def _schema(table: type[SQLModel]) -> sa.Table:
    schema: sa.Table = table.__table__  # type: ignore[attr-defined]  # SQLModel makes it at run time
    return schema
