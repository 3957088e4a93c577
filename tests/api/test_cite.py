"""Citations: what is cited can be found again from the citation alone, in every style, also after it was revised."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema
import pytest
from asgi_lifespan import LifespanManager
from citeproc import Citation as StyledCitation
from citeproc import CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import Entry, parse_string
from pybtex.richtext import Text

from app import database, publication
from app.api.application import create_application
from app.api.openapi import openapi_document
from app.citations import Citation, to_bibtex, to_csl, to_gbt7714
from app.query.registry import RESOURCES
from app.settings import Settings
from tests import dataset

CITED = [name for name, resource in RESOURCES.items() if any(one.name == "citation" for one in resource.includes)]

# The part of the schema of CSL-JSON 1.0 that an item of ours has, written down from its specification.
_DATE = {
    "type": "object",
    "properties": {
        "date-parts": {
            "type": "array",
            "maxItems": 2,
            "items": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": ["string", "integer"]}},
        }
    },
    "additionalProperties": False,
}
CSL_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "properties": {
            "type": {"enum": ["dataset", "article", "webpage", "report", "entry"]},
            "id": {"type": ["string", "number"]},
            **{
                name: {"type": "string"}
                for name in ("title", "container-title", "publisher", "version", "URL", "language", "note")
            },
            "author": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"literal": {"type": "string"}},
                    "additionalProperties": False,
                },
            },
            "issued": _DATE,
            "accessed": _DATE,
        },
        "additionalProperties": False,
    },
}


def citation(**changed: Any) -> Citation:
    """One of an invented line."""
    known: dict[str, Any] = {
        "key": "gongkai-r7-expenditures-101",
        "author": "某市虚构委员会",
        "title": "2025年部门预算：支出总表，信息安全事务（2013704），第8行",
        "container": publication.TITLE_ZH,
        "publisher": "Example Office",
        "release": 7,
        "date": dt.date(2025, 3, 1),
        "url": "https://data.example.org/v1/expenditures/101?release=7",
        "accessed": dt.date(2025, 4, 2),
        "note": "源文件 a_b.txt，SHA-256 9f86",
    }
    return Citation(**{**known, **changed})


def read_bibtex(text: str) -> Entry:
    """The one entry, as pybtex reads it."""
    ((key, entry),) = parse_string(text, "bibtex").entries.items()
    assert entry.key == key
    return entry


def shown(text: str) -> str:
    """What LaTeX would print of it."""
    return str(Text.from_latex(text))


async def body(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("name", CITED)
async def test_include_leads_back_to_its_row_and_agrees_with_the_whole_citation(
    name: str, client: httpx.AsyncClient
) -> None:
    rows = (await body(client, f"/v1/{name}?include=citation&limit=2&sort=-id"))["data"]
    assert rows
    for row in rows:
        said = row["citation"]
        assert (await body(client, said["href"]))["data"]["id"] == row["id"]
        whole = (await body(client, f"{said['cite']}&accessed=2025-04-02"))["data"]
        assert whole["href"] == f"http://test{said['href']}"
        assert (whole["author"], whole["title"]) == (said["author"], said["title"])
        shared = said["text"].removesuffix(f" ({said['date']}).")
        assert shared.endswith(f"[DB/OL]//{publication.TITLE_ZH}：数据版本{said['release']}.")
        assert whole["gbt7714"] == (
            f"{shared} Gongkai, {said['date'][:4]}({said['date']})[2025-04-02]. {whole['href']}."
        )
        assert re.fullmatch("[0-9a-f]{64}", whole["document"]["sha256"])
        assert whole["document"]["file"] in whole["csl"][0]["note"]


async def test_line_says_document_statement_and_cell(client: httpx.AsyncClient) -> None:
    (row,) = (
        await body(client, "/v1/expenditures?level=item&limit=1&include=provenance&fields=id,code,name,total,row")
    )["data"]
    answer = await body(client, f"/v1/cite?resource=expenditures&id={row['id']}")
    jsonschema.Draft202012Validator(
        {"$ref": "#/components/schemas/CitationAnswer", "components": openapi_document()["components"]}
    ).validate(answer)
    data = answer["data"]
    provenance = row["provenance"]
    assert data["document"]["place"]["cells"] == provenance["cells"]
    assert data["document"]["sha256"] == provenance["sha256"]
    for part in (provenance["title"], row["name"], row["code"], f"第{row['row'] + 1}行"):
        assert part in data["title"]
    assert data["licence"]["identifier"] == "CC-BY-4.0"
    assert "accessed=" in answer["warnings"][0]


@pytest.mark.parametrize(
    "ways",
    [
        (
            "resource=disclosures&id={}",
            "disclosure={}",
            "path=/v1/disclosures/{}",
            "path=/disclosures/{}",
            "path=/disclosures/{}%3Flang=en",
            "path=http%3A%2F%2Ftest%2Fv1%2Fdisclosures%2F{}",
        ),
    ],
)
async def test_ways_to_name_a_document_give_one_citation(ways: tuple[str, ...], client: httpx.AsyncClient) -> None:
    (row,) = (await body(client, "/v1/disclosures?limit=1"))["data"]
    answers = [(await body(client, "/v1/cite?" + way.format(row["id"])))["data"] for way in ways]
    assert answers[0]["title"] == row["title"]
    assert all(answer == answers[0] for answer in answers)


async def test_query_is_cited_in_one_spelling_and_shows_the_same_rows(client: httpx.AsyncClient) -> None:
    query = "level=item&fiscal_year=2025,2024&name__contains=事务&sort=-total,id"
    rows = (await body(client, f"/v1/expenditures?{query}"))["data"]
    cited = (await body(client, f"/v1/cite?resource=expenditures&{query}"))["data"]
    other = "sort=-total,id&name__contains=%E4%BA%8B%E5%8A%A1&fiscal_year=2024,2025&level=item"
    path = quote(f"/v1/expenditures?{other}", safe="")
    assert (await body(client, f"/v1/cite?path={path}"))["data"] == cited
    assert (cited["kind"], cited["rows"], cited["release"]) == ("query", len(rows), 2)
    assert (await body(client, cited["href"]))["data"] == rows
    assert cited["author"] == cited["publisher"] == "Gongkai"


async def test_release_that_is_asked_for_is_the_one_that_is_cited(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/cite?resource=revenues&fiscal_year=2024&release=1")
    assert answer.headers["gongkai-release"] == "1"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.json()["data"]["href"].endswith("fiscal_year=2024&release=1")


@pytest.fixture
async def revised(empty_database: Settings) -> AsyncIterator[tuple[httpx.AsyncClient, Any]]:
    """A client, and a function that loads the second release, in which a final account is revised."""
    from app.load import load  # noqa: PLC0415 - as in tests/conftest.py

    first, second = dataset.releases()

    async def put(records: Any) -> None:
        async with database.connect_owner(empty_database) as connection:
            await load(connection, records, origin="ingest", note="")

    await put(first)
    application = create_application(empty_database)
    async with (
        LifespanManager(application) as manager,
        httpx.AsyncClient(transport=httpx.ASGITransport(app=manager.app), base_url="http://test") as session,
    ):

        async def revise() -> None:
            await put(second)

        yield session, revise


async def test_link_shows_the_same_figure_after_the_document_was_revised(
    revised: tuple[httpx.AsyncClient, Any],
) -> None:
    client, revise = revised
    rows = (await body(client, "/v1/expenditures?kind=final&fiscal_year=2023&level=total&include=citation"))["data"]
    before = rows[0]
    link = (await body(client, f"/v1/cite?resource=expenditures&id={before['id']}"))["data"]["href"]
    await revise()
    gone = await client.get(f"/v1/expenditures/{before['id']}", headers={"Cache-Control": "no-cache"})
    assert gone.status_code == 404
    assert "release=1" in gone.json()["detail"]
    for address in (link, before["citation"]["href"]):
        after = (await body(client, address))["data"]
        assert {name: after[name] for name in before if name in after} == {
            name: value for name, value in before.items() if name in after
        }
    # And a row that is gone, as a list of changes shows it, is cited in the release that still has it.
    changed = (await body(client, "/v1/expenditures?updated_since=1&include=citation&limit=1000"))["data"]
    removed = [row for row in changed if row["citation"]["release"] == 1]
    assert removed
    assert (await body(client, removed[0]["citation"]["href"]))["data"]["id"] == removed[0]["id"]


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        ("txt", "text/plain; charset=utf-8"),
        ("bib", "application/x-bibtex; charset=utf-8"),
        ("csl.json", "application/vnd.citationstyles.csl+json"),
    ],
)
async def test_style_by_suffix_or_accept_is_that_of_the_whole_answer(
    suffix: str, media_type: str, client: httpx.AsyncClient
) -> None:
    query = "resource=expenditures&code=201&accessed=2025-04-02"
    whole = (await body(client, f"/v1/cite?{query}"))["data"]
    by_suffix = await client.get(f"/v1/cite.{suffix}?{query}")
    by_accept = await client.get(f"/v1/cite?{query}", headers={"Accept": media_type.partition(";")[0]})
    assert by_suffix.headers["content-type"] == by_accept.headers["content-type"] == media_type
    assert by_suffix.content == by_accept.content
    if suffix == "csl.json":
        assert by_suffix.json() == whole["csl"]
        jsonschema.Draft7Validator(CSL_SCHEMA).validate(by_suffix.json())
    else:
        assert by_suffix.text == {"txt": whole["gbt7714"] + "\n", "bib": whole["bibtex"]}[suffix]
    again = await client.get(f"/v1/cite.{suffix}?{query}", headers={"If-None-Match": by_suffix.headers["etag"]})
    assert again.status_code == 304


def test_gbt7714_of_a_line_and_of_the_data_set() -> None:
    assert to_gbt7714(citation()) == (
        "某市虚构委员会. 2025年部门预算：支出总表，信息安全事务（2013704），第8行[DB/OL]//"
        "中国部门预算决算公开数据：数据版本7. Example Office, 2025(2025-03-01)[2025-04-02]. "
        "https://data.example.org/v1/expenditures/101?release=7."
    )
    own = citation(author="Example Office", title="中国部门预算决算公开数据：支出", container=None, accessed=None)
    assert to_gbt7714(own) == (
        "Example Office. 中国部门预算决算公开数据：支出：数据版本7[DB/OL]. 2025(2025-03-01). "
        "https://data.example.org/v1/expenditures/101?release=7."
    )


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])))
def test_every_title_is_one_field_of_bibtex_and_fits_csl(title: str) -> None:
    entry = read_bibtex(to_bibtex(citation(title=title)))
    assert (entry.type, entry.key) == ("misc", "gongkai-r7-expenditures-101")
    assert entry.fields["url"] == "https://data.example.org/v1/expenditures/101?release=7"
    assert (entry.fields["year"], entry.fields["urldate"]) == ("2025", "2025-04-02")
    assert not re.search(r"(?<!\\)[$&#_%]", entry.fields["title"])
    jsonschema.Draft7Validator(CSL_SCHEMA).validate(to_csl(citation(title=title)))


def test_bibtex_is_read_back_as_what_was_meant() -> None:
    entry = read_bibtex(to_bibtex(citation(title="收入_支出 100% & 其他#1", author="某委员会 and 某局")))
    assert shown(entry.fields["title"]) == "收入_支出 100% & 其他#1"
    (author,) = entry.persons["author"]  # not two for its `and`
    assert shown(str(author)) == "某委员会 and 某局"
    assert shown(entry.fields["note"]) == citation().note
    assert entry.fields["howpublished"] == publication.TITLE_ZH


def test_processor_of_citation_styles_writes_a_bibliography_from_csl() -> None:
    source = CiteProcJSON(to_csl(citation()))
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    bibliography.register(StyledCitation([CitationItem(citation().key)]))
    (line,) = (str(line) for line in bibliography.bibliography())
    for part in (citation().author, "2025", citation().title, citation().url):
        assert part in line


@pytest.mark.parametrize(
    ("query", "parameter", "suggestion"),
    [
        ("", "resource", None),
        ("resource=expenditure&id=1", "resource", "expenditures"),
        ("resource=expenditures&disclosure=x", "disclosure", None),
        ("resource=expenditures&resource=projects", "resource", None),
        ("resource=expenditures&accessed=yesterday", "accessed", None),
        ("resource=expenditures&accessed=20250301", "accessed", None),
        ("resource=expenditures&cod=201", "cod", "code"),
        ("resource=expenditures&cursor=x", "cursor", None),
        ("resource=expenditures&release=newest", "release", None),
        ("resource=expenditures&id=1&fields=nam", "fields", "name"),
        ("path=/docs", "path", None),
        ("path=/v1/expenditures/aggregate/x", "path", None),
        ("path=/v1/expenditure/1", "path", "expenditures"),
        ("path=http%3A%2F%2F%5B", "path", None),
    ],
)
async def test_wrong_request_is_refused_with_what_is_allowed(
    query: str, parameter: str, suggestion: str | None, client: httpx.AsyncClient
) -> None:
    answer = await client.get(f"/v1/cite?{query}")
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert (error["parameter"], error["suggestion"]) == (parameter, suggestion)


@pytest.mark.parametrize("query", ["disclosure=none", "path=/v1/expenditures/%2526", "resource=revenues&release=99"])
async def test_what_is_not_there_cannot_be_cited(query: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/v1/cite?{query}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_unknown_style_is_answered_with_those_that_there_are(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/cite.ris?disclosure=x")
    assert answer.status_code == 406
    assert ".bib (application/x-bibtex)" in answer.json()["detail"]


def test_no_filter_has_the_name_of_a_parameter_of_citations() -> None:
    own = {"path", "resource", "disclosure", "accessed"}
    assert all(own.isdisjoint(resource.by_name) for resource in RESOURCES.values())


async def test_page_of_a_table_is_cited_as_the_table(client: httpx.AsyncClient) -> None:
    (statement,) = (await client.get("/v1/statements?status=reported&limit=1")).json()["data"]
    cited = await body(client, f"/v1/cite?resource=statements&id={statement['id']}")
    page = f"http%3A%2F%2Ftest%2Fstatements%2F{statement['id']}%3Flang=en%23r4"
    assert (await body(client, f"/v1/cite?path={page}"))["data"] == cited["data"]
