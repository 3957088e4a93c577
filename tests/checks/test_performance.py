"""Plans, funds, weights, scores and grades of performance tables: clean tables pass, each kind of error is named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.records import ParsedDisclosure
from tests.checks.evaluation import indicator, parsed, results

FUNDS: dict[str, dict[str, str | None]] = {
    "total": {
        "initial_budget": "30.00",
        "adjusted_budget": "33.50",
        "executed": "31.07",
        "execution_rate": "92.75",
        "weight": "10",
        "score": "9.27",
    },
    "fiscal_appropriation": {"initial_budget": "30.00", "adjusted_budget": "30.00", "executed": "27.57"},
    "carried_over": {"initial_budget": None, "adjusted_budget": None, "executed": None},
    "other_funds": {"initial_budget": "0", "adjusted_budget": "3.50", "executed": "3.50"},
    "overall": {"weight": "100", "score": "97.27", "grade": "优"},
}
WEIGHTS = (("产出指标", 50, 30, 30), ("产出指标", 50, 20, 20), ("效益指标", 30, 30, 28), ("满意度指标", 10, 10, 10))


def table(
    funds: dict[str, dict[str, str | None]] | None = None, weights: tuple[tuple[str, int, int, int], ...] = WEIGHTS
) -> ParsedDisclosure:
    indicators = tuple(
        indicator(
            level1,
            "数量指标",
            f"指标{position}",
            "完成",
            level1_weight=Decimal(whole),
            weight=Decimal(weight),
            score=Decimal(score),
        )
        for position, (level1, whole, weight, score) in enumerate(weights)
    )
    return parsed(indicators=indicators, funds={**FUNDS, **(funds or {})})


def with_(item: str, **fields: str | None) -> dict[str, dict[str, str | None]]:
    return {item: {**FUNDS[item], **fields}}


def statuses(document: ParsedDisclosure, rule: str) -> set[str]:
    return {one.status for one in results(document, rule)}


RULES = (
    "I12.funds_of_an_evaluation",
    "I12.execution_rate",
    "I12.score_within_weight",
    "I12.sum_of_weights",
    "I12.sum_of_scores",
    "I12.first_level_weight",
    "I12.grade_fits_score",
)


@pytest.mark.parametrize("rule", RULES)
def test_clean_table_passes_or_is_off_by_rounding(rule: str) -> None:
    found = statuses(table(), rule)
    assert found
    assert found <= {"passed", "rounding"}


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("I12.funds_of_an_evaluation", table(with_("other_funds", executed="4.50"))),
        ("I12.execution_rate", table(with_("total", execution_rate="95.27"))),
        ("I12.execution_rate", table(with_("total", execution_rate="92.65"))),
        ("I12.score_within_weight", table(with_("total", score="10.27"))),
        ("I12.score_within_weight", table(weights=(*WEIGHTS[:3], ("满意度指标", 10, 10, 11)))),
        ("I12.sum_of_weights", table(weights=(*WEIGHTS[:3], ("满意度指标", 10, 6, 6)))),
        ("I12.sum_of_scores", table(with_("overall", score="99.27"))),
        ("I12.first_level_weight", table(weights=(("产出指标", 50, 26, 26), *WEIGHTS[1:]))),
        ("I12.grade_fits_score", table(with_("overall", grade="良"))),
    ],
)
def test_each_kind_of_error_fails(rule: str, wrong: ParsedDisclosure) -> None:
    assert "failed" in statuses(wrong, rule)


@pytest.mark.parametrize(("rate", "status"), [("92.75", "passed"), ("92.74", "rounding"), ("92.76", "failed")])
def test_rate_may_be_rounded_or_cut_off(rate: str, status: str) -> None:
    """31.07 of 33.50 is 92.746 per cent, give or take 0.03 for what the two figures were rounded by."""
    cents = {"adjusted_budget": "3350000.00", "executed": "3107000.00", "execution_rate": rate}
    (result,) = results(table(with_("total", **cents)), "I12.execution_rate")
    assert result.status == status
    assert ("截去了尾数" in result.sentence_zh) == (rate == "92.74")
    assert ("cut off" in result.sentence_en) == (rate == "92.74")


def test_sentence_quotes_the_quotient_and_the_printed_rate() -> None:
    (result,) = results(table(with_("total", execution_rate="95.27")), "I12.execution_rate")
    assert result.sentence_zh == (
        "《虚构项目绩效表》“年度资金总额·全年执行数”31.07万元 ÷ “年度资金总额·全年预算数”33.50万元 = 92.75%，"
        "“年度资金总额·执行率”95.27%，相差2.52个百分点。"
    )
    assert result.unit is None
    assert result.difference == Decimal("-2.5237")
    assert [(one.field, one.amount) for one in result.operands] == [
        ("executed", Decimal("31.07")),
        ("adjusted_budget", Decimal("33.50")),
        ("execution_rate", Decimal("95.27")),
    ]


@pytest.mark.parametrize(
    ("rule", "unclear"),
    [
        ("I12.execution_rate", table(with_("total", execution_rate="0.93"))),
        ("I12.execution_rate", table(with_("total", execution_rate="92.70"))),
        ("I12.sum_of_weights", table(with_("total", weight=None))),
        ("I12.grade_fits_score", table(with_("overall", grade="合格"))),
        ("I12.funds_of_an_evaluation", table(with_("other_funds", executed=None))),
    ],
)
def test_what_can_be_meant_otherwise_is_not_accused(rule: str, unclear: ParsedDisclosure) -> None:
    found = statuses(unclear, rule)
    assert "insufficient" in found
    assert "failed" not in found


@pytest.mark.parametrize(
    ("score", "grade"), [("90", "优"), ("89.99", "良"), ("80", "良"), ("79.9", "中"), ("60", "中"), ("59.99", "差")]
)
def test_grade_fits_at_the_borders(score: str, grade: str) -> None:
    assert statuses(table(with_("overall", score=score, grade=grade)), "I12.grade_fits_score") == {"passed"}


def plan(*percent: str | None) -> ParsedDisclosure:
    names = ("plan_march", "plan_june", "plan_october", "plan_december")
    return parsed(projects=(dict(zip(names, percent, strict=True)),), key="performance_targets")


@pytest.mark.parametrize(
    ("percent", "of_plan", "of_end"),
    [
        (("25", "50", "75", "100"), {"passed"}, {"passed"}),
        ((None, None, None, "100.00"), set(), {"passed"}),
        (("25", "80", "75", "100"), {"passed", "failed"}, {"passed"}),
        (("25", "50", "75", "95"), {"passed"}, {"failed"}),
        (("40", "30", "20", "10"), {"insufficient"}, {"insufficient"}),
    ],
)
def test_payment_plan(percent: tuple[str | None, ...], of_plan: set[str], of_end: set[str]) -> None:
    assert statuses(plan(*percent), "I12.payment_plan") == of_plan
    assert statuses(plan(*percent), "I12.payment_plan_end") == of_end


def test_plan_that_ends_early_is_quoted_with_what_it_should_be() -> None:
    (result,) = results(plan("25", "50", "75", "95"), "I12.payment_plan_end")
    assert result.sentence_zh == "《虚构项目绩效表》“虚构项目1·12月底”95%，不为100%，应为“12月底 = 100%”。"
    assert result.difference == Decimal(-5)


@pytest.mark.parametrize(
    ("heading", "weights", "status"),
    [
        ("分值（90）", (60, 30), "passed"),
        ("分值（90）", (60, 40), "failed"),
        ("执行率\n分值\n（10）", (60, 30), "passed"),
        ("执行率\n分值\n（10）", (60, 40), "failed"),
        ("分值", (60, 40), "passed"),
        ("分值", (60, 30), "passed"),  # a form may give ten points to the execution of the budget elsewhere
        ("分值", (60, 31), "failed"),
    ],
)
def test_weights_of_a_target_table_are_what_a_heading_says_they_are(
    heading: str, weights: tuple[int, int], status: str
) -> None:
    indicators = tuple(
        indicator("产出指标", "数量指标", f"指标{position}", "完成", weight=Decimal(weight))
        for position, weight in enumerate(weights)
    )
    document = parsed(indicators=indicators, key="performance_targets")
    document.statements[0].grid[0][6] = heading
    assert statuses(document, "I12.sum_of_weights") == {status}


@example(2_359_999, 10**9, 3, "cut")  # 0.2359999: rounded before it is compared it would be cut off by a whole step
@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(0, 3), st.sampled_from(["rounded", "cut"]))
def test_a_true_rate_never_fails_rounded_or_cut_off(executed: int, budget: int, decimals: int, how: str) -> None:
    exact = Decimal(100) * executed / budget
    step = Decimal(1).scaleb(-decimals)
    rate = (exact // step * step) if how == "cut" else exact.quantize(step)
    fields: dict[str, Any] = {"adjusted_budget": f"{budget}", "executed": f"{executed}", "execution_rate": f"{rate:f}"}
    document = parsed(funds={"total": fields})
    assert not statuses(document, "I12.execution_rate") & {"failed"}
