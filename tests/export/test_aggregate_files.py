"""Groups come in every format too: the same groups, all of them, with what was added to the filters as notes."""

from __future__ import annotations

import io

import httpx
import openpyxl
import pytest

from app.api.formats import FILES

from .test_same_values import rows_of_answer


@pytest.mark.parametrize("suffix", FILES)
async def test_groups_are_the_same_in_every_format(suffix: str, files: httpx.AsyncClient) -> None:
    path = "/v1/expenditures/aggregate"
    query = "measure=total&group_by=fiscal_year,department_id,scope&statement=expenditure&level=class&release=2"
    expected = (await files.get(f"{path}?{query}&limit=1000")).json()
    assert "data" in expected, expected
    answer = await files.get(f"{path}.{suffix}?{query}")
    assert answer.status_code == 200, answer.text
    rows = rows_of_answer(answer, suffix)
    assert len(rows) == len(expected["data"]) > 1
    for row, wanted in zip(rows, expected["data"], strict=True):
        assert list(row) == list(wanted)
        assert row["department_id"] == wanted["department_id"]
        assert float(row["total_sum"]) == wanted["total_sum"]


async def test_what_was_added_to_the_filters_stands_on_the_second_sheet(files: httpx.AsyncClient) -> None:
    path = "/v1/expenditures/aggregate.xlsx?measure=total&group_by=fiscal_year,department_id,scope&release=2"
    answer = await files.get(path)
    assert answer.status_code == 200, answer.text
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    said = [row[1] for row in book.worksheets[1].iter_rows(values_only=True)]
    assert any(str(text).startswith("Added to the filters: ") for text in said)


async def test_a_sum_that_counts_twice_is_refused_in_files_too(files: httpx.AsyncClient) -> None:
    answer = await files.get("/v1/expenditures/aggregate.csv?measure=total&level=class,item&fiscal_year=2024")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/errors/double-counting"
    assert answer.json()["corrected"].startswith("/v1/expenditures/aggregate.csv?")
