"""What the rules say of documents in which every identity holds, and of the same with one figure changed.

    python -m tests.checks.measure_clean [--documents N] [--cells N]

makes N clean budgets and final accounts of all forms, the same ones on every run, counts the failed results that they
get (false alarms), and changes some figures of every statement of each, one at a time.
"""

from __future__ import annotations

import argparse
from collections import Counter

from hypothesis import HealthCheck, given, seed, settings

from app.checks.run import check
from app.records import ParsedDisclosure
from tests.checks.mutate import Shares, shares
from tests.checks.test_mutations import documents


def main() -> None:
    """Report on standard output."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=500)
    options.add_argument("--cells", type=int, default=3, help="figures to change of each statement of a document")
    asked = options.parse_args()
    statuses: Counter[str] = Counter()
    together = Shares()

    @seed(5)
    @settings(
        max_examples=asked.documents,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(documents())
    def measure(parsed: ParsedDisclosure) -> None:
        statuses.update(result.status for result in check(parsed))
        statuses["documents"] += 1
        if asked.cells:
            together.add(shares(parsed, most=asked.cells))

    measure()
    print(f"{statuses['documents']} clean documents: {dict(statuses)}")  # noqa: T201 - the report
    print(together.table())  # noqa: T201 - the report
    missed = Counter((key, f"{place[0]}.{place[2]}") for key, place in together.missed)
    for (key, name), count in missed.most_common():
        print(f"not caught: {key}: {name} ({count})")  # noqa: T201 - the report


if __name__ == "__main__":
    main()
