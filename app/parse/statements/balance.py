"""收支总表 and 财政拨款收支总表: revenue on the left, expenditure by function on the right, totals at the foot."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from app.parse import titles
from app.parse.cells import unwrap
from app.parse.columns import match_columns, own_year_heading
from app.parse.forms import Context, Form, FormResult
from app.parse.frame import Frame, open_frame, settle_status
from app.parse.grid import TitledGrid
from app.parse.subjects import functional_class
from app.records import BalanceLine, Kind, StatementKey
from app.values import fold

Side = Literal[
    "revenue", "expenditure", "expenditure_by_kind", "expenditure_by_economic", "expenditure_by_government_economic"
]

_ITEM = (
    r"(?:.*/)?(?:(?:收入|支出)?项目(?:\(.*\))?|收入来源|(?:支出)?功能分类?(?:科目)?(?:名称)?(?:\(.*\))?|科目名称)|"
    r"收入|支出"
)
# Expenditure once more, by economic class: of the departments' classification, or of the government's.
_GOVERNMENT_ITEM = re.compile(r"(?:.*/)?政府(?:预算)?(?:支出)?经济(?:分类)?(?:科目)?(?:\(.*\))?")
_ECONOMIC_ITEM = re.compile(r"(?:.*/)?(?:部门)?(?:预算)?(?:支出)?经济(?:分类)?(?:科目)?(?:\(.*\))?")
_GROUP = r"(?:(?:(?:本年)?收入|(?:本年)?支出|预算数|决算数|金额|财政拨款(?:收入|支出)?)/)*"
AMOUNTS: Mapping[str, str] = {
    "general_public_budget": _GROUP + r"一般公共预算(?:财政)?(?:拨款)?(?:支出)?(?:/(?:小计|合计))?",
    "government_fund": _GROUP + r"政府性?基金(?:预算)?(?:财政)?(?:拨款)?(?:支出)?(?:/(?:小计|合计))?",
    "state_capital": _GROUP + r"国有资本经营(?:预算)?(?:财政)?(?:拨款)?(?:支出)?(?:/(?:小计|合计))?",
    "personnel": _GROUP + r"(?:基本支出/)?人员(?:经费|支出)",
    "public": _GROUP + r"(?:基本支出/)?(?:日常)?公用(?:经费|支出)",
    "project": _GROUP + r"项目支出(?:/(?:小计|合计))?",
    "total": _GROUP + r"(?:合计|小计|总计|预算数|决算数|金额|(?:本年)?预算|决算|年初预算数)",
}
_LINE_NUMBER = r"(?:.*/)?(?:序号|行次)"
_HEADING = re.compile(
    r"收入|支出|基本支出|项目支出|人员经费|公用经费|.*经济(?:分类)?(?:科目)?(?:\(.*\))?|"
    r"(?:\d{4}年)?(?:预算数|决算数|金额|执行数)|" + "|".join([_ITEM, _LINE_NUMBER, *AMOUNTS.values()])
)

# An item that says how a third list goes through the expenditure; the first that is there. 基本支出 may have the
# economic classes below it.
_ONCE_MORE: Mapping[str, Side] = {
    "基本支出": "expenditure_by_kind",
    "机关工资福利支出": "expenditure_by_government_economic",
    "工资福利支出": "expenditure_by_economic",
}
_DEEPEST_SIDES = 4
# An item is the name of a source or of a class; what is longer is a text.
_LONGEST_ITEM = 120
_TOP = "一、"
# Number words before an item: 一、 (一) 1. 1、
_TOP_NUMBER = re.compile(r"^[一二三四五六七八九十]{1,3}[、.．]")
_LOWER_NUMBER = re.compile(r"^(?:[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、.．]|其中[:：]?|其中)")
_OF_THE_YEAR = re.compile(r"(?:本年|当年)(?:收入|支出)(?:合计|小计)?")
_BARE_TOTAL = re.compile(r"(?:收入|支出)?合计")
_ALL_OF_A_BUDGET = re.compile(r"部门(?:综合)?预算")
# What a row is, by its words; the first that fits.
_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("grand_total", re.compile(r"(?:收入|支出|收、?支)?(?:总计|总合计)")),
    ("year_total", re.compile(r"(?:本年|当年)?(?:收入|支出)?(?:合计|小计)|本年(?:收入|支出)|部门(?:综合)?预算")),
    ("surplus_used", re.compile(r"(?:使用|动用)非财政拨款结余.*|用事业基金弥补收支差额")),
    ("surplus_distributed", re.compile(r"结余分配")),
    ("opening_balance", re.compile(r"(?:上年|年初).*(?:结转|结余).*")),
    ("closing_balance", re.compile(r"(?:年末|年终|期末).*(?:结转|结余).*|结转下年.*")),
)
# All of the fiscal appropriation: in the statement of it a total, in that of all money one of the sources.
_ALL_APPROPRIATION = re.compile(r"(?:一般)?财政拨款(?:收入|支出)?")
_BALANCE_PART = re.compile(r"(?:一般公共预算|政府性?基金|国有资本经营).*")


@dataclass(frozen=True)
class _Block:
    """The columns of one side."""

    side: Side
    item: int
    line_number: int | None
    amounts: dict[str, int]


def _claims_all(table: TitledGrid) -> bool:
    return titles.is_balance(table.title) and not _of_part(table.title)


def _claims_appropriation(table: TitledGrid) -> bool:
    return (
        titles.is_balance(table.title) and titles.of_appropriation(table.title) and not titles.of_one_fund(table.title)
    )


def _claims_fund(table: TitledGrid) -> bool:
    """Revenue and expenditure of government-managed funds side by side, in place of the statement by function."""
    return (
        re.search(r"(?:收支|收入支出)(?:预算|决算|情况|总)*表$", titles.plain(table.title)) is not None
        and titles.of_government_fund(table.title)
        and {"收入", "支出"} <= {fold(cell) for row in table.grid.rows[:_DEEPEST_SIDES] for cell in row}
    )


def _of_part(title: str) -> bool:
    return titles.of_appropriation(title) or titles.of_one_fund(title)


def _reader(key: StatementKey) -> Callable[[TitledGrid, Context], FormResult]:
    def read(table: TitledGrid, context: Context) -> FormResult:
        """One BalanceLine a named row of each side."""
        result, frame = open_frame(table, context, key=key, is_heading=lambda text: bool(_HEADING.fullmatch(text)))
        if frame is None:
            return result
        blocks = _blocks(frame)
        rows = frame.data_rows()
        frame.note_short_rows(rows)
        for block in blocks:
            _read_side(frame, block, rows)
        result.records.sort(key=lambda record: record.row)
        return settle_status(table, frame)

    return read


def _blocks(frame: Frame) -> list[_Block]:
    """Both sides, and those that print the expenditure once more, by kind or by economic class."""
    year = frame.context.fiscal_year
    paths = [own_year_heading(path, year) or "" for path in frame.heading.paths]
    starts = [column for column, path in enumerate(paths) if re.fullmatch(_ITEM, path)]
    if len(starts) < 2:  # noqa: PLR2004 - revenue and expenditure
        frame.note("heading_not_understood", "error", "the columns of revenue and expenditure are not both found")
        return []
    numbers = [column for column, path in enumerate(paths) if re.fullmatch(_LINE_NUMBER, path)]
    blocks: list[_Block] = []
    sides: list[Side] = ["revenue", "expenditure"]
    if paths[starts[0]].startswith("支出") and paths[starts[1]].startswith("收入"):
        sides.reverse()
    found = list(zip(starts, sides, strict=False))
    found += [(column, side) for column in starts[2:] if (side := _side_once_more(frame, column)) is not None]
    for column, path in enumerate(paths):
        if column > starts[1] and _GOVERNMENT_ITEM.fullmatch(path):
            found.append((column, "expenditure_by_government_economic"))
        elif column > starts[1] and _ECONOMIC_ITEM.fullmatch(path):
            found.append((column, "expenditure_by_economic"))
    # A third pair of columns that is none of these belongs to no side.
    ends = sorted({*starts, *(column for column, _ in found), frame.heading.width})
    for start, side in found:
        end = next(column for column in ends if column > start)
        own = [column for column in numbers if start < column < end]
        shared = [column for column in numbers if column < starts[0]]
        amounts = match_columns(frame.heading, AMOUNTS, fiscal_year=year, columns=range(start + 1, end))
        blocks.append(_Block(side, start, next(iter([*own, *shared]), None), amounts))
    return blocks


def _side_once_more(frame: Frame, column: int) -> Side | None:
    """What a third list of items is, by its items; None where they do not say."""
    rows = range(frame.heading.rows, len(frame.grid.rows))
    items = {_without_number(frame.grid.cell(row, column)) for row in rows}
    return next((side for name, side in _ONCE_MORE.items() if name in items), None)


def _read_side(frame: Frame, block: _Block, rows: list[int]) -> None:
    items = {row: unwrap(frame.grid.cell(row, block.item)) for row in rows}
    special = _special_roles(frame.key, block.side, items.values())
    is_item = _items_of(block, items, special)
    in_balance = False
    for row in rows:
        line_number = frame.line_number(row, block.line_number)
        item = items[row]
        if not item:
            continue
        if len(item) > _LONGEST_ITEM:
            cell = (row, block.item)
            frame.note("row_not_understood", "warning", "a text this long is no item of a balance", cell=cell)
            continue
        role = special(item)
        bare = _without_number(item)
        if role is None and in_balance and (_LOWER_NUMBER.match(fold(item)) or _BALANCE_PART.fullmatch(bare)):
            role = "balance_part"
        else:
            in_balance = role in {"opening_balance", "closing_balance"}
        role = role or ("item" if is_item(item) else "item_part")
        frame.text(row, block.item)
        amounts, cells = frame.amounts(row, block.amounts)
        name = _LOWER_NUMBER.sub("", _TOP_NUMBER.sub("", item)) or item
        is_class = role == "item" and block.side == "expenditure"
        frame.result.records.append(
            BalanceLine.model_validate(
                {
                    "statement_key": frame.key,
                    "statement_ordinal": frame.context.ordinal,
                    "row": row,
                    "unit": frame.unit,
                    "cells": cells,
                    "side": block.side,
                    "role": role,
                    "line_number": line_number,
                    "item": item,
                    "name": name,
                    "functional_code": functional_class(name) if is_class else None,
                    "fiscal_year": frame.context.fiscal_year,
                    "phase": frame.context.kind,
                    "total": None,
                    **amounts,
                }
            )
        )


def _special_roles(key: StatementKey, side: Side, items: Iterable[str]) -> Callable[[str], str | None]:
    """A function that says what a row is by its words, where it is neither an item nor a part of one.

    财政拨款 is the total of a statement of nothing else, unless that prints 本年收入合计 besides; 收入合计 is that of
    the year, unless 本年收入合计 is: then it sums up the balances, too.
    """
    printed = {_without_number(item) for item in items}
    totals = any(_by_words(item) == "year_total" for item in printed)
    of_the_year = any(_OF_THE_YEAR.fullmatch(item) for item in printed)
    all_of_it = (side == "expenditure" or key == "fiscal_appropriation") and not totals

    def role(item: str) -> str | None:
        if all_of_it and _ALL_APPROPRIATION.fullmatch(_without_number(item)):
            return "year_total"
        if of_the_year and _BARE_TOTAL.fullmatch(_without_number(item)):
            return "grand_total"
        if of_the_year and _ALL_OF_A_BUDGET.fullmatch(_without_number(item)):
            # The total of the year once more, above the items: it is counted where it is called so.
            return "item_part"
        return _by_words(item)

    return role


def _by_words(item: str) -> str | None:
    words = _without_number(item)
    return next((role for role, pattern in _ROLES if pattern.fullmatch(words)), None)


def _without_number(item: str) -> str:
    return _LOWER_NUMBER.sub("", _TOP_NUMBER.sub("", fold(item)))


def _items_of(block: _Block, items: Mapping[int, str], special: Callable[[str], str | None]) -> Callable[[str], bool]:
    """How this side's items are told from their parts, which must not be added up with them.

    By the numbering of the highest rank: 一、 before （一） before 1. Below 一、本年收入, which is a total and no item,
    the next rank has the items. Where nothing is numbered and the rows are a tree of 类, 款 and 项, the items are those
    with the name of a 类.
    """
    own = [item for item in items.values() if item and special(item) is None]
    styles = [_style(item) for item in own]
    numbered = [style for style in styles if style is not None]
    if _TOP in numbered:
        return lambda item: _style(item) == _TOP
    if numbered and (styles[0] is not None or block.side == "revenue"):
        return lambda item: _style(item) == numbered[0]
    if block.side == "expenditure" and sum(functional_class(item) is not None for item in own) > 1:
        return lambda item: functional_class(item) is not None
    return lambda item: _style(item) is None


def _style(item: str) -> str | None:
    """The kind of number before an item: the same for all items of one rank."""
    folded = fold(item)
    if _TOP_NUMBER.match(folded):
        return _TOP
    found = _LOWER_NUMBER.match(folded)
    return re.sub(r"[一二三四五六七八九十]+", "一", re.sub(r"\d+", "1", found.group())) if found else None


def _form(key: StatementKey, name: str, claims: Callable[[TitledGrid], bool], *, expected: bool = True) -> Form:
    kinds: frozenset[Kind] = frozenset({"budget", "final"}) if expected else frozenset()
    return Form(key=key, name=name, claims=claims, read=_reader(key), expected_in=kinds)


REVENUE_AND_EXPENDITURE = _form("revenue_and_expenditure", "部门收支总表", _claims_all)
FISCAL_APPROPRIATION = _form("fiscal_appropriation", "部门财政拨款收支总表", _claims_appropriation)
GOVERNMENT_FUND = _form("government_fund_expenditure", "政府性基金收支表", _claims_fund, expected=False)
