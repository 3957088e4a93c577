"""Promise: tables that provinces and ministries lay out in their own way become records, out of PDF pages.

All departments and figures are invented; each test names the layout that it is about.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.checks.run import check
from app.parse.document import parse_document
from app.parse.grid import Block, Grid, Text
from app.records import ExpenditureLine, ParsedDisclosure
from tests.written_pdf import as_pdf

_DIVISION = "130205"


def parsed(title: str, rows: tuple[tuple[str, ...], ...], *, after: str = "") -> ParsedDisclosure:
    """What is read of a PDF with one table and a line under it."""
    blocks: tuple[Block, ...] = (
        Text("石峰市档案馆2026年部门预算", line=1),
        Text(title, line=2),
        Text("单位：万元", line=3),
        Grid(rows, line=4, last_line=3 + len(rows), place=""),
        *((Text(after, line=4 + len(rows)),) if after else ()),
    )
    return parse_document(as_pdf(blocks), source_file="layout.pdf", region_code=_DIVISION)


def left(found: ParsedDisclosure) -> list[str | None]:
    """The figures that are in the printed table only."""
    return [finding.text for finding in found.findings if finding.code == "number_only_in_grid"]


def cells(*lines: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a table, cells parted by bars."""
    return tuple(tuple(cell.strip() for cell in line.split("|")) for line in lines)


COMPARED = cells(
    "科目编码|科目名称|2025年执行数||2026年预算数||||2026年预算数比2025年执行数||"
    "2026年预算数比2025年执行数（扣除中央基建投资）|",
    "||执行数|扣除中央基建投资后执行数|小计|基本支出|项目支出|扣除中央基建投资后预算数|增减额|增减(%)|增减额|增减(%)",
    "201|一般公共服务支出|100.00|80.00|90.00|60.00|30.00|90.00|-10.00|-10.00%|10.00|12.50%",
    "20126|档案事务|100.00|80.00|90.00|60.00|30.00|90.00|-10.00|-10.00%|10.00|12.50%",
    "2012601|行政运行|60.00|60.00|60.00|60.00||60.00|0.00|0.00%|0.00|0.00%",
    "2012604|档案馆|40.00|20.00|30.00||30.00|30.00|-10.00|-25.00%|10.00|50.00%",
)


def test_what_was_spent_the_year_before_is_a_record_of_that_year_beside_the_changes() -> None:
    found = parsed("一般公共预算支出表", COMPARED)
    lines = {(line.code, line.fiscal_year, line.phase): line for line in found.expenditures}
    now, before = lines["2012604", 2026, "budget"], lines["2012604", 2025, "final"]
    assert (before.total, before.without_construction) == (Decimal("40.00"), Decimal("20.00"))
    assert (now.total, now.project, now.without_construction) == (30, 30, 30)
    assert (now.change, now.change_percent) == (-10, -25)
    assert (now.change_without_construction, now.change_percent_without_construction) == (10, 50)
    assert left(found) == []


def failed(found: ParsedDisclosure) -> set[str]:
    """The rules that the figures break."""
    return {result.rule for result in check(found) if result.status == "failed"}


def test_a_wrong_change_of_expenditure_is_found() -> None:
    wrong = tuple(
        tuple("-9.00" if cell == "-10.00" and row[0] == "2012604" else cell for cell in row) for row in COMPARED
    )
    assert "I13.change_of_expenditure" in failed(parsed("一般公共预算支出表", wrong))
    assert failed(parsed("一般公共预算支出表", COMPARED)) == set()


def test_columns_of_last_year_without_a_number_are_the_year_before() -> None:
    rows = cells(
        "科目编码|科目名称|上年预算数|本年预算数|增减额",
        "201|一般公共服务支出|40.00|30.00|-10.00",
        "2012604|档案馆|40.00|30.00|-10.00",
    )
    found = parsed("一般公共预算支出表", rows)
    assert {(line.fiscal_year, line.phase, line.total) for line in found.expenditures} == {
        (2026, "budget", Decimal("30.00")),
        (2025, "budget", Decimal("40.00")),
    }


def test_what_will_be_bought_stands_beside_the_expenditure() -> None:
    rows = cells(
        "预算单位|科目编码|科目名称|支出总计|基本支出|项目支出|2026年政府采购项目||",
        "||||||小计|其中：2026年政府采购项目中预留给中小企业的项目资金规模|"
        "其中：2026年政府采购项目中预留给小型、微型企业的项目资金规模",
        "石峰市档案馆|||90.00|60.00|30.00|20.00|15.00|5.00",
        "|201|一般公共服务支出|90.00|60.00|30.00|20.00|15.00|5.00",
    )
    found = parsed("支出总表", rows)
    by_code: dict[str | None, ExpenditureLine] = {line.code: line for line in found.expenditures}
    line = by_code["201"]
    assert (line.procurement, line.reserved_for_small_firms, line.reserved_for_micro_firms) == (20, 15, 5)
    assert left(found) == []


