"""Agency operating expenses by item, where the narrative lists them: a statement of its own, with economic codes."""

from __future__ import annotations

from collections.abc import Sequence

from app.records import EconomicLine, Finding, StatedAmount, Statement

_TITLE = "机关运行经费"


def read_items(
    stated: Sequence[StatedAmount], *, fiscal_year: int
) -> tuple[list[Statement], list[EconomicLine], list[Finding]]:
    """A statement whose grid is [[item, amount]…] and its lines, when the text names items; else nothing.

    The total stands first. An item whose name is not in the code list keeps no code, and a finding says so.
    """
    of_topic = [
        amount
        for amount in stated
        if amount.topic == "agency_operating" and amount.measure == "amount" and amount.fiscal_year == fiscal_year
    ]
    items = [amount for amount in of_topic if amount.item == "economic_item"]
    if not items:
        return [], [], []
    total = [amount for amount in of_topic if amount.item == "total"][:1]
    rows = total + items
    units = {amount.unit for amount in rows}
    if len(units) > 1:
        return [], [], [_finding("unknown_unit", "the items are printed in different units", items[0], row=None)]
    statement = Statement(
        key="agency_operating",
        ordinal=1,
        title=_TITLE,
        unit=rows[0].unit,
        status="reported",
        location=f"line {rows[0].line}",
        grid=[[amount.label, _number(amount)] for amount in rows],
    )
    lines: list[EconomicLine] = []
    findings: list[Finding] = []
    for row, amount in enumerate(rows):
        is_total = amount.item == "total"
        lines.append(
            EconomicLine(
                statement_key="agency_operating",
                statement_ordinal=1,
                row=row,
                unit=amount.unit,
                cells={"total": (row, 1)},
                code=amount.economic_code,
                name=amount.label,
                level="total" if is_total else "division",
                is_leaf=not is_total,
                fiscal_year=fiscal_year,
                phase=amount.phase,
                fund="general_public_budget",
                total=amount.amount,
            )
        )
        if not is_total and amount.economic_code is None:
            findings.append(_finding("unlisted_name", "no economic code has this name", amount, row=row))
    return [statement], lines, findings


def _number(amount: StatedAmount) -> str:
    return amount.text.rstrip("亿万元")


def _finding(code: str, message: str, amount: StatedAmount, *, row: int | None) -> Finding:
    return Finding(
        code=code,
        severity="warning",
        message=message,
        statement_key="agency_operating",
        statement_ordinal=1,
        row=row,
        column=0 if row is not None else None,
        line=amount.line,
        text=amount.label,
    )
