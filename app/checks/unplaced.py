"""Figures of a table that are in no record: whether they may be the reason why two sides differ.

The reader of a document says of each what it could not place. A figure that is 0, a date, or the number in a name
changes no sum; one that stands in a column of parts (其中, 小计) or in another column than the one added up is a reason
only if the two sides differ by just that much.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.checks.document import Document, Figure, Place
from app.values import Unit, fold, parse_amount

_ONLY_IN_GRID = "number_only_in_grid"
# A row without a code is missing where rows are added up; its own columns are what they are.
_OF_SUMS_ALONE = frozenset({"code_missing"})
_A_DATE = re.compile(r"(?:19|20)\d\d[-/.年](?:\d{1,2}(?:[-/.月](?:\d{1,2}日?)?)?)?|\d{1,2}月(?:\d{1,2}日)?")
_DIGIT = re.compile(r"\d")
# [292]…局, 340_…局; 执行率分值(10).
_CODE_OF_A_NAME = re.compile(r"[\[(【]\d+[\])】]\D{2,}|\d+[_-]\D{2,}")
_NAME_OF_A_WEIGHT = re.compile(r"\D{2,}\(\d+分?\)")
# Words among which a number is no amount; an amount in words says so by its unit, or stands behind a colon, or at the
# end, as where a label and the amount beside it are one cell.
_AMOUNT_IN_WORDS = re.compile(r":\s*-?\d|\d\s*[万亿]?元|\d%?$")
_WORD = re.compile(r"[\u4e00-\u9fff]")
_WORDS_OF_A_NAME = 8
# Headings of columns whose figures are parts of, or the sum of, what stands beside them.
_ADDS_NOTHING = re.compile(r"其中|小计")
# More figures than that add up to nearly anything.
_MOST_TOGETHER = 10


@dataclass(frozen=True, kw_only=True)
class Apart:
    """By how much two sums differ, in yuan, and how much of that is rounding; None for what is no sum."""

    difference: Decimal | None
    bound: Decimal


def may_explain(document: Document, place: Place, figures: Sequence[Figure], apart: Apart, *, whole: bool) -> bool:
    """Whether something that could not be read, or placed, may be why these figures of a table do not agree.

    With `whole` the rows of the table are added up, so every row of it counts; else the rows of the figures alone.
    """
    rows = {figure.row for figure in figures}
    columns = {figure.cell[1] for figure in figures if figure.cell is not None}
    read = {figure.cell[0] for figure in figures if figure.cell is not None and figure.amount is not None}
    down = len(rows) == len(figures)
    amounts: list[Decimal] = []
    for finding in document.doubts(place):
        if not whole and ((finding.row is not None and finding.row not in rows) or finding.code in _OF_SUMS_ALONE):
            continue
        if finding.code != _ONLY_IN_GRID or finding.row is None or finding.column is None:
            return True
        text = finding.text or ""
        if is_no_amount(text):
            continue
        amount = _amount(text)
        if amount is None:
            return True
        elsewhere = down and finding.column not in columns
        if not amount or (elsewhere and finding.row in read):
            continue
        if not elsewhere and not _ADDS_NOTHING.search(document.heading(place, finding.column)):
            return True
        amounts.append(amount)
    return bool(amounts) and _explained(amounts, apart, _unit(document, place))


def is_no_amount(text: str) -> bool:
    """Whether the digits of a cell are no amount: a year or another date, a code before a name, a number in words."""
    folded = fold(text)
    if not _DIGIT.search(_A_DATE.sub("", folded)):
        return True
    if _CODE_OF_A_NAME.fullmatch(folded) or _NAME_OF_A_WEIGHT.fullmatch(folded):
        return True
    return len(_WORD.findall(folded)) >= _WORDS_OF_A_NAME and not _AMOUNT_IN_WORDS.search(_A_DATE.sub("", folded))


def _amount(text: str) -> Decimal | None:
    try:
        return parse_amount(text.replace("%", "")) or Decimal(0)
    except ValueError:
        return None


def _unit(document: Document, place: Place) -> Unit | None:
    statement = document.statements.get(place)
    return statement.unit if statement is not None else None


def _explained(amounts: Sequence[Decimal], apart: Apart, unit: Unit | None) -> bool:
    """Whether some of the amounts together are what the two sides differ by."""
    if apart.difference is None or unit is None or len(amounts) > _MOST_TOGETHER:
        return True
    half = [Decimal(5).scaleb(int(one.as_tuple().exponent) - 1 + unit.exponent) for one in amounts]
    yuan = [one.scaleb(unit.exponent) for one in amounts]
    return any(
        abs(abs(apart.difference) - abs(sum((yuan[n] for n in some), Decimal(0))))
        <= apart.bound + sum((half[n] for n in some), Decimal(0))
        for some in _subsets(range(len(amounts)))
    )


def _subsets(positions: Iterable[int]) -> Iterable[tuple[int, ...]]:
    every = tuple(positions)
    return itertools.chain.from_iterable(itertools.combinations(every, n) for n in range(1, len(every) + 1))
