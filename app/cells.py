"""Sums to cells: the rows of roll-ups as text for COPY, at every grain, in the order of their key."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator

from app.copy_text import NULL
from app.rollups import CODE, PROVINCE_CLASS, REGION, Grain, Rollup
from app.sums import (
    AMOUNT,
    BODY,
    COUNT,
    DECIMALS,
    DEPTHS,
    LEAST_PLACES,
    NOTHING_UNUSUAL,
    SLOT,
    USUAL_PLACES,
    USUAL_SCALE,
    Cells,
    Combination,
    Picked,
    Summed,
    Unusual,
)

KEY = ("grain", "combination", "fiscal_year", "region_code", "code")
COUNTED = ("lines", "disclosures", "bodies")
OF_MEASURE = ("lines", "places", "amount", "decimals")


def columns_of(rollup: Rollup) -> list[str]:
    """The columns of a line: a cell's key, its rows, disclosures and departments, and what there is of each measure."""
    return [*KEY, *COUNTED, *(f"{name}_{n}" for n in range(1, len(rollup.measures) + 1) for name in OF_MEASURE)]


def lines_of(rollup: Rollup, summed: Summed, ends: str = "") -> Iterator[str]:
    """A line for each cell that sums change, with these ends. What was taken off is negative."""
    sums = sorted(
        ((combination_id(rollup, combination), fiscal_year), picked)
        for (combination, fiscal_year), picked in summed.items()
    )
    for grain in sorted(rollup.grains, key=lambda one: one.number):
        show = _Shown(rollup, grain)
        for (combined, fiscal_year), picked in sums:
            begins, cells = f"{grain.number}\t{combined}\t{fiscal_year}\t", _cells_of(grain, picked)
            for key, number in sorted(cells.items()):
                if number or any(show.unusual(cells, key)):
                    yield f"{begins}{_divided(grain, key)}\t{show(cells, key, number)}{ends}\n"


def combination_id(rollup: Rollup, combination: Combination) -> int:
    """A number of 64 bits for a combination. Of a few thousand two have the same once in 10^12 cases."""
    said = "\t".join(NULL if value is None else str(value) for value in (rollup.made_as, *combination))
    return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest(), signed=True)


def _cells_of(grain: Grain, picked: Picked) -> Cells:
    """The cells of a grain, which has those that were added or is made of them; the key is of its digits."""
    source = {CODE: picked.by_code, PROVINCE_CLASS: picked.by_class, REGION: picked.by_region}[grain.of or grain]
    if source is None or grain.of is None:
        return Cells() if source is None else source
    cells, digits = Cells(), grain.region_digits + grain.code_digits
    for key, number in source.items():
        cells[key[:digits]] += number
    for (key, measure), found in source.unusual.items():
        cells.add_unusual(key[:digits], measure, found)
    return cells


def _divided(grain: Grain, key: str) -> str:
    """Division and code of a cell, as columns."""
    region, code = key[: grain.region_digits], key[grain.region_digits :]
    return f"{region}0000\t{code}" if grain.region_digits == PROVINCE_CLASS.region_digits else f"{region}\t{code}"


class _Shown:
    """The numbers of the cells of a grain, read."""

    def __init__(self, rollup: Rollup, grain: Grain) -> None:
        measures = len(rollup.measures)
        self._measures = len(rollup.measured(grain))
        # What the grain does not show is passed over: counts at other depths, and measures.
        counted = ("IQ" if depth == grain.code_digits else f"{(COUNT + BODY) // 8}x" for depth in DEPTHS)
        measured = f"III{AMOUNT // 8}s" * self._measures
        others = (3 * COUNT + AMOUNT) // 8 * (measures - self._measures)
        self._struct = struct.Struct(f"<I{''.join(counted)}{measured}{others}x")
        # Half of what the bits of each can hold is added to it, so that what is read is never negative.
        widths = [COUNT, *(COUNT, BODY) * len(DEPTHS), *(COUNT, COUNT, COUNT, AMOUNT) * measures]
        self._halves = sum(1 << (sum(widths[:place]) + width - 1) for place, width in enumerate(widths))
        self._blank = f"\t{NULL}" * len(OF_MEASURE) * (measures - self._measures)

    def unusual(self, cells: Cells, key: str) -> Iterator[bool]:
        """Whether there is anything in the unusual values of each measure."""
        if cells.unusual:
            for measure in range(self._measures):
                found = cells.unusual.get((key, measure), NOTHING_UNUSUAL)
                yield bool(found.counted or found.amount)

    def __call__(self, cells: Cells, key: str, number: int) -> str:
        read = self._struct.unpack((number + self._halves).to_bytes(self._struct.size, "little"))
        shown = f"{read[0] - _HALF}\t{read[1] - _HALF}\t{read[2] - _HALF_BODY}"
        at = 3
        for measure in range(self._measures):
            numbers, at = read[at : at + 4], at + 4
            found = cells.unusual.get((key, measure)) if cells.unusual else None
            if numbers == _HALVES and found is None:
                shown += _NOTHING
                continue
            rows, wan, yuan = numbers[0] - _HALF, numbers[1] - _HALF, numbers[2] - _HALF
            amount = int.from_bytes(numbers[3], "little") - _HALF_AMOUNT
            if found is not None or yuan:
                shown += _mixed(rows, wan, yuan, amount, found or NOTHING_UNUSUAL)
            else:
                digits, decimals = f"{amount:04}", f"{wan}{_WAN_ZEROS}" if wan else "0"
                shown += f"\t{rows}\t{_WAN_PLACES}\t{digits[:-USUAL_SCALE]}.{digits[-USUAL_SCALE:]}\t{decimals}"
        return shown + self._blank


_HALF, _HALF_BODY, _HALF_AMOUNT = (1 << (width - 1) for width in (COUNT, BODY, AMOUNT))
_HALVES = (_HALF, _HALF, _HALF, _HALF_AMOUNT.to_bytes(AMOUNT // 8, "little"))  # nothing of a measure, as it is read
_NOTHING = f"\t{NULL}" * len(OF_MEASURE)
# How one value with two decimals is counted, in 万元 and in 元.
_WAN, _YUAN = (10 ** (SLOT * (places - LEAST_PLACES)) for places in USUAL_PLACES)
_WAN_PLACES, _WAN_ZEROS = USUAL_PLACES[0], str(_WAN).removeprefix("1")


def _mixed(rows: int, wan: int, yuan: int, amount: int, found: Unusual) -> str:
    """A measure whose values have decimals of several kinds, or of an unusual one."""
    decimals = found.counted + wan * _WAN + yuan * _YUAN
    added = found.amount + amount * 10 ** (DECIMALS - USUAL_SCALE)
    if not (rows or added or decimals):
        return _NOTHING
    places = (len(str(abs(decimals))) - 1) // SLOT + LEAST_PLACES
    return f"\t{rows}\t{places}\t{_decimal(added, max(found.scale, USUAL_SCALE if wan or yuan else 0))}\t{decimals}"


def _decimal(added: int, scale: int) -> str:
    """A sum in 10^-20 yuan as a number with so many decimals, which are all that it has."""
    if not scale:
        return str(added // 10**DECIMALS)
    whole, fraction = divmod(abs(added) // 10 ** (DECIMALS - scale), 10**scale)
    return f"{'-' if added < 0 else ''}{whole}.{fraction:0{scale}}"
