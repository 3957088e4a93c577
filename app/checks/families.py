"""Which rows of a statement with codes, or by institution, are the parts of which: each row with those directly below.

A table says it by its codes and by its order. Where that leaves a doubt (codes printed more than once, codes found by
names, institutions that may be printed with what is below them), the table itself settles it: a structure by which all
its other sums come out is the one that it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.checks.document import Document, Figure, Series

Row = tuple[int, Any]
Doubt = tuple[str, str] | None

_REPEATED = ("同一编码在表内出现多次，上下级关系不明", "a code stands in the table more than once")
_RECOVERED = ("表内未印编码，上下级由名称推定", "the table prints no codes: they were found by the names")
_UNITS = ("按单位列示的表可能逐级汇总", "rows by institution may contain each other")
_SEVERAL_TOTALS = ("表内有多个合计行", "the table has several total rows")
_SUB_CODES = ("地方自设的下级编码未必列全", "local sub-codes need not be complete")

_MOST_ECONOMIC_DIGITS = 5
# Sums that come out before the others are judged by the same structure, for each that does not.
_ENOUGH = 2
# 0.0001 and 0.0000 add up to 0.0001 and to 0.0002: such sums say nothing of a table.
_MORE_THAN_ROUNDING = 4


@dataclass(frozen=True)
class Family:
    """A row, the rows that it is the sum of, and why its sum might be another one."""

    whole: Row
    parts: list[Row]
    doubt: Doubt = None


def families(document: Document, series: Series, columns: Sequence[str]) -> list[Family]:
    """Each row that has rows below it. `columns` are those that the table prints and that add up."""
    units = [pair for pair in series.rows if pair[1].level == "unit"]
    totals = [pair for pair in series.rows if pair[1].level == "total"]
    if units:
        return _by_unit(document, series, columns, totals, units)
    coded = [pair for pair in series.rows if pair[1].code is not None]
    roots, below, repeated = _tree(series.source, coded)
    several = _SEVERAL_TOTALS if _several(totals) else None
    found = [Family(total, roots, several) for total in totals if roots] + below
    return _settled(document, series, columns, found, _doubt(document, series, repeated=repeated))


def _doubt(document: Document, series: Series, *, repeated: bool) -> Doubt:
    if repeated:
        return _REPEATED
    return _RECOVERED if document.recovered(series.place) else None


def _settled(
    document: Document, series: Series, columns: Sequence[str], found: list[Family], doubt: Doubt
) -> list[Family]:
    """The families with the doubt about all of them, unless most of their sums come out."""
    if doubt is None or _come_out(document, series, columns, found):
        return found
    return [Family(one.whole, one.parts, one.doubt or doubt) for one in found]


def _come_out(document: Document, series: Series, columns: Sequence[str], found: Sequence[Family]) -> bool:
    """Whether the sums of the families come out, but for a few: one figure that is wrong spoils two of them."""
    right = wrong = 0
    for one in found:
        for column in columns:
            whole = document.figure(series.source, one.whole[0], column)
            parts = [part for part in document.figures(series.source, one.parts, column) if part.value]
            if whole.amount is None or not (whole.value or parts):
                continue
            if not adds_up(whole, parts):
                wrong += 1
            elif len(parts) > 1 and _is_evidence(whole, parts):
                right += 1
    return right >= _ENOUGH and right >= _ENOUGH * wrong


def adds_up(whole: Figure, parts: Sequence[Figure]) -> bool:
    """Whether the parts are the whole, but for rounding."""
    apart = abs(whole.value - sum(part.value for part in parts))
    return apart <= whole.half_place + sum(part.half_place for part in parts)


def _is_evidence(whole: Figure, parts: Sequence[Figure]) -> bool:
    """Whether the parts are the whole, and so much more than rounding that it can be no accident."""
    rounding = whole.half_place + sum(part.half_place for part in parts)
    return abs(whole.value) > _MORE_THAN_ROUNDING * rounding and adds_up(whole, parts)


def _several(totals: list[Row]) -> bool:
    """Several rows 合计 that print the same columns; 人员经费合计 and 公用经费合计 print different ones."""
    printed = [set(row.cells) for _, row in totals]
    return any(one & other for n, one in enumerate(printed) for other in printed[n + 1 :])


def _tree(source: str, coded: list[Row]) -> tuple[list[Row], list[Family], bool]:
    """Rows by their nearest ancestor that the table prints: those without one, the others below it; codes twice.

    Of an ancestor that is printed more than once (301 of offices, 301 of institutions) the row before them counts.
    """
    last: dict[str, Row] = {}
    every = {row.code: (index, row) for index, row in coded}
    roots: list[Row] = []
    children: dict[int, list[Row]] = {}
    for index, row in coded:
        above = next((row.code[:n] for n in range(len(row.code) - 2, 2, -2) if row.code[:n] in every), None)
        if above is None:
            roots.append((index, row))
        else:
            children.setdefault(last.get(above, every[above])[0], []).append((index, row))
        last[row.code] = (index, row)
    found = []
    for pair in coded:
        if pair[0] in children:
            local = source == "economic_lines" and len(pair[1].code) >= _MOST_ECONOMIC_DIGITS
            found.append(Family(pair, children[pair[0]], _SUB_CODES if local else None))
    return roots, found, len(every) < len(coded)


def _by_unit(
    document: Document, series: Series, columns: Sequence[str], totals: list[Row], units: list[Row]
) -> list[Family]:
    """A table by institution: the total over institutions, and below each institution its codes."""
    flat = len(units) == 1 or _is_flat(document, series, columns, totals, units)
    nested = not flat and _is_nested(document, series, columns, totals, units)
    found: list[Family] = []
    for total in totals:
        if _several(totals):
            found.append(Family(total, units, _SEVERAL_TOTALS))
        elif nested:
            # The department's own row comes first, with all its institutions below it.
            found += [Family(total, units[:1]), Family(units[0], units[1:])]
        else:
            found.append(Family(total, units, None if flat else _UNITS))
    for owner, segment in _segments(series, units):
        roots, below, repeated = _tree(series.source, segment)
        doubt = _doubt(document, series, repeated=repeated)
        own = Family(owner, roots, None if flat or (nested and owner is not units[0]) else _UNITS)
        found += _settled(document, series, columns, [own, *below], doubt)
    return found


def _segments(series: Series, units: list[Row]) -> Iterator[tuple[Row, list[Row]]]:
    """Each institution with the rows by code that follow it."""
    heads = {index for index, _ in units}
    owner: Row | None = None
    segment: list[Row] = []
    for pair in (*series.rows, None):
        if pair is None or pair[1].level in ("unit", "total"):
            if owner is not None and segment:
                yield owner, segment
            owner, segment = (pair if pair is not None and pair[0] in heads else None), []
        elif pair[1].code is not None:
            segment.append(pair)


def _is_flat(document: Document, series: Series, columns: Sequence[str], totals: list[Row], units: list[Row]) -> bool:
    """Whether no institution is printed with those below it: a total is their sum, or each is that of its codes."""
    heads_alone = True  # no total is the first institution's
    for column in columns:
        for total in totals:
            whole = document.figure(series.source, total[0], column)
            each = document.figures(series.source, units, column)
            # Where one institution has everything, it might as well be the department above the others.
            is_first = adds_up(whole, each[:1])
            heads_alone = heads_alone and not (whole.value and is_first)
            if _is_evidence(whole, each) and not is_first:
                return True
    if not heads_alone or _is_nested(document, series, columns, totals, units):
        return False
    segments = list(_segments(series, units))
    return len(segments) == len(units) and all(
        _is_evidence(
            document.figure(series.source, owner[0], column),
            document.figures(series.source, _tree(series.source, segment)[0], column),
        )
        for owner, segment in segments
        for column in columns[:1]
    )


def _is_nested(document: Document, series: Series, columns: Sequence[str], totals: list[Row], units: list[Row]) -> bool:
    """Whether the first institution is the department with all the others below it, by some column of the table."""
    first, others = units[0], units[1:]
    for column in columns:
        head = document.figure(series.source, first[0], column)
        each = [one for one in document.figures(series.source, others, column) if one.value]
        wholes = [head, *(document.figure(series.source, total[0], column) for total in totals)]
        if len(each) > 1 and any(_is_evidence(one, each) for one in wholes):
            return True
    return False
