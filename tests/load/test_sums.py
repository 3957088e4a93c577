"""What rows come to is exact, whatever their amounts, decimals, units and order, and whoever adds them.

Compared with sums of decimals made one by one, without the numbers that `app/sums.py` packs them into.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.copy_text import NULL
from app.rollups import ROLLUPS, TOTALS
from app.sums import DEPTHS, KEY, Document, Sums, columns_of

_ROLLUP = ROLLUPS["expenditures"]
_MEASURES = ("total", "basic", "project")
_Cell = tuple[Any, ...]  # what it is picked by, year, division and code
_Row = dict[str, str]

_decimals = st.builds(
    lambda digits, places, sign: Decimal((sign, tuple(map(int, str(digits))), -places)),
    st.integers(0, 10**20 - 1) | st.integers(0, 10_000),
    st.sampled_from((2, 2, 2, 0, 1, 6, 20)),
    st.sampled_from((0, 0, 1)),
)
# As the database writes them, and as Python may.
_amounts = st.sampled_from((NULL, "0.00", "-0.05", "1E+3", "0E-8", "12345.60")) | _decimals.map("{:f}".format)
_rows = st.fixed_dictionaries(
    {
        "code": st.sampled_from((NULL, "201", "20101", "2010101", "2010102", "20102", "2080505")),
        "level": st.sampled_from(("total", "class", "item")),
        "is_leaf": st.sampled_from(("t", "f")),
        "fiscal_year": st.sampled_from(("2023", "2024")),
        "phase": st.just("final"),
        "statement_key": st.sampled_from(("expenditure", "general_public_budget_expenditure")),
        "fund": st.sampled_from(("all", NULL)),
        "unit_exponent": st.sampled_from(("4", "4", "4", "0", "8", NULL)),
        **dict.fromkeys(_MEASURES, _amounts),
    }
)
_documents = st.lists(
    st.tuples(
        st.sampled_from(("budget", "final")),
        st.sampled_from(("130205", "130000", "000000")),
        st.lists(_rows, max_size=8),
    ),
    max_size=4,
)


def added(batches: Sequence[Sequence[tuple[str, str, list[_Row]]]], *, off: bool = False) -> dict[_Cell, list[str]]:
    """The sums of documents, which come in batches, by cell: each column but the key."""
    sums = Sums()
    number = 0
    for batch in batches:
        documents, rows = [], list[_Row]()
        for kind, region, its_rows in batch:
            number += 1
            documents.append(Document(kind, "department", 2024, region, f"{region}-{number}", len(its_rows)))
            rows += its_rows
        names = rows[0] if rows else ("level", "is_leaf")
        sums.add(_ROLLUP.table, documents, {name: [row[name] for row in rows] for name in names})
    found: dict[_Cell, list[str]] = {}
    for part in sums.take(off=off):
        for line in part.text.decode().splitlines():
            values = line.split("\t")
            assert len(values) == len(columns_of(_ROLLUP))
            grain, combination, *rest = values[: len(KEY)]
            cell = (int(grain), part.combinations[int(combination)], *rest)
            assert cell not in found
            found[cell] = values[len(KEY) :]
    assert list(sums.take()) == []
    return found


def expected(documents: Sequence[tuple[str, str, list[_Row]]]) -> dict[_Cell, list[_Row]]:
    """The rows of each cell, with their document's number."""
    cells: dict[_Cell, list[_Row]] = defaultdict(list)
    for number, (kind, region, rows) in enumerate(documents, start=1):
        for row in rows:
            code = "" if row["code"] == NULL else row["code"]
            for picked in (row["level"], *(["leaf"] if row["is_leaf"] == "t" else [])):
                fund = None if row["fund"] == NULL else row["fund"]
                parts = (kind, "department", 2024 - int(row["fiscal_year"]), "final", row["statement_key"], fund)
                combination = (*parts, None, None, None, None, picked)
                keys = [(2, "", code), (3, f"{region[:2]}0000", code[:3])]
                for grain, division, digits in [*keys, *([(1, region, "")] if picked in TOTALS else [])]:
                    cell = (grain, combination, row["fiscal_year"], division, digits)
                    cells[cell].append({**row, "code": code, "document": str(number)})
    return cells


