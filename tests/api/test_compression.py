"""Codings: the reader's weights decide, each coding has its own validator, streams are compressed as they come."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import brotli
import httpx
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from app.api.caching import Answers
from app.api.compression import CODINGS, choose, compress, compressor
from app.api.finish import Exchange, Finisher

DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
    "gzip": gzip.decompress,
    "": bytes,
}
LONG = "/v1/expenditures?limit=50"


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip;q=0.2, zstd;q=0.9", "zstd"),
        ("br;q=0, gzip", "gzip"),
        ("*", "gzip"),
        ("*;q=0", ""),
        ("identity;q=1, gzip;q=0.5", ""),
        ("identity, gzip", "gzip"),
        ("deflate", ""),
        ("gzip;q=nonsense", ""),
        ("BR", "br"),
    ],
)
def test_weights_decide_then_our_order(header: str, coding: str) -> None:
    assert choose(header) == coding


@given(st.text(max_size=40))
def test_any_header_gets_a_coding_that_exists(header: str) -> None:
    assert choose(header) in ("", *CODINGS)


@given(st.lists(st.binary(max_size=2000), max_size=5), st.sampled_from(CODINGS))
def test_coded_bytes_are_the_bytes_in_one_piece_and_in_many(parts: list[bytes], coding: str) -> None:
    coder = compressor(coding)
    streamed = b"".join([*(coder.feed(part) for part in parts), coder.finish()])
    assert DECODERS[coding](streamed) == b"".join(parts)
    assert DECODERS[coding](compress(b"".join(parts), coding)) == b"".join(parts)


async def raw(client: httpx.AsyncClient, path: str, coding: str) -> tuple[httpx.Headers, bytes]:
    """The headers and the undecoded body."""
    async with client.stream("GET", path, headers={"Accept-Encoding": coding or "identity"}) as answer:
        assert answer.status_code == 200
        return answer.headers, b"".join([part async for part in answer.aiter_raw()])


async def test_each_coding_has_the_same_data_and_its_own_tag(client: httpx.AsyncClient) -> None:
    found = {coding: await raw(client, LONG, coding) for coding in ("", *CODINGS)}
    plain = found[""][1]
    tags = set()
    for coding, (headers, body) in found.items():
        assert headers.get("content-encoding", "") == coding
        assert int(headers["content-length"]) == len(body)
        assert headers["vary"] == "Accept, Accept-Encoding"
        assert DECODERS[coding](body) == plain
        tags.add(headers["etag"])
        if coding:
            assert len(body) < len(plain) / 2
    assert len(tags) == 1 + len(CODINGS)


async def test_tag_of_another_coding_is_not_unchanged(client: httpx.AsyncClient) -> None:
    headers, _ = await raw(client, LONG, "gzip")
    answer = await client.get(LONG, headers={"Accept-Encoding": "br", "If-None-Match": headers["etag"]})
    assert answer.status_code == 200


async def test_small_answers_and_problems_stay_plain(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/v1/expenditures?limit=0"):
        answer = await client.get(path, headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("coding", ["", *CODINGS])
async def test_stream_is_compressed_as_it_comes_and_not_kept(coding: str) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"method": "GET", "path": "/v1/expenditures.csv"}
    exchange = Exchange(scope, {b"accept-encoding": coding.encode()}, 0.0, b"id")
    finisher = Finisher(exchange, Answers(10**6), send)
    headers = [(b"content-type", b"text/csv; charset=utf-8"), (b"gongkai-release", b"1")]
    await finisher.send({"type": "http.response.start", "status": 200, "headers": headers})
    parts = [bytes([number]) * 5000 for number in range(20)]
    for part in parts:
        await finisher.send({"type": "http.response.body", "body": part, "more_body": True})
    await finisher.send({"type": "http.response.body", "body": b"", "more_body": False})
    assert dict(sent[0]["headers"]).get(b"content-encoding", b"").decode() == coding
    assert [message["more_body"] for message in sent[1:]][-1] is False
    assert DECODERS[coding](b"".join(message["body"] for message in sent[1:])) == b"".join(parts)
