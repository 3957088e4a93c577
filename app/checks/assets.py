"""The table of fixed assets."""

from __future__ import annotations

from collections.abc import Iterator

from app.checks.document import Document, Series
from app.checks.rule import Comparison, rule

_PARTS = ("buildings", "vehicles", "large_equipment", "other")


def _items(series: Series) -> dict[str, int]:
    found: dict[str, list[int]] = {}
    for index, row in series.rows:
        found.setdefault(row.item, []).append(index)
    return {item: rows[0] for item, rows in found.items() if len(rows) == 1}


@rule(
    "I11.sum_of_assets",
    zh="资产总额等于各类资产之和",
    en="All assets are the sum of their kinds",
    formula="资产总额 = 房屋 + 车辆 + 大型设备 + 其他",
    formula_en="all assets = buildings + vehicles + large equipment + other",
    statements=("fixed_assets",),
)
def sum_of_assets(document: Document) -> Iterator[Comparison]:
    for series in document.series("assets"):
        rows = _items(series)
        if {"total", *_PARTS} <= set(rows):
            yield Comparison(
                left=(document.figure("assets", rows["total"], "value"),),
                right=tuple(document.figure("assets", rows[item], "value") for item in _PARTS),
            )


@rule(
    "I11.office_space",
    zh="办公用房不大于房屋",
    en="Office space is no more than the buildings",
    formula="其中：办公用房 ≤ 房屋",
    formula_en="office space ≤ buildings",
    statements=("fixed_assets",),
    basis="arithmetic",
)
def office_space(document: Document) -> Iterator[Comparison]:
    for series in document.series("assets"):
        rows = _items(series)
        if {"office_space", "buildings"} <= set(rows):
            for field in ("value", "quantity"):
                office = document.figure("assets", rows["office_space"], field)
                if office.amount is not None:
                    yield Comparison(
                        left=(office,),
                        right=(document.figure("assets", rows["buildings"], field),),
                        relation="≤",
                        whole_statement=False,
                    )
