"""A Postgres primary and streaming replicas of it, made of the embedded server's programs."""

from __future__ import annotations

import contextlib
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg

from app import embedded
from app.postgres_programs import Programs, find_programs
from tests.conftest import POSTGRES_VERSION

_PORT = 5432  # of every server: each has a socket directory of its own


@dataclass(frozen=True)
class Cluster:
    """A running server on `directory`/data with its socket in `directory`/run."""

    directory: Path
    programs: Programs

    @property
    def sockets(self) -> Path:
        return self.directory / "run"

    def dsn(self, database: str, *, user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets), safe='/')}&port={_PORT}&sslmode=disable"

    async def run(self, statement: str, database: str = "postgres") -> object:
        """The first value of a statement's first row, as the superuser."""
        connection = await asyncpg.connect(self.dsn(database))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-c listen_addresses= -c unix_socket_directories={self.sockets} -c fsync=off -c shared_buffers=32MB"
        where = ("-D", str(self.directory / "data"), "-l", str(self.directory / "data" / "start.log"))
        self.programs.run("pg_ctl", "start", "-w", *where, "-o", options)

    def kill(self) -> None:
        """End the server as a power cut does, and its children with it."""
        process = embedded._postmaster(self.directory / "data")
        assert process is not None
        children = process.children(recursive=True)
        for one in (process, *children):
            with contextlib.suppress(Exception):
                one.send_signal(signal.SIGKILL)
        for one in (process, *children):
            with contextlib.suppress(Exception):
                one.wait(10)

    def stop(self) -> None:
        if embedded._postmaster(self.directory / "data") is not None:
            self.programs.run("pg_ctl", "stop", "-m", "immediate", "-w", "-D", str(self.directory / "data"))


@contextlib.contextmanager
def cluster_and_replicas(parent: Path, count: int) -> Iterator[tuple[Cluster, list[Cluster]]]:
    """A primary, and `count` replicas that stream from it."""
    programs = find_programs(parent, POSTGRES_VERSION)
    made: list[Cluster] = []
    try:
        primary = _new(parent / f"primary-{time.monotonic_ns()}", programs)
        made.append(primary)
        data = primary.directory / "data"
        programs.run("initdb", "--pgdata", str(data), "--username", "postgres", "--encoding", "UTF8", "--auth", "trust")
        (data / "pg_hba.conf").write_text("local all all trust\nlocal replication all trust\n", encoding="utf-8")
        primary.start()
        replicas = []
        for number in range(1, count + 1):
            replica = _new(parent / f"replica-{number}-{time.monotonic_ns()}", programs)
            made.append(replica)
            copied = ("--pgdata", str(replica.directory / "data"), "--host", str(primary.sockets), "--port", str(_PORT))
            programs.run(
                "pg_basebackup", *copied, "--username", "postgres", "--write-recovery-conf", "--checkpoint=fast"
            )
            replica.start()
            replicas.append(replica)
        yield primary, replicas
    finally:
        for cluster in reversed(made):
            cluster.stop()
            shutil.rmtree(cluster.directory, ignore_errors=True)


def _new(directory: Path, programs: Programs) -> Cluster:
    directory.mkdir()
    directory.chmod(0o755)
    cluster = Cluster(directory, programs)
    programs.private_directory(cluster.sockets)
    programs.private_directory(directory / "data")
    return cluster
