"""Progress of a command: one line for each step, with the seconds since the start."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

import typer

Progress = Callable[[str], None]


def silent(_line: str) -> None:
    """For callers that show nothing."""


def stopwatch() -> Progress:
    """A progress that prints each line with the seconds since this was called."""
    start = time.monotonic()
    return lambda line: typer.echo(f"{time.monotonic() - start:6.2f} s  {line}")


@contextlib.contextmanager
def bar(what: str, *, total: int) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal's stderr, moved on by one with each call, which names what is done; silent elsewhere."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console  # noqa: PLC0415 - only where there is a terminal
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[name]}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=total, name="")
        yield lambda name: shown.update(task, advance=1, name=name)
