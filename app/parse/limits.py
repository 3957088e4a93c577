"""What parsing a foreign file may cost, and how a process is held to it: time, memory, files, processes, network.

`confine` is called once by the process that parses, before it reads the file. What the system does not permit is left
out; the deadline of the process that waits (`confined.py`) holds everywhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MIB = 1024 * 1024
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000  # CLONE_NEWNET, CLONE_NEWUSER of Linux
# What a reader has no business with. Python asks before it does any of these.
_FORBIDDEN = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.spawn", "os.posix_spawn", "os.system", "os.remove", "os.rename",
    "os.rmdir", "shutil.", "urllib.", "webbrowser.", "ftplib.", "smtplib.",
)  # fmt: skip
_WRITES = frozenset("wax+")


@dataclass(frozen=True)
class Limits:
    """Seconds, bytes and counts for one file. The longest real documents need a tenth of these."""

    deadline_seconds: int = 240
    cpu_seconds: int = 180
    memory_bytes: int = 2048 * _MIB
    open_files: int = 64
    result_bytes: int = 256 * _MIB


# LibreOffice, which reads DOC files, is a large program that writes files and starts processes.
_PROGRAM_MEMORY = 8192 * _MIB
_PROGRAM_FILES = 1024


def confine(limits: Limits, *, runs_program: bool) -> bool:
    """Hold this process to the limits; whether it is without network from now on.

    `runs_program` is for the one format that another program reads: it may start processes and write files.
    """
    isolated = _leave_network()
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return isolated
    wanted = [
        (resource.RLIMIT_AS, _PROGRAM_MEMORY if runs_program else limits.memory_bytes),
        (resource.RLIMIT_NOFILE, _PROGRAM_FILES if runs_program else limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ]
    if not runs_program:
        wanted += [(resource.RLIMIT_NPROC, 0), (resource.RLIMIT_FSIZE, 0)]
    # The soft limit is a signal that says what happened, the hard one a bare kill: it comes later.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))
    for what, most in wanted:
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (allowed, allowed))
        except (ValueError, OSError):
            continue  # macOS does not limit the address space
    # Should the process that waits be gone, this one ends by itself.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(limits.deadline_seconds + 5)
    if not runs_program:
        sys.addaudithook(_refuse)
    return isolated


def _leave_network() -> bool:
    """Move to a network of its own without an interface, where the system permits it."""
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    return any(library.unshare(flags) == 0 for flags in (_NEW_NETWORK, _NEW_USER | _NEW_NETWORK))


def _refuse(event: str, arguments: Sequence[object]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"a document may not do this: {event}")
    mode = arguments[1] if event == "open" and len(arguments) > 1 else None
    if isinstance(mode, str) and _WRITES & set(mode):
        raise PermissionError("a document may not write files")


def spent() -> tuple[float, int] | None:
    """Seconds of computing and the most MiB of memory that this process has used; None where the system is silent."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    used = resource.getrusage(resource.RUSAGE_SELF)
    # Linux counts what stood here before the program began, too; its own peak is told elsewhere.
    peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    with contextlib.suppress(OSError, IndexError, ValueError):
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM"):
                peak = int(line.split()[1]) * 1024
    return used.ru_utime + used.ru_stime, peak // _MIB
