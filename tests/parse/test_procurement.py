"""Promise: every row of the procurement table is read by its headings, and an empty table is said to be empty."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from app.parse.forms import Context, FormResult
from app.parse.grid import Grid, TitledGrid
from app.parse.layout import lay_out
from app.parse.read_text import read_text
from app.parse.statements.procurement import FORM
from app.records import ProcurementItem

DOCUMENTS = Path(__file__).parents[1] / "documents"
CONTEXT = Context(fiscal_year=2024, kind="budget", ordinal=1, first_project_ordinal=1)


def read(name: str) -> FormResult:
    tables = lay_out(read_text((DOCUMENTS / name).read_bytes(), name)).tables
    (table,) = filter(FORM.claims, tables)
    return FORM.read(table, CONTEXT)


def items(result: FormResult) -> list[ProcurementItem]:
    return [record for record in result.records if isinstance(record, ProcurementItem)]


def test_total_row_and_items_are_read_with_their_funds() -> None:
    total, scanning, cooling = items(read("procurement_and_assets.txt"))
    assert total.is_total
    assert (total.total, total.government_fund, total.state_capital) == (Decimal("96.80"), Decimal("6.80"), Decimal(0))
    assert (total.carried_over_fiscal, total.carried_over_other) == (Decimal("10.00"), None)
    assert total.reserved_for_small_firms == Decimal("50.00")
    assert (scanning.project_name, scanning.project_budget) == ("档案数字化", Decimal("1230.50"))
    assert (scanning.catalogue_code, scanning.measure, scanning.quantity) == ("C0299", "项", Decimal(1))
    assert cooling.item_name == "空调机组"
    assert cooling.catalogue_code == "A0206180203"
    assert (cooling.unit_price, cooling.total, cooling.general_public_budget) == (
        Decimal("1.7"),
        Decimal("6.80"),
        None,
    )


def test_last_row_cut_off_by_the_extraction_is_read_and_remarked_upon() -> None:
    result = read("procurement_and_assets.txt")
    (finding,) = result.findings
    assert (finding.code, finding.row) == ("short_row", 5)
    assert len(items(result)) == 3


def test_table_said_to_be_empty_is_declared_empty_and_has_no_records() -> None:
    result = read("procurement_declared_empty.txt")
    assert (result.status, result.records) == ("declared_empty", [])
    assert result.note is not None
    assert "无政府采购预算" in result.note


def test_grand_total_beside_this_years_part_is_told_apart() -> None:
    rows = (
        ("", "单位：万元"),
        ("政府采购项目来源", "采购物品名称", "政府采购目录序号", "数量  单位", "数量", "单价", "政府采购金额"),
        ("项目名称", "预算资金", "", "", "", "", "", "总计", "当年部门预算安排资金", "其他渠道资金"),
        (
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "合计",
            "一般公共预算拨款",
            "基金预算拨款",
            "财政专户核拨",
            "其他来源收入",
            "",
        ),
        ("档案修复", "9", "修复服务", "C99", "项", "1", "9", "9", "7", "5", "1", "0.5", "0.5", "2"),
    )
    table = TitledGrid(Grid(rows, line=1, last_line=5, place="lines 1-5"), "部门政府采购预算")
    assert FORM.claims(table)
    (item,) = items(FORM.read(table, CONTEXT))
    assert (item.total, item.current_year, item.other_channels) == (Decimal(9), Decimal(7), Decimal(2))
    assert (item.special_account, item.unit_funds) == (Decimal("0.5"), Decimal("0.5"))


def test_rows_that_sum_up_kinds_and_institutions_are_no_purchases() -> None:
    rows = (
        ("", "单位：万元"),
        ("采购品目大类", "专项名称", "采购品目名称", "资金来源", "总计"),
        ("", "", "", "一般公共预算资金", ""),
        ("合计", "", "", "9.00", "9.00"),
        ("货物", "", "", "6.00", "6.00"),
        ("海风观测局", "", "", "6.00", "6.00"),
        ("", "设备购置", "打印机", "2.00", "2.00"),
        ("", "设备购置", "办公桌", "4.00", "4.00"),
        ("服务", "", "", "3.00", "3.00"),
        ("海风观测站", "", "", "3.00", "3.00"),
        ("", "日常公用经费", "物业管理服务", "3.00", "3.00"),
    )
    table = TitledGrid(Grid(rows, line=1, last_line=11, place="lines 1-11"), "部门政府采购预算表")
    found = items(FORM.read(table, CONTEXT))
    assert [item.item_name for item in found if not item.is_total] == ["打印机", "办公桌", "物业管理服务"]
    assert sum(item.total or 0 for item in found if not item.is_total) == found[0].total == Decimal("9.00")
    assert [item.item_name for item in found if item.is_total] == ["合计", "货物", "海风观测局", "服务", "海风观测站"]


def test_total_over_the_columns_of_code_and_name_is_a_name_and_no_code() -> None:
    rows = (
        ("", "单位：万元"),
        ("项目编号", "项目", "总计", "一般公共预算拨款收入", "其他收入"),
        ("合 计", "", "9.00", "7.00", "2.00"),
        ("A", "货物", "9.00", "7.00", "2.00"),
    )
    table = TitledGrid(Grid(rows, line=1, last_line=4, place="lines 1-4"), "政府采购预算明细表")
    found = items(FORM.read(table, CONTEXT))
    assert [(item.is_total, item.catalogue_code, item.item_name) for item in found] == [
        (True, None, "合计"),
        (False, "A", "货物"),
    ]
