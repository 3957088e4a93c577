"""The columns of an indicator table, found by their headings, and the levels that vertical merges leave blank."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.parse.cells import unwrap
from app.parse.forms import FormResult
from app.parse.grid import Grid
from app.parse.targets import Target, parse_target
from app.values import fold

# Column by heading. A later form is added here: some provinces print operator, value and unit in columns of their own.
_HEADINGS: tuple[tuple[str, str], ...] = (
    ("level1", r"一级指标|指标类型"),
    ("level2", r"二级指标"),
    ("level3", r"三级指标|指标名称"),
    ("basis", r"(?:指标值)?(?:确定|设定)?依据|指标值确定依据"),
    ("description", r"(?:绩效)?指标(?:描述|解释|内容|说明)|指标值内容"),
    ("actual", r"(?:全年)?实际完成(?:值|情况)?|(?:年度|全年|指标)?完成值"),
    ("operator", r"运算符号|计算符号|比较符号|指标方向|(?:绩效)?指标性质|指标值类型"),
    ("target_unit", r"(?:绩效)?(?:计量|度量)单位|指标单位"),
    ("target", r"(?:年度|全年|绩效|预期|计划|本年|\(/项目\))*(?:指标值|目标值)"),
    ("weight", r"(?:分值|权重|指标分值|指标权重|分值权重)(?:\(.*\))?"),
    ("score", r"(?:自评)?得分"),
    ("deviation_reason", r"(?:未完成|偏差).*"),
    # How points are given: sentences, which no record holds.
    ("criterion", r"(?:评价|评分|计分|赋分)(?:标准|规则|办法|方法|细则)(?:\(.*\))?"),
)


# Columns before the indicators, where one table lists several projects with the indicators of each.
_PROJECT_HEADINGS: tuple[tuple[str, str], ...] = (
    ("name", r"(?:(?:单位)?\(?项目\)?|一级项目)名称"),
    ("code", r"项目(?:编码|代码|编号)"),
    ("total", r"(?:项目|资金|年度|预算|年度资金)总额|预算(?:数|金额)?|金额"),
    ("fiscal", r"(?:其中:?)?财政(?:拨款|资金)"),
    ("other_funds", r"(?:其中:?)?其他资金"),
    ("goal", r"(?:年度|总体|项目|项目年度|年度总体)?绩效目标"),
)

# The year's main tasks with their money, which some departments print above the indicators of the whole.
_TASK_HEADINGS: tuple[tuple[str, str], ...] = (
    ("name", r"(?:工作|重点)?(?:任务|项目)?名称"),
    ("total", r"拟?投入的?(?:资金|金额)(?:\(.*\))?"),
    ("purpose", r"主要(?:实施)?内容"),
    ("goal", r"(?:期望|预期)达到的?目标(?:\(.*\))?"),
)


@dataclass(frozen=True)
class Columns:
    """Where the indicator rows begin and in which column each field stands."""

    header: int
    at: dict[str, int]

    def text(self, grid: Grid, row: int, name: str) -> str:
        """The unwrapped cell of that field; blank where the form has no such column."""
        return unwrap(grid.cell(row, self.at[name])) if name in self.at else ""


def find_columns(grid: Grid) -> Columns | None:
    """The indicator heading row: the first that names a first level and a target value. None without one."""
    for row, cells in enumerate(grid.rows):
        at = _match(cells)
        if "level1" in at and "target" in at:
            return Columns(header=row, at=at)
    return None


def find_project_columns(grid: Grid, columns: Columns) -> Columns | None:
    """The columns that name the project beside its indicators; None where the table is about one project only.

    Their headings stand in the row of the indicators' headings or next to it.
    """
    at: dict[str, int] = {}
    bottom = columns.header
    for row in range(max(0, columns.header - 2), min(columns.header + 2, len(grid.rows))):
        found = _match(grid.rows[row][: columns.at["level1"]], _PROJECT_HEADINGS)
        if found and row > columns.header:
            bottom = row
        at = {**found, **at}
    return Columns(header=bottom, at=at) if {"name", "total"} <= at.keys() else None


def find_task_columns(grid: Grid, columns: Columns) -> Columns | None:
    """The columns of the year's main tasks above the indicators; None where no row heads such a list."""
    for row in range(columns.header):
        at = _match(grid.rows[row], _TASK_HEADINGS)
        if {"name", "total"} <= at.keys():
            return Columns(header=row, at=at)
    return None


def read_target(grid: Grid, columns: Columns, row: int, text: str, *, with_operator: bool = True) -> Target:
    """A value; where the form has columns of their own for operator and unit, they complete it."""
    operator = columns.text(grid, row, "operator") if with_operator else ""
    alone = parse_target(operator + text)
    if alone.unit is not None and not alone.qualitative:
        return alone
    whole = parse_target(operator + text + columns.text(grid, row, "target_unit"))
    return parse_target(text) if whole.qualitative else whole


def withhold_sentences(grid: Grid, columns: Columns, row: int, names: Sequence[str], result: FormResult) -> None:
    """Mark the cells of running text in a row."""
    for name in names:
        if name in columns.at and grid.cell(row, columns.at[name]):
            result.withheld.add((row, columns.at[name]))
            result.text_cells.add((row, columns.at[name]))


def _match(cells: Sequence[str], headings: tuple[tuple[str, str], ...] = _HEADINGS) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, cell in enumerate(cells):
        folded = fold(cell)
        name = next((name for name, pattern in headings if re.fullmatch(pattern, folded)), None)
        if name is not None:
            found.setdefault(name, column)
    return found


@dataclass
class Levels:
    """First and second level as they stand at a row: carried down over blank cells, not across a new first level."""

    level1: str | None = None
    level2: str | None = None
    first_row: int = field(default=-1)  # where the current first level was printed

    def step(self, level1: str, level2: str, row: int) -> None:
        """Take the level cells of the next row."""
        if level1:
            self.level1, self.level2, self.first_row = level1, None, row
        if level2:
            self.level2 = level2
