"""Web pages (HTML) → blocks: paragraphs and printed grids in the order of the page.

Tables that only lay out the page are looked through; those that print figures become grids, with their rowspans and
colspans. What a browser does not show (scripts, hidden elements, forms) is not read, and nothing is fetched.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass, field

from lxml import etree, html

from app.errors import DocumentError
from app.parse.grid import Block, Document, Text
from app.parse.spans import SpannedCell, place_cells, to_grid

_META = re.compile(rb"(?i)<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)|<\?xml[^>]+encoding\s*=\s*[\"']([\w-]+)")
_META_WITHIN = 4096
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# GB18030 holds what its forerunners hold; pages that declare those contain more all the time.
_CHINESE = frozenset({"gb2312", "gbk", "gb_2312-80", "gb18030", "x-gbk", "cp936", "hz-gb-2312"})
# Part of the signs that may be damaged before the encoding must be another.
_RARELY = 1_000
_UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "head", "title", "nav", "select", "option", "button", "textarea",
     "iframe", "object", "svg", "math", "audio", "video", "datalist"}
)  # fmt: skip
_BLOCKS = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "section", "article", "main",
     "header", "footer", "aside", "center", "blockquote", "pre", "hr", "form", "fieldset", "address", "figure",
     "figcaption", "caption", "body", "html", "tr", "td", "th", "tbody"}
)  # fmt: skip
_HIDDEN = re.compile(r"(?i)(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)")
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_LARGEST_SPAN = 65_534
_WIDEST_SPAN = 1_000
# Stands for a line break until white space has been folded; no page holds it.
_BREAK = "\v"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


def read_html(data: bytes, source_file: str) -> Document:
    """The page's blocks in order. DocumentError where it cannot be decoded or holds nothing."""
    text = _CONTROL.sub("", decode_html(data, source_file))
    # An XML declaration with an encoding is refused in a text that is decoded already.
    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)
    try:
        root = html.document_fromstring(text, parser=html.HTMLParser(no_network=True, huge_tree=False, remove_pis=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError(f"{source_file}: no web page can be read of it ({str(error)[:200]})") from error
    reading = _Reading(source_file)
    _read(root, reading)
    reading.end_paragraph()
    return Document(
        blocks=tuple(reading.blocks),
        source_file=source_file,
        sha256=hashlib.sha256(data).hexdigest(),
        format="html",
    )


def decode_html(data: bytes, source_file: str) -> str:
    """The page's text: by its byte order mark, else UTF-8 where it is that, else as it declares, else GB18030.

    Pages that declare one encoding and are written in another occur, UTF-8 above all, whose bytes prove themselves.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    declared = _META.search(data[:_META_WITHIN])
    name = (declared[1] or declared[2]).decode("ascii").lower() if declared else ""
    encodings = ["utf-8", "gb18030" if name in _CHINESE or not name else name, "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    text = data.decode("gb18030", "replace")
    if text.count("\ufffd") * _RARELY > len(text):
        raise DocumentError(
            f"{source_file}: is neither UTF-8 nor GB18030, and not what it declares ({name or 'nothing'}); "
            "save the page again"
        )
    return text


@dataclass
class _Reading:
    """What has been read of a page so far: the blocks, and the paragraph that is being read."""

    source_file: str
    blocks: list[Block] = field(default_factory=list)
    paragraph: list[str] = field(default_factory=list)
    line: int = 1
    tables: int = 0

    def end_paragraph(self) -> None:
        """Add the text since the last block, if there is any."""
        text = _folded("".join(self.paragraph))
        self.paragraph.clear()
        for line in text.split("\n"):
            if line:
                self.blocks.append(Text(line, self.line))
                self.line += 1


def _folded(text: str) -> str:
    """The text as a browser shows it: white space is one space; a marked break ends a line."""
    return "\n".join(line.strip() for line in _SPACES.sub(" ", text).split(_BREAK)).strip()


def _is_seen(element: etree._Element) -> bool:
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return False
    if element.tag == "input" or element.get("hidden") is not None:
        return False
    return _HIDDEN.search(element.get("style") or "") is None


def _read(element: etree._Element, reading: _Reading) -> None:
    """Read what an element holds into blocks; its tail is the caller's."""
    if element.tag == "table":
        reading.end_paragraph()
        _read_table(element, reading)
        return
    if element.tag == "br":
        reading.end_paragraph()
        return
    block = element.tag in _BLOCKS
    if block:
        reading.end_paragraph()
    reading.paragraph.append(element.text or "")
    for child in element:
        if _is_seen(child):
            _read(child, reading)
        reading.paragraph.append(child.tail or "")
    if block:
        reading.end_paragraph()


def _read_table(table: etree._Element, reading: _Reading) -> None:
    """Add a table; look through one that only frames a text or lays out other tables."""
    for caption in table.iterfind("caption"):
        _read(caption, reading)
        reading.end_paragraph()
    rows = [[cell for cell in row if cell.tag in {"td", "th"} and _is_seen(cell)] for row in _rows(table)]
    rows = _without_gaps(rows)
    nested = [inner for row in rows for cell in row for inner in _tables_in(cell)]
    frames_text = all(len(row) <= 1 for row in rows)
    texts = [[_cell_text(cell) for cell in row] for row in rows]
    frames_tables = bool(nested) and all(sum(map(bool, row)) <= 1 for row in texts)
    if frames_text or frames_tables:
        for cell in (cell for row in rows for cell in row):
            _read(cell, reading)
            reading.end_paragraph()
        return
    reading.tables += 1
    spanned = [
        [SpannedCell(text, _height(cell), _width(cell)) for cell, text in zip(row, row_texts, strict=True)]
        for row, row_texts in zip(rows, texts, strict=True)
    ]
    sheet = place_cells(spanned, source_file=reading.source_file)
    lines = range(reading.line, reading.line + len(rows))
    grid = to_grid(sheet, place=f"table {reading.tables}", lines=lines, source_file=reading.source_file)
    if grid is not None:
        reading.blocks.append(grid)
    reading.line += len(rows)
    for inner in nested:
        _read_table(inner, reading)


def _without_gaps(rows: list[list[etree._Element]]) -> list[list[etree._Element]]:
    """The rows without those of no cell, except where cells from above reach into them: there they count."""
    kept: list[list[etree._Element]] = []
    end = 0  # the first row that no cell from above covers
    for index, row in enumerate(rows):
        if row or index < end:
            kept.append(row)
        end = max([end, *(index + (_height(cell) or len(rows)) for cell in row)])
    return kept


def _rows(table: etree._Element) -> list[etree._Element]:
    """The table's own rows in the order in which they are shown: the head first, the foot last."""
    head: list[etree._Element] = []
    body: list[etree._Element] = []
    foot: list[etree._Element] = []
    for child in table:
        if not _is_seen(child):
            continue
        if child.tag == "tr":
            body.append(child)
        elif child.tag in {"thead", "tbody", "tfoot"}:
            place = {"thead": head, "tbody": body, "tfoot": foot}[child.tag]
            place.extend(row for row in child if row.tag == "tr" and _is_seen(row))
    return [*head, *body, *foot]


def _tables_in(element: etree._Element) -> list[etree._Element]:
    found: list[etree._Element] = []
    for child in element:
        if _is_seen(child):
            found.extend([child] if child.tag == "table" else _tables_in(child))
    return found


def _cell_text(cell: etree._Element) -> str:
    """The cell's own text, its paragraphs and breaks as lines, without the tables in it."""
    parts: list[str] = []

    def take(element: etree._Element) -> None:
        parts.append(element.text or "")
        for child in element:
            if _is_seen(child) and child.tag != "table":
                block = child.tag in _BLOCKS
                parts.append(_BREAK if block or child.tag == "br" else "")
                take(child)
                parts.append(_BREAK if block else "")
            parts.append(child.tail or "")

    take(cell)
    return re.sub(r"\n{2,}", "\n", _folded("".join(parts)))


def _height(cell: etree._Element) -> int:
    """Rows that the cell covers; 0 is all that are left."""
    text = (cell.get("rowspan") or "1").strip()
    return min(int(text[:9]), _LARGEST_SPAN) if text.isascii() and text.isdigit() else 1


def _width(cell: etree._Element) -> int:
    text = (cell.get("colspan") or "1").strip()
    return max(1, min(int(text[:9]), _WIDEST_SPAN)) if text.isascii() and text.isdigit() else 1
