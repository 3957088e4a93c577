"""The list of a document's tables: which of them it declares empty, and why. It is no statement itself.

Shaanxi prints it before the tables: 序号 | 内容 | 是否空表 | 公开空表理由. A workbook's sheet 目录
has names alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.parse import titles
from app.parse.cells import unwrap
from app.parse.grid import Grid, TitledGrid
from app.parse.layout import looks_like_title
from app.values import fold

_NAME = re.compile(r"(?:报表|表格|公开表)?(?:名称|内容)|表名")
_IS_EMPTY = re.compile(r"是否(?:为)?空表(?:\(.*\))?")
_REASON = re.compile(r".*(?:理由|原因|说明)")
_YES = frozenset({"是", "√", "空表", "为空"})
_NUMBER = re.compile(r"(?:公开)?(?:表)?(\d{1,2})(?:表)?")
# Words in which the list and the table's own title differ: 政府性基金收支表 is printed as 政府性基金收支总表.
_LOOSE = re.compile(r"总|明细|情况|预算|决算|\([^()]*\)|\d{2,4}年度?|年")
_LONGEST_NOTE = 40
# 1, 一, 表1, 01-1, 附表2: what stands beside a name in a plain list, its number or its page.
_PLACE = re.compile(r"(?:公开|附)?表?(?:\d{1,3}(?:[-.]\d{1,2})?|[一二三四五六七八九十]{1,3})表?[、.．]?|第?\d{1,3}页?")
_HEADING_OF_NAMES = re.compile(r"序号|编号|页码|页次|备注|表号|目录|表单名称|链接")
_FEWEST_NAMES = 3
# What a table is called when the list gives no reason.
_NO_REASON = "空表"


@dataclass(frozen=True)
class Contents:
    """Why tables are declared empty: by the title, and by the number that the list gives them."""

    by_title: dict[str, str]
    by_number: dict[str, str]

    def why_empty(self, table: TitledGrid) -> str | None:
        """What the list says of a table that it declares empty; None where it says nothing of it."""
        found = self.by_title.get(_bare(table.title))
        if found is not None:
            return found
        for text in reversed(table.before):
            number = _NUMBER.fullmatch(fold(text.text))
            if number is not None and "表" in text.text:
                return self.by_number.get(number.group(1).lstrip("0"))
        return None


def read_contents(tables: Iterable[TitledGrid]) -> tuple[Contents, tuple[TitledGrid, ...]]:
    """What the lists of tables say, and the tables without them."""
    contents, others = Contents({}, {}), []
    for table in tables:
        heading = _heading(table.grid)
        if heading is None:
            if not _is_list_of_names(table.grid):
                others.append(table)
            continue
        row, name, is_empty, reason = heading
        for below in range(row + 1, len(table.grid.rows)):
            if fold(table.grid.cell(below, is_empty)) not in _YES:
                continue
            why = unwrap(table.grid.cell(below, reason))[:_LONGEST_NOTE] if reason is not None else ""
            contents.by_title[_bare(table.grid.cell(below, name))] = why or _NO_REASON
            number = _NUMBER.fullmatch(fold(table.grid.cell(below, 0)))
            if number is not None:
                contents.by_number[number.group(1).lstrip("0")] = why or _NO_REASON
    return contents, tuple(others)


def _heading(grid: Grid) -> tuple[int, int, int, int | None] | None:
    """The row of headings and the columns of name, emptiness and reason."""
    for row, cells in enumerate(grid.rows[:3]):
        at: dict[str, int] = {}
        for column, cell in enumerate(cells):
            for name, pattern in (("empty", _IS_EMPTY), ("name", _NAME), ("reason", _REASON)):
                if name not in at and pattern.fullmatch(fold(cell)):
                    at[name] = column
                    break
        if {"empty", "name"} <= at.keys():
            return row, at["name"], at["empty"], at.get("reason")
    return None


def _is_list_of_names(grid: Grid) -> bool:
    """Whether every row names one table, beside nothing but its number or its page: 目录 of a workbook."""
    names: set[str] = set()
    for cells in grid.rows:
        texts = [fold(cell) for cell in cells if fold(cell)]
        rest = [text for text in texts if not _PLACE.fullmatch(text) and not _HEADING_OF_NAMES.fullmatch(text)]
        if len(rest) > 1 or any(not looks_like_title(text) and not _NAME.fullmatch(text) for text in rest):
            return False
        names |= set(rest)
    return len(names) >= _FEWEST_NAMES


def _bare(title: str) -> str:
    return _LOOSE.sub("", titles.plain(unwrap(title)))
