"""Rows added up to sums, where they are made or read; cells of roll-ups are made of those (`app/add_up.py`).

All sums of a cell are one whole number in which each has bits of its own. A row is such a number too, so that it is
added to a cell in one step and exactly, whatever its amounts.
"""

from __future__ import annotations

import hashlib
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import groupby, islice
from operator import add
from typing import NamedTuple

from app.copy_text import NULL
from app.rollups import CODE, OWN, PARTED, PROVINCE_CLASS, REGION, ROLLUPS, TOTALS, Grain, Rollup

# At how many digits of the code disclosures are counted; 0: whatever the code, 9: at the code itself.
DEPTHS = (0, 3, 5, 9)

# How many values have how many decimals is one number: the values with d decimals of a yuan (from -8: printed whole in
# 亿元) count 10^(12 (d + 8)) each. Such numbers can be added and taken off; the largest d is in the number of digits.
LEAST_PLACES = -8
SLOT = 12
# Of an amount in 万元 with two decimals: such values are in the number of a row, others beside it.
USUAL_PLACES = -2
_USUAL_SCALE = 2

# The bits of a number, from the lowest: rows; for each depth disclosures, and a digest of each of their departments;
# for each measure the rows that have it, and the count and the sum of the usual values, in hundredths of a yuan. A
# record holds 20 digits (`app/records.py`), so that 2^31 of them are less than 2^127.
_COUNT, _BODY, _AMOUNT = 32, 64, 128
_MEASURES_FROM = _COUNT + len(DEPTHS) * (_COUNT + _BODY)
_MEASURE = 2 * _COUNT + _AMOUNT
_READ = "<I" + "IQ" * len(DEPTHS)
_READ_MEASURE = f"II{_AMOUNT // 8}s"
_NEGATIVE = 1 << (_AMOUNT - 1)  # added to a sum before it is read, so that its bits are those of no negative number
# Sums of other values are in 10^-20 yuan: as many decimals as digits.
_DECIMALS = 20

# Cells that are kept before they are handed over, of 350 bytes each: all codes of ten years come to fewer.
_MOST = 250_000
# Cells that are handed over together.
_TOGETHER = 25_000

KEY = ("grain", "combination", "fiscal_year", "region_code", "code")
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


@dataclass(frozen=True)
class Summed:
    """Some sums of a roll-up, as lines of COPY for `columns_of` it, and what their combinations stand for."""

    rollup: Rollup
    combinations: dict[int, Combination]
    text: bytes


# Of each measure; what counts values by decimals is made of the last two, the count of usual ones and the others' own.
_OF_MEASURE = ("lines", "amount", "usual", "unusual")


def columns_of(rollup: Rollup) -> list[str]:
    """What sums have: their key, rows, and what is counted at each depth and added up of each measure."""
    counted = [f"{name}_{depth}" for depth in DEPTHS for name in ("disclosures", "bodies")]
    numbers = range(1, len(rollup.measures) + 1)
    return [*KEY, "lines", *counted, *(f"{name}_{n}" for n in numbers for name in _OF_MEASURE)]


class Sums:
    """`add` rows of documents, and `take` what they came to."""

    def __init__(self) -> None:
        self._added = {rollup.table: _Added(rollup) for rollup in ROLLUPS.values()}

    def add(self, table: str, documents: Sequence[Document], columns: Mapping[str, Sequence[str]]) -> None:
        """Add rows of a table, document by document, given by column as COPY writes them; blank ones may be left out.

        Rows of a table that has no roll-up are nothing to add.
        """
        if table in self._added:
            self._added[table].add(documents, columns)

    @property
    def full(self) -> bool:
        """Whether so much was added that it should be taken before more comes."""
        return sum(one.cells() for one in self._added.values()) > _MOST

    def take(self, *, off: bool = False) -> Iterator[Summed]:
        """What was added since the last time, in parts; `off`: with signs turned round, to be taken off."""
        for added in self._added.values():
            yield from added.take(-1 if off else 1)


class _Unusual(NamedTuple):
    """A value with other than the usual decimals, or several."""

    counted: int  # as `LEAST_PLACES` says
    scale: int  # the most decimals of one, in yuan
    amount: int  # in 10^-20 yuan

    def plus(self, other: _Unusual) -> _Unusual:
        return _Unusual(self.counted + other.counted, max(self.scale, other.scale), self.amount + other.amount)


class _Cells(defaultdict[str, int]):
    """The cells of a grain, a combination and a year, by what else parts them.

    `unusual` has the unusual values of a measure, by cell and place of the measure.
    """

    def __init__(self) -> None:
        super().__init__(int)
        self.unusual: dict[tuple[str, int], _Unusual] = {}


class _Picked(NamedTuple):
    """Where rows of one level go, or leaves."""

    by_code: _Cells | None
    by_class: _Cells | None  # the key is the first two digits of the division and the first three of the code
    by_region: _Cells | None

    def add_unusual(self, keys: Sequence[str], found: Sequence[tuple[int, _Unusual]]) -> None:
        for cells, key in zip(self, keys, strict=True):
            if cells is None:
                continue
            for measure, one in found:
                before = cells.unusual.get((key, measure))
                cells.unusual[key, measure] = one if before is None else before.plus(one)


