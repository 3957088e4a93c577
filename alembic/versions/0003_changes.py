"""What each release changed, by reason, and since which release a department is called as it is.

Both are filled for data that is there. Which release last renamed a department is not known any more: the newest one
stands for it, so that whoever follows the changes is shown its rows once more rather than never.

Revision: 0003
Follows: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CHANGES = """
    UPDATE release r SET changes = (
        SELECT jsonb_build_object(
            'new_document', count(*) FILTER (WHERE n.id IS NOT NULL AND o.id IS NULL),
            'new_revision', count(*) FILTER (WHERE n.sha256 <> o.sha256),
            'extraction_mended', count(*) FILTER (WHERE n.sha256 = o.sha256),
            'withdrawn', count(*) FILTER (WHERE n.id IS NULL AND o.id IS NOT NULL))
        FROM (SELECT id, sha256 FROM disclosure WHERE valid_from = r.number) n
        FULL JOIN (SELECT id, sha256 FROM disclosure WHERE valid_to = r.number) o ON o.id = n.id)"""


def upgrade() -> None:
    op.add_column("release", sa.Column("changes", postgresql.JSONB(), nullable=True))
    op.execute(_CHANGES)
    op.alter_column("release", "changes", nullable=False)
    op.add_column("department", sa.Column("changed_in", sa.Integer(), nullable=True))
    op.execute("UPDATE department SET changed_in = (SELECT coalesce(max(number), 1) FROM release)")
    op.alter_column("department", "changed_in", nullable=False)


def downgrade() -> None:
    op.drop_column("department", "changed_in")
    op.drop_column("release", "changes")
