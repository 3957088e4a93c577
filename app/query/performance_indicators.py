"""Performance indicators: targets of budgets, results of self-evaluations."""

from app import records
from app.query.columns import Column, ColumnKind, Json, choices
from app.query.facts import line_resource
from app.query.search_column import by_fields

PROJECT_COLUMNS = (
    Column(
        name="subject",
        kind="choice",
        zh="评价对象",
        en="subject",
        description="Whether this is about a `project` or about the whole `department`.",
        example="project",
        nullable=False,
        choices=choices(records.PerformanceIndicator.model_fields["subject"].annotation),
    ),
    Column(
        name="project_id",
        kind="integer",
        zh="项目标识",
        en="project id",
        description="Id of the project; null for the whole department.",
        example=401,
        selective=True,
    ),
    Column(
        name="project_name",
        kind="text",
        zh="项目名称",
        en="project name",
        description="The project's name as printed; null for the whole department.",
        example="网络安全项目",
    ),
)


def _column(
    name: str, kind: ColumnKind, zh: str, en: str, description: str, example: Json, *, unit: str | None = None
) -> Column:
    return Column(name=name, kind=kind, zh=zh, en=en, description=description, example=example, unit=unit)


RESOURCE = line_resource(
    "performance-indicators",
    table="performance_indicator",
    singular="PerformanceIndicator",
    plural="PerformanceIndicators",
    zh="绩效指标",
    en="Performance indicators",
    description=(
        "Indicator rows of the performance-target tables (绩效目标表) and of self-evaluations (绩效自评表): the target "
        "as printed and as operator, number and unit, and what was reached."
    ),
    statement_key="performance_targets",
    example_id=501,
    columns=(
        *PROJECT_COLUMNS,
        Column(
            name="position",
            kind="integer",
            zh="序号",
            en="position",
            description="The n-th indicator of its table.",
            example=1,
            nullable=False,
        ),
        _column(
            "level1", "text", "一级指标", "first level", "First level: output, benefit, satisfaction.", "满意度指标"
        ),
        _column(
            "level2", "text", "二级指标", "second level", "Second level: quantity, quality, …", "服务对象满意度指标"
        ),
        _column("level3", "text", "三级指标", "third level", "Third level: the indicator's name.", "满意率"),
        _column("description", "text", "指标描述", "description", "Description of the indicator as printed.", "满意率"),
        _column(
            "level1_weight", "number", "一级指标分值", "weight of the first level", "Points of the first level.", 50
        ),
        _column("target", "text", "指标值", "target as printed", "The target as printed.", "≥90%"),
        Column(
            name="target_operator",
            kind="choice",
            zh="目标比较符",
            en="target operator",
            description="How the target compares; null for a qualitative target.",
            example="≥",
            choices=("≥", "≤", "=", ">", "<"),
        ),
        _column("target_number", "number", "目标数值", "target number", "The target's number.", 90),
        _column("target_unit", "text", "目标单位", "target unit", "The target's unit.", "%"),
        Column(
            name="target_is_qualitative",
            kind="boolean",
            zh="是否定性",
            en="qualitative target",
            description="True when the target is words, not a number.",
            example=False,
            nullable=False,
        ),
        _column("basis", "text", "指标值确定依据", "basis", "What the target is based on, as printed.", "工作计划"),
        _column("actual", "text", "实际完成值", "actual as printed", "What was reached, as printed.", "12期"),
        _column("actual_number", "number", "实际完成数值", "actual number", "The number that was reached.", 12),
        _column("actual_unit", "text", "实际完成单位", "actual unit", "Unit of the number that was reached.", "期"),
        _column("weight", "number", "分值", "weight", "Points that the indicator is worth.", 10, unit="points"),
        _column("score", "number", "得分", "score", "Points that were reached.", 10, unit="points"),
        _column(
            "deviation_reason",
            "text",
            "偏差原因",
            "reason of the deviation",
            "Why the target was missed; null where the loaded data leave running text out.",
            None,
        ),
    ),
    search=by_fields("level3", "description", example="满意度"),
    examples=(
        "level1=满意度指标&target_number__gte=90",
        "description__contains=满意&target_operator=≥",
        "kind=final&score__isnull=false&sort=-weight",
    ),
)
