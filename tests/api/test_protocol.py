"""What our HTTP protocol adds: raw UTF-8 in a URL, problem documents for what is no HTTP, finished answers at once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import orjson
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from app.api.application import create_application
from app.api.door import Door
from app.api.protocol import encode_request_lines
from app.settings import Settings
from tests.freshness import known


@pytest.fixture(scope="module")
async def port(loaded: Settings) -> AsyncIterator[int]:
    """The port of a real server with our protocol."""
    application = create_application(loaded)
    server = uvicorn.Server(
        uvicorn.Config(application, port=0, http="app.api.protocol:Protocol", ws="none", log_level="critical")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn offers nothing to wait for
        await asyncio.sleep(0.01)
    assert await known(application)
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


PAGE = b"/v1/expenditures?limit=3&fiscal_year=2024"


async def answers(port: int, requests: bytes, count: int) -> list[tuple[bytes, bytes]]:
    """So many answers, head and body, to requests that are sent in one go over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(requests)
    found = []
    for _ in range(count):
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        bodiless = head.startswith(b"HTTP/1.1 304")
        found.append((head, b"" if bodiless else await reader.readexactly(lengths[0])))
    writer.close()
    await writer.wait_closed()
    return found


def asking(path: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    return b"%s %s HTTP/1.1\r\nHost: test\r\n%s\r\n" % (method, path, b"".join(line + b"\r\n" for line in headers))


def header(head: bytes, name: bytes) -> bytes:
    return next(line.partition(b": ")[2] for line in head.split(b"\r\n") if line.lower().startswith(name + b":"))


async def test_finished_answer_is_written_without_asking_the_application(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((first, body),) = await answers(port, asking(PAGE), 1)

    async def never(*_: object) -> None:
        raise AssertionError("a finished answer went through the application")

    monkeypatch.setattr(Door, "__call__", never)
    tag = b"If-None-Match: " + header(first, b"etag")
    ((head, again),) = await answers(port, asking(PAGE, b"X-Request-ID: mine"), 1)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert (again, header(head, b"etag")) == (body, header(first, b"etag"))
    assert header(head, b"x-request-id") == b"mine"
    assert header(head, b"server-timing").startswith(b"db;dur=0.00")
    ((head, nothing),) = await answers(port, asking(PAGE, tag), 1)
    assert (head.split(b"\r\n")[0], nothing) == (b"HTTP/1.1 304 Not Modified", b"")


async def test_head_of_a_finished_answer_has_its_length_and_no_body(port: int) -> None:
    ((first, body),) = await answers(port, asking(PAGE), 1)
    sent = asking(PAGE, method=b"HEAD") + asking(PAGE)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    following = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    assert header(head, b"content-length") == header(first, b"content-length") == b"%d" % len(body)
    assert following.startswith(b"HTTP/1.1 200 OK")
    assert await reader.readexactly(len(body)) == body
    writer.close()
    await writer.wait_closed()


async def test_thousands_of_requests_in_one_go_are_answered_in_their_order(port: int) -> None:
    paths = [b"/v1/expenditures?limit=%d" % (1 + number % 3) for number in range(3000)]
    single = {path: (await answers(port, asking(path), 1))[0][1] for path in paths[:3]}
    # The first one has to be made, so that all others wait behind it.
    anew = asking(PAGE, b"Cache-Control: no-cache")
    found = await answers(port, anew + b"".join(asking(path) for path in paths), 3001)
    assert [body for _, body in found[1:]] == [single[path] for path in paths]


async def test_scheme_that_a_proxy_names_is_another_answer(port: int) -> None:
    ((_, plain),) = await answers(port, asking(PAGE), 1)
    ((_, secure),) = await answers(port, asking(PAGE, b"X-Forwarded-Proto: https"), 1)
    assert b'"next":"http://test/' in plain
    assert b'"next":"https://test/' in secure


async def test_connection_that_is_to_be_closed_is_closed_after_a_finished_answer(port: int) -> None:
    ((_, body),) = await answers(port, asking(PAGE), 1)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(asking(PAGE, b"Connection: close"))
    said = await asyncio.wait_for(reader.read(), 5)
    assert said.endswith(body)
    writer.close()
    await writer.wait_closed()


async def until_closed(port: int, *sent: bytes, wait: float = 0.0) -> bytes:
    """Everything that is answered to these bytes, sent one after the other, until the service closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in sent:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(wait)
    said = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return said


@pytest.mark.parametrize("path", [b"/v1/expenditures.csv", b"/v1/expenditures.ndjson?include=provenance"])
async def test_stream_to_a_reader_of_the_older_http_has_no_chunks_in_it(port: int, path: bytes) -> None:
    newer = await until_closed(port, asking(path, b"Connection: close"))
    older = await until_closed(port, b"GET %s HTTP/1.0\r\nHost: test\r\n\r\n" % path)
    head, _, body = older.partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in newer.partition(b"\r\n\r\n")[0].lower()
    assert b"transfer-encoding" not in head.lower()
    assert b"connection: close" in head.lower()
    rest, whole = newer.partition(b"\r\n\r\n")[2], b""
    while not rest.startswith(b"0\r\n"):
        size, _, rest = rest.partition(b"\r\n")
        whole, rest = whole + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    assert body == whole
    assert len(body) > 1000


async def test_head_without_an_end_is_refused_before_it_fills_the_memory(port: int) -> None:
    endless = [b"GET /v1 HTTP/1.1\r\nHost: test\r\nX-Long: ", *[b"a" * 16_384] * 5]
    said = await until_closed(port, *endless, wait=0.02)
    assert said.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert orjson.loads(said.partition(b"\r\n\r\n")[2])["type"] == "/errors/head-too-long"
    # What is long and comes to its end is answered, and so are many short ones in one go.
    ((head, _),) = await answers(port, asking(PAGE, b"X-Long: " + b"a" * 30_000), 1)
    assert head.startswith(b"HTTP/1.1 200")
    many = await answers(port, asking(PAGE) * 2000, 2000)
    assert all(head.startswith(b"HTTP/1.1 200") for head, _ in many)


async def test_connection_without_a_request_is_not_kept_for_ever(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.api.protocol.HEAD_SECONDS", 0.3)
    assert await until_closed(port) == b""
    assert await until_closed(port, b"\r\n", b"\r\n", wait=0.1) == b""
    said = await until_closed(port, b"GET /v1 HTTP/1.1\r\n", b"Host: t", wait=0.1)
    assert said.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert orjson.loads(said.partition(b"\r\n\r\n")[2])["type"] == "/errors/head-too-slow"
    # The bound is for one head, not for a connection; a second one that stays open half closes it as well.
    said = await until_closed(port, *[asking(PAGE)] * 4, b"GET /v1 HT", wait=0.15)
    assert said.count(b"HTTP/1.1 200 OK") == 4
    assert said.count(b"HTTP/1.1 408") == 1


async def test_nonsense_behind_a_request_does_not_come_into_its_answer(port: int) -> None:
    first = asking(b"/v1/expenditures.csv?fields=id,name&limit=5", b"Cache-Control: no-cache")
    said = await until_closed(port, first + asking(PAGE) + b"\x00\x01 nonsense\r\n\r\n")
    assert said.count(b"HTTP/1.1 ") == said.count(b"HTTP/1.1 200 OK") == 2
    assert said.index(b"text/csv") < said.index(b'"data"')
    assert orjson.loads(said[said.rindex(b"\r\n\r\n") :])["page"]["limit"] == 3


async def test_header_in_several_lines_is_one_header(port: int) -> None:
    ((first, body),) = await answers(port, asking(PAGE), 1)
    proxied = (b"X-Forwarded-For: 192.0.2.1", b"X-Forwarded-For: 192.0.2.2")
    ((again, same),) = await answers(port, asking(PAGE, *proxied), 1)
    assert (header(again, b"etag"), same) == (header(first, b"etag"), body)
    conditions = (b'If-None-Match: "another"', b"If-None-Match: " + header(first, b"etag"))
    ((unchanged, _),) = await answers(port, asking(PAGE, *conditions, *proxied), 1)
    assert unchanged.startswith(b"HTTP/1.1 304 Not Modified\r\n")
    accepted = (b"Accept: text/html", b"Accept: application/json;q=0.5")
    ((welcome, same),) = await answers(port, asking(PAGE, *accepted), 1)
    assert (welcome.split(b"\r\n")[0], same) == (b"HTTP/1.1 200 OK", body)


@pytest.mark.parametrize("hosts", [b"", b"Host: a\r\nHost: b\r\n", b"Host: a, b\r\n"])
async def test_request_for_no_host_or_for_two_is_refused(port: int, hosts: bytes) -> None:
    await answers(port, b"GET %s HTTP/1.0\r\n\r\n" % PAGE, 1)  # of HTTP/1.0, which had no hosts
    head, told = await exchange(port, b"GET %s HTTP/1.1\r\n%s\r\n" % (PAGE, hosts))
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert header(head, b"connection") == b"close"
    assert told["type"] == "/errors/malformed-request"
    assert "Host" in str(told["detail"])


async def test_stream_that_breaks_off_is_not_taken_for_whole_by_the_older_http() -> None:
    async def breaking(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"id,name\r\n", "more_body": True})
        await asyncio.sleep(0.1)
        raise RuntimeError("the database has gone")

    configuration = uvicorn.Config(
        breaking, port=0, http="app.api.protocol:Protocol", ws="none", lifespan="off", log_level="critical"
    )
    server = uvicorn.Server(configuration)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # as above
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.servers[0].sockets[0].getsockname()[1])
    writer.write(b"GET /list.csv HTTP/1.0\r\n\r\n")
    assert (await reader.readuntil(b"id,name\r\n")).endswith(b"\r\n\r\nid,name\r\n")
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(), 5)
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    server.should_exit = True
    await serving
