"""Expenditure by economic code: basic, of the general public budget, and agency operating expenses."""

from app.query.coded import code_columns
from app.query.columns import Column, money
from app.query.expenditures import FUND
from app.query.facts import line_resource
from app.query.includes import subject_include
from app.query.search_column import by_code
from app.query.sources_of_money import sources

RESOURCE = line_resource(
    "economic-lines",
    table="economic_line",
    singular="EconomicLine",
    plural="EconomicLines",
    zh="经济分类支出",
    en="Expenditure by economic code",
    description=(
        "Rows of the statements by economic code: basic expenditure of the general public budget, of fiscal "
        "appropriation or of all funds, expenditure of the general public budget, and agency operating expenses."
    ),
    description_zh=(
        "按经济分类列示的各表的各行：一般公共预算（财政拨款、全部资金）基本支出表、一般公共预算支出表和机关运行经费。"
    ),
    statements=(
        "basic_expenditure_by_economic",
        "agency_operating",
        "general_public_budget_by_economic",
        "appropriation_basic_expenditure",
        "basic_expenditure",
    ),
    example_id=201,
    columns=(
        *code_columns("economic", example="30239", name="其他交通费用"),
        Column(
            name="government_code",
            kind="code",
            zh="政府预算经济分类编码",
            en="government economic code",
            description="Code of the government's economic classification, where the table prints it beside the row's.",
            description_zh="同一行所印的政府预算支出经济分类科目编码。",
            references="economic-subjects",
            dangling=True,
            example="50201",
            label="(select name from economic_subject where code = {value})",
        ),
        FUND,
        money("total", "合计", "Total", 3.06, "该经济分类科目的支出合计。"),
        money(
            "basic",
            "基本支出",
            "Basic expenditure",
            None,
            "基本支出部分。",
            statements=("general_public_budget_by_economic",),
        ),
        money("personnel", "人员经费", "Personnel expenses", None, "其中用于工资福利和对个人和家庭补助等的人员经费。"),
        money("public", "公用经费", "Public expenses", 3.06, "其中用于保障机构日常运转的公用经费。"),
        money(
            "project",
            "项目支出",
            "Project expenditure",
            None,
            "项目支出（专项业务经费）部分。",
            statements=("general_public_budget_by_economic",),
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
            "carried_over",
            statements=("basic_expenditure",),
        ),
    ),
    includes=(subject_include("economic_subject"),),
    search=by_code("economic-subjects", example="交通费用"),
    natural_key=("phase", "fund", ("code", "name"), "government_code"),
    examples=("code=30239", "code__under=302&level=division&sort=-total&limit=10", "level=class&fiscal_year=2025"),
)
