"""Pruning removes the oldest releases and what only they had; what the kept ones answer stays as it was, word for word.

Who asks for a pruned release is told so and what to do; who loads afterwards gets what he would have got without.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from asgi_lifespan import LifespanManager
from sqlmodel import SQLModel

from app import add_up, database, publish, seed
from app import prune as pruning
from app.api.application import create_application
from app.bulk.build import build_release
from app.bulk.manifest import release_files
from app.bulk.prune_files import prune_files
from app.errors import LoadError
from app.load import load, load_seed
from app.prune import Pruned, Which, plan, prune
from app.query.registry import RESOURCES
from app.records import ParsedDisclosure
from app.settings import Settings
from app.to_rows import SOURCES, table_name
from app.withdraw import withdraw
from tests import dataset, freshness
from tests.conftest import copy_of

KEEP_TWO = Which(keep=2)
BAODING = dataset.budget(region=dataset.BAODING, name="保定市虚构委员会", code="224002", year=2024)
FINAL, REVISED = dataset.final(year=2023), dataset.final(year=2023, total="88.81")
FINAL_ID = FINAL.disclosure.id
# Each seed is a whole data set: the second revises, the third adds what an ingest revises then, the fifth withdraws.
STATES: list[tuple[str, list[ParsedDisclosure]]] = [
    ("seed", [dataset.budget(year=2024), FINAL, dataset.budget(year=2025)]),
    ("seed", [dataset.budget(year=2024), REVISED, dataset.budget(year=2025, factor=3)]),
    ("ingest", [BAODING]),
    ("ingest", [dataset.final(year=2024)]),
    ("seed", [dataset.budget(year=2024, factor=2), REVISED]),
]
NEWEST, OLDEST = 5, 4


async def fill(connection: asyncpg.Connection) -> None:
    for number, (origin, state) in enumerate(STATES, start=1):
        digest = f"{number:064}" if origin == "seed" else None
        stripped = [seed.without_running_text(parsed) for parsed in state] if origin == "seed" else state
        await load(connection, stripped, origin=origin, source_digest=digest, note=f"state {number}")  # type: ignore[arg-type]


@pytest.fixture
async def filled(server: Settings) -> AsyncIterator[Settings]:
    """A database of its own with five releases."""
    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as connection:
            await fill(connection)
        yield settings


async def pruned(settings: Settings, which: Which = KEEP_TWO, **more: Any) -> Pruned:
    async with database.connect_owner(settings) as connection:
        return await prune(connection, which, grace=0, **more)


@contextlib.asynccontextmanager
async def client_of(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service that keeps no finished answers."""
    application = create_application(dataclasses.replace(settings, cache_mb=0))
    async with LifespanManager(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


def paths() -> list[str]:
    """What is asked of the kept releases before and after: every list, and what is made of the lists."""
    found = []
    for name, resource in RESOURCES.items():
        if name != "releases":  # which lists those that are kept
            found += [f"/v1/{name}.ndjson?release={number}" for number in (OLDEST, NEWEST)]
        if resource.delta:
            found.append(f"/v1/{name}?updated_since={OLDEST}&limit=1000")
        if resource.natural_key:
            found.append(f"/v1/releases/{OLDEST}/diff/{NEWEST}/{name}?limit=1000")
    sums = "measure=total&group_by=fiscal_year,region&statement=expenditure&level=total"
    found += [f"/v1/expenditures/aggregate?{sums}&release={number}" for number in (OLDEST, NEWEST)]
    found += [f"/v1/search?q=虚构&release={number}" for number in (OLDEST, NEWEST)]
    return [
        *found,
        f"/v1/releases/{OLDEST}/diff/{NEWEST}",
        f"/v1/dictionary?release={OLDEST}",
        f"/v1/disclosures/{FINAL_ID}?release={OLDEST}&fields=id,revision,title",
        f"/v1/cite?disclosure={FINAL_ID}&release={OLDEST}",
    ]


async def answers(settings: Settings) -> dict[str, str]:
    found = {}
    async with client_of(settings) as client:
        for path in paths():
            answer = await client.get(path)
            assert answer.status_code == 200, f"{path}: {answer.text}"
            found[path] = answer.text
    return found


async def test_kept_releases_answer_as_before(filled: Settings) -> None:
    before = await answers(filled)
    done = await pruned(filled)
    assert (done.oldest, done.releases) == (OLDEST, (1, 2, 3))
    assert done.rows > done.revisions > 0
    assert f"removed releases 1 to 3: {done.revisions} revisions" in done.sentence()
    after = await answers(filled)
    assert {path for path in before if after[path] != before[path]} == set()


async def test_nothing_is_left_of_what_no_kept_release_has(filled: Settings) -> None:
    async with database.connect_owner(filled) as connection:
        planned = await plan(connection, KEEP_TWO)
        assert planned.rows["disclosure"] > 0
        assert planned.sentence().startswith("would remove releases 1 to 3 and the rows that only they have: ")
        assert await connection.fetchval("SELECT count(*) FROM release") == NEWEST
        await prune(connection, KEEP_TWO, grace=0)
        for name, table in SQLModel.metadata.tables.items():
            if "valid_to" in table.columns:
                left = await connection.fetchval(f"SELECT count(*) FROM {name} WHERE valid_to <= {OLDEST}")
                assert left == 0, name
        orphans = "SELECT count(*) FROM check_operand WHERE check_result_id NOT IN (SELECT id FROM check_result)"
        assert await connection.fetchval(orphans) == 0
        unnamed = "SELECT count(*) FROM search_text WHERE text NOT IN (SELECT text FROM search_entry)"
        assert await connection.fetchval(unnamed) == 0
        again = await plan(connection, KEEP_TWO)
        assert again.sentence() == f"nothing to prune: the oldest release is {OLDEST}"
        assert (await prune(connection, KEEP_TWO, grace=0)).sentence() == again.sentence()


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/v1/expenditures?release=2", 404, "it was pruned on"),
        ("/v1/expenditures/1?release=2", 404, f"the oldest that is kept is {OLDEST}, made"),
        ("/v1/expenditures.csv?release=2", 404, "it was pruned on"),
        ("/v1/expenditures.parquet?release=2", 404, "it was pruned on"),
        ("/v1/expenditures/aggregate?measure=total&group_by=fiscal_year&release=2", 404, "it was pruned on"),
        ("/v1/expenditures/facets?field=level&release=2", 404, "it was pruned on"),
        ("/v1/expenditures?updated_since=2", 404, f"go on with updated_since={NEWEST}"),
        ("/v1/expenditures?updated_since=2", 404, "it was pruned on"),
        ("/v1/expenditures.csv?updated_since=2", 404, "what has changed since cannot be told"),
        ("/v1/expenditures?updated_since=1999-12-31", 404, "what there was then is no longer kept"),
        ("/v1/releases/2", 404, ""),
        ("/v1/releases/2/diff/5", 404, f"compare releases from {OLDEST} on"),
        ("/v1/releases/2/diff/5/expenditures", 404, "it was pruned on"),
        ("/v1/releases/2/files", 404, "it was pruned on"),
        ("/v1/search?q=虚构&release=2", 404, "it was pruned on"),
        ("/v1/dictionary?release=2", 404, "it was pruned on"),
        (f"/v1/cite?disclosure={FINAL_ID}&release=2", 404, "it was pruned on"),
        ("/v1/expenditures?release=99", 404, "there is no release 99; /v1/releases lists what there is"),
    ],
)
async def test_who_asks_for_a_pruned_release_is_told_so(
    path: str, status: int, words: str, after_pruning: httpx.AsyncClient
) -> None:
    answer = await after_pruning.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert words in answer.json()["detail"]


