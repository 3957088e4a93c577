"""The files of a release: what there is, how long, with which digest, how many rows and which sums.

    <releases>/7          a link to the directory of release 7's files
    <releases>/.7-9f86…   that directory, named by the digest of its SHA256SUMS: files never change under a name

`manifest.json` beside the files says what they are. The link is switched by one rename, so a reader who follows it
once (`release_files`) sees one build, whatever happens meanwhile.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

import orjson

from app.values import Unit

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
# The unit in which no printed digit is lost: what documents print, and what the API answers in by default.
UNIT = Unit.WAN
# Of the layout of the files (docs/bulk.md). Files of another number are built anew.
SCHEMA = 1

BulkFormat: TypeAlias = Literal["parquet", "csv.gz", "sqlite", "json", "text", "sums"]

MEDIA_TYPES: dict[BulkFormat, str] = {
    "parquet": "application/vnd.apache.parquet",
    "csv.gz": "application/gzip",
    "sqlite": "application/vnd.sqlite3",
    "json": "application/json",
    "text": "text/plain; charset=utf-8",
    "sums": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, kw_only=True)
class BulkFile:
    """One file. `control_totals`: the exact sum of each column of amounts, as decimal text; None: no amount in it."""

    name: str
    resource: str | None  # the resource whose rows it holds; None: it holds more than one, or no rows
    format: BulkFormat
    media_type: str
    bytes: int
    sha256: str  # hex
    rows: int | None = None
    control_totals: dict[str, str | None] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True)
class ReleaseFiles:
    """All files of a release, `manifest.json` itself left out, and the directory that they are in."""

    release: int
    created_at: dt.datetime
    content_digest: str  # of the release
    unit: Unit
    schema: int
    files: tuple[BulkFile, ...]
    directory: Path = field(default=Path(), compare=False)

    def file(self, name: str) -> BulkFile | None:
        return next((file for file in self.files if file.name == name), None)

    def is_of(self, content_digest: str, created_at: dt.datetime) -> bool:
        """Whether they are the files of this release: numbers begin anew in another database."""
        return (self.content_digest, self.created_at, self.schema) == (content_digest, created_at, SCHEMA)


def write_manifest(directory: Path, files: ReleaseFiles) -> None:
    """Write `manifest.json`: sorted where order says nothing, and without a clock."""
    said = {
        "release": files.release,
        "created_at": files.created_at.isoformat(),
        "content_digest": files.content_digest,
        "unit": files.unit.value,
        "schema": files.schema,
        "files": [asdict(file) for file in files.files],
    }
    (directory / MANIFEST).write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2) + b"\n")


def release_files(directory: Path, number: int) -> ReleaseFiles | None:
    """The files of a release under the directory of all releases; None where there are none, or none to be read."""
    link = directory / str(number)
    try:
        target = link.resolve(strict=True)
        path = target / MANIFEST
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _read(path, changed)


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> ReleaseFiles | None:
    try:
        said = orjson.loads(path.read_bytes())
        return ReleaseFiles(
            release=said["release"],
            created_at=dt.datetime.fromisoformat(said["created_at"]),
            content_digest=said["content_digest"],
            unit=Unit(said["unit"]),
            schema=said["schema"],
            files=tuple(BulkFile(**file) for file in said["files"]),
            directory=path.parent,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
