"""Roll-ups are brought to a release in the transaction that makes it: what came is added, what ended is taken off.

Everything in a cell can be added and taken off again: rows, disclosures, sums, and how many amounts have how many
decimals. So a release costs what has changed with it, whatever there is beside. A cell whose content changes ends and
begins anew, like any fact. Least and largest values could not be taken off again; they are asked of the facts.

The rows of some revisions are copied out of the facts once, with numbers in the place of the texts that part them, and
added up in tables of the session; cells are made of those at the end.
"""

from __future__ import annotations

import asyncpg

from app import tables
from app.rollups import CODE, COMBINED, MEASURES, OWN, PARTED, PROVINCE_CLASS, REGION, ROLLUPS, Grain, Rollup

# Revisions that are added up at a time: their rows fit into memory, and few cells are made twice.
_REVISIONS = 30_000
# What a sort of them, and twice that what a table of their sums, may take.
_MEMORY = "256MB"

# At how many digits of the code disclosures are counted; 0: whatever the code, 9: at the code itself.
_DEPTHS = (0, 3, 5, 9)

# How many values have how many decimals is one number: the values with d decimals of a yuan (from -8: printed whole in
# 亿元) count 10^(12 (d + 8)) each. Such numbers can be added and taken off; the largest d is in the number of digits.
_LEAST_PLACES = -8
_SLOT = 12
# Of an amount in 万元 with two decimals.
_USUAL_PLACES = -2
_SLOTS = ",".join(f"1e{_SLOT * slot}" for slot in range(32))


async def add_up(connection: asyncpg.Connection, release: int) -> None:
    """Bring the roll-ups to what the release holds, from what the one before it held; in its transaction."""
    await connection.execute(f"SET LOCAL work_mem = '{_MEMORY}'")
    revisions = await _changed(connection, release)
    for rollup in ROLLUPS.values():
        some = False
        await _begin(connection, rollup)
        for first in range(0, len(revisions), _REVISIONS):
            some |= await _add(connection, rollup, revisions[first : first + _REVISIONS], release)
        if some:
            await _bring(connection, rollup, release)
        await connection.execute("DROP TABLE sums")
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


async def _changed(connection: asyncpg.Connection, release: int) -> list[int]:
    """The revisions that came or ended with the release, in the order in which their rows lie."""
    rows = await connection.fetch(
        "SELECT revision_id FROM disclosure WHERE valid_from = $1 AND valid_to > $1 "
        "OR valid_to = $1 AND valid_from < $1 ORDER BY revision_id",
        release,
    )
    return [row["revision_id"] for row in rows]


async def _begin(connection: asyncpg.Connection, rollup: Rollup) -> None:
    """The table of what rows are added up to, at the grains that are not made of finer ones; batch after batch."""
    measures = ", ".join(
        f"lines_{n} int, amount_{n} numeric, decimals_{n} numeric" for n in range(1, len(rollup.measures) + 1)
    )
    counted = ", ".join(f"disclosures_{depth} int, bodies_{depth} bigint" for depth in _DEPTHS)
    await connection.execute(
        "CREATE TEMPORARY TABLE sums (grain smallint, combination bigint, fiscal_year smallint, "
        f'region_code text COLLATE "C", code text COLLATE "C", lines int, {counted}, {measures}) ON COMMIT DROP'
    )


async def _add(connection: asyncpg.Connection, rollup: Rollup, revisions: list[int], release: int) -> bool:
    """Add the rows of these revisions to the sums, or take them off; whether there are any."""
    # The planner knows nothing of tables that were just filled: one by one their rows must not be looked for.
    await connection.execute("SET LOCAL enable_nestloop = off")
    await connection.execute(_stage(rollup), revisions, revisions[0], revisions[-1], release)
    level = ", level, is_leaf" if rollup.coded else ""
    samples = await connection.fetch(f"SELECT min(revision_id) AS one FROM staged GROUP BY place{level}")  # noqa: S608
    if samples:
        some = sorted({row["one"] for row in samples})
        await connection.execute(_combine(rollup), some, some[0], some[-1])
        await connection.execute(_sum_regions(rollup))
        if rollup.coded:
            await connection.execute(_sum_codes(rollup))
    await connection.execute("DROP TABLE staged")
    await connection.execute("SET LOCAL enable_nestloop = on")
    return bool(samples)


