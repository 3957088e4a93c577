"""Pages are answers like any other: status, headers, validators, statements to the database; nothing goes unescaped."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from app.pages import conditions, labels
from app.pages.asked import Language
from app.query import words
from app.query.registry import RESOURCES
from tests.pages.conftest import KINDS

APP = Path(__file__).resolve().parents[2] / "app"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
# Pages that name a release's files, of which there are none here yet: they come without a new release.
NAMING_FILES = frozenset({"home", "data set", "release"})
# How many statements a page costs, whatever is on it.
STATEMENTS = {
    "home": 8,
    "departments": 2,
    "departments of a province": 3,
    "department": 5,
    "disclosure": 9,
    "final account": 9,
    "statement": 2,
    "data sets": 1,
    "data set": 2,
    "rows": 1,
    "releases": 2,
    "release": 2,
    "search": 2,  # whether the word is common, then the names
    "search without words": 1,
    "pinned": 9,
}
EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "'; drop table release; --",
    "&lt;b",
]


class Page(HTMLParser):
    """The elements of a page, each with its attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.elements if name == tag and attributes.items() <= dict(found).items()]


def shown(text: str) -> str:
    """The words of a page, white space as one."""
    return " ".join(" ".join(Page(text).words).split())


@pytest.mark.parametrize("kind", KINDS)
async def test_page_has_its_headers_its_validator_and_a_fixed_number_of_statements(
    kind: str, pages: dict[str, str], api: httpx.AsyncClient, statements: list[str]
) -> None:
    await api.get(pages[kind])  # a connection looks types up at the first use of them
    statements.clear()
    answer = await api.get(pages[kind], headers=BROWSER)
    asked = [text for text in statements if text.startswith(("select", "with"))]
    assert len(asked) == STATEMENTS[kind], asked
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == "zh-CN"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    assert policy["style-src"] == policy["img-src"] == policy["form-action"] == "'self'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    if kind not in NAMING_FILES:
        assert answer.headers["gongkai-release"] == ("1" if kind == "pinned" else "2")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NAMING_FILES])
