"""The committed data set: parsed disclosures as sorted, packed NDJSON files with a manifest, the same on every run.

One file for each record type, one record to a line, and `"disclosure"` in front says whose it is; amounts are strings
with the printed digits. Running text is left out (null; blank in a grid), since the data set is facts and figures
only. The manifest holds for each disclosure its source file, counts and control totals, and for each file the digest of
what it unpacks to, since two builds of zlib may pack the same lines in different ways.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
import shutil
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

import orjson
import pydantic

from app.errors import SeedError
from app.records import (
    PARSER_VERSION,
    RUNNING_TEXT_FIELDS,
    Finding,
    ParsedDisclosure,
    PerformanceIndicator,
    Record,
    Statement,
)

MANIFEST = "manifest.json"

# Raised by one whenever the files themselves change shape.
LAYOUT = 2

# The lists of a parsed disclosure; each has a file of that name.
LISTS: tuple[str, ...] = tuple(name for name in ParsedDisclosure.model_fields if name != "disclosure")
FILES: tuple[str, ...] = ("disclosures", *LISTS)

# Disclosures that are read together, and bytes of a file.
_TOGETHER = 200
_PIECE = 2**20

_LONGEST_NAME = 80
_LONGEST_QUOTE = 40
_LONGEST_WORD = 20
_SENTENCE = re.compile("[。；!！]")

_REBUILD = "run `gongkai seed build FILES…` with the documents, or take seed_data/ from the repository again"


def without_running_text(parsed: ParsedDisclosure) -> ParsedDisclosure:
    """The disclosure as a seed holds it: running text null, sentences and withheld cells of a grid blank."""
    names = _names_of_indicators(parsed)
    lists: dict[str, Any] = {}
    for name in LISTS:
        lists[name] = [_strip(record, names) for record in getattr(parsed, name)]
    return parsed.model_copy(update=lists)


def _strip(record: Record, names: frozenset[str]) -> Record:
    if isinstance(record, Statement):
        return _without_sentences(record, names)
    if isinstance(record, Finding):
        # It quotes the beginning of a cell only, so that the end of a sentence may not be there.
        long = record.text is not None and len("".join(record.text.split())) > _LONGEST_QUOTE
        return record.model_copy(update={"text": None}) if long else record
    texts: dict[str, Any] = dict.fromkeys(RUNNING_TEXT_FIELDS & type(record).model_fields.keys())
    if isinstance(record, PerformanceIndicator) and record.actual is not None and _is_sentence(record.actual):
        # What was reached is told in sentences here; a value would be a fact.
        texts |= {"actual": None, "cells": {name: cell for name, cell in record.cells.items() if name != "actual"}}
    return record.model_copy(update=texts) if texts else record


def _without_sentences(statement: Statement, names: frozenset[str]) -> Statement:
    """The statement with its withheld cells blank, and every other sentence that names no indicator."""
    sentences = {
        (row, column)
        for row, cells in enumerate(statement.grid)
        for column, cell in enumerate(cells)
        if _is_sentence(cell) and "".join(cell.split()) not in names
    }
    withheld = sorted({*statement.withheld, *sentences})
    if not withheld:
        return statement
    grid = [list(row) for row in statement.grid]
    for row, column in withheld:
        grid[row][column] = ""
    return statement.model_copy(update={"grid": grid, "withheld": withheld})


def _names_of_indicators(parsed: ParsedDisclosure) -> frozenset[str]:
    """What the indicators are called and by what they are measured, which are facts though some read as sentences."""
    return frozenset(
        "".join(text.split())
        for one in parsed.performance_indicators
        for text in (one.level3, one.description, one.target, one.basis, one.actual)
        if text is not None and not (text is one.actual and _is_sentence(text))
    )


def _is_sentence(text: str) -> bool:
    """Whether a printed text is running text: longer than any name, or a long one that ends as a sentence does."""
    plain = "".join(text.split())
    return len(plain) > _LONGEST_NAME or (len(plain) > _LONGEST_WORD and _SENTENCE.search(plain) is not None)


def write_seed(directory: Path, disclosures: Iterable[ParsedDisclosure]) -> None:
    """Write the files aside and put them in the directory's place when they are whole.

    SeedError when two disclosures are the same one. The directory's other files (a README) stay.
    """
    files = seed_files(disclosures)
    aside = directory.with_name(f".{directory.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        for name, content in files.items():
            (aside / _packed(name)).write_bytes(content if name == MANIFEST else gzip.compress(content, 9, mtime=0))
        directory.mkdir(parents=True, exist_ok=True)
        # The manifest goes last: until then it names digests that the new files do not have, and nobody loads them.
        for name in sorted(files, key=lambda name: (name == MANIFEST, name)):
            (aside / _packed(name)).replace(directory / _packed(name))
        for stale in (*directory.glob("*.ndjson"), *directory.glob("*.ndjson.gz")):
            if stale.name not in map(_packed, files):
                stale.unlink()
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def seed_files(disclosures: Iterable[ParsedDisclosure]) -> dict[str, bytes]:
    """What each file of the data set holds, unpacked, manifest included; the order of disclosures does not matter."""
    ordered = sorted((without_running_text(parsed) for parsed in disclosures), key=lambda parsed: parsed.disclosure.id)
    for one, other in pairwise(ordered):
        if one.disclosure.id == other.disclosure.id:
            raise SeedError(
                f"{one.disclosure.source_file} and {other.disclosure.source_file} are the same disclosure "
                f"({one.disclosure.id}): give one of them"
            )
    files = {f"{name}.ndjson": b"".join(_lines(ordered, name)) for name in FILES}
    files[MANIFEST] = _manifest(ordered, files)
    return files


def read_seed(directory: Path) -> list[ParsedDisclosure]:
    """The disclosures of a seed directory, in the order of their ids.

    SeedError names the file that is missing, damaged or not what the manifest says, and what to run.
    """
    verify_files(directory)
    return [parsed for batch in read_batches(directory, 0, 1) for parsed in batch]


def verify_files(directory: Path) -> int:
    """Hold every file against the manifest; how many disclosures there are. SeedError as `read_seed`."""
    manifest = _read_manifest(directory)
    for name in FILES:
        digest = hashlib.sha256()
        with _file_errors(directory, name), gzip.open(directory / _packed(f"{name}.ndjson")) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
        if manifest["files"].get(f"{name}.ndjson", {}).get("sha256") != digest.hexdigest():
            raise _not_the_file(directory, name)
    return len(manifest["disclosures"])


def read_batches(directory: Path, share: int, shares: int) -> Iterator[list[ParsedDisclosure]]:
    """The disclosures of verified files in the order of their ids, in batches, a few of which are in memory at a time.

    Of as many shares as there are, the batches of one (`app/make_rows.py: Shared`). SeedError as `read_seed`.
    """
    listed = sorted(_read_manifest(directory)["disclosures"], key=lambda entry: str(entry["id"]))
    with contextlib.ExitStack() as opened:
        files = {name: _Lines(directory, name, opened) for name in FILES}
        for number, begin in enumerate(range(0, len(listed), _TOGETHER)):
            of_batch = [
                (entry, {name: files[name].of(entry["id"]) for name in FILES})
                for entry in listed[begin : begin + _TOGETHER]
            ]
            if number % shares == share:
                yield [_disclosure(directory, entry, lines) for entry, lines in of_batch]
        if not all(file.ended for file in files.values()):
            raise SeedError(f"{directory}: the files and the manifest name different disclosures; {_REBUILD}")


class _Lines:
    """The lines of a file, one disclosure's after the other."""

    def __init__(self, directory: Path, name: str, opened: contextlib.ExitStack) -> None:
        self._directory, self._name, self._number = directory, name, 0
        with _file_errors(directory, name):
            path = directory / _packed(f"{name}.ndjson")
            self._file = opened.enter_context(gzip.open(path))  # noqa: SIM115 - the stack closes it
            self._next = self._file.readline()

    @property
    def ended(self) -> bool:
        return not self._next

    def of(self, identifier: str) -> tuple[int, list[bytes]]:
        """The number of the disclosure's first line, and its lines."""
        first, found, begins = self._number + 1, list[bytes](), b'{"disclosure":%b,' % orjson.dumps(identifier)
        with _file_errors(self._directory, self._name):
            while self._next.startswith(begins):
                found.append(self._next)
                self._next = self._file.readline()
        self._number += len(found)
        return first, found


