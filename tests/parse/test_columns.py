"""Promise: a column is known by the path of all its headings, however the print merged them."""

from __future__ import annotations

import re

import pytest

from app.parse.columns import is_number_row, match_columns, read_heading
from app.parse.grid import Grid

_HEADINGS = re.compile(
    r"序号|项目|收入|支出|合计|小计|金额|预算数|决算数|行次|功能分类科目|科目(编码|名称)|本年收入|本年支出|上年结转|"
    r"财政拨款收入|其他收入|基本支出|项目支出|人员经费|公用经费|公务用车购置费|公务接待费|购置及运行费|"
    r"一般公共预算|政府性基金|\d{4}年(预算数|执行数)"
)


def _paths(*rows: tuple[str, ...]) -> list[str]:
    grid = Grid(rows=rows, line=1, last_line=9, place="lines 1-9")
    heading = read_heading(grid, lambda text: _HEADINGS.fullmatch(text) is not None)
    assert heading is not None
    return ["/".join(path) for path in heading.paths]


def test_merged_cells_printed_once_are_laid_over_the_row_below() -> None:
    assert _paths(
        ("序号", "功能分类科目", "合计", "本年收入", "上年结转"),
        ("", "科目编码", "科目名称", "", "小计", "财政拨款收入", "其他收入", ""),
        ("栏次", "1", "2", "3", "4", "5", "6", "7"),
        ("1", "", "合计", "9", "8", "8", "", "1"),
    ) == [
        "序号",
        "功能分类科目/科目编码",
        "功能分类科目/科目名称",
        "合计",
        "本年收入/小计",
        "本年收入/财政拨款收入",
        "本年收入/其他收入",
        "上年结转",
    ]


def test_two_merged_cells_side_by_side_are_cut_where_the_headings_begin_anew() -> None:
    assert _paths(
        ("序号", "收入", "支出"),
        ("", "项  目", "金额", "项  目", "合计", "一般公共预算", "政府性基金"),
    ) == [
        "序号",
        "收入/项目",
        "收入/金额",
        "支出/项目",
        "支出/合计",
        "支出/一般公共预算",
        "支出/政府性基金",
    ]


def test_merged_subject_and_amounts_are_cut_where_the_amounts_begin() -> None:
    assert _paths(
        ("序号", "功能分类科目", "基本支出"), ("", "科目编码", "科目名称", "合计", "人员经费", "公用经费")
    ) == [
        "序号",
        "功能分类科目/科目编码",
        "功能分类科目/科目名称",
        "基本支出/合计",
        "基本支出/人员经费",
        "基本支出/公用经费",
    ]


def test_merged_cells_that_leave_blanks_extend_to_the_right_only_over_their_own_columns() -> None:
    assert _paths(
        ("预算数", "", "", "", "决算数", "", "", ""),
        ("合计", "购置及运行费", "", "公务接待费", "合计", "购置及运行费", "", "公务接待费"),
        ("", "小计", "公务用车购置费", "", "", "小计", "公务用车购置费", ""),
        ("1", "2", "3", "4", "5", "6", "7", "8"),
    ) == [
        "预算数/合计",
        "预算数/购置及运行费/小计",
        "预算数/购置及运行费/公务用车购置费",
        "预算数/公务接待费",
        "决算数/合计",
        "决算数/购置及运行费/小计",
        "决算数/购置及运行费/公务用车购置费",
        "决算数/公务接待费",
    ]


def test_heading_row_that_fits_nowhere_is_left_out_instead_of_guessed() -> None:
    assert _paths(("本年收入", "本年支出", "合计", "小计"), ("科目编码", "科目名称", "", "金额", "", "")) == [
        "科目编码",
        "科目名称",
        "",
        "金额",
        "",
        "",
    ]


def test_title_department_and_unit_above_the_headings_are_not_headings() -> None:
    grid = Grid(
        rows=(("311某局", "预算年度：2024", "单位：万元"), ("项目", "金额"), ("合计", ""), ("公务接待费", "1")),
        line=1,
        last_line=9,
        place="",
    )
    heading = read_heading(grid, lambda text: _HEADINGS.fullmatch(text) is not None)
    assert heading is not None
    assert (heading.first, heading.rows) == (1, 2)


def test_heading_repeated_after_a_page_break_is_recognised() -> None:
    rows = (("项目", "金额"), ("栏次", "1"), ("公务接待费", "1"), ("项 目", "金额"), ("栏次", "1"))
    heading = read_heading(Grid(rows=rows, line=1, last_line=9, place=""), lambda text: bool(_HEADINGS.fullmatch(text)))
    assert heading is not None
    assert [heading.repeats(row) for row in rows] == [True, True, False, True, True]


@pytest.mark.parametrize(
    ("row", "is_numbers"),
    [
        (("栏次", "1", "2"), True),
        (("**", "**", "1", "2"), True),
        (("1", "2", "3"), True),
        (("1", "2"), False),
        (("1", "合计", "3"), False),
        (("3", "2", "1"), False),
        (("栏次", "", ""), False),
    ],
)
def test_row_of_column_numbers_is_told_from_data(row: tuple[str, ...], is_numbers: bool) -> None:  # noqa: FBT001 - a table
    assert is_number_row(row) is is_numbers


def test_column_of_another_year_is_never_taken_for_this_years() -> None:
    grid = Grid(rows=(("科目编码", "2023年执行数", "2024年预算数", "小计"),), line=1, last_line=1, place="")
    heading = read_heading(grid, lambda text: _HEADINGS.fullmatch(text) is not None)
    assert heading is not None
    patterns = {"total": "预算数|执行数"}
    assert match_columns(heading, patterns, fiscal_year=2024) == {"total": 2}
    assert match_columns(heading, patterns, fiscal_year=2023) == {"total": 1}
    assert match_columns(heading, patterns, fiscal_year=2022) == {}
