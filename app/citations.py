"""A citation in the styles that people need it in: GB/T 7714—2015, BibTeX, CSL-JSON. Pure: facts in, text out."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from app.query.columns import Json

# BibTeX counts braces whether a backslash stands before them or not: those of the text are written by name.
_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "^": r"\textasciicircum{}",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "%": r"\%",
}


@dataclass(frozen=True, kw_only=True)
class Citation:
    """What is cited. `key` is of ASCII letters, digits and hyphens; `url` is absolute and pinned to the release."""

    key: str
    author: str
    title: str
    container: str | None  # the data set that it is a part of; None: it is the data set
    publisher: str
    release: int
    date: dt.date  # of the release
    url: str
    accessed: dt.date | None
    note: str | None = None  # of the document: file and digest


def to_gbt7714(citation: Citation) -> str:
    """GB/T 7714—2015, an electronic resource: without `accessed` the date of access (引用日期) is left out."""
    version = f"：数据版本{citation.release}"
    if citation.container is None:
        title = f"{citation.title}{version}[DB/OL]"
    else:
        title = f"{citation.title}[DB/OL]//{citation.container}{version}"
    accessed = f"[{citation.accessed.isoformat()}]" if citation.accessed is not None else ""
    publisher = "" if citation.author == citation.publisher else f"{_one_line(citation.publisher)}, "
    dates = f"{publisher}{citation.date.year}({citation.date.isoformat()}){accessed}"
    return f"{_one_line(citation.author)}. {_one_line(title)}. {dates}. {citation.url}."


def to_bibtex(citation: Citation) -> str:
    """A BibTeX entry, for BibTeX and biblatex alike; texts are Chinese in UTF-8, in double braces as they are."""
    fields = {
        "author": f"{{{_tex(citation.author)}}}",
        "title": f"{{{_tex(citation.title)}}}",
        "howpublished": None if citation.container is None else _tex(citation.container),
        "publisher": _tex(citation.publisher),
        "version": str(citation.release),
        "year": str(citation.date.year),
        "date": citation.date.isoformat(),
        "url": citation.url,
        "urldate": None if citation.accessed is None else citation.accessed.isoformat(),
        "note": None if citation.note is None else _tex(citation.note),
        "language": "chinese",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value is not None]
    return f"@misc{{{citation.key},\n" + ",\n".join(lines) + "\n}\n"


def to_csl(citation: Citation) -> list[Json]:
    """CSL-JSON: a list with one item."""
    item: dict[str, Json] = {
        "id": citation.key,
        "type": "dataset",
        "title": citation.title,
        "author": [{"literal": citation.author}],
        "publisher": citation.publisher,
        "version": str(citation.release),
        "issued": _parts(citation.date),
        "URL": citation.url,
        "language": "zh-CN",
    }
    if citation.container is not None:
        item["container-title"] = citation.container
    if citation.accessed is not None:
        item["accessed"] = _parts(citation.accessed)
    if citation.note is not None:
        item["note"] = citation.note
    return [item]


def _parts(date: dt.date) -> Json:
    return {"date-parts": [[date.year, date.month, date.day]]}


def _tex(text: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in _one_line(text))


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
