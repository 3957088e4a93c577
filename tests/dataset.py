"""Invented disclosures, built from records: departments that do not exist, with figures that add up where they should.

Three departments in two provinces, budgets and final accounts of several years, every type of record, and what is ugly
in real ones: nulls beside zeros, equal amounts, quotation marks, an empty statement, a missing one, amounts in yuan and
in 万元, a unit beside its department, a code that no list has, a disclosure that was published again with another
figure. Every figure's cell is where `cells` says it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app import records
from app.values import Unit, parse_amount

TANGSHAN_KAIPING, BAODING = "130205", "130600"  # Hebei
ZHUZHOU_SHIFENG = "430204"  # Hunan

Printed = str | None


def disclosure(
    *,
    region: str = TANGSHAN_KAIPING,
    name: str = "开平区虚构事务局",
    code: str | None = "901",
    year: int = 2024,
    kind: records.Kind = "budget",
    scope: records.Scope = "department",
    units: Sequence[Unit] = (Unit.WAN,),
) -> records.Disclosure:
    """The description of an invented document."""
    title = f"{name}{year}年{'部门' if scope == 'department' else '单位'}{'预算' if kind == 'budget' else '决算'}"
    return records.Disclosure(
        region_code=region,
        department_name=name,
        department_code=code,
        fiscal_year=year,
        kind=kind,
        scope=scope,
        title=title,
        source_file=f"{region}-{title}.txt",
        sha256=hashlib.sha256(title.encode()).hexdigest(),
        format="text",
        units=sorted(units),
    )


class Table:
    """A printed table that grows by a row at a time and knows where each figure was put."""

    def __init__(
        self,
        key: records.StatementKey,
        title: str,
        headings: Sequence[str],
        *,
        unit: Unit | None = Unit.WAN,
        ordinal: int = 1,
        status: records.StatementStatus = "reported",
        note: str | None = None,
        form_number: str | None = None,
        as_of: dt.date | None = None,
    ) -> None:
        self.key, self.ordinal, self.unit = key, ordinal, unit
        self.grid: list[list[str]] = [list(headings)] if headings else []
        self.withheld: list[records.Cell] = []
        self.about: dict[str, Any] = {
            "key": key,
            "ordinal": ordinal,
            "title": title,
            "unit": unit,
            "status": status,
            "note": note,
            "form_number": form_number,
            "as_of": as_of,
            "header_rows": len(self.grid),
            "location": "" if status == "missing" else "lines 1-9",
        }

    def row(self, printed: Sequence[Printed], fields: Mapping[str, int]) -> dict[str, Any]:
        """Add a printed row; the common fields of the record that is read from it, its figures parsed."""
        number = len(self.grid)
        self.grid.append([text or "" for text in printed])
        line: dict[str, Any] = {
            "statement_key": self.key,
            "statement_ordinal": self.ordinal,
            "row": number,
            "unit": self.unit,
            "cells": {name: (number, column) for name, column in fields.items() if printed[column]},
        }
        for name, column in fields.items():
            line[name] = parse_amount(printed[column] or "")
        return line

    def withhold(self, column: int) -> None:
        """The last row's cell in this column is running text."""
        self.withheld.append((len(self.grid) - 1, column))

    def statement(self) -> records.Statement:
        return records.Statement(**self.about, grid=self.grid, withheld=self.withheld)


def expenditure_table(
    rows: Sequence[tuple[str, str, Printed, Printed, Printed]],
    *,
    year: int,
    phase: records.Phase = "budget",
    key: records.StatementKey = "expenditure",
    fund: records.Fund = "all",
    unit: Unit = Unit.WAN,
) -> tuple[Table, list[records.ExpenditureLine]]:
    """Rows of code (blank for 合计), name, total, basic, project."""
    table = Table(key, "支出总表", ["科目编码", "科目名称", "合计", "基本支出", "项目支出"], unit=unit)
    codes = [code for code, *_ in rows]
    lines = []
    for code, name, *printed in rows:
        line = table.row([code, name, *printed], {"total": 2, "basic": 3, "project": 4})
        lines.append(
            records.ExpenditureLine(
                **line,
                code=code or None,
                name=name,
                level=_level(code),
                is_leaf=bool(code) and not any(other.startswith(code) and other != code for other in codes),
                fiscal_year=year,
                phase=phase,
                fund=fund,
            )
        )
    return table, lines


