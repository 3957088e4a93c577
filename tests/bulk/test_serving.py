"""The files of a release over HTTP: whole, in parts, with validators that hold; DuckDB reads them where they lie."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import datetime as dt
import email
import fcntl
import hashlib
import threading
from collections.abc import AsyncIterator
from decimal import Decimal
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import orjson
import pytest
from asgi_lifespan import LifespanManager
from fsspec.implementations.http import HTTPFileSystem
from hypothesis import given
from hypothesis import strategies as st

from app.api.application import create_application
from app.api.ranges import MOST_RANGES, Unsatisfiable, read_ranges
from app.bulk.build import build_release
from app.bulk.manifest import ReleaseFiles, release_files
from app.bulk.place import note_failure
from app.settings import Settings
from tests.bulk.conftest import environment
from tests.clients import serving

Built = tuple[Settings, ReleaseFiles]


@pytest.fixture(scope="session")
async def reader(built: Built) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application with these files."""
    async with LifespanManager(create_application(built[0])) as manager:
        transport = httpx.ASGITransport(app=manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
            yield session


@pytest.fixture
def parquet_of(built: Built) -> tuple[str, bytes]:
    """The path of a file, and what it holds."""
    files = built[1]
    return f"/v1/releases/{files.release}/files/expenditures.parquet", (
        files.directory / "expenditures.parquet"
    ).read_bytes()


async def problem(session: httpx.AsyncClient, path: str, **headers: str) -> tuple[int, dict[str, Any]]:
    answer = await session.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()


class Http(HTTPFileSystem):  # type: ignore[misc]  # fsspec has no types
    """fsspec's HTTP file system, which reads by `Range`, with what DuckDB asks of it beside."""

    def modified(self, path: str) -> dt.datetime:
        return parsedate_to_datetime(httpx.head(path).headers["last-modified"])


def test_duckdb_reads_parquet_over_http_as_the_api_answers(address: str, built: Built) -> None:
    """By Range requests of fsspec's HTTP file system: DuckDB's own comes from another host."""
    base = f"{address}/v1/releases/{built[1].release}/files"
    connection = duckdb.connect()
    connection.register_filesystem(Http(block_size=1024))
    for file in built[1].files:
        if file.format != "parquet":
            continue
        sums = "".join(f', sum("{name}")' for name in file.control_totals)
        row = connection.execute(f"SELECT count(*){sums} FROM read_parquet('{base}/{file.name}')").fetchone()
        assert row is not None
        assert row[0] == file.rows
        wanted = [None if total is None else Decimal(total) for total in file.control_totals.values()]
        assert [*row[1:]] == wanted, file.name
    shown = httpx.get(f"{address}/v1/expenditures?statement=expenditure&level=class&sort=id&limit=1000").text
    found = connection.execute(
        f"""SELECT id, code, total FROM read_parquet('{base}/expenditures.parquet')
        WHERE statement = 'expenditure' AND level = 'class' ORDER BY id"""
    ).fetchall()
    rows = orjson.loads(shown)["data"]
    assert [(row[0], row[1]) for row in found] == [(row["id"], row["code"]) for row in rows]
    assert [float(row[2]) for row in found if row[2] is not None] == [
        row["total"] for row in rows if row["total"] is not None
    ]
    assert len(rows) > 0
    connection.close()


async def test_list_and_single_release_name_every_file(reader: httpx.AsyncClient, built: Built) -> None:
    files = built[1]
    for path in ("/files", "/files/", "/"):
        answer = await reader.get(f"/v1/releases/{files.release}{path}")
        assert answer.status_code == 200
        assert [one["name"] for one in answer.json()["data"]] == [file.name for file in files.files]
        assert answer.json()["meta"]["unit"] == "wan"
    one = (await reader.get(f"/v1/releases/{files.release}")).json()["data"]
    assert one["files"] == answer.json()["data"]
    for listed in one["files"]:
        head = await reader.head(listed["href"])
        assert head.status_code == 200
        assert head.headers["content-type"] == listed["media_type"]
        assert int(head.headers["content-length"]) == listed["bytes"]
    assert (await reader.get(f"/v1/releases/{files.release}?fields=number,files")).json()["data"]["files"]
    assert "files" not in (await reader.get(f"/v1/releases/{files.release}?fields=number")).json()["data"]


async def test_list_is_validated_and_says_when_files_have_come(loaded: Settings, tmp_path: Path) -> None:
    settings = dataclasses.replace(loaded, releases_at=tmp_path)
    async with LifespanManager(create_application(settings)) as manager:
        transport = httpx.ASGITransport(app=manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
            before = await session.get("/v1/releases/2")
            assert before.json()["data"]["files"] is None
            await build_release(settings)
            # Which files there are is looked at every second.
            for _ in range(40):
                after = await session.get("/v1/releases/2", headers={"If-None-Match": before.headers.get("etag", "")})
                if after.status_code == 200 and after.json()["data"]["files"]:
                    break
                await asyncio.sleep(0.1)
            assert after.json()["data"]["files"]


async def test_whole_file_has_its_digest_everywhere(reader: httpx.AsyncClient, parquet_of: tuple[str, bytes]) -> None:
    path, content = parquet_of
    answer = await reader.get(path, headers={"Accept-Encoding": "gzip, br, zstd"})
    digest = hashlib.sha256(content)
    field = f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert answer.content == content
    assert {name: answer.headers[name] for name in ("etag", "repr-digest", "content-digest", "content-length")} == {
        "etag": f'"{digest.hexdigest()}"',
        "repr-digest": field,
        "content-digest": field,
        "content-length": str(len(content)),
    }
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["accept-ranges"] == "bytes"
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers
    text = await reader.get(path.replace("expenditures.parquet", "datapackage.json"))
    assert "content-encoding" not in text.headers  # compressible, and served by its own length all the same


@pytest.mark.parametrize(
    ("header", "parts"),
    [("bytes=0-3", [(0, 4)]), ("bytes=-4", [(-4, None)]), ("bytes=100-", [(100, None)]), ("BYTES = 5-5 ", [(5, 6)])],
)
async def test_one_range_is_that_part(
    reader: httpx.AsyncClient, parquet_of: tuple[str, bytes], header: str, parts: list[tuple[int, int | None]]
) -> None:
    path, content = parquet_of
    answer = await reader.get(path, headers={"Range": header})
    first, last = parts[0]
    assert answer.status_code == 206
    assert answer.content == content[first:last]
    start = first % len(content)
    said = f"bytes {start}-{start + len(answer.content) - 1}/{len(content)}"
    assert answer.headers["content-range"] == said
    assert "content-digest" not in answer.headers


async def test_several_ranges_are_the_parts_of_a_multipart_answer(
    reader: httpx.AsyncClient, parquet_of: tuple[str, bytes]
) -> None:
    path, content = parquet_of
    answer = await reader.get(path, headers={"Range": "bytes=-4, 0-3,50-59"})
    assert answer.status_code == 206
    assert int(answer.headers["content-length"]) == len(answer.content)
    raw = b"Content-Type: " + answer.headers["content-type"].encode() + b"\r\n\r\n" + answer.content
    parts = email.message_from_bytes(raw).get_payload()
    assert isinstance(parts, list)
    size = len(content)
    assert [part["Content-Range"] for part in parts] == [
        f"bytes {size - 4}-{size - 1}/{size}",
        f"bytes 0-3/{size}",
        f"bytes 50-59/{size}",
    ]
    assert answer.content.count(content[-4:]) >= 2  # a Parquet file begins and ends with the same sign


@pytest.mark.parametrize("header", ["bytes=9-3", "bytes=a-b", "rows=0-1", "bytes=", "bytes=-", "bytes 0-1", "0-5"])
async def test_what_is_no_range_is_ignored(
    reader: httpx.AsyncClient, parquet_of: tuple[str, bytes], header: str
) -> None:
    answer = await reader.get(parquet_of[0], headers={"Range": header})
    assert (answer.status_code, answer.content) == (200, parquet_of[1])


async def test_range_outside_the_file_is_a_problem_with_its_length(
    reader: httpx.AsyncClient, parquet_of: tuple[str, bytes]
) -> None:
    path, content = parquet_of
    for header in (f"bytes={len(content)}-", "bytes=99999999999-", "bytes=-0"):
        answer = await reader.get(path, headers={"Range": header})
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{len(content)}"
        assert answer.json()["type"] == "/errors/range-not-satisfiable"
        assert answer.json()["errors"][0]["parameter"] == "Range"


async def test_conditions_decide_between_304_206_200_and_412(
    reader: httpx.AsyncClient, parquet_of: tuple[str, bytes]
) -> None:
    path, content = parquet_of
    whole = await reader.get(path)
    etag, modified = whole.headers["etag"], whole.headers["last-modified"]

    async def status(**headers: str) -> int:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return (await reader.get(path, headers=sent)).status_code

    assert await status(if_none_match=etag) == 304
    assert await status(if_none_match='"other"') == 200
    assert await status(if_modified_since=modified) == 304
    assert await status(if_modified_since=modified, if_none_match='"other"') == 200
    assert await status(range="bytes=0-1", if_range=etag) == 206
    assert await status(range="bytes=0-1", if_range='"other"') == 200
    assert await status(range="bytes=0-1", if_range=f"W/{etag}") == 200
    assert await status(range="bytes=0-1", if_range=modified) == 200
    assert await status(if_match=etag) == 200
    assert await status(if_match='"other"') == 412
    head = await reader.head(path, headers={"Range": "bytes=0-1"})
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(content)))


