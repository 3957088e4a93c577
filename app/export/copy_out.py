"""Rows as text by COPY: the database writes the lines, Python hands them on; memory is flat whatever the size."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence

from app.export.read_rows import SECONDS
from app.query.run import Connection

# So many pieces wait for a reader who is slower than the database. Out of the socket come a few rows at a time:
# handed on one by one they cost as much as the rows themselves.
_AHEAD = 4
_PIECE = 1 << 18
_LONGEST_WAIT = 1.0  # seconds that rows wait for others to make up a piece


async def copy_out(
    connection: Connection,
    statement: str,
    arguments: Sequence[object],
    *,
    force_quote: Sequence[str] = (),
    delimiter: str = ",",
    quote: str = '"',
) -> AsyncGenerator[bytes, None]:
    """What `COPY (statement) TO STDOUT` gives in its CSV format, in pieces that end where rows end.

    A transaction must be open. TimeoutError when the database gives nothing, or the reader takes nothing, for SECONDS.
    """
    pieces: asyncio.Queue[bytes] = asyncio.Queue(_AHEAD)
    loop = asyncio.get_running_loop()
    gathered: list[bytes] = []
    size, handed_over = 0, loop.time()

    async def put(rows: bytes | bytearray) -> None:
        nonlocal size
        gathered.append(bytes(rows))
        size += len(rows)
        if size >= _PIECE or loop.time() - handed_over > _LONGEST_WAIT:
            await hand_over()

    async def hand_over() -> None:
        nonlocal size, handed_over
        piece = b"".join(gathered)
        gathered.clear()
        await asyncio.wait_for(pieces.put(piece), SECONDS)
        size, handed_over = 0, loop.time()

    async def copy() -> None:
        await connection.copy_from_query(
            statement,
            *arguments,
            output=put,
            format="csv",
            force_quote=list(force_quote) or None,
            delimiter=delimiter,
            quote=quote,
            timeout=_LONGEST,
        )
        if gathered:
            await hand_over()

    # COPY is one statement for the whole file, however long that takes; each step of it is bounded here.
    await connection.execute("set local statement_timeout = 0")
    copying = asyncio.ensure_future(copy())
    try:
        while not copying.done() or not pieces.empty():
            if pieces.empty():
                following = asyncio.ensure_future(pieces.get())
                await asyncio.wait((following, copying), timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    following.cancel()
                    if not copying.done():
                        raise TimeoutError(f"the database gave no row for {SECONDS:.0f} s")
                    continue
                yield following.result()
            else:
                yield pieces.get_nowait()
        await copying
    finally:
        copying.cancel()
        # Whatever it ends with is nobody's business any more: the rows were read to their end or are not wanted.
        with contextlib.suppress(BaseException):
            await copying


# The driver wants a bound for the whole of it; a day is none.
_LONGEST = 86_400.0
