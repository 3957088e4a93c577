"""The contract between reading documents and serving them: validated record types, one per concept.

Amounts are `Decimal`s as printed, in the record's `unit`; a blank or a dash is None, a printed 0 is 0. Every record
that came out of a table names its statement and, in `cells`, the (row, column) of each figure in that statement's
printed grid, both counted from 0; the grid holds the printed text.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app import values
from app.values import Unit

# Raised by one whenever the same document would give other records; seeds and revisions carry it.
PARSER_VERSION = 1

DivisionCode = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
FunctionalCode = Annotated[str, StringConstraints(pattern=r"^\d{3}(\d\d){0,2}$")]
EconomicCode = Annotated[str, StringConstraints(pattern=r"^\d{3}(\d\d){0,2}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Year = Annotated[int, Field(ge=1990, le=2099)]
Amount = Annotated[Decimal, Field(max_digits=20, allow_inf_nan=False)] | None
Cell = tuple[int, int]

Kind = Literal["budget", "final"]
Scope = Literal["department", "unit"]
StatementStatus = Literal["reported", "declared_empty", "missing", "unreadable"]
Fund = Literal["all", "fiscal_appropriation", "general_public_budget", "government_fund", "state_capital"]
# What an amount is, where one document prints several: the budget as approved, as adjusted, or what was spent.
Phase = Literal["initial_budget", "adjusted_budget", "budget", "final"]
# A `unit` is a body whose money a row sums up, where a table has its rows by institution instead of by code.
RowLevel = Literal["total", "unit", "class", "division", "item"]

StatementKey = Literal[
    "revenue_and_expenditure",
    "revenue",
    "expenditure",
    "fiscal_appropriation",
    "general_public_budget_expenditure",
    "basic_expenditure_by_economic",
    "general_public_budget_by_economic",
    "appropriation_expenditure",
    "appropriation_basic_expenditure",
    "basic_expenditure",
    "government_fund_expenditure",
    "state_capital_expenditure",
    "three_public",
    "project_expenditure",
    "performance_targets",
    "self_evaluation",
    "procurement",
    "fixed_assets",
    "agency_operating",
    "institutions",
    "unrecognised",
]

# Texts in sentences: purposes, goals, reasons. A database may hold them for its operator; the committed seed_data/
# holds facts and figures only and leaves them out.
RUNNING_TEXT_FIELDS = frozenset({"purpose", "goal", "reason", "deviation_reason", "achieved"})


class Record(BaseModel):
    """A validated, immutable fact."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Disclosure(Record):
    """One published document and whose it is. Identity: division, department, scope, kind, year; never the title."""

    region_code: DivisionCode
    department_name: Name  # as printed
    department_code: str | None = None  # as printed before the name: 897, 224002
    fiscal_year: Year
    kind: Kind
    scope: Scope
    title: Name
    source_file: Name  # the file's name, without a path
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    format: Literal["text", "pdf", "docx", "xlsx", "html", "doc", "xls"]
    units: list[Unit]  # the units its tables print, sorted
    parser_version: int = PARSER_VERSION

    @property
    def department_id(self) -> str:
        return values.department_id(self.region_code, self.department_name)

    @property
    def id(self) -> str:
        return values.disclosure_id(self.department_id, fiscal_year=self.fiscal_year, kind=self.kind, scope=self.scope)


class Statement(Record):
    """One table of a disclosure as printed, and what became of it."""

    key: StatementKey
    ordinal: Annotated[int, Field(ge=1)]  # n-th statement of this key in the document
    title: str  # as printed; of a missing statement, its canonical Chinese name
    form_number: str | None = None  # 公开01表: a label of the source, not an identity
    unit: Unit | None  # None where the table holds no money
    status: StatementStatus
    location: str  # "lines 120-245", "page 3, table 1"; empty for a missing statement
    note: str | None = None  # the printed word that the table is empty, in few characters
    as_of: dt.date | None = None  # 截止时间
    grid: list[list[str]]  # every printed row, header rows and 栏次 included; [] when missing
    header_rows: int = 0  # how many rows at the top of the grid are headings (栏次 row included)
    withheld: list[Cell] = []  # cells of running text; seed_data/ blanks them


