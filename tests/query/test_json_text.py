"""The object that a page's SQL writes is the one that `row_to_json` gives, sign for sign, of every list there is."""

from __future__ import annotations

import json

import asyncpg
import pytest

from app.query.json_text import Shown, json_object
from app.query.registry import RESOURCES
from app.query.select import row_joins, row_object, shown_list
from app.values import Unit


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("name", RESOURCES)
async def test_every_row_of_every_list_is_written_as_row_to_json_writes_it(
    read_pool: asyncpg.Pool, name: str, unit: Unit
) -> None:
    resource = RESOURCES[name]
    columns, includes = list(resource.columns), tuple(include.name for include in resource.includes)
    rows = f"{resource.source}{row_joins(resource, columns, includes)} where {resource.visible}"
    listed, written = (make(resource, columns, includes, unit) for make in (shown_list, row_object))
    text = f"""select (select row_to_json(x)::text from (select {listed}) x) as expected, {written} as written
        from {rows} limit 300"""
    found = await read_pool.fetch(text.replace("{release}", "(select max(number) from release)"))
    assert found
    for row in found:
        assert row["written"] == row["expected"]


async def test_signs_that_json_escapes_are_escaped_and_blanks_are_null(read_pool: asyncpg.Pool) -> None:
    text = 'say "so"\\ \n\t中 \u0001 it\'s'
    fields = [
        Shown("text", "t.a", "t.a"),
        Shown("of", "t.b", "t.b", "bare"),
        Shown("on", "t.c", None),
    ]
    sql = f"select {json_object(fields)} from (select $1::text as a, $2::numeric as b, ($3::text)::boolean as c) t"
    assert json.loads(await read_pool.fetchval(sql, text, None, "true")) == {"text": text, "of": None, "on": True}
    assert await read_pool.fetchval(sql, None, "1.50", "false") == '{"text":null,"of":1.50,"on":false}'


async def test_a_long_row_is_one_object_where_some_amounts_of_a_run_are_blank(read_pool: asyncpg.Pool) -> None:
    fields = [
        Shown(f"n{number}", f"nullif({number} % 3, 1)", f"nullif({number} % 3, 1)", "bare") for number in range(150)
    ]
    found = json.loads(await read_pool.fetchval(f"select {json_object(fields)}"))
    assert found == {f"n{number}": None if number % 3 == 1 else number % 3 for number in range(150)}


def test_an_object_without_fields_is_empty() -> None:
    assert json_object([]) == "'{}'"
