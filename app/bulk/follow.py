"""Beside a running service: whenever the newest release has no files here, a process of its own builds them.

Files of releases that were pruned, on this host or another, are removed.

The service answers first, and neither its event loop nor its memory pays for a build. One that fails says so in a line
and is tried again, later each time.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

from app.bulk.kept import newest_without_files
from app.bulk.place import being_built
from app.bulk.prune_files import prune_files
from app.errors import GongkaiError
from app.progress import Progress
from app.settings import Settings

_FIRST_SECONDS = 0.5  # the first answers come before
_LOOK_SECONDS = 5.0
_LONGEST_PAUSE = 600.0
_STOP_SECONDS = 10.0
_NICENESS = 10
_COMMAND = (sys.executable, "-c", "from app.cli import main; main()", "export")


@contextlib.contextmanager
def following(settings: Settings, progress: Progress) -> Iterator[None]:
    """Inside this block missing files of the newest release are built; a build that runs at its end is stopped."""
    stop = threading.Event()
    thread = threading.Thread(target=_follow, args=(settings, progress, stop), name="gongkai-files", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_STOP_SECONDS + 5)


def _follow(settings: Settings, progress: Progress, stop: threading.Event) -> None:
    pause, said = _FIRST_SECONDS, ""
    while not stop.wait(pause):
        pause = max(_LOOK_SECONDS, pause)
        try:
            missing = asyncio.run(newest_without_files(settings))
            gone = asyncio.run(prune_files(settings))
        except (GongkaiError, OSError):
            continue  # the database is away, which the service itself says; or files are being built
        if gone:
            progress(f"removed the files of pruned releases: {', '.join(map(str, gone))}")
        if missing is None:
            pause = _LOOK_SECONDS
            continue
        if being_built(settings.releases, missing):
            continue  # by a loader, or by another host
        failed = _build(stop)
        if failed is None:
            pause, said = _LOOK_SECONDS, ""
            progress(f"files of release {missing} are there")
        else:
            pause = min(2 * pause, _LONGEST_PAUSE)
            if failed and failed != said:
                said = failed
                progress(failed)


def _build(stop: threading.Event) -> str | None:
    """Build in another process; None when that was done, else its last words."""
    # A session of its own: what the terminal sends to the service does not reach it.
    with subprocess.Popen(  # noqa: S603 - our own command
        _COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True, text=True
    ) as process:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
        words: list[str] = []
        reading = threading.Thread(target=lambda: words.extend(process.stderr or ()), daemon=True)
        reading.start()
        while process.poll() is None:
            if stop.wait(0.1):
                process.terminate()
                try:
                    process.wait(_STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                return ""
        reading.join()
    if process.returncode == 0:
        return None
    return words[-1].strip() if words else f"the files were not built: exit code {process.returncode}"
