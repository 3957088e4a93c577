"""Promise: docs/coverage.md counts what is read; where the real documents are at hand, its counts are theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.coverage_page import counts, counts_of_page, coverage_page
from app.errors import DocumentError
from app.parse.confined import ParsedFile, parse_files
from app.settings import PROJECT
from tests import written

DISCLOSURES = PROJECT / ".." / "shared" / "disclosures"
PAGE = PROJECT / "docs" / "coverage.md"


def test_page_counts_lists_what_is_not_read_and_tells_time_and_memory(tmp_path: Path) -> None:
    document = tmp_path / "budget.txt"
    document.write_bytes((written.DOCUMENTS / "hebei_budget_2024.txt").read_bytes())
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n")
    outcomes = parse_files([document, tmp_path / "picture.txt"])
    page = coverage_page(outcomes)
    assert counts_of_page(page) == counts(outcomes)
    assert "| budget.txt | 1" in page
    assert "\n- picture.txt" in page
    (cost,) = [line for line in page.splitlines() if line.startswith(f"| budget.txt | {document.stat().st_size} |")]
    _, _, _, seconds, mebibytes, _ = (cell.strip() for cell in cost.split("|"))
    assert 0 < float(seconds) < 60
    assert 10 < int(mebibytes) < 500


def test_refused_document_is_named_with_its_reason_and_costs_nothing() -> None:
    refused = ParsedFile(Path("scan.pdf"), None, DocumentError("scan.pdf: unreadable: a scan"), isolated=True)
    page = coverage_page([refused])
    assert "- scan.pdf: unreadable: a scan" in page
    assert "| scan.pdf |" not in page


def test_page_without_counts_has_none() -> None:
    assert counts_of_page("# What is read of documents\n") is None


@pytest.mark.skipif(
    not DISCLOSURES.is_dir(), reason="the real disclosures are not committed; they are expected beside the repository"
)
def test_committed_page_has_the_counts_of_the_real_documents() -> None:
    files = [file for pattern in ("pdf/*.pdf", "xlsx/*.xlsx", "00*.txt") for file in sorted(DISCLOSURES.glob(pattern))]
    assert counts_of_page(PAGE.read_text(encoding="utf-8")) == counts(parse_files(files)), (
        "run `gongkai coverage` with all real documents and commit the page"
    )
