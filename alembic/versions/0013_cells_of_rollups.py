"""Narrow cells: all measures of a cell side by side, what its rows have in common written once for all cells.

The tables are empty: `gongkai serve` and the next load fill them.

Revision: 0013
Follows: 0012
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEY = ("grain", "combination", "fiscal_year", "region_code", "code", "valid_from")
# What cells were parted by until now.
_CODES = ("region_code", "kind", "scope", "phase", "statement_key", "fund", "side", "role", "item", "institution")
_ALWAYS = ("region_code", "kind", "scope", "phase", "statement_key")


def upgrade() -> None:
    op.drop_table("rollup")
    op.create_table(
        "rollup_combination",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(_code(name) for name in ("made_as", "kind", "scope")),
        sa.Column("lag", sa.SmallInteger(), nullable=False),
        *(_code(name) for name in ("phase", "statement_key")),
        *(_code(name, nullable=True) for name in ("fund", "side", "role", "item", "institution")),
        _code("picked"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup_combination")),
    )
    measures = [
        column
        for number in range(1, 6)
        for column in (
            sa.Column(f"lines_{number}", sa.Integer(), nullable=True),
            sa.Column(f"places_{number}", sa.SmallInteger(), nullable=True),
            sa.Column(f"amount_{number}", sa.Numeric(), nullable=True),
            sa.Column(f"decimals_{number}", sa.Numeric(), nullable=True),
        )
    ]
    op.create_table(
        "rollup",
        sa.Column("grain", sa.SmallInteger(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("combination", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("disclosures", sa.Integer(), nullable=False),
        sa.Column("bodies", sa.BigInteger(), nullable=False),
        *(_code(name) for name in ("region_code", "code")),
        *measures,
        sa.PrimaryKeyConstraint(*_KEY, name=op.f("pk_rollup")),
    )


def downgrade() -> None:
    op.drop_table("rollup")
    op.drop_table("rollup_combination")
    op.create_table(
        "rollup",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=False),
        *(_code(name) for name in ("made_as", "grain")),
        *(_code(name, nullable=name not in _ALWAYS) for name in _CODES),
        _code("picked"),
        _code("code", nullable=True),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("lag", sa.SmallInteger(), nullable=False),
        _code("measure"),
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


def _code(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(collation="C"), nullable=nullable)
