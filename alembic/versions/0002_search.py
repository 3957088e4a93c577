"""The names that are searched, and what carries them; `gongkai serve` and every load fill them for data that is there.

Revision: 0002
Follows: 0001
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_text",
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("folded", sa.String(collation="C"), nullable=False),
        sa.Column("terms", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("text", name=op.f("pk_search_text")),
    )
    op.create_index("ix_search_text_terms", "search_text", ["terms"], postgresql_using="gin")
    op.create_table(
        "search_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(collation="C"), nullable=False),
        sa.Column("key", sa.String(collation="C"), nullable=False),
        sa.Column("field", sa.String(collation="C"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("record", sa.String(collation="C"), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["text"], ["search_text.text"], name=op.f("fk_search_entry_text_search_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
    )
    op.create_index(op.f("ix_search_entry_text"), "search_entry", ["text"])
    op.create_index("ix_search_entry_validity", "search_entry", ["valid_from", "valid_to"])


def downgrade() -> None:
    op.drop_table("search_entry")
    op.drop_table("search_text")
