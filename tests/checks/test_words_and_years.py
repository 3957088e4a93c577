"""Words of a template and years that do not belong: named where they stand, and nothing else accused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.checks.run import check
from app.records import CheckResult, Finding, ParsedDisclosure
from tests.checks import clean
from tests.checks.test_narrative import GRAND, said, told

YEAR = clean.YEAR


def results(rule: str, parsed: ParsedDisclosure) -> list[CheckResult]:
    return [one for one in check(parsed) if one.rule == rule and one.status != "not_applicable"]


def titled(*titles: str) -> ParsedDisclosure:
    """The clean budget with these titles over its first tables."""
    parsed = clean.example()
    renamed = [one.model_copy(update={"title": title}) for one, title in zip(parsed.statements, titles, strict=False)]
    return parsed.model_copy(update={"statements": [*renamed, *parsed.statements[len(titles) :]]})


def test_words_of_the_template_are_quoted_with_their_line_and_lead_to_the_finding() -> None:
    finding = Finding(code="template_residue", severity="info", message="left over", line=44, text="增加（减少）")
    other = Finding(code="unlisted_code", severity="info", message="another one")
    parsed = told(said("expenditure", "grand_total", f"{GRAND}")).model_copy(update={"findings": [other, finding]})
    (result,) = results("I28.template_residue", parsed)
    assert (result.status, result.severity, result.fiscal_year) == ("failed", "notice", YEAR)
    assert result.sentence_zh == "文字说明第44行残留模板用语“增加（减少）”。"
    (operand,) = result.operands
    assert (operand.source, operand.index, operand.line, operand.text) == ("findings", 1, 44, "增加（减少）")


def test_narrative_without_words_of_the_template_passes_and_a_document_without_narrative_is_not_judged() -> None:
    (result,) = results("I28.template_residue", told(said("expenditure", "grand_total", f"{GRAND}")))
    assert result.status == "passed"
    assert results("I28.template_residue", clean.example()) == []


def test_title_of_another_year_fails_beside_titles_of_the_year() -> None:
    parsed = titled(f"{YEAR}年部门收支总表", f"{YEAR - 1}年部门收入总表")
    first, second = results("I25.title", parsed)
    assert (first.status, second.status) == ("passed", "failed")
    assert second.sentence_zh == f"《{YEAR - 1}年部门收入总表》的标题年度不是文件的{YEAR}年。"
    assert (second.statement_key, second.statement_ordinal) == (parsed.statements[1].key, parsed.statements[1].ordinal)


@pytest.mark.parametrize("title", [f"{YEAR - 1}年与{YEAR}年部门收支总表", f"{YEAR} 年度收支总表"])
def test_title_that_names_the_year_among_others_passes(title: str) -> None:
    assert [one.status for one in results("I25.title", titled(title))] == ["passed"]


def test_titles_that_all_name_another_year_are_not_enough_to_judge() -> None:
    parsed = titled(f"{YEAR - 1}年部门收支总表", f"{YEAR - 1}年财政拨款收支总表")
    assert {one.status for one in results("I25.title", parsed)} == {"insufficient"}


@pytest.mark.parametrize(
    ("about", "status"),
    [
        ({}, "passed"),
        ({"fiscal_year": YEAR - 1}, "passed"),
        ({"fiscal_year": YEAR - 3}, "failed"),  # the very figure of this year's table
        ({"fiscal_year": YEAR, "measure": "change", "compared_year": YEAR - 2}, "insufficient"),
    ],
)
def test_years_of_stated_amounts(about: dict[str, Any], status: str) -> None:
    parsed = told(said("expenditure", "grand_total", f"{GRAND}", **about))
    assert [one.status for one in results("I25.narrative", parsed)] == [status]


def test_another_amount_of_an_earlier_year_is_not_enough_to_judge() -> None:
    parsed = told(said("expenditure", "grand_total", f"{GRAND + 3}", fiscal_year=YEAR - 3))
    (result,) = results("I25.narrative", parsed)
    assert result.status == "insufficient"
    assert "也可能确指该年度" in result.sentence_zh


@pytest.mark.parametrize(
    ("printed", "status"), [("2021年度项目支出绩效自评表", "failed"), ("2021年第3批，20分", "insufficient")]
)
def test_year_in_a_title_over_the_table_is_no_figure_that_was_left_out(printed: str, status: str) -> None:
    parsed = clean.example()
    index = next(n for n, row in enumerate(parsed.economic_lines) if row.level == "total")
    line = parsed.economic_lines[index]
    lines = [*parsed.economic_lines]
    lines[index] = line.model_copy(update={"total": Decimal(1)})
    finding = Finding(
        code="number_only_in_grid",
        severity="warning",
        message="only in the printed table",
        statement_key=line.statement_key,
        statement_ordinal=line.statement_ordinal,
        row=0,
        column=0,
        text=printed,
    )
    changed = parsed.model_copy(update={"economic_lines": lines, "findings": [finding]})
    found = {one.status for one in results("I4.economic_hierarchy", changed)}
    assert found & {"failed", "insufficient"} == {status}


@pytest.mark.parametrize(
    ("of_a_part", "off_by", "status"),
    [(True, "6", "failed"), (False, "6", "insufficient"), (False, "7", "failed")],
)
def test_figure_left_out_doubts_a_sum_only_where_its_row_lacks_one_and_it_is_what_the_sum_is_off_by(
    of_a_part: object,
    off_by: str,
    status: str,
) -> None:
    parsed = clean.example()
    lines = [*parsed.economic_lines]
    index = next(n for n, row in enumerate(lines) if row.level == "total")
    part = next(row for row in lines if row.level == "class")
    whole = lines[index].total
    assert whole is not None
    lines[index] = lines[index].model_copy(update={"total": whole + Decimal(off_by)})
    finding = Finding(
        code="number_only_in_grid",
        severity="warning",
        message="only in the printed table",
        statement_key=part.statement_key,
        statement_ordinal=part.statement_ordinal,
        row=part.row if of_a_part else 99,
        column=9,
        text="6.00",
    )
    changed = parsed.model_copy(update={"economic_lines": lines, "findings": [finding]})
    found = {
        one.status
        for one in results("I4.economic_hierarchy", changed)
        if (one.operands[0].index, one.operands[0].field) == (index, "total")
    }
    assert found == {status}
