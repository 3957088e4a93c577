"""What is added up when a release is loaded: which figures, by what, and how finely. Declarations alone, no SQL is run.

A cell of a roll-up holds the rows of one resource that have the same values in all of its dimensions. It has as many
disclosures as different ones print such a row, so cells may be added where they hold different disclosures: other
divisions, kinds, scopes, years. A place in the document (statement, phase, fund, code) is another matter, and a query
that would add over several of those is answered from the facts (`app/query/rolled.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

# To be raised when what is declared here changes: what was added up otherwise is made anew, and not used until then.
VERSION = 1

# What every resource is parted by. `lag` is the disclosure's year less the row's: 1 in a column of the prior year.
OUTER = ("region_code", "kind", "scope", "fiscal_year")
INNER = ("lag", "phase", "statement_key", "fund", "side", "role", "item", "institution", "picked", "code")
# What is known of a cell's rows; of a cell of a measure, how many rows have a value of it, and their sum in yuan.
ADDED = ("lines", "disclosures", "bodies", "amount")


@dataclass(frozen=True)
class Grain:
    """How finely cells part divisions (6, 2 or none of their digits) and codes (so many digits, 9: all there are)."""

    name: str
    region_digits: int
    code_digits: int
    totals: bool = False  # of coded facts: leaves and total rows alone, and of the measures the first


REGION = Grain("region", 6, 0, totals=True)
PROVINCE = Grain("province", 2, 0)
# Of coded facts. A finer one of divisions and codes at once would have about as many cells as there are rows.
CODED = (REGION, PROVINCE, Grain("province_class", 2, 3), Grain("division", 0, 5), Grain("code", 0, 9))
UNCODED = (REGION, PROVINCE)
TOTALS = ("leaf", "total")


@dataclass(frozen=True)
class Rollup:
    """The roll-up of one resource: its table, the columns that part its rows beside the usual, and its measures."""

    resource: str
    table: str
    own: tuple[str, ...]  # of INNER
    measures: tuple[str, ...]
    coded: bool = True

    @property
    def made_as(self) -> str:
        """What its cells are called in the table."""
        return f"{self.resource} {VERSION}"

    @property
    def grains(self) -> tuple[Grain, ...]:
        return CODED if self.coded else UNCODED

    def measured(self, grain: Grain) -> tuple[str, ...]:
        """The measures that cells of a grain have."""
        return self.measures[:1] if self.coded and grain.totals else self.measures


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
