"""What each column of a printed table holds: its path of headings, rebuilt from heading rows with merged cells.

`合计` under `本年支出` is another column than `合计` under `年初结转`, so a column is known by the path of all its
headings from the top down. Two kinds of print occur: every row has the table's full width and a merged cell leaves
blanks, or merged cells are printed once and upper heading rows are shorter than the table. No column is known by its
position.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app import values
from app.parse.grid import Grid
from app.parse.layout import is_header_block, looks_like_title
from app.values import fold

Path = tuple[str, ...]

# A heading may begin after the title, the department and the unit, each in a row of its own.
_DEEPEST_START = 8
_MARKS = re.compile(r"栏次|行次|\*+|-+|[甲乙丙丁类款项]|类[.、]款(?:[.、]项)?")
_STEPS = re.compile(r"[类款项]")
_DESCRIPTOR = re.compile(r".*(?:编码|代码|名称|项目|科目|序号|行次|[类款项])")
# 金额（万元）: the unit is no part of what the column is.
UNIT_IN_BRACKETS = re.compile(r"\((?:单位:)?(亿元|万元|元)\)")
_YEAR = re.compile(r"((?:19|20)\d\d)年?度?")
# Groups over a column that say nothing of what it holds: 支出预算 over 合计, 其中： over 基本支出.
_NEUTRAL = re.compile(
    r"项目|收入|支出|(?:收入|支出|部门|年初|本年)?预算(?:数|安排)?|决算数|金额|其中:?|"
    r"(?:本年)?(?:一般公共|政府性?基金|国有资本经营)?(?:预算)?(?:财政)?(?:拨款)?(?:预算)?(?:基本)?支出(?:预算)?"
)
_AMOUNT = "金额"
_OTHER_PERIOD = re.compile(r"上年(?!.*(?:结转|结余|余额))|增减|比上年|较上年|增长")


@dataclass(frozen=True)
class Heading:
    """The heading of a table.

    `first` is the row in which the headings begin, `rows` the number of rows at the top of the grid that hold no data
    (header block, headings and the row of column numbers), `paths` the folded headings of each column from the top.
    """

    first: int
    rows: int
    paths: tuple[Path, ...]
    rows_at_top: tuple[tuple[str, ...], ...]  # folded, to recognise them when they are repeated on the next page

    @property
    def width(self) -> int:
        return len(self.paths)

    def repeats(self, row: tuple[str, ...]) -> bool:
        """Whether a row further down only repeats the heading after a page break."""
        return tuple(fold(cell) for cell in row) in self.rows_at_top


def read_heading(grid: Grid, is_heading: Callable[[str], bool]) -> Heading | None:
    """The table's heading; `is_heading` says of a folded cell text whether it is one of the form's column headings.

    None where no row among the first holds a heading.
    """
    first = next((row for row in range(min(_DEEPEST_START, len(grid.rows))) if _has(grid.rows[row], is_heading)), None)
    if first is None:
        return None
    known = bottom = first
    first = _first_of_merges(grid, first)
    after = first
    while after < len(grid.rows) and (
        after <= known
        or (after <= bottom and not any(map(_is_amount, grid.rows[after])))
        or _is_heading_row(grid.rows[after], is_heading)
    ):
        bottom = max(bottom, _bottom_of_merges(grid, after))
        after += 1
    heads = [tuple(fold(cell) for cell in row) for row in grid.rows[first:after]]
    width = max(len(row) for row in heads)
    if after < len(grid.rows) and is_number_row(grid.rows[after]):
        numbers = tuple(fold(cell) for cell in grid.rows[after])
        width = max(width, len(numbers))
        if any(_STEPS.fullmatch(cell) for cell in numbers):
            # The row of numbers also divides the code: 类 | 款 | 项 | 栏次 | 1 | 2.
            heads.append(tuple(cell if _STEPS.fullmatch(cell) else "" for cell in numbers))
        after += 1
    return Heading(
        first=first,
        rows=after,
        paths=_printed_paths(grid, first, heads, width) if grid.knows_merges else _paths(heads, width),
        rows_at_top=tuple(tuple(fold(cell) for cell in row) for row in grid.rows[:after]),
    )


def is_number_row(row: tuple[str, ...]) -> bool:
    """Whether a row only numbers the columns: `栏次 | 1 | 2 | 3`, `** | ** | 1 | 2` or `1 | 2 | 3`."""
    filled = [fold(cell) for cell in row if fold(cell)]
    numbers = [int(cell) for cell in filled if cell.isascii() and cell.isdigit()]
    marks = [cell for cell in filled if _MARKS.fullmatch(cell)]
    if not numbers or len(numbers) + len(marks) != len(filled):
        return False
    # Without a mark a row of two numbers could be data; three that count up from 1 over the whole row are not.
    return numbers == list(range(1, len(numbers) + 1)) and (bool(marks) or len(numbers) > 2)  # noqa: PLR2004


def is_block_row(row: tuple[str, ...]) -> bool:
    """Whether a row holds nothing but lines of the header block or the table's title (repeated after a page break)."""
    filled = [cell for cell in row if cell]
    return bool(filled) and all(is_header_block(cell) or looks_like_title(cell) for cell in filled)


