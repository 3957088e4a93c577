"""A project that is printed in the list of projects and beside its targets has one budget, unless scopes may differ."""

from __future__ import annotations

import pytest

from app.checks.run import check
from app.records import Project
from tests.checks import clean

RULE = "I19.project_in_both"


def _statuses(targets: dict[str, list[int]], listed: dict[str, list[int]]) -> list[str]:
    """What is said of each name that both tables have as often, in the order of the targets."""
    made = clean.Builder()
    for key, projects in (("performance_targets", targets), ("project_expenditure", listed)):
        rows = [(name, wan) for name, amounts in projects.items() for wan in amounts]
        for ordinal, (name, wan) in enumerate(rows, start=1):
            about = {"ordinal": ordinal, "code": None, "name": name}
            made.row("projects", Project, key, about, {"total": wan * 10_000})
    return [one.status for one in check(made.parsed()) if one.rule == RULE and one.operands]


@pytest.mark.parametrize(
    ("targets", "listed", "statuses"),
    [
        ({"甲": [5], "乙": [6], "丙": [7]}, {"甲": [5], "乙": [6], "丙": [7], "丁": [9]}, ["passed"] * 3),
        ({"甲": [5], "乙": [6], "丙": [9]}, {"甲": [5], "乙": [6], "丙": [7]}, ["passed", "passed", "failed"]),
        ({"甲": [5]}, {"甲": [6]}, ["insufficient"]),  # nothing says that the two tables measure the same
        ({"甲": [5], "乙": [8], "丙": [9]}, {"甲": [5], "乙": [6], "丙": [7]}, ["passed", *["insufficient"] * 2]),
        ({"运行": [5, 6]}, {"运行": [7, 4]}, ["passed"]),  # of one name: told apart by nothing
        ({"运行": [5]}, {"运行": [5, 4]}, []),
    ],
)
def test_budgets_are_compared_by_name(
    targets: dict[str, list[int]], listed: dict[str, list[int]], statuses: list[str]
) -> None:
    assert _statuses(targets, listed) == statuses
