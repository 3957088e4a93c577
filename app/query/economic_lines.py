"""Basic expenditure and agency operating expenses by economic code."""

from app.query.coded import code_columns
from app.query.columns import money
from app.query.expenditures import FUND
from app.query.facts import line_resource
from app.query.includes import subject_include
from app.query.search_column import by_code

RESOURCE = line_resource(
    "economic-lines",
    table="economic_line",
    singular="EconomicLine",
    plural="EconomicLines",
    zh="经济分类支出",
    en="Expenditure by economic code",
    description="Rows of the basic-expenditure statement and of agency operating expenses, one per economic code.",
    description_zh="一般公共预算基本支出表和机关运行经费的各行，每个经济分类科目一行。",
    statements=("basic_expenditure_by_economic", "agency_operating"),
    example_id=201,
    columns=(
        *code_columns("economic", example="30239", name="其他交通费用"),
        FUND,
        money("total", "合计", "Total", 3.06, "该经济分类科目的支出合计。"),
        money("personnel", "人员经费", "Personnel expenses", None, "其中用于工资福利和对个人和家庭补助等的人员经费。"),
        money("public", "公用经费", "Public expenses", 3.06, "其中用于保障机构日常运转的公用经费。"),
    ),
    includes=(subject_include("economic_subject"),),
    search=by_code("economic-subjects", example="交通费用"),
    natural_key=("phase", "fund", ("code", "name")),
    examples=("code=30239", "code__under=302&level=division&sort=-total&limit=10", "level=class&fiscal_year=2025"),
)
