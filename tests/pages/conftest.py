"""The application that counts its statements, and addresses of every kind of page on the invented data set."""

from __future__ import annotations

import asyncpg
import pytest

from tests.api.conftest import api, application, statements

__all__ = ["KINDS", "api", "application", "pages", "statements"]

# The kinds of pages that are there; `missing` is the one that is not.
KINDS = [
    "home",
    "departments",
    "departments of a province",
    "department",
    "disclosure",
    "final account",
    "statement",
    "data sets",
    "data set",
    "rows",
    "releases",
    "release",
    "search",
    "search without words",
    "pinned",
]


@pytest.fixture(scope="session")
async def pages(read_pool: asyncpg.Pool) -> dict[str, str]:
    """One address of each kind of page."""
    return await addresses(read_pool)


async def addresses(pool: asyncpg.Pool) -> dict[str, str]:
    """One address of each kind of page, by kind; the table is the one with most figures that contradict others."""
    visible = "t.valid_from <= (select max(number) from release) and t.valid_to > (select max(number) from release)"
    statement = await pool.fetchval(
        f"select id from statement t where {visible} order by (select count(*) from check_operand o "
        "join check_result c on c.id = o.check_result_id where o.statement_id = t.id and c.status = 'failed') desc, id"
    )
    disclosure = await pool.fetchval(
        f"select id from disclosure t where {visible} and kind = 'budget' order by fiscal_year desc, id limit 1"
    )
    final = await pool.fetchval(f"select id from disclosure t where {visible} and kind = 'final' order by id limit 1")
    department = await pool.fetchval(
        f"select department_id from disclosure t where {visible} group by 1 order by count(*) desc, 1 limit 1"
    )
    return {
        "home": "/",
        "departments": "/departments",
        "departments of a province": "/departments?region=130000",
        "department": f"/departments/{department}",
        "disclosure": f"/disclosures/{disclosure}",
        "final account": f"/disclosures/{final}",
        "statement": f"/statements/{statement}",
        "data sets": "/datasets",
        "data set": "/datasets/expenditures",
        "rows": "/datasets/expenditures/rows?level=item&sort=-total",
        "releases": "/releases",
        "release": "/releases/1",
        "search": "/search?q=%E8%99%9A%E6%9E%84",
        "search without words": "/search",
        "pinned": f"/disclosures/{disclosure}?release=1",
        "missing": "/disclosures/nothing",
    }
