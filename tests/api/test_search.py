"""Search finds names by words in any spelling, marks them, ranks whole names first; its precision and recall hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from app.api.openapi import openapi_document
from app.query.search import KINDS
from app.search_text import fold
from app.seed import read_seed
from app.settings import PROJECT

DOCUMENT: Any = openapi_document()
# Judged by hand over the names of the five disclosures of network offices in seed_data/, whose source files are text:
# what a reader who types the query wants to see, found or not.
JUDGED: list[dict[str, Any]] = json.loads((Path(__file__).parent / "searches.json").read_text(encoding="utf-8"))
# What docs/search.md states.
STATED_PRECISION, STATED_RECALL = 0.97, 0.93


async def search(client: httpx.AsyncClient, path: str = "/v1/search", **parameters: Any) -> Any:
    answer = await client.get(path, params=parameters or None)
    assert answer.status_code == 200, answer.text
    schema = "SearchAnswer" if path.startswith("/v1/search") else "SuggestAnswer"
    whole = {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}
    Draft202012Validator(whole).validate(answer.json())
    return answer.json()


def results(body: Any) -> dict[str, list[Any]]:
    return {group["kind"]: group["results"] for group in body["data"] if group["results"]}


def found(body: Any) -> list[str]:
    """Results as the judged file names them: departments and codes by key, rows by their name."""
    return [
        f"{kind}:{one['key'] if kind == 'departments' or kind.endswith('subjects') else one['text']}"
        for kind, some in results(body).items()
        for one in some
    ]


def judged_names() -> set[str]:
    """What the judged disclosures name, as `found` gives it; a code by itself, for its name is of no document."""
    names: set[str] = set()
    for parsed in read_seed(PROJECT / "seed_data"):
        if parsed.disclosure.format != "text":
            continue
        names.add(f"departments:{parsed.disclosure.department_id}")
        names |= {f"projects:{one.name}" for one in parsed.projects}
        for indicator in parsed.performance_indicators:
            names |= {f"performance-indicators:{text}" for text in (indicator.level3, indicator.description)}
        for item in parsed.procurement_items:
            names |= {f"procurement-items:{text}" for text in (item.project_name, item.item_name)}
    return names


async def everything(client: httpx.AsyncClient, query: str) -> set[str]:
    """All results of all kinds, page by page."""
    answers: set[str] = set()
    body = await search(client, q=query, limit=100)
    while True:
        answers |= set(found(body))
        more = [group["next"] for group in body["data"] if group["next"]]
        if not more:
            return answers
        groups = [group for path in more for group in (await search(client, path))["data"]]
        body = {"data": groups}


async def test_precision_and_recall_of_the_judged_searches_are_as_stated(seed_client: httpx.AsyncClient) -> None:
    shown = right = relevant = 0
    names = judged_names()
    for judged in JUDGED:
        answers = {
            one
            for one in await everything(seed_client, judged["query"])
            if one in names or one.partition(":")[0].endswith("subjects")
        }
        shown += len(answers)
        relevant += len(judged["relevant"])
        right += len(answers & set(judged["relevant"]))
    precision, recall = right / shown, right / relevant
    assert len(JUDGED) >= 15
    assert precision >= STATED_PRECISION, precision
    assert recall >= STATED_RECALL, recall
    stated = (Path(__file__).parents[2] / "docs" / "search.md").read_text(encoding="utf-8")
    assert f"precision {precision:.3f}" in stated
    assert f"recall {recall:.3f}" in stated


@pytest.mark.parametrize("spelling", ["舆情监测", "輿情監測", " 舆情监测。", "舆情 监测", "监测　舆情"])
async def test_spelling_makes_no_difference(spelling: str, seed_client: httpx.AsyncClient) -> None:
    body = await search(seed_client, q=spelling)
    assert [one["text"] for one in results(body)["projects"]] == ["网络舆情监测", "本级网络舆情监测与处置经费"]
    for one in results(body)["projects"]:
        assert "".join(one["text"][start : start + length] for start, length in one["marks"]) == "舆情监测"


async def test_abbreviation_finds_the_long_name_and_marks_it(seed_client: httpx.AsyncClient) -> None:
    departments = results(await search(seed_client, q="开平 网信办"))["departments"]
    assert [one["key"] for one in departments] == ["130205-5c9de731"]
    (one,) = departments
    marked = [one["text"][start : start + length] for start, length in one["marks"]]
    assert marked == ["开平", "网络安全和信息化委员会办公室"]
    assert (await seed_client.get(one["links"]["record"])).json()["data"]["name"] == one["name"]


@pytest.mark.parametrize(
    ("typed", "key", "marked"),
    [
        ("卫健委", "610100-c15bb20f", ["卫生健康委员会"]),
        ("西安市卫健委", "610100-c15bb20f", ["西安市卫生健康委员会"]),
        ("西安市人社局", "610100-942e5dc5", ["西安市人力资源和社会保障局"]),
        ("西安 医保局", "610100-7eb94814", ["西安", "医疗保障局"]),
        ("石峰区网信办", "430204-2fdb7fc8", ["石峰区委网络安全和信息化委员会办公室"]),
        ("石峰区委网信办", "430204-2fdb7fc8", ["石峰区委网络安全和信息化委员会办公室"]),
        ("国家信访局", "000000-e33bcfe7", ["国家信访局"]),
    ],
)
async def test_department_is_found_by_what_people_call_it(
    typed: str, key: str, marked: list[str], seed_client: httpx.AsyncClient
) -> None:
    departments = results(await search(seed_client, q=typed))["departments"]
    assert [one["key"] for one in departments] == [key]
    (one,) = departments
    assert [one["text"][start : start + length] for start, length in one["marks"]] == marked
    listed = (await seed_client.get("/v1/departments", params={"q": typed})).json()["data"]
    assert [row["id"] for row in listed] == [key]


async def test_whole_name_comes_first_then_beginning_then_part_then_scattered_words(
    seed_client: httpx.AsyncClient,
) -> None:
    def rank(text: str, query: str) -> int:
        folded, whole = fold(text), fold(query)
        return 0 if folded == whole else 1 if folded.startswith(whole) else 2 if whole in folded else 3

    for query in ("住房公积金", "网络 安全", "网", "成本控制", "养老"):
        for kind, some in results(await search(seed_client, q=query, limit=100)).items():
            order = [(rank(one["text"], query), len(one["text"])) for one in some]
            if kind != "departments":  # found by abbreviations and divisions too
                assert order == sorted(order), (query, kind)
    assert results(await search(seed_client, q="住房公积金"))["functional-subjects"][0]["key"] == "2210201"


async def test_kinds_come_in_a_fixed_order_departments_and_codes_first(seed_client: httpx.AsyncClient) -> None:
    body = await search(seed_client, q="网")
    assert [group["kind"] for group in body["data"]] == list(KINDS)
    body = await search(seed_client, q="网", kind="projects,departments")
    assert [group["kind"] for group in body["data"]] == ["projects", "departments"]


async def test_equal_names_are_one_result_that_counts_and_lists_its_rows(seed_client: httpx.AsyncClient) -> None:
    body = await search(seed_client, q="满意度", limit=100)
    some = results(body)["performance-indicators"]
    assert len({one["text"] for one in some}) == len(some)
    assert max(one["rows"] for one in some) > 1
    for one in some:
        listed = (await seed_client.get(one["links"]["list"])).json()
        assert listed["page"]["total"] == one["rows"], one["text"]
        record = (await seed_client.get(one["links"]["record"])).json()["data"]
        assert record[one["field"]] == one["text"]


async def test_every_kind_is_walked_page_by_page_without_gap_or_repetition(seed_client: httpx.AsyncClient) -> None:
    for whole in (await search(seed_client, q="网", limit=100))["data"]:
        walked: list[Any] = []
        path: str | None = f"/v1/search?q=网&kind={whole['kind']}&limit=7"
        while path:
            (group,) = (await search(seed_client, path))["data"]
            assert group["total"] == whole["total"]
            assert len(group["results"]) <= 7
            walked += group["results"]
            path = group["next"]
        assert walked[:100] == whole["results"]
        assert len({(one["key"], one["field"], one["text"]) for one in walked}) == len(walked) == whole["total"]


async def test_result_list_of_a_kind_has_the_rows_that_the_words_are_found_in(seed_client: httpx.AsyncClient) -> None:
    for group in (await search(seed_client, q="服务", limit=100))["data"]:
        listed = (await seed_client.get(group["list"])).json()
        assert (listed["page"]["total"] > 0) == (group["total"] > 0)


async def test_release_is_searched_as_it_was(client: httpx.AsyncClient) -> None:
    first = await search(client, q="虚构", release=1)
    second = await search(client, q="虚构")
    assert (first["meta"]["release"], second["meta"]["release"]) == (1, 2)
    (before,), (after,) = (results(body)["projects"] for body in (first, second))
    assert before["text"] == after["text"]
    assert before["rows"] < after["rows"]
    listed = (await client.get(before["links"]["list"])).json()
    assert (listed["page"]["total"], listed["meta"]["release"]) == (before["rows"], 1)


async def test_search_and_suggestion_ask_whether_a_word_is_common_and_then_for_names(
    api: httpx.AsyncClient, statements: list[str]
) -> None:
    for path in ("/v1/search", "/v1/suggest"):
        await search(api, path, q="宣传")
        assert len(statements) == 2
        assert "search_word" in statements[0]
        await search(api, path, q="宣传 次")
        assert len(statements) == 3, "several words are never kept together"
        statements.clear()


async def test_suggestions_begin_with_what_was_typed_before_they_contain_it(seed_client: httpx.AsyncClient) -> None:
    body = await search(seed_client, "/v1/suggest", q="网络安")
    texts = [one["text"] for one in body["data"]]
    assert len(texts) == len(set(texts)) == 10
    begins = [text.startswith("网络安") for text in texts]
    assert begins == sorted(begins, reverse=True)
    assert begins[0]
    again = await search(seed_client, body["data"][0]["href"])
    assert any(one["text"] == texts[0] for some in results(again).values() for one in some)


async def test_nothing_found_is_an_answer_that_says_what_to_try(seed_client: httpx.AsyncClient) -> None:
    body = await search(seed_client, q="量子计算机")
    assert not results(body)
    assert body["warnings"]
    assert (await search(seed_client, "/v1/suggest", q="量子计算机"))["data"] == []


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ("", "q", "missing"),
        ("q=", "q", "empty"),
        ("q=%20", "q", "empty"),
        ("q=，。！", "q", "punctuation"),
        (f"q={'网' * 101}", "q", "at most 100"),
        ("q=网&kind=project", "kind", "projects"),
        ("q=网&limit=101", "limit", "1 to 100"),
        ("q=网&cursor=abc", "cursor", "kind=projects"),
        ("q=网&release=0", "release", "/v1/releases"),
        ("query=网", "query", "unknown parameter"),
        ("q=网&q=安", "q", "2 times"),
        ("q=网&fields=name", "fields", "unknown parameter"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/search", "/v1/search.json"])
async def test_wrong_search_is_refused_by_name(
    path: str, query: str, parameter: str, said: str, client: httpx.AsyncClient
) -> None:
    answer = await client.get(f"{path}?{query}")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/errors/invalid-parameters"
    problems = {one["parameter"]: one for one in answer.json()["errors"]}
    assert said in problems[parameter]["detail"]


@pytest.mark.parametrize("path", ["/v1/projects?q=…", "/v1/suggest?q=…", f"/v1/departments?q={'网' * 101}"])
async def test_q_is_refused_in_the_same_words_everywhere(path: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(path)
    assert answer.status_code == 422
    assert [one["parameter"] for one in answer.json()["errors"]] == ["q"]


async def test_cursor_of_another_search_and_unknown_release_are_refused(seed_client: httpx.AsyncClient) -> None:
    (group,) = (await search(seed_client, q="网", kind="projects", limit=2))["data"]
    answer = await seed_client.get("/v1/search", params={"q": "安", "kind": "projects", "cursor": group["cursor"]})
    assert (answer.status_code, answer.json()["type"]) == (422, "/errors/invalid-cursor")
    assert (await seed_client.get("/v1/search?q=网&release=99")).status_code == 404
    assert (await seed_client.get("/v1/search.xml?q=网")).status_code == 406
