"""Promise: bytes in, records and findings out; what is no disclosure is refused with a message that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import DocumentError
from app.parse import document
from app.parse.document import parse_document, parse_file
from app.parse.report import text_report
from app.parse.statements import FORMS

DOCUMENTS = Path(__file__).parents[1] / "documents"
HEBEI = (DOCUMENTS / "hebei_budget_2024.txt").read_bytes()
HUNAN = (DOCUMENTS / "hunan_final_2021.txt").read_bytes()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \r\n\t\n", "the file is empty"),
        (b"%PDF-1.4 ...", "the PDF is damaged or cut off"),
        (b"\x00" + HEBEI, "binary file"),
        ("石头记\n\n此开卷第一回也。\n".encode(), "none of its 0 tables is a known statement"),
        (
            "某某项目竞争性磋商公告\n\t项目名称\n\t预算金额\n\n\t空调采购\n\t12万元\n".encode(),
            "not the disclosure of a department",
        ),
        ("滦南县2024年政府一般公共预算\n一般公共预算支出表\n".encode(), "not the disclosure of a department"),
    ],
)
def test_file_that_is_no_disclosure_is_refused_by_name(data: bytes, says: str) -> None:
    with pytest.raises(DocumentError, match=r"^bad\.txt: ") as caught:
        parse_document(data, source_file="bad.txt")
    assert says in str(caught.value)


def test_file_over_the_limit_is_refused_with_its_size(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(document, "LARGEST_DOCUMENT", 10)
    path = tmp_path / "large.txt"
    path.write_bytes(b"x" * 11)
    for call in (lambda: parse_document(path.read_bytes(), source_file="large.txt"), lambda: parse_file(path)):
        with pytest.raises(DocumentError, match=r"large\.txt: 11 bytes"):
            call()


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="No such file"):
        parse_file(tmp_path / "none.txt")


def test_same_bytes_give_the_same_records() -> None:
    first, second = (parse_document(HEBEI, source_file="h.txt") for _ in range(2))
    assert first.model_dump_json() == second.model_dump_json()
    assert parse_document(HEBEI.decode().encode("gb18030"), source_file="h.txt").expenditures == first.expenditures


def test_table_that_no_form_claims_is_kept_as_printed_with_a_finding_for_each_number() -> None:
    text = "滦南县海风观测局2024年部门预算\n海风观测站分布情况表\n\t站名\n\t人数\n\n\t一号站\n\t12\n"
    parsed = parse_document(text.encode(), source_file="u.txt")
    (statement,) = [statement for statement in parsed.statements if statement.status != "missing"]
    assert (statement.key, statement.title, statement.grid[1]) == (
        "unrecognised",
        "海风观测站分布情况表",
        ["一号站", "12"],
    )
    assert [(finding.code, finding.row, finding.column, finding.line) for finding in parsed.findings] == [
        ("unrecognised_table", None, None, 3),
        ("number_only_in_grid", 1, 1, 6),
    ]


def test_second_table_of_a_kind_is_its_second_statement() -> None:
    table = "支出总表\n单位：万元\n科目编码\t科目名称\t合计\n2010301\t行政运行\t{}\n"
    text = "滦南县海风观测局2024年部门预算\n" + table.format(1) + table.format(2)
    parsed = parse_document(text.encode(), source_file="t.txt")
    assert [(line.statement_ordinal, line.total) for line in parsed.expenditures] == [(1, 1), (2, 2)]


def test_contents_list_names_no_statements() -> None:
    parsed = parse_document(HUNAN, source_file="h.txt")
    assert [statement.ordinal for statement in parsed.statements] == [1] * 9


def test_units_that_the_tables_print_are_told() -> None:
    assert [unit.value for unit in parse_document(HUNAN, source_file="h.txt").disclosure.units] == ["wan"]


def test_report_names_every_statement_its_counts_and_every_kind_of_finding() -> None:
    parsed = parse_document(HUNAN, source_file="h.txt")
    report = text_report(parsed)
    assert "division    430611 湖南省岳阳市君山区" in report
    assert "revenue 1: 10 records, 24 figures" in report
    assert "公开01表 · 万元 · lines" in report
    assert "error unparsable_amount: 1" in report
    assert "line 173, general_public_budget_expenditure 1, row 10, column 5" in report
    assert all(statement.key in report for statement in parsed.statements)
    assert report.endswith("\n")


def test_each_printed_figure_of_a_record_is_the_text_of_its_cell() -> None:
    for data in (HEBEI, HUNAN):
        parsed = parse_document(data, source_file="h.txt")
        grids = {(statement.key, statement.ordinal): statement.grid for statement in parsed.statements}
        for line in (*parsed.balance_lines, *parsed.revenues, *parsed.expenditures, *parsed.economic_lines):
            for row, column in line.cells.values():
                assert grids[line.statement_key, line.statement_ordinal][row][column]


def test_forms_have_names_of_their_own_and_one_of_a_key_says_whether_the_statement_is_expected() -> None:
    assert len({form.name for form in FORMS}) == len(FORMS)
    expected = [form.key for form in FORMS if form.expected_in]
    assert len(set(expected)) == len(expected)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(data=st.data())
def test_damaged_disclosure_is_parsed_or_refused_but_never_breaks(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from([HEBEI, HUNAN])).decode().split("\n")
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["drop", "blank", "indent", "repeat", "tab", "junk", "cut"]))
        if change == "drop":
            lines[place : place + 1] = [] if len(lines) > 1 else [""]
        elif change == "blank":
            lines.insert(place, "")
        elif change == "indent":
            lines[place] = "\t" + lines[place]
        elif change == "repeat":
            lines.insert(place, lines[data.draw(st.integers(0, len(lines) - 1))])
        elif change == "tab":
            lines[place] = lines[place].replace("\t", "", 1)
        elif change == "junk":
            lines[place] += data.draw(st.sampled_from(["1.2.3", "（", "合计", "单位：元", "\t—"]))
        else:
            lines = lines[: place + 1]
    try:
        parsed = parse_document("\n".join(lines).encode(), source_file="damaged.txt")
    except DocumentError as error:
        assert str(error).startswith(("damaged.txt: ", "ambiguous_region: "))  # noqa: PT017 - either outcome is right
    else:
        assert text_report(parsed)


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ("\t420.00\n", "\t" + "4" * 30 + "\n", "unparsable_amount"),
        ("\t420.00\n", "\t0." + "0" * 30 + "1\n", "unparsable_amount"),
        ("\t气象事务\n", "\t" + "气象" * 400 + "\n", "row_not_understood"),
        ("\t二、外交支出\n", "\t二、" + "外交" * 400 + "\n", "row_not_understood"),
    ],
)
def test_cell_that_no_record_can_hold_is_named_and_the_rest_is_read(was: str, becomes: str, code: str) -> None:
    parsed = parse_document(HEBEI.decode().replace(was, becomes).encode(), source_file="h.txt")
    assert code in {finding.code for finding in parsed.findings}
    assert len(parsed.expenditures) >= 29
    assert len(parsed.balance_lines) >= 83


def test_year_before_1990_is_no_fiscal_year() -> None:
    with pytest.raises(DocumentError, match="no fiscal year"):
        parse_document("滦南县海风观测局1985年部门预算\n".encode(), source_file="t.txt")


def test_statement_of_a_subordinate_unit_is_not_counted_as_the_departments() -> None:
    head = "部门预算支出总表\n\t{}\n\t预算年度：2024\n\t单位：万元\n\n\t科目编码\n\t科目名称\n\t合计\n\n"
    table = head + "\t2010301\n\t行政运行\n\t{}\n\n"
    text = (
        "滦南县海风观测局2024年部门预算\n"
        + table.format("311滦南县海风观测局", "5")
        + table.format("311001滦南县海风观测站", "3")
    )
    parsed = parse_document(text.encode(), source_file="t.txt")
    assert [line.total for line in parsed.expenditures] == [5]
    assert [statement.grid[-1] for statement in parsed.statements if statement.status != "missing"] == [
        ["2010301", "行政运行", "5"],
        ["2010301", "行政运行", "3"],
    ]
    (finding,) = [finding for finding in parsed.findings if finding.code == "other_body"]
    assert "311001" in finding.message
