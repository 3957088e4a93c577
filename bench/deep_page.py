"""Page 1 against page 10,000 of the same list, uncached; and what an offset costs there."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Mapping
from functools import partial

from figures import Figures, at_work, in_turn, table
from load import Result, measure
from queries import LIMIT
from servers import Server

PAGES = 10_000
_STEP = 1000  # rows of a page on the way there


def measure_depth(at: Mapping[str, Server], lines: int, *, seconds: float, rounds: int) -> str:
    """The list of all lines at its beginning and PAGES pages on (or as far as there are lines)."""
    pages = min(PAGES, lines // LIMIT - 1)
    cursor = _walk(at["ours"].base, (pages - 1) * LIMIT)
    first = f"/v1/expenditures?limit={LIMIT}"
    paths = {
        "page 1": ("ours", first),
        f"page {pages:,}": ("ours", f"{first}&cursor={cursor}"),
        "usual, page 1": ("usual", first),
        f"usual, page {pages:,}": ("usual", f"{first}&offset={(pages - 1) * LIMIT}"),
    }
    assert (
        _get(at["ours"].base + paths[f"page {pages:,}"][1])["data"]
        == _get(at["usual"].base + paths[f"usual, page {pages:,}"][1])["data"]
    )

    def ask(way: str, path: str) -> tuple[Result, float]:
        return at_work(at[way], partial(measure, at[way].base, [path], seconds=seconds, connections=1))

    ways = {name: partial(ask, *pair) for name, pair in paths.items()}
    found = in_turn(Figures("depth"), ways, rounds=rounds)
    one, other, usual_one, usual_other = paths
    rows = [
        ["ours, by cursor", found.wait(one), found.wait(other), found.ratio(one, other), found.cheaper(one, other)],
        [
            "usual, by offset",
            found.wait(usual_one),
            found.wait(usual_other),
            found.ratio(usual_one, usual_other),
            found.cheaper(usual_one, usual_other),
        ],
    ]
    return table(
        [
            "one connection, p50",
            "page 1",
            f"page {pages:,}",
            f"page {pages:,} takes so many times longer",
            "by processor time",
        ],
        rows,
    )


def _walk(base: str, rows: int) -> str:
    """The cursor behind so many rows of the list."""
    cursor, left = "", rows
    while left:
        step = min(_STEP, left)
        pairs = {"limit": str(step), "fields": "id"} | ({"cursor": cursor} if cursor else {})
        cursor = _get(f"{base}/v1/expenditures?{urllib.parse.urlencode(pairs)}")["page"]["cursor"]
        left -= step
    return cursor


def _get(url: str):  # noqa: ANN202 - JSON
    with urllib.request.urlopen(url, timeout=60) as response:  # noqa: S310 - our own server
        return json.loads(response.read())
