"""What words of the narrative mean in the tables: the figures that a topic and an item can be meant for.

Where the words fit several figures, such as 收入 for the revenue of the year and for the grand total, all are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from app.checks.balance import FUNDS
from app.checks.document import Document, Figure
from app.records import StatedAmount, StatementKey

Sum = tuple[Figure, ...]
Finder = Callable[[Document, StatedAmount], Iterator[Sum]]

_PHASES: dict[str, tuple[str, ...]] = {
    "final": ("final",),
    "initial_budget": ("initial_budget", "budget"),
    "adjusted_budget": ("adjusted_budget",),
    "budget": ("budget", "initial_budget", "adjusted_budget"),
}


def _measures(row: Any, said: StatedAmount) -> bool:  # noqa: ANN401 - a row of any list
    """Whether a row is of the same year and phase as the stated amount."""
    phase = getattr(row, "phase", None)
    return row.fiscal_year == said.fiscal_year and (phase is None or phase in _PHASES[said.phase])


def _total(source: str, key: StatementKey, field: str) -> Finder:
    """A column of the total row; of several, as tables over pages and in parts have them, any of them or their sum."""

    def find(document: Document, said: StatedAmount) -> Iterator[Sum]:
        for series in document.series(source, key):
            rows = [
                (index, row)
                for index, row in series.rows
                if row.level == "total" and _measures(row, said) and getattr(row, field) is not None
            ]
            yield from (document.figures(source, [row], field) for row in rows)
            if len(rows) > 1 and source == "economic_lines":
                yield document.figures(source, rows, field)

    return find


def _expenditure(field: str, key: StatementKey = "expenditure") -> Finder:
    return _total("expenditures", key, field)


def _balance(side: str, role: str, key: StatementKey = "revenue_and_expenditure", field: str = "total") -> Finder:
    """A total of one side of a balance."""

    def find(document: Document, said: StatedAmount) -> Iterator[Sum]:
        for series in document.series("balance_lines", key):
            rows = [
                (index, row)
                for index, row in series.rows
                if (row.side, row.role) == (side, role) and _measures(row, said)
            ]
            if len(rows) == 1:
                yield document.figures("balance_lines", rows, field)

    return find


def _subject(source: str, *keys: StatementKey, field: str = "total") -> Finder:
    """The row of the functional code that the text names."""

    def find(document: Document, said: StatedAmount) -> Iterator[Sum]:
        for series in document.series(source, *keys):
            rows = [
                (index, row)
                for index, row in series.rows
                if said.functional_code is not None
                and (row.functional_code if source == "balance_lines" else row.code) == said.functional_code
                and _measures(row, said)
            ]
            if len(rows) == 1:
                yield document.figures(source, rows, field)

    return find


def _item(source: str) -> Finder:
    """The row of the same item in the table of the three public expenses or of assets."""

    def find(document: Document, said: StatedAmount) -> Iterator[Sum]:
        for series in document.series(source):
            rows = [(index, row) for index, row in series.rows if row.item == said.item and _measures(row, said)]
            if len(rows) != 1:
                continue
            row = rows[0][1]
            if source == "three_public" and row.total is None and any(getattr(row, fund) is not None for fund in FUNDS):
                # The table prints the budgets alone, and no column for all of them.
                yield tuple(document.figure(source, rows[0][0], fund) for fund in document.fields(series, *FUNDS))
            else:
                yield document.figures(source, rows, "value" if source == "assets" else "total")

    return find


def _agency_operating(document: Document, said: StatedAmount) -> Iterator[Sum]:
    """Some provinces print the agency's operating expenses below the three public expenses."""
    yield from _item("three_public")(document, said.model_copy(update={"item": "agency_operating"}))


def _purchases(document: Document, said: StatedAmount) -> Iterator[Sum]:
    for series in document.series("procurement_items"):
        totals = [
            pair for pair in series.rows if pair[1].is_total and pair[1].total is not None and _measures(pair[1], said)
        ]
        rows = [pair for pair in series.rows if not pair[1].is_total and _measures(pair[1], said)]
        if len(totals) == 1 or rows:
            yield document.figures("procurement_items", totals if len(totals) == 1 else rows, "total")


_ECONOMIC: StatementKey = "basic_expenditure_by_economic"
_FISCAL: StatementKey = "fiscal_appropriation"
_GENERAL: StatementKey = "general_public_budget_expenditure"
REVENUES = (
    "fiscal_appropriation",
    "general_public_budget",
    "government_fund",
    "state_capital",
    "special_account",
    "institutional",
    "business",
    "from_superior",
    "from_subordinates",
    "unit_funds",
    "other",
    "carried_over",
    "surplus_used",
)
_THREE_PUBLIC = (
    "total",
    "overseas_trips",
    "vehicles",
    "vehicle_purchase",
    "vehicle_operation",
    "receptions",
)
_GRAND = (
    _balance("revenue", "grand_total"),
    _balance("expenditure", "grand_total"),
    _balance("revenue", "year_total"),
    _balance("expenditure", "year_total"),
)
_FUND_ITEMS = {
    "expenditure": "total",
    "basic": "basic",
    "project": "project",
    "revenue": "revenue",
    "opening_balance": "opening_balance",
    "closing_balance": "closing_balance",
}


