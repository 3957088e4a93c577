"""What is kept of a word is found as fast after a thousand releases as after one.

Revision: 0020
Follows: 0019
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_search_word_word_valid_to", "search_word", ["word", "valid_to"])


def downgrade() -> None:
    op.drop_index("ix_search_word_word_valid_to", table_name="search_word")
