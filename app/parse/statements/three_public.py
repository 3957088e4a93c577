"""“三公”经费支出表: overseas trips, official vehicles, official receptions.

Three layouts: items in rows and funds in columns; items in rows and years in columns, with the change and its reason;
items in columns, once for the budget and once for what was spent, with one row of amounts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app import values
from app.parse import titles
from app.parse.cells import text_or_none, unwrap
from app.parse.coded import is_body, is_total, without_unit_code
from app.parse.columns import Path, match_columns
from app.parse.forms import Context, Form, FormResult
from app.parse.frame import Frame, open_frame, settle_status
from app.parse.grid import TitledGrid
from app.records import Phase, StatementKey, ThreePublicLine
from app.values import fold

KEY: StatementKey = "three_public"

# An item by its words. The group 公务用车购置及运行费 names both of its parts, so it comes before them.
_ITEMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("administrative", re.compile(r"^行政经费")),
    ("overseas_trips", re.compile(r"因公出国")),
    ("vehicles", re.compile(r"^公务用车(?:费用?|经费|支出)$|用车购置(?:费)?(?:及|和|与|、).*(?:运行|运维|维护)")),
    ("vehicle_purchase", re.compile(r"购置")),
    ("vehicle_operation", re.compile(r"运行维护|用车运行|运维|运行费|运行经费|维护费")),
    ("receptions", re.compile(r"接待")),
    ("meetings", re.compile(r"会议")),
    ("training", re.compile(r"培训")),
    (
        "total",
        re.compile(
            r"^(?:[“\"]?三公[”\"]?经费)?(?:支出)?(?:总|合|小|共)计$|^[“\"]?三公[”\"]?经费(?:支出|(?:财政拨款)?(?:预算)?(?:总额|合计))?$"
        ),
    ),
)
# A longer text that mentions an item explains it.
_LONGEST_ITEM = 40
# What some provinces print beside the three.
_BESIDE = {"meetings", "training", "agency_operating"}
_AGENCY = re.compile(r"机关运行")

LABELS: Mapping[str, str] = {"line_number": r"序号|行次", "item": r"项目(?:名称)?|经费项目|支出项目|内容"}
_FUND_GROUP = r"(?:(?:资金性质|预算数|决算数|合计|金额|支出)/)*"
FUNDS: Mapping[str, str] = {
    "general_public_budget": _FUND_GROUP + r"一般公共预算(?:财政)?(?:拨款)?(?:支出)?",
    "government_fund": _FUND_GROUP + r"政府性?基金(?:预算)?(?:财政)?(?:拨款)?(?:支出)?",
    "state_capital": _FUND_GROUP + r"国有资本经营(?:预算)?(?:财政)?(?:拨款)?(?:支出)?",
    "total": _FUND_GROUP + r"(?:合计|小计|总计|金额|(?:[“\"]?三公[”\"]?经费)?(?:预算数|决算数|预算金额))",
}
_YEAR_COLUMN = re.compile(
    r"((?:20)\d\d)年?度?(?:(预算|决算|执行)(?:数|金额|安排)?)?|(上年|本年)(?:度)?(预算|决算|执行)(?:数)?"
)
_CHANGE = re.compile(
    r"(?:(?:20\d\d年|本年)?(?:预算|决算)?数?[比较](?:20\d\d年|上年)(?:预算|决算|执行)?数?)?增减(?:金额|额|数|变化|变动|情况)?"
)
_RATE_OF_CHANGE = re.compile(r".*(?:增减|增长|变动|变化).*(?:%|比例|幅度|率|百分比).*")
_RATE = re.compile(r"%|比例|幅度|率")
# A heading that names a year or a phase and no item.
_PERIOD = re.compile(r"(?:(?:19|20)\d\d年?度?)?(?:年初|全年|调整)?(?:预算|决算|执行)数?|(?:19|20)\d\d年(?:度)?")
_REASON = re.compile(r".*原因.*|说明|备注")
_HEADING = re.compile(
    r"资金性质|预算数|决算数|.*(?:因公出国|公务用车|公务接待|购置费|运行(?:维护)?费).*|小计|"
    r"(?:单位|部门)名称|单位|"
    + "|".join([_YEAR_COLUMN.pattern, _CHANGE.pattern, _REASON.pattern, *LABELS.values(), *FUNDS.values()])
)
_UNIT_COLUMN = re.compile(r"(?:单位|部门)(?:名称|编码|代码)?|序号")
# The official form: 预算数 is the whole year's budget as adjusted; the form's note says so where it is printed.
_ADJUSTED = re.compile(r"全年预算|调整")
_INITIAL = re.compile(r"年初预算")


def claims(table: TitledGrid) -> bool:
    """By the title: the three public expenses."""
    return titles.of_three_public(table.title) and not re.search(r"绩效|采购", titles.plain(table.title))


def read(table: TitledGrid, context: Context) -> FormResult:
    """One ThreePublicLine an item, year and phase."""
    result, frame = open_frame(table, context, key=KEY, is_heading=lambda text: bool(_HEADING.fullmatch(text)))
    if frame is None:
        return result
    labels = match_columns(frame.heading, LABELS, fiscal_year=context.fiscal_year)
    across = _item_columns(frame)
    if "item" in labels and not across:
        _read_items_in_rows(frame, labels)
    elif across:
        _read_items_in_columns(frame, across, table)
    else:
        frame.note("heading_not_understood", "error", "neither the rows nor the columns name the items of expenses")
    return settle_status(table, frame)


def item_of(text: str) -> str | None:
    """The item that a name stands for, None where it is none of them."""
    folded = re.sub(r"^(?:[一二三四五六七八九十\d]{1,2}[、.．]|[(（]\S{1,2}[)）]|其中[:：]?)+", "", fold(text))
    if len(folded) > _LONGEST_ITEM:
        return None
    if _AGENCY.search(folded):
        return "agency_operating"
    return next((item for item, pattern in _ITEMS if pattern.search(folded)), None)


@dataclass(frozen=True)
class _Across:
    """A column that stands for one item, or one item's money of one fund, in one year and phase."""

    column: int
    item: str
    name: str
    field: str
    period: str  # the words of its headings that name a year or a phase


