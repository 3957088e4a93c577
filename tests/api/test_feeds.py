"""The feeds are Atom that a feed reader takes without complaint, and say of each release what the comparison says."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import feedparser
import httpx
import pytest
from asgi_lifespan import LifespanManager

from app import database
from app.api import atom
from app.api.application import create_application
from app.load import load
from app.settings import Settings
from tests import dataset
from tests.conftest import copy_of

FINAL = dataset.final(year=2023)
FINAL_ID, DEPARTMENT = FINAL.disclosure.id, FINAL.disclosure.department_id


@pytest.fixture(scope="module")
async def session(server: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service with four releases: two disclosures, one more, one read otherwise, one withdrawn."""
    async with copy_of(server) as settings:
        for state in (
            [dataset.budget(year=2024), FINAL],
            [dataset.budget(year=2024), FINAL, dataset.final(year=2024)],
            [dataset.budget(year=2024), dataset.final(year=2023, total="88.81"), dataset.final(year=2024)],
            [dataset.budget(year=2024), dataset.final(year=2024)],
        ):
            async with database.connect_owner(settings) as connection:
                await load(connection, state, origin="seed", note="invented <for> the & tests")
        application = create_application(settings)
        async with LifespanManager(application):
            transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                yield client


async def read(session: httpx.AsyncClient, path: str) -> Any:
    """The feed at this path, as a feed reader has it."""
    answer = await session.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = feedparser.parse(answer.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    assert all(feed.feed.get(name) for name in ("id", "title", "updated_parsed", "author", "rights"))
    for entry in feed.entries:
        assert all(entry.get(name) for name in ("id", "title", "updated_parsed", "summary", "link"))
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)
    return feed


def link(item: Any, rel: str, part: str = "") -> str | None:
    return next((one.href for one in item.links if one.rel == rel and part in one.href), None)


async def test_feed_of_releases_says_what_each_one_changed(session: httpx.AsyncClient) -> None:
    feed = await read(session, "/v1/releases.atom")
    assert [entry.title for entry in feed.entries] == [f"数据版本 {n} · Release {n}" for n in (4, 3, 2, 1)]
    assert feed.feed.updated == feed.entries[0].updated
    newest, mended, added, first = feed.entries
    assert newest.summary.startswith("撤下 1 份；共 2 份公开文件。")
    assert "1 withdrawn; 2 disclosures in all." in newest.summary
    assert "invented <for> the & tests" in newest.summary or "&lt;for&gt;" in newest.summary
    assert [[tag.term for tag in entry.tags] for entry in (newest, mended, added)] == [
        ["withdrawn"],
        ["extraction_mended"],
        ["new_document"],
    ]
    assert link(newest, "related", "diff") == "http://test/v1/releases/3/diff/4"
    assert link(first, "related", "diff") is None
    for entry in feed.entries[:-1]:
        summary = (await session.get(link(entry, "related", "diff") or "")).json()["data"]["disclosures"]
        assert summary.pop("total") == sum(summary.values())
        assert {tag.term for tag in entry.tags} == {reason for reason, count in summary.items() if count}
        assert (await session.get(link(entry, "alternate") or "")).status_code == 200


async def test_pages_of_the_feed_have_every_release_once(session: httpx.AsyncClient) -> None:
    whole = await read(session, "/v1/releases.atom")
    seen, path = [], "/v1/releases.atom?limit=3"
    while path:
        page = await read(session, path)
        assert link(page.feed, "self") == f"http://test{path.removeprefix('http://test')}"
        assert link(page.feed, "first") == "http://test/v1/releases.atom?limit=3"
        assert page.feed.id == whole.feed.id
        seen += [entry.id for entry in page.entries]
        path = link(page.feed, "next") or ""
    assert seen == [entry.id for entry in whole.entries]
    assert link(whole.feed, "next") is None


async def test_ids_are_the_same_at_another_address(session: httpx.AsyncClient) -> None:
    here = await read(session, "/v1/releases.atom")
    there = feedparser.parse((await session.get("/v1/releases.atom", headers={"Host": "data.example"})).content)
    assert [entry.id for entry in there.entries] == [entry.id for entry in here.entries]
    assert there.entries[0].link.startswith("http://data.example/")
    assert all(entry.id.startswith("urn:uuid:") for entry in here.entries)


async def test_feed_of_a_department_says_what_became_of_its_disclosures(session: httpx.AsyncClient) -> None:
    feed = await read(session, f"/v1/departments/{DEPARTMENT}.atom")
    assert [(entry.tags[0].term, FINAL_ID in (link(entry, "alternate") or "")) for entry in feed.entries] == [
        ("withdrawn", True),
        ("extraction_mended", True),
        ("new_document", False),
        ("new_document", True),
    ]
    assert feed.entries[0].title == "石峰区虚构办公室2023年部门决算（撤下）"
    for entry in feed.entries:
        assert (await session.get(link(entry, "alternate") or "")).status_code == 200, entry.links
    seen, path = [], f"/v1/departments/{DEPARTMENT}.atom?limit=1"
    while path:
        page = await read(session, path)
        seen += [entry.id for entry in page.entries]
        path = link(page.feed, "next") or ""
    assert seen == [entry.id for entry in feed.entries]


async def test_unchanged_feed_is_not_sent_again(session: httpx.AsyncClient) -> None:
    for path in ("/v1/releases.atom", f"/v1/departments/{DEPARTMENT}.atom"):
        first = await session.get(path)
        again = await session.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = await session.head(path)
        assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/v1/releases.atom?limit=0", 422, "limit: not a whole number from 1 to 100"),
        ("/v1/releases.atom?before=x", 422, "before: not a whole number"),
        ("/v1/releases.atom?befor=2", 422, "befor: unknown parameter"),
        ("/v1/releases.atom?limit=1&limit=1", 422, "given twice"),
        ("/v1/departments/none.atom", 404, "there is no department 'none'"),
    ],
)
async def test_wrong_request_is_refused_in_words(
    path: str, status: int, words: str, session: httpx.AsyncClient
) -> None:
    answer = await session.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


def test_what_xml_cannot_hold_is_replaced() -> None:
    feed = atom.Feed(
        identifier=atom.identifier("a"),
        title="a\x00b\x1f",
        subtitle="\ud800]]>",
        updated=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
        author=("名 & <name>", "mailto:a@example.org"),
        rights="",
        links=(atom.Link("self", "http://test/?a=1&b=2"),),
        entries=(),
    )
    read = feedparser.parse(atom.write_feed(feed))
    assert not read.bozo
    assert read.feed.title == "a\ufffdb\ufffd"
    assert read.feed.author_detail.email == "a@example.org"
    assert read.feed.links[0].href == "http://test/?a=1&b=2"
