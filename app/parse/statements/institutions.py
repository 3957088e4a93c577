"""部门机构设置情况: the institutions of a department; it prints no figures, so its printed table is all there is."""

from __future__ import annotations

from app.parse.cells import digit_cells
from app.parse.forms import Context, Form, FormResult
from app.parse.grid import TitledGrid
from app.records import StatementKey
from app.values import fold

KEY: StatementKey = "institutions"

_HEADINGS = frozenset({"单位名称", "单位性质", "单位规格", "经费保障形式", "经费形式"})
# A table of institutions is told by its headings, of which at least these many must be there.
_ENOUGH = 3


def claims(table: TitledGrid) -> bool:
    """By the headings: name, kind, rank and funding of institutions."""
    return any(len(_HEADINGS & {fold(cell) for cell in row}) >= _ENOUGH for row in table.grid.rows[:3])


def read(table: TitledGrid, _context: Context) -> FormResult:
    """No records: names and words only."""
    rows = table.grid.rows
    head = next(index for index, row in enumerate(rows) if len(_HEADINGS & {fold(cell) for cell in row}) >= _ENOUGH)
    return FormResult(header_rows=head + 1, text_cells=digit_cells(table.grid, range(len(rows))))


FORM = Form(key=KEY, name="部门机构设置情况", claims=claims, read=read)
