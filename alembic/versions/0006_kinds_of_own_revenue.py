"""The kinds of own revenue that pay for projects and basic expenditure, and basic expenditure by economic class.

Revision: 0006
Follows: 0005
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REVENUE = ("institutional", "business_revenue", "from_superior", "from_subordinates")
_MONEY: dict[str, tuple[str, ...]] = {"economic_line": ("basic", *_REVENUE, "other"), "project": _REVENUE}


def upgrade() -> None:
    for table, columns in _MONEY.items():
        for column in columns:
            op.add_column(table, sa.Column(column, sa.Numeric(), nullable=True))


def downgrade() -> None:
    for table, columns in _MONEY.items():
        for column in columns:
            op.drop_column(table, column)
