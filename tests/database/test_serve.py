"""`gongkai serve` goes from an empty directory to answers, twice, and says clearly when it cannot."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app import database, embedded, seed
from app.settings import PROJECT, Settings
from tests import dataset
from tests.conftest import POSTGRES_VERSION

COMMAND = [sys.executable, "-m", "app"]


@pytest.fixture
def variables(data_directory: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment with a data directory and a seed of its own, and any free port."""
    seed.write_seed(tmp_path / "seed_data", dataset.releases()[0])
    data = data_directory / f"serve-{time.monotonic_ns()}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GONGKAI_", "DATABASE_"))}
    yield {
        **kept,
        "GONGKAI_DATA": str(data),
        "GONGKAI_SEED": str(tmp_path / "seed_data"),
        "GONGKAI_PORT": "0",
        "GONGKAI_POSTGRES_VERSION": str(POSTGRES_VERSION),
    }
    cluster = data / f"postgres-{POSTGRES_VERSION}"
    process = embedded._postmaster(cluster)
    if process is not None:
        process.kill()
        process.wait(10)
    shutil.rmtree(data, ignore_errors=True)


class Service:
    """A running `gongkai serve`: what it printed, and its address."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "serve"],
            cwd=PROJECT,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if "a first query" in line:
                break
        else:
            raise AssertionError("".join(self.lines))
        self.query = re.findall(r"curl '(.+)'", self.lines[-1])[0]
        self.address = self.query.split("/v1/")[0]

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        self.lines.append(rest)
        return self.process.returncode


@contextlib.contextmanager
def serving(variables: dict[str, str]) -> Iterator[Service]:
    service = Service(variables)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.stop()


def refused(variables: dict[str, str], command: str = "serve") -> str:
    """What a `gongkai serve` that must not start, or another command that must not run, says on stderr."""
    done = subprocess.run(
        [*COMMAND, command], cwd=PROJECT, env=variables, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1, done.stdout
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_server_that_is_killed_is_started_again_and_the_service_answers(variables: dict[str, str]) -> None:
    cluster = Path(variables["GONGKAI_DATA"]) / f"postgres-{POSTGRES_VERSION}"
    with serving(variables) as service:
        killed = embedded._postmaster(cluster)
        assert killed is not None
        killed.kill()
        killed.wait(10)
        statuses = set()
        for number in range(600):
            answer = httpx.get(service.query, params={"limit": 1 + number}, timeout=30)
            statuses.add(answer.status_code)
            if answer.status_code == 200 and (embedded._postmaster(cluster) or killed).pid != killed.pid:
                break
            time.sleep(0.05)
        assert answer.status_code == 200
        assert statuses <= {200, 503}
        assert service.stop() == 0
    assert any("Postgres runs again" in line for line in "".join(service.lines).splitlines())
    assert embedded._postmaster(cluster) is None


def test_empty_directory_becomes_a_service_that_answers_and_stops_cleanly(variables: dict[str, str]) -> None:
    with serving(variables) as service:
        assert httpx.get(service.query).json()["meta"]["release"] == 1
        assert httpx.get(f"{service.address}/docs").status_code == 200
        assert httpx.get(f"{service.address}/readyz").status_code == 200
        assert service.stop() == 0
    assert "stopped" in service.lines[-1]
    assert "Traceback" not in "".join(service.lines)
    cluster = Path(variables["GONGKAI_DATA"]) / f"postgres-{POSTGRES_VERSION}"
    assert embedded._postmaster(cluster) is None


def test_second_start_is_fast_and_loads_nothing(variables: dict[str, str]) -> None:
    with serving(variables):
        pass
    start = time.monotonic()
    with serving(variables) as service:
        assert time.monotonic() - start < 5
        assert any("nothing new: release 1" in line for line in service.lines)
        assert service.stop(signal.SIGINT) == 0


def test_start_after_everything_was_killed_answers_again(variables: dict[str, str]) -> None:
    with serving(variables) as service:
        postmaster = embedded._postmaster(Path(variables["GONGKAI_DATA"]) / f"postgres-{POSTGRES_VERSION}")
        assert postmaster is not None
        service.process.kill()
        postmaster.kill()
        service.process.communicate()
    with serving(variables) as service:
        assert httpx.get(service.query).json()["page"]["total"] > 0


def test_second_service_on_the_same_data_is_told_who_serves_it_and_where(variables: dict[str, str]) -> None:
    with serving(variables) as service:
        said = refused(variables)
        assert f"process {service.process.pid} already serves" in said
        assert service.address in said
        port = service.address.rsplit(":", 1)[1]
        assert f"process {service.process.pid} already serves" in refused({**variables, "GONGKAI_PORT": port})
        assert httpx.get(service.query).status_code == 200


def test_address_in_use_is_named_before_anything_is_made(variables: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused({**variables, "GONGKAI_PORT": str(port)})
    assert f"http://127.0.0.1:{port}" in said
    assert "GONGKAI_PORT" in said
    assert not Path(variables["GONGKAI_DATA"]).exists()


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_address_that_is_not_this_machines_is_named_with_the_setting(variables: dict[str, str], host: str) -> None:
    said = refused({**variables, "GONGKAI_HOST": host})
    assert host in said
    assert "GONGKAI_HOST" in said


def test_other_commands_use_the_server_of_a_running_service(variables: dict[str, str]) -> None:
    with serving(variables) as service:
        document = PROJECT / "tests" / "documents" / "hunan_final_2021.txt"
        done = subprocess.run(
            [*COMMAND, "ingest", str(document)], cwd=PROJECT, env=variables, capture_output=True, text=True, check=False
        )
        assert "release 2: 1 added" in done.stdout, done.stderr
        assert httpx.get(service.query).json()["meta"]["release"] == 2


def test_several_workers_share_the_address(variables: dict[str, str]) -> None:
    with serving({**variables, "GONGKAI_WORKERS": "2"}) as service:
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{service.address}/readyz").status_code == 200:
                    break
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert httpx.get(service.query).json()["meta"]["release"] == 1
        assert service.stop() == 0


def test_damaged_seed_is_one_line_and_nothing_is_served(variables: dict[str, str]) -> None:
    (Path(variables["GONGKAI_SEED"]) / "expenditures.ndjson.gz").write_text("{}\n")
    assert "expenditures.ndjson.gz is not the file" in refused(variables)


def test_without_a_seed_it_serves_and_says_how_to_load(variables: dict[str, str], tmp_path: Path) -> None:
    with serving({**variables, "GONGKAI_SEED": str(tmp_path / "nothing")}) as service:
        assert any("gongkai ingest" in line for line in service.lines)
        assert httpx.get(f"{service.address}/readyz").status_code == 503


def test_read_url_that_could_write_is_refused_before_serving(variables: dict[str, str]) -> None:
    with serving(variables):
        url = f"postgresql://postgres@/gongkai?host={variables['GONGKAI_DATA']}/run"
        said = refused({**variables, "DATABASE_URL": url, "DATABASE_READ_URL": url})
    assert "who is a superuser" in said


def test_machine_that_only_reads_serves_without_a_postgres_of_its_own(
    variables: dict[str, str], seed_loaded: Settings
) -> None:
    assert seed_loaded.database_url is not None
    reading = seed_loaded.database_url.replace("//postgres@", f"//{database.READER}@", 1)
    only = {**variables, "DATABASE_READ_URL": reading}
    with serving(only) as service:
        assert httpx.get(service.query).status_code == 200
        assert not (Path(variables["GONGKAI_DATA"]) / f"postgres-{POSTGRES_VERSION}").exists()
    assert "set DATABASE_URL" in refused(only, "load")
