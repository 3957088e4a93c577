"""What search engines read: JSON-LD with what they ask for, distributions that may be fetched, sitemaps, robots.txt."""

from __future__ import annotations

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from app.pages import sitemap
from app.query.registry import RESOURCES
from app.query.sitemap import Entry
from tests.pages.conftest import KINDS

# What Google asks of a Dataset, and what it would like to have.
REQUIRED = {"name", "description"}
RECOMMENDED = {"license", "creator", "distribution", "isAccessibleForFree", "version", "identifier", "url", "publisher"}
WITH_DATA = ["home", "department", "disclosure", "final account", "data set", "pinned"]
MADE = dt.datetime(2025, 3, 1, 8, tzinfo=dt.UTC)
NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def graph(text: str) -> list[dict[str, Any]]:
    """The JSON-LD of a page, each thing of it; empty when there is none."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert len(found) <= 1
    if not found:
        return []
    read = json.loads(found[0])
    assert read["@context"] == "https://schema.org/"
    things: list[dict[str, Any]] = read["@graph"]
    return things


def allowed(robots: str, address: str) -> bool:
    """Whether robots.txt lets everybody fetch it (RFC 9309): the longest rule that fits decides."""
    parts = urlsplit(address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    best = (0, True)
    for rule, pattern in re.findall(r"^(Allow|Disallow): (\S+)$", robots, re.MULTILINE):
        expression = ".*".join(re.escape(piece) for piece in pattern.rstrip("$").split("*"))
        if re.match(expression + ("$" if pattern.endswith("$") else ""), path):
            best = max(best, (len(pattern), rule == "Allow"))
    return best[1]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("kind", WITH_DATA)
async def test_data_set_has_what_search_engines_ask_for(
    kind: str, language: str, pages: dict[str, str], client: httpx.AsyncClient
) -> None:
    joint = "&" if "?" in pages[kind] else "?"
    things = graph((await client.get(pages[kind] + (f"{joint}lang=en" if language == "en" else ""))).text)
    own = [thing for thing in things if thing["@type"] == "Dataset"]
    assert len(own) == 1
    (data,) = own
    assert set(data) >= REQUIRED | RECOMMENDED
    assert 50 <= len(data["description"]) <= 5000
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert data["isAccessibleForFree"] is True
    assert re.fullmatch(r"\d{4}-01-01/\d{4}-12-31", data["temporalCoverage"])
    assert data["spatialCoverage"]
    named = {thing["@id"]: thing for thing in things if "@id" in thing}
    assert named[data["creator"]["@id"]]["name"]
    for distribution in data["distribution"]:
        assert distribution["@type"] == "DataDownload"
        assert distribution["encodingFormat"]
    latin = re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", data["description"]) is not None
    assert latin == (language == "en")


@pytest.mark.parametrize("kind", WITH_DATA)
async def test_distribution_is_served_as_what_it_says_and_may_be_fetched(
    kind: str, pages: dict[str, str], client: httpx.AsyncClient
) -> None:
    robots = (await client.get("/robots.txt")).text
    (data,) = [thing for thing in graph((await client.get(pages[kind])).text) if thing["@type"] == "Dataset"]
    for distribution in data["distribution"]:
        address = distribution["contentUrl"]
        answer = await client.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["content-type"].partition(";")[0] == distribution["encodingFormat"], address
        assert allowed(robots, address), address


async def test_home_names_every_data_set_and_how_to_search(client: httpx.AsyncClient) -> None:
    things = {thing["@type"]: thing for thing in graph((await client.get("/")).text)}
    assert set(things) == {"Organization", "WebSite", "DataCatalog", "Dataset"}
    urls = {named["url"] for named in things["DataCatalog"]["dataset"]}
    assert urls == {f"http://test/datasets/{name}" for name in RESOURCES}
    target = things["WebSite"]["potentialAction"]["target"]["urlTemplate"]
    assert (await client.get(target.replace("{search_term_string}", "虚构"))).status_code == 200


async def test_department_is_an_organisation_of_government_with_its_place(
    pages: dict[str, str], client: httpx.AsyncClient
) -> None:
    things = {thing["@type"]: thing for thing in graph((await client.get(pages["department"])).text)}
    organisation = things["GovernmentOrganization"]
    assert organisation["name"] == "开平区虚构事务局"
    assert organisation["areaServed"]["identifier"] == "130205"
    assert things["Dataset"]["about"]["@id"] == organisation["@id"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WITH_DATA])
async def test_page_that_describes_no_data_set_says_nothing_of_one(
    kind: str, pages: dict[str, str], client: httpx.AsyncClient
) -> None:
    assert graph((await client.get(pages[kind])).text) == []


async def test_sitemap_names_every_lasting_page_in_both_languages_with_the_day_it_changed(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/sitemap.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    found = ET.fromstring(answer.text)  # noqa: S314 - our own
    locations = [location.text or "" for location in found.findall("s:url/s:loc", NAMESPACE)]
    assert len(locations) == len(set(locations)) == len(found.findall("s:url/s:lastmod", NAMESPACE))
    disclosures = (await client.get("/v1/disclosures?fields=id&limit=1000")).json()["data"]
    departments = (await client.get("/v1/departments?fields=id&limit=1000")).json()["data"]
    assert {f"http://test/disclosures/{row['id']}" for row in disclosures} <= set(locations)
    assert {f"http://test/departments/{row['id']}?lang=en" for row in departments} <= set(locations)
    robots = (await client.get("/robots.txt")).text
    for location in locations:
        assert allowed(robots, location)
        page = await client.get(location)
        assert page.status_code == 200, location
        # A sitemap names addresses that say of themselves that they are the ones, and that may be shown.
        assert f'<link rel="canonical" href="{location}">' in page.text
        assert 'content="noindex' not in page.text


async def test_robots_names_the_sitemap_and_keeps_endless_lists_out(client: httpx.AsyncClient) -> None:
    answer = await client.get("/robots.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "\nSitemap: http://test/sitemap.xml\n" in answer.text
    for path in ("/v1/expenditures?code=201", "/v1/expenditures?cursor=abc", "/search?q=x", "/v1/search?q=x"):
        assert not allowed(answer.text, f"http://test{path}"), path
    for path in (
        "/",
        "/v1/expenditures.csv",
        "/v1/releases/1/files/gongkai.sqlite",
        "/catalog.jsonld",
        "/statements/1",
    ):
        assert allowed(answer.text, f"http://test{path}"), path


@pytest.mark.parametrize(
    ("total", "parts"),
    [
        (0, 1),
        (sitemap.FIRST_ENTRIES, 1),
        (sitemap.FIRST_ENTRIES + 1, 2),
        (sitemap.FIRST_ENTRIES + sitemap.ENTRIES, 2),
        (1_000_000, 41),
    ],
)
def test_parts_of_a_sitemap_hold_all_entries_once_and_no_more_than_the_protocol_allows(total: int, parts: int) -> None:
    assert sitemap.parts(total) == parts
    bounds = [sitemap.bounds(number) for number in range(1, parts + 1)]
    assert [skip for _, skip in bounds] == [sum(limit for limit, _ in bounds[:number]) for number in range(parts)]
    assert sum(limit for limit, _ in bounds) >= total
    limit, _ = bounds[0]
    entries = [Entry("departments", f"1-{number}&<", None) for number in range(limit)]
    text = sitemap.write_part("https://example.org", 1, MADE, entries).decode()
    assert text.count("<loc>") <= 50_000
    assert len(text) < 50 * 2**20
    ET.fromstring(text)  # noqa: S314 - our own


def test_index_names_every_part() -> None:
    found = ET.fromstring(sitemap.write_index("https://example.org", 3, MADE).decode())  # noqa: S314 - our own
    assert [location.text for location in found.findall("s:sitemap/s:loc", NAMESPACE)] == [
        f"https://example.org/sitemap-{number}.xml" for number in (1, 2, 3)
    ]