class _Place(NamedTuple):
    """What rows have in common before one of their levels is picked."""

    fiscal_year: str
    parts: Combination
    picked: dict[str, _Picked]


class _Written(dict[str, int]):
    """Amounts of a measure as they are written, in one unit: what each adds to the number of its row."""

    def __init__(self, measure: int, exponent: str) -> None:
        super().__init__()
        self._measure, self._exponent = measure, 0 if exponent == NULL else int(exponent)
        self.unusual: dict[str, _Unusual] = {}

    def __missing__(self, text: str) -> int:
        number = 0
        if text != NULL:
            # 1E+3 and 0E-8 are how a Decimal may be written.
            whole, _, fraction = (f"{Decimal(text):f}" if "E" in text else text).partition(".")
            amount, scale = int(whole + fraction), len(fraction)
            places = scale - self._exponent
            if places == USUAL_PLACES and scale == _USUAL_SCALE:
                number = 1 + (1 << _COUNT) + (amount << 2 * _COUNT)
            else:
                number = 1
                counted = 10 ** (SLOT * (places - LEAST_PLACES))
                self.unusual[text] = _Unusual(counted, scale, amount * 10 ** (_DECIMALS - scale))
            number <<= _MEASURES_FROM + self._measure * _MEASURE
        self[text] = number
        return number


class _Places(dict[tuple[str, ...], int]):
    """The numbers of the places of documents of one kind, scope and year, by what else parts their rows."""

    def __init__(self, rollup: Rollup, document: Document, places: list[_Place]) -> None:
        super().__init__()
        self._rollup, self._document, self._places = rollup, document, places

    def __missing__(self, parts: tuple[str, ...]) -> int:
        fiscal_year, *others = parts
        document = self._document
        said: dict[str, str | int] = {
            "kind": document.kind,
            "scope": document.scope,
            "lag": document.fiscal_year - int(fiscal_year),
            **dict(zip(_parting(self._rollup), others, strict=True)),
        }
        if said.get("institution", NULL) != NULL:
            said["institution"] = "one"  # rows of single institutions are told from those of all, not from each other
        values = (said.get(name, NULL) for name in (*PARTED, *OWN))
        self[parts] = len(self._places)
        self._places.append(_Place(fiscal_year, tuple(None if value == NULL else value for value in values), {}))
        return self[parts]


class _Added:
    """What was added for one roll-up."""

    def __init__(self, rollup: Rollup) -> None:
        self._rollup = rollup
        self._places: list[_Place] = []
        self._known: dict[tuple[str, str, int], _Places] = {}

    def cells(self) -> int:
        """How many are kept."""
        tables = (cells for place in self._places for picked in place.picked.values() for cells in picked)
        return sum(len(cells) for cells in tables if cells is not None)

    def add(self, documents: Sequence[Document], columns: Mapping[str, Sequence[str]]) -> None:
        """Add the rows of documents."""
        rows = sum(one.rows for one in documents)
        blank = [NULL] * rows
        parting = [columns.get(name, blank) for name in ("fiscal_year", *_parting(self._rollup))]
        codes = [""] * rows
        picks: list[tuple[str, ...]] = [("",)] * rows
        if self._rollup.coded:
            codes = ["" if code == NULL else code for code in columns.get("code", blank)]
            picks = list(map(_PICKS.__getitem__, zip(columns["level"], columns["is_leaf"], strict=True)))
        numbers, unusual = _numbers(self._rollup, columns, columns.get("unit_exponent", blank))
        end = 0
        for document in documents:
            begin, end = end, end + document.rows
            kind = (document.kind, document.scope, document.fiscal_year)
            if kind not in self._known:
                self._known[kind] = _Places(self._rollup, document, self._places)
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
        unusual: Mapping[int, Sequence[tuple[int, _Unusual]]],
    ) -> None:
        """Add the rows of a document: place, code, and the position of each, where it is picked and its number stand.

        A disclosure is counted on the row that is the first of it, in its combination, with the first digits of its
        code; in the order of codes that is where those digits change.
        """
        every, of_class, of_division, of_code = _firsts(document.department_id)
        region, province = document.region_code, document.region_code[:2]
        at = -1
        into, before = dict[str, _Picked](), dict[str, str]()
        for place, code, position in rows:
            if place != at:
                at, into, before = place, self._places[place].picked, {}
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
                by_code, by_class, by_region = into.get(picked) or self._begin(into, picked)
                if by_code is not None and by_class is not None:
                    by_code[code] += number
                    by_class[province + class_code] += number
                if by_region is not None:
                    by_region[region] += number
                if position in unusual:
                    into[picked].add_unusual((code, province + class_code, region), unusual[position])

    def _begin(self, into: dict[str, _Picked], picked: str) -> _Picked:
        coded, by_region = self._rollup.coded, not self._rollup.coded or picked in TOTALS
        into[picked] = _Picked(
            _Cells() if coded else None, _Cells() if coded else None, _Cells() if by_region else None
        )
        return into[picked]

    def take(self, sign: int) -> Iterator[Summed]:
        """Sums in parts; they are forgotten."""
        places, self._places, self._known = self._places, [], {}
        combinations: dict[int, Combination] = {}
        lines = self._lines(places, combinations, sign)
        while part := list(islice(lines, _TOGETHER)):
            yield Summed(self._rollup, combinations.copy(), "".join(part).encode())
            combinations.clear()

    def _lines(self, places: list[_Place], combinations: dict[int, Combination], sign: int) -> Iterator[str]:
        """A line of COPY for each cell; what is met of combinations is written down."""
        show = _Shown(self._rollup, sign)
        places.reverse()
        while places:
            place = places.pop()
            for picked, (by_code, by_class, by_region) in place.picked.items():
                combination = (*place.parts, picked)
                number = _digest((self._rollup.made_as, *combination))
                begins = f"\t{number}\t{place.fiscal_year}\t"
                for grain, cells in ((CODE, by_code), (PROVINCE_CLASS, by_class), (REGION, by_region)):
                    if cells is None:
                        continue
                    for key in cells:
                        combinations[number] = combination
                        yield f"{grain.number}{begins}{_divided(grain, key)}\t{show(grain, key, cells)}\n"


