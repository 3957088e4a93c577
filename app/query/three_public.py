"""The 三公 expenses: overseas trips, official vehicles, official receptions."""

from app import records
from app.query.columns import Column, choices, money
from app.query.facts import LINE_NUMBER, PHASE, line_resource

RESOURCE = line_resource(
    "three-public",
    table="three_public_line",
    singular="ThreePublicLine",
    plural="ThreePublic",
    zh="“三公”经费",
    en="Three public expenses",
    description=(
        "The “three public” expenses (overseas trips, official vehicles, official receptions), one row per item, year "
        "and phase. `vehicles` repeats its parts, `total` repeats its items."
    ),
    statement_key="three_public",
    example_id=301,
    columns=(
        Column(
            name="item",
            kind="choice",
            zh="项目",
            en="item",
            description="Which of the expenses.",
            example="receptions",
            nullable=False,
            choices=choices(records.ThreePublicLine.model_fields["item"].annotation),
        ),
        Column(
            name="name",
            kind="text",
            zh="项目名称",
            en="name",
            description="The item's name as printed.",
            example="公务接待费",
            nullable=False,
        ),
        LINE_NUMBER,
        PHASE,
        Column(
            name="prior_year",
            kind="boolean",
            zh="是否上年数",
            en="is of a prior year",
            description="True where a document states the year before its own, which that year's document states too.",
            example=False,
            sql="(t.fiscal_year <> dis.fiscal_year)",
            join="disclosure",
            nullable=False,
            default=False,
        ),
        money("total", "合计", "Total", 2.66),
        money("general_public_budget", "一般公共预算", "Amount out of the general public budget", 2.66),
        money("government_fund", "政府性基金预算", "Amount out of the government funds budget", None),
        money("state_capital", "国有资本经营预算", "Amount out of the state capital operations budget", None),
        money("change", "增减", "Change against the year before, where the table prints it", 2.66),
        Column(
            name="reason",
            kind="text",
            zh="变化原因",
            en="reason of the change",
            description="Why it changed, as printed; null where the loaded data leave running text out.",
            example=None,
        ),
    ),
    examples=("item=total&sort=fiscal_year", "item=receptions&total__gte=1", "item=vehicles&kind=final&phase=final"),
)
