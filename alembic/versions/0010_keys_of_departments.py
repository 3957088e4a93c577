"""Every key and every reference of what belongs to a department has its `department_id`, as several machines need it.

Constraints are dropped and made again over tables as they are; only `check_operand`, which had no department, is
written anew, in one pass.

Revision: 0010
Follows: 0009
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_PROJECTS = ("performance_indicator", "evaluation_line")
_WITHOUT_STATEMENT = ("statement", "stated_amount")
_FACTS = (
    "statement",
    "balance_line",
    "revenue_line",
    "expenditure_line",
    "economic_line",
    "three_public_line",
    "project",
    "performance_indicator",
    "evaluation_line",
    "procurement_item",
    "asset_item",
    "stated_amount",
    "finding",
    "check_result",
)
# table, column, the table it refers to, its key
_REFERENCES = (
    *((table, "revision_id", "disclosure", "revision_id") for table in _FACTS),
    *((table, "statement_id", "statement", "id") for table in _FACTS if table not in _WITHOUT_STATEMENT),
    *((table, "project_id", "project", "id") for table in _PROJECTS),
)
_KEYS = (("disclosure", "revision_id"), *((table, "id") for table in _FACTS))
_OPERAND = (
    '"position", side, label, label_en, amount, unit, decimals, "text", source, fact_id, field, statement_id, "row", '
    '"column", line, "offset"'
)


def upgrade() -> None:
    op.execute("SET LOCAL maintenance_work_mem = '256MB'")
    for table, column, parent, _ in _REFERENCES:
        op.drop_constraint(f"fk_{table}_{column}_{parent}", table, type_="foreignkey")
    op.drop_constraint("fk_check_operand_check_result_id_check_result", "check_operand", type_="foreignkey")
    for table, key in _KEYS:
        op.drop_constraint(f"pk_{table}", table, type_="primary")
        op.create_primary_key(f"pk_{table}", table, [key, "department_id"])
    op.drop_constraint("uq_disclosure_id_revision", "disclosure", type_="unique")
    op.create_unique_constraint(
        "uq_disclosure_id_revision_department_id", "disclosure", ["id", "revision", "department_id"]
    )
    _operands(
        ["check_result_id", "position", "department_id"],
        f"INSERT INTO check_operand (check_result_id, department_id, {_OPERAND}) "  # noqa: S608 - our own names
        f"SELECT o.check_result_id, r.department_id, {_of('o')} "
        "FROM check_operand_before o JOIN check_result r ON r.id = o.check_result_id",
    )
    for table, column, parent, key in _REFERENCES:
        op.create_foreign_key(
            f"fk_{table}_{column}_department_id_{parent}",
            table,
            parent,
            [column, "department_id"],
            [key, "department_id"],
        )
    op.create_foreign_key(
        "fk_check_operand_check_result_id_department_id_check_result",
        "check_operand",
        "check_result",
        ["check_result_id", "department_id"],
        ["id", "department_id"],
    )


def downgrade() -> None:
    op.execute("SET LOCAL maintenance_work_mem = '256MB'")
    for table, column, parent, _ in _REFERENCES:
        op.drop_constraint(f"fk_{table}_{column}_department_id_{parent}", table, type_="foreignkey")
    op.drop_constraint(
        "fk_check_operand_check_result_id_department_id_check_result", "check_operand", type_="foreignkey"
    )
    for table, key in _KEYS:
        op.drop_constraint(f"pk_{table}", table, type_="primary")
        op.create_primary_key(f"pk_{table}", table, [key])
    op.drop_constraint("uq_disclosure_id_revision_department_id", "disclosure", type_="unique")
    op.create_unique_constraint("uq_disclosure_id_revision", "disclosure", ["id", "revision"])
    _operands(
        ["check_result_id", "position"],
        f"INSERT INTO check_operand (check_result_id, {_OPERAND}) "  # noqa: S608 - our own names
        f"SELECT o.check_result_id, {_of('o')} FROM check_operand_before o",
    )
    for table, column, parent, key in _REFERENCES:
        op.create_foreign_key(f"fk_{table}_{column}_{parent}", table, parent, [column], [key])
    op.create_foreign_key(
        "fk_check_operand_check_result_id_check_result", "check_operand", "check_result", ["check_result_id"], ["id"]
    )


def _of(alias: str) -> str:
    return ", ".join(f"{alias}.{name.strip()}" for name in _OPERAND.split(","))


def _operands(key: list[str], copy: str) -> None:
    """The table of operands anew, with this key: an UPDATE of every row would write it twice and leave it as large."""
    for index in ("ix_check_operand_source_fact_id", "ix_check_operand_statement_id"):
        op.drop_index(index, table_name="check_operand")
    op.drop_constraint("pk_check_operand", "check_operand", type_="primary")
    op.rename_table("check_operand", "check_operand_before")
    op.create_table(
        "check_operand",
        sa.Column("check_result_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        *([sa.Column("department_id", sa.String(collation="C"), nullable=False)] if "department_id" in key else []),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("label_en", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=True),
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
    )
    op.execute(copy)
    op.create_primary_key("pk_check_operand", "check_operand", key)
    op.create_index("ix_check_operand_source_fact_id", "check_operand", ["source", "fact_id"])
    op.create_index("ix_check_operand_statement_id", "check_operand", ["statement_id"])
    op.drop_table("check_operand_before")
