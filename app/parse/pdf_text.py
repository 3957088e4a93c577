"""Signs outside of tables → paragraphs: lines in reading order, joined where a sentence only breaks at the margin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.parse.grid import Box
from app.parse.layout import is_header_block
from app.parse.pdf_pages import Sign
from app.parse.pdf_signs import Line, lines_of, text_of

# Two texts on one line (部门：… 单位：万元) stand further apart than this many signs.
_APART = 2.2
# A line that ends this many signs before the margin is not full.
_FULL = 2.5
# A paragraph's first line begins this many signs further in.
_INDENT = 1.2
_LINE_STEP = 2.6
# How much of a page, at its head and at its foot, may hold page numbers and running heads.
_EDGE = 0.15
# Fewer lines that end at one place show no margin: a page of tables has a title and little else.
_LEAST_LINES = 3
# The right margin of running text lies in the right part of the page.
_RIGHT_PART = 0.6
_PAGE_NUMBER = re.compile(r"(?:[-—－–·~]\s*)?\d{1,4}(?:\s*[-—－–·~])?|第\s*\d{1,4}\s*页.{0,12}|\d{1,4}\s*/\s*\d{1,4}")
_ENDS = re.compile(r"[。；;：:!?！？]$")
_BEGINS = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、.．](?!\d)|"
    r"第[一二三四五六七八九十]{1,3}(?:部分|章|节)|(?:附)?表\s?\d|(?:注|说明|备注)[:：])"
)


@dataclass
class Piece:
    """A line of text outside of tables, with its place."""

    text: str
    page: int
    left: float
    top: float
    right: float
    bottom: float
    size: float

    @property
    def box(self) -> Box:
        """Left, top, right, bottom."""
        return self.left, self.top, self.right, self.bottom


def pieces_of(signs: Sequence[Sign], page: int) -> list[Piece]:
    """The lines of text of a page from the top down, each cut where it holds several texts."""
    found: list[Piece] = []
    for line in lines_of(signs):
        for part in parts_of_line(line):
            text = text_of(part)
            if text:
                size = Counter(round(sign.size, 1) for sign in part).most_common(1)[0][0]
                baseline = max(sign.baseline for sign in part)
                found.append(
                    Piece(
                        text,
                        page,
                        min(sign.left for sign in part),
                        min(sign.baseline for sign in part) - size,
                        max(sign.right for sign in part),
                        baseline,
                        size,
                    )
                )
    return found


def parts_of_line(line: Line) -> list[Line]:
    """A line, cut at gaps so wide that its parts are texts of their own."""
    parts: list[Line] = []
    last: Sign | None = None
    for sign in line:
        if sign.text == " ":
            continue
        if last is None or (sign.upright and sign.left - last.right > _APART * min(sign.size, last.size)):
            parts.append([sign])
        else:
            if sign.upright and sign.left - last.right > 0.15 * sign.size and _latin(last) and _latin(sign):
                parts[-1].append(Sign(" ", last.right, sign.left, sign.baseline, sign.size, upright=True))
            parts[-1].append(sign)
        last = sign
    return parts


def _latin(sign: Sign) -> bool:
    return sign.text.isascii() and sign.text.isalpha()


def without_furniture(pages: Sequence[tuple[float, list[Piece]]]) -> list[list[Piece]]:
    """The pieces of each page (given with the page's height) without page numbers and without running heads.

    A running head stands at the same height of at least three pages; where it stands first it is kept.
    """
    heads: Counter[tuple[str, int]] = Counter()
    for height, pieces in pages:
        heads.update({_head(piece) for piece in pieces if _at_edge(piece, height) and not is_header_block(piece.text)})
    seen: set[tuple[str, int]] = set()
    kept: list[list[Piece]] = []
    for height, pieces in pages:
        own: list[Piece] = []
        for piece in pieces:
            if _at_edge(piece, height):
                head = _head(piece)
                if _PAGE_NUMBER.fullmatch(piece.text) or (heads[head] > 2 and head in seen):  # noqa: PLR2004 - pages
                    continue
                seen.add(head)
            own.append(piece)
        kept.append(own)
    return kept


def _at_edge(piece: Piece, height: float) -> bool:
    return piece.bottom < _EDGE * height or piece.top > (1 - _EDGE) * height


def _head(piece: Piece) -> tuple[str, int]:
    return piece.text, round(piece.top / 10)


def margins(pieces: Iterable[Piece], width: float) -> tuple[float, float]:
    """Where the lines of running text begin and end on pages of this width: the places that most lines share.

    No right margin (infinity) where the lines end anywhere: then none is full.
    """
    lefts: Counter[int] = Counter()
    rights: Counter[int] = Counter()
    for left, right, _ in {(round(piece.left / 4), round(piece.right / 4), piece.text) for piece in pieces}:
        if right * 4 > _RIGHT_PART * width and (right - left) * 4 > width / 4:
            lefts[left] += 1
            rights[right] += 1
    if not rights or rights.most_common(1)[0][1] < max(_LEAST_LINES, sum(rights.values()) / 8):
        return 0.0, float("inf")
    # The left margin is the smaller of the frequent places: half of the first lines are indented.
    most = lefts.most_common(1)[0][1]
    left = min(place for place, count in lefts.items() if 3 * count >= most)
    most = rights.most_common(1)[0][1]
    right = max(place for place, count in rights.items() if 3 * count >= most)
    return left * 4.0, right * 4.0


def goes_on(above: Piece, below: Piece, left: float, right: float) -> bool:
    """Whether a line only continues the one above it: that one reaches the margin, this one begins at it."""
    size = max(above.size, below.size)
    if abs(above.size - below.size) > 0.15 * size or _BEGINS.match(below.text):
        return False
    if is_header_block(above.text) or is_header_block(below.text):
        return False
    if above.page == below.page and not 0 < below.bottom - above.bottom < _LINE_STEP * size:
        return False
    if above.page == below.page and _centred_together(above, below, left, right):
        return not _ENDS.search(above.text)
    return above.right > right - _FULL * size and below.left < left + _INDENT * size


def _centred_together(above: Piece, below: Piece, left: float, right: float) -> bool:
    """Two lines of one centred title: both are set in on both sides around the same middle."""
    size = above.size
    middles = abs((above.left + above.right) - (below.left + below.right)) / 2
    set_in = below.left > left + 2 * _INDENT * size and below.left - above.left > size
    long = above.right - above.left > 12 * size and (
        right == float("inf") or above.right - above.left > 0.6 * (right - left)
    )
    return set_in and long and middles < size
