"""Promise: a web page gives what a browser shows of it: paragraphs, tables with their spans, in every encoding used."""

from __future__ import annotations

import pytest

from app.parse.grid import Document, Grid, Merge, Text
from app.parse.read_html import decode_html, read_html

_PAGE = "<p>部门预算收支总表</p><table><tr><td>项目</td><td>金额</td></tr><tr><td>合计</td><td>1.50</td></tr></table>"


def read(body: str) -> Document:
    return read_html(f"<html><body>{body}</body></html>".encode(), "x.html")


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Text)]


def grids(document: Document) -> list[tuple[tuple[str, ...], ...]]:
    return [block.rows for block in document.blocks if isinstance(block, Grid)]


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("gb18030", ""),
        ("gb18030", '<meta charset="gb2312">'),
        ("gb18030", '<meta http-equiv="Content-Type" content="text/html; charset=GBK">'),
        ("utf-8", '<meta charset="gb2312">'),  # declared wrongly
        ("big5", '<meta charset="big5">'),
    ],
)
def test_page_is_decoded_as_it_is_written(encoding: str, head: str) -> None:
    body = _PAGE if encoding != "big5" else _PAGE.replace("总", "總").replace("预", "預").replace("门", "門")
    body = body if encoding != "big5" else body.replace("项", "項").replace("额", "額").replace("计", "計")
    data = f"<html><head>{head}</head><body>{body}</body></html>".encode(encoding)
    document = read_html(data, "x.html")
    assert len(texts(document)[0]) == 8
    assert grids(document)[0][1][1] == "1.50"


def test_page_with_a_damaged_sign_is_read_all_the_same() -> None:
    text = "单位：万元" * 1000
    data = text.encode("gb18030")[:-1] + b"\xff" + "尾".encode("gb18030")
    assert decode_html(data, "x").startswith(text[:-1])


def test_spans_cover_rows_and_columns() -> None:
    (grid,) = read(
        "<table><tr><td rowspan=2>序号</td><td colspan='2'>收入</td><td rowspan='0'>备注</td></tr>"
        "<tr><td>项目</td><td>金额</td></tr><tr><td>1</td><td>拨款</td><td>5.00</td></tr></table>"
    ).blocks
    assert isinstance(grid, Grid)
    assert grid.rows == (("序号", "收入", "", "备注"), ("", "项目", "金额", ""), ("1", "拨款", "5.00", ""))
    assert set(grid.merges) == {Merge(0, 0, 2, 1), Merge(0, 1, 1, 2), Merge(0, 3, 3, 1)}


@pytest.mark.parametrize("span", ["-1", "x", "", "1e9", "２"])
def test_span_that_is_no_number_is_one(span: str) -> None:
    document = read(f"<table><tr><td colspan='{span}'>a</td><td rowspan='{span}'>1</td></tr></table>")
    assert grids(document) == [(("a", "1"),)]


def test_layout_tables_are_looked_through_and_nested_tables_come_in_order() -> None:
    document = read(f"<table><tr><td>首页</td></tr><tr><td>{_PAGE}</td></tr></table><p>完</p>")
    assert texts(document) == ["首页", "部门预算收支总表", "完"]
    assert grids(document) == [(("项目", "金额"), ("合计", "1.50"))]


def test_what_a_browser_does_not_show_is_not_read() -> None:
    document = read(
        "<script>document.write('1')</script><style>p{}</style><!-- 注释 --><p style='DISPLAY : none'>暗</p>"
        "<p hidden>暗</p><nav>导航</nav><select><option>2024</option></select><p>明</p>"
        "<table><tr style='display:none'><td>a</td><td>9</td></tr><tr><td>b</td><td>1</td></tr></table>"
    )
    assert (texts(document), grids(document)) == (["明"], [(("b", "1"),)])


def test_breaks_end_a_line_and_spaces_that_do_not_break_are_spaces() -> None:
    document = read(
        "一、收入<br>二、支出&nbsp;&nbsp;\n 合计<div>三<span>、</span>结余</div>"
        "<table><tr><td>机关<br/>运行</td><td><p>&nbsp;1.00&nbsp;</p></td></tr></table>"
    )
    assert texts(document) == ["一、收入", "二、支出 合计", "三、结余"]
    assert grids(document) == [(("机关\n运行", "1.00"),)]


def test_head_and_foot_of_a_table_stand_where_they_are_shown() -> None:
    document = read(
        "<table><caption>收入总表</caption><tfoot><tr><td>合计</td><td>1</td></tr></tfoot>"
        "<thead><tr><th>项目</th><th>金额</th></tr></thead><tbody><tr><td>甲</td><td>1</td></tr></tbody></table>"
    )
    assert texts(document) == ["收入总表"]
    assert grids(document) == [(("项目", "金额"), ("甲", "1"), ("合计", "1"))]


def test_cells_that_were_not_closed_are_cells() -> None:
    assert grids(read("<table><tr><td>a<td>1<tr><td>b<td>2</table>")) == [(("a", "1"), ("b", "2"))]


def test_page_written_by_excel_under_the_name_of_a_workbook_is_read() -> None:
    data = (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="gb2312">'
        "<!--[if gte mso 9]><xml><x:ExcelWorkbook></x:ExcelWorkbook></xml><![endif]--></head><body>"
        "<table><col width=72><tr height=19><td class=xl65 x:num>合计</td><td x:num='12.5'>12.50</td></tr></table>"
    )
    document = read_html(data.encode("gb18030"), "公开01表.xls")
    assert grids(document) == [(("合计", "12.50"),)]
