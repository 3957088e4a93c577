"""Whether files hold what the database says: rows and control totals, counted anew from the files themselves."""

from __future__ import annotations

import decimal
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
from pyarrow import csv, parquet

from app.bulk.relations import Relation
from app.bulk.to_sqlite import EXACT, table
from app.errors import BulkError
from app.export.to_parquet import PRECISION
from app.query.whole_list import Control

# A line with a long text must fit into a block.
_BLOCK = 16 * 2**20
# More digits than any sum has.
_DIGITS = 100
# What readers of the service are told of either.
_OTHER = "what was written is not what the database holds"
# SQLite stops at a sum beyond 64 bits; added up in two parts there is none.
_PART = 10**9


def verify_parquet(path: Path, relation: Relation) -> None:
    """BulkError when the file holds other rows than the relation."""
    with parquet.ParquetFile(path) as file:
        _compare(path, relation, _control(file.iter_batches(columns=_read(relation)), relation))


def verify_csv(path: Path, relation: Relation, *, scale: int) -> None:
    """As `verify_parquet`, for a compressed CSV file."""
    types = dict.fromkeys(relation.control.sums, pa.decimal128(PRECISION, scale))
    with csv.open_csv(
        path,
        read_options=csv.ReadOptions(block_size=_BLOCK),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={**types, relation.resource.key: pa.string()}, include_columns=_read(relation)
        ),
    ) as batches:
        _compare(path, relation, _control(batches, relation))


def verify_sqlite(path: Path, relations: Sequence[Relation], *, places: int) -> None:
    """As `verify_parquet`, for every table; sums are compared where every amount of the column is exact."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        for relation in relations:
            parts = "".join(
                f', sum("{name}{EXACT}" / {_PART}), sum("{name}{EXACT}" % {_PART}), count("{name}"), '
                f'count("{name}{EXACT}")'
                for name in relation.control.sums
            )
            rows, *found = connection.execute(f'SELECT count(*){parts} FROM "{table(relation.name)}"').fetchone()  # noqa: S608 - our own declarations
            sums: dict[str, Decimal | None] = {}
            for number, name in enumerate(relation.control.sums):
                high, low, amounts, exact = found[4 * number : 4 * number + 4]
                if amounts != exact:
                    sums[name] = relation.control.sums[name]  # `about` says how many there are
                else:
                    sums[name] = None if high is None else Decimal(high * _PART + low).scaleb(-places, _context())
            _compare(path, relation, Control(rows, sums))
    finally:
        connection.close()


def _read(relation: Relation) -> list[str]:
    return [relation.resource.key, *relation.control.sums]


def _control(batches: Iterable[pa.RecordBatch] | Iterator[pa.RecordBatch], relation: Relation) -> Control:
    rows = 0
    sums: dict[str, Decimal | None] = dict.fromkeys(relation.control.sums)
    context = _context()
    for batch in batches:
        rows += batch.num_rows
        for name, total in sums.items():
            more = batch.column(name).sum().as_py()
            if more is not None:
                sums[name] = context.add(total or Decimal(0), more)
    return Control(rows, sums)


def _compare(path: Path, relation: Relation, found: Control) -> None:
    wanted = relation.control
    if found.rows != wanted.rows:
        raise BulkError(
            f"{path.name} holds {found.rows} rows, the database {wanted.rows}: nothing was published", reason=_OTHER
        )
    for name, total in wanted.sums.items():
        if found.sums[name] != total:
            raise BulkError(
                f"the amounts of {name} in {path.name} add up to {found.sums[name]}, in the database to {total}: "
                "nothing was published",
                reason=_OTHER,
            )


def _context() -> decimal.Context:
    return decimal.Context(prec=_DIGITS)
