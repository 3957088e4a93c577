"""The bodies that publish."""

from app.query.columns import Column, Resource, object_schema, records_schema
from app.query.contents import counted
from app.query.facts import JOINS, REGION_CODE, REGION_NAME
from app.query.search_column import by_entries

_VISIBLE = """t.id in (select v.department_id from disclosure v
        where v.valid_from <= {release} and v.valid_to > {release})"""
_VISIBLE_BEFORE = _VISIBLE.replace("{release}", "{since}")

RESOURCE = Resource(
    name="departments",
    singular="Department",
    plural="Departments",
    zh="部门",
    en="Departments",
    description="Reporting bodies with at least one disclosure in this release.",
    description_zh="在当前数据版本中至少有一份公开文件的部门或单位。",
    source="department t",
    visible=_VISIBLE,
    columns=(
        Column(
            name="id",
            kind="code",
            zh="部门标识",
            en="id",
            description="Stable id, made from the division and the normalised name; the same on every load.",
            description_zh="部门的稳定标识，由行政区划代码和规范名称生成，历次入库保持不变。",
            example="130205-5c9de731",
            nullable=False,
        ),
        Column(
            name="name",
            kind="text",
            zh="部门名称",
            en="name",
            description="Name as printed in the latest disclosure.",
            description_zh="最近一份公开文件所印的名称。",
            example="中共唐山市开平区委网络安全和信息化委员会办公室",
            nullable=False,
        ),
        Column(
            name="normalised_name",
            kind="text",
            zh="规范名称",
            en="normalised name",
            description="The name that the id is made from: half-width, without white space and leading codes.",
            description_zh="生成标识所用的名称：转为半角，去掉空白和名称前的编码。",
            example="中共唐山市开平区委网络安全和信息化委员会办公室",
            nullable=False,
        ),
        Column(
            name="code",
            kind="code",
            zh="部门编码",
            en="department code",
            description="The finance bureau's code as printed in the latest disclosure.",
            description_zh="财政部门编定的部门编码，以最近一份公开文件所印为准。",
            example="224",
        ),
        Column(
            name="aliases",
            kind="list",
            zh="其他名称",
            en="other names",
            description="Other names that its disclosures print.",
            description_zh="该部门的公开文件中出现过的其他名称。",
            example=["开平区委网信办"],
            nullable=False,
            sortable=False,
        ),
        REGION_CODE,
        REGION_NAME,
    ),
    joins={"region": JOINS["region"]},
    search=by_entries(
        "t.id",
        "departments",
        "Departments found by words in a name that they print, or in the names of their division.",
        "按部门公开文件所印的名称或所属行政区划名称中的词查找部门。",
        "开平 网信办",
    ),
    details=(
        Column(
            name="disclosures",
            kind="json",
            zh="公开文件",
            en="disclosures",
            description="The department's disclosures in this release, newest year first.",
            description_zh="该部门在本数据版本中的公开文件，年度新的在前。",
            example=[],
            sql="""(select coalesce(json_agg(json_build_object('id', d.id, 'fiscal_year', d.fiscal_year, 'kind', d.kind,
                'scope', d.scope, 'title', d.title, 'href', '/v1/disclosures/' || d.id)
                order by d.fiscal_year desc, d.kind, d.scope), '[]'::json) from disclosure d
                where d.department_id = {key} and d.valid_from <= {release} and d.valid_to > {release})""",
            schema=records_schema(
                {
                    "id": {"type": "string", "description": "Id.", "examples": ["130205-5c9de731-2025-budget"]},
                    "fiscal_year": {"type": "integer", "description": "Year of the disclosure.", "examples": [2025]},
                    "kind": {"type": "string", "description": "Budget or final account.", "examples": ["budget"]},
                    "scope": {"type": "string", "description": "Department or unit.", "examples": ["department"]},
                    "title": {"type": "string", "description": "Title as printed.", "examples": ["2025年部门预算"]},
                    "href": {
                        "type": "string",
                        "description": "Path of the disclosure.",
                        "examples": ["/v1/disclosures/130205-5c9de731-2025-budget"],
                    },
                }
            ),
        ),
        counted(
            "x.department_id = {key} and x.valid_from <= {release} and x.valid_to > {release}",
            "'department_id=' || {key}",
        ),
        Column(
            name="links",
            kind="json",
            zh="链接",
            en="links",
            description="Paths on this service to what belongs to the department.",
            description_zh="与该部门有关的数据在本服务中的路径。",
            example={"region": "/v1/regions/130205"},
            sql="""json_build_object('region', '/v1/regions/' || t.region_code,
                'disclosures', '/v1/disclosures?department_id=' || t.id,
                'statements', '/v1/statements?department_id=' || t.id,
                'stated_amounts', '/v1/stated-amounts?department_id=' || t.id,
                'findings', '/v1/findings?department_id=' || t.id)""",
            schema=object_schema(
                {
                    name: {"type": "string", "description": f"Path of the {name}.", "examples": [example]}
                    for name, example in (
                        ("region", "/v1/regions/130205"),
                        ("disclosures", "/v1/disclosures?department_id=130205-5c9de731"),
                        ("statements", "/v1/statements?department_id=130205-5c9de731"),
                        ("stated_amounts", "/v1/stated-amounts?department_id=130205-5c9de731"),
                        ("findings", "/v1/findings?department_id=130205-5c9de731"),
                    )
                }
            ),
        ),
    ),
    delta=f"""{_VISIBLE} and (not {_VISIBLE_BEFORE} or t.changed_in > {{since}} and t.changed_in <= {{release}})
        or {_VISIBLE_BEFORE} and not {_VISIBLE}""",
    keeps=("id", "normalised_name", "region_code"),
    examples=(
        "region_code__under=130000",
        "name__contains=网信办&sort=region_code",
        "name__contains=网络安全&limit=10",
    ),
)
