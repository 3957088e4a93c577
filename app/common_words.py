"""Words that very many names have: which they are, how many results each has, and the best of them. Pure.

A search for such a word need not look at all names that have it: the first results, their number and what the word may
become are kept with the release (`app/index_words.py`). A word is here any run of signs of a folded name; it is common
when so many names have it that to look at them all would take longer than a reader's patience.

The order is the one of `app/query/search_statements.py`: whole names, beginnings, parts; then the shorter name, then
the one of more rows, then the key. A list that is kept is always the true beginning of the whole one, however long it
is: what may have been better than its last item is never left out of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

# A word of fewer names is looked up name by name, in some 4 µs for each.
LEAST_NAMES = 500
# What people type is shorter; a longer word has few names, or the names are all but the same.
LONGEST_WORD = 24

# How many results and completions are kept, and below how many they are chosen anew; a page has 100, and 20 at most.
RESULTS_KEPT, RESULTS_NEEDED = 200, 100
TEXTS_KEPT, TEXTS_NEEDED = 60, 20

# Kinds whose rows are found by a name and are one result if they have the same: each name is one result.
OF_ROWS = frozenset({"projects", "performance-indicators", "procurement-items"})

Order: TypeAlias = tuple[int, int, int, str]
Key: TypeAlias = tuple[str, str]  # the kind and the key of a result
Place: TypeAlias = tuple[str, str]  # the word and the kind that a list is of


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a result: a row of `search_entry`, and the form in which it is searched."""

    id: int
    kind: str
    key: str
    field: str
    text: str
    folded: str
    rows: int

    def preference(self, word: str) -> tuple[int, int, str, str]:
        """By which of several names of the same key a word finds it: the least one."""
        return rank(self.folded, word), len(self.text), self.field, self.text

    def order(self, word: str) -> Order:
        """Where it stands among the results of a word."""
        return rank(self.folded, word), len(self.text), -self.rows, self.key


@dataclass(frozen=True, slots=True)
class Common:
    """What is kept of a word in a kind: how many results, the best by their names' ids, and the best names' texts.

    `bearers` says for each text how many results have it. Where each name is one result (`OF_ROWS`) the best texts are
    those of the best results, and nothing is kept of them.
    """

    word: str
    kind: str
    total: int
    entries: tuple[int, ...]
    texts: tuple[str, ...] | None
    bearers: tuple[int, ...] | None

    @property
    def short(self) -> bool:
        """Whether a page might need more than what is left here."""
        return len(self.entries) < min(self.total, RESULTS_NEEDED) or (
            self.texts is not None and len(self.texts) < TEXTS_NEEDED and not self.has_all_texts
        )

    @property
    def has_all_texts(self) -> bool:
        """Whether there are no texts but these."""
        return sum(self.bearers or ()) == self.total


def rank(folded: str, word: str) -> int:
    """0 for a name that is the word, or has an abbreviation right after it; 1 for one that begins so; 2 for others."""
    if not folded.startswith(word):
        return 2
    return 0 if folded[len(word) : len(word) + 1] in ("", " ") else 1


def common_words(folded: Iterable[str], least: int) -> set[str]:
    """The words that at least so many of the names have; each part of such a word is one too.

    Length by length: a word is counted only where both words that are a sign shorter were common.
    """
    found, names = set[str](), list(folded)
    shorter: set[str] | None = None
    for length in range(1, LONGEST_WORD + 1):
        counted, left = Counter[str](), []
        for name in names:
            words = {name[start : start + length] for start in range(len(name) - length + 1)}
            if shorter is not None:
                words = {word for word in words if word[:-1] in shorter and word[1:] in shorter}
            if words:
                counted.update(words)
                left.append(name)
        shorter, names = {word for word, many in counted.items() if many >= least and word != " "}, left
        if not shorter:
            break
        found |= shorter
    return found


def words_in(folded: str, words: set[str]) -> set[str]:
    """Those of the words that a name has."""
    found = {
        folded[start:end]
        for start in range(len(folded))
        for end in range(start + 1, min(start + LONGEST_WORD, len(folded)) + 1)
    }
    return found & words


def parts_in(folded: str, words: set[str]) -> set[str]:
    """The same where each part of a word is one of the words: what is longer than no word is not looked at."""
    found = set[str]()
    for start in range(len(folded)):
        for end in range(start + 1, len(folded) + 1):
            word = folded[start:end]
            if word not in words:
                break
            found.add(word)
    return found


def best(names: Iterable[Name], word: str) -> Name | None:
    """The name by which a word finds a result, out of all its names; None where none has the word."""
    having = (name for name in names if word in name.folded)
    return min(having, key=lambda name: name.preference(word), default=None)


