"""`frictionless validate` passes on a release as it is published: types, constraints, primary and foreign keys hold.

And it would not if they did not: a row that breaks any of them is found.
"""

from __future__ import annotations

import csv
import dataclasses
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.bulk.build import build_release
from app.bulk.manifest import ReleaseFiles
from app.settings import Settings


async def publish(settings: Settings) -> AsyncIterator[Path]:
    """The directory with the files of the newest release, as they are served."""
    with tempfile.TemporaryDirectory() as name:
        files, _ = await build_release(dataclasses.replace(settings, releases_at=Path(name)))
        yield files.directory


@pytest.fixture(scope="module")
async def published(loaded: Settings) -> AsyncIterator[Path]:
    """The invented data as a package."""
    async for directory in publish(loaded):
        yield directory


@pytest.fixture(scope="module")
async def published_seed(seed_loaded: Settings) -> AsyncIterator[Path]:
    """The committed data as a package."""
    async for directory in publish(seed_loaded):
        yield directory


def report(directory: Path, package: str = "datapackage.json") -> Any:
    """What `frictionless validate --json` says, run as its users run it: as a command, in the package's directory."""
    command = [sys.executable, "-m", "frictionless", "validate", package, "--json"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=300, check=False)
    said = json.loads(done.stdout)
    assert (done.returncode == 0) == said["valid"], done.stderr
    return said


def errors(said: Any) -> set[tuple[str, str, str]]:
    """What is wrong, as (resource, field or fields, type of error)."""
    found = {("package", "", error["type"]) for error in said["errors"]}
    for task in said["tasks"]:
        for error in task["errors"]:
            fields = error.get("fieldName") or ",".join(error.get("fieldNames", ()))
            found.add((task["name"], fields, error["type"]))
    return found


def rewrite(directory: Path, resource: str, column: str, values: list[str]) -> None:
    """Put other values into the first rows of a column, and make size and digest fit again."""
    path = directory / f"{resource}.csv.gz"
    rows = list(csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode(), newline="")))
    place = rows[0].index(column)
    for row, value in zip(rows[1:], values, strict=False):
        row[place] = value
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    packed = gzip.compress(text.getvalue().encode())
    path.write_bytes(packed)
    descriptor = json.loads((directory / "datapackage.json").read_text(encoding="utf-8"))
    described = next(one for one in descriptor["resources"] if one["name"] == resource)
    described |= {"hash": f"sha256:{hashlib.sha256(packed).hexdigest()}"}
    (directory / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")


def check_whole(directory: Path, package: str = "datapackage.json") -> None:
    said = report(directory, package)
    assert errors(said) == set()
    assert said["valid"]
    descriptor = json.loads((directory / "datapackage.json").read_text(encoding="utf-8"))
    rows = {task["name"]: task["stats"].get("rows") for task in said["tasks"]}
    tables = {one["name"]: one["rows"] for one in descriptor["resources"] if one.get("type") == "table"}
    assert {name: rows[name] for name in tables} == tables
    assert sum(tables.values()) > 4000


def test_package_of_the_invented_data_is_valid(published: Path) -> None:
    check_whole(published)


def test_package_of_the_committed_data_is_valid(published_seed: Path) -> None:
    check_whole(published_seed)


def test_package_is_valid_as_it_is_served(built: tuple[Settings, ReleaseFiles], address: str) -> None:
    files = built[1]
    check_whole(files.directory, f"{address}/v1/releases/{files.release}/files/datapackage.json")


# What is put into the first row, or the first two, of a table, and what has to be found there.
BROKEN = [
    ("expenditures", "department_id", ["130205-00000000"], "foreign-key"),
    ("expenditures", "code", ["9999999"], "foreign-key"),
    ("economic-lines", "code", ["39998"], "foreign-key"),
    ("balance-lines", "functional_code", ["298"], "foreign-key"),
    ("revenues", "statement_id", ["999999"], "foreign-key"),
    ("disclosures", "region_code", ["139999"], "foreign-key"),
    ("performance-indicators", "project_id", ["999999"], "foreign-key"),
    ("regions", "parent_code", ["999999"], "foreign-key"),
    ("expenditures", "level", ["clas"], "constraint-error"),
    ("expenditures", "fiscal_year", ["25"], "constraint-error"),
    ("departments", "region_code", ["13020"], "constraint-error"),
    ("disclosures", "department_id", [""], "constraint-error"),
    ("expenditures", "total", ["1,5"], "type-error"),
    ("disclosures", "loaded_at", ["yesterday"], "type-error"),
    ("assets", "id", ["7", "7"], "unique-error"),
]


@pytest.fixture(scope="module")
def broken(published: Path) -> Iterator[set[tuple[str, str, str]]]:
    """What is found wrong with a copy of the invented package in which all of this is broken."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(shutil.copytree(published, Path(name) / "package"))
        for resource, column, values, _ in BROKEN:
            rewrite(directory, resource, column, values)
        path = directory / "three-public.csv.gz"
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), compresslevel=1, mtime=1))
        yield errors(report(directory))


@pytest.mark.parametrize(("resource", "column", "values", "error"), BROKEN)
def test_row_that_breaks_a_promise_is_found(
    resource: str, column: str, values: list[str], error: str, broken: set[tuple[str, str, str]]
) -> None:
    assert values
    assert (resource, column, error) in broken


def test_key_that_comes_twice_and_file_of_another_digest_are_found(broken: set[tuple[str, str, str]]) -> None:
    assert ("assets", "", "primary-key") in broken
    assert ("three-public", "", "hash-count") in broken


def test_nothing_else_is_found_wrong(broken: set[tuple[str, str, str]]) -> None:
    assert {resource for resource, _, _ in broken} <= {resource for resource, *_ in BROKEN} | {"three-public"}
