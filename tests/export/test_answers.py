"""A file comes in the format asked for, says what it is, ends whole or visibly broken, and leaves room for others."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Self
from urllib.parse import unquote

import asyncpg
import httpx
import openpyxl
import pytest
from pyarrow import parquet

from app import database
from app.api import files as files_module
from app.api.formats import FILES
from app.api.hosts import hosts_of
from app.api.reader import Reader
from app.export.to_parquet import PRECISION, SCALE
from app.settings import Settings

from .conftest import UGLY

Server = tuple[Settings, int]


@pytest.mark.parametrize("suffix", FILES)
async def test_suffix_and_accept_give_the_same_file(suffix: str, files: httpx.AsyncClient) -> None:
    by_suffix = await files.get(f"/v1/revenues.{suffix}?fiscal_year=2024", headers={"Accept": "application/json"})
    by_accept = await files.get("/v1/revenues?fiscal_year=2024", headers={"Accept": FILES[suffix]})
    assert by_suffix.headers["content-type"].partition(";")[0] == FILES[suffix]
    assert by_suffix.headers["content-type"] == by_accept.headers["content-type"]
    assert by_suffix.headers["x-total-count"] == by_accept.headers["x-total-count"]
    if suffix in ("csv", "ndjson"):
        assert by_suffix.content == by_accept.content


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/csv;q=0.5, application/json;q=0.4", "text/csv"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/*", "text/csv"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("application/x-ndjson, text/csv;q=0", "application/x-ndjson"),
    ],
)
async def test_the_most_welcome_format_is_chosen(accept: str, expected: str, files: httpx.AsyncClient) -> None:
    answer = await files.get("/v1/fiscal-years", headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == expected


@pytest.mark.parametrize(("path", "accept"), [("/v1/revenues.xls", "*/*"), ("/v1/revenues", "application/pdf")])
async def test_a_format_that_is_not_there_is_refused_with_those_that_are(
    path: str, accept: str, files: httpx.AsyncClient
) -> None:
    answer = await files.get(path, headers={"Accept": accept})
    assert answer.status_code == 406
    assert all(f".{name} ({media})" in answer.json()["detail"] for name, media in FILES.items())


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("cursor=abc", "cursor"), ("limit=0", "limit"), ("bom=yes", "bom"), ("headers=de", "headers"), ("page=2", "page")],
)
async def test_a_parameter_that_no_file_takes_is_named(query: str, parameter: str, files: httpx.AsyncClient) -> None:
    answer = await files.get(f"/v1/revenues.csv?{query}")
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


async def test_head_counts_the_rows_and_adds_up_the_amounts(files: httpx.AsyncClient) -> None:
    path = "/v1/expenditures.csv?fiscal_year=2024&fields=code,total,basic,business"
    head = await files.head(path)
    rows = (await files.get("/v1/expenditures?fiscal_year=2024&limit=1000")).json()["data"]
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["x-total-count"] == str(len(rows))
    totals = dict(part.split("=") for part in head.headers["gongkai-control-totals"].split(", "))
    assert float(totals["total"]) == pytest.approx(sum(row["total"] or 0 for row in rows))
    assert totals["business"] == "null"
    answer = await files.get(path)
    for header in ("x-total-count", "gongkai-control-totals", "etag", "content-disposition"):
        assert answer.headers[header] == head.headers[header]


async def test_the_same_query_gives_the_same_bytes_and_304_to_who_has_them(files: httpx.AsyncClient) -> None:
    for suffix in FILES:
        path = f"/v1/projects.{suffix}?release=3"
        first, second = await files.get(path), await files.get(path)
        assert first.content == second.content, suffix
        again = await files.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304


async def test_a_file_has_a_readable_name(files: httpx.AsyncClient) -> None:
    said = (await files.get("/v1/three-public.csv?release=2")).headers["content-disposition"]
    assert said.startswith("attachment; filename=\"three-public-release-2.csv\"; filename*=UTF-8''")
    assert unquote(said.rpartition("''")[2]) == "“三公”经费-数据版本2.csv"


async def test_csv_begins_with_a_mark_unless_told_otherwise_and_has_chinese_titles_on_request(
    files: httpx.AsyncClient,
) -> None:
    assert (await files.get("/v1/revenues.csv?limit=1")).content.startswith(b"\xef\xbb\xbfid,")
    plain = await files.get("/v1/revenues.csv?limit=1&bom=0&headers=zh&fields=code,name,total")
    assert plain.text.partition("\r\n")[0] == "科目编码,科目名称,合计"


# A text, and how its cell is written.
GUARDED = {
    "=1+1": '"\'=1+1"',
    "+86 10": '"\'+86 10"',
    "-5": '"\'-5"',
    "@sum(a1)": '"\'@sum(a1)"',
    "\t=1": '"\'\t=1"',
    "＝1": '"\'＝1"',
    "＋1": '"\'＋1"',
    "－1": '"\'－1"',
    "＠a": '"\'＠a"',
    "0012": '"0012"',
    'he said "no", twice': '"he said ""no"", twice"',
    "": '""',
}


async def test_texts_are_guarded_against_formulas_and_numbers_are_not_touched(files: httpx.AsyncClient) -> None:
    answer = await files.get("/v1/expenditures.csv?fiscal_year=2020&fields=name,total,basic&bom=0&unit=wan")
    for text, cell in GUARDED.items():
        assert text in UGLY
        assert f"\r\n{cell}," in answer.text
    assert '\r\n"\'=1+1",-0.01,\r\n' in answer.text


async def test_value_of_a_closed_list_is_not_guarded_and_so_stays_one_of_the_list(
    seed_client: httpx.AsyncClient,
) -> None:
    answer = await seed_client.get("/v1/performance-indicators.csv?target_operator=%3D&fields=target_operator&bom=0")
    first, *rows = answer.text.rstrip("\r\n").split("\r\n")
    assert first == "target_operator"
    assert rows
    assert set(rows) == {'"="'}


async def test_sheet_has_types_and_says_what_it_is(files: httpx.AsyncClient) -> None:
    path = "/v1/expenditures.xlsx?fiscal_year=2024&fields=code,total,fiscal_year,is_leaf&unit=yuan"
    book = openpyxl.load_workbook(io.BytesIO((await files.get(path)).content))
    sheet, about = book.worksheets
    cells = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == "201")
    assert [cell.data_type for cell in cells] == ["s", "n", "n", "b"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:D{sheet.max_row}"
    said = {row[0]: row[1] for row in about.iter_rows(values_only=True)}
    assert said["release"] == "3"
    assert said["unit"] == "yuan (元, yuan)"
    assert said["rows"] == str(sheet.max_row - 1)
    assert "fiscal_year=2024" in said["query"]
    assert "licence" in said


async def test_sheet_shows_the_printed_decimals(files: httpx.AsyncClient) -> None:
    path = "/v1/expenditures.xlsx?fiscal_year=2020&fields=total&unit=wan"
    sheet = openpyxl.load_workbook(io.BytesIO((await files.get(path)).content)).worksheets[0]
    formats = {str(row[0].value): row[0].number_format for row in sheet.iter_rows(min_row=2)}
    assert formats["-0.01"] == "#,##0.00"
    assert formats["0.1"] == "#,##0.0"
    # What a binary number cannot hold is text.
    assert sheet.cell(6, 1).value == "999999999999999999"


async def test_parquet_has_decimals_and_says_what_it_is(files: httpx.AsyncClient) -> None:
    answer = await files.get("/v1/expenditures.parquet?fiscal_year=2024&fields=code,total,is_leaf")
    assert answer.headers["content-length"] == str(len(answer.content))
    file = parquet.ParquetFile(io.BytesIO(answer.content))
    schema = file.schema_arrow
    assert [str(field.type) for field in schema] == ["string", f"decimal128({PRECISION}, {SCALE})", "bool"]
    assert schema.metadata[b"gongkai.release"] == b"3"
    assert schema.field("total").metadata[b"unit"] == b"wan"
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


async def test_more_rows_than_a_sheet_takes_are_refused_with_the_csv(
    files: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_module, "MOST_SHEET_ROWS", 10)
    answer = await files.get("/v1/expenditures.xlsx?fiscal_year=2024")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/errors/too-large-for-format"
    assert answer.json()["errors"][0]["suggestion"] == "/v1/expenditures.csv?fiscal_year=2024"


async def backends(settings: Settings) -> list[int]:
    async with database.connect_owner(settings) as connection:
        found = await connection.fetch(
            """select pid from pg_stat_activity
            where application_name = 'gongkai-export' and datname = current_database()"""
        )
    return [row["pid"] for row in found]


async def wait_for(settings: Settings, count: int) -> None:
    for _ in range(200):
        if len(await backends(settings)) == count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{len(await backends(settings))} connections of exports, not {count}")


class Slow:
    """A reader that takes the head of an answer and waits."""

    def __init__(self, port: int, path: str) -> None:
        self.port, self.path = port, path

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=4096)
        self.writer.write(f"GET {self.path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
        self.head = await self.reader.readuntil(b"\r\n\r\n")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()
        await self.writer.wait_closed()

    async def rest(self) -> AsyncIterator[bytes]:
        while piece := await self.reader.read(65536):
            yield piece


@pytest.mark.parametrize("suffix", ["csv", "ndjson"])
async def test_lost_database_breaks_the_connection_and_writes_no_error(suffix: str, many: Server) -> None:
    settings, port = many
    async with Slow(port, f"/v1/regions.{suffix}?fields=code,name,full_name,parent_code") as slow:
        assert slow.head.startswith(b"HTTP/1.1 200")
        (pid,) = await backends(settings)
        async with database.connect_owner(settings) as connection:
            await connection.execute("select pg_terminate_backend($1)", pid)
        body = b""
        try:
            async for piece in slow.rest():
                body += piece
        except ConnectionError:
            pass
    assert len(body) > 100_000
    assert not body.endswith(b"0\r\n\r\n")
    for word in (b"rror", b"FATAL", b"terminat", b"problem"):
        assert word not in body
    await wait_for(settings, 0)


async def test_reader_who_leaves_frees_the_connection(many: Server) -> None:
    settings, port = many
    async with Slow(port, "/v1/regions.ndjson"):
        await wait_for(settings, 1)
    await wait_for(settings, 0)


async def test_more_files_than_are_written_at_once_wait_and_pages_are_not_affected(many: Server) -> None:
    settings, port = many
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as session,
        Slow(port, "/v1/regions.ndjson"),
        Slow(port, "/v1/regions.csv"),
    ):
        refused = await session.get("/v1/regions.parquet")
        assert refused.status_code == 503
        assert refused.json()["type"] == "/errors/too-many-exports"
        assert refused.headers["retry-after"] == "5"
        assert (await session.get("/v1/regions")).status_code == 200
    await wait_for(settings, 0)


async def test_whole_stream_has_every_row_and_ends_its_transaction(many: Server) -> None:
    settings, port = many
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as session:
        answer = await session.get("/v1/regions.ndjson?fields=code&code__prefix=B")
    codes = [json.loads(line)["code"] for line in answer.text.splitlines()]
    assert len(codes) == 300_000 == int(answer.headers["x-total-count"])
    assert codes == sorted(codes)
    await wait_for(settings, 0)


async def test_export_reads_and_can_only_read(many: Server) -> None:
    settings, _ = many
    reader = Reader(settings, hosts_of(settings))
    exports = files_module.Exports(reader)
    async with exports.connection() as connection:
        with pytest.raises((asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError)):
            await connection.execute("delete from region")
