"""Common words are found as any other: what is kept of them is, in every release, what looking at all names gives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice, product
from typing import Any

import asyncpg
import httpx
import pytest
from asgi_lifespan import LifespanManager

from app import database, index_names, index_words, tables
from app.api.application import create_application
from app.common_words import LEAST_NAMES, RESULTS_KEPT
from app.load import load
from app.query import search_statements
from app.query.search import KINDS
from app.records import CheckResult, ParsedDisclosure
from app.search_text import word_terms
from app.settings import Settings
from tests import dataset
from tests.freshness import client_of

_DIVISIONS = ("130205", "130600", "430204", "110101")
_WORKS = ("教育", "卫生", "水务", "农业")
_BODIES = ("局", "办公室", "中心")
# In most names, in a third, in a quarter; by its division alone; the beginning of names; no common one.
WORDS = ("试", "试农", "办公室", "室", "河北省", "保定市", "保", "开平", "试教育局1")


def departments(first: int, many: int) -> list[ParsedDisclosure]:
    """Disclosures of that many departments, each of its own name but for one in forty, which four divisions share."""
    named: Iterator[tuple[int, str, str, str]] = product(range(1_000), _WORKS, _BODIES, _DIVISIONS)
    return [
        ParsedDisclosure(
            disclosure=dataset.disclosure(
                region=region,
                name=f"试{work}{body}" if number % 10 == 0 else f"{region[:2]}试{work}{body}{number}",
                year=2024,
            )
        )
        for number, work, body, region in islice(named, first, first + many)
        if number % 10 or number == 0
    ]


def unjudged(_parsed: ParsedDisclosure) -> tuple[CheckResult, ...]:
    """No rule is asked: this is about names."""
    return ()


@pytest.fixture(scope="module")
async def filled(server: Settings) -> AsyncIterator[Settings]:
    """Departments with a good many names, then a few more, fewer, and the invented data set beside them."""
    from tests.conftest import copy_of  # noqa: PLC0415 - it needs the server

    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as connection:
            most = departments(0, 1_300)
            await load(connection, most, origin="seed", judge=unjudged)
            await load(connection, departments(1_300, 40), origin="ingest", judge=unjudged)
            await load(connection, most[:-45], origin="seed", judge=unjudged)
            await load(connection, dataset.releases()[0], origin="ingest", judge=unjudged)
        yield settings


@pytest.fixture(scope="module")
async def connection(filled: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to it."""
    async with database.connect_owner(filled) as opened:
        yield opened


async def kept(connection: asyncpg.Connection, release: int) -> set[str]:
    rows = await connection.fetch(
        "SELECT word FROM search_word WHERE valid_from <= $1 AND valid_to > $1 GROUP BY word", release
    )
    return {row["word"] for row in rows}


async def agrees(connection: asyncpg.Connection, release: int, words: Iterable[str]) -> None:
    """What is kept of the words is what the names give: results, totals and completions, of each kind and of all."""
    everything = list(KINDS)
    for word in words:
        found = (word_terms((word,)), [f"%{word}%"], word)
        for kinds, limit, after in ((everything, 100, 0), (["departments"], 7, 60), (["projects"], 10, 0)):
            rows = await connection.fetch(search_statements.KEPT_SEARCH, release, word, kinds, limit, after)
            assert rows[0]["kept"], (word, release)
            expected = await connection.fetch(search_statements.SEARCH, release, *found, kinds, limit, after)
            assert [{**row, "kept": True} for row in expected] == [dict(row) for row in rows], (word, release)
            suggested = await connection.fetch(search_statements.KEPT_SUGGEST, release, word, kinds, 20)
            names = await connection.fetch(search_statements.SUGGEST, release, *found, kinds, 20)
            assert [{**row, "kept": True} for row in names] == [dict(row) for row in suggested], (word, release)


async def test_each_release_has_what_its_names_give(connection: asyncpg.Connection) -> None:
    for release in range(1, 5):
        words = await kept(connection, release)
        assert {"试", "试农业", "办公室", "河北省"} <= words
        assert not {"保定市", "试教育局1"} & words
        await agrees(connection, release, sorted(words)[:: 1 if release == 4 else 5])


