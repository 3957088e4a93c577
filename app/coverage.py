"""How much of each document became records: a Markdown table for docs/coverage.md and `gongkai parse --report`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app import values
from app.checks.run import check
from app.parse.report import lines_of
from app.records import Cell, CheckResult, Finding, ParsedDisclosure, Statement, StatementKey

# A quoted name longer than that, without the column that may stand behind it.
_LONG_NAME = re.compile(r"“([^”,]{20})[^”,]{4,}((?:, [^”]+)?)”")
_RESULTS = ("passed", "rounding", "failed", "insufficient", "not_applicable")
# A column of the table stands for each of these; the printed status of a statement has the same name.
_STATUSES = ("reported", "declared_empty", "missing", "unreadable")


@dataclass(frozen=True)
class Coverage:
    """The counts of one document.

    A number is a printed amount, weight, rate or quantity; codes, row numbers and headings are none.
    """

    source_file: str
    found: Counter[StatementKey]
    statuses: Counter[str]
    in_records: int
    only_in_grid: int
    in_unknown_tables: int
    checks: Counter[str]
    rules: int  # how many compared something
    findings: Counter[str]
    failed: tuple[tuple[str, CheckResult], ...]  # with the place of its statement

    @property
    def share(self) -> float | None:
        """Which part of the numbers of recognised statements is in records; None where they print none."""
        printed = self.in_records + self.only_in_grid
        return self.in_records / printed if printed else None


def coverage_of(parsed: ParsedDisclosure) -> Coverage:
    """Count one document. What a finding names as left in the printed grid is counted there, nowhere else."""
    grids = {(one.key, one.ordinal): one for one in parsed.statements}
    cells: set[tuple[StatementKey, int, Cell]] = set()
    for line in lines_of(parsed):
        cells |= {(line.statement_key, line.statement_ordinal, cell) for cell in line.cells.values()}
    left = Counter(
        finding.statement_key == "unrecognised"
        for finding in parsed.findings
        if finding.code == "number_only_in_grid" and finding.statement_key and _is_number(grids, finding)
    )
    results = check(parsed)
    return Coverage(
        source_file=parsed.disclosure.source_file,
        found=Counter(one.key for one in parsed.statements if one.status in ("reported", "declared_empty")),
        statuses=Counter(one.status for one in parsed.statements),
        in_records=len(cells),
        only_in_grid=left[False],
        in_unknown_tables=left[True],
        checks=Counter(result.status for result in results),
        rules=len({result.rule for result in results if result.status in ("passed", "rounding", "failed")}),
        findings=Counter(finding.severity for finding in parsed.findings),
        failed=tuple((_place(grids, result), result) for result in results if result.status == "failed"),
    )


def _is_number(grids: dict[tuple[StatementKey, int], Statement], finding: Finding) -> bool:
    row, column = finding.row, finding.column
    if finding.statement_key is None or finding.statement_ordinal is None or row is None or column is None:
        return False
    statement = grids[(finding.statement_key, finding.statement_ordinal)]
    try:
        return values.parse_amount(statement.grid[row][column].replace("%", "")) is not None
    except (ValueError, IndexError):
        return False


def _place(grids: dict[tuple[StatementKey, int], Statement], result: CheckResult) -> str:
    if result.statement_key is None or result.statement_ordinal is None:
        return "text"
    return grids[(result.statement_key, result.statement_ordinal)].location


def coverage_table(documents: Sequence[Coverage]) -> str:
    """One line for each document, what its checks found, and the failed ones below."""
    return "\n".join([*counted(documents), "", *checked(documents), "", *contradictions(documents)]) + "\n"


def counted(documents: Sequence[Coverage]) -> Iterator[str]:
    """A table of what is read, one line for each document."""
    yield (
        "| document | statements found | declared empty | missing | unreadable | tables of no form | numbers in records"
        " | only in the printed table | share | in tables of no form | findings |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for one in documents:
        known = sum(count for key, count in one.found.items() if key != "unrecognised")
        share = "" if one.share is None else f"{100 * one.share:.1f} %"
        cells = (
            one.source_file,
            known,
            *(one.statuses[status] for status in _STATUSES[1:]),
            one.found["unrecognised"],
            one.in_records,
            one.only_in_grid,
            share,
            one.in_unknown_tables,
            sum(one.findings.values()),
        )
        yield f"| {' | '.join(str(cell) for cell in cells)} |"


def checked(documents: Sequence[Coverage]) -> Iterator[str]:
    """A table of what the checks found: how many rules compared something, and the results by status."""
    yield f"| document | rules | {' | '.join(_RESULTS).replace('_', ' ')} |"
    yield f"|---|--:|{'--:|' * len(_RESULTS)}"
    for one in documents:
        cells = (one.source_file, one.rules, *(one.checks[status] for status in _RESULTS))
        yield f"| {' | '.join(str(cell) for cell in cells)} |"
    together = Counter[str]()
    for one in documents:
        together += one.checks
    if len(documents) > 1:
        yield f"| together | | {' | '.join(str(together[status]) for status in _RESULTS)} |"


def contradictions(documents: Sequence[Coverage]) -> Iterator[str]:
    """The failed checks of each document as sentences, with the place of the table."""
    for one in documents:
        if one.failed:
            yield f"- {one.source_file}"
            yield from (f"  - {place}: {result.rule}: {_short(result.sentence_en)}" for place, result in one.failed)


def _short(sentence: str) -> str:
    """The sentence with the names it quotes cut short: some indicators are called by whole sentences."""
    return _LONG_NAME.sub(r"“\1…\2”", sentence)
