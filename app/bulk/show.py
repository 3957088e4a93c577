"""How far a build is, for a person: a bar on a terminal, a line for each file elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.bulk.build import Report, Step


@contextlib.contextmanager
def shown(console: Console | None = None) -> Iterator[Report]:
    """A report that shows each step on stderr."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    bar = Progress(
        TextColumn("{task.description:32}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
    with bar:
        task = bar.add_task("", total=None)
        yield lambda step: bar.update(task, description=step.what, completed=step.done, total=step.total or None)


class _Lines:
    """A line when another file is begun."""

    def __init__(self) -> None:
        self._said = ""

    def __call__(self, step: Step) -> None:
        if step.what != self._said:
            self._said = step.what
            part = f" ({step.done} of {step.total} rows written)" if step.total else ""
            typer.echo(f"          {step.what}{part}", err=True)
