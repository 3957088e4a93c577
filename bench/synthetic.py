"""Synthetic expenditure lines in the real tables: departments × five years × forty codes, made by the database itself.

The shape is that of the real statements (one total row, classes, divisions and items, blanks where a column does not
apply); the names are plainly invented and the codes are the packaged ones. `bench/` uses a database of its own.
"""

from __future__ import annotations

import asyncpg

from app import codelists, values
from app.tables import STILL_VALID

YEARS = (2021, 2022, 2023, 2024, 2025)
LINES = 40  # of one statement, the total row included
REGIONS = 2500
FIRST_REGION = 900_001


def classes() -> list[str]:
    """The functional classes that occur, in order."""
    return sorted({code[:3] for code in _codes()})


def _codes() -> list[str]:
    """Items with the divisions and classes above them, as statements print them."""
    items = [code for code in sorted(codelists.functional_subjects()) if len(code) == 7]  # noqa: PLR2004 - items
    return sorted({part for item in items for part in (item[:3], item[:5], item)})


async def fill(connection: asyncpg.Connection, *, departments: int) -> int:
    """Fill an empty, migrated database; returns the number of expenditure lines."""
    codes = _codes()
    subjects = [
        (code, f"科目{code}", values.functional_level(code).value, values.parent_code(code), "code list")
        for code in codes
    ]
    async with connection.transaction():
        await connection.execute(
            """insert into region (code, name, full_name, level, parent_code)
               select c::text, '试县' || c, '试省试市试县' || c, 'county', null
               from generate_series($1::int, $1::int + $2::int - 1) c""",
            FIRST_REGION,
            REGIONS,
        )
        await connection.execute(
            """insert into department (id, region_code, name, normalised_name, code, aliases, changed_in)
               select 'bench-' || lpad(n::text, 8, '0'), ($2::int + n % $3::int)::text, '试部门' || n, '试部门' || n,
                      n::text, '{}', 1
               from generate_series(1, $1::int) n""",
            departments,
            FIRST_REGION,
            REGIONS,
        )
        await connection.execute(
            """insert into release (number, created_at, content_digest, source_digest, counts, changes, note)
               values (1, now(), 'bench', null, '{}', '{}', 'synthetic')"""
        )
        await connection.execute(
            """insert into disclosure (revision_id, id, revision, region_code, department_id, department_name,
                   department_code, fiscal_year, kind, scope, title, source_file, sha256, format, units,
                   parser_version, origin, content_digest, loaded_at, valid_from, valid_to)
               select (row_number() over (order by d.id, y))::bigint, d.id || '-' || y || '-budget', 1, d.region_code,
                      d.id, d.name, d.code, y, 'budget', 'department', d.name || y || '年部门预算', 'bench.txt',
                      repeat('0', 64), 'text', '{wan}', 1, 'ingest', 'bench', now(), 1, $2
               from department d, unnest($1::int[]) y""",
            list(YEARS),
            STILL_VALID,
        )
        await connection.execute(
            """insert into statement (id, revision_id, disclosure_id, region_code, department_id, kind, scope,
                   fiscal_year, valid_from, valid_to, key, ordinal, title, unit, status, location, header_rows,
                   grid, withheld)
               select revision_id, revision_id, id, region_code, department_id, kind, scope, fiscal_year, 1, valid_to,
                      'expenditure', 1, '部门支出总表', 'wan', 'reported', 'lines 1-50', 3, '[]', '[]'
               from disclosure"""
        )
        await connection.copy_records_to_table(
            "functional_subject", records=subjects, columns=["code", "name", "level", "parent_code", "source"]
        )
        # Each statement takes a run of the code list, so that a code is in about one statement in fifteen.
        await connection.execute(
            """insert into expenditure_line (id, revision_id, disclosure_id, region_code, department_id, kind, scope,
                   fiscal_year, valid_from, valid_to, statement_id, statement_key, unit_exponent, row, cells, code,
                   name, level, is_leaf, line_number, phase, fund, total, basic, project)
               select (d.revision_id - 1) * $2 + l, d.revision_id, d.id, d.region_code, d.department_id, d.kind,
                      d.scope, d.fiscal_year, 1, d.valid_to, d.revision_id, 'expenditure', 4, l + 2,
                      '{"total": [3, 3], "basic": [3, 4], "project": [3, 5]}', c.code,
                      coalesce('科目' || c.code, '合计'), case length(c.code) when 3 then 'class' when 5 then 'division'
                      when 7 then 'item' else 'total' end, coalesce(length(c.code) = 7, false), l, 'budget', 'all',
                      ((d.revision_id * 7919 + l * 104729) % 9999999 * 100)::numeric * 1.00,
                      case when l % 3 > 0 then ((d.revision_id * 7919 + l * 104729) % 999999 * 100)::numeric * 1.00 end,
                      case when l % 3 = 0 then ((d.revision_id * 7919 + l * 104729) % 999999 * 100)::numeric * 1.00 end
               from disclosure d
               cross join generate_series(1, $2::int) l
               cross join lateral (select case when l > 1
                   then ($1::text[])[1 + (d.revision_id * 37 + l) % array_length($1::text[], 1)] end as code) c""",
            codes,
            LINES,
        )
    await connection.execute("vacuum analyze")
    found: int = await connection.fetchval("select count(*) from expenditure_line")
    return found
