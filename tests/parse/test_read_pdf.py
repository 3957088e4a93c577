"""Promise: a PDF gives the records that the same document gives as text, however its program drew the page.

The pages are drawn here with invented departments: rulings as strokes or as thin rectangles, pages turned by /Rotate,
tables over several pages with and without repeated headings, wrapped names, bold print that doubles its signs. What
cannot be read is refused by name.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from app.errors import DocumentError
from app.parse import pdf_pages
from app.parse.document import parse_document
from app.parse.grid import Grid, Merge, Text
from app.parse.read_pdf import read_pdf
from tests import written
from tests.parse.test_readers import records_of
from tests.written_pdf import Style, as_pdf

_FONT = "STSong-Light"
_STYLES = {
    "strokes": Style(),
    "thin rectangles on turned pages": Style(lines="rectangles", upright=False),
    "headings again on each page": Style(heading_again=3, size=10),
    "bold": Style(bold=True),
}


@pytest.mark.parametrize("style", _STYLES)
@pytest.mark.parametrize("name", ["hebei_budget_2024.txt", "hunan_final_2021.txt", "qingyuan_budget_2020.txt"])
def test_pdf_gives_the_records_of_the_text(name: str, style: str) -> None:
    original = parse_document((written.DOCUMENTS / name).read_bytes(), source_file=name)
    parsed = parse_document(as_pdf(written.blocks_of(name), _STYLES[style]), source_file="x.pdf")
    assert parsed.disclosure.format == "pdf"
    assert records_of(parsed) == records_of(original)


def drawn(draw: Callable[[Canvas], None], **options: object) -> bytes:
    """One page, or more, drawn by the test; y counts from the lower edge."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, **options)
    canvas.setFont(_FONT, 10)
    draw(canvas)
    canvas.save()
    return file.getvalue()


def ruled(canvas: Canvas, xs: list[float], ys: list[float]) -> None:
    """Lines from the first to the last of the other direction."""
    for x in xs:
        canvas.line(x, ys[0], x, ys[-1])
    for y in ys:
        canvas.line(xs[0], y, xs[-1], y)


def grids_of(data: bytes) -> list[Grid]:
    return [block for block in read_pdf(data, "x.pdf").blocks if isinstance(block, Grid)]


def texts_of(data: bytes) -> list[str]:
    return [block.text for block in read_pdf(data, "x.pdf").blocks if isinstance(block, Text)]


def test_amount_that_touches_the_name_in_the_next_cell_stays_in_its_own() -> None:
    def draw(canvas: Canvas) -> None:
        ruled(canvas, [100, 200, 400, 500], [680, 700, 720])
        amount = "9,616.338314"
        canvas.drawString(199 - pdfmetrics.stringWidth(amount, _FONT, 10), 685, amount)
        canvas.drawString(201, 685, "一、一般公共服务支出")

    assert grids_of(drawn(draw))[0].rows == (("", "", ""), ("9,616.338314", "一、一般公共服务支出", ""))


def test_name_too_long_for_its_cell_is_not_cut_by_the_line_through_it() -> None:
    def draw(canvas: Canvas) -> None:
        ruled(canvas, [100, 160, 300, 400], [680, 700, 720])
        canvas.drawString(103, 685, "机关事业单位养老")
        canvas.drawString(303, 685, "5.00")

    assert grids_of(drawn(draw))[0].rows[1] == ("机关事业单位养老", "", "5.00")


