"""A release's files hold what the API answers, to the digit; a build is there as a whole or not at all."""

from __future__ import annotations

import dataclasses
import fcntl
import gzip
import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
from pyarrow import parquet

from app.bulk import commands, place, relations
from app.bulk.build import Step, build_release
from app.bulk.kept import files_of, newest_without_files, releases
from app.bulk.manifest import SUMS, ReleaseFiles, release_files
from app.bulk.to_sqlite import exact, table
from app.errors import BulkError, NoRelease, NothingLoaded
from app.query.registry import RESOURCES
from app.settings import PROJECT, Settings
from tests.bulk.conftest import environment

Built = tuple[Settings, ReleaseFiles]
EXPORT = [sys.executable, "-m", "app", "export"]


def fields(name: str) -> str:
    return ",".join(column.name for column in RESOURCES[name].columns)


def state(directory: Path) -> dict[str, str]:
    """What is there, with what it holds."""
    return {
        str(path.relative_to(directory)): path.read_bytes().hex() if path.is_file() else "directory"
        for path in directory.rglob("*")
        if path.name != "build.lock"
    }


def test_every_resource_has_a_parquet_and_a_csv_file_but_what_others_make_up(built: Built) -> None:
    for kind in ("parquet", "csv.gz"):
        names = [file.resource for file in built[1].files if file.format == kind]
        assert names == [name for name in RESOURCES if name not in relations.LEFT_OUT]
    assert {file.name for file in built[1].files if file.resource is None} == {
        "gongkai.sqlite",
        "datapackage.json",
        "README.md",
        "SHA256SUMS",
    }


async def test_rows_and_control_totals_of_the_manifest_are_those_of_the_api(
    built: Built, client: httpx.AsyncClient
) -> None:
    compared = 0
    for file in built[1].files:
        if file.resource is None:
            continue
        answer = await client.head(f"/v1/{file.resource}.csv?fields={fields(file.resource)}")
        assert file.rows == int(answer.headers["X-Total-Count"]), file.name
        said = answer.headers.get("Gongkai-Control-Totals", "")
        sums = dict(part.split("=") for part in said.split(", ")) if said else {}
        assert {name: total or "null" for name, total in file.control_totals.items()} == sums, file.name
        compared += len(sums)
    assert compared > 50


async def test_csv_is_the_apis_own_byte_for_byte(built: Built, client: httpx.AsyncClient) -> None:
    for relation in relations.resources():
        if relation.name in relations.DETAILS:
            continue
        include = "&include=provenance" if any(one.name == "provenance" for one in relation.includes) else ""
        path = f"/v1/{relation.name}.csv?bom=0&sort={relation.key}&fields={fields(relation.name)}{include}"
        packed = (built[1].directory / f"{relation.name}.csv.gz").read_bytes()
        assert packed[4:8] == b"\0\0\0\0"  # no time of writing
        assert gzip.decompress(packed) == (await client.get(path)).content, relation.name


async def test_statements_have_their_printed_tables(built: Built, client: httpx.AsyncClient) -> None:
    rows = parquet.read_table(built[1].directory / "statements.parquet").to_pylist()
    assert len(rows) > 10
    for row in rows:
        shown = (await client.get(f"/v1/statements/{row['id']}")).json()["data"]
        assert json.loads(row["grid"]) == shown["grid"]
        assert json.loads(row["withheld"]) == shown["withheld"]


async def test_parquet_has_the_apis_values_and_the_printed_cells(built: Built, client: httpx.AsyncClient) -> None:
    rows = parquet.read_table(built[1].directory / "expenditures.parquet").to_pylist()
    answer = await client.get("/v1/expenditures?limit=1000&sort=id&include=provenance")
    shown = json.loads(answer.text, parse_float=Decimal)["data"]
    assert len(rows) == len(shown) > 0
    for row, one in zip(rows, shown, strict=True):
        assert json.loads(row["provenance"]) == one["provenance"]
        for name, value in one.items():
            if name != "provenance":
                assert row[name] == value, name


