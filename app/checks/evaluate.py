"""From a comparison to its result: the difference, what rounding explains of it, and the status.

The finance system keeps yuan and prints, say, 万元 with two decimals, so each printed figure may lie half a unit of its
last place from the true one. A difference within the sum of these halves is `rounding`; only above it is it `failed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from app.checks.document import Document, Figure, Place
from app.checks.rule import Comparison, Judgement, Rule
from app.checks.sentences import Said, judged, sentences
from app.checks.unplaced import Apart, may_explain
from app.records import CheckOperand, CheckResult, CheckStatus, Line, StatedAmount
from app.values import Unit

# Results name every figure they stand on; a sum of more rows than this is no sum of a departmental table.
MOST_OPERANDS = 2000

# A figure off by more than a tenth is held against what its words say first, not against what is least far away.
_NEAR = Decimal("0.1")

# A quotient is worked out to more decimals than any percentage prints, and given with these.
_QUOTIENT_DECIMALS = 12
_MOST_DECIMALS = 4

_UNREAD = ("原表有未能归位的数字", "the table prints figures that could not be placed")
_BLANK = ("合计一方未填列", "the total is blank")
_NO_PARTS = ("各组成部分均未填列", "none of the parts is printed")


def evaluate(document: Document, rule: Rule, found: Comparison | Judgement) -> CheckResult | None:
    """The result of what a rule found; None where it compares nothing that is printed."""
    return _judge(document, rule, found) if isinstance(found, Judgement) else _compare(document, rule, found)


def _judge(document: Document, rule: Rule, judgement: Judgement) -> CheckResult:
    first = judgement.figures[0] if judgement.figures else None
    place = first.place if first is not None else judgement.place
    failed: CheckStatus = "failed" if judgement.doubt is None else "insufficient"
    zh, en = judged(judgement)
    return CheckResult(
        rule=rule.id,
        severity=rule.severity,
        status="passed" if judgement.holds else failed,
        fiscal_year=_year(document, first),
        statement_key=place[0] if place else None,
        statement_ordinal=place[1] if place else None,
        operands=[_operand(figure, "left") for figure in judgement.figures][:MOST_OPERANDS],
        sentence_zh=zh,
        sentence_en=en,
    )


def _year(document: Document, figure: Figure | None) -> int:
    """The year that a figure measures; of words the year of the document."""
    own = getattr(figure.record, "fiscal_year", None) if figure is not None else None
    return document.parsed.disclosure.fiscal_year if own is None else int(own)


def _compare(document: Document, rule: Rule, comparison: Comparison) -> CheckResult | None:
    left, right, doubt = comparison.left, _reading(comparison), comparison.doubt
    if _nothing(left) and _nothing(right):
        return None
    left_value = _left_value(comparison)
    difference = left_value - (_value(right) if right else comparison.constant)
    bound = _bound(comparison, right)
    truncated = False
    status: CheckStatus
    if _holds(comparison, difference, _exact(comparison, right)):
        status = "passed"
    elif _holds(comparison, difference, bound):
        status = "rounding"
    elif _is_truncated(comparison, right, left_value):
        status, truncated = "rounding", True
    else:
        status = "failed"
        blank = None if comparison.blank_is_zero else _blank(left, right)
        doubt = blank or doubt or (_UNREAD if _unread(document, comparison, right, difference, bound) else None)
        if doubt is not None:
            status = "insufficient"
    first = (*left, *right)[0]
    unit = next((figure.unit for figure in (*left, *right) if figure.unit is not None), None)
    if comparison.form in ("share", "growth"):
        unit = None
    said = Said(
        rule=rule,
        status=status,
        relation=comparison.relation,
        form=comparison.form,
        left=left,
        right=right,
        left_value=left_value,
        difference=difference,
        bound=bound,
        unit=unit,
        doubt=doubt,
        truncated=truncated,
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
        fiscal_year=_year(document, first),
        statement_key=first.place[0] if first.place else None,
        statement_ordinal=first.place[1] if first.place else None,
        unit=unit,
        difference=in_unit(difference, unit),
        bound=in_unit(bound, unit),
        operands=operands[:MOST_OPERANDS],
        sentence_zh=zh,
        sentence_en=en,
    )


def in_unit(yuan: Decimal, unit: Unit | None) -> Decimal:
    """An amount in yuan in this unit, without more decimals than it needs, two at least where it has any.

    Without a unit a number, a score or percentage points; a quotient is cut off where it says nothing more.
    """
    plain = yuan.scaleb(-unit.exponent).normalize() if unit is not None else round(yuan, _MOST_DECIMALS).normalize()
    decimals = max(0, -int(plain.as_tuple().exponent))
    return plain.quantize(Decimal(1).scaleb(-max(2, decimals)) if decimals else Decimal(1))


def _reading(comparison: Comparison) -> tuple[Figure, ...]:
    """The right side as printed, or the other reading of the form that comes nearest, where one comes near."""
    value = _left_value(comparison)
    readings = (comparison.right, *(one for one in comparison.readings if not _nothing(one)))
    nearest = min(readings, key=lambda one: abs(value - _value(one)))
    return nearest if abs(value - _value(nearest)) <= abs(value) * _NEAR else comparison.right


def _value(figures: Sequence[Figure]) -> Decimal:
    return sum((figure.value for figure in figures), Decimal(0))


def _left_value(comparison: Comparison) -> Decimal:
    if comparison.form == "sum":
        return _value(comparison.left)
    first, second = comparison.left
    if comparison.form == "product":
        return first.value * second.value
    return _per_cent(comparison, first.value, second.value)


def _per_cent(comparison: Comparison, first: Decimal, second: Decimal) -> Decimal:
    """The first as per cent of the second; of a growth the change, of what was there before it."""
    part, whole = (first, second) if comparison.form == "share" else (abs(second), first - second)
    return round(100 * part / whole, _QUOTIENT_DECIMALS) if whole else Decimal(0)


def _reach(comparison: Comparison) -> Decimal:
    """How far rounding of the two figures can move their quotient."""
    first, second = comparison.left
    exact = _per_cent(comparison, first.value, second.value)
    return max(
        abs(_per_cent(comparison, first.value + one * first.half_place, second.value + two * second.half_place) - exact)
        for one in (-1, 1)
        for two in (-1, 1)
    )


def _exact(comparison: Comparison, right: Sequence[Figure]) -> Decimal:
    """A quotient agrees with a percentage that is what it is rounded to."""
    return (
        sum((figure.half_place for figure in right), Decimal(0))
        if comparison.form in ("share", "growth")
        else Decimal(0)
    )


def _is_truncated(comparison: Comparison, right: Sequence[Figure], left_value: Decimal) -> bool:
    """Whether a percentage, or an amount in the narrative, is what remains when further decimals are cut off."""
    if len(right) != 1:
        return False
    if comparison.form == "sum":
        return _is_cut_amount(comparison.left, right[0])
    if comparison.form == "product":
        return False
    cut = left_value - right[0].value
    return cut >= -_reach(comparison) and cut < 2 * right[0].half_place + _reach(comparison)


def _is_cut_amount(left: Sequence[Figure], printed: Figure) -> bool:
    """The narrative says 87.70万元 where the table has 877080元."""
    if len(left) != 1 or not isinstance(left[0].record, StatedAmount) or isinstance(printed.record, StatedAmount):
        return False
    cut = abs(printed.value) - abs(left[0].value)
    return 0 <= cut < 2 * left[0].half_place


def _bound(comparison: Comparison, right: Sequence[Figure]) -> Decimal:
    halves = sum((figure.half_place for figure in right), Decimal(0))
    if comparison.form in ("share", "growth"):
        return halves + _reach(comparison)
    if comparison.form == "sum":
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
    return _NO_PARTS if right and _nothing(right) else None


def _unread(
    document: Document, comparison: Comparison, right: Sequence[Figure], difference: Decimal, bound: Decimal
) -> bool:
    """Whether what could not be read of the tables may be why the two sides differ."""
    figures: dict[Place, list[Figure]] = {}
    for figure in (*comparison.left, *right):
        if figure.place is not None and figure.row is not None:
            figures.setdefault(figure.place, []).append(figure)
    apart = Apart(difference=difference if comparison.form == "sum" else None, bound=bound)
    return any(
        may_explain(document, place, own, apart, whole=comparison.whole_statement) for place, own in figures.items()
    )


def _operand(figure: Figure, side: Literal["left", "right"]) -> CheckOperand:
    return CheckOperand(
        side=side,
        label=figure.label,
        label_en=figure.label_en,
        amount=figure.amount,
        unit=figure.unit,
        decimals=figure.decimals,
        text=figure.text,
        source=figure.source,
        index=figure.index,
        field=figure.field,
        statement_key=figure.place[0] if figure.place else None,
        statement_ordinal=figure.place[1] if figure.place else None,
        row=figure.cell[0] if figure.cell else figure.row,
        column=figure.cell[1] if figure.cell else None,
        line=None if isinstance(figure.record, Line) else figure.record.line,
        offset=figure.record.offset if isinstance(figure.record, StatedAmount) else None,
    )
