"""Expenditure by functional code: the rows of every expenditure statement."""

from app.query import words
from app.query.coded import code_columns
from app.query.columns import Column, money
from app.query.facts import line_resource
from app.query.includes import subject_include
from app.query.search_column import by_code
from app.query.sources_of_money import sources

FUND = Column(
    name="fund",
    kind="choice",
    zh="资金口径",
    en="fund",
    description=(
        "Whose money the statement counts: `all` funds, or one of the budgets. The statements repeat each other's "
        "money: add up one fund only."
    ),
    description_zh="该表统计的资金范围：全部资金，或某一本预算。各表之间重复同一笔资金，汇总时只取一种口径。",
    example="all",
    nullable=False,
    choices=words.FUND,
)

# What only one of the forms prints.
_ALL_FUNDS = ("expenditure",)
_ONE_FUND = ("government_fund_expenditure", "state_capital_expenditure")
# The statements that some forms print beside the year before.
_GENERAL = ("general_public_budget_expenditure", *_ONE_FUND)


def _change_rate(name: str, zh: str, en: str) -> Column:
    return Column(
        name=name,
        kind="number",
        zh=zh,
        en=en,
        description=f"The {en}, as printed; null where nothing is printed.",
        description_zh="比上年执行数增减的百分比，按原表所列；原表未填列的为空值。",
        example=None,
        unit="per cent",
        statements=_GENERAL,
    )


RESOURCE = line_resource(
    "expenditures",
    table="expenditure_line",
    singular="ExpenditureLine",
    plural="Expenditures",
    zh="支出",
    en="Expenditure by functional code",
    description=(
        "Rows of the expenditure statements (支出总表, 财政拨款支出表, 一般公共预算支出表, 政府性基金支出表, "
        "国有资本经营支出表 and their final-account forms), one per functional code and statement."
    ),
    description_zh=(
        "部门支出总表、财政拨款支出表、一般公共预算支出表、政府性基金预算支出表、国有资本经营预算支出表及相应决算表的各行，每张表"
        "的每个功能分类科目一行。"
    ),
    statements=(
        "expenditure",
        "appropriation_expenditure",
        "general_public_budget_expenditure",
        "government_fund_expenditure",
        "state_capital_expenditure",
    ),
    example_id=101,
    columns=(
        *code_columns("functional", example="2013704", name="信息安全事务"),
        FUND,
        money("total", "合计", "Total expenditure", 10.00, "该科目的支出合计。"),
        money(
            "basic",
            "基本支出",
            "Basic expenditure",
            0.00,
            "为保障机构正常运转、完成日常工作任务安排的支出，含人员经费和公用经费。",
        ),
        money("personnel", "人员经费", "Personnel expenses within basic expenditure", None, "基本支出中的人员经费。"),
        money("public", "公用经费", "Public expenses within basic expenditure", None, "基本支出中的公用经费。"),
        money(
            "project",
            "项目支出",
            "Project expenditure",
            10.00,
            "在基本支出之外，为完成特定任务或事业发展目标安排的支出。",
        ),
        money(
            "business",
            "经营支出",
            "Business expenditure",
            None,
            "事业单位在专业业务活动之外开展非独立核算经营活动的支出。",
            statements=_ALL_FUNDS,
        ),
        money(
            "to_superior",
            "上缴上级支出",
            "Remittances to higher-level units",
            None,
            "所属单位按规定上缴（上解）上级单位的支出。",
            statements=_ALL_FUNDS,
        ),
        money(
            "to_subordinates",
            "对附属单位补助支出",
            "Subsidies to subordinate units",
            None,
            "用财政拨款以外的资金补助所属单位的支出。",
            statements=_ALL_FUNDS,
        ),
        money(
            "opening_balance",
            "年初结转和结余",
            "Opening balance, in fund statements of final accounts and where a budget prints it",
            None,
            "年初（上年）结转和结余，多见于政府性基金决算表，个别支出总表也列。",
        ),
        money(
            "revenue",
            "本年收入",
            "Revenue of the year, in fund statements of final accounts",
            None,
            "政府性基金等单本预算决算表中的本年收入。",
            statements=_ONE_FUND,
        ),
        money(
            "closing_balance",
            "年末结转和结余",
            "Closing balance, in fund statements of final accounts",
            None,
            "政府性基金等单本预算决算表中的年末结转和结余。",
            statements=_ONE_FUND,
        ),
        *sources(
            "fiscal_appropriation",
            "general_public_budget",
            "government_fund",
            "state_capital",
            "special_account",
            "institutional",
            "business_revenue",
            "from_superior",
            "from_subordinates",
            "unit_funds",
            "other",
            "surplus_used",
            statements=_ALL_FUNDS,
        ),
        money(
            "procurement",
            "政府采购",
            "Bought by government procurement",
            None,
            "其中纳入政府采购的项目金额。",
            statements=_ALL_FUNDS,
        ),
        money(
            "reserved_for_small_firms",
            "预留给中小企业",
            "Procurement reserved for small and medium firms",
            None,
            "政府采购项目中预留给中小企业的金额。",
            statements=_ALL_FUNDS,
        ),
        money(
            "reserved_for_micro_firms",
            "预留给小微企业",
            "Procurement reserved for small and micro firms",
            None,
            "政府采购项目中预留给小型、微型企业的金额。",
            statements=_ALL_FUNDS,
        ),
        money(
            "without_construction",
            "扣除基建投资后",
            "Without the central government's capital construction",
            None,
            "扣除中央基建投资后的金额。",
            statements=_GENERAL,
        ),
        money(
            "change",
            "增减额",
            "Change against what was spent the year before",
            None,
            "比上年执行数的增减额，原表列出的才有；上年执行数另为一行，其年度为上年、口径为决算。",
            statements=_GENERAL,
        ),
        _change_rate("change_percent", "增减幅度", "change against what was spent the year before, in per cent"),
        money(
            "change_without_construction",
            "扣除基建投资后增减额",
            "Change without the central government's capital construction",
            None,
            "扣除中央基建投资后比上年执行数的增减额。",
            statements=_GENERAL,
        ),
        _change_rate(
            "change_percent_without_construction",
            "扣除基建投资后增减幅度",
            "change without the central government's capital construction, in per cent",
        ),
    ),
    includes=(subject_include("functional_subject"),),
    search=by_code("functional-subjects", example="信息安全"),
    natural_key=("phase", "fund", ("code", "name")),
    in_order=(("region_code", "fiscal_year"), ("code", "fiscal_year"), ("class_code", "fiscal_year")),
    examples=(
        "level=item&fund=all&sort=-total&limit=10",
        "code__under=201&fiscal_year=2025&statement=expenditure",
        "region_code__under=130000&total__gte=100&include=provenance,subject",
    ),
)
