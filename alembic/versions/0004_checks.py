"""Checks: the rules, what each found in each disclosure, and the printed figures that it compared.

Disclosures that are there were held against no rules yet (version 0): the next load of their source does so.

Revision: 0004
Follows: 0003
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_rule",
        sa.Column("id", sa.String(collation="C"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("formula", sa.String(), nullable=False),
        sa.Column("formula_en", sa.String(), nullable=False),
        sa.Column("statements", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("citation", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_rule")),
    )
    op.create_table(
        "check_result",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision_id", sa.BigInteger(), nullable=False),
        sa.Column("disclosure_id", sa.String(collation="C"), nullable=False),
        sa.Column("region_code", sa.String(collation="C"), nullable=False),
        sa.Column("department_id", sa.String(collation="C"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=True),
        sa.Column("statement_key", sa.String(collation="C"), nullable=True),
        sa.Column("unit_exponent", sa.SmallInteger(), nullable=True),
        sa.Column("rule", sa.String(collation="C"), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("difference", sa.Numeric(), nullable=True),
        sa.Column("bound", sa.Numeric(), nullable=True),
        sa.Column("sentence_zh", sa.String(), nullable=False),
        sa.Column("sentence_en", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_check_result_revision_id_disclosure")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_check_result_statement_id_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_result")),
    )
    op.create_index(op.f("ix_check_result_department_id"), "check_result", ["department_id"], unique=False)
    op.create_index(op.f("ix_check_result_disclosure_id"), "check_result", ["disclosure_id"], unique=False)
    op.create_index(op.f("ix_check_result_fiscal_year"), "check_result", ["fiscal_year"], unique=False)
    op.create_index(op.f("ix_check_result_region_code"), "check_result", ["region_code"], unique=False)
    op.create_index(op.f("ix_check_result_revision_id"), "check_result", ["revision_id"], unique=False)
    op.create_index(op.f("ix_check_result_rule"), "check_result", ["rule"], unique=False)
    op.create_index(op.f("ix_check_result_statement_id"), "check_result", ["statement_id"], unique=False)
    op.create_index(op.f("ix_check_result_status"), "check_result", ["status"], unique=False)
    op.create_table(
        "check_operand",
        sa.Column("check_result_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("label_en", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("decimals", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("source", sa.String(collation="C"), nullable=False),
        sa.Column("fact_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("column", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("offset", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["check_result_id"], ["check_result.id"], name=op.f("fk_check_operand_check_result_id_check_result")
        ),
        sa.PrimaryKeyConstraint("check_result_id", "position", name=op.f("pk_check_operand")),
    )
    op.create_index("ix_check_operand_source_fact_id", "check_operand", ["source", "fact_id"], unique=False)
    op.create_index(op.f("ix_check_operand_statement_id"), "check_operand", ["statement_id"], unique=False)
    op.add_column("disclosure", sa.Column("checks_version", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("disclosure", "checks_version", server_default=None)


def downgrade() -> None:
    op.drop_column("disclosure", "checks_version")
    op.drop_index(op.f("ix_check_operand_statement_id"), table_name="check_operand")
    op.drop_index("ix_check_operand_source_fact_id", table_name="check_operand")
    op.drop_table("check_operand")
    op.drop_index(op.f("ix_check_result_status"), table_name="check_result")
    op.drop_index(op.f("ix_check_result_statement_id"), table_name="check_result")
    op.drop_index(op.f("ix_check_result_rule"), table_name="check_result")
    op.drop_index(op.f("ix_check_result_revision_id"), table_name="check_result")
    op.drop_index(op.f("ix_check_result_region_code"), table_name="check_result")
    op.drop_index(op.f("ix_check_result_fiscal_year"), table_name="check_result")
    op.drop_index(op.f("ix_check_result_disclosure_id"), table_name="check_result")
    op.drop_index(op.f("ix_check_result_department_id"), table_name="check_result")
    op.drop_table("check_result")
    op.drop_table("check_rule")
