"""Rows to NDJSON: one JSON object a line, the same objects as in `data` of the JSON answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator

from app.export.read_rows import Batch
from app.query.whole_list import Selection


def ndjson_statement(selection: Selection) -> str:
    """A statement that gives each row of the selection as one JSON object."""
    return f"select row_to_json(r)::text as line from ({selection.text}) r"  # noqa: S608 - our own declarations


async def write_ndjson(batches: AsyncIterator[Batch]) -> AsyncGenerator[bytes, None]:
    """The file in pieces, from the rows of `ndjson_statement`."""
    async for batch in batches:
        yield ("\n".join([row[0] for row in batch]) + "\n").encode()
