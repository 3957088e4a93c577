"""Figures that a person has compared with the published documents come back from the service, digit for digit.

They are asked of the committed `seed_data/` through the API, so that no step between the document and the answer can
change one of them.
"""

import httpx
import pytest

# (path, what `"data"` of the answer must be, as text: 90.00 is not 90)
FIGURES = [
    pytest.param(
        "/v1/expenditures?region_code=130205&statement=expenditure&code=201&fields=name,total,basic,project",
        '{"name":"一般公共服务支出","total":256.59,"basic":166.59,"project":90.00}',
        id="开平 2025: 201 is basic plus project",
    ),
    pytest.param(
        "/v1/expenditures?region_code=130205&statement=expenditure&code=2013704&fields=name,total,basic,project",
        '{"name":"信息安全事务","total":10.00,"basic":null,"project":10.00}',
        id="开平 2025: 2013704 is a project",
    ),
    pytest.param(
        "/v1/economic-lines?region_code=130205&code=30239&fields=name,total",
        '{"name":"其他交通费用","total":3.06}',
        id="开平 2025: 30239",
    ),
    pytest.param(
        "/v1/projects?code=13020525P00916610002P&fields=total,plan_march,plan_june,plan_october,plan_december",
        '{"total":68.00,"plan_march":25,"plan_june":50,"plan_october":75,"plan_december":100}',
        id="开平 2025: a project and its payment plan",
    ),
    pytest.param(
        "/v1/expenditures?region_code=130532&statement=expenditure&code=2080505&fields=total",
        '{"total":6.00}',
        id="平乡 2023: 2080505",
    ),
    pytest.param(
        "/v1/three-public?region_code=130607&item=total&sort=fiscal_year&fields=fiscal_year,total",
        '{"fiscal_year":2019,"total":0},{"fiscal_year":2020,"total":2.66}',
        id="满城 2020: three-public against the year before",
    ),
    pytest.param(
        "/v1/performance-indicators?region_code=130607&target=满意率≥90%25"
        "&fields=target,target_operator,target_number,target_unit,target_is_qualitative",
        '{"target":"满意率≥90%","target_operator":"≥","target_number":90,"target_unit":"%","target_is_qualitative":false}',
        id="满城 2020: a target with words before it",
    ),
    pytest.param(
        "/v1/procurement-items?region_code=131000&catalogue_code=C2001&fields=item_name,total",
        '{"item_name":"新闻服务","total":168}',
        id="廊坊 2020: C2001",
    ),
    pytest.param(
        "/v1/expenditures?region_code=430204&statement=expenditure&code=2299901&fields=name,total",
        '{"name":"其他支出","total":0.09}',
        id="石峰 2020: 2299901",
    ),
    pytest.param(
        "/v1/economic-lines?region_code=430204&code=30309&fields=name,total",
        '{"name":"奖励金","total":5.39}',
        id="石峰 2020: 30309",
    ),
    pytest.param(
        "/v1/performance-indicators?region_code=430204&subject=department&level3=编写《石峰舆情》"
        "&fields=target,target_operator,target_number,target_unit,actual,weight,score",
        '{"target":"≥12期","target_operator":"≥","target_number":12,"target_unit":"期","actual":"12期",'
        '"weight":10,"score":10}',
        id="石峰 2020: an evaluated indicator",
    ),
]


@pytest.mark.parametrize(("path", "data"), FIGURES)
async def test_figure_is_as_published(seed_client: httpx.AsyncClient, path: str, data: str) -> None:
    assert f'"data":[{data}],"page"' in (await seed_client.get(path)).text.replace("},\n{", "},{")


async def test_procurement_items_of_langfang_add_up_to_what_the_text_states(seed_client: httpx.AsyncClient) -> None:
    items = (await seed_client.get("/v1/procurement-items?region_code=131000&is_total=false&fields=total")).json()
    stated = (await seed_client.get("/v1/stated-amounts?region_code=131000&topic=procurement&fields=amount")).json()
    assert len(items["data"]) == 13
    assert round(sum(item["total"] for item in items["data"]), 2) == stated["data"][0]["amount"] == 1233.8


async def test_all_projects_of_langfang_are_there(seed_client: httpx.AsyncClient) -> None:
    answer = (await seed_client.get("/v1/projects?region_code=131000&fields=name")).json()
    assert answer["page"]["total"] == len({project["name"] for project in answer["data"]}) == 17
