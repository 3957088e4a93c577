"""Promise: a target table gives one project and every indicator row, whether or not it prints the money."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.parse.forms import Context, FormResult
from app.parse.grid import Grid, TitledGrid
from app.parse.layout import lay_out
from app.parse.read_text import read_text
from app.parse.statements.performance_targets import FORM
from app.records import PerformanceIndicator, Project

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
