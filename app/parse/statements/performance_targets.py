"""绩效目标表 of a budget: a project with its money, payment plan and goal, and the indicators it will be judged by.

Hebei prints one table per project; some departments leave the money out and give the goal and the indicators only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from app.parse.cells import digit_cells, has_digit, name_of, read_amount, text_or_none, unwrap
from app.parse.coded import is_total
from app.parse.forms import Context, Form, FormResult
from app.parse.grid import Grid, TitledGrid
from app.parse.layout import is_header_block
from app.parse.statements.department_funds import read_funds
from app.parse.statements.indicator_columns import (
    Columns,
    Levels,
    find_columns,
    find_columns_beside,
    find_task_columns,
    read_target,
    repeated_headings,
    split_levels,
    withhold_sentences,
)
from app.parse.surroundings import find_unit, require_unit, withhold_people
from app.records import Cell, Finding, PerformanceIndicator, Project
from app.values import fold

_KEY: Literal["performance_targets"] = "performance_targets"

# Label → field; the value stands in the next cell.
_LABELS: tuple[tuple[str, str], ...] = (
    ("code", r"项目编[码号]|项目代码"),
    ("name", r"(?:专项)?\(?项目\)?名称|专项名称"),
    ("year_total", r"年度(?:预算)?(?:资金)?(?:申请)?总额"),
    ("total", r"预算数|预算金额|(?:项目|实施期)?(?:预算)?(?:资金)?(?:申请)?总额|预算规模"),
    ("fiscal", r"(?:其中:?)?(?:当年)?财政(?:拨款|资金)"),
    ("carried_over", r"(?:其中:?)?上年(?:财政)?结转(?:结余)?(?:资金)?"),
    ("other_funds", r"(?:其中:?)?其他资金"),
    ("goal", r"(?:总体|整体|年度|年度总体|项目总|全年)?(?:绩效)?目标"),
    ("purpose", r"资金用途|项目用途"),
)
_MONEY = ("total", "fiscal", "carried_over", "other_funds")
_PLAN = re.compile(r"资金支出计划")
_PLAN_FIELDS = {3: "plan_march", 6: "plan_june", 10: "plan_october", 12: "plan_december"}
_MONTH = re.compile(r"(\d{1,2})月")
_NUMBERING = re.compile(r"^(?:[(（]?\d+[)）]?[、.．)）]?|[一二三四五六七八九十]+、)\s*")
_TITLE_SUFFIX = re.compile(r"(?:项目支出)?(?:预算)?绩效目标(?:申报)?表?$")
# A project's code before its name: 11000021Y000000390843-信息系统运维; a narrow column wraps the code.
_PROJECT_CODE = re.compile(r"([0-9A-Z](?:\s?[0-9A-Z]){7,29})\s?[-_－]\s?")
_TOTAL_NAME = "合计"
_POINTS = re.compile(r"\d{1,3}(?:\.\d+)?")
_ALL_POINTS = (Decimal(100), Decimal(90))
_NUMBERED_TASK = re.compile(r"任务\d+")
_LONGEST_TASK = 80
_SUM_OF_TASKS = re.compile(r"(?:金额|资金)?(?:合计|总计)")
_UNIT_IN_LABEL = re.compile(r"\((?:亿元|万元|元|%)\)")


@dataclass
class _Head:
    """What stands above the indicators: field → cell, the plan's cells, and where running text is."""

    at: dict[str, Cell] = field(default_factory=dict)
    again: dict[str, list[Cell]] = field(default_factory=dict)  # a label may be printed for the year and for all years
    first_row: int = 0


def claims(table: TitledGrid) -> bool:
    """An indicator table without actual values: those belong to a self-evaluation."""
    columns = find_columns(table.grid)
    return columns is not None and "actual" not in columns.at and "score" not in columns.at


