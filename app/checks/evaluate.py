"""From a comparison to its result: the difference, what rounding explains of it, and the status.

The finance system keeps yuan and prints, say, 万元 with two decimals, so each printed figure may lie half a unit of its
last place from the true one. A difference within the sum of these halves is `rounding`; only above it is it `failed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from app.checks.document import Document, Figure
from app.checks.rule import Comparison, Rule
from app.checks.sentences import Said, sentences
from app.records import CheckOperand, CheckResult, CheckStatus
from app.values import Unit

# Results name every figure they stand on; a sum of more rows than this is no sum of a departmental table.
MOST_OPERANDS = 2000

_UNREAD = ("原表有未能归位的数字", "the table prints figures that could not be placed")
_BLANK = ("合计一方未填列", "the total is blank")
_NO_PARTS = ("各组成部分均未填列", "none of the parts is printed")


def evaluate(document: Document, rule: Rule, comparison: Comparison) -> CheckResult | None:
    """The result of a comparison; None where it compares nothing that is printed."""
    left, right, doubt = comparison.left, _reading(comparison), comparison.doubt
    if _nothing(left) and _nothing(right):
        return None
    difference = _left_value(comparison) - _value(right)
    bound = _bound(comparison, right)
    status: CheckStatus
    if _holds(comparison, difference):
        status = "passed"
    elif _holds(comparison, difference, bound):
        status = "rounding"
    else:
        status = "failed"
        blank = None if comparison.blank_is_zero else _blank(left, right)
        doubt = blank or doubt or (_UNREAD if _unread(document, comparison, right) else None)
        if doubt is not None:
            status = "insufficient"
    first = (*left, *right)[0]
    unit = next((figure.unit for figure in (*left, *right) if figure.unit is not None), None)
    said = Said(
        rule=rule,
        status=status,
        relation=comparison.relation,
        product=comparison.product,
        left=left,
        right=right,
        left_value=_left_value(comparison),
        difference=difference,
        bound=bound,
        unit=unit,
        doubt=doubt,
    )
    zh, en = sentences(document, said)
    operands = [
        *(_operand(figure, "left") for figure in left if figure.amount is not None),
        *(_operand(figure, "right") for figure in right if figure.amount is not None),
    ]
    return CheckResult(
        rule=rule.id,
        severity=rule.severity,
        status=status,
        fiscal_year=first.record.fiscal_year,  # type: ignore[attr-defined]  # every record with figures has one
        statement_key=first.place[0],
        statement_ordinal=first.place[1],
        unit=unit,
        difference=None if unit is None else in_unit(difference, unit),
        bound=None if unit is None else in_unit(bound, unit),
        operands=operands[:MOST_OPERANDS],
        sentence_zh=zh,
        sentence_en=en,
    )


def in_unit(yuan: Decimal, unit: Unit) -> Decimal:
    """An amount in yuan in this unit, without more decimals than it needs, two at least where it has any."""
    plain = yuan.scaleb(-unit.exponent).normalize()
    decimals = max(0, -int(plain.as_tuple().exponent))
    return plain.quantize(Decimal(1).scaleb(-max(2, decimals)) if decimals else Decimal(1))


def _reading(comparison: Comparison) -> tuple[Figure, ...]:
    """The right side as printed, or the other reading of the form that comes nearest."""
    value = _left_value(comparison)
    readings = (comparison.right, *(one for one in comparison.readings if not _nothing(one)))
    return min(readings, key=lambda one: abs(value - _value(one)))


def _value(figures: Sequence[Figure]) -> Decimal:
    return sum((figure.value for figure in figures), Decimal(0))


def _left_value(comparison: Comparison) -> Decimal:
    if not comparison.product:
        return _value(comparison.left)
    first, second = comparison.left
    return first.value * second.value


def _bound(comparison: Comparison, right: Sequence[Figure]) -> Decimal:
    halves = sum((figure.half_place for figure in right), Decimal(0))
    if not comparison.product:
        return halves + sum((figure.half_place for figure in comparison.left), Decimal(0))
    # The number of pieces is exact; the price may lie half a place off, once for every piece.
    quantity, price = comparison.left
    return halves + abs(quantity.value) * price.half_place


def _holds(comparison: Comparison, difference: Decimal, bound: Decimal = Decimal(0)) -> bool:
    if comparison.relation == "≤":
        return difference <= bound
    if comparison.relation == "≥":
        return difference >= -bound
    return abs(difference) <= bound


def _nothing(figures: Sequence[Figure]) -> bool:
    return all(figure.amount is None for figure in figures)


def _blank(left: Sequence[Figure], right: Sequence[Figure]) -> tuple[str, str] | None:
    if _nothing(left):
        return _BLANK
    return _NO_PARTS if _nothing(right) else None


def _unread(document: Document, comparison: Comparison, right: Sequence[Figure]) -> bool:
    figures = (*comparison.left, *right)
    places = {figure.place for figure in figures}
    return any(
        document.unread(
            place,
            None if comparison.whole_statement else {figure.record.row for figure in figures if figure.place == place},
        )
        for place in places
    )


def _operand(figure: Figure, side: Literal["left", "right"]) -> CheckOperand:
    return CheckOperand(
        side=side,
        label=figure.label,
        label_en=figure.label_en,
        amount=figure.amount if figure.amount is not None else Decimal(0),
        unit=figure.unit,
        decimals=figure.decimals,
        text=figure.text,
        source=figure.source,
        index=figure.index,
        field=figure.field,
        statement_key=figure.place[0],
        statement_ordinal=figure.place[1],
        row=figure.cell[0] if figure.cell else figure.record.row,
        column=figure.cell[1] if figure.cell else None,
    )