def match_columns(
    heading: Heading, patterns: Mapping[str, str], *, fiscal_year: int, columns: Sequence[int] | None = None
) -> dict[str, int]:
    """Field name → column, by the first pattern that a column's path fits (joined by `/`); each field is taken once.

    The disclosure's own year is taken out of a heading before it is compared. A column of another year, or of a change
    against one, fits nothing: it must never be served as this year's.
    """
    found: dict[str, int] = {}
    for index in columns if columns is not None else range(heading.width):
        text = own_year_heading(heading.paths[index], fiscal_year)
        if text is None:
            continue
        field = _field(text, patterns) or _field(_without_neutral(text), patterns)
        if field is not None and field not in found:
            found[field] = index
    return found


def _field(text: str, patterns: Mapping[str, str]) -> str | None:
    return next((name for name, pattern in patterns.items() if re.fullmatch(pattern, text)), None)


def _without_neutral(text: str) -> str:
    """The path without the groups that say nothing, and without 其中： before a heading."""
    *groups, last = text.split("/")
    kept = [group for group in groups if not _NEUTRAL.fullmatch(group)]
    return "/".join(part.removeprefix("其中:") for part in [*kept, last])


def own_year_heading(path: Path, fiscal_year: int) -> str | None:
    """The path joined by `/` without the disclosure's year; None for a column of another year or of a change."""
    text = UNIT_IN_BRACKETS.sub("", "/".join(path))
    if any(int(year) != fiscal_year for year in _YEAR.findall(text)) or _OTHER_PERIOD.search(text):
        return None
    parts = [part for part in _YEAR.sub("", text).split("/") if part]
    if path and _YEAR.fullmatch(path[-1]) and all(map(_NEUTRAL.fullmatch, parts)):
        # 支出 over 2025年 and nothing else: the year is all that the amounts are called.
        parts.append(_AMOUNT)
    return "/".join(parts)


def _has(row: tuple[str, ...], is_heading: Callable[[str], bool]) -> bool:
    return any(is_heading(UNIT_IN_BRACKETS.sub("", fold(cell))) for cell in row) and not any(
        _is_amount(cell) for cell in row
    )


def _is_heading_row(row: tuple[str, ...], is_heading: Callable[[str], bool]) -> bool:
    """Whether a row under the first heading row is one too.

    A lone name at the left, with or without its row number, is a data row without amounts: the 合计 row of an empty
    table, or an item of expenses that elsewhere is a column.
    """
    words = [column for column, cell in enumerate(row) if fold(cell) and not fold(cell).isdigit()]
    alone = len(words) == 1 and words[0] <= 1 and len(row) > words[0] + 1
    return not alone and _has(row, is_heading)


def _is_amount(cell: str) -> bool:
    try:
        return values.parse_amount(cell) is not None
    except ValueError:
        return False


def _first_of_merges(grid: Grid, first: int) -> int:
    """The row in which the headings begin, where merged cells reach up from the first row that the form knows.

    单位名称 stands beside two rows of headings, 部门预算 over several columns; a title over all columns is no heading.
    """
    for merge in grid.merges:
        beside = merge.row < first < merge.row + merge.rows
        over = merge.row == first - 1 and 1 < merge.columns < grid.width and grid.cell(merge.row, merge.column)
        row = grid.rows[merge.row]
        if (beside or (over and sum(map(bool, row)) > 1)) and not any(map(_is_amount, row)):
            first = merge.row
    return first


