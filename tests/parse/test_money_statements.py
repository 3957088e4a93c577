"""Promise: the nine money statements of a budget and of a final account become records with every printed figure.

The documents are invented; their layouts, and the accidents in them, are those of real ones: full-width digits,
negatives in brackets, a total whose code and name are one cell, a heading repeated after a page break, blank lines and
line breaks in cells, a missing unit line, an amount in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from app.parse.document import parse_document, parse_file
from app.records import BalanceLine, CodedLine, ExpenditureLine, ParsedDisclosure, ThreePublicLine

DOCUMENTS = Path(__file__).parents[1] / "documents"


@pytest.fixture(scope="module")
def hebei() -> ParsedDisclosure:
    return parse_file(DOCUMENTS / "hebei_budget_2024.txt")


@pytest.fixture(scope="module")
def hunan() -> ParsedDisclosure:
    return parse_file(DOCUMENTS / "hunan_final_2021.txt")


@pytest.fixture(scope="module")
def qingyuan() -> ParsedDisclosure:
    return parse_file(DOCUMENTS / "qingyuan_budget_2020.txt")


def _statuses(parsed: ParsedDisclosure) -> dict[str, str]:
    return {statement.key: statement.status for statement in parsed.statements}


def _coded(lines: Sequence[CodedLine], key: str, code: str | None) -> CodedLine:
    (line,) = [line for line in lines if line.statement_key == key and line.code == code]
    return line


def _expenditure(parsed: ParsedDisclosure, key: str, code: str | None) -> ExpenditureLine:
    line = _coded(parsed.expenditures, key, code)
    assert isinstance(line, ExpenditureLine)
    return line


def _balance(parsed: ParsedDisclosure, key: str, item: str, side: str) -> BalanceLine:
    (line,) = [line for line in parsed.balance_lines if (line.statement_key, line.item, line.side) == (key, item, side)]
    return line


def test_budget_has_its_nine_statements_and_says_which_is_empty(hebei: ParsedDisclosure) -> None:
    assert _statuses(hebei) == {
        "revenue_and_expenditure": "reported",
        "revenue": "reported",
        "expenditure": "reported",
        "fiscal_appropriation": "reported",
        "general_public_budget_expenditure": "reported",
        "basic_expenditure_by_economic": "reported",
        "government_fund_expenditure": "reported",
        "state_capital_expenditure": "declared_empty",
        "three_public": "reported",
        "institutions": "reported",
    }


def test_budget_leaves_no_figure_behind(hebei: ParsedDisclosure) -> None:
    assert {finding.code for finding in hebei.findings} == {"unlisted_code"}


def test_balance_has_both_sides_with_roles_line_numbers_and_class_codes(hebei: ParsedDisclosure) -> None:
    key = "revenue_and_expenditure"
    revenue = _balance(hebei, key, "二、政府性基金预算拨款收入", "revenue")
    assert (revenue.total, revenue.line_number, revenue.role) == (Decimal("80.00"), 2, "item")
    weather = _balance(hebei, key, "十九、自然资源海洋气象等支出", "expenditure")
    assert (weather.functional_code, weather.total, weather.name) == (
        "220",
        Decimal("420.00"),
        "自然资源海洋气象等支出",
    )
    roles = {line.item: line.role for line in hebei.balance_lines if line.statement_key == key and line.role != "item"}
    assert roles == {
        "本年收入合计": "year_total",
        "本年支出合计": "year_total",
        "上年结转结余": "opening_balance",
        "年终结转结余": "closing_balance",
        "收入总计": "grand_total",
        "支出总计": "grand_total",
    }


def test_appropriation_balance_splits_expenditure_by_fund_and_knows_the_parts_of_a_balance(
    hebei: ParsedDisclosure,
) -> None:
    key = "fiscal_appropriation"
    total = _balance(hebei, key, "支出总计", "expenditure")
    assert (total.total, total.general_public_budget, total.government_fund, total.state_capital) == (
        Decimal("595.50"),
        Decimal("515.50"),
        Decimal("80.00"),
        None,
    )
    part = [line for line in hebei.balance_lines if line.role == "balance_part" and line.total is not None]
    assert [(line.name, line.total) for line in part] == [("一般公共预算拨款", Decimal("15.50"))]


def test_revenue_reads_full_width_digits_and_skips_the_heading_repeated_after_a_page_break(
    hebei: ParsedDisclosure,
) -> None:
    pension = _coded(hebei.revenues, "revenue", "2080505")
    assert (pension.model_dump()["total"], pension.line_number) == (Decimal("40.00"), 4)
    assert [line.line_number for line in hebei.revenues] == list(range(1, 16))
    item = _coded(hebei.revenues, "revenue", "2200501").model_dump()
    assert (item["carried_over"], item["other"], item["fiscal_appropriation"]) == (
        Decimal("15.50"),
        None,
        Decimal("284.50"),
    )


def test_total_row_with_code_and_name_in_one_cell_keeps_its_amounts_in_their_columns(hebei: ParsedDisclosure) -> None:
    total = _expenditure(hebei, "expenditure", None)
    assert (total.level, total.total, total.basic, total.project) == (
        "total",
        Decimal("615.50"),
        Decimal("415.50"),
        Decimal("200.00"),
    )
    assert total.cells == {"total": (4, 2), "basic": (4, 3), "project": (4, 4)}


def test_name_with_a_blank_line_inside_its_cell_keeps_its_row_whole(hebei: ParsedDisclosure) -> None:
    line = _expenditure(hebei, "expenditure", "2120899")
    assert (line.name, line.total, line.project) == (
        "其他国有土地使用权出让收入安排的支出",
        Decimal("80.00"),
        Decimal("80.00"),
    )


def test_leaves_are_the_rows_with_nothing_below_them(hebei: ParsedDisclosure) -> None:
    leaves = [line.code for line in hebei.expenditures if line.statement_key == "expenditure" and line.is_leaf]
    assert leaves == ["2080505", "2080506", "2120899", "2200501", "2200597", "2210201"]


def test_leaves_add_up_to_the_total_in_every_statement_by_function(hebei: ParsedDisclosure) -> None:
    for key in ("expenditure", "general_public_budget_expenditure", "government_fund_expenditure"):
        lines = [line for line in hebei.expenditures if line.statement_key == key]
        total = _expenditure(hebei, key, None)
        assert sum(line.total or 0 for line in lines if line.is_leaf) == total.total
        assert {line.fund for line in lines} == {
            {"expenditure": "all", "general_public_budget_expenditure": "general_public_budget"}.get(
                key, "government_fund"
            )
        }


def test_negative_in_brackets_is_negative(hebei: ParsedDisclosure) -> None:
    line = _coded(hebei.economic_lines, "basic_expenditure_by_economic", "30112").model_dump()
    assert (line["total"], line["personnel"], line["public"]) == (Decimal("-2.00"), Decimal("-2.00"), None)


def test_unlisted_code_is_accepted_and_remarked_upon_with_its_place(hebei: ParsedDisclosure) -> None:
    findings = [finding for finding in hebei.findings if finding.code == "unlisted_code"]
    assert {(finding.severity, finding.text) for finding in findings} == {("info", "2200597")}
    assert all(finding.line and finding.row is not None for finding in findings)


def _three_public(parsed: ParsedDisclosure) -> dict[tuple[str, int, str], Decimal | None]:
    return {(line.item, line.fiscal_year, line.phase): line.total for line in parsed.three_public}


def test_three_public_by_fund_tells_a_dash_from_a_zero(hebei: ParsedDisclosure) -> None:
    assert _three_public(hebei) == {
        ("total", 2024, "budget"): Decimal("12.00"),
        ("overseas_trips", 2024, "budget"): None,
        ("vehicles", 2024, "budget"): Decimal("8.00"),
        ("vehicle_purchase", 2024, "budget"): Decimal("0.00"),
        ("vehicle_operation", 2024, "budget"): Decimal("8.00"),
        ("receptions", 2024, "budget"): Decimal("4.00"),
    }
    assert all(line.general_public_budget == line.total for line in hebei.three_public)


def test_three_public_over_two_years_gives_a_line_for_each_year_and_the_change_to_the_later(
    qingyuan: ParsedDisclosure,
) -> None:
    found = _three_public(qingyuan)
    assert (found["total", 2019, "budget"], found["total", 2020, "budget"]) == (Decimal(21), Decimal("3.1"))
    assert (found["receptions", 2019, "budget"], found["receptions", 2020, "budget"]) == (Decimal("0.5"), None)
    changes: dict[tuple[str, int], ThreePublicLine] = {
        (line.item, line.fiscal_year): line for line in qingyuan.three_public
    }
    assert changes["vehicle_purchase", 2020].change == Decimal(-18)
    assert changes["vehicle_purchase", 2020].reason == "2019年购置车辆1辆，2020年不再购置。"
    assert changes["vehicle_purchase", 2019].change is None


def test_three_public_of_a_final_account_gives_the_adjusted_budget_and_the_outcome(hunan: ParsedDisclosure) -> None:
    assert _three_public(hunan) == {
        ("total", 2021, "adjusted_budget"): Decimal(10),
        ("overseas_trips", 2021, "adjusted_budget"): Decimal(0),
        ("vehicles", 2021, "adjusted_budget"): Decimal(6),
        ("vehicle_purchase", 2021, "adjusted_budget"): Decimal(0),
        ("vehicle_operation", 2021, "adjusted_budget"): Decimal(6),
        ("receptions", 2021, "adjusted_budget"): Decimal(4),
        ("total", 2021, "final"): Decimal("7.35"),
        ("overseas_trips", 2021, "final"): Decimal(0),
        ("vehicles", 2021, "final"): Decimal("4.35"),
        ("vehicle_purchase", 2021, "final"): Decimal(0),
        ("vehicle_operation", 2021, "final"): Decimal("4.35"),
        ("receptions", 2021, "final"): Decimal(3),
    }


def test_final_account_reads_line_numbers_as_printed_although_they_skip(hunan: ParsedDisclosure) -> None:
    total = _balance(hunan, "revenue_and_expenditure", "总计", "revenue")
    assert (total.line_number, total.total, total.phase) == (31, Decimal(346), "final")


def test_statement_numbers_are_labels_of_the_source(hunan: ParsedDisclosure) -> None:
    assert {statement.key: statement.form_number for statement in hunan.statements} == {
        "revenue_and_expenditure": "公开01表",
        "revenue": "公开02表",
        "expenditure": "公开03表",
        "fiscal_appropriation": "公开04表",
        "general_public_budget_expenditure": "公开05表",
        "basic_expenditure_by_economic": "公开06表",
        "three_public": "公开07表",
        "government_fund_expenditure": "公开08表",
        "state_capital_expenditure": "公开09表",
    }


def test_fund_statement_of_a_final_account_has_balances_and_revenue(hunan: ParsedDisclosure) -> None:
    line = _expenditure(hunan, "government_fund_expenditure", "2136799")
    assert (line.opening_balance, line.revenue, line.total, line.basic, line.project, line.closing_balance) == (
        Decimal(5),
        Decimal(25),
        Decimal(25),
        None,
        Decimal(25),
        Decimal(5),
    )


def test_three_lists_side_by_side_are_one_list_with_the_sums_of_the_foot(hunan: ParsedDisclosure) -> None:
    lines = hunan.economic_lines
    assert [line.code for line in lines if line.level == "class"] == ["301", "303", "302", "310", "399"]
    assert sum(line.total or 0 for line in lines if line.is_leaf) == Decimal(215)
    foot = [line for line in lines if line.level == "total"]
    assert [(line.name, line.total, line.personnel, line.public) for line in foot] == [
        ("人员经费合计", None, Decimal("184.5"), None),
        ("公用经费合计", None, None, Decimal("30.5")),
    ]


def test_row_cut_by_a_line_break_in_its_name_is_whole(hunan: ParsedDisclosure) -> None:
    line = _expenditure(hunan, "expenditure", "2080505")
    assert (line.name, line.total, line.basic) == ("机关事业单位基本养老保险缴费支出", Decimal(12), Decimal(12))


def test_row_without_its_last_cells_is_read_and_named(hunan: ParsedDisclosure) -> None:
    assert _coded(hunan.revenues, "revenue", "2080505").model_dump()["fiscal_appropriation"] == Decimal(12)
    (finding,) = [finding for finding in hunan.findings if finding.code == "short_row"]
    assert (finding.statement_key, finding.row) == ("revenue", 6)


def test_amount_in_words_is_an_error_with_its_place_and_the_row_stays(hunan: ParsedDisclosure) -> None:
    (finding,) = [finding for finding in hunan.findings if finding.code == "unparsable_amount"]
    assert (finding.severity, finding.text, finding.column) == ("error", "八十五", 4)
    line = _expenditure(hunan, "general_public_budget_expenditure", "2130212")
    assert (line.total, line.project, line.row) == (Decimal("269.25"), None, finding.row)


def test_statement_without_a_unit_is_kept_as_printed_and_no_amount_is_guessed(hunan: ParsedDisclosure) -> None:
    (statement,) = [statement for statement in hunan.statements if statement.key == "state_capital_expenditure"]
    assert (statement.unit, statement.grid[-1]) == (None, ["合计", "", "0.40", "", "0.40"])
    codes = [finding.code for finding in hunan.findings if finding.statement_key == "state_capital_expenditure"]
    assert codes == ["unknown_unit", "number_only_in_grid", "number_only_in_grid"]


def test_statements_that_a_budget_must_hold_and_does_not_are_missing(qingyuan: ParsedDisclosure) -> None:
    missing = [statement for statement in qingyuan.statements if statement.status == "missing"]
    assert len(missing) == 8
    assert all(statement.grid == [] and statement.location == "" and statement.title for statement in missing)


_BUDGET = """滦南县海风观测局
2024年部门预算公开
{title}
单位：{unit}
{table}
{after}
"""


def _one_statement(title: str, rows: list[str], *, unit: str = "万元", after: str = "") -> ParsedDisclosure:
    text = _BUDGET.format(title=title, unit=unit, table="\n".join(rows), after=after)
    return parse_document(text.encode(), source_file="one.txt")


def test_columns_are_recognised_in_any_order() -> None:
    parsed = _one_statement(
        "2024年支出预算总表",
        ["项目支出\t科目名称\t合计\t科目代码\t基本支出", "1.5\t行政运行\t4.0\t2010301\t2.5"],
    )
    (line,) = parsed.expenditures
    assert (line.code, line.total, line.basic, line.project) == (
        "2010301",
        Decimal("4.0"),
        Decimal("2.5"),
        Decimal("1.5"),
    )


def test_column_of_last_year_is_never_taken_for_this_years() -> None:
    parsed = _one_statement(
        "一般公共预算支出表",
        [
            "科目编码\t科目名称\t2023年执行数\t2024年预算数\t\t\t增减%",
            "\t\t\t小计\t基本支出\t项目支出\t",
            "2010301\t行政运行\t3.00\t4.00\t2.50\t1.50\t33.3",
        ],
    )
    line, before = parsed.expenditures
    assert (line.total, line.basic, line.project) == (Decimal("4.00"), Decimal("2.50"), Decimal("1.50"))
    assert (line.fiscal_year, line.phase, line.change_percent) == (2024, "budget", Decimal("33.3"))
    assert (before.fiscal_year, before.phase, before.total, before.basic) == (2023, "final", Decimal("3.00"), None)


def test_amounts_in_yuan_with_separators_keep_their_printed_decimals() -> None:
    parsed = _one_statement(
        "支出总表", ["科目编码\t科目名称\t合计", "2010301\t行政运行\t1,234,567.80", "\t合计\t1,234,567.80"], unit="元"
    )
    line = parsed.expenditures[0]
    assert (str(line.total), line.unit) == ("1234567.80", "yuan")


def test_code_fused_with_its_name_is_taken_apart() -> None:
    parsed = _one_statement("支出总表", ["科目编码\t科目名称\t合计", "2010301-行政运行\t\t1", "\t合计\t1"])
    assert [(line.code, line.name) for line in parsed.expenditures] == [("2010301", "行政运行"), (None, "合计")]


def test_code_in_a_staircase_of_columns_is_put_together() -> None:
    parsed = _one_statement(
        "支出总表",
        ["科目编码\t\t\t科目名称\t合计", "类\t款\t项\t\t", "201\t\t\t一般公共服务支出\t1", "201\t03\t01\t行政运行\t1"],
    )
    assert [(line.code, line.level) for line in parsed.expenditures] == [("201", "class"), ("2010301", "item")]


def test_name_without_a_code_gets_the_code_that_its_place_decides() -> None:
    parsed = _one_statement(
        "支出总表",
        ["科目名称\t合计", "一般公共服务支出\t2", "网信事务\t2", "行政运行\t2", "合计\t2"],
    )
    assert [line.code for line in parsed.expenditures] == ["201", "20137", "2013701", None]
    assert {finding.code for finding in parsed.findings} == {"code_recovered"}


def test_row_that_cannot_be_placed_is_named_and_its_figures_too() -> None:
    parsed = _one_statement("支出总表", ["科目编码\t科目名称\t合计", "2010301\t行政运行\t1", "\t海风专项甲\t2"])
    assert [line.code for line in parsed.expenditures] == ["2010301"]
    assert [finding.code for finding in parsed.findings] == ["row_not_understood", "number_only_in_grid"]


def test_code_that_is_none_is_an_error_and_its_figures_stay_in_the_printed_table() -> None:
    parsed = _one_statement("支出总表", ["科目编码\t科目名称\t合计", "20103\t政府办公厅\t1", "2010\t行政\t7"])
    codes = [finding.code for finding in parsed.findings]
    assert "invalid_code" in codes
    assert [finding.text for finding in parsed.findings if finding.code == "number_only_in_grid"] == ["7"]


def test_parts_of_an_item_are_not_items_of_the_balance() -> None:
    parsed = _one_statement(
        "收支总表",
        [
            "收入\t\t支出\t",
            "项目\t预算数\t项目\t预算数",
            "一、一般公共预算拨款收入\t5\t一、教育支出\t5",
            "其中：上级补助\t2\t\t",
            "本年收入合计\t5\t本年支出合计\t5",
        ],
    )
    assert [line.total for line in parsed.balance_lines if line.role == "item"] == [Decimal(5), Decimal(5)]
    assert [(line.item, line.total) for line in parsed.balance_lines if line.role == "item_part"] == [
        ("其中：上级补助", Decimal(2))
    ]


def test_table_without_amounts_and_without_a_word_is_reported_and_named() -> None:
    parsed = _one_statement("支出总表", ["科目编码\t科目名称\t合计", "\t合计\t"])
    assert _statuses(parsed)["expenditure"] == "reported"
    assert [finding.code for finding in parsed.findings] == ["empty_without_word"]


def test_table_with_zeros_is_reported_although_a_note_calls_it_empty() -> None:
    parsed = _one_statement(
        "政府性基金预算支出表", ["科目编码\t科目名称\t合计", "\t合计\t0.00"], after="注：本表无数据。"
    )
    assert _statuses(parsed)["government_fund_expenditure"] == "reported"
    assert [line.total for line in parsed.expenditures] == [Decimal("0.00")]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("部门预算收支总表", "revenue_and_expenditure"),
        ("收支预算总表", "revenue_and_expenditure"),
        ("收入支出决算总表", "revenue_and_expenditure"),
        ("收支总体情况表", "revenue_and_expenditure"),
        ("表一：部门收支总表", "revenue_and_expenditure"),
        ("部门预算收入总表", "revenue"),
        ("收入决算表", "revenue"),
        ("收入总体情况表", "revenue"),
        ("部门支出总表", "expenditure"),
        ("支出决算表", "expenditure"),
        ("本年支出总体情况表", "expenditure"),
        ("部门预算财政拨款收支总表", "fiscal_appropriation"),
        ("财政拨款收入支出决算总表", "fiscal_appropriation"),
        ("财政拨款收支总体情况表", "fiscal_appropriation"),
        ("一般公共预算财政拨款支出表", "general_public_budget_expenditure"),
        ("一般公共预算支出情况表", "general_public_budget_expenditure"),
        ("一般公共预算财政拨款支出决算表", "general_public_budget_expenditure"),
        ("一般公共预算基本支出表", "basic_expenditure_by_economic"),
        ("一般公共预算财政拨款基本支出决算表", "basic_expenditure_by_economic"),
        ("政府性基金预算支出表", "government_fund_expenditure"),
        ("部门预算政府基金预算财政拨款支出表", "government_fund_expenditure"),
        ("政府性基金预算财政拨款收入支出决算表", "government_fund_expenditure"),
        ("国有资本经营预算支出表", "state_capital_expenditure"),
        ("国有资本经营预算财政拨款收入支出决算表", "state_capital_expenditure"),
        ("财政拨款“三公”经费支出表", "three_public"),
        ("一般公共预算“三公”经费支出情况表", "three_public"),
        ('"三公"经费支出表', "three_public"),
        ("表3：支出决算表", "expenditure"),
        ("国有资本经营预算财政拨款支出决算表（我办没有有关数据，故本表无数据）", "state_capital_expenditure"),
        ("一般公共预算基本支出表--人员经费（工资福利支出）（按政府预算经济分类）", "unrecognised"),
        ("政府性基金预算支出分类汇总表（按政府预算经济分类）", "unrecognised"),
    ],
)
def test_statement_is_recognised_by_its_title_and_by_one_form_only(title: str, key: str) -> None:
    parsed = _one_statement(title, ["科目编码\t科目名称\t合计\t基本支出", "\t合计\t1\t1"])
    assert [statement.key for statement in parsed.statements if statement.status != "missing"] == [key]


def _cells(*rows: tuple[str, ...]) -> str:
    """A table in the layout with one cell a line."""
    return "\n\n".join("\n".join("\t" + cell for cell in row) for row in rows)


def test_final_account_with_merged_cells_printed_once_and_codes_in_steps() -> None:
    table = _cells(
        ("公开03表",),
        ("部门：滦南县海风观测局", "单位：万元"),
        ("项目", "本年支出合计", "基本支出", "项目支出"),
        ("支出功能分类科目编码", "科目名称", "", "", ""),
        ("类", "款", "项", "栏次", "1", "2", "3"),
        ("合计", "12.00", "10.00", "2.00"),
        ("2010301", "行政运行", "10.00", "10.00", ""),
        ("2010302", "一般行政管理事务", "2.00", "", "2.00"),
    )
    text = f"滦南县海风观测局\n2019年度部门决算公开\n支出决算表\n{table}\n"
    parsed = parse_document(text.encode(), source_file="f.txt")
    assert [(line.code, line.name, line.total, line.basic, line.project) for line in parsed.expenditures] == [
        (None, "合计", Decimal(12), Decimal(10), Decimal(2)),
        ("2010301", "行政运行", Decimal(10), Decimal(10), None),
        ("2010302", "一般行政管理事务", Decimal(2), None, Decimal(2)),
    ]
    assert not parsed.findings


def test_three_public_columns_of_merged_cells_printed_once_have_year_and_phase() -> None:
    items = ("合计", "因公出国（境）费", "公务用车购置及运行费", "公务接待费")
    parts = ("", "", "小计", "公务用车购置费", "公务用车运行费", "")
    table = _cells(
        ("2019年度预算数", "2019年度决算数"),
        (*items, *items),
        (*parts, *parts),
        tuple(map(str, range(1, 13))),
        ("5", "0", "4", "0", "4", "1", "3.2", "0", "3.0", "0", "3.0", "0.2"),
    )
    text = f"滦南县海风观测局\n2019年度部门决算公开\n“三公”经费支出决算表\n单位：万元\n{table}\n"
    parsed = parse_document(text.encode(), source_file="f.txt")
    found = _three_public(parsed)
    assert (found["vehicles", 2019, "budget"], found["vehicles", 2019, "final"]) == (Decimal(4), Decimal("3.0"))
    assert {line.name for line in parsed.three_public if line.item == "vehicles"} == {"公务用车购置及运行费"}


def test_table_that_goes_on_after_a_page_break_is_one_statement() -> None:
    head = "公开02表\n部门：滦南县海风观测局\n{}\n\n项目\t\t本年收入合计\t财政拨款收入\n编码\t名称\t\t\n栏次\t\t1\t2\n"
    text = (
        "滦南县海风观测局\n2019年度部门决算公开\n收入决算表\n"
        + head.format("单位：万元")
        + "合计\t\t12\t12\n201\t一般公共服务支出\t12\t12\n\n"
        + head.format("")
        + "20103\t政府办公厅（室）及相关机构事务\t12\t12\n"
    )
    parsed = parse_document(text.encode(), source_file="f.txt")
    assert [(line.code, line.row) for line in parsed.revenues] == [(None, 3), ("201", 4), ("20103", 8)]
    assert not parsed.findings


def test_total_that_the_next_page_prints_once_more_is_one_line() -> None:
    rows = [
        "科目编码\t科目名称\t合计",
        "\t合计\t7",
        "2010301\t行政运行\t4",
        "科目编码\t科目名称\t合计",
        "{}",
        "2010302\t一般行政管理事务\t3",
    ]
    for again, totals in (("\t合计\t7", 1), ("\t合计\t3", 2)):
        parsed = _one_statement("支出预算总表", [row.format(again) for row in rows])
        assert [line.total for line in parsed.expenditures if line.is_leaf] == [Decimal(4), Decimal(3)]
        assert sum(line.level == "total" for line in parsed.expenditures) == totals
        assert not [finding for finding in parsed.findings if finding.code == "number_only_in_grid"]


def test_appropriation_above_its_funds_is_an_item_where_the_total_of_the_year_is_printed_too() -> None:
    rows = [
        "收入\t\t支出\t",
        "项目\t预算数\t项目\t预算数",
        "一、财政拨款\t5\t教育支出\t5",
        "一般公共预算\t5\t\t",
        "政府性基金预算\t0\t\t",
        "本年收入合计\t5\t\t",
        "收入总计\t5\t支出总计\t5",
    ]
    with_total = _one_statement("财政拨款收支总表", rows)
    assert _roles(with_total) == ["item", "item_part", "item_part", "year_total", "grand_total"]
    without = _one_statement("财政拨款收支总表", [*rows[:5], rows[6]])
    assert _roles(without) == ["year_total", "item", "item", "grand_total"]


def test_bare_total_sums_up_the_balances_where_the_total_of_the_year_is_printed_too() -> None:
    rows = [
        "收入\t\t支出\t",
        "项目\t预算数\t项目\t预算数",
        "一、一般公共预算拨款收入\t5\t一、教育支出\t6",
        "本年收入合计\t5\t本年支出合计\t6",
        "上年结转结余\t1\t\t",
        "收入合计\t6\t支出合计\t6",
    ]
    with_year = _one_statement("收支预算总表", rows)
    assert _roles(with_year) == ["item", "year_total", "opening_balance", "grand_total"]
    above = ["一、本年收入\t5\t一、本年支出\t6", "（一）一般公共预算拨款\t5\t（一）教育支出\t6", "二、上年结转\t1\t\t"]
    assert _roles(_one_statement("收支预算总表", [*rows[:2], *above, rows[5]])) == [
        "year_total",
        "item",
        "opening_balance",
        "grand_total",
    ]
    without = _one_statement("收支预算总表", [*rows[:3], rows[5]])
    assert _roles(without) == ["item", "year_total"]


def test_total_of_the_year_that_is_printed_above_its_items_too_counts_once() -> None:
    rows = [
        "收入\t\t支出\t",
        "项目\t预算数\t项目\t预算数",
        "一、部门预算\t5\t一、部门预算\t5",
        "1、财政拨款\t5\t1、教育支出\t5",
    ]
    twice = _one_statement("收支预算总表", [*rows, "本年收入合计\t5\t本年支出合计\t5"])
    assert _roles(twice) == ["item_part", "item", "year_total"]
    assert _roles(_one_statement("收支预算总表", rows)) == ["year_total", "item"]


def _roles(parsed: ParsedDisclosure) -> list[str]:
    return [line.role for line in parsed.balance_lines if line.side == "revenue"]


def test_unit_in_the_title_or_in_a_heading_counts() -> None:
    rows = ["科目编码\t科目名称\t合计", "2010301\t行政运行\t1"]
    text = "滦南县海风观测局\n2024年部门预算公开\n{}\n" + "\n".join(rows) + "\n"
    for title, table in (
        ("支出总表（单位：元）", text),
        ("支出总表", text.replace("合计", "合计（元）")),
    ):
        parsed = parse_document(table.format(title).encode(), source_file="f.txt")
        assert [(line.total, line.unit) for line in parsed.expenditures] == [(Decimal(1), "yuan")]


def test_several_units_of_one_table_are_not_chosen_from() -> None:
    parsed = _one_statement("支出总表", ["金额单位：元\t\t单位：万元", "科目编码\t科目名称\t合计", "201\t一般\t1"])
    assert [finding.code for finding in parsed.findings] == [
        "unknown_unit",
        "number_only_in_grid",
        "number_only_in_grid",
    ]
    assert "wan, yuan" in parsed.findings[0].message


def test_number_that_stays_in_the_printed_table_has_its_reason() -> None:
    parsed = _one_statement(
        "收入总表",
        [
            "科目编码\t科目名称\t合计\t2023年预算数\t海风系数",
            "2010301\t行政运行\t4\t3\t0.7",
            "\t海风专项甲\t5\t\t",
        ],
    )
    reasons = {finding.text: finding.message for finding in parsed.findings if finding.code == "number_only_in_grid"}
    assert reasons == {
        "3": "only in the printed table: its column 2023年预算数 is of another year, or a change",
        "0.7": "only in the printed table: no field stands for its column 海风系数, or not in this row",
        "5": "only in the printed table: its row was not understood",
    }


def test_numbers_under_unknown_headings_only_are_never_called_an_empty_table() -> None:
    parsed = _one_statement(
        "政府性基金预算支出表",
        ["科目编码\t科目名称\t海风系数", "2120899\t其他支出\t7"],
        after="注：无其他政府性基金预算。",
    )
    (statement,) = [statement for statement in parsed.statements if statement.status != "missing"]
    assert (statement.key, statement.status) == ("government_fund_expenditure", "reported")
    assert [finding.code for finding in parsed.findings] == ["columns_not_understood", "number_only_in_grid"]
