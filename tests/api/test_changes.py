"""Who follows `updated_since` keeps a true copy of every list; what a diff names makes one release of another.

The data are invented: releases that add disclosures, publish them again, read them otherwise and take them back.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager

from app import database, records
from app.api.application import create_application
from app.load import load
from app.query.changes import COMPARABLE, compared
from app.query.registry import RESOURCES
from app.query.words import CHANGE_REASON
from app.settings import Settings
from tests import dataset
from tests.conftest import copy_of

FOLLOWED = [name for name, resource in RESOURCES.items() if resource.delta]
Rows = dict[str, dict[str, Any]]


def spelled(parsed: records.ParsedDisclosure, name: str) -> records.ParsedDisclosure:
    """The disclosure with its department's name in another spelling."""
    return parsed.model_copy(update={"disclosure": parsed.disclosure.model_copy(update={"department_name": name})})


def published_again(parsed: records.ParsedDisclosure) -> records.ParsedDisclosure:
    """The disclosure out of another file."""
    return parsed.model_copy(update={"disclosure": parsed.disclosure.model_copy(update={"sha256": "f" * 64})})


def without(parsed: records.ParsedDisclosure, code: str) -> records.ParsedDisclosure:
    """The disclosure without the expenditure rows of a code."""
    return parsed.model_copy(update={"expenditures": [line for line in parsed.expenditures if line.code != code]})


FINAL = dataset.final(year=2023)
STATES: list[list[records.ParsedDisclosure]] = [
    [dataset.budget(year=2024), FINAL],
    # A document more, one published again with other figures, one read otherwise.
    [dataset.budget(year=2024, factor=2), dataset.budget(year=2025), published_again(dataset.final(total="88.81"))],
    # One is taken back, another is published again with the same figures.
    [published_again(dataset.budget(year=2024, factor=2)), published_again(dataset.final(total="88.81"))],
    # One comes back as it was first; the department's newest document spells its name otherwise.
    [
        dataset.budget(year=2024),
        dataset.budget(year=2025),
        spelled(dataset.budget(year=2026), "开平区 虚构事务局"),
        FINAL,
    ],
    [without(dataset.budget(year=2024), "2019901"), dataset.budget(year=2025), dataset.final(year=2024)],
    [],
    [dataset.final(year=2024)],
]


async def add_release(settings: Settings, state: list[records.ParsedDisclosure]) -> int:
    """Make the whole data set of the database this one."""
    async with database.connect_owner(settings) as connection:
        return (await load(connection, state, origin="seed", note="invented for the tests")).release


async def every_row(session: httpx.AsyncClient, path: str, **parameters: object) -> tuple[int, list[dict[str, Any]]]:
    """The release and the rows of all pages, of which there are several."""
    answer = await session.get(path, params={"limit": 7, **parameters})
    rows: list[dict[str, Any]] = []
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        rows += page["data"]
        if page["page"]["next"] is None:
            assert page["page"]["total"] == len(rows)
            return page["meta"]["release"], rows
        answer = await session.get(page["page"]["next"])


async def every_line(session: httpx.AsyncClient, path: str, **parameters: object) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    answer = await session.get(path, params={"bom": 0, **parameters})
    assert answer.status_code == 200, answer.text
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert answer.headers["x-total-count"] == str(len(rows))
    return rows


def updated(copy: Rows, key: str, rows: list[dict[str, Any]]) -> Rows:
    """The copy after the rows of an `updated_since`."""
    after = dict(copy)
    keys = [str(row[key]) for row in rows]
    assert len(set(keys)) == len(keys), "a key is named once"
    for row in rows:
        kept = {name: value for name, value in row.items() if name != "update"}
        if row["update"] == "removed":
            assert after.pop(str(row[key]), None) is not None, "what is removed was there"
        else:
            after[str(row[key])] = kept
    return after


@pytest.fixture(scope="module")
async def releases(server: Settings) -> AsyncIterator[tuple[httpx.AsyncClient, Settings]]:
    """A client of a service whose database holds a release for each of the states."""
    async with copy_of(server) as settings:
        for number, state in enumerate(STATES, start=1):
            assert await add_release(settings, state) == number
        application = create_application(settings)
        async with LifespanManager(application):
            transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                yield client, settings