def budget(
    *,
    region: str = TANGSHAN_KAIPING,
    name: str = "开平区虚构事务局",
    code: str | None = "901",
    year: int = 2024,
    scope: records.Scope = "department",
    factor: int = 1,
    unit: Unit = Unit.WAN,
) -> records.ParsedDisclosure:
    """A budget with every statement that budgets have; `factor` multiplies its money."""

    def money(text: Printed) -> Printed:
        return text if text in (None, "", "—") else str(Decimal(text) * factor)

    balance = Table("revenue_and_expenditure", "部门收支总表", ["序号", "项目", "预算数", "项目", "预算数"], unit=unit)
    balance_lines: list[records.BalanceLine] = []
    sides = [
        ("一、一般公共预算拨款收入", "100.00", "一、一般公共服务支出", "70.50", "201"),
        ("二、政府性基金预算拨款收入", None, "八、社会保障和就业支出", "29.50", "208"),
        ("本年收入合计", "100.00", "本年支出合计", "100.00", None),
        ("上年结转结余", "0", "年终结转结余", "", None),
        ("收入总计", "100.00", "支出总计", "100.00", None),
    ]
    roles = {"本年": "year_total", "上年": "opening_balance", "年终": "closing_balance"}
    for number, (left, left_amount, right, right_amount, functional) in enumerate(sides, start=1):
        printed = [str(number), left, money(left_amount), right, money(right_amount)]
        first = balance.row(printed, {"total": 2})
        second = {**first, "total": parse_amount(printed[4] or ""), "cells": {"total": (first["row"], 4)}}
        for side, item, line in (("revenue", left, first), ("expenditure", right, second)):
            role = "grand_total" if "总计" in item else roles.get(item[:2], "item")
            balance_lines.append(
                records.BalanceLine(
                    **line,
                    side=side,
                    role=role,
                    line_number=number,
                    item=item,
                    name=item.split("、")[-1],
                    functional_code=functional if side == "expenditure" else None,
                    fiscal_year=year,
                    phase="budget",
                )
            )

    revenue = Table("revenue", "部门收入总表", ["科目编码", "科目名称", "合计", "一般公共预算", "上年结转"], unit=unit)
    revenues = [
        records.RevenueLine(
            **revenue.row(
                [number, label, money(total), money(general), carried],
                {"total": 2, "general_public_budget": 3, "carried_over": 4},
            ),
            code=number or None,
            name=label,
            level=_level(number),
            is_leaf=len(number) == 7,
            fiscal_year=year,
            phase="budget",
        )
        for number, label, total, general, carried in [
            ("", "合计", "100.00", "100.00", "0.00"),
            ("201", "一般公共服务支出", "70.50", "70.50", None),
            ("20199", "其他一般公共服务支出", "70.50", "70.50", None),
            ("2019999", "其他一般公共服务支出", "70.50", "70.50", "—"),
            ("208", "社会保障和就业支出", "29.50", "29.50", None),
        ]
    ]

    rows = [
        ("", "合计", "100.00", "60.00", "40.00"),
        ("201", "一般公共服务支出", "70.50", "30.50", "40.00"),
        ("20199", "其他一般公共服务支出", "70.50", "30.50", "40.00"),
        ("2019901", "虚构事务“专项”运行", "30.50", "30.50", "0"),
        ("2019999", "其他一般公共服务支出", "40.00", None, "40.00"),
        ("208", "社会保障和就业支出", "29.50", "29.50", None),
        ("20805", "行政事业单位养老支出", "29.50", "29.50", "—"),
        ("2080505", "机关事业单位基本养老保险缴费支出", "29.50", "29.50", ""),
    ]
    scaled = [(number, label, *(money(text) for text in amounts)) for number, label, *amounts in rows]
    expenditure, expenditures = expenditure_table(scaled, year=year, unit=unit)  # type: ignore[arg-type]
    general, general_lines = expenditure_table(
        scaled,  # type: ignore[arg-type]
        year=year,
        key="general_public_budget_expenditure",
        fund="general_public_budget",
        unit=unit,
    )
    empty_fund = Table(
        "government_fund_expenditure",
        "政府性基金预算财政拨款支出表",
        ["科目编码", "科目名称", "合计"],
        unit=unit,
        status="declared_empty",
        note="空表列示",
    )
    missing = Table("state_capital_expenditure", "国有资本经营预算财政拨款支出表", [], unit=None, status="missing")

    basic = Table(
        "basic_expenditure_by_economic",
        "一般公共预算财政拨款基本支出表",
        ["科目编码", "科目名称", "合计", "人员经费", "公用经费"],
        unit=unit,
    )
    economic_lines = [
        records.EconomicLine(
            **basic.row(
                [number, label, money(total), money(staff), money(public)], {"total": 2, "personnel": 3, "public": 4}
            ),
            code=number or None,
            name=label,
            level=_level(number),
            is_leaf=len(number) == 5,
            fiscal_year=year,
            phase="budget",
            fund="general_public_budget",
        )
        for number, label, total, staff, public in [
            ("", "合计", "60.00", "50.00", "10.00"),
            ("301", "工资福利支出", "50.00", "50.00", None),
            ("30101", "基本工资", "25.00", "25.00", None),
            ("30102", "津贴补贴", "25.00", "25.00", "0"),
            ("302", "商品和服务支出", "10.00", None, "10.00"),
            ("30299", "其他商品和服务支出", "10.00", None, "10.00"),
        ]
    ]

    cars = Table(
        "three_public", "“三公”经费支出表", ["项目", "上年预算数", "本年预算数", "增减", "变化原因"], unit=unit
    )
    three_public: list[records.ThreePublicLine] = []
    for item, label, before, now in [
        ("total", "合计", "3.00", "2.50"),
        ("overseas_trips", "因公出国（境）费", None, "0"),
        ("vehicles", "公务用车购置及运行费", "2.50", "2.50"),
        ("receptions", "公务接待费", "0.50", "0"),
    ]:
        change = None if before is None else str(Decimal(now) - Decimal(before))
        line = cars.row(
            [label, money(before), money(now), money(change), "厉行节约，压减开支。"], {"total": 2, "change": 3}
        )
        cars.withhold(4)
        earlier = {
            **line,
            "total": parse_amount(money(before) or ""),
            "change": None,
            "cells": {"total": (line["row"], 1)},
        }
        three_public += [
            records.ThreePublicLine(**earlier, item=item, name=label, fiscal_year=year - 1, phase="budget"),
            records.ThreePublicLine(
                **line, item=item, name=label, fiscal_year=year, phase="budget", reason="厉行节约，压减开支。"
            ),
        ]

    targets = Table(
        "performance_targets",
        "项目绩效目标表",
        ["一级", "二级", "三级", "指标值", "预算数", "其中：财政资金"],
        unit=unit,
    )
    projects: list[records.Project] = []
    indicators: list[records.PerformanceIndicator] = []
    for ordinal, (label, amount) in enumerate([("“虚构”宣传项目", "30.00"), ("设备购置项目", "10.00")], start=1):
        line = targets.row([label, "", "", "", money(amount), money(amount)], {"total": 4, "fiscal": 5})
        projects.append(
            records.Project(
                **line,
                ordinal=ordinal,
                code=f"{region}{year % 100:02}P{ordinal:08}X" if ordinal == 1 else None,
                name=label,
                fiscal_year=year,
                plan_march=Decimal(25),
                plan_june=Decimal(50) if ordinal == 1 else None,
                plan_october=Decimal(75),
                plan_december=Decimal(100),
                purpose="用于宣传品制作。",
                goal="完成全年宣传任务。",
            )
        )
        for position, (level2, level3, printed, operator, figure, measure) in enumerate(
            [
                ("数量指标", "宣传次数", "≥12期", "≥", "12", "期"),
                ("质量指标", "合格率", "≥95%", "≥", "95", "%"),
                ("社会效益指标", "知晓度", "良好", None, None, None),
            ],
            start=1,
        ):
            indicator = targets.row(["产出指标", level2, level3, printed, "", ""], {})
            indicators.append(
                records.PerformanceIndicator(
                    **indicator,
                    subject="project",
                    project_ordinal=ordinal,
                    project_name=label,
                    fiscal_year=year,
                    position=position,
                    level1="产出指标",
                    level2=level2,
                    level3=level3,
                    target=printed,
                    target_operator=operator,
                    target_number=None if figure is None else Decimal(figure),
                    target_unit=measure,
                    target_is_qualitative=operator is None,
                    basis="工作计划",
                )
            )

    purchases = Table(
        "procurement", "部门政府采购预算", ["项目名称", "物品", "目录序号", "数量", "单价", "金额"], unit=unit
    )
    procurement = [
        records.ProcurementItem(
            **purchases.row(
                [project, item, number, quantity, money(price), money(total)],
                {"quantity": 3, "unit_price": 4, "total": 5},
            ),
            position=position,
            is_total=not number,
            project_name=project or None,
            item_name=item or None,
            catalogue_code=number or None,
            measure="台" if number else None,
            fiscal_year=year,
        )
        for position, (project, item, number, quantity, price, total) in enumerate(
            [
                ("合计", "", "", "", "", "10.00"),
                ("设备购置项目", "台式计算机", "A02010104", "10", "0.50", "5.00"),
                ("设备购置项目", "复印机", "A020201", "2.5", "2.00", "5.00"),
            ],
            start=1,
        )
    ]

    holdings = Table(
        "fixed_assets", "部门固定资产占用情况表", ["项目", "数量", "价值"], unit=unit, as_of=dt.date(year - 1, 12, 31)
    )
    assets = [
        records.AssetItem(
            **holdings.row([label, quantity, money(value)], {"quantity": 1, "value": 2}),
            item=item,
            name=label,
            measure=measure,
            as_of=dt.date(year - 1, 12, 31),
            fiscal_year=year - 1,
        )
        for item, label, measure, quantity, value in [
            ("total", "资产总额", None, "—", "120.00"),
            ("buildings", "1、房屋", "平方米", "350.5", "100.00"),
            ("vehicles", "2、车辆", "台、辆", "0", "0"),
            ("other", "4、其他固定资产", None, None, "20.00"),
        ]
    ]

    stated = [
        records.StatedAmount(
            topic="expenditure",
            item="total",
            label="支出预算",
            fiscal_year=year,
            phase="budget",
            measure="amount",
            amount=Decimal(100 * factor),
            unit=unit,
            line=40,
            offset=12,
            text=f"{100 * factor}{unit.zh}",
        ),
        records.StatedAmount(
            topic="three_public",
            item="total",
            label="“三公”经费",
            fiscal_year=year,
            compared_year=year - 1,
            phase="budget",
            measure="change",
            direction="decrease",
            amount=Decimal("0.50") * factor,
            unit=unit,
            percent=Decimal("16.67"),
            percent_kind="growth",
            line=52,
            offset=3,
            text=f"减少{Decimal('0.50') * factor}{unit.zh}",
        ),
    ]
    finding_list = [
        records.Finding(
            code="unknown_code",
            severity="info",
            message="2019901 is not in the code list",
            statement_key="expenditure",
            statement_ordinal=1,
            row=4,
            column=0,
            text="2019901",
        ),
        records.Finding(code="number_only_in_text", severity="warning", message="a figure nobody reads", line=3),
    ]
    tables = [balance, revenue, expenditure, general, empty_fund, missing, basic, cars, targets, purchases, holdings]
    return records.ParsedDisclosure(
        disclosure=disclosure(region=region, name=name, code=code, year=year, scope=scope, units=[unit]),
        statements=[table.statement() for table in tables],
        balance_lines=balance_lines,
        revenues=revenues,
        expenditures=[*expenditures, *general_lines],
        economic_lines=economic_lines,
        three_public=three_public,
        projects=projects,
        performance_indicators=indicators,
        procurement_items=procurement,
        assets=assets,
        stated_amounts=stated,
        findings=finding_list,
    )


