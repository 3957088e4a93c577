"""The graph as JSON-LD, Turtle and RDF/XML: the same bytes whichever process writes it."""

from __future__ import annotations

import json

from lxml import etree
from rdflib import RDF, Graph, Literal
from rdflib.namespace import split_uri

_ABOUT = f"{{{RDF}}}about"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# Suffix → media type.
SYNTAXES = {
    "jsonld": "application/ld+json",
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
}


def serialise(graph: Graph, syntax: str) -> bytes:
    """The graph in one of `SYNTAXES`, in UTF-8. It has no blank nodes, so sorting what is sorted makes it one text."""
    if syntax == "rdf":
        return _to_xml(graph)
    if syntax == "ttl":
        return graph.serialize(format="longturtle", encoding="utf-8")
    context = {prefix: str(uri) for prefix, uri in graph.namespaces() if prefix != "xml"}
    written = json.loads(graph.serialize(format="json-ld", context=context, auto_compact=True))
    return json.dumps(_sorted(written), ensure_ascii=False, separators=(",", ":")).encode()


def _to_xml(graph: Graph) -> bytes:
    """RDF/XML, one description per node. The library's own writers leave the order to chance."""
    prefixes = {prefix: str(uri) for prefix, uri in graph.namespaces() if prefix != "xml"}
    root = etree.Element(f"{{{RDF}}}RDF", nsmap=prefixes)
    described = None
    for subject, predicate, value in sorted(graph):
        if described is None or described.get(_ABOUT) != str(subject):
            described = etree.SubElement(root, f"{{{RDF}}}Description", {_ABOUT: str(subject)})
        namespace, name = split_uri(str(predicate))
        element = etree.SubElement(described, f"{{{namespace}}}{name}")
        if isinstance(value, Literal):
            element.text = str(value)
            if value.language is not None:
                element.set(_LANGUAGE, value.language)
            elif value.datatype is not None:
                element.set(f"{{{RDF}}}datatype", str(value.datatype))
        else:
            element.set(f"{{{RDF}}}resource", str(value))
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def _sorted(value: object) -> object:
    """Keys and values in order: in JSON-LD neither says anything."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        parts = [_sorted(part) for part in value]
        return sorted(parts, key=lambda part: json.dumps(part, ensure_ascii=False))
    return value
