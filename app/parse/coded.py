"""Rows that carry a classification code: code, name, level, and whether another row lies below them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from app.parse.cells import digit_cells, unwrap
from app.parse.columns import match_columns
from app.parse.frame import Frame
from app.parse.subjects import Classification, codes_named, is_listed, level_of, recover_code, split_fused
from app.records import Cell, RowLevel
from app.values import Level, fold

# The columns that say which subject a row is about; patterns for the joined heading path. The code may stand in one
# column or in a staircase of three (类 款 项).
# Words before 科目 that only say which classification it is of. 政府经济 is another classification and not among them.
_OF = r"(?:支出)?(?:部门)?(?:预算)?(?:支出)?(?:功能|经济)?(?:分类)?"
LABELS: Mapping[str, str] = {
    "line_number": r"(?:.*/)?(?:序号|行次)",
    "code": rf"(?:.*/)?{_OF}(?:科目)?(?:编码|代码)(?:/类)?",
    "code_class": r"(?:.*/)?类",
    "code_division": r"(?:.*/)?款",
    "code_item": r"(?:.*/)?项",
    "name": rf"(?:.*/)?{_OF}(?:科目)?名称|(?:.*/)?{_OF}科目|项目|(?:支出)?项目类别(?:\(.*\))?|"
    # Sichuan prints institutions and subjects in one column.
    r"(?:.*/)?单位(?:名称)?\((?:科目|项目)(?:名称)?\)",
}
# Columns that say whose row it is, in tables by institution; beside codes they only head a group of rows.
UNITS: Mapping[str, str] = {
    "unit_code": r"(?:.*/)?(?:预算)?(?:单位|部门|部门\(单位\)|单位\(部门\))(?:编码|代码)",
    "unit": r"(?:.*/)?(?:预算)?(?:单位|部门|部门\(单位\)|单位\(部门\))(?:名称)?",
}
_TOTAL = re.compile(r"(?:(?:总|合|共)计|(?:本年)?(?:收入|支出)?(?:总|合)计|小计):?")
_AMOUNT = re.compile(r"[-(]?[\d,]+(?:\.\d+)?\)?")
# The longest listed name of a subject has 38 signs.
_LONGEST_NAME = 120
_WHOLE_CODE = re.compile(r"\d{3}(?:\d\d){0,2}")
_POINTED_CODE = re.compile(r"\d{3}(?:\.\d\d){1,2}")
# 类, 款 and 项.
_STEPS = 3
# A unit's code before its name: 242001-…, [242001]….
_UNIT_CODE = re.compile(r"[\[(]?(\d{3,12})[\])]?[-_]?")
_TOTAL_NAME = "合计"
_DIGIT = re.compile(r"\d")
_LAST_STEP = re.compile(r"\d\d")
_LAST_STEPS = re.compile(r"\d\d(?:\d\d)?")
# How the name of a body ends. Only the row of one can hold the sum of the rows below it.
_BODY = re.compile(
    r"(?:局|委|办|厅|部|处|室|院|所|站|校|园|队|会|馆|中心|公司|政府|法院|机关|学校|大学|学院|支队|大队|街道|集团|社|台)"
    r"(?:\((?:本级|机关|汇总)\))?$"
)
_PLACEHOLDER = re.compile(r"\*+|-+|/")


@dataclass(frozen=True)
class CodedRow:
    """A data row with its subject.

    `amounts_shift` is negative where merged cells (code and name of a total, the steps of a code) are printed once and
    the row is therefore shorter.
    """

    row: int
    code: str | None
    name: str
    level: RowLevel
    line_number: int | None
    is_leaf: bool
    amounts_shift: int = 0


def coded_rows(
    frame: Frame,
    classification: Classification,
    *,
    columns: Sequence[int] | None = None,
    skip: Collection[int] = (),
) -> list[CodedRow]:
    """The rows of a table (or of one block of its columns) with their subjects.

    A row that cannot be placed becomes a finding; rows in `skip` are left to the caller.
    """
    year = frame.context.fiscal_year
    units = match_columns(frame.heading, UNITS, fiscal_year=year, columns=columns)
    labels = match_columns(frame.heading, LABELS, fiscal_year=year, columns=columns)
    labels = {name: column for name, column in labels.items() if column not in units.values()}
    if "unit_code" in units and "unit" not in units and not labels.keys() & {"code", "code_class"} and "name" in labels:
        # 单位代码 | 单位名称（科目）: without codes of subjects the column holds names of institutions only.
        units["unit"] = labels.pop("name")
    data = [row for row in frame.data_rows() if row not in skip]
    by_unit = bool(units) and not labels.keys() & {"code", "code_class", "name"}
    if by_unit or not labels.keys() - {"line_number"}:
        return unit_rows(frame, data, units)
    codes_at = _code_columns(frame, labels)
    rows: list[CodedRow] = []
    for row in data:
        frame.text(row, units.get("unit_code"))
        found = _read_row(frame, row, labels, codes_at, classification, previous=rows) or _head_of_unit(
            frame, row, units, labels
        )
        if found is not None:
            rows.append(found)
    codes = {row.code for row in rows if row.code}
    return [_with_leaf(row, codes) for row in rows]


def shifted(columns: Mapping[str, int], row: CodedRow) -> dict[str, int]:
    """The columns of the amounts in this row."""
    return {name: column + row.amounts_shift for name, column in columns.items()}


def record_fields(frame: Frame, row: CodedRow, columns: Mapping[str, int]) -> dict[str, object]:
    """What the record of a row is made of, whichever statement it is of: its place, its subject, its amounts."""
    amounts, cells = frame.amounts(row.row, shifted(columns, row))
    return {
        "statement_key": frame.key,
        "statement_ordinal": frame.context.ordinal,
        "row": row.row,
        "unit": frame.unit,
        "cells": cells,
        "code": row.code,
        "name": row.name,
        "level": row.level,
        "is_leaf": row.is_leaf,
        "line_number": row.line_number,
        "fiscal_year": frame.context.fiscal_year,
        "phase": frame.context.kind,
        "total": None,
        **amounts,
    }


def leave_other_codes(frame: Frame, columns: Collection[int]) -> None:
    """Account for the codes of a second classification beside the first: no record has a place for two."""
    if columns:
        rows = range(frame.heading.rows, len(frame.grid.rows))
        frame.result.structure |= {cell for cell in digit_cells(frame.grid, rows) if cell[1] in columns}
        frame.note(
            "second_classification", "info", "the codes of a second classification are in the printed table only"
        )


def is_total(text: str) -> bool:
    """Whether a label names the total row of a table."""
    return _TOTAL.fullmatch(fold(text)) is not None


def is_body(text: str) -> bool:
    """Whether a name is that of an institution, by how it ends."""
    return _BODY.search(fold(text)) is not None


def _with_leaf(row: CodedRow, codes: set[str]) -> CodedRow:
    if row.code is None:
        return row
    has_below = any(other != row.code and other.startswith(row.code) for other in codes)
    return replace(row, is_leaf=not has_below)


def _code_columns(frame: Frame, labels: Mapping[str, int]) -> list[int]:
    """The columns that the code stands in: one, or its steps 类 款 项, which may share one merged heading."""
    columns = [labels[name] for name in ("code", "code_class", "code_division", "code_item") if name in labels]
    paths = frame.heading.paths
    if len(columns) == 1:
        place = columns[0]
        while place + 1 < len(paths) and paths[place + 1] == paths[place] and len(columns) < _STEPS:
            place += 1
            columns.append(place)
    return columns


def _read_row(
    frame: Frame,
    row: int,
    labels: Mapping[str, int],
    codes_at: Sequence[int],
    classification: Classification,
    *,
    previous: Sequence[CodedRow],
) -> CodedRow | None:
    cells = frame.grid.rows[row]
    code_columns, name_column, shift = _columns_of_labels(frame, row, labels, codes_at)
    label_columns = [*code_columns, *([] if name_column is None else [name_column])]
    printed = [frame.grid.cell(row, column) for column in label_columns]
    line_number = frame.line_number(row, labels.get("line_number"))
    if not any(printed) and sum(is_total(cell) for cell in cells) == 1:
        # 合计 in a column of a second classification.
        whole = next(unwrap(cell) for cell in cells if is_total(cell))
        return CodedRow(row, None, whole, "total", line_number, is_leaf=False)
    if not any(printed) or _is_refused(frame, row, printed):
        return None
    total = next((column for column in label_columns if is_total(frame.grid.cell(row, column))), None)
    if total is not None:
        shift = _shift_of_total(frame, row, total, label_columns)
        return CodedRow(row, None, unwrap(cells[total]), "total", line_number, is_leaf=False, amounts_shift=shift)
    above = next((earlier.code for earlier in reversed(previous) if earlier.code), None)
    code, name = _printed_subject(frame, row, code_columns, name_column, above=above)
    if not code:
        return _uncoded(frame, row, name, line_number, classification, above)
    level = _checked_level(frame, code, (row, label_columns[0]), classification)
    if level is None:
        return None
    if not name:
        frame.note("name_missing", "warning", f"code {code} has no name", cell=(row, label_columns[-1]))
    return CodedRow(row, code, name or code, level, line_number, is_leaf=True, amounts_shift=shift)


def _is_refused(frame: Frame, row: int, printed: Sequence[str]) -> bool:
    """Whether a row, with a finding, is none of this table's: it has cells beyond its columns, or a text as name."""
    cells, width = frame.grid.rows[row], frame.heading.width
    if any(cells[width:]):
        message = f"the row has {len(cells)} cells where the table has {width}; which is which is not certain"
        frame.note("row_not_understood", "error", message, cell=(row, width))
        return True
    if any(len(text) > _LONGEST_NAME for text in printed):
        frame.note("row_not_understood", "warning", "a text this long is no subject's name", cell=(row, 0))
        return True
    return False


