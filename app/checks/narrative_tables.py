"""The narrative against the tables: every stated amount beside the figure, or the figures, that it can be meant for.

What a topic and an item of the narrative are in the tables is data below. Where the words fit several figures, such as
收入 for the revenue of the year and for the grand total, the amount contradicts the tables only if it is none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from app.checks.document import Document, Figure
from app.checks.rule import Comparison, rule
from app.checks.stated import Stated, figure, stated
from app.records import StatedAmount, StatementKey

Sum = tuple[Figure, ...]
Finder = Callable[[Document, StatedAmount], Iterator[Sum]]

_PHASES: dict[str, tuple[str, ...]] = {
    "final": ("final",),
    "initial_budget": ("initial_budget", "budget"),
    "adjusted_budget": ("adjusted_budget",),
    "budget": ("budget", "initial_budget", "adjusted_budget"),
}
_ALONE = ("该句未同时列出总额，可能只指其中一部分", "the sentence states no total and may speak of a part alone")
_PART = (
    "同句已列出与报表一致的总额，该数可能是其中一部分",
    "the sentence states the total of the table before: this may be a part of it",
)
_NARROW = ("该数与较窄口径（财政拨款、基本或项目支出）的数字一致", "it is the figure of a narrower scope")


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
            if len(rows) == 1:
                yield document.figures(source, rows, "value" if source == "assets" else "total")

    return find


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
_REVENUES = (
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

_PARTS_OF_REVENUE = frozenset(("revenue", item) for item in _REVENUES)
_A_LIST = 3  # kinds of revenue in one sentence that make a list of them

# Topic and item → the figures that they can mean, any of them.
_TABLES: dict[tuple[str, str], tuple[Finder, ...]] = {
    ("revenue", "total"): (
        _balance("revenue", "year_total"),
        _balance("revenue", "grand_total"),
        _total("revenues", "revenue", "total"),
        _total("revenues", "revenue", "current_year"),
    ),
    ("revenue", "grand_total"): (_balance("revenue", "grand_total"), _balance("revenue", "year_total")),
    **{("revenue", item): (_total("revenues", "revenue", item),) for item in _REVENUES},
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


def _doubt(document: Document, one: Stated) -> tuple[str, str] | None:
    narrower = _found(document, one[1], _NARROWER)
    mine = figure(one)
    near = (abs(mine.value - sum(part.value for part in parts)) <= mine.half_place for parts in narrower)
    if any(near):
        return _NARROW
    if _is_part_of_said(document, one):
        return _PART
    return _ALONE if _stands_alone(document, one[1]) else None


def _is_part_of_said(document: Document, one: Stated) -> bool:
    """Whether the same paragraph has said the whole, as the table has it, before this smaller amount."""
    said, mine = one[1], figure(one)
    for other in stated(document):
        if other[0] >= one[0]:
            return False
        whole = other[1]
        alike = (whole.line, whole.topic, whole.item, whole.functional_code, whole.fiscal_year, whole.phase)
        if alike == (said.line, said.topic, said.item, said.functional_code, said.fiscal_year, said.phase):
            total = figure(other)
            agrees = (abs(total.value - sum(part.value for part in parts)) for parts in meant(document, whole))
            if total.value > mine.value > 0 and any(apart <= total.half_place for apart in agrees):
                return True
    return False


def _stands_alone(document: Document, said: StatedAmount) -> bool:
    """Whether a kind of revenue is named apart from the list of all kinds: as what pays for a project, for instance."""
    if (said.topic, said.item) not in _PARTS_OF_REVENUE:
        return False
    beside = [other for _, other in stated(document) if other.line == said.line and other.topic == "revenue"]
    whole = any(other.item in ("total", "grand_total") for other in beside)
    return not whole and len({other.item for other in beside}) < _A_LIST


@rule(
    "I22.stated_and_table",
    zh="文字说明中的金额与报表一致",
    en="An amount in the narrative is the one in the table",
    formula="文字说明所列金额 = 报表对应数字",
    formula_en="amount in the narrative = the figure in the table",
    statements=(
        "revenue_and_expenditure",
        "revenue",
        "expenditure",
        "fiscal_appropriation",
        "general_public_budget_expenditure",
        "basic_expenditure_by_economic",
        "government_fund_expenditure",
        "state_capital_expenditure",
        "three_public",
        "procurement",
        "fixed_assets",
    ),
    basis="arithmetic",
)
def stated_and_table(document: Document) -> Iterator[Comparison]:
    for one in stated(document):
        found = meant(document, one[1])
        if found:
            yield Comparison(
                left=(figure(one),),
                right=found[0],
                readings=tuple(found[1:]),
                whole_statement=False,
                doubt=_doubt(document, one),
            )


@rule(
    "I20.stated_agency_operating",
    zh="文字说明中的机关运行经费不超过公用经费",
    en="Agency operating expenses in the narrative are no more than public expenses",
    formula="机关运行经费 ≤ 一般公共预算基本支出的公用经费",
    formula_en="agency operating expenses ≤ public expenses of basic expenditure",
    statements=("basic_expenditure_by_economic", "general_public_budget_expenditure"),
    severity="notice",
)
def stated_agency_operating(document: Document) -> Iterator[Comparison]:
    for one in stated(document):
        if (one[1].topic, one[1].item) == ("agency_operating", "total"):
            public = [parts for find in _TABLES["basic_expenditure", "public"] for parts in find(document, one[1])]
            if public:
                highest = max(public, key=lambda parts: sum(part.value for part in parts))
                yield Comparison(left=(figure(one),), right=highest, relation="≤", whole_statement=False)


@rule(
    "I22.change_and_table",
    zh="文字说明中的增减与报表两年数字之差一致",
    en="A change in the narrative is the difference between the two years of the table",
    formula="上年数 + 文字说明所列增减 = 本年数",
    formula_en="last year + the stated change = this year",
    statements=("three_public",),
    basis="arithmetic",
)
def change_and_table(document: Document) -> Iterator[Comparison]:
    for one in stated(document, measure="change"):
        said = one[1]
        if said.topic != "three_public" or said.compared_year != said.fiscal_year - 1:
            continue
        now = meant(document, said)
        then = meant(document, said.model_copy(update={"fiscal_year": said.compared_year}))
        printed = any(part.amount is not None for parts in (*now, *then) for part in parts)
        if len(now) == len(then) == 1 and printed:
            yield Comparison(left=(*then[0], figure(one)), right=now[0], whole_statement=False)


@rule(
    "I26.empty_table_and_narrative",
    zh="空表对应的金额在文字说明中应为0",
    en="What a table declares to be empty is 0 in the narrative",
    formula="报表为空表 ⇒ 文字说明所列金额 = 0",
    formula_en="the table is declared empty: the narrative states 0",
    statements=("three_public", "government_fund_expenditure", "state_capital_expenditure", "procurement"),
    basis="regulation",
    citation="财预〔2016〕143号 地方预决算公开操作规程",
)
def empty_table_and_narrative(document: Document) -> Iterator[Comparison]:
    keys: dict[str, StatementKey] = {
        "three_public": "three_public",
        "government_fund": "government_fund_expenditure",
        "state_capital": "state_capital_expenditure",
        "procurement": "procurement",
    }
    for one in stated(document):
        said = one[1]
        if said.topic not in keys or said.fiscal_year != document.parsed.disclosure.fiscal_year:
            continue
        if document.status(keys[said.topic]) == {"declared_empty"}:
            yield Comparison(left=(figure(one),), right=(), whole_statement=False)
