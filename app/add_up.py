"""Roll-ups are brought to a release in the transaction that makes it: what came is added, what ended is taken off.

Everything in a cell can be added and taken off again: rows, disclosures, sums, and how many amounts have how many
decimals. So a release costs what has changed with it, whatever there is beside. A cell whose content changes ends and
begins anew, like any fact. Least and largest values could not be taken off again; they are asked of the facts.
"""

from __future__ import annotations

import asyncpg

from app import tables
from app.rollups import ADDED, INNER, OUTER, REGION, ROLLUPS, TOTALS, Grain, Rollup

# Revisions that are added up at a time: their rows fit into memory, and few cells are made twice.
_REVISIONS = 10_000


async def add_up(connection: asyncpg.Connection, release: int) -> None:
    """Bring the roll-ups to what the release holds, from what the one before it held; in its transaction."""
    await connection.execute("SET LOCAL work_mem = '256MB'")
    await connection.execute("CREATE TEMPORARY TABLE changed (revision_id bigint PRIMARY KEY, sign int) ON COMMIT DROP")
    await connection.execute(
        "INSERT INTO changed SELECT revision_id, CASE WHEN valid_from = $1 THEN 1 ELSE -1 END FROM disclosure "
        "WHERE valid_from = $1 AND valid_to > $1 OR valid_to = $1 AND valid_from < $1",
        release,
    )
    bounds = await connection.fetch(
        f"SELECT revision_id FROM (SELECT revision_id, row_number() OVER (ORDER BY revision_id) AS n FROM changed) c "  # noqa: S608
        f"WHERE n % {_REVISIONS} = 1 ORDER BY 1"
    )
    firsts = [row["revision_id"] for row in bounds]
    await connection.execute("ANALYZE changed")
    for rollup in ROLLUPS.values():
        await _begin(connection)
        some = False
        for first, end in zip(firsts, [*firsts[1:], 2**63 - 1], strict=True):
            await connection.execute(_stage(rollup), first, end)
            if await connection.fetchval("SELECT EXISTS (SELECT FROM staged)"):
                some = True
                for statement in (*_sum("by_region", rollup), *(_sum("by_code", rollup) if rollup.coded else ())):
                    await connection.execute(statement)
            await connection.execute("DROP TABLE staged")
        for grain in rollup.grains if some else ():
            await _bring(connection, rollup, grain, release)
        await connection.execute("DROP TABLE by_code, by_region")
    await connection.execute("DROP TABLE changed")
    await connection.execute("RESET work_mem")


async def catch_up(connection: asyncpg.Connection) -> bool:
    """Add up the releases of a database that was filled otherwise or before; whether that was so."""
    names = [rollup.made_as for rollup in ROLLUPS.values()]
    missing = (
        "SELECT EXISTS (SELECT FROM release) AND NOT EXISTS (SELECT FROM rollup WHERE made_as = any($1::text[])) "  # noqa: S608
        f"AND ({' OR '.join(f'EXISTS (SELECT FROM {rollup.table})' for rollup in ROLLUPS.values())})"
    )
    if not await connection.fetchval(missing, names):
        return False
    async with connection.transaction():
        # No load begins meanwhile, and of two services that start at once one does it.
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('gongkai load'))")
        if not await connection.fetchval(missing, names):
            return False
        await connection.execute("DELETE FROM rollup")
        for row in await connection.fetch("SELECT number FROM release ORDER BY number"):
            await add_up(connection, row["number"])
        await connection.execute("ANALYZE rollup")
    return True


# At how many digits of the code disclosures are counted; 9: at the code itself.
_DEPTHS: tuple[int, ...] = (0, 3, 5, 9)
_DIMENSIONS = ", ".join((*OUTER, *INNER))
_PROVINCE = "left(region_code, 2) || '0000'"


async def _begin(connection: asyncpg.Connection) -> None:
    """Two tables of sums: by province and code, and by division alone; what there is of each is made of them."""
    text = 'text COLLATE "C"'
    columns = ", ".join(f"{name} {'int' if name in ('fiscal_year', 'lag') else text}" for name in (*OUTER, *INNER))
    counted = ", ".join(f"disclosures_{depth} bigint, bodies_{depth} numeric" for depth in _DEPTHS)
    for name in ("by_code", "by_region"):
        await connection.execute(
            f'CREATE TEMPORARY TABLE {name} ({columns}, measure text COLLATE "C", places int, lines bigint, '
            f"{counted}, amount numeric) ON COMMIT DROP"
        )


def _stage(rollup: Rollup) -> str:
    """The rows of the changed revisions from $1 to before $2: coded ones once as of their level, and once as a leaf.

    `first_n` is 1 on the row that is the first of its disclosure, and place in it, with the first n digits of its code.
    """
    own = {column: f"x.{column}" for column in ("phase", "statement_key", *rollup.own)}
    if "institution" in own:
        own["institution"] = "(CASE WHEN x.institution IS NOT NULL THEN 'one' END)"
    if rollup.coded:
        own |= {"picked": "p.picked", "code": "x.code"}
        twice = "CROSS JOIN LATERAL (SELECT x.level AS picked UNION ALL SELECT 'leaf' WHERE x.is_leaf) p"
    else:
        own["picked"], twice = "''", ""
    place = ", ".join(
        ["x.department_id", "x.revision_id", "x.fiscal_year", *(sql for name, sql in own.items() if name != "code")]
    )
    order = "ORDER BY x.code" if rollup.coded else ""
    firsts = ["(row_number() OVER place = 1)::int AS first_0"]
    if rollup.coded:
        firsts += [
            f"(row_number() OVER place = 1 OR left(lag(x.code) OVER place, {depth}) IS DISTINCT FROM "
            f"left(x.code, {depth}))::int AS first_{depth}"
            for depth in _DEPTHS[1:]
        ]
    inner = ", ".join(f"{own.get(name, 'null::text')} AS {name}" for name in INNER if name != "lag")
    return f"""CREATE TEMPORARY TABLE staged ON COMMIT DROP AS
        SELECT {", ".join(f"x.{name}" for name in OUTER)}, d.fiscal_year - x.fiscal_year AS lag, {inner}, c.sign,
            hashtextextended(x.department_id, 0) AS body, coalesce(x.unit_exponent, 0) AS exponent,
            {", ".join(firsts)}, {", ".join(f"x.{measure}" for measure in rollup.measures)}
        FROM changed c JOIN disclosure d ON d.revision_id = c.revision_id
        JOIN {rollup.table} x ON x.revision_id = d.revision_id AND x.department_id = d.department_id {twice}
        WHERE c.revision_id >= $1 AND c.revision_id < $2
        WINDOW place AS (PARTITION BY {place} {order})"""  # noqa: S608 - our own names


