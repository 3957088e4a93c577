"""Rows that carry a classification code: code, name, level, and whether another row lies below them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.parse.cells import unwrap
from app.parse.columns import match_columns
from app.parse.frame import Frame
from app.parse.subjects import Classification, codes_named, is_listed, level_of, recover_code, split_fused
from app.records import Cell, RowLevel
from app.values import Level, fold

# The columns that say which subject a row is about; patterns for the joined heading path. The code may stand in one
# column or in a staircase of three (类 款 项).
LABELS: Mapping[str, str] = {
    "line_number": r"(?:.*/)?(?:序号|行次)",
    "code": r"(?:.*/)?(?:支出)?(?:部门(?:预算)?)?(?:支出)?(?:功能|经济)?(?:分类)?(?:科目)?(?:编码|代码)(?:/类)?",
    "code_class": r"(?:.*/)?类",
    "code_division": r"(?:.*/)?款",
    "code_item": r"(?:.*/)?项",
    "name": r"(?:.*/)?(?:功能分类|经济分类)?(?:科目)?名称|(?:.*/)?(?:功能分类|经济分类)?科目|项目",
}
_TOTAL = re.compile(r"(?:(?:总|合|共)计|(?:本年)?(?:收入|支出)?(?:总|合)计|小计):?")
_AMOUNT = re.compile(r"[-(]?[\d,]+(?:\.\d+)?\)?")
# The longest listed name of a subject has 38 signs.
_LONGEST_NAME = 120
_WHOLE_CODE = re.compile(r"\d{3}(?:\d\d){0,2}")
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
    columns: range | None = None,
    skip: Collection[int] = (),
) -> list[CodedRow]:
    """The rows of a table (or of one block of its columns) with their subjects.

    A row that cannot be placed becomes a finding; rows in `skip` are left to the caller.
    """
    labels = match_columns(frame.heading, LABELS, fiscal_year=frame.context.fiscal_year, columns=columns)
    rows: list[CodedRow] = []
    for row in frame.data_rows():
        if row in skip:
            continue
        found = _read_row(frame, row, labels, classification, previous=rows[-1] if rows else None)
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


def is_total(text: str) -> bool:
    """Whether a label names the total row of a table."""
    return _TOTAL.fullmatch(fold(text)) is not None


def _with_leaf(row: CodedRow, codes: set[str]) -> CodedRow:
    if row.code is None:
        return row
    has_below = any(other != row.code and other.startswith(row.code) for other in codes)
    return CodedRow(
        row.row, row.code, row.name, row.level, row.line_number, is_leaf=not has_below, amounts_shift=row.amounts_shift
    )


def _read_row(
    frame: Frame, row: int, labels: Mapping[str, int], classification: Classification, *, previous: CodedRow | None
) -> CodedRow | None:
    cells = frame.grid.rows[row]
    code_columns, name_column, shift = _columns_of_labels(frame, row, labels)
    label_columns = [*code_columns, *([] if name_column is None else [name_column])]
    printed = [frame.grid.cell(row, column) for column in label_columns]
    if not any(printed) or _is_refused(frame, row, printed):
        return None
    line_number = frame.line_number(row, labels.get("line_number"))
    total = next((column for column in label_columns if is_total(frame.grid.cell(row, column))), None)
    if total is not None:
        shift = _shift_of_total(frame, row, total, label_columns)
        return CodedRow(row, None, unwrap(cells[total]), "total", line_number, is_leaf=False, amounts_shift=shift)
    code, name = _printed_subject(frame, row, code_columns, name_column)
    if not code:
        return _uncoded(frame, row, name, line_number, classification, previous)
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


def _printed_subject(frame: Frame, row: int, code_columns: Sequence[int], name_column: int | None) -> tuple[str, str]:
    """The code and the name that a row prints, put together from several columns, or taken apart where fused."""
    code = "".join(fold(frame.text(row, column)) for column in code_columns)
    code = "" if _PLACEHOLDER.fullmatch(code) else code
    name = unwrap(frame.text(row, name_column))
    fused = split_fused(code) or (None if code else split_fused(name))
    if fused is None:
        return code, name
    return fused[0], name if name and split_fused(name) is None else fused[1]


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


def _columns_of_labels(frame: Frame, row: int, labels: Mapping[str, int]) -> tuple[list[int], int | None, int]:
    """The columns of the code and of the name in this row, and by how many cells all after the code are shifted.

    They are shifted where the whole code stands in one cell over the columns 类, 款 and 项 that is printed once.
    """
    codes = [labels[name] for name in ("code", "code_class", "code_division", "code_item") if name in labels]
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
    previous: CodedRow | None,
) -> CodedRow | None:
    """A row that prints a name only: its code by the list where the place decides, else none, and a finding."""
    cell = (row, next((column for column, text in enumerate(frame.grid.rows[row]) if text), 0))
    code = recover_code(name, classification, after=previous.code if previous else None)
    if code is not None:
        frame.note("code_recovered", "info", f"the table prints no code; by its name and place it is {code}", cell=cell)
        return CodedRow(row, code, name, level_of(code, classification).value, line_number, is_leaf=True)
    levels: set[Level] = {level_of(found, classification) for found in codes_named(name, classification)}
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