def _printed_subject(
    frame: Frame, row: int, code_columns: Sequence[int], name_column: int | None, *, above: str | None
) -> tuple[str, str]:
    """The code and the name that a row prints, put together from several columns, or taken apart where fused.

    Where a row prints only the last step of its code (|08| under 205, or 10 under 201), the steps before it are those
    of the code above it.
    """
    steps = [_without_points(fold(frame.text(row, column))) for column in code_columns]
    # A spreadsheet that took 02 for a number prints 2.
    steps = [f"0{step}" if place and _DIGIT.fullmatch(step) else step for place, step in enumerate(steps)]
    code = "".join("" if _PLACEHOLDER.fullmatch(step) else step for step in steps)
    if above is not None and (_LAST_STEPS if len(steps) > 1 else _LAST_STEP).fullmatch(code):
        first = next(place for place, step in enumerate(steps) if step)
        length = 3 + 2 * max(0, first - 1)
        code = above[:length] + code if len(above) >= length else code
    name = unwrap(frame.text(row, name_column))
    fused = split_fused(code) or (None if code else split_fused(name))
    if fused is None:
        return code, name
    return fused[0], name if name and split_fused(name) is None else fused[1]


def _without_points(code: str) -> str:
    """213.03.01 as 2130301."""
    return code.replace(".", "") if _POINTED_CODE.fullmatch(code) else code