@dataclass(slots=True)
class _Growing:
    """A list on its way: names come in order within each rank."""

    total: int = 0
    entries: tuple[list[int], list[int], list[int]] = field(default_factory=lambda: ([], [], []))
    texts: tuple[dict[str, int], dict[str, int], dict[str, int]] = field(default_factory=lambda: ({}, {}, {}))
    reached: list[int] = field(default_factory=lambda: [0, 0, 0])  # the length of the last text of each rank

    def add(self, name: Name, at: int) -> None:
        self.total += 1
        entries, texts, length = self.entries[at], self.texts[at], len(name.text)
        if len(entries) < RESULTS_KEPT:
            entries.append(name.id)
        if name.kind in OF_ROWS:
            return
        # All texts of the last length: which of them have most bearers is known at the end.
        if name.text in texts:
            texts[name.text] += 1
        elif len(texts) < TEXTS_KEPT or length == self.reached[at]:
            texts[name.text], self.reached[at] = 1, length

    def done(self, place: Place) -> Common:
        word, kind = place
        entries = [one for some in self.entries for one in some][:RESULTS_KEPT]
        if kind in OF_ROWS:
            return Common(word, kind, self.total, tuple(entries), None, None)
        listed = [
            (text, many)
            for some in self.texts
            for text, many in sorted(some.items(), key=lambda one: (len(one[0]), -one[1], one[0]))
        ][:TEXTS_KEPT]
        return Common(
            word,
            kind,
            self.total,
            tuple(entries),
            tuple(text for text, _ in listed),
            tuple(many for _, many in listed),
        )


def choose(names: Sequence[Name], words_of: Callable[[str], set[str]]) -> Iterator[Common]:
    """The lists of all words that `words_of` finds in folded names, out of all names that have them.

    The other names of each result are among `names` too.
    """
    several = defaultdict[Key, list[Name]](list)
    for name in names:
        several[name.kind, name.key].append(name)
    growing = defaultdict[Place, _Growing](_Growing)
    for name in sorted(names, key=lambda name: (len(name.text), -name.rows, name.key, name.field, name.text)):
        others = [other for other in several[name.kind, name.key] if other is not name]
        for word in words_of(name.folded):
            mine = name.preference(word)
            if not any(word in other.folded and other.preference(word) < mine for other in others):
                growing[word, name.kind].add(name, mine[0])
    for place, one in growing.items():
        yield one.done(place)


@dataclass(slots=True)
class Change:
    """What happened to a list: results that went or changed, and those that came or are there otherwise now."""

    difference: int = 0
    gone: list[Name] = field(default_factory=list)
    come: list[Name] = field(default_factory=list)


def changes(before: Mapping[Key, list[Name]], after: Mapping[Key, list[Name]], words: set[str]) -> dict[Place, Change]:
    """What becomes of each list where results had some names before and have others after."""
    found = defaultdict[Place, Change](Change)
    for key in sorted(before.keys() | after.keys()):
        earlier, later = before.get(key, []), after.get(key, [])
        for word in set[str]().union(*(words_in(name.folded, words) for name in (*earlier, *later))):
            gone, come = best(earlier, word), best(later, word)
            if gone == come:
                continue
            change = found[word, key[0]]
            if gone is not None:
                change.difference -= 1
                change.gone.append(gone)
            if come is not None:
                change.difference += 1
                change.come.append(come)
    return dict(found)


def merge(
    kept: Common, change: Change, listed: Mapping[int, Name], folded: Mapping[str, str], bearers: Mapping[str, int]
) -> Common:
    """The list after a change; it is `short` when it has to be chosen anew.

    `listed` are its entries as names, `folded` its texts as they are searched; `bearers` says of each text of the
    change how many results have it now.
    """
    word, whole = kept.word, len(kept.entries) == kept.total
    gone = {name.id for name in change.gone}
    orders = {name.id: name.order(word) for name in change.come}
    orders |= {one: listed[one].order(word) for one in kept.entries if one not in gone}
    if not whole:
        last = listed[kept.entries[-1]].order(word) if kept.entries else None
        orders = {one: order for one, order in orders.items() if last is not None and order <= last}
    entries = tuple(sorted(orders, key=lambda one: orders[one])[:RESULTS_KEPT])
    merged = replace(kept, total=kept.total + change.difference, entries=entries)
    if kept.texts is None or kept.bearers is None:
        return merged

    def order(text: str, many: int) -> Order:
        return rank(folded[text], word), len(text), -many, text

    counts = dict(zip(kept.texts, kept.bearers, strict=True))
    after = counts | {name.text: bearers[name.text] for name in (*change.gone, *change.come)}
    items = sorted((order(text, many), text) for text, many in after.items() if many)
    if not kept.has_all_texts:
        end = max((order(text, many) for text, many in counts.items()), default=None)
        items = [item for item in items if end is not None and item[0] <= end]
    texts = tuple(text for _, text in items[:TEXTS_KEPT])
    return replace(merged, texts=texts, bearers=tuple(after[text] for text in texts))