def _disclosure(
    directory: Path, entry: Mapping[str, Any], lines: Mapping[str, tuple[int, Sequence[bytes]]]
) -> ParsedDisclosure:
    """What the lines of one disclosure say, which is what its entry in the manifest says."""
    identifier, lists = entry["id"], dict[str, list[Any]]()
    for name, (first, own) in lines.items():
        lists[name] = []
        for number, line in enumerate(own, start=first):
            with _line_errors(directory / _packed(f"{name}.ndjson"), number):
                record = orjson.loads(line)
                del record["disclosure"]
                lists[name].append(record)
    with _line_errors(directory, identifier):
        (disclosure,) = lists.pop("disclosures")
        parsed = ParsedDisclosure.model_validate({"disclosure": disclosure, **lists})
    if parsed.disclosure.id != identifier or _entry(parsed) != entry:
        raise SeedError(f"{directory}: {identifier} is not what the manifest says; {_REBUILD}")
    return parsed


def read_contents(directory: Path) -> tuple[str, list[str]]:
    """The digest over the whole data set and the ids of its disclosures, by the manifest; SeedError without one."""
    manifest = _read_manifest(directory)
    return manifest["digest"], [str(entry["id"]) for entry in manifest["disclosures"]]


def check_seed(directory: Path, disclosures: Sequence[ParsedDisclosure]) -> list[str]:
    """What differs between a seed directory and freshly parsed disclosures, one sentence each; empty when nothing.

    SeedError when the directory cannot be read at all.
    """
    fresh = {parsed.disclosure.id: without_running_text(parsed) for parsed in disclosures}
    committed = {parsed.disclosure.id: parsed for parsed in read_seed(directory)}
    differences = [f"{identifier}: not in {directory}" for identifier in sorted(set(fresh) - set(committed))]
    differences += [f"{identifier}: in {directory} only" for identifier in sorted(set(committed) - set(fresh))]
    for identifier in sorted(set(fresh) & set(committed)):
        one, other = committed[identifier], fresh[identifier]
        if one.disclosure != other.disclosure:
            differences.append(f"{identifier}: the description of the disclosure differs")
        for name in LISTS:
            differences += _list_differences(f"{identifier}: {name}", getattr(one, name), getattr(other, name))
    if not differences and seed_files(disclosures)[MANIFEST] != (directory / MANIFEST).read_bytes():
        differences.append(f"{directory / MANIFEST}: the records agree, the bytes do not")
    return differences


