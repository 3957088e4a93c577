"""Names are indexed as people say them, too: what there is is indexed anew by `gongkai serve` or the next load.

Revision: 0021
Follows: 0020
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("TRUNCATE search_entry, search_text, search_word")


def downgrade() -> None:
    """The index of before has nothing that a program of before could not read."""
