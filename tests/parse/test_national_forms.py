"""Promise: the forms that the Ministry of Finance prescribes are read whole from every format that is published.

Each statement is found under its key and in its state, each printed amount is in a record, none is left in the printed
table only, and no rule fails where the figures agree.
"""

from __future__ import annotations

import pytest

from app.checks.run import check
from app.parse.document import parse_document
from app.parse.report import lines_of
from app.records import ParsedDisclosure
from tests.parse.national_forms import budget_forms, final_forms
from tests.written_forms import WRITERS, Form, Pages, as_html, as_pdf, as_xlsx

_TITLES = {"final": "云水市河湖局2024年度部门决算", "budget": "云水市河湖局2024年部门预算"}
_SETS = {"final": final_forms, "budget": budget_forms}


def parsed(kind: str, data: bytes, suffix: str) -> ParsedDisclosure:
    """What is read of the document; its invented city is in no list, so the division is given."""
    return parse_document(data, source_file=f"{kind}.{suffix}", region_code="130205")


def assert_read_whole(found: ParsedDisclosure, forms: list[Form]) -> None:
    """Every statement, every figure, no rule broken."""
    statements = [one for one in found.statements if one.status != "missing"]
    assert [(one.key, one.status) for one in statements] == [(one.key, one.status) for one in forms]
    assert [one.text for one in found.findings if one.code == "number_only_in_grid"] == []
    printed = sum(len(one.figures()) for one in forms if one.key != "performance_targets")
    assert sum(len(line.cells) for line in lines_of(found) if line.statement_key != "performance_targets") >= printed
    assert [one.rule for one in check(found) if one.status == "failed"] == []


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("kind", _SETS)
def test_the_prescribed_set_is_read_whole(kind: str, suffix: str) -> None:
    forms = _SETS[kind]()
    found = parsed(kind, WRITERS[suffix](_TITLES[kind], forms), suffix)
    assert (found.disclosure.department_name, found.disclosure.fiscal_year) == ("云水市河湖局", 2024)
    assert (found.disclosure.kind, found.disclosure.scope) == (kind, "department")
    assert_read_whole(found, forms)


@pytest.mark.parametrize("kind", _SETS)
@pytest.mark.parametrize(
    "pages",
    [
        Pages(height=330, rows_again=True),
        Pages(height=330, rows_again=False),
        Pages(watermark="云水市河湖局", unit_beside_body=False),
    ],
    ids=["headings repeated on each page", "tables cut without headings", "watermark behind the tables"],
)
def test_pages_that_cut_tables_or_carry_a_watermark_lose_nothing(kind: str, pages: Pages) -> None:
    forms = _SETS[kind]()
    assert_read_whole(parsed(kind, as_pdf(_TITLES[kind], forms, pages), "pdf"), forms)


@pytest.mark.parametrize("kind", _SETS)
def test_a_web_page_in_gbk_with_titles_and_units_inside_of_its_tables_is_read_whole(kind: str) -> None:
    forms = _SETS[kind]()
    data = as_html(_TITLES[kind], forms, charset="gbk", inside=True)
    assert_read_whole(parsed(kind, data, "html"), forms)


@pytest.mark.parametrize("kind", _SETS)
def test_a_workbook_of_numbers_as_text_without_a_cover_is_read_whole(kind: str) -> None:
    forms = _SETS[kind]()
    data = as_xlsx(_TITLES[kind], forms, numbers=False, cover=False)
    assert_read_whole(parsed(kind, data, "xlsx"), forms)
