"""Foreign files → records, each parsed in a process of its own that is held to limits; several at the same time.

A file that crashes its reader, eats memory or never ends costs its own process and gives a named error. Nothing is
shared between files, and an interruption (Ctrl-C) ends all processes.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Unpack

from pydantic import ValidationError

from app.errors import DocumentError
from app.parse import document
from app.parse.identity import Said
from app.parse.limits import Limits
from app.records import ParsedDisclosure

# Called with each file when it is done.
Done = Callable[[Path], None]

_MOST_AT_ONCE = 4
_CHUNK = 1 << 20
# How long an interrupted wait sleeps before it looks again.
_LOOK = 0.5


@dataclass(frozen=True)
class ParsedFile:
    """What became of one file: its records, or the error. `isolated` says that it was parsed without network.

    `seconds` are those of computing, `mebibytes` the most memory, of its process from its start to its answer; None
    where the file cannot be read or the system does not tell.
    """

    path: Path
    parsed: ParsedDisclosure | None
    error: DocumentError | None
    isolated: bool
    seconds: float | None = None
    mebibytes: int | None = None


def parse_files(
    paths: Sequence[Path],
    *,
    limits: Limits | None = None,
    at_once: int | None = None,
    on_done: Done | None = None,
    **said: Unpack[Said],
) -> list[ParsedFile]:
    """Every file's records or error, in the order of the paths; as many at once as there are processors, at most four.

    Nothing is raised for a file that cannot be read: the caller sees all errors together.
    """
    limits = limits or Limits()
    workers = _Workers(limits, said)
    most = at_once or min(_MOST_AT_ONCE, os.cpu_count() or 1)
    pool = ThreadPoolExecutor(max_workers=most, thread_name_prefix="parse")
    try:
        futures = [pool.submit(workers.parse, path) for path in paths]
        _wait(futures, paths, on_done)
        return [future.result() for future in futures]
    finally:
        # After an interruption the threads must end, too: their processes are gone.
        workers.stop()
        pool.shutdown(cancel_futures=True)


def _wait(futures: Sequence[Future[ParsedFile]], paths: Sequence[Path], on_done: Done | None) -> None:
    by_future = dict(zip(futures, paths, strict=True))
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=_LOOK, return_when=FIRST_COMPLETED)
        for future in done:
            if on_done is not None:
                on_done(by_future[future])


class _Workers:
    """The processes that run, so that all of them can be ended."""

    def __init__(self, limits: Limits, said: Said) -> None:
        self._limits = limits
        self._said = said
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def stop(self) -> None:
        """End every process and start no other."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                _end(process)

    def parse(self, path: Path) -> ParsedFile:
        """Parse one file in a process of its own."""
        try:
            return self._parse(path)
        except DocumentError as error:
            return ParsedFile(path, None, error, isolated=True)

    def _parse(self, path: Path) -> ParsedFile:
        with _opened(path) as file:
            process = self._start(file, path)
        late = threading.Event()

        def end_late() -> None:
            late.set()
            _end(process)

        timer = threading.Timer(self._limits.deadline_seconds, end_late)
        timer.daemon = True
        timer.start()
        try:
            answer = self._read(process, path)
        finally:
            timer.cancel()
            _end(process)
            with self._lock:
                self._running.discard(process)
            process.wait()
        return _understood(answer, path, _ending(process.returncode, self._limits, late=late.is_set()))

    def _start(self, file: int, path: Path) -> subprocess.Popen[bytes]:
        # The environment holds what Python needs and nothing else: no database address, no password.
        environment = {
            "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
            "PATH": os.environ.get("PATH", ""),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-P", "-m", "app.parse.worker", path.name, json.dumps(self._said)]
        with self._lock:
            if self._stopped:
                raise DocumentError(f"{path.name}: not parsed, since the command was interrupted")
            process = subprocess.Popen(  # noqa: S603 - our own program, no shell
                [*command, json.dumps(asdict(self._limits))],
                stdin=file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                # Ctrl-C in the terminal reaches the caller, which ends them in order.
                start_new_session=True,
            )
            self._running.add(process)
        return process

    def _read(self, process: subprocess.Popen[bytes], path: Path) -> bytes:
        answer = bytearray()
        if process.stdout is None:
            raise DocumentError(f"{path.name}: its parser has no way to answer")
        with process.stdout as answers:
            while chunk := answers.read(_CHUNK):
                answer += chunk
                if len(answer) > self._limits.result_bytes:
                    raise DocumentError(
                        f"{path.name}: gives more than {self._limits.result_bytes // 2**20} MiB of records; "
                        "it is not read"
                    )
        return bytes(answer)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The file, open for reading, after it has been found to be a plain file of a size that is read at all."""
    try:
        # Opening a pipe would wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError(f"{path}: is no file that can be read as a document (a folder, a pipe, a device?)")
        if status.st_size > document.LARGEST_DOCUMENT:
            raise DocumentError(document.too_large(path.name, status.st_size))
        yield descriptor
    finally:
        os.close(descriptor)


def _understood(answer: bytes, path: Path, ending: str | None) -> ParsedFile:
    head, _, body = answer.partition(b"\n")
    try:
        said = json.loads(head) if head else {}
        error, isolated = said["error"], bool(said["isolated"])
        if error is not None:
            raise DocumentError(str(error))
        seconds, mebibytes = said["spent"] or (None, None)
        return ParsedFile(
            path, ParsedDisclosure.model_validate_json(body), None, isolated, seconds=seconds, mebibytes=mebibytes
        )
    except (ValueError, KeyError, TypeError, ValidationError) as broken:
        raise DocumentError(f"{path.name}: {ending or 'its parser gave no answer; please report it'}") from broken


def _ending(code: int, limits: Limits, *, late: bool) -> str | None:
    """Why a process ended without an answer, in words; None where it ended by itself."""
    if late or code == -getattr(signal, "SIGALRM", 0):
        return f"took longer than {limits.deadline_seconds} seconds to parse and was stopped"
    if code == -getattr(signal, "SIGXCPU", 0):
        return f"took more than {limits.cpu_seconds} seconds of computing and was stopped"
    if code == -signal.SIGKILL:
        return "was stopped by the system while it was parsed, probably for want of memory"
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        return f"crashed its reader ({name}); it is damaged, or made to do that"
    return f"its parser ended with code {code}; please report it" if code else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and whatever it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
