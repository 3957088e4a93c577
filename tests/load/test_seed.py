"""A data set comes back from its files as it was, the files are the same bytes on every run, and damage is named."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import seed
from app.errors import SeedError
from app.records import RUNNING_TEXT_FIELDS, Finding, ParsedDisclosure
from tests import dataset

DISCLOSURES = dataset.releases()[0]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "seed_data"
    seed.write_seed(path, DISCLOSURES)
    return path


def content(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_what_is_written_is_read_back_without_running_text(directory: Path) -> None:
    expected = sorted(map(seed.without_running_text, DISCLOSURES), key=lambda parsed: parsed.disclosure.id)
    assert seed.read_seed(directory) == expected


def test_the_order_of_the_documents_does_not_change_a_byte(directory: Path, tmp_path: Path) -> None:
    for shuffled in (DISCLOSURES[::-1], DISCLOSURES[2:] + DISCLOSURES[:2]):
        seed.write_seed(tmp_path / "again", shuffled)
        assert content(tmp_path / "again") == content(directory)


def test_what_was_read_is_written_as_the_same_bytes(directory: Path, tmp_path: Path) -> None:
    seed.write_seed(tmp_path / "again", seed.read_seed(directory))
    assert content(tmp_path / "again") == content(directory)


def test_no_running_text_is_in_any_file(directory: Path) -> None:
    texts = {
        getattr(record, name)
        for parsed in DISCLOSURES
        for listed in seed.LISTS
        for record in getattr(parsed, listed)
        for name in RUNNING_TEXT_FIELDS & type(record).model_fields.keys()
    } - {None}
    assert len(texts) > 2
    for name, data in content(directory).items():
        lines = gzip.decompress(data) if name.endswith(".gz") else data
        for text in texts:
            assert text not in lines.decode(), name


def test_withheld_cell_is_blank_and_still_marked(directory: Path) -> None:
    statements = [one for parsed in seed.read_seed(directory) for one in parsed.statements if one.withheld]
    assert statements
    assert all(one.grid[row][column] == "" for one in statements for row, column in one.withheld)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12),
    st.integers(0, 4),
)
def test_amount_keeps_every_printed_digit(amount: Decimal, places: int) -> None:
    printed = amount.quantize(Decimal(1).scaleb(-places))
    parsed = dataset.final()
    line = parsed.expenditures[0].model_copy(update={"total": printed})
    files = seed.seed_files([parsed.model_copy(update={"expenditures": [line]})])
    (written,) = files["expenditures.ndjson"].splitlines()
    assert str(Decimal(json.loads(written)["total"])) == str(printed)


def test_every_file_ends_in_a_newline_and_the_manifest_counts_its_lines(directory: Path) -> None:
    manifest = json.loads((directory / "manifest.json").read_text())
    assert set(content(directory)) == {*(f"{name}.gz" for name in manifest["files"]), "manifest.json"}
    for name, entry in manifest["files"].items():
        lines = gzip.decompress((directory / f"{name}.gz").read_bytes())
        assert lines.endswith(b"\n") or not lines
        assert lines.count(b"\n") == entry["lines"]


def test_the_manifest_says_where_each_disclosure_comes_from_and_its_totals(directory: Path) -> None:
    manifest = json.loads((directory / "manifest.json").read_text())
    entry = next(one for one in manifest["disclosures"] if one["id"].endswith("2023-final"))
    assert entry["source_file"].endswith(".txt")
    assert entry["counts"]["expenditures"] == 5
    assert entry["control_totals"] == {"expenditure.1": "355.29"}


def test_a_file_of_somebody_else_stays_and_a_stale_one_goes(directory: Path) -> None:
    (directory / "README.md").write_text("kept")
    stale = [directory / name for name in ("older_records.ndjson", "older_records.ndjson.gz", "expenditures.ndjson")]
    for path in stale:
        path.write_text("{}")
    seed.write_seed(directory, DISCLOSURES)
    assert (directory / "README.md").exists()
    assert (directory / "expenditures.ndjson.gz").exists()
    assert not any(path.exists() for path in stale)


def test_the_same_disclosure_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="the same disclosure"):
        seed.write_seed(tmp_path / "seed", [dataset.final(), dataset.final(total="1")])
    assert not (tmp_path / "seed").exists()


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lambda path: (path / "manifest.json").unlink(), "manifest.json is not there"),
        (lambda path: (path / "manifest.json").write_text("{"), "manifest.json is damaged"),
        (lambda path: replace(path / "manifest.json", "130205-", "130206-"), "manifest.json was changed"),
        (lambda path: (path / "expenditures.ndjson.gz").unlink(), "expenditures.ndjson.gz cannot be read"),
        (lambda path: replace(path / "revenues.ndjson.gz", "70.50", "70.51"), "revenues.ndjson.gz is not the file"),
        (lambda path: (path / "findings.ndjson.gz").write_text(""), "findings.ndjson.gz is not the file"),
        (lambda path: cut(path / "statements.ndjson.gz"), "statements.ndjson.gz is not the file"),
    ],
)
def test_damaged_files_are_named_with_what_to_run(directory: Path, damage: object, named: str) -> None:
    damage(directory)  # type: ignore[operator]
    with pytest.raises(SeedError, match=named) as caught:
        seed.read_seed(directory)
    assert "gongkai seed build" in str(caught.value)


def test_a_figure_that_differs_from_the_document_is_listed_with_both_values(directory: Path) -> None:
    changed = [one for one in DISCLOSURES if one.disclosure.kind != "final"] + [dataset.final(total="88.80000")]
    assert seed.check_seed(directory, DISCLOSURES) == []
    of_grid, of_line, *_ = seed.check_seed(directory, changed)
    assert "expenditure 1, 4 rows of its grid, first row 1" in of_grid
    assert of_line.endswith('expenditures 1: total "88.80" ≠ "88.80000"')


def test_disclosures_on_one_side_only_are_listed(directory: Path) -> None:
    other = dataset.final(year=2020)
    differences = seed.check_seed(directory, [*DISCLOSURES[1:], other])
    assert differences == [
        f"{other.disclosure.id}: not in {directory}",
        f"{DISCLOSURES[0].disclosure.id}: in {directory} only",
    ]


def test_every_list_of_a_disclosure_has_a_file() -> None:
    assert set(seed.LISTS) == set(ParsedDisclosure.model_fields) - {"disclosure"}


def replace(path: Path, old: str, new: str) -> None:
    packed = path.suffix == ".gz"
    changed = (gzip.decompress(path.read_bytes()) if packed else path.read_bytes()).replace(old.encode(), new.encode())
    path.write_bytes(gzip.compress(changed) if packed else changed)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def test_sentences_of_tables_are_blank_and_names_of_indicators_are_not() -> None:
    parsed = DISCLOSURES[0]
    sentence = "本单位负责全县海风观测站点的日常维护，并向社会发布观测结果。"
    indicator = next(one for one in parsed.performance_indicators if one.level3)
    statement = parsed.statements[0].model_copy(update={"grid": [[sentence, "站点"], [indicator.level3, "90.00"]]})
    finding = Finding(
        code="unrecognised_table", severity="warning", message="no form claims the table", text=2 * sentence
    )
    stripped = seed.without_running_text(parsed.model_copy(update={"statements": [statement], "findings": [finding]}))
    assert stripped.statements[0].grid == [["", "站点"], [indicator.level3, "90.00"]]
    assert stripped.statements[0].withheld == [(0, 0)]
    assert stripped.findings[0].text is None


def test_result_that_is_told_in_sentences_is_left_out_and_a_value_stays() -> None:
    parsed = DISCLOSURES[0]
    statement = parsed.statements[0].model_copy(
        update={"grid": [["观测站点", "全部观测站点已按计划完成校准；结果已向社会发布。"]]}
    )
    told, valued = (
        parsed.performance_indicators[0].model_copy(update={"actual": actual, "cells": {"actual": (0, 1)}})
        for actual in (statement.grid[0][1], "12个")
    )
    changed = parsed.model_copy(update={"statements": [statement], "performance_indicators": [told, valued]})
    stripped = seed.without_running_text(changed)
    assert [(one.actual, one.cells) for one in stripped.performance_indicators] == [
        (None, {}),
        ("12个", {"actual": (0, 1)}),
    ]
    assert stripped.statements[0].grid == [["观测站点", ""]]
