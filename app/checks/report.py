"""What the rules found in one document, for a person to read: counts, then the sentence of each result that matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from app.checks.run import RULES, check
from app.records import CheckResult, ParsedDisclosure

_QUOTED = ("failed", "rounding", "insufficient")


def check_report(parsed: ParsedDisclosure, *, every: bool = False) -> str:
    """The report as lines of text; with `every` the comparisons that agree as well."""
    results = check(parsed)
    lines = [f"{parsed.disclosure.source_file}: {parsed.disclosure.title}", f"  {_counts(results)}"]
    for status in (*_QUOTED, *(("passed",) if every else ())):
        for result in results:
            if result.status == status and (result.operands or status == "failed" or every):
                lines += [f"  {status:<13}{result.rule} ({result.severity})", f"    {result.sentence_zh}"]
                lines += [f"    {result.sentence_en}"]
    return "\n".join(lines)


def counts_line(parsed: ParsedDisclosure) -> str:
    """The counts alone, in one line."""
    return f"Checks\n  {_counts(check(parsed))}"


def _counts(results: Sequence[CheckResult]) -> str:
    by_status = Counter(result.status for result in results)
    ran = {result.rule for result in results if result.status in ("passed", "rounding", "failed")}
    counted = ", ".join(
        f"{by_status[status]} {status.replace('_', ' ')}"
        for status in ("passed", "rounding", "failed", "insufficient", "not_applicable")
    )
    return f"{len(ran)} of {len(RULES)} rules found something to compare: {counted}"
