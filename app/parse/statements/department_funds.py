"""The money that a table of the whole department's targets prints above or beside its indicators.

Forms print it in three ways: each amount beside its label, in a row under headings above the indicators, or in columns
beside them under headings of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

from app import values
from app.parse.cells import has_digit, read_amount, unwrap
from app.parse.forms import Context, FormResult
from app.parse.grid import Grid
from app.parse.statements.indicator_columns import Columns
from app.parse.surroundings import require_unit
from app.records import Cell, EvaluationItem, EvaluationLine, StatementKey
from app.values import fold

_KEY: StatementKey = "performance_targets"

_ITEMS: tuple[tuple[EvaluationItem, str], ...] = (
    ("total", r"(?:年度|部门|整体|总体|预算|收入|支出|申请)*(?:资金|预算|支出)(?:申请)?总(?:额|计|金额|规模)"),
    ("general_public_budget", r"一般公共预算(?:财政)?(?:拨款|资金|收入)*"),
    ("government_fund", r"政府性基金(?:预算)?(?:财政)?(?:拨款|资金|收入)*"),
    ("state_capital", r"国有资本经营预算(?:财政)?(?:拨款|资金|收入)*"),
    ("special_account", r"财政专户(?:管理)?(?:资金|收入)+"),
    ("fiscal_appropriation", r"(?:当年|本年)?财政(?:拨款|资金)(?:收入)?"),
    ("carried_over", r"上年(?:财政)?结转(?:结余)?(?:资金)?"),
    ("other_funds", r"(?:其他|其它)资金"),
    ("basic_expenditure", r"基本支出"),
    ("project_expenditure", r"项目支出"),
)
# Headings stand close above their amounts; a table made to do harm has many rows.
_MOST_HEADINGS = 12
_SUM = re.compile(r"合计|小计|金额")
_AFFIX = re.compile(r"^(?:其中:?|\d+[.、]|[(（]\d+[)）])|\((?:亿元|万元|元)\)|:$")


def read_funds(grid: Grid, columns: Columns, context: Context, result: FormResult) -> list[EvaluationLine]:
    """One line for each labelled amount; `result` already holds what the tasks above the indicators took.

    Amounts of several institutions under the same headings are left in the printed table: no line could say whose they
    are.
    """
    lowest = columns.header + 1
    text = _reader(grid, lowest)
    labelled = [
        (cell, *label)
        for cell in _amounts(grid, columns, result)
        if (label := _label(text, cell, lowest=lowest)) is not None
    ]
    if not labelled or not require_unit(result, key=_KEY, context=context):
        return []
    often = Counter((item, name) for _, item, name in labelled)
    shared = {cell[0] for cell, item, name in labelled if often[item, name] > 1}
    lines: list[EvaluationLine] = []
    for cell, item, name in labelled:
        amount = read_amount(grid, cell, key=_KEY, context=context, result=result)
        if amount is not None and cell[0] not in shared:
            lines.append(_line(cell, item, name, amount, context, result))
    return lines


def _line(
    cell: Cell, item: EvaluationItem, name: str, amount: Decimal, context: Context, result: FormResult
) -> EvaluationLine:
    return EvaluationLine(
        statement_key=_KEY,
        statement_ordinal=context.ordinal,
        row=cell[0],
        unit=result.unit,
        cells={"initial_budget": cell},
        subject="department",
        project_ordinal=None,
        project_name=None,
        item=item,
        name=name,
        fiscal_year=context.fiscal_year,
        initial_budget=amount,
    )


def _amounts(grid: Grid, columns: Columns, result: FormResult) -> Iterator[Cell]:
    """The cells with a number that stand above the indicators or to their left and are nothing else so far."""
    taken = {cell for record in result.records for cell in record.cells.values()}
    taken |= result.structure | result.text_cells | result.withheld
    first = min(columns.at[name] for name in ("level1", "levels") if name in columns.at)
    for row, cells in enumerate(grid.rows):
        width = len(cells) if row < columns.header else min(first, len(cells))
        for column in range(width):
            if (row, column) not in taken and _is_number(cells[column]):
                yield row, column


def _label(text: Callable[[int, int], str], cell: Cell, *, lowest: int) -> tuple[EvaluationItem, str] | None:
    """What the amount is and its printed name: by the text beside it, else by the headings over it."""
    row, column = cell
    if column:
        beside = text(row, column - 1)
        item = _item(beside)
        if item is not None:
            return item, unwrap(beside)
    last = min(row - 1, lowest)
    over: list[str] = []
    for above in range(last, max(-1, last - _MOST_HEADINGS), -1):
        heading = text(above, column)
        if not heading or _is_number(heading):
            if over:
                break
        elif not over or over[-1] != heading:
            over.append(heading)
    own = _item(over[0]) if over else None
    group = _item(over[1]) if len(over) > 1 else None
    if own is not None:
        return own, unwrap(over[0]) if group is None else f"{unwrap(over[1])}/{unwrap(over[0])}"
    return (group, unwrap(over[1])) if group is not None and _SUM.fullmatch(fold(over[0])) else None


def _reader(grid: Grid, lowest: int) -> Callable[[int, int], str]:
    """A function that gives the text of the cell that covers a place; merges below the headings do not count."""
    owners = {
        (row, column): (merge.row, merge.column)
        for merge in grid.merges
        for row in range(merge.row, min(merge.row + merge.rows, lowest + 1))
        for column in range(merge.column, merge.column + merge.columns)
    }
    return lambda row, column: grid.cell(*owners.get((row, column), (row, column)))


def _item(text: str) -> EvaluationItem | None:
    bare = _AFFIX.sub("", fold(text))
    return next((item for item, pattern in _ITEMS if re.fullmatch(pattern, bare)), None)


def _is_number(text: str) -> bool:
    try:
        return has_digit(text) and values.parse_amount(text) is not None
    except ValueError:
        return False
