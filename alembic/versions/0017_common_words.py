"""Words that very many names have, with the best results; `gongkai serve` and the next load choose them.

Revision: 0017
Follows: 0016
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_word",
        sa.Column("word", sa.String(collation="C"), nullable=False),
        sa.Column("kind", sa.String(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("entries", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("texts", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("bearers", sa.ARRAY(sa.Integer()), nullable=True),
        sa.Column("chosen_of", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", "kind", "valid_from", name=op.f("pk_search_word")),
    )
    op.create_index("ix_search_entry_kind_key", "search_entry", ["kind", "key"])


def downgrade() -> None:
    op.drop_index("ix_search_entry_kind_key", table_name="search_entry")
    op.drop_table("search_word")
