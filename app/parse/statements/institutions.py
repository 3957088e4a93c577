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


# A plain list of the bodies that a document counts has the name and nothing but these beside it.
_BESIDE = frozenset({"序号", "单位名称", "预算单位名称", "拟变动情况", "变动情况", "备注", "单位性质", "经费形式"})
_NAMES = frozenset({"单位名称", "预算单位名称"})


def claims(table: TitledGrid) -> bool:
    """By the headings: name, kind, rank and funding of institutions, or a numbered list of their names."""
    return _head(table) is not None


def _head(table: TitledGrid) -> int | None:
    for index, row in enumerate(table.grid.rows[:3]):
        headings = {fold(cell) for cell in row} - {""}
        is_list = len(headings) > 1 and headings <= _BESIDE and bool(headings & _NAMES)
        if len(_HEADINGS & headings) >= _ENOUGH or is_list:
            return index
    return None


def read(table: TitledGrid, _context: Context) -> FormResult:
    """No records: names and words only."""
    head = _head(table)
    if head is None:
        raise ValueError(f"{table.grid.place} is not a table of institutions")
    return FormResult(header_rows=head + 1, text_cells=digit_cells(table.grid, range(len(table.grid.rows))))


FORM = Form(key=KEY, name="部门机构设置情况", claims=claims, read=read)
