"""The catalogue as a graph of DCAT-AP 3: the catalogue, the service, and one data set per resource and for the whole.

Pure: from the registry, what the release covers and which files it has. Every node has an address, none is blank, so
that the same facts are the same text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from app import publication
from app.bulk.manifest import ReleaseFiles
from app.catalogue import vocabulary as v
from app.catalogue.distributions import add_distributions
from app.catalogue.page import Page
from app.query.columns import Resource
from app.query.extent import Extent, ReleaseExtent
from app.query.registry import RESOURCES

# The data set that has all the others.
WHOLE = "whole"
# More divisions than this are named by their provinces.
_DIVISIONS_NAMED = 100
_PROVENANCE_ZH = "由各部门公开的预算、决算文件逐表读取，数字可追溯到原件的单元格。"
_PROVENANCE_EN = (
    "Read table by table from the budgets and final accounts that departments publish; every figure leads back to its "
    "cell."
)


@dataclass(frozen=True)
class Source:
    """What a catalogue is made of. `base` is the address of the service, without a slash at its end."""

    base: str
    publisher: publication.Publisher
    extent: ReleaseExtent
    files: ReleaseFiles | None


def dataset_uri(base: str, name: str) -> URIRef:
    """What a data set is called by; its page is at the same address without the fragment."""
    return URIRef(f"{base}/#dataset" if name == WHOLE else f"{base}/datasets/{name}#dataset")


def modified(source: Source, name: str) -> dt.datetime:
    """When a data set last changed."""
    return source.extent.created_at if name == WHOLE else source.extent.resources[name].modified


def dataset_names() -> tuple[str, ...]:
    """Every data set, the whole first."""
    return (WHOLE, *RESOURCES)


def build(source: Source, page: Page) -> Graph:
    """The catalogue with the data sets of this page."""
    graph = v.new_graph()
    base = source.base
    catalogue, service = URIRef(f"{base}/catalog"), URIRef(f"{base}/v1#service")
    _agent(graph, source)
    _vocabularies(graph)
    extent = source.extent
    _say(graph, catalogue, DCTERMS.title, publication.TITLE_ZH, publication.TITLE_EN)
    _say(graph, catalogue, DCTERMS.description, publication.SUMMARY_ZH, publication.SUMMARY_EN)
    _add(
        graph,
        catalogue,
        (RDF.type, DCAT.Catalog),
        (DCTERMS.identifier, Literal(str(catalogue))),
        (DCTERMS.publisher, _publisher(base)),
        (DCTERMS.license, _licence()),
        (DCTERMS.rights, URIRef(f"{base}/catalog#rights")),
        (DCTERMS.issued, _time(extent.first_at)),
        (DCTERMS.modified, _time(extent.created_at)),
        (DCTERMS.conformsTo, v.DCAT_AP),
        (FOAF.homepage, URIRef(f"{base}/")),
        (DCAT.themeTaxonomy, v.THEME_TAXONOMY),
        (DCTERMS.spatial, v.CHINA),
        (DCAT.service, service),
        *((DCTERMS.language, language) for language in v.LANGUAGES),
    )
    _service(graph, source, service)
    for name in page.names:
        _dataset(graph, source, name)
        uri = dataset_uri(base, name)
        record = URIRef(f"{base}/catalog#record-{name}")
        graph.add((catalogue, DCAT.dataset, uri))
        graph.add((catalogue, DCAT.record, record))
        graph.add((service, DCAT.servesDataset, uri))
        _add(
            graph,
            record,
            (RDF.type, DCAT.CatalogRecord),
            (FOAF.primaryTopic, uri),
            (DCTERMS.modified, _time(modified(source, name))),
            (DCTERMS.conformsTo, v.DCAT_AP),
        )
    _paging(graph, base, page, catalogue)
    return graph


def _dataset(graph: Graph, source: Source, name: str) -> None:
    base, uri = source.base, dataset_uri(source.base, name)
    resource = RESOURCES.get(name)
    extent = source.extent.whole if resource is None else source.extent.resources[name]
    if resource is None:
        _say(graph, uri, DCTERMS.title, publication.TITLE_ZH, publication.TITLE_EN)
        _say(graph, uri, DCTERMS.description, publication.SUMMARY_ZH, publication.SUMMARY_EN)
    else:
        zh, en = f"{publication.TITLE_ZH}：{resource.zh}", f"{publication.TITLE_EN}: {resource.en}"
        _say(graph, uri, DCTERMS.title, zh, en)
        _say(graph, uri, DCTERMS.description, resource.description_zh, resource.description)
    part_of = (
        [(DCTERMS.hasPart, dataset_uri(base, part)) for part in RESOURCES]
        if resource is None
        else [(DCTERMS.isPartOf, dataset_uri(base, WHOLE))]
    )
    dictionary = URIRef(f"{base}/v1/dictionary" + ("" if resource is None else f"/{name}"))
    graph.add((dictionary, RDF.type, DCTERMS.Standard))
    _say(graph, dictionary, DCTERMS.title, "数据字典", "Data dictionary")
    _add(
        graph,
        uri,
        (RDF.type, DCAT.Dataset),
        (DCTERMS.identifier, Literal(str(uri))),
        (DCTERMS.publisher, _publisher(base)),
        (DCTERMS.creator, _publisher(base)),
        (DCAT.contactPoint, URIRef(f"{base}/catalog#contact")),
        (DCAT.landingPage, URIRef(f"{base}/" if resource is None else f"{base}/datasets/{name}")),
        (FOAF.page, URIRef(f"{base}/docs")),
        (DCTERMS.accessRights, v.PUBLIC),
        (DCTERMS.license, _licence()),
        (DCTERMS.issued, _time(extent.issued)),
        (DCTERMS.modified, _time(modified(source, name))),
        (DCTERMS.accrualPeriodicity, v.FREQUENCY),
        (DCTERMS.conformsTo, dictionary),
        (DCTERMS.provenance, URIRef(f"{base}/catalog#provenance")),
        (v.VERSION, Literal(str(source.extent.number))),
        (DCTERMS.spatial, v.CHINA),
        *((DCTERMS.language, language) for language in v.LANGUAGES),
        *((DCAT.theme, theme) for theme in v.THEMES),
        *part_of,
    )
    _keywords(graph, uri, resource)
    _coverage(graph, source, name, extent)
    add_distributions(graph, base, uri, resource, source.files, modified(source, name))


def _keywords(graph: Graph, uri: URIRef, resource: Resource | None) -> None:
    zh, en = list(publication.KEYWORDS_ZH), list(publication.KEYWORDS_EN)
    if resource is not None:
        zh.append(resource.zh.strip("“”"))
        en.append(resource.en)
    for word in zh:
        graph.add((uri, DCAT.keyword, Literal(word, lang="zh")))
    for word in en:
        graph.add((uri, DCAT.keyword, Literal(word, lang="en")))


def _coverage(graph: Graph, source: Source, name: str, extent: Extent) -> None:
    base, uri = source.base, dataset_uri(source.base, name)
    codes: Iterable[str] = extent.regions
    if len(extent.regions) > _DIVISIONS_NAMED:
        codes = sorted({f"{code[:2]}0000" for code in extent.regions})
    for code in codes:
        place = URIRef(f"{base}/v1/regions/{code}")
        graph.add((uri, DCTERMS.spatial, place))
        _add(
            graph,
            place,
            (RDF.type, DCTERMS.Location),
            (DCTERMS.identifier, Literal(code)),
            (SKOS.notation, Literal(code)),
            (SKOS.prefLabel, Literal(source.extent.names.get(code, code), lang="zh")),
        )
    if extent.years is not None:
        first, last = extent.years
        period = URIRef(f"{base}/catalog#years-{first}-{last}")
        graph.add((uri, DCTERMS.temporal, period))
        _add(
            graph,
            period,
            (RDF.type, DCTERMS.PeriodOfTime),
            (DCAT.startDate, Literal(f"{first}-01-01", datatype=XSD.date)),
            (DCAT.endDate, Literal(f"{last}-12-31", datatype=XSD.date)),
        )


def _service(graph: Graph, source: Source, service: URIRef) -> None:
    base = source.base
    _say(graph, service, DCTERMS.title, f"{publication.TITLE_ZH}：接口", f"{publication.TITLE_EN}: API")
    _say(graph, service, DCTERMS.description, "按条件查询的只读接口。", "A read-only API with filters, sums and files.")
    _add(
        graph,
        service,
        (RDF.type, DCAT.DataService),
        (DCTERMS.identifier, Literal(str(service))),
        (DCAT.endpointURL, URIRef(f"{base}/v1")),
        (DCAT.endpointDescription, URIRef(f"{base}/openapi.json")),
        (DCTERMS.conformsTo, v.OPENAPI),
        (FOAF.page, URIRef(f"{base}/docs")),
        (DCAT.landingPage, URIRef(f"{base}/docs")),
        (DCTERMS.publisher, _publisher(base)),
        (DCAT.contactPoint, URIRef(f"{base}/catalog#contact")),
        (DCTERMS.accessRights, v.PUBLIC),
        (DCTERMS.license, _licence()),
        *((DCAT.theme, theme) for theme in v.THEMES),
        *((DCTERMS["format"], v.authority("file-type", name)) for name in ("JSON", "CSV", "XLSX", "PARQUET")),
    )
    _keywords(graph, service, None)


def _agent(graph: Graph, source: Source) -> None:
    """The publisher, and where to reach it: what the settings name, else the service itself."""
    base, publisher = source.base, source.publisher
    agent, contact = _publisher(base), URIRef(f"{base}/catalog#contact")
    _add(
        graph,
        agent,
        (RDF.type, FOAF.Agent),
        (FOAF.name, Literal(publisher.name)),
        (FOAF.homepage, URIRef(f"{base}/")),
    )
    reached = publisher.contact or f"{base}/"
    mail = reached.startswith("mailto:")
    if mail:
        graph.add((agent, FOAF.mbox, URIRef(reached)))
    _add(
        graph,
        contact,
        (RDF.type, v.VCARD.Kind),
        (v.VCARD.fn, Literal(publisher.name)),
        (v.VCARD.hasEmail if mail else v.VCARD.hasURL, URIRef(reached)),
    )
    provenance, rights = URIRef(f"{base}/catalog#provenance"), URIRef(f"{base}/catalog#rights")
    graph.add((provenance, RDF.type, DCTERMS.ProvenanceStatement))
    _say(graph, provenance, RDFS.label, _PROVENANCE_ZH, _PROVENANCE_EN)
    graph.add((rights, RDF.type, DCTERMS.RightsStatement))
    _say(graph, rights, RDFS.label, publication.ATTRIBUTION_ZH, publication.ATTRIBUTION_EN)


def _vocabularies(graph: Graph) -> None:
    """What values of the controlled lists are, for readers who do not look them up."""
    licence = publication.DATA_LICENCE
    # CKAN knows licences of its own register by this title, without their version.
    _say(graph, _licence(), DCTERMS.title, licence.name_zh, licence.name_en.removesuffix(" 4.0 International"))
    _say(graph, _licence(), SKOS.prefLabel, licence.name_zh, licence.name_en)
    _add(
        graph,
        _licence(),
        (RDF.type, DCTERMS.LicenseDocument),
        (DCTERMS.identifier, Literal(licence.identifier)),
        (OWL.sameAs, URIRef(licence.url)),
    )
    typed: tuple[tuple[Node, Node], ...] = (
        (v.CHINA, DCTERMS.Location),
        (v.FREQUENCY, DCTERMS.Frequency),
        (v.PUBLIC, DCTERMS.RightsStatement),
        (v.OPENAPI, DCTERMS.Standard),
        (v.DCAT_AP, DCTERMS.Standard),
        (v.THEME_TAXONOMY, SKOS.ConceptScheme),
        *((language, DCTERMS.LinguisticSystem) for language in v.LANGUAGES),
        *((concept, SKOS.Concept) for concept in v.THEMES),
    )
    for node, kind in typed:
        graph.add((node, RDF.type, kind))
    _say(graph, v.THEME_TAXONOMY, DCTERMS.title, "数据主题", "Data themes")
    _say(graph, v.THEMES[0], SKOS.prefLabel, "政府与公共部门", "Government and public sector")
    _say(graph, v.THEMES[1], SKOS.prefLabel, "经济与金融", "Economy and finance")
    _say(graph, v.CHINA, SKOS.prefLabel, "中国", "China")


def _paging(graph: Graph, base: str, page: Page, catalogue: URIRef) -> None:
    view = URIRef(page.address(base, page.number))
    links = {
        v.HYDRA.first: 1,
        v.HYDRA.last: page.last,
        v.HYDRA.previous: page.number - 1 if page.number > 1 else None,
        v.HYDRA.next: page.number + 1 if page.number < page.last else None,
    }
    graph.add((view, RDF.type, v.HYDRA.PartialCollectionView))
    graph.add((catalogue, RDF.type, v.HYDRA.Collection))
    graph.add((catalogue, v.HYDRA.view, view))
    graph.add((catalogue, v.HYDRA.totalItems, Literal(page.total, datatype=XSD.integer)))
    for relation, number in links.items():
        if number is not None:
            graph.add((view, relation, URIRef(page.address(base, number))))


def _publisher(base: str) -> URIRef:
    return URIRef(f"{base}/#publisher")


def _licence() -> URIRef:
    return URIRef(publication.DATA_LICENCE.eu_uri)


def _time(moment: dt.datetime) -> Literal:
    return Literal(moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), datatype=XSD.dateTime)


def _say(graph: Graph, subject: Node, predicate: Node, zh: str, en: str) -> None:
    graph.add((subject, predicate, Literal(zh, lang="zh")))
    graph.add((subject, predicate, Literal(en, lang="en")))


def _add(graph: Graph, subject: Node, *pairs: tuple[Node, Node]) -> None:
    for predicate, value in pairs:
        graph.add((subject, predicate, value))
