"""Projects with their money and payment plan."""

from app.query.columns import Column, Json, money
from app.query.facts import line_resource
from app.query.search_column import by_fields


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
    description="Projects of the performance-target tables and project self-evaluations, with funds and payment plan.",
    description_zh="绩效目标表和项目绩效自评表所列的项目，含资金和支出计划。",
    statements=("performance_targets", "self_evaluation"),
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
    natural_key=("name",),
    examples=("sort=-total&limit=10", "name__contains=网络&total__gte=10", "code=13020525P00916610002P"),
)
