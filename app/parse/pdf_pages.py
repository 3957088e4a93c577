"""A PDF file → its pages as they are read: signs with their places, and the ruling lines that are drawn.

PDFium gives characters and drawn paths in the page's own coordinates. Here a page is turned until its text runs from
left to right, whatever `/Rotate` says, so that nothing after this has to know of rotated pages. Coordinates are points
from the upper left corner.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from app.errors import DocumentError
from app.parse.pdf_drawn import Clips, Place, Ruling, Turn, drawn_lines

# A disclosure has at most a few hundred pages; the largest known has 171. More than this is something else.
MOST_PAGES = 3000
# A page of small print holds some 6,000 signs.
_MOST_SIGNS = 200_000
_WRONG_PASSWORD = 4
# Strokes of bold print are the same sign again, a fraction of its size away.
_SAME_SIGN = 0.25
_NEWLINES = frozenset("\r\n\x00\x02\ufffe\uffff")
_QUARTERS = {0: 0, 90: 3, 180: 2, 270: 1}
# Writing that leans further than this from a side of the page is a watermark over it; a page laid on askew leans less.
_MOST_DEGREES_ASKEW = 12
# Fonts without a proper map to Unicode give signs of the radical blocks in place of the characters. NFKC knows those of
# the Kangxi block; these are of the supplement.
_RADICALS = str.maketrans(
    "⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻩⻬⻮⻰⻳",
    "民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟黄齐齿龙龟",
)


@dataclass(frozen=True, slots=True)
class Sign:
    """A printed character: its extent from left to right, its baseline, its height, and whether it stands upright."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    upright: bool

    @property
    def middle(self) -> float:
        """Half the height of a character over the baseline; what a sign is placed in a cell by."""
        return self.baseline - 0.35 * self.size


@dataclass(frozen=True)
class Page:
    """One page: its number (from 1), its size as read, its signs in the order of the file and its ruling lines.

    `is_picture` says that an image covers most of the page.
    """

    number: int
    width: float
    height: float
    signs: tuple[Sign, ...]
    rulings: tuple[Ruling, ...]
    is_picture: bool


def read_pages(content: bytes, source_file: str) -> Iterator[Page]:
    """The pages in order, one held at a time. DocumentError where the file is damaged, encrypted or out of bounds."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() == _WRONG_PASSWORD or "assword" in str(error):
            raise DocumentError(
                f"{source_file}: the PDF is encrypted with a password; give the file without one"
            ) from error
        raise DocumentError(f"{source_file}: the PDF is damaged or cut off and cannot be opened ({error})") from error
    try:
        count = len(document)
        if not 0 < count <= MOST_PAGES:
            raise DocumentError(f"{source_file}: the PDF has {count} pages; a disclosure has 1 to {MOST_PAGES}")
        for index in range(count):
            yield _read_page(document, index, source_file)
    finally:
        document.close()


def _read_page(document: pypdfium2.PdfDocument, index: int, source_file: str) -> Page:
    try:
        page = document[index]
        text = page.get_textpage()
    except pypdfium2.PdfiumError as error:
        raise DocumentError(f"{source_file}: page {index + 1} of the PDF cannot be read ({error})") from error
    try:
        return _page(page, text, index + 1, source_file)
    finally:
        text.close()
        page.close()


def _page(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, number: int, source_file: str) -> Page:
    count = text.count_chars()
    if count > _MOST_SIGNS:
        raise DocumentError(
            f"{source_file}: page {number} holds {count} signs; a printed page has at most {_MOST_SIGNS}"
        )
    raw = list(_raw_signs(text.raw, count, page.get_cropbox()))
    turns = Counter(quarters for _, _, _, quarters in raw)
    quarters = turns.most_common(1)[0][0] if turns else _QUARTERS[(-page.get_rotation()) % 360]
    turn = Turn(page.get_cropbox(), quarters)
    drawn = drawn_lines(page.raw, turn)
    return Page(
        number=number,
        width=turn.width,
        height=turn.height,
        signs=tuple(_signs(raw, turn)),
        rulings=drawn.rulings,
        is_picture=drawn.pictured > 0.5 * turn.width * turn.height,
    )


_RawSign = tuple[str, Place, tuple[float, float], int]


def _raw_signs(text: object, count: int, page: Place) -> Iterator[_RawSign]:
    """Each sign with its box, its origin and the quarter turns (anticlockwise) of its writing, as PDFium has them.

    What lies outside of the printed area is left out: a spreadsheet repeats there, unseen, what the next page shows.
    So are watermarks, which are written aslant over the page.
    """
    clips = Clips(page)
    box = pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text, index)
        sign = chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"  # noqa: PLR2004 - Unicode
        if sign in _NEWLINES or (sign.isspace() and pdfium.FPDFText_IsGenerated(text, index) == 1):
            continue
        if not pdfium.FPDFText_GetLooseCharBox(text, index, box):
            continue
        pdfium.FPDFText_GetCharOrigin(text, index, x, y)
        angle = math.degrees(pdfium.FPDFText_GetCharAngle(text, index))
        degrees = round(angle / 90) * 90
        if abs(angle - degrees) > _MOST_DEGREES_ASKEW:
            continue
        place = (box.left, box.bottom, box.right, box.top)
        if not clips.shows(pdfium.FPDFText_GetTextObject(text, index), place):
            continue
        yield _plain(sign), place, (x.value, y.value), _QUARTERS[degrees % 360]


def _plain(sign: str) -> str:
    """The character that a sign of the radical blocks stands for; every other sign as it is."""
    if "\u2f00" <= sign <= "\u2fd5":
        return unicodedata.normalize("NFKC", sign)
    if "\u2e80" <= sign <= "\u2ef3":
        return sign.translate(_RADICALS)
    return " " if sign.isspace() else sign


def _signs(raw: list[_RawSign], turn: Turn) -> Iterator[Sign]:
    """The signs within the page, turned; what bold print doubles is taken once."""
    seen: dict[tuple[str, int, int], Sign] = {}
    for text, place, origin, quarters in raw:
        left, top, right, bottom = turn.box(place)
        baseline = turn.point(*origin)[1]
        if right < 0 or bottom < 0 or left > turn.width or top > turn.height:
            continue
        upright = quarters == turn.quarters
        size = bottom - top if upright else right - left
        if not upright:
            baseline = bottom
        sign = Sign(text, left, right, baseline, max(size, 1.0), upright)
        step = max(1.0, size)
        column, row = int(left / step), int(baseline / step)
        near = (seen.get((text, column + across, row + down)) for across in (-1, 0, 1) for down in (-1, 0, 1))
        if any(_same_place(sign, other) for other in near if other is not None):
            continue
        seen[(text, column, row)] = sign
        yield sign


def _same_place(one: Sign, other: Sign) -> bool:
    reach = _SAME_SIGN * min(one.size, other.size)
    return abs(one.left - other.left) < reach and abs(one.baseline - other.baseline) < reach
