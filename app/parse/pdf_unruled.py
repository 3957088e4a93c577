"""Tables that no lines rule: words that stand under each other in columns → cells.

A line of such a table has several texts with wide gaps between them, some of them amounts; running text has none. The
columns are where the texts of many lines leave the same gaps free. What stands over several of them is their common
heading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from app.parse.layout import is_header_block, looks_like_title
from app.parse.pdf_cells import Cell, RuledTable
from app.parse.pdf_pages import Page, Sign
from app.parse.pdf_signs import Line, lines_of, text_of
from app.parse.pdf_text import parts_of_line
from app.values import fold

_AMOUNT = re.compile(r"[-(]?\d[\d,]*(?:\.\d+)?%?\)?")
# Fewer lines with amounts in columns may be anything.
_LEAST_LINES = 3
_LEAST_COLUMNS = 3
_LEAST_AMOUNTS = 2
# Lines further apart than this many heights belong to different things.
_STEP = 3.2
# Headings above the first line of amounts, in lines.
_MOST_HEADINGS = 6
# Words are this part of their height apart, or more.
_WORD_GAP = 0.4
_PASSES = 0.08
_CHINESE = re.compile(r"[\u4e00-\u9fff(（]")
# Gaps narrower than this, in points, divide no columns.
_GAP = 1.5
# Part of the lines whose words may be too long for their column.
_OVERFLOW = 0.04


def unruled_tables(page: Page, signs: Sequence[Sign]) -> tuple[list[RuledTable], list[Sign]]:
    """The tables among signs that stand in no ruled table, and the signs that are in none of these either."""
    lines = [words for words in map(_words, lines_of(signs)) if words]
    tables: list[RuledTable] = []
    left: list[Sign] = []
    start = 0
    while start < len(lines):
        end = _end_of_run(lines, start)
        if end is None:
            left.extend(sign for part in lines[start] for sign in part)
            start += 1
            continue
        first = max(_first_heading(lines, start), start - _MOST_HEADINGS)
        table = _table(page, lines[first:end], start - first)
        taken = {id(sign) for line in lines[first:start] for part in line for sign in part}
        left = [sign for sign in left if id(sign) not in taken]
        tables.append(table)
        start = end
    return tables, left


def _words(line: Line) -> list[Line]:
    """The words of a line: what a small gap divides, and an amount from the text that follows it closely."""
    words: list[Line] = []
    last: Sign | None = None
    for sign in line:
        if sign.text == " ":
            continue
        if (
            last is None
            or sign.left - last.right > _WORD_GAP * min(sign.size, last.size)
            or (
                _CHINESE.match(sign.text)
                and sign.left - last.right > _PASSES * sign.size
                and _AMOUNT.fullmatch(fold(text_of(words[-1])))
            )
        ):
            words.append([sign])
        else:
            words[-1].append(sign)
        last = sign
    return words


def _end_of_run(lines: Sequence[list[Line]], start: int) -> int | None:
    """The line after the last one of a table whose first line of amounts is `start`; None where none begins there."""
    if not _has_amounts(lines[start]):
        return None
    end, counted, last = start + 1, 1, start
    while end < len(lines) and _near(lines[end - 1], lines[end]):
        if _has_amounts(lines[end]):
            counted, last = counted + 1, end
        elif _ends_in_amount(lines[end]):
            last = end
        elif len(lines[end]) == 1 and _is_sentence(lines[end][0]):
            break
        end += 1
    return last + 1 if counted >= _LEAST_LINES else None


def _first_heading(lines: Sequence[list[Line]], start: int) -> int:
    """Where the headings above a table begin: under its title and the line of department and unit."""
    first = start
    while first and _near(lines[first - 1], lines[first]):
        parts = [text_of(part) for part in parts_of_line([sign for word in lines[first - 1] for sign in word])]
        if len(parts) == 1 and (looks_like_title(parts[0]) or re.search(r"[。；]", parts[0])):
            break
        if any(is_header_block(text) for text in parts):
            break
        first -= 1
    return first


def _has_amounts(line: Sequence[Line]) -> bool:
    texts = [fold(text_of(part)) for part in line]
    amounts = sum(_AMOUNT.fullmatch(text) is not None for text in texts)
    return len(texts) >= _LEAST_COLUMNS and amounts >= _LEAST_AMOUNTS


def _ends_in_amount(line: Sequence[Line]) -> bool:
    """A row with a single amount: part of a table that has begun, but no sign of one."""
    return len(line) > 1 and any(_AMOUNT.fullmatch(fold(text_of(word))) for word in line[1:])


def _is_sentence(part: Line) -> bool:
    return re.search(r"[。；]", text_of(part)) is not None


def _near(above: Sequence[Line], below: Sequence[Line]) -> bool:
    upper, lower = above[0][0], below[0][0]
    return lower.baseline - upper.baseline < _STEP * max(upper.size, lower.size)


def _table(page: Page, lines: Sequence[list[Line]], headings: int) -> RuledTable:
    """The cells of the lines, the first ones of which are headings."""
    body = lines[headings:]
    columns = _with_empty_columns(_columns(body), lines[:headings])
    # Rows meet in the middle between two lines.
    tops = [min(sign.baseline - sign.size for part in line for sign in part) for line in lines]
    bottoms = [max(sign.baseline for part in line for sign in part) for line in lines]
    edges = [tops[0], *((bottom + top) / 2 for bottom, top in zip(bottoms, tops[1:], strict=False)), bottoms[-1] + 2]
    bounds = _bounds(columns)
    cells: list[Cell] = []
    for index, line in enumerate(lines):
        held: dict[tuple[int, int], list[Sign]] = {}
        for part in line:
            held.setdefault(_span(part, columns, whole=index < headings), []).extend(part)
        covered: set[int] = set()
        for (start, end), signs in sorted(held.items()):
            if start in covered:
                start = min(max(covered) + 1, end)  # noqa: PLW2901 - what overlaps begins where the one before ends
            covered |= set(range(start, end + 1))
            cells.append(Cell(bounds[start], edges[index], bounds[end + 1], edges[index + 1], lines_of(signs)))
        cells.extend(
            Cell(bounds[column], edges[index], bounds[column + 1], edges[index + 1], [])
            for column in range(len(columns))
            if column not in covered
        )
    return RuledTable(page.number, bounds[0], edges[0], bounds[-1], edges[-1], cells, is_ruled=False)


def _columns(lines: Sequence[list[Line]]) -> list[tuple[float, float]]:
    """From where to where each column goes: where words stand in more than the few lines that overflow."""
    few = len(lines) * _OVERFLOW
    edges = sorted(edge for line in lines for word in line for edge in ((word[0].left, 1), (word[-1].right, -1)))
    columns: list[tuple[float, float]] = []
    standing, start = 0, None
    for at, step in edges:
        standing += step
        if standing > few and start is None:
            start = at
        elif standing <= few and start is not None:
            if columns and start - columns[-1][1] < _GAP:
                columns[-1] = (columns[-1][0], at)
            else:
                columns.append((start, at))
            start = None
    return columns


def _with_empty_columns(
    columns: list[tuple[float, float]], headings: Sequence[list[Line]]
) -> list[tuple[float, float]]:
    """The columns, and those that hold nothing but their heading.

    Such a heading stands over no column, and the column nearest to it has another heading in the same line.
    """
    found = list(columns)
    for line in reversed(headings):
        for word in line:
            left, right = word[0].left, word[-1].right
            if len(word) == 1 or _over(word, found) is not None:
                continue
            middle = (left + right) / 2
            nearest = min(range(len(found)), key=lambda index: abs(sum(found[index]) / 2 - middle))
            if any(_over(other, found) == nearest for other in line if other is not word):
                found = sorted([*found, (left, right)])
    return found


def _over(word: Line, columns: Sequence[tuple[float, float]]) -> int | None:
    """The first column that a word stands over."""
    left, right = word[0].left, word[-1].right
    return next((i for i, (start, end) in enumerate(columns) if min(right, end) - max(left, start) > 0), None)


def _bounds(columns: Sequence[tuple[float, float]]) -> list[float]:
    inner = [(one[1] + other[0]) / 2 for one, other in pairwise(columns)]
    return [columns[0][0] - 1, *inner, columns[-1][1] + 1]


def _span(part: Line, columns: Sequence[tuple[float, float]], *, whole: bool) -> tuple[int, int]:
    """The first and the last column over which a text stands; one only, unless it is a heading."""
    left, right = part[0].left, part[-1].right
    over = [index for index, (start, end) in enumerate(columns) if min(right, end) - max(left, start) > 0]
    if not over:
        middle = (left + right) / 2
        nearest = min(range(len(columns)), key=lambda index: abs(sum(columns[index]) / 2 - middle))
        return nearest, nearest
    if whole:
        return over[0], over[-1]
    most = max(over, key=lambda index: min(right, columns[index][1]) - max(left, columns[index][0]))
    return most, most
