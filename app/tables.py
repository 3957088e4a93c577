"""The SQLModel tables: what Alembic creates, `app/load.py` fills by COPY and `app/query/` reads.

Money is `numeric` in yuan and keeps the printed number of decimals as its scale (`app/values.py: to_yuan`), so that
an answer has the digits of the document; `unit_exponent` is the power of ten of the printed unit (4 for 万元).
A row of facts belongs to one revision of one disclosure and is visible in release N when
`valid_from <= N < valid_to`; the release of a revision is copied onto its rows, so that a list reads one table.
Codes and ids collate as bytes ("C"): a prefix is then a range of the index.

Whatever belongs to a disclosure belongs to a department, and each of its keys and references has `department_id` in it:
so the same tables can lie on several machines, each with the whole of some departments (`app/distribute.py`).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

# `valid_to` of a row that no later release has replaced or withdrawn.
STILL_VALID = 2**31 - 1

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING_CONVENTION

CODE: Any = String(collation="C")
MONEY: Any = Numeric(asdecimal=True)


class Region(SQLModel, table=True):
    """An administrative division of GB/T 2260."""

    __tablename__ = "region"
    code: str = Field(primary_key=True, sa_type=CODE)
    name: str
    full_name: str  # 河北省唐山市开平区
    level: str  # country, province, prefecture, county
    parent_code: str | None = Field(default=None, foreign_key="region.code", index=True, sa_type=CODE)


class Department(SQLModel, table=True):
    """A reporting body. Its id is made from the division and the normalised name."""

    __tablename__ = "department"
    id: str = Field(primary_key=True, sa_type=CODE)
    region_code: str = Field(foreign_key="region.code", index=True, sa_type=CODE)
    name: str  # as printed in its latest disclosure
    normalised_name: str
    code: str | None = None  # as printed in its latest disclosure
    aliases: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    changed_in: int  # the release since which it is called as it is, and so are its division and the codes it uses


class Release(SQLModel, table=True):
    """A whole state of the data. A reader sees exactly one."""

    __tablename__ = "release"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    created_at: dt.datetime = Field(sa_type=DateTime(timezone=True))
    content_digest: str  # SHA-256 over the valid disclosures' content digests
    source_digest: str | None = Field(default=None, index=True)  # the manifest that was loaded, None for an ingest
    counts: dict[str, int] = Field(sa_type=JSONB)  # rows valid in this release, by table
    changes: dict[str, int] = Field(sa_type=JSONB)  # disclosures that came, changed or went with it, by reason
    note: str
    codes: dict[str, list[str]] | None = Field(default=None, sa_type=JSONB)  # those it uses, by list (codes_in_use.py)


class Disclosure(SQLModel, table=True):
    """One revision of one published document. `id` is the same in every revision, `revision_id` is not."""

    __tablename__ = "disclosure"
    __table_args__ = (
        UniqueConstraint("id", "revision", "department_id"),
        Index("ix_disclosure_validity", "valid_from", "valid_to"),
    )
    revision_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    id: str = Field(index=True, sa_type=CODE)
    revision: int
    region_code: str = Field(foreign_key="region.code", index=True, sa_type=CODE)
    department_id: str = Field(primary_key=True, foreign_key="department.id", index=True, sa_type=CODE)
    department_name: str
    department_code: str | None = None
    fiscal_year: int = Field(index=True, sa_type=SmallInteger)
    kind: str
    scope: str
    title: str
    source_file: str
    sha256: str
    format: str
    units: list[str] = Field(sa_type=ARRAY(Text))
    parser_version: int
    origin: str  # seed or ingest
    content_digest: str = Field(index=True)
    checks_version: int  # of the rules that its figures were held against
    loaded_at: dt.datetime = Field(sa_type=DateTime(timezone=True))
    valid_from: int
    valid_to: int


class Withdrawal(SQLModel, table=True):
    """A disclosure that the operator took back (`app/withdraw.py`): while it is gone no seed brings it again."""

    __tablename__ = "withdrawal"
    disclosure_id: str = Field(primary_key=True, sa_type=CODE)
    release: int  # since which it is gone
    withdrawn_at: dt.datetime = Field(sa_type=DateTime(timezone=True))
    note: str


class PrunedRelease(SQLModel, table=True):
    """A release that is no longer kept (`app/prune.py`): readers are told so, and its files are known by it."""

    __tablename__ = "pruned_release"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    created_at: dt.datetime = Field(sa_type=DateTime(timezone=True))
    content_digest: str
    pruned_at: dt.datetime = Field(sa_type=DateTime(timezone=True))


class PrunedDisclosure(SQLModel, table=True):
    """What a load has to know of revisions of a disclosure that are no longer there."""

    __tablename__ = "pruned_disclosure"
    id: str = Field(primary_key=True, sa_type=CODE)
    department_id: str = Field(primary_key=True, sa_type=CODE)
    revision: int  # the highest
    seed_digest: str | None = None  # of the latest that came from a seed


class UsedId(SQLModel, table=True):
    """The highest id that a table has had, where its row may be gone: no id is given out twice."""

    __tablename__ = "used_id"
    name: str = Field(primary_key=True, sa_type=CODE)  # of the table
    last: int = Field(sa_type=BigInteger)


class Fact(SQLModel):
    """What every row that belongs to a revision carries; the columns that filters need are copied here."""

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    revision_id: int = Field(index=True, sa_type=BigInteger)
    disclosure_id: str = Field(index=True, sa_type=CODE)
    region_code: str = Field(index=True, sa_type=CODE)
    department_id: str = Field(primary_key=True, index=True, sa_type=CODE)
    kind: str
    scope: str
    fiscal_year: int = Field(index=True, sa_type=SmallInteger)
    valid_from: int
    valid_to: int


class Statement(Fact, table=True):
    """A printed table. `fiscal_year` is the disclosure's."""

    __tablename__ = "statement"
    key: str = Field(index=True, sa_type=CODE)
    ordinal: int
    title: str
    form_number: str | None = None
    unit: str | None = None
    status: str
    location: str
    note: str | None = None
    as_of: dt.date | None = Field(default=None, sa_type=Date)
    header_rows: int
    grid: list[list[str | None]] = Field(sa_type=JSONB)  # null: running text that seed_data/ leaves out
    withheld: list[list[int]] = Field(sa_type=JSONB)


