"""What a load is given, batch by batch: what of it is new, which ids that gets, and what it comes to.

Batches may be made by several makers at once (`app/make_rows.py`); ids are given in the order of the batches, so that
they are those of one maker.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import asyncpg

from app import records, reference, tables
from app.copy_rows import Copy
from app.copy_text import Rows
from app.errors import LoadError
from app.make_rows import Heads, Maker, Places
from app.sums import Part

Origin = Literal["seed", "ingest"]


@dataclass(frozen=True)
class Current:
    """What the database knows of one disclosure before the load."""

    revision: int  # the highest so far
    valid: asyncpg.Record | None  # revision_id, content_digest, sha256 and origin of the valid revision
    seed_digest: str | None  # of the latest revision that came from a seed
    withdrawn: bool = False  # by the operator, and gone since


@dataclass
class Tally:
    """What a load has met so far; disclosures are named by id."""

    named: set[str] = field(default_factory=set)
    added: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept_out: list[str] = field(default_factory=list)  # the operator took them back
    # How many disclosures the release adds, revises and withdraws, by reason (`app/query/words.py: CHANGE_REASON`).
    reasons: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("new_document", "new_revision", "extraction_mended", "checks", "withdrawn"), 0
        )
    )
    names: set[reference.Name] = field(default_factory=set)  # printed beside codes


async def current(connection: asyncpg.Connection) -> dict[str, Current]:
    """Every disclosure that is in the database, or was until it was pruned, by id."""
    rows = await connection.fetch(
        "SELECT id, revision_id, revision, content_digest, checks_version, sha256, origin, valid_to FROM disclosure "
        "ORDER BY id, revision"
    )
    withdrawn = {row["disclosure_id"] for row in await connection.fetch("SELECT disclosure_id FROM withdrawal")}
    pruned = await connection.fetch("SELECT id, revision, seed_digest FROM pruned_disclosure")
    found = {
        row["id"]: Current(row["revision"], None, row["seed_digest"], withdrawn=row["id"] in withdrawn)
        for row in pruned
    }
    for row in rows:
        earlier = found[row["id"]].seed_digest if row["id"] in found else None
        valid = row["valid_to"] == tables.STILL_VALID
        found[row["id"]] = Current(
            revision=row["revision"],
            valid=row if valid else None,
            seed_digest=row["content_digest"] if row["origin"] == "seed" else earlier,
            withdrawn=row["id"] in withdrawn and not valid,
        )
    return found


async def forget_returned(connection: asyncpg.Connection, known: Mapping[str, Current]) -> None:
    """A disclosure that has come back is no longer one that the operator took back.

    Said by the load after, which knows that it has: where rows lie on several machines it may not have come through.
    """
    returned = [
        row["disclosure_id"]
        for row in await connection.fetch("SELECT disclosure_id FROM withdrawal")
        if (before := known.get(row["disclosure_id"])) is not None and before.valid is not None
    ]
    if returned:
        await connection.execute("DELETE FROM withdrawal WHERE disclosure_id = any($1::text[])", returned)


@dataclass(frozen=True)
class Batch:
    """What some disclosures come to: which of them there are, what the new ones replace, and their rows."""

    named: list[str]
    new: list[records.Disclosure]
    replaced: list[Current]
    rows: Mapping[str, Rows]


class Intake:
    """Takes in batches from those who make rows: says what is wanted, gives ids in order, and tallies."""

    def __init__(
        self, known: Mapping[str, Current], tally: Tally, copy: Copy, origin: Origin, checks_version: int
    ) -> None:
        self.known, self.tally, self.copy, self.origin = known, tally, copy, origin
        self.checks_version = checks_version
        self._last: records.Disclosure | None = None

    async def batches(self, makers: Sequence[Maker]) -> AsyncGenerator[Batch | Part, None]:
        """The batches of all makers in turn, each made while the database takes in the ones before.

        Between them and after the last comes what their rows are summed to.
        """
        queues: list[asyncio.Queue[Batch | Part | Exception | None]] = [asyncio.Queue(maxsize=1) for _ in makers]
        turns = [asyncio.Event() for _ in makers]
        turns[0].set()
        tasks = [
            asyncio.create_task(self._from(maker, turns[number], turns[(number + 1) % len(makers)], queues[number]))
            for number, maker in enumerate(makers)
        ]
        try:
            while queues:
                for queue in queues.copy():
                    while isinstance(found := await queue.get(), Part):
                        yield found
                    if isinstance(found, Exception):
                        raise found
                    if found is None:
                        queues.remove(queue)
                    else:
                        yield found
        finally:
            for task in tasks:
                task.cancel()
            for maker in makers:
                await maker.close()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _from(
        self,
        maker: Maker,
        turn: asyncio.Event,
        following: asyncio.Event,
        queue: asyncio.Queue[Batch | Part | Exception | None],
    ) -> None:
        """Every batch of one maker; only who has the turn gets ids, so that they are those of the order of batches."""
        try:
            while (heads := await maker.heads()) is not None:
                wanted = [position for position in range(len(heads.digests)) if self._wants(heads, position)]
                counts = await maker.counts(wanted)
                await turn.wait()
                turn.clear()
                places = self._place(heads, wanted, counts)
                following.set()
                made = await maker.made(places)
                self.tally.names |= made.names
                new = [heads.disclosures[position] for position in wanted]
                replaced = [self.known[one.id] for one in new if one.id in self.known]
                await queue.put(Batch([one.id for one in heads.disclosures], new, replaced, made.rows))
                while made.full and (summed := await maker.summed()) is not None:
                    await queue.put(summed)
            following.set()
            while (summed := await maker.summed()) is not None:
                await queue.put(summed)
            await queue.put(None)
        except Exception as error:  # noqa: BLE001 - raised where the batches are asked for
            await queue.put(error)

    def _wants(self, heads: Heads, position: int) -> bool:
        before = self.known.get(heads.disclosures[position].id)
        if before is None:
            return True
        if before.valid is None:
            return not self._is_kept_out(before)
        return not self._has(before, heads.digests[position])

    def _is_kept_out(self, before: Current) -> bool:
        """What the operator took back does not come again with a seed that still has it; who ingests it means it."""
        return before.withdrawn and self.origin == "seed"

    def _has(self, before: Current, digest: str) -> bool:
        """Whether the database has this content already.

        A seed is compared with what the last seed brought: a document that was ingested since, with its running text,
        stays until the seed itself says something new.
        """
        if before.valid is not None and before.valid["content_digest"] == digest:
            # Other rules give other results for the same figures.
            return bool(before.valid["checks_version"] == self.checks_version)
        return self.origin == "seed" and before.seed_digest == digest

    def _place(self, heads: Heads, wanted: Sequence[int], counts: Mapping[str, int]) -> Places:
        """Tally the batch, and give its new revisions their ids."""
        tally, revisions = self.tally, list[int]()
        new = set(wanted)
        for position, disclosure in enumerate(heads.disclosures):
            self._refuse_disorder(disclosure)
            identifier, before = disclosure.id, self.known.get(disclosure.id)
            tally.named.add(identifier)
            if position not in new:
                kept_out = before is not None and self._is_kept_out(before)
                (tally.kept_out if kept_out else tally.unchanged).append(identifier)
                continue
            (tally.added if before is None else tally.revised).append(identifier)
            tally.reasons[_reason(disclosure, heads.digests[position], before)] += 1
            revisions.append(1 if before is None else before.revision + 1)
        first_revision, first_ids = self.copy.place(len(revisions), counts)
        return Places(
            release=self.copy.release,
            loaded_at=self.copy.loaded_at,
            origin=self.origin,
            checks_version=self.checks_version,
            first_revision=first_revision,
            revisions=revisions,
            first_ids=first_ids,
        )

    def _refuse_disorder(self, disclosure: records.Disclosure) -> None:
        """LoadError where a disclosure comes twice or after one that belongs behind it."""
        before, self._last = self._last, disclosure
        if before is not None and before.id == disclosure.id:
            raise LoadError(
                f"{before.source_file} and {disclosure.source_file} are the same disclosure ({disclosure.id}): "
                "load one of them"
            )
        if before is not None and before.id > disclosure.id:
            raise LoadError(f"a stream comes in the order of ids: {disclosure.id} after {before.id}")


def _reason(disclosure: records.Disclosure, digest: str, before: Current | None) -> str:
    """Why the release has this revision (`app/query/words.py: CHANGE_REASON`)."""
    if before is None or before.valid is None:
        return "new_document"
    if before.valid["sha256"] != disclosure.sha256:
        return "new_revision"
    return "checks" if before.valid["content_digest"] == digest else "extraction_mended"
