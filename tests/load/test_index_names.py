"""The index of names is what the release holds: after a load, a revision, a withdrawal, and for data loaded before."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from app import database, tables
from app.index_names import catch_up
from app.load import load
from app.records import ParsedDisclosure
from app.search_text import LONGEST_NAME, searched, terms
from app.settings import Settings
from tests import dataset


@pytest.fixture
async def connection(empty_database: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to an empty database."""
    async with database.connect_owner(empty_database) as opened:
        yield opened


async def entries(connection: asyncpg.Connection, release: int) -> set[tuple[object, ...]]:
    rows = await connection.fetch(
        "SELECT kind, key, field, text, record, rows FROM search_entry WHERE valid_from <= $1 AND valid_to > $1",
        release,
    )
    return {tuple(row) for row in rows}


async def names(connection: asyncpg.Connection, table: str, field: str, release: int) -> dict[str, int]:
    """How often each name stands in a table of facts in a release, counted from the rows."""
    rows = await connection.fetch(
        f"SELECT {field} AS name, count(*) AS rows FROM {table} "
        f"WHERE valid_from <= $1 AND valid_to > $1 AND {field} <> '' GROUP BY 1",
        release,
    )
    return {row["name"]: row["rows"] for row in rows}


async def agrees(connection: asyncpg.Connection, release: int) -> bool:
    found = await entries(connection, release)
    assert len(found) == len({entry[:4] for entry in found}), "an entry is there once"
    for kind, table, field in (
        ("projects", "project", "name"),
        ("performance-indicators", "performance_indicator", "level3"),
        ("performance-indicators", "performance_indicator", "description"),
        ("procurement-items", "procurement_item", "item_name"),
    ):
        indexed = {str(entry[3]): entry[5] for entry in found if (entry[0], entry[2]) == (kind, field)}
        assert indexed == await names(connection, table, field, release), (kind, field)
    departments = await connection.fetch(
        "SELECT DISTINCT department_id FROM disclosure WHERE valid_from <= $1 AND valid_to > $1", release
    )
    assert {entry[1] for entry in found if entry[0] == "departments"} == {row["department_id"] for row in departments}
    if release == await connection.fetchval("SELECT max(number) FROM release"):
        named = await connection.fetch(
            "SELECT d.*, r.full_name FROM department d JOIN region r ON r.code = d.region_code"
        )
        expected = {
            (row["id"], field, text)
            for row in named
            if row["id"] in {one["department_id"] for one in departments}
            for field, text in (
                ("name", row["name"]),
                ("region_name", f"{row['full_name']} {row['name']}"),
                *(("aliases", alias) for alias in row["aliases"]),
            )
        }
        assert {entry[1:4] for entry in found if entry[0] == "departments"} == expected
    for kind, table in (("functional-subjects", "functional_subject"), ("economic-subjects", "economic_subject")):
        codes = {row["code"] for row in await connection.fetch(f"SELECT code FROM {table}")}
        assert {entry[1] for entry in found if entry[0] == kind} == codes
    return True


async def test_entries_follow_loads_revisions_and_withdrawals_release_by_release(
    connection: asyncpg.Connection,
) -> None:
    first, second = dataset.releases()
    await load(connection, first, origin="seed", source_digest="1" * 64)
    assert await agrees(connection, 1)
    await load(connection, second, origin="ingest")
    assert await agrees(connection, 1)
    assert await agrees(connection, 2)
    await load(connection, first[:1], origin="seed", source_digest="2" * 64)
    for release in (1, 2, 3):
        assert await agrees(connection, release)
    assert await entries(connection, 3) != await entries(connection, 2)


async def test_every_name_is_stored_folded_with_its_terms(connection: asyncpg.Connection) -> None:
    await load(connection, dataset.releases()[0], origin="ingest")
    rows = await connection.fetch("SELECT text, folded, terms FROM search_text")
    assert len(rows) > 500  # the code lists are in it
    for row in rows:
        assert row["folded"] == searched(row["text"])
        assert row["terms"] == terms(row["folded"])


async def test_entry_that_has_not_changed_is_not_written_again(connection: asyncpg.Connection) -> None:
    first, second = dataset.releases()
    await load(connection, first, origin="ingest")
    before = await connection.fetchval("SELECT count(*) FROM search_entry")
    await load(connection, second, origin="ingest")
    written = await connection.fetchval("SELECT count(*) FROM search_entry WHERE valid_from = 2")
    assert 0 < written < before / 10
    open_entries = await connection.fetchval(
        "SELECT count(*) FROM search_entry WHERE valid_to = $1", tables.STILL_VALID
    )
    assert open_entries == len(await entries(connection, 2))


async def test_department_is_found_by_every_name_that_it_has_in_the_release(connection: asyncpg.Connection) -> None:
    first, second, third = (
        ParsedDisclosure(disclosure=dataset.disclosure(name=name, year=year))
        for name, year in (("虚构事务局（本级）", 2022), ("虚构事务局(本级)", 2023), ("另一虚构局", 2024))
    )
    assert first.disclosure.department_id == second.disclosure.department_id
    await load(connection, [first], origin="seed")
    assert await agrees(connection, 1)
    # A later disclosure prints the name otherwise; another department comes; the earlier one goes.
    await load(connection, [first, second], origin="seed")
    assert await agrees(connection, 2)
    untouched = await entries(connection, 2)
    await load(connection, [first, second, third], origin="seed")
    assert await agrees(connection, 3)
    assert untouched < await entries(connection, 3)
    await load(connection, [second, third], origin="seed")
    assert await agrees(connection, 4)
    await load(connection, [third], origin="seed")
    assert await agrees(connection, 5)


async def test_database_that_was_filled_before_there_was_an_index_gets_the_same_one(
    connection: asyncpg.Connection,
) -> None:
    for release in dataset.releases():
        await load(connection, release, origin="ingest")
    kept = [await entries(connection, release) for release in (1, 2)]
    await connection.execute("TRUNCATE search_entry, search_text")
    assert await catch_up(connection)
    assert [await entries(connection, release) for release in (1, 2)] == kept
    assert not await catch_up(connection)


async def test_the_next_load_catches_up_too(connection: asyncpg.Connection) -> None:
    first, second = dataset.releases()
    await load(connection, first, origin="ingest")
    await connection.execute("TRUNCATE search_entry, search_text")
    await load(connection, second, origin="ingest")
    assert await agrees(connection, 1)
    assert await agrees(connection, 2)


async def test_text_that_is_no_name_is_left_out_and_stops_nothing(connection: asyncpg.Connection) -> None:
    parsed = dataset.budget()
    long, signs = "长" * (LONGEST_NAME * 20), "……"
    projects = [
        parsed.projects[0].model_copy(update={"name": long}),
        parsed.projects[1].model_copy(update={"name": signs}),
    ]
    await load(connection, [parsed.model_copy(update={"projects": projects})], origin="ingest")
    texts = {row["text"] for row in await connection.fetch("SELECT text FROM search_text")}
    assert not texts & {long, signs}


async def test_load_that_fails_leaves_no_entry(connection: asyncpg.Connection) -> None:
    first, second = dataset.releases()
    await load(connection, first, origin="ingest")
    kept = await entries(connection, 1)
    await connection.execute("ALTER TABLE release ADD CONSTRAINT one CHECK (number < 2)")
    with pytest.raises(Exception, match="refused the load"):
        await load(connection, second, origin="ingest")
    assert await entries(connection, 2) == kept
