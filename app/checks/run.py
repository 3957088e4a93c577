"""Run every rule on a disclosure."""

from __future__ import annotations

from app.checks import (  # noqa: F401 - each family registers its rules
    assets,
    balance,
    balance_parts,
    between,
    columns,
    emptiness,
    hierarchy,
    money_of_projects,
    narrative_parts,
    narrative_rates,
    narrative_tables,
    performance,
    procurement,
    targets,
    template_residue,
    three_public,
    years,
)
from app.checks.document import Document
from app.checks.evaluate import evaluate
from app.checks.rule import RULES, Rule
from app.records import CheckResult, ParsedDisclosure

__all__ = ["RULES", "check"]  # the rules are complete once every family is imported


def check(parsed: ParsedDisclosure) -> list[CheckResult]:
    """The results of all rules, in the order of the rules and of the tables: the same records, the same results.

    A rule that compares nothing in this disclosure gives one result that says so: `not_applicable`, or `insufficient`
    where a statement that it needs is missing or not readable.
    """
    document = Document(parsed)
    found: list[CheckResult] = []
    for rule in RULES.values():
        results = [evaluate(document, rule, comparison) for comparison in rule.function(document)]
        kept = [result for result in results if result is not None]
        found += kept or [_nothing(document, rule)]
    return found


def _nothing(document: Document, rule: Rule) -> CheckResult:
    states = document.status(*rule.statements)
    lost = states and states <= {"missing", "unreadable"}
    return CheckResult(
        rule=rule.id,
        severity=rule.severity,
        status="insufficient" if lost else "not_applicable",
        fiscal_year=document.parsed.disclosure.fiscal_year,
        sentence_zh="所需报表在文件中缺失或无法读取。" if lost else "本文件没有该规则所比较的数字。",
        sentence_en=(
            "The statements that the rule needs are missing or not readable."
            if lost
            else "This document prints nothing that the rule compares."
        ),
    )
