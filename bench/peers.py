"""Datasette and ROAPI beside us: installed aside with pinned versions, each with the same lines in its own form.

Datasette serves an SQLite file that has the indexes our table has, opened as immutable; ROAPI holds a Parquet file in
memory. Both files come from our own export, so that all have the same rows and fields.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from servers import Server, running

PINNED = ("datasette==0.65.5", "roapi==0.12.7")
_INDEXES = ("department_id, fiscal_year", "code, fiscal_year", "region_code, fiscal_year")


def install(directory: Path) -> Path:
    """A virtual environment with the peers, made once for these versions; the directory of its programs."""
    programs = directory / "bin"
    stamp = directory / "installed"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != "\n".join(PINNED):
        shutil.rmtree(directory, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(directory)], check=True)
        pip = [str(programs / "pip"), "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *PINNED], check=True)
        stamp.write_text("\n".join(PINNED), encoding="utf-8")
    return programs


def export_lines(base: str, directory: Path) -> Path:
    """All expenditure lines of the service at `base` as Parquet."""
    parquet = directory / "lines.parquet"
    with urllib.request.urlopen(f"{base}/v1/expenditures.parquet", timeout=1800) as answer, parquet.open("wb") as file:  # noqa: S310 - our own server
        shutil.copyfileobj(answer, file)
    return parquet


def to_sqlite(parquet: Path) -> Path:
    """The rows of the file in SQLite, beside it."""
    sqlite = parquet.with_suffix(".db")
    file = pq.ParquetFile(parquet)
    schema = file.schema_arrow
    with contextlib.closing(sqlite3.connect(sqlite)) as database:
        database.execute("pragma journal_mode = off")
        columns = ", ".join(f'"{field.name}" {_kind(field)}' for field in schema)
        database.execute(f"create table lines ({columns})")
        marks = ",".join("?" * len(schema.names))
        for batch in file.iter_batches(20_000):
            # SQLite has no decimals: floats, as usual there.
            lists = [
                (column.cast(pa.float64()) if pa.types.is_decimal(column.type) else column).to_pylist()
                for column in batch.columns
            ]
            database.executemany(f"insert into lines values ({marks})", zip(*lists, strict=True))
        for number, indexed in enumerate(_INDEXES):
            database.execute(f"create index lines_{number} on lines ({indexed})")
        database.execute("analyze")
        database.commit()
    return sqlite


def _kind(field: pa.Field) -> str:
    if field.name == "id":
        return "integer primary key"
    if pa.types.is_decimal(field.type):
        return "real"
    return "text" if pa.types.is_string(field.type) else "integer"


@contextlib.contextmanager
def datasette(programs: Path, sqlite: Path) -> Iterator[Server]:
    """Datasette on the file, without the facets that it would suggest to people."""

    def command(port: int) -> list[str]:
        quiet = ["--setting", "suggest_facets", "off"]
        return [str(programs / "datasette"), "serve", "-i", str(sqlite), "-p", str(port), *quiet]

    with running(command, "/-/versions.json", environment={}) as server:
        yield server


@contextlib.contextmanager
def roapi(programs: Path, parquet: Path) -> Iterator[Server]:
    """ROAPI with the file in memory."""

    def command(port: int) -> list[str]:
        others = ["--addr-postgres", "127.0.0.1:0", "--addr-flight-sql", "127.0.0.1:0"]
        return [str(programs / "roapi"), "--addr-http", f"127.0.0.1:{port}", *others, "--table", f"lines={parquet}"]

    with running(command, "/api/schema", environment={"RUST_LOG": "error"}) as server:
        yield server
