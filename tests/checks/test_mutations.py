"""A document in which every identity holds fails nothing; one changed figure makes a rule name its cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.checks.document import LISTS
from app.checks.run import check
from app.records import CheckResult, ParsedDisclosure
from tests.checks import clean

_ITEMS = st.sampled_from(["2013701", "2013702", "2013101", "2080505", "2080506", "2101101", "2210201"])
_FUND_ITEMS = st.sampled_from(["2120801", "2120803", "2296002"])
_YUAN = st.integers(min_value=10_000, max_value=90_000_000)
_NONE = st.just(0)


@st.composite
def budgets(draw: st.DrawFn) -> ParsedDisclosure:
    """Clean budgets: amounts to the yuan, printed in 万元, so that sums of printed figures are off by rounding."""
    economic = draw(st.dictionaries(st.sampled_from([*clean.PERSONNEL, *clean.PUBLIC]), _YUAN, min_size=2))
    basic = sum(economic.values())
    codes = draw(st.lists(_ITEMS, min_size=1, max_size=5, unique=True))
    shares = [basic // len(codes)] * len(codes)
    shares[0] += basic - sum(shares)
    general = {code: (share, draw(st.one_of(_NONE, _YUAN))) for code, share in zip(codes, shares, strict=True)}
    return clean.budget(
        {
            "general_public_budget": general,
            "government_fund": draw(st.dictionaries(_FUND_ITEMS, st.tuples(_NONE, _YUAN), max_size=3)),
            "state_capital": draw(st.dictionaries(st.just("2230105"), st.tuples(_NONE, _YUAN), max_size=1)),
        },
        economic,
        own_funds=draw(st.dictionaries(_ITEMS, st.tuples(_NONE, _YUAN), max_size=2)),
        carried_over=draw(st.one_of(_NONE, _YUAN)),
        overseas=draw(_YUAN),
        purchases=draw(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 9000)), min_size=1, max_size=5)),
    )


def figures(parsed: ParsedDisclosure) -> Iterator[tuple[str, int, str]]:
    """Every printed amount of the document."""
    for source in LISTS:
        for index, record in enumerate(getattr(parsed, source)):
            for field in record.cells:
                if isinstance(getattr(record, field), Decimal):
                    yield source, index, field


def changed(parsed: ParsedDisclosure, source: str, index: int, field: str, amount: Decimal) -> ParsedDisclosure:
    """The document with one other figure."""
    records = list(getattr(parsed, source))
    records[index] = records[index].model_copy(update={field: amount})
    return parsed.model_copy(update={source: records})


def failed(parsed: ParsedDisclosure) -> list[CheckResult]:
    return [result for result in check(parsed) if result.status == "failed"]


def names(result: CheckResult, source: str, index: int, field: str) -> bool:
    return any((one.source, one.index, one.field) == (source, index, field) for one in result.operands)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(budgets())
def test_a_document_in_which_every_identity_holds_fails_nothing(parsed: ParsedDisclosure) -> None:
    assert [result.sentence_en for result in failed(parsed)] == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(budgets(), st.data())
def test_every_figure_is_an_operand_of_some_result(parsed: ParsedDisclosure, data: st.DataObject) -> None:
    source, index, field = data.draw(st.sampled_from(list(figures(parsed))))
    assert any(names(result, source, index, field) for result in check(parsed))


def _an_example() -> ParsedDisclosure:
    return clean.budget(
        {
            "general_public_budget": {
                "2013701": (1_665_912, 0),
                "2013702": (0, 800_049),
                "2013101": (42_117, 10_003),
                "2210201": (124_833, 0),
            },
            "government_fund": {"2120801": (0, 333_333), "2296002": (0, 66_671)},
            "state_capital": {"2230105": (0, 98_765)},
        },
        {
            "30101": 900_001,
            "30102": 500_002,
            "30113": 124_833,
            "30305": 8_026,
            "30201": 200_000,
            "30217": 40_000,
            "30231": 60_000,
        },
        own_funds={"2013701": (0, 55_555)},
        carried_over=123_456,
        overseas=77_777,
        purchases=[(3, 211), (10, 52), (1, 4000)],
    )


def _shares(parsed: ParsedDisclosure) -> tuple[Counter[str], Counter[str], list[Any]]:
    """By statement: figures, and how many are named by a failed rule when they alone are changed."""
    tried: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    missed: list[Any] = []
    for source, index, field in figures(parsed):
        record = getattr(parsed, source)[index]
        amount = getattr(record, field)
        wrong = changed(parsed, source, index, field, amount + Decimal("7.31"))
        tried[record.statement_key] += 1
        if any(names(result, source, index, field) for result in failed(wrong)):
            caught[record.statement_key] += 1
        else:
            missed.append((record.statement_key, index, field))
    return tried, caught, missed


def test_a_changed_figure_is_named_by_a_failed_rule_in_more_than_95_of_100_cells() -> None:
    tried, caught, missed = _shares(_an_example())
    assert caught.total() / tried.total() > 0.95, missed


@pytest.mark.parametrize("statement", ["revenue_and_expenditure", "expenditure", "three_public", "procurement"])
def test_every_figure_of_the_statement_is_watched(statement: str) -> None:
    tried, caught, missed = _shares(_an_example())
    assert tried[statement] > 0
    assert caught[statement] == tried[statement], [one for one in missed if one[0] == statement]


def test_a_difference_within_rounding_is_no_failure() -> None:
    parsed = _an_example()
    statuses = {result.status for result in check(parsed)}
    assert "rounding" in statuses
    assert "failed" not in statuses


def test_the_sentence_quotes_the_figures_the_tables_and_the_difference() -> None:
    parsed = _an_example()
    index = next(n for n, row in enumerate(parsed.balance_lines) if row.role == "grand_total")
    amount = parsed.balance_lines[index].total
    assert amount is not None
    wrong = changed(parsed, "balance_lines", index, "total", amount + 100)
    (result,) = (one for one in failed(wrong) if one.rule == "I1.grand_totals")
    assert result.sentence_zh == (
        f"《表 revenue_and_expenditure》“收入总计”{amount + 100}万元，“支出总计”{amount}万元，相差100万元。"
    )
    assert (result.difference, result.bound, result.unit) == (Decimal(100), Decimal("0.01"), "wan")
    assert [(one.amount, one.field, one.column) for one in result.operands] == [
        (amount + 100, "total", 1),
        (amount, "total", 1),
    ]
    assert result.operands[0].row == parsed.balance_lines[index].row
