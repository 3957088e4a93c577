"""Promise: every money figure of the narrative is a stated amount with its meaning, or a finding with its place."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parse.grid import Text
from app.parse.layout import lay_out
from app.parse.narrative import NarrativeResult, read_narrative
from app.parse.read_text import read_text
from app.records import Kind, StatedAmount, Statement

DOCUMENTS = Path(__file__).parents[1] / "documents"
REAL = Path(__file__).parents[2] / ".." / "shared" / "disclosures"
# The real documents: the beginning of the file's name, fiscal year, kind.
REAL_ONES: list[tuple[str, int, Kind]] = [
    ("000", 2020, "budget"),
    ("001", 2025, "budget"),
    ("002", 2023, "budget"),
    ("003", 2020, "budget"),
    ("004", 2020, "final"),
]


def read(path: Path, fiscal_year: int, kind: Kind) -> NarrativeResult:
    texts = lay_out(read_text(path.read_bytes(), path.name)).texts
    return read_narrative(texts, fiscal_year=fiscal_year, kind=kind)


def said(*paragraphs: str, fiscal_year: int = 2024, kind: Kind = "budget") -> list[StatedAmount]:
    texts = [Text(text, line) for line, text in enumerate(paragraphs, start=1)]
    return read_narrative(texts, fiscal_year=fiscal_year, kind=kind).stated_amounts


def what(amount: StatedAmount) -> tuple[str, str, str]:
    return amount.topic, amount.item, amount.text


@pytest.fixture(scope="module")
def budget() -> NarrativeResult:
    return read(DOCUMENTS / "narrative_budget.txt", 2020, "budget")


@pytest.fixture(scope="module")
def final() -> NarrativeResult:
    return read(DOCUMENTS / "narrative_final.txt", 2021, "final")


def on_line(result: NarrativeResult, line: int) -> list[StatedAmount]:
    return [amount for amount in result.stated_amounts if amount.line == line]


def money_outside_of_tables(raw: str) -> Counter[str]:
    """The figures, counted without the parser: lines with a tab are table cells, everything else is narrative."""
    narrative = "\n".join(line for line in raw.splitlines() if "\t" not in line)
    found = re.findall(r"[0-9０-９][0-9０-９,，.．]*\s*(?:亿|万)?\s*元", narrative)
    return Counter("".join(figure.split()) for figure in found)


def covered(result: NarrativeResult) -> Counter[str]:
    findings = (finding.text or "" for finding in result.findings if finding.code.startswith("amount_"))
    return Counter([*(amount.text for amount in result.stated_amounts), *findings])


@pytest.mark.parametrize(
    ("name", "fiscal_year", "kind"), [("narrative_budget.txt", 2020, "budget"), ("narrative_final.txt", 2021, "final")]
)
def test_every_money_figure_of_an_invented_document_is_covered(name: str, fiscal_year: int, kind: Kind) -> None:
    path = DOCUMENTS / name
    expected = money_outside_of_tables(path.read_text(encoding="utf-8"))
    assert sum(expected.values()) > 30
    assert covered(read(path, fiscal_year, kind)) == expected


@pytest.mark.parametrize(("prefix", "fiscal_year", "kind"), REAL_ONES)
def test_every_money_figure_of_a_real_document_is_covered(prefix: str, fiscal_year: int, kind: Kind) -> None:
    path = next(REAL.glob(f"{prefix}_*.txt"), None) if REAL.is_dir() else None
    if path is None:
        pytest.skip("the real documents are not beside the repository")
    result = read(path, fiscal_year, kind)
    assert covered(result) == money_outside_of_tables(path.read_text(encoding="utf-8"))
    assert not [finding for finding in result.findings if finding.code == "amount_not_understood"]


def test_totals_and_their_parts_are_named(budget: NarrativeResult) -> None:
    assert [what(amount) for line in (9, 11, 12, 13, 14) for amount in on_line(budget, line)] == [
        ("revenue", "total", "1,072.63万元"),
        ("revenue", "general_public_budget", "1,000.63万元"),
        ("revenue", "government_fund", "72万元"),
        ("revenue", "other", "0万元"),
        ("expenditure", "total", "1072.63万元"),
        ("expenditure", "personnel", "549.33万元"),
        ("expenditure", "public", "8.3万元"),
        ("expenditure", "project", "515万元"),
    ]
    assert on_line(budget, 9)[0].amount == Decimal("1072.63")


def test_changes_have_a_direction_and_the_year_they_are_compared_with(budget: NarrativeResult) -> None:
    total, *changes = on_line(budget, 16)
    assert (total.measure, total.compared_year) == ("amount", None)
    assert [(each.item, each.direction, each.amount) for each in changes] == [
        ("grand_total", "decrease", Decimal("21.20")),
        ("basic", "decrease", Decimal("51.20")),
        ("project", "increase", Decimal("30.00")),
    ]
    assert {(each.measure, each.fiscal_year, each.compared_year) for each in changes} == {("change", 2020, 2019)}


def test_parts_in_brackets_after_a_change_are_changes_too(budget: NarrativeResult) -> None:
    found = [(each.item, each.measure, each.text) for each in on_line(budget, 20)]
    assert found == [
        ("total", "amount", "2.66万元"),
        ("overseas_trips", "amount", "0万元"),
        ("vehicles", "amount", "2.5万元"),
        ("vehicle_purchase", "amount", "0万元"),
        ("vehicle_operation", "amount", "2.5万元"),
        ("receptions", "amount", "0.16万元"),
        ("total", "change", "2.66万元"),
        ("vehicles", "change", "2.5万元"),
        ("vehicle_purchase", "change", "0万元"),
        ("vehicle_operation", "change", "2.5万元"),
        ("receptions", "amount", "0.16万元"),
        ("receptions", "change", "0.16万元"),
    ]


def test_agency_operating_expenses_by_item_are_a_statement_with_economic_codes(budget: NarrativeResult) -> None:
    (statement,) = budget.statements
    assert isinstance(statement, Statement)
    assert (statement.key, statement.location, statement.unit) == ("agency_operating", "line 18", "wan")
    assert statement.grid[:2] == [["机关运行经费", "8.3"], ["办公费", "0.3"]]
    codes = [(line.code, line.level, line.total) for line in budget.economic_lines]
    assert codes == [
        (None, "total", Decimal("8.3")),
        ("30201", "division", Decimal("0.3")),
        ("30207", "division", Decimal("2.4")),
        ("30231", "division", Decimal("2.5")),
        ("30217", "division", Decimal("0.16")),
        ("30239", "division", Decimal("2.44")),
        (None, "division", Decimal("0.5")),
    ]
    assert [finding.text for finding in budget.findings if finding.code == "unlisted_name"] == ["档案保护费"]


def test_year_is_the_one_that_the_figure_measures(budget: NarrativeResult) -> None:
    counted, planned = on_line(budget, 24)
    assert (counted.fiscal_year, counted.item, counted.phase) == (2019, "total", "final")
    assert (planned.fiscal_year, planned.item, planned.phase) == (2020, "planned_purchase", "budget")
    assert planned.unit == "yuan"


def test_threshold_and_template_words_are_findings_and_no_amounts(budget: NarrativeResult) -> None:
    found = [(finding.line, finding.text) for finding in budget.findings if finding.code == "amount_not_stated"]
    assert found == [(9, "0万元"), (24, "20万元")]


def test_number_and_unit_on_two_lines_are_one_figure(final: NarrativeResult) -> None:
    (initial, actual) = on_line(final, 21)
    assert (initial.phase, actual.phase, actual.text) == ("initial_budget", "final", "34.34万元")
    assert (actual.percent, actual.percent_kind) == (Decimal("111.3"), "completion")
    assert ("procurement", "goods", "2万元") in [what(amount) for amount in on_line(final, 47)]


def test_path_of_subjects_gives_the_code_of_the_figures_under_it(final: NarrativeResult) -> None:
    assert [(each.functional_code, each.phase, each.amount) for line in (27, 29) for each in on_line(final, line)] == [
        ("2013701", "initial_budget", Decimal("30.85")),
        ("2013701", "final", Decimal("33.34")),
        ("2050803", "initial_budget", Decimal(0)),
        ("2050803", "final", Decimal(1)),
    ]


def test_percentages_attach_to_their_amounts_with_their_kind(final: NarrativeResult) -> None:
    assert [(each.percent, each.percent_kind, each.direction) for each in on_line(final, 17)] == [
        (Decimal("99.7"), "share", None),
        (Decimal(13), "growth", "decrease"),
    ]
    assert [each.percent for each in on_line(final, 11)] == [None, Decimal("99.7"), Decimal(0), Decimal("0.3")]


def test_budget_and_final_of_the_three_public_expenses_are_told_apart(final: NarrativeResult) -> None:
    assert [(each.item, each.phase, each.amount) for line in (33, 35) for each in on_line(final, line)] == [
        ("total", "budget", Decimal(3)),
        ("total", "final", Decimal("2.5")),
        ("receptions", "budget", Decimal(3)),
        ("receptions", "final", Decimal("2.5")),
    ]


def test_fund_with_balances_is_read_in_full(final: NarrativeResult) -> None:
    assert [(each.topic, each.item) for each in on_line(final, 39)] == [
        ("government_fund", item)
        for item in ("revenue", "opening_balance", "expenditure", "basic", "project", "closing_balance")
    ]


def test_figure_that_nothing_names_is_a_finding_with_its_line(final: NarrativeResult) -> None:
    (finding,) = [finding for finding in final.findings if finding.code == "amount_not_understood"]
    assert (finding.line, finding.text, finding.severity) == (55, "12万元", "warning")


def test_no_sentence_is_kept(budget: NarrativeResult, final: NarrativeResult) -> None:
    for amount in [*budget.stated_amounts, *final.stated_amounts]:
        assert len(amount.label) <= 20
        assert not re.search(r"[。；，]", amount.label)


def test_place_leads_back_to_the_figure() -> None:
    (first, second) = said("第一部分\n收入", "2024年预算收入10万元，其中：一般公共预算收入９万元。")
    source = "2024年预算收入10万元，其中：一般公共预算收入９万元。"
    assert [source[amount.offset - 1 :][:1] for amount in (first, second)] == ["1", "９"]
    assert (first.line, second.amount) == (2, Decimal(9))


def test_figures_of_glossary_and_duties_that_name_nothing_are_not_guessed() -> None:
    assert said("二、支出说明", "2024年支出预算5万元。", "十、名词解释", "小额补贴指每户低于3万元的补贴。") == said(
        "二、支出说明", "2024年支出预算5万元。"
    )


def test_name_that_is_not_known_is_never_taken_for_what_was_named_before_it() -> None:
    texts = [Text("二、支出说明", 1), Text("2024年项目支出30万元，其中：档案展览5万元，人员补贴支出3万元。", 2)]
    result = read_narrative(texts, fiscal_year=2024, kind="budget")
    assert [what(amount) for amount in result.stated_amounts] == [("expenditure", "project", "30万元")]
    assert [finding.text for finding in result.findings] == ["5万元", "3万元"]


def test_change_without_a_name_is_of_the_nearest_amount_of_its_clause() -> None:
    found = said("二、收入说明", "2024年收入预算9万元，其中：财政拨款收入8万元，比2023年预算增加3万元；事业收入1万元。")
    assert [(each.item, each.measure) for each in found] == [
        ("total", "amount"),
        ("fiscal_appropriation", "amount"),
        ("fiscal_appropriation", "change"),
        ("institutional", "amount"),
    ]


def test_change_after_two_different_amounts_is_not_guessed() -> None:
    texts = [Text("二、支出说明", 1), Text("基本支出5万元，项目支出4万元，比上年增加3万元。", 2)]
    result = read_narrative(texts, fiscal_year=2024, kind="budget")
    assert [finding.text for finding in result.findings] == ["3万元"]


def test_bracket_within_a_name_does_not_end_the_parts_of_a_change() -> None:
    found = said(
        "四、三公经费",
        "三公经费比上年减少5万元（其中：因公出国（境）费2万元，公务接待费3万元），因公出国（境）费1万元。",
    )
    assert [(each.item, each.measure) for each in found] == [
        ("total", "change"),
        ("overseas_trips", "change"),
        ("receptions", "change"),
        ("overseas_trips", "amount"),
    ]


def test_term_of_the_glossary_and_line_of_the_contents_open_no_section() -> None:
    found = said("（八）机关运行经费：指公用经费。", "9.三公经费预算表", "2024年，某某局收入预算9万元。")
    assert [what(each) for each in found] == [("revenue", "total", "9万元")]


def test_code_printed_with_the_name_is_taken_as_printed() -> None:
    found = said(
        "三、一般公共预算支出情况",
        "（1）培训支出（2050803）39万元，较上年增加1.64万元。",
        "2080501-行政单位离退休178.51万元。",
        "工资福利支出（301）2036.82万元。",
    )
    assert [(each.functional_code, each.economic_code, each.measure) for each in found] == [
        ("2050803", None, "amount"),
        ("2050803", None, "change"),
        ("2080501", None, "amount"),
        (None, "301", "amount"),
    ]


def test_division_without_its_class_belongs_to_the_class_of_the_heading() -> None:
    found = said("（一）一般公共服务支出（类）", "1.网信事务（款）行政运行（项）支", "出12万元，与上年相比减少3万元。")
    assert [(each.functional_code, each.direction) for each in found] == [("2013701", None), ("2013701", "decrease")]


def test_class_named_without_its_mark_is_recognised() -> None:
    found = said("二、支出说明", "按功能分类，包括一般公共服务支出8万元、公共安全支出9万元。")
    assert [each.functional_code for each in found] == ["201", "204"]


def test_heading_in_the_same_line_sets_the_topic() -> None:
    found = said("（一）机关运行经费。2024年一般公共预算财政拨款运行经费9万元，比2023年增加1万元。")
    assert [what(each) for each in found] == [
        ("agency_operating", "total", "9万元"),
        ("agency_operating", "total", "1万元"),
    ]


def test_rate_range_and_approximation_are_findings() -> None:
    texts = [Text("平均每辆2.71万元，人均标准90元/月，约需10余万元，拟投入5-6万元。", 1)]
    result = read_narrative(texts, fiscal_year=2024, kind="budget")
    assert result.stated_amounts == []
    assert {finding.code for finding in result.findings} == {"amount_not_stated"}
    assert len(result.findings) == 4


def test_page_number_between_two_wrapped_lines_is_not_part_of_a_figure() -> None:
    (amount,) = said("二、收入说明", "2024年预算收入", "19", "34.5万元。")
    assert amount.amount == Decimal("34.5")


def test_change_against_the_budget_of_the_same_year_is_compared_with_that_year() -> None:
    found = said("二、收入决算情况", "本年收入合计9万元，比年初预算数增加2万元。", kind="final")
    assert [(each.measure, each.compared_year) for each in found] == [("amount", None), ("change", 2024)]


@given(
    number=st.decimals(min_value=0, max_value=10**7, places=2, allow_nan=False, allow_infinity=False),
    grouped=st.booleans(),
    gap=st.sampled_from(["", " ", "\u3000"]),
    wrapped=st.booleans(),
)
def test_any_way_to_print_the_total_gives_the_same_amount(
    number: Decimal, gap: str, *, grouped: bool, wrapped: bool
) -> None:
    printed = f"{number:,}" if grouped else f"{number}"
    text = f"2024年预算收入{printed}{gap}万元。"
    (amount,) = said(*(text.split("万", 1)[0], "万元。") if wrapped else (text,))
    assert (amount.amount, amount.topic, amount.item, amount.unit) == (number, "revenue", "total", "wan")


def test_figure_of_a_year_that_no_record_allows_is_a_finding_and_costs_no_other_figure() -> None:
    texts = [
        Text("2023年预算收入100.00万元，其中：一般公共预算收入90.00万元。", line=1),
        Text("1985年机关运行经费安排3.00万元。", line=2),
        Text("2023年“三公”经费预算安排2.00万元。", line=3),
    ]
    result = read_narrative(texts, fiscal_year=2023, kind="budget")
    assert [str(stated.amount) for stated in result.stated_amounts] == ["100.00", "90.00", "2.00"]
    assert [(finding.line, finding.text) for finding in result.findings] == [(2, "3.00万元")]


def test_expenditure_of_a_fund_after_its_revenue_is_no_second_revenue() -> None:
    amounts = said(
        "七、政府性基金预算财政拨款收入支出决算情况说明",
        "年初结转和结余2万元,收入决算5万元,支出决算7万元,年末结转和结余0万元。",
        kind="final",
    )
    assert [(amount.topic, amount.item, amount.text) for amount in amounts] == [
        ("government_fund", "opening_balance", "2万元"),
        ("government_fund", "revenue", "5万元"),
        ("government_fund", "expenditure", "7万元"),
        ("government_fund", "closing_balance", "0万元"),
    ]
