"""Clients that others' generators make of the committed document can be used as they are, against a running service."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest

from app.settings import Settings
from tests.clients.serving import PROJECT, process

DOCUMENT = PROJECT / "openapi" / "openapi.json"
HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
GENERATOR = "openapi-python-client"


@pytest.fixture(scope="module")
def address(seed_loaded: Settings) -> Iterator[str]:
    """The address of a server process on the committed data."""
    environment = {"GONGKAI_DATA": str(seed_loaded.data), "DATABASE_URL": seed_loaded.database_url or ""}
    with process(environment) as found:
        yield found


def test_python_client_is_generated_and_reads_lists_records_and_problems(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = Path(sys.executable).parent
    where = ["--output-path", tmp_path / "gongkai_client", "--fail-on-warning", "--config", HERE / f"{GENERATOR}.yaml"]
    subprocess.run(
        [programs / GENERATOR, "generate", "--path", DOCUMENT, "--meta", "none", *where],
        check=True,
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with warnings.catch_warnings():
        made = importlib.import_module("gongkai_client")
        lists = importlib.import_module("gongkai_client.api.expenditures.list_expenditures")
        records = importlib.import_module("gongkai_client.api.expenditures.get_expenditure_line")
        feeds = importlib.import_module("gongkai_client.api.changes.get_release_feed")
    with made.Client(base_url=address) as client:
        page = lists.sync(client=client, fiscal_year=[2025], limit=3)
        assert len(page.data) == page.page.count == 3
        assert page.meta.release == 1
        record = records.sync(client=client, id=page.data[0].id)
        assert (record.data.code, record.data.total) == (page.data[0].code, page.data[0].total)
        missing = records.sync(client=client, id=10**9)
        assert (missing.status, missing.type_) == (404, "/errors/record-not-found")
        feed = feedparser.parse(feeds.sync(client=client))
        assert (feed.bozo, len(feed.entries)) == (False, 1)
        refused = lists.sync(client=client, limit=0)
        assert (refused.status, refused.errors[0].parameter) == (422, "limit")


@pytest.mark.skipif(
    (shutil.which("node") is None or not PACKAGES.exists()) and not os.environ.get("CI"),
    reason="needs node and `npm ci` in tests/clients",
)
def test_typescript_client_compiles_and_reads_lists_records_and_problems(address: str, tmp_path: Path) -> None:
    programs = PACKAGES / ".bin"
    for name in ("call.ts", "tsconfig.json"):
        shutil.copy(HERE / name, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(PACKAGES)
    for command in (
        [programs / "openapi-typescript", DOCUMENT, "-o", tmp_path / "schema.ts"],
        [programs / "tsc", "-p", tmp_path],
    ):
        done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    said = subprocess.run(["node", "call.js", address], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    answer = json.loads(said.stdout)
    assert answer["codes"]
    assert answer["total"] >= len(answer["codes"])
    assert (answer["same"], answer["status"], answer["parameter"]) == (True, 422, "fiscal_year")