class StatementFact(Fact):
    """A fact out of a statement. `row` and `cells` lead to the printed grid, both counted from 0."""

    statement_id: int = Field(index=True, sa_type=BigInteger)
    statement_key: str = Field(sa_type=CODE)
    unit_exponent: int | None = Field(default=None, sa_type=SmallInteger)
    row: int
    cells: dict[str, list[int]] = Field(sa_type=JSONB)


class CodedFact(StatementFact):
    """A fact with a classification code; `code` is null on the 合计 row."""

    code: str | None = Field(default=None, index=True, sa_type=CODE)
    name: str
    level: str
    is_leaf: bool
    line_number: int | None = None
    phase: str


class BalanceLine(StatementFact, table=True):
    """A row of one side of a 收支总表."""

    __tablename__ = "balance_line"
    side: str
    role: str
    line_number: int | None = None
    item: str
    name: str
    functional_code: str | None = Field(default=None, index=True, sa_type=CODE)
    phase: str
    total: Decimal | None = Field(default=None, sa_type=MONEY)
    general_public_budget: Decimal | None = Field(default=None, sa_type=MONEY)
    government_fund: Decimal | None = Field(default=None, sa_type=MONEY)
    state_capital: Decimal | None = Field(default=None, sa_type=MONEY)
    personnel: Decimal | None = Field(default=None, sa_type=MONEY)
    public: Decimal | None = Field(default=None, sa_type=MONEY)
    project: Decimal | None = Field(default=None, sa_type=MONEY)


