"""绩效自评表 of a final account: the money spent against the budget, and each indicator's target, result and score."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from app import values
from app.parse.cells import digit_cells, has_digit, name_of, read_amount, text_or_none, unwrap
from app.parse.forms import Context, Form, FormResult
from app.parse.grid import Grid, TitledGrid
from app.parse.statements.evaluated_tasks import find_tasks, read_tasks
from app.parse.statements.indicator_columns import Columns, Levels, find_columns, read_target, withhold_sentences
from app.parse.surroundings import find_unit, require_unit, withhold_people
from app.records import Cell, EvaluationItem, EvaluationLine, PerformanceIndicator, Project
from app.values import fold

_KEY: Literal["self_evaluation"] = "self_evaluation"

_FUND_COLUMNS: tuple[tuple[str, str], ...] = (
    ("initial_budget", r"年初预算(?:数)?(?:\(.*)?"),
    ("adjusted_budget", r"全年预算(?:数)?(?:\(.*)?"),
    ("executed", r"全年执行(?:数)?(?:\(.*)?"),
    ("weight", r"分值"),
    ("execution_rate", r"(?:预算)?执行率.*"),
    # The heading may be cut off: 得分（分值×执行率
    ("score", r"得分(?:\(.*)?"),
)
_MONEY = ("initial_budget", "adjusted_budget", "executed")
_FUND_ROWS: tuple[tuple[str, EvaluationItem], ...] = (
    (r"(?:其中:?)?(?:当年|本年)?(?:一般公共预算)?财政(?:拨款|资金)", "fiscal_appropriation"),
    (r"(?:其中:?)?(?:上年|以前年度)?结转(?:结余)?(?:资金)?|上年结转(?:结余)?资金", "carried_over"),
    (r"(?:其中:?)?(?:其他|其它)资金", "other_funds"),
    (r"合计|年度资金总额:?|总计|资金总额", "total"),
)
_PROJECT_NAME = re.compile(r"(?:项目|专项)名称")
_PROJECT_CODE = re.compile(r"项目编[码号]|项目代码")
_PROJECT_TOTAL = re.compile(r"项目总投资(?:\(.*\))?|项目(?:资金)?总额(?:\(.*\))?")
_PROJECT_FISCAL = re.compile(r"其中:?财政(?:拨款|资金)")
_GOAL = re.compile(r"(?:年度|全年)?(?:预期|年初|绩效)(?:绩效)?(?:总体)?目标")
_ACHIEVED = re.compile(r"(?:全年)?(?:目标)?(?:实际)?完成情况")
_NOTE = re.compile(r"(?:说明|备注|注)[:：]?.*")
_OVERALL = re.compile(r"总分|总得分|合计得分")
_GRADE = re.compile(r"(?:自评)?(?:等级|等次|结论):?(优秀?|良好?|中|差)")
_LEVEL_WEIGHT = re.compile(r"(.+?)\((\d+(?:\.\d+)?)分?\)")


@dataclass(frozen=True)
class _Subject:
    """Whose evaluation it is; every record of the table repeats it."""

    subject: Literal["project", "department"]
    project_ordinal: int | None
    project_name: str | None


def claims(table: TitledGrid) -> bool:
    """An indicator table that prints what was reached."""
    columns = find_columns(table.grid)
    return columns is not None and "actual" in columns.at


def read(table: TitledGrid, context: Context) -> FormResult:
    """The project where it is one's, the funding rows, the indicators, and the row with the overall score."""
    grid = table.grid
    columns = find_columns(grid)
    if columns is None:
        raise ValueError(f"{grid.place} is not a self-evaluation")
    # Headings stand in two places; the grid as a whole begins with the first of them.
    result = FormResult(header_rows=1)
    find_unit(table, header_rows=columns.header, key=_KEY, context=context, result=result)
    result.structure |= digit_cells(grid, range(columns.header, columns.header + 1))
    project = _project(table, columns.header, context, result)
    if project is not None:
        result.records.append(project)
    subject = _Subject(
        subject="project" if project else "department",
        project_ordinal=project.ordinal if project else None,
        project_name=project.name if project else None,
    )
    tasks = find_tasks(grid, columns.header)
    if tasks is None:
        result.records.extend(_funds(grid, columns.header, subject, context, result))
    elif require_unit(result, key=_KEY, context=context):
        result.records.extend(read_tasks(grid, tasks, columns.header, context, result))
    _withhold_goals(grid, columns.header, result)
    withhold_people(grid, columns.header, result)
    for row in range(columns.header + 1, len(grid.rows)):
        if any(_OVERALL.fullmatch(fold(cell)) for cell in grid.rows[row]):
            result.records.append(_overall(grid, row, subject, context, result))
    result.records.extend(_indicators(grid, columns, subject, context, result))
    return result


