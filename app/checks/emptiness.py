"""A statement that is declared empty, against figures elsewhere that say there is something."""

from __future__ import annotations

from collections.abc import Iterator

from app.checks.balance import FUNDS, only, side_rows
from app.checks.document import Document
from app.checks.rule import Comparison, rule
from app.records import StatementKey

_STATEMENT_OF_FUND: dict[str, StatementKey] = {
    "general_public_budget": "general_public_budget_expenditure",
    "government_fund": "government_fund_expenditure",
    "state_capital": "state_capital_expenditure",
}
_THREE_PUBLIC_DIVISIONS = ("30212", "30217", "30231", "31013")


@rule(
    "I26.empty_fund_statement",
    zh="空表的预算在财政拨款收支总表中应无支出",
    en="A budget whose statement is declared empty has no expenditure in the balance",
    formula="某预算支出表为空表 ⇒ 财政拨款收支总表该预算支出 = 0",
    formula_en="the budget's statement is declared empty: the balance prints 0 or nothing for it",
    statements=("fiscal_appropriation", "government_fund_expenditure", "state_capital_expenditure"),
    severity="warning",
    basis="regulation",
    citation="财预〔2016〕143号 地方预决算公开操作规程",
)
def empty_fund_statement(document: Document) -> Iterator[Comparison]:
    for balance in document.series("balance_lines", "fiscal_appropriation"):
        year = only(side_rows(balance, "expenditure", "year_total")) or only(
            side_rows(balance, "expenditure", "grand_total")
        )
        for fund in FUNDS:
            if year is not None and document.status(_STATEMENT_OF_FUND[fund]) == {"declared_empty"}:
                yield Comparison(
                    left=document.figures("balance_lines", [year], fund),
                    right=(),
                    blank_is_zero=True,
                    whole_statement=False,
                )


@rule(
    "I26.empty_three_public",
    zh="“三公”经费为空表时基本支出中应无三公科目",
    en="Three public expenses declared empty: no such rows in basic expenditure",
    formula="“三公”经费表为空表 ⇒ 30212、30217、30231、31013 = 0",
    formula_en="the table is declared empty: 30212, 30217, 30231 and 31013 are 0",
    statements=("three_public", "basic_expenditure_by_economic"),
    severity="warning",
    basis="regulation",
    citation="财预〔2016〕143号 地方预决算公开操作规程",
)
def empty_three_public(document: Document) -> Iterator[Comparison]:
    if document.status("three_public") != {"declared_empty"}:
        return
    for economic in document.series("economic_lines", "basic_expenditure_by_economic"):
        for index, row in economic.rows:
            if row.code in _THREE_PUBLIC_DIVISIONS:
                yield Comparison(
                    left=(document.figure("economic_lines", index, "total"),),
                    right=(),
                    blank_is_zero=True,
                    whole_statement=False,
                )