class RevenueLine(CodedFact, table=True):
    """A row of the revenue statement."""

    __tablename__ = "revenue_line"
    total: Decimal | None = Field(default=None, sa_type=MONEY)
    current_year: Decimal | None = Field(default=None, sa_type=MONEY)
    fiscal_appropriation: Decimal | None = Field(default=None, sa_type=MONEY)
    outlay_grant: Decimal | None = Field(default=None, sa_type=MONEY)
    non_tax_grant: Decimal | None = Field(default=None, sa_type=MONEY)
    general_public_budget: Decimal | None = Field(default=None, sa_type=MONEY)
    government_fund: Decimal | None = Field(default=None, sa_type=MONEY)
    state_capital: Decimal | None = Field(default=None, sa_type=MONEY)
    special_account: Decimal | None = Field(default=None, sa_type=MONEY)
    institutional: Decimal | None = Field(default=None, sa_type=MONEY)
    business: Decimal | None = Field(default=None, sa_type=MONEY)
    from_superior: Decimal | None = Field(default=None, sa_type=MONEY)
    from_subordinates: Decimal | None = Field(default=None, sa_type=MONEY)
    unit_funds: Decimal | None = Field(default=None, sa_type=MONEY)
    other: Decimal | None = Field(default=None, sa_type=MONEY)
    surplus_used: Decimal | None = Field(default=None, sa_type=MONEY)
    carried_over: Decimal | None = Field(default=None, sa_type=MONEY)
    carried_over_general_public_budget: Decimal | None = Field(default=None, sa_type=MONEY)
    carried_over_government_fund: Decimal | None = Field(default=None, sa_type=MONEY)
    carried_over_state_capital: Decimal | None = Field(default=None, sa_type=MONEY)
    carried_over_special_account: Decimal | None = Field(default=None, sa_type=MONEY)
    carried_over_unit_funds: Decimal | None = Field(default=None, sa_type=MONEY)


class ExpenditureLine(CodedFact, table=True):
    """A row of an expenditure statement."""

    __tablename__ = "expenditure_line"
    # The largest table. Its usual questions have an index each, which ends in the key: a page is read in its order, and
    # no further than the page. The validity is in it too, so that an exact total is counted in the index alone; totals
    # of classes are added up already (`app/rollups.py`). Within a department all years are read: there are few lines.
    __table_args__: ClassVar[Any] = (
        Index(
            "ix_expenditure_line_department_id_id",
            "department_id",
            "id",
            postgresql_include=["valid_from", "valid_to"],
        ),
        Index(
            "ix_expenditure_line_region_code_fiscal_year_id",
            "region_code",
            "fiscal_year",
            "id",
            postgresql_include=["valid_from", "valid_to"],
        ),
        Index(
            "ix_expenditure_line_code_fiscal_year_id",
            "code",
            "fiscal_year",
            "id",
            postgresql_include=["valid_from", "valid_to"],
        ),
        Index("ix_expenditure_line_class_code_fiscal_year_id", text("left(code, 3)"), "fiscal_year", "id"),
    )
    region_code: str = Field(sa_type=CODE)
    department_id: str = Field(primary_key=True, sa_type=CODE)
    code: str | None = Field(default=None, sa_type=CODE)
    fund: str
    total: Decimal | None = Field(default=None, sa_type=MONEY)
    basic: Decimal | None = Field(default=None, sa_type=MONEY)
    personnel: Decimal | None = Field(default=None, sa_type=MONEY)
    public: Decimal | None = Field(default=None, sa_type=MONEY)
    project: Decimal | None = Field(default=None, sa_type=MONEY)
    business: Decimal | None = Field(default=None, sa_type=MONEY)
    to_superior: Decimal | None = Field(default=None, sa_type=MONEY)
    to_subordinates: Decimal | None = Field(default=None, sa_type=MONEY)
    fiscal_appropriation: Decimal | None = Field(default=None, sa_type=MONEY)
    general_public_budget: Decimal | None = Field(default=None, sa_type=MONEY)
    government_fund: Decimal | None = Field(default=None, sa_type=MONEY)
    state_capital: Decimal | None = Field(default=None, sa_type=MONEY)
    special_account: Decimal | None = Field(default=None, sa_type=MONEY)
    institutional: Decimal | None = Field(default=None, sa_type=MONEY)
    business_revenue: Decimal | None = Field(default=None, sa_type=MONEY)
    from_superior: Decimal | None = Field(default=None, sa_type=MONEY)
    from_subordinates: Decimal | None = Field(default=None, sa_type=MONEY)
    unit_funds: Decimal | None = Field(default=None, sa_type=MONEY)
    other: Decimal | None = Field(default=None, sa_type=MONEY)
    surplus_used: Decimal | None = Field(default=None, sa_type=MONEY)
    opening_balance: Decimal | None = Field(default=None, sa_type=MONEY)
    revenue: Decimal | None = Field(default=None, sa_type=MONEY)
    closing_balance: Decimal | None = Field(default=None, sa_type=MONEY)
    procurement: Decimal | None = Field(default=None, sa_type=MONEY)
    reserved_for_small_firms: Decimal | None = Field(default=None, sa_type=MONEY)
    reserved_for_micro_firms: Decimal | None = Field(default=None, sa_type=MONEY)
    without_construction: Decimal | None = Field(default=None, sa_type=MONEY)
    change: Decimal | None = Field(default=None, sa_type=MONEY)
    change_percent: Decimal | None = None
    change_without_construction: Decimal | None = Field(default=None, sa_type=MONEY)
    change_percent_without_construction: Decimal | None = None