def _column(name: str) -> str:
    """The column of a fact x, of its disclosure d, that is a part of its combination."""
    if name in ("kind", "scope"):
        return f"d.{name}"
    if name == "lag":
        return "d.fiscal_year - x.fiscal_year"
    # Rows of single institutions are told from those of all, not from each other.
    return "CASE WHEN x.institution IS NOT NULL THEN 'one' END" if name == "institution" else f"x.{name}"


def _digest(rollup: Rollup, picked: str | None) -> str:
    """A number of 64 bits for a combination: its columns' digests, each with a seed of its own, laid over each other.

    Columns that are null count nothing. Of a few thousand combinations two have the same number once in 10^12 cases.
    """
    parts = [f"hashtextextended('{rollup.made_as}', 0)"] if picked is None else []
    for seed, name in enumerate(COMBINED, start=1):
        if name == "picked":
            if picked is not None:
                parts.append(f"hashtextextended({picked}, {seed})")
        elif picked is None and (name in PARTED or name in rollup.own):
            digest = f"hashtextextended(({_column(name)})::text, {seed})"
            parts.append(f"coalesce({digest}, 0)" if name == "institution" else digest)
    return " # ".join(parts)


# A first load has no statistics yet, and the planner takes a long list for everything there is: of a range it expects
# that it is found in the index.
_OF_REVISIONS = " AND ".join(
    f"{table}.revision_id = any($1::bigint[]) AND {table}.revision_id BETWEEN $2 AND $3" for table in ("d", "x")
)


def _stage(rollup: Rollup) -> str:
    """The rows of the revisions $1, from $2 to $3, in release $4, with a number for what parts them."""
    coded = ""
    if rollup.coded:
        coded = f"""coalesce(x.code, '') AS code, x.is_leaf, {_digest(rollup, "x.level")} AS level,"""
    places = ", ".join(
        f"scale(x.{measure}) - coalesce(x.unit_exponent, 0) AS places_{n}"
        for n, measure in enumerate(rollup.measures, start=1)
    )
    return f"""CREATE TEMPORARY TABLE staged ON COMMIT DROP AS
        SELECT x.revision_id, x.fiscal_year, (CASE WHEN d.valid_from = $4 THEN 1 ELSE -1 END)::smallint AS sign,
            hashtext(d.department_id) AS body, {_digest(rollup, None)} AS place,
            d.region_code COLLATE "C" AS region_code, {coded}
            {", ".join(f"x.{measure}" for measure in rollup.measures)}, {places}
        FROM disclosure d JOIN {rollup.table} x ON x.revision_id = d.revision_id AND x.department_id = d.department_id
        WHERE {_OF_REVISIONS}"""  # noqa: S608 - our own names


def _combine(rollup: Rollup) -> str:
    """Write down the combinations of the rows of the revisions $1, from $2 to $3."""
    columns = ", ".join(
        f"{_column(name)} AS {name}" if name in PARTED or name in rollup.own else f"NULL::text AS {name}"
        for name in (*PARTED, *OWN)
    )
    levels = "CASE WHEN x.is_leaf THEN ARRAY[x.level, 'leaf'] ELSE ARRAY[x.level] END"
    picked = f"CROSS JOIN LATERAL unnest({levels}) p (picked)"
    return f"""INSERT INTO rollup_combination (id, made_as, {", ".join(COMBINED)})
        SELECT DISTINCT {_digest(rollup, None)} # {_digest(rollup, "p.picked" if rollup.coded else "''")},
            '{rollup.made_as}', {columns}, {"p.picked" if rollup.coded else "''"} AS picked
        FROM disclosure d JOIN {rollup.table} x ON x.revision_id = d.revision_id AND x.department_id = d.department_id
        {picked if rollup.coded else ""}
        WHERE {_OF_REVISIONS}
        ON CONFLICT (id) DO NOTHING"""  # noqa: S608 - our own names


