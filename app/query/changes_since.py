"""`updated_since` on a list: the rows that came, went or changed after a release, for those who keep a copy.

A row that is to be put into the copy is `upserted`, one that is to be taken out of it is `removed`. The condition is
each resource's own (`Resource.delta`); a time stands for the last release made by then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from app.errors import InvalidParameters, NoRelease, ParameterProblem
from app.query import words
from app.query.columns import Column, Resource
from app.query.filters import Filter, ValueProblem, parse_value
from app.values import Unit

if TYPE_CHECKING:
    from app.query.run import Connection

SINCE = "updated_since"
_LAST_RELEASE = 2**31 - 1
_TIME = Column(
    name=SINCE,
    kind="datetime",
    zh="变动起点",
    en="updated since",
    description="The time since which rows have changed.",
    example="2025-03-01",
)


def update_column(resource: Resource) -> Column:
    """What a reader who keeps a copy is to do with a row; beside the fields wherever `updated_since` is given."""
    return Column(
        name="update",
        kind="choice",
        zh="更新方式",
        en="update",
        description=(
            "What to do with the row in a copy of the list: `upserted`, put it in place of what is there under its "
            "key; `removed`, take it away. Only with `updated_since`."
        ),
        description_zh="如何用本行更新副本：写入（按标识替换或新增）或移除。仅在使用 updated_since 时出现。",
        example="upserted",
        sql=f"(case when {resource.visible} then 'upserted' else 'removed' end)",
        nullable=False,
        choices=words.UPDATE,
    )


def parse_since(resource: Resource, text: str) -> Filter:
    """The condition that `updated_since=text` is. ValueProblem when the text means nothing, or nothing here."""
    if not resource.delta:
        raise ValueProblem(
            f"{resource.name} is not kept by release, so what has changed in it cannot be told: take the whole list"
        )
    if text.isascii() and text.isdigit():
        if len(text) > len(str(_LAST_RELEASE)) or int(text) >= _LAST_RELEASE:
            raise ValueProblem("not a release number: /v1/releases lists what there is")
        return Filter(SINCE, "since", (int(text),))
    try:
        return Filter(SINCE, "since", (parse_value(_TIME, text, Unit.YUAN),))
    except ValueProblem:
        raise ValueProblem(
            "not a release number, a date or a time, such as 3, 2025-03-01 or 2025-03-01T08:00:00Z; 0 is from the start"
        ) from None


def unfollowed(resource: Resource, column: Column) -> str | None:
    """Why a filter on this column cannot go with `updated_since`; None where it can.

    A copy of the rows with some value can be followed only if a row has that value for as long as it has its key.
    """
    advice = "filter by ids and codes, or by this in the copy"
    if column.kind == "search" or column.join is not None:
        return f"names may change while the row stays: with updated_since {advice}"
    if resource.keeps and column.name not in resource.keeps:
        allowed = ", ".join(resource.keeps)
        return f"may change under the same {resource.key}: with updated_since filter by {allowed}, or in the copy"
    return None


async def resolve_since(
    connection: Connection, filters: tuple[Filter, ...], release: int | None, *, seconds: float | None = None
) -> tuple[tuple[Filter, ...], int | None]:
    """The filters with the number of the release that `updated_since` stands for, and that number; None without.

    `release` is the one that is read, None for the newest: of those after it, a time can mean none. NoRelease for a
    release that is not there, or one whose rows may be gone; InvalidParameters for one after the release that is read.
    """
    asked = since_of(filters)
    if asked is None:
        return filters, None
    time, number = (asked, None) if isinstance(asked, dt.datetime) else (None, int(str(asked)))
    row = await connection.fetchrow(
        """select min(number) as oldest, max(number) as newest, coalesce(bool_or(number = $2), false) as kept,
            coalesce(max(number) filter (where created_at <= $1 and ($3::int is null or number <= $3)), 0) as by_then
        from release""",
        time,
        number,
        release,
        timeout=seconds,
    )
    if row is None or row["oldest"] is None:
        return _numbered(filters, 0), 0  # nothing is loaded, as the list itself says
    since = row["by_then"] if number is None else number
    current = release or row["newest"]
    if time is not None and since == 0 and row["oldest"] > 1:
        # What was there at that time has gone with its release. A copy that has nothing (0) lacks what there is.
        raise NoRelease(
            f"what there was then is no longer kept, the oldest that is kept is {row['oldest']}",
            advice=_take_anew(current),
        )
    if number and not row["kept"]:
        if number < row["newest"]:
            raise NoRelease(
                f"release {number} is no longer kept, the oldest that is kept is {row['oldest']}",
                number=number,
                advice=_take_anew(current),
            )
        raise NoRelease(f"there is no release {number} yet, the newest is {row['newest']}; a date is 2025-03-01")
    if since > current:
        raise InvalidParameters(
            ParameterProblem(SINCE, f"later than the release that is read, {current}", str(since), str(current))
        )
    return _numbered(filters, since), since


def since_of(filters: Iterable[Filter]) -> object | None:
    """The value of `updated_since`: a number or a time; None where it is not given."""
    return next((item.values[0] for item in filters if item.operator == "since"), None)


def _numbered(filters: tuple[Filter, ...], number: int) -> tuple[Filter, ...]:
    return tuple(replace(item, values=(number,)) if item.operator == "since" else item for item in filters)


def _take_anew(current: int) -> str:
    return (
        f"what has changed since cannot be told: take the whole anew, as files at /v1/releases/{current}/files or as "
        f"the list without updated_since, and go on with updated_since={current}"
    )
