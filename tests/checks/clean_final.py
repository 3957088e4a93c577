"""A final account in which every identity holds: the nine tables of the form, with balances at both ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app import records
from tests.checks.clean import FUNDS, PERSONNEL, STATEMENT_OF_FUND, Builder, Form, add, coded, place, tree, under

_SOURCES = {
    "general_public_budget": "一、一般公共预算财政拨款收入",
    "government_fund": "二、政府性基金预算财政拨款收入",
    "state_capital": "三、国有资本经营预算财政拨款收入",
}
_USUAL = Form()
_PUBLIC_ITEMS = ("overseas_trips", "vehicle_purchase", "vehicle_operation", "receptions")


def final(
    functional: Mapping[str, Mapping[str, tuple[int, int]]],
    economic: Mapping[str, int],
    *,
    own_funds: Mapping[str, tuple[int, int]],
    opening: int,
    closing: int,
    distributed: int,
    three_public: tuple[int, int, int, int],
    form: Form = _USUAL,
) -> records.ParsedDisclosure:
    """A final account: spending in yuan as in `clean.budget`; what the general public budget carried in and out.

    `distributed` is what other money left over, `three_public` the final figures of trips, cars, their running and
    receptions; a third more was budgeted.
    """
    made = Builder(form, kind="final")
    made.spread_personnel(functional["general_public_budget"], economic)
    every = {
        code: add(*(part.get(code, (0, 0)) for part in (*functional.values(), own_funds)))
        for code in sorted({code for part in (*functional.values(), own_funds) for code in part})
    }
    # The general public budget receives what it spends and what it keeps, less what it had.
    opening = min(opening, closing + sum(add(*functional["general_public_budget"].values())))
    revenue = {fund: sum(add(*items.values())) for fund, items in functional.items()}
    revenue["general_public_budget"] += closing - opening
    other = sum(add(*own_funds.values())) + distributed
    year = sum(revenue.values())
    spent = sum(add(*every.values()))
    _side(made, "revenue_and_expenditure", "revenue", {**_named(revenue), "八、其他收入": other})
    _ends(made, "revenue_and_expenditure", "revenue", year + other, {"surplus_used": 0, "opening_balance": opening})
    _classes(made, "revenue_and_expenditure", every, None)
    balances = {"surplus_distributed": distributed, "closing_balance": closing}
    _ends(made, "revenue_and_expenditure", "expenditure", spent, balances)
    _side(made, "fiscal_appropriation", "revenue", _named(revenue))
    _ends(made, "fiscal_appropriation", "revenue", year, {"opening_balance": opening})
    _classes(made, "fiscal_appropriation", every, functional)
    by_fund = {fund: sum(add(*items.values())) for fund, items in functional.items()}
    _ends(made, "fiscal_appropriation", "expenditure", sum(by_fund.values()), {"closing_balance": closing}, by_fund)
    most = max(functional["general_public_budget"], key=lambda code: sum(functional["general_public_budget"][code]))
    _revenue(made, functional, every, own_funds, most, closing - opening, distributed)
    coded(made, "expenditure", "all", every, phase="final")
    for fund, items in functional.items():
        if items and fund != "government_fund":
            coded(made, STATEMENT_OF_FUND[fund], fund, items, phase="final")
    if functional["government_fund"]:
        _fund(made, functional["government_fund"])
    _economic(made, economic)
    for phase, figures in (("initial_budget", tuple(4 * yuan // 3 for yuan in three_public)), ("final", three_public)):
        _three_public(made, phase, dict(zip(_PUBLIC_ITEMS, figures, strict=True)))
    return made.parsed()


def _named(revenue: Mapping[str, int]) -> dict[str, int]:
    return {_SOURCES[fund]: yuan for fund, yuan in revenue.items()}


def _balance_row(made: Builder, key: str, about: Mapping[str, Any], amounts: Mapping[str, int | None]) -> None:
    name = str(about["item"]).partition("、")[2] or str(about["item"])
    whole = {"line_number": None, "functional_code": None, "phase": "final", "name": name, **about}
    made.row("balance_lines", records.BalanceLine, key, whole, amounts)


def _side(made: Builder, key: str, side: str, items: Mapping[str, int]) -> None:
    for item, yuan in items.items():
        _balance_row(made, key, {"side": side, "role": "item", "item": item}, {"total": yuan})


def _classes(made: Builder, key: str, every: Mapping[str, Any], functional: Mapping[str, Any] | None) -> None:
    for code in sorted({code[:3] for code in every}):
        funds = {} if functional is None else {fund: sum(under(items, code)) for fund, items in functional.items()}
        total = sum(funds.values()) if functional is not None else sum(under(every, code))
        about = {"side": "expenditure", "role": "item", "item": f"类{code}", "functional_code": code}
        _balance_row(made, key, about, {"total": total, **funds})


def _ends(
    made: Builder, key: str, side: str, year: int, balances: Mapping[str, int], funds: Mapping[str, int] | None = None
) -> None:
    """本年合计, what stands between, and the 总计; `funds` are the columns of the balance of appropriation.

    What is carried over is of the general public budget.
    """

    def put(role: str, item: str, total: int, of_funds: Mapping[str, int] | None) -> None:
        _balance_row(made, key, {"side": side, "role": role, "item": item}, {"total": total, **(of_funds or {})})

    put("year_total", "本年合计", year, funds)
    for role, yuan in balances.items():
        carried = None if funds is None else {fund: yuan if fund == FUNDS[0] else 0 for fund in FUNDS}
        put(role, role, yuan, carried)
    rest = sum(balances.values())
    whole = None if funds is None else {**funds, FUNDS[0]: funds[FUNDS[0]] + rest}
    put("grand_total", "总计", year + rest, whole)


def _revenue(made: Builder, functional: Any, every: Any, own: Any, most: str, carried: int, distributed: int) -> None:
    """收入决算表: the largest item receives what is carried on, and the other money that is left over."""
    for code in ("", *tree(made, every)):
        kept = (carried, distributed) if most.startswith(code) else (0, 0)
        fiscal = sum(sum(under(items, code)) for items in functional.values()) + kept[0]
        mine = sum(under(own, code)) + kept[1]
        amounts = {"total": fiscal + mine, "fiscal_appropriation": fiscal, "from_superior": 0, "institutional": 0}
        about = {**place(code), "phase": "final"}
        made.row("revenues", records.RevenueLine, "revenue", about, {**amounts, "business": 0, "other": mine})


def _fund(made: Builder, items: Mapping[str, tuple[int, int]]) -> None:
    """政府性基金: each row begins with a fifth of what it spends and keeps as much."""
    for code in ("", *tree(made, items)):
        basic, project = under(items, code)
        begun = sum(sum(pair) // 5 for one, pair in items.items() if one.startswith(code))
        amounts = {"opening_balance": begun, "revenue": basic + project, "total": basic + project, "basic": basic}
        about = {**place(code), "phase": "final", "fund": "government_fund"}
        amounts |= {"project": project, "closing_balance": begun}
        made.row("expenditures", records.ExpenditureLine, "government_fund_expenditure", about, amounts)


def _economic(made: Builder, divisions: Mapping[str, int]) -> None:
    """基本支出决算表: classes and divisions with one column, 人员经费合计 and 公用经费合计 at its foot."""
    key = "basic_expenditure_by_economic"
    for code in sorted({code[:n] for code in divisions for n in (3, 5)}):
        yuan = sum(part for one, part in divisions.items() if one.startswith(code))
        about = {**place(code), "phase": "final", "fund": FUNDS[0], "is_leaf": len(code) == 5}
        made.row("economic_lines", records.EconomicLine, key, about, {"total": yuan})
    personnel = sum(yuan for code, yuan in divisions.items() if code in PERSONNEL)
    for name, column, yuan in (
        ("人员经费合计", "personnel", personnel),
        ("公用经费合计", "public", sum(divisions.values()) - personnel),
    ):
        about = {**place(""), "name": name, "phase": "final", "fund": FUNDS[0]}
        made.row("economic_lines", records.EconomicLine, key, {**about, "total": None}, {column: yuan})


def _three_public(made: Builder, phase: str, figures: dict[str, int]) -> None:
    vehicles = figures["vehicle_purchase"] + figures["vehicle_operation"]
    amounts = {"total": figures["overseas_trips"] + vehicles + figures["receptions"], "vehicles": vehicles, **figures}
    for item, yuan in amounts.items():
        about = {"item": item, "name": item, "phase": phase}
        made.row("three_public", records.ThreePublicLine, "three_public", about, {"total": yuan})
