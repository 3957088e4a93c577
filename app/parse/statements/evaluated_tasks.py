"""The main tasks of a department in its self-evaluation: budget and execution of each, in all, fiscal and other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from app.parse.cells import has_digit, name_of, read_amount
from app.parse.forms import Context, FormResult
from app.parse.grid import Grid
from app.records import Cell, EvaluationLine, StatementKey
from app.values import fold

_KEY: StatementKey = "self_evaluation"

Item = Literal["total", "fiscal_appropriation", "other_funds"]

_NAME = re.compile(r"(?:主要)?任务(?:名称)?")
_GROUPS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("initial_budget", re.compile(r"年初预算(?:数)?(?:\(.*\))?")),
    ("adjusted_budget", re.compile(r"(?:全年)?预算(?:数|金额)?(?:\(.*\))?")),
    ("executed", re.compile(r"(?:全年)?(?:执行|实际支出)(?:数|金额)?(?:\(.*\))?")),
)
_PARTS: tuple[tuple[Item, re.Pattern[str]], ...] = (
    ("total", re.compile(r"总额|合计|小计")),
    ("fiscal_appropriation", re.compile(r"财政(?:拨款|资金)")),
    ("other_funds", re.compile(r"其他(?:资金)?")),
)
_POINTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("weight", re.compile(r"分值")),
    ("execution_rate", re.compile(r"执行率(?:\(.*\))?")),
    ("score", re.compile(r"得分")),
)
_SUM = re.compile(r"(?:金额|资金)?(?:合计|总计)")
# Running text beside the name of a task: what it is, what became of it.
_TEXTS = re.compile(r"(?:主要)?内容|完成情况|任务完成情况")


@dataclass(frozen=True)
class Tasks:
    """Where the list of tasks stands: its heading row, the columns of amounts by field and part, points, texts."""

    header: int
    name: int
    amounts: dict[tuple[str, Item], int]
    points: dict[str, int]
    texts: tuple[int, ...]


def find_tasks(grid: Grid, end: int) -> Tasks | None:
    """The list of tasks above the indicators, which two heading rows begin; None where there is none."""
    for row in range(end - 1):
        cells, below = [fold(cell) for cell in grid.rows[row]], [fold(cell) for cell in grid.rows[row + 1]]
        name = next((column for column, cell in enumerate(cells) if _NAME.fullmatch(cell)), None)
        if name is None:
            continue
        amounts: dict[tuple[str, Item], int] = {}
        group: str | None = None
        for column in range(name + 1, len(cells)):
            if cells[column]:
                group = next((field for field, pattern in _GROUPS if pattern.fullmatch(cells[column])), None)
            part = next((item for item, pattern in _PARTS if pattern.fullmatch(below[column])), None)
            if group is not None and part is not None:
                amounts.setdefault((group, part), column)
        if ("executed", "total") not in amounts:
            continue
        points = {
            field: column
            for field, pattern in reversed(_POINTS)
            for column, cell in enumerate(cells)
            if pattern.fullmatch(cell)
        }
        texts = tuple(column for column, cell in enumerate(cells) if _TEXTS.fullmatch(cell))
        return Tasks(row, name, amounts, points, texts)
    return None


def read_tasks(grid: Grid, tasks: Tasks, end: int, context: Context, result: FormResult) -> list[EvaluationLine]:
    """A line for each task and part of its money, the points with its total; the row of 合计 is the department's."""
    lines: list[EvaluationLine] = []
    for row in range(tasks.header + 2, end):
        first = next((fold(cell) for cell in grid.rows[row] if fold(cell)), "")
        is_sum = _SUM.fullmatch(first) is not None
        name = name_of(first if is_sum else grid.cell(row, tasks.name))
        if not name or not any(has_digit(grid.cell(row, column)) for column in tasks.amounts.values()):
            break
        for column in tasks.texts:
            if grid.cell(row, column):
                result.text_cells.add((row, column))
                result.withheld.add((row, column))
        for item in dict.fromkeys(part for _, part in tasks.amounts):
            at: dict[str, Cell] = {
                field: (row, column) for (field, part), column in tasks.amounts.items() if part == item
            }
            if item == "total":
                at |= {field: (row, column) for field, column in tasks.points.items()}
            lines.append(_line(grid, name, item, at, context, result, is_sum=is_sum))
    return lines


def _line(
    grid: Grid, name: str, item: Item, at: dict[str, Cell], context: Context, result: FormResult, *, is_sum: bool
) -> EvaluationLine:
    amounts: dict[str, Decimal | None] = {
        field: read_amount(grid, cell, key=_KEY, context=context, result=result) for field, cell in at.items()
    }
    return EvaluationLine(
        statement_key=_KEY,
        statement_ordinal=context.ordinal,
        row=next(iter(at.values()))[0],
        unit=result.unit,
        cells={field: cell for field, cell in at.items() if amounts[field] is not None},
        subject="department" if is_sum else "project",
        project_ordinal=None,
        project_name=None if is_sum else name,
        item=item,
        name=name,
        fiscal_year=context.fiscal_year,
        initial_budget=amounts.get("initial_budget"),
        adjusted_budget=amounts.get("adjusted_budget"),
        executed=amounts.get("executed"),
        execution_rate=amounts.get("execution_rate"),
        weight=amounts.get("weight"),
        score=amounts.get("score"),
    )
