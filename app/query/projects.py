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
    statement_key="performance_targets",
    example_id=401,
    columns=(
        Column(
            name="ordinal",
            kind="integer",
            zh="序号",
            en="ordinal",
            description="The n-th project of its document.",
            example=1,
            nullable=False,
        ),
        Column(
            name="code",
            kind="code",
            zh="项目编码",
            en="project code",
            description="The project's code as printed.",
            example="13020525P00916610002P",
        ),
        Column(
            name="name",
            kind="text",
            zh="项目名称",
            en="project name",
            description="The project's name as printed.",
            example="网络安全项目",
            nullable=False,
            grouped=True,
        ),
        money("total", "预算数", "Budget of the project", 68.00),
        money("fiscal", "财政资金", "Of which fiscal money", 68.00),
        money("other_funds", "其他资金", "Of which other funds", None),
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
            example=None,
        ),
        Column(
            name="goal",
            kind="text",
            zh="绩效目标",
            en="goal",
            description="The performance goal; null where the loaded data leave running text out.",
            example=None,
        ),
    ),
    search=by_fields("name", example="舆情监测"),
    examples=("sort=-total&limit=10", "name__contains=网络&total__gte=10", "code=13020525P00916610002P"),
)
