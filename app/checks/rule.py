"""What a rule is: a declaration, and a function from a document to the comparisons that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from app.checks.document import Document, Figure, Place
from app.records import CheckBasis, CheckSeverity, StatementKey

Relation = Literal["=", "≤", "≥"]
# How the left side is worked out: its figures together, the first times the second, the first as per cent of the
# second, or, as per cent, by how much the first is more (or less) than it was before the change in the second.
Form = Literal["sum", "product", "share", "growth"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Figures whose sums (or product, or quotient) a rule holds against each other. A blank counts as 0 among others.

    Without a right side the left one is held against `constant`.
    `readings` are other right sides that the form may mean as well: the comparison fails only where none agrees.
    `doubt` names, in both languages, why a difference would be no contradiction; the result is then `insufficient`.
    """

    left: tuple[Figure, ...]
    right: tuple[Figure, ...]
    relation: Relation = "="
    readings: tuple[tuple[Figure, ...], ...] = ()
    constant: Decimal = Decimal(0)
    form: Form = "sum"  # of the left side; other forms than a sum have two figures
    # A blank on one side of two figures that should be the same is a 0, not a figure that is missing.
    blank_is_zero: bool = False
    whole_statement: bool = True  # rows that could not be read would change the right side
    doubt: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a rule says of printed words or of figures that it holds against no others: whether they are as they should.

    `zh` and `en` say what is printed and, where it is not as it should be, what would be; whole sentences. `place` is
    the table where no figure of it is judged, but its title.
    """

    figures: tuple[Figure, ...]
    holds: bool
    zh: str
    en: str
    doubt: tuple[str, str] | None = None
    place: Place | None = None


Function = Callable[[Document], Iterator[Comparison] | Iterator[Judgement]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule as it is published: `id` begins with the number of the identity it belongs to."""

    id: str
    zh: str
    en: str
    formula: str
    formula_en: str
    statements: tuple[StatementKey, ...]
    severity: CheckSeverity
    basis: CheckBasis
    citation: str
    function: Function


RULES: dict[str, Rule] = {}


def rule(  # noqa: PLR0913 - the words of one declaration
    identifier: str,
    *,
    zh: str,
    en: str,
    formula: str,
    formula_en: str,
    statements: tuple[StatementKey, ...],
    severity: CheckSeverity = "error",
    basis: CheckBasis = "form",
    citation: str = "",
) -> Callable[[Function], Function]:
    """Register the function below as a rule."""

    def register(function: Function) -> Function:
        if identifier in RULES:
            raise ValueError(f"two rules are called {identifier}")
        RULES[identifier] = Rule(
            id=identifier,
            zh=zh,
            en=en,
            formula=formula,
            formula_en=formula_en,
            statements=statements,
            severity=severity,
            basis=basis,
            citation=citation,
            function=function,
        )
        return function

    return register