async def test_page_that_is_known_is_answered_without_the_database(
    kind: str, pages: dict[str, str], api: httpx.AsyncClient, statements: list[str]
) -> None:
    answer = await api.get(pages[kind], headers=BROWSER)
    assert answer.headers["cache-control"] == (
        "public, max-age=31536000, immutable" if kind == "pinned" else "public, no-cache"
    )
    asked = len(statements)
    again = await api.get(pages[kind], headers={**BROWSER, "If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(statements) == asked


@pytest.mark.parametrize("kind", sorted(NAMING_FILES))
async def test_page_that_names_files_which_may_still_come_is_asked_for_each_time(
    kind: str, pages: dict[str, str], client: httpx.AsyncClient
) -> None:
    answer = await client.get(pages[kind], headers=BROWSER)
    assert "etag" not in answer.headers


@pytest.mark.parametrize("kind", KINDS)
async def test_head_says_what_get_says_without_a_body(
    kind: str, pages: dict[str, str], client: httpx.AsyncClient
) -> None:
    got, head = await client.get(pages[kind]), await client.head(pages[kind])
    assert (head.status_code, head.content) == (200, b"")
    own = {"server-timing", "x-request-id"}
    assert {n: v for n, v in head.headers.items() if n not in own} == {
        n: v for n, v in got.headers.items() if n not in own
    }


@pytest.mark.parametrize("kind", KINDS)
async def test_page_leads_to_itself_in_both_languages_and_to_the_newest_release(
    kind: str, pages: dict[str, str], client: httpx.AsyncClient
) -> None:
    path = pages[kind].replace("release=1", "").rstrip("?")
    joint = "&" if "?" in path else "?"
    for language, suffix in (("zh-CN", ""), ("en", f"{joint}lang=en")):
        given = pages[kind] + ("" if language == "zh-CN" else f"{'&' if '?' in pages[kind] else '?'}lang=en")
        answer = await client.get(given)
        page = Page(answer.text)
        assert answer.headers["content-language"] == language
        assert page.all("html") == [{"lang": language}]
        (canonical,) = page.all("link", rel="canonical")
        assert canonical["href"] == f"http://test{path}{suffix}"
        alternates = {
            link["hreflang"]: link["href"] for link in page.all("link", rel="alternate") if "hreflang" in link
        }
        assert alternates == {
            "zh-CN": f"http://test{path}",
            "en": f"http://test{path}{joint}lang=en",
            "x-default": f"http://test{path}",
        }
        indexed = not page.all("meta", name="robots")
        assert indexed == (kind not in ("pinned", "statement", "rows", "search", "search without words"))
        (description,) = page.all("meta", name="description")
        assert 20 <= len(description["content"] or "") <= 5000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["", "en"])
async def test_every_link_of_a_page_is_answered(
    kind: str, language: str, pages: dict[str, str], client: httpx.AsyncClient
) -> None:
    given = pages[kind] + (f"{'&' if '?' in pages[kind] else '?'}lang=en" if language else "")
    text = (await client.get(given)).text
    page = Page(text)
    links = {element["href"] for tag, element in page.elements if tag in ("a", "link")}
    anchors = {element["id"] for _, element in page.elements if element.get("id")}
    assert len(links) > 8
    for link in sorted(link for link in links if link):
        if link.startswith("#"):
            assert link[1:] in anchors, link
        elif link.startswith(("/", "http://test")):
            answer = await client.head(link.partition("#")[0])
            assert answer.status_code == 200, link
        else:
            assert link == "https://creativecommons.org/licenses/by/4.0/"


async def test_page_of_a_disclosure_shows_printed_digits_and_tells_blank_zero_and_missing_apart(
    pages: dict[str, str], client: httpx.AsyncClient
) -> None:
    text = shown((await client.get(pages["disclosure"])).text)
    assert "收入总计 200.00" in text
    assert "基本支出 120.00" in text
    assert "项目支出 80.00" in text
    assert "2080505 59.00 59.00 – 空白" in text
    assert "2019901 61.00 61.00 0 " in text
    assert "政府性基金预算财政拨款支出表 政府性基金预算支出表 空表（原文件声明无数据）" in text
    assert "国有资本经营预算财政拨款支出表 国有资本经营预算支出表 缺表（原文件中没有）" in text
    # A final account that prints no balance: its totals are not there, and the page says why.
    assert "收入总计 原文件中没有此表" in shown((await client.get(pages["final account"])).text)


async def test_page_of_a_disclosure_counts_checks_and_tells_contradictions_in_its_language(
    pages: dict[str, str], client: httpx.AsyncClient
) -> None:
    path = pages["final account"]
    found = (await client.get(f"/v1/check-results?disclosure_id={path.rpartition('/')[2]}&limit=1000")).json()["data"]
    failed = [result for result in found if result["status"] == "failed"]
    passed = [result for result in found if result["status"] == "passed"]
    assert failed
    chinese, english = shown((await client.get(path)).text), shown((await client.get(f"{path}?lang=en")).text)
    assert f"核对有 {len(failed)} 处不符" in chinese
    assert f"相符 {len(passed)} " in chinese
    assert f"Agree {len(passed)} " in english
    for result in failed:
        assert result["sentence_zh"] in chinese
        assert result["sentence_en"] in english
        assert result["sentence_en"] not in chinese


async def test_page_of_a_statement_marks_the_cells_that_contradict_each_other(
    pages: dict[str, str], client: httpx.AsyncClient
) -> None:
    answer = await client.get(f"/v1{pages['statement']}?include=checks")
    compared = [(c["row"], c["column"]) for c in answer.json()["data"]["checks"] if c["status"] == "failed"]
    # What a row prints in no single cell, as a name that stands across it, has no column.
    cells = {(row, column) for row, column in compared if column is not None}
    text = (await client.get(pages["statement"])).text
    page = Page(text)
    marked = [cell for cell in page.all("td") if "check-failed" in str(cell["class"])]
    assert len(marked) == len(cells) > 1
    assert shown(text).count("（不符）") == len(cells)
    grid = [element for element in page.elements if element[0] == "tr" and str(element[1].get("id")).startswith("r")]
    assert len(grid) == len(answer.json()["data"]["grid"])


async def test_finding_is_told_in_chinese_on_a_chinese_page_and_with_its_message_on_an_english_one(
    seed_client: httpx.AsyncClient,
) -> None:
    found = (await seed_client.get("/v1/findings?code=short_row")).json()["data"][0]
    chinese = shown((await seed_client.get(f"/disclosures/{found['disclosure_id']}")).text)
    english = shown((await seed_client.get(f"/disclosures/{found['disclosure_id']}?lang=en")).text)
    assert words.FINDING["short_row"].zh in chinese
    assert found["message"] in english
    assert found["message"] not in chinese


def test_every_value_that_a_page_may_meet_has_a_label() -> None:
    pairs = [
        (labels.CHECK_STATUS, words.CHECK_STATUS),
        (labels.CHECK_SEVERITY, words.CHECK_SEVERITY),
        (labels.FINDING_SEVERITY, words.SEVERITY),
        (labels.CHANGE_REASON, words.CHANGE_REASON),
    ]
    for short, long in pairs:
        assert set(short) == set(long)
    assert set(labels.CHECK_COUNTS) == set(words.CHECK_STATUS) - {"not_applicable"}


def test_every_finding_that_reading_can_make_has_its_words() -> None:
    codes = {code for source in sorted((APP / "parse").rglob("*.py")) for code in finding_codes(source)}
    assert len(codes) > 20
    assert codes <= set(words.FINDING)


def finding_codes(source: Path) -> Iterator[str]:
    """The codes of the findings that a module makes: `code=` of a call, or the first argument of the ways to note."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [keyword.value for keyword in node.keywords if keyword.arg == "code" and name == "Finding"]
            given += node.args[:1] if name in ("note", "statement_finding", "_finding") else []
            for value in (part for argument in given for part in ast.walk(argument)):
                if isinstance(value, ast.Constant) and re.fullmatch("[a-z]+(_[a-z]+)+", str(value.value)):
                    yield str(value.value)


@pytest.mark.parametrize("resource", list(RESOURCES))
async def test_rows_of_every_data_set_are_a_table_with_the_digits_of_the_api(
    resource: str, client: httpx.AsyncClient
) -> None:
    rows = (await client.get(f"/v1/{resource}?limit=100")).json(parse_float=Decimal)
    for language in ("", "?lang=en"):
        answer = await client.get(f"/datasets/{resource}/rows{language}")
        assert answer.status_code == 200
        page, text = Page(answer.text), shown(answer.text)
        assert len(page.all("tr")) == (len(rows["data"]) + 1 if rows["data"] else 0)
        assert f"{rows['page']['total']:,} " in text
    for row in rows["data"][:20]:
        for value in row.values():
            assert not isinstance(value, Decimal) or f"{value:,f}" in text


async def test_rows_are_filtered_and_paged_as_the_api_does_and_a_wrong_filter_is_told(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/datasets/expenditures/rows?code=2080505&kind=budget")
    expected = (await client.get("/v1/expenditures?code=2080505&kind=budget")).json()["page"]["total"]
    assert len(Page(answer.text).all("tr")) == expected + 1 > 1
    seen, path, pages = 0, "/datasets/check-results/rows?sort=-fiscal_year&lang=en", 0
    while path:
        page = Page((await client.get(path)).text)
        seen, pages = seen + len(page.all("tr")) - 1, pages + 1
        following = page.all("a", rel="next")
        path = str(following[0]["href"]) if following else ""
    assert pages > 2
    assert seen == (await client.get("/v1/check-results?limit=1")).json()["page"]["total"]
    wrong = await client.get("/datasets/expenditures/rows?fiscal_yaer=2025", headers=BROWSER)
    assert wrong.status_code == 422
    assert "fiscal_yaer" in shown(wrong.text)
    assert "fiscal_year" in shown(wrong.text)
    assert (await client.get("/datasets/nothing/rows", headers=BROWSER)).status_code == 404


async def test_form_over_rows_keeps_what_was_asked_and_its_empty_fields_ask_for_nothing(
    client: httpx.AsyncClient,
) -> None:
    asked = "level=item&fiscal_year=2024&kind=&department_name__contains=&q=&sort=-total"
    answer = await client.get(f"/datasets/expenditures/rows?{asked}&lang=en")
    expected = (await client.get("/v1/expenditures?level=item&fiscal_year=2024")).json()["page"]["total"]
    page = Page(answer.text)
    assert len(page.all("tr")) == expected + 1 > 2
    fields = {field["name"]: field.get("value") for field in page.all("input")}
    assert fields == {"fiscal_year": "2024", "department_name__contains": "", "q": "", "level": "item", "lang": "en"}
    assert [option["value"] for option in page.all("option") if "selected" in option] == ["-total"]
    assert {"fiscal year: 2024", "level: item (项)", "Total expenditure, largest first"} <= set(page.words)
    # Every data set has its form, whose own fields its rows know.
    for name in RESOURCES:
        page = Page((await client.get(f"/datasets/{name}/rows")).text)
        own = [str(field["name"]) for kind in ("input", "select") for field in page.all(kind)]
        assert (await client.get(f"/datasets/{name}/rows?" + "&".join(f"{field}=" for field in own))).status_code == 200
        for field in page.all("input", inputmode="numeric"):
            assert (await client.get(f"/datasets/{name}/rows?{field['name']}=2024")).status_code == 200


async def test_list_of_data_sets_has_each_of_them_once(client: httpx.AsyncClient) -> None:
    links = [str(link["href"]) for link in Page((await client.get("/datasets")).text).all("a")]
    assert sorted(link for link in links if link.startswith("/datasets/")) == sorted(
        f"/datasets/{n}" for n in RESOURCES
    )


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        ({"level": "item"}, "科目级次：项", "level: item (项)"),
        (
            {"kind": "budget,final"},
            "预算或决算：预算、决算",
            "budget or final account: Budget, Final account",
        ),
        ({"code__under": "201"}, "科目编码：201及其下级", "functional code: 201 and below"),
        ({"total__gte": "1"}, "合计 ≥ 1", "Total expenditure ≥ 1"),
        ({"basic__isnull": "false"}, "基本支出不为空", "Basic expenditure is not blank"),
        ({"basic__isnull": "true"}, "基本支出为空", "Basic expenditure is blank"),
        ({"is_leaf": "true"}, "是否末级：是", "is a leaf: yes"),
        ({"name__contains": "网络"}, "科目名称含“网络”", "name contains “网络”"),
        ({"q": "网络"}, "名称含“网络”", "a name contains “网络”"),
        (
            {"sort": "-total,code"},
            "合计从大到小、科目编码从小到大",
            "Total expenditure, largest first, functional code, smallest first",
        ),
        ({"updated_since": "1"}, "updated_since=1", "updated_since=1"),
    ],
)
def test_condition_is_said_in_words(given: dict[str, str], zh: str, en: str) -> None:
    resource = RESOURCES["expenditures"]
    assert conditions.in_words(resource, {**given, "limit": "5"}, Language.ZH) == [zh]
    assert conditions.in_words(resource, given, Language.EN) == [en]


async def test_page_of_a_data_set_shows_rows_and_leads_to_every_question_in_words(client: httpx.AsyncClient) -> None:
    for name, resource in RESOURCES.items():
        answer = await client.get(f"/datasets/{name}?lang=en")
        total = (await client.get(f"/v1/{name}?limit=1")).json()["page"]["total"]
        if total == 0:
            continue
        page, text = Page(answer.text), shown(answer.text)
        assert f"See and filter all {total:,} rows" in text
        links = [str(link["href"]) for link in page.all("a")]
        for example in resource.examples:
            assert f"/datasets/{name}/rows?{example}&lang=en" in links
            assert f"/v1/{name}?{example}" in links
            assert (await client.get(f"/datasets/{name}/rows?{example}")).status_code == 200


@pytest.mark.parametrize("evil", EVIL)
async def test_words_of_a_search_are_shown_and_never_read_as_html(evil: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/search?q={quote(evil)}")
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.all("input", name="q")[0]["value"] == evil
    assert not page.all("img")
    assert not [script for script in page.all("script") if script.get("type") != "application/ld+json"]
    assert "49" not in "".join(page.words)


@pytest.mark.parametrize("evil", [*EVIL, "x" * 3000, "%00", "..%2F..%2Fetc%2Fpasswd", "﷽", "\\", "%F0%9F%92%A9"])
@pytest.mark.parametrize("kind", ["departments", "disclosures", "statements", "datasets", "releases"])
async def test_id_that_nothing_has_is_a_page_for_browsers_and_never_a_server_error(
    kind: str, evil: str, client: httpx.AsyncClient
) -> None:
    answer = await client.get(
        f"/{kind}/{evil if evil.startswith('%') or '%2F' in evil else quote(evil)}", headers=BROWSER
    )
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "content-security-policy" in answer.headers
    page = Page(answer.text)
    assert page.all("form", role="search")
    assert page.all("meta", name="robots", content="noindex")
    assert not page.all("script")
    assert not page.all("img")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_path_that_is_not_there_is_a_page_in_the_readers_language(
    language: str, client: httpx.AsyncClient
) -> None:
    answer = await client.get(f"/nothing/here?lang={language}", headers=BROWSER)
    assert (answer.status_code, answer.headers["content-language"]) == (404, language)
    assert ("没有这个页面" if language == "zh-CN" else "There is no such page") in answer.text


async def test_problem_of_the_api_is_a_problem_document_even_for_a_browser(client: httpx.AsyncClient) -> None:
    for path in ("/v1/nothing", "/v1/disclosures/nothing", "/v1/expenditures?limit=0"):
        answer = await client.get(path, headers=BROWSER)
        assert answer.status_code in (404, 422)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_program_that_asks_for_a_page_that_is_not_there_gets_a_problem_document(
    client: httpx.AsyncClient,
) -> None:
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        answer = await client.get("/disclosures/nothing", headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/?release=abc", 422, "release"),
        ("/departments?release=0", 422, "release"),
        ("/departments?cursor=zzz", 422, "cursor"),
        ("/departments?region=abc", 404, "abc"),
        ("/departments?release=999", 404, "999"),
        ("/releases/99999999999999999999", 404, "99999999999999999999"),
        ("/datasets/expenditure", 404, "did you mean /datasets/expenditures?"),
        ("/datasets/expenditure/rows", 404, "did you mean /datasets/expenditures?"),
        ("/sitemap-0.xml", 404, "sitemap"),
        ("/sitemap-2.xml", 404, "sitemap"),
        ("/search?q=" + "x" * 9000, 414, "9"),
    ],
)
async def test_wrong_request_is_told_on_a_page(path: str, status: int, told: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(path, headers=BROWSER)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert told in " ".join(Page(answer.text).words)


async def test_central_departments_are_found_beside_the_provinces_and_alone_in_their_list(
    seed_client: httpx.AsyncClient,
) -> None:
    central = (await seed_client.get("/v1/departments?region_code=000000&fields=id,name")).json()["data"]
    assert central
    for path in ("/", "/departments"):
        page = Page((await seed_client.get(path)).text)
        assert page.all("a", href="/departments?region=000000"), path
    answer = await seed_client.get("/departments?region=000000&lang=en")
    listed = [link["href"] for link in Page(answer.text).all("a") if str(link["href"]).startswith("/departments/")]
    assert listed == [f"/departments/{row['id']}?lang=en" for row in central]
    assert "Central government departments" in shown(answer.text)
    assert "1 department has disclosures." in shown(answer.text)


async def test_parameters_that_campaigns_append_change_nothing_and_stand_in_no_link(client: httpx.AsyncClient) -> None:
    answer = await client.get("/datasets?utm_source=x&fbclid=<b>")
    assert answer.status_code == 200
    assert not re.search("utm_source|fbclid", answer.text)


async def test_style_sheet_is_kept_and_changes_its_address_with_its_content(client: httpx.AsyncClient) -> None:
    (link,) = Page((await client.get("/")).text).all("link", rel="stylesheet")
    assert re.fullmatch(r"/pages\.css\?v=[0-9a-f]{12}", str(link["href"]))
    answer = await client.get(str(link["href"]))
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert not re.search(r"url\(|@import|https?:", answer.text)


@pytest.mark.parametrize("language", ["", "?lang=en"])
async def test_figure_of_a_department_leads_to_the_row_of_the_table_that_prints_it(
    language: str, seed_client: httpx.AsyncClient
) -> None:
    page = (await seed_client.get(f"/departments/610100-c15bb20f{language}")).text
    links = re.findall(r'<a class="quiet" href="(/statements/[^"#]+)#r(\d+)">([\d,.]+)</a>', page)
    assert len(links) >= 4
    for path, number, printed in links:
        table = (await seed_client.get(path)).text
        (row,) = re.findall(rf'<tr id="r{number}".*?</tr>', table)
        assert printed in row
    assert "在原件第" in table if not language else " of the document" in table


async def test_each_condition_leads_to_the_rows_without_it(seed_client: httpx.AsyncClient) -> None:
    page = (await seed_client.get("/datasets/three-public/rows?region_code=610100&fiscal_year=2024&lang=en")).text
    assert "There are no such rows. Choose a condition" in page
    links = [unescape(link) for link in re.findall(r'<a class="tag" href="([^"]+)">', page)]
    assert {link.partition("?")[2] for link in links} == {"fiscal_year=2024&lang=en", "region_code=610100&lang=en"}
    rows = [(await seed_client.get(link)).text for link in links]
    assert ["There are no such rows" in one for one in rows] == [False, False]
