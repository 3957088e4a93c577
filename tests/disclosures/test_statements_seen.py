"""Promise: of the real documents, every table that a person sees is found, named right, and none is made up.

`statements_seen.csv` lists what was seen on every page of each document, by eye: the page a table begins on, its
printed title (empty where it has none or a sentence leads to it), its key and its status. The key `other` stands for a
table that has no form of its own; it may be called anything. The status `blank` stands for a table without a figure
that no word calls empty: either status is right.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from app.parse.confined import parse_files
from app.records import Statement, StatementKey

DISCLOSURES = Path(__file__).parents[2] / ".." / "shared" / "disclosures"

real = pytest.mark.skipif(
    not DISCLOSURES.is_dir(), reason="the real disclosures are not committed; they are expected beside the repository"
)


class Seen(NamedTuple):
    """A line of the list."""

    source_file: str
    page: int
    title: str
    key: str
    status: str


def _seen() -> list[Seen]:
    with (Path(__file__).parent / "statements_seen.csv").open(encoding="utf-8", newline="") as lines:
        return [Seen(**{**row, "page": int(row["page"])}) for row in csv.DictReader(lines)]  # type: ignore[arg-type]


@cache
def _found() -> dict[str, list[Statement]]:
    """The printed tables of each document that can be read; what only the narrative tells is none of them."""
    paths = sorted([*DISCLOSURES.glob("pdf/*.pdf"), *DISCLOSURES.glob("xlsx/*.xlsx")])
    return {
        one.path.name: [
            statement
            for statement in one.parsed.statements
            if statement.status != "missing" and not statement.location.startswith("line")
        ]
        for one in parse_files(paths)
        if one.parsed is not None
    }


def _page(statement: Statement) -> int:
    """The page that a table begins on; a sheet of a workbook is page 1."""
    match = re.match(r"pages? (\d+)", statement.location)
    return int(match[1]) if match else 1


def _unmatched() -> tuple[list[Seen], list[tuple[Seen, Statement]], list[tuple[str, Statement]]]:
    """What was seen and is not found, what was seen with what it was found as, and what is found and was not seen."""
    missing: list[Seen] = []
    pairs: list[tuple[Seen, Statement]] = []
    left = {name: list(statements) for name, statements in _found().items()}
    # Those with a key of their own first, so that `other` takes what they leave.
    for seen in sorted(_seen(), key=lambda one: one.key == "other"):
        on_page = [one for one in left.get(seen.source_file, []) if _page(one) == seen.page]
        right = [one for one in on_page if seen.key in (one.key, "other")]
        if right:
            left[seen.source_file].remove(right[0])
            pairs.append((seen, right[0]))
        else:
            missing.append(seen)
    return missing, pairs, [(name, one) for name, rest in left.items() for one in rest]


def test_list_names_each_table_by_a_known_key_and_status() -> None:
    seen = _seen()
    assert len({one.source_file for one in seen}) == 24
    assert {one.key for one in seen} <= {*get_args(StatementKey), "other"} - {"unrecognised"}
    assert {one.status for one in seen} == {"reported", "declared_empty", "blank"}
    assert not [one for one in seen if "。" in one.title]


@real
def test_document_without_text_is_refused_and_every_other_one_is_read() -> None:
    assert set(_found()) == {one.source_file for one in _seen()}


@real
def test_98_per_cent_of_the_tables_seen_are_found_with_their_key() -> None:
    missing, _, _ = _unmatched()
    assert len(missing) <= 0.02 * len(_seen()), missing


@real
def test_no_document_lacks_more_than_one_table_in_ten() -> None:
    missing, _, _ = _unmatched()
    of_document = Counter(one.source_file for one in _seen())
    lacking: defaultdict[str, list[Seen]] = defaultdict(list)
    for one in missing:
        lacking[one.source_file].append(one)
    assert not {name: rest for name, rest in lacking.items() if len(rest) > 0.1 * of_document[name]}


@real
def test_no_statement_is_found_that_nobody_sees() -> None:
    # A grid that no form claims is no statement: an index of tables is kept as such.
    _, _, invented = _unmatched()
    assert not [(name, one.key, one.location) for name, one in invented if one.key != "unrecognised"]


@real
def test_table_is_declared_empty_where_the_document_says_so_and_nowhere_else() -> None:
    _, pairs, _ = _unmatched()
    wrong = [(seen, found.status) for seen, found in pairs if seen.status not in (found.status, "blank")]
    assert len(wrong) <= 0.02 * len(pairs), wrong
