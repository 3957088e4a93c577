"""What CKAN makes of a catalogue, by the parser of `ckanext-dcat` itself: prints its data sets as JSON.

Runs in the environment that `make ckan` installs, for CKAN's requirements are none of ours: harvest.py ADDRESS FORMAT,
the format as rdflib calls it. Pages are followed as its harvester does.
"""

import json
import sys
import urllib.request

from ckanext.dcat.processors import RDFParser


def main(address: str | None, syntax: str) -> None:
    """Read every page and print what became of it."""
    pages, found = 0, []
    while address is not None:
        parser = RDFParser(profiles=["euro_dcat_ap_3"])
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - our own service
            parser.parse(answer.read(), _format=syntax)
        found += parser.datasets()
        address = parser.next_page()
        pages += 1
    json.dump({"pages": pages, "datasets": found}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
