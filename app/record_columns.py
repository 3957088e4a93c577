"""Records as columns: what a digest is made of and what rows are made of, read once.

A record has up to sixty fields, most of them blank in all records of a document; what is done with columns is done with
the others alone, and in C.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat
from typing import Any


class Columns(dict[str, Sequence[Any]]):
    """The fields of some records that have a value in any of them, by name; a field that is not there is blank."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def __missing__(self, name: str) -> Sequence[Any]:
        return [None] * self.number

    def records(self) -> list[dict[str, object]]:
        """The records again, each with the fields that have a value."""
        if not self:
            return [{} for _ in range(self.number)]
        names = list(self)
        # Columns are as long as each other, and a row has as many values as there are names.
        return [
            {name: value for name, value in zip(names, row) if value is not None}  # noqa: B905
            for row in zip(*self.values())  # noqa: B905
        ]


_NONE = Columns(0)


def columns_of(listed: Sequence[Any]) -> Columns:
    """The fields of records of one kind, which all have them in the same order."""
    if not listed:
        return _NONE
    found = Columns(len(listed))
    fields = [record.__dict__ for record in listed]
    columns = zip(*map(dict.values, fields), strict=True)
    for name, column in zip(fields[0], columns, strict=True):
        if column[0] is not None or column.count(None) < len(column):
            found[name] = column
    return found


def joined(parts: Sequence[Columns]) -> Columns:
    """The columns of several lists of records, one after the other."""
    found = Columns(sum(part.number for part in parts))
    for name in dict.fromkeys(chain.from_iterable(parts)):
        columns = (part.get(name) or repeat(None, part.number) for part in parts)
        found[name] = list(chain.from_iterable(columns))
    return found
