"""Indexes of all revisions of lines against partial ones, of the valid rows alone: pages, counts, bytes, ending rows.

    GONGKAI_DATA=… python bench/generate.py --lines 1000000 --unchecked
    GONGKAI_DATA=… python bench/partial.py --revised 0.3

The loaded lines beside the real table, in two schemas, and of a share of the departments once more as revisions that
have ended. A partial index is only used by a statement that asks for the rows that are still valid, and not for those
of a release by its number; so each is asked its own way. `docs/performance.md` has what came of it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Sequence

import asyncpg
import psutil
from partitions import DEPARTMENT, TABLE, YEAR, arguments, count, index_definitions, page

from app import database, embedded
from app.settings import from_environment
from app.tables import STILL_VALID

_OF_RELEASE = "(t.valid_from <= $1::int and t.valid_to > $1::int)"
# The release stays a parameter, so that both are given the same values.
_STILL_VALID = f"(t.valid_to = {STILL_VALID} and $1::int > 0)"
CLASS, DIVISION = ("class_code", "eq", 1), ("region_code", "eq", 1)
QUESTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "page: a department": (page(DEPARTMENT), ("department",)),
    "page: a division and year": (page(DIVISION, YEAR), ("division", "year")),
    "page: a class and year": (page(CLASS, YEAR), ("class_code", "year")),
    "count: a department": (count(DEPARTMENT), ("department",)),
    "count: a class and year": (count(CLASS, YEAR), ("class_code", "year")),
}
_ENDED = 0.05  # the share of departments that is ended by the measured statement


async def make(connection: asyncpg.Connection, schema: str, revised: float, *, partial: bool) -> int:
    """The lines again, with those of revisions that have ended, and the bytes of their indexes."""
    await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
    await connection.execute(f"CREATE TABLE {schema}.{TABLE} (LIKE public.{TABLE})")
    await connection.execute(f"INSERT INTO {schema}.{TABLE} SELECT * FROM public.{TABLE} ORDER BY id")
    columns = [
        row[0]
        for row in await connection.fetch(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped "
            "AND attgenerated = '' ORDER BY attnum",
            f"public.{TABLE}",
        )
    ]
    ended = {"id": "id + 1000000000", "valid_from": "0", "valid_to": "1"}
    values = ", ".join(ended.get(one, one) for one in columns)
    await connection.execute(
        f"INSERT INTO {schema}.{TABLE} ({', '.join(columns)}) SELECT {values} "
        f"FROM public.{TABLE} WHERE abs(hashtext(department_id)) % 1000 < $1 ORDER BY id",
        round(1000 * revised),
    )
    for text, key in await index_definitions(connection, schema):
        # A key is of all rows.
        await connection.execute(f"{text} WHERE valid_to = {STILL_VALID}" if partial and not key else text)
    await connection.execute(f"VACUUM (ANALYZE) {schema}.{TABLE}")
    return int(await connection.fetchval("SELECT pg_indexes_size($1::regclass)", f"{schema}.{TABLE}"))


async def cost(connection: asyncpg.Connection, text: str, bound: Sequence[Sequence[object]]) -> float:
    """Milliseconds of processor time of the database for each of the answers."""
    prepared = await connection.prepare(text)
    for one in bound[:20]:
        await prepared.fetch(*one)
    backend = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()"))
    before = sum(backend.cpu_times()[:2])
    for one in bound:
        await prepared.fetch(*one)
    return 1000 * (sum(backend.cpu_times()[:2]) - before) / len(bound)


async def main(revised: float, rounds: int) -> None:
    """Make both, ask both in turn, print a table."""
    settings = from_environment()
    with embedded.running(settings):
        async with database.connect_owner(settings) as connection:
            await connection.execute("SET plan_cache_mode = force_generic_plan")
            lines = await connection.fetchval(f"SELECT count(*) FROM {TABLE}")
            known: dict[str, Sequence[object]] = {
                "department": [r[0] for r in await connection.fetch("SELECT id FROM department ORDER BY id")],
                "division": [r[0] for r in await connection.fetch("SELECT DISTINCT region_code FROM department")],
                "class_code": ["201", "205", "208", "210", "213"],
                "year": list(range(2016, 2026)),
            }
            schemas = {"all_rows": False, "valid_rows": True}
            for schema, partial in schemas.items():
                size = await make(connection, schema, revised, partial=partial)
                print(f"{schema}: indexes of {size / lines:.0f} B for each valid line")
            print("| milliseconds of processor time | all rows | valid rows |\n|---|---|---|")
            for name, (text, kinds) in QUESTIONS.items():
                chance, found = random.Random(name), {schema: list[float]() for schema in schemas}
                bound = [arguments(kinds, known, chance) for _ in range(200)]
                for _ in range(rounds):
                    for schema, partial in schemas.items():
                        await connection.execute(f"SET search_path = {schema}, public")
                        asked = text.replace(_OF_RELEASE, _STILL_VALID) if partial else text
                        found[schema].append(await cost(connection, asked, bound))
                print(f"| {name} | " + " | ".join(f"{min(found[schema]):.3f}" for schema in schemas) + " |", flush=True)
            for schema in schemas:
                spent = await _end(connection, schema)
                print(f"{schema}: {1e6 * spent:.1f} µs of processor time to end a line")
                await connection.execute(f"DROP SCHEMA {schema} CASCADE")


async def _end(connection: asyncpg.Connection, schema: str) -> float:
    """Seconds for each line to end those of some departments, as a revision does."""
    backend = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()"))
    before = sum(backend.cpu_times()[:2])
    said = await connection.execute(
        f"UPDATE {schema}.{TABLE} SET valid_to = 2 WHERE valid_to = {STILL_VALID} "
        "AND abs(hashtext(department_id)) % 1000 >= $1",
        round(1000 * (1 - _ENDED)),
    )
    return (sum(backend.cpu_times()[:2]) - before) / int(said.split()[-1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--revised", type=float, default=0.3, help="the share of departments with an ended revision")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    asyncio.run(main(given.revised, given.rounds))
