"""Printed money, units, years and codes are read exactly, and shifting a unit never changes a digit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import values
from app.values import Level, Unit

amounts = st.decimals(
    min_value=Decimal("-99999999999.999999"),
    max_value=Decimal("99999999999.999999"),
    allow_nan=False,
    allow_infinity=False,
    places=None,
).filter(lambda amount: -8 <= int(amount.as_tuple().exponent) <= 0)
units = st.sampled_from(list(Unit))


@pytest.mark.parametrize(
    ("printed", "amount"),
    [
        ("283.61", "283.61"),
        ("90.00", "90.00"),
        ("1", "1"),
        ("0", "0"),
        ("0.00", "0.00"),
        ("1,234,567.80", "1234567.80"),
        ("１２３．４５", "123.45"),
        ("−1.5", "-1.5"),
        ("－1.5", "-1.5"),
        ("（12.30）", "-12.30"),
        (" 12 .5 ", "12.5"),
    ],
)
def test_amount_keeps_its_printed_digits(printed: str, amount: str) -> None:
    assert str(values.parse_amount(printed)) == amount


@pytest.mark.parametrize("printed", ["", " ", "　", "—", "——", "-", "–", "/"])
def test_blank_or_dash_is_no_amount_and_no_zero(printed: str) -> None:
    assert values.parse_amount(printed) is None


@pytest.mark.parametrize("printed", ["12万", "1.2.3", "1,23,4", "abc", "≥90%", "12-13", "1e5", "NaN", "(12", "--5"])
def test_anything_else_is_refused_with_the_text(printed: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        values.parse_amount(printed)


@given(amount=amounts, unit=units)
def test_printed_amount_comes_back_digit_for_digit_in_its_own_unit(amount: Decimal, unit: Unit) -> None:
    yuan = values.to_yuan(amount, unit)
    assert values.from_yuan(yuan, unit=unit, printed_unit=unit).as_tuple() == amount.as_tuple()


@given(amount=amounts, printed=units, wanted=units)
def test_shifted_amount_is_equal_in_value(amount: Decimal, printed: Unit, wanted: Unit) -> None:
    shifted = values.from_yuan(values.to_yuan(amount, printed), unit=wanted, printed_unit=printed)
    assert shifted.scaleb(wanted.exponent) == amount.scaleb(printed.exponent)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("单位：万元", Unit.WAN), ("金额单位: 元", Unit.YUAN), ("（亿元）", Unit.YI), ("单位：台、辆", None), ("", None)],
)
def test_unit_is_read_where_one_is_named(text: str, unit: Unit | None) -> None:
    assert values.parse_unit(text) == unit


def test_two_units_in_one_text_are_refused() -> None:
    with pytest.raises(ValueError, match="several units"):
        values.parse_unit("单位：元/万元")


def test_levels_and_parents_follow_the_length_of_a_code() -> None:
    assert [values.functional_level(code) for code in ("201", "20137", "2013701")] == list(Level)
    assert [values.parent_code(code) for code in ("2013701", "20137", "201")] == ["20137", "201", None]
    for wrong in ("", "20", "2013", "20137011", "２０１", "2O1"):
        with pytest.raises(ValueError, match="not a functional code"):
            values.functional_level(wrong)


def test_department_identity_ignores_width_space_and_quotation_marks_only() -> None:
    first = values.department_id("130205", "中共某区委（网信）办公室")
    assert first == values.department_id("130205", "897 中共某区委(网信) 办公室")
    assert first != values.department_id("130205", "中共某区委办公室")
    assert first != values.department_id("130206", "中共某区委（网信）办公室")


@pytest.mark.parametrize(
    ("code", "level", "prefix"),
    [
        ("000000", "country", ""),
        ("130000", "province", "13"),
        ("130200", "prefecture", "1302"),
        ("130205", "county", "130205"),
    ],
)
def test_region_level_and_subtree(code: str, level: str, prefix: str) -> None:
    assert (values.region_level(code), values.region_prefix(code)) == (level, prefix)
