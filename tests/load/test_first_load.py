"""A large first load, and a load from a stream, are loads like any other: whole, exact, and on the same schema."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from app import add_up, database
from app.errors import LoadError
from app.load import load
from app.records import ParsedDisclosure
from app.settings import Settings
from tests import dataset
from tests.conftest import copy_of

SCHEMA = """
    SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated
              FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    ORDER BY 1"""


@pytest.fixture
async def connection(empty_database: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to an empty database."""
    async with database.connect_owner(empty_database) as opened:
        yield opened


def documents() -> list[ParsedDisclosure]:
    found = [dataset.final(year=year) for year in range(2010, 2020)] + [dataset.budget()]
    return sorted(found, key=lambda parsed: parsed.disclosure.id)


async def schema(connection: asyncpg.Connection) -> list[str]:
    return [row[0] for row in await connection.fetch(SCHEMA)]


async def test_a_large_first_load_gives_the_rows_and_the_schema_of_a_small_one(
    connection: asyncpg.Connection, server: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await schema(connection)
    async with copy_of(server) as other, database.connect_owner(other) as second:
        await load(second, documents(), origin="ingest")
        usual = await second.fetch("SELECT * FROM expenditure_line ORDER BY id")
        digest = await second.fetchval("SELECT content_digest FROM release")
    monkeypatch.setattr("app.load._BATCH", 4)
    steps: list[str] = []
    await load(connection, documents(), origin="ingest", progress=steps.append)
    assert "making indexes" in steps
    assert await schema(connection) == before
    assert await connection.fetch("SELECT * FROM expenditure_line ORDER BY id") == usual
    assert await connection.fetchval("SELECT content_digest FROM release") == digest


async def test_a_second_load_leaves_the_indexes_where_readers_need_them(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load(connection, [dataset.budget()], origin="ingest")
    monkeypatch.setattr("app.load._BATCH", 4)
    steps: list[str] = []
    await load(connection, documents(), origin="ingest", progress=steps.append)
    assert "making indexes" not in steps


async def test_a_large_first_load_that_is_refused_leaves_an_empty_database_with_its_schema(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await schema(connection)
    monkeypatch.setattr("app.load._BATCH", 4)
    with pytest.raises(LoadError, match="999999 is not a division"):
        await load(connection, [*documents(), dataset.final(region="999999")], origin="ingest")
    assert await schema(connection) == before
    assert await connection.fetchval("SELECT count(*) FROM expenditure_line") == 0


async def test_a_record_that_refers_to_nothing_is_refused_by_a_large_first_load_too(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.load._BATCH", 2)
    broken = documents()
    broken[-1] = broken[-1].model_copy(update={"statements": []})
    with pytest.raises(LoadError, match="refers to statement"):
        await load(connection, broken, origin="ingest")
    assert await connection.fetchval("SELECT count(*) FROM release") == 0


async def test_a_stream_gives_what_a_list_gives(
    connection: asyncpg.Connection, server: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.load._BATCH", 3)
    result = await load(connection, iter(documents()), origin="ingest")
    async with copy_of(server) as other, database.connect_owner(other) as second:
        assert await load(second, list(reversed(documents())), origin="ingest") == result
    again = await load(connection, iter(documents()), origin="ingest")
    assert (again.changed, len(again.unchanged)) == (False, len(documents()))


async def test_cells_are_the_same_however_often_sums_are_handed_over(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = "SELECT * FROM rollup ORDER BY grain, combination, fiscal_year, region_code, code, valid_from"
    monkeypatch.setattr("app.load._BATCH", 3)
    monkeypatch.setattr("app.sums._MOST", 0)
    monkeypatch.setattr("app.sums._TOGETHER", 1)
    await load(connection, iter(documents()), origin="ingest")
    await load(connection, [dataset.final(year=2011, total="88.8"), dataset.final(year=2030)], origin="ingest")
    made = await connection.fetch(cells)
    assert len({row["valid_from"] for row in made}) == 2
    await add_up.forget(connection)
    assert await add_up.catch_up(connection)
    assert [tuple(row.values()) for row in await connection.fetch(cells)] == [tuple(row.values()) for row in made]


async def test_a_stream_that_goes_back_is_refused_and_nothing_is_written(connection: asyncpg.Connection) -> None:
    with pytest.raises(LoadError, match=r"in the order of ids: .*2010-final after .*2011-final"):
        await load(connection, iter([dataset.final(year=2011), dataset.final(year=2010)]), origin="ingest")
    assert await connection.fetchval("SELECT count(*) FROM disclosure") == 0


async def test_a_disclosure_that_a_stream_has_twice_is_refused(connection: asyncpg.Connection) -> None:
    with pytest.raises(LoadError, match="the same disclosure"):
        await load(connection, iter([dataset.final(), dataset.final(total="2")]), origin="ingest")


async def test_check_results_may_be_handed_in(connection: asyncpg.Connection) -> None:
    await load(connection, [dataset.budget()], origin="ingest", judge=lambda _parsed: ())
    assert await connection.fetchval("SELECT count(*) FROM check_result") == 0
    assert await connection.fetchval("SELECT count(*) FROM expenditure_line") == len(dataset.budget().expenditures)