class Line(Record):
    """What every figure-bearing record out of a statement has in common."""

    statement_key: StatementKey
    statement_ordinal: Annotated[int, Field(ge=1)]
    row: Annotated[int, Field(ge=0)]  # row of the grid, counted from 0
    unit: Unit | None
    cells: dict[str, Cell]  # field name → (row, column) of the cell it was read from


class BalanceLine(Line):
    """A row of one side of a 收支总表. `role` says what kind of row; only `item` rows add up to the year's total."""

    # Some provinces print the expenditure once more by economic class, and once more by the government's.
    side: Literal[
        "revenue",
        "expenditure",
        "expenditure_by_kind",
        "expenditure_by_economic",
        "expenditure_by_government_economic",
    ]
    role: Literal[
        "item",  # 一、一般公共预算拨款收入; 一、一般公共服务支出
        "item_part",  # what an item consists of: 1.一般公共预算 under 一、财政拨款; a 款 or 项 under its 类
        "year_total",  # 本年收入合计, 本年支出合计
        "opening_balance",  # 上年结转结余, 年初结转和结余
        "closing_balance",  # 年终结转结余, 年末结转和结余
        "balance_part",  # 一般公共预算财政拨款 under the opening or closing balance
        "surplus_used",  # 使用非财政拨款结余
        "surplus_distributed",  # 结余分配
        "grand_total",  # 收入总计, 支出总计, 总计
    ]
    line_number: int | None  # 行次 or 序号 as printed
    item: Name  # as printed, with its number: 一、一般公共服务支出
    name: Name  # without the number: 一般公共服务支出
    functional_code: FunctionalCode | None = None  # of an expenditure item that is a functional class
    fiscal_year: Year
    phase: Phase
    total: Amount
    general_public_budget: Amount = None
    government_fund: Amount = None
    state_capital: Amount = None
    # Of the total of an expenditure row, where a form prints these columns beside it.
    personnel: Amount = None
    public: Amount = None
    project: Amount = None


class CodedLine(Line):
    """A row with a classification code. `level` is `total` for 合计, `unit` for a body: no code there."""

    code: str | None
    name: Name
    level: RowLevel
    # No other row of this statement lies below this one; a total row is a leaf only where it is the only row.
    is_leaf: bool
    line_number: int | None = None  # 序号 as printed
    fiscal_year: Year
    phase: Phase


class RevenueLine(CodedLine):
    """A row of the 收入总表 / 收入决算表, by functional code."""

    code: FunctionalCode | None
    total: Amount
    current_year: Amount = None  # 本年收入小计
    fiscal_appropriation: Amount = None  # 财政拨款收入
    outlay_grant: Amount = None  # 其中：经费拨款
    non_tax_grant: Amount = None  # 其中：纳入预算管理的非税收入拨款
    general_public_budget: Amount = None
    government_fund: Amount = None
    state_capital: Amount = None
    special_account: Amount = None  # 财政专户管理资金
    institutional: Amount = None  # 事业收入
    business: Amount = None  # 经营收入
    from_superior: Amount = None  # 上级补助收入
    from_subordinates: Amount = None  # 附属单位上缴收入
    unit_funds: Amount = None  # 单位资金
    other: Amount = None  # 其他收入
    surplus_used: Amount = None  # 使用非财政拨款结余
    carried_over: Amount = None  # 上年结转
    # Of it, where the table says whose money it was.
    carried_over_general_public_budget: Amount = None
    carried_over_government_fund: Amount = None
    carried_over_state_capital: Amount = None
    carried_over_special_account: Amount = None
    carried_over_unit_funds: Amount = None


