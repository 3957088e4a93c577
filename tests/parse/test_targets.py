"""Promise: an indicator value is read as a figure only when it can mean nothing else, and then exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parse.targets import QUALITATIVE, Target, parse_target


@pytest.mark.parametrize(
    ("text", "operator", "number", "unit"),
    [
        ("≥90%", "≥", "90", "%"),
        (">=100百分比", "≥", "100", "%"),
        ("≥95比例", "≥", "95", "%"),
        ("≥87百分比", "≥", "87", "%"),
        ("满意率≥90%", "≥", "90", "%"),
        ("满意率：≥ 90 ％", "≥", "90", "%"),
        ("1个", "=", "1", "个"),
        ("≤10万元", "≤", "10", "万元"),
        ("≤68万", "≤", "68", "万"),
        ("<5%", "<", "5", "%"),
        ("＜5％", "<", "5", "%"),
        (">362日", ">", "362", "日"),
        ("300天", "=", "300", "天"),
        ("≥ 12 期", "≥", "12", "期"),
        ("100", "=", "100", None),
        ("≥1000万次", "≥", "1000", "万次"),
        ("≥1000万人次", "≥", "1000", "万人次"),
        ("≥5000G", "≥", "5000", "G"),
        ("≥125台套", "≥", "125", "台套"),
        ("≤20分钟", "≤", "20", "分钟"),
        ("≤1小时", "≤", "1", "小时"),
        ("1年", "=", "1", "年"),
        ("99.9%", "=", "99.9", "%"),
        ("≥1,200.50元", "≥", "1200.50", "元"),
        ("３次（含）以上", "≥", "3", "次"),
        ("不低于95%", "≥", "95", "%"),
        ("大于或等于1000篇", "≥", "1000", "篇"),
        ("5天以内", "≤", "5", "天"),
        ("≥-3℃", "≥", "-3", "°C"),
        ("≥200㎡", "≥", "200", "m2"),
        ("≤5万元/年", "≤", "5", "万元/年"),
        ("6个月", "=", "6", "个月"),
    ],
)
def test_one_figure_is_read_with_its_operator_and_unit(text: str, operator: str, number: str, unit: str | None) -> None:
    target = parse_target(text)
    assert (target.operator, target.number, target.unit) == (operator, Decimal(number), unit)
    assert not target.qualitative


@pytest.mark.parametrize(
    "text",
    [
        "",
        "良好",
        "及时",
        "是",
        "2020年底",
        "2020年",
        "2020年12月31日",
        "12月底前",
        "6月",
        "15日",
        "合格及以上等次",
        "一次",
        "10-20次",
        "90%≤率≤100%",
        "1:1",
        "20次左右",
        "1 2期",
        "≥①个",
        "组织正面跟评、转载2000次以上",
        "开展3次培训，印发资料",
        "满意度90",
        "≥10次以内",
        "第3季度完成5项",
    ],
)
def test_words_dates_ranges_and_two_numbers_are_qualitative(text: str) -> None:
    assert parse_target(text) == QUALITATIVE


@given(
    operator=st.sampled_from("≥≤=><"),
    number=st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False),
    unit=st.sampled_from(["%", "个", "万元", "人次", "小时", ""]),
    gap=st.sampled_from(["", " ", "\n", "\u3000"]),
)
def test_every_written_figure_is_read_back(operator: str, number: Decimal, unit: str, gap: str) -> None:
    expected = Target(operator=operator, number=number, unit=unit or None, qualitative=False)  # type: ignore[arg-type]
    assert parse_target(f"{operator}{gap}{number}{gap}{unit}") == expected


@given(
    first=st.integers(0, 9999), second=st.integers(0, 9999), between=st.sampled_from(["-", "~", "至", "/", "个、", " "])
)
def test_two_numbers_are_never_read_as_one_figure(first: int, second: int, between: str) -> None:
    assert parse_target(f"≥{first}{between}{second}%") == QUALITATIVE


@given(st.text(max_size=40))
def test_any_text_gives_a_whole_figure_or_none_at_all(text: str) -> None:
    target = parse_target(text)
    assert target.qualitative is (target.number is None) is (target.operator is None)
    if target.number is not None:
        assert any(sign.isdigit() for sign in text)
