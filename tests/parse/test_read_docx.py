"""Promise: a Word file gives what its pages print, in order: merged cells, boxes, numbers of lists; nothing deleted."""

from __future__ import annotations

import docx
import pytest

from app.errors import DocumentError
from app.parse.document import parse_document
from app.parse.grid import Block, Document, Grid, Merge, Text
from app.parse.read_docx import read_docx
from app.parse.word_numbering import written as number_of
from tests import written

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NUMBERING = f"""<w:numbering xmlns:w="{_W}">
<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="l"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="0"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>
</w:numbering>"""


def read(body: str, **parts: str) -> Document:
    """A Word file with this body, read."""
    xml = f'<w:document xmlns:w="{_W}" xmlns:mc="mc"><w:body>{body}</w:body></w:document>'
    changed = {f"word/{name}.xml": content.encode() for name, content in parts.items()}
    data = written.with_parts(written.saved(docx.Document()), {"word/document.xml": xml.encode(), **changed})
    return read_docx(data, "x.docx")


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Text)]


def grids(document: Document) -> list[tuple[tuple[str, ...], ...]]:
    return [block.rows for block in document.blocks if isinstance(block, Grid)]


def test_paragraphs_and_tables_come_in_their_order() -> None:
    kinds = [type(block) for block in read(paragraph("表一") + table(cell("a") + cell("1")) + paragraph("注")).blocks]
    assert kinds == [Text, Grid, Text]


def test_merged_cells_stand_once_in_a_grid_of_one_width() -> None:
    two, restart, goes_on = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    (grid,) = read(
        table(
            cell("序号", restart) + cell("收入", two) + cell("支出", restart),
            cell("x", goes_on) + cell("项目") + cell("金额") + cell("", goes_on),
            cell("1") + cell("拨款") + cell("5.00") + cell("6.00"),
        )
    ).blocks
    assert isinstance(grid, Grid)
    assert grid.rows == (("序号", "收入", "", "支出"), ("", "项目", "金额", ""), ("1", "拨款", "5.00", "6.00"))
    assert set(grid.merges) == {Merge(0, 0, 2, 1), Merge(0, 1, 1, 2), Merge(0, 3, 2, 1)}
    assert (grid.place, grid.row_lines) == ("table 1", (1, 2, 3))


def test_row_that_begins_further_in_keeps_its_columns() -> None:
    row = '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>' + cell("b") + cell("2") + "</w:tr>"
    body = "<w:tbl><w:tr>" + cell("a") + cell("x") + cell("1") + "</w:tr>" + row + "</w:tbl>"
    assert grids(read(body)) == [(("a", "x", "1"), ("", "b", "2"))]


def test_deleted_text_and_rows_are_not_read_and_inserted_text_is() -> None:
    body = (
        "<w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:ins><w:r><w:t>新</w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>走</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>来</w:t></w:r></w:moveTo></w:p>"
        f"<w:tbl><w:tr>{cell('a')}{cell('1')}</w:tr><w:tr><w:trPr><w:del/></w:trPr>{cell('b')}{cell('2')}</w:tr></w:tbl>"
    )
    document = read(body)
    assert (texts(document), grids(document)) == (["新来"], [(("a", "1"),)])


def test_hidden_text_field_codes_and_bookmarks_are_not_read() -> None:
    run = "<w:r>{}</w:r>"
    body = (
        "<w:p><w:bookmarkStart w:id='0' w:name='_Toc1'/><w:r><w:rPr><w:vanish/></w:rPr><w:t>暗</w:t></w:r>"
        "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>明</w:t></w:r>"
        + run.format("<w:fldChar w:fldCharType='begin'/>")
        + run.format("<w:instrText> REF _Toc1 </w:instrText>")
        + run.format("<w:fldChar w:fldCharType='separate'/>")
        + run.format("<w:t>第3页</w:t>")
        + run.format("<w:fldChar w:fldCharType='end'/>")
        + "<w:fldSimple w:instr='DATE'><w:r><w:t>今</w:t></w:r></w:fldSimple></w:p>"
    )
    assert texts(read(body)) == ["明第3页今"]


def test_table_of_contents_is_furniture_in_each_of_its_forms() -> None:
    field = "<w:r><w:fldChar w:fldCharType='{}'/></w:r>"
    body = (
        "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
        f"<w:sdtContent>{paragraph('收入总表 1')}</w:sdtContent></w:sdt>"
        f"<w:p>{field.format('begin')}<w:r><w:instrText> TOC \\o </w:instrText></w:r>{field.format('separate')}"
        f"<w:r><w:t>收入总表 2</w:t></w:r></w:p>{paragraph('支出总表 3')}<w:p>{field.format('end')}</w:p>"
        + paragraph("正文")
    )
    assert texts(read(body)) == ["正文"]


