"""Sums over all lines by year × class × province, uncached, and DuckDB's on the Parquet file of the same lines."""

from __future__ import annotations

import json
import time
import urllib.request
from functools import partial

import duckdb
import load
from figures import Figures, Measured, Part, at_work, in_turn, table
from load import Result
from stage import Stage

_PATH = "/v1/expenditures/aggregate?group_by=year,class,province&limit=1000"
# What our answer holds: the lines of all funds that no other line is part of, by their year, class and province.
_SQL = """
    SELECT fiscal_year, code[1:3] AS class, region_code[1:2] AS province, count(*), sum(total) FROM '{file}'
    WHERE fund = 'all' AND is_leaf {more} GROUP BY ALL ORDER BY ALL LIMIT 1000"""
ASKED = {
    "budgets": ("&kind=budget", "AND kind = 'budget'"),
    "final accounts": ("&kind=final", "AND kind = 'final'"),
}


def measure(stage: Stage) -> Part:
    """The first thousand groups, by one connection, of budgets and of final accounts."""
    with stage.served() as server, duckdb.connect() as beside:
        found = []
        for name, (pair, condition) in ASKED.items():
            text = _SQL.format(file=stage.parquet, more=condition)
            _same(server.base + _PATH + pair, beside.execute(text).fetchall(), name)
            ways = {
                "ours": partial(
                    at_work,
                    server,
                    partial(load.measure, server.base, [_PATH + pair], seconds=stage.seconds, connections=1),
                ),
                "DuckDB": partial(_repeat, beside, text, stage.seconds),
            }
            found.append(in_turn(Figures(name), ways, rounds=stage.rounds))
    rows = [[one.name, one.wait("ours"), one.wait("DuckDB"), one.cost("ours")] for one in found]
    measured = [
        Measured(f"sums/{one.name}", f"year × class × province of {one.name}, p50", tuple(one.waits["ours"]), " ms",
                 most=20)
        for one in found
    ]  # fmt: skip
    measured += [
        Measured(f"sums/{one.name}/DuckDB", f"DuckDB on Parquet ÷ ours, {one.name}, p50",
                 one.longer("DuckDB", "ours"), "×")
        for one in found
    ]  # fmt: skip
    return Part("Sums", table(["one connection, p50", "ours", "DuckDB", "processor time"], rows), tuple(measured))


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
