"""Roll-ups are brought to a release in the transaction that makes it: what came is added, what ended is taken off.

Everything in a cell can be added and taken off again: rows, disclosures, sums, and how many amounts have how many
decimals. So a release costs what has changed with it, whatever there is beside. A cell whose content changes ends and
begins anew, like any fact. Least and largest values could not be taken off again; they are asked of the facts.

Rows are added up by `app/sums.py`: those that a load makes where they are made, others as they are read here. What they
come to is gathered in tables of the session, and cells are made of it at the end.
"""

from __future__ import annotations

import asyncio
import io
from itertools import groupby

import asyncpg

from app import tables
from app.rollups import MEASURES, OWN, PARTED, REGION, ROLLUPS, Grain, Rollup
from app.sums import DEPTHS, KEY, LEAST_PLACES, SLOT, USUAL_PLACES, Document, Summed, Sums, columns_of

# Revisions whose rows are read at a time.
_REVISIONS = 500
# What a table of their sums may take, twice over.
_MEMORY = "256MB"


async def gather(connection: asyncpg.Connection, summed: Summed) -> None:
    """Take in what rows of the release that is being made came to, in its transaction."""
    rollup, columns = summed.rollup, columns_of(summed.rollup)
    await connection.execute(_table_of_sums(rollup))
    await connection.copy_to_table(_sums(rollup), source=io.BytesIO(summed.text), columns=columns, format="text")
    names = ("id", "made_as", *PARTED, *OWN, "picked")
    places = ", ".join(f"${place}" for place in range(1, len(names) + 1))
    await connection.executemany(
        f"INSERT INTO rollup_combination ({', '.join(names)}) VALUES ({places}) ON CONFLICT (id) DO NOTHING",  # noqa: S608
        [(number, rollup.made_as, *said) for number, said in summed.combinations.items()],
    )


async def add_up(connection: asyncpg.Connection, release: int, *, gathered: bool = False) -> None:
    """Bring the roll-ups to what the release holds, from what the one before it held; in its transaction.

    `gathered`: what the rows that came with it come to was taken in already.
    """
    await connection.execute(f"SET LOCAL work_mem = '{_MEMORY}'")
    came, ended = await _changed(connection, release)
    for revisions, off in (([] if gathered else came, False), (ended, True)):
        for first in range(0, len(revisions), _REVISIONS):
            await _read(connection, revisions[first : first + _REVISIONS], off=off)
    for rollup in ROLLUPS.values():
        if await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", f"pg_temp.{_sums(rollup)}"):
            await _bring(connection, rollup, release)
            await connection.execute(f"DROP TABLE {_sums(rollup)}")
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


def _sums(rollup: Rollup) -> str:
    """The table of what rows come to, at the grains that are not made of finer ones."""
    return f"sums_of_{rollup.table}"


def _table_of_sums(rollup: Rollup) -> str:
    kinds = {"lines": "int", "disclosures": "int", "bodies": "bigint", "amount": "numeric"}
    kinds |= {"usual": "int", "unusual": "numeric"}
    key = (
        'grain smallint, combination bigint, fiscal_year smallint, region_code text COLLATE "C", code text COLLATE "C"'
    )
    summed = ", ".join(f"{name} {kinds[name.partition('_')[0]]}" for name in columns_of(rollup)[len(KEY) :])
    return f"CREATE TEMPORARY TABLE IF NOT EXISTS {_sums(rollup)} ({key}, {summed}) ON COMMIT DROP"


async def _read(connection: asyncpg.Connection, revisions: list[int], *, off: bool) -> None:
    """Add the rows of these revisions, or take them off."""
    sums = Sums()
    for rollup in ROLLUPS.values():
        text = bytearray()

        async def write(piece: bytes, text: bytearray = text) -> None:
            text += piece

        await connection.copy_from_query(_facts(rollup), revisions, revisions[0], revisions[-1], output=write)
        if text:
            await asyncio.to_thread(_add, sums, rollup, text.decode())
    for summed in sums.take(off=off):
        await gather(connection, summed)


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


def _numbered(measures: tuple[str, ...]) -> str:
    return ", ".join(f"lines_{n}, amount_{n}, decimals_{n}" for n in range(1, len(measures) + 1))


