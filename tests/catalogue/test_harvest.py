"""CKAN gets the whole catalogue: its own parser reads every data set with every distribution from a running service."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import publication
from app.bulk.manifest import ReleaseFiles
from app.catalogue.graph import dataset_names, dataset_uri
from app.query.registry import RESOURCES
from app.settings import Settings

CKAN = Path(__file__).with_name("ckan")
PYTHON = CKAN / ".venv" / "bin" / "python"
API = {"", ".csv", ".ndjson", ".xlsx", ".parquet"}

pytestmark = pytest.mark.skipif(
    not PYTHON.exists() and not os.environ.get("CI"), reason="needs CKAN's parser, which `make ckan` installs aside"
)


def harvest(address: str, syntax: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """How many pages the catalogue has, and what CKAN would make of its data sets, by their URI."""
    done = subprocess.run(
        [PYTHON, CKAN / "harvest.py", address, syntax], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    found = {extra(one, "uri"): one for one in said["datasets"]}
    assert len(found) == len(said["datasets"])
    return said["pages"], found


def extra(dataset: dict[str, Any], key: str) -> str:
    (value,) = (one["value"] for one in dataset["extras"] if one["key"] == key)
    return str(value)


@pytest.fixture(scope="module")
def datasets(address: str) -> dict[str, dict[str, Any]]:
    """The data sets of the Turtle."""
    return harvest(f"{address}/catalog.ttl", "turtle")[1]


def test_every_data_set_comes_with_every_distribution(
    datasets: dict[str, dict[str, Any]], address: str, built: tuple[Settings, ReleaseFiles]
) -> None:
    files = built[1].files
    assert set(datasets) == {str(dataset_uri(address, name)) for name in dataset_names()}
    for name in dataset_names():
        resource = RESOURCES.get(name)
        found = datasets[str(dataset_uri(address, name))]
        lists = {f"{address}/v1/{name}{suffix}" for suffix in API} if resource else {f"{address}/v1"}
        about = {file.name: file for file in files if file.resource == (name if resource else None)}
        about = {name: file for name, file in about.items() if file.format != "sums"}
        served = {f"{address}/v1/releases/2/files/{file}": about[file] for file in about}
        assert {one["url"] for one in found["resources"]} == lists | set(served), name
        for one in found["resources"]:
            assert one["license"] == publication.DATA_LICENCE.eu_uri
            assert one["format"]
            assert one["mimetype"]
            file = served.get(one["url"])
            if file is not None:
                assert (one["size"], one["hash"]) == (file.bytes, file.sha256)


def test_data_set_has_what_a_portal_shows(datasets: dict[str, dict[str, Any]], address: str) -> None:
    found = datasets[str(dataset_uri(address, "expenditures"))]
    assert found["title"] == f"{publication.TITLE_EN}: {RESOURCES['expenditures'].en}"
    assert found["notes"] == RESOURCES["expenditures"].description
    assert found["url"] == f"{address}/datasets/expenditures"
    assert {"部门预算", "departmental budget"} <= {tag["name"] for tag in found["tags"]}
    assert extra(found, "publisher_name") == "Gongkai"
    assert extra(found, "temporal_start") < extra(found, "temporal_end")
    assert found["license_id"] in {"cc-by", publication.DATA_LICENCE.eu_uri}


@pytest.mark.parametrize(("suffix", "syntax"), [("rdf", "xml"), ("jsonld", "json-ld")])
def test_other_syntaxes_are_read_as_the_same(
    suffix: str, syntax: str, datasets: dict[str, dict[str, Any]], address: str
) -> None:
    _, found = harvest(f"{address}/catalog.{suffix}", syntax)
    assert {uri: addresses(one) for uri, one in found.items()} == {uri: addresses(one) for uri, one in datasets.items()}


def test_pages_are_followed_to_the_same_data_sets(datasets: dict[str, dict[str, Any]], address: str) -> None:
    pages, found = harvest(f"{address}/catalog.ttl?limit=10", "turtle")
    assert pages == -(-len(datasets) // 10)
    assert {uri: addresses(one) for uri, one in found.items()} == {uri: addresses(one) for uri, one in datasets.items()}


def test_every_address_that_is_harvested_answers(datasets: dict[str, dict[str, Any]]) -> None:
    with httpx.Client() as client:
        for address in sorted({url for one in datasets.values() for url in addresses(one)}):
            assert client.head(address).status_code == httpx.codes.OK, address


def addresses(dataset: dict[str, Any]) -> set[str]:
    return {one["url"] for one in dataset["resources"]}
