"""Rows added up to sums, where they are made or read; cells of roll-ups are written of those (`app/cells.py`).

All sums of a cell are one whole number in which each has bits of its own. A row is such a number too, so that it is
added to a cell in one step and exactly, whatever its amounts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import add
from typing import NamedTuple

from app.copy_text import NULL
from app.rollups import OWN, PARTED, ROLLUPS, TOTALS, Rollup

# At how many digits of the code disclosures are counted; 0: whatever the code, 9: at the code itself.
DEPTHS = (0, 3, 5, 9)

# How many values have how many decimals is one number: the values with d decimals of a yuan (from -8: printed whole in
# 亿元) count 10^(12 (d + 8)) each. Such numbers can be added and taken off; the largest d is in the number of digits.
LEAST_PLACES = -8
SLOT = 12
# Of an amount with two decimals in 万元, and of one in 元: such values are in the number of a row, others beside it.
USUAL_SCALE, USUAL_PLACES = 2, (-2, 2)

# The bits of a number, from the lowest: rows; for each depth disclosures, and a digest of each of their departments;
# for each measure the rows that have it, how many values are usual in each way, and the sum of those in hundredths of
# a yuan. A record holds 20 digits (`app/records.py`), so that 2^31 of them are less than 2^127. Each may be negative.
COUNT, BODY, AMOUNT = 32, 64, 128
_MEASURES_FROM = COUNT + len(DEPTHS) * (COUNT + BODY)
_TO_AMOUNT = (1 + len(USUAL_PLACES)) * COUNT
_MEASURE = _TO_AMOUNT + AMOUNT
# Sums of other values are in 10^-20 yuan: as many decimals as digits.
DECIMALS = 20

# Cells that are kept before they are handed over, of 350 bytes each: all codes of ten years come to fewer.
_MOST = 250_000
# Cells that are handed over together, about.
_TOGETHER = 20_000

Combination = tuple[str | int | None, ...]  # the values of the columns PARTED and OWN, and what is picked


@dataclass(frozen=True)
class Document:
    """What the rows of one revision share, and how many there are."""

    kind: str
    scope: str
    fiscal_year: int
    region_code: str
    department_id: str
    rows: int


class Unusual(NamedTuple):
    """A value with other than the usual decimals, or several."""

    counted: int  # as `LEAST_PLACES` says
    scale: int  # the most decimals of one, in yuan
    amount: int  # in 10^-20 yuan

    def plus(self, other: Unusual, sign: int = 1) -> Unusual:
        """The two together, or the second taken off."""
        scale = max(self.scale, other.scale)
        return Unusual(self.counted + sign * other.counted, scale, self.amount + sign * other.amount)


NOTHING_UNUSUAL = Unusual(0, 0, 0)


class Cells(dict[str, int]):
    """The numbers of the cells of a grain, a combination and a year, by what else parts them.

    `unusual` has the unusual values of a measure, by cell and place of the measure.
    """

    def __init__(self) -> None:
        super().__init__()
        self.unusual: dict[tuple[str, int], Unusual] = {}

    def __missing__(self, key: str) -> int:
        return 0

    def add_unusual(self, key: str, measure: int, found: Unusual, sign: int = 1) -> None:
        """Add an unusual value to a cell, or take it off."""
        self.unusual[key, measure] = self.unusual.get((key, measure), NOTHING_UNUSUAL).plus(found, sign)


class Picked(NamedTuple):
    """The cells of one combination and year, at the grains that are not made of others."""

    by_code: Cells | None
    by_class: Cells | None  # the key is the first two digits of the division and the first three of the code
    by_region: Cells | None

    @classmethod
    def begin(cls, rollup: Rollup, picked: str) -> Picked:
        """No cells yet."""
        by_region = not rollup.coded or picked in TOTALS
        return cls(Cells() if rollup.coded else None, Cells() if rollup.coded else None, Cells() if by_region else None)

    def add_unusual(self, keys: Sequence[str], found: Sequence[tuple[int, Unusual]]) -> None:
        """Add the unusual values of a row, by the place of their measure, to its cells."""
        for cells, key in zip(self, keys, strict=True):
            if cells is not None:
                for measure, one in found:
                    cells.add_unusual(key, measure, one)

    def merge(self, other: Picked, sign: int) -> None:
        """Add other cells, or take them off."""
        for cells, others in zip(self, other, strict=True):
            if cells is None or others is None:
                continue
            for key, number in others.items():
                cells[key] += sign * number
            for (key, measure), found in others.unusual.items():
                cells.add_unusual(key, measure, found, sign)

    @property
    def number(self) -> int:
        """How many cells there are."""
        return sum(len(cells) for cells in self if cells is not None)


Summed = dict[tuple[Combination, str], Picked]  # by combination and year


@dataclass(frozen=True)
class Part:
    """Some of the sums of a roll-up, on their way to others."""

    table: str
    summed: Summed


class Sums:
    """`add` rows of documents or `merge` what others added; what it came to is taken in `parts` or read in place."""

    def __init__(self) -> None:
        self._added = {rollup.table: _Added(rollup) for rollup in ROLLUPS.values()}

    def add(self, table: str, documents: Sequence[Document], columns: Mapping[str, Sequence[str]]) -> None:
        """Add rows of a table, document by document, given by column as COPY writes them; blank ones may be left out.

        Rows of a table that has no roll-up are nothing to add.
        """
        if table in self._added:
            self._added[table].add(documents, columns)

    def merge(self, part: Part, *, off: bool = False) -> None:
        """Add what was added elsewhere, or take it off."""
        self._added[part.table].merge(part.summed, -1 if off else 1)

    @property
    def full(self) -> bool:
        """Whether so much was added that it should be taken before more comes."""
        return sum(picked.number for added in self._added.values() for picked in added.summed.values()) > _MOST

    def parts(self) -> Iterator[Part]:
        """What was added since the last time, part by part; it is forgotten."""
        for table, added in self._added.items():
            yield from (Part(table, some) for some in added.take())

    def of(self, rollup: Rollup) -> Summed:
        """What was added for a roll-up and not taken."""
        return self._added[rollup.table].summed


class _Place(dict[str, Picked]):
    """What rows have in common before one of their levels is picked: the cells of each level, and of leaves."""

    def __init__(self, added: _Added, parts: Combination, fiscal_year: str) -> None:
        super().__init__()
        self._added, self._parts, self._fiscal_year = added, parts, fiscal_year

    def __missing__(self, picked: str) -> Picked:
        self[picked] = self._added.cells((*self._parts, picked), self._fiscal_year)
        return self[picked]


class _Written(dict[str, int]):
    """Amounts of a measure as they are written, in one unit: what each adds to the number of its row."""

    def __init__(self, measure: int, exponent: str) -> None:
        super().__init__()
        self._measure, self._exponent = measure, 0 if exponent == NULL else int(exponent)
        self.unusual: dict[str, Unusual] = {}

    def __missing__(self, text: str) -> int:
        number = 0
        if text != NULL:
            # 1E+3 and 0E-8 are how a Decimal may be written.
            whole, _, fraction = (f"{Decimal(text):f}" if "E" in text else text).partition(".")
            amount, scale = int(whole + fraction), len(fraction)
            places = scale - self._exponent
            if scale == USUAL_SCALE and places in USUAL_PLACES:
                number = 1 + (1 << COUNT * (1 + USUAL_PLACES.index(places))) + (amount << _TO_AMOUNT)
            else:
                number = 1
                counted = 10 ** (SLOT * (places - LEAST_PLACES))
                self.unusual[text] = Unusual(counted, scale, amount * 10 ** (DECIMALS - scale))
            number <<= _MEASURES_FROM + self._measure * _MEASURE
        self[text] = number
        return number


class _Places(dict[tuple[str, ...], int]):
    """The numbers of the places of documents of one kind, scope and year, by what else parts their rows."""

    def __init__(self, added: _Added, document: Document) -> None:
        super().__init__()
        self._added, self._document = added, document

    def __missing__(self, parts: tuple[str, ...]) -> int:
        fiscal_year, *others = parts
        document = self._document
        said: dict[str, str | int] = {
            "kind": document.kind,
            "scope": document.scope,
            "lag": document.fiscal_year - int(fiscal_year),
            **dict(zip(_parting(self._added.rollup), others, strict=True)),
        }
        values = (said.get(name, NULL) for name in (*PARTED, *OWN))
        combined: Combination = tuple(None if value == NULL else value for value in values)
        self[parts] = len(self._added.places)
        self._added.places.append(_Place(self._added, combined, fiscal_year))
        return self[parts]


class _Added:
    """What was added for one roll-up."""

    def __init__(self, rollup: Rollup) -> None:
        self.rollup = rollup
        self.summed: Summed = {}
        self.places: list[_Place] = []
        self._known: dict[tuple[str, str, int], _Places] = {}

    def cells(self, combination: Combination, fiscal_year: str) -> Picked:
        """The cells of a combination and a year."""
        key = (combination, fiscal_year)
        if key not in self.summed:
            self.summed[key] = Picked.begin(self.rollup, str(combination[-1]))
        return self.summed[key]

    def merge(self, summed: Summed, sign: int) -> None:
        """Add other sums, or take them off."""
        for (combination, fiscal_year), picked in summed.items():
            self.cells(combination, fiscal_year).merge(picked, sign)

    def take(self) -> Iterator[Summed]:
        """Everything in parts; it is forgotten."""
        summed, self.summed, self.places, self._known = self.summed, {}, [], {}
        part: Summed = {}
        cells = 0
        while summed:
            key, part[key] = summed.popitem()
            cells += part[key].number
            if cells > _TOGETHER or not summed:
                yield part
                part, cells = {}, 0

    def add(self, documents: Sequence[Document], columns: Mapping[str, Sequence[str]]) -> None:
        """Add the rows of documents."""
        rows = sum(one.rows for one in documents)
        blank = [NULL] * rows
        parting = [_parted(name, columns.get(name, blank)) for name in ("fiscal_year", *_parting(self.rollup))]
        codes = [""] * rows
        picks: list[tuple[str, ...]] = [("",)] * rows
        if self.rollup.coded:
            codes = ["" if code == NULL else code for code in columns.get("code", blank)]
            picks = list(map(_PICKS.__getitem__, zip(columns["level"], columns["is_leaf"], strict=True)))
        numbers, unusual = _numbers(self.rollup, columns, columns.get("unit_exponent", blank))
        end = 0
        for document in documents:
            begin, end = end, end + document.rows
            kind = (document.kind, document.scope, document.fiscal_year)
            if kind not in self._known:
                self._known[kind] = _Places(self, document)
            places = map(self._known[kind].__getitem__, zip(*(column[begin:end] for column in parting), strict=True))
            # In the order of codes in each place: as they are printed, but for the positions at the end.
            ordered = sorted(zip(places, codes[begin:end], range(begin, end), strict=True))
            self._add_rows(document, ordered, picks, numbers, unusual)

    def _add_rows(
        self,
        document: Document,
        rows: Iterable[tuple[int, str, int]],
        picks: Sequence[tuple[str, ...]],
        numbers: Sequence[int],
        unusual: Mapping[int, Sequence[tuple[int, Unusual]]],
    ) -> None:
        """Add the rows of a document: place, code, and the position of each, where it is picked and its number stand.

        A disclosure is counted on the row that is the first of it, in its combination, with the first digits of its
        code; in the order of codes that is where those digits change.
        """
        every, of_class, of_division, of_code = _firsts(document.department_id)
        region, province = document.region_code, document.region_code[:2]
        at = -1
        into: Mapping[str, Picked] = {}
        before: dict[str, str] = {}
        for place, code, position in rows:
            if place != at:
                at, into, before = place, self.places[place], {}
            class_code = code[:3]
            for picked in picks[position]:
                last = before.get(picked)
                if last is None:
                    number = numbers[position] + every
                elif last == code:
                    number = numbers[position] + 1
                elif last[:3] != class_code:
                    number = numbers[position] + of_class
                else:
                    number = numbers[position] + (of_division if last[:5] != code[:5] else of_code)
                before[picked] = code
                by_code, by_class, by_region = into[picked]
                if by_code is not None and by_class is not None:
                    by_code[code] += number
                    by_class[province + class_code] += number
                if by_region is not None:
                    by_region[region] += number
                if position in unusual:
                    into[picked].add_unusual((code, province + class_code, region), unusual[position])


def _numbers(
    rollup: Rollup, columns: Mapping[str, Sequence[str]], units: Sequence[str]
) -> tuple[list[int], dict[int, list[tuple[int, Unusual]]]]:
    """The measures of rows, as the numbers that they add; and by position those that are unusual."""
    numbers: list[int] = []
    unusual: dict[int, list[tuple[int, Unusual]]] = {}
    written: dict[tuple[int, str], _Written] = {}
    measures = [(place, columns[name]) for place, name in enumerate(rollup.measures) if name in columns]
    end = 0
    for unit, run in groupby(units):
        begin, end = end, end + len(list(run))
        found = [0] * (end - begin)
        for measure, column in measures:
            amounts = written.setdefault((measure, unit), _Written(measure, unit))
            texts = column[begin:end]
            found = list(map(add, found, map(amounts.__getitem__, texts)))
            if amounts.unusual:
                for position, text in enumerate(texts, begin):
                    if text in amounts.unusual:
                        unusual.setdefault(position, []).append((measure, amounts.unusual[text]))
        numbers += found
    return numbers, unusual


def _parted(name: str, column: Sequence[str]) -> Sequence[str]:
    """A column as it parts rows: those of single institutions from those of all, not from each other."""
    return [NULL if value == NULL else "one" for value in column] if name == "institution" else column


@lru_cache
def _parting(rollup: Rollup) -> tuple[str, ...]:
    """The columns of a row that part it, beside its year; the others of PARTED are its document's."""
    return ("phase", "statement_key", *rollup.own)


class _Picks(dict[tuple[str, str], tuple[str, ...]]):
    """Where rows are counted, by level and whether they are leaves: at the level, and a leaf once more as a leaf."""

    def __missing__(self, said: tuple[str, str]) -> tuple[str, ...]:
        level, is_leaf = said
        self[said] = (level, "leaf") if is_leaf == "t" else (level,)
        return self[said]


_PICKS = _Picks()


@lru_cache
def _firsts(department_id: str) -> tuple[int, int, int, int]:
    """A row that is the first of its disclosure whatever the code, of its class, of its division, and with its code.

    A department is a number of 31 bits, so that the sums of those of two sets are the same where the sets are, and
    hardly ever otherwise.
    """
    body = int.from_bytes(hashlib.blake2b(department_id.encode(), digest_size=4).digest()) >> 1
    one = 1 + (body << COUNT)
    counted = [one << (COUNT + place * (COUNT + BODY)) for place in range(len(DEPTHS))]
    every, of_class, of_division, of_code = (1 + sum(counted[place:]) for place in range(len(DEPTHS)))
    return every, of_class, of_division, of_code