async def _bring(connection: asyncpg.Connection, rollup: Rollup, release: int) -> None:
    """The cells of every grain: those that change end, and begin anew with what they hold now."""
    counts = ", ".join(
        f"sum({name}_{depth}) AS {name}_{depth}" for depth in DEPTHS for name in ("disclosures", "bodies")
    )
    await connection.execute(
        f"CREATE TEMPORARY TABLE merged ON COMMIT DROP AS SELECT {_KEY}, sum(lines) AS lines, {counts}, "  # noqa: S608
        f"{_gathered(rollup)} FROM {_sums(rollup)} GROUP BY {_KEY}"
    )
    there = (
        "SELECT EXISTS (SELECT FROM rollup_combination c JOIN rollup r ON r.grain = $1 AND r.combination = c.id "
        "WHERE c.made_as = $2)"
    )
    there_is = await connection.fetchval(there, REGION.number, rollup.made_as)
    difference = " UNION ALL ".join(_difference(rollup, grain) for grain in rollup.grains)
    if there_is:
        await connection.execute(
            f"CREATE TEMPORARY TABLE difference ON COMMIT DROP AS {difference}; ANALYZE difference"
        )
        difference = "SELECT * FROM difference"
        await _end(connection, release)
    counted = [f"({_now(name, added=there_is)})::{kind}" for name, kind in _COUNTED.items()]
    before = f"LEFT JOIN rollup r ON {_SAME} AND r.valid_to = $1 AND r.valid_from < $1" if there_is else ""
    await connection.execute(
        f"""INSERT INTO rollup ({_KEY}, {", ".join(_COUNTED)}, {", ".join(_measure_columns())}, valid_from, valid_to)
        SELECT {_listed("d")}, {", ".join([*counted, *_measured_now(added=there_is)])}, $1, $2
        FROM ({difference}) d {before} WHERE {_now("lines", added=there_is)} <> 0
        ORDER BY {_listed("d")}""",  # noqa: S608 - our own names
        release,
        tables.STILL_VALID,
    )
    await connection.execute("DROP TABLE IF EXISTS difference; DROP TABLE merged")


_KEY = ", ".join(KEY)
_SAME = " AND ".join(f"r.{name} = d.{name}" for name in _KEY.split(", "))
_COUNTED = {"lines": "int", "disclosures": "int", "bodies": "bigint"}


def _listed(alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in _KEY.split(", "))


def _now(name: str, *, added: bool) -> str:
    """What a cell holds: the difference d, `added` to what it held before in r."""
    return f"coalesce(r.{name}, 0) + coalesce(d.{name}, 0)" if added else f"d.{name}"


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


def _gathered(rollup: Rollup) -> str:
    """Sums added up, and how many values have how many decimals as one number."""
    usual = f"1e{SLOT * (USUAL_PLACES - LEAST_PLACES)}::numeric"
    return ", ".join(
        f"sum(lines_{n}) AS lines_{n}, sum(amount_{n}) FILTER (WHERE amount_{n} IS NOT NULL) AS amount_{n}, "
        f"sum(usual_{n}) * {usual} + coalesce(sum(unusual_{n}) FILTER (WHERE unusual_{n} IS NOT NULL), 0) "
        f"AS decimals_{n}"
        for n in range(1, len(rollup.measures) + 1)
    )


def _merged(rollup: Rollup) -> str:
    # A sum of what is blank is not begun: most of its work is the beginning.
    return ", ".join(
        f"sum({name}_{n}) FILTER (WHERE amount_{n} IS NOT NULL) AS {name}_{n}"
        for n in range(1, len(rollup.measures) + 1)
        for name in ("lines", "amount", "decimals")
    )


def _difference(rollup: Rollup, grain: Grain) -> str:
    """By how much the cells of a grain change: of those that are merged as they are, of others added up."""
    source, depth = grain.of or grain, grain.code_digits
    region = {0: "''", 2: "left(region_code, 2) || '0000'"}.get(grain.region_digits, "region_code")
    code = f"left(code, {grain.code_digits})" if grain.code_digits else "''"
    changes = ["lines <> 0", f"disclosures_{depth} <> 0", f"bodies_{depth} <> 0"]
    changes += [f"{name}_{n} <> 0" for n, _ in enumerate(rollup.measures, start=1) for name in ("amount", "decimals")]
    rows = "merged"
    if grain.of is not None:
        rows = f"""(SELECT combination, fiscal_year, {region} AS region_code, {code} AS code, sum(lines) AS lines,
            sum(disclosures_{depth}) AS disclosures_{depth}, sum(bodies_{depth}) AS bodies_{depth}, {_merged(rollup)}
            FROM merged WHERE grain = {source.number} GROUP BY 1, 2, 3, 4) s"""  # noqa: S608 - our own names
        where = ""
    else:
        where = f"grain = {grain.number} AND "
    return f"""SELECT {grain.number}::smallint AS grain, combination, fiscal_year, region_code, code, lines,
            disclosures_{depth} AS disclosures, bodies_{depth} AS bodies, {_numbered(rollup.measures)}{_blank(rollup)}
        FROM {rows} WHERE {where}({" OR ".join(changes)})"""  # noqa: S608 - our own names


def _blank(rollup: Rollup) -> str:
    """The measures that this resource does not have."""
    kinds = {"lines": "bigint", "amount": "numeric", "decimals": "numeric"}
    return "".join(
        f", NULL::{kind} AS {name}_{n}"
        for n in range(len(rollup.measures) + 1, MEASURES + 1)
        for name, kind in kinds.items()
    )


def _measure_columns() -> list[str]:
    return [f"{name}_{n}" for n in range(1, MEASURES + 1) for name in ("lines", "places", "amount", "decimals")]


def _measured_now(*, added: bool) -> list[str]:
    """What a cell holds of each measure; nothing of one that none of its rows has."""
    found = []
    for n in range(1, MEASURES + 1):
        lines, amount, decimals = (_now(f"{name}_{n}", added=added) for name in ("lines", "amount", "decimals"))
        places = f"((length(({decimals})::text) - 1) / {SLOT} + {LEAST_PLACES})::smallint"
        found += [f"CASE WHEN {lines} <> 0 THEN {value} END" for value in (f"({lines})::int", places, amount, decimals)]
    return found