def _checked_level(frame: Frame, code: str, cell: Cell, classification: Classification) -> RowLevel | None:
    """The level of a printed code; None, and a finding, for what is no code of this classification."""
    try:
        level = level_of(code, classification)
    except ValueError as error:
        frame.note("invalid_code", "error", str(error), cell=cell)
        return None
    if not is_listed(code, classification):
        frame.note("unlisted_code", "info", f"code {code} is not in the packaged list", cell=cell)
    return level.value


def _columns_of_labels(
    frame: Frame, row: int, labels: Mapping[str, int], codes_at: Sequence[int]
) -> tuple[list[int], int | None, int]:
    """The columns of the code and of the name in this row, and by how many cells all after the code are shifted.

    They are shifted where the whole code stands in one cell over the columns 类, 款 and 项 that is printed once.
    """
    codes = list(codes_at)
    name = labels.get("name")
    missing = frame.heading.width - len(frame.grid.rows[row])
    whole = _WHOLE_CODE.fullmatch(fold(frame.grid.cell(row, codes[0]))) if codes else None
    if "code_item" in labels and whole and missing == len(codes) - 1 > 0:
        return codes[:1], None if name is None else name - missing, -missing
    return codes, name, 0


def _shift_of_total(frame: Frame, row: int, total: int, label_columns: Sequence[int]) -> int:
    """By how many cells a total row is shorter because its label is merged over code and name and printed once."""
    missing = frame.heading.width - len(frame.grid.rows[row])
    merged = sum(column > total for column in label_columns)
    follows = _AMOUNT.fullmatch(fold(frame.grid.cell(row, total + 1))) is not None
    return -missing if 0 < missing == merged and follows else 0


