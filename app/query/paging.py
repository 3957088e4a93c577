"""Keyset paging: the order of a list, the condition that begins the next page, and the opaque cursor.

Nulls come last in both directions and the key ends every order, so that each row has one place. The cursor carries
the last row's sort values, the release, the exact total, and a fingerprint of resource, filters and sort.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import orjson

from app.errors import InvalidCursor
from app.query.columns import SQL_TYPES, Column, Resource
from app.query.filters import Filter, Value

_DIGEST_BYTES = 6
_LONGEST = 4096
_RELEASES = range(1, 2**31 - 1)


@dataclass(frozen=True)
class Order:
    """One sort column and its direction."""

    column: str
    descending: bool = False

    def __str__(self) -> str:
        return f"{'-' * self.descending}{self.column}"


@dataclass(frozen=True)
class Cursor:
    """Where a page ended: the release and total of the walk, and the last row's sort values."""

    release: int
    total: int
    keys: tuple[Value | None, ...]


def complete(resource: Resource, orders: tuple[Order, ...]) -> tuple[Order, ...]:
    """The order with the resource's key at its end; what follows the key can change nothing."""
    for position, order in enumerate(orders):
        if order.column == resource.key:
            return orders[: position + 1]
    return (*orders, Order(resource.key))


def order_by(resource: Resource, orders: tuple[Order, ...]) -> str:
    """The ORDER BY list over the rows themselves."""
    columns = resource.by_name
    return ", ".join(
        f"{columns[order.column].order_expression}{' desc' * order.descending}"
        # Saying it of a column that is never null would keep an index from being read backwards.
        f"{' nulls last' if columns[order.column].nullable else ''}"
        for order in orders
    )


def after(resource: Resource, orders: tuple[Order, ...], nulls: tuple[bool, ...], first: int) -> str:
    """The condition that a row comes after the cursor's row; parameters are numbered from `first`.

    `nulls` says which of the cursor's values are null: those are not bound.
    """
    columns = resource.by_name
    parts: list[tuple[str, str, str | None]] = []  # after, equal, at-or-after of each sort column
    for order, null in zip(orders, nulls, strict=True):
        column = columns[order.column]
        expression = column.order_expression
        if null:
            parts.append(("false", f"{expression} is null", None))
            continue
        parameter = f"${first}::{SQL_TYPES[column.kind]}"
        first += 1
        sign = "<" if order.descending else ">"
        beyond = f"{expression} {sign} {parameter}"
        bound = None if column.nullable else f"{expression} {sign}= {parameter}"
        parts.append(
            (f"({beyond} or {expression} is null)" if column.nullable else beyond, f"{expression} = {parameter}", bound)
        )
    condition = parts[-1][0]
    for beyond, equal, _ in reversed(parts[:-1]):
        condition = f"({beyond} or ({equal} and {condition}))"
    # The plain bound repeats what is said, in the form that an index can begin at.
    bound = parts[0][2]
    return f"{bound} and {condition}" if bound and len(parts) > 1 else condition


def fingerprint(resource: Resource, filters: tuple[Filter, ...], orders: tuple[Order, ...]) -> str:
    """Twelve characters that tell one query's cursors from another's."""
    said = [resource.name, sorted(repr(item) for item in filters), [str(order) for order in orders]]
    return hashlib.blake2b(orjson.dumps(said), digest_size=6).hexdigest()


def encode(cursor: Cursor, *, query: str) -> str:
    """The cursor as an opaque text, bound to the query's fingerprint."""
    keys = [_written(key) for key in cursor.keys]
    body = orjson.dumps([query, cursor.release, cursor.total, keys])
    return base64.urlsafe_b64encode(_digest(body) + body).decode().rstrip("=")


def decode(text: str, *, query: str, resource: Resource, orders: tuple[Order, ...]) -> Cursor:
    """The cursor that the text stands for. InvalidCursor says why it cannot be used."""
    if len(text) > _LONGEST or not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise InvalidCursor("the cursor was not made by this service: take it from page.cursor or page.next unchanged")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        digest, body = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        if digest != _digest(body):
            raise ValueError  # noqa: TRY301 - every way of being damaged ends in one message
        bound, release, total, written = orjson.loads(body)
        genuine = isinstance(release, int) and release in _RELEASES and isinstance(total, int) and total >= 0
        if not genuine:
            raise ValueError  # noqa: TRY301
    except (binascii.Error, ValueError, TypeError):
        raise InvalidCursor(
            "the cursor was changed or cut off on its way: take it from page.cursor or page.next unchanged"
        ) from None
    if bound != query:
        raise InvalidCursor(
            "the cursor belongs to another query: it can only be used with the resource, filters and sort that it "
            "came with (fields, include, unit and limit may change)"
        )
    columns = resource.by_name
    try:
        keys = tuple(_read(columns[order.column], key) for order, key in zip(orders, written, strict=True))
    except (ValueError, TypeError, KeyError, ArithmeticError):
        raise InvalidCursor("the cursor does not fit this sort: begin again without a cursor") from None
    return Cursor(release, total, keys)


def read_key(column: Column, text: str | None) -> Value | None:
    """A sort value that the database gave as text."""
    return _read(column, text)


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES, person=b"gongkai cursor").digest()


def _written(key: Value | None) -> str | None:
    if key is None:
        return None
    if isinstance(key, bool):
        return "true" if key else "false"
    return key.isoformat() if isinstance(key, dt.date) else str(key)


def _read(column: Column, text: str | None) -> Value | None:
    if text is None:
        if not column.nullable:
            raise ValueError(f"{column.name} is never null")
        return None
    found = _READERS.get(column.kind, str)(text)
    if isinstance(found, Decimal) and not found.is_finite():
        raise ValueError(f"{text} is no amount")
    return found


_READERS: dict[str, Callable[[str], Value]] = {
    "integer": int,
    "money": Decimal,
    "number": Decimal,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
}
