"""Money is exact from the printed cell to the wire: the digits of the document, in every unit."""

from __future__ import annotations

from decimal import Decimal

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.query.registry import RESOURCES
from app.query.select import value
from app.values import Unit, from_yuan, to_yuan

TOTAL = RESOURCES["expenditures"].by_name["total"]


async def shown(pool: asyncpg.Pool, yuan: Decimal | None, printed: Unit, unit: Unit) -> str | None:
    """What the database writes into JSON for a stored amount."""
    text: str | None = await pool.fetchval(
        f"select to_json({value(TOTAL, unit)})::text "
        "from (select $1::numeric as total, $2::smallint as unit_exponent) t",
        yuan,
        printed.exponent,
    )
    return text


@pytest.mark.parametrize(
    ("printed", "unit", "expected"),
    [
        ("283.61", Unit.WAN, "283.61"),
        ("90.00", Unit.WAN, "90.00"),
        ("1", Unit.WAN, "1"),
        ("0", Unit.WAN, "0"),
        ("0.00", Unit.WAN, "0.00"),
        ("-0.09", Unit.WAN, "-0.09"),
        ("283.61", Unit.YUAN, "2836100"),
        ("283.61", Unit.YI, "0.028361"),
        ("0.123456", Unit.YUAN, "1234.56"),
    ],
)
async def test_amount_printed_in_wan_is_shown_with_its_digits(
    printed: str, unit: Unit, expected: str, read_pool: asyncpg.Pool
) -> None:
    assert await shown(read_pool, to_yuan(Decimal(printed), Unit.WAN), Unit.WAN, unit) == expected


async def test_amount_that_is_not_printed_is_null(read_pool: asyncpg.Pool) -> None:
    assert await shown(read_pool, None, Unit.WAN, Unit.WAN) is None


@settings(max_examples=300, deadline=None)
@given(
    digits=st.integers(min_value=-(10**18), max_value=10**18),
    decimals=st.integers(min_value=0, max_value=6),
    printed_unit=st.sampled_from(list(Unit)),
    unit=st.sampled_from(list(Unit)),
)
async def test_database_and_python_shift_every_amount_alike(
    digits: int, decimals: int, printed_unit: Unit, unit: Unit, read_pool: asyncpg.Pool
) -> None:
    printed = Decimal(digits).scaleb(-decimals)
    yuan = to_yuan(printed, printed_unit)
    text = await shown(read_pool, yuan, printed_unit, unit)
    assert text == f"{from_yuan(yuan, unit=unit, printed_unit=printed_unit):f}"
    if unit is printed_unit:
        assert text == f"{printed:f}"