class ExpenditureLine(CodedLine):
    """A row of an expenditure statement by functional code; `fund` says whose money the statement counts."""

    code: FunctionalCode | None
    fund: Fund
    total: Amount
    basic: Amount = None
    personnel: Amount = None
    public: Amount = None
    project: Amount = None
    business: Amount = None
    to_superior: Amount = None  # 上缴(上解)上级支出
    to_subordinates: Amount = None  # 对附属单位补助支出
    # Of the total, by the money that pays for it; some provinces print these columns in place of the kinds above.
    fiscal_appropriation: Amount = None
    general_public_budget: Amount = None
    government_fund: Amount = None
    state_capital: Amount = None
    special_account: Amount = None
    institutional: Amount = None
    business_revenue: Amount = None
    from_superior: Amount = None
    from_subordinates: Amount = None
    unit_funds: Amount = None
    other: Amount = None
    surplus_used: Amount = None
    opening_balance: Amount = None  # 年初结转和结余 (fund statements of a final account)
    revenue: Amount = None  # 本年收入 (as above)
    closing_balance: Amount = None  # 年末结转和结余 (as above)
    # Of the total, what will be bought by government procurement, and what of it is reserved.
    procurement: Amount = None  # 政府采购项目
    reserved_for_small_firms: Amount = None  # 预留给中小企业
    reserved_for_micro_firms: Amount = None  # 预留给小型、微型企业
    without_construction: Amount = None  # 扣除(中央)基建投资后
    # Against what was spent the year before, which is a record of its own year and phase.
    change: Amount = None  # 增减额
    change_percent: Amount = None  # 增减(%)
    change_without_construction: Amount = None
    change_percent_without_construction: Amount = None


class EconomicLine(CodedLine):
    """A row by departmental economic code: basic or all expenditure, or agency operating expenses by item."""

    code: EconomicCode | None
    government_code: EconomicCode | None = None  # of the government's economic classification, printed beside it
    fund: Fund
    total: Amount
    basic: Amount = None
    personnel: Amount = None
    public: Amount = None
    project: Amount = None
    # Of the total, by the money that pays for it.
    fiscal_appropriation: Amount = None
    general_public_budget: Amount = None
    government_fund: Amount = None
    state_capital: Amount = None
    special_account: Amount = None
    institutional: Amount = None
    business_revenue: Amount = None
    from_superior: Amount = None
    from_subordinates: Amount = None
    unit_funds: Amount = None
    other: Amount = None
    surplus_used: Amount = None
    carried_over: Amount = None


class ThreePublicLine(Line):
    """One item of the 三公 expenses in one year and phase."""

    item: Literal[
        "administrative",  # 行政经费, of which the three are a part
        "grand_total",  # with meetings, training and the like, where the table adds them to the three
        "total",
        "overseas_trips",
        "vehicles",
        "vehicle_purchase",
        "vehicle_operation",
        "receptions",
        "meetings",
        "training",
        "agency_operating",
    ]
    name: Name  # as printed
    institution: Name | None = None  # the body whose expenses they are, where the table has a row for each
    line_number: int | None = None
    fiscal_year: Year
    phase: Phase
    total: Amount
    general_public_budget: Amount = None
    government_fund: Amount = None
    state_capital: Amount = None
    change: Amount = None  # 增减金额 against the year before, where the table prints it
    change_percent: Amount = None  # 增减(%)
    reason: str | None = None  # running text


class Project(Line):
    """A project with its money, out of a list of projects, a performance-target table or a self-evaluation.

    `is_total` marks the row of a list that sums up others: all projects, or those of one institution.
    """

    ordinal: Annotated[int, Field(ge=1)]  # n-th project of the document; indicators point to it
    is_total: bool = False
    institution: Name | None = None  # the body that has the project, where the table names it
    code: str | None
    name: Name
    fiscal_year: Year
    total: Amount  # 预算数 or 项目总投资
    fiscal: Amount = None  # 其中：财政资金
    general_public_budget: Amount = None
    government_fund: Amount = None
    state_capital: Amount = None
    special_account: Amount = None
    institutional: Amount = None
    business_revenue: Amount = None
    from_superior: Amount = None
    from_subordinates: Amount = None
    unit_funds: Amount = None
    surplus_used: Amount = None
    carried_over: Amount = None
    other_funds: Amount = None  # 其他资金, 其他收入
    # 资金支出计划, cumulative per cent; the months differ between forms.
    plan_march: Amount = None
    plan_june: Amount = None
    plan_october: Amount = None
    plan_december: Amount = None
    purpose: str | None = None  # running text
    goal: str | None = None  # running text