class EconomicLine(CodedFact, table=True):
    """A row by economic code."""

    __tablename__ = "economic_line"
    government_code: str | None = Field(default=None, sa_type=CODE)
    fund: str
    total: Decimal | None = Field(default=None, sa_type=MONEY)
    basic: Decimal | None = Field(default=None, sa_type=MONEY)
    personnel: Decimal | None = Field(default=None, sa_type=MONEY)
    public: Decimal | None = Field(default=None, sa_type=MONEY)
    project: Decimal | None = Field(default=None, sa_type=MONEY)
    fiscal_appropriation: Decimal | None = Field(default=None, sa_type=MONEY)
    general_public_budget: Decimal | None = Field(default=None, sa_type=MONEY)
    government_fund: Decimal | None = Field(default=None, sa_type=MONEY)
    state_capital: Decimal | None = Field(default=None, sa_type=MONEY)
    special_account: Decimal | None = Field(default=None, sa_type=MONEY)
    institutional: Decimal | None = Field(default=None, sa_type=MONEY)
    business_revenue: Decimal | None = Field(default=None, sa_type=MONEY)
    from_superior: Decimal | None = Field(default=None, sa_type=MONEY)
    from_subordinates: Decimal | None = Field(default=None, sa_type=MONEY)
    unit_funds: Decimal | None = Field(default=None, sa_type=MONEY)
    other: Decimal | None = Field(default=None, sa_type=MONEY)
    surplus_used: Decimal | None = Field(default=None, sa_type=MONEY)
    carried_over: Decimal | None = Field(default=None, sa_type=MONEY)


class ThreePublicLine(StatementFact, table=True):
    """One item of the 三公 expenses in one year and phase."""

    __tablename__ = "three_public_line"
    item: str = Field(index=True)
    name: str
    institution: str | None = None
    line_number: int | None = None
    phase: str
    total: Decimal | None = Field(default=None, sa_type=MONEY)
    general_public_budget: Decimal | None = Field(default=None, sa_type=MONEY)
    government_fund: Decimal | None = Field(default=None, sa_type=MONEY)
    state_capital: Decimal | None = Field(default=None, sa_type=MONEY)
    change: Decimal | None = Field(default=None, sa_type=MONEY)
    change_percent: Decimal | None = None
    reason: str | None = None


