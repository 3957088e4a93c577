"""Rows to Parquet: decimals for amounts, zstd, row groups that can be read one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import IO

import pyarrow as pa
from pyarrow import parquet

from app.export.about import About
from app.export.read_rows import Batch
from app.export.too_large import TooLargeForFormat
from app.query.columns import Column

ROW_GROUP = 65_536
# A record holds twenty digits, and a shift from 亿元 to 元 adds eight: 28 before the point. Ten decimals are what 元
# with two have in 亿元. The type is one for every unit and release, so that files can be read together.
PRECISION, SCALE = 38, 10
# Every other kind of column is text; amounts and other numbers are decimals.
_TYPES: dict[str, pa.DataType] = {
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
    "list": pa.list_(pa.string()),
}


async def write_parquet(
    file: IO[bytes], columns: Sequence[Column], batches: AsyncIterator[Batch], about: About, *, scale: int = SCALE
) -> None:
    """Write the file; the work is done beside the event loop. TooLargeForFormat for a number that does not fit.

    `scale`: decimals of every number, for a caller who knows that some have more than ten.
    """
    schema = pa.schema([_field(column, about, scale) for column in columns], metadata=_metadata(about))
    group: list[pa.RecordBatch] = []
    waiting = 0

    def convert(batch: Batch) -> pa.RecordBatch:
        by_column = list(zip(*batch, strict=True))
        try:
            arrays = [pa.array([*values], type=field.type) for values, field in zip(by_column, schema, strict=True)]
        except pa.ArrowInvalid as error:
            raise TooLargeForFormat(f"a number has more than {scale} decimals, which a Parquet column keeps") from error
        return pa.record_batch(arrays, schema=schema)

    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        async for batch in batches:
            group.append(await asyncio.to_thread(convert, batch))
            waiting += len(batch)
            if waiting >= ROW_GROUP:
                await asyncio.to_thread(
                    writer.write_table, pa.Table.from_batches(group, schema), row_group_size=waiting
                )
                group, waiting = [], 0
        if group:
            await asyncio.to_thread(writer.write_table, pa.Table.from_batches(group, schema), row_group_size=waiting)


def _field(column: Column, about: About, scale: int) -> pa.Field:
    said = {
        "zh": column.zh,
        "en": column.en,
        "description": column.description,
        "description_zh": column.description_zh,
    }
    if column.kind == "money":
        said["unit"] = about.unit.value
    elif column.unit is not None:
        said["unit"] = column.unit
    elif column.kind == "json":
        said["content"] = "JSON"
    decimal = column.kind in ("money", "number")
    kind = pa.decimal128(PRECISION, scale) if decimal else _TYPES.get(column.kind, pa.string())
    return pa.field(column.name, kind, metadata=said)


def _metadata(about: About) -> dict[str, str]:
    return {f"gongkai.{word}": text for word, text in about.lines()}
