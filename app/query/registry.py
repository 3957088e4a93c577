"""Every resource of the API, in the order in which it is presented. Adding one: a file and an entry here."""

from __future__ import annotations

from app.query import (
    assets,
    balance_lines,
    check_results,
    checks,
    departments,
    disclosures,
    economic_lines,
    economic_subjects,
    evaluation_lines,
    execution,
    expenditures,
    findings,
    fiscal_years,
    functional_subjects,
    performance_indicators,
    procurement_items,
    projects,
    regions,
    releases,
    revenues,
    stated_amounts,
    statements,
    three_public,
)
from app.query.columns import Resource

RESOURCES: dict[str, Resource] = {
    module.RESOURCE.name: module.RESOURCE
    for module in (
        regions,
        departments,
        fiscal_years,
        disclosures,
        statements,
        functional_subjects,
        economic_subjects,
        balance_lines,
        revenues,
        expenditures,
        economic_lines,
        three_public,
        projects,
        performance_indicators,
        evaluation_lines,
        execution,
        procurement_items,
        assets,
        stated_amounts,
        findings,
        checks,
        check_results,
        releases,
    )
}
