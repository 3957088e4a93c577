"""Whose money pays: columns for the sources of expenditure and of projects, institutions, codes printed beside.

Rows that are there keep null in all of them: what they were read from is read again by `gongkai seed` or `ingest`.

Revision: 0005
Follows: 0004
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SOURCES = ("general_public_budget", "government_fund", "state_capital", "special_account", "unit_funds")
_MONEY: dict[str, tuple[str, ...]] = {
    "revenue_line": ("surplus_used",),
    "expenditure_line": (
        "fiscal_appropriation",
        *_SOURCES,
        "institutional",
        "business_revenue",
        "from_superior",
        "from_subordinates",
        "other",
        "surplus_used",
    ),
    "economic_line": ("project", "fiscal_appropriation", *_SOURCES, "surplus_used", "carried_over"),
    "project": (*_SOURCES, "surplus_used", "carried_over"),
}


def upgrade() -> None:
    for table, columns in _MONEY.items():
        for column in columns:
            op.add_column(table, sa.Column(column, sa.Numeric(), nullable=True))
    op.add_column("economic_line", sa.Column("government_code", sa.String(collation="C"), nullable=True))
    op.add_column("three_public_line", sa.Column("institution", sa.String(), nullable=True))
    op.add_column("project", sa.Column("institution", sa.String(), nullable=True))
    op.add_column("project", sa.Column("is_total", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("project", "is_total", server_default=None)
    op.add_column("procurement_item", sa.Column("functional_code", sa.String(collation="C"), nullable=True))


def downgrade() -> None:
    op.drop_column("procurement_item", "functional_code")
    op.drop_column("project", "is_total")
    op.drop_column("project", "institution")
    op.drop_column("three_public_line", "institution")
    op.drop_column("economic_line", "government_code")
    for table, columns in _MONEY.items():
        for column in columns:
            op.drop_column(table, column)
