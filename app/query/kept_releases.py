"""What can be said of a release that is no longer kept: when it was made and pruned, and which is the oldest now."""

from __future__ import annotations

from app.errors import NoRelease
from app.query.cost import Connection

_PRUNED = """select p.created_at, p.pruned_at, k.number as oldest, k.created_at as oldest_made
from pruned_release p cross join release k
where p.number = $1 and k.number = (select min(number) from release)"""


async def explained(connection: Connection, error: NoRelease, *, seconds: float | None = None) -> NoRelease:
    """The error with what is known of its release, where that was pruned; else as it is."""
    if error.number is None:
        return error
    found = await connection.fetchrow(_PRUNED, error.number, timeout=seconds)
    if found is None:
        return error
    return NoRelease(
        f"release {error.number}, made {found['created_at']:%Y-%m-%d}, is no longer kept: it was pruned on "
        f"{found['pruned_at']:%Y-%m-%d}; the oldest that is kept is {found['oldest']}, made "
        f"{found['oldest_made']:%Y-%m-%d}",
        number=error.number,
        advice=error.advice,
    )
