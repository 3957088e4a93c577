"""The contract of a statement module: which tables it claims and what it makes of one.

A module in `statements/` describes one kind of statement and ends in `FORM = Form(...)`; adding the module to
`statements/__init__.py: FORMS` is all it takes. Exactly one form may claim a table: none is a finding, two is an
error of ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from app.parse.grid import TitledGrid
from app.records import Cell, Finding, Kind, Line, StatementKey, StatementStatus
from app.values import Unit


@dataclass(frozen=True)
class Context:
    """What a form knows of the document around the table."""

    fiscal_year: int
    kind: Kind
    ordinal: int  # this is the n-th statement of its key
    first_project_ordinal: int  # number for the first project that this table adds


@dataclass
class FormResult:
    """What a form made of one table.

    Every cell that holds a digit must be accounted for: as a figure in a record's `cells`, in `text_cells` (it went
    into a text field of a record: a code, a name, a description, running text), in `structure` (row and column
    numbers, headings, the unit line), or by a finding. The caller turns what is left into findings
    `number_only_in_grid`, so that no number can be lost in silence.
    """

    status: StatementStatus = "reported"
    unit: Unit | None = None
    header_rows: int = 0
    form_number: str | None = None
    note: str | None = None
    as_of: dt.date | None = None  # 截止时间, goes to Statement.as_of
    records: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    text_cells: set[Cell] = field(default_factory=set)
    structure: set[Cell] = field(default_factory=set)
    withheld: set[Cell] = field(default_factory=set)  # cells of running text


@dataclass(frozen=True)
class Form:
    """One kind of statement. `claims` looks at title and column headings after folding, never at a table's number."""

    key: StatementKey
    name: str  # canonical Chinese name
    claims: Callable[[TitledGrid], bool]
    read: Callable[[TitledGrid, Context], FormResult]
    expected_in: frozenset[Kind] = frozenset()  # kinds of disclosure in which its absence is `missing`
