"""The rows of the 收支总表: both sides, item by item, with balances and totals."""

from app.query import words
from app.query.columns import Column, money
from app.query.facts import LINE_NUMBER, PHASE, line_resource
from app.query.includes import subject_include

_APPROPRIATION = ("fiscal_appropriation",)

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
    description_zh="收支总表和财政拨款收支总表的各行；只有“收入来源或支出功能分类项目”各行相加等于本年合计。",
    statements=("revenue_and_expenditure", "fiscal_appropriation", "government_fund_expenditure"),
    example_id=1,
    columns=(
        Column(
            name="side",
            kind="choice",
            zh="收入或支出",
            en="side",
            description=(
                "Which side of the balance: `revenue` (收入) or `expenditure` (支出). Where the expenditure is printed "
                "once more by economic class, that is a side of its own."
            ),
            description_zh="属于收入方还是支出方；支出方另按部门、政府预算支出经济分类列示的，各为一方。",
            example="expenditure",
            nullable=False,
            choices=words.SIDE,
        ),
        Column(
            name="role",
            kind="choice",
            zh="行类型",
            en="role",
            description="What kind of row: an item of the year, a balance, or a total.",
            description_zh="行的类型：本年收支项目、结转结余，还是合计、总计。",
            example="item",
            nullable=False,
            choices=words.BALANCE_ROLE,
        ),
        LINE_NUMBER,
        Column(
            name="item",
            kind="text",
            zh="项目",
            en="item as printed",
            description="The row's words as printed, with their number.",
            description_zh="项目文字，按原表所印，含“一、”“二、”等序号。",
            example="一、一般公共服务支出",
            nullable=False,
        ),
        Column(
            name="name",
            kind="text",
            zh="项目名称",
            en="name",
            description="The row's words without their number.",
            description_zh="去掉序号的项目名称。",
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
            description_zh="支出项目对应的功能分类类级编码；其他行为空值。",
            references="functional-subjects",
            example="201",
            hierarchy="subject",
            label="(select name from functional_subject where code = {value})",
        ),
        PHASE,
        money("total", "合计", "Total", 256.59, "该行的合计数；收支总表的预算数或决算数。"),
        money(
            "general_public_budget",
            "一般公共预算",
            "Amount out of the general public budget",
            256.59,
            "财政拨款收支总表中属于一般公共预算财政拨款的部分。",
            statements=_APPROPRIATION,
        ),
        money(
            "government_fund",
            "政府性基金预算",
            "Amount out of the government funds budget",
            None,
            "财政拨款收支总表中属于政府性基金预算财政拨款的部分。",
            statements=_APPROPRIATION,
        ),
        money(
            "state_capital",
            "国有资本经营预算",
            "Amount out of the state capital operations budget",
            None,
            "财政拨款收支总表中属于国有资本经营预算财政拨款的部分。",
            statements=_APPROPRIATION,
        ),
        money("personnel", "人员经费", "Of which personnel expenses", None, "支出项目中的人员经费，原表列出的才有。"),
        money("public", "公用经费", "Of which public expenses", None, "支出项目中的公用经费，原表列出的才有。"),
        money("project", "项目支出", "Of which project expenditure", None, "支出项目中的项目支出，原表列出的才有。"),
    ),
    includes=(subject_include("functional_subject", "functional_code"),),
    natural_key=("phase", "side", "role", "name"),
    examples=(
        "side=expenditure&role=item&total__gte=1&sort=-total",
        "role=grand_total&fiscal_year=2025",
        "functional_code=201&statement=revenue_and_expenditure",
    ),
)
