"""The vocabularies that the catalogue speaks: namespaces, and values out of the controlled lists of DCAT-AP."""

from __future__ import annotations

from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SKOS, XSD

ADMS = Namespace("http://www.w3.org/ns/adms#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")

_PREFIXES = {
    "adms": ADMS,
    "dcat": DCAT,
    "dcatap": DCATAP,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "hydra": HYDRA,
    "owl": OWL,
    "rdf": RDF,
    "rdfs": RDFS,
    "skos": SKOS,
    "spdx": SPDX,
    "vcard": VCARD,
    "xsd": XSD,
}

_AUTHORITY = "http://publications.europa.eu/resource/authority/"


def authority(scheme: str, value: str) -> URIRef:
    """A value out of one of the lists of the Publications Office of the EU, which DCAT-AP prescribes."""
    return URIRef(f"{_AUTHORITY}{scheme}/{value}")


THEME_TAXONOMY = URIRef(f"{_AUTHORITY}data-theme")
THEMES = (authority("data-theme", "GOVE"), authority("data-theme", "ECON"))
LANGUAGES = (authority("language", "ZHO"), authority("language", "ENG"))
CHINA = authority("country", "CHN")
# Documents appear once or twice a year in every place, and are loaded when they are found.
FREQUENCY = authority("frequency", "IRREG")
PUBLIC = authority("access-right", "PUBLIC")
COMPLETED = authority("distribution-status", "COMPLETED")
STABLE = authority("planned-availability", "STABLE")
# The files of a release are there until the operator prunes the release.
AVAILABLE = authority("planned-availability", "AVAILABLE")
SHA256 = URIRef("http://spdx.org/rdf/terms#checksumAlgorithm_sha256")
# Of DCAT 3, which the library's namespace is older than.
VERSION = URIRef("http://www.w3.org/ns/dcat#version")
OPENAPI = URIRef("https://spec.openapis.org/oas/v3.1.0")
DCAT_AP = URIRef("http://data.europa.eu/r5r/")


def media_type(name: str) -> URIRef:
    """A media type as IANA lists it: `text/csv`."""
    return URIRef(f"https://www.iana.org/assignments/media-types/{name}")


def new_graph() -> Graph:
    """An empty graph with our prefixes and no others."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in _PREFIXES.items():
        graph.bind(prefix, namespace)
    return graph