@pytest.fixture(scope="module")
async def after_pruning(server: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service whose first three releases were pruned."""
    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as connection:
            await fill(connection)
            await prune(connection, KEEP_TWO, grace=0)
        async with client_of(settings) as client:
            yield client


async def test_the_oldest_kept_release_has_none_before_it(after_pruning: httpx.AsyncClient) -> None:
    listed = (await after_pruning.get("/v1/releases")).json()
    assert [row["number"] for row in listed["data"]] == [OLDEST, NEWEST]
    assert (await after_pruning.get(f"/v1/releases/{OLDEST}")).json()["data"]["links"]["changes"] is None
    feed = (await after_pruning.get("/v1/releases.atom")).text
    assert f"/v1/releases/{OLDEST}/diff/{NEWEST}" in feed
    assert f"/diff/{OLDEST}" not in feed


async def test_feed_of_a_department_says_nothing_that_it_does_not_know(after_pruning: httpx.AsyncClient) -> None:
    department = FINAL.disclosure.department_id
    feed = (await after_pruning.get(f"/v1/departments/{department}.atom")).text
    # Of its two disclosures one came with the oldest kept release, the other was revised before it.
    assert feed.count("<entry>") == 1
    assert 'term="new_document"' in feed
    assert (await after_pruning.get(f"/v1/departments/{department}.atom?limit=1")).text.count('rel="next"') == 0


async def test_revisions_of_a_document_are_those_that_can_be_read(after_pruning: httpx.AsyncClient) -> None:
    record = (await after_pruning.get(f"/v1/disclosures/{FINAL_ID}")).json()["data"]
    assert [one["revision"] for one in record["revisions"]] == [2]
    assert record["revisions"][0]["from_release"] == 2
    assert (await after_pruning.get(record["revisions"][0]["href"])).status_code == 200
    for path in ("/v1/releases", "/sitemap-1.xml", "/catalog.jsonld", "/releases", f"/disclosures/{FINAL_ID}", "/"):
        assert (await after_pruning.get(path)).status_code == 200, path


async def test_a_walk_in_a_pruned_release_ends_with_words(filled: Settings) -> None:
    async with client_of(filled) as client:
        following = (await client.get("/v1/expenditures?limit=5&release=2")).json()["page"]["next"]
        await pruned(filled)
        answer = await client.get(following)
        assert (answer.status_code, answer.json()["type"]) == (422, "/errors/invalid-cursor")
        assert "no longer kept" in answer.json()["detail"]


async def test_finished_answers_of_a_pruned_release_are_forgotten(filled: Settings) -> None:
    application = create_application(filled)
    async with LifespanManager(application) as manager, freshness.client_of(application, manager.app) as client:
        first = await client.get("/v1/expenditures?release=2")
        await pruned(filled)
        deadline = asyncio.get_running_loop().time() + 5
        while (answer := await client.get("/v1/expenditures?release=2")).status_code == 200:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.05)
        assert answer.status_code == 404
        same = await client.get("/v1/expenditures?release=2", headers={"If-None-Match": first.headers["etag"]})
        assert same.status_code == 404


async def test_a_file_that_is_being_read_is_whole(filled: Settings) -> None:
    async with database.connect_reader(filled, name="test") as reader:
        await reader.execute("begin isolation level repeatable read read only")
        listed = "select count(*) from expenditure_line where valid_from <= 1 and valid_to > 1"
        before = await reader.fetchval(listed)
        await pruned(filled)
        assert await reader.fetchval(listed) == before > 0


async def ids(connection: asyncpg.Connection) -> dict[str, int]:
    return {
        name: await connection.fetchval(f"SELECT coalesce(max(id), 0) FROM {name}")
        for name in map(table_name, SOURCES.values())
    }


async def test_no_id_and_no_revision_is_given_out_twice(filled: Settings) -> None:
    last = dataset.final(year=2024)
    async with database.connect_owner(filled) as connection:
        await load(connection, [dataset.final(year=2024, total="1.00")], origin="ingest")
        highest = await ids(connection)
        revision = await connection.fetchval("SELECT max(revision_id) FROM disclosure")
        await withdraw(connection, [last.disclosure.id])
        await prune(connection, Which(keep=1), grace=0)
        assert (await ids(connection))["statement"] < highest["statement"]
        result = await load(connection, [last], origin="ingest")
        assert result.release == 8
        row = await connection.fetchrow(
            "SELECT revision, revision_id FROM disclosure WHERE id = $1", last.disclosure.id
        )
        assert tuple(row or ()) == (3, revision + 1)
        for name in map(table_name, SOURCES.values()):
            least = await connection.fetchval(f"SELECT min(id) FROM {name} WHERE valid_from = 8")
            assert least is None or least > highest[name], name


async def test_a_seed_is_still_what_the_last_one_brought(empty_database: Settings, tmp_path: Path) -> None:
    one, other = dataset.budget(year=2024), dataset.final(year=2023)
    seed.write_seed(tmp_path, [seed.without_running_text(parsed) for parsed in (one, other)])
    async with database.connect_owner(empty_database) as connection:
        await load_seed(connection, tmp_path)
        await load(connection, [one], origin="ingest")  # with its running text
        await load(connection, [dataset.final(year=2024)], origin="ingest")
        await prune(connection, Which(keep=1), grace=0)
        assert not (await load_seed(connection, tmp_path)).changed
        # Another seed that says the same of it: what was ingested stays.
        stripped = [seed.without_running_text(parsed) for parsed in (one, other, dataset.budget(year=2025))]
        result = await load(connection, stripped, origin="seed")
        assert (result.added, result.revised) == ((dataset.budget(year=2025).disclosure.id,), ())


async def test_sums_that_are_made_anew_begin_with_the_oldest_kept_release(filled: Settings) -> None:
    await pruned(filled)
    before = await answers(filled)
    async with database.connect_owner(filled) as connection:
        cells = await connection.fetch(CELLS)
        await add_up.forget(connection)
        assert await add_up.catch_up(connection)
        assert await connection.fetch(CELLS) == cells
    assert await answers(filled) == before


# Since when a cell is as it is may be before the oldest kept release, of one made anew it is that.
CELLS = (
    "SELECT grain, combination, fiscal_year, region_code, code, lines, disclosures, bodies, lines_1, amount_1, "
    f"decimals_1, greatest(valid_from, {OLDEST}) AS since, valid_to FROM rollup "
    "ORDER BY grain, combination, fiscal_year, region_code, code, since"
)


async def test_what_was_withdrawn_and_pruned_is_nowhere(filled: Settings) -> None:
    gone = BAODING.disclosure
    async with database.connect_owner(filled) as connection:
        await withdraw(connection, [gone.id], note="taken down")
        await prune(connection, Which(keep=1), grace=0)
        for name in SQLModel.metadata.tables:
            if name in ("withdrawal", "pruned_disclosure"):
                continue
            found = await connection.fetchval(f"SELECT count(*) FROM {name} x WHERE strpos(x::text, $1) > 0", gone.id)
            named = await connection.fetchval(
                f"SELECT count(*) FROM {name} x WHERE strpos(x::text, $1) > 0", gone.department_name
            )
            assert (found, named) == (0, 0), name
        assert gone.id in (await withdraw(connection, [gone.id])).already
        seeded = await load(connection, [seed.without_running_text(BAODING)], origin="seed")
        assert seeded.kept_out == (gone.id,)
        back = await load(connection, [BAODING], origin="ingest")
        assert back.revised == (gone.id,)


async def test_a_run_that_was_broken_off_is_finished_by_the_next(
    filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await answers(filled)
    monkeypatch.setattr(pruning, "_REVISIONS", 1)

    def break_off(line: str) -> None:
        if line.startswith("deleted 1 of "):
            raise OSError("the machine went away")

    with pytest.raises(LoadError, match="the machine went away"):
        await pruned(filled, progress=break_off)
    async with database.connect_owner(filled) as connection:
        assert await connection.fetchval("SELECT min(number) FROM release") == OLDEST
        assert await connection.fetchval(f"SELECT count(*) FROM disclosure WHERE valid_to <= {OLDEST}") > 0
    assert await answers(filled) == before
    done = await pruned(filled)
    assert done.releases == ()
    assert done.revisions > 0
    assert await answers(filled) == before


@pytest.mark.parametrize(
    ("which", "oldest"),
    [(Which(keep=99), 1), (Which(keep=1), 5), (Which(before=dt.datetime(2999, 1, 1, tzinfo=dt.UTC)), 5)],
)
async def test_the_newest_release_is_always_kept(which: Which, oldest: int, filled: Settings) -> None:
    assert (await pruned(filled, which)).oldest == oldest


async def test_releases_of_a_day_and_later_are_kept(filled: Settings) -> None:
    async with database.connect_owner(filled) as connection:
        await connection.execute("UPDATE release SET created_at = '2025-01-01' WHERE number <= 2")
    assert (await pruned(filled, Which(before=dt.datetime(2025, 1, 2, tzinfo=dt.UTC)))).releases == (1, 2)


async def test_no_load_runs_meanwhile(filled: Settings, empty_database: Settings) -> None:
    async with database.connect_owner(filled) as busy, publish.alone(busy, wait=False):
        with pytest.raises(LoadError, match="another load is running"):
            await pruned(filled)
    with pytest.raises(LoadError, match="nothing to prune"):
        await pruned(empty_database)


async def test_files_go_with_their_release_and_those_of_another_database_stay(filled: Settings, tmp_path: Path) -> None:
    settings = dataclasses.replace(filled, releases_at=tmp_path)
    for number in (3, OLDEST):
        await build_release(settings, number)
    (tmp_path / "2").symlink_to((tmp_path / str(OLDEST)).readlink())  # what another database's release 2 has
    assert await prune_files(settings) == []
    await pruned(filled)
    assert await prune_files(settings) == [3]
    assert release_files(tmp_path, 3) is None
    assert release_files(tmp_path, OLDEST) is not None
    assert (tmp_path / "2").exists()
    assert await prune_files(settings) == []
