"""What is added up when a release is loaded: which figures, by what, and how finely. Declarations alone, no SQL is run.

A cell of a roll-up holds the rows of one resource that have the same values in all of its dimensions. It has as many
disclosures as different ones print such a row, so cells may be added where they hold different disclosures: other
divisions, kinds, scopes, years. A place in the document (statement, phase, fund, code) is another matter, and a query
that would add over several of those is answered from the facts (`app/query/rolled.py`).

Year, division and code are written in the cell; everything else that parts rows is a combination, one of a few dozen
that a resource has, and stands once in a table of its own. A cell has all measures of its rows side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

# To be raised when what is declared here changes: what was added up otherwise is made anew, and not used until then.
VERSION = 3

# What every resource is parted by, beside its grains and the year. `lag` is the disclosure's year less the row's: 1 in
# a column of the prior year.
PARTED = ("kind", "scope", "lag", "phase", "statement_key")
OWN = ("fund", "side", "role", "item", "institution")
# A combination; `picked` is the level of its rows, or says that they are leaves: a leaf is in the cells of both.
COMBINED = (*PARTED, *OWN, "picked")
TOTALS = ("leaf", "total")


@dataclass(frozen=True)
class Grain:
    """How finely cells part divisions (6, 2 or none of their digits) and codes (so many digits, 9: all there are)."""

    number: int
    region_digits: int
    code_digits: int
    totals: bool = False  # of coded facts: leaves and total rows alone, and of the measures the first
    of: Grain | None = None  # the finer one that it is added up of; None: of rows


REGION = Grain(1, 6, 0, totals=True)
CODE = Grain(2, 0, 9)
PROVINCE_CLASS = Grain(3, 2, 3)
# Of coded facts. A finer one of divisions and codes at once would have about as many cells as there are rows.
CODED = (
    Grain(4, 0, 0, of=CODE),
    Grain(5, 2, 0, of=PROVINCE_CLASS),
    REGION,
    Grain(6, 0, 3, of=CODE),
    PROVINCE_CLASS,
    Grain(7, 0, 5, of=CODE),
    CODE,
)
UNCODED = (Grain(4, 0, 0, of=REGION), Grain(5, 2, 0, of=REGION), REGION)


@dataclass(frozen=True)
class Rollup:
    """The roll-up of one resource: its table, the columns that part its rows beside the usual, and its measures."""

    resource: str
    table: str
    own: tuple[str, ...]  # of OWN
    measures: tuple[str, ...]
    coded: bool = True

    @property
    def made_as(self) -> str:
        """What its combinations are called in the table."""
        return f"{self.resource} {VERSION}"

    @property
    def grains(self) -> tuple[Grain, ...]:
        return CODED if self.coded else UNCODED

    def measured(self, grain: Grain) -> tuple[str, ...]:
        """The measures that cells of a grain have."""
        return self.measures[:1] if self.coded and grain.totals else self.measures

    def place(self, measure: str) -> int:
        """Which of the numbered columns of a cell belong to a measure."""
        return self.measures.index(measure) + 1


# How many measures a cell has room for.
MEASURES = 5

ROLLUPS: dict[str, Rollup] = {
    one.resource: one
    for one in (
        Rollup("expenditures", "expenditure_line", ("fund",), ("total", "basic", "personnel", "public", "project")),
        Rollup("revenues", "revenue_line", (), ("total", "fiscal_appropriation", "general_public_budget")),
        Rollup("economic-lines", "economic_line", ("fund",), ("total", "personnel", "public")),
        Rollup("balance-lines", "balance_line", ("side", "role"), ("total", "general_public_budget"), coded=False),
        Rollup("three-public", "three_public_line", ("item", "institution"), ("total",), coded=False),
    )
}
