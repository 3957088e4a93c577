"""Disclosures become rows, step by step: digested, asked whether they are wanted, judged, given ids, written as text.

What makes rows and what loads them talk with each other, since only the load knows what the database has already and
which ids are free. So rows can be made in a thread, while the database takes in those before, or in processes of their
own that each read a share of the disclosures themselves: records would cost more to hand over than to make.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import hashlib
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import orjson

from app import records, reference
from app.copy_text import Rows
from app.errors import GongkaiError, LoadError
from app.progress import silent
from app.record_columns import Columns, columns_of
from app.records import CheckResult, ParsedDisclosure
from app.sums import Part, Sums
from app.to_rows import CHECKS, LISTS, Revision, rows_of

Judge = Callable[[ParsedDisclosure], Sequence[CheckResult]]
Batches = Iterable[Sequence[ParsedDisclosure]]


_TIDIED = 20  # batches after which a process of its own looks for cycles


@dataclass(frozen=True)
class Shared:
    """A stream of disclosures that several processes make, in batches.

    `share(n, of)` gives every batch that is the n-th (from 0) of as many as there are processes: 1, 4, 7 of 3. All
    batches in turn are in the order of ids. It and the judge go to other processes: pickle must be able to name them.
    `copied` is told here, of each disclosure that the database has taken in.
    """

    share: Callable[[int, int], Batches]
    processes: int
    copied: Callable[[str], None] = silent


@dataclass(frozen=True)
class Heads:
    """The disclosures of a batch, before anything is made of them."""

    disclosures: list[records.Disclosure]
    digests: list[str]


@dataclass(frozen=True)
class Places:
    """What the rows of a batch carry that the load alone knows."""

    release: int
    loaded_at: dt.datetime
    origin: str
    checks_version: int
    first_revision: int
    revisions: list[int]  # of each wanted disclosure: the number of this revision
    first_ids: dict[str, int]


@dataclass(frozen=True)
class Made:
    """The rows of a batch, and the names printed beside codes that were not told before."""

    rows: Mapping[str, Rows]
    names: set[reference.Name]
    full: bool  # whether what rows come to is to be asked for before the next batch


def content_digest(parsed: ParsedDisclosure, columns: Mapping[str, Columns]) -> str:
    """SHA-256 of everything a disclosure says, whatever the parser's version; fields without a value do not count.

    Of its JSON with sorted keys, as pydantic would write it in a third more time. Amounts are all that JSON does not
    know: they are texts there.
    """
    content: dict[str, object] = {name: listed.records() for name, listed in columns.items()}
    (disclosure,) = columns_of([parsed.disclosure]).records()
    del disclosure["parser_version"]
    content["disclosure"] = disclosure
    return hashlib.sha256(orjson.dumps(content, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


def columns_of_lists(parsed: ParsedDisclosure) -> dict[str, Columns]:
    """The records of each list of a disclosure as columns."""
    return {name: columns_of(getattr(parsed, name)) for name in LISTS}


class _Steps:
    """The steps of each batch in turn: `heads`, `counts` of those that are wanted, their rows as they are `made`.

    `summed` may be asked between two batches and after the last.
    """

    def __init__(self, batches: Batches, judge: Judge) -> None:
        self._batches, self._judge = iter(batches), judge
        self._batch: Sequence[ParsedDisclosure] = ()
        self._columns: list[dict[str, Columns]] = []
        self._digests: list[str] = []
        self._wanted: list[tuple[int, tuple[CheckResult, ...]]] = []  # positions in the batch
        self._told: set[reference.Name] = set()
        self._sums = Sums()
        self._taken: Iterator[Part] | None = None

    def heads(self) -> Heads | None:
        """What the next batch has; None at the end."""
        self._batch = next(self._batches, ())
        self._columns = [columns_of_lists(parsed) for parsed in self._batch]
        self._digests = list(map(content_digest, self._batch, self._columns))
        return Heads([parsed.disclosure for parsed in self._batch], self._digests) if self._batch else None

    def counts(self, wanted: Sequence[int]) -> dict[str, int]:
        """How many rows of each list the disclosures at these positions have."""
        self._wanted = [(position, tuple(self._judge(self._batch[position]))) for position in wanted]
        found = {source: sum(self._columns[position][source].number for position in wanted) for source in LISTS}
        return {**found, CHECKS: sum(len(results) for _, results in self._wanted)}

    def made(self, places: Places) -> Made:
        """Their rows. LoadError as `rows_of`."""
        revisions = [
            Revision(
                parsed=self._batch[position],
                columns=self._columns[position],
                revision_id=places.first_revision + number,
                revision=places.revisions[number],
                valid_from=places.release,
                content_digest=self._digests[position],
                origin=places.origin,
                check_results=results,
                checks_version=places.checks_version,
            )
            for number, (position, results) in enumerate(self._wanted)
        ]
        names = {name for one in revisions for name in reference.printed_names(one.parsed)} - self._told
        self._told |= names
        rows = rows_of(revisions, places.first_ids, places.loaded_at, self._sums) if revisions else {}
        self._batch, self._columns, self._wanted = (), [], []  # what is done goes before more comes
        return Made(rows, names, self._sums.full)

    def summed(self) -> Part | None:
        """What all rows came to that were made since it was told, part by part; None after the last."""
        self._taken = self._taken or self._sums.parts()
        found = next(self._taken, None)
        if found is None:
            self._taken = None
        return found


class Maker:
    """Whoever makes rows: `heads`, `counts` and `made` of each batch in turn, and what they are `summed` to.

    `close` when no more is wanted.
    """

    def __init__(self, ask: Callable[..., Any], stop: Callable[[], None]) -> None:
        self._ask, self._stop = ask, stop
        self._step: asyncio.Future[Any] | None = None

    async def heads(self) -> Heads | None:
        found: Heads | None = await self._take("heads")
        return found

    async def counts(self, wanted: Sequence[int]) -> dict[str, int]:
        found: dict[str, int] = await self._take("counts", wanted)
        return found

    async def made(self, places: Places) -> Made:
        found: Made = await self._take("made", places)
        return found

    async def summed(self) -> Part | None:
        found: Part | None = await self._take("summed")
        return found

    async def _take(self, step: str, *arguments: object) -> Any:  # noqa: ANN401 - what the step gives
        self._step = asyncio.ensure_future(asyncio.to_thread(self._ask, step, *arguments))
        return await asyncio.shield(self._step)

    async def close(self) -> None:
        """Nobody works on the disclosures after this: a load that fails ends when its threads have."""
        await asyncio.to_thread(self._stop)
        if self._step is not None:
            await asyncio.wait([self._step])
            if not self._step.cancelled():
                self._step.exception()


def in_thread(batches: Batches, judge: Judge) -> Maker:
    """Rows are made in a thread of this process."""
    made = _Steps(batches, judge)
    return Maker(lambda step, *arguments: getattr(made, step)(*arguments), lambda: None)


def in_process(shared: Shared, number: int, judge: Judge) -> Maker:
    """Rows are made in a process of their own."""
    # Not forked: this process has threads, and a connection to the database that is not to be shared.
    context = multiprocessing.get_context("spawn")
    pipe, other = context.Pipe()
    arguments = (other, shared.share, number, shared.processes, judge)
    process = context.Process(target=_work, args=arguments, daemon=True)
    process.start()
    # Only the process holds its end now, so that its end is the end of the pipe.
    other.close()

    def ask(step: str, *arguments: object) -> object:
        try:
            pipe.send((step, arguments))
            answer: object = pipe.recv()
        except (EOFError, OSError):
            process.join()
            raise LoadError(f"a process that makes rows ended with exit code {process.exitcode}") from None
        if isinstance(answer, GongkaiError):
            raise answer
        return answer

    def stop() -> None:
        process.kill()
        process.join()

    return Maker(ask, stop)


def _work(pipe: Connection, share: Callable[[int, int], Batches], number: int, processes: int, judge: Judge) -> None:
    """What the process does: step for step what it is asked for, until whoever asks is gone."""
    # An interrupt from the keyboard is for the load, which ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # To look for cycles among so many records costs as much as to make them; between batches there are few objects.
    gc.freeze()
    gc.disable()
    batches = 0
    made = _Steps(share(number, processes), judge)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            step, arguments = pipe.recv()
            try:
                answer = getattr(made, step)(*arguments)
            except GongkaiError as error:
                answer = error
            pipe.send(answer)
            del arguments, answer
            batches += step == "made"
            if step == "made" and batches % _TIDIED == 0:
                gc.collect()