def read(table: TitledGrid, context: Context) -> FormResult:
    """A project, unless the table is the whole department's, and one record per indicator row."""
    grid = table.grid
    columns = find_columns(grid)
    if columns is None:
        raise ValueError(f"{grid.place} is not a table of performance targets")
    result = FormResult(header_rows=columns.header + 1)
    find_unit(table, header_rows=columns.header, key=_KEY, context=context, result=result)
    result.structure |= digit_cells(grid, range(columns.header, columns.header + 1))
    beside = find_columns_beside(grid, columns)
    first = max(columns.header, beside.header) + 1
    result.structure |= digit_cells(grid, range(columns.header, first))
    again = repeated_headings(grid, first - 1)
    for row in again:
        result.structure |= digit_cells(grid, range(row, row + 1))
    rows = [row for row in range(first, len(grid.rows)) if row not in again]
    for row in rows:
        _account_for_labels(grid, row, beside, result)
    if {"name", "total"} <= beside.at.keys():
        _read_list(grid, columns, beside, rows, context, result)
        return result
    _leave_repeated(grid, beside, again, result)
    head = _read_head(grid, columns.header, context, result)
    project = _project(table, head, context, result)
    if project is not None:
        result.records.append(project)
    withhold_people(grid, columns.header, result)
    result.records.extend(_tasks(grid, columns, context, result))
    if project is None:
        result.records.extend(read_funds(grid, columns, context, result))
    columns = _with_points(grid, columns, [rows])
    result.records.extend(_indicators(grid, columns, rows, project, context, result))
    return result


def _read_list(
    grid: Grid, columns: Columns, listed: Columns, rows: Sequence[int], context: Context, result: FormResult
) -> None:
    """A table of several projects: each begins where a name stands beside an indicator, and has the rows below it.

    A row with money and no indicator sums up projects: all of them, or those of the institution that it names. After a
    page break the project is printed once more.
    """
    groups: list[tuple[int, list[int]]] = []
    sums: list[int] = []
    for row in rows:
        named = bool(listed.text(grid, row, "name"))
        if not _is_indicator(grid, columns, row):
            sums += [row] if listed.text(grid, row, "total") else []
        elif named and not (groups and row - 1 not in rows and _is_same_project(grid, listed, groups[-1][0], row)):
            groups.append((row, [row]))
        elif groups:
            groups[-1][1].append(row)
            if named:
                # Printed for the reader of the new page: the project's money is not counted twice.
                result.structure |= {
                    (row, column) for column in listed.at.values() if has_digit(grid.cell(row, column))
                }
    columns = _with_points(grid, columns, [group for _, group in groups])
    institution: str | None = None
    for row, group in sorted([*groups, *((row, []) for row in sums)]):
        project = _listed_project(grid, row, listed, context, result)
        if not group:
            is_whole = any(is_total(listed.text(grid, row, name)) for name in ("name", "institution_code"))
            institution = None if is_whole else project.name
        project = project.model_copy(update={"is_total": not group, "institution": institution})
        result.records.append(project)
        result.records.extend(_indicators(grid, columns, group, project, context, result))


def _is_same_project(grid: Grid, listed: Columns, first: int, row: int) -> bool:
    return all(listed.text(grid, first, name) == listed.text(grid, row, name) for name in ("name", "code", "total"))


def _account_for_labels(grid: Grid, row: int, beside: Columns, result: FormResult) -> None:
    """Codes of institutions beside the indicators are labels, a goal is running text."""
    if "institution_code" in beside.at and grid.cell(row, beside.at["institution_code"]):
        result.text_cells.add((row, beside.at["institution_code"]))
    withhold_sentences(grid, beside, row, ("goal",), result)


def _leave_repeated(grid: Grid, beside: Columns, again: set[int], result: FormResult) -> None:
    """What the first row prints beside the indicators and a later page prints once more is said once."""
    if not beside.at or not again:
        return
    first = beside.header + 1
    for row in sorted(row + 1 for row in again if row + 1 not in again and row + 1 < len(grid.rows)):
        for column in range(min(len(grid.rows[row]), len(grid.rows[first]))):
            text = grid.cell(row, column)
            if column <= max(beside.at.values()) and has_digit(text) and text == grid.cell(first, column):
                result.structure.add((row, column))


