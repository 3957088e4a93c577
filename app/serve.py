"""`gongkai serve`: from nothing to a running service, one line of progress for each step."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import json
import os
import socket
from collections.abc import Callable, Iterator

import typer
import uvicorn
import uvicorn.supervisors
from fastapi import FastAPI

from app import add_up, codes_in_use, database, embedded, settings
from app.bulk.follow import following
from app.errors import DatabaseError, DatabaseUnreachable, GongkaiError
from app.index_names import catch_up
from app.load import load_seed
from app.progress import Progress, stopwatch
from app.seed import MANIFEST
from app.settings import Settings

# As many connections as may wait to be accepted; uvicorn's own default.
_BACKLOG = 2048


def serve(current: Settings) -> None:
    """Bind the address, start Postgres, migrate, load, serve until a signal; everything is stopped again after that.

    The address comes first, so that one that is in use changes nothing. GongkaiError when a step fails.
    """
    progress = stopwatch()
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(_bind(current))
        address = _url(current.host, listener.getsockname()[1])
        stack.enter_context(_only_one(current, address))
        stack.enter_context(embedded.running(current, progress=progress))
        if not current.only_reads:
            asyncio.run(_prepare(current, progress))
        asyncio.run(_try_hosts(current, progress))
        stack.enter_context(embedded.kept_running(current, progress=progress))
        stack.enter_context(following(current, progress))
        _run(current, listener, progress, address)
    progress("stopped")


def application() -> FastAPI:
    """The application with the settings of the environment: what each of several workers makes for itself."""
    from app.api.application import create_application  # noqa: PLC0415 - the command line prints its first line sooner

    return create_application(settings.from_environment())


async def _prepare(current: Settings, progress: Progress) -> None:
    progress("migrating the database")
    revision = await database.migrate(current)
    progress(f"the schema is at {revision}")
    async with database.connect_owner(current, name="gongkai-load") as connection:
        if await catch_up(connection):
            progress("the names of an earlier load can be searched now")
        if await add_up.catch_up(connection):
            progress("what an earlier load brought is added up now")
        if await codes_in_use.catch_up(connection):
            progress("the codes that earlier releases use are counted now")
        if (current.seed / MANIFEST).exists():
            result = await load_seed(connection, current.seed, wait=True, progress=progress)
            progress(result.sentence())
        elif await connection.fetchval("SELECT max(number) FROM release") is None:
            progress(f"nothing to serve yet: {current.seed} holds no data set; load documents with `gongkai ingest`")


async def _try_hosts(current: Settings, progress: Progress) -> None:
    """A bad DATABASE_READ_URL gets its one line here instead of a trace: the workers open their own pools.

    A host that is away may come back, as long as one is there; one that would let us write is refused.
    """
    away: list[DatabaseUnreachable] = []
    addresses = database.read_addresses(current)
    for address in addresses:
        try:
            async with await database.open_read_pool(current, address):
                pass
        except DatabaseUnreachable as error:
            away.append(error)
    if len(away) == len(addresses):
        raise away[0]
    for lost in away:
        progress(f"{lost}; the other hosts answer until it is there")


def _run(current: Settings, listener: socket.socket, progress: Progress, address: str) -> None:
    configuration = uvicorn.Config(
        "app.serve:application",
        factory=True,
        workers=current.workers,
        loop="uvloop",
        http="app.api.protocol:Protocol",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        backlog=_BACKLOG,
    )

    def announce() -> None:
        progress(f"serving at {address}")
        typer.echo(f"          documentation  {address}/docs")
        typer.echo(f"          a first query  curl '{address}/v1/expenditures?code=201&limit=3'")

    # uvicorn passes the signal on after it has shut down; the embedded server still has to be stopped after that.
    with contextlib.suppress(KeyboardInterrupt, SystemExit):
        if current.workers > 1:
            announce()
            uvicorn.supervisors.Multiprocess(configuration, sockets=[listener]).run()
            return
        server = _Server(configuration, announce)
        server.run(sockets=[listener])
        if not server.started:
            raise GongkaiError("the service did not start: see the lines above")


class _Server(uvicorn.Server):
    """uvicorn's server; it says when it is listening."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


@contextlib.contextmanager
def _bind(current: Settings) -> Iterator[socket.socket]:
    """The listening socket, so that nobody else can take the address while the database starts."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            current.host, current.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise GongkaiError(f"GONGKAI_HOST={current.host!r} is not an address of this machine: {error}") from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.set_inheritable(True)
        try:
            listener.bind(where)
        except OSError as error:
            _refuse_second(current)
            advice = {
                errno.EADDRINUSE: "stop what listens there, or choose another port: GONGKAI_PORT=8001",
                errno.EACCES: "choose a port above 1023: GONGKAI_PORT=8000",
            }.get(error.errno or 0, "set GONGKAI_HOST to an address of this machine, or 0.0.0.0 for all of them")
            raise GongkaiError(
                f"cannot listen on {_url(current.host, current.port)} ({error.strerror}): {advice}"
            ) from error
        yield listener


@contextlib.contextmanager
def _only_one(current: Settings, address: str) -> Iterator[None]:
    """One service for a data directory: two would stop each other's Postgres from being looked after."""
    if not current.embedded:
        yield
        return
    embedded.make_data_directory(current.data)
    try:
        file = (current.data / "serve.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise DatabaseError(
            f"{current.data} belongs to another user: set GONGKAI_DATA to a directory of your own"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _refuse_second(current)
            raise
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "address": address}))
        file.flush()
        yield
        file.truncate(0)


def _refuse_second(current: Settings) -> None:
    """GongkaiError when another service holds the lock of this data directory."""
    path = current.data / "serve.lock"
    with contextlib.suppress(FileNotFoundError, PermissionError), path.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.read()
            holder = json.loads(text) if text else {"pid": "unknown", "address": "an address it has not said yet"}
            raise GongkaiError(
                f"process {holder['pid']} already serves {current.data} at {holder['address']}: use that one, stop it, "
                "or set GONGKAI_DATA (and GONGKAI_PORT) to serve other data beside it"
            ) from None


def _url(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - it is read, not bound
    return f"http://{shown}:{port}"
