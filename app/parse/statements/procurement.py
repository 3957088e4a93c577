"""部门政府采购预算: what a department will buy, item by item, and whose money pays for it.

Some provinces print it by kind of purchase (货物, 服务) or by functional code instead of item by item.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from app import values
from app.parse import titles
from app.parse.cells import digit_cells, has_digit, read_amount, text_or_none
from app.parse.coded import is_total
from app.parse.columns import Heading, match_columns, read_heading
from app.parse.forms import Context, Form, FormResult
from app.parse.grid import Grid, TitledGrid
from app.parse.layout import is_header_block
from app.parse.statements.indicator_columns import find_columns
from app.parse.surroundings import empty_note, find_unit, require_unit
from app.records import Finding, ProcurementItem
from app.values import fold

_KEY: Literal["procurement"] = "procurement"

_HEADING = re.compile(
    r".*(?:项目名称|预算(?:资金|金额)|采购(?:物品|品目|项目|内容|目录|金额|标的|类[别型])|科目|单位|数量|单价|总计|合计|小计|拨款|核拨|专户|资金|结转|收入|份额)"
    r".*|金额|项目|类|款|项"
)
# Field by the path of headings; the first that fits. Terms of 2020 stand beside those since 2021.
_COLUMNS: dict[str, str] = {
    "functional_class": r"(?:功能(?:分类)?)?科目(?:编码)?(?:/类)?",
    "functional_division": r"(?:(?:功能(?:分类)?)?科目(?:编码)?/)?款",
    "functional_item": r"(?:(?:功能(?:分类)?)?科目(?:编码)?/)?项",
    "institution_code": r"(?:预算)?(?:单位|部门)(?:编码|代码)",
    "project_name": r"(?:.*/)?(?:采购)?项目名称|采购项目",
    "project_budget": r"(?:.*/)?(?:项目)?预算资金",
    "item_name": r"(?:.*/)?采购(?:物品|品目|标的|内容)(?:名称)?",
    "category": r"采购(?:类[别型]|方式)?(?:名称)?|项目",
    "catalogue": r"(?:.*/)?(?:政府)?采购目录(?:名称)?",
    "catalogue_code": r"项目编号|.*(?:采购目录序号|采购目录编码|采购品目编码|品目编码|目录代码)",
    "measure": r"(?:计量|数量|采购)?单位",
    "quantity": r"(?:采购)?数量",
    "unit_price": r"(?:.*/)?(?:采购)?单价(?:\(.*\))?",
    "reserved_for_small_firms": r".*中小微?企业.*",
    "other_channels": r"(?:.*/)?其他(?:渠道资金|收入)",
    "carried_over_other": r".*非财政拨款结转(?:结余)?|(?:使用)?非财政拨款结余",
    "carried_over_fiscal": r".*财政拨款结转(?:结余)?",
    "carried_over": r".*上年结转(?:结余)?(?:资金)?",
    "general_public_budget": r".*一般公共预算(?:财政)?(?:拨款)?(?:资金|收入)?",
    "government_fund": r".*(?:政府性)?基金(?:预算)?(?:拨款)?(?:资金|收入)?",
    "state_capital": r".*国有资本经营(?:预算)?(?:拨款)?(?:资金|收入)?",
    "special_account": r".*财政专户.*",
    "unit_funds": r".*(?:单位资金|其他来源收入|自有资金)",
    # 合计 under 当年部门预算安排资金 is this year's part where a 总计 stands beside it, else the whole.
    "current_year": r".*/当年部门预算安排资金/(?:合计|小计)",
    "total": r".*(?:总计|合计|(?:采购|预算)+金额)(?:\(.*\))?|金额",
    # Words about the purchase, with digits that are no figures: 1月-12月, 型号 A3.
    "remark": r".*(?:时间|规格|型号|说明|备注|内容)",
}
_TEXTS = ("project_name", "item_name", "catalogue_code", "measure")
_CODE = ("functional_class", "functional_division", "functional_item")
# Columns whose digits are no figures: codes, kinds of purchase.
_NO_FIGURES = (*_TEXTS, *_CODE, "institution_code", "category", "catalogue", "remark")
# What a purchase needs to be one; a later form without 单价 or 数量 is still read.
_NEEDED = {"item_name", "total"}
# One of these does where the title says what the table is about.
_NAMED = {"catalogue", "category", "project_name", "functional_class"}
# A020199其他计算机设备及软件, A-货物: the catalogue's code before the name.
_CATALOGUE_CODE = re.compile(r"([ABC]\d{0,8})[-_]?(?=\D)(.+)")
_WHOLE_CODE = re.compile(r"\d{3}(?:\d\d){0,2}")


def claims(table: TitledGrid) -> bool:
    """A table whose headings name goods to be bought and their amount."""
    heading = read_heading(table.grid, _is_heading)
    if heading is None:
        return False
    columns = _columns(heading, None).keys()
    titled = "采购" in titles.plain(table.title) and find_columns(table.grid) is None
    return columns >= _NEEDED or (titled and "total" in columns and bool(columns & _NAMED))


def read(table: TitledGrid, context: Context) -> FormResult:
    """One record per row with anything in it; no record for a table that is declared empty."""
    grid = table.grid
    heading = read_heading(grid, _is_heading)
    if heading is None:
        raise ValueError(f"{grid.place} is not a table of procurement")
    columns = _columns(heading, context.fiscal_year)
    result = FormResult(header_rows=heading.rows)
    result.structure |= digit_cells(grid, range(heading.rows))
    find_unit(table, header_rows=heading.rows, key=_KEY, context=context, result=result)
    data = range(heading.rows, len(grid.rows))
    codes = _functional_codes(grid, data, columns)
    _leave_economic_codes(grid, data, heading, context, result)
    for row in data:
        if heading.repeats(grid.rows[row]):
            result.structure |= digit_cells(grid, range(row, row + 1))
        elif any(cell.strip() for cell in grid.rows[row]):
            _read_row(grid, row, columns, heading.width, codes, context, result)
    if not any(isinstance(record, ProcurementItem) and record.cells for record in result.records):
        note = empty_note(table)
        if note is not None:
            result.status, result.note, result.records = "declared_empty", note, []
    return result


def _read_row(
    grid: Grid,
    row: int,
    columns: dict[str, int],
    width: int,
    codes: dict[int, str],
    context: Context,
    result: FormResult,
) -> None:
    amounts: dict[str, Decimal | None] = {}
    for name, column in columns.items():
        if name not in _NO_FIGURES:
            amounts[name] = read_amount(grid, (row, column), key=_KEY, context=context, result=result)
        elif has_digit(grid.cell(row, column)):
            result.text_cells.add((row, column))
    # A quantity is no money; everything else is.
    money = {name: amount for name, amount in amounts.items() if name != "quantity"}
    if any(amount is not None for amount in money.values()) and not require_unit(result, key=_KEY, context=context):
        amounts |= dict.fromkeys(money)
    if len(grid.rows[row]) < width:
        result.findings.append(_short_row(grid, row, columns, width, context))
    result.records.append(
        ProcurementItem(
            statement_key=_KEY,
            statement_ordinal=context.ordinal,
            row=row,
            unit=result.unit,
            cells={name: (row, columns[name]) for name, amount in amounts.items() if amount is not None},
            position=sum(isinstance(record, ProcurementItem) for record in result.records) + 1,
            is_total=_is_total(grid, row, columns, codes),
            fiscal_year=context.fiscal_year,
            functional_code=codes.get(row),
            **_names(grid, row, columns),
            **amounts,
        )
    )


def _names(grid: Grid, row: int, columns: dict[str, int]) -> dict[str, str | None]:
    """The texts of a purchase; the catalogue's code is taken from before the name where it has no column."""
    texts = {name: text_or_none(grid.cell(row, columns[name])) if name in columns else None for name in _TEXTS}
    named = next((name for name in ("catalogue", "category") if name in columns), None)
    if texts["item_name"] is None and named is not None:
        texts["item_name"] = text_or_none(grid.cell(row, columns[named]))
    if is_total(texts["catalogue_code"] or ""):
        # 合计 over the columns of code and name.
        texts["item_name"], texts["catalogue_code"] = texts["item_name"] or texts["catalogue_code"], None
    if not any(texts.values()) and not columns.keys() & {*_CODE, "institution_code"}:
        # A kind of goods or an institution that sums up the rows below it, in a column of its own.
        figures = {column for name, column in columns.items() if name not in _NO_FIGURES}
        labels = (text_or_none(cell) for column, cell in enumerate(grid.rows[row]) if column not in figures)
        texts["item_name"] = next((label for label in labels if label and not has_digit(label)), None)
    coded = _CATALOGUE_CODE.fullmatch(fold(texts["item_name"] or ""))
    if coded is not None and texts["catalogue_code"] is None:
        texts["catalogue_code"], texts["item_name"] = coded.groups()
    return texts


