"""Rows to XLSX: typed cells, amounts with the printed decimals, and a second sheet that says what the first one is."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import IO, Any, TypeAlias

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.export.about import About
from app.export.read_rows import Batch
from app.export.to_csv import LIST_SEPARATOR, titles
from app.export.too_large import TooLargeForFormat
from app.query.columns import Column

_LONGEST_TEXT = 32_767
# A cell holds a binary number of 15 reliable digits; what has more is written as text, and so loses none.
_RELIABLE_DIGITS = 15
_FIRST_YEAR = 1900
_WIDTHS = {"money": 16, "number": 12, "integer": 14, "boolean": 9, "date": 12, "datetime": 20, "code": 16, "choice": 16}

Writer: TypeAlias = Callable[[Worksheet, int, int, Any], None]


async def write_xlsx(
    file: IO[bytes], columns: Sequence[Column], batches: AsyncIterator[Batch], about: About, *, chinese: bool
) -> None:
    """Write the file, row by row and beside the event loop. TooLargeForFormat for what Excel cannot hold."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    # Without a date of its own the file would hold the time of writing: equal queries give equal files.
    book.set_properties({"title": f"{about.title} {about.name}", "created": about.released_at.replace(tzinfo=None)})
    sheet = book.add_worksheet(_sheet_name(about.title))
    bold = book.add_format({"bold": True})
    for position, (column, title) in enumerate(zip(columns, titles(columns, chinese=chinese), strict=True)):
        sheet.set_column(position, position, _WIDTHS.get(column.kind, 28))
        sheet.write_string(0, position, title, bold)
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, about.control.rows, len(columns) - 1)
    writers = [_writer(column, book) for column in columns]
    written = 1

    def write(batch: Batch) -> None:
        for row, values in enumerate(batch, start=written):
            for position, (cell, value) in enumerate(zip(writers, values, strict=True)):
                if value is not None:
                    cell(sheet, row, position, value)

    async for batch in batches:
        await asyncio.to_thread(write, batch)
        written += len(batch)
    _write_about(book, about, bold)
    await asyncio.to_thread(book.close)


def _write_about(book: xlsxwriter.Workbook, about: About, bold: Format) -> None:
    sheet = book.add_worksheet("说明 about")
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    for row, (word, text) in enumerate(about.lines()):
        sheet.write_string(row, 0, word, bold)
        sheet.write_string(row, 1, text)


def _sheet_name(title: str) -> str:
    return "".join(sign for sign in title if sign not in "[]:*?/\\'")[:31] or "data"


def _writer(column: Column, book: xlsxwriter.Workbook) -> Writer:
    if column.kind in ("money", "number"):
        return partial(_decimal, _Decimals(book))
    if column.kind == "integer":
        return _integer
    if column.kind == "boolean":
        return _boolean
    if column.kind == "date":
        return partial(_time, book.add_format({"num_format": "yyyy-mm-dd"}))
    if column.kind == "datetime":
        return partial(_time, book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"}))
    return _list if column.kind == "list" else _text


class _Decimals:
    """The number formats of a column, one for each number of decimals."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[int, Format] = {}

    def of(self, decimals: int) -> Format:
        if decimals not in self._made:
            shown = "#,##0" + ("." + "0" * decimals if decimals else "")
            self._made[decimals] = self._book.add_format({"num_format": shown})
        return self._made[decimals]


def _decimal(formats: _Decimals, sheet: Worksheet, row: int, position: int, value: Decimal) -> None:
    _, digits, exponent = value.as_tuple()
    decimals = max(0, -int(exponent))
    if len(digits) + max(0, int(exponent)) > _RELIABLE_DIGITS:
        sheet.write_string(row, position, f"{value:f}")
    else:
        sheet.write_number(row, position, float(value), formats.of(decimals))


def _integer(sheet: Worksheet, row: int, position: int, value: int) -> None:
    if len(str(abs(value))) > _RELIABLE_DIGITS:
        sheet.write_string(row, position, str(value))
    else:
        sheet.write_number(row, position, value)


def _boolean(sheet: Worksheet, row: int, position: int, value: bool) -> None:  # noqa: FBT001 - it is the cell
    sheet.write_boolean(row, position, value)


def _time(shown: Format, sheet: Worksheet, row: int, position: int, value: dt.date | dt.datetime) -> None:
    if value.year < _FIRST_YEAR:
        sheet.write_string(row, position, value.isoformat())
        return
    if isinstance(value, dt.datetime):
        value = value.astimezone(dt.UTC).replace(tzinfo=None)  # a cell has no time zone: it is UTC
    sheet.write_datetime(row, position, value, shown)


def _list(sheet: Worksheet, row: int, position: int, value: list[str]) -> None:
    _text(sheet, row, position, LIST_SEPARATOR.join(value))


def _text(sheet: Worksheet, row: int, position: int, value: str) -> None:
    if len(value) > _LONGEST_TEXT:
        raise TooLargeForFormat(f"a text of {len(value)} characters; a cell of Excel holds at most {_LONGEST_TEXT}")
    sheet.write_string(row, position, value)
