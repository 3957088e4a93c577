"""The words that very many names have, kept with each release: how many results, and the best (`app/common_words.py`).

Words are chosen out of all names, and again when there are many more names than when they were chosen. In between a
load changes what is kept of the words that its new names have, and of those whose names went; the rest stays as it is.
What is kept of a word ends with the release that changes it, like any fact. A word that is not kept is only slower.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import asyncpg

from app import tables
from app.common_words import (
    LEAST_NAMES,
    OF_ROWS,
    Change,
    Common,
    Key,
    Name,
    Place,
    best,
    changes,
    choose,
    common_words,
    merge,
    parts_in,
)
from app.search_text import word_terms

_GROWN = 1.25  # times as many names as when words were chosen: others may have become common
_ANEW = 0.2  # the share of names that changed from which choosing is less work than changing

_NAMES = (
    "SELECT e.id, e.kind, e.key, e.field, e.text, s.folded, e.rows "
    "FROM search_entry e JOIN search_text s ON s.text = e.text WHERE "
)
_VALID = f"e.valid_to = {tables.STILL_VALID}"
_COLUMNS = ("word", "kind", "total", "entries", "texts", "bearers", "chosen_of", "valid_from", "valid_to")


async def index_words(connection: asyncpg.Connection, release: int, *, least: int = LEAST_NAMES) -> None:
    """Bring what is kept of words to the names of the release, which are indexed; in the transaction of the load."""
    names: int = await connection.fetchval(f"SELECT count(*) FROM search_entry e WHERE {_VALID}")  # noqa: S608 - ours
    chosen_of: int | None = await connection.fetchval(
        "SELECT max(chosen_of) FROM search_word WHERE valid_to = $1", tables.STILL_VALID
    )
    if chosen_of is None and names < least:
        return
    changed = await connection.fetchval(
        "SELECT count(*) FROM search_entry WHERE valid_from = $1 OR valid_to = $1", release
    )
    if chosen_of is None or names > chosen_of * _GROWN or changed > names * _ANEW:
        await _choose_all(connection, release, least, names)
    elif changed:
        await _change(connection, release, chosen_of)


async def _choose_all(connection: asyncpg.Connection, release: int, least: int, names: int) -> None:
    every = await _names(connection, _VALID)
    words = common_words((name.folded for name in every), least)
    await connection.execute("UPDATE search_word SET valid_to = $1 WHERE valid_to = $2", release, tables.STILL_VALID)
    if words:
        await _write(connection, choose(every, lambda folded: parts_in(folded, words)), release, names)


async def _change(connection: asyncpg.Connection, release: int, chosen_of: int) -> None:
    """The lists of words that names of this release have, or names that were there until now."""
    words = {
        row["word"]
        for row in await connection.fetch(
            "SELECT DISTINCT word FROM search_word WHERE valid_to = $1", tables.STILL_VALID
        )
    }
    found = changes(*await _changed(connection, release), words)
    if not found:
        return
    kept = await _kept(connection, {word for word, _ in found})
    listed = {
        name.id: name
        for name in await _names(
            connection, "e.id = any($1::bigint[])", [one for place in found for one in kept[place].entries]
        )
    }
    texts = {text for place in found for text in kept[place].texts or ()}
    bearers = await _bearers(connection, found)
    folded = {
        row["text"]: row["folded"]
        for row in await connection.fetch(
            "SELECT text, folded FROM search_text WHERE text = any($1::text[])",
            list(texts.union(*(counted.keys() for counted in bearers.values()))),
        )
    }
    merged = {
        place: merge(kept[place], change, listed, folded, bearers.get(place, {})) for place, change in found.items()
    }
    short = {place for place, one in merged.items() if one.short}
    for word in sorted({word for word, _ in short}):
        merged |= {place: one for place, one in (await _chosen(connection, word)).items() if place in short}
    await _end(connection, [place for place, one in merged.items() if one != kept[place]], release)
    await _write(
        connection, (one for place, one in merged.items() if one.total and one != kept[place]), release, chosen_of
    )


async def _changed(
    connection: asyncpg.Connection, release: int
) -> tuple[Mapping[Key, list[Name]], Mapping[Key, list[Name]]]:
    """The names, before the release and in it, of all results one of whose names began or ended with it."""
    keys = "SELECT kind, key FROM search_entry WHERE valid_from = $1 OR valid_to = $1"
    of_keys = f"(e.kind, e.key) IN ({keys})"
    before = await _names(connection, f"e.valid_from < $1 AND e.valid_to >= $1 AND {of_keys}", release)
    after = await _names(connection, f"{_VALID} AND {of_keys}", release)
    return _by_key(before), _by_key(after)


async def _bearers(connection: asyncpg.Connection, found: Mapping[Place, Change]) -> dict[Place, dict[str, int]]:
    """How many results have each text of a change by now, in the lists that say so."""
    wanted = {
        place: {name.text for name in (*change.gone, *change.come)}
        for place, change in found.items()
        if place[1] not in OF_ROWS
    }
    texts = list(set[str]().union(*wanted.values()))
    own = "SELECT e.kind, e.key FROM search_entry e WHERE e.text = any($1::text[])"
    names = _by_key(await _names(connection, f"{_VALID} AND (e.kind, e.key) IN ({own})", texts))
    having = defaultdict[tuple[str, str], set[Key]](set)  # kind and text
    for key, some in names.items():
        for name in some:
            having[name.kind, name.text].add(key)
    counted: dict[Place, dict[str, int]] = {}
    for (word, kind), some_texts in wanted.items():
        counted[word, kind] = {
            text: sum(1 for key in having[kind, text] if (one := best(names[key], word)) and one.text == text)
            for text in some_texts
        }
    return counted


async def _chosen(connection: asyncpg.Connection, word: str) -> dict[Place, Common]:
    """The lists of one word, out of all names that have it."""
    having = "s.terms @> $1::text[] AND s.folded LIKE $2"
    keys = f"SELECT e.kind, e.key FROM search_text s JOIN search_entry e ON e.text = s.text WHERE {_VALID} AND {having}"  # noqa: S608 - our own words
    names = await _names(
        connection,
        f"{_VALID} AND (e.kind, e.key) IN ({keys})",
        word_terms((word,)),
        f"%{word}%",
    )
    return {(one.word, one.kind): one for one in choose(names, lambda folded: {word} if word in folded else set())}


async def _kept(connection: asyncpg.Connection, words: Iterable[str]) -> Mapping[Place, Common]:
    """What is kept of these words; an empty list where there is none in a kind."""
    rows = await connection.fetch(
        "SELECT word, kind, total, entries, texts, bearers FROM search_word "
        "WHERE valid_to = $1 AND word = any($2::text[])",
        tables.STILL_VALID,
        list(words),
    )
    return _Kept(
        {
            (row["word"], row["kind"]): Common(
                row["word"],
                row["kind"],
                row["total"],
                tuple(row["entries"]),
                None if row["texts"] is None else tuple(row["texts"]),
                None if row["bearers"] is None else tuple(row["bearers"]),
            )
            for row in rows
        }
    )


class _Kept(dict[Place, Common]):
    """Lists by their place; a place without one has no results."""

    def __missing__(self, place: Place) -> Common:
        word, kind = place
        return Common(word, kind, 0, (), *((None, None) if kind in OF_ROWS else ((), ())))


async def _end(connection: asyncpg.Connection, places: Sequence[Place], release: int) -> None:
    await connection.execute(
        "UPDATE search_word w SET valid_to = $1 FROM unnest($3::text[], $4::text[]) AS ended (word, kind) "
        "WHERE w.word = ended.word AND w.kind = ended.kind AND w.valid_to = $2",
        release,
        tables.STILL_VALID,
        [word for word, _ in places],
        [kind for _, kind in places],
    )


async def _write(connection: asyncpg.Connection, lists: Iterable[Common], release: int, chosen_of: int) -> None:
    await connection.copy_records_to_table(
        "search_word",
        records=(
            (
                one.word, one.kind, one.total, one.entries, one.texts, one.bearers, chosen_of,
                release, tables.STILL_VALID,
            )
            for one in lists
        ),
        columns=_COLUMNS,
    )  # fmt: skip


async def _names(connection: asyncpg.Connection, condition: str, *bound: object) -> list[Name]:
    return [Name(*row) for row in await connection.fetch(_NAMES + condition, *bound)]


def _by_key(names: Iterable[Name]) -> dict[Key, list[Name]]:
    found = defaultdict[Key, list[Name]](list)
    for name in names:
        found[name.kind, name.key].append(name)
    return dict(found)