async def test_latest_leads_to_the_newest_release(reader: httpx.AsyncClient, built: Built) -> None:
    for path in ("files", "files/README.md", ""):
        answer = await reader.get(f"/v1/releases/latest/{path}")
        assert answer.status_code == 307
        assert answer.headers["location"] == f"http://test/v1/releases/{built[1].release}/{path}"
        assert answer.headers["cache-control"] == "public, no-cache"


async def test_wrong_requests_are_named(reader: httpx.AsyncClient, built: Built) -> None:
    base = f"/v1/releases/{built[1].release}/files"
    status, said = await problem(reader, f"{base}/expenditure.parquet")
    assert (status, said["type"]) == (404, "/errors/file-not-found")
    assert said["errors"][0]["suggestion"] == "expenditures.parquet"
    for name in ("manifest.json", "..%2f..%2fbuild.lock", "%00", "x" * 3000):
        status, _ = await problem(reader, f"{base}/{name}")
        assert status in (400, 404)
    for number in ("77", "0", "x", "-1", "9" * 30, "1e3", "１"):
        status, said = await problem(reader, f"/v1/releases/{number}/files")
        assert (status, said["type"]) == (404, "/errors/release-not-found"), number
    status, said = await problem(reader, f"{base}?unit=yuan")
    assert (status, said["errors"][0]["parameter"]) == (422, "unit")
    status, said = await problem(reader, f"{base}/README.md?download=1")
    assert (status, said["errors"][0]["parameter"]) == (422, "download")
    assert (await reader.post(base)).status_code == 405
    assert (await problem(reader, base, accept="text/csv"))[0] == 406