def _is_total(grid: Grid, row: int, columns: dict[str, int], codes: dict[int, str]) -> bool:
    """Whether the row sums up others: 合计, the row of an institution above its purchases, a code above longer ones.

    So does a row that prints one name and no goods, above rows that print theirs in a column of its own.
    """
    first = next((cell for cell in grid.rows[row] if fold(cell)), "")
    if is_total(first):
        return True
    if "institution_code" in columns and "catalogue" in columns:
        return bool(grid.cell(row, columns["institution_code"])) and not grid.cell(row, columns["catalogue"])
    below = range(row, len(grid.rows)) if "item_name" in columns else ()
    goods = [other for other in below if fold(grid.cell(other, columns["item_name"]))]
    if goods and row not in goods:
        amounts = {column for name, column in columns.items() if name not in _NO_FIGURES}
        texts = [cell for column, cell in enumerate(grid.rows[row]) if column not in amounts and fold(cell)]
        return len(texts) == 1
    own = codes.get(row)
    by_function = not columns.keys() & {"item_name", "catalogue", "category", "project_name"}
    return by_function and any(own and code != own and code.startswith(own) for code in codes.values())


def _functional_codes(grid: Grid, rows: range, columns: dict[str, int]) -> dict[int, str]:
    """Row → the functional code it prints, whole or in steps; a step that is left blank is that of the row above."""
    found: dict[int, str] = {}
    above = ""
    for row in rows:
        steps = [fold(grid.cell(row, columns[name])) for name in _CODE if name in columns]
        code = "".join(steps)
        if code and not steps[0]:
            missing = 3 + 2 * next(place - 1 for place, step in enumerate(steps) if step)
            code = above[:missing] + code
        if _WHOLE_CODE.fullmatch(code) and code.startswith("2"):
            found[row] = above = code
    return found


