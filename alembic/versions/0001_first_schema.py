"""The tables of the first schema, as `app/tables.py` describes them.

Revision: 0001
Follows: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "economic_subject",
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("classification", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(collation="C"), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("confidence", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_economic_subject")),
    )
    op.create_index(op.f("ix_economic_subject_parent_code"), "economic_subject", ["parent_code"])
    op.create_table(
        "functional_subject",
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(collation="C"), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("confidence", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_functional_subject")),
    )
    op.create_index(op.f("ix_functional_subject_parent_code"), "functional_subject", ["parent_code"])
    op.create_table(
        "region",
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(collation="C"), nullable=True),
        sa.ForeignKeyConstraint(["parent_code"], ["region.code"], name=op.f("fk_region_parent_code_region")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_index(op.f("ix_region_parent_code"), "region", ["parent_code"])
    op.create_table(
        "release",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_digest", sa.String(), nullable=False),
        sa.Column("source_digest", sa.String(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_release")),
    )
    op.create_index(op.f("ix_release_source_digest"), "release", ["source_digest"])
    op.create_table(
        "subject_name",
        sa.Column("classification", sa.String(), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("classification", "code", "fiscal_year", "name", name=op.f("pk_subject_name")),
    )
    op.create_table(
        "department",
        sa.Column("id", sa.String(collation="C"), nullable=False),
        sa.Column("region_code", sa.String(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("normalised_name", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("aliases", sa.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_department_region_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
    )
    op.create_index(op.f("ix_department_region_code"), "department", ["region_code"])
    op.create_table(
        "disclosure",
        sa.Column("revision_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(collation="C"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(collation="C"), nullable=False),
        sa.Column("department_id", sa.String(collation="C"), nullable=False),
        sa.Column("department_name", sa.String(), nullable=False),
        sa.Column("department_code", sa.String(), nullable=True),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source_file", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("units", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("content_digest", sa.String(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_disclosure_department_id_department")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_disclosure_region_code_region")),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_disclosure")),
        sa.UniqueConstraint("id", "revision", name=op.f("uq_disclosure_id_revision")),
    )
    op.create_index(op.f("ix_disclosure_content_digest"), "disclosure", ["content_digest"])
    op.create_index(op.f("ix_disclosure_department_id"), "disclosure", ["department_id"])
    op.create_index(op.f("ix_disclosure_fiscal_year"), "disclosure", ["fiscal_year"])
    op.create_index(op.f("ix_disclosure_id"), "disclosure", ["id"])
    op.create_index(op.f("ix_disclosure_region_code"), "disclosure", ["region_code"])
    op.create_index("ix_disclosure_validity", "disclosure", ["valid_from", "valid_to"])
    op.create_table(
        "stated_amount",
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
        sa.Column("unit_exponent", sa.SmallInteger(), nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("functional_code", sa.String(collation="C"), nullable=True),
        sa.Column("economic_code", sa.String(collation="C"), nullable=True),
        sa.Column("compared_year", sa.SmallInteger(), nullable=True),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("percent", sa.Numeric(), nullable=True),
        sa.Column("percent_kind", sa.String(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_stated_amount_revision_id_disclosure")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_amount")),
    )
    op.create_index(op.f("ix_stated_amount_department_id"), "stated_amount", ["department_id"])
    op.create_index(op.f("ix_stated_amount_disclosure_id"), "stated_amount", ["disclosure_id"])
    op.create_index(op.f("ix_stated_amount_fiscal_year"), "stated_amount", ["fiscal_year"])
    op.create_index(op.f("ix_stated_amount_region_code"), "stated_amount", ["region_code"])
    op.create_index(op.f("ix_stated_amount_revision_id"), "stated_amount", ["revision_id"])
    op.create_table(
        "statement",
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
        sa.Column("key", sa.String(collation="C"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("form_number", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("header_rows", sa.Integer(), nullable=False),
        sa.Column("grid", postgresql.JSONB(), nullable=False),
        sa.Column("withheld", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_statement_revision_id_disclosure")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
    )
    op.create_index(op.f("ix_statement_department_id"), "statement", ["department_id"])
    op.create_index(op.f("ix_statement_disclosure_id"), "statement", ["disclosure_id"])
    op.create_index(op.f("ix_statement_fiscal_year"), "statement", ["fiscal_year"])
    op.create_index(op.f("ix_statement_key"), "statement", ["key"])
    op.create_index(op.f("ix_statement_region_code"), "statement", ["region_code"])
    op.create_index(op.f("ix_statement_revision_id"), "statement", ["revision_id"])
    op.create_table(
        "asset_item",
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
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_key", sa.String(collation="C"), nullable=False),
        sa.Column("unit_exponent", sa.SmallInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_asset_item_revision_id_disclosure")
        ),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_asset_item_statement_id_statement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_item")),
    )
    op.create_index(op.f("ix_asset_item_department_id"), "asset_item", ["department_id"])
    op.create_index(op.f("ix_asset_item_disclosure_id"), "asset_item", ["disclosure_id"])
    op.create_index(op.f("ix_asset_item_fiscal_year"), "asset_item", ["fiscal_year"])
    op.create_index(op.f("ix_asset_item_region_code"), "asset_item", ["region_code"])
    op.create_index(op.f("ix_asset_item_revision_id"), "asset_item", ["revision_id"])
    op.create_index(op.f("ix_asset_item_statement_id"), "asset_item", ["statement_id"])
    op.create_table(
        "balance_line",
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
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_key", sa.String(collation="C"), nullable=False),
        sa.Column("unit_exponent", sa.SmallInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=True),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("functional_code", sa.String(collation="C"), nullable=True),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=True),
        sa.Column("general_public_budget", sa.Numeric(), nullable=True),
        sa.Column("government_fund", sa.Numeric(), nullable=True),
        sa.Column("state_capital", sa.Numeric(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_balance_line_revision_id_disclosure")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_balance_line_statement_id_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_line")),
    )
    op.create_index(op.f("ix_balance_line_department_id"), "balance_line", ["department_id"])
    op.create_index(op.f("ix_balance_line_disclosure_id"), "balance_line", ["disclosure_id"])
    op.create_index(op.f("ix_balance_line_fiscal_year"), "balance_line", ["fiscal_year"])
    op.create_index(op.f("ix_balance_line_functional_code"), "balance_line", ["functional_code"])
    op.create_index(op.f("ix_balance_line_region_code"), "balance_line", ["region_code"])
    op.create_index(op.f("ix_balance_line_revision_id"), "balance_line", ["revision_id"])
    op.create_index(op.f("ix_balance_line_statement_id"), "balance_line", ["statement_id"])
    op.create_table(
        "economic_line",
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
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_key", sa.String(collation="C"), nullable=False),
        sa.Column("unit_exponent", sa.SmallInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("is_leaf", sa.Boolean(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=True),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("fund", sa.String(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=True),
        sa.Column("personnel", sa.Numeric(), nullable=True),
        sa.Column("public", sa.Numeric(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_economic_line_revision_id_disclosure")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_economic_line_statement_id_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_economic_line")),
    )
    op.create_index(op.f("ix_economic_line_code"), "economic_line", ["code"])
    op.create_index(op.f("ix_economic_line_department_id"), "economic_line", ["department_id"])
    op.create_index(op.f("ix_economic_line_disclosure_id"), "economic_line", ["disclosure_id"])
    op.create_index(op.f("ix_economic_line_fiscal_year"), "economic_line", ["fiscal_year"])
    op.create_index(op.f("ix_economic_line_region_code"), "economic_line", ["region_code"])
    op.create_index(op.f("ix_economic_line_revision_id"), "economic_line", ["revision_id"])
    op.create_index(op.f("ix_economic_line_statement_id"), "economic_line", ["statement_id"])
    op.create_table(
        "expenditure_line",
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
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_key", sa.String(collation="C"), nullable=False),
        sa.Column("unit_exponent", sa.SmallInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("is_leaf", sa.Boolean(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=True),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("fund", sa.String(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=True),
        sa.Column("basic", sa.Numeric(), nullable=True),
        sa.Column("personnel", sa.Numeric(), nullable=True),
        sa.Column("public", sa.Numeric(), nullable=True),
        sa.Column("project", sa.Numeric(), nullable=True),
        sa.Column("business", sa.Numeric(), nullable=True),
        sa.Column("to_superior", sa.Numeric(), nullable=True),
        sa.Column("to_subordinates", sa.Numeric(), nullable=True),
        sa.Column("opening_balance", sa.Numeric(), nullable=True),
        sa.Column("revenue", sa.Numeric(), nullable=True),
        sa.Column("closing_balance", sa.Numeric(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_expenditure_line_revision_id_disclosure")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_expenditure_line_statement_id_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expenditure_line")),
    )
    op.create_index(
        "ix_expenditure_line_code_fiscal_year",
        "expenditure_line",
        ["code", "fiscal_year"],
        postgresql_include=["valid_from", "valid_to"],
    )
    op.create_index(
        "ix_expenditure_line_department_id_fiscal_year",
        "expenditure_line",
        ["department_id", "fiscal_year"],
        postgresql_include=["valid_from", "valid_to"],
    )
    op.create_index(op.f("ix_expenditure_line_disclosure_id"), "expenditure_line", ["disclosure_id"])
    op.create_index(op.f("ix_expenditure_line_fiscal_year"), "expenditure_line", ["fiscal_year"])
    op.create_index(op.f("ix_expenditure_line_region_code"), "expenditure_line", ["region_code"])
    op.create_index(op.f("ix_expenditure_line_revision_id"), "expenditure_line", ["revision_id"])
    op.create_index(op.f("ix_expenditure_line_statement_id"), "expenditure_line", ["statement_id"])
    op.create_table(
        "finding",
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
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("column", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_finding_revision_id_disclosure")
        ),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_finding_statement_id_statement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(op.f("ix_finding_code"), "finding", ["code"])
    op.create_index(op.f("ix_finding_department_id"), "finding", ["department_id"])
    op.create_index(op.f("ix_finding_disclosure_id"), "finding", ["disclosure_id"])
    op.create_index(op.f("ix_finding_fiscal_year"), "finding", ["fiscal_year"])
    op.create_index(op.f("ix_finding_region_code"), "finding", ["region_code"])
    op.create_index(op.f("ix_finding_revision_id"), "finding", ["revision_id"])
    op.create_index(op.f("ix_finding_statement_id"), "finding", ["statement_id"])
    op.create_table(
        "procurement_item",
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
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_key", sa.String(collation="C"), nullable=False),
        sa.Column("unit_exponent", sa.SmallInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_total", sa.Boolean(), nullable=False),
        sa.Column("project_name", sa.String(), nullable=True),
        sa.Column("project_budget", sa.Numeric(), nullable=True),
        sa.Column("item_name", sa.String(), nullable=True),
        sa.Column("catalogue_code", sa.String(collation="C"), nullable=True),
        sa.Column("measure", sa.String(), nullable=True),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("unit_price", sa.Numeric(), nullable=True),
        sa.Column("total", sa.Numeric(), nullable=True),
        sa.Column("current_year", sa.Numeric(), nullable=True),
        sa.Column("general_public_budget", sa.Numeric(), nullable=True),
        sa.Column("government_fund", sa.Numeric(), nullable=True),
        sa.Column("state_capital", sa.Numeric(), nullable=True),
        sa.Column("special_account", sa.Numeric(), nullable=True),
        sa.Column("unit_funds", sa.Numeric(), nullable=True),
        sa.Column("other_channels", sa.Numeric(), nullable=True),
        sa.Column("carried_over", sa.Numeric(), nullable=True),
        sa.Column("carried_over_fiscal", sa.Numeric(), nullable=True),
        sa.Column("carried_over_other", sa.Numeric(), nullable=True),
        sa.Column("reserved_for_small_firms", sa.Numeric(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_procurement_item_revision_id_disclosure")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_procurement_item_statement_id_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procurement_item")),
    )
    op.create_index(op.f("ix_procurement_item_catalogue_code"), "procurement_item", ["catalogue_code"])
    op.create_index(op.f("ix_procurement_item_department_id"), "procurement_item", ["department_id"])
    op.create_index(op.f("ix_procurement_item_disclosure_id"), "procurement_item", ["disclosure_id"])
    op.create_index(op.f("ix_procurement_item_fiscal_year"), "procurement_item", ["fiscal_year"])
    op.create_index(op.f("ix_procurement_item_region_code"), "procurement_item", ["region_code"])
    op.create_index(op.f("ix_procurement_item_revision_id"), "procurement_item", ["revision_id"])
    op.create_index(op.f("ix_procurement_item_statement_id"), "procurement_item", ["statement_id"])
    op.create_table(
        "project",
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
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_key", sa.String(collation="C"), nullable=False),
        sa.Column("unit_exponent", sa.SmallInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=True),
        sa.Column("fiscal", sa.Numeric(), nullable=True),
        sa.Column("other_funds", sa.Numeric(), nullable=True),
        sa.Column("plan_march", sa.Numeric(), nullable=True),
        sa.Column("plan_june", sa.Numeric(), nullable=True),
        sa.Column("plan_october", sa.Numeric(), nullable=True),
        sa.Column("plan_december", sa.Numeric(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("goal", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_project_revision_id_disclosure")
        ),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_project_statement_id_statement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    op.create_index(op.f("ix_project_code"), "project", ["code"])
    op.create_index(op.f("ix_project_department_id"), "project", ["department_id"])
    op.create_index(op.f("ix_project_disclosure_id"), "project", ["disclosure_id"])
    op.create_index(op.f("ix_project_fiscal_year"), "project", ["fiscal_year"])
    op.create_index(op.f("ix_project_region_code"), "project", ["region_code"])
    op.create_index(op.f("ix_project_revision_id"), "project", ["revision_id"])
    op.create_index(op.f("ix_project_statement_id"), "project", ["statement_id"])
    op.create_table(
        "revenue_line",
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
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_key", sa.String(collation="C"), nullable=False),
        sa.Column("unit_exponent", sa.SmallInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("is_leaf", sa.Boolean(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=True),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=True),
        sa.Column("current_year", sa.Numeric(), nullable=True),
        sa.Column("fiscal_appropriation", sa.Numeric(), nullable=True),
        sa.Column("general_public_budget", sa.Numeric(), nullable=True),
        sa.Column("government_fund", sa.Numeric(), nullable=True),
        sa.Column("state_capital", sa.Numeric(), nullable=True),
        sa.Column("special_account", sa.Numeric(), nullable=True),
        sa.Column("institutional", sa.Numeric(), nullable=True),
        sa.Column("business", sa.Numeric(), nullable=True),
        sa.Column("from_superior", sa.Numeric(), nullable=True),
        sa.Column("from_subordinates", sa.Numeric(), nullable=True),
        sa.Column("unit_funds", sa.Numeric(), nullable=True),
        sa.Column("other", sa.Numeric(), nullable=True),
        sa.Column("carried_over", sa.Numeric(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_revenue_line_revision_id_disclosure")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_revenue_line_statement_id_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revenue_line")),
    )
    op.create_index(op.f("ix_revenue_line_code"), "revenue_line", ["code"])
    op.create_index(op.f("ix_revenue_line_department_id"), "revenue_line", ["department_id"])
    op.create_index(op.f("ix_revenue_line_disclosure_id"), "revenue_line", ["disclosure_id"])
    op.create_index(op.f("ix_revenue_line_fiscal_year"), "revenue_line", ["fiscal_year"])
    op.create_index(op.f("ix_revenue_line_region_code"), "revenue_line", ["region_code"])
    op.create_index(op.f("ix_revenue_line_revision_id"), "revenue_line", ["revision_id"])
    op.create_index(op.f("ix_revenue_line_statement_id"), "revenue_line", ["statement_id"])
    op.create_table(
        "three_public_line",
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
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_key", sa.String(collation="C"), nullable=False),
        sa.Column("unit_exponent", sa.SmallInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=True),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=True),
        sa.Column("general_public_budget", sa.Numeric(), nullable=True),
        sa.Column("government_fund", sa.Numeric(), nullable=True),
        sa.Column("state_capital", sa.Numeric(), nullable=True),
        sa.Column("change", sa.Numeric(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_three_public_line_revision_id_disclosure")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_three_public_line_statement_id_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_three_public_line")),
    )
    op.create_index(op.f("ix_three_public_line_department_id"), "three_public_line", ["department_id"])
    op.create_index(op.f("ix_three_public_line_disclosure_id"), "three_public_line", ["disclosure_id"])
    op.create_index(op.f("ix_three_public_line_fiscal_year"), "three_public_line", ["fiscal_year"])
    op.create_index(op.f("ix_three_public_line_item"), "three_public_line", ["item"])
    op.create_index(op.f("ix_three_public_line_region_code"), "three_public_line", ["region_code"])
    op.create_index(op.f("ix_three_public_line_revision_id"), "three_public_line", ["revision_id"])
    op.create_index(op.f("ix_three_public_line_statement_id"), "three_public_line", ["statement_id"])
    op.create_table(
        "evaluation_line",
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
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_key", sa.String(collation="C"), nullable=False),
        sa.Column("unit_exponent", sa.SmallInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=True),
        sa.Column("project_name", sa.String(), nullable=True),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("initial_budget", sa.Numeric(), nullable=True),
        sa.Column("adjusted_budget", sa.Numeric(), nullable=True),
        sa.Column("executed", sa.Numeric(), nullable=True),
        sa.Column("execution_rate", sa.Numeric(), nullable=True),
        sa.Column("weight", sa.Numeric(), nullable=True),
        sa.Column("score", sa.Numeric(), nullable=True),
        sa.Column("grade", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_evaluation_line_project_id_project")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_evaluation_line_revision_id_disclosure")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_evaluation_line_statement_id_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_line")),
    )
    op.create_index(op.f("ix_evaluation_line_department_id"), "evaluation_line", ["department_id"])
    op.create_index(op.f("ix_evaluation_line_disclosure_id"), "evaluation_line", ["disclosure_id"])
    op.create_index(op.f("ix_evaluation_line_fiscal_year"), "evaluation_line", ["fiscal_year"])
    op.create_index(op.f("ix_evaluation_line_project_id"), "evaluation_line", ["project_id"])
    op.create_index(op.f("ix_evaluation_line_region_code"), "evaluation_line", ["region_code"])
    op.create_index(op.f("ix_evaluation_line_revision_id"), "evaluation_line", ["revision_id"])
    op.create_index(op.f("ix_evaluation_line_statement_id"), "evaluation_line", ["statement_id"])
    op.create_table(
        "performance_indicator",
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
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_key", sa.String(collation="C"), nullable=False),
        sa.Column("unit_exponent", sa.SmallInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=True),
        sa.Column("project_name", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("level1", sa.String(), nullable=True),
        sa.Column("level2", sa.String(), nullable=True),
        sa.Column("level3", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("level1_weight", sa.Numeric(), nullable=True),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("target_operator", sa.String(), nullable=True),
        sa.Column("target_number", sa.Numeric(), nullable=True),
        sa.Column("target_unit", sa.String(), nullable=True),
        sa.Column("target_is_qualitative", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(), nullable=True),
        sa.Column("actual", sa.String(), nullable=True),
        sa.Column("actual_number", sa.Numeric(), nullable=True),
        sa.Column("actual_unit", sa.String(), nullable=True),
        sa.Column("weight", sa.Numeric(), nullable=True),
        sa.Column("score", sa.Numeric(), nullable=True),
        sa.Column("deviation_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_performance_indicator_project_id_project")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["disclosure.revision_id"], name=op.f("fk_performance_indicator_revision_id_disclosure")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_performance_indicator_statement_id_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance_indicator")),
    )
    op.create_index(op.f("ix_performance_indicator_department_id"), "performance_indicator", ["department_id"])
    op.create_index(op.f("ix_performance_indicator_disclosure_id"), "performance_indicator", ["disclosure_id"])
    op.create_index(op.f("ix_performance_indicator_fiscal_year"), "performance_indicator", ["fiscal_year"])
    op.create_index(op.f("ix_performance_indicator_project_id"), "performance_indicator", ["project_id"])
    op.create_index(op.f("ix_performance_indicator_region_code"), "performance_indicator", ["region_code"])
    op.create_index(op.f("ix_performance_indicator_revision_id"), "performance_indicator", ["revision_id"])
    op.create_index(op.f("ix_performance_indicator_statement_id"), "performance_indicator", ["statement_id"])


def downgrade() -> None:
    op.drop_table("performance_indicator")
    op.drop_table("evaluation_line")
    op.drop_table("three_public_line")
    op.drop_table("revenue_line")
    op.drop_table("project")
    op.drop_table("procurement_item")
    op.drop_table("finding")
    op.drop_table("expenditure_line")
    op.drop_table("economic_line")
    op.drop_table("balance_line")
    op.drop_table("asset_item")
    op.drop_table("statement")
    op.drop_table("stated_amount")
    op.drop_table("disclosure")
    op.drop_table("department")
    op.drop_table("subject_name")
    op.drop_table("release")
    op.drop_table("region")
    op.drop_table("functional_subject")
    op.drop_table("economic_subject")
