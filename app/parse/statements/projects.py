"""Lists of projects: 项目支出表 with the money of each and whose it is, and lists of projects with their goals.

Provinces put institution and project into columns of their own, or both into one column, the institution's row with
its sum before the rows of its projects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from app.parse import titles
from app.parse.cells import name_of
from app.parse.coded import is_body, is_total, leave_other_codes, without_unit_code
from app.parse.columns import match_columns, read_heading
from app.parse.forms import Context, Form, FormResult
from app.parse.frame import Frame, open_frame, settle_status
from app.parse.grid import TitledGrid
from app.parse.sources import FUND_COLUMNS
from app.parse.statements.indicator_columns import find_columns
from app.records import Project, StatementKey
from app.values import fold

LABELS: Mapping[str, str] = {
    "institution_code": r"(?:.*/)?(?:预算)?(?:单位|部门)(?:编码|代码)",
    "code": r"(?:.*/)?项目(?:编码|代码|编号)",
    "category": r"(?:.*/)?项目(?:类别|类型|分类|性质)",
    "name": r"(?:.*/)?(?:(?:预算|一级|支出)?项目(?:名称)?|单位(?:\(项目\)名称|名称\(项目\))|"
    r"支出项目(?:类别)?(?:\(.*\))?|专项名称)",
    "institution": r"(?:.*/)?(?:(?:一|二)级)?(?:预算|项目|实施|主管|用款)?(?:单位|部门)(?:名称)?",
    "goal": r"(?:.*/)?(?:项目)?(?:总体|年度)?(?:年度|总体)?绩效目标",
    "purpose": r"(?:.*/)?(?:项目简介|项目内容|主要内容|资金用途|用途|项目概况)",
}
AMOUNTS: Mapping[str, str] = {
    **{name: FUND_COLUMNS[name] for name in FUND_COLUMNS if name in Project.model_fields},
    "fiscal": FUND_COLUMNS["fiscal_appropriation"],
    "other_funds": r"(?:.*/)?其[他它](?:渠道)?(?:资金|收入)",
    "total": r"(?:.*/)?(?:(?:支出)?(?:合计|总计)|(?:项目|年度)?(?:预算)?金额|(?:项目)?预算数?|项目支出(?:预算|合计)?)",
}
_HEADING = re.compile(
    r"(?:项目|资金)类别|财政拨款(?:收入)?|单位资金|小计|" + "|".join([*LABELS.values(), *AMOUNTS.values()])
)
_SUBJECT = re.compile(r"(?:.*/)?(?:.*科目(?:编码|代码|名称)?|.*(?:功能|经济)(?:分类)?(?:编码|代码|名称)?|[类款项])")
# 专项业务经费 is what Shaanxi calls project expenditure.
_TITLE = re.compile(r"项目(?:支出)?(?:及其他支出)?(?:预算|决算|情况|明细|总)*表$|专项业务经费.*表$|项目支出")
_OTHER_TITLE = re.compile(r"绩效|采购|购买服务|三公|功能分类|结转|基本支出")


def _claims_list(table: TitledGrid) -> bool:
    """By the title: project expenditure, project by project."""
    title = titles.plain(table.title)
    return (
        _TITLE.search(title) is not None
        and not _OTHER_TITLE.search(title)
        and not titles.by_economic(table.title)
        and {"name", "total"} <= _labels(table).keys()
        and find_columns(table.grid) is None
    )


def _claims_goals(table: TitledGrid) -> bool:
    """By the headings: a project, its money and its goal, without indicators."""
    return (
        not _claims_list(table)
        and {"name", "total", "goal"} <= _labels(table).keys()
        and find_columns(table.grid) is None
    )


def _labels(table: TitledGrid) -> dict[str, int]:
    heading = read_heading(table.grid, _is_heading)
    if heading is None:
        return {}
    years = [int(year) for path in heading.paths for text in path for year in re.findall(r"(20\d\d)年", text)]
    return match_columns(heading, {**LABELS, **AMOUNTS}, fiscal_year=max(years, default=0))


def _is_heading(text: str) -> bool:
    return _HEADING.fullmatch(text) is not None


def _is_subject(path: Sequence[str]) -> bool:
    """Whether a column holds codes or names of subjects, which some provinces print beside each project."""
    return _SUBJECT.fullmatch("/".join(path)) is not None


def _read_list(table: TitledGrid, context: Context) -> FormResult:
    return _read(table, context, key="project_expenditure")


def _read_goals(table: TitledGrid, context: Context) -> FormResult:
    return _read(table, context, key="performance_targets")


def _read(table: TitledGrid, context: Context, *, key: StatementKey) -> FormResult:
    """One Project a row; the rows of 合计 and of institutions are marked as totals."""
    result, frame = open_frame(table, context, key=key, is_heading=_is_heading)
    if frame is None:
        return result
    columns = match_columns(frame.heading, {**LABELS, **AMOUNTS}, fiscal_year=context.fiscal_year)
    if "name" not in columns or "total" not in columns:
        frame.note("heading_not_understood", "error", "the columns of projects and their money are not both found")
        return settle_status(table, frame)
    rows = frame.data_rows()
    leave_other_codes(frame, [column for column, path in enumerate(frame.heading.paths) if _is_subject(path)])
    for row in rows:
        for name in ("goal", "purpose"):
            if name in columns and frame.grid.cell(row, columns[name]):
                result.text_cells.add((row, columns[name]))
                result.withheld.add((row, columns[name]))
    bodies = _rows_of_bodies(frame, rows, columns)
    body: str | None = None
    for row in rows:
        body = _take_row(frame, row, columns, body, is_body=row in bodies)
    return settle_status(table, frame)


def _take_row(frame: Frame, row: int, columns: Mapping[str, int], body: str | None, *, is_body: bool) -> str | None:
    """Add the row's record; the institution that this row and those below it without one belong to."""
    amounts, cells = frame.amounts(row, {name: columns[name] for name in AMOUNTS if name in columns})
    named = without_unit_code(name_of(frame.text(row, columns.get("institution"))))
    frame.text(row, columns.get("institution_code"))
    name = name_of(frame.text(row, columns["name"]))
    whole = next((text for text in (name, named) if text and is_total(text)), None)
    if whole is None and not name and not cells:
        # The goal of the project above goes on after a page break.
        return body
    is_sum = whole is not None or is_body or not name
    if is_sum:
        body = None if whole is not None else without_unit_code(name) or named or body
    elif named:
        body = named
    frame.result.records.append(
        Project(
            statement_key=frame.key,
            statement_ordinal=frame.context.ordinal,
            row=row,
            unit=frame.unit,
            cells=cells,
            ordinal=frame.context.first_project_ordinal + len(frame.result.records),
            is_total=is_sum,
            institution=body,
            code=fold(frame.text(row, columns.get("code"))) or None,
            name=name or named or "合计",
            fiscal_year=frame.context.fiscal_year,
            **{"total": None, **amounts},
            **{text: _text(frame, row, columns.get(text)) for text in ("goal", "purpose")},
        )
    )
    return body


