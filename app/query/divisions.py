"""Which divisions have departments: the way from the country to a department, one level of government at a time."""

from __future__ import annotations

from dataclasses import dataclass

from app.query.run import Connection


@dataclass(frozen=True)
class Division:
    """A division with the number of departments in it and everything under it that have a disclosure."""

    code: str
    name: str
    full_name: str
    departments: int


# Parameters: the release, the division. Three levels of government lie under the country.
_BELOW = """select a.code, a.name, a.full_name, count(*) as departments
    from department t join region r on r.code = t.region_code
    left join region p on p.code = r.parent_code left join region g on g.code = p.parent_code
    join region a on a.code = case when r.parent_code = $2 then r.code when p.parent_code = $2 then p.code
        when g.parent_code = $2 then g.code end
    where t.id in (select v.department_id from disclosure v where v.valid_from <= $1 and v.valid_to > $1)
    group by a.code order by a.code"""

# The division itself and those above it, the country left out, the highest first. Parameter: the division.
_ABOVE = """with recursive up as (
    select code, name, full_name, parent_code from region where code = $1
    union all select r.code, r.name, r.full_name, r.parent_code from region r join up on r.code = up.parent_code
) select code, name, full_name, 0 as departments from up where code <> '000000' order by code"""


async def fetch_divisions(connection: Connection, release: int, parent: str) -> list[Division]:
    """The divisions directly under one (000000: the country) that have departments in this release."""
    return [Division(**row) for row in await connection.fetch(_BELOW, release, parent)]


async def fetch_path(connection: Connection, code: str) -> list[Division]:
    """The way to a division from its province down, itself the last; empty when there is none with this code."""
    return [Division(**row) for row in await connection.fetch(_ABOVE, code)]
