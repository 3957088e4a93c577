"""Promise: a damaged file gives records or a DocumentError, in bounded time, whatever its format and the damage.

Invented documents of every format are mutated a fixed number of times, the same way on every run: bytes flipped,
pieces cut out, moved and repeated, XML elements dropped, doubled and swapped, parts of packages exchanged.
"""

from __future__ import annotations

import io
import random
import re
import time
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from app.errors import DocumentError
from app.parse.confined import parse_files
from app.parse.document import parse_document
from app.parse.limits import Limits
from app.records import ParsedDisclosure
from tests import written, written_pdf

_CASES = 60
_SECONDS_A_CASE = 10
_PDF_CASES = 24
_FORMATS = ["docx", "xlsx", "xls", "html", "text"]


@cache
def original(file_format: str) -> bytes:
    blocks = written.blocks_of("qingyuan_budget_2020.txt")
    if file_format == "text":
        return (written.DOCUMENTS / "qingyuan_budget_2020.txt").read_bytes()
    return written.WRITERS[file_format](blocks)


def flipped(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 4, 64))):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def truncated(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(1, len(data))]


def spliced(data: bytes, dice: random.Random) -> bytes:
    start, end, to = sorted(dice.randrange(len(data)) for _ in range(3))
    return dice.choice((data[:start] + data[end:], data[:end] + data[start:], data[:to] + data[start:end] + data[to:]))


def with_markup(data: bytes, dice: random.Random) -> bytes:
    """An element or a tag dropped, doubled or put elsewhere; an attribute's number made absurd."""
    tags = list(re.finditer(rb"<[^<>]{1,300}>", data))
    if len(tags) < 2:
        return flipped(data, dice)
    one, other = sorted(dice.sample(tags, 2), key=re.Match.start)
    piece = data[one.start() : other.end()] if dice.random() < 0.5 else one.group()
    numbers = list(re.finditer(rb'"\d+"', data))
    if numbers and dice.random() < 0.3:
        number = dice.choice(numbers)
        absurd = dice.choice((b'"-1"', b'"99999999999"', b'""', b'"x"', b'"0"', b'"1e999"'))
        return data[: number.start()] + absurd + data[number.end() :]
    return dice.choice(
        (
            data.replace(piece, b"", 1),
            data[: other.end()] + piece + data[other.end() :],
            data[: one.start()] + other.group() + data[one.end() : other.start()] + one.group() + data[other.end() :],
        )
    )


def repacked(data: bytes, dice: random.Random) -> bytes:
    """A package with one part damaged, taken out, or exchanged for another."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name, other = dice.sample(sorted(parts), 2)
    if dice.random() < 0.6:
        name = dice.choice(
            [part for part in sorted(parts) if re.search(r"document|sheet|workbook|styles|string|number", part)]
        )
    change = dice.choice((with_markup, with_markup, with_markup, flipped, truncated, None, "swap"))
    if change is None:
        del parts[name]
    elif change == "swap":
        parts[name], parts[other] = parts[other], parts[name]
    elif parts[name]:
        parts[name] = change(parts[name], dice)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return file.getvalue()


def mutations(file_format: str) -> list[Callable[[bytes, random.Random], bytes]]:
    if file_format in {"docx", "xlsx"}:
        return [repacked, repacked, repacked, flipped, truncated, spliced]
    return [with_markup, flipped, truncated, spliced]


@pytest.mark.parametrize("file_format", _FORMATS)
def test_damaged_file_gives_records_or_a_named_error_in_bounded_time(file_format: str) -> None:
    dice = random.Random(f"{file_format} 1")  # noqa: S311 - the same damage on every run
    outcomes = {"read": 0, "refused": 0}
    for case in range(_CASES):
        data = dice.choice(mutations(file_format))(original(file_format), dice)
        start = time.monotonic()
        try:
            parsed = parse_document(data, source_file="fuzzed", region_code="130608")
        except DocumentError:
            outcomes["refused"] += 1
        else:
            assert isinstance(parsed, ParsedDisclosure)
            outcomes["read"] += 1
        assert time.monotonic() - start < _SECONDS_A_CASE, case
    # The mutations are of both kinds: some leave a document, some do not.
    assert min(outcomes.values()) > 0, outcomes


def test_damaged_pdf_gives_records_or_a_named_error(tmp_path: Path) -> None:
    # In processes of their own: a PDF is read by a library in C++, which may crash where Python would raise.
    whole = written_pdf.as_pdf(written.blocks_of("qingyuan_budget_2020.txt"))
    dice = random.Random(3)  # noqa: S311 - as above
    paths = []
    for number in range(_PDF_CASES):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(dice.choice((flipped, flipped, with_markup, truncated, spliced))(whole, dice))
        paths.append(path)
    limits = Limits(cpu_seconds=10, deadline_seconds=30)
    outcomes = parse_files(paths, region_code="130608", limits=limits)
    for outcome in outcomes:
        assert (outcome.parsed is None) is not (outcome.error is None)
        assert "please report it" not in str(outcome.error), outcome.path
    assert {outcome.error is None for outcome in outcomes} == {True, False}


def test_damaged_files_parsed_in_processes_are_all_answered(tmp_path: Path) -> None:
    dice = random.Random(2)  # noqa: S311 - as above
    paths = []
    for number in range(8):
        file_format = _FORMATS[number % len(_FORMATS)]
        path = tmp_path / f"{number}.{file_format}"
        path.write_bytes(dice.choice(mutations(file_format))(original(file_format), dice))
        paths.append(path)
    for outcome in parse_files(paths, region_code="130608"):
        assert (outcome.parsed is None) is not (outcome.error is None)
        assert "please report it" not in str(outcome.error)
