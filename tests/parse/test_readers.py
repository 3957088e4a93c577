"""Promise: what format a document is published in makes no difference to its records, apart from where they stand."""

from __future__ import annotations

from typing import Any

import pytest

from app.parse.document import parse_document
from app.records import ParsedDisclosure
from tests import written

_PLACES = {"row", "cells", "location", "grid", "withheld", "header_rows", "line"}


def records_of(parsed: ParsedDisclosure) -> dict[str, Any]:
    """All records without their places, and without what says which file they came from."""
    content = parsed.model_dump(mode="json", exclude={"findings"})
    for name in ("source_file", "sha256", "format"):
        del content["disclosure"][name]
    return {
        name: [{key: value for key, value in one.items() if key not in _PLACES} for one in listed]
        if isinstance(listed, list)
        else listed
        for name, listed in content.items()
    }


@pytest.mark.parametrize("file_format", sorted(written.WRITERS))
@pytest.mark.parametrize("name", ["hebei_budget_2024.txt", "hunan_final_2021.txt", "qingyuan_budget_2020.txt"])
def test_document_gives_the_same_records_in_every_format(name: str, file_format: str) -> None:
    data = written.WRITERS[file_format](written.blocks_of(name))
    parsed = parse_document(data, source_file=f"x.{file_format}")
    original = parse_document((written.DOCUMENTS / name).read_bytes(), source_file=name)
    assert parsed.disclosure.format == file_format
    assert records_of(parsed) == records_of(original)