def _bottom_of_merges(grid: Grid, row: int) -> int:
    """The last row that a filled cell which begins in this row covers: 科目名称 beside two rows of headings."""
    return max(
        (merge.row + merge.rows - 1 for merge in grid.merges if merge.row == row and grid.cell(row, merge.column)),
        default=row,
    )


def _printed_paths(grid: Grid, first: int, heads: list[tuple[str, ...]], width: int) -> tuple[Path, ...]:
    """The path of each column of a table whose merged cells are known: the cells that stand over it."""
    texts = [[row[column] if column < len(row) else "" for column in range(width)] for row in heads]
    for merge in grid.merges:
        row, column = merge.row - first, merge.column
        if 0 <= row < len(heads) and column < width:
            for covered in range(row, min(row + merge.rows, len(heads))):
                for place in range(column, min(column + merge.columns, width)):
                    texts[covered][place] = texts[row][column]
    return tuple(_without_repeats([row[column] for row in texts]) for column in range(width))


def _paths(heads: list[tuple[str, ...]], width: int) -> tuple[Path, ...]:
    """The path of each column. A heading row that cannot be laid over the row below is left out of the paths."""
    bottom = heads[-1]
    owners = list(range(width))  # column → cell of the row that was placed last
    texts = [[bottom[column] if column < len(bottom) else "" for column in range(width)]]
    below = bottom if len(bottom) == width else (*bottom, *[""] * (width - len(bottom)))
    for upper in reversed(heads[:-1]):
        cells = _lay_over(upper, below)
        if cells is None:
            continue
        if len(upper) == len(below):
            row = _spread([upper[cells[owners[column]]] for column in range(width)], texts)
        else:
            row = [upper[cells[owners[column]]] for column in range(width)]
        owners = [cells[owners[column]] for column in range(width)]
        texts.insert(0, row)
        below = upper
    return tuple(_without_repeats([row[column] for row in texts]) for column in range(width))


def _without_repeats(texts: list[str]) -> Path:
    path: list[str] = []
    for text in texts:
        if text and (not path or path[-1] != text):
            path.append(text)
    return tuple(path)


def _spread(row: list[str], below: list[list[str]]) -> list[str]:
    """Fill the blanks that a merged heading leaves to its right, in a row of full width.

    A blank belongs to the heading on its left where both have headings below them; otherwise it is itself merged with
    a cell above or below.
    """
    has_below = [any(lower[column] for lower in below) for column in range(len(row))]
    filled = list(row)
    anchor: int | None = None
    for column, text in enumerate(row):
        if text:
            anchor = column
        elif anchor is not None and has_below[column] and has_below[anchor]:
            filled[column] = row[anchor]
    return filled


def _lay_over(upper: tuple[str, ...], below: tuple[str, ...]) -> list[int] | None:
    """For each cell of the lower row the cell of the upper row that stands over it; None where that is not certain.

    A blank below continues one cell above. A run of headings below stands under one merged cell, or, where there are
    more cells above than runs, is cut where its headings begin anew.
    """
    if len(upper) == len(below):
        return list(range(len(below)))
    runs: list[list[int]] = []
    for index, text in enumerate(below):
        if text and runs and below[runs[-1][-1]]:
            runs[-1].append(index)
        else:
            runs.append([index])
    missing = len(upper) - len(runs)
    if missing < 0:
        return None
    cuts = _cuts(runs, below)[:missing]
    if len(cuts) < missing:
        return None
    cells: list[int] = []
    cell = -1
    for run in runs:
        for index in run:
            cell += index == run[0] or index in cuts
            cells.append(cell)
    return cells


def _cuts(runs: list[list[int]], below: tuple[str, ...]) -> list[int]:
    """Where runs of headings may be cut, the surest place first.

    Surest is where a heading occurs again (`项目 预算数 | 项目 预算数`), then where a describing column follows an
    amount, then where amounts follow the describing columns (`科目编码 科目名称 | 合计`).
    """
    again: list[int] = []
    describes: list[int] = []
    amounts: list[int] = []
    for run in runs:
        seen: set[str] = set()
        for previous, index in zip([None, *run], run, strict=False):
            if below[index] in seen:
                again.append(index)
                seen = set()
            elif previous is not None:
                was, now = (_DESCRIPTOR.fullmatch(below[place]) is not None for place in (previous, index))
                if now and not was:
                    describes.append(index)
                elif was and not now:
                    amounts.append(index)
            seen.add(below[index])
    return [*again, *describes, *amounts]
