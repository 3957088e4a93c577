"""Documents in which every identity holds, built from yuan: each figure is printed in the unit of its form, rounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP as HALF_UP
from decimal import Decimal
from typing import Any

from app import records
from app.values import Unit
from tests import dataset

YEAR = 2024
FUNDS = ("general_public_budget", "government_fund", "state_capital")
STATEMENT_OF_FUND = {
    "general_public_budget": "general_public_budget_expenditure",
    "government_fund": "government_fund_expenditure",
    "state_capital": "state_capital_expenditure",
}
PERSONNEL = ("30101", "30102", "30113", "30305")
PUBLIC = ("30201", "30217", "30231", "31002")


@dataclass(frozen=True)
class Form:
    """What provinces and years print differently."""

    unit: Unit = Unit.WAN
    decimals: int = 2
    year: int = YEAR
    divisions: bool = True
    basic_split: bool = False  # 人员经费 and 公用经费 in the expenditure statements
    by_unit: bool = False  # revenue by institution, not by code
    # 款 and 项 by name in the balances, the department above its institutions, money by its sources, lists of projects.
    detailed: bool = False


_USUAL = Form()


@dataclass
class Builder:
    """A disclosure that grows by rows; each figure gets a cell of its own."""

    form: Form = _USUAL
    kind: records.Kind = "budget"
    personnel: dict[str, int] = field(default_factory=dict)  # of the basic expenditure of each functional item
    lists: dict[str, list[Any]] = field(default_factory=dict)
    statements: dict[str, list[list[str]]] = field(default_factory=dict)

    def row(
        self,
        source: str,
        model: type[records.Line],
        key: str,
        about: Mapping[str, Any],
        amounts: Mapping[str, int | None],
    ) -> None:
        """Add a row of amounts in yuan; None is a blank cell."""
        form = self.form
        grid = self.statements.setdefault(key, [["表头"]])
        figures = {name: None if yuan is None else self.printed(yuan) for name, yuan in amounts.items()}
        cells = {name: (len(grid), column) for column, name in enumerate(figures, start=1)}
        grid.append(["", *("" if amount is None else f"{amount}" for amount in figures.values())])
        record = model(
            statement_key=key,  # type: ignore[arg-type]
            statement_ordinal=1,
            row=len(grid) - 1,
            unit=form.unit,
            cells=cells,
            **{"fiscal_year": form.year, **about, **figures},
        )
        self.lists.setdefault(source, []).append(record)

    def spread_personnel(self, items: Mapping[str, tuple[int, int]], economic: Mapping[str, int]) -> None:
        """Let the personnel expenses of the economic table be basic expenditure of these functional items."""
        left = sum(yuan for code, yuan in economic.items() if code in PERSONNEL)
        for code, (basic, _) in items.items():
            self.personnel[code] = min(basic, left)
            left -= self.personnel[code]

    def printed(self, yuan: int) -> Decimal:
        """Yuan as the form prints them."""
        return Decimal(yuan).scaleb(-self.form.unit.exponent).quantize(Decimal(1).scaleb(-self.form.decimals), HALF_UP)

    def parsed(self) -> records.ParsedDisclosure:
        """The finished disclosure."""
        statements = [
            records.Statement(
                key=key,  # type: ignore[arg-type]
                ordinal=1,
                title=f"表 {key}",
                unit=self.form.unit,
                status="reported",
                location="lines 1-9",
                grid=grid,
                header_rows=1,
            )
            for key, grid in self.statements.items()
        ]
        return records.ParsedDisclosure(
            disclosure=dataset.disclosure(year=self.form.year, kind=self.kind), statements=statements, **self.lists
        )


def budget(
    functional: Mapping[str, Mapping[str, tuple[int, int]]],
    economic: Mapping[str, int],
    *,
    own_funds: Mapping[str, tuple[int, int]],
    carried_over: int,
    overseas: int,
    purchases: Iterable[tuple[int, int]],
    form: Form = _USUAL,
) -> records.ParsedDisclosure:
    """A budget: per fund and functional item its (basic, project) yuan, the economic divisions of basic expenditure.

    `own_funds` is expenditure from other money, by item; `carried_over` (of the general public budget) stands in the
    balances; `purchases` are (quantity, price in hundreds of yuan).
    """
    made = Builder(form)
    made.spread_personnel(functional["general_public_budget"], economic)
    every = {
        code: add(*(part.get(code, (0, 0)) for part in (*functional.values(), own_funds)))
        for code in _codes(functional, own_funds)
    }
    revenue = {fund: sum(sum(pair) for pair in items.values()) for fund, items in functional.items()}
    general = functional["general_public_budget"]
    most = max(general, key=lambda code: sum(general[code]))
    carried = min(carried_over, sum(general[most]))
    revenue["general_public_budget"] -= carried
    other = sum(sum(pair) for pair in own_funds.values())
    _balances(made, functional, every, revenue, carried, other)
    _revenues(made, functional, every, own_funds, {most: (carried, 0)})
    coded(made, "expenditure", "all", every)
    for fund, items in functional.items():
        if items:
            coded(made, STATEMENT_OF_FUND[fund], fund, items)
    _economic(made, economic)
    if form.detailed:
        _by_source(made, economic)
    _three_public(made, economic, overseas)
    _purchases(made, list(purchases))
    _assets(made, carried_over)
    _projects(made, every)
    return made.parsed()


def _codes(functional: Mapping[str, Mapping[str, Any]], own: Mapping[str, Any]) -> list[str]:
    return sorted({code for items in (*functional.values(), own) for code in items})


def add(*pairs: tuple[int, int]) -> tuple[int, int]:
    return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)


def under(items: Mapping[str, tuple[int, int]], prefix: str) -> tuple[int, int]:
    return add(*(pair for code, pair in items.items() if code.startswith(prefix)))


def tree(made: Builder, items: Mapping[str, Any]) -> list[str]:
    return sorted({code[:n] for code in items for n in ((3, 5, 7) if made.form.divisions else (3, 7))})


def _balances(made: Builder, functional: Any, every: Any, revenue: dict[str, int], carried: int, other: int) -> None:
    names = {
        "general_public_budget": "一般公共预算拨款收入",
        "government_fund": "政府性基金预算拨款收入",
        "state_capital": "国有资本经营预算拨款收入",
    }
    for key, own in (("revenue_and_expenditure", other), ("fiscal_appropriation", 0)):
        fiscal = key == "fiscal_appropriation"

        def put(
            side: str,
            role: str,
            name: str,
            total: int,
            code: str | None = None,
            funds: Mapping[str, int] | None = None,
            key: str = key,
            *,
            fiscal: bool = fiscal,
        ) -> None:
            about = {
                "side": side,
                "role": role,
                "line_number": None,
                "item": name,
                "name": name,
                "functional_code": code,
                "phase": "budget",
            }
            made.row(
                "balance_lines",
                records.BalanceLine,
                key,
                about,
                {"total": total, **({} if funds is None or not fiscal else funds)},
            )

        for fund, amount in revenue.items():
            put("revenue", "item", names[fund], amount)
        if own:
            put("revenue", "item", "其他收入", own)
        year = sum(revenue.values()) + own
        put("revenue", "year_total", "本年收入合计", year)
        put("revenue", "opening_balance", "上年结转", carried)
        if fiscal and made.form.detailed:
            for number, fund in enumerate(FUNDS, start=1):
                put("revenue", "balance_part", f"{number}、{names[fund]}", carried if number == 1 else 0)
        put("revenue", "grand_total", "收入总计", year + carried)
        spent = (
            add(*(pair for items in functional.values() for pair in items.values())) if fiscal else add(*every.values())
        )
        by_class = sorted({code[:3] for code in every})
        for code in by_class:
            per_fund = {fund: sum(under(items, code)) for fund, items in functional.items()}
            put(
                "expenditure",
                "item",
                f"类{code}",
                sum(per_fund.values()) if fiscal else sum(under(every, code)),
                code,
                per_fund,
            )
            for below in tree(made, every) if made.form.detailed else ():
                if below.startswith(code) and below != code:
                    per_fund = {fund: sum(under(items, below)) for fund, items in functional.items()}
                    total = sum(per_fund.values()) if fiscal else sum(under(every, below))
                    put("expenditure", "item_part", f"科目{below}", total, None, per_fund)
        totals = {fund: sum(add(*items.values())) for fund, items in functional.items()}
        put("expenditure", "year_total", "本年支出合计", sum(spent), None, totals)
        put("expenditure", "closing_balance", "结转下年", 0, None, dict.fromkeys(FUNDS, 0))
        put("expenditure", "grand_total", "支出总计", sum(spent), None, totals)


def _revenue_of_units(made: Builder, functional: Any, own: Any, carried: Any) -> None:
    """The department, and below it two institutions that share its money."""
    funds = {fund: sum(under(items, "")) for fund, items in functional.items()}
    before, mine = sum(under(carried, "")), sum(under(own, ""))
    funds["general_public_budget"] -= before
    whole = {**funds, "other": mine, "carried_over": before}
    shares = [{name: yuan // 3 for name, yuan in whole.items()}]
    shares.append({name: yuan - shares[0][name] for name, yuan in whole.items()})
    for name, level, amounts in (
        ("合计", "total", whole),
        *([("部门", "unit", whole)] if made.form.detailed else []),
        ("甲单位", "unit", shares[0]),
        ("乙单位", "unit", shares[1]),
    ):
        about = {"code": None, "name": name, "level": level, "is_leaf": level == "unit", "phase": "budget"}
        made.row("revenues", records.RevenueLine, "revenue", about, {"total": sum(amounts.values()), **amounts})


def _revenues(made: Builder, functional: Any, every: Any, own: Any, carried: Any) -> None:
    if made.form.by_unit:
        _revenue_of_units(made, functional, own, carried)
        return
    for code in ("", *tree(made, every)):
        funds = {fund: sum(under(items, code)) for fund, items in functional.items()}
        before = sum(under(carried, code))
        funds["general_public_budget"] -= before
        fiscal, mine = sum(funds.values()), sum(under(own, code))
        amounts = {"total": fiscal + mine + before, "current_year": fiscal + mine, "fiscal_appropriation": fiscal}
        amounts |= {**funds, "other": mine, "carried_over": before}
        about = {**place(code), "phase": "budget"}
        made.row("revenues", records.RevenueLine, "revenue", about, amounts)


def place(code: str) -> dict[str, Any]:
    level = {0: "total", 3: "class", 5: "division", 7: "item"}[len(code)]
    return {"code": code or None, "name": f"科目{code}" if code else "合计", "level": level, "is_leaf": len(code) == 7}


def coded(made: Builder, key: str, fund: str, items: Mapping[str, tuple[int, int]], *, phase: str = "budget") -> None:
    for code in ("", *tree(made, items)):
        basic, project = under(items, code)
        personnel = sum(yuan for one, yuan in made.personnel.items() if one.startswith(code)) if basic else 0
        split = {"personnel": personnel, "public": basic - personnel} if made.form.basic_split else {}
        about = {**place(code), "phase": phase, "fund": fund}
        made.row(
            "expenditures",
            records.ExpenditureLine,
            key,
            about,
            {"total": basic + project, "basic": basic, **split, "project": project},
        )


def _economic(made: Builder, divisions: Mapping[str, int]) -> None:
    for code in ("", *sorted({code[:n] for code in divisions for n in (3, 5)})):
        chosen = {one: yuan for one, yuan in divisions.items() if one.startswith(code)}
        personnel = sum(yuan for one, yuan in chosen.items() if one[:3] in ("301", "303"))
        public = sum(chosen.values()) - personnel
        about = {**place(code), "phase": "budget", "fund": "general_public_budget", "is_leaf": len(code) == 5}
        made.row(
            "economic_lines",
            records.EconomicLine,
            "basic_expenditure_by_economic",
            about,
            {"total": personnel + public, "personnel": personnel, "public": public},
        )


def _by_source(made: Builder, divisions: Mapping[str, int]) -> None:
    """Basic expenditure with the money that pays for it: a quarter of each division is paid by other money."""
    for code in ("", *sorted({code[:n] for code in divisions for n in (3, 5)})):
        other = sum(yuan // 4 for one, yuan in divisions.items() if one.startswith(code))
        total = sum(yuan for one, yuan in divisions.items() if one.startswith(code))
        about = {**place(code), "phase": "budget", "fund": "all", "is_leaf": len(code) == 5}
        amounts = {"total": total, "fiscal_appropriation": total - other, "general_public_budget": total - other}
        amounts |= {"government_fund": 0, "special_account": 0, "other": other, "carried_over": 0}
        made.row("economic_lines", records.EconomicLine, "basic_expenditure", about, amounts)


def _three_public(made: Builder, economic: Mapping[str, int], overseas: int) -> None:
    receptions, operation, purchase = economic.get("30217", 0), economic.get("30231", 0), 2 * overseas
    amounts = {
        "total": overseas + receptions + operation + purchase,
        "overseas_trips": overseas,
        "vehicles": operation + purchase,
        "vehicle_purchase": purchase,
        "vehicle_operation": operation,
        "receptions": receptions,
    }
    for item, yuan in amounts.items():
        about = {"item": item, "name": item, "phase": "budget"}
        made.row(
            "three_public",
            records.ThreePublicLine,
            "three_public",
            about,
            {"total": yuan, "general_public_budget": yuan, "government_fund": 0, "state_capital": 0},
        )


def _purchases(made: Builder, purchases: list[tuple[int, int]]) -> None:
    total = sum(quantity * price * 100 for quantity, price in purchases)
    for position, pair in enumerate([None, *purchases], start=1):
        about: dict[str, Any] = {
            "position": position,
            "is_total": pair is None,
            "project_name": "合计" if pair is None else f"项目{position}",
            "item_name": None,
            "catalogue_code": None,
            "measure": None,
        }
        yuan = total if pair is None else pair[0] * pair[1] * 100
        amounts = {"total": yuan, "general_public_budget": yuan, "government_fund": 0}
        if pair is not None:
            about["quantity"] = Decimal(pair[0])
            amounts["unit_price"] = pair[1] * 100
        made.row("procurement_items", records.ProcurementItem, "procurement", about, amounts)


def _assets(made: Builder, yuan: int) -> None:
    parts = {
        "buildings": 3 * yuan,
        "office_space": yuan,
        "vehicles": yuan // 3,
        "large_equipment": yuan // 7,
        "other": 12345,
    }
    whole = sum(amount for item, amount in parts.items() if item != "office_space")
    for item, amount in {"total": whole, **parts}.items():
        about = {"item": item, "name": item, "measure": None, "as_of": None}
        made.row("assets", records.AssetItem, "fixed_assets", about, {"value": amount})


def _projects(made: Builder, every: Mapping[str, tuple[int, int]]) -> None:
    spending = [project for _, project in every.values() if project]
    for ordinal, yuan in enumerate(spending, start=1):
        about = {"ordinal": ordinal, "code": None, "name": f"项目{ordinal}"}
        made.row(
            "projects",
            records.Project,
            "performance_targets",
            about,
            {"total": yuan, "fiscal": yuan - yuan // 3, "other_funds": yuan // 3},
        )
    listed = [*enumerate(spending, start=1), (0, sum(spending))] if made.form.detailed and spending else []
    for ordinal, yuan in listed:
        name = f"项目{ordinal}" if ordinal else "合计"
        about = {"ordinal": ordinal or len(spending) + 1, "code": None, "name": name, "is_total": not ordinal}
        amounts = {"total": yuan, "general_public_budget": yuan, "institutional": 0, "other_funds": 0}
        made.row("projects", records.Project, "project_expenditure", about, amounts)


def example() -> records.ParsedDisclosure:
    """A budget with several classes, three budgets and money of its own; some sums are off by rounding."""
    return budget(
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
