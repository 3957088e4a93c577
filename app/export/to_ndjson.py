"""Rows to NDJSON: one JSON object a line, the same objects as in `data` of the JSON answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from app.export.copy_out import copy_out
from app.query.columns import Column
from app.query.json_text import Shown, json_object
from app.query.run import Connection
from app.query.whole_list import Selection

# JSON holds no control character as it is, so that with these two nothing is ever put in quotes.
_DELIMITER, _QUOTE = "\x01", "\x02"


def write_ndjson(connection: Connection, selection: Selection) -> AsyncGenerator[bytes, None]:
    """The file in pieces."""
    line = json_object([_shown(column) for column in selection.columns])
    return copy_out(
        connection, selection.written(f"{line} as line"), selection.arguments, delimiter=_DELIMITER, quote=_QUOTE
    )


def _shown(column: Column) -> Shown:
    cell = f'r."{column.name}"'
    return Shown.of(column, cell, cell)
