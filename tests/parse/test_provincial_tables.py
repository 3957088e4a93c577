"""Promise: tables that only some provinces print become records under the right statement, with every printed figure.

The departments and figures are invented; the layouts are those of Shaanxi, Zhejiang, Shandong, Guangdong, Jiangsu and
Chongqing, drawn as PDF pages.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from app.checks.run import check
from app.parse.document import parse_document
from app.parse.grid import Block, Grid, Text
from app.records import ParsedDisclosure
from tests.written_pdf import as_pdf

YEAR = 2024


def parsed(*tables: tuple[str, str], kind: str = "预算") -> ParsedDisclosure:
    """A document of these tables, each a title (with 单位:万元) and its rows, a line each with | between the cells."""
    blocks: list[Block] = [Text(f"云水市河湖局{YEAR}年部门{kind}", 1)]
    for title, rows in tables:
        cells = tuple(tuple(cell.strip() for cell in row.split("|")) for row in rows.strip().split("\n"))
        blocks += [Text(title, 1), Text("单位：万元", 1), Grid(cells, 1, len(cells), "page 1")]
    return parse_document(as_pdf(tuple(blocks)), source_file="x.pdf", region_code="610100")


def keys(document: ParsedDisclosure) -> list[str]:
    return [statement.key for statement in document.statements if statement.status != "missing"]


def left(document: ParsedDisclosure) -> list[str | None]:
    """The printed numbers that reached no record."""
    return [finding.text for finding in document.findings if finding.code == "number_only_in_grid"]


def test_list_of_projects_gives_each_project_its_institution_and_the_sources_of_its_money() -> None:
    document = parsed(
        (
            "2024年市级部门项目支出预算表",
            """
            单位名称|项目名称|总计|财政拨款收入|||财政专户管理资金|单位资金
            |||一般公共预算|政府性基金|国有资本经营预算||
            **|**|1|2|3|4|5|6
            |合计|90.00|70.00|||12.00|8.00
            云水市河湖局|堤防养护|60.00|60.00||||
            云水市水文站|水位监测|30.00|10.00|||12.00|8.00
            """,
        )
    )
    assert keys(document) == ["project_expenditure"]
    total, dike, gauge = document.projects
    assert (total.is_total, total.total, total.institution) == (True, Decimal("90.00"), None)
    assert (dike.name, dike.institution, dike.general_public_budget) == ("堤防养护", "云水市河湖局", Decimal("60.00"))
    assert (gauge.special_account, gauge.unit_funds, gauge.government_fund) == (Decimal("12.00"), Decimal("8.00"), None)
    assert left(document) == []
    found = Counter((result.rule, result.status) for result in check(document) if result.rule.startswith("I19."))
    assert found["I19.total_of_projects", "passed"] == 4
    assert found["I19.sources_of_a_project", "passed"] == 3


@pytest.mark.parametrize(
    ("rows", "bodies"),
    [
        (
            """
            单位编码|单位（项目）名称|项目金额|项目简介
            |合计|50|
            301|云水市河湖局|50|
            301001|云水市河湖局（本级）|20|
            |堤防养护|20|每季一次。
            301002|云水市水文站|30|
            |水位监测|30|
            """,
            ["云水市河湖局", "云水市河湖局（本级）", "云水市水文站"],
        ),
        (
            """
            支出项目类别（资金使用单位）|总计|财政拨款
            合计|50.00|50.00
            云水市河湖局（本级）|20.00|20.00
            堤防养护|15.00|15.00
            河长制工作|5.00|5.00
            云水市水文站|30.00|30.00
            水位监测|18.00|18.00
            设备更新|12.00|12.00
            """,
            ["云水市河湖局（本级）", "云水市水文站"],
        ),
    ],
    ids=["by printed code", "by what its projects add up to"],
)
def test_row_of_an_institution_among_projects_is_a_total(rows: str, bodies: list[str]) -> None:
    document = parsed(("2024年部门预算项目支出预算表", rows))
    sums = [project for project in document.projects if project.is_total]
    assert [one.institution for one in sums] == [None, *bodies]
    own = [project for project in document.projects if not project.is_total]
    assert own[-1].institution == "云水市水文站"
    assert sum(one.total or 0 for one in own) == 50
    assert left(document) == []


def test_two_projects_of_one_price_are_no_institution_and_its_project() -> None:
    document = parsed(
        ("项目支出总表", "支出项目类别|总计\n合计|15.00\n防汛物资|5.00\n抗旱物资|5.00\n值班补助|5.00"),
    )
    assert [project.is_total for project in document.projects] == [True, False, False, False]


def test_list_of_goals_keeps_the_money_and_withholds_the_sentence() -> None:
    document = parsed(
        (
            "重点项目绩效目标情况",
            "单位名称|项目名称|预算数（万元）|绩效目标\n云水市河湖局|堤防养护|60.00|养护堤防30公里。",
        ),
    )
    (statement,) = [one for one in document.statements if one.key == "performance_targets"]
    (project,) = document.projects
    assert (project.name, project.total, project.is_total) == ("堤防养护", Decimal("60.00"), False)
    assert statement.withheld == [(1, 3)]


def test_expenditure_by_institution_and_source_of_money_keeps_every_source() -> None:
    document = parsed(
        (
            "2024年部门综合预算支出总表",
            """
            单位编码|单位名称|部门预算|||||||
            ||合计|公共预算拨款|政府性基金拨款|上级补助收入|事业收入|对附属单位上缴收入|上年结转|其他收入
            **|**|1|2|3|4|5|6|7|8
            |合计|100|80|1|2|3|4|5|5
            301001|云水市水文站|100|80|1|2|3|4|5|5
            """,
        )
    )
    line = document.expenditures[-1]
    assert (line.level, line.fund, line.total) == ("unit", "all", Decimal(100))
    assert (line.general_public_budget, line.government_fund, line.from_superior) == (Decimal(80), 1, 2)
    assert (line.institutional, line.from_subordinates, line.opening_balance, line.other) == (3, 4, 5, 5)
    assert left(document) == []


def test_general_budget_by_economic_class_keeps_the_government_s_code_and_is_no_basic_expenditure() -> None:
    document = parsed(
        (
            "2024年部门综合预算一般公共预算支出明细表（按支出经济分类科目）",
            """
            部门经济科目编码|部门经济科目名称|政府经济科目编码|政府经济科目名称|合计|人员经费支出|公用经费支出|专项业务经费支出
            |||合计|30|10|8|12
            301|工资福利支出|||10|10||
            30101|基本工资|50101|工资奖金津补贴|7|7||
            30101|基本工资|50501|工资福利支出|3|3||
            302|商品和服务支出|||20||8|12
            30201|办公费|50201|办公经费|20||8|12
            """,
        )
    )
    assert keys(document) == ["general_public_budget_by_economic"]
    total, _, first, second, _, office = document.economic_lines
    assert (total.level, total.total, total.project) == ("total", Decimal(30), Decimal(12))
    assert (first.code, first.government_code, second.government_code) == ("30101", "50101", "50501")
    assert (office.public, office.project, office.fund) == (8, 12, "general_public_budget")
    assert left(document) == []
    assert not [finding for finding in document.findings if finding.code == "repeated_code"]
    assert {result.status for result in check(document) if result.rule == "I6.personnel_and_public"} == {"passed"}


def test_basic_expenditure_of_all_funds_and_of_appropriation_are_statements_of_their_own() -> None:
    document = parsed(
        (
            "基本支出预算情况表",
            """
            科目编码|科目名称|合计|财政拨款|一般公共预算|财政专户管理资金|单位资金|使用非财政拨款结余|上年结转
            |合计|12.00|9.00|9.00|1.00|2.00||
            301|工资福利支出|12.00|9.00|9.00|1.00|2.00||
            30101|基本工资|12.00|9.00|9.00|1.00|2.00||
            """,
        ),
        (
            "财政拨款基本支出表（经济科目）",
            "科目编码|科目名称|合计|人员经费|公用经费\n合计||9.00|9.00|\n301|工资福利支出|9.00|9.00|",
        ),
        (
            "财政拨款支出表（功能科目）",
            "科目编码|科目名称|合计|基本支出|项目支出\n合计||9.00|9.00|\n213|农林水支出|9.00|9.00|",
        ),
        ("一般公共预算机关运行经费支出预算表", "科目编码|科目名称|机关运行经费支出\n合计||1.50\n30201|办公费|1.50"),
    )
    assert keys(document) == [
        "basic_expenditure",
        "appropriation_basic_expenditure",
        "appropriation_expenditure",
        "agency_operating",
    ]
    wages = next(line for line in document.economic_lines if line.code == "30101")
    assert (wages.fund, wages.fiscal_appropriation, wages.special_account, wages.unit_funds) == ("all", 9, 1, 2)
    assert {line.fund for line in document.expenditures} == {"fiscal_appropriation"}
    assert left(document) == []


def test_operating_expenses_in_a_table_and_in_the_text_are_two_statements() -> None:
    blocks: list[Block] = [
        Text("云水市河湖局2024年部门预算", 1),
        Text("机关运行经费支出预算表", 1),
        Text("单位：万元", 1),
        Grid(
            (("科目编码", "科目名称", "机关运行经费支出"), ("合计", "", "1.50"), ("30201", "办公费", "1.50")),
            1,
            3,
            "page 1",
        ),
        Text("一、机关运行经费安排情况", 1),
        Text("2024年机关运行经费预算安排1.50万元，其中：办公费1.50万元。", 1),
    ]
    document = parse_document(as_pdf(tuple(blocks)), source_file="x.pdf", region_code="610100")
    places = [(one.key, one.ordinal) for one in document.statements if one.key == "agency_operating"]
    assert len(places) == len(set(places)) >= 1
    assert {(line.statement_key, line.statement_ordinal) for line in document.economic_lines} == set(places)


def test_balance_prints_expenditure_by_economic_class_as_sides_of_their_own() -> None:
    document = parsed(
        (
            "2024年部门综合预算收支总表",
            """
            收 入||支 出|||||
            项 目|预算数|支出功能分类|预算数|部门预算支出经济分类|预算数|政府预算支出经济分类|预算数
            1、财政拨款||1、一般公共服务|10|1、人员经费和公用经费支出|30|1、机关工资福利支出|25
            (1)一般公共预算拨款收入|50|2、农林水|40|(1)工资福利支出|30|2、机关商品和服务支出|25
            2、其他收入||||2、专项业务经费支出|20||
            本年收入合计|50|本年支出合计|50|本年支出合计|50|本年支出合计|50
            收入总计|50|支出总计|50|支出总计|50|支出总计|50
            """,
        )
    )
    sides = Counter(line.side for line in document.balance_lines if line.role == "item")
    assert sides == {
        "revenue": 2,
        "expenditure": 2,
        "expenditure_by_economic": 2,
        "expenditure_by_government_economic": 2,
    }
    assert left(document) == []
    statuses = {
        (result.rule, result.status) for result in check(document) if result.rule.startswith(("I1.", "I2.", "I3."))
    }
    assert {status for _, status in statuses} <= {"passed", "not_applicable"}
    assert ("I3.items_of_the_year", "passed") in statuses


_THREE = """
单位编码|单位名称|2023年||||||2024年||||||增减变化情况||||||
||合计|一般公共预算拨款安排的“三公”经费预算||||会议费|合计|一般公共预算拨款安排的“三公”经费预算||||会议费|合计|一般公共预算拨款安排的“三公”经费预算||||会议费
|||小计|因公出国（境）|公务接待费|公务用车运行维护费|||小计|因公出国（境）|公务接待费|公务用车运行维护费|||小计|因公出国（境）|公务接待费|公务用车运行维护费|
|合计|9|6|0|2|4|3|12|7|0|2|5|5|3|1|0|0|1|2
301|云水市河湖局|9|6|0|2|4|3|12|7|0|2|5|5|3|1|0|0|1|2
301001|云水市河湖局|5|4|0|1|3|1|6|4|0|1|3|2|1|0|0|0|0|1
301002|云水市水文站|4|2|0|1|1|2|6|3|0|1|2|3|2|1|0|0|1|1
"""


def test_three_public_expenses_of_each_institution_are_told_apart_with_their_changes() -> None:
    document = parsed(("2024年一般公共预算拨款“三公”经费及会议费支出预算表", _THREE))
    own = {(line.institution, line.item): line for line in document.three_public if line.fiscal_year == YEAR}
    assert (own[None, "grand_total"].total, own[None, "grand_total"].change) == (12, 3)
    assert (own[None, "total"].total, own["云水市水文站", "receptions"].total) == (7, 1)
    assert own["云水市水文站", "vehicle_operation"].change == 1
    # A body with its subordinates and its own office have one name: their codes tell them apart.
    assert {"301 云水市河湖局", "301001 云水市河湖局"} <= {line.institution for line in document.three_public}
    assert left(document) == []
    assert {
        result.status for result in check(document) if result.rule in ("I8.grand_total", "I13.change_against_last_year")
    } == {"passed"}


def test_procurement_by_catalogue_splits_code_and_name_and_marks_the_rows_of_institutions() -> None:
    document = parsed(
        (
            "2024年部门综合预算政府采购（资产配置、购买服务）预算表",
            """
            科目编码|||单位编码|采购项目|采购目录|数量|部门预算支出经济科目编码||实施采购时间|预算金额
            类|款|项|||||类|款||
            ||||合计||3|||| 30
            213|03|05|301001|云水市水文站||3||||30
            213|03|05||水位监测|A020199其他计算机设备及软件|2|310|02|1月-12月|20
            213|03|05||水位监测|C0206运行维护服务|1|302|13|1月-12月|10
            """,
        )
    )
    assert keys(document) == ["procurement"]
    total, body, machine, service = document.procurement_items
    assert (total.is_total, body.is_total, machine.is_total) == (True, True, False)
    assert (machine.catalogue_code, machine.item_name, machine.functional_code) == (
        "A020199",
        "其他计算机设备及软件",
        "2130305",
    )
    assert (service.project_name, service.quantity, service.total) == ("水位监测", 1, 10)
    assert left(document) == []


def test_procurement_by_functional_code_counts_the_lowest_rows_and_marks_the_others() -> None:
    document = parsed(
        (
            "政府采购预算表",
            """
            科目编码|||科目名称|合计|一般公共预算|单位资金
            类|款|项||||
            |||合 计|30.00|25.00|5.00
            213|||农林水支出|30.00|25.00|5.00
            |03||水利|30.00|25.00|5.00
            ||01|行政运行|10.00|10.00|
            ||05|水利工程建设|20.00|15.00|5.00
            """,
        )
    )
    assert [(one.functional_code, one.is_total) for one in document.procurement_items] == [
        (None, True),
        ("213", True),
        ("21303", True),
        ("2130301", False),
        ("2130305", False),
    ]
    assert left(document) == []


def test_list_of_tables_says_which_are_empty_and_is_no_statement() -> None:
    document = parsed(
        (
            "2024年部门综合预算公开报表",
            """
            报表|报表名称|是否空表|公开空表理由
            表1|2024年部门综合预算支出总表||
            表2|2024年部门综合预算政府性基金收支表|是|不涉及
            """,
        ),
        ("2024年部门综合预算支出总表", "科目编码|科目名称|合计|基本支出|项目支出\n|合计|9|9|0\n213|农林水支出|9|9|0"),
        (
            "2024年部门综合预算政府性基金收支总表",
            "收入||支出|\n项目|预算数|支出功能分类科目|预算数\n一、政府性基金拨款||一、城乡社区|",
        ),
    )
    assert [(one.key, one.status, one.note) for one in document.statements if one.status != "missing"] == [
        ("expenditure", "reported", None),
        ("government_fund_expenditure", "declared_empty", "不涉及"),
    ]


def test_main_tasks_of_a_self_evaluation_give_budget_and_execution_in_all_and_by_part() -> None:
    document = parsed(
        (
            "云水市河湖局部门整体支出绩效自评表",
            """
            |任务名称|完成情况|全年预算数（万元）|||全年执行数（万元）|||分值|执行率|得分
            |||总额|财政拨款|其他资金|总额|财政拨款|其他资金|||
            |堤防养护|已完成|12|10|2|9|9|0|4|75.00%|3
            |水位监测|已完成|8|8|0|8|8|0|6|100.00%|6
            |金额合计||20|18|2|17|17|0|10|85.00%|9
            |一级指标|二级指标|指标内容|年度指标值|实际完成值|分值|得分||||
            |产出指标|数量指标|养护里程|30公里|30公里|90|90||||
            """,
        ),
        kind="决算",
    )
    lines = {(line.project_name, line.item): line for line in document.evaluation_lines}
    dike, whole = lines["堤防养护", "total"], lines[None, "total"]
    assert (dike.adjusted_budget, dike.executed, dike.execution_rate, dike.score) == (12, 9, Decimal("75.00"), 3)
    assert (whole.subject, whole.adjusted_budget, lines[None, "other_funds"].executed) == ("department", 20, 0)
    assert left(document) == []


def test_institution_with_a_budget_in_its_name_is_not_a_year_of_the_expenses() -> None:
    heading = "单位名称 | “三公”经费合计 | 因公出国（境）费用 | 公务用车购置及运行费 | 公务接待费"
    rows = """
        合计 | 9.30 | | 3.50 | 5.80
        云水市河湖局 | 7.50 | | 3.50 | 4.00
        云水市河湖项目预算审核中心 | 0.90 | | | 0.90
        云水市水利决算中心 | 0.90 | | | 0.90"""
    document = parsed(("一般公共预算“三公”经费支出表", heading + rows))
    totals = [(line.institution, line.total) for line in document.three_public if line.item == "total"]
    assert totals == [
        (None, Decimal("9.30")),
        ("云水市河湖局", Decimal("7.50")),
        ("云水市河湖项目预算审核中心", Decimal("0.90")),
        ("云水市水利决算中心", Decimal("0.90")),
    ]
    assert left(document) == []
    heading = heading.replace("单位名称", "年度")
    years = parsed(
        ("一般公共预算“三公”经费支出表", heading + "\n2023年预算数 | 9 | 0 | 3 | 6\n2024年预算数 | 8 | 0 | 3 | 5")
    )
    found = {(line.fiscal_year, line.institution, line.total) for line in years.three_public if line.item == "total"}
    assert found == {(2023, None, Decimal(9)), (2024, None, Decimal(8))}
