"""Regions, departments and codes in the database: from the packaged code lists and from what disclosures print.

Every statement writes only rows that differ, so that the number of rows written says whether anything has changed.
"""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from app import codelists, records, tables, values
from app.checks.run import RULES

Name = tuple[str, str, int, str]  # classification (functional, economic), code, fiscal year, printed name

# 301-399 are the classes of departmental budgets, 501-599 those of government budgets.
_WHOSE_ECONOMIC_CODE = "CASE WHEN code < '5' THEN 'department' ELSE 'government' END"


async def write_code_lists(connection: asyncpg.Connection) -> int:
    """Bring regions and subjects to the packaged lists; returns how many rows that wrote."""
    divisions = list(codelists.divisions().values())
    written = await _changed(
        connection,
        """
        INSERT INTO region (code, name, full_name, level, parent_code)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
        ON CONFLICT (code) DO UPDATE
        SET name = excluded.name, full_name = excluded.full_name, level = excluded.level,
            parent_code = excluded.parent_code
        WHERE (region.name, region.full_name, region.level, region.parent_code)
           IS DISTINCT FROM (excluded.name, excluded.full_name, excluded.level, excluded.parent_code)
        """,
        *_columns([(one.code, one.name, one.full_name, one.level, one.parent_code) for one in divisions], 5),
    )
    functional = codelists.functional_subjects().values()
    written += await _changed(
        connection,
        """
        INSERT INTO functional_subject (code, name, name_en, level, parent_code, confidence, source)
        SELECT *, 'code list' FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        ON CONFLICT (code) DO UPDATE
        SET name = excluded.name, name_en = excluded.name_en, level = excluded.level,
            parent_code = excluded.parent_code, confidence = excluded.confidence, source = excluded.source
        WHERE (functional_subject.name, functional_subject.name_en, functional_subject.confidence,
               functional_subject.source)
           IS DISTINCT FROM (excluded.name, excluded.name_en, excluded.confidence, excluded.source)
        """,
        *_columns(
            [
                (
                    one.code,
                    one.name,
                    one.name_en,
                    values.functional_level(one.code).value,
                    _parent(one.code),
                    one.confidence,
                )
                for one in functional
            ],
            6,
        ),
    )
    economic = codelists.economic_subjects().values()
    written += await _changed(
        connection,
        """
        INSERT INTO economic_subject (code, name, name_en, classification, level, parent_code, confidence, source)
        SELECT *, 'code list'
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
        ON CONFLICT (code) DO UPDATE
        SET name = excluded.name, name_en = excluded.name_en, classification = excluded.classification,
            level = excluded.level, parent_code = excluded.parent_code, confidence = excluded.confidence,
            source = excluded.source
        WHERE (economic_subject.name, economic_subject.name_en, economic_subject.classification,
               economic_subject.confidence, economic_subject.source)
           IS DISTINCT FROM
              (excluded.name, excluded.name_en, excluded.classification, excluded.confidence, excluded.source)
        """,
        *_columns(
            [
                (
                    one.code,
                    one.name,
                    one.name_en,
                    one.classification,
                    values.economic_level(one.code).value,
                    _parent(one.code),
                    one.confidence,
                )
                for one in economic
            ],
            7,
        ),
    )
    listed: set[Name] = {("functional", one.code, year, one.name) for one in functional for year in one.years_seen}
    listed |= {("economic", one.code, year, one.name) for one in economic for year in one.years_seen}
    return written + await _write_names(connection, listed, source="code list")


async def write_rules(connection: asyncpg.Connection) -> None:
    """Bring the rules to those of this program; a rule that is no more goes."""
    await connection.execute("DELETE FROM check_rule WHERE id <> all($1::text[])", list(RULES))
    await connection.executemany(
        """
        INSERT INTO check_rule (id, position, zh, en, formula, formula_en, statements, severity, basis, citation)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (id) DO UPDATE
        SET position = excluded.position, zh = excluded.zh, en = excluded.en, formula = excluded.formula,
            formula_en = excluded.formula_en, statements = excluded.statements, severity = excluded.severity,
            basis = excluded.basis, citation = excluded.citation
        """,
        [
            (
                one.id,
                position,
                one.zh,
                one.en,
                one.formula,
                one.formula_en,
                list(one.statements),
                one.severity,
                one.basis,
                one.citation,
            )
            for position, one in enumerate(RULES.values(), start=1)
        ],
    )


