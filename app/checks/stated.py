"""Amounts that the narrative states, as figures for comparisons."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from decimal import Decimal

from app.checks.document import Document, Figure
from app.records import StatedAmount

SOURCE = "stated_amounts"
Stated = tuple[int, StatedAmount]  # position in the list, record

_DECIMALS_OF_NOTHING = 2
_BUDGET_WORD = re.compile(r"(?:年初|全年|调整后?)?预算数?$")
_PHASES = {
    "initial_budget": ("年初预算数", "initial budget"),
    "adjusted_budget": ("全年预算数", "adjusted budget"),
    "budget": ("预算数", "budget"),
    "final": ("决算（执行）数", "final account"),
}


def stated(document: Document, *, measure: str = "amount") -> Iterator[Stated]:
    """The amounts of the narrative, or its changes, in the order of the text."""
    for index, record in enumerate(document.parsed.stated_amounts):
        if record.measure == measure and record.amount is not None:
            yield index, record


def figure(one: Stated) -> Figure:
    """The stated amount; of a decrease a negative one."""
    index, record = one
    amount = record.amount
    changes = record.measure == "change"
    falls = changes and record.direction == "decrease"
    return Figure(
        source=SOURCE,
        index=index,
        field="amount",
        record=record,
        amount=-amount if falls and amount is not None else amount,
        unit=record.unit,
        # 0万元 says that there is nothing, not that there are less than 5,000 yuan.
        decimals=_decimals(amount) if amount else max(_decimals(amount), _DECIMALS_OF_NOTHING),
        cell=None,
        text=record.text,
        label=f"{record.label}增减" if changes else record.label,
        label_en=f"{record.label}, change" if changes else record.label,
    )


def of_phase(one: Stated) -> Figure:
    """The stated amount, called by its phase as well: budget and final account of one item have the same name."""
    made = figure(one)
    zh, en = _PHASES[one[1].phase]
    name = _BUDGET_WORD.sub("", made.label)
    return dataclasses.replace(made, label=f"{name}{zh}", label_en=f"{name}, {en}" if name else en)


def percent(one: Stated) -> Figure:
    """The percentage that is printed with a stated amount."""
    index, record = one
    return Figure(
        source=SOURCE,
        index=index,
        field="percent",
        record=record,
        amount=record.percent,
        unit=None,
        decimals=_decimals(record.percent),
        cell=None,
        text=None if record.percent is None else f"{record.percent:f}%",
        label=f"{record.label}所列百分比",
        label_en=f"{record.label}, the percentage",
    )


def _decimals(amount: Decimal | None) -> int:
    return 0 if amount is None else max(0, -int(amount.as_tuple().exponent))
