"""Promise: a self-evaluation gives its money, every indicator with target, result and score, and the overall score."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.parse.forms import Context, FormResult
from app.parse.layout import lay_out
from app.parse.read_text import read_text
from app.parse.statements.performance_targets import FORM as TARGETS
from app.parse.statements.self_evaluation import FORM
from app.records import EvaluationLine, PerformanceIndicator, Project

DOCUMENT = Path(__file__).parents[1] / "documents" / "evaluation_two_tables.txt"


@pytest.fixture(scope="module")
def results() -> list[FormResult]:
    tables = lay_out(read_text(DOCUMENT.read_bytes(), DOCUMENT.name)).tables
    assert not any(TARGETS.claims(table) for table in tables)
    return [
        FORM.read(table, Context(fiscal_year=2021, kind="final", ordinal=ordinal, first_project_ordinal=1))
        for ordinal, table in enumerate(filter(FORM.claims, tables), start=1)
    ]


def lines(result: FormResult) -> dict[str, EvaluationLine]:
    return {record.item: record for record in result.records if isinstance(record, EvaluationLine)}


def indicators(result: FormResult) -> list[PerformanceIndicator]:
    return [record for record in result.records if isinstance(record, PerformanceIndicator)]


def test_funding_rows_keep_blank_and_printed_apart(results: list[FormResult]) -> None:
    found = lines(results[0])
    total = found["total"]
    assert (total.initial_budget, total.adjusted_budget, total.executed) == (
        Decimal("130.85"),
        Decimal("134.34"),
        Decimal("120.9"),
    )
    assert (total.weight, total.execution_rate, total.score) == (Decimal(10), Decimal(90), Decimal(9))
    assert found["carried_over"].initial_budget is None
    assert found["carried_over"].adjusted_budget == Decimal(4)
    assert found["other_funds"].cells == {}
    assert total.subject == "department"


def test_overall_row_is_read_though_its_cells_are_shifted(results: list[FormResult]) -> None:
    first, second = (lines(result)["overall"] for result in results)
    assert (first.weight, first.score, first.grade) == (Decimal(100), Decimal("89.5"), "良")
    assert (second.weight, second.score, second.grade) == (Decimal(100), Decimal(98), None)


def test_indicator_has_target_result_and_points_without_the_spaces_of_wrapping(results: list[FormResult]) -> None:
    first = indicators(results[0])[0]
    assert (first.level1, first.level1_weight, first.level2) == ("产出指标", Decimal(50), "数量指标")
    assert (first.level3, first.target, first.actual) == ("出版《红枫档案》", "≥12期", "12期")
    assert (first.target_operator, first.target_number, first.target_unit) == ("≥", Decimal(12), "期")
    assert (first.actual_number, first.actual_unit) == (Decimal(12), "期")
    assert (first.weight, first.score) == (Decimal(30), Decimal(30))


def test_row_with_names_only_makes_no_indicator_but_its_level_is_carried_down(results: list[FormResult]) -> None:
    found = indicators(results[0])
    assert [each.level3 for each in found] == ["出版《红枫档案》", "扫描合格率", "查档便利", "群众满意度"]
    assert (found[2].level1, found[2].level1_weight, found[2].level2) == ("效益指标", Decimal(30), "社会效益指标")
    assert found[2].target_is_qualitative


def test_project_table_gives_a_project_with_its_investment(results: list[FormResult]) -> None:
    assert not any(isinstance(record, Project) for record in results[0].records)
    found = next(record for record in results[1].records if isinstance(record, Project))
    assert (found.name, found.total, found.fiscal, found.unit) == ("库房改造经费", Decimal(20), Decimal("15.5"), "wan")
    assert found.goal == "改造库房"
    assert indicators(results[1])[0].project_ordinal == found.ordinal


def test_goal_result_and_reason_are_withheld(results: list[FormResult]) -> None:
    table = next(table for table in lay_out(read_text(DOCUMENT.read_bytes(), "")).tables if FORM.claims(table))
    withheld = {table.grid.cell(*cell) for cell in results[0].withheld}
    assert withheld == {"完成 2000 卷档案的扫描", "扫描 1900 卷", "人手不足，2022 年增加 1 人"}


def test_every_cell_with_a_digit_is_accounted_for(results: list[FormResult]) -> None:
    tables = [table for table in lay_out(read_text(DOCUMENT.read_bytes(), "")).tables if FORM.claims(table)]
    for table, result in zip(tables, results, strict=True):
        in_records = {cell for record in result.records for cell in record.cells.values()}
        accounted = in_records | result.text_cells | result.structure
        for row, cells in enumerate(table.grid.rows):
            for column, text in enumerate(cells):
                assert not any(sign.isdigit() for sign in text) or (row, column) in accounted, (row, column, text)
        assert result.findings == []