def _uncoded(
    frame: Frame,
    row: int,
    name: str,
    line_number: int | None,
    classification: Classification,
    above: str | None,
) -> CodedRow | None:
    """A row that prints a name only: its code by the list where the place decides, else none, and a finding.

    The name of an institution is the head of its rows, in tables that have no column for it.
    """
    cell = (row, next((column for column, text in enumerate(frame.grid.rows[row]) if text), 0))
    code = recover_code(name, classification, after=above)
    if code is not None:
        frame.note("code_recovered", "info", f"the table prints no code; by its name and place it is {code}", cell=cell)
        return CodedRow(row, code, name, level_of(code, classification).value, line_number, is_leaf=True)
    levels: set[Level] = {level_of(found, classification) for found in codes_named(name, classification)}
    if not levels and is_body(name):
        return CodedRow(row, None, name, "unit", line_number, is_leaf=False)
    if len(levels) != 1:
        frame.note(
            "row_not_understood",
            "warning",
            "the row has no code and its name does not say of which level it is",
            cell=cell,
        )
        return None
    frame.note("code_missing", "warning", "the table prints no code and its name fits several", cell=cell)
    return CodedRow(row, None, name, levels.pop().value, line_number, is_leaf=True)


def _head_of_unit(frame: Frame, row: int, units: Mapping[str, int], labels: Mapping[str, int]) -> CodedRow | None:
    """The row that names only the institution whose rows by code follow; it sums them up."""
    if not units or any(frame.grid.cell(row, column) for name, column in labels.items() if name != "line_number"):
        return None
    name = _unit_name(frame, row, units)
    return CodedRow(row, None, name, "unit", None, is_leaf=False) if name else None


def unit_rows(frame: Frame, data: Sequence[int], units: Mapping[str, int]) -> list[CodedRow]:
    """The rows of a table by institution, or of one that names nothing because it has a single row, the total.

    A row is a leaf unless others are below its institution: by their printed codes, or because it repeats the total.
    """
    rows: list[CodedRow] = []
    codes: dict[int, str] = {}
    for row in data:
        name = _unit_name(frame, row, units)
        first = next((fold(cell) for cell in frame.grid.rows[row] if fold(cell)), "")
        if is_total(name) or is_total(first):
            rows.append(CodedRow(row, None, name or first, "total", None, is_leaf=False))
        elif name:
            codes[row] = fold(frame.text(row, units.get("unit_code"))) or _code_of_unit(name)
            rows.append(CodedRow(row, None, name, "unit", None, is_leaf=True))
        elif not units and len(data) == 1:
            rows.append(CodedRow(row, None, _TOTAL_NAME, "total", None, is_leaf=True))
        else:
            frame.note("row_not_understood", "warning", "the row names no institution", cell=(row, 0))
    own = [row for row in rows if row.level == "unit"]
    return [
        replace(row, is_leaf=False) if row.level == "unit" and _has_units_below(row, own, codes, frame) else row
        for row in rows
    ]


def _unit_name(frame: Frame, row: int, units: Mapping[str, int]) -> str:
    code = frame.text(row, units.get("unit_code"))
    return unwrap(frame.text(row, units.get("unit"))) or unwrap(code)


def without_unit_code(name: str) -> str:
    """The name of an institution without the code that some systems print before it."""
    return name[_length_of_code(name) :] or name


def _length_of_code(name: str) -> int:
    found = _UNIT_CODE.match(name)
    return found.end() if found else 0


def _code_of_unit(name: str) -> str:
    found = _UNIT_CODE.match(fold(name))
    return found.group(1) if found else ""


def _has_units_below(row: CodedRow, units: Sequence[CodedRow], codes: Mapping[int, str], frame: Frame) -> bool:
    """Whether other rows are of institutions under this one's: 068 over 068001, or it is the total once more."""
    own = codes[row.row]
    if own:
        return any(other.row != row.row and codes[other.row].startswith(own) for other in units)
    return row is units[0] and len(units) > 1 and _repeats_total(frame, row.row)


def _repeats_total(frame: Frame, row: int) -> bool:
    """Whether the row above is the total and holds the same amounts."""
    above = frame.grid.rows[row - 1]
    return any(is_total(cell) for cell in above) and [c for c in above if _AMOUNT.fullmatch(fold(c))] == [
        c for c in frame.grid.rows[row] if _AMOUNT.fullmatch(fold(c))
    ]
