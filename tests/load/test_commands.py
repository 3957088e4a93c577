"""The commands that bring documents in: they say what they did, end with the right code, and write all or nothing."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import database
from app.settings import PROJECT, Settings
from tests.conftest import copy_of

DOCUMENTS = PROJECT / "tests" / "documents"
BUDGET, FINAL = DOCUMENTS / "hebei_budget_2024.txt", DOCUMENTS / "hunan_final_2021.txt"

COMMAND = [sys.executable, "-m", "app"]


def environment(settings: Settings, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GONGKAI_", "DATABASE_"))}
    return {**kept, "DATABASE_URL": settings.database_url or "", **more}


def gongkai(settings: Settings, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=PROJECT,
        env=environment(settings, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def ask(settings: Settings, query: str) -> object:
    async def connect_and_ask() -> object:
        async with database.connect_owner(settings) as connection:
            return await connection.fetchval(query)

    return asyncio.run(connect_and_ask())


@pytest.fixture
def settings(server: Settings) -> Iterator[Settings]:
    """A new database that the commands reach by DATABASE_URL; outside an event loop, as the commands are."""
    copy = copy_of(server)
    made = asyncio.run(copy.__aenter__())
    yield made
    asyncio.run(copy.__aexit__())


def test_ingest_loads_what_it_parses_and_again_says_that_there_is_nothing_new(settings: Settings) -> None:
    first = gongkai(settings, "ingest", BUDGET, FINAL)
    assert first.returncode == 0, first.stderr
    assert "release 1: 2 added disclosures" in first.stdout
    again = gongkai(settings, "ingest", BUDGET)
    assert (again.returncode, ask(settings, "SELECT max(number) FROM release")) == (0, 1)
    assert "nothing new: release 1 has this already" in again.stdout


def test_document_published_again_with_another_figure_is_the_next_revision(settings: Settings, tmp_path: Path) -> None:
    gongkai(settings, "ingest", BUDGET)
    changed = tmp_path / BUDGET.name
    text = BUDGET.read_text(encoding="utf-8")
    changed.write_text(text.replace("。", "。。", 1) + "\n", encoding="utf-8")
    done = gongkai(settings, "ingest", changed)
    assert "release 2: 1 revised disclosures" in done.stdout, done.stderr
    assert ask(settings, "SELECT max(revision) FROM disclosure") == 2


def test_one_unreadable_file_among_several_means_that_nothing_is_loaded(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 10)
    done = gongkai(settings, "ingest", BUDGET, tmp_path / "empty.txt", tmp_path / "binary.txt")
    assert done.returncode == 1
    assert [line.split(":")[1].strip() for line in done.stderr.splitlines()] == ["empty.txt", "binary.txt"]
    assert ask(settings, "SELECT count(*) FROM release") == 0


def test_same_document_twice_is_refused(settings: Settings) -> None:
    done = gongkai(settings, "ingest", BUDGET, BUDGET)
    assert done.returncode == 1
    assert "the same disclosure" in done.stderr
    assert ask(settings, "SELECT count(*) FROM release") == 0


def test_seed_is_built_checked_and_loaded(settings: Settings, tmp_path: Path) -> None:
    where = {"GONGKAI_SEED": str(tmp_path / "seed_data")}
    assert "wrote 2 disclosures" in gongkai(settings, "seed", "build", FINAL, BUDGET, **where).stdout
    assert gongkai(settings, "seed", "check", BUDGET, FINAL, **where).returncode == 0
    loaded = gongkai(settings, "load", **where)
    assert "release 1: 2 added disclosures" in loaded.stdout, loaded.stderr
    assert "nothing new" in gongkai(settings, "load", **where).stdout
    wrong = gongkai(settings, "seed", "check", BUDGET, **where)
    assert wrong.returncode == 1
    assert "430611-07c09a72-2021-final: in" in wrong.stdout
    assert "gongkai seed build" in wrong.stderr


def test_withdrawn_disclosure_is_named_kept_out_and_restored(settings: Settings, tmp_path: Path) -> None:
    where = {"GONGKAI_SEED": str(tmp_path / "seed_data"), "GONGKAI_RELEASES": str(tmp_path / "releases")}
    final = "430611-07c09a72-2021-final"
    assert gongkai(settings, "seed", "build", FINAL, BUDGET, **where).returncode == 0
    assert gongkai(settings, "load", **where).returncode == 0
    wrong = gongkai(settings, "withdraw", final.replace("final", "finale"), **where)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
    assert f"did you mean {final}" in wrong.stderr
    done = gongkai(settings, "withdraw", final, "--note", "another department's", **where)
    assert done.returncode == 0, done.stderr
    assert f"release 2: withdrawn {final}" in done.stdout
    assert "files of release 2 built" in done.stdout
    assert ask(settings, "SELECT note FROM release WHERE number = 2") == "another department's"
    again = gongkai(settings, "withdraw", final, **where)
    assert (again.returncode, ask(settings, "SELECT max(number) FROM release")) == (0, 2)
    assert "gone already" in again.stdout
    assert f"kept out as withdrawn: {final}" in gongkai(settings, "load", **where).stdout
    assert "run `gongkai load`" in gongkai(settings, "restore", final, **where).stdout
    assert "release 3: 1 revised, 1 unchanged disclosures" in gongkai(settings, "load", **where).stdout
    assert gongkai(settings, "restore", final, **where).returncode == 1


def test_old_releases_are_pruned_with_their_files_and_a_dry_run_removes_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    where = {"GONGKAI_RELEASES": str(tmp_path / "releases"), "GONGKAI_STATEMENT_TIMEOUT_MS": "100"}
    nothing = gongkai(settings, "prune", "--keep", "1", **where)
    assert (nothing.returncode, nothing.stderr.count("\n")) == (1, 1)
    assert "nothing to prune" in nothing.stderr
    assert gongkai(settings, "ingest", FINAL, **where).returncode == 0
    assert gongkai(settings, "ingest", BUDGET, **where).returncode == 0
    assert gongkai(settings, "withdraw", "430611-07c09a72-2021-final", **where).returncode == 0
    for wrong in ([], ["--keep", "1", "--before", "2025-01-01"]):
        refused = gongkai(settings, "prune", *wrong, **where)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert "gongkai prune --keep 5" in refused.stderr
    assert gongkai(settings, "prune", "--keep", "0", **where).returncode == 2
    tried = gongkai(settings, "prune", "--before", "2999-01-01", "--dry-run", **where)
    assert "would remove releases 1 to 2 and the rows that only they have: 1 disclosure, " in tried.stdout
    assert ask(settings, "SELECT count(*) FROM release") == 3
    done = gongkai(settings, "prune", "--keep", "1", **where)
    assert done.returncode == 0, done.stderr
    assert "removed releases 1 to 2: 1 revisions, " in done.stdout
    assert "removed the files of pruned releases: 1, 2" in done.stdout
    assert sorted(path.name for path in (tmp_path / "releases").glob("[0-9]*")) == ["3"]
    assert ask(settings, "SELECT count(*) FROM disclosure") == 1
    again = gongkai(settings, "prune", "--keep", "1", **where)
    assert (again.returncode, "nothing to prune: the oldest release is 3" in again.stdout) == (0, True)
    exported = gongkai(settings, "export", "--release", "1", **where)
    assert (exported.returncode, "it was pruned on" in exported.stderr) == (1, True)


def test_seed_that_is_not_there_says_what_to_run(settings: Settings, tmp_path: Path) -> None:
    done = gongkai(settings, "load", GONGKAI_SEED=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("gongkai: ")
    assert "gongkai seed build" in done.stderr


def test_parse_prints_a_report_or_the_records(settings: Settings) -> None:
    assert "滦南县海风观测局" in gongkai(settings, "parse", BUDGET).stdout
    records = json.loads(gongkai(settings, "parse", BUDGET, "--json").stdout)
    assert records["disclosure"]["fiscal_year"] == 2024
    assert gongkai(settings, "parse", PROJECT / "pyproject.toml").returncode == 1
    assert gongkai(settings, "parse", "nowhere.txt").returncode == 2
    assert gongkai(settings, "pars", BUDGET).returncode == 2


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "cannot connect to postgresql://nobody@127.0.0.1:1"),
        ({"GONGKAI_PORT": "http"}, "GONGKAI_PORT='http' is not a whole number"),
    ],
)
def test_wrong_settings_are_one_line(settings: Settings, variables: dict[str, str], said: str) -> None:
    done = gongkai(settings, "migrate", **variables)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("moment", ["", "copied 1 of 1", "gathering statistics"])
def test_ingest_that_is_killed_leaves_the_old_release_or_the_whole_new_one(settings: Settings, moment: str) -> None:
    assert gongkai(settings, "ingest", FINAL).returncode == 0
    rows = "SELECT (SELECT count(*) FROM statement) + (SELECT count(*) FROM balance_line)"
    before = ask(settings, rows)
    process = subprocess.Popen(
        [*COMMAND, "ingest", str(BUDGET)],
        cwd=PROJECT,
        env=environment(settings, PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    if moment:
        assert any(moment in line for line in process.stdout)
    else:
        time.sleep(0.5)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while ask(settings, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gongkai-load'"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    release = ask(settings, "SELECT max(number) FROM release")
    assert release in (1, 2)
    assert (ask(settings, rows) == before) == (release == 1)
    whole = gongkai(settings, "ingest", BUDGET)
    assert whole.returncode == 0, whole.stderr
    assert ask(settings, "SELECT max(number) FROM release") == 2
