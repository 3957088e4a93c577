"""The graph as JSON-LD, Turtle and RDF/XML: the same bytes whichever process writes it."""

from __future__ import annotations

import json

from rdflib import Graph

# Suffix → media type.
SYNTAXES = {
    "jsonld": "application/ld+json",
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
}
_WRITERS = {"ttl": "longturtle", "rdf": "pretty-xml"}


def serialise(graph: Graph, syntax: str) -> bytes:
    """The graph in one of `SYNTAXES`, in UTF-8. It has no blank nodes, so sorting what is sorted makes it one text."""
    if syntax != "jsonld":
        return graph.serialize(format=_WRITERS[syntax], encoding="utf-8")
    context = {prefix: str(uri) for prefix, uri in graph.namespaces() if prefix != "xml"}
    written = json.loads(graph.serialize(format="json-ld", context=context, auto_compact=True))
    return json.dumps(_sorted(written), ensure_ascii=False, separators=(",", ":")).encode()


def _sorted(value: object) -> object:
    """Keys and values in order: in JSON-LD neither says anything."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        parts = [_sorted(part) for part in value]
        return sorted(parts, key=lambda part: json.dumps(part, ensure_ascii=False))
    return value
