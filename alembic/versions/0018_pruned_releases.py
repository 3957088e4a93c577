"""What is known of releases that were pruned, and what a load has to know of what went with them.

Revision: 0018
Follows: 0017
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pruned_release",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_digest", sa.String(), nullable=False),
        sa.Column("pruned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_pruned_release"),
    )
    op.create_table(
        "pruned_disclosure",
        sa.Column("id", sa.String(collation="C"), nullable=False),
        sa.Column("department_id", sa.String(collation="C"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seed_digest", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", "department_id", name="pk_pruned_disclosure"),
    )
    op.create_table(
        "used_id",
        sa.Column("name", sa.String(collation="C"), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_used_id"),
    )


def downgrade() -> None:
    op.drop_table("used_id")
    op.drop_table("pruned_disclosure")
    op.drop_table("pruned_release")