def _with_points(grid: Grid, columns: Columns, groups: Sequence[Sequence[int]]) -> Columns:
    """The columns with that of the points, which some forms print under 备注: bare numbers that add up to the whole.

    The whole is 100 points, or 90 beside the 10 points that the execution of the budget is given.
    """
    if "weight" in columns.at or "remark" not in columns.at:
        return columns
    for rows in groups:
        texts = [columns.text(grid, row, "remark") for row in rows]
        if not all(_POINTS.fullmatch(text) for text in texts if text):
            return columns
        if sum((Decimal(text) for text in texts if text), Decimal(0)) not in _ALL_POINTS:
            return columns
    return Columns(columns.header, {**columns.at, "weight": columns.at["remark"]}) if groups else columns


def _tasks(grid: Grid, columns: Columns, context: Context, result: FormResult) -> list[Project]:
    """The year's main tasks above the indicators, each with its money, as far as the list goes."""
    listed = find_task_columns(grid, columns)
    if listed is None:
        return []
    tasks: list[Project] = []
    before = context.first_project_ordinal + sum(isinstance(record, Project) for record in result.records)
    for row in range(listed.header + 1, columns.header):
        first = next((fold(cell) for cell in grid.rows[row] if fold(cell)), "")
        is_sum = _SUM_OF_TASKS.fullmatch(first) is not None
        if not is_sum and (not listed.text(grid, row, "name") or any(grid.rows[row][: listed.at["name"]])):
            break
        task = _listed_project(grid, row, listed, context, result).model_copy(update={"is_total": is_sum})
        purpose = listed.text(grid, row, "purpose") or None
        if _NUMBERED_TASK.fullmatch(fold(task.name)) and purpose and len(purpose) <= _LONGEST_TASK:
            # 任务1 | 就业工作: what the task is called stands beside its number.
            result.text_cells.add((row, listed.at["purpose"]))
            task, purpose = task.model_copy(update={"name": purpose}), None
        else:
            withhold_sentences(grid, listed, row, ("purpose",), result)
        withhold_sentences(grid, listed, row, ("goal",), result)
        tasks.append(task.model_copy(update={"ordinal": before + len(tasks), "purpose": purpose}))
    return tasks


def _is_indicator(grid: Grid, columns: Columns, row: int) -> bool:
    return any(columns.text(grid, row, name) for name in ("level1", "level2", "level3", "levels", "target"))


def _listed_project(grid: Grid, row: int, listed: Columns, context: Context, result: FormResult) -> Project:
    amounts: dict[str, Decimal | None] = {}
    for name in _MONEY:
        if name in listed.at:
            amounts[name] = read_amount(grid, (row, listed.at[name]), key=_KEY, context=context, result=result)
    if any(amount is not None for amount in amounts.values()) and not require_unit(result, key=_KEY, context=context):
        amounts = {}
    printed = listed.text(grid, row, "name")
    fused = _PROJECT_CODE.match(printed)
    result.text_cells |= {(row, listed.at[name]) for name in ("name", "code") if name in listed.at}
    return Project(
        statement_key=_KEY,
        statement_ordinal=context.ordinal,
        row=row,
        unit=result.unit,
        cells={name: (row, listed.at[name]) for name, amount in amounts.items() if amount is not None},
        ordinal=context.first_project_ordinal + sum(isinstance(record, Project) for record in result.records),
        code=listed.text(grid, row, "code") or ("".join(fused.group(1).split()) if fused else None),
        name=name_of(printed[fused.end() :] if fused else printed) or _TOTAL_NAME,
        fiscal_year=context.fiscal_year,
        total=amounts.get("total"),
        fiscal=amounts.get("fiscal"),
        carried_over=amounts.get("carried_over"),
        other_funds=amounts.get("other_funds"),
        goal=(grid.cell(row, listed.at["goal"]).strip() or None) if "goal" in listed.at else None,
    )


