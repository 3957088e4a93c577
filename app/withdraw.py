"""Taking back: disclosures that should not be there are gone with the next release, and no seed brings them again.

Releases before it still have them, as a release has what it had; who wants them gone everywhere removes those releases
(`app/prune.py`).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from app.errors import LoadError
from app.intake import Current, Tally, current
from app.make_release import ReleaseRow, conclude, end, in_release, named
from app.progress import Progress, silent

# Of so many disclosures the name that was meant is looked for among all, of more among those of the division.
_MOST_COMPARED = 5_000


@dataclass(frozen=True)
class Withdrawn:
    """What a withdrawal did. `release` is the current release afterwards; `already` were gone before."""

    release: int
    withdrawn: tuple[str, ...]
    already: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return bool(self.withdrawn)

    def sentence(self) -> str:
        """The result as a person reads it."""
        said = f"release {self.release}: withdrawn {named(self.withdrawn)}" if self.withdrawn else ""
        gone = f"gone already, and kept out from now on: {named(self.already)}" if self.already else ""
        return "; ".join(part for part in (said, gone) if part)


async def withdraw(
    connection: asyncpg.Connection,
    identifiers: Sequence[str],
    *,
    note: str | None = None,
    wait: bool = False,
    progress: Progress = silent,
) -> Withdrawn:
    """Make a release without these disclosures; of those that are gone already no release is made.

    `note` is what the release says of itself; without one it names them. LoadError for an id that never was, with the
    nearest, or while a load is running; nothing was written then.
    """

    async def write() -> tuple[Withdrawn, ReleaseRow | None]:
        return await _write(connection, list(dict.fromkeys(identifiers)), note, progress)

    return await in_release(connection, write, wait=wait, progress=progress)


async def restore(connection: asyncpg.Connection, identifiers: Sequence[str]) -> tuple[str, ...]:
    """Let a seed bring these disclosures again; they come with the next load. LoadError for one that is not withdrawn.

    Nothing else changes: their rows were those of releases, which are as they were.
    """
    async with connection.transaction():
        known, asked = await current(connection), sorted(set(identifiers))
        for identifier in asked:
            if identifier not in known:
                raise _unknown(identifier, known)
            if known[identifier].valid is not None:
                raise LoadError(f"{identifier} is there: nothing is to be restored")
            if not known[identifier].withdrawn:
                raise LoadError(f"{identifier} is not kept out: `gongkai load` or `gongkai ingest FILE…` brings it")
        await connection.execute("DELETE FROM withdrawal WHERE disclosure_id = any($1::text[])", asked)
    return tuple(asked)


async def _write(
    connection: asyncpg.Connection, identifiers: Sequence[str], note: str | None, progress: Progress
) -> tuple[Withdrawn, ReleaseRow | None]:
    latest: int | None = await connection.fetchval("SELECT max(number) FROM release")
    if latest is None:
        raise LoadError("nothing has been loaded yet, so nothing can be withdrawn")
    known = await current(connection)
    for identifier in identifiers:
        if identifier not in known:
            raise _unknown(identifier, known)
    valid = sorted(identifier for identifier in identifiers if known[identifier].valid is not None)
    gone = sorted(set(identifiers) - set(valid))
    release = latest + 1 if valid else latest
    if note is None:
        note = f"withdrawn: {named(valid)}"
    await _keep_out(connection, valid, release, note)
    # Gone since another release, whose number is kept; a seed could bring them again all the same.
    await _keep_out(connection, [one for one in gone if not known[one].withdrawn], release, note)
    result = Withdrawn(release, tuple(valid), tuple(gone))
    if not valid:
        return result, None
    await end(connection, [known[identifier] for identifier in valid], release)
    changes = Tally().reasons | {"withdrawn": len(valid)}
    return result, await conclude(connection, release, note=note, changes=changes, progress=progress)


async def _keep_out(connection: asyncpg.Connection, identifiers: Sequence[str], release: int, note: str) -> None:
    await connection.execute(
        "INSERT INTO withdrawal (disclosure_id, release, withdrawn_at, note) "
        "SELECT id, $2, now(), $3 FROM unnest($1::text[]) AS withdrawn (id) "
        "ON CONFLICT (disclosure_id) DO UPDATE "
        "SET release = excluded.release, withdrawn_at = excluded.withdrawn_at, note = excluded.note",
        identifiers,
        release,
        note,
    )


def _unknown(identifier: str, known: Mapping[str, Current]) -> LoadError:
    names = list(known)
    if len(names) > _MOST_COMPARED:
        names = [name for name in names if name[:6] == identifier[:6]]
    near = difflib.get_close_matches(identifier, names, n=3, cutoff=0.8)
    advice = f"did you mean {' or '.join(near)}?" if near else "/v1/disclosures lists the ids"
    return LoadError(f"there is no disclosure {identifier[:100]!r}, nothing was changed: {advice}")
