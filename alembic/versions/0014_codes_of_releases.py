"""The codes that a release uses, kept with it; `gongkai serve` and the next load fill them in for older releases.

Revision: 0014
Follows: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("release", sa.Column("codes", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("release", "codes")