def _read_head(grid: Grid, end: int, context: Context, result: FormResult) -> _Head:
    head = _Head()
    plan_row: int | None = None
    for row in range(end):
        cells = grid.rows[row]
        if all(is_header_block(cell) or _is_department(cell) for cell in cells if cell):
            result.structure |= digit_cells(grid, range(row, row + 1))
            head.first_row = min(row + 1, end)
            continue
        if plan_row is not None and row == plan_row + 1 and not cells[0]:
            _read_plan(grid, plan_row, head, context, result)
            continue
        if cells and _PLAN.match(fold(cells[0])):
            plan_row = row
            result.structure |= digit_cells(grid, range(row, row + 1))
            continue
        if not _read_labels(grid, row, head) and _is_purpose(grid, row, head):
            head.at["purpose"] = (row, len(cells) - 1)
    _take_year(head)
    for name in ("purpose", "goal"):
        said = {cell for cell in (head.at.get(name), *head.again.get(name, ())) if cell and grid.cell(*cell)}
        result.withheld |= said
        result.text_cells |= said
    return head


def _read_labels(grid: Grid, row: int, head: _Head) -> bool:
    """Note each label's value cell: the one after it, or below it where labels stand side by side.

    Gives whether the row had a label at all.
    """
    found = below = False
    cells = grid.rows[row]
    spans = {merge.column: merge.columns for merge in grid.merges if merge.row == row}
    for column, cell in enumerate(cells):
        name = _label(cell)
        if name is None:
            continue
        right = column + spans.get(column, 1)
        below = _label(grid.cell(row, right)) is not None or (below and not grid.cell(row, right))
        value = (row + 1, column) if below else (row, right)
        if value[0] < len(grid.rows) and value[1] < len(grid.rows[value[0]]) and grid.cell(*value) != cell:
            found = True
            head.at.setdefault(name, value)
            head.again.setdefault(name, []).append(value)
    return found


def _label(cell: str) -> str | None:
    """The field that a text is the label of."""
    folded = _UNIT_IN_LABEL.sub("", fold(cell)).removesuffix(":")
    return next((name for name, pattern in _LABELS if re.fullmatch(pattern, folded)), None)


def _take_year(head: _Head) -> None:
    """Let the money be the year's, where the form prints that of all years of the project in a column before it."""
    year = head.at.pop("year_total", None)
    if year is not None and "total" in head.at:
        for name in _MONEY:
            of_year = [cell for cell in head.again.get(name, ()) if cell[1] == year[1]]
            head.at.pop(name, None)
            head.at |= {name: of_year[0]} if of_year else {}
    if year is not None:
        head.at["total"] = year


def _is_purpose(grid: Grid, row: int, head: _Head) -> bool:
    """The row under 预算规模及资金用途 that has the purpose in its last cell and nothing else."""
    filled = [cell for cell in grid.rows[row] if cell]
    above = [fold(cell) for cell in grid.rows[row - 1]] if row else []
    return "purpose" not in head.at and len(filled) == 1 and not grid.rows[row][0] and any("用途" in c for c in above)


def _is_department(cell: str) -> bool:
    """A department's printed code and name: 224002中共…办公室."""
    return re.fullmatch(r"\d{3,9}\D{4,}", fold(cell)) is not None


def _read_plan(grid: Grid, plan_row: int, head: _Head, context: Context, result: FormResult) -> None:
    for column, cell in enumerate(grid.rows[plan_row]):
        month = _MONTH.search(fold(cell))
        if month is None or column >= len(grid.rows[plan_row + 1]):
            continue
        name = _PLAN_FIELDS.get(int(month.group(1)))
        if name is not None:
            head.at[name] = (plan_row + 1, column)
        elif grid.cell(plan_row + 1, column):
            result.findings.append(
                Finding(
                    code="unplaced_month",
                    severity="warning",
                    message="the payment plan names a month that the record has no place for",
                    statement_key=_KEY,
                    statement_ordinal=context.ordinal,
                    row=plan_row + 1,
                    column=column,
                    text=cell[:80],
                )
            )


