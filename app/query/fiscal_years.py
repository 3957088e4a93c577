"""The years for which there are disclosures."""

from app.query.columns import Column, Resource, object_schema


def _count(name: str, zh: str, en: str, about_zh: str) -> Column:
    return Column(
        name=name,
        kind="integer",
        zh=zh,
        en=en,
        description=f"{en} in this release.",
        description_zh=about_zh,
        example=1,
        nullable=False,
    )


RESOURCE = Resource(
    name="fiscal-years",
    singular="FiscalYear",
    plural="FiscalYears",
    zh="年度",
    en="Fiscal years",
    description="The years of which a budget or a final account is in this release, with what there is.",
    description_zh="本数据版本中有预算或决算的年度，以及各年度的数量。",
    source="""(select fiscal_year, count(*) as disclosures, count(distinct department_id) as departments,
        count(distinct region_code) as regions, count(*) filter (where kind = 'budget') as budgets,
        count(*) filter (where kind = 'final') as finals
        from disclosure where valid_from <= {release} and valid_to > {release} group by fiscal_year) t""",
    visible="{release} is not null",
    key="fiscal_year",
    columns=(
        Column(
            name="fiscal_year",
            kind="integer",
            zh="年度",
            en="fiscal year",
            description="The year that the disclosures are about.",
            description_zh="公开文件所属的年度。",
            example=2025,
            minimum=1990,
            nullable=False,
        ),
        _count("disclosures", "公开文件数", "Number of disclosures", "本数据版本中该年度的公开文件数。"),
        _count("departments", "部门数", "Number of departments", "本数据版本中该年度有公开文件的部门数。"),
        _count("regions", "区划数", "Number of divisions", "本数据版本中该年度有公开文件的行政区划数。"),
        _count("budgets", "预算数", "Number of budgets", "本数据版本中该年度的部门预算份数。"),
        _count("finals", "决算数", "Number of final accounts", "本数据版本中该年度的部门决算份数。"),
    ),
    details=(
        Column(
            name="links",
            kind="json",
            zh="链接",
            en="links",
            description="Lists of this year.",
            description_zh="该年度的数据在本服务中的路径。",
            example={"disclosures": "/v1/disclosures?fiscal_year=2025"},
            sql="""json_build_object('disclosures', '/v1/disclosures?fiscal_year=' || t.fiscal_year,
                'expenditures', '/v1/expenditures?fiscal_year=' || t.fiscal_year,
                'revenues', '/v1/revenues?fiscal_year=' || t.fiscal_year)""",
            schema=object_schema(
                {
                    name: {
                        "type": "string",
                        "description": f"Path of the {name}.",
                        "examples": [f"/v1/{name}?fiscal_year=2025"],
                    }
                    for name in ("disclosures", "expenditures", "revenues")
                }
            ),
        ),
    ),
    examples=("sort=-fiscal_year", "finals__gte=1", "fiscal_year__gte=2020"),
)
