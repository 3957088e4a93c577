"""Projects with their money, its sources and the payment plan."""

from app.query.columns import Column, Json, money
from app.query.facts import line_resource
from app.query.search_column import by_fields
from app.query.sources_of_money import sources


def _plan(month: str, zh: str, example: Json) -> Column:
    return Column(
        name=f"plan_{month.lower()}",
        kind="number",
        zh=f"资金支出计划（{zh}）",
        en=f"payment plan, end of {month}",
        description=f"Share of the money that is to be spent by the end of {month}, cumulative per cent.",
        description_zh=f"截至{zh}的资金支出计划进度，为累计百分比。",
        example=example,
        unit="per cent",
    )


RESOURCE = line_resource(
    "projects",
    table="project",
    singular="Project",
    plural="Projects",
    zh="项目",
    en="Projects",
    description=(
        "Projects of the lists of project expenditure, the performance-target tables and project self-evaluations, "
        "with funds and payment plan; `is_total` marks the rows of a list that sum up others."
    ),
    description_zh="项目支出表、绩效目标表和项目绩效自评表所列的项目，含资金和支出计划；合计行与其余各行重复同一笔资金。",
    statements=("performance_targets", "self_evaluation", "project_expenditure"),
    example_id=401,
    columns=(
        Column(
            name="ordinal",
            kind="integer",
            zh="序号",
            en="ordinal",
            description="The n-th project of its document.",
            description_zh="在本文件中是第几个项目。",
            example=1,
            minimum=1,
            nullable=False,
            compared=False,
        ),
        Column(
            name="is_total",
            kind="boolean",
            zh="是否合计行",
            en="is a total row",
            description="True on a row that sums up others: all projects, or those of one institution.",
            description_zh="全部项目或某一单位项目的合计行为真。",
            example=False,
            nullable=False,
        ),
        Column(
            name="institution",
            kind="text",
            zh="单位",
            en="institution",
            description="The body that has the project, where the table names it.",
            description_zh="项目所属单位，原表列出的才有。",
            example=None,
            grouped=True,
        ),
        Column(
            name="code",
            kind="code",
            zh="项目编码",
            en="project code",
            description="The project's code as printed.",
            description_zh="项目编码，按原表所印。",
            example="13020525P00916610002P",
        ),
        Column(
            name="name",
            kind="text",
            zh="项目名称",
            en="project name",
            description="The project's name as printed.",
            description_zh="项目名称，按原表所印。",
            example="网络安全项目",
            nullable=False,
            grouped=True,
        ),
        money("total", "预算数", "Budget of the project", 68.00, "项目的预算数或总投资。"),
        money("fiscal", "财政资金", "Of which fiscal money", 68.00, "其中由财政资金安排的部分。"),
        *sources(
            "general_public_budget",
            "government_fund",
            "state_capital",
            "special_account",
            "institutional",
            "business_revenue",
            "from_superior",
            "from_subordinates",
            "unit_funds",
            "surplus_used",
            statements=("project_expenditure",),
        ),
        *sources("carried_over", statements=("project_expenditure", "performance_targets")),
        money("other_funds", "其他资金", "Of which other funds", None, "其中由其他资金安排的部分。"),
        _plan("March", "3月底", 25),
        _plan("June", "6月底", 50),
        _plan("October", "10月底", 75),
        _plan("December", "12月底", 100),
        Column(
            name="purpose",
            kind="text",
            zh="用途",
            en="purpose",
            description="What the money is for; null where the loaded data leave running text out.",
            description_zh="资金用途；所载数据不含说明文字的为空值。",
            example=None,
        ),
        Column(
            name="goal",
            kind="text",
            zh="绩效目标",
            en="goal",
            description="The performance goal; null where the loaded data leave running text out.",
            description_zh="绩效目标；所载数据不含说明文字的为空值。",
            example=None,
        ),
    ),
    search=by_fields("name", example="舆情监测"),
    natural_key=("is_total", "institution", "name"),
    examples=("sort=-total&limit=10", "name__contains=网络&total__gte=10", "code=13020525P00916610002P"),
)
