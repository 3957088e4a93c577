"""The catalogue: one graph in three syntaxes, what DCAT-AP 3 asks for, every data set with working distributions."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pyshacl
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS

from app import publication
from app.bulk.manifest import BulkFile, BulkFormat, ReleaseFiles
from app.catalogue import vocabulary as v
from app.catalogue.graph import Source, build, dataset_names, dataset_uri, modified
from app.catalogue.page import Asked, choose
from app.catalogue.serialise import SYNTAXES, serialise
from app.query.extent import Extent, ReleaseExtent
from app.query.registry import RESOURCES
from app.values import Unit

# rdflib's parser of JSON-LD and pyshacl use names of rdflib that it is about to drop.
pytestmark = pytest.mark.filterwarnings(r"ignore:.*(ConjunctiveGraph|Dataset\.):DeprecationWarning")

SHAPES = Path(__file__).with_name("dcat_ap_3_shapes.ttl")
PARSERS = {"jsonld": "json-ld", "ttl": "turtle", "rdf": "xml"}
BASE = "https://data.example.org"
EARLY, LATE = dt.datetime(2025, 3, 1, 8, tzinfo=dt.UTC), dt.datetime(2025, 9, 1, 8, tzinfo=dt.UTC)


def bulk_file(name: str, kind: BulkFormat, resource: str | None) -> BulkFile:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return BulkFile(
        name=name, resource=resource, format=kind, media_type="application/octet-stream", bytes=1234, sha256=digest
    )


def source(*, contact: str | None = "mailto:data@example.org", regions: tuple[str, ...] = ("130205",)) -> Source:
    """A catalogue of a release 7 with files, in which `projects` changed last."""
    old = Extent((2020, 2025), regions, EARLY, EARLY)
    files = ReleaseFiles(
        release=7,
        created_at=LATE,
        content_digest="d",
        unit=Unit.WAN,
        schema=1,
        files=(
            bulk_file("projects.parquet", "parquet", "projects"),
            bulk_file("projects.csv.gz", "csv.gz", "projects"),
            bulk_file("gongkai.sqlite", "sqlite", None),
            bulk_file("datapackage.json", "json", None),
            bulk_file("SHA256SUMS", "sums", None),
        ),
    )
    resources = {name: dataclasses.replace(old, modified=LATE if name == "projects" else EARLY) for name in RESOURCES}
    resources["assets"] = Extent(None, (), EARLY, EARLY)
    names = {"130205": "河北省唐山市开平区", "130000": "河北省", "430000": "湖南省"}
    extent = ReleaseExtent(7, LATE, "d", EARLY, resources["disclosures"], resources, names)
    return Source(BASE, publication.Publisher("Example Office", contact), extent, files)


def graph_of(given: Source, asked: Asked | None = None) -> Graph:
    page = choose(asked or Asked(), "/catalog.ttl", dataset_names(), lambda name: modified(given, name))
    return build(given, page)


def violations(graph: Graph) -> str:
    """What the shapes find wrong; empty when nothing is."""
    conforms, _, text = pyshacl.validate(graph, shacl_graph=str(SHAPES), shacl_graph_format="turtle")
    return "" if conforms else str(text)


async def fetched(client: httpx.AsyncClient, path: str, **headers: str) -> Graph:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    kind = answer.headers["content-type"].partition(";")[0]
    suffix = next(suffix for suffix, media_type in SYNTAXES.items() if media_type == kind)
    return Graph().parse(data=answer.content, format=PARSERS[suffix])


async def test_three_syntaxes_are_one_graph(client: httpx.AsyncClient) -> None:
    graphs = [await fetched(client, "/catalog", Accept=media_type) for media_type in SYNTAXES.values()]
    assert len(graphs[0]) > 1000
    assert isomorphic(graphs[0], graphs[1])
    assert isomorphic(graphs[0], graphs[2])


@pytest.mark.parametrize(("suffix", "media_type"), SYNTAXES.items())
async def test_suffix_names_the_syntax_and_links_to_the_others(
    suffix: str, media_type: str, client: httpx.AsyncClient
) -> None:
    answer = await client.get(f"/catalog.{suffix}")
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.headers["access-control-allow-origin"] == "*"
    assert all(f'rel="alternate"; type="{other}"' in answer.headers["link"] for other in SYNTAXES.values())
    again = await client.get(f"/catalog.{suffix}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await client.head(f"/catalog.{suffix}")
    assert (head.status_code, head.content) == (200, b"")
    assert (await client.get("/catalog", headers={"Accept": media_type})).headers["content-type"] == answer.headers[
        "content-type"
    ]


async def test_every_resource_is_a_data_set_whose_addresses_answer(client: httpx.AsyncClient) -> None:
    graph = await fetched(client, "/catalog.ttl")
    assert set(graph.subjects(RDF.type, DCAT.Dataset)) == {dataset_uri("http://test", name) for name in dataset_names()}
    addresses = {str(address) for address in graph.objects(None, DCAT.accessURL)}
    assert len(addresses) == 5 * len(RESOURCES) + 1
    for address in sorted(addresses):
        answer = await client.head(address.removeprefix("http://test"))
        assert answer.status_code == 200, address
    for place in graph.subjects(RDF.type, DCTERMS.Location):
        if str(place).startswith("http://test"):
            code = str(graph.value(place, SKOS.notation))
            record = (await client.get(str(place).removeprefix("http://test"))).json()["data"]
            assert (record["code"], record["full_name"]) == (code, str(graph.value(place, SKOS.prefLabel)))


async def test_catalogue_of_the_service_fits_the_shapes(client: httpx.AsyncClient) -> None:
    assert violations(await fetched(client, "/catalog.ttl")) == ""


@pytest.mark.parametrize("contact", [None, "mailto:data@example.org", "https://example.org/contact"])
def test_catalogue_with_files_fits_the_shapes(contact: str | None) -> None:
    assert violations(graph_of(source(contact=contact))) == ""


@pytest.mark.parametrize(
    ("subject", "predicate", "value", "said"),
    [
        ("/catalog", DCTERMS.publisher, None, "MinCount"),
        ("/datasets/projects#dataset", DCTERMS.title, None, "MinCount"),
        ("/datasets/projects#dataset", DCTERMS.accrualPeriodicity, Literal("yearly"), "Class"),
        ("/datasets/projects#dataset", DCTERMS.modified, Literal("in spring"), "Node"),
        ("/datasets/projects#json", DCAT.accessURL, None, "MinCount"),
        ("/datasets/projects#csv", DCTERMS.license, URIRef("https://example.org/mine"), "Pattern"),
        ("/datasets/projects#file-projects.parquet", DCAT.byteSize, Literal("1 MB"), "Datatype"),
        ("/datasets/projects#file-projects.parquet-checksum", v.SPDX.algorithm, None, "MinCount"),
        ("/catalog#years-2020-2025", DCAT.endDate, Literal("1999-12-31", datatype=v.XSD.date), "LessThanOrEquals"),
        ("/catalog#contact", v.VCARD.hasEmail, None, "Or"),
        ("/v1#service", DCAT.endpointURL, Literal("here"), "NodeKind"),
        ("/#publisher", FOAF.name, None, "MinCount"),
        ("/catalog#record-projects", FOAF.primaryTopic, None, "MinCount"),
    ],
)
def test_broken_catalogue_is_found_by_the_shapes(subject: str, predicate: URIRef, value: Any, said: str) -> None:
    graph, node = graph_of(source(), Asked(since=LATE)), URIRef(BASE + subject)
    assert (node, predicate, None) in graph
    graph.remove((node, predicate, None))
    if value is not None:
        graph.add((node, predicate, value))
    assert f"{said}ConstraintComponent" in violations(graph)


def test_files_have_size_digest_and_what_they_are_wrapped_in() -> None:
    graph = graph_of(source())
    node = URIRef(f"{BASE}/datasets/projects#file-projects.csv.gz")
    assert (dataset_uri(BASE, "projects"), DCAT.distribution, node) in graph
    assert graph.value(node, DCAT.downloadURL) == URIRef(f"{BASE}/v1/releases/7/files/projects.csv.gz")
    assert graph.value(node, DCAT.byteSize) == Literal(1234, datatype=v.XSD.nonNegativeInteger)
    assert graph.value(node, DCAT.mediaType) == v.media_type("text/csv")
    assert graph.value(node, DCAT.compressFormat) == v.media_type("application/gzip")
    checksum = graph.value(node, v.SPDX.checksum)
    assert str(graph.value(checksum, v.SPDX.checksumValue)) == hashlib.sha256(b"projects.csv.gz").hexdigest()
    whole = {str(node).partition("#")[2] for node in graph.objects(dataset_uri(BASE, "whole"), DCAT.distribution)}
    assert whole == {"api", "file-gongkai.sqlite", "file-datapackage.json"}


def test_whole_has_the_parts_and_each_part_its_dates_years_and_places() -> None:
    graph = graph_of(source())
    whole, part = dataset_uri(BASE, "whole"), dataset_uri(BASE, "projects")
    assert len(set(graph.objects(whole, DCTERMS.hasPart))) == len(RESOURCES)
    assert (part, DCTERMS.isPartOf, whole) in graph
    assert str(graph.value(part, DCTERMS.modified)) == "2025-09-01T08:00:00+00:00"
    assert str(graph.value(dataset_uri(BASE, "revenues"), DCTERMS.modified)) == "2025-03-01T08:00:00+00:00"
    assert str(graph.value(part, v.VERSION)) == "7"
    period = graph.value(part, DCTERMS.temporal)
    assert [str(graph.value(period, date)) for date in (DCAT.startDate, DCAT.endDate)] == ["2020-01-01", "2025-12-31"]
    assert graph.value(dataset_uri(BASE, "assets"), DCTERMS.temporal) is None
    titles = {title.language for title in graph.objects(part, DCTERMS.title) if isinstance(title, Literal)}
    assert titles == {"zh", "en"}


def test_many_divisions_are_named_by_their_provinces() -> None:
    many = (*(f"13{number:04}" for number in range(1, 120)), "430204")
    places = set(graph_of(source(regions=many)).objects(dataset_uri(BASE, "projects"), DCTERMS.spatial))
    assert places == {URIRef(f"{BASE}/v1/regions/{code}") for code in ("130000", "430000")} | {v.CHINA}


def test_text_is_the_same_in_every_process() -> None:
    program = (
        "import sys; sys.path[:0] = ['tests/catalogue', '.']; from test_catalogue import *; "
        "print(*(hashlib.sha256(serialise(graph_of(source()), syntax)).hexdigest() for syntax in SYNTAXES))"
    )
    here = " ".join(hashlib.sha256(serialise(graph_of(source()), syntax)).hexdigest() for syntax in SYNTAXES)
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert done.stdout.strip() == here, seed


async def test_pages_are_followed_to_every_data_set(client: httpx.AsyncClient) -> None:
    found: list[URIRef] = []
    path: str | None = "/catalog.jsonld?limit=5"
    pages = 0
    while path is not None:
        graph = await fetched(client, path)
        here = [node for node in graph.subjects(RDF.type, DCAT.Dataset) if isinstance(node, URIRef)]
        assert len(here) <= 5
        (collection,) = graph.subjects(RDF.type, v.HYDRA.Collection)
        assert int(str(graph.value(collection, v.HYDRA.totalItems))) == len(dataset_names())
        view = graph.value(collection, v.HYDRA.view)
        following = graph.value(view, v.HYDRA.next)
        found += here
        pages += 1
        path = None if following is None else str(following).removeprefix("http://test")
    assert pages == -(-len(dataset_names()) // 5)
    assert sorted(found) == sorted(dataset_uri("http://test", name) for name in dataset_names())


async def test_modified_since_leaves_what_changed(client: httpx.AsyncClient) -> None:
    releases = (await client.get("/v1/releases?sort=number")).json()["data"]
    first, second = (release["created_at"] for release in releases)
    every = set((await fetched(client, f"/catalog.ttl?modified_since={first[:10]}")).subjects(RDF.type, DCAT.Dataset))
    assert len(every) == len(dataset_names())
    moment = dt.datetime.fromisoformat(second).replace(microsecond=0) + dt.timedelta(seconds=1)
    later = moment.isoformat().replace("+00:00", "Z")
    graph = await fetched(client, f"/catalog.ttl?modified_since={later}")
    assert not set(graph.subjects(RDF.type, DCAT.Dataset))


def test_modified_since_takes_the_data_set_that_changed_and_the_whole() -> None:
    graph = graph_of(source(), Asked(since=LATE, since_text="2025-09-01"))
    assert set(graph.subjects(RDF.type, DCAT.Dataset)) == {dataset_uri(BASE, "whole"), dataset_uri(BASE, "projects")}


@pytest.mark.parametrize(
    ("query", "parameter", "suggestion"),
    [
        ("modified_since=spring", "modified_since", None),
        ("modified_since=2025-02-30", "modified_since", None),
        ("limit=0", "limit", None),
        ("limit=1001", "limit", None),
        ("page=x", "page", None),
        ("page=99", "page", None),
        ("page=1&page=2", "page", None),
        ("modified_sinc=2025-01-01", "modified_sinc", "modified_since"),
    ],
)
async def test_wrong_parameter_is_refused_with_what_is_allowed(
    query: str, parameter: str, suggestion: str | None, client: httpx.AsyncClient
) -> None:
    answer = await client.get(f"/catalog.ttl?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert (error["parameter"], error["suggestion"]) == (parameter, suggestion)


async def test_unknown_syntax_is_answered_with_those_that_there_are(client: httpx.AsyncClient) -> None:
    for answer in (
        await client.get("/catalog.nt"),
        await client.get("/catalog", headers={"Accept": "application/n-triples"}),
    ):
        assert answer.status_code == 406
        assert ".jsonld (application/ld+json), .ttl (text/turtle)" in answer.json()["detail"]
