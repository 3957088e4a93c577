"""Raw UTF-8 in a URL is understood as everybody means it, and what is no HTTP gets a problem document too."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st

from app.api.application import create_application
from app.api.protocol import encode_request_lines
from app.settings import Settings


@pytest.fixture(scope="module")
async def port(loaded: Settings) -> AsyncIterator[int]:
    """The port of a real server with our protocol."""
    server = uvicorn.Server(
        uvicorn.Config(
            create_application(loaded), port=0, http="app.api.protocol:Protocol", ws="none", log_level="critical"
        )
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn offers nothing to wait for
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def exchange(port: int, request: bytes) -> tuple[bytes, dict[str, object]]:
    """The head and the parsed body of the answer to these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    body = await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()
    return head, orjson.loads(body)


async def test_chinese_typed_into_a_url_filters_as_if_it_were_encoded(port: int) -> None:
    raw = "GET /v1/departments?name__contains=办公室 HTTP/1.1\r\nHost: test\r\n\r\n".encode()
    encoded = b"GET /v1/departments?name__contains=%E5%8A%9E%E5%85%AC%E5%AE%A4 HTTP/1.1\r\nHost: test\r\n\r\n"
    head, answer = await exchange(port, raw)
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert answer["data"]
    assert answer["data"] == (await exchange(port, encoded))[1]["data"]


@pytest.mark.parametrize(
    "request_bytes", [b"nonsense\r\n\r\n", b"GET /v1 HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00"]
)
async def test_what_is_no_http_is_a_problem_document_and_the_end_of_the_connection(
    port: int, request_bytes: bytes
) -> None:
    head, answer = await exchange(port, request_bytes)
    assert head.startswith(b"HTTP/1.1 400 Bad Request")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    assert (answer["type"], answer["status"]) == ("/errors/malformed-request", 400)


@given(st.binary())
def test_only_request_lines_change_and_become_ascii(data: bytes) -> None:
    assert encode_request_lines(data + b"\r\n") == data + b"\r\n" or any(
        method in data for method in (b"GET ", b"HEAD ", b"OPTIONS ")
    )


@given(st.text(alphabet=st.characters(blacklist_categories=("Cc", "Cs"))))
def test_bytes_of_a_request_line_survive_decoding(path: str) -> None:
    from urllib.parse import unquote_to_bytes  # noqa: PLC0415 - of this test alone

    line = encode_request_lines(b"GET /" + path.encode() + b" HTTP/1.1\r\n")
    assert line.isascii()
    assert unquote_to_bytes(line) == unquote_to_bytes(b"GET /" + path.encode() + b" HTTP/1.1\r\n")