def final(
    *, region: str = ZHUZHOU_SHIFENG, name: str = "石峰区虚构办公室", year: int = 2023, total: str = "88.80"
) -> records.ParsedDisclosure:
    """A final account with a self-evaluation; `total` changes one figure."""
    expenditure, expenditures = expenditure_table(
        [
            ("", "本年支出合计", total, "48.80", "40"),
            ("201", "一般公共服务支出", total, "48.80", "40"),
            ("20199", "其他一般公共服务支出", total, "48.80", "40"),
            ("2019999", "其他一般公共服务支出", total, "48.80", "40"),
            ("229", "其他支出", "0.09", "0.09", None),
        ],
        year=year,
        phase="final",
    )
    evaluation = Table(
        "self_evaluation",
        "部门整体支出绩效自评表",
        ["项目", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分", "偏差原因"],
    )
    rows = [
        ("total", "年度资金总额", "80", "90", "88.8", "10", "98.67%", "9.87"),
        ("fiscal_appropriation", "其中：当年财政拨款", "80", "88.8", "88.8", None, "", None),
    ]
    evaluation_lines = [
        records.EvaluationLine(
            **evaluation.row(
                [label, initial, adjusted, executed, weight, rate, score, ""],
                {"initial_budget": 1, "adjusted_budget": 2, "executed": 3, "weight": 4, "score": 6},
            ),
            subject="department",
            project_ordinal=None,
            project_name=None,
            item=item,
            name=label,
            fiscal_year=year,
            execution_rate=Decimal(rate.rstrip("%")) if rate else None,
        )
        for item, label, initial, adjusted, executed, weight, rate, score in rows
    ]
    overall = evaluation.row(["总分", "", "", "", "100", "", "96.5", ""], {"weight": 4, "score": 6})
    evaluation_lines.append(
        records.EvaluationLine(
            **overall,
            subject="department",
            project_ordinal=None,
            project_name=None,
            item="overall",
            name="总分",
            fiscal_year=year,
            grade="优",
        )
    )
    indicator = evaluation.row(["数量指标", "≥12期", "", "12期", "10", "", "10", "无偏差。"], {"weight": 4, "score": 6})
    evaluation.withhold(7)
    return records.ParsedDisclosure(
        disclosure=disclosure(region=region, name=name, code=None, year=year, kind="final"),
        statements=[expenditure.statement(), evaluation.statement()],
        expenditures=expenditures,
        evaluation_lines=evaluation_lines,
        performance_indicators=[
            records.PerformanceIndicator(
                **indicator,
                subject="department",
                project_ordinal=None,
                project_name=None,
                fiscal_year=year,
                position=1,
                level1="产出指标",
                level2="数量指标",
                level3="编写期刊",
                level1_weight=Decimal(50),
                target="≥12期",
                target_operator="≥",
                target_number=Decimal(12),
                target_unit="期",
                target_is_qualitative=False,
                actual="12期",
                actual_number=Decimal(12),
                actual_unit="期",
                deviation_reason="无偏差。",
            )
        ],
    )


def releases() -> list[list[records.ParsedDisclosure]]:
    """What is loaded, in order: a first release, and a second that adds one disclosure and revises another."""
    baoding = {"region": BAODING, "name": "保定市虚构委员会", "code": "224002"}
    return [
        [
            budget(year=2024),
            budget(year=2025, factor=2),
            budget(year=2025, scope="unit"),
            budget(**baoding, year=2025, unit=Unit.YUAN, factor=10_000),  # type: ignore[arg-type]
            final(year=2023),
        ],
        [final(year=2023, total="88.81"), final(year=2024), budget(**baoding, year=2024)],  # type: ignore[arg-type]
    ]


def _level(code: str) -> records.RowLevel:
    levels: dict[int, records.RowLevel] = {0: "total", 3: "class", 5: "division", 7: "item"}
    return levels[len(code)]
