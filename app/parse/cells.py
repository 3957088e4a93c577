"""The text of a printed cell: what line wrapping added is taken out, and amounts are read with their place."""

from __future__ import annotations

import re
from decimal import Decimal

from app import values
from app.parse.forms import Context, FormResult
from app.parse.grid import Grid
from app.records import Cell, Finding, StatementKey

_SPACE = re.compile(r"\s+")
_DIGIT = re.compile(r"\d")
_LONGEST_TEXT = 80
_LONGEST_NAME = 500


def unwrap(text: str) -> str:
    """The text with the white space taken out that wrapping put between Chinese characters, figures and signs.

    Between two Latin words one space stays: `编写《石峰 舆情》` becomes `编写《石峰舆情》`, `≥ 12 期` becomes `≥12期`.
    """

    def joined(found: re.Match[str]) -> str:
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        return " " if _is_latin(before) and _is_latin(after) else ""

    text = text.strip()
    return _SPACE.sub(joined, text)


def _is_latin(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


def name_of(text: str) -> str:
    """The unwrapped text as a name: cut at the length that a record takes, which only a damaged file exceeds."""
    return unwrap(text)[:_LONGEST_NAME]


def text_or_none(text: str) -> str | None:
    """The unwrapped text; None for a blank cell."""
    return unwrap(text) or None


def has_digit(text: str) -> bool:
    """Whether the text holds a digit, half-width or full-width."""
    return _DIGIT.search(text) is not None


def digit_cells(grid: Grid, rows: range) -> set[Cell]:
    """Every cell of these rows that holds a digit."""
    return {(row, column) for row in rows for column, text in enumerate(grid.rows[row]) if has_digit(text)}


def read_amount(grid: Grid, cell: Cell, *, key: StatementKey, context: Context, result: FormResult) -> Decimal | None:
    """The amount in the cell; None for a blank, a dash, or (with a finding) what is not an amount. A `%` is dropped."""
    text = grid.cell(*cell)
    try:
        return values.parse_amount(values.fold(text).removesuffix("%"))
    except ValueError:
        result.findings.append(
            Finding(
                code="unparsable_amount",
                severity="error",
                message="the cell should hold an amount and does not",
                statement_key=key,
                statement_ordinal=context.ordinal,
                row=cell[0],
                column=cell[1],
                text=text.strip()[:_LONGEST_TEXT],
            )
        )
        return None
