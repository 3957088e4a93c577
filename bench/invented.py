"""One invented disclosure: the statements of a department's year with the shape of the real ones in `seed_data/`.

What was taken from them: an expenditure statement of a total row, then classes, divisions and items of the packaged
code list (12 to 14 rows for a small office: pension, health, housing and a few items of its own), printed again for the
general public budget; blanks where an item has no basic or no project expenditure; 万元 with two decimals; 38 to 46
lines of each balance, most of them blank; 16 economic lines in a budget and 82 in a final account; two to seventeen
projects with about eight indicators each; a procurement table in some, six lines of assets, 13 to 72 stated amounts.
Names say that they are invented; figures add up, but for a cent in some sums and a wrong one in a few.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from app import codelists, records
from app.values import Unit

Cents = Mapping[str, int | None]  # amounts of a row by field, in hundredths of the printed unit; None is a blank

_ITEM, _DIVISION, _CLASS = 7, 5, 3  # digits
_LEVELS: dict[int, records.RowLevel] = {0: "total", _CLASS: "class", _DIVISION: "division", _ITEM: "item"}
# A sum that is a cent off, as rounding leaves it, and one that is wrong: shares of documents.
_ROUNDED, _WRONG = 0.05, 0.01


@dataclass(frozen=True)
class Department:
    """A body that reports every year; `items` are its functional codes, `size` its money against a small office's."""

    region_code: str
    name: str
    code: str
    items: tuple[str, ...]
    fund_items: tuple[str, ...]
    size: float
    unit: Unit


@dataclass
class _Table:
    """A printed table on its way: its grid grows by a row at a time."""

    key: records.StatementKey
    title: str
    columns: Sequence[str]  # the fields of its amounts, in printed order
    unit: Unit | None
    ordinal: int = 1
    text_columns: int = 2
    grid: list[list[str]] = field(default_factory=list)

    @property
    def placed(self) -> dict[str, Any]:
        """Which table a record is out of, and its unit."""
        return {"statement_key": self.key, "statement_ordinal": self.ordinal, "unit": self.unit}

    def row(self, texts: Sequence[str], cents: Cents) -> dict[str, Any]:
        """Print a row; what its record begins with."""
        number = len(self.grid)
        printed = [_printed(cents.get(name)) for name in self.columns]
        self.grid.append([*texts, *printed])
        return {
            **self.placed,
            "row": number,
            "cells": _cells(number, self.text_columns, tuple(self.columns), tuple(printed)),
            **dict(zip(self.columns, map(_read, printed), strict=True)),
        }

    def coded_rows(self, codes: Sequence[str], cents: Mapping[str, Sequence[int | None]]) -> list[dict[str, Any]]:
        """Print rows of functional codes, given by column; what their records say that is not of the whole table."""
        columns, first, lines = tuple(self.columns), len(self.grid), []
        printed = [list(map(_printed, cents[name])) for name in columns]
        self.grid += map(list, zip(codes, map(_name, codes), *printed, strict=True))
        texts, amounts = zip(*printed, strict=True), zip(*(map(_read, column) for column in printed), strict=True)
        for row, (code, text, amount) in enumerate(zip(codes, texts, amounts, strict=True), start=first):
            line = _coded(code, _name(code), _ITEM).copy()
            line["row"], line["cells"] = row, _cells(row, self.text_columns, columns, text)
            line.update(zip(columns, amount, strict=True))
            lines.append(line)
        return lines

    def begin(self, whose: str, year: int) -> None:
        """The heading rows."""
        width = self.text_columns + len(self.columns)
        unit = "万元" if self.unit is Unit.WAN else "元"
        self.grid += [[whose, f"预算年度：{year}", f"单位：{unit}"], ["栏次", *map(str, range(1, width))]]

    def statement(self, status: records.StatementStatus = "reported", **more: Any) -> records.Statement:  # noqa: ANN401
        return records.Statement(
            key=self.key,
            ordinal=self.ordinal,
            title=self.title,
            unit=self.unit,
            status=status,
            location="" if status == "missing" else f"table {self.ordinal}",
            grid=self.grid,
            header_rows=min(2, len(self.grid)),
            **more,
        )