def test_merged_cells_are_known_with_their_extent_and_every_cell_with_its_place() -> None:
    def draw(canvas: Canvas) -> None:
        ruled(canvas, [100, 200], [660, 680, 720])
        ruled(canvas, [200, 300, 400], [660, 680, 700])
        canvas.line(200, 720, 400, 720)
        canvas.line(400, 700, 400, 720)
        for x, y, text in (
            (105, 690, "科目名称"),
            (250, 705, "本年支出"),
            (205, 685, "基本支出"),
            (305, 685, "项目支出"),
        ):
            canvas.drawString(x, y, text)
        for x, text in ((105, "合计"), (205, "1.00"), (305, "2.00")):
            canvas.drawString(x, 665, text)

    (grid,) = grids_of(drawn(draw))
    assert grid.rows == (("科目名称", "本年支出", ""), ("", "基本支出", "项目支出"), ("合计", "1.00", "2.00"))
    assert set(grid.merges) == {Merge(0, 0, 2, 1), Merge(0, 1, 1, 2)}
    assert grid.page_of(2) == 1
    assert grid.boxes[2][1] == (200.0, pytest.approx(161.9, abs=0.2), 300.0, pytest.approx(181.9, abs=0.2))


def test_cell_that_a_page_break_cuts_is_one_cell() -> None:
    def draw(canvas: Canvas) -> None:
        # Without a line at the break the first cell goes on; the second column ends and begins anew.
        for page, (first, second, other) in enumerate((("提高办", "质量指标", "≥1"), ("事效率", "数量指标", "≥2"))):
            canvas.setFont(_FONT, 10)
            for x in (100, 200, 300, 400):
                canvas.line(x, 60 if page == 0 else 700, x, 100 if page == 0 else 740)
            low, high = (60, 100) if page == 0 else (700, 740)
            canvas.line(200, low, 400, low)
            canvas.line(200, high, 400, high)
            canvas.line(100, high if page == 0 else low, 200, high if page == 0 else low)
            for x, text in ((105, first), (205, second), (305, other)):
                canvas.drawString(x, low + 15, text)
            canvas.showPage()

    (grid,) = grids_of(drawn(draw))
    assert grid.rows == (("提高办\n事效率", "质量指标", "≥1"), ("", "数量指标", "≥2"))
    assert grid.place == "pages 1-2"
    assert grid.row_pages == (1, 2)


def test_forms_of_the_same_columns_on_following_pages_stay_apart_where_each_has_a_title() -> None:
    def draw(canvas: Canvas) -> None:
        for name in ("湿地巡护", "水鸟监测"):
            canvas.setFont(_FONT, 10)
            ruled(canvas, [100, 300], [700, 720])
            ruled(canvas, [100, 200, 300], [680, 700])
            canvas.drawString(105, 705, f"{name}项目绩效目标表")
            canvas.drawString(105, 685, "项目名称")
            canvas.drawString(205, 685, name)
            canvas.showPage()

    assert [grid.rows[1][1] for grid in grids_of(drawn(draw))] == ["湿地巡护", "水鸟监测"]


def test_table_without_lines_is_read_by_its_columns() -> None:
    rows = [
        ("科目编码", "科目名称", "合计", "基本支出", "项目支出"),
        ("201", "一般公共服务支出", "30.00", "20.00", "10.00"),
        ("20101", "人大事务", "30.00", "20.00", "10.00"),
        ("2010101", "行政运行", "20.00", "20.00", ""),
        ("2010108", "代表工作", "10.00", "", "10.00"),
    ]

    def draw(canvas: Canvas) -> None:
        canvas.drawString(250, 780, "部门支出总表")
        for number, row in enumerate(rows):
            for x, text in zip((60, 130, 300, 380, 460), row, strict=True):
                right = number > 0 and x > 200  # amounts stand at the right of their column
                shift = 45 - pdfmetrics.stringWidth(text, _FONT, 10) if right else 0
                canvas.drawString(x + shift, 740 - 18 * number, text)

    data = drawn(draw)
    assert [grid.rows for grid in grids_of(data)] == [tuple(rows)]
    assert texts_of(data) == ["部门支出总表"]


