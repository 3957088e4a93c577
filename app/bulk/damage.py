"""Whether files of a release are on the disk as they were built."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.bulk.manifest import BulkFile, ReleaseFiles


def damaged(files: ReleaseFiles, *, thoroughly: bool) -> list[str]:
    """The names of files that are gone or of another length; `thoroughly`, which reads them all: of other content."""
    return [file.name for file in files.files if not _whole(files.directory / file.name, file, thoroughly=thoroughly)]


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _whole(path: Path, file: BulkFile, *, thoroughly: bool) -> bool:
    try:
        return path.stat().st_size == file.bytes and (not thoroughly or digest(path) == file.sha256)
    except OSError:
        return False
