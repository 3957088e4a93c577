"""固定资产占用情况表: what a department owns at the end of a year, in five rows and the office space among them."""

from __future__ import annotations

import re
from typing import Literal

from app.parse.cells import digit_cells, has_digit, name_of, read_amount
from app.parse.forms import Context, Form, FormResult
from app.parse.grid import Grid, TitledGrid
from app.parse.surroundings import empty_note, find_date, find_unit, require_unit
from app.records import AssetItem, Finding
from app.values import fold

_KEY: Literal["fixed_assets"] = "fixed_assets"

Item = Literal["total", "buildings", "office_space", "vehicles", "large_equipment", "other"]

# The first that fits: equipment before vehicles, because newer forms print 单价100万元以上设备(不含车辆).
_ITEMS: tuple[tuple[str, Item], ...] = (
    ("总额|合计|总计", "total"),
    ("办公用房|办公室用房", "office_space"),
    ("房屋|土地房屋", "buildings"),
    ("设备", "large_equipment"),
    ("车辆|汽车", "vehicles"),
    ("其他", "other"),
)
_QUANTITY = re.compile(r"数量|面积")
_VALUE = re.compile(r"价值|金额|原值|账面")
_MEASURE = re.compile(r"\((?!不含|含|单价)([^()\d]{1,8})\)")


def claims(table: TitledGrid) -> bool:
    """A table with a quantity and a value column whose first column names the assets."""
    header = _header_row(table.grid)
    if header is None:
        return False
    names = [fold(table.grid.cell(row, 0)) for row in range(header + 1, len(table.grid.rows))]
    return any("资产总额" in name or "固定资产" in name for name in names)


def read(table: TitledGrid, context: Context) -> FormResult:
    """One record per row; no record for a table that is declared empty."""
    grid = table.grid
    header = _header_row(grid)
    if header is None:
        raise ValueError(f"{grid.place} is not a table of fixed assets")
    result = FormResult(header_rows=header + 1)
    result.structure |= digit_cells(grid, range(header + 1))
    find_unit(table, header_rows=header + 1, key=_KEY, context=context, result=result)
    headings = [fold(cell) for cell in grid.rows[header]]
    quantity = next(column for column, text in enumerate(headings) if _QUANTITY.search(text))
    value = next(column for column, text in enumerate(headings) if _VALUE.search(text))
    block = [cell for row in grid.rows[: header + 1] for cell in row]
    result.as_of = find_date([*block, *(text.text for text in reversed(table.before))])
    # Without a date the form means the end of the last full year.
    year_end = context.fiscal_year if context.kind == "final" else context.fiscal_year - 1
    for row in range(header + 1, len(grid.rows)):
        name = name_of(grid.cell(row, 0))
        if has_digit(name):
            result.text_cells.add((row, 0))
        item = _item(name)
        if item is None:
            if any(has_digit(cell) for cell in grid.rows[row]):
                result.findings.append(_unplaced(context, row, name))
            continue
        figures = {"quantity": (row, quantity), "value": (row, value)}
        read_ = {
            field: read_amount(grid, cell, key=_KEY, context=context, result=result) for field, cell in figures.items()
        }
        if read_["value"] is not None and not require_unit(result, key=_KEY, context=context):
            read_["value"] = None
        measure = _MEASURE.search(fold(name))
        result.records.append(
            AssetItem(
                statement_key=_KEY,
                statement_ordinal=context.ordinal,
                row=row,
                unit=result.unit,
                cells={field: cell for field, cell in figures.items() if read_[field] is not None},
                item=item,
                name=name,
                measure=measure.group(1) if measure else None,
                as_of=result.as_of,
                fiscal_year=result.as_of.year if result.as_of else year_end,
                **read_,
            )
        )
    _settle_status(table, result)
    return result


def _settle_status(table: TitledGrid, result: FormResult) -> None:
    """A table without a single figure that is said to be empty is declared empty and has no records."""
    if any(record.cells for record in result.records) or any(f.code == "unparsable_amount" for f in result.findings):
        return
    note = empty_note(table)
    if note is not None:
        result.status, result.note, result.records = "declared_empty", note, []


def _header_row(grid: Grid) -> int | None:
    for row, cells in enumerate(grid.rows):
        folded = [fold(cell) for cell in cells[1:]]
        if any(_QUANTITY.match(text) for text in folded) and any(_VALUE.match(text) for text in folded):
            return row
    return None


def _item(name: str) -> Item | None:
    folded = fold(name)
    return next((item for pattern, item in _ITEMS if re.search(pattern, folded)), None)


def _unplaced(context: Context, row: int, name: str) -> Finding:
    return Finding(
        code="unplaced_row",
        severity="warning",
        message="no item of the asset form has this name; its figures stay in the printed grid only",
        statement_key=_KEY,
        statement_ordinal=context.ordinal,
        row=row,
        column=0,
        text=name[:80],
    )


FORM = Form(key=_KEY, name="固定资产占用情况表", claims=claims, read=read)
