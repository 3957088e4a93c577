"""Revenue by functional code: the rows of the revenue statement."""

from app.query.coded import code_columns
from app.query.columns import money
from app.query.facts import line_resource
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
    description_zh="部门收入总表（收入决算表）的各行，每个功能分类科目一行，按资金来源分列。",
    statements=("revenue",),
    example_id=51,
    columns=(
        *code_columns("functional", example="2013701", name="行政运行"),
        money("total", "合计", "Total revenue", 166.59, "该科目的收入合计。"),
        money("current_year", "本年收入小计", "Revenue of the year", 166.59, "本年取得的各项收入之和，不含上年结转。"),
        money("fiscal_appropriation", "财政拨款收入", "Fiscal appropriation", 166.59, "本级财政拨付的资金。"),
        money(
            "outlay_grant",
            "经费拨款",
            "Of which grants for outlays",
            None,
            "财政拨款中的经费拨款，部分地区单独列示。",
        ),
        money(
            "non_tax_grant",
            "非税收入拨款",
            "Of which grants out of non-tax revenue",
            None,
            "财政拨款中纳入一般公共预算管理的非税收入拨款，部分地区单独列示。",
        ),
        money(
            "general_public_budget",
            "一般公共预算拨款",
            "Appropriation from the general public budget",
            166.59,
            "财政拨款中来自一般公共预算的部分。",
        ),
        money(
            "government_fund",
            "政府性基金拨款",
            "Appropriation from the government funds budget",
            None,
            "财政拨款中来自政府性基金预算的部分。",
        ),
        money(
            "state_capital",
            "国有资本经营预算拨款",
            "Appropriation from the state capital operations budget",
            None,
            "财政拨款中来自国有资本经营预算的部分。",
        ),
        money(
            "special_account",
            "财政专户管理资金",
            "Funds managed in special fiscal accounts",
            None,
            "纳入财政专户管理的资金，主要为教育收费等。",
        ),
        money(
            "institutional",
            "事业收入",
            "Revenue from institutional operations",
            None,
            "事业单位开展专业业务活动及辅助活动取得的收入。",
        ),
        money(
            "business",
            "经营收入",
            "Business revenue",
            None,
            "事业单位在专业业务活动之外开展非独立核算经营活动取得的收入。",
        ),
        money(
            "from_superior", "上级补助收入", "Subsidies from higher-level units", None, "上级单位拨入的非财政拨款补助。"
        ),
        money(
            "from_subordinates",
            "附属单位上缴收入",
            "Remittances from subordinate units",
            None,
            "附属独立核算单位按规定上缴的收入。",
        ),
        money("unit_funds", "单位资金", "The unit's own funds", None, "预算表中的单位资金，即财政资金以外的自有收入。"),
        money("other", "其他收入", "Other revenue", None, "上述各项以外的收入。"),
        money(
            "surplus_used",
            "使用非财政拨款结余",
            "Use of non-appropriation surplus",
            None,
            "使用以前年度非财政拨款结余（早年为事业基金）弥补收支差额的部分。",
        ),
        money(
            "carried_over", "上年结转", "Carried over from last year", None, "上年未用完、结转到本年继续使用的资金。"
        ),
        *(
            money(
                f"carried_over_{name}",
                f"上年结转（{zh}）",
                f"Carried over from last year out of {en}",
                None,
                f"上年结转中属于{zh}的部分，原表分列的才有。",
            )
            for name, zh, en in (
                ("general_public_budget", "一般公共预算", "the general public budget"),
                ("government_fund", "政府性基金预算", "the government funds budget"),
                ("state_capital", "国有资本经营预算", "the state capital operations budget"),
                ("special_account", "财政专户管理资金", "funds managed in special fiscal accounts"),
                ("unit_funds", "单位资金", "the unit's own funds"),
            )
        ),
    ),
    includes=(subject_include("functional_subject"),),
    search=by_code("functional-subjects", example="行政运行"),
    natural_key=("phase", ("code", "name")),
    examples=(
        "level=item&sort=-total&limit=10",
        "level=total&fiscal_year=2025",
        "code__under=208&fields=code,name,total",
    ),
)
