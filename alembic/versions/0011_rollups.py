"""What is added up when a release is loaded. The table is empty: `gongkai serve` and the next load fill it.

Revision: 0011
Follows: 0010
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_CODES = ("region_code", "kind", "scope", "phase", "statement_key", "fund", "side", "role", "item", "institution")
_ALWAYS = ("region_code", "kind", "scope", "phase", "statement_key")


def upgrade() -> None:
    op.create_table(
        "rollup",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=False),
        sa.Column("made_as", sa.String(collation="C"), nullable=False),
        sa.Column("grain", sa.String(collation="C"), nullable=False),
        *(sa.Column(name, sa.String(collation="C"), nullable=name not in _ALWAYS) for name in _CODES),
        sa.Column("picked", sa.String(collation="C"), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=True),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("lag", sa.SmallInteger(), nullable=False),
        sa.Column("measure", sa.String(collation="C"), nullable=False),
        sa.Column("places", sa.SmallInteger(), nullable=True),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("disclosures", sa.BigInteger(), nullable=False),
        sa.Column("bodies", sa.Numeric(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("key", "valid_from", name=op.f("pk_rollup")),
    )
    op.create_index(
        "ix_rollup_read",
        "rollup",
        ["made_as", "grain", "picked", "measure", "fund", "kind", "phase", "fiscal_year"],
    )


def downgrade() -> None:
    op.drop_table("rollup")
