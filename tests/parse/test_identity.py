"""Promise: a disclosure says whose and which year's it is; a name that fits two divisions is refused, not guessed."""

from __future__ import annotations

import pytest

from app.errors import DocumentError
from app.parse.document import parse_document
from app.parse.identity import Identity, Said, identify
from app.parse.layout import lay_out
from app.parse.read_text import read_text
from app.parse.regions import AmbiguousRegionError, find_regions
from tests.parse.national_forms import budget_forms
from tests.written_forms import as_html

_TABLE = "\t{head}\n\t预算年度：2024\n\t单位：万元\n\n\t序号\n\t项目\n\t金额\n\n\t1\n\t接待\n\t2\n"


def _identify(text: str, region_code: str | None = None) -> Identity:
    return identify(lay_out(read_text(text.encode(), "d.txt")), source_file="d.txt", region_code=region_code)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("中共保定市满城区委网络安全和信息化委员会办公室", ["130607"]),
        ("中共平乡县委办公室", ["130532"]),  # no city: the county's name is unique
        ("株洲市石峰区委办公室", ["430204"]),
        ("中共廊坊市委办公室", ["131000"]),
        ("河北省信访局", ["130000"]),
        ("上海市普陀区万里街道办事处", ["310107"]),
        ("南京市鼓楼区财政局", ["320106"]),
        ("国家信访局", ["000000"]),
        ("国家税务总局保定市税务局", ["130600"]),
        ("廊坊网信办", ["131000"]),  # without 市, at the beginning, and unique
        ("某某档案馆", []),
        ("河北雄安新区宣传网信局", []),  # not in the list: the province it begins with is not it
    ],
)
def test_division_is_found_by_the_names_in_the_departments_name(name: str, codes: list[str]) -> None:
    assert [division.code for division in find_regions(name)] == codes


@pytest.mark.parametrize("name", ["中共鼓楼区委宣传部", "开平网信办", "新华区财政局", "吉林财政局"])
def test_name_that_fits_several_divisions_is_refused_with_the_candidates(name: str) -> None:
    with pytest.raises(AmbiguousRegionError, match="--region CODE") as caught:
        _identify(f"{name}\n2024年部门预算信息公开\n")
    assert len(caught.value.candidates) > 1
    assert all(division.code in str(caught.value) for division in caught.value.candidates)


def test_given_region_settles_an_ambiguous_name() -> None:
    assert _identify("中共鼓楼区委宣传部\n2024年部门预算信息公开\n", "410204").region_code == "410204"


def test_given_region_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DocumentError, match="'999999' is not a division code"):
        _identify("滦南县海风局\n2024年部门预算信息公开\n", "999999")


def test_title_of_two_lines_gives_name_year_and_kind() -> None:
    identity = _identify("滦南县海风局\n2024年部门预算信息公开情况说明\n")
    assert identity == Identity(
        region_code="130224",
        department_name="滦南县海风局",
        department_code=None,
        fiscal_year=2024,
        kind="budget",
        scope="department",
        title="滦南县海风局 2024年部门预算信息公开情况说明",
    )


def test_title_of_three_lines_gives_name_year_and_kind() -> None:
    identity = _identify("2021年度\n\n岳阳市君山区湿地中心\n部门决算\n\n目录\n\n一、收入决算表\n")
    assert (identity.department_name, identity.fiscal_year, identity.kind) == ("岳阳市君山区湿地中心", 2021, "final")
    assert identity.title == "2021年度 岳阳市君山区湿地中心 部门决算"


def test_name_between_the_year_and_the_kind_is_found() -> None:
    identity = _identify("2023年滦南县海风局部门（单位）预算公开\n")
    assert (identity.department_name, identity.fiscal_year, identity.scope) == ("滦南县海风局", 2023, "department")


def test_name_and_code_above_a_table_are_taken_when_no_title_comes_first() -> None:
    identity = _identify("部门预算收支总表\n" + _TABLE.format(head="311滦南县海风局"))
    assert (identity.department_name, identity.department_code) == ("滦南县海风局", "311")
    assert (identity.fiscal_year, identity.kind) == (2024, "budget")


def test_name_that_is_printed_most_often_wins_over_a_short_form() -> None:
    text = "滦南县海风观测局2024年部门预算\n部门预算收支总表\n" + _TABLE.format(head="编制部门：滦南县海风局")
    assert _identify(text + "\n部门预算收入总表\n" + _TABLE.format(head="311滦南县海风观测局")).department_name == (
        "滦南县海风观测局"
    )


