"""Paging is exact: for every sort, ties and nulls included, the pages together are the full list, in its order."""

from __future__ import annotations

import datetime as dt
from typing import Any

import asyncpg
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InvalidCursor
from app.query import paging
from app.query.columns import Resource
from app.query.paging import Cursor, Order
from app.query.read_query import read_list
from app.query.registry import RESOURCES
from app.query.run import Known, Page, fetch_page

# Lists of many hundred rows are cut to a part that still has ties and nulls.
PARTS = {
    "regions": [("code__under", "130200,429000,110000")],
    "functional-subjects": [("code__under", "201,208")],
    "economic-subjects": [("code__under", "301,302")],
}


async def fetch(pool: asyncpg.Pool, resource: Resource, **parameters: str) -> tuple[list[Any], Page]:
    """The rows of one page, every sortable field shown."""
    pairs = [*PARTS.get(resource.name, []), ("fields", ",".join(resource.sortable)), *parameters.items()]
    async with pool.acquire() as connection:
        page = await fetch_page(connection, read_list(resource, pairs), Known())
    return orjson.loads(b"[%s]" % page.rows), page


async def walk(pool: asyncpg.Pool, resource: Resource, sort: str, limit: int) -> list[Any]:
    """The rows of all pages, following the cursor."""
    rows, page = await fetch(pool, resource, sort=sort, limit=str(limit))
    total = page.total
    while page.cursor is not None:
        assert page.count == limit
        more, page = await fetch(pool, resource, sort=sort, limit=str(limit), cursor=page.cursor)
        assert page.total == total
        assert more, "a page that was promised has rows"
        rows += more
        assert len(rows) <= total
    assert len(rows) == total
    return rows


def place(resource: Resource, sort: str, row: Any) -> list[Any]:
    """What Python sorts the row by: nulls last both ways, texts as bytes, the key at the end."""
    found = []
    for part in [*sort.split(","), resource.key]:
        name = part.removeprefix("-")
        value = row[name]
        if isinstance(value, str):
            column = resource.by_name[name]
            value = dt.datetime.fromisoformat(value).timestamp() if column.kind == "datetime" else value.encode()
        found.append(
            (value is None, Backwards(value) if part.startswith("-") else value) if value is not None else (True, 0)
        )
    return found


class Backwards:
    """A value whose order is reversed."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: Backwards) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Backwards) and bool(self.value == other.value)

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("name", list(RESOURCES))
async def test_pages_of_every_sortable_field_in_both_directions_are_the_full_list(
    name: str, read_pool: asyncpg.Pool
) -> None:
    resource = RESOURCES[name]
    everything = await walk(read_pool, resource, resource.key, 1000)
    limit = max(1, len(everything) // 4)
    for column in resource.sortable:
        for sort in (column, f"-{column}"):
            rows = await walk(read_pool, resource, sort, limit)
            assert rows == sorted(everything, key=lambda row, sort=sort: place(resource, sort, row)), sort  # type: ignore[misc]


SORTS = st.sampled_from(list(RESOURCES)).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.lists(st.sampled_from(RESOURCES[name].sortable), min_size=1, max_size=3, unique=True),
        st.lists(st.booleans(), min_size=3, max_size=3),
        st.integers(min_value=1, max_value=40),
    )
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=SORTS)
async def test_pages_of_any_sort_and_size_are_the_full_list(
    drawn: tuple[str, list[str], list[bool], int], read_pool: asyncpg.Pool
) -> None:
    name, columns, directions, limit = drawn
    resource = RESOURCES[name]
    sort = ",".join("-" * down + column for column, down in zip(columns, directions, strict=False))
    everything = await walk(read_pool, resource, sort, 1000)
    assert await walk(read_pool, resource, sort, max(limit, len(everything) // 20)) == everything


KEYS = {
    "integer": st.integers(min_value=-(2**63), max_value=2**63 - 1),
    "money": st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15),
    "code": st.text(max_size=20).filter(lambda text: "\x00" not in text),
    "boolean": st.booleans(),
}


@given(
    total=st.none() | KEYS["money"],
    code=st.none() | KEYS["code"],
    leaf=KEYS["boolean"],
    key=KEYS["integer"],
    release=st.integers(min_value=1, max_value=2**31 - 3),
    count=st.integers(min_value=0, max_value=2**62),
)
def test_cursor_gives_back_what_was_put_in(**drawn: Any) -> None:
    resource = RESOURCES["expenditures"]
    orders = (Order("total", descending=True), Order("code"), Order("is_leaf"), Order("id"))
    cursor = Cursor(drawn["release"], drawn["count"], (drawn["total"], drawn["code"], drawn["leaf"], drawn["key"]))
    text = paging.encode(cursor, query="abc")
    assert paging.decode(text, query="abc", resource=resource, orders=orders) == cursor


@given(position=st.integers(min_value=0, max_value=200), letter=st.sampled_from("AZaz09-_"))
def test_cursor_with_any_letter_changed_is_refused(position: int, letter: str) -> None:
    resource, orders = RESOURCES["expenditures"], (Order("id"),)
    text = paging.encode(Cursor(1, 283, (101,)), query="abc")
    position %= len(text)
    changed = text[:position] + letter + text[position + 1 :]
    if changed == text:
        return
    try:
        # The last letter of base64 may hold bits that mean nothing.
        assert paging.decode(changed, query="abc", resource=resource, orders=orders).keys == (101,)
        assert position == len(text) - 1
    except InvalidCursor as error:
        assert "cursor" in str(error)  # noqa: PT017 - both ends are allowed


@given(text=st.text(max_size=60))
def test_cursor_of_any_text_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(InvalidCursor, match="cursor"):
        paging.decode(text, query="abc", resource=RESOURCES["expenditures"], orders=(Order("id"),))


def test_cursor_of_another_query_is_refused() -> None:
    text = paging.encode(Cursor(1, 283, (101,)), query="abc")
    with pytest.raises(InvalidCursor, match="another query"):
        paging.decode(text, query="def", resource=RESOURCES["expenditures"], orders=(Order("id"),))


def test_order_ends_at_the_key_wherever_it_is_named() -> None:
    resource = RESOURCES["expenditures"]
    assert paging.complete(resource, (Order("total"),)) == (Order("total"), Order("id"))
    assert paging.complete(resource, (Order("id", descending=True), Order("total"))) == (Order("id", descending=True),)
