"""The 三公 expenses: overseas trips, official vehicles, official receptions."""

from app.query import words
from app.query.columns import Column, money
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
    description_zh=(
        "因公出国（境）费、公务用车购置及运行维护费、公务接待费，每个项目、年度和阶段一行；“公务用车”为其两项之和"
        "，“合计”为各项之和。"
    ),
    statements=("three_public",),
    example_id=301,
    columns=(
        Column(
            name="item",
            kind="choice",
            zh="项目",
            en="item",
            description="Which of the expenses.",
            description_zh="哪一项经费。",
            example="receptions",
            nullable=False,
            choices=words.THREE_PUBLIC_ITEM,
        ),
        Column(
            name="name",
            kind="text",
            zh="项目名称",
            en="name",
            description="The item's name as printed.",
            description_zh="项目名称，按原表所印。",
            example="公务接待费",
            nullable=False,
        ),
        Column(
            name="institution",
            kind="text",
            zh="单位",
            en="institution",
            description="The body whose expenses they are, where the table has a row for each; null on the row of all.",
            description_zh="该行所属单位，原表按单位列示的才有；全部合计的行为空值。",
            example=None,
            grouped=True,
        ),
        LINE_NUMBER,
        PHASE,
        Column(
            name="prior_year",
            kind="boolean",
            zh="是否上年数",
            en="is of a prior year",
            description="True where a document states the year before its own, which that year's document states too.",
            description_zh="文件所列的上年数为真；该数字在上年的文件中也会出现。",
            example=False,
            sql="(t.fiscal_year <> dis.fiscal_year)",
            join="disclosure",
            nullable=False,
            default=False,
        ),
        money("total", "合计", "Total", 2.66, "该项经费合计。"),
        money(
            "general_public_budget",
            "一般公共预算",
            "Amount out of the general public budget",
            2.66,
            "由一般公共预算安排的部分。",
        ),
        money(
            "government_fund",
            "政府性基金预算",
            "Amount out of the government funds budget",
            None,
            "由政府性基金预算安排的部分。",
        ),
        money(
            "state_capital",
            "国有资本经营预算",
            "Amount out of the state capital operations budget",
            None,
            "由国有资本经营预算安排的部分。",
        ),
        money(
            "change",
            "增减",
            "Change against the year before, where the table prints it",
            2.66,
            "与上年相比的增减额，原表列出的才有。",
        ),
        Column(
            name="change_percent",
            kind="number",
            zh="增减幅度",
            en="change against the year before in per cent",
            description="The change against the year before in per cent, as printed; null where nothing is printed.",
            description_zh="比上年增减的百分比，按原表所列；原表未填列的为空值。",
            example=None,
            unit="per cent",
        ),
        Column(
            name="reason",
            kind="text",
            zh="变化原因",
            en="reason of the change",
            description="Why it changed, as printed; null where the loaded data leave running text out.",
            description_zh="增减变化的原因，按原表所印；所载数据不含说明文字的为空值。",
            example=None,
        ),
    ),
    natural_key=("phase", "item", "institution"),
    examples=("item=total&sort=fiscal_year", "item=receptions&total__gte=1", "item=vehicles&kind=final&phase=final"),
)
