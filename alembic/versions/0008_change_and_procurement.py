"""More of what forms print beside the totals.

Expenditure against the year before, without construction, and what of it is bought by government procurement; balances
by basic and project expenditure; the two kinds of appropriation that Hunan tells apart.

Revision: 0008
Follows: 0007
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COLUMNS: dict[str, tuple[str, ...]] = {
    "expenditure_line": (
        "procurement",
        "reserved_for_small_firms",
        "reserved_for_micro_firms",
        "without_construction",
        "change",
        "change_percent",
        "change_without_construction",
        "change_percent_without_construction",
    ),
    "balance_line": ("personnel", "public", "project"),
    "revenue_line": ("outlay_grant", "non_tax_grant"),
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, sa.Column(column, sa.Numeric(), nullable=True))


def downgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)
