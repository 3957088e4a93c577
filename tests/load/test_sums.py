"""What rows come to is exact, whatever their amounts, decimals, units and order, and whoever adds them.

Compared with sums of decimals made one by one, without the numbers that `app/sums.py` packs them into.
"""

from __future__ import annotations

import pickle
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.cells import KEY, columns_of, combination_id, lines_of
from app.copy_text import NULL
from app.rollups import REGION, ROLLUPS, TOTALS, Rollup
from app.sums import Document, Sums

_ROLLUP = ROLLUPS["expenditures"]
_MEASURES = ("total", "basic", "project")
_Cell = tuple[Any, ...]  # grain, combination, year, division and code
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


def summed(batches: Sequence[Sequence[tuple[str, str, list[_Row]]]], rollup: Rollup = _ROLLUP) -> Sums:
    """The sums of documents, which come in batches."""
    sums, number = Sums(), 0
    for batch in batches:
        documents, rows = [], list[_Row]()
        for kind, region, its_rows in batch:
            number += 1
            documents.append(Document(kind, "department", 2024, region, f"{region}-{number}", len(its_rows)))
            rows += its_rows
        names = rows[0] if rows else ("level", "is_leaf")
        sums.add(rollup.table, documents, {name: [row[name] for row in rows] for name in names})
    return sums


def cells(sums: Sums, rollup: Rollup = _ROLLUP) -> dict[_Cell, dict[str, str]]:
    """The cells of sums; they are written in the order of their key."""
    lines = [line.removesuffix("\n").split("\t") for line in lines_of(rollup, sums.of(rollup))]
    keys = [(int(line[0]), int(line[1]), *line[2 : len(KEY)]) for line in lines]
    assert keys == sorted(set(keys))
    return {
        key: dict(zip(columns_of(rollup)[len(KEY) :], line[len(KEY) :], strict=True))
        for key, line in zip(keys, lines, strict=True)
    }


def expected(documents: Sequence[tuple[str, str, list[_Row]]]) -> dict[_Cell, list[_Row]]:
    """The rows of each cell, with their document's number."""
    found: dict[_Cell, list[_Row]] = defaultdict(list)
    for number, (kind, region, rows) in enumerate(documents, start=1):
        for row in rows:
            code = "" if row["code"] == NULL else row["code"]
            for picked in (row["level"], *(["leaf"] if row["is_leaf"] == "t" else [])):
                fund = None if row["fund"] == NULL else row["fund"]
                parts = (kind, "department", 2024 - int(row["fiscal_year"]), "final", row["statement_key"], fund)
                combination = combination_id(_ROLLUP, (*parts, None, None, None, None, picked))
                for grain in _ROLLUP.grains:
                    if grain is REGION and picked not in TOTALS:
                        continue
                    division = {0: "", 2: f"{region[:2]}0000", 6: region}[grain.region_digits]
                    cell = (grain.number, combination, row["fiscal_year"], division, code[: grain.code_digits])
                    found[cell].append({**row, "document": str(number)})
    return found


def sum_of(rows: Sequence[Mapping[str, str]], measure: str) -> tuple[int, int, Decimal, int]:
    """Values, the most decimals of a yuan, the exact sum, and the number that counts them by decimals."""
    values = [(Decimal(row[measure]), row["unit_exponent"]) for row in rows if row[measure] != NULL]
    with localcontext(prec=200):
        scales = [max(0, -int(value.as_tuple().exponent)) for value, _ in values]
        places = [scale - (0 if unit == NULL else int(unit)) for scale, (_, unit) in zip(scales, values, strict=True)]
        total = sum((value for value, _ in values), Decimal(0)).quantize(Decimal(1).scaleb(-max(scales, default=0)))
    return len(values), max(places, default=0), total, sum(10 ** (12 * (place + 8)) for place in places)


def exactly(text: str) -> tuple[Decimal, object]:
    """A number and how many decimals it is written with."""
    return Decimal(text), Decimal(text).as_tuple().exponent


@settings(max_examples=60, deadline=None)
@given(batches=st.lists(_documents, max_size=3))
def test_cells_of_every_grain_hold_the_sums_of_their_rows(batches: list[list[tuple[str, str, list[_Row]]]]) -> None:
    found, rows_of = cells(summed(batches)), expected([document for batch in batches for document in batch])
    assert set(found) == set(rows_of)
    for cell, rows in rows_of.items():
        values = found[cell]
        assert int(values["lines"]) == len(rows)
        assert int(values["disclosures"]) == len({row["document"] for row in rows})
        for n, measure in enumerate(_ROLLUP.measures, start=1):
            shown = [values[f"{name}_{n}"] for name in ("lines", "places", "amount", "decimals")]
            count, places, total, decimals = sum_of(rows, measure) if measure in _MEASURES else (0, 0, Decimal(0), 0)
            if not count or (cell[0] == REGION.number and n > 1):
                assert shown == [NULL] * 4
            else:
                assert (int(shown[0]), int(shown[1]), int(shown[3])) == (count, places, decimals)
                assert exactly(shown[2]) == (total, total.as_tuple().exponent)


@settings(max_examples=40, deadline=None)
@given(documents=_documents, others=_documents)
def test_what_was_added_elsewhere_is_added_and_taken_off_again(
    documents: list[tuple[str, str, list[_Row]]], others: list[tuple[str, str, list[_Row]]]
) -> None:
    ours = cells(summed([documents]))
    sums = summed([documents])
    # As it comes from another process.
    parts = pickle.loads(pickle.dumps(list(summed([others]).parts())))  # noqa: S301 - our own
    for part in parts:
        sums.merge(part)
    together = cells(sums)
    assert set(together) == set(ours) | set(cells(summed([others])))
    for part in parts:
        sums.merge(part, off=True)
    left = cells(sums)
    assert set(left) == set(ours)
    for cell, values in ours.items():
        for name, value in values.items():
            if not name.startswith("places"):  # counted anew where cells are added
                assert value == left[cell][name] or Decimal(value) == Decimal(left[cell][name])
    for part in summed([documents]).parts():
        sums.merge(part, off=True)
    assert cells(sums) == {}


@settings(max_examples=40, deadline=None)
@given(documents=_documents)
def test_sums_of_batches_are_those_of_one(documents: list[tuple[str, str, list[_Row]]]) -> None:
    sums = summed([documents])
    assert cells(summed([[document] for document in documents])) == cells(sums)
    list(sums.parts())
    assert cells(sums) == {}


def test_a_disclosure_with_rows_of_several_institutions_is_counted_once() -> None:
    rollup = ROLLUPS["three-public"]
    row = {"fiscal_year": "2024", "phase": "final", "statement_key": "three_public", "item": "total"}
    rows = [
        {**row, "institution": name, "unit_exponent": "4", "total": "10000.00"}
        for name in (NULL, "甲所", "乙所", "甲所")
    ]
    found = cells(summed([[("final", "130205", rows)]], rollup), rollup)
    assert sorted((cell[0], values["lines"], values["disclosures"]) for cell, values in found.items()) == [
        (grain.number, lines, "1") for grain in sorted(rollup.grains, key=lambda one: one.number) for lines in "13"
    ]
