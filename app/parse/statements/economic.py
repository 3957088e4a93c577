"""一般公共预算基本支出表: basic expenditure by departmental economic code.

A budget prints one list with 合计, 人员经费 and 公用经费. A final account prints three lists side by side, each with
one column of amounts, and the sums of personnel and public expenses at the foot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from app.parse import titles
from app.parse.cells import unwrap
from app.parse.coded import LABELS, CodedRow, coded_rows, leave_other_codes, record_fields
from app.parse.columns import match_columns, own_year_heading
from app.parse.forms import Context, Form, FormResult
from app.parse.frame import Frame, open_frame, settle_status
from app.parse.grid import TitledGrid
from app.records import EconomicLine, StatementKey
from app.values import fold

KEY: StatementKey = "basic_expenditure_by_economic"

_GROUP = r"(?:(?:.*支出|预算数|决算数|人员经费|(?:日常)?公用经费)/)*"
AMOUNTS: Mapping[str, str] = {
    "personnel": _GROUP + r"人员(?:经费|支出|经费支出|类)(?:/(?:小计|合计))?",
    "public": _GROUP + r"(?:日常)?公用(?:经费|支出|经费支出)(?:/(?:小计|合计))?",
    "total": _GROUP + r"(?:合计|小计|总计|金额|预算数?|决算数)|(?:.*)?基本支出",
}
_HEADING = re.compile(
    r".*基本支出|小计|人员经费|公用经费|支出|项目|.*经济(?:分类)?科目(?:名称)?|"
    r"(?:支出)?(?:部门(?:预算)?)?(?:支出)?经济分类(?:科目)?|(?:\d{4}年)?(?:金额|预算数|决算数|执行数)|"
    + "|".join([*LABELS.values(), *AMOUNTS.values()])
)
_OTHER_FUNDS = ("基金", "国有资本经营", "财政专户", "单位资金", "其他资金")
# The other economic classification (501…), which some tables print beside the departmental one.
_GOVERNMENT = re.compile(r"(?:.*/)?政府.*(?:科目|分类|名称|编码|代码).*")
# The foot of the final account: 人员经费合计 30.26 | 公用经费合计 3.09.
_FOOT = re.compile(r"(?P<personnel>人员(?:经费|支出)(?:合计|小计))|(?P<public>(?:日常)?公用(?:经费|支出)(?:合计|小计))")


def claims(table: TitledGrid) -> bool:
    """By the title: basic expenditure, or the general budget by economic class; not of other money, nor by function."""
    title = titles.plain(table.title)
    return (
        re.search(
            r"基本支出(?:预算|决算|情况|明细|总|经济分类)*表(?:\(按部门.*\))?$|一般公共预算.*部门.*经济分类.*表$", title
        )
        is not None
        and not titles.of_projects(title)
        and not titles.of_three_public(title)
        and "机关运行" not in title
        and (titles.of_general_budget(title) or not titles.of_appropriation(title))
        and (titles.by_economic(table.title) or not titles.by_function(table.title))
        and not _of_all_funds(table)
    )


def _of_all_funds(table: TitledGrid) -> bool:
    """Whether the columns are the funds that pay: then it is no statement of the general budget."""
    head = "".join(fold(cell) for row in table.grid.rows[:3] for cell in row)
    return sum(fund in head for fund in _OTHER_FUNDS) > 1


def read(table: TitledGrid, context: Context) -> FormResult:
    """One EconomicLine a row of each list."""
    result, frame = open_frame(table, context, key=KEY, is_heading=lambda text: bool(_HEADING.fullmatch(text)))
    if frame is None:
        return result
    paths = [own_year_heading(path, context.fiscal_year) or "" for path in frame.heading.paths]
    leave_other_codes(frame, _government_columns(paths))
    foot = [row for row in frame.data_rows() if any(_FOOT.fullmatch(fold(cell)) for cell in frame.grid.rows[row])]
    seen: set[str] = set()
    short_rows: set[int] = set()
    for block in _blocks(frame):
        columns = match_columns(frame.heading, AMOUNTS, fiscal_year=context.fiscal_year, columns=block)
        for row in coded_rows(frame, "economic", columns=block, skip=foot):
            if row.code in seen:
                frame.note("repeated_code", "warning", f"code {row.code} is printed twice", cell=(row.row, block[0]))
            seen |= {row.code} if row.code else set()
            short_rows |= set() if row.amounts_shift else {row.row}
            _add(frame, row, columns)
    frame.note_short_rows(sorted(short_rows))
    for row_index in foot:
        _add_foot(frame, row_index)
    return settle_status(table, frame)


def _blocks(frame: Frame) -> list[list[int]]:
    """The columns of the lists that stand side by side: each begins with codes, or with names where there are none.

    Columns of the government's economic classification belong to no list; what follows them belongs to the list before.
    """
    paths = [own_year_heading(path, frame.context.fiscal_year) or "" for path in frame.heading.paths]
    of_government = _government_columns(paths)
    columns = [column for column in range(frame.heading.width) if column not in of_government]
    starts = [column for column in columns if re.fullmatch(LABELS["code"], paths[column])]
    # Steps of one code under one merged heading begin one list, not several.
    starts = [column for column in starts if column - 1 not in starts or paths[column - 1] != paths[column]]
    if not starts:
        starts = [column for column in columns if re.fullmatch(LABELS["name"], paths[column])]
    if len(starts) <= 1:
        return [columns]
    bounds = [0, *starts[1:], frame.heading.width]
    return [[column for column in columns if start <= column < end] for start, end in pairwise(bounds)]


def _government_columns(paths: Sequence[str]) -> set[int]:
    """The columns of the government's classification: those that say so, and the code before a name that does."""
    found: set[int] = set()
    for column, path in enumerate(paths):
        if _GOVERNMENT.fullmatch(path):
            found.add(column)
            before = column - 1
            while before >= 0 and re.fullmatch(rf"{LABELS['code']}|(?:.*/)?款", paths[before]):
                found.add(before)
                before -= 1
    return found


def _add(frame: Frame, row: CodedRow, columns: dict[str, int]) -> None:
    fields = record_fields(frame, row, columns)
    frame.result.records.append(EconomicLine.model_validate({**fields, "fund": "general_public_budget"}))


def _add_foot(frame: Frame, row: int) -> None:
    """Each sum of the foot row: its amount is the first one to the right of its label, before the next label."""
    label: str | None = None
    name = ""
    for column, cell in enumerate(frame.grid.rows[row]):
        found = _FOOT.fullmatch(fold(cell))
        if found:
            label, name = found.lastgroup, unwrap(cell)
        elif label is not None and cell:
            _add(frame, CodedRow(row, None, name, "total", None, is_leaf=False), {label: column})
            label = None


FORM = Form(
    key=KEY,
    name="一般公共预算财政拨款基本支出表",
    claims=claims,
    read=read,
    expected_in=frozenset({"budget", "final"}),
)
