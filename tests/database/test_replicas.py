"""Reads go to real streaming replicas: one that dies fails no request, one that lags leads nobody back.

Readers who walk over pages stay in one release whatever becomes of the hosts; what comes back is asked again.

A primary and two replicas run on the embedded server's programs; the service reads from both replicas and falls back to
the primary.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI

from app import database
from app.api.application import create_application
from app.api.hosts import hosts_of, in_order
from app.api.reader import Reader
from app.errors import LoadError, NoRelease
from app.load import load
from app.prune import Which, prune
from app.query.read_query import read_list
from app.query.registry import RESOURCES
from app.query.run import fetch_page
from app.settings import Settings
from tests import dataset
from tests.database.clusters import Cluster, cluster_and_replicas

NO_CACHE = {"Cache-Control": "no-cache"}


@pytest.fixture(scope="module")
def clusters(data_directory: Path) -> Iterator[tuple[Cluster, list[Cluster]]]:
    with cluster_and_replicas(data_directory, 2) as found:
        yield found


@pytest.fixture
async def settings(clusters: tuple[Cluster, list[Cluster]], data_directory: Path) -> AsyncIterator[Settings]:
    """A database with the first release of the invented data on all three, read from both replicas."""
    primary, replicas = clusters
    name = f"replicated_{time.monotonic_ns()}"
    for replica in replicas:
        replica.stop()
        replica.start()
    await primary.run(f"CREATE DATABASE {name}")
    hosts = ",".join(str(replica.sockets) for replica in replicas)
    made = Settings(
        data=data_directory / "replicated",
        database_url=primary.dsn(name),
        database_read_url=f"postgresql://reading@/{name}?host={hosts}&port=5432&sslmode=disable",
        cache_mb=0,
    )
    await database.migrate(made)
    await primary.run(
        "DO $$ BEGIN CREATE ROLE reading LOGIN; GRANT gongkai_reader TO reading;"
        " EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    await load_release(made, 1)
    await until(lambda: all_have(replicas, name, 1))
    yield made
    for replica in replicas:
        replica.stop()
    await primary.run(f"DROP DATABASE {name} WITH (FORCE)")


async def load_release(settings: Settings, number: int) -> None:
    async with database.connect_owner(settings) as connection:
        await load(connection, dataset.releases()[number - 1], origin="ingest", note="invented for the tests")


async def all_have(replicas: list[Cluster], name: str, release: int) -> bool:
    for replica in replicas:
        try:
            if await replica.run("SELECT max(number) FROM release", name) != release:
                return False
        except Exception:  # noqa: BLE001 - it has not come so far that there is a table, or a database
            return False
    return True


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        await asyncio.sleep(0.05)


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    application = create_application(settings)
    async with (
        LifespanManager(application) as manager,
        httpx.AsyncClient(transport=httpx.ASGITransport(app=manager.app), base_url="http://test") as session,
    ):
        reader: Reader = application.state.reader

        async def heard() -> bool:
            return all(host.heard() and host.newest == 1 for host in reader.hosts)

        await until(heard)
        yield application, session


async def get(session: httpx.AsyncClient, path: str) -> httpx.Response:
    return await session.get(path, headers=NO_CACHE)


def release_of(answer: httpx.Response) -> int:
    assert answer.status_code == 200, answer.text
    return int(answer.headers["gongkai-release"])


async def test_replicas_are_asked_before_the_primary(service: tuple[FastAPI, httpx.AsyncClient]) -> None:
    application, session = service
    reader: Reader = application.state.reader
    assert [host.replica for host in reader.hosts] == [True, True, False]
    await get(session, "/v1/expenditures?limit=1")
    assert reader.hosts[-1].pool is None, "the primary was asked while replicas had everything"
    assert any(host.pool is not None for host in reader.hosts[:2])


async def test_replica_that_is_killed_under_load_fails_no_request(
    service: tuple[FastAPI, httpx.AsyncClient],
    clusters: tuple[Cluster, list[Cluster]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    application, session = service
    reader: Reader = application.state.reader
    statuses: list[int] = []
    ended = asyncio.Event()

    async def ask(number: int) -> None:
        turn = 0
        while not ended.is_set():
            turn += 1
            path = ("/v1/expenditures?limit=20", "/v1/departments?limit=5", "/v1/expenditures/1")[turn % 3]
            answer = await get(session, f"{path}{'&' if '?' in path else '?'}unit={('yuan', 'wan')[number % 2]}")
            statuses.append(answer.status_code)

    async with asyncio.TaskGroup() as group:
        for number in range(12):
            group.create_task(ask(number))
        await asyncio.sleep(1)
        before = len(statuses)
        await asyncio.to_thread(clusters[1][0].kill)
        await asyncio.sleep(3)
        ended.set()
    assert before > 50
    assert len(statuses) > before + 50
    assert set(statuses) == {200}
    assert "did not answer, asking another host" in caplog.text, "those in flight were asked again"
    assert not reader.hosts[0].heard()
    # It comes back by itself.
    clusters[1][0].start()

    async def back() -> bool:
        return reader.hosts[0].heard()

    await until(back)


async def test_all_replicas_that_are_killed_leave_the_primary_and_answer_again_when_they_are_back(
    service: tuple[FastAPI, httpx.AsyncClient], clusters: tuple[Cluster, list[Cluster]], settings: Settings
) -> None:
    application, session = service
    _, replicas = clusters
    reader: Reader = application.state.reader
    whole = (await get(session, "/v1/expenditures?limit=1000")).json()["data"]
    statuses: list[int] = []
    walks = 0
    ended = asyncio.Event()

    async def walk() -> None:
        nonlocal walks
        while not ended.is_set():
            following, rows = "/v1/expenditures?limit=7", list[Any]()
            while following:
                answer = await get(session, following)
                statuses.append(answer.status_code)
                assert release_of(answer) == 1
                rows += answer.json()["data"]
                following = answer.json()["page"]["next"]
            assert rows == whole
            walks += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(walk())
        for replica in replicas:
            await asyncio.sleep(0.7)
            before = len(statuses)
            await asyncio.to_thread(replica.kill)
        await asyncio.sleep(2)
        ended.set()
    assert len(statuses) > before + 20
    assert set(statuses) == {200}
    assert walks > 1
    assert not any(host.heard() for host in reader.hosts[:2])
    assert in_order(reader.hosts, least=1)[0] is reader.hosts[-1]
    answer = await get(session, "/v1/expenditures.csv?limit=3")
    assert answer.status_code == 200, "a file comes from whatever host there is"
    assert answer.text.count("\n") == 4
    for replica in replicas:
        replica.start()

    async def back() -> bool:
        return all(host.heard() for host in reader.hosts)

    await until(back)
    name = urlsplit(settings.database_url or "").path.removeprefix("/")
    asked = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gongkai-api' AND query LIKE '%expenditure%'"
    )

    async def answered() -> bool:
        await get(session, "/v1/expenditures?limit=2")
        return any([await replica.run(asked, name) for replica in replicas])

    await until(answered)


async def test_walks_beside_one_replica_that_lags_stay_in_their_release_and_never_go_back(
    service: tuple[FastAPI, httpx.AsyncClient], settings: Settings, clusters: tuple[Cluster, list[Cluster]]
) -> None:
    """Readers begin in the first release and go on to the second, which one replica does not have."""
    _, session = service
    _, replicas = clusters
    whole = {1: (await get(session, "/v1/expenditures?limit=1000")).json()["data"]}
    await replicas[0].run("SELECT pg_wal_replay_pause()")
    walked: list[tuple[int, list[Any]]] = []
    ended = asyncio.Event()

    async def walk() -> None:
        newest = 1
        while not ended.is_set():
            first = await get(session, "/v1/expenditures?limit=5")
            release, rows, following = release_of(first), first.json()["data"], first.json()["page"]["next"]
            assert release >= newest, "a reader is led back to an older release"
            newest = release
            while following:
                page = await get(session, following)
                assert release_of(page) == release, "two releases in one walk"
                assert page.json()["meta"]["release"] == release
                rows += page.json()["data"]
                following = page.json()["page"]["next"]
            walked.append((release, rows))

    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(walk())
        await asyncio.sleep(0.5)
        await load_release(settings, 2)

        async def seen() -> bool:
            return {release for release, _ in walked} == {1, 2} and len(walked) > 12

        await until(seen)
        ended.set()
    whole[2] = (await get(session, "/v1/expenditures?limit=1000&release=2")).json()["data"]
    assert whole[1] != whole[2]
    for release, rows in walked:
        assert rows == whole[release]
    await replicas[0].run("SELECT pg_wal_replay_resume()")


async def test_lagging_replicas_lead_nobody_back_to_an_older_release(
    service: tuple[FastAPI, httpx.AsyncClient], settings: Settings, clusters: tuple[Cluster, list[Cluster]]
) -> None:
    application, session = service
    _, replicas = clusters
    reader: Reader = application.state.reader
    first = (await get(session, "/v1/expenditures?limit=7")).json()
    whole = (await get(session, "/v1/expenditures?limit=1000")).json()["data"]
    for replica in replicas:
        await replica.run("SELECT pg_wal_replay_pause()")
    await load_release(settings, 2)

    async def newest() -> bool:
        return release_of(await get(session, "/v1/expenditures?limit=1")) == 2

    await until(newest)
    for path in ("/v1/expenditures?limit=1", "/v1/departments?limit=3", "/v1/checks?limit=1", "/v1/expenditures.csv"):
        for _ in range(5):
            answer = await get(session, path)
            assert int(answer.headers["gongkai-release"]) == 2, path
    assert in_order(reader.hosts, least=2)[0] is reader.hosts[-1], "only the primary has the release"
    # A walk that began in the first release ends in it, whoever answers.
    walked, following = list(first["data"]), first["page"]["next"]
    while following:
        page = await get(session, following)
        assert release_of(page) == 1
        walked += page.json()["data"]
        following = page.json()["page"]["next"]
    assert walked == whole
    for replica in replicas:
        await replica.run("SELECT pg_wal_replay_resume()")

    async def caught_up() -> bool:
        return all(host.heard() and host.newest == 2 for host in reader.hosts)

    await until(caught_up)
    assert in_order(reader.hosts, least=2)[0].replica
    assert release_of(await get(session, "/v1/expenditures?limit=1")) == 2


async def test_release_that_a_replica_does_not_have_yet_is_asked_of_the_primary(
    settings: Settings, clusters: tuple[Cluster, list[Cluster]]
) -> None:
    """Another process may have given the reader a link of a release that this one has not heard of."""
    for replica in clusters[1]:
        await replica.run("SELECT pg_wal_replay_pause()")
    await load_release(settings, 2)
    reader = Reader(settings, hosts_of(settings))
    for host in reader.hosts:
        host.newest, host.confirmed, host.replica = 1, float("inf"), host is not reader.hosts[-1]
    try:
        query = read_list(RESOURCES["expenditures"], [("release", "2"), ("limit", "1")])
        assert (await reader.run(fetch_page, query, reader.known)).release == 2
        unknown = read_list(RESOURCES["expenditures"], [("release", "3"), ("limit", "1")])
        with pytest.raises(NoRelease):
            await reader.run(fetch_page, unknown, reader.known)
    finally:
        await reader.close()
        for replica in clusters[1]:
            await replica.run("SELECT pg_wal_replay_resume()")


async def test_rows_of_a_pruned_release_stay_until_every_replica_knows_that_it_is_gone(
    settings: Settings, clusters: tuple[Cluster, list[Cluster]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that a replica has begun in that release finds all of its rows."""
    replica, name = clusters[1][0], urlsplit(settings.database_url or "").path[1:]
    await load_release(settings, 2)
    await until(lambda: all_have(clusters[1], name, 2))
    monkeypatch.setattr("app.prune._REPLICA_SECONDS", 1.0)
    rows = "SELECT count(*) FROM expenditure_line WHERE valid_from <= 1 AND valid_to > 1"
    async with database.connect_owner(settings) as connection:
        before = await connection.fetchval(rows)
        await replica.run("SELECT pg_wal_replay_pause()")
        try:
            with pytest.raises(LoadError, match="a replica has not heard of it"):
                await prune(connection, Which(keep=1), grace=0)
            assert await connection.fetchval("SELECT min(number) FROM release") == 2
            assert await connection.fetchval(rows) == await replica.run(rows, name) == before
            assert await replica.run("SELECT min(number) FROM release", name) == 1
        finally:
            await replica.run("SELECT pg_wal_replay_resume()")
        assert (await prune(connection, Which(keep=1), grace=0)).revisions > 0

        async def gone() -> bool:
            return bool(await replica.run("SELECT min(number) FROM release", name) == 2)

        await until(gone)


