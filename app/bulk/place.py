"""Where files are built and how they come into view: aside, synced, switched by one rename; one build at a time."""

from __future__ import annotations

import contextlib
import fcntl
import filecmp
import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from app.bulk.manifest import SUMS
from app.errors import BulkError

_LOCK = "build.lock"
_BUILDING = ".building-"
_PAUSE = 0.05
# `being_built` holds the lock for a moment only; who finds it held for longer has met another build.
_MOMENT = 0.5


@contextlib.contextmanager
def one_build(directory: Path, *, wait: bool) -> Iterator[None]:
    """The right to build under this directory; what a killed build left behind is cleared away first.

    BulkError when another process builds there (`wait`: it is waited for), or nothing can be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / _LOCK).open("a", encoding="utf-8")
    except OSError as error:
        raise unwritable(directory, error) from error
    with lock:
        until = time.monotonic() + _MOMENT
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not wait and time.monotonic() > until:
                    raise BulkError(
                        f"another process is building files in {directory}: wait until it has finished, then run this "
                        "again"
                    ) from None
                time.sleep(_PAUSE)
            else:
                break
        for left in directory.glob(f"{_BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


@contextlib.contextmanager
def aside(directory: Path, number: int) -> Iterator[Path]:
    """A directory for a new build of a release; it is gone at the end unless it was `publish`ed."""
    building = directory / f"{_BUILDING}{number}"
    building.mkdir()
    try:
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)


def publish(building: Path, directory: Path, number: int) -> None:
    """Make a finished build the files of the release: readers see all of the one before, or all of this one."""
    for path in [*building.iterdir(), building]:
        _sync(path)
    digest = hashlib.sha256((building / SUMS).read_bytes()).hexdigest()[:16]
    place = directory / f".{number}-{digest}"
    if place.exists():
        # The same bytes were there already: what is not as it was built is mended, one whole file at a time. The
        # description may be another release's, since numbers begin anew in another database.
        for path in building.iterdir():
            if not _same(path, place / path.name):
                path.replace(place / path.name)
        _sync(place)
    else:
        building.rename(place)
    link = directory / f"{_BUILDING}link-{number}"
    link.unlink(missing_ok=True)
    link.symlink_to(place.name)
    link.replace(directory / str(number))
    _sync(directory)
    _failure(directory, number).unlink(missing_ok=True)
    for old in directory.glob(f".{number}-*"):
        if old != place:
            shutil.rmtree(old, ignore_errors=True)


def built(directory: Path) -> list[int]:
    """The numbers of the releases that have files."""
    return sorted(int(path.name) for path in directory.glob("*") if path.name.isdecimal() and path.is_symlink())


def remove(directory: Path, number: int) -> None:
    """Take the files of a release away, the link first."""
    (directory / str(number)).unlink(missing_ok=True)
    _failure(directory, number).unlink(missing_ok=True)
    for place in directory.glob(f".{number}-*"):
        shutil.rmtree(place, ignore_errors=True)


def being_built(directory: Path, number: int) -> bool:
    """Whether a process is building the files of this release now."""
    if not (directory / f"{_BUILDING}{number}").is_dir():
        return False
    try:
        with (directory / _LOCK).open(encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False  # what is there was left behind by a build that was killed


def note_failure(directory: Path, number: int, content_digest: str, reason: str | None) -> None:
    """Leave word of why the last build of a release failed, where there is room for it."""
    with contextlib.suppress(OSError):
        _failure(directory, number).write_text(f"{content_digest} {reason or 'for no known reason'}\n", "utf-8")


def failure(directory: Path, number: int, content_digest: str) -> str | None:
    """Why the last build of this release failed; None where none has since it was last built."""
    try:
        said = _failure(directory, number).read_text("utf-8").strip()
    except (OSError, ValueError):
        return None
    # Numbers begin anew in another database: another release's failure is none of this one's.
    of, _, reason = said.partition(" ")
    return reason or None if of == content_digest else None


def _failure(directory: Path, number: int) -> Path:
    return directory / f".failed-{number}"


def _same(one: Path, other: Path) -> bool:
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def unwritable(directory: Path, error: Exception) -> BulkError:
    """What to do about a directory that takes no files."""
    said = error.strerror if isinstance(error, OSError) else str(error) if isinstance(error, sqlite3.Error) else None
    reason = said or str(error)
    return BulkError(
        f"cannot write files of releases in {directory} ({reason}): make room or the directory writable, or set "
        "GONGKAI_RELEASES to another one",
        reason="the files could not be written" + (f" ({said})" if said else ""),
    )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
