"""Rows to CSV (RFC 4180, CRLF, UTF-8). The lines are built by the database: Python only hands them on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from app.export.read_rows import Batch
from app.query.columns import Column
from app.query.whole_list import Selection

BYTE_ORDER_MARK = "\ufeff"
# A text that begins with one of these is read as a formula by spreadsheets: with an apostrophe before it, it is not.
FORMULA_SIGNS = "=+-@\t\r\n＝＋－＠"
GUARD = "'"
# Between the values of a list.
LIST_SEPARATOR = "; "
# A function of Postgres takes a hundred arguments: so many cells with the commas between them.
_CELLS = 50


def csv_statement(selection: Selection) -> str:
    """A statement that gives each row of the selection as one line, without its end.

    Texts are always in quotes, so that an empty text (`""`) is another thing than null (nothing at all).
    """
    cells = [_cell(column) for column in selection.columns]
    parts = ["concat(" + ", ',', ".join(cells[first : first + _CELLS]) + ")" for first in range(0, len(cells), _CELLS)]
    line = " || ',' || ".join(parts)
    return f"select {line} as line from ({selection.text}) r"  # noqa: S608 - our own declarations


def _cell(column: Column) -> str:
    name = f'r."{column.name}"'
    if column.kind in ("money", "number", "integer"):
        return name
    if column.kind in ("boolean", "date"):
        return f"{name}::text"
    if column.kind == "datetime":
        return f"(to_json({name}) #>> '{{}}')"
    if column.kind == "list":
        return _quoted(f"array_to_string({name}, '{LIST_SEPARATOR}')")
    if column.kind == "choice":
        return _quoted(name, guarded=False)  # one of our own words or signs, and `=` alone is no formula
    return _quoted(f"{name}::text" if column.kind == "json" else name)


def _quoted(text: str, *, guarded: bool = True) -> str:
    points = ", ".join(str(ord(sign)) for sign in FORMULA_SIGNS)
    guard = f"case when ascii({text}) in ({points}) then '{GUARD * 2}' else '' end || " if guarded else ""
    return f"""'"' || {guard}replace({text}, '"', '""') || '"'"""


def csv_header(columns: Sequence[Column], *, chinese: bool, byte_order_mark: bool) -> bytes:
    """The first line: names of fields, or their Chinese titles."""
    line = ",".join(titles(columns, chinese=chinese)) + "\r\n"
    return ((BYTE_ORDER_MARK if byte_order_mark else "") + line).encode()


def titles(columns: Sequence[Column], *, chinese: bool) -> list[str]:
    """What stands above each column; a Chinese title that two columns share has the field's name behind it."""
    if not chinese:
        return [column.name for column in columns]
    said = [column.zh for column in columns]
    return [
        f"{column.zh}({column.name})" if said.count(column.zh) > 1 or column.kind == "json" else column.zh
        for column in columns
    ]


async def write_csv(header: bytes, batches: AsyncIterator[Batch]) -> AsyncGenerator[bytes, None]:
    """The file in pieces, from the rows of `csv_statement`; the header comes with the first of them."""
    ahead = header
    async for batch in batches:
        yield ahead + ("\r\n".join([row[0] for row in batch]) + "\r\n").encode()
        ahead = b""
    if ahead:
        yield ahead
