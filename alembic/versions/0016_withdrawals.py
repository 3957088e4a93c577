"""Disclosures that the operator took back, so that no seed brings them again.

Revision: 0016
Follows: 0015
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withdrawal",
        sa.Column("disclosure_id", sa.String(collation="C"), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("disclosure_id", name="pk_withdrawal"),
    )


def downgrade() -> None:
    op.drop_table("withdrawal")
