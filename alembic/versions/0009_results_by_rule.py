"""Results of a rule by status, counted in the index alone.

Revision: 0009
Follows: 0008
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLE = "check_result"


def upgrade() -> None:
    op.drop_index("ix_check_result_rule", table_name=_TABLE)
    op.create_index(
        "ix_check_result_rule_status",
        _TABLE,
        ["rule", "status"],
        postgresql_include=["valid_from", "valid_to"],
    )


def downgrade() -> None:
    op.drop_index("ix_check_result_rule_status", table_name=_TABLE)
    op.create_index("ix_check_result_rule", _TABLE, ["rule"])
