"""Which rows of a document are its figures at a glance: of its own year, phase and whole, with every printed digit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.pages import figures, printed_table
from app.pages.figures import NOTHING_PRINTED, Printed
from app.pages.render import amount, coded, placed, share, size, titled
from app.pages.rows import Row

BUDGET: Row = {"id": "d", "kind": "budget", "fiscal_year": 2026, "statements": []}


def three(total: str | None, *, item: str = "total", institution: str | None = None, **other: object) -> Row:
    row = {"id": 1, "disclosure_id": "d", "phase": "budget", "fiscal_year": 2026, "item": item, "name": item}
    amounts = {"total": None if total is None else Decimal(total), "general_public_budget": None}
    return {**row, "institution": institution, **amounts, **other}


def spent(level: str, name: str, **amounts: str) -> Row:
    """A row of the budget's statement of expenditure; amounts that are not given are blank."""
    row = {"id": 2, "disclosure_id": "d", "phase": "budget", "fund": "all", "level": level, "name": name}
    given = {field: Decimal(text) for field, text in amounts.items()}
    return {
        **row,
        "department_name": "信访局",
        **dict.fromkeys(("total", "basic", "personnel", "public", "project")),
        **given,
    }


def at_a_glance(*rows: Row, stated: Row | None = None) -> dict[str, figures.Figure]:
    """The figures of a budget with these rows of expenditure, by their names."""
    printed = Printed((), rows, (), () if stated is None else (stated,))
    return {figure.name.en: figure for figure in figures.glance(BUDGET, printed)}


def test_expenses_of_the_department_are_not_those_of_its_institutions_or_of_another_year() -> None:
    rows = [
        three("7.50", institution="局本级"),
        three("8.00", fiscal_year=2025),
        three("8.88", phase="final"),
        three("9.30"),
        three("0.45"),  # an institution's, whose name was not read: the first row of an item is the department's
        three("5.80", item="receptions"),
    ]
    assert [row["total"] for row in figures.three_public(BUDGET, rows)] == [Decimal("9.30"), Decimal("5.80")]
    glance = {figure.name.en: figure for figure in figures.glance(BUDGET, Printed((), (), rows, ()))}
    assert glance["“Three public” expenses"].amount == Decimal("9.30")


def test_expenses_that_a_form_prints_by_fund_are_those_of_the_general_public_budget() -> None:
    rows = [three(None, general_public_budget=Decimal("5.58")), three(None, item="overseas_trips")]
    assert figures.three_public_field(rows) == "general_public_budget"
    glance = figures.glance(BUDGET, Printed((), (), rows, ()))
    assert (glance[-1].amount, glance[-1].field) == (Decimal("5.58"), "general_public_budget")
    assert figures.three_public_field([three("0.95"), three(None, general_public_budget=Decimal(1))]) == "total"
    assert figures.three_public_field([three(None)]) == "total"


def test_row_of_the_department_itself_stands_for_a_total_row_that_is_not_there() -> None:
    own, other = spent("unit", "信访局", basic="3072.01"), spent("unit", "信访服务中心", basic="9.00")
    assert at_a_glance(other, own)["Basic expenditure"].amount == Decimal("3072.01")
    assert at_a_glance(own, spent("total", "合计", basic="8.00"))["Basic expenditure"].amount == Decimal("8.00")
    assert at_a_glance(other)["Basic expenditure"].row is None


def test_figure_that_a_row_gives_in_parts_or_the_text_alone_says_so() -> None:
    parts = spent("total", "合计", personnel="5.00", public="1.00", project="2.00")
    basic = at_a_glance(parts)["Basic expenditure"]
    assert (basic.row, basic.amount) == (parts, None)
    assert basic.why is not None
    assert basic.why.en == "the table gives personnel and public outlays apart"
    blank = spent("total", "合计", total="8.00")
    assert (at_a_glance(blank)["Basic expenditure"].row, at_a_glance(blank)["Basic expenditure"].why) == (blank, None)
    said = {"disclosure_id": "d", "fiscal_year": 2026, "phase": "budget", "topic": "expenditure", "measure": "amount"}
    stated = at_a_glance(blank, stated={**said, "id": 7, "item": "basic", "amount": Decimal("6.00")})[
        "Basic expenditure"
    ]
    assert (stated.amount, stated.stated) == (Decimal("6.00"), True)
    assert stated.why is not None
    assert stated.why.zh == "表中未列此数"


