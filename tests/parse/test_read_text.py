"""Promise: whatever the extraction did to a table, each printed cell is read once, in its row and at its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import DocumentError
from app.parse.grid import Grid, Text
from app.parse.read_text import read_text

# Cells of an ordinary table: words, amounts, blanks. A cell that looks like a title or a note is another test's.
_WORDS = st.sampled_from(["行政运行", "2013701", "一、外交支出", "≥90%", "及时", "12.50", "0", "—", "(3.20)", "办公费"])
_CELLS = st.one_of(_WORDS, st.just(""))


def _tables(*, width: int) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(_CELLS, min_size=width, max_size=width), min_size=1, max_size=12)


def _grids(text: str) -> list[Grid]:
    return [block for block in read_text(text.encode(), "t.txt").blocks if isinstance(block, Grid)]


def _texts(text: str) -> list[str]:
    return [block.text for block in read_text(text.encode(), "t.txt").blocks if isinstance(block, Text)]


def _rows(grid: Grid) -> list[list[str]]:
    return [list(row) for row in grid.rows]


def _one_cell_a_line(rows: list[list[str]]) -> str:
    return "\n\n".join("\n".join("\t" + cell for cell in row) for row in rows)


@given(rows=st.integers(min_value=1, max_value=9).flatmap(lambda width: _tables(width=width)))
def test_any_table_printed_one_cell_a_line_is_read_back_cell_by_cell(rows: list[list[str]]) -> None:
    (grid,) = _grids(f"标题\n{_one_cell_a_line(rows)}\n\n尾声\n")
    assert _rows(grid) == rows


@given(rows=st.integers(min_value=2, max_value=9).flatmap(lambda width: _tables(width=width)))
def test_any_table_printed_one_row_a_line_is_read_back_cell_by_cell(rows: list[list[str]]) -> None:
    # A first row that cannot be taken for the other layout, as every heading has.
    rows = [["项 目"] * len(rows[0]), *rows, ["合计"] * len(rows[0]), ["总计"] * len(rows[0])]
    lines = ["\t".join(row) for row in rows]
    (grid,) = _grids("标题\n\n" + "\n".join(lines) + "\n\n注：尾声\n")
    assert _rows(grid) == rows


def test_line_break_inside_a_cell_stays_inside_the_cell() -> None:
    (grid,) = _grids("\t项目名称\n\t2019年度\n预算\n\t增减\n\n\t接待费\n\t0\n\t1\n")
    assert _rows(grid) == [["项目名称", "2019年度\n预算", "增减"], ["接待费", "0", "1"]]


def test_blank_line_inside_a_cell_does_not_end_the_row() -> None:
    text = _one_cell_a_line([["一级", "二级", "值", "依据"], ["产出", "质量", "≥95%", "报告"]])
    (grid,) = _grids(f"{text}\n\n\t\n\t时效\n\t及时\n\n\t问卷\n\n\t效果\n\t社会\n\t显著\n\t问卷\n")
    assert _rows(grid)[2:] == [["", "时效", "及时", "问卷"], ["效果", "社会", "显著", "问卷"]]


def test_two_blank_lines_inside_one_row_do_not_end_it() -> None:
    text = _one_cell_a_line([["a", "b", "c", "d"], ["e", "f", "g", "h"]])
    (grid,) = _grids(f"{text}\n\n\t产出\t\n\n\t数量\n\t试点\t\n\n\t5个\n\n\ti\n\tj\n\tk\n\tl\n")
    assert _rows(grid)[2:] == [["产出", "数量", "试点", "5个"], ["i", "j", "k", "l"]]


def test_paragraph_inside_a_cell_after_a_blank_line_does_not_cut_the_table() -> None:
    text = _one_cell_a_line([["项目", "金额", "原因"], ["接待", "0.5", "来访增加，"]])
    (grid,) = _grids(f"{text}\n\n批次上升。\n\n\t会议\n\t1\n\t无\n")
    assert _rows(grid)[1:] == [["接待", "0.5", "来访增加，\n批次上升。"], ["会议", "1", "无"]]


def test_stray_tabs_around_a_cell_are_not_cells() -> None:
    (grid,) = _grids(_one_cell_a_line([["a", "b"], ["\t使用效果\t", "c"]]))
    assert _rows(grid) == [["a", "b"], ["使用效果", "c"]]


@pytest.mark.parametrize(
    "glued",
    [
        " 七、国有资产信息",
        "七、国有资产信息",
        "部门预算收入总表",
        " [bookmark: _Toc1]部门预算收入总表",
        "注：空表列示。",
    ],
)
def test_text_glued_to_the_last_cell_of_a_table_is_a_paragraph(glued: str) -> None:
    text = f"{_one_cell_a_line([['项目', '金额'], ['接待', '40']])}\n{glued}\n下一段。\n"
    (grid,) = _grids(text)
    assert _rows(grid)[-1] == ["接待", "40"]
    assert _texts(text)[-1] == "下一段。"
    assert len(_texts(text)) == 2


def test_chapter_heading_glued_to_a_word_is_a_paragraph_and_to_a_list_is_its_next_line() -> None:
    text = _one_cell_a_line([["单位", "经费"], ["某站", "财政拨款"]]) + "\n二、部门预算安排\n"
    assert _texts(text) == ["二、部门预算安排"]
    (grid,) = _grids(_one_cell_a_line([["绩效目标", "一、保障安全"]]) + "\n二、提高效率\n\n\ta\n\tb\n")
    assert _rows(grid)[0] == ["绩效目标", "一、保障安全\n二、提高效率"]


def test_bookmarks_and_page_numbers_are_no_content() -> None:
    rows = [["项目", "金额"], ["接待", "1"]]
    text = f"[bookmark: _Toc7]标题\n{_one_cell_a_line(rows)}\n\npage number\n\n- 3 -\n\n\t会议\n\t2\n"
    (grid,) = _grids(text)
    assert _rows(grid) == [*rows, ["会议", "2"]]
    assert _texts(text) == ["标题"]


def test_blank_line_of_a_page_break_does_not_end_a_table_of_row_lines() -> None:
    (grid,) = _grids("标题\n项目\t行次\t金额\n甲\t1\t2\n\n\t2\t3\n总计\t3\t5\n")
    assert _rows(grid) == [["项目", "行次", "金额"], ["甲", "1", "2"], ["", "2", "3"], ["总计", "3", "5"]]


def test_row_line_that_is_cut_inside_a_cell_is_joined() -> None:
    (grid,) = _grids("编码\t名称\t合计\t基本\n2080505\t基本养老\n保险缴费\t12\t12\n合计\t\t12\t\n")
    assert _rows(grid)[1] == ["2080505", "基本养老\n保险缴费", "12", "12"]


def test_rows_whose_last_blank_cells_were_stripped_are_not_joined() -> None:
    text = "编码\t名称\t合计\t基本\t项目\n2080505\t缴费\t12\n2080506\t年金\n213\t农林\n合计\n\n注：无。\n"
    (grid,) = _grids(text)
    assert [len(row) for row in grid.rows] == [5, 3, 2, 2, 1]
    assert _texts(text) == ["注：无。"]


def test_truncated_last_row_keeps_the_cells_it_has() -> None:
    (grid,) = _grids(_one_cell_a_line([["a", "b", "c"], ["d", "1", "2"], ["e", "3"]]))
    assert _rows(grid)[-1] == ["e", "3"]


def test_places_lead_back_to_the_lines_of_the_file() -> None:
    (grid,) = _grids("标题\n\t项目\n\t金额\n\n\t接待\n\t1\n\n\n段落\n")
    assert (grid.place, grid.row_lines) == ("lines 2-6", (2, 5))
    assert read_text("\ufeff甲\r\n乙\r\n".encode(), "t.txt").blocks == (Text("甲", 1), Text("乙", 2))


def test_gb18030_is_read_as_the_same_text() -> None:
    text = "部门预算收支总表\n\t项目\n\t金额\n"
    assert read_text(text.encode("gb18030"), "t.txt").blocks == read_text(text.encode(), "t.txt").blocks


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("正文".encode() + b"\x00\x01\x02", "control character 0x00 near byte 6"),
        ("正文".encode() + b"\xff\xff\xff", "byte 6 (0xff)"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_the_place(data: bytes, says: str) -> None:
    with pytest.raises(DocumentError, match=r"t\.txt") as caught:
        read_text(data, "t.txt")
    assert says in str(caught.value)