class Project(StatementFact, table=True):
    """A project with its money."""

    __tablename__ = "project"
    ordinal: int
    is_total: bool
    institution: str | None = None
    code: str | None = Field(default=None, index=True, sa_type=CODE)
    name: str
    total: Decimal | None = Field(default=None, sa_type=MONEY)
    fiscal: Decimal | None = Field(default=None, sa_type=MONEY)
    general_public_budget: Decimal | None = Field(default=None, sa_type=MONEY)
    government_fund: Decimal | None = Field(default=None, sa_type=MONEY)
    state_capital: Decimal | None = Field(default=None, sa_type=MONEY)
    special_account: Decimal | None = Field(default=None, sa_type=MONEY)
    institutional: Decimal | None = Field(default=None, sa_type=MONEY)
    business_revenue: Decimal | None = Field(default=None, sa_type=MONEY)
    from_superior: Decimal | None = Field(default=None, sa_type=MONEY)
    from_subordinates: Decimal | None = Field(default=None, sa_type=MONEY)
    unit_funds: Decimal | None = Field(default=None, sa_type=MONEY)
    surplus_used: Decimal | None = Field(default=None, sa_type=MONEY)
    carried_over: Decimal | None = Field(default=None, sa_type=MONEY)
    other_funds: Decimal | None = Field(default=None, sa_type=MONEY)
    plan_march: Decimal | None = None
    plan_june: Decimal | None = None
    plan_october: Decimal | None = None
    plan_december: Decimal | None = None
    purpose: str | None = None
    goal: str | None = None


class PerformanceIndicator(StatementFact, table=True):
    """An indicator row of a target table or a self-evaluation."""

    __tablename__ = "performance_indicator"
    subject: str
    project_id: int | None = Field(default=None, index=True, sa_type=BigInteger)
    project_name: str | None = None
    position: int
    level1: str | None = None
    level2: str | None = None
    level3: str | None = None
    description: str | None = None
    level1_weight: Decimal | None = None
    target: str | None = None
    target_operator: str | None = None
    target_number: Decimal | None = None
    target_unit: str | None = None
    target_is_qualitative: bool
    basis: str | None = None
    actual: str | None = None
    actual_number: Decimal | None = None
    actual_unit: str | None = None
    weight: Decimal | None = None
    score: Decimal | None = None
    deviation_reason: str | None = None


class EvaluationLine(StatementFact, table=True):
    """A funding row or the 总分 row of a self-evaluation table."""

    __tablename__ = "evaluation_line"
    subject: str
    project_id: int | None = Field(default=None, index=True, sa_type=BigInteger)
    project_name: str | None = None
    item: str
    name: str
    initial_budget: Decimal | None = Field(default=None, sa_type=MONEY)
    adjusted_budget: Decimal | None = Field(default=None, sa_type=MONEY)
    executed: Decimal | None = Field(default=None, sa_type=MONEY)
    execution_rate: Decimal | None = None
    weight: Decimal | None = None
    score: Decimal | None = None
    grade: str | None = None


class ProcurementItem(StatementFact, table=True):
    """A row of the procurement table."""

    __tablename__ = "procurement_item"
    position: int
    is_total: bool
    project_name: str | None = None
    project_budget: Decimal | None = Field(default=None, sa_type=MONEY)
    item_name: str | None = None
    catalogue_code: str | None = Field(default=None, index=True, sa_type=CODE)
    measure: str | None = None
    functional_code: str | None = Field(default=None, sa_type=CODE)
    quantity: Decimal | None = None
    unit_price: Decimal | None = Field(default=None, sa_type=MONEY)
    total: Decimal | None = Field(default=None, sa_type=MONEY)
    current_year: Decimal | None = Field(default=None, sa_type=MONEY)
    general_public_budget: Decimal | None = Field(default=None, sa_type=MONEY)
    government_fund: Decimal | None = Field(default=None, sa_type=MONEY)
    state_capital: Decimal | None = Field(default=None, sa_type=MONEY)
    special_account: Decimal | None = Field(default=None, sa_type=MONEY)
    unit_funds: Decimal | None = Field(default=None, sa_type=MONEY)
    other_channels: Decimal | None = Field(default=None, sa_type=MONEY)
    carried_over: Decimal | None = Field(default=None, sa_type=MONEY)
    carried_over_fiscal: Decimal | None = Field(default=None, sa_type=MONEY)
    carried_over_other: Decimal | None = Field(default=None, sa_type=MONEY)
    reserved_for_small_firms: Decimal | None = Field(default=None, sa_type=MONEY)