def _leave_economic_codes(grid: Grid, rows: range, heading: Heading, context: Context, result: FormResult) -> None:
    """Account for economic codes beside the purchases: no record has a place for them."""
    columns = {column for column, path in enumerate(heading.paths) if "经济" in "".join(path)}
    codes = {cell for cell in digit_cells(grid, rows) if cell[1] in columns}
    if codes:
        result.structure |= codes
        result.findings.append(
            Finding(
                code="second_classification",
                severity="info",
                message="the economic codes of the purchases are in the printed table only",
                statement_key=_KEY,
                statement_ordinal=context.ordinal,
            )
        )


def _columns(heading: Heading, fiscal_year: int | None) -> dict[str, int]:
    """Field → column. Without a year (to claim a table) the columns of any year count."""
    year = fiscal_year if fiscal_year is not None else _printed_year(heading)
    return match_columns(heading, _COLUMNS, fiscal_year=year)


def _printed_year(heading: Heading) -> int:
    return values.parse_year("".join(text for path in heading.paths for text in path)) or 0


def _is_heading(folded: str) -> bool:
    return _HEADING.fullmatch(folded) is not None and not is_header_block(folded)


def _short_row(grid: Grid, row: int, columns: dict[str, int], width: int, context: Context) -> Finding:
    """The row ends before the table does: harmless where only columns that other rows leave blank too are missing."""
    length = len(grid.rows[row])
    used = {
        column
        for other in range(len(grid.rows))
        for column in columns.values()
        if other != row and column >= length and has_digit(grid.cell(other, column))
    }
    return Finding(
        code="short_row",
        severity="warning" if used else "info",
        message=f"the row is cut off: it has {length} of {width} cells",
        statement_key=_KEY,
        statement_ordinal=context.ordinal,
        row=row,
        column=length - 1,
    )


FORM = Form(key=_KEY, name="部门政府采购预算", claims=claims, read=read)