def test_sentence_over_two_lines_and_a_page_break_is_one_paragraph_and_page_numbers_are_no_text() -> None:
    sentence = (
        "本部门负责湿地的巡护与监测工作，并组织水鸟的同步调查与公众的自然教育活动，按季度汇总上报各监测站的结果。"
    )
    lines = [sentence[:40], sentence[40:]]

    def draw(canvas: Canvas) -> None:
        for page in range(4):
            canvas.setFont(_FONT, 10)
            canvas.drawString(280, 20, f"- {page + 1} -")
            for number in range(3):
                for part, line in enumerate(lines):
                    canvas.drawString(
                        70 if part == 0 else 50, 700 - 50 * number - 16 * part, f"{page}{number}" * (part == 0) + line
                    )
            canvas.drawString(70, 60, f"{page}9" + lines[0])
            canvas.showPage()
            canvas.setFont(_FONT, 10)
            canvas.drawString(50, 780, f"第{page}号{lines[1]}")
            canvas.showPage()

    texts = texts_of(drawn(draw))
    assert texts == [
        f"{page}{number}{lines[0]}{f'第{page}号' if number == 9 else ''}{lines[1]}"
        for page in range(4)
        for number in (0, 1, 2, 9)
    ]


def test_sign_that_a_font_maps_to_a_radical_is_the_character_it_stands_for() -> None:
    assert pdf_pages._plain("⾏") == "行"
    assert pdf_pages._plain("⻚") == "页"
    assert pdf_pages._plain("行") == "行"


def _picture(canvas: Canvas) -> None:
    image = ImageReader(Image.new("RGB", (20, 30), "grey"))
    canvas.drawImage(image, 0, 0, A4[0], A4[1])


def test_scan_without_text_is_refused_as_unreadable_and_never_empty() -> None:
    with pytest.raises(DocumentError, match=r"x\.pdf: unreadable: its 1 pages hold pictures without text"):
        parse_document(drawn(_picture), source_file="x.pdf")


def test_page_that_is_a_picture_is_a_statement_that_cannot_be_read() -> None:
    def draw(canvas: Canvas) -> None:
        for number, line in enumerate(("滦南县海风观测局", "2024年部门预算", "支出总表", "单位：万元")):
            canvas.drawString(200, 780 - 20 * number, line)
        ruled(canvas, [100, 200, 300, 400], [660, 680, 700])
        for x, text in ((105, "科目编码"), (205, "科目名称"), (305, "合计")):
            canvas.drawString(x, 685, text)
        for x, text in ((105, "201"), (205, "一般公共服务支出"), (305, "30.00")):
            canvas.drawString(x, 665, text)
        canvas.showPage()
        _picture(canvas)

    parsed = parse_document(drawn(draw), source_file="x.pdf")
    assert [line.total for line in parsed.expenditures] == [Decimal("30.00")]
    assert [(one.status, one.location) for one in parsed.statements if one.status == "unreadable"] == [
        ("unreadable", "page 2")
    ]
    assert "unreadable_page" in {finding.code for finding in parsed.findings}


def test_encrypted_pdf_is_refused_by_name() -> None:
    data = drawn(lambda canvas: canvas.drawString(100, 700, "1"), encrypt=StandardEncryption("secret"))
    with pytest.raises(DocumentError, match=r"x\.pdf: the PDF is encrypted with a password"):
        read_pdf(data, "x.pdf")


def test_truncated_pdf_is_refused_or_read_but_never_crashes() -> None:
    data = as_pdf(written.blocks_of("qingyuan_budget_2020.txt"))
    for length in (8, len(data) // 4, len(data) // 2, len(data) - 40):
        try:
            read_pdf(data[:length], "x.pdf")
        except DocumentError as error:
            assert str(error).startswith("x.pdf: ")  # noqa: PT017 - either outcome is right


def test_more_pages_than_any_disclosure_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_pages, "MOST_PAGES", 1)

    def draw(canvas: Canvas) -> None:
        for _ in range(2):
            canvas.drawString(100, 700, "1")
            canvas.showPage()

    with pytest.raises(DocumentError, match="has 2 pages"):
        read_pdf(drawn(draw), "x.pdf")
