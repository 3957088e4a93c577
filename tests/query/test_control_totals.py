"""Control totals are the sums of the amounts as a file shows them, to the last digit: shifted when added up."""

from __future__ import annotations

import dataclasses

import asyncpg
import pytest

from app.query.read_query import Pairs
from app.query.registry import RESOURCES
from app.query.whole_list import fetch_control, read_whole, select_whole
from app.values import Unit

QUERIES: tuple[Pairs, ...] = (
    [],
    [("limit", "3")],
    [("sort", "-id"), ("limit", "7")],
    [("fiscal_year", "2024")],
    [("fiscal_year", "1990")],
)


@pytest.mark.parametrize("name", RESOURCES)
async def test_totals_are_those_of_the_rows_that_are_shown(name: str, read_pool: asyncpg.Pool) -> None:
    resource = RESOURCES[name]
    for unit in Unit:
        for pairs in QUERIES:
            if not all(key in resource.by_name or key in ("limit", "sort") for key, _ in pairs) or (
                ("sort", "-id") in pairs and "id" not in resource.by_name
            ):
                continue
            selection = select_whole(read_whole(resource, [*pairs, ("unit", unit.value)]), 2)
            assert selection.control is not None
            async with read_pool.acquire() as connection:
                found = await fetch_control(connection, selection, seconds=10)
                plain = dataclasses.replace(selection, control=None)
                expected = await fetch_control(connection, plain, seconds=10)
            assert found.rows == expected.rows, (name, pairs)
            assert {key: str(value) for key, value in found.sums.items()} == {
                key: str(value) for key, value in expected.sums.items()
            }, (name, unit, pairs)