class AssetItem(StatementFact, table=True):
    """A row of the fixed-asset table."""

    __tablename__ = "asset_item"
    item: str
    name: str
    measure: str | None = None
    as_of: dt.date | None = Field(default=None, sa_type=Date)
    quantity: Decimal | None = None
    value: Decimal | None = Field(default=None, sa_type=MONEY)


class StatedAmount(Fact, table=True):
    """An amount that the narrative states."""

    __tablename__ = "stated_amount"
    unit_exponent: int | None = Field(default=None, sa_type=SmallInteger)
    topic: str
    item: str
    label: str
    functional_code: str | None = Field(default=None, sa_type=CODE)
    economic_code: str | None = Field(default=None, sa_type=CODE)
    compared_year: int | None = Field(default=None, sa_type=SmallInteger)
    phase: str
    measure: str
    direction: str | None = None
    amount: Decimal | None = Field(default=None, sa_type=MONEY)
    percent: Decimal | None = None
    percent_kind: str | None = None
    line: int
    offset: int
    text: str


class Finding(Fact, table=True):
    """What a reader of the data should know about how a document was read."""

    __tablename__ = "finding"
    statement_id: int | None = Field(default=None, index=True, sa_type=BigInteger)
    code: str = Field(index=True)
    severity: str
    message: str
    row: int | None = None
    column: int | None = None
    line: int | None = None
    text: str | None = None


class CheckRule(SQLModel, table=True):
    """A rule that figures are held against, as the program that loaded last declares it."""

    __tablename__ = "check_rule"
    id: str = Field(primary_key=True, sa_type=CODE)
    position: int
    zh: str
    en: str
    formula: str
    formula_en: str
    statements: list[str] = Field(sa_type=ARRAY(Text))
    severity: str
    basis: str
    citation: str


class CheckResult(Fact, table=True):
    """What a rule found at one place of a disclosure."""

    __tablename__ = "check_result"
    # The list of rules counts the results of each.
    __table_args__: ClassVar[Any] = (
        Index("ix_check_result_rule_status", "rule", "status", postgresql_include=["valid_from", "valid_to"]),
    )
    statement_id: int | None = Field(default=None, index=True, sa_type=BigInteger)
    statement_key: str | None = Field(default=None, sa_type=CODE)
    unit_exponent: int | None = Field(default=None, sa_type=SmallInteger)
    rule: str = Field(sa_type=CODE)
    severity: str
    status: str = Field(index=True)
    difference: Decimal | None = Field(default=None, sa_type=MONEY)
    bound: Decimal | None = Field(default=None, sa_type=MONEY)
    sentence_zh: str
    sentence_en: str


class CheckOperand(SQLModel, table=True):
    """A printed figure that a check compared. `amount` is in its own `unit`; the row it is in is named by its table."""

    __tablename__ = "check_operand"
    __table_args__: ClassVar[Any] = (Index("ix_check_operand_source_fact_id", "source", "fact_id"),)
    check_result_id: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True, sa_type=SmallInteger)
    department_id: str = Field(primary_key=True, sa_type=CODE)
    side: str
    label: str
    label_en: str
    amount: Decimal | None = Field(default=None, sa_type=MONEY)
    unit: str | None = None
    decimals: int = Field(sa_type=SmallInteger)
    text: str | None = None
    source: str = Field(sa_type=CODE)  # the table of the row
    fact_id: int = Field(sa_type=BigInteger)
    field: str
    statement_id: int | None = Field(default=None, index=True, sa_type=BigInteger)
    row: int | None = None
    column: int | None = None
    line: int | None = None
    offset: int | None = None


class FunctionalSubject(SQLModel, table=True):
    """A code of the functional classification: from the packaged list, or first seen in a disclosure."""

    __tablename__ = "functional_subject"
    code: str = Field(primary_key=True, sa_type=CODE)
    name: str
    name_en: str | None = None
    level: str
    parent_code: str | None = Field(default=None, index=True, sa_type=CODE)
    source: str  # "code list" or "disclosure"
    confidence: str | None = None  # verified, single_document


