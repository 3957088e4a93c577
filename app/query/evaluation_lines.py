"""Funding and total-score rows of self-evaluation tables."""

from app.query import words
from app.query.columns import Column, money
from app.query.facts import line_resource
from app.query.performance_indicators import PROJECT_COLUMNS

RESOURCE = line_resource(
    "evaluation-lines",
    table="evaluation_line",
    singular="EvaluationLine",
    plural="EvaluationLines",
    zh="绩效自评资金",
    en="Self-evaluation funding",
    description="Funding rows of self-evaluation tables (绩效自评表), their total score (item `overall`), and the "
    "money that a department's own targets (部门整体支出绩效目标表) print, as its initial budget.",
    description_zh="绩效自评表的资金各行及总分（`overall`）；部门整体支出绩效目标表所列资金，作为年初预算数。",
    statements=("self_evaluation", "performance_targets"),
    example_id=601,
    columns=(
        *PROJECT_COLUMNS,
        Column(
            name="item",
            kind="choice",
            zh="项目",
            en="item",
            description="Which money, or `overall` for the table's total score.",
            description_zh="哪一项资金；`overall` 为该表总分。",
            example="total",
            nullable=False,
            choices=words.EVALUATION_ITEM,
        ),
        Column(
            name="name",
            kind="text",
            zh="项目名称",
            en="name",
            description="The row's words as printed.",
            description_zh="行名，按原表所印。",
            example="年度资金总额",
            nullable=False,
        ),
        money("initial_budget", "年初预算数", "Initial budget", 100.00, "自评表所列的年初预算数。"),
        money("adjusted_budget", "全年预算数", "Adjusted (full-year) budget", 100.00, "自评表所列的全年预算数。"),
        money("executed", "全年执行数", "Amount spent in the year", 98.00, "自评表所列的全年执行数。"),
        Column(
            name="execution_rate",
            kind="number",
            zh="执行率",
            en="execution rate",
            description="Spent amount against the adjusted budget, as printed.",
            description_zh="全年执行数占全年预算数的百分比，按原表所印。",
            example=98,
            unit="per cent",
        ),
        Column(
            name="weight",
            kind="number",
            zh="分值",
            en="weight",
            description="Points that the row is worth.",
            description_zh="该行的分值（权重）。",
            example=10,
            unit="points",
        ),
        Column(
            name="score",
            kind="number",
            zh="得分",
            en="score",
            description="Points that were reached.",
            description_zh="该行的得分。",
            example=9.8,
            unit="points",
        ),
        Column(
            name="grade",
            kind="text",
            zh="评价等级",
            en="grade",
            description="The grade as printed: 优, 良, 中, 差.",
            description_zh="评价等级，按原表所印：优、良、中、差。",
            example="优",
        ),
    ),
    natural_key=("subject", "project_name", "item"),
    examples=("item=overall&sort=-score", "item=total&execution_rate__lte=90", "subject=department&fiscal_year=2020"),
)
