"""Fixed assets: the rows of the fixed-asset table."""

from app.query import words
from app.query.columns import Column, money
from app.query.facts import line_resource

RESOURCE = line_resource(
    "assets",
    table="asset_item",
    singular="AssetItem",
    plural="Assets",
    zh="固定资产",
    en="Fixed assets",
    description="Rows of the fixed-asset table (固定资产占用情况表); `office_space` is part of `buildings`.",
    description_zh="固定资产占用情况表的各行；“办公用房”包含在“房屋”之内。",
    statements=("fixed_assets",),
    example_id=801,
    columns=(
        Column(
            name="item",
            kind="choice",
            zh="项目",
            en="item",
            description="Which kind of asset.",
            description_zh="资产类别。",
            example="vehicles",
            nullable=False,
            choices=words.ASSET_ITEM,
        ),
        Column(
            name="name",
            kind="text",
            zh="项目名称",
            en="name",
            description="The row's words as printed, with the threshold that the form uses.",
            description_zh="项目名称，按原表所印，含该表采用的单价标准。",
            example="2、车辆（台、辆）",
            nullable=False,
        ),
        Column(
            name="measure",
            kind="text",
            zh="计量单位",
            en="measure",
            description="Unit of the quantity as printed.",
            description_zh="数量的计量单位，按原表所印。",
            example="台、辆",
        ),
        Column(
            name="as_of",
            kind="date",
            zh="截止时间",
            en="as of",
            description="The day on which the assets were counted, as printed.",
            description_zh="资产清点的截止日期，按原表所印。",
            example="2024-12-31",
        ),
        Column(
            name="quantity",
            kind="number",
            zh="数量",
            en="quantity",
            description="How many, in `measure`.",
            description_zh="数量，单位见计量单位栏。",
            example=1,
        ),
        money("value", "价值", "Value", 18.90, "该类资产的价值。"),
    ),
    natural_key=("item",),
    examples=("item=total&sort=-value&limit=10", "item=vehicles&quantity__gte=1", "as_of__lte=2024-12-31"),
)