def test_sqlite_has_keys_that_hold_and_sums_that_are_exact(built: Built) -> None:
    _, files = built
    connection = sqlite3.connect(files.directory / "gongkai.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    about = dict(connection.execute("SELECT word, text FROM about"))
    assert about["amounts_without_exact"] == "0"
    assert about["content_digest"] == files.content_digest
    for file in files.files:
        if file.format != "parquet" or file.resource is None:
            continue
        name = table(file.resource)
        assert connection.execute(f"SELECT count(*) FROM {name}").fetchone() == (file.rows,)
        for column, total in file.control_totals.items():
            (found,) = connection.execute(f'SELECT sum("{column}_exact") FROM {name}').fetchone()
            assert (None if found is None else Decimal(found) / int(about["exact_per_wan"])) == (
                None if total is None else Decimal(total)
            ), (name, column)
    references = connection.execute("PRAGMA foreign_key_list(expenditures)").fetchall()
    assert {row[2] for row in references} >= {"disclosures", "departments", "statements", "regions"}
    joined = connection.execute(
        """SELECT count(*), count(s.sha256), count(d.name) FROM expenditures_sourced s
        JOIN departments d ON d.id = s.department_id"""
    ).fetchone()
    assert joined[0] == joined[1] == joined[2] == connection.execute("SELECT count(*) FROM expenditures").fetchone()[0]
    # Every table whose rows come from a document has a view with the document, also where no statement has them.
    views = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    of_documents = {table(name) for name, resource in RESOURCES.items() if "disclosure_id" in resource.by_name}
    assert views == {f"{name}_sourced" for name in of_documents}
    for view in views:
        rows, sourced = connection.execute(f"SELECT count(*), count(sha256) FROM {view}").fetchone()
        assert rows == sourced == connection.execute(f"SELECT count(*) FROM {view[:-8]}").fetchone()[0]
    connection.close()


@pytest.mark.parametrize(
    ("amount", "places", "whole"),
    [
        ("90.00", 6, 90_000_000),
        ("-0.000001", 6, -1),
        ("0.0000001", 6, None),
        ("0.0000001", 7, 1),
        ("999999999999999999", 6, None),
        ("0", 6, 0),
    ],
)
def test_exact_amount_is_a_whole_number_or_said_to_be_none(amount: str, places: int, whole: int | None) -> None:
    assert exact(Decimal(amount), places) == whole


def test_sha256sum_finds_every_file_as_it_should_be(built: Built) -> None:
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", SUMS], cwd=built[1].directory, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) == len(built[1].files) - 1


def test_data_package_names_every_file_with_rows(built: Built) -> None:
    package = json.loads((built[1].directory / "datapackage.json").read_text())
    paths = {one["path"]: one["hash"] for one in package["resources"]}
    paths |= {one["parquet"]["path"]: one["parquet"]["hash"] for one in package["resources"] if "parquet" in one}
    for file in built[1].files:
        if file.name not in ("datapackage.json", SUMS):
            assert paths[file.name] == f"sha256:{file.sha256}"


async def test_same_release_gives_the_same_bytes(built: Built, tmp_path: Path) -> None:
    settings, files = built
    again, fresh = await build_release(dataclasses.replace(settings, releases_at=tmp_path))
    assert fresh
    assert again == files
    assert (again.directory / SUMS).read_bytes() == (files.directory / SUMS).read_bytes()


async def test_files_that_are_there_are_left_alone_and_progress_ends_at_every_row(built: Built, tmp_path: Path) -> None:
    settings = dataclasses.replace(built[0], releases_at=tmp_path)
    steps: list[Step] = []
    first, _ = await build_release(settings, report=lambda step: steps.append(dataclasses.replace(step)))
    assert (
        steps[-1].done == steps[-1].total == 3 * sum(file.rows or 0 for file in first.files if file.format == "parquet")
    )
    before = (first.directory / SUMS).stat().st_mtime_ns
    again, fresh = await build_release(settings)
    assert (fresh, again) == (False, first)
    assert (again.directory / SUMS).stat().st_mtime_ns == before
    assert await newest_without_files(settings) is None


async def test_older_release_has_files_of_its_own(built: Built, tmp_path: Path) -> None:
    settings = dataclasses.replace(built[0], releases_at=tmp_path)
    kept = await releases(settings)
    assert len(kept) > 1
    said: list[str] = []
    await commands.export(settings, [*kept], force=False, report=lambda _: None, progress=said.append)
    assert len(said) == len(kept)
    first, last = release_files(tmp_path, kept[0]), release_files(tmp_path, kept[-1])
    assert first is not None
    assert last is not None
    assert first.content_digest != last.content_digest


async def test_release_that_is_not_there_is_named_with_those_that_are(built: Built, empty_database: Settings) -> None:
    with pytest.raises(NoRelease, match=r"no release 77; these are kept: \d"):
        await build_release(built[0], 77)
    with pytest.raises(NothingLoaded, match="gongkai load"):
        await build_release(dataclasses.replace(empty_database, releases_at=built[0].releases))


async def test_files_of_another_databases_release_are_not_taken_for_this_ones(
    built: Built, empty_database: Settings, tmp_path: Path
) -> None:
    from app import database  # noqa: PLC0415
    from app.load import load  # noqa: PLC0415
    from tests import dataset  # noqa: PLC0415

    other, _ = await build_release(dataclasses.replace(built[0], releases_at=tmp_path), 1)
    settings = dataclasses.replace(empty_database, releases_at=tmp_path)
    async with database.connect_owner(settings) as connection:
        await load(connection, dataset.releases()[0][:1], origin="ingest")
    assert await files_of(settings, 1) is None
    mine, fresh = await build_release(settings, 1)
    assert fresh
    assert mine.content_digest != other.content_digest
    assert not other.directory.exists()


def run(settings: Settings, *options: str, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    def restrict() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [*EXPORT, *options],
        cwd=PROJECT,
        env=os.environ | environment(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=restrict,
    )


async def test_build_that_cannot_write_names_why_and_leaves_the_files_before(built: Built, tmp_path: Path) -> None:
    settings = dataclasses.replace(built[0], releases_at=tmp_path)
    await build_release(settings)
    before = state(tmp_path)
    done = run(settings, "--force", limit=100_000)
    assert done.returncode == 1
    *_, last = done.stderr.splitlines()
    assert re.match(r"gongkai: cannot write files of releases in .+ \(.+\): make room", last), done.stderr
    assert "Traceback" not in done.stderr
    assert {name: held for name, held in state(tmp_path).items() if not name.startswith(".failed-")} == before


async def test_reason_of_a_failure_is_noted_for_its_release_until_it_is_built(built: Built, tmp_path: Path) -> None:
    settings = dataclasses.replace(built[0], releases_at=tmp_path)
    number, digest = built[1].release, built[1].content_digest
    assert run(settings, limit=100_000).returncode == 1
    said = place.failure(tmp_path, number, digest)
    assert said is not None
    assert re.fullmatch(r"the files could not be written \([a-zA-Z/ ]+\)", said)
    assert place.failure(tmp_path, number, "another") is None
    assert release_files(tmp_path, number) is None
    await build_release(settings)
    assert place.failure(tmp_path, number, digest) is None


@pytest.mark.parametrize("damage", ["gone", "cut off", "altered"])
async def test_file_that_is_not_as_it_was_built_is_built_again(damage: str, built: Built, tmp_path: Path) -> None:
    settings = dataclasses.replace(built[0], releases_at=tmp_path)
    files, _ = await build_release(settings)
    before = state(tmp_path)
    path = files.directory / "projects.csv.gz"
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(content[:100] if damage == "cut off" else content[:-1] + bytes([content[-1] ^ 1]))
    # A running service looks at lengths alone; `gongkai export` reads what is there.
    assert await newest_without_files(settings) == (None if damage == "altered" else files.release)
    again, fresh = await build_release(settings)
    assert (again, fresh) == (files, True)
    assert state(tmp_path) == before
    assert (await build_release(settings))[1] is False


def test_directory_that_cannot_be_made_is_named(built: Built, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(dataclasses.replace(built[0], releases_at=tmp_path / "file" / "releases"))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "GONGKAI_RELEASES" in done.stderr


def kill_a_build(settings: Settings, building: Path) -> None:
    """Begin to build, and end the process when it has begun to write."""
    process = subprocess.Popen(
        [*EXPORT, "--force"],
        cwd=PROJECT,
        env=os.environ | environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not any(building.glob("*.parquet")):
        assert process.poll() is None
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait(10)


async def test_killed_build_shows_nothing_and_the_next_one_clears_up(built: Built, tmp_path: Path) -> None:
    settings = dataclasses.replace(built[0], releases_at=tmp_path)
    files, _ = await build_release(settings)
    building = tmp_path / f".building-{files.release}"
    kill_a_build(settings, building)
    assert building.exists()
    assert release_files(tmp_path, files.release) == files
    _, fresh = await build_release(settings, force=True)
    assert fresh
    assert not building.exists()
    assert {name.partition("/")[0] for name in state(tmp_path)} | {"build.lock"} == {
        "build.lock",
        str(files.release),
        files.directory.name,
    }


async def test_second_build_is_refused_while_one_is_at_work(built: Built, tmp_path: Path) -> None:
    settings = dataclasses.replace(built[0], releases_at=tmp_path)
    with (tmp_path / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BulkError, match="another process is building"):
            await build_release(settings)


async def test_more_decimals_than_usual_are_kept(tmp_path: Path, empty_database: Settings) -> None:
    from app import database  # noqa: PLC0415
    from app.load import load  # noqa: PLC0415
    from tests import dataset  # noqa: PLC0415

    document = dataset.releases()[0][0]
    odd = Decimal("1.123456789012")
    first = document.expenditures[0].model_copy(update={"total": odd})
    changed = document.model_copy(update={"expenditures": [first, *document.expenditures[1:]]})
    async with database.connect_owner(empty_database) as connection:
        await load(connection, [changed], origin="ingest")
    files, _ = await build_release(dataclasses.replace(empty_database, releases_at=tmp_path))
    read: Any = parquet.read_table(files.directory / "expenditures.parquet")
    assert read.schema.field("total").type == pa.decimal128(38, 12)
    assert odd in read["total"].to_pylist()
    connection = sqlite3.connect(files.directory / "gongkai.sqlite")
    about = dict(connection.execute("SELECT word, text FROM about"))
    lost = connection.execute("SELECT count(total) - count(total_exact) FROM expenditures").fetchone()
    connection.close()
    assert about["exact_per_wan"] == str(10**10)
    assert lost == (1,)
    assert int(about["amounts_without_exact"]) >= 1  # sums that were checked have it too