def _sum(target: str, rollup: Rollup) -> tuple[str, str]:
    """What is staged added up: the rows, and the values of each measure by their number of decimals."""
    depths, where = _DEPTHS, "true"
    instead, measures = {"region_code": _PROVINCE}, rollup.measures
    if target == "by_region":
        instead, depths, measures = {"code": "null::text"}, _DEPTHS[:1], rollup.measured(REGION)
        if rollup.coded:
            where = f"picked IN {TOTALS}"
    keys = ", ".join(instead.get(name, name) for name in (*OUTER, *INNER))
    by = ", ".join(str(n + 1) for n in range(len((*OUTER, *INNER))))
    counted = ", ".join(f"disclosures_{depth}, bodies_{depth}" for depth in depths)
    counts = ", ".join(f"sum(sign * first_{depth}), sum(sign * first_{depth} * body)" for depth in depths)
    values = ", ".join(f"('{measure}', {measure})" for measure in measures)
    rows = f"""INSERT INTO {target} ({_DIMENSIONS}, measure, lines, {counted})
        SELECT {keys}, '', sum(sign), {counts} FROM staged WHERE {where} GROUP BY {by}"""  # noqa: S608 - our own names
    amounts = f"""INSERT INTO {target} ({_DIMENSIONS}, measure, places, lines, amount)
        SELECT {keys}, m.measure, scale(m.amount) - exponent, sum(sign), sum(sign * m.amount)
        FROM staged CROSS JOIN LATERAL (VALUES {values}) m (measure, amount)
        WHERE m.amount IS NOT NULL AND {where} GROUP BY {by}, m.measure, scale(m.amount) - exponent"""  # noqa: S608
    return rows, amounts


async def _bring(connection: asyncpg.Connection, rollup: Rollup, grain: Grain, release: int) -> None:
    """The cells of one grain: those that change end, and begin anew with what they hold now."""
    source = "by_code" if rollup.coded and grain is not REGION else "by_region"
    instead = {"region_code": {0: "''", 2: _PROVINCE}.get(grain.region_digits, "region_code")}
    instead["code"] = f"left(code, {grain.code_digits})" if grain.code_digits else "null::text"
    keys = ", ".join(f"{instead.get(name, name)} AS {name}" for name in (*OUTER, *INNER))
    by = ", ".join(str(n + 1) for n in range(len((*OUTER, *INNER)) + 2))
    depth = grain.code_digits
    named = f"'{rollup.made_as}', '{grain.name}'"
    await connection.execute(
        f"""CREATE TEMPORARY TABLE difference ON COMMIT DROP AS
        SELECT md5(row({named}, {_DIMENSIONS}, measure, places)::text)::uuid AS key, * FROM (
            SELECT {keys}, measure, places, sum(lines)::bigint AS lines,
                sum(disclosures_{depth})::bigint AS disclosures, sum(bodies_{depth}) AS bodies, sum(amount) AS amount
            FROM {source} GROUP BY {by}) s
        WHERE lines <> 0 OR disclosures <> 0 OR bodies <> 0 OR amount <> 0"""  # noqa: S608 - our own names
    )
    await connection.execute("ANALYZE difference")
    ended = await connection.fetchval(
        "SELECT array_agg(r.key) FROM rollup r JOIN difference d ON d.key = r.key WHERE r.valid_to = $1",
        tables.STILL_VALID,
    )
    # By their keys: what is updated may lie on several machines, the temporary table lies on this one.
    await connection.execute(
        "UPDATE rollup SET valid_to = $1 WHERE valid_to = $2 AND key = any($3::uuid[])",
        release,
        tables.STILL_VALID,
        ended or [],
    )
    added = ", ".join(f"coalesce(r.{name}, 0) + coalesce(d.{name}, 0)" for name in ADDED)
    await connection.execute(
        f"""INSERT INTO rollup (key, made_as, grain, {_DIMENSIONS}, measure, places, {", ".join(ADDED)},
            valid_from, valid_to)
        SELECT d.key, {named}, {", ".join(f"d.{name}" for name in (*OUTER, *INNER))}, d.measure, d.places, {added},
            $1, $2
        FROM difference d LEFT JOIN rollup r ON r.key = d.key AND r.valid_to = $1 AND r.valid_from < $1
        WHERE coalesce(r.lines, 0) + d.lines <> 0
        ORDER BY d.picked, d.measure, d.fund, d.kind, d.phase, d.fiscal_year, d.region_code, d.code""",  # noqa: S608
        release,
        tables.STILL_VALID,
    )
    await connection.execute("DROP TABLE difference")
