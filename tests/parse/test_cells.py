"""Promise: what line wrapping did to a cell is undone, and a cell that is no amount is a finding with its place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parse.cells import name_of, read_amount, unwrap
from app.parse.forms import Context, FormResult
from app.parse.grid import Grid


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("编写《石峰 舆情》", "编写《石峰舆情》"),
        ("≥ 12 期", "≥12期"),
        ("产出 指标 (50分)", "产出指标(50分)"),
        ("扫描\n卷数", "扫描卷数"),
        ("Windows Server\n2019 许可", "Windows Server 2019许可"),
        (" \u3000 ", ""),
    ],
)
def test_spaces_of_wrapping_go_and_those_between_latin_words_stay(printed: str, text: str) -> None:
    assert unwrap(printed) == text


@given(st.text(max_size=30))
def test_unwrapping_changes_nothing_but_white_space_and_settles_at_once(text: str) -> None:
    assert "".join(unwrap(text).split()) == "".join(text.split())
    assert unwrap(unwrap(text)) == unwrap(text)


def test_name_of_a_damaged_cell_is_cut_to_what_a_record_takes() -> None:
    assert len(name_of("字" * 600)) == 500


@pytest.mark.parametrize(
    ("printed", "amount", "code"),
    [
        ("1,234.50", Decimal("1234.50"), None),
        ("25%", Decimal(25), None),
        ("—", None, None),
        ("", None, None),
        ("约3", None, "unparsable_amount"),
        ("1.2.3", None, "unparsable_amount"),
        ("9" * 19, None, "unparsable_amount"),
    ],
)
def test_amount_is_read_or_reported_with_its_place(printed: str, amount: Decimal | None, code: str | None) -> None:
    result = FormResult()
    context = Context(fiscal_year=2024, kind="budget", ordinal=1, first_project_ordinal=1)
    grid = Grid(rows=(("", printed),), line=1, last_line=1, place="line 1")
    assert read_amount(grid, (0, 1), key="procurement", context=context, result=result) == amount
    assert [(each.code, each.row, each.column) for each in result.findings] == ([(code, 0, 1)] if code else [])
