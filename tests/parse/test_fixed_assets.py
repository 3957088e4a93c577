"""Promise: the asset table's rows are told apart by name, and blank, dash, zero and an empty table stay different."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from app.parse.forms import Context, FormResult
from app.parse.grid import Grid, TitledGrid
from app.parse.layout import lay_out
from app.parse.read_text import read_text
from app.parse.statements.fixed_assets import FORM
from app.records import AssetItem

DOCUMENTS = Path(__file__).parents[1] / "documents"
CONTEXT = Context(fiscal_year=2024, kind="budget", ordinal=1, first_project_ordinal=1)


def read(name: str) -> FormResult:
    tables = lay_out(read_text((DOCUMENTS / name).read_bytes(), name)).tables
    (table,) = filter(FORM.claims, tables)
    return FORM.read(table, CONTEXT)


def assets(result: FormResult) -> dict[str, AssetItem]:
    return {record.item: record for record in result.records if isinstance(record, AssetItem)}


def table(*rows: tuple[str, ...]) -> TitledGrid:
    return TitledGrid(Grid(rows, line=1, last_line=len(rows), place=f"lines 1-{len(rows)}"), "固定资产占用情况表")


def test_rows_are_told_apart_by_name_whatever_their_threshold() -> None:
    found = assets(read("procurement_and_assets.txt"))
    assert list(found) == ["total", "buildings", "office_space", "vehicles", "large_equipment", "other"]
    assert (found["total"].quantity, found["total"].value) == (None, Decimal("1035.80"))
    assert (found["buildings"].quantity, found["buildings"].measure) == (Decimal("2600.5"), "平方米")
    assert (found["vehicles"].quantity, found["vehicles"].measure) == (Decimal(1), "台、辆")
    assert (found["large_equipment"].value, found["large_equipment"].measure) == (Decimal(0), None)
    assert found["office_space"].value is None


def test_year_of_the_figures_is_the_year_of_the_count_and_not_of_the_document() -> None:
    result = read("procurement_and_assets.txt")
    assert result.as_of == dt.date(2023, 12, 31)
    assert {each.fiscal_year for each in assets(result).values()} == {2023}


def test_all_blank_table_that_is_said_to_be_empty_is_declared_empty() -> None:
    result = read("procurement_declared_empty.txt")
    assert (result.status, result.records, result.unit) == ("declared_empty", [], "wan")


def test_all_blank_table_without_a_word_is_reported_with_nulls() -> None:
    result = FORM.read(table(("项目", "数量", "价值（单位：元）"), ("资产总额", "", "")), CONTEXT)
    assert result.status == "reported"
    assert assets(result)["total"].value is None
    assert assets(result)["total"].fiscal_year == 2023


def test_row_of_no_known_name_and_amount_that_is_none_are_findings() -> None:
    result = FORM.read(
        table(("项目", "数量", "价值（单位：万元）"), ("资产总额", "约3", "1"), ("藏品", "7", "2")), CONTEXT
    )
    assert [finding.code for finding in result.findings] == ["unparsable_amount", "unplaced_row"]
    assert (assets(result)["total"].quantity, assets(result)["total"].value) == (None, Decimal(1))


def test_value_without_a_unit_stays_in_the_grid_and_the_quantity_is_kept() -> None:
    result = FORM.read(table(("项目", "数量", "价值"), ("资产总额", "3", "1")), CONTEXT)
    assert (assets(result)["total"].quantity, assets(result)["total"].value) == (Decimal(3), None)
    assert [finding.code for finding in result.findings] == ["unknown_unit"]
