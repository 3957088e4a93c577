"""Statements by departmental economic code: basic expenditure, all of the general public budget, operating expenses.

A budget prints one list with 合计, 人员经费 and 公用经费. A final account prints three lists side by side, each with
one column of amounts, and the sums of personnel and public expenses at the foot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from app.parse import titles
from app.parse.cells import unwrap
from app.parse.coded import LABELS, UNITS, CodedRow, coded_rows, leave_other_codes, record_fields
from app.parse.columns import match_columns, own_year_heading
from app.parse.forms import Context, Form, FormResult
from app.parse.frame import Frame, open_frame, settle_status
from app.parse.grid import TitledGrid
from app.parse.sources import FUND_COLUMNS
from app.records import EconomicLine, Fund, Kind, StatementKey
from app.values import fold

_GROUP = r"(?:(?:.*支出|预算数|决算数|人员经费|(?:日常)?公用经费)/)*"
AMOUNTS: Mapping[str, str] = {
    "personnel": _GROUP + r"人员(?:经费|支出|经费支出|类)(?:/(?:小计|合计))?",
    "public": _GROUP + r"(?:日常)?公用(?:经费|支出|经费支出)(?:/(?:小计|合计))?",
    "basic": _GROUP + r"基本支出(?:/(?:小计|合计))?",
    "project": _GROUP + r"(?:项目支出|专项业务经费(?:支出)?)(?:/(?:小计|合计))?",
    "total": _GROUP + r"(?:(?:支出)?(?:合计|总计)|小计|金额|预算数?|决算数)",
}
# Where the table is about one kind of expenditure, a column with its name is the whole.
AMOUNTS_OF_ONE_KIND: Mapping[str, str] = {
    **{name: pattern for name, pattern in AMOUNTS.items() if name not in ("basic", "project")},
    "total": AMOUNTS["total"] + r"|(?:.*)?(?:基本支出|机关运行经费(?:支出)?)",
}
AMOUNTS_OF_PROJECTS: Mapping[str, str] = {"project": AMOUNTS["total"] + "|" + AMOUNTS["project"]}
# In a statement of all funds the columns say whose money it is; basic expenditure is what the whole table is about.
AMOUNTS_BY_SOURCE: Mapping[str, str] = {
    **{name: FUND_COLUMNS[name] for name in FUND_COLUMNS if name in EconomicLine.model_fields},
    "total": AMOUNTS_OF_ONE_KIND["total"],
}
_HEADING = re.compile(
    r".*基本支出|小计|人员经费|公用经费|支出|项目|财政拨款|单位资金|.*经济(?:分类)?科目(?:名称)?|"
    r"(?:支出)?(?:部门(?:预算)?)?(?:支出)?经济分类(?:科目)?|(?:\d{4}年)?(?:金额|预算数|决算数|执行数)|"
    + "|".join(
        [
            *LABELS.values(),
            *UNITS.values(),
            *AMOUNTS.values(),
            *AMOUNTS_OF_ONE_KIND.values(),
            *AMOUNTS_BY_SOURCE.values(),
        ]
    )
)
_BASIC = re.compile(r"基本支出(?:预算|决算|情况|明细|总|[按分]?(?:支出)?经济(?:分类)?(?:科目)?)*表(?:\(按部门.*\))?$")
_OTHER_FUNDS = ("基金", "国有资本经营", "财政专户", "单位资金", "其他资金")
# The other economic classification (501…), which some tables print beside the departmental one.
_GOVERNMENT = re.compile(r"(?:.*/)?政府.*(?:科目|分类|名称|编码|代码).*")
_GOVERNMENT_CODE = re.compile(r"5\d\d(?:\d\d)?")
# In a list by institution and project: the functional code and the project of each row.
_BESIDE = re.compile(r"(?:.*/)?(?:.*功能(?:分类)?(?:科目)?(?:编码|代码|名称)?|项目(?:编码|代码|名称|类别|类型))")
# The foot of the final account: 人员经费合计 30.26 | 公用经费合计 3.09.
_FOOT = re.compile(r"(?P<personnel>人员(?:经费|支出)(?:合计|小计))|(?P<public>(?:日常)?公用(?:经费|支出)(?:合计|小计))")


def _is_basic(table: TitledGrid) -> bool:
    """Basic expenditure, and not by function."""
    title = titles.plain(table.title)
    return (
        _BASIC.search(title) is not None
        and not _of_another_kind(title)
        and (titles.by_economic(table.title) or not titles.by_function(table.title))
    )


def _claims_basic(table: TitledGrid) -> bool:
    """Basic expenditure of the general budget, or the general budget by departmental economic class."""
    title = titles.plain(table.title)
    by_class = re.search(r"一般公共预算.*部门.*经济分类.*表$", title) is not None and not _of_another_kind(title)
    return (
        (_is_basic(table) or by_class)
        and (titles.of_general_budget(title) or not titles.of_appropriation(title))
        and (titles.by_economic(table.title) or not titles.by_function(table.title))
        and not _of_all_funds(table)
    )


def _claims_general(table: TitledGrid) -> bool:
    """All expenditure of the general public budget by economic class."""
    title = titles.plain(table.title)
    return (
        titles.of_general_budget(title)
        and titles.by_economic(table.title)
        and not titles.by_function(table.title)
        and re.search(r"支出(?:预算|决算|明细|经济分类|情况|总)*表$|支出(?:预算|决算|明细|情况|总)*表", title)
        is not None
        and "基本支出" not in title
        and not _of_another_kind(title)
        and not _claims_basic(table)
    )


def _claims_projects(table: TitledGrid) -> bool:
    """The project expenditure in the general public budget by economic class."""
    title = titles.plain(table.title)
    return (
        titles.of_general_budget(title)
        and titles.by_economic(table.title)
        and re.search(r"项目支出(?:预算|决算|明细|经济分类|情况|总)*表", title) is not None
        and not titles.of_performance(title)
    )


def _claims_appropriation(table: TitledGrid) -> bool:
    """Basic expenditure of all fiscal appropriation."""
    title = titles.plain(table.title)
    return (
        _is_basic(table)
        and titles.of_appropriation(title)
        and not titles.of_one_fund(title)
        and not _of_all_funds(table)
    )


def _claims_all(table: TitledGrid) -> bool:
    """Basic expenditure of all money, with a column for each source."""
    return _is_basic(table) and not titles.of_one_fund(table.title) and _of_all_funds(table)


def _claims_operating(table: TitledGrid) -> bool:
    """Agency operating expenses by item."""
    title = titles.plain(table.title)
    return re.search(r"机关运行(?:经)?费.*表$", title) is not None and not titles.of_three_public(title)


def _of_another_kind(title: str) -> bool:
    return titles.of_projects(title) or titles.of_three_public(title) or "机关运行" in title


def _of_all_funds(table: TitledGrid) -> bool:
    """Whether the columns are the funds that pay: then it is no statement of the general budget."""
    head = "".join(fold(cell) for row in table.grid.rows[:3] for cell in row)
    return sum(fund in head for fund in _OTHER_FUNDS) > 1


def _reader(key: StatementKey, fund: Fund, amounts: Mapping[str, str]) -> Callable[[TitledGrid, Context], FormResult]:
    def read(table: TitledGrid, context: Context) -> FormResult:
        """One EconomicLine a row of each list."""
        result, frame = open_frame(table, context, key=key, is_heading=lambda text: bool(_HEADING.fullmatch(text)))
        if frame is None:
            return result
        foot = [row for row in frame.data_rows() if any(_FOOT.fullmatch(fold(cell)) for cell in frame.grid.rows[row])]
        beside = _government_codes(frame)
        others = _other_columns(frame)
        leave_other_codes(frame, others)
        seen: set[tuple[str, str | None]] = set()
        short_rows: set[int] = set()
        for block in _blocks(frame):
            columns = match_columns(frame.heading, amounts, fiscal_year=context.fiscal_year, columns=block)
            for row in coded_rows(frame, "economic", columns=block, skip=foot):
                if row.code and not others and (row.code, beside.get(row.row)) in seen:
                    frame.note(
                        "repeated_code", "warning", f"code {row.code} is printed twice", cell=(row.row, block[0])
                    )
                seen |= {(row.code, beside.get(row.row))} if row.code else set()
                short_rows |= set() if row.amounts_shift else {row.row}
                _add(frame, row, columns, fund, beside.get(row.row))
        frame.note_short_rows(sorted(short_rows))
        for row_index in foot:
            _add_foot(frame, row_index, fund)
        return settle_status(table, frame)

    return read


def _government_codes(frame: Frame) -> dict[int, str]:
    """Row → its code of the government's classification, put together from 类 and 款 where those are split.

    Where the columns hold no codes, or one that is none of that classification, nothing is given; the names beside
    them are accounted for.
    """
    paths = [own_year_heading(path, frame.context.fiscal_year) or "" for path in frame.heading.paths]
    columns = sorted(_government_columns(paths))
    found: dict[int, str] = {}
    doubtful = False
    for row in range(frame.heading.rows, len(frame.grid.rows)):
        printed = [fold(frame.text(row, column)) for column in columns]
        code = "".join(text for text in printed if text.isascii() and text.isdigit())
        if _GOVERNMENT_CODE.fullmatch(code):
            found[row] = code
        else:
            doubtful = doubtful or bool(code)
    if doubtful:
        frame.note(
            "second_classification", "info", "some codes of a second classification are in the printed table only"
        )
    return found


def _blocks(frame: Frame) -> list[list[int]]:
    """The columns of the lists that stand side by side: each begins with codes, or with names where there are none.

    Columns of the government's economic classification belong to no list; what follows them belongs to the list before.
    """
    paths = [own_year_heading(path, frame.context.fiscal_year) or "" for path in frame.heading.paths]
    of_government = _government_columns(paths) | _other_columns(frame)
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


def _other_columns(frame: Frame) -> set[int]:
    """The columns of what is printed beside the economic code of each row: its functional code and its project."""
    return {column for column, path in enumerate(frame.heading.paths) if path and _BESIDE.fullmatch("/".join(path))}


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


def _add(
    frame: Frame, row: CodedRow, columns: Mapping[str, int], fund: Fund, government_code: str | None = None
) -> None:
    fields = record_fields(frame, row, columns)
    frame.result.records.append(
        EconomicLine.model_validate({**fields, "fund": fund, "government_code": government_code})
    )


def _add_foot(frame: Frame, row: int, fund: Fund) -> None:
    """Each sum of the foot row: its amount is the first one to the right of its label, before the next label."""
    label: str | None = None
    name = ""
    for column, cell in enumerate(frame.grid.rows[row]):
        found = _FOOT.fullmatch(fold(cell))
        if found:
            label, name = found.lastgroup, unwrap(cell)
        elif label is not None and cell:
            _add(frame, CodedRow(row, None, name, "total", None, is_leaf=False), {label: column}, fund)
            label = None


def _form(
    key: StatementKey,
    name: str,
    fund: Fund,
    claims: Callable[[TitledGrid], bool],
    *,
    amounts: Mapping[str, str] = AMOUNTS_OF_ONE_KIND,
    expected: bool = False,
) -> Form:
    kinds: frozenset[Kind] = frozenset({"budget", "final"}) if expected else frozenset()
    return Form(key=key, name=name, claims=claims, read=_reader(key, fund, amounts), expected_in=kinds)


BASIC = _form(
    "basic_expenditure_by_economic",
    "一般公共预算财政拨款基本支出表",
    "general_public_budget",
    _claims_basic,
    expected=True,
)
GENERAL = _form(
    "general_public_budget_by_economic",
    "一般公共预算支出表（按经济分类）",
    "general_public_budget",
    _claims_general,
    amounts=AMOUNTS,
)
PROJECTS = _form(
    "general_public_budget_by_economic",
    "一般公共预算项目支出表（按经济分类）",
    "general_public_budget",
    _claims_projects,
    amounts=AMOUNTS_OF_PROJECTS,
)
APPROPRIATION = _form(
    "appropriation_basic_expenditure", "财政拨款基本支出表", "fiscal_appropriation", _claims_appropriation
)
ALL = _form("basic_expenditure", "基本支出表", "all", _claims_all, amounts=AMOUNTS_BY_SOURCE)
OPERATING = _form("agency_operating", "机关运行经费支出表", "general_public_budget", _claims_operating)
