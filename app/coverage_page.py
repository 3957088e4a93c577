"""docs/coverage.md: what is reached in a set of documents, what is not and why, and what reading them takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.coverage import Coverage, checked, contradictions, counted, coverage_of
from app.parse.confined import ParsedFile
from app.records import Finding, ParsedDisclosure, StatementKey

# What stands before the counts and what stands behind them is measured anew on each run; the counts are compared.
COUNTS_BEGIN, COUNTS_END = "<!-- counts: begin -->", "<!-- counts: end -->"

_HEAD = """# What is read of documents

Written by `gongkai coverage FILE…` out of what the parser gives, so nobody counts or rounds by hand; `gongkai coverage
--check FILE…` compares the counts. The documents are public disclosures of departments of several provinces and of the
central government. They are not part of the repository.

**A statement** is a printed table that a form reads. *Declared empty*: the document says so. *Missing*: the kind of
document must hold it and this one does not, which is a fact about the document. *Tables of no form* are kept as printed
and have a finding. **A number** is a printed amount, weight, rate or quantity; codes, row numbers and headings are
none. It is in a record with its cell, or it is only in the printed table with a finding that names the cell; cells with
digits below are more than that, since they are not only numbers (dates, names). **Checks** hold printed figures against
the identities of their forms ([checks.md](checks.md)); *rounding* is what the printed decimals explain. What a person
sees on the pages was listed by eye, and tests compare that list with what is found.
"""

_COSTS = """
## Time and memory

Computing time and the largest memory of the process that reads the file, its start included. Measured where this page
was written, with as many files at once as there are processors.
"""


def coverage_page(outcomes: Sequence[ParsedFile]) -> str:
    """The page, in Markdown. `outcomes` are of any documents, in the order of the tables."""
    return "\n".join([_HEAD, COUNTS_BEGIN, counts(outcomes), COUNTS_END, _COSTS, *_costs(outcomes)]) + "\n"


def counts(outcomes: Sequence[ParsedFile]) -> str:
    """The part of the page that the same documents always give."""
    parsed = [one.parsed for one in outcomes if one.parsed is not None]
    covered = [coverage_of(one) for one in parsed]
    parts = [
        ("Counts", [*counted(covered), "", *_sums(covered)]),
        ("What is not read, and why", [*_refused(outcomes), *_not_read(parsed)]),
        ("Checks", [*checked(covered)]),
        ("What does not agree as printed", [*contradictions(covered)] or ["Nothing."]),
    ]
    return "\n\n".join(f"## {heading}\n\n" + "\n".join(lines) for heading, lines in parts)


def counts_of_page(page: str) -> str | None:
    """The counts that a page holds; None where it holds none."""
    found = re.search(f"{re.escape(COUNTS_BEGIN)}\n(.*)\n{re.escape(COUNTS_END)}", page, flags=re.DOTALL)
    return found[1] if found else None


def _sums(documents: Sequence[Coverage]) -> Iterator[str]:
    in_records = sum(one.in_records for one in documents)
    only_in_grid = sum(one.only_in_grid for one in documents)
    found = sum(sum(one.found.values()) - one.found["unrecognised"] for one in documents)
    share = 100 * in_records / (in_records + only_in_grid) if in_records else 0
    yield (
        f"Together: {found} statements in {len(documents)} documents; {in_records} of "
        f"{in_records + only_in_grid} numbers of known statements in records ({share:.1f} %), "
        f"{sum(one.in_unknown_tables for one in documents)} more in tables of no form."
    )


def _refused(outcomes: Sequence[ParsedFile]) -> Iterator[str]:
    for one in outcomes:
        if one.error is not None:
            yield f"- {one.error}"


def _not_read(documents: Sequence[ParsedDisclosure]) -> Iterator[str]:
    for parsed in documents:
        lines = [*_missing(parsed), *_unknown(parsed), *_left(parsed)]
        if lines:
            yield f"- {parsed.disclosure.source_file}"
            yield from (f"  - {line}" for line in lines)


def _missing(parsed: ParsedDisclosure) -> Iterator[str]:
    for one in parsed.statements:
        if one.status == "missing":
            yield f"the document prints no {one.title} (`{one.key}`)"
        elif one.status == "unreadable":
            yield f"{one.location} is a picture without text"


def _unknown(parsed: ParsedDisclosure) -> Iterator[str]:
    for one in parsed.statements:
        if one.key == "unrecognised" and one.status != "unreadable":
            yield f"{one.location}: no form reads {one.title}"


def _left(parsed: ParsedDisclosure) -> Iterator[str]:
    """For each kind of statement the cells with digits that no record holds, counted, and the first of them."""
    places = {(one.key, one.ordinal): one.location for one in parsed.statements}
    of_kind: dict[StatementKey, list[Finding]] = {}
    for finding in parsed.findings:
        key = finding.statement_key
        if finding.code == "number_only_in_grid" and key is not None and key != "unrecognised":
            of_kind.setdefault(key, []).append(finding)
    for key, left in of_kind.items():
        first = left[0]
        if first.statement_ordinal is not None and first.row is not None and first.column is not None:
            statements = len({finding.statement_ordinal for finding in left})
            yield (
                f"`{key}`: {len(left)} cells with digits of {statements} statements are in no record, the first: "
                f"{places[(key, first.statement_ordinal)]}, row {first.row + 1}, column {first.column + 1}"
            )


def _costs(outcomes: Sequence[ParsedFile]) -> Iterator[str]:
    yield "| document | bytes | seconds | MiB |"
    yield "|---|--:|--:|--:|"
    for one in outcomes:
        if one.seconds is not None:
            yield f"| {one.path.name} | {one.path.stat().st_size} | {one.seconds:.2f} | {one.mebibytes} |"