class PerformanceIndicator(Line):
    """One indicator row of a target table or a self-evaluation."""

    subject: Literal["project", "department"]
    project_ordinal: int | None  # Project.ordinal; None for the whole department
    project_name: str | None
    fiscal_year: Year
    position: Annotated[int, Field(ge=1)]  # n-th indicator of its table
    level1: str | None  # carried down: 产出指标
    level2: str | None  # carried down: 数量指标
    level3: str | None
    description: str | None = None
    level1_weight: Amount = None  # 产出指标 (50分)
    target: str | None  # as printed: ≥90%
    target_operator: Literal["≥", "≤", "=", ">", "<"] | None = None  # None for a qualitative target
    target_number: Amount = None
    target_unit: str | None = None  # %, 个, 万元; 百分比 and 比例 are %
    target_is_qualitative: bool
    basis: str | None = None  # 指标值确定依据
    actual: str | None = None  # 实际完成值 as printed
    actual_number: Amount = None
    actual_unit: str | None = None
    weight: Amount = None  # 分值
    score: Amount = None  # 得分
    deviation_reason: str | None = None  # running text


EvaluationItem = Literal[
    "total",
    "fiscal_appropriation",
    "general_public_budget",
    "government_fund",
    "state_capital",
    "special_account",
    "carried_over",
    "other_funds",
    "basic_expenditure",
    "project_expenditure",
    "overall",
]


class EvaluationLine(Line):
    """A funding row of a self-evaluation or of a department's targets, or (item `overall`) the 总分 row."""

    subject: Literal["project", "department"]
    project_ordinal: int | None
    project_name: str | None
    item: EvaluationItem
    name: Name  # as printed
    fiscal_year: Year
    initial_budget: Amount = None
    adjusted_budget: Amount = None
    executed: Amount = None
    execution_rate: Amount = None  # per cent
    weight: Amount = None
    score: Amount = None
    grade: str | None = None  # 优, 良, 中, 差


class ProcurementItem(Line):
    """A row of the procurement table; `is_total` marks the 合计 row."""

    position: Annotated[int, Field(ge=1)]
    is_total: bool
    project_name: str | None
    project_budget: Amount = None  # 预算资金
    item_name: str | None  # 采购物品名称
    catalogue_code: str | None  # 政府采购目录序号
    measure: str | None  # 计量单位
    functional_code: FunctionalCode | None = None
    fiscal_year: Year
    quantity: Amount = None
    unit_price: Amount = None
    total: Amount = None
    current_year: Amount = None  # 当年部门预算安排资金 合计
    general_public_budget: Amount = None
    government_fund: Amount = None
    state_capital: Amount = None
    special_account: Amount = None  # 财政专户核拨
    unit_funds: Amount = None  # 单位资金, 其他来源收入
    other_channels: Amount = None  # 其他渠道资金
    carried_over: Amount = None  # 上年结转结余, where it is not split
    carried_over_fiscal: Amount = None  # 财政拨款结转
    carried_over_other: Amount = None  # 非财政拨款结转结余
    reserved_for_small_firms: Amount = None  # 预留中小微企业份额


class AssetItem(Line):
    """A row of the fixed-asset table."""

    item: Literal["total", "buildings", "office_space", "vehicles", "large_equipment", "other"]
    name: Name  # as printed, with the threshold that this form uses
    measure: str | None  # 平方米, 台、辆
    as_of: dt.date | None
    fiscal_year: Year  # the year at whose end the assets were counted
    quantity: Amount = None
    value: Amount = None


