"""Administrative divisions of GB/T 2260."""

from app.query import words
from app.query.columns import Column, Json, Resource, object_schema, records_schema

_REFERENCE: dict[str, Json] = {
    "code": {"type": "string", "description": "GB/T 2260 code.", "examples": ["130200"]},
    "name": {"type": "string", "description": "The division's own name.", "examples": ["唐山市"]},
    "href": {"type": "string", "description": "Path of the division.", "examples": ["/v1/regions/130200"]},
}

RESOURCE = Resource(
    name="regions",
    singular="Region",
    plural="Regions",
    zh="行政区划",
    en="Administrative divisions",
    description="Administrative divisions of GB/T 2260; `000000` is the country, whose central bodies publish too.",
    description_zh="GB/T 2260 行政区划；`000000` 代表国家，中央部门归于其下。",
    source="region t",
    visible="{release} is not null",
    key="code",
    columns=(
        Column(
            name="code",
            kind="code",
            zh="行政区划代码",
            en="division code",
            description="GB/T 2260 code.",
            description_zh="GB/T 2260 六位数字码。",
            example="130205",
            nullable=False,
            hierarchy="region",
        ),
        Column(
            name="name",
            kind="text",
            zh="名称",
            en="name",
            description="The division's own name.",
            description_zh="该区划自身的名称。",
            example="开平区",
            nullable=False,
        ),
        Column(
            name="full_name",
            kind="text",
            zh="全称",
            en="full name",
            description="The name with its parents' names before it.",
            description_zh="含上级区划名称的全称。",
            example="河北省唐山市开平区",
            nullable=False,
        ),
        Column(
            name="level",
            kind="choice",
            zh="级别",
            en="level",
            description="Level of government.",
            description_zh="行政级别。",
            example="county",
            nullable=False,
            choices=words.REGION_LEVEL,
        ),
        Column(
            name="parent_code",
            kind="code",
            zh="上级代码",
            en="parent's code",
            description="Code of the division above; null for the country.",
            description_zh="上一级区划的代码；国家为空值。",
            references="regions",
            example="130200",
        ),
    ),
    details=(
        Column(
            name="parent",
            kind="json",
            zh="上级",
            en="parent",
            description="The division above; null for the country.",
            description_zh="上一级区划；国家为空值。",
            example=None,
            sql="""(select json_build_object('code', p.code, 'name', p.name, 'href', '/v1/regions/' || p.code)
                from region p where p.code = t.parent_code)""",
            schema=object_schema(_REFERENCE, nullable=True),
        ),
        Column(
            name="children",
            kind="json",
            zh="下级",
            en="children",
            description="The divisions directly below.",
            description_zh="直接下辖的区划。",
            example=[],
            sql="""(select coalesce(json_agg(json_build_object('code', c.code, 'name', c.name,
                'href', '/v1/regions/' || c.code) order by c.code), '[]'::json)
                from region c where c.parent_code = t.code)""",
            schema=records_schema(_REFERENCE),
        ),
        Column(
            name="departments",
            kind="json",
            zh="部门数",
            en="number of departments",
            description="How many departments of exactly this division have a disclosure in this release.",
            description_zh="恰属该区划、且在本数据版本中有公开文件的部门数。",
            example=1,
            sql="""(select count(distinct d.department_id) from disclosure d where d.region_code = {key}
                and d.valid_from <= {release} and d.valid_to > {release})""",
            schema={"type": "integer"},
        ),
        Column(
            name="links",
            kind="json",
            zh="链接",
            en="links",
            description="Lists of this division and everything under it.",
            description_zh="该区划及其下辖区划的数据在本服务中的路径。",
            example={"departments": "/v1/departments?region_code__under=130205"},
            sql="""json_build_object('departments', '/v1/departments?region_code__under=' || t.code,
                'disclosures', '/v1/disclosures?region_code__under=' || t.code,
                'expenditures', '/v1/expenditures?region_code__under=' || t.code)""",
            schema=object_schema(
                {
                    name: {
                        "type": "string",
                        "description": f"Path of the {name}.",
                        "examples": [f"/v1/{name}?region_code__under=130205"],
                    }
                    for name in ("departments", "disclosures", "expenditures")
                }
            ),
        ),
    ),
    examples=("code__under=130000&level=county&limit=10", "name__contains=开平", "level=province&sort=name"),
)
