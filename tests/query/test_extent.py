"""What a release covers is looked up once for it, and anew as soon as there is another one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app import database
from app.errors import NothingLoaded
from app.load import load
from app.query.extent import fetch_extent
from app.query.run import Known
from app.settings import Settings
from tests import dataset


async def test_extent_is_found_once_for_a_release(empty_database: Settings) -> None:
    known, asked = Known(), list[str]()

    def note(record: Any) -> None:
        asked.append(record.query)

    async with database.connect_owner(empty_database) as connection:
        with pytest.raises(NothingLoaded):
            await fetch_extent(connection, known)
        first, second = dataset.releases()
        await load(connection, first, origin="ingest", note="the first")
        before = await fetch_extent(connection, known)
        connection.add_query_logger(note)
        assert await fetch_extent(connection, known) is before
        await asyncio.sleep(0)  # what was asked is told in the next turn of the loop
        assert len(asked) == 1, "the releases are looked up, what is in them is not"
        connection.remove_query_logger(note)
        await load(connection, second, origin="ingest", note="the second")
        after = await fetch_extent(connection, known)
        assert (before.number, after.number) == (1, 2)
        assert after == await fetch_extent(connection, Known())
