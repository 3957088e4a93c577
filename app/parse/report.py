"""What was read of a document, for a person to check: statement by statement, with counts and findings. Pure text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from app import codelists
from app.records import Finding, Line, ParsedDisclosure, Statement, StatementKey

_SEVERITIES = ("error", "warning", "info")
# Findings of one code that are printed in full; the rest is counted. A table that no form knows gives hundreds.
_MOST_OF_ONE_CODE = 20

# The record lists of a ParsedDisclosure, in the order of its fields.
_LISTS = (
    "balance_lines",
    "revenues",
    "expenditures",
    "economic_lines",
    "three_public",
    "projects",
    "performance_indicators",
    "evaluation_lines",
    "procurement_items",
    "assets",
)


def text_report(parsed: ParsedDisclosure) -> str:
    """The report as lines of text, ending in a newline."""
    return "\n".join([*_head(parsed), "", *_statements(parsed), "", *_counts(parsed), "", *_findings(parsed)]) + "\n"


def _head(parsed: ParsedDisclosure) -> Iterator[str]:
    disclosure = parsed.disclosure
    division = codelists.divisions().get(disclosure.region_code)
    yield f"{disclosure.source_file}: {disclosure.title}"
    yield f"  id          {disclosure.id}"
    yield f"  department  {disclosure.department_name} ({disclosure.department_code or 'no code printed'})"
    yield f"  division    {disclosure.region_code} {division.full_name if division else ''}".rstrip()
    yield f"  identity    {disclosure.fiscal_year} {disclosure.kind}, {disclosure.scope}"
    yield f"  units       {', '.join(unit.zh for unit in disclosure.units) or 'none printed'}"
    yield f"  sha256      {disclosure.sha256}"


def _statements(parsed: ParsedDisclosure) -> Iterator[str]:
    rows: Counter[tuple[StatementKey, int]] = Counter()
    figures: Counter[tuple[StatementKey, int]] = Counter()
    for line in lines_of(parsed):
        place = (line.statement_key, line.statement_ordinal)
        rows[place] += 1
        figures[place] += len(line.cells)
    yield f"Statements: {len(parsed.statements)}"
    for statement in parsed.statements:
        place = (statement.key, statement.ordinal)
        yield f"  {statement.key} {statement.ordinal}: {_outcome(statement, rows[place], figures[place])}"
        if statement.location:
            yield f"    {_described(statement)}"


def _outcome(statement: Statement, records: int, figures: int) -> str:
    if statement.status != "reported":
        return statement.status + (f" ({statement.note})" if statement.note else "")
    return f"{records} records, {figures} figures" if records else "printed table only"


def _described(statement: Statement) -> str:
    parts = [statement.title, statement.form_number, statement.unit.zh if statement.unit else None, statement.location]
    return " · ".join(part for part in parts if part)


def _counts(parsed: ParsedDisclosure) -> Iterator[str]:
    yield "Records"
    for name in (*_LISTS, "stated_amounts"):
        count = len(getattr(parsed, name))
        if count:
            yield f"  {name:<24}{count:>6}"


def _findings(parsed: ParsedDisclosure) -> Iterator[str]:
    counts: Counter[str] = Counter(finding.severity for finding in parsed.findings)
    told = ", ".join(f"{counts[severity]} {severity}" for severity in _SEVERITIES if counts[severity])
    yield f"Findings: {told or 'none'}"
    for severity in _SEVERITIES:
        of_severity = [finding for finding in parsed.findings if finding.severity == severity]
        for code in sorted({finding.code for finding in of_severity}):
            yield from _of_one_code(code, [finding for finding in of_severity if finding.code == code])


def _of_one_code(code: str, findings: Sequence[Finding]) -> Iterator[str]:
    yield f"  {findings[0].severity} {code}: {len(findings)}"
    for finding in findings[:_MOST_OF_ONE_CODE]:
        yield f"    {_place(finding)}: {finding.message}" + (f" [{finding.text}]" if finding.text else "")
    if len(findings) > _MOST_OF_ONE_CODE:
        yield f"    … and {len(findings) - _MOST_OF_ONE_CODE} more"


def _place(finding: Finding) -> str:
    parts = [f"line {finding.line}"] if finding.line is not None else []
    if finding.statement_key is not None:
        parts.append(f"{finding.statement_key} {finding.statement_ordinal or ''}".strip())
    if finding.row is not None:
        # Counted from 1 here, as a person counts rows.
        parts.append(
            f"row {finding.row + 1}" + (f", column {finding.column + 1}" if finding.column is not None else "")
        )
    return ", ".join(parts) or "document"


def lines_of(parsed: ParsedDisclosure) -> Iterator[Line]:
    """Every record that was read out of a statement."""
    for name in _LISTS:
        yield from getattr(parsed, name)
