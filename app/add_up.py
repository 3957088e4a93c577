"""Roll-ups are brought to a release in the transaction that makes it: what came is added, what ended is taken off.

Everything in a cell can be added and taken off again: rows, disclosures, sums, and how many amounts have how many
decimals. So a release costs what has changed with it, whatever there is beside. A cell whose content changes ends and
begins anew, like any fact. Least and largest values could not be taken off again; they are asked of the facts.

Rows are added up by `app/sums.py`: those that a load makes where they are made, others as they are read here. Cells are
written of what they come to by `app/cells.py`, at once where there are none yet, else by what changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from itertools import groupby, islice

import asyncpg

from app import tables
from app.cells import COUNTED, KEY, OF_MEASURE, columns_of, combination_id, lines_of
from app.rollups import MEASURES, OWN, PARTED, REGION, ROLLUPS, Rollup
from app.sums import LEAST_PLACES, SLOT, Document, Sums

# Revisions whose rows are read at a time.
_REVISIONS = 500
# Lines that are sent at a time.
_LINES = 2_000
# What a table of the cells that change may take, twice over.
_MEMORY = "256MB"


async def add_up(
    connection: asyncpg.Connection, release: int, came: Sums | None = None, *, emptied: bool = False
) -> None:
    """Bring the roll-ups to what the release holds, from what the one before it held; in its transaction.

    `came`: what the rows that came with it come to, where that is known; to which what ended is added as taken off.
    `emptied`: whether this transaction has emptied the table of cells.
    """
    sums = Sums() if came is None else came
    added, ended = await _changed(connection, release)
    for revisions, off in ((added if came is None else [], False), (ended, True)):
        for first in range(0, len(revisions), _REVISIONS):
            read = await _read(connection, revisions[first : first + _REVISIONS])
            for part in read.parts():
                sums.merge(part, off=off)
    await connection.execute(f"SET LOCAL work_mem = '{_MEMORY}'")
    for rollup in ROLLUPS.values():
        if sums.of(rollup):
            await _bring(connection, rollup, sums, release, emptied=emptied)
    await connection.execute("RESET work_mem")


async def catch_up(connection: asyncpg.Connection) -> bool:
    """Add up the releases of a database that was filled otherwise or before; whether that was so."""
    names = [rollup.made_as for rollup in ROLLUPS.values()]
    rows = " OR ".join(f"EXISTS (SELECT 1 FROM {rollup.table} LIMIT 1)" for rollup in ROLLUPS.values())  # noqa: S608
    missing = (
        "SELECT EXISTS (SELECT FROM release) AND NOT EXISTS (SELECT FROM rollup_combination "  # noqa: S608 - our names
        "WHERE made_as = any($1::text[])) "
        f"AND ({rows})"
    )
    if not await connection.fetchval(missing, names):
        return False
    async with connection.transaction():
        # No load begins meanwhile, and of two services that start at once one does it.
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('gongkai load'))")
        if not await connection.fetchval(missing, names):
            return False
        await forget(connection)
        for row in await connection.fetch("SELECT number FROM release ORDER BY number"):
            await add_up(connection, row["number"])
        await connection.execute("ANALYZE rollup, rollup_combination")
    return True


async def forget(connection: asyncpg.Connection) -> None:
    """Leave nothing of what was added up: the facts answer until it is made anew."""
    await connection.execute("DELETE FROM rollup")
    await connection.execute("DELETE FROM rollup_combination")


async def _changed(connection: asyncpg.Connection, release: int) -> tuple[list[int], list[int]]:
    """The revisions that came and those that ended since the release before, in the order in which their rows lie.

    With the oldest that is kept everything came that it has, whichever releases it had come with (`app/prune.py`).
    """
    before = await connection.fetchval("SELECT coalesce(max(number), 0) FROM release WHERE number < $1", release)
    rows = await connection.fetch(
        "SELECT revision_id, valid_to > $1 AS came FROM disclosure "
        "WHERE valid_from > $2 AND valid_from <= $1 AND valid_to > $1 "
        "OR valid_from <= $2 AND valid_to > $2 AND valid_to <= $1 ORDER BY revision_id",
        release,
        before,
    )
    came, ended = ([row["revision_id"] for row in rows if row["came"] == kind] for kind in (True, False))
    return came, ended


async def _read(connection: asyncpg.Connection, revisions: list[int]) -> Sums:
    """What the rows of these revisions come to."""
    sums = Sums()
    for rollup in ROLLUPS.values():
        text = bytearray()

        async def write(piece: bytes, text: bytearray = text) -> None:
            text += piece

        await connection.copy_from_query(_facts(rollup), revisions, revisions[0], revisions[-1], output=write)
        if text:
            await asyncio.to_thread(_add, sums, rollup, text.decode())
    return sums


_OF_DOCUMENT = ("revision_id", "kind", "scope", "fiscal_year", "region_code", "department_id")


def _of_row(rollup: Rollup) -> tuple[str, ...]:
    coded = ("code", "level", "is_leaf") if rollup.coded else ()
    return ("fiscal_year", "phase", "statement_key", *rollup.own, *coded, "unit_exponent", *rollup.measures)


# The planner takes a long list for everything there is: of a range it expects that it is found in the index.
_OF_REVISIONS = " AND ".join(
    f"{table}.revision_id = any($1::bigint[]) AND {table}.revision_id BETWEEN $2 AND $3" for table in ("d", "x")
)


def _facts(rollup: Rollup) -> str:
    """The rows of the revisions $1, from $2 to $3: what is said of their document, and what of them."""
    columns = ", ".join([*(f"d.{name}" for name in _OF_DOCUMENT), *(f"x.{name}" for name in _of_row(rollup))])
    return f"""SELECT {columns}
        FROM disclosure d JOIN {rollup.table} x ON x.revision_id = d.revision_id AND x.department_id = d.department_id
        WHERE {_OF_REVISIONS} ORDER BY d.revision_id"""  # noqa: S608 - our own names


def _add(sums: Sums, rollup: Rollup, text: str) -> None:
    """Add rows as COPY has written them."""
    columns = list(zip(*(line.split("\t") for line in text.removesuffix("\n").split("\n")), strict=True))
    said, own = columns[: len(_OF_DOCUMENT)], columns[len(_OF_DOCUMENT) :]
    documents = [
        Document(kind, scope, int(fiscal_year), region_code, department_id, rows=sum(1 for _ in rows))
        for (_, kind, scope, fiscal_year, region_code, department_id), rows in groupby(zip(*said, strict=True))
    ]
    sums.add(rollup.table, documents, dict(zip(_of_row(rollup), own, strict=True)))


async def _bring(connection: asyncpg.Connection, rollup: Rollup, sums: Sums, release: int, *, emptied: bool) -> None:
    """The cells of every grain: those that change end, and begin anew with what they hold now."""
    summed = sums.of(rollup)
    names = ("id", "made_as", *PARTED, *OWN, "picked")
    places = ", ".join(f"${place}" for place in range(1, len(names) + 1))
    await connection.executemany(
        f"INSERT INTO rollup_combination ({', '.join(names)}) VALUES ({places}) ON CONFLICT (id) DO NOTHING",  # noqa: S608
        [(combination_id(rollup, said), rollup.made_as, *said) for said in dict.fromkeys(said for said, _ in summed)],
    )
    there_is = (
        "SELECT EXISTS (SELECT FROM rollup_combination c JOIN rollup r ON r.grain = $1 AND r.combination = c.id "
        "WHERE c.made_as = $2)"
    )
    if not await connection.fetchval(there_is, REGION.number, rollup.made_as):
        await connection.copy_to_table(
            "rollup",
            source=_pieces(lines_of(rollup, summed, f"\t{release}\t{tables.STILL_VALID}")),
            columns=[*columns_of(rollup), "valid_from", "valid_to"],
            format="text",
            freeze=emptied,
        )
        return
    await connection.execute(_DIFFERENCE)
    source = _pieces(lines_of(rollup, summed))
    await connection.copy_to_table("difference", source=source, columns=columns_of(rollup), format="text")
    await connection.execute("ANALYZE difference")
    await _end(connection, release)
    counted = ", ".join(f"({_now(name)})::{_KINDS[name]}" for name in COUNTED)
    await connection.execute(
        f"""INSERT INTO rollup ({_KEY}, {", ".join(COUNTED)}, {", ".join(_MEASURED)}, valid_from, valid_to)
        SELECT {_listed("d")}, {counted}, {", ".join(_measured_now())}, $1, $2
        FROM difference d LEFT JOIN rollup r ON {_SAME} AND r.valid_to = $1 AND r.valid_from < $1
        WHERE {_now("lines")} <> 0
        ORDER BY {_listed("d")}""",  # noqa: S608 - our own names
        release,
        tables.STILL_VALID,
    )
    await connection.execute("DROP TABLE difference")


async def _pieces(lines: Iterable[str]) -> AsyncIterator[bytes]:
    listed = iter(lines)
    while piece := "".join(islice(listed, _LINES)):
        yield piece.encode()


_KEY = ", ".join(KEY)
_SAME = " AND ".join(f"r.{name} = d.{name}" for name in KEY)
_MEASURED = [f"{name}_{n}" for n in range(1, MEASURES + 1) for name in OF_MEASURE]
_KINDS = {"lines": "int", "disclosures": "int", "bodies": "bigint", "places": "smallint"}
# The cells that change, and by how much.
_DIFFERENCE = (
    "CREATE TEMPORARY TABLE difference (grain smallint, combination bigint, fiscal_year smallint, region_code text "
    'COLLATE "C", code text COLLATE "C", '
    + ", ".join(f"{name} {_KINDS.get(name.partition('_')[0], 'numeric')}" for name in (*COUNTED, *_MEASURED))
    + ") ON COMMIT DROP"
)


def _listed(alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in KEY)


def _now(name: str) -> str:
    """What a cell holds: the difference d, added to what it held before in r."""
    return f"coalesce(r.{name}, 0) + coalesce(d.{name}, 0)"


def _measured_now() -> list[str]:
    """What a cell holds of each measure; nothing of one that none of its rows has."""
    found = []
    for n in range(1, MEASURES + 1):
        lines, amount, decimals = (_now(f"{name}_{n}") for name in ("lines", "amount", "decimals"))
        places = f"((length(({decimals})::text) - 1) / {SLOT} + {LEAST_PLACES})::smallint"
        found += [f"CASE WHEN {lines} <> 0 THEN {value} END" for value in (f"({lines})::int", places, amount, decimals)]
    return found


async def _end(connection: asyncpg.Connection, release: int) -> None:
    """The cells that change are last valid before the release."""
    # By their keys: what is updated may lie on several machines, the temporary table lies on this one.
    ended = await connection.fetch(
        f"SELECT {_listed('r')} FROM difference d "  # noqa: S608 - our own names
        f"JOIN rollup r ON {_SAME} WHERE r.valid_to = $1",
        tables.STILL_VALID,
    )
    await connection.execute(
        f"UPDATE rollup SET valid_to = $1 WHERE valid_to = $2 AND ({_KEY}) IN (SELECT * FROM "  # noqa: S608 - as above
        "unnest($3::smallint[], $4::bigint[], $5::smallint[], $6::text[], $7::text[]))",
        release,
        tables.STILL_VALID,
        *([row[name] for row in ended] for name in _KEY.split(", ")),
    )
