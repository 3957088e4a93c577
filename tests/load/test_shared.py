"""A load whose rows are made by several processes is the load that one makes, and ends as one would when one fails."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import asyncpg
import psutil
import pytest

from app import database, seed
from app.errors import LoadError
from app.load import load, load_seed
from app.make_rows import Shared
from app.records import CheckResult, ParsedDisclosure
from app.settings import Settings
from tests import dataset
from tests.conftest import copy_of

TABLES = ("disclosure", "statement", "expenditure_line", "performance_indicator", "check_result", "check_operand")


def documents() -> list[ParsedDisclosure]:
    found = [dataset.final(year=year) for year in range(2010, 2020)] + [dataset.budget()]
    return sorted(found, key=lambda parsed: parsed.disclosure.id)


def share(size: int, number: int, of: int) -> Iterator[Sequence[ParsedDisclosure]]:
    """The documents in batches of this size."""
    batches = [documents()[begin : begin + size] for begin in range(0, len(documents()), size)]
    return iter(batches[number::of])


def share_backwards(number: int, of: int) -> Iterator[Sequence[ParsedDisclosure]]:
    """Every batch in the wrong place."""
    return iter([[parsed] for parsed in reversed(documents())][number::of])


def share_that_takes_long(number: int, of: int) -> Iterator[Sequence[ParsedDisclosure]]:
    """Nothing comes after the first batch of each."""
    yield next(share(2, number, of))
    time.sleep(600)


def share_that_is_killed(number: int, of: int) -> Iterator[Sequence[ParsedDisclosure]]:
    """The second process dies in its second batch."""
    for place, batch in enumerate(share(2, number, of)):
        if number == place == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        yield batch


def share_that_refers_to_nothing(number: int, of: int) -> Iterator[Sequence[ParsedDisclosure]]:
    """One of them has lines of a statement that is not there."""
    for batch in share(2, number, of):
        yield [parsed.model_copy(update={"statements": []}) if number else parsed for parsed in batch]


def unchecked(_parsed: ParsedDisclosure) -> tuple[CheckResult, ...]:
    return ()


@pytest.fixture
async def connection(empty_database: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to an empty database."""
    async with database.connect_owner(empty_database) as opened:
        yield opened


async def everything(connection: asyncpg.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row with its id; but when it was loaded."""
    order = dict.fromkeys(TABLES, "1, 2") | {"rollup": "grain, combination, fiscal_year, region_code, code"}
    return {
        name: [
            tuple(value for key, value in row.items() if key != "loaded_at")
            for row in await connection.fetch(f"SELECT * FROM {name} ORDER BY {by}")
        ]
        for name, by in order.items()
    }


@pytest.mark.parametrize(("size", "processes"), [(2, 2), (3, 3), (20, 2)])
async def test_rows_and_ids_are_those_of_a_list(
    connection: asyncpg.Connection, server: Settings, size: int, processes: int
) -> None:
    shared = await load(connection, Shared(partial(share, size), processes), origin="ingest")
    async with copy_of(server) as other, database.connect_owner(other) as second:
        assert await load(second, documents(), origin="ingest") == shared
        assert await everything(second) == await everything(connection)
        assert await second.fetch("SELECT * FROM subject_name ORDER BY 1, 2, 3, 4") == await connection.fetch(
            "SELECT * FROM subject_name ORDER BY 1, 2, 3, 4"
        )


async def test_the_same_again_changes_nothing_and_each_is_told_once(connection: asyncpg.Connection) -> None:
    told: list[str] = []
    shared = Shared(partial(share, 2), 2, told.append)
    await load(connection, shared, origin="ingest")
    identifiers = [parsed.disclosure.id for parsed in documents()]
    assert told == identifiers
    again = await load(connection, replace(shared, processes=3), origin="ingest")
    assert (again.changed, again.unchanged) == (False, tuple(identifiers))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (share_backwards, "in the order of ids"),
        (share_that_refers_to_nothing, "refers to statement"),
        (share_that_is_killed, "ended with exit code -9"),
    ],
)
async def test_what_goes_wrong_in_one_process_ends_the_load_and_all_processes(
    connection: asyncpg.Connection, wrong: object, message: str
) -> None:
    with pytest.raises(LoadError, match=message):
        await load(connection, Shared(wrong, 2), origin="ingest", judge=unchecked)  # type: ignore[arg-type]
    assert await connection.fetchval("SELECT count(*) FROM disclosure") == 0
    assert not _makers()


async def test_a_load_that_is_cancelled_leaves_no_process_and_no_row(connection: asyncpg.Connection) -> None:
    told: list[str] = []
    running = asyncio.create_task(
        load(connection, Shared(share_that_takes_long, 2, told.append), origin="ingest", judge=unchecked)
    )
    while len(told) < 4:  # noqa: ASYNC110 - the first batch of each is in
        await asyncio.sleep(0.05)
    assert len(_makers()) == 2
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not _makers()
    assert await connection.fetchval("SELECT count(*) FROM disclosure") == 0


async def test_a_seed_of_many_disclosures_is_read_in_shares(
    connection: asyncpg.Connection, server: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # More than one batch, so that both processes have some.
    many = [dataset.final(year=year, region=region) for region in ("130205", "430204") for year in range(1990, 2100)]
    seed.write_seed(tmp_path, many)
    whole = await load_seed(connection, tmp_path)
    assert len(whole.added) == len(many)
    monkeypatch.setattr("app.load._MANY", 1)
    async with copy_of(server) as other, database.connect_owner(other) as second:
        assert await load_seed(second, tmp_path) == whole
        assert await everything(second) == await everything(connection)


def _makers() -> list[psutil.Process]:
    """The processes that this one has started to make rows, as far as they live."""
    found = psutil.Process().children(recursive=True)
    return [one for one in found if "spawn_main" in " ".join(one.cmdline())]