def test_text_box_is_read_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{paragraph('框中')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>外</w:t></w:r><w:r><mc:AlternateContent>"
        f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    assert texts(read(body)) == ["外", "框中"]


def test_numbers_of_lists_are_printed_as_word_counts_them() -> None:
    listed = '<w:pPr><w:numPr><w:ilvl w:val="{}"/><w:numId w:val="{}"/></w:numPr></w:pPr>'
    levels = [
        ("职责", 0, 1),
        ("机构", 0, 1),
        ("甲", 1, 1),
        ("乙", 1, 1),
        ("点", 2, 1),
        ("收支", 0, 1),
        ("丙", 1, 1),
        ("另", 0, 2),
    ]
    body = "".join(paragraph(text, listed.format(level, number)) for text, level, number in levels)
    assert texts(read(body, numbering=_NUMBERING)) == [
        "一、职责", "二、机构", "2.1甲", "2.2乙", "点", "三、收支", "3.1丙", "五、另"
    ]  # fmt: skip


def test_row_numbers_that_word_counts_are_in_the_grid() -> None:
    number = "<w:tc><w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr>{}</w:p></w:tc>"
    named = number.format("<w:r><w:t>甲</w:t></w:r>")
    body = table(named + cell("1"), number.format("") + cell("2"))
    assert grids(read(body, numbering=_NUMBERING)) == [(("一、甲", "1"), ("二、", "2"))]


@pytest.mark.parametrize(
    ("number", "form", "expected"),
    [
        (10, "chineseCounting", "十"),
        (12, "chineseCountingThousand", "十二"),
        (20, "japaneseCounting", "二十"),
        (103, "chineseCounting", "一百零三"),
        (3, "decimalEnclosedCircle", "③"),
        (2, "ideographTraditional", "乙"),
        (28, "upperLetter", "BB"),
        (4, "lowerRoman", "iv"),
        (7, "decimalZero", "07"),
        (12, "decimalFullWidth", "１２"),
        (5, "cardinalText", "5"),
    ],
)
def test_count_is_written_in_the_form_of_the_list(number: int, form: str, expected: str) -> None:
    assert number_of(number, form) == expected


def test_frames_around_text_and_tables_are_looked_through() -> None:
    inner = table(cell("a") + cell("1"))
    framed = table(f"<w:tc>{paragraph('标题')}{inner}</w:tc><w:tc><w:p/></w:tc>")
    document = read(table(cell("框")) + framed)
    assert (texts(document), grids(document)) == (["框", "标题"], [(("a", "1"),)])


def test_table_inside_a_cell_of_a_table_with_figures_follows_it() -> None:
    inner = table(cell("内") + cell("2"))
    outer = table(cell("a") + f"<w:tc>{paragraph('1')}{inner}<w:p/></w:tc>")
    assert grids(read(outer)) == [(("a", "1"),), (("内", "2"),)]


def test_breaks_inside_a_cell_are_lines_and_headers_are_not_read() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "页眉2024"
    document.sections[0].footer.paragraphs[0].text = "第 1 页"
    made = document.add_table(rows=1, cols=2)
    made.rows[0].cells[0].text = "甲\n乙"
    made.rows[0].cells[0].add_paragraph("丙")
    made.rows[0].cells[1].text = "1"
    assert read_docx(written.saved(document), "x").blocks == (Grid((("甲\n乙\n丙", "1"),), 1, 1, "table 1", (1,)),)


def test_file_without_a_body_is_refused() -> None:
    data = written.with_parts(written.saved(docx.Document()), {"word/document.xml": b"<a/>"})
    with pytest.raises(DocumentError, match=r"x\.docx: has no text part"):
        read_docx(data, "x.docx")


def test_place_of_a_figure_leads_to_its_table_and_row() -> None:
    blocks: tuple[Block, ...] = written.blocks_of("qingyuan_budget_2020.txt")
    parsed = parse_document(written.as_docx(blocks), source_file="x.docx")
    (line,) = [line for line in parsed.three_public if line.fiscal_year == 2020 and line.item == "total"]
    (statement,) = [one for one in parsed.statements if one.key == "three_public"]
    row, column = line.cells["total"]
    assert statement.grid[row][column] == str(line.total)
    assert statement.location.startswith("table ")
