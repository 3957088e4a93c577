"""Sums over all lines by year × class × province, uncached, and DuckDB's on the Parquet file of the same lines."""

from __future__ import annotations

import itertools
import json
import time
import urllib.request
from functools import partial

import duckdb
import load
from figures import Figures, Measured, Part, at_work, in_turn, table
from load import Result
from stage import Stage

_PATH = "/v1/expenditures/aggregate?group_by=year,class,province&limit={limit}"
_LIMITS = (1000, 100)  # the most, and as many as a page has by itself
# What our answer holds: the lines of all funds that no other line is part of, by their year, class and province.
_SQL = """
    SELECT fiscal_year, code[1:3] AS class, region_code[1:2] AS province, count(*), sum(total) FROM '{file}'
    WHERE fund = 'all' AND is_leaf {more} GROUP BY ALL ORDER BY ALL LIMIT {limit}"""
ASKED = {
    "budgets": ("&kind=budget", "AND kind = 'budget'"),
    "final accounts": ("&kind=final", "AND kind = 'final'"),
}


def measure(stage: Stage) -> Part:
    """The first thousand groups and the first hundred, by one connection, of budgets and of final accounts."""
    found = []
    with stage.served() as server, duckdb.connect() as beside:
        for (name, (pair, condition)), limit in itertools.product(ASKED.items(), _LIMITS):
            text = _SQL.format(file=stage.parquet, more=condition, limit=limit)
            url = server.base + (path := _PATH.format(limit=limit) + pair)
            _same(url, beside.execute(text).fetchall(), name)
            ask = partial(load.measure, server.base, [path], seconds=stage.seconds, connections=1)
            ask()  # each connection plans the statement for itself, a few times
            ways = {
                "ours": partial(at_work, server, ask),
                "DuckDB": partial(_repeat, beside, text, stage.seconds),
            }
            found.append(in_turn(Figures(f"{limit:,} groups of {name}"), ways, rounds=stage.rounds))
    rows = [[one.name, one.wait("ours"), one.wait("DuckDB"), one.cost("ours"), one.cost("DuckDB")] for one in found]
    measured = []
    for one in found:
        key, what = f"sums/{one.name}", f"year × class × province, {one.name}"
        measured += [
            Measured(key, f"{what}, p50", tuple(one.waits["ours"]), " ms", most=20),
            Measured(f"{key}/processor", f"{what}, processor time", tuple(one.costs["ours"]), " ms", most=20),
            Measured(f"{key}/DuckDB", f"DuckDB on Parquet ÷ ours, {one.name}, p50", one.longer("DuckDB", "ours"), "×"),
        ]
    headings = ["one connection, p50", "ours", "DuckDB", "processor time: ours", "DuckDB"]
    return Part("Sums", table(headings, rows), tuple(measured))


def _same(url: str, groups: list[tuple[object, ...]], name: str) -> None:
    with urllib.request.urlopen(url, timeout=120) as response:  # noqa: S310 - our own server
        data = json.loads(response.read())["data"]
    ours = [(one["fiscal_year"], one["class_code"], one["lines"]) for one in data]
    theirs = [(group[0], group[1], group[3]) for group in groups]
    assert sorted(map(str, ours)) == sorted(map(str, theirs)), f"{name}: {ours[:3]} is not {theirs[:3]}"


def _repeat(beside: duckdb.DuckDBPyConnection, text: str, seconds: float) -> tuple[Result, float]:
    result, used = Result(), time.process_time()
    begun = time.perf_counter()
    while (asked := time.perf_counter()) < begun + seconds:
        beside.execute(text).fetchall()
        result.latencies.append(time.perf_counter() - asked)
    result.seconds = time.perf_counter() - begun
    return result, time.process_time() - used
