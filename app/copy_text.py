"""Values to the text that COPY takes: a column at a time, since whole columns are turned in C.

Postgres reads text as quickly as its binary format, and Python writes it in a fraction of the time: amounts are
printed digits already, names and codes recur and are written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any

import orjson

NULL = "\\N"

# What a table is sent, by columns; some columns may come together, as one text with tabs in it.
Texts = dict[tuple[str, ...], Sequence[str]]


class Kind(Enum):
    """How the values of a column are written."""

    TEXT = auto()
    INTEGER = auto()
    NUMBER = auto()
    FLAG = auto()
    DAY = auto()
    JSON = auto()


@dataclass(frozen=True)
class Rows:
    """Some rows of a table; the columns that are not named are null in all of them."""

    table: str
    columns: tuple[str, ...]
    number: int
    yuan: Decimal  # the control total: the sum of the column `total`, zero where there is none
    text: bytes


def join_rows(table: str, texts: Texts, yuan: Decimal = Decimal(0)) -> Rows:
    """The rows that these columns make."""
    columns = tuple(name for names in texts for name in names)
    lines = list(map("\t".join, zip(*texts.values(), strict=True)))
    return Rows(table, columns, len(lines), yuan, ("\n".join(lines) + "\n").encode())


def as_text(kind: Kind, values: Sequence[Any]) -> list[str]:
    """The values of a column as COPY reads them; None is null. JSON is given as what it holds, not as text."""
    if kind is Kind.NUMBER:
        # Never looked up: 90.0 equals 90.00, and both are stored as they were printed.
        return [NULL if value is None else str(value) for value in values]
    if kind is Kind.JSON:
        return [NULL if value is None else orjson.dumps(value).decode().replace("\\", "\\\\") for value in values]
    return list(map(_WRITTEN[kind]().__getitem__, values))


class _Plain(dict[Any, str]):
    """Values as they are printed, each written once."""

    def __missing__(self, value: object) -> str:
        written = self[value] = NULL if value is None else str(value)
        return written


class _Escaped(dict[Any, str]):
    """Texts with what COPY would take for the end of a value or a row escaped, each written once."""

    def __missing__(self, value: str | None) -> str:
        written = self[value] = NULL if value is None else str(value).translate(_ESCAPES)
        return written


class _Flags(dict[Any, str]):
    """Yes and no."""

    def __missing__(self, value: bool | None) -> str:  # noqa: FBT001 - a value of a column
        written = self[value] = NULL if value is None else "t" if value else "f"
        return written


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_WRITTEN: dict[Kind, type[dict[Any, str]]] = {
    Kind.TEXT: _Escaped,
    Kind.INTEGER: _Plain,
    Kind.FLAG: _Flags,
    Kind.DAY: _Plain,
}