def _added(measures: tuple[str, ...]) -> tuple[str, str]:
    """The sums of measures over staged rows, and what they are added to or taken off from by the sign of the rows."""
    sums, signed = [], []
    for n, name in enumerate(measures, start=1):
        # Where a measure is blank nothing is begun: most of the work of a sum is its beginning. For the same reason
        # values with the usual number of decimals are only counted.
        slot = f"('{{{_SLOTS}}}'::numeric[])[places_{n} + {1 - _LEAST_PLACES}]"
        sums.append(
            f"count({name}) AS lines_{n}, sum({name}) FILTER (WHERE {name} IS NOT NULL) AS amount_{n}, "
            f"count(*) FILTER (WHERE places_{n} = {_USUAL_PLACES}) AS usual_{n}, "
            f"sum({slot}) FILTER (WHERE places_{n} <> {_USUAL_PLACES}) AS unusual_{n}"
        )
        usual = f"1e{_SLOT * (_USUAL_PLACES - _LEAST_PLACES)}::numeric"
        decimals = f"coalesce(unusual_{n}, 0) + usual_{n} * {usual}"
        signed.append(f"sign * lines_{n}, sign * amount_{n}, CASE WHEN lines_{n} > 0 THEN sign * ({decimals}) END")
    return ", ".join(sums), ", ".join(signed)


def _numbered(measures: tuple[str, ...]) -> str:
    return ", ".join(f"lines_{n}, amount_{n}, decimals_{n}" for n in range(1, len(measures) + 1))


def _sum_regions(rollup: Rollup) -> str:
    """Rows to documents, documents to divisions: of rows with codes the totals and leaves, and the first measure."""
    measures = rollup.measured(REGION)
    sums, signed = _added(measures)
    none, total, leaf = (_digest(rollup, f"'{picked}'") for picked in ("", "total", "leaf"))
    rows = f"SELECT *, place # {none} AS combination FROM staged"  # noqa: S608 - our own names
    if rollup.coded:
        rows = f"""SELECT *, place # level AS combination FROM staged WHERE level = {total}
            UNION ALL SELECT *, place # {leaf} FROM staged WHERE is_leaf"""  # noqa: S608 - our own names
    again = ", ".join(
        f"sum({name}_{n}) AS {name}_{n}"
        for n in range(1, len(measures) + 1)
        for name in ("lines", "amount", "usual", "unusual")
    )
    return f"""INSERT INTO sums ({_KEY}, lines, disclosures_0, bodies_0, {_numbered(measures)})
        SELECT {REGION.number}, combination, fiscal_year, region_code, '', sign * lines, sign * disclosures,
            sign * bodies, {signed}
        FROM (
            SELECT combination, fiscal_year, region_code, sign, sum(lines) AS lines, count(*) AS disclosures,
                sum(body) AS bodies, {again}
            FROM (
                SELECT revision_id, combination, fiscal_year, region_code, sign, body, count(*) AS lines, {sums}
                FROM ({rows}) r GROUP BY 1, 2, 3, 4, 5, 6) p
            GROUP BY 1, 2, 3, 4) s"""  # noqa: S608 - our own names


