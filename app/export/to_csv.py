"""Rows to CSV (RFC 4180, CRLF, UTF-8). The lines are built by the database: Python only hands them on."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Callable, Sequence

from app.export.copy_out import copy_out
from app.query.columns import Column
from app.query.run import Connection
from app.query.whole_list import Selection

BYTE_ORDER_MARK = "\ufeff"
# A text that begins with one of these is read as a formula by spreadsheets: with an apostrophe before it, it is not.
FORMULA_SIGNS = "=+-@\t\r\n＝＋－＠"
GUARD = "'"
# Between the values of a list.
LIST_SEPARATOR = "; "
# The columns that never need quotes; all others always have them.
_BARE = ("money", "number", "integer", "boolean", "date", "datetime")


def csv_statement(selection: Selection, end: str) -> str:
    """The selection with its texts as they are written, and `end`, a text of our own, as the last column of each row.

    COPY ends rows with LF alone, which stands inside of texts too: by the text before it the end of a row is known.
    """
    cells = ", ".join(f'{_cell(column)} as "{column.name}"' for column in selection.columns)
    return selection.written(f"{cells}, '{end}' as \"end of row\"")


def _cell(column: Column) -> str:
    name = f'r."{column.name}"'
    if column.kind == "datetime":
        return f"(to_json({name}) #>> '{{}}')"
    if column.kind == "boolean":
        return f"{name}::text"
    if column.kind == "list":
        return _guarded(f"array_to_string({name}, '{LIST_SEPARATOR}')")
    if column.kind in _BARE or column.plain:
        return name  # of a choice that is a sign, `=` alone is no formula
    return _guarded(f"{name}::text" if column.kind == "json" else name)


def _guarded(text: str) -> str:
    points = ", ".join(str(ord(sign)) for sign in FORMULA_SIGNS)
    return f"case when ascii({text}) in ({points}) then '{GUARD * 2}' || {text} else {text} end"


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


async def write_csv(
    connection: Connection,
    selection: Selection,
    header: bytes,
    *,
    written: Callable[[int], None] | None = None,
) -> AsyncGenerator[bytes, None]:
    """The file in pieces; the header comes with the first of them. `written` is told the rows of each.

    Texts are always in quotes, so that an empty text (`""`) is another thing than null (nothing at all).
    """
    end = secrets.token_hex(4)  # nobody who writes texts can know it
    quoted = [column.name for column in selection.columns if column.kind not in _BARE]
    ahead, mark = header, f",{end}\n".encode()
    async for piece in copy_out(connection, csv_statement(selection, end), selection.arguments, force_quote=quoted):
        if written is not None:
            written(piece.count(mark))
        yield ahead + piece.replace(mark, b"\r\n")
        ahead = b""
    if ahead:
        yield ahead
