"""Requests that nobody sends by mistake alone, in the bytes of the wire: what `make hostile` asks first.

Each is a name, the bytes, and the statuses it may be answered with. No status of 500 and above is among them, and a
connection that is closed without an answer is none either, except where the bytes are no request yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

LIST = "/v1/expenditures"
END = b"Host: test\r\nConnection: close\r\n\r\n"
REFUSED = frozenset({400, 404, 405, 406, 408, 412, 414, 416, 422, 431})
ANSWERED = frozenset({200, 204, 206, 304, 307})


@dataclass(frozen=True)
class Hostile:
    """A request and what may come back. `repeats` is how many requests the bytes hold."""

    name: str
    sent: bytes
    allowed: frozenset[int] = REFUSED
    repeats: int = 1


def get(target: str | bytes, *headers: str, method: str = "GET", version: str = "1.1") -> bytes:
    """A request of one line and the headers given; the connection is closed after it."""
    target = target if isinstance(target, bytes) else target.encode()
    lines = "".join(f"{header}\r\n" for header in headers).encode("latin-1")
    return b"%s %s HTTP/%s\r\n%s%s" % (method.encode(), target, version.encode(), lines, END)


def hostile(release: int, cursor: str) -> Iterator[Hostile]:
    """All of them. `cursor` is a good one of the list, sorted by `-total`, out of the release."""
    yield from _targets()
    yield from _cursors(release, cursor)
    yield from _heads()
    yield from _framing()


def _targets() -> Iterator[Hostile]:
    either = REFUSED | ANSWERED
    for word in ("%00", "%ff%fe", "%ed%a0%80", "%EF%BF%BE", "%F0%9F%92%B0", "%zz", "%", "'%20or%201=1--", "${7*7}"):
        for target in (f"{LIST}?name={word}", f"{LIST}?{word}=1", f"{LIST}/{word}", f"/v1/{word}", f"/{word}"):
            yield Hostile(target, get(target), either)
        for path in (
            "search?q",
            "suggest?q",
            "cite?path",
            "series?department",
            "compare?departments",
            "dictionary?resource",
        ):
            yield Hostile(f"{path}={word}", get(f"/v1/{path}={word}"), either)
    for number in (
        "9" * 30,
        "-1",
        "+1",
        "1_0",
        "１０",
        "٢٠٢٤",
        "1e3",
        "0x10",
        "NaN",
        "Infinity",
        "1e999999999",
        "",
        "1;2",
    ):
        encoded = "".join(f"%{byte:02X}" for byte in number.encode())
        for name in ("limit", "release", "fiscal_year", "id", "total__gte", "updated_since", "cursor"):
            yield Hostile(f"{name}={number[:12]}", get(f"{LIST}?{name}={encoded}"), either)
        for path in (
            f"{LIST}/{encoded}",
            f"/v1/releases/{encoded}/files",
            f"/v1/releases/1/diff/{encoded}",
            f"/statements/{encoded}",
        ):
            yield Hostile(path[:40], get(path), either)
    for target in (
        "/v1//expenditures",
        "//evil/v1",
        "/v1/../../etc/passwd",
        "/v1/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2fREADME.md",
        "/v1/releases/1/files/..%2f..%2fpostgres.lock",
        "/v1/expenditures/",
        "/V1/Expenditures",
        "/v1/expenditures.exe",
        "*",
    ):
        yield Hostile(target, get(target))
    long = (("query", 8_100), ("query", 9_000), ("query", 60_000), ("path", 9_000), ("path", 60_000))
    for where, length in long:
        target = f"{LIST}?name=" if where == "query" else "/v1/"
        yield Hostile(f"{where} of {length}", get(target + "a" * length))
    many = {
        "parameters": "&".join(f"a{number}=1" for number in range(1000)),
        "fields": "fields=" + ",".join(f"a{number}" for number in range(1300)),
        "sorts": "sort=" + ",".join(["code", "-total"] * 600),
        "codes": "code=" + ",".join(str(2010000 + number) for number in range(900)),
        "the same": "limit=1&" * 900,
    }
    for name, query in many.items():
        yield Hostile(f"many {name}", get(f"{LIST}?{query}"), either)


def _cursors(release: int, cursor: str) -> Iterator[Hostile]:
    forged = (
        cursor[:-1],
        cursor[1:],
        cursor[:10],
        cursor + "A",
        cursor[::-1],
        cursor.swapcase(),
        "A" * 4000,
        "eyJpZCI6MX0",
        "%00",
    )
    for text in forged:
        yield Hostile(f"cursor {text[:12]}", get(f"{LIST}?sort=-total&cursor={text}"))
    for target in (
        f"{LIST}?cursor={cursor}",
        f"/v1/revenues?sort=-total&cursor={cursor}",
        f"{LIST}?sort=-total&kind=final&cursor={cursor}",
        f"{LIST}?sort=-total&release={release + 1}&cursor={cursor}",
        f"{LIST}.csv?sort=-total&cursor={cursor}",
    ):
        yield Hostile("a cursor of another list", get(target))


def _heads() -> Iterator[Hostile]:
    page, either = f"{LIST}?limit=1", REFUSED | ANSWERED
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "FOO", "get", ""):
        yield Hostile(f"method {method}", get(page, method=method))
    for header in (
        "Accept: ;;q=,,/",
        "Accept: text/csv;q=nan",
        "Accept: " + "a/b;q=0.1," * 900,
        "Accept-Encoding: " + "gzip," * 8000,
        "If-None-Match: " + '"a",' * 8000,
        "If-None-Match: \xff",
        "If-Modified-Since: Sun, 01 Jan 99999 00:00:00 GMT",
        "Range: bytes=0-1,2-3,-5,9-1",
        "X-Request-ID: <script>",
        "X-Long: " + "a" * 10_000,
        "Host: other",
        "Transfer-Encoding: identity",
        "Expect: 100-continue",
        "Upgrade: websocket",
        "Upgrade: h2c",
        "X-Forwarded-Proto: javascript",
        "Cookie: " + "a=b; " * 2000,
    ):
        yield Hostile(header[:40], get(page, header), either)
    for header in ("X-A : b", "X\x01: b", "X-A: a\x00b", ": b", "Content-Length: -5", "Content-Length: " + "9" * 30):
        yield Hostile(repr(header), get(page, header), frozenset({400}))
    for ranges in (
        "bytes=",
        "bytes=9-1",
        "bytes=-0",
        "bytes=99999999999999999999-",
        "bytes=" + ",".join(["0-1"] * 2000),
        "lines=1-2",
        "bytes=a-b",
    ):
        yield Hostile(
            f"Range: {ranges[:30]}", get("/v1/releases/1/files/regions.parquet", f"Range: {ranges}"), either | {503}
        )
    yield Hostile("a thousand headers", get(page, *(f"X-{number}: 1" for number in range(1000))), either)


def _framing() -> Iterator[Hostile]:
    line = f"GET {LIST}?limit=1 HTTP/1.1\r\n".encode()
    bad = frozenset({400})
    yield Hostile("two lengths", line + b"Content-Length: 0\r\nContent-Length: 5\r\n" + END + b"hello", bad)
    yield Hostile(
        "length and chunks", line + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" + END + b"0\r\n\r\n", bad
    )
    yield Hostile("no host", line + b"Connection: close\r\n\r\n", bad)
    yield Hostile("two hosts", line + b"Host: a\r\n" + END, bad)
    yield Hostile("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", bad)
    yield Hostile("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bad)
    yield Hostile("a letter", b"Dear service,\r\n\r\n", bad)
    yield Hostile("HTTP/1.0", get(f"{LIST}.csv?limit=3", version="1.0"), frozenset({200}))
    yield Hostile("a body", line + b"Content-Length: 5\r\n" + END + b"hello", frozenset({200}))
    piped = b"".join(
        b"GET %s?limit=%d HTTP/1.1\r\nHost: test\r\n\r\n" % (LIST.encode(), number) for number in range(1, 41)
    )
    yield Hostile("forty in one go", piped + get("/v1/nothing"), REFUSED | {200}, 41)