def _project(table: TitledGrid, end: int, context: Context, result: FormResult) -> Project | None:
    grid = table.grid
    name_at = _beside(grid, end, _PROJECT_NAME)
    if name_at is None or not grid.cell(*name_at) or "整体" in table.title:
        return None
    at = {"total": _beside(grid, end, _PROJECT_TOTAL), "fiscal": _beside(grid, end, _PROJECT_FISCAL)}
    code_at = _beside(grid, end, _PROJECT_CODE)
    goal_at = _below(grid, end, _GOAL)
    amounts: dict[str, Decimal | None] = {}
    for name, cell in at.items():
        amounts[name] = read_amount(grid, cell, key=_KEY, context=context, result=result) if cell else None
    if any(amount is not None for amount in amounts.values()) and not require_unit(result, key=_KEY, context=context):
        amounts = dict.fromkeys(amounts)
    result.text_cells |= {cell for cell in (name_at, code_at) if cell and has_digit(grid.cell(*cell))}
    return Project(
        statement_key=_KEY,
        statement_ordinal=context.ordinal,
        row=name_at[0],
        unit=result.unit,
        cells={name: cell for name, cell in at.items() if cell and amounts[name] is not None},
        ordinal=context.first_project_ordinal,
        code=text_or_none(grid.cell(*code_at)) if code_at else None,
        name=name_of(grid.cell(*name_at)),
        fiscal_year=context.fiscal_year,
        total=amounts["total"],
        fiscal=amounts["fiscal"],
        goal=grid.cell(*goal_at).strip() or None if goal_at else None,
    )


def _funds(grid: Grid, end: int, subject: _Subject, context: Context, result: FormResult) -> list[EvaluationLine]:
    """The rows under the heading with 年初预算数; those without a single figure are rows too, all null."""
    header = next((row for row in range(end) if "executed" in _fund_columns(grid, row)), None)
    if header is None:
        return []
    at = _fund_columns(grid, header)
    lines: list[EvaluationLine] = []
    for row in range(header + 1, end):
        named = next(((cell, item) for cell in grid.rows[row] if (item := _fund_item(cell)) is not None), None)
        if (
            named is None
            and row == header + 1
            and any(has_digit(grid.cell(row, at[name])) for name in _MONEY if name in at)
        ):
            # Some forms print one row only, named by the label beside the headings.
            named = (next(filter(None, grid.rows[header])), "total")
        if named is None:
            break
        cells: dict[str, Cell] = {name: (row, column) for name, column in at.items()}
        amounts = {
            name: read_amount(grid, cell, key=_KEY, context=context, result=result) for name, cell in cells.items()
        }
        if any(amounts.get(name) is not None for name in _MONEY) and not require_unit(
            result, key=_KEY, context=context
        ):
            amounts |= dict.fromkeys(_MONEY)
        lines.append(
            EvaluationLine(
                statement_key=_KEY,
                statement_ordinal=context.ordinal,
                row=row,
                unit=result.unit,
                cells={name: cell for name, cell in cells.items() if amounts[name] is not None},
                subject=subject.subject,
                project_ordinal=subject.project_ordinal,
                project_name=subject.project_name,
                item=named[1],
                name=unwrap(named[0]),
                fiscal_year=context.fiscal_year,
                initial_budget=amounts.get("initial_budget"),
                adjusted_budget=amounts.get("adjusted_budget"),
                executed=amounts.get("executed"),
                execution_rate=amounts.get("execution_rate"),
                weight=amounts.get("weight"),
                score=amounts.get("score"),
            )
        )
    return lines


