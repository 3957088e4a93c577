"""Parts of a file by `Range` (RFC 9110, section 14), and the answers that files of known length and digest give."""

from __future__ import annotations

import asyncio
import base64
import os
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import IO

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

# More parts than a reader of Parquet asks for at once; who wants more of them gets the whole file.
MOST_RANGES = 64
_PIECE = 256 * 1024
_HEADER = re.compile(r"bytes\s*=\s*(.*)", re.IGNORECASE | re.DOTALL)
_RANGE = re.compile(r"(\d*)-(\d*)", re.ASCII)
# A header of more digits is no place in a file.
_LONGEST = 20


class Unsatisfiable(Exception):
    """Every range lies outside the file."""


@dataclass(frozen=True)
class Part:
    """The bytes from `first` to before `end`."""

    first: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.first

    def of(self, size: int) -> str:
        """As `Content-Range` has it."""
        return f"bytes {self.first}-{self.end - 1}/{size}"


def read_ranges(header: str | None, size: int) -> tuple[Part, ...] | None:
    """The parts that a `Range` header asks for; None where the whole file answers it. Unsatisfiable outside of it.

    What is no range of bytes is ignored, as HTTP has it. Parts that overlap or touch become one.
    """
    found = _HEADER.fullmatch(header.strip()) if header is not None else None
    if found is None:
        return None
    parts: list[Part] = []
    asked = [text.strip() for text in found.group(1).split(",") if text.strip()]
    if not asked:
        return None
    for text in asked:
        match = _RANGE.fullmatch(text)
        if match is None or len(text) > 2 * _LONGEST or match.group(0) == "-":
            return None
        first, last = match.groups()
        if not first:
            part = Part(max(0, size - int(last)), size)
        elif last and int(last) < int(first):
            return None
        else:
            part = Part(int(first), min(size, int(last) + 1) if last else size)
        if part.length > 0:
            parts.append(part)
    if not parts:
        raise Unsatisfiable
    joined = _join(parts)
    return joined if len(joined) <= MOST_RANGES else None


def _join(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts in the order asked for where none meets another, else in the file's with those that meet joined."""
    ordered = sorted(parts, key=lambda part: part.first)
    joined: list[Part] = []
    for part in ordered:
        if joined and part.first <= joined[-1].end:
            joined[-1] = Part(joined[-1].first, max(joined[-1].end, part.end))
        else:
            joined.append(part)
    return tuple(parts) if len(joined) == len(parts) else tuple(joined)


def digest_header(sha256: str) -> str:
    """`Repr-Digest` or `Content-Digest` (RFC 9530) of a digest in hex."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


class FileAnswer(StreamingResponse):
    """A file, a part of it, or several parts as `multipart/byteranges`; read beside the event loop, piece by piece.

    `parts` None: the whole. The open file is closed however the answer ends; it may be replaced on the disk meanwhile.
    """

    def __init__(
        self, file: IO[bytes], size: int, parts: tuple[Part, ...] | None, media_type: str, headers: dict[str, str]
    ) -> None:
        self._file = file
        chosen = parts or (Part(0, size),)
        if len(chosen) == 1:
            plan: list[bytes | Part] = [chosen[0]]
            headers = {**headers, "Content-Type": media_type}
        else:
            # Never in the file: a boundary that nobody can choose for it.
            boundary = os.urandom(16).hex()
            plan = []
            for part in chosen:
                plan.append(
                    f"\r\n--{boundary}\r\nContent-Type: {media_type}\r\nContent-Range: {part.of(size)}\r\n\r\n".encode()
                )
                plan.append(part)
            plan.append(f"\r\n--{boundary}--\r\n".encode())
            headers = {**headers, "Content-Type": f"multipart/byteranges; boundary={boundary}"}
        if parts is not None and len(chosen) == 1:
            headers["Content-Range"] = chosen[0].of(size)
        length = sum(piece.length if isinstance(piece, Part) else len(piece) for piece in plan)
        headers["Content-Length"] = str(length)
        super().__init__(self._pieces(plan), 200 if parts is None else 206, headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._file:
            await super().__call__(scope, receive, send)

    async def _pieces(self, plan: Sequence[bytes | Part]) -> AsyncIterator[bytes]:
        descriptor = self._file.fileno()
        for entry in plan:
            if isinstance(entry, bytes):
                yield entry
                continue
            at = entry.first
            while at < entry.end:
                piece = await asyncio.to_thread(os.pread, descriptor, min(_PIECE, entry.end - at), at)
                if not piece:
                    raise OSError(f"the file ends at {at}, before {entry.end}")
                at += len(piece)
                yield piece
