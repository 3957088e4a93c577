"""Which rows repeat the same money, resource by resource: what a sum takes when nothing is named, and what it refuses.

`docs/aggregates.md` shows this table with its reasons; adding a rule is adding an entry.
"""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One way in which rows of a resource repeat each other's money.

    Each of `conflicts` is a set of SQL expressions over t: a group adds money twice when all of them have more than one
    value in it (a null is no value).
    """

    name: str  # the column that tells the rows apart
    conflicts: tuple[tuple[str, ...], ...]
    repeats: str  # what would be added, for a reader
    default: Pair | None = None  # the filter that is applied when none of `named_by` is given
    named_by: tuple[str, ...] = ()  # parameters and groups by which the caller decides himself
    by_default: bool = False  # corrected by the default filter, otherwise by a group for each value
    # The filter that takes what an expression calls so, where that is no value of the column.
    filters: tuple[Pair, ...] = ()

    @property
    def own(self) -> tuple[str, ...]:
        return (self.name, *self.named_by)


def _named(*columns: str) -> tuple[str, ...]:
    """Every filter of these columns that chooses among their values."""
    return tuple(name for column in columns for name in (column, f"{column}__ne"))


def _one(name: str, expression: str, repeats: str) -> Axis:
    """A column of which a sum takes one value; the data decide whether there are several."""
    return Axis(name=name, conflicts=((expression,),), repeats=repeats)


_KIND = _one("kind", "t.kind", "the budget and the final account of the same money")
_SCOPE = _one("scope", "t.scope", "departments and their units, which the departments' figures contain")
_PHASE = _one("phase", "t.phase", "the same money as budgeted, as adjusted and as spent")

_LEVEL = Axis(
    name="level",
    # Two levels of leaves hold different money; a row above leaves holds theirs.
    conflicts=(("t.level", "case when t.is_leaf then '' else t.level end"),),
    repeats="rows of several levels (total, unit, class, division, item), which repeat the same money",
    default=("is_leaf", "true"),
    named_by=(*_named("level"), "is_leaf", "code"),
    by_default=True,
)
_FUND = Axis(
    name="fund",
    conflicts=(("case when t.fund in ('all', 'fiscal_appropriation') then t.fund else 'one' end",),),
    repeats="the statement of all funds and those of single funds, which it contains",
    default=("fund", "all"),
    named_by=_named("fund", "statement"),
    by_default=True,
)

_INSTITUTION = Axis(
    name="institution",
    conflicts=(("case when t.institution is null then 'all' else 'one' end",),),
    repeats="the expenses of all and those of each institution (institution__isnull=true takes those of all)",
    filters=(("all", "institution__isnull=true"), ("one", "institution__isnull=false")),
)


def _statement(key: str, repeats: str) -> Axis:
    return Axis(
        name="statement",
        conflicts=(("t.statement_key",),),
        repeats=repeats,
        default=("statement", key),
        named_by=_named("statement"),
        by_default=True,
    )


_BALANCES = """case t.role when 'balance_part' then 'part' when 'opening_balance' then 'whole'
    when 'closing_balance' then 'whole' end"""
_EXPENSES = """case when t.item = 'total' then 'total' when t.item in ('overseas_trips', 'vehicles',
    'vehicle_purchase', 'vehicle_operation', 'receptions') then 'part' end"""
_VEHICLES = """case t.item when 'vehicles' then 'whole' when 'vehicle_purchase' then 'part'
    when 'vehicle_operation' then 'part' end"""

AXES: dict[str, tuple[Axis, ...]] = {
    "balance-lines": (
        _statement("revenue_and_expenditure", "the balance of all money and that of the fiscal appropriation in it"),
        Axis(
            name="role",
            conflicts=(
                ("case t.role when 'item' then 'items' when 'year_total' then 'their total' end",),
                ("case t.role when 'item' then 'items' when 'item_part' then 'their parts' end",),
                ("case t.role when 'grand_total' then 'all' else 'parts' end",),
                (_BALANCES,),
            ),
            repeats="items with their totals, or balances with their parts",
            default=("role", "item"),
            named_by=_named("role"),
            by_default=True,
        ),
        _one("side", "t.side", "revenue and the expenditure that it pays for"),
        _KIND,
        _SCOPE,
        _PHASE,
    ),
    "revenues": (_LEVEL, _KIND, _SCOPE, _PHASE),
    "expenditures": (_LEVEL, _FUND, _KIND, _SCOPE, _PHASE),
    "economic-lines": (
        _LEVEL,
        _statement("basic_expenditure_by_economic", "basic expenditure and the agency operating expenses in it"),
        _KIND,
        _SCOPE,
        _PHASE,
    ),
    "three-public": (
        Axis(
            name="item",
            conflicts=(
                (_EXPENSES,),
                (_VEHICLES,),
                ("case when t.item in ('grand_total', 'administrative') then t.item else 'part' end",),
            ),
            repeats="a total with its items, or vehicles with purchase and operation",
            default=("item", "total"),
            named_by=_named("item"),
        ),
        _INSTITUTION,
        _KIND,
        _SCOPE,
        _PHASE,
    ),
    "projects": (
        _one("statement", "t.statement_key", "lists of projects, target tables and self-evaluations"),
        _one("is_total", "t.is_total::text", "the rows of a list and those that sum them up"),
        _KIND,
        _SCOPE,
    ),
    "procurement-items": (
        Axis(
            name="is_total",
            conflicts=(("t.is_total::text",),),
            repeats="the rows of the table and its total row",
            default=("is_total", "false"),
            named_by=("is_total",),
            by_default=True,
        ),
        _KIND,
        _SCOPE,
    ),
    # Results are counted, and every one is another.
    "check-results": (),
}

# Where two documents state the same figure: the columns that tell figures apart, and the filter that leaves one.
RESTATED: dict[str, tuple[tuple[str, ...], Pair, str]] = {
    "three-public": (
        ("department_id", "scope", "fiscal_year", "phase", "item"),
        ("prior_year", "false"),
        "a year's figures out of its own document and out of the next year's, which states them again",
    ),
}

# Measures that every row of a group repeats: a sum of them counts twice, the largest is the figure itself.
REPEATED_ON_ROWS: dict[str, frozenset[str]] = {"procurement-items": frozenset({"project_budget"})}
# Measures that mean nothing when added.
NEVER_ADDED: dict[str, frozenset[str]] = {
    "procurement-items": frozenset({"unit_price"}),
    # Differences of several sums over the same figures.
    "check-results": frozenset({"difference", "bound"}),
}
# Measures whose unit stands in another column.
ADDED_PER: dict[str, dict[str, str]] = {"procurement-items": {"quantity": "measure"}}