def sum_of(rows: Sequence[Mapping[str, str]], measure: str) -> tuple[int, Decimal, dict[int, int]]:
    """Values, their exact sum with the most decimals of one, and how many have how many decimals of a yuan."""
    places: dict[int, int] = defaultdict(int)
    values = [(Decimal(row[measure]), row["unit_exponent"]) for row in rows if row[measure] != NULL]
    with localcontext(prec=200):
        scales = [max(0, -int(value.as_tuple().exponent)) for value, _ in values]
        for scale, (_, unit) in zip(scales, values, strict=True):
            places[scale - (0 if unit == NULL else int(unit))] += 1
        total = sum((value for value, _ in values), Decimal(0)).quantize(Decimal(1).scaleb(-max(scales, default=0)))
    return len(values), total, places


@settings(max_examples=40, deadline=None)
@given(batches=st.lists(_documents, max_size=3))
def test_sums_of_cells_are_those_of_their_rows(batches: list[list[tuple[str, str, list[_Row]]]]) -> None:
    found = added(batches)
    cells = expected([document for batch in batches for document in batch])
    assert set(found) == set(cells)
    for cell, rows in cells.items():
        grain, values = cell[0], dict(zip(columns_of(_ROLLUP)[len(KEY) :], found[cell], strict=True))
        assert int(values["lines"]) == len(rows)
        assert int(values[f"disclosures_{ {1: 0, 2: 9, 3: 3}[grain] }"]) == len({row["document"] for row in rows})
        for n, measure in enumerate(_ROLLUP.measures, start=1):
            if measure not in _MEASURES or (grain == 1 and n > 1):
                assert values[f"lines_{n}"] == values[f"amount_{n}"] == NULL
                continue
            count, total, places = sum_of(rows, measure)
            if not count:
                assert values[f"lines_{n}"] == values[f"amount_{n}"] == NULL
                continue
            assert int(values[f"lines_{n}"]) == count
            amount = Decimal(values[f"amount_{n}"])
            assert (amount, amount.as_tuple().exponent) == (total, total.as_tuple().exponent)
            counted = int(values[f"usual_{n}"]) * 10**72
            counted += 0 if values[f"unusual_{n}"] == NULL else int(values[f"unusual_{n}"])
            assert counted == sum(times * 10 ** (12 * (place + 8)) for place, times in places.items())


@settings(max_examples=40, deadline=None)
@given(documents=_documents)
def test_disclosures_of_coarser_cells_are_counted_once_among_their_codes(
    documents: list[tuple[str, str, list[_Row]]],
) -> None:
    """The counts of all codes with the same first digits together are how many disclosures there are."""
    found, cells = added([documents]), expected(documents)
    columns = columns_of(_ROLLUP)[len(KEY) :]
    for depth in DEPTHS:
        counted: dict[_Cell, int] = defaultdict(int)
        documents_of: dict[_Cell, set[str]] = defaultdict(set)
        for (grain, combination, year, _, code), values in found.items():
            if grain == 2:
                counted[combination, year, code[:depth]] += int(values[columns.index(f"disclosures_{depth}")])
        for (grain, combination, year, _, code), rows in cells.items():
            if grain == 2:
                documents_of[combination, year, code[:depth]] |= {row["document"] for row in rows}
        assert counted == {key: len(numbers) for key, numbers in documents_of.items()}


@settings(max_examples=40, deadline=None)
@given(documents=_documents)
def test_what_is_taken_off_is_what_was_added(documents: list[tuple[str, str, list[_Row]]]) -> None:
    ours, off = added([documents]), added([documents], off=True)
    assert set(ours) == set(off)
    for cell, values in ours.items():
        for value, other in zip(values, off[cell], strict=True):
            assert value == other == NULL or Decimal(value) == Decimal(other).copy_negate()


@settings(max_examples=40, deadline=None)
@given(documents=_documents)
def test_sums_of_batches_are_those_of_one(documents: list[tuple[str, str, list[_Row]]]) -> None:
    assert added([[document] for document in documents]) == added([documents])
