"""The ids of the index of names are given out by the load: Citus has trouble with those of a database's own.

Revision: 0019
Follows: 0018
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE search_entry ALTER COLUMN id DROP IDENTITY")


def downgrade() -> None:
    op.execute("ALTER TABLE search_entry ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY")
    op.execute(
        "SELECT setval(pg_get_serial_sequence('search_entry', 'id'), coalesce(max(id), 0) + 1, false) FROM search_entry"
    )
