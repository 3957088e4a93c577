"""Targets that point the wrong way, levels that stand in the wrong place, rows printed twice: named, and no others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.checks.evaluation import indicator, parsed, results

COST, BURDEN, GAIN = "I12.direction_of_cost", "I12.direction_of_burden", "I12.direction_of_gain"
PASS = indicator(
    "产出指标", "数量指标", "宣传活动次数", "≥3次", target_operator="≥", target_number=Decimal(3), target_unit="次"
)


def one(
    level1: str, level2: str, level3: str, operator: Any, amount: str, unit: str, target: str = ""
) -> dict[str, Any]:
    printed = target or f"{operator}{amount}{unit}"
    return indicator(
        level1,
        level2,
        level3,
        printed,
        target_operator=operator,
        target_number=Decimal(amount),
        target_unit=unit,
    )


@pytest.mark.parametrize(
    ("rule", "row", "status"),
    [
        (COST, one("产出指标", "成本指标", "年度支出", "≤", "9", "万元"), "passed"),
        (COST, one("产出指标", "成本指标", "年度支出", "≥", "9", "万元"), "failed"),
        (COST, one("成本指标", "经济成本指标", "项目总成本", ">", "9", "万元"), "failed"),
        (COST, one("成本指标", "经济成本指标", "每平方米", "≥", "9", "元"), "insufficient"),
        (BURDEN, one("产出指标", "时效指标", "故障响应时间", "≤", "4", "小时"), "passed"),
        (BURDEN, one("产出指标", "数量指标", "网络故障时间", "≥", "48", "小时"), "failed"),
        (BURDEN, one("效益指标", "社会效益指标", "投诉率", "≥", "5", "%"), "failed"),
        (BURDEN, one("效益指标", "生态效益指标", "资源消耗", "<", "5", "%"), "passed"),
        (GAIN, one("满意度指标", "服务对象满意度指标", "群众满意度", "≥", "90", "%"), "passed"),
        (GAIN, one("满意度指标", "服务对象满意度指标", "群众满意度", "≤", "90", "%"), "failed"),
        (GAIN, one("产出指标", "质量指标", "验收合格率（%）", "<", "95", "%"), "failed"),
        (GAIN, one("产出指标", "质量指标", "预算执行率", "≤", "100", "%"), "insufficient"),
        (GAIN, one("产出指标", "数量指标", "采购数量", "≤", "4", "个"), "insufficient"),
    ],
)
def test_direction_is_judged_by_what_the_indicator_measures(rule: str, row: dict[str, Any], status: str) -> None:
    (result,) = results(parsed(indicators=(row,)), rule)
    assert result.status == status
    assert result.operands[0].text == row["target"]
    assert result.operands[0].amount is None


@pytest.mark.parametrize(
    "row",
    [
        one("成本指标", "经济成本指标", "人均补助标准", "≥", "800", "元"),
        one("产出指标", "成本指标", "节约经费", "≥", "5", "万元"),
        one("产出指标", "质量指标", "电力中断恢复率", "≥", "98", "%"),
        one("产出指标", "时效指标", "受影响后恢复效率", "≥", "95", "%"),
        one("产出指标", "质量指标", "故障排除率", "≥", "99", "%"),
        one("产出指标", "质量指标", "不合格率", "≤", "1", "%"),
        one("效益指标", "社会效益指标", "投诉率下降", "≥", "5", "%"),
        one("满意度指标", "服务对象满意度指标", "群众满意度", "≤", "5", "%", "投诉率≤5%"),
        one("产出指标", "质量指标", "服务达标率", "<", "2", "%", "年离职率低于2%"),
        one("产出指标", "数量指标", "网络故障时间", "≤", "48", "小时"),
        one("产出指标", "时效指标", "响应及时率", "≤", "1", "小时"),
        indicator("产出指标", "成本指标", "成本控制程度", "能够控制"),
        one("产出指标", "成本指标", "项目成本", "=", "10", "万元"),
    ],
)
def test_what_may_well_point_that_way_is_not_accused(row: dict[str, Any]) -> None:
    found = [result for rule in (COST, BURDEN, GAIN) for result in results(parsed(indicators=(row,)), rule)]
    assert "failed" not in {result.status for result in found}


def test_sentence_of_a_wrong_direction() -> None:
    (result,) = results(parsed(indicators=(one("产出指标", "成本指标", "年度支出", "≥", "9", "万元"),)), COST)
    assert result.sentence_zh == (
        "《虚构项目绩效表》“成本指标·年度支出”的指标值为“≥9万元”，是下限，而这类指标通常应为上限（≤）。"
    )
    assert result.sentence_en == (
        "《虚构项目绩效表》 (self evaluation) “成本指标·年度支出”: the target “≥9万元” is a lower bound, "
        "where an upper bound (≤) is usual."
    )


LEVELS = "I12.second_level"


def test_second_level_under_another_first_level_is_named() -> None:
    rows = (
        PASS,
        indicator("效益指标", "社会效益指标", "影响力", "提升"),
        indicator("满意度指标", "服务对象满意度指标", "满意度", "较高"),
        indicator("效益指标", "服务对象满意度指标", "用户满意度", "较高"),
    )
    found = {one.status: one for one in results(parsed(indicators=rows), LEVELS)}
    assert set(found) == {"passed", "failed"}
    assert found["failed"].sentence_zh == (
        "《虚构项目绩效表》“服务对象满意度指标”列于“效益指标”之下，应归属“满意度指标”。"
    )
    assert [(operand.field, operand.text, operand.row) for operand in found["failed"].operands] == [
        ("level2", "服务对象满意度指标", 13)
    ]


def test_a_form_that_always_arranges_it_so_is_not_accused() -> None:
    rows = (PASS, indicator("效益指标", "服务对象满意度指标", "用户满意度", "较高"))
    assert {one.status for one in results(parsed(indicators=rows), LEVELS)} == {"passed", "insufficient"}


@pytest.mark.parametrize(
    ("level1", "level2"),
    [
        ("效果指标", "可持续影响指标"),
        ("产出指标", "成本指标"),
        ("成本指标", "生态环境成本指标"),
        ("满意度", "社会公众满意度"),
    ],
)
def test_names_of_older_and_newer_forms_belong(level1: str, level2: str) -> None:
    (result,) = results(parsed(indicators=(indicator(level1, level2, "某指标", "良好"),)), LEVELS)
    assert result.status == "passed"


TWICE = "I12.indicator_twice"


def test_row_printed_twice_is_named_once_with_both_rows() -> None:
    (result,) = results(parsed(indicators=(PASS, indicator("效益指标", "社会效益指标", "影响", "好"), PASS)), TWICE)
    assert (result.status, [operand.row for operand in result.operands]) == ("failed", [10, 12])
    assert result.sentence_zh == "《虚构项目绩效表》“数量指标·宣传活动次数”（≥3次）列示了2次。"


def test_rows_that_differ_in_the_target_and_rows_without_an_indicator_are_none() -> None:
    nothing = indicator("效益指标", "经济效益指标", "不适用", "无")
    other = {**PASS, "target": "≥4次"}
    (result,) = results(parsed(indicators=(PASS, other, nothing, nothing)), TWICE)
    assert result.status == "passed"