def _item_columns(frame: Frame) -> list[_Across]:
    """The columns that stand for items, where at least two do; else none."""
    found: list[_Across] = []
    for column, path in enumerate(frame.heading.paths):
        words = "/".join(path)
        changes = _CHANGE.search(words) is not None
        if changes and _RATE.search(words):
            continue
        of_item = tuple(part for part in path if not _PERIOD.fullmatch(part) and not _CHANGE.search(part))
        fund = _fund_of(of_item[-1]) if len(of_item) > 1 else None
        of_item = of_item[:-1] if fund else of_item
        item = _item_of_path(of_item)
        if item is not None and not (changes and fund):
            # A group's 小计 has the group's name: 公务用车购置及运行费.
            name = of_item[-2] if len(of_item) > 1 and item_of(of_item[-1]) == "total" else of_item[-1]
            name = of_item[-1] if item == "total" else name
            field = "change" if changes else fund or "total"
            found.append(_Across(column, item, name, field, "" if changes else words))
    totals = [one for one in found if one.item == "total"]
    own = {one.column for one in totals if "三公" in "/".join(frame.heading.paths[one.column])}
    if own and {one.item for one in found} & _BESIDE:
        # 合计 with meetings and training beside the 三公 expenses' own 小计 is another total.
        found = [replace(one, item="grand_total") if one in totals and one.column not in own else one for one in found]
    items = {across.item for across in found} - {"total"}
    return found if len(items) > 1 else []


def _fund_of(text: str) -> str | None:
    return next((name for name, pattern in FUNDS.items() if name != "total" and re.fullmatch(pattern, text)), None)


def _item_of_path(path: Path) -> str | None:
    """The item of a column: by its own words, or by its group's where it is the group's 小计."""
    if not path or _UNIT_COLUMN.fullmatch(path[-1]):
        return None
    item = item_of(path[-1])
    if item == "total" and len(path) > 1:
        return item_of(path[-2]) or "total"
    return item


def _period(words: str, frame: Frame, table: TitledGrid) -> tuple[int, Phase]:
    """Which year and phase a column or a row measures, by its words and the form's note."""
    year = values.parse_year(words) or frame.context.fiscal_year
    if re.search(r"上年", words):
        year = frame.context.fiscal_year - 1
    if re.search(r"决算(?!.*预算)|执行", words):
        return year, "final"
    if frame.context.kind == "budget":
        return year, "budget"
    if "预算数" not in words and not re.search(r"(?:^|/)(?:年初|全年)?预算", words):
        return year, "final"
    if _INITIAL.search(words):
        return year, "initial_budget"
    told = words + "".join(fold(note.text) for note in table.notes)
    return year, "adjusted_budget" if _ADJUSTED.search(told) else "budget"


def _read_items_in_columns(frame: Frame, across: list[_Across], table: TitledGrid) -> None:
    rows = frame.data_rows()
    first = across[0].column
    labels = {row: "/".join(fold(cell) for cell in frame.grid.rows[row][:first] if cell) for row in rows}
    periods = {row: label for row, label in labels.items() if _names_a_period(label)}
    if len(rows) > 1 and len(periods) > 1:
        # One row for each year, or one for the budget and one for what was spent; a row of changes has no field.
        rows = [row for row in periods if not _CHANGE.search(periods[row])]
    bodies = _institutions(frame, rows, first) if not periods else {}
    frame.note_short_rows(rows)
    for row in rows:
        frame.result.structure |= {(row, column) for column in range(first) if row in periods}
        lines: dict[tuple[str, int, Phase], dict[str, object]] = {}
        for one in across:
            year, phase = _period(f"{one.period}/{periods.get(row, '')}", frame, table)
            fields = lines.setdefault((one.item, year, phase), {"name": one.name, "cells": {}})
            amounts, cells = frame.amounts(row, {one.field: one.column})
            fields |= {**amounts, "cells": {**fields["cells"], **cells}}  # type: ignore[dict-item]  # put there above
        for (item, year, phase), fields in lines.items():
            _add(frame, row, item, str(fields.pop("name")), year, phase, {**fields, "institution": bodies.get(row)})


