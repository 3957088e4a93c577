"""Progress of a command: one line for each step, with the seconds since the start."""

from __future__ import annotations

import time
from collections.abc import Callable

import typer

Progress = Callable[[str], None]


def silent(_line: str) -> None:
    """For callers that show nothing."""


def stopwatch() -> Progress:
    """A progress that prints each line with the seconds since this was called."""
    start = time.monotonic()
    return lambda line: typer.echo(f"{time.monotonic() - start:6.2f} s  {line}")
