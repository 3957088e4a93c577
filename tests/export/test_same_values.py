"""All five formats hold the same rows and values, whatever they are: nulls, zeros, negatives, quotes, formulas."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import httpx
import openpyxl
import pytest
from pyarrow import parquet

from app.export.to_csv import FORMULA_SIGNS, LIST_SEPARATOR
from app.query.columns import Column
from app.query.registry import RESOURCES

from .conftest import UGLY

Row = dict[str, Any]
EVERYTHING = {name: ",".join(column.name for column in resource.columns) for name, resource in RESOURCES.items()}


async def rows_of(files: httpx.AsyncClient, name: str, suffix: str, query: str) -> list[Row]:
    answer = await files.get(f"/v1/{name}.{suffix}?{query}")
    assert answer.status_code == 200, answer.text
    return rows_of_answer(answer, suffix, [*RESOURCES[name].columns])


def rows_of_answer(answer: httpx.Response, suffix: str, columns: Sequence[Column] = ()) -> list[Row]:
    """The rows of a file as its readers see them; of CSV with types where the columns are known."""
    if suffix == "csv" and not columns:
        return [*csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))]
    if suffix == "csv":
        return read_csv(answer.content, columns)
    if suffix == "ndjson":
        assert answer.text == "" or answer.text.endswith("\n")
        return [json.loads(line, parse_float=Decimal) for line in answer.text.split("\n")[:-1]]
    if suffix == "parquet":
        return parquet.read_table(io.BytesIO(answer.content)).to_pylist()
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def read_csv(content: bytes, columns: Sequence[Column]) -> list[Row]:
    """The rows of a CSV file: by Python's reader, and its quotes by our own, which tell an empty text from null."""
    text = content.decode("utf-8-sig")
    assert text.endswith("\r\n")
    header, *rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    raw = split(text)
    assert [[cell.removeprefix('"').removesuffix('"').replace('""', '"') for cell in row] for row in raw[1:]] == rows
    kinds = {column.name: column.kind for column in columns}
    found = []
    for row, cells in zip(rows, raw[1:], strict=True):
        record: Row = {}
        for name, value, cell in zip(header, row, cells, strict=True):
            if cell == "":
                record[name] = None
            elif kinds[name] in ("text", "code", "choice", "list", "json"):
                record[name] = value[1:] if value[:1] == "'" and value[1:2] in [*FORMULA_SIGNS] else value
            else:
                record[name] = json.loads(value, parse_float=Decimal) if kinds[name][:4] != "date" else value
        found.append(record)
    return found


def split(text: str) -> list[list[str]]:
    """The cells of each record with their quotes."""
    rows, cell, quoted, row = [], "", False, []
    for sign in text:
        quoted ^= sign == '"'
        if not quoted and sign in ",\n":
            row.append(cell.removesuffix("\r") if sign == "\n" else cell)
            cell = ""
            if sign == "\n":
                rows.append(row)
                row = []
        else:
            cell += sign
    return rows


def time_of(value: Any) -> float:
    """Seconds; a time without a zone is UTC."""
    time = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return (time if time.tzinfo else time.replace(tzinfo=dt.UTC)).timestamp()


# What a value of each kind is in the terms of JSON, whichever format it came from.
PLAIN: dict[str, Callable[[Any], Any]] = {
    "money": lambda value: Decimal(str(value)),
    "number": lambda value: Decimal(str(value)),
    "integer": int,
    "list": lambda value: value if isinstance(value, str) else LIST_SEPARATOR.join(value),
    "json": lambda value: json.loads(value, parse_float=Decimal) if isinstance(value, str) else value,
    "date": lambda value: str(value)[:10],
    "datetime": time_of,
}


def plain(value: Any, column: Column) -> Any:
    return PLAIN[column.kind](value) if value is not None and column.kind in PLAIN else value