def _text(frame: Frame, row: int, column: int | None) -> str | None:
    return frame.grid.cell(row, column).strip() or None if column is not None else None


def _rows_of_bodies(frame: Frame, rows: Sequence[int], columns: Mapping[str, int]) -> set[int]:
    """The rows of institutions in the column of projects: with a printed code, or above rows that they sum up."""
    if "institution_code" in columns and "institution" not in columns:
        return {row for row in rows if fold(frame.grid.cell(row, columns["institution_code"]))}
    if "institution" in columns:
        return set()
    totals: dict[int, Decimal] = {}
    for row in rows:
        name = fold(frame.grid.cell(row, columns["name"]))
        amount = None if is_total(name) else frame.amount(row, columns["total"])
        if amount is not None:
            totals[row] = amount
    found: set[int] = set()
    own = list(totals)
    for place, row in enumerate(own):
        if not is_body(frame.grid.cell(row, columns["name"])):
            continue
        added = Decimal(0)
        for below in own[place + 1 :]:
            added += totals[below]
            if added == totals[row]:
                found.add(row)
                break
            if added > totals[row]:
                break
    return found


LIST = Form(key="project_expenditure", name="项目支出表", claims=_claims_list, read=_read_list)
GOALS = Form(key="performance_targets", name="项目绩效目标表", claims=_claims_goals, read=_read_goals)
