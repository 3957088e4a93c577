"""Promise: a target table gives one project and every indicator row, whether or not it prints the money."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.parse.forms import Context, FormResult
from app.parse.grid import Grid, Merge, TitledGrid
from app.parse.layout import lay_out
from app.parse.read_text import read_text
from app.parse.statements.performance_targets import FORM
from app.records import EvaluationLine, PerformanceIndicator, Project

DOCUMENT = Path(__file__).parents[1] / "documents" / "performance_two_projects.txt"


@pytest.fixture(scope="module")
def results() -> list[FormResult]:
    tables = lay_out(read_text(DOCUMENT.read_bytes(), DOCUMENT.name)).tables
    return [
        FORM.read(table, Context(fiscal_year=2024, kind="budget", ordinal=ordinal, first_project_ordinal=ordinal))
        for ordinal, table in enumerate(filter(FORM.claims, tables), start=1)
    ]


def project(result: FormResult) -> Project:
    return next(record for record in result.records if isinstance(record, Project))


def indicators(result: FormResult) -> list[PerformanceIndicator]:
    return [record for record in result.records if isinstance(record, PerformanceIndicator)]


def test_each_table_is_one_statement_with_one_project(results: list[FormResult]) -> None:
    assert [project(result).name for result in results] == ["档案数字化", "库房维护经费"]
    assert [project(result).ordinal for result in results] == [1, 2]


def test_money_and_payment_plan_are_read_and_a_blank_month_stays_blank(results: list[FormResult]) -> None:
    found = project(results[0])
    assert found.code == "22990124P00000000001X"
    assert (found.total, found.fiscal, found.other_funds) == (Decimal("1230.50"), Decimal("1200.50"), Decimal("30.00"))
    assert (found.plan_march, found.plan_june, found.plan_october, found.plan_december) == (
        Decimal(25),
        None,
        Decimal(75),
        Decimal(100),
    )
    assert found.unit == "wan"
    assert "plan_june" not in found.cells


def test_table_without_money_takes_its_name_from_the_title_and_has_no_amounts(results: list[FormResult]) -> None:
    found = project(results[1])
    assert (found.code, found.total, found.unit) == (None, None, None)
    assert found.goal == "1.保障库房恒温恒湿"


def test_vertically_merged_levels_are_carried_down_but_not_across_a_new_first_level(results: list[FormResult]) -> None:
    assert [(each.level1, each.level2) for each in indicators(results[0])] == [
        ("产出指标", "数量指标"),
        ("产出指标", "质量指标"),
        ("产出指标", "质量指标"),
        ("效益指标", None),
        ("满意度指标", "服务对象满意度指标"),
    ]


def test_all_blank_row_stays_in_the_grid_and_makes_no_indicator(results: list[FormResult]) -> None:
    assert [each.position for each in indicators(results[0])] == [1, 2, 3, 4, 5]
    assert [each.row for each in indicators(results[0])][-2:] == [11, 13]


def test_name_with_a_line_break_inside_its_cell_is_put_together(results: list[FormResult]) -> None:
    assert indicators(results[0])[0].level3 == "扫描卷数"


def test_values_are_kept_as_printed_and_parsed(results: list[FormResult]) -> None:
    parsed = [
        (each.target, each.target_operator, each.target_number, each.target_unit) for each in indicators(results[0])
    ]
    assert parsed == [
        ("≥2000卷", "≥", Decimal(2000), "卷"),
        ("合格率≥９８％", "≥", Decimal(98), "%"),
        ("<0.5百分比", "<", Decimal("0.5"), "%"),
        ("1000", "=", Decimal(1000), None),
        ("良好", None, None, None),
    ]
    dated = indicators(results[1])[0]
    assert dated.target_is_qualitative
    assert dated.cells == {"target": (dated.row, 4)}


def test_every_cell_with_a_digit_is_accounted_for_and_running_text_is_withheld(results: list[FormResult]) -> None:
    tables = [table for table in lay_out(read_text(DOCUMENT.read_bytes(), "")).tables if FORM.claims(table)]
    for table, result in zip(tables, results, strict=True):
        in_records = {cell for record in result.records for cell in record.cells.values()}
        accounted = in_records | result.text_cells | result.structure
        for row, cells in enumerate(table.grid.rows):
            for column, text in enumerate(cells):
                assert not any(sign.isdigit() for sign in text) or (row, column) in accounted, (row, column, text)
        withheld = {table.grid.cell(*cell) for cell in result.withheld}
        assert project(result).goal in withheld
        assert result.findings == []


def test_amounts_without_a_unit_stay_in_the_grid_with_a_finding() -> None:
    rows = (
        ("项目名称", "档案修复", "预算数", "12.5"),
        ("一级指标", "二级指标", "三级指标", "指标值"),
        ("产出指标", "数量指标", "卷数", "≥3卷"),
    )
    table = TitledGrid(Grid(rows, line=1, last_line=3, place="lines 1-3"), "1、档案修复绩效目标表")
    result = FORM.read(table, Context(fiscal_year=2024, kind="budget", ordinal=1, first_project_ordinal=1))
    assert project(result).total is None
    assert [finding.code for finding in result.findings] == ["unknown_unit"]


def test_operator_and_unit_in_columns_of_their_own_complete_the_value() -> None:
    rows = (
        ("一级指标", "二级指标", "三级指标", "指标方向", "指标值", "计量单位"),
        ("产出指标", "数量指标", "卷数", "≥", "300", "卷"),
        ("产出指标", "质量指标", "质量", "", "优", ""),
    )
    table = TitledGrid(Grid(rows, line=1, last_line=3, place="lines 1-3"), "部门整体支出绩效目标表")
    result = FORM.read(table, Context(fiscal_year=2024, kind="budget", ordinal=1, first_project_ordinal=1))
    first, second = indicators(result)
    assert (first.target_operator, first.target_number, first.target_unit) == ("≥", Decimal(300), "卷")
    assert second.target_is_qualitative
    assert first.subject == "department"
    assert first.project_ordinal is None


def table_of(rows: tuple[tuple[str, ...], ...], title: str) -> FormResult:
    table = TitledGrid(Grid(rows, line=1, last_line=len(rows), place="page 1"), title)
    assert FORM.claims(table)
    return FORM.read(table, Context(fiscal_year=2026, kind="budget", ordinal=1, first_project_ordinal=1))


LIST_HEAD = (
    ("单位编码", "单位（项目）名称", "资金总额（万元）", "绩效目标", "绩效指标", "", "", "", "", ""),
    ("", "", "", "", "一级指标", "二级指标", "三级指标", "指标值", "评（扣）分标准", "备注"),
)
LIST_OF_PROJECTS = (
    *LIST_HEAD,
    ("合计", "", "30.00", "", "", "", "", "", "", ""),
    ("126001", "石峰市档案馆", "30.00", "", "", "", "", "", "", ""),
    ("126001", "库房维护", "20.00", "1.恒温", "产出指标", "数量指标", "库房", "≥3间", "少1间扣1分", "50"),
    *LIST_HEAD,
    ("126001", "库房维护", "20.00", "1.恒温", "产出指标", "质量指标", "恒温", "≥95%", "少1%扣1分", "45"),
    ("", "修复", "10.00", "2.修复", "产出指标", "数量指标", "卷数", "≥3卷", "少1卷扣1分", "60"),
    ("", "", "", "", "效益指标", "", "可读", "良好", "", "40"),
)


def test_project_that_is_printed_again_on_the_next_page_is_one_project_and_its_heading_no_indicator() -> None:
    result = table_of(LIST_OF_PROJECTS, "2026年项目支出绩效目标表")
    projects = [record for record in result.records if isinstance(record, Project)]
    assert [(each.name, each.total, each.is_total, each.institution) for each in projects] == [
        ("合计", Decimal("30.00"), True, None),
        ("石峰市档案馆", Decimal("30.00"), True, "石峰市档案馆"),
        ("库房维护", Decimal("20.00"), False, "石峰市档案馆"),
        ("修复", Decimal("10.00"), False, "石峰市档案馆"),
    ]
    assert [(each.project_name, each.level3) for each in indicators(result)] == [
        ("库房维护", "库房"),
        ("库房维护", "恒温"),
        ("修复", "卷数"),
        ("修复", "可读"),
    ]
    assert {"1.恒温", "2.修复", "少1间扣1分"} <= {LIST_OF_PROJECTS[row][column] for row, column in result.withheld}


def test_remarks_that_are_numbers_adding_up_to_all_points_are_the_points() -> None:
    assert [each.weight for each in indicators(table_of(LIST_OF_PROJECTS, "项目支出绩效目标表"))] == [
        None,
        None,
        None,
        None,
    ]
    whole = tuple((*row[:-1], "55" if row[-1] == "50" else row[-1]) for row in LIST_OF_PROJECTS)
    assert [each.weight for each in indicators(table_of(whole, "项目支出绩效目标表"))] == [55, 45, 60, 40]


def test_levels_that_share_one_cell_are_taken_apart() -> None:
    rows = (
        ("部门名称", "石峰市档案馆", "", "", ""),
        ("活动", "绩效指标", "指标性质", "指标值", "度量单位"),
        ("库房", "产出指标质量指标恒温率", "≥", "95", "%"),
        ("库房", "满意度指标服务对象满意度指标读者满意度", "≥", "90", "%"),
        ("库房", "档案可读", "定性", "良", ""),
    )
    found = indicators(table_of(rows, "部门整体支出绩效目标表"))
    assert [(each.level1, each.level2, each.level3) for each in found] == [
        ("产出指标", "质量指标", "恒温率"),
        ("满意度指标", "服务对象满意度指标", "读者满意度"),
        ("满意度指标", "服务对象满意度指标", "档案可读"),
    ]
    assert (found[0].target_operator, found[0].target_number, found[0].target_unit) == ("≥", Decimal(95), "%")


def test_money_of_the_year_is_told_from_that_of_all_years() -> None:
    rows = (
        ("项目名称", "", "库房新建", "", "", ""),
        ("项目资金（元）", "项目资金总额", "900.00", "年度资金申请总额", "", "310.00"),
        ("", "其中：财政资金", "800.00", "其中：当年财政拨款", "", "200.00"),
        ("", "", "", "上年结转资金", "", "10.00"),
        ("", "其他资金", "100.00", "其他资金", "", "100.00"),
        ("一级指标", "二级指标", "三级指标", "", "", "指标值"),
        ("产出指标", "数量指标", "面积", "", "", "≥30平方米"),
    )
    merges = tuple(Merge(row, 3, columns=2) for row in range(1, 5))
    table = TitledGrid(Grid(rows, line=1, last_line=7, place="page 1", merges=merges), "项目支出绩效目标表")
    result = FORM.read(table, Context(fiscal_year=2026, kind="budget", ordinal=1, first_project_ordinal=1))
    found = project(result)
    assert (found.total, found.fiscal, found.carried_over, found.other_funds) == (310, 200, 10, 100)
    assert found.cells["other_funds"] == (4, 5)


def funds(result: FormResult) -> list[tuple[str, str, Decimal | None]]:
    lines = [record for record in result.records if isinstance(record, EvaluationLine)]
    assert all(line.subject == "department" and line.unit == "wan" for line in lines)
    return [(line.item, line.name, line.initial_budget) for line in lines]


_WHOLE = "2026年部门整体支出绩效目标表"
_INDICATORS = (
    ("绩效指标", "一级指标", "二级指标", "三级指标", "指标值"),
    ("", "产出指标", "数量指标", "修复卷数", "≥300卷"),
    ("", "", "", "开放天数", "250天"),
)


def test_label_of_the_block_beside_the_first_level_does_not_take_the_levels() -> None:
    found = indicators(table_of(_INDICATORS, _WHOLE))
    assert [(each.level1, each.level2, each.level3) for each in found] == [
        ("产出指标", "数量指标", "修复卷数"),
        ("产出指标", "数量指标", "开放天数"),
    ]


def test_content_of_an_indicator_is_its_name_where_no_other_column_names_it() -> None:
    rows = (
        ("绩效指标", "一级指标", "二级指标", "指标内容", "指标值"),
        ("", "产出指标", "数量指标", "修复卷数", "≥300卷"),
    )
    (found,) = indicators(table_of(rows, _WHOLE))
    assert (found.level3, found.description) == ("修复卷数", None)
    beside = (
        ("一级指标", "二级指标", "三级指标", "指标内容", "指标值"),
        ("产出指标", "数量指标", "修复卷数", "当年修复", "≥300卷"),
    )
    (found,) = indicators(table_of(beside, _WHOLE))
    assert (found.level3, found.description) == ("修复卷数", "当年修复")


def test_money_of_the_department_is_read_from_beside_its_labels_and_a_head_count_is_none() -> None:
    rows = (
        ("基本信息", "财政供养人员数", "75", "下属二级单位数", "10"),
        ("预算整体情况", "部门预算支出", "预算金额（万元）", "收入来源", "预算金额（万元）"),
        ("", "基本支出", "106.35", "财政拨款", "828.92"),
        ("", "项目支出", "722.57", "其他资金", "0"),
        ("", "财政专项资金", "", "市本级使用资金", ""),
        *_INDICATORS,
    )
    result = table_of(rows, _WHOLE)
    assert funds(result) == [
        ("basic_expenditure", "基本支出", Decimal("106.35")),
        ("fiscal_appropriation", "财政拨款", Decimal("828.92")),
        ("project_expenditure", "项目支出", Decimal("722.57")),
        ("other_funds", "其他资金", Decimal(0)),
    ]
    assert {cell for record in result.records for cell in record.cells.values()} >= {(2, 2), (2, 4), (3, 2), (3, 4)}


def test_money_of_the_department_is_read_from_under_its_headings() -> None:
    rows = (
        ("部门名称", "", "石峰市档案馆", "", "", "", "", ""),
        ("总体资金情况（万元）", "", "预算支出总额", "财政拨款", "", "", "其他资金", ""),
        ("", "", "", "合计", "基本支出", "项目支出", "合计", "基本支出"),
        ("", "", "96.50", "90.50", "70.25", "20.25", "6.00", "6.00"),
        ("绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "", "", ""),
        ("", "产出指标", "数量指标", "修复卷数", "≥300卷", "", "", ""),
    )
    merges = (Merge(1, 0, 3, 2), Merge(1, 2, 2, 1), Merge(1, 3, 1, 3), Merge(1, 6, 1, 2))
    table = TitledGrid(Grid(rows, line=1, last_line=6, place="page 1", merges=merges), _WHOLE)
    result = FORM.read(table, Context(fiscal_year=2026, kind="budget", ordinal=1, first_project_ordinal=1))
    assert funds(result) == [
        ("total", "预算支出总额", Decimal("96.50")),
        ("fiscal_appropriation", "财政拨款", Decimal("90.50")),
        ("basic_expenditure", "财政拨款/基本支出", Decimal("70.25")),
        ("project_expenditure", "财政拨款/项目支出", Decimal("20.25")),
        ("other_funds", "其他资金", Decimal("6.00")),
        ("basic_expenditure", "其他资金/基本支出", Decimal("6.00")),
    ]


def _beside(*institutions: tuple[str, str, str, str]) -> FormResult:
    rows: list[tuple[str, ...]] = [
        ("单位编码", "年度预算申请（万元）", "", "", "整体绩效目标", "部门整体支出年度绩效目标", "", "", ""),
        ("", "资金总额", "按支出性质分", "", "", "", "", "", ""),
        ("", "", "基本支出", "项目支出", "", "一级指标", "二级指标", "三级指标", "指标值"),
    ]
    rows += [(*each, "守护档案", "产出指标", "数量指标", "修复卷数", "≥300卷") for each in institutions]
    merges = (Merge(0, 0, 3, 1), Merge(0, 1, 1, 3), Merge(1, 1, 2, 1), Merge(1, 2, 1, 2), Merge(0, 5, 2, 4))
    table = TitledGrid(Grid(tuple(rows), line=1, last_line=len(rows), place="page 1", merges=merges), _WHOLE)
    return FORM.read(table, Context(fiscal_year=2026, kind="budget", ordinal=1, first_project_ordinal=1))


def test_money_of_the_department_is_read_from_columns_beside_the_indicators() -> None:
    assert funds(_beside(("126001", "90.50", "70.25", "20.25"))) == [
        ("total", "资金总额", Decimal("90.50")),
        ("basic_expenditure", "基本支出", Decimal("70.25")),
        ("project_expenditure", "项目支出", Decimal("20.25")),
    ]


def test_money_of_several_institutions_under_one_heading_stays_in_the_printed_table() -> None:
    assert funds(_beside(("126001", "90.50", "70.25", "20.25"), ("126002", "10.50", "10.50", ""))) == []


def test_goals_under_labels_side_by_side_are_read_from_below_and_withheld() -> None:
    rows = (
        ("项目名称", "库房新建", "", ""),
        ("项目绩效目标", "项目总目标", "", "年度总体目标"),
        ("", "建成库房", "", "打好地基"),
        ("一级指标", "二级指标", "三级指标", "指标值"),
        ("产出指标", "数量指标", "面积", "≥30平方米"),
    )
    table = TitledGrid(
        Grid(rows, line=1, last_line=5, place="page 1", merges=(Merge(1, 1, 1, 2), Merge(2, 1, 1, 2))), "绩效目标表"
    )
    result = FORM.read(table, Context(fiscal_year=2026, kind="budget", ordinal=1, first_project_ordinal=1))
    assert project(result).goal == "建成库房"
    assert {(2, 1), (2, 3)} <= result.withheld


def test_code_that_wraps_before_its_project_is_told_from_the_name() -> None:
    rows = (
        ("项目名称", "项目总额（万元）", "一级指标", "二级指标", "三级指标", "指标值"),
        ("11000021Y000000390\n843-系统运维", "20.00", "产出指标", "数量指标", "系统", "≥3个"),
    )
    found = project(table_of(rows, "项目支出绩效目标表"))
    assert (found.code, found.name) == ("11000021Y000000390843", "系统运维")