def _sum_codes(rollup: Rollup) -> str:
    """Rows to codes, and to provinces and classes: each once as of its level, and a leaf once more as a leaf.

    A disclosure is counted on the row that is the first of it, in its combination, with the first digits of its code.
    """
    sums, signed = _added(rollup.measures)
    rows = f"""SELECT *, place # level AS combination FROM staged
        UNION ALL SELECT *, place # {_digest(rollup, "'leaf'")} FROM staged WHERE is_leaf"""  # noqa: S608 - our names
    first = {
        depth: f"before IS NULL OR left(before, {depth}) <> left(code, {depth})" if depth else "before IS NULL"
        for depth in _DEPTHS
    }
    flags = ", ".join(f"{condition} AS first_{depth}" for depth, condition in first.items())
    counts = ", ".join(
        f"count(*) FILTER (WHERE first_{depth}) AS disclosures_{depth}, "
        f"sum(body) FILTER (WHERE first_{depth}) AS bodies_{depth}"
        for depth in _DEPTHS
    )
    counted = ", ".join(f"disclosures_{depth}, bodies_{depth}" for depth in _DEPTHS)
    signed_counts = ", ".join(f"sign * disclosures_{depth}, sign * bodies_{depth}" for depth in _DEPTHS)
    measured = ", ".join([*rollup.measures, *(f"places_{n}" for n in range(1, len(rollup.measures) + 1))])
    return f"""INSERT INTO sums ({_KEY}, lines, {counted}, {_numbered(rollup.measures)})
        SELECT CASE WHEN province IS NULL THEN {CODE.number} ELSE {PROVINCE_CLASS.number} END, combination, fiscal_year,
            coalesce(province || '0000', ''), coalesce(code, class), sign * lines, {signed_counts}, {signed}
        FROM (
            SELECT combination, fiscal_year, sign, code, province, class, count(*) AS lines, {counts}, {sums}
            FROM (
                SELECT *, {flags} FROM (
                    SELECT combination, fiscal_year, sign, code, left(region_code, 2) AS province,
                        left(code, 3) AS class, body, {measured},
                        lag(code) OVER (PARTITION BY revision_id, combination ORDER BY code) AS before
                    FROM ({rows}) r) w) f
            GROUP BY GROUPING SETS (
                (combination, fiscal_year, sign, code), (combination, fiscal_year, sign, province, class))) s"""  # noqa: S608 - our own names


async def _bring(connection: asyncpg.Connection, rollup: Rollup, release: int) -> None:
    """The cells of every grain: those that change end, and begin anew with what they hold now."""
    counts = ", ".join(
        f"sum({name}_{depth}) AS {name}_{depth}" for depth in _DEPTHS for name in ("disclosures", "bodies")
    )
    await connection.execute(
        f"CREATE TEMPORARY TABLE merged ON COMMIT DROP AS SELECT {_KEY}, sum(lines) AS lines, {counts}, "  # noqa: S608
        f"{_sums(rollup)} FROM sums GROUP BY {_KEY}"
    )
    await connection.execute(
        "CREATE TEMPORARY TABLE difference ON COMMIT DROP AS "
        + " UNION ALL ".join(_difference(rollup, grain) for grain in rollup.grains)
    )
    await connection.execute("DROP TABLE merged")
    there = (
        "SELECT EXISTS (SELECT FROM rollup_combination c JOIN rollup r ON r.grain = $1 AND r.combination = c.id "
        "WHERE c.made_as = $2)"
    )
    there_is = await connection.fetchval(there, REGION.number, rollup.made_as)
    if there_is:
        await connection.execute("ANALYZE difference")
        await _end(connection, release)
    counted = [f"({_now(name, added=there_is)})::{kind}" for name, kind in _COUNTED.items()]
    before = f"LEFT JOIN rollup r ON {_SAME} AND r.valid_to = $1 AND r.valid_from < $1" if there_is else ""
    await connection.execute(
        f"""INSERT INTO rollup ({_KEY}, {", ".join(_COUNTED)}, {", ".join(_measure_columns())}, valid_from, valid_to)
        SELECT {_listed("d")}, {", ".join([*counted, *_measured_now(added=there_is)])}, $1, $2
        FROM difference d {before} WHERE {_now("lines", added=there_is)} <> 0
        ORDER BY {_listed("d")}""",  # noqa: S608 - our own names
        release,
        tables.STILL_VALID,
    )
    await connection.execute("DROP TABLE difference")


_KEY = "grain, combination, fiscal_year, region_code, code"
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


def _sums(rollup: Rollup) -> str:
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
            sum(disclosures_{depth}) AS disclosures_{depth}, sum(bodies_{depth}) AS bodies_{depth}, {_sums(rollup)}
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
        places = f"((length(({decimals})::text) - 1) / {_SLOT} + {_LEAST_PLACES})::smallint"
        found += [f"CASE WHEN {lines} <> 0 THEN {value} END" for value in (f"({lines})::int", places, amount, decimals)]
    return found