def _names_a_period(label: str) -> bool:
    """Whether a row is that of a year or a phase: a 预算审核中心 has a phase in its name, and is an institution."""
    return any(
        (_PERIOD.search(part) or _CHANGE.search(part)) is not None and not is_body(part) for part in label.split("/")
    )


def _institutions(frame: Frame, rows: Sequence[int], first: int) -> dict[int, str]:
    """Row → the institution whose expenses it holds, where the table has a row for each; the row of 合计 has none.

    Without such a row the figures of one institution alone are the department's.
    """
    named: dict[int, str] = {}
    codes: dict[int, str] = {}
    for row in rows:
        texts = [unwrap(frame.text(row, column)) for column in range(first)]
        words = [without_unit_code(text) for text in texts if text and not text.isdigit()]
        if len(rows) > 1 and words and not any(is_total(text) for text in texts):
            named[row] = words[-1]
            codes[row] = next((text for text in texts if text.isdigit()), "")
    # A body with its subordinates and its own office have one name; the code tells them apart.
    several = {name for name, rows_of_name in Counter(named.values()).items() if rows_of_name > 1}
    return {row: f"{codes[row]} {name}".strip() if name in several else name for row, name in named.items()}


def _read_items_in_rows(frame: Frame, labels: Mapping[str, int]) -> None:
    years = _year_columns(frame)
    funds = match_columns(frame.heading, FUNDS, fiscal_year=frame.context.fiscal_year)
    change = next((c for c, path in enumerate(frame.heading.paths) if path and _CHANGE.fullmatch(path[-1])), None)
    rate = next((c for c, path in enumerate(frame.heading.paths) if path and _RATE_OF_CHANGE.fullmatch(path[-1])), None)
    reason = next((c for c, path in enumerate(frame.heading.paths) if path and _REASON.fullmatch(path[-1])), None)
    rows = frame.data_rows()
    frame.note_short_rows(rows)
    for row in rows:
        line_number = frame.line_number(row, labels.get("line_number"))
        name = unwrap(frame.text(row, labels["item"]))
        item = item_of(name) if name else None
        if item is None:
            if name:
                frame.note("row_not_understood", "warning", "not an item of these expenses", cell=(row, labels["item"]))
            continue
        if not years:
            amounts, cells = frame.amounts(row, funds)
            fields = {"line_number": line_number, "cells": cells, **amounts}
            _add(frame, row, item, name, frame.context.fiscal_year, frame.context.kind, fields)
        for year, phase, column in years:
            columns = {"total": column}
            texts: dict[str, object] = {"line_number": line_number}
            if (year, phase) == years[-1][:2]:
                columns |= {} if change is None else {"change": change}
                columns |= {} if rate is None else {"change_percent": rate}
                texts["reason"] = text_or_none(frame.text(row, reason))
                frame.result.withheld |= set() if reason is None else {(row, reason)}
            amounts, cells = frame.amounts(row, columns)
            _add(frame, row, item, name, year, phase, {**texts, "cells": cells, **amounts})


def _year_columns(frame: Frame) -> list[tuple[int, Phase, int]]:
    """(year, phase, column) of the columns that stand for years, the latest last; empty where there are none."""
    found: list[tuple[int, Phase, int]] = []
    for column, path in enumerate(frame.heading.paths):
        match = _YEAR_COLUMN.fullmatch("".join(path))
        if match is None:
            continue
        year, kind, relative, relative_kind = match.groups()
        measured = int(year) if year else frame.context.fiscal_year - (relative == "上年")
        word = kind or relative_kind
        phase: Phase = frame.context.kind if word is None else "budget" if word == "预算" else "final"
        found.append((measured, phase, column))
    years = {year for year, _, _ in found}
    # 2025年预算数 alone is the column of amounts, not a comparison of years.
    return sorted(found) if len(years) > 1 or len(found) > 1 else []


def _add(frame: Frame, row: int, item: str, name: str, year: int, phase: str, fields: Mapping[str, object]) -> None:
    frame.result.records.append(
        ThreePublicLine.model_validate(
            {
                "statement_key": KEY,
                "statement_ordinal": frame.context.ordinal,
                "row": row,
                "unit": frame.unit,
                "item": item,
                "name": name,
                "fiscal_year": year,
                "phase": phase,
                "total": None,
                **fields,
            }
        )
    )


FORM = Form(
    key=KEY,
    name="财政拨款“三公”经费支出表",
    claims=claims,
    read=read,
    expected_in=frozenset({"budget", "final"}),
)
