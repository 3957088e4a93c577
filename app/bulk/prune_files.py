"""Files go with their release: those of a release that the database has pruned are removed wherever they lie."""

from __future__ import annotations

import datetime as dt

from app.bulk import place
from app.bulk.kept import reading
from app.bulk.manifest import release_files
from app.settings import Settings


async def prune_files(settings: Settings, *, wait: bool = False) -> list[int]:
    """Remove the files of pruned releases; the numbers of those. BulkError while files are built (`wait`: it waits).

    Only what the database says was pruned: what another database has under the same number stays.
    """
    there = place.built(settings.releases)
    if not there:
        return []
    async with reading(settings) as connection:
        rows = await connection.fetch(
            "select number, created_at, content_digest from pruned_release where number = any($1::int[]) "
            "and number not in (select number from release) order by number",
            there,
        )
    gone = [row["number"] for row in rows if _are_of(settings, *row)]
    if gone:
        with place.one_build(settings.releases, wait=wait):
            for number in gone:
                place.remove(settings.releases, number)
    return gone


def _are_of(settings: Settings, number: int, created_at: dt.datetime, content_digest: str) -> bool:
    found = release_files(settings.releases, number)
    return found is None or (found.created_at, found.content_digest) == (created_at, content_digest)
