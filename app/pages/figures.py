"""The figures at a glance: which rows of a document they are, and why one is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.pages.rows import Row
from app.query import words
from app.query.words import Word


@dataclass(frozen=True)
class Figure:
    """One figure of a document. `amount` is None where the row has none; `row` is None where there is no row.

    `field` is the row's field; `why` says why no table has the figure; `stated` is true of one that the text states.
    """

    name: Word
    resource: str
    field: str
    row: Row | None
    why: Word | None = None
    stated: bool = False

    @property
    def amount(self) -> Decimal | int | None:
        found: Decimal | int | None = None if self.row is None else self.row["amount" if self.stated else self.field]
        return found


@dataclass(frozen=True)
class Printed:
    """The rows that the figures of one or several documents are taken from."""

    balances: Sequence[Row]
    spending: Sequence[Row]
    three_public: Sequence[Row]
    stated: Sequence[Row]


NOTHING_PRINTED = Printed((), (), (), ())
_NAMES = {
    "revenue": Word("收入总计", "Total revenue"),
    "expenditure": Word("支出总计", "Total expenditure"),
    "basic": Word("基本支出", "Basic expenditure"),
    "project": Word("项目支出", "Project expenditure"),
    "three_public": Word("“三公”经费", "“Three public” expenses"),
}
_NO_AMOUNT = Word("表中未列此数", "the table does not give it")
_IN_PARTS = Word("表中分列人员经费和公用经费", "the table gives personnel and public outlays apart")
_NO_ROW = Word("表中没有这一行", "the table has no such row")
_NO_TABLE = Word("原文件中没有此表", "the document has no such table")


def own_phase(kind: str) -> str:
    """The phase that a document is about: a budget's is the budget, a final account's the amount spent."""
    return "final" if kind == "final" else "budget"


def glance(disclosure: Row, printed: Printed) -> list[Figure]:
    """The figures of one document, in the order in which they are shown."""
    phase, statements = own_phase(disclosure["kind"]), disclosure.get("statements", [])

    def own(rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if row["disclosure_id"] == disclosure["id"] and row["phase"] == phase]

    def figure(key: str, resource: str, field: str, statement: str, found: Row | None) -> Figure:
        if found is not None and found[field] is not None:
            return Figure(_NAMES[key], resource, field, found)
        why = _why(statements, statement) if found is None else _without(found, key)
        stated = _stated(own(printed.stated), key, disclosure["fiscal_year"])
        if stated is not None:
            return Figure(_NAMES[key], "stated-amounts", "amount", stated, why or _NO_AMOUNT, stated=True)
        return Figure(_NAMES[key], resource, field, found, why)

    balances = own(printed.balances)
    spending = _total(own(printed.spending))
    three = three_public(disclosure, own(printed.three_public))
    return [
        *(
            figure(side, "balance-lines", "total", "revenue_and_expenditure", _grand_total(balances, side))
            for side in ("revenue", "expenditure")
        ),
        *(figure(part, "expenditures", part, "expenditure", spending) for part in ("basic", "project")),
        figure(
            "three_public",
            "three-public",
            three_public_field(three),
            "three_public",
            next((row for row in three if row["item"] == "total"), None),
        ),
    ]


def three_public(disclosure: Row, rows: Sequence[Row]) -> list[Row]:
    """The rows of the document's own year and phase, of the department as a whole: each item once, as first printed.

    A table may go on with the same items institution by institution.
    """
    wanted = (own_phase(disclosure["kind"]), disclosure["fiscal_year"], None)
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        if (row["phase"], row["fiscal_year"], row["institution"]) == wanted:
            found.setdefault((row["item"], row["name"]), row)
    return list(found.values())


def three_public_field(rows: Sequence[Row]) -> str:
    """The field that these rows have their amounts in: a form may print them by fund, and no total of the funds."""
    fields = ("total", "general_public_budget")
    return next((field for field in fields if any(row[field] is not None for row in rows)), "total")


def largest_projects(rows: Sequence[Row], most: int) -> list[Row]:
    """The first of these projects, each once: a list of projects and a table of targets may both have it."""
    found: dict[tuple[str, Decimal | int | None], Row] = {}
    for row in rows:
        found.setdefault((row["name"], row["total"]), row)
    return list(found.values())[:most]


def total_expenditure(disclosure: Row, printed: Printed) -> Figure:
    """The one of these figures that tells most where there is room for one."""
    return glance(disclosure, printed)[1]


def biggest(spending: Sequence[Row], phase: str, most: int) -> tuple[list[Row], str]:
    """The largest last rows of the statement of all funds (else of the general public budget), and which fund."""
    for fund in ("all", "general_public_budget"):
        found = [
            row
            for row in spending
            if row["fund"] == fund and row["phase"] == phase and row["is_leaf"] and row["total"] is not None
        ]
        if found:
            return sorted(found, key=lambda row: -row["total"])[:most], fund
    return [], "all"


def _grand_total(balances: Sequence[Row], side: str) -> Row | None:
    of_side = [row for row in balances if row["side"] == side and row["statement"] == "revenue_and_expenditure"]
    for role in ("grand_total", "year_total"):
        found = next((row for row in of_side if row["role"] == role), None)
        if found is not None:
            return found
    return None


def _total(spending: Sequence[Row]) -> Row | None:
    for fund in ("all", "general_public_budget"):
        of_fund = [row for row in spending if row["fund"] == fund]
        total = next((row for row in of_fund if row["level"] == "total"), None)
        # A table may begin with the department's own row in the place of a total.
        whole = (row for row in of_fund if row["level"] == "unit" and row["name"] == row["department_name"])
        found = total or next(whole, None)
        if found is not None:
            return found
    return None


def _without(row: Row, key: str) -> Word | None:
    """Why a row that is there has no such amount; None where its cell is blank for all that can be told."""
    in_parts = key == "basic" and (row["personnel"], row["public"]) != (None, None)
    return _IN_PARTS if in_parts else None


# Where the text states what a table would: its topic and item.
_STATED = {
    "revenue": ("revenue", "total"),
    "expenditure": ("expenditure", "total"),
    "basic": ("expenditure", "basic"),
    "project": ("expenditure", "project"),
    "three_public": ("three_public", "total"),
}


def _stated(stated: Sequence[Row], key: str, year: int) -> Row | None:
    wanted = (*_STATED[key], "amount", year)
    fits = (row for row in stated if (row["topic"], row["item"], row["measure"], row["fiscal_year"]) == wanted)
    return next(fits, None)


def _why(statements: Sequence[Row], key: str) -> Word:
    status = next((statement["status"] for statement in statements if statement["key"] == key), None)
    if status is None:
        return _NO_TABLE
    return _NO_ROW if status == "reported" else words.STATEMENT_STATUS[status]