async def test_release_without_files_says_whether_they_are_coming(loaded: Settings, tmp_path: Path) -> None:
    settings = dataclasses.replace(loaded, releases_at=tmp_path)
    async with LifespanManager(create_application(settings)) as manager:
        transport = httpx.ASGITransport(app=manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
            status, said = await problem(session, "/v1/releases/2/files")
            assert (status, said["type"]) == (404, "/errors/files-not-built")
            assert "gongkai export --release 2" in said["detail"]
            (tmp_path / ".building-2").mkdir()
            with (tmp_path / "build.lock").open("w") as lock:
                # Left behind by a build that was killed: nobody holds the lock.
                assert (await problem(session, "/v1/releases/2/files/README.md"))[0] == 404
                fcntl.flock(lock, fcntl.LOCK_EX)
                answer = await session.get("/v1/releases/2/files/README.md")
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "5"
            assert answer.json()["type"] == "/errors/files-being-built"


async def test_release_without_files_says_why_and_which_one_before_it_has_them(built: Built, tmp_path: Path) -> None:
    settings = dataclasses.replace(built[0], releases_at=tmp_path)
    await build_release(settings, 1)
    note_failure(tmp_path, 2, built[1].content_digest, "the files could not be written (No space left on device)")
    async with LifespanManager(create_application(settings)) as manager:
        transport = httpx.ASGITransport(app=manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
            for path in ("/v1/releases/2/", "/v1/releases/2/files", "/v1/releases/2/files/README.md"):
                status, said = await problem(session, path)
                assert (status, said["type"]) == (404, "/errors/files-not-built")
                assert "the last attempt failed: the files could not be written (No space left" in said["detail"]
                assert "those of release 1 are there, under /v1/releases/1/files" in said["detail"]
                assert str(tmp_path) not in said["detail"]
            assert (await session.get("/v1/releases/1/files/README.md")).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_file_that_is_not_as_long_as_it_was_built_is_not_sent(method: str, built: Built, tmp_path: Path) -> None:
    settings = dataclasses.replace(built[0], releases_at=tmp_path)
    files, _ = await build_release(settings)
    base = f"/v1/releases/{files.release}/files"
    (files.directory / "projects.csv.gz").unlink()
    with (files.directory / "projects.parquet").open("r+b") as file:
        file.truncate(100)
    async with LifespanManager(create_application(settings)) as manager:
        transport = httpx.ASGITransport(app=manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
            for name in ("projects.csv.gz", "projects.parquet"):
                answer = await session.request(method, f"{base}/{name}", headers={"Range": "bytes=0-9"})
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
                if method == "GET":
                    assert answer.json()["type"] == "/errors/file-damaged"
                    assert "gongkai export --release N" in answer.json()["detail"]
            assert (await session.request(method, f"{base}/revenues.parquet")).status_code == 200


async def test_reader_never_sees_half_of_two_builds(built: Built, tmp_path: Path) -> None:
    """Readers of parts, while the files are built anew with other bytes and switched under them."""
    settings = dataclasses.replace(built[0], releases_at=tmp_path)
    files, _ = await build_release(settings)
    path = f"/v1/releases/{files.release}/files/datapackage.json"
    stop = threading.Event()
    seen: set[str] = set()
    wrong: list[object] = []

    def read(address: str) -> None:
        with httpx.Client(base_url=address, timeout=30) as session:
            while not stop.is_set():
                whole = session.get(path)
                etag = whole.headers.get("etag", "")
                if whole.status_code != 200 or etag != f'"{hashlib.sha256(whole.content).hexdigest()}"':
                    wrong.append((whole.status_code, etag, whole.text[:200]))
                seen.add(etag)
                part = session.get(path, headers={"Range": "bytes=100-199", "If-Range": etag})
                if part.status_code == 206 and part.content != whole.content[100:200]:
                    wrong.append(("part", etag))
                elif part.status_code not in (200, 206):
                    wrong.append(part.status_code)

    with serving.process(environment(settings)) as address:
        threads = [threading.Thread(target=read, args=(address,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(4):
            await build_release(dataclasses.replace(settings, publisher=f"Publisher {number}"), force=True)
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert len(seen) > 1
    assert release_files(tmp_path, files.release) != files


@given(
    st.integers(1, 200),
    st.lists(
        st.tuples(st.none() | st.integers(0, 250), st.none() | st.integers(0, 250)).filter(
            lambda pair: any(one is not None for one in pair)
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_parts_hold_exactly_the_bytes_that_were_asked_for(
    size: int, pairs: list[tuple[int | None, int | None]]
) -> None:
    def shown(number: int | None) -> str:
        return "" if number is None else str(number)

    header = "bytes=" + ",".join(f"{shown(first)}-{shown(last)}" for first, last in pairs)
    malformed = any(first is not None and last is not None and last < first for first, last in pairs)
    wanted: set[int] = set()
    for first, last in pairs:
        if first is None:
            wanted |= set(range(max(0, size - (last or 0)), size))
        else:
            wanted |= set(range(first, min(size, size if last is None else last + 1)))
    try:
        parts = read_ranges(header, size)
    except Unsatisfiable:
        assert not malformed
        assert wanted == set()
        return
    if parts is None:
        assert malformed
        return
    places = [place for part in parts for place in range(part.first, part.end)]
    assert set(places) == wanted
    assert len(places) == len(wanted)  # none of them twice


def test_more_parts_than_are_sensible_are_the_whole_file() -> None:
    header = "bytes=" + ",".join(f"{2 * number}-{2 * number}" for number in range(MOST_RANGES + 1))
    assert read_ranges(header, 10_000) is None
