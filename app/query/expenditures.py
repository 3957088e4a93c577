"""Expenditure by functional code: the rows of every expenditure statement."""

from app import records
from app.query.columns import Column, choices, money
from app.query.facts import code_columns, line_resource
from app.query.includes import subject_include
from app.query.search_column import by_code

FUND = Column(
    name="fund",
    kind="choice",
    zh="资金口径",
    en="fund",
    description=(
        "Whose money the statement counts: `all` funds, or one of the budgets. The statements repeat each other's "
        "money: add up one fund only."
    ),
    example="all",
    nullable=False,
    choices=choices(records.Fund),
)

RESOURCE = line_resource(
    "expenditures",
    table="expenditure_line",
    singular="ExpenditureLine",
    plural="Expenditures",
    zh="支出",
    en="Expenditure by functional code",
    description=(
        "Rows of the expenditure statements (支出总表, 一般公共预算支出表, 政府性基金支出表, 国有资本经营支出表 and "
        "their final-account forms), one per functional code and statement."
    ),
    statement_key="expenditure",
    example_id=101,
    columns=(
        *code_columns("functional", example="2013704", name="信息安全事务"),
        FUND,
        money("total", "合计", "Total expenditure", 10.00),
        money("basic", "基本支出", "Basic expenditure", 0.00),
        money("personnel", "人员经费", "Personnel expenses within basic expenditure", None),
        money("public", "公用经费", "Public expenses within basic expenditure", None),
        money("project", "项目支出", "Project expenditure", 10.00),
        money("business", "经营支出", "Business expenditure", None),
        money("to_superior", "上缴上级支出", "Remittances to higher-level units", None),
        money("to_subordinates", "对附属单位补助支出", "Subsidies to subordinate units", None),
        money("opening_balance", "年初结转和结余", "Opening balance, in fund statements of final accounts", None),
        money("revenue", "本年收入", "Revenue of the year, in fund statements of final accounts", None),
        money("closing_balance", "年末结转和结余", "Closing balance, in fund statements of final accounts", None),
    ),
    includes=(subject_include("functional_subject"),),
    search=by_code("functional-subjects", example="信息安全"),
    examples=(
        "level=item&fund=all&sort=-total&limit=10",
        "code__under=201&fiscal_year=2025&statement=expenditure",
        "region_code__under=130000&total__gte=100&include=provenance,subject",
    ),
)