@pytest.mark.parametrize("name", RESOURCES)
async def test_every_format_holds_the_same_values(name: str, files: httpx.AsyncClient) -> None:
    columns = RESOURCES[name].columns
    pages: list[Row] = []
    path: str | None = f"/v1/{name}?fields={EVERYTHING[name]}&limit=1000"
    while path:
        answer = json.loads((await files.get(path)).text, parse_float=Decimal)
        pages += answer["data"]
        path = answer["page"]["next"]
    assert pages
    expected = [{column.name: plain(row[column.name], column) for column in columns} for row in pages]
    for suffix in ("csv", "ndjson", "parquet", "xlsx"):
        rows = await rows_of(files, name, suffix, f"fields={EVERYTHING[name]}")
        assert list(rows[0]) == [column.name for column in columns]
        found = [{column.name: plain(row[column.name], column) for column in columns} for row in rows]
        if suffix == "xlsx":
            # openpyxl reads an empty text as nothing, and leaves a carriage return as it is coded in XML.
            wanted = [{key: as_in_a_sheet(value) for key, value in row.items()} for row in expected]
            found = [
                {key: value if isinstance(value, float) else as_in_a_sheet(value) for key, value in row.items()}
                for row in found
            ]
            assert found == wanted
        else:
            assert found == expected, suffix


def as_in_a_sheet(value: Any) -> Any:
    if isinstance(value, float):  # a time, of which a cell keeps milliseconds
        return pytest.approx(value, abs=0.002)
    return (value.replace("_x000D_", "\r") or None) if isinstance(value, str) else value


async def test_awkward_texts_and_amounts_are_among_the_rows(files: httpx.AsyncClient) -> None:
    rows = await rows_of(files, "expenditures", "ndjson", "fiscal_year=2020&fields=name,total")
    assert [row["name"] for row in rows] == UGLY
    assert {str(row["total"]) for row in rows} >= {"-0.01", "0", "0.00", "-12345678901.50", "999999999999999999"}


@pytest.mark.parametrize("unit", ["yuan", "wan", "yi"])
async def test_amounts_are_exact_in_every_unit_and_format(unit: str, files: httpx.AsyncClient) -> None:
    query = f"fiscal_year=2020&fields=total&unit={unit}"
    expected = [row["total"] for row in await rows_of(files, "expenditures", "ndjson", query)]
    for suffix in ("csv", "parquet", "xlsx"):
        rows = await rows_of(files, "expenditures", suffix, query)
        assert [Decimal(str(row["total"])) for row in rows] == expected, suffix


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "xlsx", "parquet"])
async def test_filters_sort_fields_limit_and_release_hold_in_files(suffix: str, files: httpx.AsyncClient) -> None:
    query = "level=class&fields=code,total&sort=-total&release=2&unit=yuan&limit=4"
    expected = (await files.get(f"/v1/expenditures?{query}")).json()["data"]
    rows = await rows_of(files, "expenditures", suffix, query)
    assert [(row["code"], float(row["total"])) for row in rows] == [(row["code"], row["total"]) for row in expected]


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "xlsx", "parquet"])
async def test_nothing_found_is_a_whole_file_without_rows(suffix: str, files: httpx.AsyncClient) -> None:
    assert await rows_of(files, "expenditures", suffix, "fiscal_year=1999") == []


async def test_parts_asked_for_by_include_are_json_in_a_column(files: httpx.AsyncClient) -> None:
    query = "fiscal_year=2024&fields=code&include=provenance,subject&limit=5"
    expected = (await files.get(f"/v1/expenditures?{query}")).json()["data"]
    for suffix in ("csv", "ndjson", "xlsx", "parquet"):
        answer = await files.get(f"/v1/expenditures.{suffix}?{query}")
        if suffix == "csv":
            rows: list[Row] = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        else:
            rows = await rows_of(files, "expenditures", suffix, query)
        for row, wanted in zip(rows, expected, strict=True):
            for part in ("provenance", "subject"):
                value = json.loads(row[part]) if isinstance(row[part], str) and row[part] else row[part]
                assert (value or None) == wanted[part]
