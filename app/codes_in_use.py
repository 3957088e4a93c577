"""Which codes of the code lists a release uses: counted when it is loaded and kept with it.

Whoever asks how many there are would otherwise have every row read, or every code looked up one by one, which several
machines cannot do for each other.
"""

from __future__ import annotations

import asyncpg
import orjson

# For each resource that serves a code list: the columns that hold its codes.
PLACES: dict[str, tuple[tuple[str, str], ...]] = {
    "regions": (("disclosure", "region_code"),),
    "functional-subjects": (
        ("expenditure_line", "code"),
        ("revenue_line", "code"),
        ("balance_line", "functional_code"),
    ),
    "economic-subjects": (("economic_line", "code"),),
}


async def codes_in_use(connection: asyncpg.Connection, release: int) -> str:
    """The codes of each list that rows of the release hold, as JSON; those that no list has are among them."""
    found: dict[str, list[str]] = {}
    for resource, places in PLACES.items():
        codes: set[str] = set()
        for table, column in places:
            rows = await connection.fetch(
                f"SELECT {column} FROM {table} WHERE valid_from <= $1 AND valid_to > $1 AND {column} IS NOT NULL "  # noqa: S608 - our names
                "GROUP BY 1",
                release,
            )
            codes |= {row[0] for row in rows}
        found[resource] = sorted(codes)
    return orjson.dumps(found).decode()


async def catch_up(connection: asyncpg.Connection) -> bool:
    """The codes of releases that were loaded before they were kept; whether there were any."""
    missing = "SELECT number FROM release WHERE codes IS NULL ORDER BY number"
    if not await connection.fetch(missing):
        return False
    async with connection.transaction():
        # No load begins meanwhile, and of two services that start at once one does it.
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('gongkai load'))")
        releases = [row["number"] for row in await connection.fetch(missing)]
        for number in releases:
            codes = await codes_in_use(connection, number)
            await connection.execute("UPDATE release SET codes = $2 WHERE number = $1", number, codes)
    return bool(releases)
