"""The index of names: what `/v1/search` finds in each release, kept in the transaction of the load.

The database says which names there are and how many rows carry each; only names that were never seen before come to
Python, to be folded (`app/search_text.py`). An entry whose rows have changed ends and begins anew, like any fact.
"""

from __future__ import annotations

import asyncpg

from app import tables
from app.common_words import LEAST_NAMES
from app.index_words import index_words
from app.search_text import LONGEST_NAME, searched, terms

_VISIBLE = "x.valid_from <= $1 and x.valid_to > $1"

# Every name of a release, named as the columns of `search_entry`. A subject's code lists hold for all releases; a
# name in a table of facts stands for all rows with it, the first of which is the record that is shown.
_GROUPED: tuple[tuple[str, str, str, str], ...] = (
    ("projects", "project", "name", "true"),
    ("performance-indicators", "performance_indicator", "level3", "true"),
    ("performance-indicators", "performance_indicator", "description", "true"),
    ("procurement-items", "procurement_item", "item_name", "not x.is_total"),
    ("procurement-items", "procurement_item", "project_name", "not x.is_total"),
)
_DEPARTMENTS = f"""
    SELECT 'departments', d.id, named.field, named.text, d.id, 1
    FROM department d JOIN region r ON r.code = d.region_code,
    LATERAL (SELECT 'name', d.name UNION SELECT 'aliases', unnest(d.aliases)
             UNION SELECT 'region_name', r.full_name || ' ' || d.name) AS named (field, text)
    WHERE d.id IN (SELECT x.department_id FROM disclosure x WHERE {_VISIBLE})"""  # noqa: S608 - our own words
# Of a release that is not the first only what it touches: another parameter, their ids.
_SOME_DEPARTMENTS = f"{_DEPARTMENTS[:-1]} AND x.department_id = any($2::text[])) AND d.id = any($2::text[])"


def _subjects(kind: str, table: str, classification: str) -> str:
    return f"""
    SELECT '{kind}', s.code, named.field, named.text, s.code, 1
    FROM {table} s, LATERAL (
        SELECT 'name', s.name UNION SELECT 'name_en', s.name_en
        UNION SELECT 'names', n.name FROM subject_name n
              WHERE n.classification = '{classification}' AND n.code = s.code AND n.name <> s.name
    ) AS named (field, text)"""  # noqa: S608 - our own words


def _facts(kind: str, table: str, field: str, condition: str) -> str:
    return f"""
    SELECT '{kind}', x.{field}, '{field}', x.{field}, min(x.id)::text, count(*)::int
    FROM {table} x WHERE {_VISIBLE} AND {condition} GROUP BY x.{field}"""  # noqa: S608 - our own words


_OTHERS = (
    _subjects("functional-subjects", "functional_subject", "functional"),
    _subjects("economic-subjects", "economic_subject", "economic"),
    *(_facts(*one) for one in _GROUPED),
)


# So many names may have to be looked at, some 4 µs each, until the next load chooses the words that many have.
_MANY = 10 * LEAST_NAMES


