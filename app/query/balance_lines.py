"""The rows of the 收支总表: both sides, item by item, with balances and totals."""

from app import records
from app.query.columns import Column, choices, money
from app.query.facts import LINE_NUMBER, PHASE, line_resource
from app.query.includes import subject_include

RESOURCE = line_resource(
    "balance-lines",
    table="balance_line",
    singular="BalanceLine",
    plural="BalanceLines",
    zh="收支总表",
    en="Revenue and expenditure balance",
    description=(
        "Rows of the balance of revenue and expenditure (收支总表) and of fiscal appropriation (财政拨款收支总表). "
        "Only rows of role `item` add up to the year's total."
    ),
    statement_key="revenue_and_expenditure",
    example_id=1,
    columns=(
        Column(
            name="side",
            kind="choice",
            zh="收入或支出",
            en="side",
            description="Which side of the balance: `revenue` (收入) or `expenditure` (支出).",
            example="expenditure",
            nullable=False,
            choices=choices(records.BalanceLine.model_fields["side"].annotation),
        ),
        Column(
            name="role",
            kind="choice",
            zh="行类型",
            en="role",
            description="What kind of row: an item of the year, a balance, or a total.",
            example="item",
            nullable=False,
            choices=choices(records.BalanceLine.model_fields["role"].annotation),
        ),
        LINE_NUMBER,
        Column(
            name="item",
            kind="text",
            zh="项目",
            en="item as printed",
            description="The row's words as printed, with their number.",
            example="一、一般公共服务支出",
            nullable=False,
        ),
        Column(
            name="name",
            kind="text",
            zh="项目名称",
            en="name",
            description="The row's words without their number.",
            example="一般公共服务支出",
            nullable=False,
            grouped=True,
        ),
        Column(
            name="functional_code",
            kind="code",
            zh="功能分类科目编码",
            en="functional code",
            description="Functional class of an expenditure item; null on every other row.",
            example="201",
            hierarchy="subject",
            label="(select name from functional_subject where code = {value})",
        ),
        PHASE,
        money("total", "合计", "Total", 256.59),
        money("general_public_budget", "一般公共预算", "Amount out of the general public budget", 256.59),
        money("government_fund", "政府性基金预算", "Amount out of the government funds budget", None),
        money("state_capital", "国有资本经营预算", "Amount out of the state capital operations budget", None),
    ),
    includes=(subject_include("functional_subject", "functional_code"),),
    examples=(
        "side=expenditure&role=item&total__gte=1&sort=-total",
        "role=grand_total&fiscal_year=2025",
        "functional_code=201&statement=revenue_and_expenditure",
    ),
)