def test_unit_that_reports_for_itself_has_the_scope_unit() -> None:
    assert _identify("滦南县海风观测站2024年单位预算\n").scope == "unit"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("第一回 甄士隐梦幻识通灵\n此开卷第一回也。\n", "not the disclosure of a department"),
        ("滦南县2024年政府预算公开\n一般公共预算收入表\n", "not the disclosure of a department"),
        ("滦南县海风局部门预算\n", "no fiscal year"),
        ("2024年部门预算公开\n", "no department is named"),
        ("某某档案馆2024年部门预算\n", "names no division; say which one it is with --region CODE"),
    ],
)
def test_document_without_an_identity_is_refused_with_what_is_missing(text: str, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        _identify(text)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("延边州档案馆", "222400"),  # an autonomous prefecture without its nationality
        ("凉山州西昌市档案馆", "513401"),
        ("石柱县档案馆", "500240"),
        ("鄂温克族自治旗档案馆", "150724"),
        ("天津市滨海新区档案馆", "120116"),
        ("水利部", "000000"),  # a ministry under its short name
        ("审计署", "000000"),
        ("中国科学院", "000000"),
        ("神农架林区档案馆", "429021"),
    ],
)
def test_divisions_and_ministries_are_known_under_the_names_they_use(name: str, code: str) -> None:
    assert _identify(f"{name}2025年部门预算\n").region_code == code


@pytest.mark.parametrize(
    ("name", "perhaps"),
    [
        ("青岛西海岸新区档案馆", "370200 山东省青岛市"),
        ("成都高新技术产业开发区档案馆", "510100 四川省成都市"),
        ("新疆生产建设兵团档案馆", ""),
        ("市水务局", ""),
        ("县委宣传部", ""),
    ],
)
def test_area_that_is_no_division_is_refused_with_the_option_to_give(name: str, perhaps: str) -> None:
    with pytest.raises(DocumentError, match="--region CODE") as caught:
        _identify(f"{name}2025年部门预算\n")
    assert perhaps in str(caught.value)


def test_year_in_chinese_numerals_is_read() -> None:
    identity = _identify("五指山市档案馆二〇二五年部门预算\n")
    assert (identity.fiscal_year, identity.department_name) == (2025, "五指山市档案馆")


def _forms_without(title: str) -> bytes:
    """A web page of a whole budget whose title leaves something out."""
    return as_html(title, budget_forms())


@pytest.mark.parametrize(
    ("title", "said", "option"),
    [
        ("预算公开表", {}, "--year YEAR"),
        ("预算公开表", {"fiscal_year": 2025}, "--department NAME"),
        ("预算公开表", {"fiscal_year": 2025, "department_name": "云水市河湖局"}, "--region CODE"),
    ],
)
def test_what_a_document_leaves_out_is_refused_with_the_option_that_says_it(
    title: str, said: Said, option: str
) -> None:
    with pytest.raises(DocumentError, match=option):
        parse_document(_forms_without(title), source_file="d.html", **said)


def test_what_is_said_of_a_document_settles_its_identity() -> None:
    said: Said = {"region_code": "130200", "department_name": "云水市河湖局", "fiscal_year": 2025, "kind": "final"}
    found = parse_document(_forms_without("预算公开表"), source_file="d.html", **said).disclosure
    assert (found.region_code, found.department_name) == ("130200", "云水市河湖局")
    assert (found.fiscal_year, found.kind) == (2025, "final")


def test_text_that_is_no_disclosure_is_none_whatever_is_said_of_it() -> None:
    said: Said = {"region_code": "130200", "department_name": "云水市河湖局", "fiscal_year": 2025, "kind": "final"}
    with pytest.raises(DocumentError, match="not the disclosure of a department"):
        parse_document("天气晴。\n".encode(), source_file="d.txt", **said)


def test_budget_of_a_department_that_leaves_the_word_department_out_is_known_by_its_statements() -> None:
    found = parse_document(_forms_without("大连市档案馆2025年预算公开"), source_file="d.html").disclosure
    assert (found.department_name, found.fiscal_year, found.kind) == ("大连市档案馆", 2025, "budget")
    with pytest.raises(DocumentError, match="not the disclosure of a department"):
        _identify("大连市档案馆2025年预算公开\n")