def test_project_that_two_tables_print_is_shown_once() -> None:
    rows = [{"id": n, "name": name, "total": total} for n, (name, total) in enumerate([("a", 2), ("a", 2), ("b", 1)])]
    assert [row["id"] for row in figures.largest_projects(rows, 10)] == [0, 2]
    assert [row["id"] for row in figures.largest_projects(rows, 1)] == [0]


def test_figure_that_only_the_text_states_says_so_and_why_the_table_has_none() -> None:
    empty = {**BUDGET, "statements": [{"key": "three_public", "status": "declared_empty"}]}
    stated = {"id": 5, "disclosure_id": "d", "fiscal_year": 2026, "phase": "budget", "topic": "three_public"}
    printed = Printed((), (), (), ({**stated, "item": "total", "measure": "amount", "amount": Decimal("0.00")},))
    figure = figures.glance(empty, printed)[-1]
    assert (figure.amount, figure.stated, figure.resource) == (Decimal("0.00"), True, "stated-amounts")
    assert figure.why is not None
    assert figure.why.zh.startswith("空表")


def test_figure_that_is_nowhere_has_no_row_and_a_reason() -> None:
    for figure in figures.glance(BUDGET, NOTHING_PRINTED):
        assert (figure.row, figure.amount) == (None, None)
        assert figure.why is not None
        assert figure.why.en == "the document has no such table"


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Decimal("1234567.50"), "1,234,567.50"),
        (Decimal("0.00"), "0.00"),
        (Decimal("-0.10"), "-0.10"),
        (Decimal("1E+3"), "1,000"),
        (Decimal("123456789012345678.123456"), "123,456,789,012,345,678.123456"),
        (40, "40"),
    ],
)
def test_amount_keeps_every_printed_digit(value: Decimal | int, printed: str) -> None:
    assert amount(value) == printed


def test_bar_of_a_part_is_never_longer_than_the_whole_nor_shorter_than_nothing() -> None:
    assert [share(Decimal(part), Decimal(4)) for part in (-1, 0, 1, 4, 5)] == ["0", "0", "25.0", "100.0", "100.0"]
    assert share(None, Decimal(4)) == share(Decimal(1), None) == share(Decimal(1), Decimal(0)) == "0"


def test_sizes_descriptions_and_titles_are_written_for_people() -> None:
    assert [size(number) for number in (0, 999, 1000, 17_700_000)] == ["0 B", "999 B", "1.0 kB", "17.7 MB"]
    assert coded("`a<b` & c") == "<code>a&lt;b</code> &amp; c"
    assert titled("(no title)", "表") == titled(None, "表") == "表"


def test_short_rows_are_filled_up_and_amounts_are_told_from_codes_and_withheld_text() -> None:
    rows = printed_table.lay_out(
        {
            "grid": [["编码", "名称", "金额"], ["2013701", "行政运行", "166.59"], ["2013702", None], ["", "合计", "1"]],
            "header_rows": 1,
            "checks": [
                {"id": 1, "status": "passed", "row": 1, "column": 2},
                {"id": 2, "status": "failed", "row": 1, "column": 2},
                {"id": 3, "status": "rounding", "row": None, "column": None},
                {"id": 4, "status": "not_applicable", "row": 3, "column": 2},
            ],
        }
    )
    assert [[cell.text for cell in row.cells] for row in rows] == [
        ["编码", "名称", "金额"],
        ["2013701", "行政运行", "166.59"],
        ["2013702", None, ""],
        ["", "合计", "1"],
    ]
    assert [row.is_heading for row in rows] == [True, False, False, False]
    assert [[cell.is_amount for cell in row.cells] for row in rows[1:]] == [
        [False, False, True],
        [False, False, False],
        [False, False, True],
    ]
    assert rows[1].cells[0].is_figure
    assert printed_table.withholds(rows)
    assert not printed_table.withholds(rows[:2])
    worst = rows[1].cells[2].check
    assert worst is not None
    assert worst["id"] == 2


def test_statement_without_a_grid_has_no_rows_and_no_results() -> None:
    assert printed_table.lay_out({"grid": None, "header_rows": None}) == []
    assert printed_table.statuses({}) == {}
    assert printed_table.doubtful({}) == []


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("page 9", "第9页"),
        ("pages 18-20", "第18-20页"),
        ("lines 226-430", "第226-430行"),
        ("line 49", "第49行"),
        ("sheet 就业补助资金, rows 1-28", "工作表“就业补助资金”第1-28行"),
        ("page 3; pages 5-6", "第3页、第5-6页"),
        ("somewhere else", "somewhere else"),
    ],
)
def test_place_in_the_file_is_said_in_chinese(location: str, said: str) -> None:
    assert placed(location) == said
