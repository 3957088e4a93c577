"""The columns of an indicator table, found by their headings, and the levels that vertical merges leave blank."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.parse.cells import unwrap
from app.parse.columns import UNIT_IN_BRACKETS
from app.parse.forms import FormResult
from app.parse.grid import Grid
from app.parse.targets import Target, parse_target
from app.values import fold

# Column by heading. A later form is added here: some provinces print operator, value and unit in columns of their own.
_HEADINGS: tuple[tuple[str, str], ...] = (
    ("level1", r"一级指标|指标类型"),
    ("level2", r"二级指标"),
    ("level3", r"三级指标|指标名称"),
    # All levels in one cell: 产出指标质量指标故障修复率.
    ("levels", r"绩效指标"),
    ("basis", r"(?:指标值)?(?:确定|设定)?依据|指标值确定依据"),
    ("description", r"(?:绩效)?指标(?:描述|解释|内容|说明)|指标值(?:内容|说明)"),
    ("actual", r"(?:全年)?实际完成(?:值|情况)?|(?:年度|全年|指标)?完成值"),
    ("operator", r"运算符号|计算符号|比较符号|指标方向|(?:绩效)?指标性质|指标值类型"),
    ("target_unit", r"(?:绩效)?(?:计量|度量)单位|指标单位"),
    ("target", r"(?:年度|全年|绩效|预期|计划|本年|\(/项目\))*(?:指标值|目标值)"),
    ("weight", r"(?:分值|权重|指标分值|指标权重|分值权重)(?:\(.*\))?"),
    ("score", r"(?:自评)?得分"),
    ("deviation_reason", r"(?:未完成|偏差).*"),
    # How points are given: sentences, which no record holds.
    ("criterion", r"(?:评价|评分|计分|赋分|扣分|得分|评\(扣\)分)(?:标准|规则|办法|方法|细则)(?:\(.*\))?"),
    ("remark", r"备注"),
)


# Columns before the indicators, where one table lists several projects with the indicators of each.
_PROJECT_HEADINGS: tuple[tuple[str, str], ...] = (
    ("institution_code", r"(?:预算)?(?:单位|部门)(?:编码|代码)"),
    ("name", r"(?:(?:单位)?\(?项目\)?|一级项目)名称"),
    ("code", r"项目(?:编码|代码|编号)"),
    ("total", r"(?:项目|资金|年度|预算|年度资金)总额|(?:年度|本年|项目)?预算(?:数|金额|资金)?|金额"),
    ("fiscal", r"(?:其中:?)?财政(?:拨款|资金)"),
    ("other_funds", r"(?:其中:?)?其他资金"),
    ("goal", r"(?:年度|总体|整体|项目|项目年度|年度总体)?绩效目标|(?:年度|总体|年度总体)目标"),
)

# The year's main tasks with their money, which some departments print above the indicators of the whole.
_TASK_HEADINGS: tuple[tuple[str, str], ...] = (
    ("name", r"(?:工作|重点)?(?:任务|项目)?名称"),
    ("total", r"拟?投入的?(?:资金|金额)(?:\(.*\))?|预算金额|预算数|总额"),
    ("fiscal", r"财政(?:拨款|资金)"),
    ("other_funds", r"其他资金"),
    ("purpose", r"主要(?:实施)?内容"),
    ("goal", r"(?:期望|预期)达到的?目标(?:\(.*\))?"),
)

# The second levels that every form has, and how many of them say that a table is one of indicators.
_SECOND_LEVELS = frozenset({"数量指标", "质量指标", "时效指标", "成本指标", "经济效益指标", "社会效益指标"})
_ENOUGH_LEVELS = 4

_ONE_TEXT = re.compile(
    r"(?P<first>(?:产出|效益|效果|满意度|成本)指标)"
    r"(?P<second>(?:数量|质量|时效|(?:经济|社会|生态环境)?成本|(?:经济|社会|生态)(?:效益|效果)|可持续影响|(?:服务对象)?满意度)指标)?"
    r"(?P<third>.+)"
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
    """The indicator heading row: the first that names a first level and a target value. None without one.

    Where all levels stand in one cell, an operator or a unit beside the value says that it is a table of indicators.
    """
    for row, cells in enumerate(grid.rows):
        at = _match(cells)
        if "level1" in at:
            # Beside 一级指标 it only says what the rows are: the label of the block, printed at its top.
            at.pop("levels", None)
        if "level3" not in at and "description" in at:
            # 一级指标 | 二级指标 | 指标内容 | 指标值: what elsewhere explains an indicator is all that names it here.
            at["level3"] = at.pop("description")
        whole = "levels" in at and bool({"operator", "target_unit"} & at.keys())
        if "target" in at and ("level1" in at or whole):
            return Columns(header=row, at=at)
    return _without_heading(grid)


def _without_heading(grid: Grid) -> Columns | None:
    """The columns by what stands in them, where second levels (数量指标) are there and no heading is.

    Then level, indicator and value follow one another.
    """
    found = {
        (row, column): fold(cell)
        for row, cells in enumerate(grid.rows)
        for column, cell in enumerate(cells)
        if fold(cell) in _SECOND_LEVELS
    }
    places = {column for _, column in found}
    if len(set(found.values())) < _ENOUGH_LEVELS or len(places) != 1:
        return None
    first, column = min(found)
    right = [place for place in range(column + 1, len(grid.rows[first])) if grid.cell(first, place)]
    if not first or not column or len(right) != 2:  # noqa: PLR2004 - the indicator and its value
        return None
    return Columns(
        header=first - 1, at={"level1": column - 1, "level2": column, "level3": right[0], "target": right[1]}
    )


def split_levels(text: str) -> tuple[str, str, str]:
    """First, second and third level of an indicator that is printed as one text; blanks for what it does not name."""
    found = _ONE_TEXT.fullmatch(unwrap(text))
    return (found["first"], found["second"] or "", found["third"]) if found else ("", "", unwrap(text))


def repeated_headings(grid: Grid, header: int) -> set[int]:
    """The rows that print the heading once more after a page break."""
    heads = [tuple(fold(cell) for cell in row) for row in grid.rows[: header + 1]]
    known = {head for head in heads if sum(map(bool, head)) > 1}
    return {row for row in range(header + 1, len(grid.rows)) if tuple(fold(cell) for cell in grid.rows[row]) in known}


def find_columns_beside(grid: Grid, columns: Columns) -> Columns:
    """The columns beside the indicators that say whose they are; with name and money they list several projects.

    Their headings stand in the row of the indicators' headings or next to it.
    """
    at: dict[str, int] = {}
    bottom = columns.header
    first = min(columns.at[name] for name in ("level1", "levels") if name in columns.at)
    for row in range(max(0, columns.header - 2), min(columns.header + 2, len(grid.rows))):
        found = _match(grid.rows[row][:first], _PROJECT_HEADINGS)
        if found and row > columns.header:
            bottom = row
        at = {**found, **at}
    return Columns(header=bottom, at=at)


def find_task_columns(grid: Grid, columns: Columns) -> Columns | None:
    """The columns of the year's main tasks above the indicators; None where no row heads such a list."""
    for row in range(columns.header):
        at = _match(grid.rows[row], _TASK_HEADINGS)
        if {"name", "total"} <= at.keys():
            # 总额, 财政拨款 and 其他资金 may stand under the amount.
            below = _match(grid.rows[row + 1], _TASK_HEADINGS)
            if {"total", "fiscal"} <= below.keys():
                return Columns(header=row + 1, at=at | below)
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
        folded = UNIT_IN_BRACKETS.sub("", fold(cell))
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