def test_an_institution_without_a_column_of_its_own_heads_its_rows() -> None:
    rows = cells(
        "支出项目类别（资金使用单位）|总计|一般公共预算|政府性基金预算|财政专户拨款|其他资金",
        "合计|90.00|90.00|0.00|0.00|0.00",
        "石峰市档案馆（本级）|90.00|90.00|0.00|0.00|0.00",
        "工资福利支出|60.00|60.00|0.00|0.00|0.00",
        "商品和服务支出|30.00|30.00|0.00|0.00|0.00",
    )
    found = parsed("部门预算基本支出预算表", rows)
    assert [(line.name, line.level, line.code, line.total) for line in found.economic_lines] == [
        ("合计", "total", None, Decimal("90.00")),
        ("石峰市档案馆（本级）", "unit", None, Decimal("90.00")),
        ("工资福利支出", "class", "301", Decimal("60.00")),
        ("商品和服务支出", "class", "302", Decimal("30.00")),
    ]
    assert left(found) == []


def test_projects_by_economic_class_are_the_project_part_and_no_total() -> None:
    rows = cells(
        "部门预算支出经济科目|预算",
        "合计|30.00",
        "[302]商品和服务支出|30.00",
        "[30201]办公费|20.00",
        "[30227]委托业务费|10.00",
    )
    found = parsed("一般公共预算项目支出情况表（按经济分类科目）", rows)
    assert {line.statement_key for line in found.economic_lines} == {"general_public_budget_by_economic"}
    assert [(line.code, line.total, line.project) for line in found.economic_lines] == [
        (None, None, Decimal("30.00")),
        ("302", None, Decimal("30.00")),
        ("30201", None, Decimal("20.00")),
        ("30227", None, Decimal("10.00")),
    ]
    assert left(found) == []
    wrong = tuple(tuple("21.00" if cell == "20.00" else cell for cell in row) for row in rows)
    assert failed(parsed("一般公共预算项目支出情况表（按经济分类科目）", wrong)) == {"I4.economic_hierarchy"}


def test_administrative_expenses_contain_the_three_public_ones() -> None:
    rows = cells(
        "项目|合计|一般公共预算|政府性基金预算",
        "行政经费|40.00|40.00|0.00",
        "“三公”经费|3.00|3.00|0.00",
        "其中：（一）因公出国（境）支出|0.00|0.00|0.00",
        "（二）公务用车购置及运行维护支出|1.00|1.00|0.00",
        "（三）公务接待费支出|2.00|2.00|0.00",
    )
    found = parsed("财政拨款安排的行政经费及“三公”经费预算表", rows)
    assert [(line.item, line.total) for line in found.three_public][:2] == [
        ("administrative", Decimal("40.00")),
        ("total", Decimal("3.00")),
    ]
    assert left(found) == []
    assert failed(found) == set()


def test_expenditure_of_a_balance_by_kind_is_read() -> None:
    rows = cells(
        "本年收入||本年支出||||",
        "项目|预算数|项目|预算数|||",
        "|||合计|基本支出||项目支出",
        "||||人员经费|公用经费|",
        "一、财政拨款收入|90.00|一、一般公共服务支出|70.00|30.00|20.00|20.00",
        "二、事业收入||二、卫生健康支出|20.00|15.00||5.00",
        "收入总计|90.00|支出总计|90.00|45.00|20.00|25.00",
    )
    found = parsed("预算单位财务收支预算总表", rows)
    lines = {line.item: line for line in found.balance_lines if line.side == "expenditure"}
    health = lines["二、卫生健康支出"]
    assert (health.total, health.personnel, health.public, health.project) == (20, 15, None, 5)
    assert lines["支出总计"].project == Decimal("25.00")
    assert left(found) == []


def test_grants_within_the_appropriation_are_told_apart() -> None:
    rows = cells(
        "类|款|项|功能科目|合计|本级财政拨款|||事业收入",
        "|||||金额|其中：经费拨款|纳入预算管理的非税收入拨款|",
        "|||合计|90.00|90.00|70.00|20.00|",
        "201|26|04|档案馆|90.00|90.00|70.00|20.00|",
    )
    found = parsed("部门收入总体情况表", rows)
    line = next(line for line in found.revenues if line.code == "2012604")
    assert (line.fiscal_appropriation, line.outlay_grant, line.non_tax_grant) == (90, 70, 20)
    assert left(found) == []


@pytest.mark.parametrize(
    ("note", "word"),
    [
        ("（注：2026年石峰市档案馆没有使用政府性基金预算拨款安排的支出。）", "没有使用政府性基金预算"),
        (
            "注：本表反映部门本年度政府性基金预算支出情况，此表如无数字则表示单位无该项支出。",
            "如无数字则表示单位无该项支出",
        ),
    ],
)
def test_a_blank_table_with_its_word_is_declared_empty(note: str, word: str) -> None:
    rows = cells("科目编码|科目名称|合计|基本支出|项目支出", "|合计|||")
    (statement,) = [one for one in parsed("政府性基金预算支出表", rows, after=note).statements if one.grid]
    assert (statement.key, statement.status, statement.note) == ("government_fund_expenditure", "declared_empty", word)


def test_the_word_for_blank_tables_says_nothing_of_a_table_with_figures() -> None:
    rows = cells("科目编码|科目名称|合计|基本支出|项目支出", "212|城乡社区支出|1.00||1.00")
    note = "注：本表反映部门本年度政府性基金预算支出情况，此表如无数字则表示单位无该项支出。"
    (statement,) = [one for one in parsed("政府性基金预算支出表", rows, after=note).statements if one.grid]
    assert (statement.status, statement.note) == ("reported", None)
