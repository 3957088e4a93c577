"""A list as a file: a connection beside the pool, one snapshot, and an answer that is whole or visibly broken."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import IO
from urllib.parse import quote

import asyncpg
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.api.caching import RELEASE_HEADER
from app.api.formats import FILES
from app.api.problems import MALFORMED_REQUEST, TOO_LARGE_FOR_FORMAT, TOO_MANY_EXPORTS, Problem
from app.api.reader import Reader
from app.database import connect_reader
from app.errors import DatabaseUnreachable, NoRelease, ParameterProblem
from app.export.about import About, header_value
from app.export.read_rows import SECONDS, Batch, read_rows
from app.export.to_csv import csv_header, write_csv
from app.export.to_ndjson import write_ndjson
from app.export.too_large import MOST_SHEET_ROWS, TooLargeForFormat
from app.query.kept_releases import explained
from app.query.whole_list import (
    FileQuery,
    Selection,
    Style,
    fetch_control,
    find_release,
    select_list,
)

ROWS_HEADER = "X-Total-Count"
TOTALS_HEADER = "Gongkai-Control-Totals"
_PIECE = 64 * 1024
_SESSION = f"""set statement_timeout = '{int(SECONDS)}s';
set idle_in_transaction_session_timeout = '{int(SECONDS)}s';
begin isolation level repeatable read read only"""


class Exports:
    """The files that this process may write at once, each with a connection of its own: the pool stays free."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._free = reader.settings.exports

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection in a transaction that sees one state of the data. Problem (503) when all are taken."""
        if self._free == 0:
            raise Problem(TOO_MANY_EXPORTS, TOO_MANY_EXPORTS.description)
        self._free -= 1
        try:
            async with contextlib.AsyncExitStack() as held:
                connection = await self._connect(held)
                await connection.execute(_SESSION)
                yield connection
                # The file is whole: that the database has gone since is no failure of it.
                with contextlib.suppress(OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError):
                    await connection.close(timeout=5)
        finally:
            self._free += 1

    async def _connect(self, held: contextlib.AsyncExitStack) -> asyncpg.Connection:
        """A connection to the first host that lets us in. DatabaseUnreachable when none does."""
        hosts = self._reader.in_order()
        for number, host in enumerate(hosts, start=1):
            connecting = connect_reader(self._reader.settings, name="gongkai-export", address=host.address)
            try:
                return await held.enter_async_context(connecting)
            except DatabaseUnreachable:
                host.lost()
                if number == len(hosts):
                    raise
        raise AssertionError("there is always a host")  # pragma: no cover - settings name one at least


class _Stream(StreamingResponse):
    """A streamed answer that gives back what it holds, however it ends."""

    def __init__(
        self, pieces: AsyncIterator[bytes], held: contextlib.AsyncExitStack, *, headers: dict[str, str]
    ) -> None:
        super().__init__(pieces, headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._held:
            await super().__call__(scope, receive, send)


@dataclass(frozen=True)
class Content:
    """What is in a file: a selection out of a release, what it is called, and what a reader should know of it."""

    name: str
    title: str
    release: int
    released_at: dt.datetime
    selection: Selection
    notes: tuple[str, ...] = ()


async def list_content(connection: asyncpg.Connection, query: FileQuery) -> Content:
    """Every row of a list."""
    release, made = await find_release(connection, query.release, seconds=SECONDS)
    selection = await select_list(connection, query, release, seconds=SECONDS)
    return Content(query.resource.name, query.resource.zh, release, made, selection)


async def file_response(
    request: Request,
    suffix: str,
    style: Style,
    content: Callable[[asyncpg.Connection], Awaitable[Content]],
) -> Response:
    """The content in this format; to HEAD the headers alone, which count the rows and add up the amounts."""
    exports: Exports = request.app.state.exports
    async with contextlib.AsyncExitStack() as held:
        connection = await held.enter_async_context(exports.connection())
        try:
            found = await content(connection)
        except NoRelease as error:
            raise await explained(connection, error, seconds=SECONDS) from None
        control = await fetch_control(connection, found.selection, seconds=SECONDS)
        about = About(
            name=found.name,
            title=found.title,
            query=_asked(request),
            release=found.release,
            released_at=found.released_at,
            unit=found.selection.unit,
            control=control,
            notes=found.notes,
        )
        if suffix == "xlsx" and control.rows > MOST_SHEET_ROWS:
            raise too_large(request, suffix, f"{control.rows} rows, of which XLSX takes {MOST_SHEET_ROWS} at most")
        headers = _headers(about, suffix)
        if request.method == "HEAD":
            return _Stream(_nothing(), held.pop_all(), headers=headers)
        if suffix in ("csv", "ndjson"):
            pieces = await _begin_text(connection, found.selection, suffix, style, held)
        else:
            file = held.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - it is entered here
            try:
                await _write_file(request, connection, found.selection, suffix, style, about, file)
            except TooLargeForFormat as error:
                raise too_large(request, suffix, str(error)) from error
            headers["Content-Length"] = str(file.seek(0, os.SEEK_END))
            file.seek(0)
            pieces = _read_pieces(file)
        return _Stream(pieces, held.pop_all(), headers=headers)


async def _begin_text(
    connection: asyncpg.Connection,
    selection: Selection,
    suffix: str,
    style: Style,
    held: contextlib.AsyncExitStack,
) -> AsyncIterator[bytes]:
    """The pieces of a CSV or NDJSON file. The first is made here: what fails before it is still a problem document."""
    if suffix == "csv":
        header = csv_header(selection.columns, chinese=style.chinese_headers, byte_order_mark=style.byte_order_mark)
        pieces = write_csv(connection, selection, header)
    else:
        pieces = write_ndjson(connection, selection)
    held.push_async_callback(pieces.aclose)
    first = await anext(pieces, b"")

    async def all_pieces() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return all_pieces()


async def _write_file(
    request: Request,
    connection: asyncpg.Connection,
    selection: Selection,
    suffix: str,
    style: Style,
    about: About,
    file: IO[bytes],
) -> None:
    async with contextlib.aclosing(read_rows(connection, selection.text, selection.arguments)) as rows:
        wanted = _while_wanted(request, rows)
        if suffix == "xlsx":
            from app.export.to_xlsx import write_xlsx  # noqa: PLC0415 - few requests need it

            await write_xlsx(file, selection.columns, wanted, about, chinese=style.chinese_headers)
        else:
            from app.export.to_parquet import write_parquet  # noqa: PLC0415 - it takes long to import

            await write_parquet(file, selection.columns, wanted, about)


async def _while_wanted(request: Request, rows: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
    """The rows, as long as somebody waits for the file."""
    async for batch in rows:
        if await request.is_disconnected():
            raise Problem(MALFORMED_REQUEST, "the reader has gone")
        yield batch


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


async def _read_pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _headers(about: About, suffix: str) -> dict[str, str]:
    plain = f"{about.name}-release-{about.release}.{suffix}"
    readable = quote(f"{about.title}-数据版本{about.release}.{suffix}", safe="")
    charset = "; charset=utf-8" if suffix == "csv" else ""
    return {
        "Content-Type": FILES[suffix] + charset,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{readable}",
        RELEASE_HEADER: str(about.release),
        ROWS_HEADER: str(about.control.rows),
        **({TOTALS_HEADER: header_value(about.control)} if about.control.sums else {}),
    }


def _asked(request: Request) -> str:
    query = request.scope["query_string"].decode("latin-1")
    path: str = request.scope["path"]
    return f"{path}?{query}" if query else path


def too_large(request: Request, suffix: str, detail: str) -> Problem:
    """The problem that a format cannot hold what was asked for, with the same as CSV."""
    path: str = request.scope["path"]
    query = request.scope["query_string"].decode("latin-1")
    link = path.removesuffix(f".{suffix}") + ".csv" + (f"?{query}" if query else "")
    return Problem(
        TOO_LARGE_FOR_FORMAT,
        f"{detail}; CSV has no such bound: {link}",
        problems=(ParameterProblem("suffix", detail, value=f".{suffix}", suggestion=link),),
    )