@pytest.fixture
def session(releases: tuple[httpx.AsyncClient, Settings]) -> httpx.AsyncClient:
    """The client alone."""
    return releases[0]


@pytest.mark.parametrize("name", FOLLOWED)
async def test_copy_that_follows_updated_since_is_the_list(name: str, session: httpx.AsyncClient) -> None:
    resource = RESOURCES[name]
    fields = ",".join(column.name for column in resource.columns)
    copies: dict[int, Rows] = {0: {}}
    moved = 0
    for release in range(1, len(STATES) + 1):
        at = {"fields": fields, "release": release}
        _, rows = await every_row(session, f"/v1/{name}", **at)
        expected = {str(row[resource.key]): row for row in rows}
        for since, copy in copies.items():
            read, changes = await every_row(session, f"/v1/{name}", updated_since=since, **at)
            assert read == release
            mirrored = updated(copy, resource.key, changes)
            assert mirrored == expected, (since, release)
            moved += len(changes)
        copies[release] = expected
    assert moved


@pytest.mark.parametrize("name", FOLLOWED)
async def test_copy_of_files_that_follows_updated_since_is_the_file(name: str, session: httpx.AsyncClient) -> None:
    key = RESOURCES[name].key
    copy: Rows = {}
    for since, release in ((0, 2), (2, 4), (4, 7)):
        changes = await every_line(session, f"/v1/{name}.csv", updated_since=since, release=release, unit="yuan")
        assert all(next(iter(line)) == "update" for line in changes)
        copy = updated(copy, key, changes)
        whole = await every_line(session, f"/v1/{name}.csv", release=release, unit="yuan")
        assert copy == {row[key]: row for row in whole}