async def test_service_whose_primary_is_away_answers_from_its_replicas(
    service: tuple[FastAPI, httpx.AsyncClient], clusters: tuple[Cluster, list[Cluster]]
) -> None:
    primary, _ = clusters
    _, session = service
    await asyncio.to_thread(primary.kill)
    try:
        for _ in range(20):
            assert release_of(await get(session, "/v1/expenditures?limit=3")) == 1
            await asyncio.sleep(0.1)
    finally:
        primary.start()


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://u:p@a/d", ["postgresql://u:p@a/d"]),
        ("postgresql://u:p@a:1,b:2/d?x=y", ["postgresql://u:p@a:1/d?x=y", "postgresql://u:p@b:2/d?x=y"]),
        ("postgresql://u:p,q@[::1]:1,b/d", ["postgresql://u:p,q@[::1]:1/d", "postgresql://u:p,q@b/d"]),
        (
            "postgresql://u@/d?host=/a,/b",
            ["postgresql://u@/d?host=%2Fa&port=5432", "postgresql://u@/d?host=%2Fb&port=5432"],
        ),
        ("postgresql://u@/d?host=a,b&port=1,2", ["postgresql://u@/d?host=a&port=1", "postgresql://u@/d?host=b&port=2"]),
    ],
)
def test_every_host_of_a_read_url_is_an_address_and_the_loaded_database_the_last(url: str, hosts: list[str]) -> None:
    found = database.read_addresses(Settings(database_url="postgresql://o@p/d", database_read_url=url))
    assert [address.dsn for address in found] == [*hosts, "postgresql://o@p/d"]
    alone = database.read_addresses(Settings(database_read_url=url))
    assert [address.dsn for address in alone] == hosts


def test_ports_that_do_not_pair_with_the_hosts_are_refused() -> None:
    from app.errors import SettingsError  # noqa: PLC0415

    settings = Settings(database_read_url="postgresql://u@/d?host=a,b,c&port=1,2")
    with pytest.raises(SettingsError, match="3 hosts and 2 ports"):
        database.read_addresses(settings)


def test_commands_that_write_say_that_a_read_url_alone_is_not_enough() -> None:
    from app.errors import SettingsError  # noqa: PLC0415

    settings: Any = dataclasses.replace(Settings(), database_read_url="postgresql://u@a/d")
    with pytest.raises(SettingsError, match="set DATABASE_URL"):
        database.owner_dsn(settings)
