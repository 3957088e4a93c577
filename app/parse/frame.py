"""What every money statement has around its rows: heading, unit, form number, and the word that it is empty."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from app import values
from app.parse.cells import digit_cells
from app.parse.columns import (
    UNIT_IN_BRACKETS,
    Heading,
    is_block_row,
    is_number_row,
    own_year_heading,
    read_heading,
)
from app.parse.forms import Context, FormResult
from app.parse.grid import Grid, TitledGrid
from app.parse.layout import form_number, table_unit
from app.records import Cell, Finding, StatementKey
from app.values import Unit, fold

Severity = Literal["info", "warning", "error"]

# How a document says that a table holds nothing, the plainest wording first. The wording found becomes the
# statement's note, so it must not run on into a sentence.
_EMPTY_WORDS = (
    re.compile(r"空表列示|空表"),
    re.compile(r"(?:本表|此表)?(?:无|没有)(?:相关)?数据"),
    re.compile(
        r"(?:无|没有|未安排|未发生|不涉及)[^,，。;;.:：]{0,24}?(?:预算|支出|收入|经费|安排|采购|占用情况|业务|项目)"
    ),
)
# 此表如无数字则表示单位无该项支出: said in advance, of a form that may stay blank.
_BLANK_IS_NOTHING = re.compile(
    r"(?:如|若)(?:无|没有)(?:数字|数据)[,，]?(?:则|即)?(?:表示|说明|为|视为)[^,，。;;]{0,8}(?:无|没有)[^,，。;;]{0,8}"
)
_FORM_EXPLAINS = re.compile(r"^(?:注[:：])?(?:\d+[.、])?本表反映")
_TRAILING_NOTE = re.compile(r"(?:注|说明|备注)\d*[:：]")
_LONGEST_TEXT = 80
_LONGEST_MESSAGE = 500
_REFUSED_ROW = frozenset({"row_not_understood", "invalid_code"})
_LONGEST_LINE_NUMBER = 6
# Fields that are shares say so in their names.
_PER_CENT = "percent"
# What a record can hold; the largest budget of the country has 15 digits in yuan.
_MOST_DIGITS = 20
# The row that sums up all others.
_TOTAL = re.compile(r"(?:合|总|共)计")
# Paragraphs above a table that may speak of it; those further up speak of other things.
_NEAR = 3


@dataclass(frozen=True)
class Frame:
    """A table whose heading is understood and whose unit is known: its amounts may be read."""

    key: StatementKey
    grid: Grid
    heading: Heading
    unit: Unit
    context: Context
    result: FormResult

    def data_rows(self) -> list[int]:
        """The rows that hold data: no headings, no heading or total that a new page repeats, no notes, no blanks."""
        rows: list[int] = []
        new_page = False
        for row in range(self.heading.rows, len(self.grid.rows)):
            cells = self.grid.rows[row]
            first = next((cell for cell in cells if cell), "")
            if not first:
                continue
            if self.heading.repeats(cells) or is_number_row(cells) or is_block_row(cells):
                self.result.structure |= digit_cells(self.grid, range(row, row + 1))
                new_page = new_page or (bool(rows) and self.heading.repeats(cells))
            elif new_page and _is_same_total(cells, self.grid.rows[rows[0]]):
                self.result.structure |= digit_cells(self.grid, range(row, row + 1))
            elif _TRAILING_NOTE.match(first):
                self.result.text_cells |= digit_cells(self.grid, range(row, row + 1))
                self.result.withheld |= {(row, column) for column, cell in enumerate(cells) if cell}
            else:
                rows.append(row)
                new_page = False
        return rows

    def amounts(self, row: int, columns: dict[str, int]) -> tuple[dict[str, Decimal | None], dict[str, Cell]]:
        """The amounts of a row by field name, and the cell of each that is printed."""
        found: dict[str, Decimal | None] = {}
        cells: dict[str, Cell] = {}
        for name, column in columns.items():
            amount = self.amount(row, column, per_cent=_PER_CENT in name)
            found[name] = amount
            if amount is not None:
                cells[name] = (row, column)
        return found, cells

    def amount(self, row: int, column: int, *, per_cent: bool = False) -> Decimal | None:
        """The amount of a cell; None for a blank, a dash, or (with a finding) what is not an amount.

        Of a share in per cent the sign is dropped.
        """
        problem = "the cell should hold an amount and does not"
        try:
            text = self.grid.cell(row, column)
            amount = values.parse_amount(fold(text).removesuffix("%") if per_cent else text)
        except ValueError:
            amount = None
        else:
            if amount is None or _digits(amount) <= _MOST_DIGITS:
                return amount
            problem = f"no amount has more than {_MOST_DIGITS} digits"
        self.note("unparsable_amount", "error", problem, cell=(row, column))
        return None

    def line_number(self, row: int, column: int | None) -> int | None:
        """The printed 序号 or 行次, None where there is none."""
        text = fold(self.grid.cell(row, column)) if column is not None else ""
        if column is None or not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_LINE_NUMBER:
            return None
        self.result.structure.add((row, column))
        return int(text)

    def text(self, row: int, column: int | None) -> str:
        """A printed text that goes into a record; its digits are thereby accounted for."""
        if column is None:
            return ""
        self.result.text_cells.add((row, column))
        return self.grid.cell(row, column)

    def note(self, code: str, severity: Severity, message: str, *, cell: Cell | None = None) -> None:
        """Add a finding about this table."""
        self.result.findings.append(
            statement_finding(code, severity, message, key=self.key, context=self.context, cell=cell, grid=self.grid)
        )

    def note_short_rows(self, rows: list[int]) -> None:
        """Remark on rows that end before the table does: the extraction may have lost their last cells."""
        for row in rows:
            cells = len(self.grid.rows[row])
            if cells < self.heading.width:
                finding = statement_finding(
                    "short_row",
                    "warning",
                    f"the row has {cells} cells where the table has {self.heading.width}; its last cells are missing",
                    key=self.key,
                    context=self.context,
                    cell=(row, cells - 1),
                    grid=self.grid,
                )
                # It is about the row: naming the cell would count its number as accounted for.
                self.result.findings.append(finding.model_copy(update={"column": None}))


def _is_same_total(cells: tuple[str, ...], top: tuple[str, ...]) -> bool:
    """Whether a row below a repeated heading only prints the total at the top of the table once more."""
    folded = [fold(cell) for cell in cells]
    label = next((text for text in folded if text), "")
    return _TOTAL.fullmatch(label) is not None and folded == [fold(cell) for cell in top]


def statement_finding(
    code: str,
    severity: Severity,
    message: str,
    *,
    key: StatementKey,
    context: Context,
    cell: Cell | None = None,
    grid: Grid | None = None,
) -> Finding:
    """A finding about a statement, and about one of its cells where `cell` is given."""
    return Finding(
        code=code,
        severity=severity,
        message=message[:_LONGEST_MESSAGE],
        statement_key=key,
        statement_ordinal=context.ordinal,
        row=cell[0] if cell else None,
        column=cell[1] if cell else None,
        line=grid.line_of(cell[0]) if cell and grid else None,
        text=grid.cell(*cell)[:_LONGEST_TEXT] or None if cell and grid else None,
    )


def open_frame(
    table: TitledGrid, context: Context, *, key: StatementKey, is_heading: Callable[[str], bool]
) -> tuple[FormResult, Frame | None]:
    """The statement's result with all that stands around its rows, and the frame to read them in.

    No frame (and a finding) where the headings are not understood or the unit is unknown: then nothing is guessed, and
    the amounts stay in the printed grid.
    """
    result = FormResult(form_number=form_number(table))
    heading = read_heading(table.grid, is_heading)
    if heading is None:
        result.findings.append(
            statement_finding(
                "heading_not_understood",
                "error",
                "no row holds the column headings of this form; its amounts are left in the printed table",
                key=key,
                context=context,
            )
        )
    else:
        result.header_rows = heading.rows
        result.structure |= digit_cells(table.grid, range(heading.rows))
    try:
        result.unit = table_unit(table) or (_unit_in_headings(heading) if heading else None)
        problem = None if result.unit else "the table names no unit of money"
    except ValueError as error:
        problem = f"the table {error}"
    if problem and heading is not None and not digit_cells(table.grid, range(heading.rows, len(table.grid.rows))):
        result.note = emptiness(table)
        result.status = "declared_empty" if result.note else "reported"
    elif problem:
        result.findings.append(
            statement_finding(
                "unknown_unit",
                "error",
                f"{problem}; its amounts are left in the printed table",
                key=key,
                context=context,
            )
        )
    if heading is None or result.unit is None:
        return result, None
    return result, Frame(key, table.grid, heading, result.unit, context, result)


def _unit_in_headings(heading: Heading) -> Unit | None:
    """The unit that a heading names without the word 单位: 金额（万元）."""
    named = {unit for path in heading.paths for text in path for unit in UNIT_IN_BRACKETS.findall(text)}
    return values.parse_unit(",".join(sorted(named))) if named else None


def settle_status(table: TitledGrid, frame: Frame) -> FormResult:
    """Tell a table that is declared empty from one that has rows; a table without amounts and without a word is named.

    A declared-empty table keeps no records: its rows are the form's own labels.
    """
    result = frame.result
    left = _left_behind(frame)
    if any(record.cells for record in result.records) or _holds_amount_finding(result):
        _say_why_left(frame, left)
        return result
    if left:
        frame.note("columns_not_understood", "error", "the rows hold numbers, none of them under a known heading")
        _say_why_left(frame, left)
        return result
    result.note = emptiness(table)
    if result.note is not None:
        result.status = "declared_empty"
        result.records.clear()
    else:
        frame.note("empty_without_word", "warning", "the table holds no amount and the document does not say why")
    return result


def _left_behind(frame: Frame) -> list[Cell]:
    """The cells of the data rows that hold a digit and are in no record, no text of one, and no finding."""
    result = frame.result
    accounted = result.text_cells | result.structure | result.withheld
    for record in result.records:
        accounted |= set(record.cells.values())
    named = {(finding.row, finding.column) for finding in result.findings}
    rows = range(frame.heading.rows, len(frame.grid.rows))
    return sorted(cell for cell in digit_cells(frame.grid, rows) - accounted if cell not in named)


def _say_why_left(frame: Frame, left: list[Cell]) -> None:
    """A finding for each number that is in the printed table only, with the reason."""
    refused = {finding.row for finding in frame.result.findings if finding.code in _REFUSED_ROW}
    for row, column in left:
        heading = "/".join(frame.heading.paths[column]) if column < frame.heading.width else ""
        if row in refused:
            why = "its row was not understood"
        elif not heading:
            why = "no heading stands over it"
        elif own_year_heading(frame.heading.paths[column], frame.context.fiscal_year) is None:
            why = f"its column {heading} is of another year, or a change"
        else:
            why = f"no field stands for its column {heading}, or not in this row"
        frame.note("number_only_in_grid", "warning", f"only in the printed table: {why}", cell=(row, column))


def emptiness(table: TitledGrid) -> str | None:
    """The printed word that the table is empty, from its notes or the paragraphs above it; None where there is none."""
    inside = [cell for row in table.grid.rows for cell in row if _TRAILING_NOTE.match(cell)]
    texts = [*(note.text for note in table.notes), *inside, *(text.text for text in reversed(table.before[-_NEAR:]))]
    told = [text for text in texts if not _FORM_EXPLAINS.match(fold(text))]
    for words in _EMPTY_WORDS:
        for text in told:
            found = words.search("".join(text.split()))
            if found:
                return found.group()
    for text in texts:
        found = _BLANK_IS_NOTHING.search("".join(text.split()))
        if found:
            return found.group()
    return None


def _digits(amount: Decimal) -> int:
    """How many digits the amount needs, those after the point included."""
    _, digits, exponent = amount.as_tuple()
    return max(len(digits), -int(exponent))


def _holds_amount_finding(result: FormResult) -> bool:
    """Whether an amount was printed that could not be read: then the table is not empty."""
    return any(finding.code in {"unparsable_amount", "row_not_understood"} for finding in result.findings)
