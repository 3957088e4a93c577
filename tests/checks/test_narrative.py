"""Amounts and percentages of the narrative: against the tables, against their own parts, and never accused in doubt."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.checks.run import check
from app.records import CheckResult, ParsedDisclosure, StatedAmount
from app.values import Unit
from tests.checks import clean


def said(topic: str, item: str, amount: str, unit: Unit = Unit.WAN, **fields: Any) -> StatedAmount:
    """An amount that an invented narrative states, in line 7 where no other is given."""
    about: dict[str, Any] = {"line": 7, "phase": "budget", "measure": "amount", "fiscal_year": clean.YEAR, **fields}
    if about["measure"] == "change":
        about.setdefault("compared_year", clean.YEAR - 1)
        about.setdefault("direction", "increase")
    printed = f"{amount}{'元' if unit is Unit.YUAN else '万元'}"
    words = {"label": f"{topic}·{item}", "offset": 1, "text": printed}
    return StatedAmount(topic=topic, item=item, amount=Decimal(amount), unit=unit, **words, **about)  # type: ignore[arg-type]


def told(*amounts: StatedAmount) -> ParsedDisclosure:
    """The clean budget with these amounts in its narrative."""
    return clean.example().model_copy(update={"stated_amounts": list(amounts)})


def results(rule: str, *amounts: StatedAmount) -> list[CheckResult]:
    return [one for one in check(told(*amounts)) if one.rule == rule and one.operands]


def statuses(rule: str, *amounts: StatedAmount) -> list[str]:
    return [one.status for one in results(rule, *amounts)]


def total(parsed: ParsedDisclosure, side: str, role: str) -> Decimal:
    """A total of the balance of the clean budget."""
    found = [one.total for one in parsed.balance_lines if (one.side, one.role) == (side, role)]
    assert found[0] is not None
    return found[0]


TABLE = "I22.stated_and_table"
REVENUE = total(clean.example(), "revenue", "year_total")
GRAND = total(clean.example(), "revenue", "grand_total")


def test_amount_of_the_table_passes_and_another_one_is_named_with_both_places() -> None:
    assert statuses(TABLE, said("expenditure", "grand_total", f"{GRAND}")) == ["passed"]
    wrong = f"{GRAND + 20}"
    (result,) = results(TABLE, said("expenditure", "grand_total", wrong))
    assert result.status == "failed"
    assert result.sentence_zh == (
        f"文字说明第7行“expenditure·grand_total”{wrong}万元，"
        f"《表 revenue_and_expenditure》“收入总计”{GRAND}万元，相差20万元。"
    )
    assert result.sentence_en.startswith("The narrative, line 7: “expenditure·grand_total”")
    left, right = result.operands
    assert (left.source, left.line, left.offset, left.row, left.text) == ("stated_amounts", 7, 1, None, f"{wrong}万元")
    assert (right.source, right.field, right.statement_key) == ("balance_lines", "total", "revenue_and_expenditure")
    assert (result.statement_key, result.fiscal_year) == (None, clean.YEAR)


@pytest.mark.parametrize("amount", [REVENUE, GRAND])
def test_words_that_fit_two_figures_may_mean_either(amount: Decimal) -> None:
    assert REVENUE != GRAND
    assert statuses(TABLE, said("revenue", "total", f"{amount}")) == ["passed"]


def test_units_and_decimals_of_both_decide_what_rounding_explains() -> None:
    in_yuan = (GRAND * 10_000).to_integral_value()
    assert statuses(TABLE, said("expenditure", "grand_total", f"{in_yuan}", Unit.YUAN)) == ["passed"]
    assert statuses(TABLE, said("expenditure", "grand_total", f"{in_yuan + 49}", Unit.YUAN)) == ["rounding"]
    assert statuses(TABLE, said("expenditure", "grand_total", f"{in_yuan + 151}", Unit.YUAN)) == ["failed"]


def test_amount_that_is_cut_off_is_no_contradiction() -> None:
    cut = GRAND // 1
    assert Decimal("0.5") < GRAND - cut < 1, "the clean budget has another total: choose another digit"
    (result,) = results(TABLE, said("expenditure", "grand_total", f"{cut}"))
    assert result.status == "rounding"
    assert "截去了尾数" in result.sentence_zh


@pytest.mark.parametrize(
    "amount",
    [
        said("revenue", "carried_over", "750.00"),  # what pays for a project, not all of it
        said("performance", "project", "12.00"),
        said("expenditure", "grand_total", "12.00", fiscal_year=clean.YEAR - 1),
        said("expenditure", "grand_total", "12.00", phase="final"),
        said("procurement", "small_and_medium_firms", "12.00"),
    ],
)
def test_what_may_be_of_something_else_is_not_accused(amount: StatedAmount) -> None:
    assert set(statuses(TABLE, amount)) <= {"insufficient"}


PARTS, LIST = "I22.stated_parts", "I22.stated_revenue"


@pytest.mark.parametrize(("public", "status"), [("4.74", "passed"), ("4.75", "rounding"), ("7.44", "failed")])
def test_parts_add_up_to_the_stated_whole(public: str, status: str) -> None:
    amounts = (
        said("basic_expenditure", "total", "77.54"),
        said("basic_expenditure", "personnel", "72.80"),
        said("basic_expenditure", "public", public),
    )
    assert statuses(PARTS, *amounts) == [status]


def test_parts_of_another_sentence_or_year_make_no_sum() -> None:
    amounts = (
        said("basic_expenditure", "total", "77.54"),
        said("basic_expenditure", "personnel", "12.80", line=8),
        said("basic_expenditure", "public", "4.74", fiscal_year=clean.YEAR - 1),
    )
    assert statuses(PARTS, *amounts) == []


@pytest.mark.parametrize(("fund", "status"), [("12", "passed"), ("18", "failed"), ("6", "insufficient")])
def test_listed_revenue_is_never_more_than_all_and_may_be_less(fund: str, status: str) -> None:
    amounts = (
        said("revenue", "total", "107.54"),
        said("revenue", "general_public_budget", "95.54"),
        said("revenue", "government_fund", fund),
    )
    assert statuses(LIST, *amounts) == [status]


CHANGE = "I24.change_of_expenditure"


@pytest.mark.parametrize(
    ("basic", "direction", "status"),
    [("8.80", "decrease", "passed"), ("8.80", "increase", "failed"), ("8.90", "decrease", "failed")],
)
def test_change_of_the_whole_is_that_of_its_parts_with_their_direction(basic: str, direction: str, status: str) -> None:
    amounts = (
        said("expenditure", "grand_total", "21.20", measure="change"),
        said("expenditure", "basic", basic, measure="change", direction=direction),
        said("expenditure", "project", "30.00", measure="change"),
    )
    assert statuses(CHANGE, *amounts) == [status]


def test_sentence_of_changes_has_their_signs() -> None:
    amounts = (
        said("expenditure", "grand_total", "21.20", measure="change"),
        said("expenditure", "basic", "8.80", measure="change", direction="decrease"),
        said("expenditure", "project", "20.00", measure="change"),
    )
    (result,) = results(CHANGE, *amounts)
    assert "“expenditure·basic增减”-8.80万元" in result.sentence_zh
    assert result.difference == Decimal(10)


@pytest.mark.parametrize(
    ("percent", "status"), [("97.1", "passed"), ("97.0", "rounding"), ("97.2", "failed"), ("79.1", "failed")]
)
def test_share_is_rounded_or_cut_off(percent: str, status: str) -> None:
    amounts = (
        said("expenditure", "total", "3443.00"),
        said("expenditure", "basic", "3343.00", percent=Decimal(percent), percent_kind="share"),
    )
    assert statuses("I23.share", *amounts) == [status]


def test_share_of_an_unclear_whole_is_not_accused() -> None:
    apart = (
        said("expenditure", "total", "3443.00", line=6),
        said("expenditure", "basic", "3343.00", percent=Decimal(50), percent_kind="share"),
    )
    assert statuses("I23.share", *apart) == ["insufficient"]


@pytest.mark.parametrize(
    ("direction", "percent", "status"),
    [
        ("increase", "18.0", "passed"),
        ("increase", "17.9", "rounding"),
        ("increase", "19.7", "failed"),
        ("decrease", "13.2", "passed"),
    ],
)
def test_growth_is_against_what_was_there_before(direction: str, percent: str, status: str) -> None:
    amounts = (
        said("expenditure", "grand_total", "34.43"),
        said(
            "expenditure",
            "grand_total",
            "5.24",
            measure="change",
            direction=direction,
            percent=Decimal(percent),
            percent_kind="growth",
        ),
    )
    assert statuses("I23.growth", *amounts) == [status]


@pytest.mark.parametrize(("percent", "status"), [("111.3", "passed"), ("113.1", "failed")])
def test_completion_is_final_over_budget(percent: str, status: str) -> None:
    amounts = (
        said("general_public_budget", "total", "30.85", phase="initial_budget"),
        said(
            "general_public_budget",
            "total",
            "34.34",
            phase="final",
            percent=Decimal(percent),
            percent_kind="completion",
        ),
    )
    assert statuses("I23.completion", *amounts) == [status]


def test_agency_operating_expenses_stay_within_public_expenses() -> None:
    rule = "I20.stated_agency_operating"
    public = next(
        one.public for one in clean.example().economic_lines if one.level == "total" and one.public is not None
    )
    assert statuses(rule, said("agency_operating", "total", f"{public}")) == ["passed"]
    assert statuses(rule, said("agency_operating", "total", f"{public + 1}")) == ["failed"]


def test_amount_of_a_table_that_is_declared_empty_should_be_zero() -> None:
    parsed = told(said("government_fund", "expenditure", "18.00"), said("state_capital", "expenditure", "0"))
    keys = ("government_fund_expenditure", "state_capital_expenditure")
    statements = [
        one.model_copy(update={"status": "declared_empty"} if one.key in keys else {}) for one in parsed.statements
    ]
    found = check(parsed.model_copy(update={"statements": statements}))
    named = [one for one in found if one.rule == "I26.empty_table_and_narrative" and one.operands]
    assert Counter(one.status for one in named) == {"failed": 1, "passed": 1}


@settings(deadline=None)
@given(st.integers(1, 10**8), st.integers(0, 10**8), st.integers(0, 2), st.sampled_from(["rounded", "cut"]))
def test_true_shares_and_rates_of_growth_never_fail(before: int, change: int, decimals: int, how: str) -> None:
    """Amounts to the hundredth; the percentage of them as printed with some decimals."""
    step = Decimal(1).scaleb(-decimals)
    exact = Decimal(100) * change / before
    printed = exact // step * step if how == "cut" else exact.quantize(step)
    now = Decimal(before + change) / 100
    amounts = (
        said("expenditure", "grand_total", f"{now:.2f}"),
        said(
            "expenditure",
            "grand_total",
            f"{Decimal(change) / 100:.2f}",
            measure="change",
            percent=printed,
            percent_kind="growth",
        ),
    )
    assert "failed" not in statuses("I23.growth", *amounts)


def test_rate_of_growth_is_said_in_words_and_its_difference_in_percentage_points() -> None:
    growth: dict[str, Any] = {"measure": "change", "percent": Decimal("30.00"), "percent_kind": "growth"}
    amounts = (said("expenditure", "basic", "120.00"), said("expenditure", "basic", "20.00", **growth))
    (result,) = results("I23.growth", *amounts)
    assert "较此前增加20.00万元，即增加20%" in result.sentence_zh
    assert result.sentence_zh.endswith("30.00%，相差10个百分点。")
    assert result.sentence_en.endswith("a difference of 10 percentage points.")


def test_narrative_of_a_file_without_lines_is_quoted_without_a_line() -> None:
    parsed = told(said("expenditure", "grand_total", f"{GRAND + 20}"))
    pdf = parsed.model_copy(update={"disclosure": parsed.disclosure.model_copy(update={"format": "pdf"})})
    (result,) = (one for one in check(pdf) if one.rule == TABLE and one.operands)
    assert result.sentence_zh.startswith("文字说明“expenditure·grand_total”")
    assert result.sentence_en.startswith("The narrative: “expenditure·grand_total”")


def test_figure_far_from_every_reading_is_held_against_the_one_its_words_name() -> None:
    assert REVENUE != GRAND
    (result,) = results(TABLE, said("revenue", "grand_total", "0.30"))
    assert result.operands[1].amount == GRAND


SHARE = "I23.share"


def shares_of(*parts: tuple[str, str, str], whole: str = "100.00", line: int = 7) -> tuple[StatedAmount, ...]:
    """A whole in line 6, and in one sentence its parts: item, amount, printed share."""
    return (
        said("general_public_budget", "appropriation", whole, line=6),
        *(
            said("general_public_budget", item, amount, line=line, percent=Decimal(percent), percent_kind="share")
            for item, amount, percent in parts
        ),
    )


def test_share_is_of_the_earlier_amount_that_the_listed_parts_add_up_to() -> None:
    amounts = shares_of(("personnel", "60.00", "60.00"), ("public", "30.00", "31.50"), ("project", "10.00", "10.00"))
    assert statuses(SHARE, *amounts) == ["passed", "failed", "passed"]


def test_last_digit_that_makes_the_shares_100_is_not_accused() -> None:
    amounts = shares_of(("personnel", "58.94", "59.0"), ("public", "12.33", "12.3"), ("project", "28.73", "28.7"))
    assert statuses(SHARE, *amounts) == ["insufficient", "passed", "passed"]


@pytest.mark.parametrize(("topic", "item"), [("three_public", "receptions"), ("procurement", "goods")])
def test_share_is_not_taken_of_money_it_cannot_be_part_of(topic: str, item: str) -> None:
    share = said(topic, item, "0", percent=Decimal(0), percent_kind="share")
    assert statuses(SHARE, said("basic_expenditure", "total", "33.35", line=6), share) == []


def test_change_is_not_held_against_blank_cells() -> None:
    parsed = told(said("three_public", "receptions", "0", measure="change"))
    blank = [
        one.model_copy(update=dict.fromkeys(("total", *clean.FUNDS)) | {"fiscal_year": year})
        for one in parsed.three_public
        if one.item == "receptions"
        for year in (clean.YEAR - 1, clean.YEAR)
    ]
    parsed = parsed.model_copy(update={"three_public": blank})
    assert not [one for one in check(parsed) if one.rule == "I22.change_and_table" and one.operands]


def test_part_of_a_total_that_the_sentence_has_stated_is_not_accused_and_a_larger_amount_is() -> None:
    whole = said("revenue", "grand_total", f"{GRAND}")
    assert statuses(TABLE, whole, said("revenue", "grand_total", f"{GRAND - 9}")) == ["passed", "insufficient"]
    assert statuses(TABLE, whole, said("revenue", "grand_total", f"{GRAND + 9}")) == ["passed", "failed"]
    assert statuses(TABLE, whole, said("revenue", "grand_total", f"{GRAND - 9}", line=8)) == ["passed", "failed"]


def _blank(parsed: ParsedDisclosure, item: str, *, total_less: int = 0) -> ParsedDisclosure:
    """The table of the three public expenses with one item blank, what it had taken from the total or not."""
    had = next(one.total for one in parsed.three_public if one.item == item)
    assert had
    left = []
    for one in parsed.three_public:
        if one.item == item:
            left.append(one.model_copy(update=dict.fromkeys(("total", *clean.FUNDS))))
        elif one.item == "total":
            assert one.total is not None
            left.append(one.model_copy(update={"total": one.total - had * total_less}))
        else:
            left.append(one)
    return parsed.model_copy(update={"three_public": left})


@pytest.mark.parametrize(("total_less", "status"), [(1, "failed"), (0, "insufficient")])
def test_amount_of_a_blank_item_fails_only_where_the_total_leaves_no_room_for_it(total_less: int, status: str) -> None:
    parsed = _blank(told(said("three_public", "overseas_trips", "3.00")), "overseas_trips", total_less=total_less)
    assert [one.status for one in check(parsed) if one.rule == TABLE and one.operands] == [status]


def test_item_of_a_table_without_a_column_for_all_budgets_is_what_the_budgets_are_together() -> None:
    parsed = told(said("three_public", "overseas_trips", "3.00"))
    amount = next(one.general_public_budget for one in parsed.three_public if one.item == "overseas_trips")
    told_right = told(said("three_public", "overseas_trips", f"{amount}"))
    for one, status in ((parsed, "failed"), (told_right, "passed")):
        budgets = [row.model_copy(update={"total": None}) for row in one.three_public]
        found = check(one.model_copy(update={"three_public": budgets}))
        assert [result.status for result in found if result.rule == TABLE and result.operands] == [status]


def _shares(*percents: str, parts: tuple[str, ...] = ("50", "30", "20")) -> list[str]:
    """A whole of 100 and its parts, each with a share and in a sentence of its own: what is said of each."""
    named = zip(("basic", "project", "business"), parts, percents, strict=True)
    told_of = [
        said("expenditure", item, part, line=9 + n, percent=Decimal(percent), percent_kind="share")
        for n, (item, part, percent) in enumerate(named)
    ]
    return statuses(SHARE, said("expenditure", "total", "100", line=8), *told_of)


def test_share_in_a_sentence_of_its_own_is_judged_where_all_the_others_are_of_the_same_amount() -> None:
    assert _shares("50.0", "30.0", "20.0") == ["passed"] * 3
    assert _shares("50.0", "30.0", "27.3") == ["passed", "passed", "failed"]
    assert _shares("50.0", "37.3", "27.3") == ["passed", "insufficient", "insufficient"]
    assert _shares("50.0", "30.0", "40.0") == ["passed", "passed", "insufficient"]  # 20 is 40 % of the first part
    assert _shares("0", "0", "7.3", parts=("0", "0", "20")) == ["passed", "passed", "insufficient"]


def test_agency_expenses_are_held_against_the_row_below_the_three_public_expenses() -> None:
    parsed = told(said("agency_operating", "total", "12.00"))
    receptions = next(one for one in parsed.three_public if one.item == "receptions")
    for printed, status in (("12.00", "passed"), ("13.00", "failed")):
        row = receptions.model_copy(update={"item": "agency_operating", "total": Decimal(printed)})
        found = check(parsed.model_copy(update={"three_public": [*parsed.three_public, row]}))
        assert [one.status for one in found if one.rule == TABLE and one.operands] == [status]
