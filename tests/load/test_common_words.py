"""What is kept of common words is the true beginning of all their results, after any change of the names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import common_words
from app.common_words import OF_ROWS, Change, Common, Key, Name, Place
from app.index_names import _GROUPED

# Departments with up to three names, and names that are results themselves; an abbreviation stands behind a space.
_TEXTS = st.text("京教局", min_size=1, max_size=5)
_RESULTS = st.dictionaries(st.sampled_from("abcdefghij"), st.lists(_TEXTS, min_size=1, max_size=3, unique=True))
_ROWS = st.dictionaries(_TEXTS, st.integers(1, 4), max_size=12)


def names(results: dict[str, list[str]], rows: dict[str, int]) -> list[Name]:
    """Entries as they are indexed; the same name has the same id before and after, unless its rows changed."""
    found = [("departments", key, f"f{n}", text, 1) for key, texts in results.items() for n, text in enumerate(texts)]
    found += [("projects", text, "name", text, many) for text, many in rows.items()]
    return [Name(hash(one), *one[:4], one[3] + " 教办" * (one[3] == "教局"), one[4]) for one in found]


def by_key(some: Iterable[Name]) -> dict[Key, list[Name]]:
    found = defaultdict[Key, list[Name]](list)
    for name in some:
        found[name.kind, name.key].append(name)
    return dict(found)


def whole(some: list[Name], word: str, kind: str) -> tuple[list[int], list[tuple[str, int]]]:
    """All results of a word in their order, and all texts with how many have each: looked up one by one."""
    found = [one for key, own in by_key(some).items() if key[0] == kind and (one := common_words.best(own, word))]
    found.sort(key=lambda name: name.order(word))
    bearers = defaultdict[str, int](int)
    for name in found:
        bearers[name.text] += 1
    folded = {name.text: name.folded for name in found}
    texts = sorted(
        bearers.items(), key=lambda one: (common_words.rank(folded[one[0]], word), len(one[0]), -one[1], one[0])
    )
    return [name.id for name in found], texts


def is_beginning(kept: Common, some: list[Name]) -> None:
    entries, texts = whole(some, kept.word, kept.kind)
    assert kept.total == len(entries)
    assert list(kept.entries) == entries[: len(kept.entries)]
    if kept.kind in OF_ROWS:
        assert kept.texts is None
        assert kept.bearers is None
    else:
        listed = list(zip(kept.texts or (), kept.bearers or (), strict=True))
        assert listed == texts[: len(listed)]
        assert kept.has_all_texts == (len(listed) == len(texts))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few are kept that lists are cut, and run short, with the few names that there are here."""
    for constant, value in {"RESULTS_KEPT": 4, "RESULTS_NEEDED": 2, "TEXTS_KEPT": 3, "TEXTS_NEEDED": 2}.items():
        monkeypatch.setattr(common_words, constant, value)


def test_kinds_of_rows_are_those_that_are_grouped_by_their_names() -> None:
    assert {kind for kind, *_ in _GROUPED} == OF_ROWS


@given(st.lists(_TEXTS | st.just("京教 局京"), max_size=30), st.integers(1, 6))
def test_common_words_are_those_that_so_many_names_have(folded: list[str], least: int) -> None:
    every = {
        text[start:end] for text in folded for start in range(len(text)) for end in range(start + 1, len(text) + 1)
    }
    expected = {word for word in every if " " not in word and sum(word in text for text in folded) >= least}
    assert common_words.common_words(folded, least) == expected
    for text in folded:
        having = {word for word in expected if word in text}
        assert common_words.words_in(text, expected) == common_words.parts_in(text, expected) == having


@given(_RESULTS, _ROWS)
def test_chosen_lists_are_the_beginning_of_all_results(results: dict[str, list[str]], rows: dict[str, int]) -> None:
    some = names(results, rows)
    words = common_words.common_words((name.folded for name in some), 2)
    chosen = list(common_words.choose(some, lambda folded: common_words.parts_in(folded, words)))
    having = {(word, name.kind) for name in some for word in words if word in name.folded}
    assert {(one.word, one.kind) for one in chosen} == having
    for one in chosen:
        is_beginning(one, some)
        assert not one.short


@settings(max_examples=400)
@given(_RESULTS, _ROWS, _RESULTS, _ROWS, st.booleans())
def test_lists_stay_true_when_names_come_and_go(
    results: dict[str, list[str]],
    rows: dict[str, int],
    other_results: dict[str, list[str]],
    other_rows: dict[str, int],
    most_stay: bool,  # noqa: FBT001 - drawn by name
) -> None:
    before = names(results, rows)
    after = names(results | other_results, rows | other_rows) if most_stay else names(other_results, other_rows)
    words = common_words.common_words((name.folded for name in before), 2)
    kept = {
        (one.word, one.kind): one
        for one in common_words.choose(before, lambda folded: common_words.parts_in(folded, words))
    }
    changed = {
        key
        for key in by_key(before).keys() | by_key(after).keys()
        if set(by_key(before).get(key, [])) != set(by_key(after).get(key, []))
    }
    found = common_words.changes(
        {key: own for key, own in by_key(before).items() if key in changed},
        {key: own for key, own in by_key(after).items() if key in changed},
        words,
    )
    for place, one in kept.items():
        if place not in found:
            is_beginning(one, after)
    for place, change in found.items():
        merged = merge(place, kept, change, before, after)
        is_beginning(merged, after)


def merge(place: Place, kept: dict[Place, Common], change: Change, before: list[Name], after: list[Name]) -> Common:
    word, kind = place
    nothing = Common(word, kind, 0, (), *((None, None) if kind in OF_ROWS else ((), ())))
    _, texts = whole(after, word, kind)
    bearers = {name.text: dict(texts).get(name.text, 0) for name in (*change.gone, *change.come)}
    return common_words.merge(
        kept.get(place, nothing),
        change,
        {name.id: name for name in (*before, *after)},
        {name.text: name.folded for name in (*before, *after)},
        bearers,
    )
