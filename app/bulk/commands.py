"""What `gongkai export` and the loading commands do to have the files of releases."""

from __future__ import annotations

from collections.abc import Sequence

from app.bulk.build import Report, build_release
from app.bulk.manifest import ReleaseFiles
from app.errors import GongkaiError
from app.progress import Progress
from app.settings import Settings


async def export(
    settings: Settings, numbers: Sequence[int | None], *, force: bool, report: Report, progress: Progress
) -> None:
    """Build the files of these releases (None: the newest); GongkaiError names every one that has none afterwards."""
    failed: list[str] = []
    for number in numbers:
        try:
            files, fresh = await build_release(settings, number, force=force, report=report)
        except GongkaiError as error:
            if len(numbers) == 1:
                raise
            failed.append(f"release {number}: {error}")
        else:
            progress(sentence(files, fresh=fresh))
    if failed:
        raise GongkaiError("; ".join(failed))


async def build_after_load(settings: Settings, release: int, report: Report, progress: Progress) -> None:
    """The files of a release that has just been loaded. GongkaiError says that the load itself is done."""
    try:
        files, fresh = await build_release(settings, release, wait=True, report=report)
    except GongkaiError as error:
        raise GongkaiError(
            f"release {release} is loaded and served, without files: {error}; then run `gongkai export`"
        ) from error
    if fresh:
        progress(sentence(files, fresh=fresh))


def sentence(files: ReleaseFiles, *, fresh: bool) -> str:
    """The result as a person reads it."""
    size = sum(file.bytes for file in files.files) / 1e6
    done = "built:" if fresh else "there already:"
    where = files.directory.parent / str(files.release)
    return f"files of release {files.release} {done} {len(files.files)} files, {size:.1f} MB in {where}"
