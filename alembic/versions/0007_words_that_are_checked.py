"""Words among what a check compares: a target without a number, the name of a level.

Revision: 0007
Follows: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("check_operand", "amount", nullable=True)


def downgrade() -> None:
    op.execute("delete from check_operand where amount is null")
    op.alter_column("check_operand", "amount", nullable=False)
