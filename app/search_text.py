"""Names as they are searched: folded, cut into characters and pairs of characters, and where a word stands in a name.

Chinese has no spaces between words, so a name is found by its pairs of neighbouring characters; pairs alone may come
from different places, so that what they find is then compared as a whole. Folding takes away what nobody means:
full and half width, traditional and simplified, capital and small letters, punctuation and white space.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from app import codelists

# A text beyond this is no name; a longer key than this would not fit an index page either.
LONGEST_NAME = 300

# Between a name and its abbreviations: no folded text holds it, so no word reaches across.
_BETWEEN = " "

_OF_A_COMMISSION = "委员会办公室"
_COMMITTEE = "委"


def fold(text: str) -> str:
    """The letters, digits and marks of a text, in the form in which texts are compared."""
    return "".join(map(_fold, text))


def searched(text: str) -> str:
    """A name as it is stored for searching: folded, and after spaces each abbreviation in it and how people say it."""
    folded = fold(text)
    shorts = [short for long, short in _abbreviations() if long in folded and short not in folded]
    said = ("".join(part for part, _, _ in way) for way in _spoken(folded)) if _abbreviated().search(folded) else ()
    return _BETWEEN.join(dict.fromkeys([folded, *shorts, *said]))


def _spoken(folded: str) -> list[list[tuple[str, int, int]]]:
    """A name with everything abbreviated in its place, as people say it; each part with where it comes from.

    西安市卫生健康委员会 is 西安市卫健委. The office of a commission of a Party committee is said with the committee and
    without it: 石峰区委网信办, 石峰区网信办.
    """
    ways: list[list[tuple[str, int, int]]] = [[], []]
    end = 0
    for found in _abbreviated().finditer(folded):
        short = _in_place()[found.group()]
        for way in ways:
            way += [(folded[place], place, place + 1) for place in range(end, found.start())]
        if found.group().endswith(_OF_A_COMMISSION) and ways[1] and ways[1][-1][0] == _COMMITTEE:
            ways[1].pop()
        for way in ways:
            way.append((short, found.start(), found.end()))
        end = found.end()
    for way in ways:
        way += [(folded[place], place, place + 1) for place in range(end, len(folded))]
    return ways if ways[0] != ways[1] else ways[:1]


def terms(folded: str) -> list[str]:
    """Every character and every pair of neighbours, each once, in order."""
    found = {part for part in folded if part != _BETWEEN}
    found.update(
        folded[start : start + 2] for start in range(len(folded) - 1) if _BETWEEN not in folded[start : start + 2]
    )
    return sorted(found)


def words(query: str) -> tuple[str, ...]:
    """The folded words of a query, each once; what is punctuation only is none."""
    return tuple(dict.fromkeys(folded for word in query.split() if (folded := fold(word))))


def word_terms(found: tuple[str, ...]) -> list[str]:
    """The terms that a name with all these words has: of a word of two or more characters its pairs are enough."""
    return sorted(
        {word[start : start + 2] if len(word) > 1 else word for word in found for start in range(max(1, len(word) - 1))}
    )


def marks(text: str, found: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where the words stand in the name, as start and length in characters; overlapping places are one.

    A word that stands in an abbreviation only, or in what people say, marks what that stands for.
    """
    places: list[int] = []  # for each folded character the place of the one it came from
    folded = ""
    for place, character in enumerate(text):
        part = _fold(character)
        folded += part
        places += [place] * len(part)
    spans: list[tuple[int, int]] = []
    for word in found:
        own = _occurrences(folded, word)
        for long, short in _abbreviations() if not own else ():
            if word in short:
                own += _occurrences(folded, long)
        own = own or _said(folded, word)
        spans += [(places[start], places[end - 1] + 1) for start, end in own]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return [(start, end - start) for start, end in merged]


def _said(folded: str, word: str) -> list[tuple[int, int]]:
    """Where a word stands in a name as it is said, as places in the name itself."""
    found = []
    for way in _spoken(folded):
        places = [(start, end) for part, start, end in way for _ in part]
        said = "".join(part for part, _, _ in way)
        found += [(places[start][0], places[end - 1][1]) for start, end in _occurrences(said, word)]
    return found


def _occurrences(folded: str, word: str) -> list[tuple[int, int]]:
    found, start = [], folded.find(word)
    while start >= 0:
        found.append((start, start + len(word)))
        start = folded.find(word, start + len(word))
    return found


@lru_cache(maxsize=32768)
def _fold(character: str) -> str:
    """One character; what it is made of where it is a compatibility form, nothing where it is no letter or digit."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold())
    return "".join(
        codelists.simplified().get(part, part) for part in plain if unicodedata.category(part)[0] in ("L", "M", "N")
    )


@cache
def _abbreviations() -> tuple[tuple[str, str], ...]:
    return tuple((fold(long), fold(short)) for long, short in codelists.abbreviations().items())


@cache
def _in_place() -> dict[str, str]:
    """The abbreviations that can stand where the long name stands: their characters are of it, in its order."""
    return {long: short for long, short in _abbreviations() if re.search(".*".join(short), long)}


@cache
def _abbreviated() -> re.Pattern[str]:
    """What of a name is abbreviated when it is said, the longest first."""
    return re.compile("|".join(sorted(map(re.escape, _in_place()), key=len, reverse=True)))
