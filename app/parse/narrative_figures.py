"""Paragraphs of the narrative, put together again where lines were wrapped, and the money figures in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.parse.grid import Text
from app.values import Unit

_ENDS_PARAGRAPH = re.compile(r"[。!?;:]\s*$")
_BEGINS_PARAGRAPH = re.compile(
    r"\s*(?:\(?[一二三四五六七八九十]{1,3}[)、.]|第[一二三四五六七八九十]{1,3}(?:部分|章)|\(\d{1,2}\)|\d{1,2}[、.](?!\d)|其中|注:|附件)"
)
# A page number between two wrapped lines; a number that its unit follows on the next line is none.
_PAGE_NUMBER = re.compile(r"\s*[-—]?\s*\d{1,4}\s*[-—]?\s*")
_UNIT_FIRST = re.compile(r"\s*(?:亿|万|元)")
_OPEN_PATH = re.compile(r"\((?:类|款)\)(?!.*\(项\))")
# A heading stands alone: it is numbered and short.
_HEADING = re.compile(
    r"\s*(?:\(?[一二三四五六七八九十]{1,3}[)、.]|第[一二三四五六七八九十]{1,3}(?:部分|章)|\d{1,2}[、.](?!\d)).{0,45}"
)
_LONGEST_HEADING = 50
# Text without a full stop is put together up to here; what the next line continues stands within the last signs.
_LONGEST_PARAGRAPH = 5000
_FAR = 300
_PART = re.compile(r"^第[一二三四五六七八九十]{1,3}(?:部分|章):")
_NUMBERED = re.compile(
    r"\s*(?:(?P<upper>第[一二三四五六七八九十]{1,3}(?:部分|章):?|[一二三四五六七八九十]{1,3}[、.])"
    r"|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[、.](?!\d))\s*"
)

_NUMBER = r"\d[\d,]*(?:\.\s*\d+)?"
_FIGURE = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<about>[余多几])?\s*(?P<unit>亿\s*元|万\s*元|元)")
_UNITS = {"亿元": Unit.YI, "万元": Unit.WAN, "元": Unit.YUAN}
# How many signs after a figure may say that it is a threshold or a rate.
_NEAR = 20
_MOST_DIGITS = 18
_THRESHOLD = re.compile(r"(?:\(含\))?(?:及以上|以上|以下|以内|及以下)")
_RATE = re.compile(r"/|每")
_RATE_BEFORE = re.compile(r"(?:平均|人均|户均|每)[^,。;:]{0,8}$")
_RANGE = re.compile(r"[\d.]\s*(?:亿|万)?\s*(?:元)?\s*[-~—–至]\s*$")
_WRAPPED_DIGIT = re.compile(r"\d\s*\n\s*$")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph's folded text and where each of its signs is in the source: (line, offset), both from 1."""

    text: str
    places: tuple[tuple[int, int], ...]

    @property
    def first_line(self) -> int:
        return self.places[0][0]


@dataclass(frozen=True)
class Figure:
    """A money figure in a paragraph: `start` and `end` are places in its folded text.

    `problem` says why it is not an amount that the text states: a threshold, a range, a rate, an approximation.
    """

    start: int
    end: int
    number: Decimal | None
    unit: Unit
    printed: str
    problem: str | None


def paragraphs(texts: Sequence[Text]) -> Iterator[Paragraph]:
    """The texts, with those put together that one sentence was wrapped over."""
    gathered: list[tuple[str, tuple[int, int]]] = []
    folded_texts = [_fold(text.text) for text in texts]
    following = [*folded_texts, ""][1:]
    for text, folded, after in zip(texts, folded_texts, following, strict=True):
        if not folded.strip() or (_PAGE_NUMBER.fullmatch(folded) and not _UNIT_FIRST.match(after)):
            continue
        so_far = "".join(sign for sign, _ in gathered[-_FAR:])
        if gathered and (len(gathered) > _LONGEST_PARAGRAPH or _begins_anew(so_far, folded)):
            yield _paragraph(gathered)
            gathered = []
        if gathered:
            gathered.append(("\n", gathered[-1][1]))
        line, offset = text.line, 0
        for sign in folded:
            offset += 1
            gathered.append((sign, (line, offset)))
            if sign == "\n":
                line, offset = line + 1, 0
    if gathered:
        yield _paragraph(gathered)


def is_heading(text: str) -> bool:
    """Whether a paragraph is nothing but a heading: short, without a sentence and without a money figure."""
    body = _PART.sub("", text.strip())
    return len(body) <= _LONGEST_HEADING and not re.search(r"[。;,]|:.", body) and _FIGURE.search(body) is None


def numbered_head(text: str) -> tuple[str, bool] | None:
    """The heading that a numbered paragraph begins with, up to the first stop, and whether it is of the upper level.

    `（一）机关运行经费。2024年…` has 机关运行经费. None for a paragraph without a number, and where the number
    leads straight to a figure (`1.公务接待费5万元`).
    """
    found = _NUMBERED.match(text)
    if found is None:
        return None
    head = re.split(r"[。:;,]", text[found.end() :], maxsplit=1)[0].rstrip()
    if not head or len(head) > _LONGEST_HEADING or _FIGURE.search(head):
        return None
    # A line of the contents that names a table, and a term that the glossary explains, open no section.
    if head.endswith("表") or re.match(r"[:,]\s*(?:是)?指", text[found.end() + len(head) :]):
        return None
    return head, found["upper"] is not None


def figures(text: str) -> list[Figure]:
    """Every money figure of a folded paragraph in order."""
    return [_figure(text, found) for found in _FIGURE.finditer(text)]


def _fold(text: str) -> str:
    """The text with full-width signs and variants (⽤ for 用) made plain, one sign for one sign: no place moves."""
    plain = (unicodedata.normalize("NFKC", sign) for sign in text)
    return "".join(new if len(new) == 1 else sign for sign, new in zip(text, plain, strict=True))


def _begins_anew(so_far: str, text: str) -> bool:
    if _ENDS_PARAGRAPH.search(so_far) or _BEGINS_PARAGRAPH.match(text):
        return True
    if _OPEN_PATH.search(so_far) or ("(项)" in so_far and not so_far.rstrip().endswith(")")):
        return False
    return len(so_far) <= _LONGEST_HEADING and _HEADING.fullmatch(so_far) is not None and is_heading(so_far)


def _paragraph(gathered: list[tuple[str, tuple[int, int]]]) -> Paragraph:
    return Paragraph("".join(sign for sign, _ in gathered), tuple(place for _, place in gathered))


def _figure(text: str, found: re.Match[str]) -> Figure:
    unit = _UNITS["".join(found["unit"].split())]
    number = "".join(found["number"].split())
    before = text[max(0, found.start() - 2 * _NEAR) : found.start()]
    after = "".join(text[found.end() : found.end() + _NEAR].split())
    problem: str | None = None
    if found["about"]:
        problem = "an approximation"
    elif _THRESHOLD.match(after):
        problem = "a threshold"
    elif _RATE.match(after) or _RATE_BEFORE.search(before):
        problem = "a rate"
    elif _RANGE.search(before):
        problem = "the end of a range"
    elif _WRAPPED_DIGIT.search(before):
        problem = "perhaps the end of a number that was wrapped"
    elif "," in number and not re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", number):
        problem = "a number with misplaced separators"
    elif sum(sign.isdigit() for sign in number) > _MOST_DIGITS:
        problem = "too long a number to be an amount"
    return Figure(
        start=found.start(),
        end=found.end(),
        number=None if problem else Decimal(number.replace(",", "")),
        unit=unit,
        printed="".join(found.group().split()),
        problem=problem,
    )