async def test_a_small_release_changes_only_the_lists_of_its_words(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch("SELECT valid_from, count(*) AS lists FROM search_word GROUP BY 1 ORDER BY 1")
    lists = {row["valid_from"]: row["lists"] for row in rows}
    assert list(lists) == [1, 2, 3, 4]
    assert all(lists[release] < lists[1] for release in (2, 3, 4))
    chosen = await connection.fetchval("SELECT count(DISTINCT chosen_of) FROM search_word")
    assert chosen == 1, "words were chosen once"


async def test_list_that_lost_its_best_is_chosen_anew(filled: Settings) -> None:
    async with database.connect_owner(filled) as connection:
        transaction = connection.transaction()
        await transaction.start()
        best: list[int] = await connection.fetchval(
            "SELECT entries FROM search_word WHERE word = '试' AND kind = 'departments' AND valid_to = $1",
            tables.STILL_VALID,
        )
        assert len(best) == RESULTS_KEPT
        keys = await connection.fetch("SELECT key FROM search_entry WHERE id = any($1::bigint[])", best[5:150])
        await connection.execute(
            "UPDATE search_entry SET valid_to = 5 WHERE key = any($1::text[]) AND valid_to = $2",
            [row["key"] for row in keys],
            tables.STILL_VALID,
        )
        await index_words.index_words(connection, 5)
        await connection.execute(
            "INSERT INTO release (number, created_at, content_digest, counts, changes, note, codes) "
            "SELECT 5, created_at, content_digest, counts, changes, note, codes FROM release WHERE number = 4"
        )
        after = await connection.fetchval("SELECT entries FROM search_word WHERE word = '试' AND valid_from = 5")
        assert len(after) == RESULTS_KEPT
        await agrees(connection, 5, sorted(await kept(connection, 5)))
        await transaction.rollback()


async def test_many_more_names_make_other_words_common(server: Settings) -> None:
    from tests.conftest import copy_of  # noqa: PLC0415 - as above

    async with copy_of(server) as settings, database.connect_owner(settings) as connection:
        await load(connection, departments(0, 100), origin="ingest", judge=unjudged)
        assert not await kept(connection, 1), "few names have no common words"
        await load(connection, departments(100, 800), origin="ingest", judge=unjudged)
        assert "试" in await kept(connection, 2)
        assert "试农" not in await kept(connection, 2)
        await load(connection, departments(900, 1_000), origin="ingest", judge=unjudged)
        assert "试农" in await kept(connection, 3)
        for release in (2, 3):
            await agrees(connection, release, await kept(connection, release))


async def test_words_of_a_database_that_was_filled_before_are_made_up_for(
    filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.connect_owner(filled) as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("DELETE FROM search_word")
        assert not await index_names.catch_up(connection), "so few names can wait for the next load"
        monkeypatch.setattr(index_names, "_MANY", LEAST_NAMES)
        assert await index_names.catch_up(connection)
        words = await kept(connection, 4)
        assert "试" in words
        await agrees(connection, 4, words)
        assert not await kept(connection, 3)
        assert not await index_names.catch_up(connection)
        # Names that are indexed anew are other entries: what was kept of the old ones is not used any more.
        await connection.execute("DELETE FROM search_entry; DELETE FROM search_text")
        assert await index_names.catch_up(connection)
        await agrees(connection, 2, ["试"])
        await agrees(connection, 4, await kept(connection, 4))
        await transaction.rollback()


@pytest.fixture(scope="module")
async def api(filled: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application on it."""
    application = create_application(filled)
    async with LifespanManager(application) as manager, client_of(application, manager.app) as session:
        yield session


@pytest.mark.parametrize("word", WORDS)
async def test_common_word_is_walked_to_its_end_as_any_other(word: str, api: httpx.AsyncClient) -> None:
    walked: list[Any] = []
    path: str | None = f"/v1/search?q={word}&kind=departments&limit=100"
    while path:
        answer = await api.get(path)
        assert answer.status_code == 200, answer.text
        (group,) = answer.json()["data"]
        walked += group["results"]
        path = group["next"]
    assert group["total"] == len(walked) == len({one["key"] for one in walked})
    listed = (await api.get(f"/v1/departments?q={word}&limit=1")).json()
    assert listed["page"]["total"] == len(walked)
    completed = (await api.get(f"/v1/suggest?q={word}&kind=departments")).json()["data"]
    assert {one["text"] for one in completed} <= {one["text"] for one in walked}


async def test_unknown_release_is_refused_for_common_words_too(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/search?q=试&release=99")).status_code == 404
    assert (await api.get("/v1/suggest?q=试&release=99")).status_code == 404
