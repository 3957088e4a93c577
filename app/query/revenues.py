"""Revenue by functional code: the rows of the revenue statement."""

from app.query.columns import money
from app.query.facts import code_columns, line_resource
from app.query.includes import subject_include
from app.query.search_column import by_code

RESOURCE = line_resource(
    "revenues",
    table="revenue_line",
    singular="RevenueLine",
    plural="Revenues",
    zh="收入",
    en="Revenue by functional code",
    description="Rows of the revenue statement (收入总表, 收入决算表), one per functional code, by source.",
    statement_key="revenue",
    example_id=51,
    columns=(
        *code_columns("functional", example="2013701", name="行政运行"),
        money("total", "合计", "Total revenue", 166.59),
        money("current_year", "本年收入小计", "Revenue of the year", 166.59),
        money("fiscal_appropriation", "财政拨款收入", "Fiscal appropriation", 166.59),
        money("general_public_budget", "一般公共预算拨款", "Appropriation from the general public budget", 166.59),
        money("government_fund", "政府性基金拨款", "Appropriation from the government funds budget", None),
        money("state_capital", "国有资本经营预算拨款", "Appropriation from the state capital operations budget", None),
        money("special_account", "财政专户管理资金", "Funds managed in special fiscal accounts", None),
        money("institutional", "事业收入", "Revenue from institutional operations", None),
        money("business", "经营收入", "Business revenue", None),
        money("from_superior", "上级补助收入", "Subsidies from higher-level units", None),
        money("from_subordinates", "附属单位上缴收入", "Remittances from subordinate units", None),
        money("unit_funds", "单位资金", "The unit's own funds", None),
        money("other", "其他收入", "Other revenue", None),
        money("carried_over", "上年结转", "Carried over from last year", None),
    ),
    includes=(subject_include("functional_subject"),),
    search=by_code("functional-subjects", example="行政运行"),
    examples=(
        "level=item&sort=-total&limit=10",
        "level=total&fiscal_year=2025",
        "code__under=208&fields=code,name,total",
    ),
)
