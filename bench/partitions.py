"""Expenditure lines in one table against the same lines parted by fiscal year: pages, counts, sums, planning, loading.

    GONGKAI_DATA=… python bench/generate.py --lines 1000000
    GONGKAI_DATA=… python bench/partitions.py

Both are made of the loaded lines beside the real table, in schemas of their own, with the same indexes, and taken away
at the end. Our own statements run on each in turn, on a connection with the session of the API; `docs/performance.md`
has what came of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from collections.abc import Mapping, Sequence

import asyncpg

from app import database, embedded
from app.query.paging import Order
from app.query.registry import RESOURCES
from app.query.select import count_statement, page_statement
from app.settings import from_environment
from app.values import Unit

TABLE = "expenditure_line"
YEARS = range(2016, 2026)
_SUMS = """select t.fiscal_year, left(t.code, 3) as class, left(t.region_code, 2) as province, sum(t.total)
    from expenditure_line t where t.valid_from <= $1::int and t.valid_to > $1::int and t.is_leaf and t.fund = 'all'
    {} group by 1, 2, 3"""


def page(*filters: tuple[str, str, int]) -> str:
    """The statement of a list page with these filters."""
    resource = RESOURCES["expenditures"]
    return page_statement(
        "expenditures",
        filters=filters,
        orders=(Order("id"),),
        nulls=None,
        fields=resource.shown,
        includes=(),
        unit=Unit.WAN,
        limit=50,
    )


def count(*filters: tuple[str, str, int]) -> str:
    """The statement of its exact total."""
    return count_statement("expenditures", filters=filters)


DEPARTMENT, REGION = ("department_id", "eq", 1), ("region_code", "prefix", 1)
CLASS, YEAR = ("code", "prefix", 1), ("fiscal_year", "eq", 1)
QUESTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "page: a department": (page(DEPARTMENT), ("department",)),
    "page: a department and year": (page(DEPARTMENT, YEAR), ("department", "year")),
    "page: a class and year": (page(CLASS, YEAR), ("class", "year")),
    "page: a county": (page(REGION), ("county",)),
    "page: a county and year": (page(REGION, YEAR), ("county", "year")),
    "page: a year": (page(YEAR), ("year",)),
    "page: no filter": (page(), ()),
    "count: a department": (count(DEPARTMENT), ("department",)),
    "count: a class and year": (count(CLASS, YEAR), ("class", "year")),
    "count: a class": (count(CLASS), ("class",)),
    "count: a year": (count(YEAR), ("year",)),
    "sums: all years": (_SUMS.format(""), ()),
    "sums: one year": (_SUMS.format("and t.fiscal_year = $2::bigint"), ("year",)),
}


async def make(connection: asyncpg.Connection, schema: str, *, parted: bool) -> float:
    """The lines again, in a schema of their own; the seconds that filling the bare table took."""
    await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
    tail = "PARTITION BY LIST (fiscal_year)" if parted else ""
    await connection.execute(f"CREATE TABLE {schema}.{TABLE} (LIKE public.{TABLE}) {tail}")
    for year in range(min(YEARS) - 2, max(YEARS) + 1) if parted else ():
        await connection.execute(
            f"CREATE TABLE {schema}.{TABLE}_{year} PARTITION OF {schema}.{TABLE} FOR VALUES IN ({year})"
        )
    begun = time.perf_counter()
    await connection.execute(f"INSERT INTO {schema}.{TABLE} SELECT * FROM public.{TABLE} ORDER BY id")
    filled = time.perf_counter() - begun
    for text, key in await index_definitions(connection, schema):
        # Postgres wants the year in a key of parted tables.
        await connection.execute(
            text.replace("(id, department_id)", "(id, department_id, fiscal_year)") if key else text
        )
    await connection.execute(f"VACUUM (ANALYZE) {schema}.{TABLE}")
    return filled


async def index_definitions(connection: asyncpg.Connection, schema: str) -> list[tuple[str, bool]]:
    """The indexes of the real table as those of the table in a schema, and whether each is its key."""
    return [
        (row["text"].replace(f" ON public.{TABLE} ", f" ON {schema}.{TABLE} "), row["own"])
        for row in await connection.fetch(
            "SELECT pg_get_indexdef(indexrelid) AS text, indisprimary AS own FROM pg_index "
            "WHERE indrelid = $1::regclass",
            f"public.{TABLE}",
        )
    ]


async def ask(
    connection: asyncpg.Connection, schema: str, text: str, arguments: Sequence[object]
) -> tuple[float, float]:
    """Milliseconds of the answer, and of the planning in it."""
    await connection.execute(f"SET search_path = {schema}, public")
    prepared = await connection.prepare(text)
    begun = time.perf_counter()
    await prepared.fetch(*arguments)
    whole = (time.perf_counter() - begun) * 1000
    planned = await connection.fetchval(
        f"EXPLAIN (SUMMARY, FORMAT JSON) EXECUTE {prepared.get_name()} ({', '.join(map(_literal, arguments))})"
    )
    return whole, float(json.loads(planned)[0]["Planning Time"])


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


def arguments(kinds: Sequence[str], known: Mapping[str, Sequence[object]], chance: random.Random) -> list[object]:
    """The release and a random value for each filter; a prefix is a range."""
    bound: list[object] = [1]
    for kind in kinds:
        one = chance.choice(known[kind])
        bound += [one, f"{str(one)[:-1]}{chr(ord(str(one)[-1]) + 1)}"] if kind in ("class", "county") else [one]
    return bound


async def main(rounds: int) -> None:
    """Make both, ask both, print a table."""
    settings = from_environment()
    with embedded.running(settings):
        async with database.connect_owner(settings) as connection:
            await connection.execute("SET plan_cache_mode = force_custom_plan")
            lines = await connection.fetchval(f"SELECT count(*) FROM {TABLE}")
            known: dict[str, Sequence[object]] = {
                "department": [r[0] for r in await connection.fetch("SELECT id FROM department ORDER BY id")],
                "county": [r[0] for r in await connection.fetch("SELECT DISTINCT region_code FROM department")],
                "class": ["201", "205", "208", "210", "213"],
                "year": list(YEARS),
            }
            schemas = {"whole": False, "by_year": True}
            for schema, parted in schemas.items():
                seconds = await make(connection, schema, parted=parted)
                size = await connection.fetchrow(
                    "SELECT sum(pg_table_size(oid)), sum(pg_indexes_size(oid)) FROM pg_class "
                    "WHERE relkind = 'r' AND relnamespace = $1::text::regnamespace",
                    schema,
                )
                print(f"{schema}: {lines / seconds:,.0f} lines/s, {size[0] / lines:.0f} + {size[1] / lines:.0f} B/line")
            print("| | whole | by year | planning whole | planning by year |\n|---|---|---|---|---|")
            for name, (text, kinds) in QUESTIONS.items():
                chance, found = random.Random(name), {schema: list[tuple[float, float]]() for schema in schemas}
                for _ in range(rounds if not name.startswith("sums") else 5):
                    bound = arguments(kinds, known, chance)
                    for schema in schemas:
                        found[schema].append(await ask(connection, schema, text, bound))
                cells = [statistics.median(one[0] for one in found[schema][1:]) for schema in schemas]
                cells += [statistics.median(one[1] for one in found[schema][1:]) for schema in schemas]
                print(f"| {name} | " + " | ".join(f"{cell:.2f} ms" for cell in cells) + " |", flush=True)
            for schema in schemas:
                await connection.execute(f"DROP SCHEMA {schema} CASCADE")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=41)
    asyncio.run(main(parser.parse_args().rounds))