async def write_printed_names(connection: asyncpg.Connection, names: set[Name]) -> int:
    """Add the names that disclosures print beside their codes, and the codes that no list has; returns rows written."""
    written = await _write_names(connection, names, source="disclosure")
    # A code that no list has takes the name it was last printed with; of several in that year the first by letters.
    for classification, table, more_columns, more_values in (
        ("functional", "functional_subject", "", ""),
        ("economic", "economic_subject", ", classification", f", {_WHOSE_ECONOMIC_CODE}"),
    ):
        written += await _changed(
            connection,
            f"""
            INSERT INTO {table} (code, name, level, parent_code, source{more_columns})
            SELECT DISTINCT ON (code) code, name,
                   CASE length(code) WHEN 3 THEN 'class' WHEN 5 THEN 'division' ELSE 'item' END,
                   CASE WHEN length(code) > 3 THEN left(code, -2) END, 'disclosure'{more_values}
            FROM subject_name WHERE classification = $1 AND source = 'disclosure'
            ORDER BY code, fiscal_year DESC, name COLLATE "C"
            ON CONFLICT (code) DO UPDATE SET name = excluded.name
            WHERE {table}.source = 'disclosure' AND {table}.name <> excluded.name
            """,  # noqa: S608 - the names are the constants above
            classification,
        )
    return written


def printed_names(parsed: records.ParsedDisclosure) -> set[Name]:
    """What the lines of one disclosure call the codes beside them, in the year of the disclosure."""
    year = parsed.disclosure.fiscal_year
    names: set[Name] = set()
    for line in (*parsed.revenues, *parsed.expenditures):
        if line.code is not None:
            names.add(("functional", line.code, year, line.name))
    for economic in parsed.economic_lines:
        if economic.code is not None:
            names.add(("economic", economic.code, year, economic.name))
    for balance in parsed.balance_lines:
        if balance.functional_code is not None:
            names.add(("functional", balance.functional_code, year, balance.name))
    return names


async def write_departments(
    connection: asyncpg.Connection, disclosures: Sequence[records.Disclosure], release: int
) -> None:
    """Add the departments that are new; `rename_departments` says what they are called."""
    by_department = {one.department_id: one for one in disclosures}
    await connection.executemany(
        "INSERT INTO department (id, region_code, name, normalised_name, aliases, changed_in) "
        "VALUES ($1, $2, $3, $4, '{}', $5) ON CONFLICT (id) DO NOTHING",
        [
            (key, one.region_code, one.department_name, values.normalise_department(one.department_name), release)
            for key, one in sorted(by_department.items())
        ],
    )


async def rename_departments(connection: asyncpg.Connection, release: int) -> None:
    """Name and code as printed in the latest valid disclosure, a final account after a budget; aliases the others."""
    await connection.execute(
        """
        WITH printed AS MATERIALIZED (
            SELECT department_id, department_name::text, department_code,
                   row_number() OVER (PARTITION BY department_id
                                      ORDER BY fiscal_year DESC, kind DESC, scope, id) AS place
            FROM disclosure WHERE valid_to = $1
        ), named AS MATERIALIZED (
            SELECT department_id, max(department_name) FILTER (WHERE place = 1) AS name,
                   max(department_code) FILTER (WHERE place = 1) AS code,
                   array_agg(DISTINCT department_name COLLATE "C" ORDER BY department_name COLLATE "C") AS names
            FROM printed GROUP BY department_id
        )
        UPDATE department
        SET name = named.name, code = named.code, aliases = array_remove(named.names, named.name), changed_in = $2
        FROM named
        WHERE department.id = named.department_id
          AND (department.name, department.code, department.aliases)
              IS DISTINCT FROM (named.name, named.code, array_remove(named.names, named.name))
        """,
        tables.STILL_VALID,
        release,
    )


async def _write_names(connection: asyncpg.Connection, names: set[Name], *, source: str) -> int:
    return await _changed(
        connection,
        """
        INSERT INTO subject_name (classification, code, fiscal_year, name, source)
        SELECT *, $5 FROM unnest($1::text[], $2::text[], $3::int[], $4::text[])
        ON CONFLICT DO NOTHING
        """,
        *_columns(sorted(names), 4),
        source,
    )


async def _changed(connection: asyncpg.Connection, statement: str, *arguments: object) -> int:
    """Run an INSERT and return how many rows it wrote: the last word of `INSERT 0 12`."""
    return int((await connection.execute(statement, *arguments)).split()[-1])


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _parent(code: str) -> str | None:
    return code[:-2] if len(code) > 3 else None  # noqa: PLR2004 - a class has three digits