def _divided(grain: Grain, key: str) -> str:
    """Division and code of a cell, as columns."""
    if grain is CODE:
        return f"\t{key}"
    return f"{key[:2]}0000\t{key[2:]}" if grain is PROVINCE_CLASS else f"{key}\t"


class _Shown:
    """The numbers of cells, read: rows, what is counted and what is added up, as columns."""

    def __init__(self, rollup: Rollup, sign: int) -> None:
        self._rollup, self._sign, measures = rollup, sign, len(rollup.measures)
        self._read = struct.Struct(_READ + _READ_MEASURE * measures)
        self._negatives = sum(
            _NEGATIVE << (_MEASURES_FROM + measure * _MEASURE + 2 * _COUNT) for measure in range(measures)
        )

    def __call__(self, grain: Grain, key: str, cells: _Cells) -> str:
        number, sign = cells[key] + self._negatives, self._sign
        read = self._read.unpack(number.to_bytes(self._read.size, "little"))
        shown = [_COUNTED % (read[:_MEASURED] if sign > 0 else tuple(-one for one in read[:_MEASURED]))]
        measures = len(self._rollup.measured(grain))
        for measure, at in enumerate(range(_MEASURED, len(read), 3)):
            rows, usual, added = read[at : at + 3]
            if not rows or measure >= measures:
                shown.append(_BLANK)
                continue
            amount = sign * (int.from_bytes(added, "little") - _NEGATIVE)
            if rows == usual:
                digits = f"{amount:04}"
                shown.append(f"{sign * rows}\t{digits[:-_USUAL_SCALE]}.{digits[-_USUAL_SCALE:]}\t{sign * rows}\t{NULL}")
                continue
            other = cells.unusual[key, measure]
            amount = amount * 10 ** (_DECIMALS - _USUAL_SCALE) + sign * other.amount
            written = _amount(amount, max(other.scale, _USUAL_SCALE if usual else 0))
            shown.append(f"{sign * rows}\t{written}\t{sign * usual}\t{sign * other.counted}")
        return "\t".join(shown)


_MEASURED = 1 + 2 * len(DEPTHS)  # so many numbers stand before those of measures
_COUNTED = "\t".join(["%d"] * _MEASURED)
_BLANK = "\t".join([NULL] * len(_OF_MEASURE))


def _amount(added: int, scale: int) -> str:
    """A sum in 10^-20 yuan as a number with so many decimals, which are all that it has."""
    if not scale:
        return str(added // 10**_DECIMALS)
    whole, fraction = divmod(abs(added) // 10 ** (_DECIMALS - scale), 10**scale)
    return f"{'-' if added < 0 else ''}{whole}.{fraction:0{scale}}"


def _numbers(
    rollup: Rollup, columns: Mapping[str, Sequence[str]], units: Sequence[str]
) -> tuple[list[int], dict[int, list[tuple[int, _Unusual]]]]:
    """The measures of rows, as the numbers that they add; and by position those that are unusual."""
    numbers: list[int] = []
    unusual: dict[int, list[tuple[int, _Unusual]]] = {}
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
    one = 1 + (body << _COUNT)
    counted = [one << (_COUNT + place * (_COUNT + _BODY)) for place in range(len(DEPTHS))]
    every, of_class, of_division, of_code = (1 + sum(counted[place:]) for place in range(len(DEPTHS)))
    return every, of_class, of_division, of_code


@lru_cache
def _digest(combination: Combination) -> int:
    """A number of 64 bits for a combination. Of a few thousand two have the same once in 10^12 cases."""
    said = "\t".join(NULL if value is None else str(value) for value in combination)
    return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest(), signed=True)
