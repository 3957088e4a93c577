"""Whose money was carried over from last year, beside the revenue; changes of the three public expenses in per cent.

Revision: 0012
Follows: 0011
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS: dict[str, tuple[str, ...]] = {
    "revenue_line": (
        "carried_over_general_public_budget",
        "carried_over_government_fund",
        "carried_over_state_capital",
        "carried_over_special_account",
        "carried_over_unit_funds",
    ),
    "three_public_line": ("change_percent",),
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, sa.Column(column, sa.Numeric(), nullable=True))


def downgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)