class StatedAmount(Record):
    """An amount that the narrative states, so that text and tables can be compared.

    `amount` is in `unit` and never negative; `direction` says whether it is an increase or a decrease. The sentence
    itself is not kept: `line` and `offset` (both from 1) lead back to it in the source file.
    """

    topic: Literal[
        "revenue",
        "expenditure",
        "fiscal_appropriation",
        "general_public_budget",
        "basic_expenditure",
        "government_fund",
        "state_capital",
        "three_public",
        "agency_operating",
        "general_expenses",
        "procurement",
        "assets",
        "performance",
    ]
    item: str  # what within the topic: total, basic, project, personnel, public, receptions, …; snake_case
    label: Name  # the printed words that name the amount, a few characters
    functional_code: FunctionalCode | None = None
    economic_code: EconomicCode | None = None
    fiscal_year: Year  # the year the amount measures, or, for a change, the year that changed
    compared_year: Year | None = None  # for a change or a growth rate: the year it is compared with
    phase: Phase
    measure: Literal["amount", "change"]
    direction: Literal["increase", "decrease", "unchanged"] | None = None
    amount: Amount
    unit: Unit | None
    percent: Amount = None  # a percentage printed with the amount
    percent_kind: Literal["share", "growth", "completion"] | None = None
    line: Annotated[int, Field(ge=1)]
    offset: Annotated[int, Field(ge=1)]
    text: str  # the printed figure with its unit: 283.61万元


class Finding(Record):
    """Something that a reader of the data should know about how this document was read."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]  # number_only_in_grid, unknown_code, …
    severity: Literal["info", "warning", "error"]
    message: Name
    statement_key: StatementKey | None = None
    statement_ordinal: int | None = None
    row: int | None = None
    column: int | None = None
    line: int | None = None  # line of the source, counted from 1
    text: str | None = None  # the printed text in question, at most 80 characters


CheckStatus = Literal["passed", "rounding", "failed", "not_applicable", "insufficient"]
CheckSeverity = Literal["error", "warning", "notice"]
CheckBasis = Literal["form", "regulation", "arithmetic"]


class CheckOperand(Record):
    """A printed figure that a check compared, in its own unit, and the cell or the sentence that prints it."""

    side: Literal["left", "right"]  # of the equation or inequality
    label: Name  # what the figure is: row and column in the document's words
    label_en: Name
    amount: Amount  # as printed; None for words: a target without a number, a level's name
    unit: Unit | None  # None for a quantity, a percentage or points
    decimals: Annotated[int, Field(ge=0)]  # how many its table keeps, which says how far rounding may reach
    text: str | None  # the printed text, None where it is not kept
    source: str  # the list of ParsedDisclosure that holds the record: expenditures
    index: Annotated[int, Field(ge=0)]  # position of the record in that list
    field: str
    statement_key: StatementKey | None = None
    statement_ordinal: int | None = None
    row: int | None = None
    column: int | None = None
    line: int | None = None
    offset: int | None = None


class CheckResult(Record):
    """What one rule found at one place of a disclosure. Derived: never part of seed_data/, nothing is mended by it."""

    rule: Annotated[str, StringConstraints(pattern=r"^I\d\d?\.[a-z_]+$")]
    severity: CheckSeverity
    status: CheckStatus
    fiscal_year: Year
    statement_key: StatementKey | None = None  # the statement of the first operand
    statement_ordinal: int | None = None
    unit: Unit | None = None  # of the difference and the bound
    difference: Amount = None  # left side minus right side
    bound: Amount = None  # what rounding of the printed figures can make of it
    operands: list[CheckOperand] = []
    sentence_zh: str
    sentence_en: str


class ParsedDisclosure(Record):
    """Everything that one document gave, ready to be written to seed_data/ or loaded."""

    disclosure: Disclosure
    statements: list[Statement] = []
    balance_lines: list[BalanceLine] = []
    revenues: list[RevenueLine] = []
    expenditures: list[ExpenditureLine] = []
    economic_lines: list[EconomicLine] = []
    three_public: list[ThreePublicLine] = []
    projects: list[Project] = []
    performance_indicators: list[PerformanceIndicator] = []
    evaluation_lines: list[EvaluationLine] = []
    procurement_items: list[ProcurementItem] = []
    assets: list[AssetItem] = []
    stated_amounts: list[StatedAmount] = []
    findings: list[Finding] = []