def _fund_columns(grid: Grid, row: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, cell in enumerate(grid.rows[row]):
        folded = fold(cell)
        name = next((name for name, pattern in _FUND_COLUMNS if re.fullmatch(pattern, folded)), None)
        if name is not None:
            found.setdefault(name, column)
    return found


def _fund_item(cell: str) -> EvaluationItem | None:
    folded = fold(cell)
    return next((item for pattern, item in _FUND_ROWS if re.fullmatch(pattern, folded)), None)


def _overall(grid: Grid, row: int, subject: _Subject, context: Context, result: FormResult) -> EvaluationLine:
    """The 总分 row. Its cells shift with the merges, so the figures count by their order: full score, then score."""
    cells = grid.rows[row]
    name = next(cell for cell in cells if _OVERALL.fullmatch(fold(cell)))
    figures = [(row, column) for column, cell in enumerate(cells) if _is_number(cell)]
    at = dict(zip(("weight", "score"), figures, strict=False))
    grade = next((found.group(1)[0] for cell in cells if (found := _GRADE.search(fold(cell)))), None)
    amounts = {name: read_amount(grid, cell, key=_KEY, context=context, result=result) for name, cell in at.items()}
    return EvaluationLine(
        statement_key=_KEY,
        statement_ordinal=context.ordinal,
        row=row,
        unit=result.unit,
        cells={**at},
        subject=subject.subject,
        project_ordinal=subject.project_ordinal,
        project_name=subject.project_name,
        item="overall",
        name=unwrap(name),
        fiscal_year=context.fiscal_year,
        weight=amounts.get("weight"),
        score=amounts.get("score"),
        grade=grade,
    )


def _is_number(cell: str) -> bool:
    try:
        return values.parse_amount(cell) is not None
    except ValueError:
        return False


def _indicators(
    grid: Grid, columns: Columns, subject: _Subject, context: Context, result: FormResult
) -> list[PerformanceIndicator]:
    levels = Levels()
    found: list[PerformanceIndicator] = []
    for row in range(columns.header + 1, len(grid.rows)):
        if any(_OVERALL.fullmatch(fold(cell)) for cell in grid.rows[row]):
            continue
        first = next(filter(None, grid.rows[row]), "")
        if _NOTE.fullmatch(fold(first)):
            noted = {(row, column) for column, cell in enumerate(grid.rows[row]) if cell}
            result.withheld |= noted
            result.text_cells |= noted
            continue
        withhold_sentences(grid, columns, row, ("deviation_reason", "criterion"), result)
        levels.step(columns.text(grid, row, "level1"), columns.text(grid, row, "level2"), row)
        texts = {name: columns.text(grid, row, name) for name in ("level3", "target", "actual", "deviation_reason")}
        if not any(texts.values()):
            continue
        level1, level1_weight = _split_weight(levels.level1)
        amounts, cells = _points(grid, columns, row, context, result)
        if level1_weight is not None:
            cells["level1_weight"] = (levels.first_row, columns.at["level1"])
        for name in ("target", "actual"):
            if has_digit(texts[name]):
                cells[name] = (row, columns.at[name])
        result.text_cells |= {
            (row, columns.at[name])
            for name in ("level1", "level2", "level3", "operator", "target_unit")
            if name in columns.at and has_digit(grid.cell(row, columns.at[name]))
        }
        target = read_target(grid, columns, row, texts["target"])
        actual = read_target(grid, columns, row, texts["actual"], with_operator=False)
        # An actual value is a figure only when it is one exactly: ≥90% says no more than the target did.
        is_exact = actual.operator == "="
        found.append(
            PerformanceIndicator(
                statement_key=_KEY,
                statement_ordinal=context.ordinal,
                row=row,
                unit=None,
                cells=cells,
                subject=subject.subject,
                project_ordinal=subject.project_ordinal,
                project_name=subject.project_name,
                fiscal_year=context.fiscal_year,
                position=len(found) + 1,
                level1=level1,
                level2=levels.level2,
                level3=texts["level3"] or None,
                level1_weight=level1_weight,
                target=texts["target"] or None,
                target_operator=target.operator,
                target_number=target.number,
                target_unit=target.unit,
                target_is_qualitative=target.qualitative,
                actual=texts["actual"] or None,
                actual_number=actual.number if is_exact else None,
                actual_unit=actual.unit if is_exact else None,
                weight=amounts.get("weight"),
                score=amounts.get("score"),
                deviation_reason=texts["deviation_reason"] or None,
            )
        )
    return found


def _points(
    grid: Grid, columns: Columns, row: int, context: Context, result: FormResult
) -> tuple[dict[str, Decimal | None], dict[str, Cell]]:
    """Full score and score of an indicator row, and the cells they were read from."""
    at: dict[str, Cell] = {name: (row, columns.at[name]) for name in ("weight", "score") if name in columns.at}
    amounts = {name: read_amount(grid, cell, key=_KEY, context=context, result=result) for name, cell in at.items()}
    return amounts, {name: cell for name, cell in at.items() if amounts[name] is not None}


def _split_weight(level1: str | None) -> tuple[str | None, Decimal | None]:
    """产出指标(50分) → 产出指标 and 50."""
    found = _LEVEL_WEIGHT.fullmatch(fold(level1 or ""))
    return (found.group(1), Decimal(found.group(2))) if found else (level1, None)


def _withhold_goals(grid: Grid, end: int, result: FormResult) -> None:
    """The goal and what became of it are running text."""
    for pattern in (_GOAL, _ACHIEVED):
        cell = _below(grid, end, pattern)
        if cell is not None and grid.cell(*cell):
            result.withheld.add(cell)
            if has_digit(grid.cell(*cell)):
                result.text_cells.add(cell)


def _beside(grid: Grid, end: int, label: re.Pattern[str]) -> Cell | None:
    """The first filled cell to the right of the label in the rows above `end`; the next cell when all are blank."""
    for row in range(end):
        for column, cell in enumerate(grid.rows[row]):
            if label.fullmatch(fold(cell)):
                rest = range(column + 1, len(grid.rows[row]))
                filled = next((right for right in rest if grid.cell(row, right)), None)
                return (row, column + 1 if filled is None else filled)
    return None


def _below(grid: Grid, end: int, label: re.Pattern[str]) -> Cell | None:
    """The filled cell under the label; a label may also stand beside what it names."""
    for row in range(end - 1):
        for column, cell in enumerate(grid.rows[row]):
            if label.fullmatch(fold(cell)) and grid.cell(row + 1, column):
                return (row + 1, column)
    return None


FORM = Form(key=_KEY, name="绩效自评表", claims=claims, read=read)
