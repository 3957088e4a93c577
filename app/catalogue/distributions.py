"""The ways to get a data set: lists of the API in every format, and the files of the release."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, RDFS, XSD

from app import publication
from app.bulk.manifest import BulkFile, BulkFormat, ReleaseFiles
from app.catalogue import vocabulary as v
from app.query.columns import Resource


@dataclass(frozen=True)
class _Format:
    """A format: what people call it, its media type, its entry in the list of file types of the EU, if it has one."""

    label: str
    media_type: str
    file_type: str | None
    compressed: str | None = None  # media type of what it is wrapped in


_API = {
    "json": _Format("JSON", "application/json", "JSON"),
    "csv": _Format("CSV", "text/csv", "CSV"),
    "ndjson": _Format("NDJSON", "application/x-ndjson", None),
    "xlsx": _Format("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
    "parquet": _Format("Parquet", "application/vnd.apache.parquet", "PARQUET"),
}
_BULK: dict[BulkFormat, _Format] = {
    "parquet": _API["parquet"],
    "csv.gz": _Format("CSV", "text/csv", "CSV", "application/gzip"),
    "sqlite": _Format("SQLite", "application/vnd.sqlite3", None),
    "json": _API["json"],
    "text": _Format("Markdown", "text/markdown", None),
}


def add_distributions(
    graph: Graph,
    base: str,
    dataset: URIRef,
    resource: Resource | None,
    files: ReleaseFiles | None,
    modified: dt.datetime,
) -> None:
    """Every way to get the data set; `resource` is None for the whole of it."""
    if resource is None:
        node = _distribution(graph, dataset, "api", _API["json"], modified, v.STABLE)
        _titled(graph, node, "接口", "API")
        graph.add((node, DCAT.accessURL, URIRef(f"{base}/v1")))
        graph.add((node, DCAT.accessService, URIRef(f"{base}/v1#service")))
    else:
        for suffix, known in _API.items():
            node = _distribution(graph, dataset, suffix, known, modified, v.STABLE)
            _titled(graph, node, f"{resource.zh}（{known.label}）", f"{resource.en} ({known.label})")
            graph.add((node, DCAT.accessService, URIRef(f"{base}/v1#service")))
            address = URIRef(f"{base}/v1/{resource.name}" + ("" if suffix == "json" else f".{suffix}"))
            graph.add((node, DCAT.accessURL, address))
            if suffix != "json":  # a page is not the whole
                graph.add((node, DCAT.downloadURL, address))
    for file in files.files if files is not None else ():
        belongs = file.resource is None if resource is None else file.resource == resource.name
        if belongs and file.format in _BULK and files is not None:
            _file(graph, base, dataset, file, files)


def _file(graph: Graph, base: str, dataset: URIRef, file: BulkFile, files: ReleaseFiles) -> None:
    known = _BULK[file.format]
    node = _distribution(graph, dataset, f"file-{file.name}", known, files.created_at, v.AVAILABLE)
    _titled(graph, node, f"{file.name}（数据版本 {files.release}）", f"{file.name} (release {files.release})")
    address = URIRef(f"{base}/v1/releases/{files.release}/files/{file.name}")
    checksum = URIRef(f"{node}-checksum")
    graph.add((node, DCAT.accessURL, address))
    graph.add((node, DCAT.downloadURL, address))
    graph.add((node, DCAT.byteSize, Literal(file.bytes, datatype=XSD.nonNegativeInteger)))
    graph.add((node, v.SPDX.checksum, checksum))
    graph.add((checksum, RDF.type, v.SPDX.Checksum))
    graph.add((checksum, v.SPDX.algorithm, v.SHA256))
    graph.add((v.SHA256, RDF.type, v.SPDX.ChecksumAlgorithm))
    graph.add((checksum, v.SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary, normalize=False)))


def _distribution(
    graph: Graph, dataset: URIRef, name: str, known: _Format, modified: dt.datetime, availability: URIRef
) -> URIRef:
    node = URIRef(f"{str(dataset).partition('#')[0]}#{name}")
    graph.add((dataset, DCAT.distribution, node))
    graph.add((node, RDF.type, DCAT.Distribution))
    graph.add((node, DCTERMS.license, URIRef(publication.DATA_LICENCE.eu_uri)))
    when = modified.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    graph.add((node, DCTERMS.modified, Literal(when, datatype=XSD.dateTime)))
    graph.add((node, v.ADMS.status, v.COMPLETED))
    graph.add((node, v.DCATAP.availability, availability))
    for language in v.LANGUAGES:
        graph.add((node, DCTERMS.language, language))
    graph.add((node, DCAT.mediaType, _typed(graph, v.media_type(known.media_type), DCTERMS.MediaType)))
    # What the list of file types does not have is called by its media type.
    form = v.media_type(known.media_type) if known.file_type is None else v.authority("file-type", known.file_type)
    graph.add((node, DCTERMS["format"], _typed(graph, form, DCTERMS.MediaTypeOrExtent)))
    graph.add((form, RDFS.label, Literal(known.label)))
    if known.compressed is not None:
        wrapped = _typed(graph, v.media_type(known.compressed), DCTERMS.MediaType)
        graph.add((node, DCAT.compressFormat, wrapped))
    return node


def _typed(graph: Graph, node: URIRef, kind: URIRef) -> URIRef:
    graph.add((node, RDF.type, kind))
    return node


def _titled(graph: Graph, node: URIRef, zh: str, en: str) -> None:
    for predicate in (DCTERMS.title, DCTERMS.description):
        graph.add((node, predicate, Literal(zh, lang="zh")))
        graph.add((node, predicate, Literal(en, lang="en")))
