"""Funding and total-score rows of self-evaluation tables."""

from app import records
from app.query.columns import Column, choices, money
from app.query.facts import line_resource
from app.query.performance_indicators import PROJECT_COLUMNS

RESOURCE = line_resource(
    "evaluation-lines",
    table="evaluation_line",
    singular="EvaluationLine",
    plural="EvaluationLines",
    zh="绩效自评资金",
    en="Self-evaluation funding",
    description="Funding rows of self-evaluation tables (绩效自评表) and, as item `overall`, their total score.",
    statement_key="self_evaluation",
    example_id=601,
    columns=(
        *PROJECT_COLUMNS,
        Column(
            name="item",
            kind="choice",
            zh="项目",
            en="item",
            description="Which money, or `overall` for the table's total score.",
            example="total",
            nullable=False,
            choices=choices(records.EvaluationLine.model_fields["item"].annotation),
        ),
        Column(
            name="name",
            kind="text",
            zh="项目名称",
            en="name",
            description="The row's words as printed.",
            example="年度资金总额",
            nullable=False,
        ),
        money("initial_budget", "年初预算数", "Initial budget", 100.00),
        money("adjusted_budget", "全年预算数", "Adjusted (full-year) budget", 100.00),
        money("executed", "全年执行数", "Amount spent in the year", 98.00),
        Column(
            name="execution_rate",
            kind="number",
            zh="执行率",
            en="execution rate",
            description="Spent amount against the adjusted budget, as printed.",
            example=98,
            unit="per cent",
        ),
        Column(
            name="weight",
            kind="number",
            zh="分值",
            en="weight",
            description="Points that the row is worth.",
            example=10,
            unit="points",
        ),
        Column(
            name="score",
            kind="number",
            zh="得分",
            en="score",
            description="Points that were reached.",
            example=9.8,
            unit="points",
        ),
        Column(
            name="grade",
            kind="text",
            zh="评价等级",
            en="grade",
            description="The grade as printed: 优, 良, 中, 差.",
            example="优",
        ),
    ),
    examples=("item=overall&sort=-score", "item=total&execution_rate__lte=90", "subject=department&fiscal_year=2020"),
)