class EconomicSubject(SQLModel, table=True):
    """A code of the economic classification of departmental budgets (301-399) or government budgets (501-599)."""

    __tablename__ = "economic_subject"
    code: str = Field(primary_key=True, sa_type=CODE)
    name: str
    name_en: str | None = None
    classification: str  # department, government
    level: str
    parent_code: str | None = Field(default=None, index=True, sa_type=CODE)
    source: str
    confidence: str | None = None


class SubjectName(SQLModel, table=True):
    """A name that a code was printed with in a year."""

    __tablename__ = "subject_name"
    classification: str = Field(primary_key=True)  # functional, economic
    code: str = Field(primary_key=True, sa_type=CODE)
    fiscal_year: int = Field(primary_key=True, sa_type=SmallInteger)
    name: str = Field(primary_key=True)
    source: str  # code list, disclosure


class SearchText(SQLModel, table=True):
    """A printed name, once, in the form in which it is searched (`app/search_text.py`); kept until nothing has it."""

    __tablename__ = "search_text"
    __table_args__: ClassVar[Any] = (Index("ix_search_text_terms", "terms", postgresql_using="gin"),)
    text: str = Field(primary_key=True)
    folded: str = Field(sa_type=CODE)  # and after a space each abbreviation
    terms: list[str] = Field(sa_type=ARRAY(Text))  # every character and every pair of neighbours of `folded`


class SearchEntry(SQLModel, table=True):
    """What carries a name in which releases: a department, a code, or all rows of a list with that name."""

    __tablename__ = "search_entry"
    __table_args__: ClassVar[Any] = (
        Index("ix_search_entry_validity", "valid_from", "valid_to"),
        Index("ix_search_entry_kind_key", "kind", "key"),
    )
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(sa_type=CODE)  # the resource
    key: str = Field(sa_type=CODE)  # of the department or code; the name itself where rows are grouped by it
    field: str = Field(sa_type=CODE)  # the field that holds the name
    text: str = Field(foreign_key="search_text.text", index=True)
    record: str = Field(sa_type=CODE)  # the key of the record, of the first one where several have the name
    rows: int  # how many records of the resource there are
    valid_from: int
    valid_to: int


class SearchWord(SQLModel, table=True):
    """A word that very many names have: how many results of a kind, and the best of them (`app/common_words.py`)."""

    __tablename__ = "search_word"
    # The lists of the newest release, whose end is the greatest, without those of all releases before.
    __table_args__: ClassVar[Any] = (Index("ix_search_word_word_valid_to", "word", "valid_to"),)
    word: str = Field(primary_key=True, sa_type=CODE)  # folded
    kind: str = Field(primary_key=True, sa_type=CODE)  # the resource
    valid_from: int = Field(primary_key=True)
    valid_to: int
    total: int  # results
    entries: list[int] = Field(sa_type=ARRAY(BigInteger))  # the best of them, each by the entry that is shown
    texts: list[str] | None = Field(default=None, sa_type=ARRAY(Text))  # the best names; null where entries say it
    bearers: list[int] | None = Field(default=None, sa_type=ARRAY(Integer))  # how many results have each text
    chosen_of: int  # how many names there were when words were chosen


class RollupCombination(SQLModel, table=True):
    """What the rows of a cell have in common beside year, division and code (`app/rollups.py`)."""

    __tablename__ = "rollup_combination"
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})  # a digest of it
    made_as: str = Field(sa_type=CODE)  # the resource, and the version of what is added up
    kind: str = Field(sa_type=CODE)
    scope: str = Field(sa_type=CODE)
    lag: int = Field(sa_type=SmallInteger)  # the disclosure's year less the row's
    phase: str = Field(sa_type=CODE)
    statement_key: str = Field(sa_type=CODE)
    fund: str | None = Field(default=None, sa_type=CODE)
    side: str | None = Field(default=None, sa_type=CODE)
    role: str | None = Field(default=None, sa_type=CODE)
    item: str | None = Field(default=None, sa_type=CODE)
    institution: str | None = Field(default=None, sa_type=CODE)  # `one` of rows of single institutions
    picked: str = Field(sa_type=CODE)  # leaf, or a level: a leaf is in the cells of both


