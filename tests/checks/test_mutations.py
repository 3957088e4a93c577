"""A document in which every identity holds fails nothing; one changed figure makes a rule name its cell."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.checks.run import check
from app.records import ParsedDisclosure
from app.seed import read_seed
from app.values import Unit
from tests.checks import clean
from tests.checks.clean_final import final
from tests.checks.mutate import Shares, changed, failed, figures, names, shares

SEED = Path(__file__).parents[2] / "seed_data"
_ITEMS = st.sampled_from(["2013701", "2013702", "2013101", "2080505", "2080506", "2101101", "2210201"])
_FUND_ITEMS = st.sampled_from(["2120801", "2120803", "2296002"])
_YUAN = st.integers(min_value=10_000, max_value=90_000_000)
_NONE = st.just(0)


# 万元 with two decimals or six, whole yuan, 亿元; with and without 款, 人员 and 公用; revenue by institution; detailed.
FORMS = (
    clean.Form(),
    clean.Form(decimals=6, year=2026),
    clean.Form(unit=Unit.YUAN, decimals=0, year=2025, basic_split=True),
    clean.Form(unit=Unit.YUAN, year=2022, by_unit=True),
    clean.Form(unit=Unit.YI, decimals=4, year=2019, divisions=False),
    clean.Form(year=2020, divisions=False, by_unit=True, basic_split=True),
    clean.Form(detailed=True, by_unit=True),
    clean.Form(unit=Unit.YUAN, decimals=0, year=2026, detailed=True),
)


@st.composite
def documents(draw: st.DrawFn) -> ParsedDisclosure:
    """Clean budgets and final accounts: amounts to the yuan, so that sums of printed figures are off by rounding."""
    economic = draw(st.dictionaries(st.sampled_from([*clean.PERSONNEL, *clean.PUBLIC]), _YUAN, min_size=2))
    basic = sum(economic.values())
    codes = draw(st.lists(_ITEMS, min_size=1, max_size=5, unique=True))
    shares = [basic // len(codes)] * len(codes)
    shares[0] += basic - sum(shares)
    functional = {
        "general_public_budget": {
            code: (share, draw(st.one_of(_NONE, _YUAN))) for code, share in zip(codes, shares, strict=True)
        },
        "government_fund": draw(st.dictionaries(_FUND_ITEMS, st.tuples(_NONE, _YUAN), max_size=3)),
        "state_capital": draw(st.dictionaries(st.just("2230105"), st.tuples(_NONE, _YUAN), max_size=1)),
    }
    own_funds = draw(st.dictionaries(_ITEMS, st.tuples(_NONE, _YUAN), max_size=2))
    carried, form = draw(st.one_of(_NONE, _YUAN)), draw(st.sampled_from(FORMS))
    if draw(st.booleans()):
        receptions, running = economic.get("30217", 0), economic.get("30231", 0)
        return final(
            functional,
            economic,
            own_funds=own_funds,
            opening=carried,
            closing=draw(st.one_of(_NONE, _YUAN)),
            distributed=draw(st.one_of(_NONE, _YUAN)),
            three_public=(draw(_YUAN), draw(_NONE), running + draw(_YUAN), receptions),
            form=form,
        )
    return clean.budget(
        functional,
        economic,
        own_funds=own_funds,
        carried_over=carried,
        overseas=draw(_YUAN),
        purchases=draw(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 9000)), min_size=1, max_size=5)),
        form=form,
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_a_document_in_which_every_identity_holds_fails_nothing(parsed: ParsedDisclosure) -> None:
    assert [result.sentence_en for result in failed(parsed)] == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents(), st.data())
def test_every_figure_is_an_operand_of_some_result(parsed: ParsedDisclosure, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(list(figures(parsed))))
    assert any(names(result, place) for result in check(parsed))


@cache
def _shares() -> Shares:
    return shares(clean.example())


def test_a_changed_figure_is_named_by_a_failed_rule_wherever_one_is_compared() -> None:
    found = _shares()
    assert found.caught.total() / found.compared.total() > 0.95, found.table()
    assert found.compared.total() / found.printed.total() > 0.95, found.table()


@pytest.mark.parametrize("statement", ["revenue_and_expenditure", "expenditure", "three_public", "procurement"])
def test_every_figure_of_the_statement_is_watched(statement: str) -> None:
    found = _shares()
    assert found.printed[statement] > 0
    assert found.caught[statement] == found.printed[statement], found.missed


def test_changed_figures_of_the_committed_data_set_are_named() -> None:
    """One figure of each statement of each disclosure, the same on every run; mutate.py changes more of them."""
    found = Shares()
    for parsed in read_seed(SEED):
        found.add(shares(parsed, most=1))
    assert found.tried.total() > 200
    assert found.caught.total() / found.tried.total() > 0.97, found.table()
    assert found.compared.total() / found.printed.total() > 0.9, found.table()


def test_a_difference_within_rounding_is_no_failure() -> None:
    parsed = clean.example()
    statuses = {result.status for result in check(parsed)}
    assert "rounding" in statuses
    assert "failed" not in statuses


def test_the_sentence_quotes_the_figures_the_tables_and_the_difference() -> None:
    parsed = clean.example()
    index = next(n for n, row in enumerate(parsed.balance_lines) if row.role == "grand_total")
    amount = parsed.balance_lines[index].total
    assert amount is not None
    wrong = changed(parsed, "balance_lines", index, "total", amount + 100)
    (result,) = (one for one in failed(wrong) if one.rule == "I1.grand_totals")
    assert result.sentence_zh == (
        f"《表 revenue_and_expenditure》“收入总计”{amount + 100:,}万元，“支出总计”{amount:,}万元，相差100万元。"
    )
    assert result.sentence_en == (
        f"《表 revenue_and_expenditure》 (revenue and expenditure) “收入总计” {10_000 * (amount + 100):,.0f} yuan; "
        f"“支出总计” {10_000 * amount:,.0f} yuan: a difference of 1,000,000 yuan."
    )
    assert (result.difference, result.bound, result.unit) == (Decimal(100), Decimal("0.01"), "wan")
    assert [(one.amount, one.field, one.column) for one in result.operands] == [
        (amount + 100, "total", 1),
        (amount, "total", 1),
    ]
    assert result.operands[0].row == parsed.balance_lines[index].row
