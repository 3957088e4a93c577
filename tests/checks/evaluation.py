"""An invented self-evaluation and target table in which everything fits: built row by row, then changed by tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app import records
from app.checks.run import check
from app.values import Unit
from tests import dataset

YEAR = 2024
_EVALUATION: records.StatementKey = "self_evaluation"
_TARGETS: records.StatementKey = "performance_targets"


def number(printed: str | None) -> Decimal | None:
    """A printed figure as a record has it."""
    return None if printed is None else Decimal(printed)


def indicator(level1: str, level2: str, level3: str, target: str, **fields: Any) -> dict[str, Any]:
    """What a test says of an indicator; operator, number and unit of the target are given beside it."""
    return {"level1": level1, "level2": level2, "level3": level3, "target": target, **fields}


def parsed(
    *,
    projects: tuple[dict[str, str | None], ...] = (),
    indicators: tuple[dict[str, Any], ...] = (),
    funds: dict[str, dict[str, str | None]] | None = None,
    key: records.StatementKey = _EVALUATION,
) -> records.ParsedDisclosure:
    """A disclosure with one table of performance: plans of projects, indicators, rows of funds and of the total."""
    place: dict[str, Any] = {"statement_key": key, "statement_ordinal": 1, "unit": Unit.WAN, "fiscal_year": YEAR}
    return records.ParsedDisclosure(
        disclosure=dataset.disclosure(year=YEAR, kind="final" if key == _EVALUATION else "budget"),
        statements=[
            records.Statement(
                key=key,
                ordinal=1,
                title="虚构项目绩效表",
                unit=Unit.WAN,
                status="reported",
                location="lines 1-9",
                grid=[[""] * 12 for _ in range(40)],
            )
        ],
        projects=[
            records.Project(
                **place,
                row=position,
                ordinal=position,
                code=None,
                name=f"虚构项目{position}",
                total=None,
                cells={name: (position, column) for column, name in enumerate(plan)},
                **{name: number(printed) for name, printed in plan.items()},  # type: ignore[arg-type]
            )
            for position, plan in enumerate(projects, start=1)
        ],
        performance_indicators=[
            records.PerformanceIndicator(
                **place,
                row=position + 9,
                position=position,
                subject="project",
                project_ordinal=1,
                project_name="虚构项目1",
                cells={},
                target_is_qualitative=one.get("target_operator") is None,
                **one,
            )
            for position, one in enumerate(indicators, start=1)
        ],
        evaluation_lines=[
            records.EvaluationLine(
                **place,
                row=position,
                subject="project",
                project_ordinal=1,
                project_name="虚构项目1",
                item=item,  # type: ignore[arg-type]
                name={"total": "年度资金总额", "overall": "总分"}.get(item, item),
                cells={},
                **{name: printed if name == "grade" else number(printed) for name, printed in fields.items()},  # type: ignore[arg-type]
            )
            for position, (item, fields) in enumerate((funds or {}).items(), start=1)
        ],
    )


def results(document: records.ParsedDisclosure, rule: str) -> list[records.CheckResult]:
    """What one rule says of it, results without figures left out."""
    return [one for one in check(document) if one.rule == rule and one.operands]