async def index_names(connection: asyncpg.Connection, release: int) -> None:
    """Bring the entries, and what is kept of common words, to what the release holds; in the load's transaction."""
    await connection.execute("DROP TABLE IF EXISTS named")
    await connection.execute(
        "CREATE TEMPORARY TABLE named (kind text, key text, field text, text text, record text, rows int) "
        "ON COMMIT DROP"
    )
    touched = await _touched_departments(connection, release)
    names = " UNION ALL ".join((_DEPARTMENTS if touched is None else _SOME_DEPARTMENTS, *_OTHERS))
    await connection.execute(
        f"INSERT INTO named SELECT * FROM ({names}) AS one (kind, key, field, text, record, rows) "  # noqa: S608
        f"WHERE text <> '' AND char_length(text) <= {LONGEST_NAME}",
        release,
        *([] if touched is None else [touched]),
    )
    await connection.execute("ANALYZE named")
    unseen = await connection.fetch("SELECT DISTINCT text FROM named EXCEPT SELECT text FROM search_text")
    rows = [(row["text"], folded, terms(folded)) for row in unseen if (folded := searched(row["text"]))]
    await connection.copy_records_to_table("search_text", records=rows, columns=["text", "folded", "terms"])
    gone = await connection.fetchval(
        """
        SELECT array_agg(e.id) FROM search_entry e
        WHERE e.valid_to = $1 AND (e.kind <> 'departments' OR $2::text[] IS NULL OR e.key = any($2::text[]))
            AND NOT EXISTS (
                SELECT FROM named n WHERE (n.kind, n.key, n.field, n.text, n.record, n.rows)
                                        = (e.kind, e.key, e.field, e.text, e.record, e.rows))
        """,
        tables.STILL_VALID,
        touched,
    )
    # By their ids: what is updated may lie on several machines, the temporary table lies on this one.
    await connection.execute("UPDATE search_entry SET valid_to = $1 WHERE id = any($2::bigint[])", release, gone or [])
    # The numbers are ours: one that the database gives out by itself is refused beside a SELECT over several machines.
    await connection.execute(
        """
        INSERT INTO search_entry (id, kind, key, field, text, record, rows, valid_from, valid_to)
        SELECT $3 + row_number() OVER (ORDER BY n.kind, n.text, n.key, n.field),
            n.kind, n.key, n.field, n.text, n.record, n.rows, $1, $2
        FROM named n JOIN search_text s ON s.text = n.text
        WHERE NOT EXISTS (
            SELECT FROM search_entry e WHERE e.valid_to = $2 AND
                (n.kind, n.key, n.field, n.text, n.record, n.rows) = (e.kind, e.key, e.field, e.text, e.record, e.rows))
        """,
        release,
        tables.STILL_VALID,
        await connection.fetchval("SELECT coalesce(max(id), 0) FROM search_entry"),
    )
    await index_words(connection, release)


async def _touched_departments(connection: asyncpg.Connection, release: int) -> list[str] | None:
    """The departments that have other disclosures, or other names, in this release; None while none is indexed."""
    if not await connection.fetchval(
        "SELECT EXISTS (SELECT FROM search_entry WHERE kind = 'departments' AND valid_to = $1)", tables.STILL_VALID
    ):
        return None
    rows = await connection.fetch(
        "SELECT department_id FROM disclosure WHERE valid_from = $1 OR valid_to = $1 GROUP BY department_id", release
    )
    # Divisions that are called otherwise change all departments (app/load.py).
    renamed = await connection.fetch("SELECT id FROM department WHERE changed_in = $1", release)
    return sorted({row[0] for row in (*rows, *renamed)})


async def catch_up(connection: asyncpg.Connection) -> bool:
    """Index what a database was filled with before there was an index of names, or of words; whether that was so."""
    if not await _missing(connection):
        return False
    async with connection.transaction():
        # No load begins meanwhile, and of two services that start at once one does it.
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('gongkai load'))")
        missing = await _missing(connection)
        if missing == "names":
            await connection.execute("DELETE FROM search_word")  # it is of entries that are gone
            for row in await connection.fetch("SELECT number FROM release ORDER BY number"):
                await index_names(connection, row["number"])
        elif missing == "words":
            await index_words(connection, await connection.fetchval("SELECT max(number) FROM release"))
        await connection.execute("ANALYZE search_text, search_entry, search_word")
    return missing is not None


async def _missing(connection: asyncpg.Connection) -> str | None:
    """What there is no index of: `names`, or `words` where there are very many names."""
    row = await connection.fetchrow(
        "SELECT EXISTS (SELECT FROM search_entry) AS names, EXISTS (SELECT FROM search_word) AS words, "
        "(SELECT count(*) FROM (SELECT FROM search_entry LIMIT $1) few) = $1 AS many FROM release LIMIT 1",
        _MANY,
    )
    if row is None:
        return None
    return "names" if not row["names"] else "words" if row["many"] and not row["words"] else None