class RollupCell(SQLModel, table=True):
    """Rows of one list that have the same values in all dimensions, added up (`app/rollups.py`).

    What is read most stands first, and the first measure before the others.
    """

    __tablename__ = "rollup"
    grain: int = Field(primary_key=True, sa_type=SmallInteger)  # how finely divisions and codes are parted
    fiscal_year: int = Field(primary_key=True, sa_type=SmallInteger)
    valid_from: int = Field(primary_key=True)
    combination: int = Field(primary_key=True, sa_type=BigInteger)
    valid_to: int
    lines: int  # rows
    disclosures: int  # different disclosures that the rows are out of
    bodies: int = Field(sa_type=BigInteger)  # the sum of a digest of each of their departments: the same, the same set
    # Of the province where divisions are taken together, and empty of all; the code's first digits, empty of none.
    region_code: str = Field(primary_key=True, sa_type=CODE)
    code: str = Field(primary_key=True, sa_type=CODE)
    # Of each measure: rows that have a value, the most printed decimals of one, in yuan, the sum in yuan, and how many
    # values have how many decimals (`app/add_up.py`), so that the most is known when values go.
    lines_1: int | None = None
    places_1: int | None = Field(default=None, sa_type=SmallInteger)
    amount_1: Decimal | None = Field(default=None, sa_type=MONEY)
    decimals_1: Decimal | None = Field(default=None, sa_type=MONEY)
    lines_2: int | None = None
    places_2: int | None = Field(default=None, sa_type=SmallInteger)
    amount_2: Decimal | None = Field(default=None, sa_type=MONEY)
    decimals_2: Decimal | None = Field(default=None, sa_type=MONEY)
    lines_3: int | None = None
    places_3: int | None = Field(default=None, sa_type=SmallInteger)
    amount_3: Decimal | None = Field(default=None, sa_type=MONEY)
    decimals_3: Decimal | None = Field(default=None, sa_type=MONEY)
    lines_4: int | None = None
    places_4: int | None = Field(default=None, sa_type=SmallInteger)
    amount_4: Decimal | None = Field(default=None, sa_type=MONEY)
    decimals_4: Decimal | None = Field(default=None, sa_type=MONEY)
    lines_5: int | None = None
    places_5: int | None = Field(default=None, sa_type=SmallInteger)
    amount_5: Decimal | None = Field(default=None, sa_type=MONEY)
    decimals_5: Decimal | None = Field(default=None, sa_type=MONEY)
    __table_args__: ClassVar[Any] = (
        PrimaryKeyConstraint("grain", "combination", "fiscal_year", "region_code", "code", "valid_from"),
    )


# The tables whose rows carry `valid_from` and `valid_to`, parents before children.
FACT_TABLES: tuple[type[Fact], ...] = (
    Statement,
    BalanceLine,
    RevenueLine,
    ExpenditureLine,
    EconomicLine,
    ThreePublicLine,
    Project,
    PerformanceIndicator,
    EvaluationLine,
    ProcurementItem,
    AssetItem,
    StatedAmount,
    Finding,
    CheckResult,
)

# Everything that lies with its department, parents before children; all other tables are the same for everybody.
OF_DEPARTMENT: tuple[type[SQLModel], ...] = (Disclosure, *FACT_TABLES, CheckOperand, PrunedDisclosure)


def _refer(table: type[SQLModel], column: str, parent: type[SQLModel], key: str) -> None:
    """A reference to a row of the same department."""
    schema, name = table.__table__, parent.__tablename__  # type: ignore[attr-defined]  # SQLModel makes it at run time
    schema.append_constraint(
        ForeignKeyConstraint([column, "department_id"], [f"{name}.{key}", f"{name}.department_id"])
    )


for _table in FACT_TABLES:
    _refer(_table, "revision_id", Disclosure, "revision_id")
    if "statement_id" in _table.model_fields:
        _refer(_table, "statement_id", Statement, "id")
    if "project_id" in _table.model_fields:
        _refer(_table, "project_id", Project, "id")
_refer(CheckOperand, "check_result_id", CheckResult, "id")
