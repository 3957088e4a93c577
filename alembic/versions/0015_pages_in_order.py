"""Pages of expenditure lines by department, by division and year, by code or class and year: read in their order.

Revision: 0015
Follows: 0014
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TABLE = "expenditure_line"
_VALIDITY = ["valid_from", "valid_to"]


def upgrade() -> None:
    op.execute("SET LOCAL maintenance_work_mem = '256MB'")
    op.drop_index("ix_expenditure_line_department_id_fiscal_year", table_name=_TABLE)
    op.drop_index("ix_expenditure_line_code_fiscal_year", table_name=_TABLE)
    op.drop_index("ix_expenditure_line_region_code", table_name=_TABLE)
    op.create_index(
        "ix_expenditure_line_department_id_id",
        _TABLE,
        ["department_id", "id"],
        postgresql_include=_VALIDITY,
    )
    for column in ("region_code", "code"):
        op.create_index(
            f"ix_expenditure_line_{column}_fiscal_year_id",
            _TABLE,
            [column, "fiscal_year", "id"],
            postgresql_include=_VALIDITY,
        )
    op.create_index(
        "ix_expenditure_line_class_code_fiscal_year_id", _TABLE, [sa.text("left(code, 3)"), "fiscal_year", "id"]
    )
    # What an index is of that is no column has figures of its own, by which the planner chooses it.
    op.execute(f"ANALYZE {_TABLE}")


def downgrade() -> None:
    op.execute("SET LOCAL maintenance_work_mem = '256MB'")
    for name in ("department_id_id", "region_code_fiscal_year_id", "code_fiscal_year_id", "class_code_fiscal_year_id"):
        op.drop_index(f"ix_expenditure_line_{name}", table_name=_TABLE)
    op.create_index("ix_expenditure_line_region_code", _TABLE, ["region_code"])
    for column in ("code", "department_id"):
        op.create_index(
            f"ix_expenditure_line_{column}_fiscal_year",
            _TABLE,
            [column, "fiscal_year"],
            postgresql_include=_VALIDITY,
        )