def _project(table: TitledGrid, head: _Head, context: Context, result: FormResult) -> Project | None:
    grid = table.grid
    named = text_or_none(grid.cell(*head.at["name"])) if "name" in head.at else None
    if named is None and "整体" in table.title:
        return None
    title = _TITLE_SUFFIX.sub("", unwrap(_NUMBERING.sub("", table.title.strip())))
    name = name_of(named or title or table.title) or "绩效目标表"
    amounts: dict[str, Decimal | None] = {}
    for field_name, cell in head.at.items():
        if field_name in _MONEY or field_name.startswith("plan_"):
            amounts[field_name] = read_amount(grid, cell, key=_KEY, context=context, result=result)
        elif has_digit(grid.cell(*cell)):
            result.text_cells.add(cell)
    if any(amounts.get(name) is not None for name in _MONEY) and not require_unit(result, key=_KEY, context=context):
        amounts = {name: amount for name, amount in amounts.items() if name not in _MONEY}

    def text(field_name: str) -> str | None:
        return grid.cell(*head.at[field_name]).strip() or None if field_name in head.at else None

    return Project(
        statement_key=_KEY,
        statement_ordinal=context.ordinal,
        row=head.at.get("code", head.at.get("name", (head.first_row, 0)))[0],
        unit=result.unit,
        cells={name: head.at[name] for name, amount in amounts.items() if amount is not None},
        ordinal=context.first_project_ordinal,
        code=text_or_none(text("code") or ""),
        name=name,
        fiscal_year=context.fiscal_year,
        total=amounts.get("total"),
        fiscal=amounts.get("fiscal"),
        carried_over=amounts.get("carried_over"),
        other_funds=amounts.get("other_funds"),
        plan_march=amounts.get("plan_march"),
        plan_june=amounts.get("plan_june"),
        plan_october=amounts.get("plan_october"),
        plan_december=amounts.get("plan_december"),
        purpose=text("purpose"),
        goal=text("goal"),
    )


def _indicators(
    grid: Grid, columns: Columns, rows: Sequence[int], project: Project | None, context: Context, result: FormResult
) -> list[PerformanceIndicator]:
    levels = Levels()
    found: list[PerformanceIndicator] = []
    for row in rows:
        texts = {
            name: columns.text(grid, row, name)
            for name in ("level1", "level2", "level3", "description", "target", "basis")
        }
        if "levels" in columns.at:
            split = split_levels(columns.text(grid, row, "levels"))
            texts |= dict(zip(("level1", "level2", "level3"), split, strict=True))
        levels.step(texts.pop("level1"), texts.pop("level2"), row)
        if not any(texts.values()):
            continue
        target = read_target(grid, columns, row, texts["target"])
        weight = None
        cells: dict[str, Cell] = {}
        if has_digit(texts["target"]):
            cells["target"] = (row, columns.at["target"])
        if "weight" in columns.at:
            weight = read_amount(grid, (row, columns.at["weight"]), key=_KEY, context=context, result=result)
            if weight is not None:
                cells["weight"] = (row, columns.at["weight"])
        withhold_sentences(grid, columns, row, ("criterion",), result)
        text_fields = ("level1", "level2", "level3", "levels", "description", "basis", "operator", "target_unit")
        result.text_cells |= {
            (row, columns.at[name])
            for name in text_fields
            if name in columns.at and has_digit(grid.cell(row, columns.at[name]))
        }
        found.append(
            PerformanceIndicator(
                statement_key=_KEY,
                statement_ordinal=context.ordinal,
                row=row,
                unit=None,
                cells=cells,
                subject="department" if project is None else "project",
                project_ordinal=project.ordinal if project else None,
                project_name=project.name if project else None,
                fiscal_year=context.fiscal_year,
                position=len(found) + 1,
                level1=levels.level1,
                level2=levels.level2,
                level3=texts["level3"] or None,
                description=texts["description"] or None,
                target=texts["target"] or None,
                target_operator=target.operator,
                target_number=target.number,
                target_unit=target.unit,
                target_is_qualitative=target.qualitative,
                basis=texts["basis"] or None,
                weight=weight,
            )
        )
    return found


FORM = Form(key=_KEY, name="绩效目标表", claims=claims, read=read)