def said(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """What a row says, without its ids and its place; the number of a revision counts those in between."""
    whose = row["id"] if name == "disclosures" else row["disclosure_id"]
    fields = [field for field in compared(name) if (name, field) != ("disclosures", "revision")]
    return {"whose": whose, **{field: row[field] for field in fields}}


@pytest.mark.parametrize("name", COMPARABLE)
async def test_diff_makes_the_later_release_of_the_earlier_and_names_nothing_that_is_the_same(
    name: str, session: httpx.AsyncClient
) -> None:
    resource = RESOURCES[name]
    fields = ",".join(column.name for column in resource.columns)
    whole = {
        release: (await every_row(session, f"/v1/{name}", fields=fields, release=release))[1]
        for release in range(1, len(STATES) + 1)
    }
    seen = set()
    for earlier, later in itertools.combinations_with_replacement(whole, 2):
        _, changes = await every_row(session, f"/v1/releases/{earlier}/diff/{later}/{name}", fields=fields)
        rows = [said(name, row) for row in whole[earlier]]
        for change in changes:
            before, after = change["before"], change["after"]
            seen.add(change["change"])
            if before is not None:
                assert change["change"] in ("changed", "removed")
                rows.remove(said(name, before))
            if after is not None:
                assert change["change"] in ("changed", "added")
                rows.append(said(name, after))
            if before is not None and after is not None:
                assert change["changed_fields"] == [field for field in compared(name) if before[field] != after[field]]
                assert change["changed_fields"], "what says the same is no change"
                assert before.get("disclosure_id") == after.get("disclosure_id")
        assert sorted(rows, key=repr) == sorted((said(name, row) for row in whole[later]), key=repr)
    assert {"added", "removed"} <= seen


async def test_summary_counts_what_the_lists_of_changes_have(session: httpx.AsyncClient) -> None:
    for earlier, later in itertools.combinations(range(1, len(STATES) + 1), 2):
        path = f"/v1/releases/{earlier}/diff/{later}"
        answer = await session.get(path)
        assert answer.headers["gongkai-release"] == str(later)
        data = answer.json()["data"]
        assert (data["earlier"]["number"], data["later"]["number"]) == (earlier, later)
        for entry in data["resources"]:
            _, changes = await every_row(session, entry["href"], fields=RESOURCES[entry["resource"]].key)
            counted = dict(Counter(change["change"] for change in changes))
            assert {change: n for change, n in entry["rows"].items() if n} == counted, (path, entry["resource"])
        _, documents = await every_row(session, f"{path}/disclosures", fields="id")
        assert [(one["disclosure_id"], one["reason"]) for one in data["documents"]] == [
            (one["disclosure_id"], one["reason"]) for one in documents
        ]
        reasons = Counter(one["reason"] for one in documents)
        assert {reason: n for reason, n in data["disclosures"].items() if n and reason != "total"} == reasons
        assert data["disclosures"]["total"] == len(documents)


async def test_reasons_say_why_a_disclosure_differs(session: httpx.AsyncClient) -> None:
    async def reasons(earlier: int, later: int) -> dict[str, tuple[str, str]]:
        _, rows = await every_row(session, f"/v1/releases/{earlier}/diff/{later}/disclosures", fields="id")
        return {row["id"].partition("-")[2].partition("-")[2]: (row["change"], row["reason"]) for row in rows}

    assert await reasons(1, 2) == {
        "2024-budget": ("changed", "extraction_mended"),
        "2025-budget": ("added", "new_document"),
        "2023-final": ("changed", "new_revision"),
    }
    # Published again with the same figures: the disclosure has changed, its rows have not.
    assert (await reasons(2, 3))["2024-budget"] == ("changed", "new_revision")
    _, rows = await every_row(session, "/v1/releases/2/diff/3/expenditures", reason="new_revision")
    assert rows == []
    assert (await reasons(2, 3))["2025-budget"] == ("removed", "withdrawn")
    # What came back as it was is no difference, though release 2 and 3 had something else.
    assert set(await reasons(1, 4)) == {"2025-budget", "2026-budget"}


async def test_each_release_says_what_it_changed(session: httpx.AsyncClient) -> None:
    _, rows = await every_row(session, "/v1/releases")
    for row in rows[1:]:
        data = (await session.get(f"/v1/releases/{row['number'] - 1}/diff/{row['number']}")).json()["data"]
        assert {"total": sum(row["changes"].values()), **row["changes"]} == data["disclosures"]
    assert rows[0]["changes"] == {**dict.fromkeys(CHANGE_REASON, 0), "new_document": 2}
    links = (await session.get("/v1/releases/3")).json()["data"]["links"]
    assert links["changes"] == "/v1/releases/2/diff/3"


async def test_row_that_moved_is_no_change_and_one_that_went_is_removed(session: httpx.AsyncClient) -> None:
    path = "/v1/releases/4/diff/5/expenditures"
    _, rows = await every_row(session, path, reason="extraction_mended", fields="code,row")
    assert {row["change"] for row in rows} == {"removed"}
    assert {row["before"]["code"] for row in rows} == {"2019901"}


async def test_filters_take_a_change_whose_row_meets_them_before_or_after(session: httpx.AsyncClient) -> None:
    path = "/v1/releases/1/diff/2/expenditures"
    _, every = await every_row(session, path)

    def met(change: dict[str, Any], low: float) -> bool:
        sides = [side for side in (change["before"], change["after"]) if side is not None]
        return any(side["code"] == "201" and side["total"] >= low for side in sides)

    _, found = await every_row(session, path, code="201", total__gte=88.81)
    assert [one["id"] for one in found] == [one["id"] for one in every if met(one, 88.81)]
    assert any(one["before"] and one["before"]["total"] < 88.81 for one in found)
    _, found = await every_row(session, path, region_code=dataset.ZHUZHOU_SHIFENG, change="changed")
    assert {one["disclosure_id"] for one in found} == {FINAL.disclosure.id}
    _, found = await every_row(session, path, changed_fields="basic")
    assert found
    assert all("basic" in one["changed_fields"] for one in found)
    _, found = await every_row(session, path, q="虚构事务")
    assert found
    assert all("虚构事务" in (one["after"] or one["before"])["name"] for one in found)


async def test_changes_are_sorted_by_the_row_as_it_is_or_as_it_was(session: httpx.AsyncClient) -> None:
    for path in ("/v1/releases/1/diff/2/expenditures", "/v1/releases/4/diff/5/expenditures"):
        _, rows = await every_row(session, path, sort="-basic,code", fields="basic,code")
        shown = [row["after"] or row["before"] for row in rows]
        expected = sorted(
            shown,
            key=lambda row: (row["basic"] is None, -(row["basic"] or 0), row["code"] is None, row["code"] or ""),
        )
        assert shown == expected


async def test_file_of_changes_has_the_lines_of_the_list(session: httpx.AsyncClient) -> None:
    path = "/v1/releases/1/diff/2/three-public"
    _, rows = await every_row(session, path, fields="item,total,change", unit="yuan", include="provenance")
    lines = (
        await session.get(
            f"{path}.ndjson", params={"fields": "item,total,change", "unit": "yuan", "include": "provenance"}
        )
    ).text.splitlines()
    assert [json.loads(line) for line in lines] == rows
    table = await every_line(session, f"{path}.csv", fields="item,total", unit="yuan")
    assert [(line["change"], line["before_total"], line["after_total"]) for line in table] == [
        (
            row["change"],
            *(
                "" if side is None or side["total"] is None else f"{side['total']:.2f}".removesuffix(".00")
                for side in (row["before"], row["after"])
            ),
        )
        for row in rows
    ]
    for suffix in ("csv", "xlsx", "parquet"):
        every = ",".join(column.name for column in RESOURCES["three-public"].columns)
        answer = await session.get(f"{path}.{suffix}", params={"fields": every})
        assert answer.status_code == 200
        assert answer.headers["x-total-count"] == str(len(rows))


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/v1/releases/2/diff/1", 422, "the earlier one comes first; corrected: /v1/releases/1/diff/2"),
        ("/v1/releases/3/diff/1/assets?limit=1", 422, "corrected: /v1/releases/1/diff/3/assets?limit=1"),
        ("/v1/releases/1/diff/99", 404, "there is no release 99, the newest is 7"),
        ("/v1/releases/0/diff/1", 404, "'0' is no release number"),
        ("/v1/releases/one/diff/2", 404, "'one' is no release number"),
        ("/v1/releases/1/diff/2?limit=1", 422, "this path takes no parameters"),
        ("/v1/releases/1/diff/2.csv", 406, "there is no format .csv here"),
        ("/v1/releases/1/diff/2/regions", 404, "regions is not kept by release"),
        ("/v1/releases/1/diff/2/expenditure", 404, "no such list: expenditure"),
        ("/v1/releases/1/diff/2/expenditures.pdf", 406, "there is no format .pdf here"),
        ("/v1/releases/1/diff/2/expenditures?change=gone", 422, "change: allowed: added, changed, removed"),
        ("/v1/releases/1/diff/2/expenditures?changed_fields=row", 422, "changed_fields: unknown name"),
        ("/v1/releases/1/diff/2/expenditures?release=1", 422, "release: unknown parameter"),
        ("/v1/expenditures?updated_since=99", 404, "there is no release 99 yet, the newest is 7"),
        ("/v1/expenditures?updated_since=-1", 422, "not a release number, a date or a time"),
        ("/v1/expenditures?updated_since=99999999999", 422, "not a release number"),
        ("/v1/expenditures?updated_since=4&release=3", 422, "later than the release that is read, 3"),
        ("/v1/expenditures?updated_since=1&department_name__contains=x", 422, "names may change while the row stays"),
        ("/v1/expenditures.csv?updated_since=1&q=x", 422, "names may change while the row stays"),
        ("/v1/disclosures?updated_since=1&revision__gte=2", 422, "may change under the same id"),
        ("/v1/regions?updated_since=1", 422, "regions is not kept by release"),
        ("/v1/execution?updated_since=1", 422, "execution is not kept by release"),
        ("/v1/expenditures/aggregate?updated_since=1", 422, "unknown parameter"),
    ],
)
async def test_what_cannot_be_told_is_refused_in_words(
    path: str, status: int, words: str, session: httpx.AsyncClient
) -> None:
    answer = await session.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("name", COMPARABLE)