def _list_differences(what: str, committed: Sequence[Record], fresh: Sequence[Record]) -> list[str]:
    if len(committed) != len(fresh):
        return [f"{what}: {len(committed)} records in the seed, {len(fresh)} in the document"]
    found: list[str] = []
    for number, (one, other) in enumerate(zip(committed, fresh, strict=True), start=1):
        fields = [name for name in type(one).model_fields if _printed(one, name) != _printed(other, name)]
        if fields:
            shown = ", ".join(_difference(one, other, name) for name in fields[:3])
            found.append(f"{what} {number}: {shown}")
    return found


def _difference(one: Record, other: Record, name: str) -> str:
    if isinstance(one, Statement) and isinstance(other, Statement) and name == "grid":
        cells = [
            f"row {number} {committed} ≠ {fresh}"
            for number, (committed, fresh) in enumerate(zip_longest(one.grid, other.grid))
            if committed != fresh
        ]
        return f"{one.key} {one.ordinal}, {len(cells)} rows of its grid, first {cells[0]}"
    return f"{name} {_printed(one, name)} ≠ {_printed(other, name)}"


def _printed(record: Record, name: str) -> str:
    """A field as its seed file would print it, since 90.0 equals 90.00 and yet differs; long ones cut."""
    text = json.dumps(record.model_dump(mode="json")[name], ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 80 else f"{text[:60]}… ({hashlib.sha256(text.encode()).hexdigest()[:8]})"  # noqa: PLR2004


def _lines(ordered: Sequence[ParsedDisclosure], name: str) -> Iterator[bytes]:
    for parsed in ordered:
        listed: Sequence[Record] = [parsed.disclosure] if name == "disclosures" else getattr(parsed, name)
        for record in listed:
            content = record.model_dump(mode="json")
            if "cells" in content:
                content["cells"] = dict(sorted(content["cells"].items()))
            yield orjson.dumps({"disclosure": parsed.disclosure.id, **content}) + b"\n"


def _entry(parsed: ParsedDisclosure) -> dict[str, Any]:
    """What the manifest says of one disclosure."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for name in LISTS:
        for record in getattr(parsed, name):
            total = getattr(record, "total", None)
            if total is not None:
                totals[f"{record.statement_key}.{record.statement_ordinal}"] += total
    return {
        "id": parsed.disclosure.id,
        "source_file": parsed.disclosure.source_file,
        "sha256": parsed.disclosure.sha256,
        "parser_version": parsed.disclosure.parser_version,
        "counts": {name: len(getattr(parsed, name)) for name in LISTS},
        # Sums of every printed `total` of a statement, its total rows included, in the statement's unit.
        "control_totals": {key: str(total) for key, total in sorted(totals.items())},
    }


def _manifest(ordered: Sequence[ParsedDisclosure], files: dict[str, bytes]) -> bytes:
    digests = {name: {"sha256": _sha256(content), "lines": content.count(b"\n")} for name, content in files.items()}
    content: dict[str, Any] = {
        "layout": LAYOUT,
        "parser_version": PARSER_VERSION,
        "disclosures": [_entry(parsed) for parsed in ordered],
        "files": digests,
    }
    content["digest"] = _sha256(_canonical(content))
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _canonical(manifest: dict[str, Any]) -> bytes:
    return orjson.dumps({key: value for key, value in manifest.items() if key != "digest"}, option=orjson.OPT_SORT_KEYS)


def _read_manifest(directory: Path) -> dict[str, Any]:
    path = directory / MANIFEST
    try:
        manifest = orjson.loads(path.read_bytes())
        layout, digest = manifest["layout"], manifest["digest"]
    except FileNotFoundError:
        raise SeedError(f"{path} is not there; {_REBUILD}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SeedError(f"{path} is damaged ({error}); {_REBUILD}") from error
    if layout != LAYOUT:
        raise SeedError(f"{path} has layout {layout}, this program reads {LAYOUT}; {_REBUILD}")
    if digest != _sha256(_canonical(manifest)):
        raise SeedError(f"{path} was changed after it was written; {_REBUILD}")
    whole: dict[str, Any] = manifest
    return whole


def _packed(name: str) -> str:
    """The name that a file of the data set is kept under."""
    return name if name == MANIFEST else f"{name}.gz"


@contextlib.contextmanager
def _file_errors(directory: Path, name: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _not_the_file(directory, name) from error
    except OSError as error:
        path = directory / _packed(f"{name}.ndjson")
        raise SeedError(f"{path} cannot be read ({error.strerror}); {_REBUILD}") from error


def _not_the_file(directory: Path, name: str) -> SeedError:
    path = directory / _packed(f"{name}.ndjson")
    return SeedError(f"{path} is not the file that the manifest names; {_REBUILD}")


@contextlib.contextmanager
def _line_errors(path: Path, place: int | str) -> Iterator[None]:
    try:
        yield
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SeedError(f"{path}, {place}: {where}: {first['msg']}; {_REBUILD}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SeedError(f"{path}, {place}: {error}; {_REBUILD}") from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
