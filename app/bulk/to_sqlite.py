"""The relations of a release as one SQLite file, filled from their Parquet files: keys, references, indexes, views.

SQLite has no decimals. Each column of amounts is there twice: `total` is the nearest binary number in 万元, to look
at and to compare; `total_exact` is a whole number, and sums of it are exact. How many of it make 1 万元 stands in the
table `about`: 1,000,000, so that it counts 分, or a higher power of ten where a document prints more decimals.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from pyarrow import parquet

from app.bulk.relations import Relation
from app.export.to_csv import LIST_SEPARATOR
from app.query.columns import Column

EXACT = "_exact"
# 分: what money has. Beyond the most, sums over a country's budgets would no longer fit into 64 bits.
_LEAST_PLACES, _MOST_PLACES = 6, 10
_LARGEST = 2**63 - 1
_BATCH = 5000
_APPLICATION = 0x676B6169  # "gkai", as `file` may know it one day
_TYPES = {
    "integer": "INTEGER",
    "boolean": "INTEGER",
    "money": "REAL",
    "number": "REAL",
}
# What rows are mostly looked for by.
_INDEXED = ("department_id", "disclosure_id", "statement_id", "region_code", "code", "project_id", "functional_code")
# What the view of a relation is called that has the document beside each row.
_SOURCED = "_sourced"


def write_sqlite(
    path: Path,
    relations: Sequence[Relation],
    parquets: Mapping[str, Path],
    about: Iterable[tuple[str, str]],
    report: Callable[[int], None],
) -> int:
    """Write the file; returns the places of the exact amounts. `parquets`: the file of each relation by its name."""
    places = min(_MOST_PLACES, max([_LEAST_PLACES, *(relation.decimals for relation in relations)]))
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute("BEGIN")
        _create_about(connection, about, places)
        for relation in relations:
            connection.execute(_create(relation, relations))
        lost = 0
        for relation in relations:
            lost += _fill(connection, relation, parquets[relation.name], places, report)
        connection.execute("INSERT INTO about VALUES ('amounts_without_exact', ?)", (str(lost),))
        for relation in relations:
            for statement in _indexes(relation):
                connection.execute(statement)
            view = _view(relation, relations)
            if view is not None:
                connection.execute(view)
        connection.execute("COMMIT")
        # Without statistics the planner takes an index for a view's joins that a scan would beat.
        connection.execute("ANALYZE")
        connection.execute("PRAGMA optimize")
    finally:
        connection.close()
    return places


def table(name: str) -> str:
    """The table of a resource: `balance-lines` is `balance_lines`."""
    return name.replace("-", "_")


def exact(amount: Decimal, places: int) -> int | None:
    """The amount as a whole number; None where it has more decimals than that, or is too large for 64 bits."""
    shifted = amount.scaleb(places)
    whole = int(shifted)
    return whole if whole == shifted and abs(whole) <= _LARGEST else None


def _create_about(connection: sqlite3.Connection, about: Iterable[tuple[str, str]], places: int) -> None:
    connection.execute("CREATE TABLE about (word TEXT PRIMARY KEY, text TEXT NOT NULL)")
    said = [
        *about,
        ("exact_per_wan", str(10**places)),
        ("exact", f"columns that end in {EXACT} are whole numbers, {10**places} of them make 1 万元"),
    ]
    connection.executemany("INSERT INTO about VALUES (?, ?)", said)
    connection.execute(
        """CREATE TABLE fields (resource TEXT, field TEXT, kind TEXT NOT NULL, unit TEXT, zh TEXT NOT NULL,
        en TEXT NOT NULL, description_zh TEXT NOT NULL, description TEXT NOT NULL, PRIMARY KEY (resource, field))"""
    )


def _create(relation: Relation, relations: Sequence[Relation]) -> str:
    tables = {other.name: other for other in relations}
    lines = []
    for column in relation.selection.columns:
        kind = _TYPES.get(column.kind, "TEXT")
        key = " PRIMARY KEY" if column.name == relation.resource.key else ""
        required = " NOT NULL" if not column.nullable and column.kind != "json" else ""
        lines.append(f'"{column.name}" {kind}{key}{required}')
        if column.kind == "money":
            lines.append(f'"{column.name}{EXACT}" INTEGER')
    for column in relation.selection.columns:
        target = tables.get(column.references or "")
        if target is not None and not column.dangling and column.name != relation.resource.key:
            lines.append(f'FOREIGN KEY ("{column.name}") REFERENCES "{table(target.name)}" ("{target.resource.key}")')
    return f'CREATE TABLE "{table(relation.name)}" (\n  ' + ",\n  ".join(lines) + "\n)"


def _fill(
    connection: sqlite3.Connection, relation: Relation, path: Path, places: int, report: Callable[[int], None]
) -> int:
    columns = relation.selection.columns
    connection.executemany(
        "INSERT INTO fields VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                relation.name,
                column.name,
                column.kind,
                relation.selection.unit.value if column.kind == "money" else column.unit,
                column.zh,
                column.en,
                column.description_zh,
                column.description,
            )
            for column in columns
        ],
    )
    marks = ", ".join("?" for column in columns for _ in range(2 if column.kind == "money" else 1))
    statement = f'INSERT INTO "{table(relation.name)}" VALUES ({marks})'  # noqa: S608 - our own declarations
    lost = 0
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH):
            cells: list[list[Any]] = []
            for column, array in zip(columns, batch.columns, strict=True):
                values = array.to_pylist()
                if column.kind == "money":
                    whole = [None if value is None else exact(value, places) for value in values]
                    lost += sum(a is not None and b is None for a, b in zip(values, whole, strict=True))
                    cells += [[_nearest(value) for value in values], whole]
                else:
                    cells.append([_cell(column, value) for value in values])
            connection.executemany(statement, zip(*cells, strict=True))
            report(len(batch))
    return lost


def _nearest(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _cell(column: Column, value: Any) -> object:  # noqa: ANN401 - whatever a Parquet column holds
    if value is None:
        return None
    if column.kind == "number":
        return float(value)
    if column.kind == "list":
        return LIST_SEPARATOR.join(value)
    if column.kind in ("date", "datetime"):
        return value.isoformat()
    return int(value) if column.kind == "boolean" else value


def _indexes(relation: Relation) -> list[str]:
    name = table(relation.name)
    return [
        f'CREATE INDEX "{name}_{column.name}" ON "{name}" ("{column.name}")'
        for column in relation.selection.columns
        if column.name in _INDEXED and column.name != relation.resource.key
    ]


def _view(relation: Relation, relations: Sequence[Relation]) -> str | None:
    """The rows of a relation out of documents, with title, file and digest of it beside each, and of its statement."""
    names = {column.name for column in relation.selection.columns}
    if "disclosure_id" not in names or "disclosures" not in {other.name for other in relations}:
        return None
    shown, joined = "", ""
    if "statement_id" in names:
        shown = ", s.title AS statement_title, s.location"
        joined = "\nLEFT JOIN statements s ON s.id = t.statement_id"
    return f"""CREATE VIEW "{table(relation.name)}{_SOURCED}" AS
SELECT t.*, d.title AS disclosure_title, d.source_file, d.sha256{shown}
FROM "{table(relation.name)}" t
LEFT JOIN disclosures d ON d.id = t.disclosure_id{joined}"""  # noqa: S608 - our own declarations