async def test_file_with_every_field_on_both_sides_is_written(name: str, session: httpx.AsyncClient) -> None:
    fields = [column.name for column in RESOURCES[name].columns]
    path = f"/v1/releases/1/diff/2/{name}"
    _, rows = await every_row(session, path, fields=",".join(fields))
    lines = await every_line(session, f"{path}.csv", fields=",".join(fields))
    assert len(lines) == len(rows)
    sides = [f"{side}_{field}" for field in fields for side in ("before", "after")]
    assert all(list(line)[-len(sides) :] == sides for line in lines)


async def test_time_stands_for_the_last_release_by_then(session: httpx.AsyncClient) -> None:
    _, rows = await every_row(session, "/v1/releases")
    made = {row["number"]: row["created_at"] for row in rows}
    for number, time in made.items():
        by_number = (await session.get("/v1/expenditures", params={"updated_since": number})).json()
        by_time = (await session.get("/v1/expenditures", params={"updated_since": time})).json()
        assert by_time["data"] == by_number["data"]
        assert by_time["meta"] == {**by_number["meta"], "updated_since": number}
    before = (await session.get("/v1/expenditures", params={"updated_since": "1999-12-31"})).json()
    assert before["meta"]["updated_since"] == 0
    pinned = (await session.get("/v1/expenditures", params={"updated_since": "2999-01-01", "release": 3})).json()
    assert (pinned["meta"]["updated_since"], pinned["data"]) == (3, [])