# Topic and item → the figures that they can mean, any of them.
_TABLES: dict[tuple[str, str], tuple[Finder, ...]] = {
    ("revenue", "total"): (
        _balance("revenue", "year_total"),
        _balance("revenue", "grand_total"),
        _total("revenues", "revenue", "total"),
        _total("revenues", "revenue", "current_year"),
    ),
    ("revenue", "grand_total"): (_balance("revenue", "grand_total"), _balance("revenue", "year_total")),
    **{("revenue", item): (_total("revenues", "revenue", item),) for item in REVENUES},
    ("expenditure", "total"): (
        _balance("expenditure", "year_total"),
        _balance("expenditure", "grand_total"),
        _expenditure("total"),
    ),
    ("expenditure", "grand_total"): _GRAND,
    **{
        ("expenditure", item): (_expenditure(item),)
        for item in ("basic", "project", "personnel", "public", "to_superior", "to_subordinates", "business")
    },
    ("expenditure", "functional_subject"): (
        _subject("expenditures", "expenditure"),
        _subject("balance_lines", "revenue_and_expenditure"),
    ),
    ("fiscal_appropriation", "grand_total"): (
        _balance("revenue", "grand_total", _FISCAL),
        _balance("expenditure", "grand_total", _FISCAL),
        _balance("expenditure", "year_total", _FISCAL),
        _balance("revenue", "year_total", _FISCAL),
    ),
    ("fiscal_appropriation", "functional_subject"): (
        _subject("balance_lines", _FISCAL),
        _subject("expenditures", _GENERAL, "appropriation_expenditure"),
    ),
    ("general_public_budget", "total"): (
        _expenditure("total", _GENERAL),
        _balance("expenditure", "year_total", _FISCAL, "general_public_budget"),
        _balance("revenue", "year_total", _FISCAL, "general_public_budget"),
        _balance("expenditure", "year_total", _FISCAL),
        _balance("expenditure", "grand_total", _FISCAL),
    ),
    **{
        ("general_public_budget", item): (_expenditure(item, _GENERAL),)
        for item in ("basic", "project", "personnel", "public")
    },
    ("general_public_budget", "functional_subject"): (
        _subject("expenditures", _GENERAL),
        _subject("balance_lines", _FISCAL),
    ),
    ("basic_expenditure", "total"): (
        _total("economic_lines", _ECONOMIC, "total"),
        _expenditure("basic", _GENERAL),
        _expenditure("basic"),
    ),
    ("basic_expenditure", "personnel"): (
        _total("economic_lines", _ECONOMIC, "personnel"),
        _expenditure("personnel", _GENERAL),
    ),
    ("basic_expenditure", "public"): (
        _total("economic_lines", _ECONOMIC, "public"),
        _expenditure("public", _GENERAL),
    ),
    **{
        ("government_fund", item): (_expenditure(field, "government_fund_expenditure"),)
        for item, field in _FUND_ITEMS.items()
    },
    **{
        ("state_capital", item): (_expenditure(field, "state_capital_expenditure"),)
        for item, field in _FUND_ITEMS.items()
    },
    **{("three_public", item): (_item("three_public"),) for item in _THREE_PUBLIC},
    ("general_expenses", "meetings"): (_item("three_public"),),
    ("agency_operating", "total"): (
        _agency_operating,
        _total("economic_lines", "agency_operating", "total"),
    ),
    ("general_expenses", "training"): (_item("three_public"),),
    ("procurement", "total"): (_purchases,),
    **{
        ("assets", item): (_item("assets"),)
        for item in ("total", "buildings", "vehicles", "office_space", "large_equipment", "other")
    },
}

# What a report of an evaluation may mean by the words of a whole: an amount equal to one of these is not judged.
_NARROWER: dict[tuple[str, str], tuple[Finder, ...]] = {
    ("revenue", "total"): (_balance("revenue", "year_total", _FISCAL), _balance("revenue", "grand_total", _FISCAL)),
    ("expenditure", "total"): (
        _balance("expenditure", "year_total", _FISCAL),
        _balance("expenditure", "grand_total", _FISCAL),
        _expenditure("total", _GENERAL),
    ),
    ("expenditure", "grand_total"): (
        _balance("revenue", "grand_total", _FISCAL),
        _balance("expenditure", "grand_total", _FISCAL),
    ),
    **{("expenditure", item): (_expenditure(item, _GENERAL),) for item in ("basic", "project", "personnel", "public")},
    ("expenditure", "functional_subject"): (
        _subject("expenditures", _GENERAL),
        _subject("balance_lines", _FISCAL),
        _subject("expenditures", "expenditure", field="basic"),
        _subject("expenditures", "expenditure", field="project"),
    ),
    ("general_public_budget", "functional_subject"): (
        _subject("expenditures", _GENERAL, field="basic"),
        _subject("expenditures", _GENERAL, field="project"),
    ),
    ("basic_expenditure", "total"): (_total("economic_lines", _ECONOMIC, "personnel"),),
}


def _found(document: Document, said: StatedAmount, table: dict[tuple[str, str], tuple[Finder, ...]]) -> list[Sum]:
    finders = table.get((said.topic, said.item), ())
    return [one for find in finders for one in find(document, said)]


def meant(document: Document, said: StatedAmount) -> list[Sum]:
    """The figures of the tables that the words fit."""
    return _found(document, said, _TABLES)


def narrower(document: Document, said: StatedAmount) -> list[Sum]:
    """The figures of a narrower scope that a report may call by the words of a whole."""
    return _found(document, said, _NARROWER)


def public_expenses(document: Document, said: StatedAmount) -> list[Sum]:
    """The public expenses of basic expenditure that the tables have for the year of a stated amount."""
    return [parts for find in _TABLES["basic_expenditure", "public"] for parts in find(document, said)]
