"""Promise: a workbook gives what its sheets print: shown digits, merged cells once, nothing that is hidden."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlwt
from openpyxl.styles import Border, Side
from openpyxl.worksheet.worksheet import Worksheet

from app.parse.document import parse_document
from app.parse.grid import Document, Grid, Merge, Text
from app.parse.number_format import UnknownNumberFormat, plain, printed
from app.parse.read_xls import read_xls
from app.parse.read_xlsx import read_xlsx
from tests import written

REAL = Path(__file__).parents[2] / ".." / "shared" / "disclosures" / "xlsx"


def workbook(fill: Callable[[Worksheet], None], *, title: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = title
    fill(book.active)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rows_of(document: Document) -> list[tuple[str, ...]]:
    return [row for block in document.blocks if isinstance(block, Grid) for row in block.rows]


def texts_of(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Text)]


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        ("10596.35", "General", "10596.35"),
        ("0.30000000000000004", "General", "0.3"),
        ("90", "0.00", "90.00"),
        ("2.675", "0.00", "2.68"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("-5.5", "#,##0.00_ ;[Red]\\-#,##0.00\\ ", "-5.50"),
        ("-1234", "0.0_);[Red](0.0)", "(1234.0)"),
        ("0", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        ("0", "0.00;-0.00;", ""),
        ("0.88", "0%", "88%"),
        ("0.1234", "0.00%", "12.34%"),
        ("90", "0_ ", "90"),
        ("12345678", "#,##0.00,", "12,345.68"),
        ("7", "00000", "00007"),
        ("9.1", "0.0#", "9.1"),
        ("-5", '"¥"#,##0.00', "-¥5.00"),
        ("45.5", '0.00"万元"', "45.50万元"),
        ("5", "[>=10]0.0;[<10]0.00", "5.00"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("45292", "yyyy/m/d", "2024/1/1"),
        ("45292", '[$-804]yyyy"年"m"月"d"日";@', "2024年1月1日"),
        ("45292.75", "h:mm", "18:00"),
        ("1.5", "[h]:mm", "36:00"),
        ("60", "yyyy-mm-dd", "1900-02-28"),
    ],
)
def test_number_is_printed_as_its_format_says(number: str, code: str, shown: str) -> None:
    assert printed(number, code) == shown


@pytest.mark.parametrize("code", ["# ?/?", "[DBNum1]0", "0-00", "mmmm d"])
def test_format_that_is_not_known_is_named_and_not_guessed(code: str) -> None:
    with pytest.raises(UnknownNumberFormat):
        printed("45292", code)
    assert plain("45292") == "45292"


def test_sheet_is_text_above_a_table_and_notes_below() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["部门收入总表"], ["单位：万元"], ["项目", "预算数"], ["合计", 12.5], ["注：本表反映收入。"]):
            sheet.append(row)
        sheet["B4"].number_format = "0.00"
        sheet.merge_cells("A1:B1")

    document = read_xlsx(workbook(fill), "x.xlsx")
    title, unit, grid, note = document.blocks
    assert [block.text for block in (title, unit, note) if isinstance(block, Text)] == [
        "部门收入总表", "单位：万元", "注：本表反映收入。"
    ]  # fmt: skip
    assert isinstance(grid, Grid)
    assert grid.rows == (("项目", "预算数"), ("合计", "12.50"))
    assert (grid.place, grid.row_lines) == ("sheet Sheet1, rows 3-4", (3, 4))


def test_merged_cells_stand_once_and_say_how_far_they_reach() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["序号", "收入", None, "支出"], [None, "项目", "金额", None], [1, "拨款", 5, 6]):
            sheet.append(row)
        for span in ("A1:A2", "B1:C1", "D1:D2"):
            sheet.merge_cells(span)

    (grid,) = read_xlsx(workbook(fill), "x.xlsx").blocks
    assert isinstance(grid, Grid)
    assert grid.rows == (("序号", "收入", "", "支出"), ("", "项目", "金额", ""), ("1", "拨款", "5", "6"))
    assert set(grid.merges) == {Merge(0, 0, 2, 1), Merge(0, 1, 1, 2), Merge(0, 3, 2, 1)}


def test_tables_on_one_sheet_are_cut_at_a_blank_row_and_a_gap_before_figures_is_none() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (
            ["表一"],
            ["项目", "金额"],
            ["甲", 1],
            [],
            ["乙", 2],
            [],
            ["采购预算表"],
            ["品目", "金额"],
            ["丙", 3],
        ):
            sheet.append(row)

    first, second = [block for block in read_xlsx(workbook(fill), "x").blocks if isinstance(block, Grid)]
    assert first.rows == (("项目", "金额"), ("甲", "1"), ("乙", "2"))
    assert first.row_lines == (2, 3, 5)
    assert second.rows == (("品目", "金额"), ("丙", "3"))


def test_lines_around_cells_keep_blank_and_lone_rows_in_their_table_and_titles_out() -> None:
    rows = [
        ["收支总表"], ["项目", "金额", "项目", "金额"], ["一、拨款", 5, "一、支出", 5],
        ["二、上级补助", None, None, None], [None] * 4, ["三、其他", None, None, None],
        ["合计", 5, "合计", 5], ["本表按元四舍五入"],
    ]  # fmt: skip

    def fill(sheet: Worksheet) -> None:
        thin = Side(style="thin")
        for number, row in enumerate(rows, start=1):
            sheet.append(row)
            for column in range(1, 5) if 1 < number < 8 else ():
                sheet.cell(number, column).border = Border(top=thin, bottom=thin, left=thin, right=thin)

    title, grid, note = read_xlsx(workbook(fill), "x").blocks
    assert isinstance(grid, Grid)
    assert [row[0] for row in grid.rows] == ["项目", "一、拨款", "二、上级补助", "三、其他", "合计"]
    assert (title, note) == (Text("收支总表", 1), Text("本表按元四舍五入", 8))


def test_hidden_sheets_rows_and_columns_are_left_out_and_told() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["项目", "金额", "底稿"], ["甲", 1, 99], ["暗", 2, 98]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    secret = book.create_sheet("底稿")
    secret.append(["甲", 77])
    secret.sheet_state = "veryHidden"
    document = read_xlsx(saved(book), "x.xlsx")
    assert rows_of(document) == [("项目", "金额"), ("甲", "1")]
    assert [(finding.code, finding.text) for finding in document.findings] == [
        ("hidden_content", "Sheet"),
        ("hidden_content", "Sheet"),
        ("hidden_content", "底稿"),
    ]


def test_merged_cell_whose_first_row_is_hidden_keeps_its_text() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["一级", "值"], ["产出", 1], [None, 2]):
            sheet.append(row)
        sheet.merge_cells("A2:A3")
        sheet.row_dimensions[2].hidden = True

    assert rows_of(read_xlsx(workbook(fill), "x")) == [("一级", "值"), ("产出", "2")]


def test_formula_is_read_by_its_kept_value_and_one_without_is_told() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["项目", "金额"], ["甲", 1.5], ["合计", "=SUM(B2:B2)"]):
            sheet.append(row)

    data = workbook(fill)
    (finding,) = read_xlsx(data, "x").findings
    assert (finding.code, "Sheet1 B3" in finding.message) == ("formula_without_value", True)
    part = "xl/worksheets/sheet1.xml"
    blank = re.compile(rb"(</f>)<v ?/>|(</f>)<v></v>")
    kept, count = blank.subn(rb"</f><v>1.5</v>", written.part_of(data, part))
    assert count == 1
    assert rows_of(read_xlsx(written.with_parts(data, {part: kept}), "x"))[-1] == ("合计", "1.5")


def test_dates_booleans_errors_and_rich_text_are_printed() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["日期", "真", "错", "字"])
        sheet.append([dt.date(2024, 12, 31), True, "#DIV/0!", "甲\n乙"])
        sheet["A2"].number_format = 'yyyy"年"m"月"d"日"'

    assert rows_of(read_xlsx(workbook(fill), "x"))[1] == ("2024年12月31日", "TRUE", "#DIV/0!", "甲\n乙")


def test_name_of_the_sheet_is_the_title_where_the_table_has_none() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["科目编码", "金额"], ["201", 1]):
            sheet.append(row)

    assert texts_of(read_xlsx(workbook(fill, title="部门收入总表"), "x")) == ["部门收入总表"]
    assert texts_of(read_xlsx(workbook(fill, title="Sheet1"), "x")) == []


def test_number_format_that_is_not_known_is_a_finding_with_the_stored_number() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["项目", "金额"])
        sheet.append(["甲", 0.5])
        sheet["B2"].number_format = "# ?/?"

    document = read_xlsx(workbook(fill), "x")
    assert rows_of(document)[1] == ("甲", "0.5")
    assert [(finding.code, finding.text) for finding in document.findings] == [("number_format_unknown", "# ?/?")]


def test_old_workbook_is_read_like_a_new_one() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("部门支出总表")
    sheet.write_merge(0, 0, 0, 1, "项目")
    sheet.write(0, 2, "金额")
    sheet.write(1, 0, "甲")
    sheet.write(1, 1, "乙")
    sheet.write(1, 2, 1234.5, xlwt.easyxf(num_format_str="#,##0.00"))
    sheet.row(2).hidden = True
    sheet.write(2, 2, 9)
    hidden = book.add_sheet("底稿")
    hidden.visibility = 1
    file = io.BytesIO()
    book.save(file)
    document = read_xls(file.getvalue(), "x.xls")
    assert texts_of(document) == ["部门支出总表"]
    assert rows_of(document) == [("项目", "", "金额"), ("甲", "乙", "1,234.50")]
    assert [finding.code for finding in document.findings] == ["hidden_content", "hidden_content"]


def evaluation(sheet: Worksheet) -> None:
    """A form as in Chongqing: one row of money, operator, value and unit in columns of their own, people named."""
    rows = [
        ["2021年度项目支出绩效自评表"],
        ["项目名称", "观测站维护", None, "项目联系人", "张三"],
        ["项目实施单位", "滦南县海风站", None, "项目主管部门", "滦南县海风观测局"],
        ["项目预算执行情况（万元）", "全年预算数（A）（上年结转+年初预算）", None, "全年执行数（B）"],
        [None, 80, None, 66.5],
        ["当年绩效目标", "全年绩效目标", None, "全年目标实际完成情况"],
        [None, "维护12座观测站。", None, "维护了11座观测站。"],
        ["指标类型", "指标名称", "指标\n性质", "指标值", "计量\n单位", "指标\n权重", "全年\n完成值", "评价标准"],
        ["产出类指标", "维护观测站", "≥", 12, "座", 50, 11, "少1座扣2分。"],
        [None, "故障率", "≤", 5, "%", 30, 0.04, "超过不得分。"],
        ["管理类指标", "制度健全性", "无", "健全", "无", 20, "健全", "酌情。"],
        ["合计"],
        ["说明", "1座因洪水停用。"],
    ]
    for row in rows:
        sheet.append(row)
    sheet["G10"].number_format = "0%"
    for span in ("A1:H1", "A4:A5", "A6:A7", "A9:A10", "B13:H13"):
        sheet.merge_cells(span)


def test_evaluation_with_values_in_columns_of_their_own_becomes_records() -> None:
    parsed = parse_document(workbook(evaluation), source_file="x.xlsx")
    disclosure = parsed.disclosure
    assert (disclosure.region_code, disclosure.fiscal_year, disclosure.kind) == ("130224", 2021, "final")
    (line,) = parsed.evaluation_lines
    assert (line.item, str(line.adjusted_budget), str(line.executed), line.unit) == ("total", "80", "66.5", "wan")
    found = [
        (one.level1, one.level3, one.target_operator, one.target_number, one.target_unit, one.actual_number, one.weight)
        for one in parsed.performance_indicators
    ]
    assert found == [
        ("产出类指标", "维护观测站", "≥", 12, "座", 11, 50),
        ("产出类指标", "故障率", "≤", 5, "%", 4, 30),
        ("管理类指标", "制度健全性", None, None, None, None, 20),
    ]
    assert [finding.code for finding in parsed.findings] == []


def test_names_of_people_goals_criteria_and_notes_are_withheld() -> None:
    (statement,) = [
        one for one in parse_document(workbook(evaluation), source_file="x").statements if one.key == "self_evaluation"
    ]
    withheld = {statement.grid[row][column] for row, column in statement.withheld}
    assert {"张三", "维护12座观测站。", "维护了11座观测站。", "少1座扣2分。", "1座因洪水停用。"} <= withheld
    assert not withheld & {"观测站维护", "维护观测站", "80", "12"}


def test_main_tasks_of_a_department_become_projects() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (
            ["2023年县级部门整体预算绩效目标表"],
            ["部门名称", "滦南县海风观测局"],
            ["年度重点工作任务", "名称", "主要实施内容", "拟投入的资金（万元）", "期望达到的目标（概述）"],
            [None, "观测站维护", "维护12座。", 80, "完好率100%。"],
            [None, "设备更新", "更新3台。", 20.5, "全部可用。"],
            ["其他需完成的任务"],
            ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值"],
            [None, "产出指标", "数量指标", "维护数", "≧12座"],
        ):
            sheet.append(row)

    parsed = parse_document(workbook(fill), source_file="x.xlsx")
    assert [(one.ordinal, one.name, str(one.total), one.unit) for one in parsed.projects] == [
        (1, "观测站维护", "80", "wan"),
        (2, "设备更新", "20.5", "wan"),
    ]
    (indicator,) = parsed.performance_indicators
    assert (indicator.subject, indicator.target_operator, indicator.target_number) == ("department", "≥", 12)


@pytest.mark.skipif(
    not REAL.is_dir(), reason="the real disclosures are not committed; they stand beside the repository"
)
def test_real_workbooks_give_the_figures_they_print() -> None:
    parsed = {path.name[:2]: parse_document(path.read_bytes(), source_file=path.name) for path in REAL.glob("*.xlsx")}
    chongqing, guangdong = parsed["cq"], parsed["gd"]
    assert (chongqing.disclosure.region_code, chongqing.disclosure.fiscal_year) == ("500103", 2021)
    (line,) = chongqing.evaluation_lines
    assert (line.adjusted_budget, line.executed) == (7574, 6643)
    (rate,) = [one for one in chongqing.performance_indicators if one.level3 == "预算执行率"]
    assert (rate.target_number, rate.actual, rate.actual_unit) == (90, "88%", "%")
    assert guangdong.disclosure.region_code == "440800"
    assert [one.total for one in guangdong.projects] == [20140, 790, 500]
    assert len(guangdong.performance_indicators) == 16