async def test_copy_stays_true_while_releases_are_loaded_and_departments_renamed(empty_database: Settings) -> None:
    application = create_application(empty_database)
    async with LifespanManager(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            names = ("departments", "disclosures", "expenditures", "findings")
            copies: dict[str, tuple[int, Rows]] = {name: (0, {}) for name in names}
            for state in STATES:
                await add_release(empty_database, state)
                for name in names:
                    since, copy = copies[name]
                    release, changes = await every_row(client, f"/v1/{name}", updated_since=since)
                    copy = updated(copy, "id", changes)
                    _, rows = await every_row(client, f"/v1/{name}")
                    assert copy == {str(row["id"]): row for row in rows}, name
                    copies[name] = release, copy


async def test_walk_through_changes_stays_in_its_release(empty_database: Settings) -> None:
    application = create_application(empty_database)
    async with LifespanManager(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            await add_release(empty_database, STATES[0])
            await add_release(empty_database, STATES[1])
            expected = (await client.get("/v1/expenditures?updated_since=1&limit=1000")).json()["data"]
            page = (await client.get("/v1/expenditures?updated_since=1&limit=5")).json()
            await add_release(empty_database, STATES[2])
            walked = page["data"]
            while page["page"]["next"]:
                page = (await client.get(page["page"]["next"])).json()
                assert page["meta"]["release"] == 2
                walked += page["data"]
            assert walked == expected


async def test_release_that_is_no_longer_kept_is_refused_with_the_way_on(empty_database: Settings) -> None:
    for state in STATES[:3]:
        await add_release(empty_database, state)
    async with database.connect_owner(empty_database) as connection:
        await connection.execute("delete from release where number = 1")
    application = create_application(empty_database)
    async with LifespanManager(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            for path in (
                "/v1/expenditures?updated_since=1",
                "/v1/expenditures.csv?updated_since=1999-12-31",
                "/v1/releases/1/diff/3",
                "/v1/releases/1/diff/3/expenditures",
                "/v1/releases/1/diff/3/expenditures.csv",
            ):
                answer = await client.get(path)
                assert (answer.status_code, answer.json()["type"]) == (404, "/errors/release-not-found"), path
                assert "no longer kept" in answer.json()["detail"]
                assert "the oldest that is kept is 2" in answer.json()["detail"]
                assert "/v1/releases/3/files" in answer.json()["detail"]
            assert (await client.get("/v1/expenditures?updated_since=2")).status_code == 200
            # Who has nothing lacks what there is, whatever was before.
            whole = (await client.get("/v1/expenditures?limit=1000&fields=id")).json()["data"]
            copy = (await client.get("/v1/expenditures?updated_since=0&limit=1000&fields=id")).json()["data"]
            assert copy == [{"update": "upserted", **row} for row in whole]
