"""What a table prints about itself beside its figures: its unit of money, its date, the word that it is empty."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from app import values
from app.parse.forms import Context, FormResult
from app.parse.grid import Grid, TitledGrid
from app.parse.layout import table_unit
from app.records import Finding, StatementKey
from app.values import Unit, fold

# 资金情况(万元), 预算数（万元）: a heading that names the unit without the word 单位.
_UNIT_IN_BRACKETS = re.compile(r"\((亿元|万元|元)\)")
_DATE = re.compile(r"(20\d\d|19\d\d)[年\-/.](\d{1,2})[月\-/.](\d{1,2})")
# What is printed where a table is empty on purpose; 无 counts only where the sentence is about this very table.
_EMPTY = re.compile(r"空表列示|空表|本表无数据|无数据|(?:没有|无)[^,。;]{2,20}(?:预算|情况|安排|支出)")
_LONGEST_NOTE = 40
# Who filled the form in and how to reach them: of no use to a reader of figures, and people's own.
_PERSON = re.compile(r".{0,6}(?:联系人|负责人|填表人|填报人|经办人|联系电话|电话|手机).{0,4}[:：]?")


def find_unit(table: TitledGrid, *, header_rows: int, key: StatementKey, context: Context, result: FormResult) -> None:
    """Set the result's unit to the one the table prints; leave it None, with a finding, where it names several."""
    try:
        result.unit = table_unit(table) or _unit_in_headings(table, header_rows)
    except ValueError as error:
        result.findings.append(
            Finding(
                code="unknown_unit",
                severity="error",
                message=f"the table {error}"[:500],
                statement_key=key,
                statement_ordinal=context.ordinal,
            )
        )


def _unit_in_headings(table: TitledGrid, header_rows: int) -> Unit | None:
    cells = (fold(cell) for row in table.grid.rows[:header_rows] for cell in row)
    named = {match.group(1) for cell in cells for match in _UNIT_IN_BRACKETS.finditer(cell)}
    return values.parse_unit("".join(sorted(named))) if named else None


def require_unit(result: FormResult, *, key: StatementKey, context: Context) -> bool:
    """Whether the unit is known; where it is not, and no finding says so yet, one is added."""
    if result.unit is not None:
        return True
    if not any(finding.code == "unknown_unit" for finding in result.findings):
        result.findings.append(
            Finding(
                code="unknown_unit",
                severity="error",
                message="the table prints amounts and no unit of money; they stay in the printed grid only",
                statement_key=key,
                statement_ordinal=context.ordinal,
            )
        )
    return False


def empty_note(table: TitledGrid) -> str | None:
    """The printed word that the table is empty, from its notes or from the texts just before it."""
    texts = [text.text for text in (*table.notes, *table.before[-3:])]
    for text in texts:
        found = _EMPTY.search(fold(text))
        if found:
            return found.group()[:_LONGEST_NOTE]
    return None


def find_date(texts: Iterable[str]) -> dt.date | None:
    """The first whole date in the texts: 2019年12月31日, 2024-12-31. An impossible date is none."""
    for text in texts:
        found = _DATE.search(fold(text))
        if found:
            try:
                return dt.date(*(int(part) for part in found.groups()))
            except ValueError:
                continue
    return None


def withhold_people(grid: Grid, end: int, result: FormResult) -> None:
    """Mark the names and telephone numbers beside their labels in the rows above `end`: they are kept out of seeds."""
    for row in range(end):
        cells = grid.rows[row]
        for column, cell in enumerate(cells[:-1]):
            if _PERSON.fullmatch(fold(cell)):
                beside = next((right for right in range(column + 1, len(cells)) if cells[right]), None)
                if beside is not None:
                    result.withheld.add((row, beside))
                    result.text_cells.add((row, beside))