def disclosure(department: Department, year: int, kind: records.Kind, seed: str, *, whole: bool) -> dict[str, Any]:
    """The records of one disclosure by list, as `ParsedDisclosure` takes them.

    `whole` gives every statement; otherwise there are those of expenditure alone.
    """
    chance = random.Random(f"{seed} {department.region_code} {department.name} {year} {kind}")
    author = _Author(department, year, kind, chance)
    author.expenditures()
    if whole:
        author.revenues()
        author.balances()
        author.economic()
        author.three_public()
        author.projects()
        author.procurement()
        author.assets()
        author.stated()
    return {"disclosure": description(department, year, kind, seed), **author.lists}


def description(department: Department, year: int, kind: records.Kind, seed: str) -> records.Disclosure:
    """What it says of itself."""
    title = f"{department.name}{year}年部门{'预算' if kind == 'budget' else '决算'}"
    return records.Disclosure(
        region_code=department.region_code,
        department_name=department.name,
        department_code=department.code,
        fiscal_year=year,
        kind=kind,
        scope="department",
        title=title,
        source_file=f"{title}.txt",
        sha256=hashlib.sha256(f"{seed} {department.region_code} {title}".encode()).hexdigest(),
        format="text",
        units=[department.unit],
    )


class _Author:
    """Writes the statements of one disclosure one after the other."""

    def __init__(self, department: Department, year: int, kind: records.Kind, chance: random.Random) -> None:
        self.department, self.year, self.kind, self.chance = department, year, kind, chance
        self.phase: records.Phase = "budget" if kind == "budget" else "final"
        self.lists: dict[str, list[Any]] = {name: [] for name in records.ParsedDisclosure.model_fields}
        del self.lists["disclosure"]
        scale = 100 if department.unit is Unit.WAN else 1_000_000
        growth = 1.03 ** (year - 2016) * (1 if kind == "budget" else chance.uniform(0.85, 1.1))
        self.money = department.size * growth * scale
        self.general = {code: self._item(code) for code in department.items}
        self.fund = {
            code: {"total": (cents := self._cents(80)), "basic": None, "project": cents}
            for code in department.fund_items
        }

    def _cents(self, typical: float) -> int:
        return max(1, round(self.chance.lognormvariate(0, 0.6) * typical * self.money))

    def _item(self, code: str) -> dict[str, int | None]:
        """Basic expenditure runs the office (01, 50) and insures its people; all else is projects, some of it both."""
        basic = self._cents(60 if code.startswith("201") else 12) if code[-2:] in _BASIC or code in COMMON else None
        project = None if basic is not None and self.chance.random() < 0.9 else self._cents(25)  # noqa: PLR2004
        return {"total": (basic or 0) + (project or 0), "basic": basic, "project": project}

    def _table(self, key: records.StatementKey, title: str, columns: Sequence[str], **more: Any) -> _Table:  # noqa: ANN401
        table = _Table(key, title, columns, self.department.unit, **more)
        table.begin(f"{self.department.code}{self.department.name}", self.year)
        return table

    def expenditures(self) -> None:
        """支出总表 of all money, and the statements of each fund; a fund without money is declared empty."""
        everything = {**self.general, **self.fund} if self.fund else self.general
        funds: list[tuple[records.StatementKey, str, records.Fund, Mapping[str, Cents]]] = [
            ("expenditure", "部门支出总表", "all", everything),
            ("general_public_budget_expenditure", "一般公共预算支出表", "general_public_budget", self.general),
            ("government_fund_expenditure", "政府性基金预算支出表", "government_fund", self.fund),
            ("state_capital_expenditure", "国有资本经营预算支出表", "state_capital", {}),
        ]
        # Most departments have no fund: their second statement prints the rows of the first.
        added: _Added = ((), {})
        printed: _Added | None = None
        lines: list[dict[str, Any]] = []
        rows: list[list[str]] = []
        of: Mapping[str, Cents] | None = None
        for key, title, fund, items in funds:
            table = self._table(key, title, ("total", "basic", "project"))
            if items:
                added = added if items is of else _added(items)
                summed, of = self._rounded(added), items
                if summed == printed:
                    table.grid += rows
                else:
                    begun = len(table.grid)
                    lines, printed = table.coded_rows(*summed), summed
                    rows = table.grid[begun:]
                more = {**table.placed, "fiscal_year": self.year, "fund": fund, "phase": self.phase}
                # Thirty of them in a document: they are validated with it, in one step.
                self.lists["expenditures"] += [{**line, **more} for line in lines]
            self.lists["statements"].append(
                table.statement() if items else table.statement("declared_empty", note="空表列示")
            )

    def revenues(self) -> None:
        """收入总表 by functional code."""
        table = self._table(
            "revenue", "部门收入总表", ("total", "current_year", "fiscal_appropriation", "carried_over")
        )
        for code, cents in self._sums({**self.general, **self.fund}):
            total = cents["total"]
            line = table.row([code, _name(code)], dict.fromkeys(table.columns[:3], total))
            self.lists["revenues"].append(
                records.RevenueLine(**line, **_coded(code, _name(code), _ITEM), fiscal_year=self.year, phase=self.phase)
            )
        self.lists["statements"].append(table.statement())

    def balances(self) -> None:
        """The two balances: sources on the left, all classes on the right, most of them blank."""
        for key, title in (("revenue_and_expenditure", "部门收支总表"), ("fiscal_appropriation", "财政拨款收支总表")):
            table = self._table(key, title, ("total",), text_columns=3)  # type: ignore[arg-type]
            sums = dict(self._sums({**self.general, **self.fund}))
            total = sums[""]["total"]
            rows: list[tuple[str, str, str, str | None, int | None]] = [
                ("revenue", "item", name, None, total if number == 0 else None) for number, name in enumerate(_SOURCES)
            ]
            rows += [
                ("expenditure", "item", _name(code), code, sums.get(code, {"total": None})["total"])
                for code in _classes()
            ]
            for side, word in (("revenue", "收入"), ("expenditure", "支出")):
                rows.append((side, "year_total", f"本年{word}合计", None, total))
                rows.append((side, "grand_total", f"{word}总计", None, total))
            for number, (side, role, name, code, cents) in enumerate(rows, start=1):
                line = table.row([str(number), side, name], {"total": cents})
                self.lists["balance_lines"].append(
                    records.BalanceLine(
                        **line,
                        side=side,  # type: ignore[arg-type]
                        role=role,  # type: ignore[arg-type]
                        line_number=number,
                        item=name,
                        name=name,
                        functional_code=code,
                        fiscal_year=self.year,
                        phase=self.phase,
                    )
                )
            self.lists["statements"].append(table.statement())

    def economic(self) -> None:
        """Basic expenditure by economic code: a budget prints what has money, a final account the whole form."""
        table = self._table("basic_expenditure_by_economic", "一般公共预算基本支出表", ("total", "personnel", "public"))
        codes = _economic_codes()
        used = [code for code in codes if self.chance.random() < 14 / len(codes)] or codes[:1]
        found: dict[str, dict[str, int | None]] = {}
        left = sum(cents["basic"] or 0 for cents in self.general.values())
        for code in codes if self.kind == "final" else used:
            cents = None
            if code in used:
                # What is left of the basic expenditure goes to the last, so that both statements have the same total.
                cents = left if code == used[-1] else self.chance.randrange(left // 2 + 1)
                left -= cents
            staff = code.startswith(("301", "303"))
            found[code] = {"total": cents, "personnel": cents if staff else None, "public": None if staff else cents}
        for code, amounts in self._sums(found):
            name = codelists.economic_subjects()[code].name if code else "合计"
            line = table.row([code, name], amounts)
            self.lists["economic_lines"].append(
                records.EconomicLine(
                    **line,
                    **_coded(code, name, _DIVISION),
                    fiscal_year=self.year,
                    fund="general_public_budget",
                    phase=self.phase,
                )
            )
        self.lists["statements"].append(table.statement())

    def three_public(self) -> None:
        """“三公”: the total and its parts; receptions and vehicles where there are any."""
        table = self._table("three_public", "“三公”经费支出表", ("total",))
        vehicle = self._cents(3) if self.chance.random() < 0.5 else 0  # noqa: PLR2004 - half of the offices have one
        reception = self._cents(1) if self.chance.random() < 0.6 else None  # noqa: PLR2004 - as the seed's
        amounts = (vehicle + (reception or 0), None, vehicle, 0, vehicle, reception)
        for (item, name), cents in zip(_THREE_PUBLIC.items(), amounts, strict=True):
            line = table.row([item, name], {"total": cents})
            self.lists["three_public"].append(
                records.ThreePublicLine(**line, item=item, name=name, fiscal_year=self.year, phase=self.phase)  # type: ignore[arg-type]
            )
        self.lists["statements"].append(table.statement())

    def projects(self) -> None:
        """Targets of each project, a table each, with indicators below it."""
        ordinal = 0
        for code, cents in {**self.general, **self.fund}.items():
            if cents["project"] is None:
                continue
            ordinal += 1
            table = self._table("performance_targets", "项目绩效目标表", ("total", "fiscal"), ordinal=ordinal)
            name = f"{_name(code)}试项目{self.chance.randrange(100)}"
            line = table.row([name, ""], {"total": cents["project"], "fiscal": cents["project"]})
            self.lists["projects"].append(
                records.Project(
                    **line,
                    ordinal=ordinal,
                    code=f"{self.department.region_code}{self.year % 100:02}P{ordinal:08}T",
                    name=name,
                    fiscal_year=self.year,
                    plan_june=Decimal(50),
                    plan_december=Decimal(100),
                )
            )
            for position in range(1, self.chance.randint(5, 11) + 1):
                level1, level2, level3, target, operator, number, unit = self.chance.choice(_INDICATORS)
                line = table.row([level3, target], {})
                line = {key: value for key, value in line.items() if key not in table.columns}
                self.lists["performance_indicators"].append(
                    records.PerformanceIndicator(
                        **line,
                        subject="project",
                        project_ordinal=ordinal,
                        project_name=name,
                        fiscal_year=self.year,
                        position=position,
                        level1=level1,
                        level2=level2,
                        level3=level3,
                        description=f"{level3}的试说明",
                        target=target,
                        target_operator=operator,  # type: ignore[arg-type]
                        target_number=None if number is None else Decimal(number),
                        target_unit=unit,
                        target_is_qualitative=number is None,
                    )
                )
            self.lists["statements"].append(table.statement())

    def procurement(self) -> None:
        """What is to be bought: two in five budgets have any."""
        if self.kind == "final" or self.chance.random() < 0.6:  # noqa: PLR2004
            return
        table = self._table("procurement", "部门政府采购预算", ("quantity", "unit_price", "total"))
        rows: list[tuple[str | None, str | None, int | None, int | None, int]] = []
        for _ in range(self.chance.randint(1, 13)):
            item, catalogue = self.chance.choice(_BOUGHT)
            quantity, price = self.chance.randint(1, 12), self._cents(2)
            rows.append((item, catalogue, quantity * 100, price, quantity * price))
        rows.insert(0, (None, None, None, None, sum(total for *_, total in rows)))
        for position, (item, catalogue, quantity, price, total) in enumerate(rows, start=1):
            line = table.row([item or "合计", ""], {"quantity": quantity, "unit_price": price, "total": total})
            self.lists["procurement_items"].append(
                records.ProcurementItem(
                    **line,
                    position=position,
                    is_total=item is None,
                    project_name=None if item is None else f"试项目{position}",
                    item_name=item,
                    catalogue_code=catalogue,
                    measure="台" if item else None,
                    fiscal_year=self.year,
                )
            )
        self.lists["statements"].append(table.statement())

    def assets(self) -> None:
        """The six lines of 固定资产占用情况."""
        if self.kind == "final":
            return
        table = self._table("fixed_assets", "部门固定资产占用情况表", ("quantity", "value"))
        day = dt.date(self.year - 1, 12, 31)
        parts = [self._cents(20) if self.chance.random() < 0.5 else None for _ in range(4)]  # noqa: PLR2004
        offices = None if parts[0] is None else parts[0] // 2
        printed = [sum(part or 0 for part in parts), parts[0], offices, *parts[1:]]
        for (item, name), value in zip(_ASSETS.items(), printed, strict=True):
            quantity = None if value is None else (1 + value // 20_000) * 100
            line = table.row([item, name], {"quantity": quantity, "value": value})
            self.lists["assets"].append(
                records.AssetItem(**line, item=item, name=name, measure="台", as_of=day, fiscal_year=self.year - 1)  # type: ignore[arg-type]
            )
        self.lists["statements"].append(table.statement(as_of=day))

    def stated(self) -> None:
        """What the text states: the totals that the statements have, over and over."""
        total = dict(self._sums({**self.general, **self.fund}))[""]
        for number in range(self.chance.randint(13, 40)):
            item = ("total", "basic", "project")[number % 3]
            amount = _printed(total[item])
            self.lists["stated_amounts"].append(
                records.StatedAmount(
                    topic=("revenue", "expenditure", "fiscal_appropriation", "general_public_budget")[number % 4],  # type: ignore[arg-type]
                    item=item,
                    label="支出",
                    fiscal_year=self.year,
                    phase=self.phase,
                    measure="amount",
                    amount=Decimal(amount) if amount else None,
                    unit=self.department.unit,
                    line=10 + number,
                    offset=1,
                    text=f"{amount}万元" if self.department.unit is Unit.WAN else f"{amount}元",
                )
            )

    def _sums(self, items: Mapping[str, Cents]) -> list[tuple[str, Cents]]:
        """The items with the classes and divisions above them, the total first; sums of blanks are blank."""
        codes, summed = self._rounded(_added(items))
        rows = zip(*summed.values(), strict=True)
        return [(code, dict(zip(summed, row, strict=True))) for code, row in zip(codes, rows, strict=True)]

    def _rounded(self, added: _Added) -> _Added:
        """The same with a total that is a little off in some documents."""
        drawn, (codes, summed) = self.chance.random(), added
        total, *others = summed["total"]
        if drawn >= _ROUNDED or total is None:
            return added
        return codes, {**summed, "total": [total + (1 if drawn > _WRONG else 5000), *others]}


# The codes of a table's rows, and for each field the cents of each row.
_Added = tuple[tuple[str, ...], dict[str, list[int | None]]]


def _added(items: Mapping[str, Cents]) -> _Added:
    """The items with the classes and divisions above them, the total first; sums of blanks are blank."""
    codes = tuple(sorted(items))
    rows, summed = _rows_above(codes), dict[str, list[int | None]]()
    for name in items[codes[0]]:
        printed = [items[code][name] for code in codes]
        amounts = [amount or 0 for amount in printed]
        summed[name] = [
            sum(amounts[first:end]) or (None if printed[first:end].count(None) == end - first else 0)
            for _, first, end in rows
        ]
    return tuple(code for code, *_ in rows), summed


@lru_cache(maxsize=1000)
def _rows_above(codes: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """The rows of a table of these codes, in order: the codes and those above them, and which codes each sums up."""
    rows: dict[str, list[int]] = {}
    for number, code in enumerate(codes):
        for length in (0, _CLASS, _DIVISION, _ITEM):
            if length <= len(code):
                rows.setdefault(code[:length], [number, number])[1] = number + 1
    return [(code, first, end) for code, (first, end) in sorted(rows.items())]


# A class of one division of one item has its amounts.
@lru_cache(maxsize=10_000)
def _read(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@lru_cache(maxsize=10_000)
def _printed(cents: int | None) -> str:
    return "" if cents is None else f"{cents // 100}.{cents % 100:02}"


def _cells(row: int, first: int, columns: Sequence[str], printed: Sequence[str]) -> dict[str, records.Cell]:
    """Where the amounts of a row are in the grid: the first of its columns, and what they print."""
    return {name: (row, column) for column, (name, text) in enumerate(zip(columns, printed), first) if text}  # noqa: B905 - as long as each other, and quicker so


@cache
def _coded(code: str, name: str, leaf: int) -> dict[str, Any]:
    """What a row says of its code, as records name it; a code of `leaf` digits has nothing below it."""
    return {"code": code or None, "name": name, "level": _LEVELS[len(code)], "is_leaf": len(code) == leaf}


@cache
def _name(code: str) -> str:
    return codelists.functional_subjects()[code].name if code else "合计"


@cache
def _classes() -> tuple[str, ...]:
    return _of_length(codelists.functional_subjects(), _CLASS)


@cache
def _economic_codes() -> tuple[str, ...]:
    """The divisions of what runs an office: wages, goods and services, subsidies to people, without the “三公”."""
    listed = _of_length(codelists.economic_subjects(), _DIVISION)
    return tuple(code for code in listed if code[:_CLASS] in ("301", "302", "303") and code not in _THREE_PUBLIC_CODES)


def _of_length(codes: Iterable[str], length: int) -> tuple[str, ...]:
    return tuple(sorted(code for code in codes if len(code) == length))


@cache
def own_items() -> tuple[str, ...]:
    """The items that a department may have of its own, in order."""
    listed = codelists.functional_subjects()
    return tuple(
        code
        for code in _of_length(listed, _ITEM)
        if code[:_CLASS] in listed and code[:_DIVISION] in listed and not code.startswith(_FUND_CODES)
    )


@cache
def fund_items() -> tuple[str, ...]:
    """The items that a government fund may pay for."""
    listed = codelists.functional_subjects()
    return tuple(
        code
        for code in _of_length(listed, _ITEM)
        if code[:_CLASS] in listed and code[:_DIVISION] in listed and code.startswith(("21208", "22960"))
    )


COMMON = ("2080505", "2101101", "2210201")  # pension, health, housing: what nearly every office pays
_FUND_CODES = ("21208", "22960", "223", *COMMON)
_BASIC = ("01", "50")
_THREE_PUBLIC_CODES = ("30212", "30217", "30231")
_SOURCES = ("一、一般公共预算拨款收入", "二、政府性基金预算拨款收入", "三、财政专户管理资金收入", "四、单位资金")
_THREE_PUBLIC = {
    "total": "合计",
    "overseas_trips": "因公出国（境）费",
    "vehicles": "公务用车购置及运行维护费",
    "vehicle_purchase": "公务用车购置费",
    "vehicle_operation": "公务用车运行维护费",
    "receptions": "公务接待费",
}
_ASSETS = {
    "total": "资产总额",
    "buildings": "1、房屋（平方米）",
    "office_space": "其中：办公用房（平方米）",
    "vehicles": "2、车辆（台、辆）",
    "large_equipment": "3、单价100万元以上设备",
    "other": "4、其他固定资产",
}
_BOUGHT = (
    ("台式计算机", "A02010104"),
    ("复印机", "A020201"),
    ("基础电信服务", "C030101"),
    ("印刷服务", "C081401"),
    ("办公用纸", "A090101"),
    ("网络接入服务", "C030102"),
)
_INDICATORS = (
    ("产出指标", "数量指标", "试活动次数", "≥12次", "≥", "12", "次"),
    ("产出指标", "数量指标", "试培训人数", "≥200人", "≥", "200", "人"),
    ("产出指标", "质量指标", "试验收合格率", "≥95%", "≥", "95", "%"),
    ("产出指标", "时效指标", "试完成及时率", "=100%", "=", "100", "%"),
    ("产出指标", "成本指标", "试总成本", "≤30万元", "≤", "30", "万元"),
    ("效益指标", "社会效益指标", "试知晓度", "明显提升", None, None, None),
    ("效益指标", "可持续影响指标", "试长效机制", "健全", None, None, None),
    ("满意度指标", "服务对象满意度指标", "试群众满意度", "≥90%", "≥", "90", "%"),
)
