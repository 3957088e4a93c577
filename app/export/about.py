"""What a file says about itself: where it came from, which release it holds, in which unit, and how to check it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app.publication import ATTRIBUTION_EN, DATA_LICENCE
from app.query.whole_list import Control
from app.values import Unit

LICENCE = f"{DATA_LICENCE.identifier} ({DATA_LICENCE.url}). {ATTRIBUTION_EN}"
NOTES = (
    "A blank cell is null: the document prints nothing there. A printed 0 is 0.",
    "Rows repeat the same money: classes, divisions, items; departments and their units; funds; totals.",
    "Add up rows of one level (or is_leaf), one statement, one scope and one phase.",
    "The control totals are the sums of all rows of this file, to check a copy by; they are no amounts to quote.",
)


@dataclass(frozen=True)
class About:
    """The origin of a file's rows: `name` and `title` of the list, the path with its query, and the control totals."""

    name: str
    title: str
    query: str
    release: int
    released_at: dt.datetime
    unit: Unit
    control: Control
    notes: tuple[str, ...] = ()

    def lines(self) -> list[tuple[str, str]]:
        """What is to be said, a word and a text each, in a fixed order and without a clock: equal files stay equal."""
        return [
            ("resource", f"{self.name} {self.title}"),
            ("query", self.query),
            ("release", str(self.release)),
            ("released_at", self.released_at.isoformat()),
            ("unit", f"{self.unit.value} ({self.unit.zh}, {self.unit.en})"),
            ("rows", str(self.control.rows)),
            *((f"control_total:{name}", _amount(total)) for name, total in self.control.sums.items()),
            ("licence", LICENCE),
            *((f"note:{number}", note) for number, note in enumerate((*NOTES, *self.notes), start=1)),
        ]


def _amount(total: object) -> str:
    return "" if total is None else f"{total:f}"


def header_value(control: Control) -> str:
    """The control totals in one line: `total=310.09, basic=208.10, change=null`."""
    return ", ".join(f"{name}={_amount(total) or 'null'}" for name, total in control.sums.items())
