"""Names as they are searched: folded, cut into characters and pairs of characters, and where a word stands in a name.

Chinese has no spaces between words, so a name is found by its pairs of neighbouring characters; pairs alone may come
from different places, so that what they find is then compared as a whole. Folding takes away what nobody means:
full and half width, traditional and simplified, capital and small letters, punctuation and white space.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from app import codelists

# A text beyond this is no name; a longer key than this would not fit an index page either.
LONGEST_NAME = 300

# Between a name and its abbreviations: no folded text holds it, so no word reaches across.
_BETWEEN = " "


def fold(text: str) -> str:
    """The letters, digits and marks of a text, in the form in which texts are compared."""
    return "".join(map(_fold, text))


def searched(text: str) -> str:
    """A name as it is stored for searching: folded, and after a space each abbreviation of what it says."""
    folded = fold(text)
    return _BETWEEN.join([folded, *(short for long, short in _abbreviations() if long in folded)])


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

    A word that stands in an abbreviation only marks the long name that it abbreviates.
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
        spans += [(places[start], places[end - 1] + 1) for start, end in own]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return [(start, end - start) for start, end in merged]


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
