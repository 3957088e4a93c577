"""Which coding a reader accepts, and the coding itself: whole bodies and streams."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Protocol

import brotli
import zstandard

# Smaller bodies fit into one packet either way.
SMALLEST = 1000
# In the order that decides between codings that are equally welcome.
CODINGS = ("br", "zstd", "gzip")
# What is compressed; XLSX, Parquet and images are already.
_TYPES = (
    "application/json",
    "application/problem+json",
    "application/x-ndjson",
    "application/jsonl",
    "text/",
    "application/xml",
)


class Compressor(Protocol):
    """Bytes in, coded bytes out; `finish` gives what is left."""

    def feed(self, data: bytes) -> bytes: ...

    def finish(self) -> bytes: ...


class _Gzip:
    def __init__(self) -> None:
        self._coder = zlib.compressobj(5, zlib.DEFLATED, 16 + zlib.MAX_WBITS)

    def feed(self, data: bytes) -> bytes:
        return self._coder.compress(data)

    def finish(self) -> bytes:
        return self._coder.flush()


class _Brotli:
    def __init__(self) -> None:
        self._coder = brotli.Compressor(quality=4)

    def feed(self, data: bytes) -> bytes:
        coded: bytes = self._coder.process(data)
        return coded

    def finish(self) -> bytes:
        coded: bytes = self._coder.finish()
        return coded


class _Zstd:
    def __init__(self) -> None:
        self._coder = zstandard.ZstdCompressor(level=3).compressobj()

    def feed(self, data: bytes) -> bytes:
        return self._coder.compress(data)

    def finish(self) -> bytes:
        return self._coder.flush()


_CODERS: dict[str, type[Compressor]] = {"br": _Brotli, "zstd": _Zstd, "gzip": _Gzip}


def compressor(coding: str) -> Compressor:
    """A new compressor for one stream."""
    return _CODERS[coding]()


def compress(body: bytes, coding: str) -> bytes:
    """The whole body, coded."""
    coder = compressor(coding)
    return coder.feed(body) + coder.finish()


def compressible(media_type: str) -> bool:
    """Whether compressing this content type is worth it."""
    return media_type.startswith(_TYPES)


@lru_cache(maxsize=256)
def choose(accept_encoding: str) -> str:
    """The coding for an `Accept-Encoding` header: the greatest weight wins, then our order; "" is the plain body.

    A coding that is not named is not used, except gzip for `*`. What refuses even the plain body gets it nevertheless,
    as HTTP advises.
    """
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weights["gzip" if name == "x-gzip" else name] = min(float(weight), 1.0)
        except ValueError:
            continue
    if "*" in weights:
        weights.setdefault("gzip", weights["*"])
    best, best_weight = "", max(weights.get("identity", 0.0), 0.0)
    for coding in CODINGS:
        weight_of = weights.get(coding, 0.0)
        if weight_of > best_weight or (weight_of == best_weight > 0 and not best):
            best, best_weight = coding, weight_of
    return best
