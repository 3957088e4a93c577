"""Page 1 against page 10,000 of the same list, uncached; and what an offset costs there."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from functools import partial

import load
from figures import Figures, Measured, Part, at_work, in_turn, table
from load import Result
from queries import LIMIT
from stage import Stage

PAGES = 10_000
_STEP = 1000  # rows of a page on the way there


def measure(stage: Stage) -> Part:
    """The list of all lines at its beginning and PAGES pages on (or as far as there are lines)."""
    pages = min(PAGES, stage.lines // LIMIT - 1)
    first = f"/v1/expenditures?limit={LIMIT}"
    with stage.ours() as ours, stage.usual() as usual:
        at = {"ours": ours, "usual": usual}
        cursor = _walk(ours.base, (pages - 1) * LIMIT)
        paths = {
            "page 1": ("ours", first),
            "deep": ("ours", f"{first}&cursor={cursor}"),
            "usual, page 1": ("usual", first),
            "usual, deep": ("usual", f"{first}&offset={(pages - 1) * LIMIT}"),
        }
        assert _get(ours.base + paths["deep"][1])["data"] == _get(usual.base + paths["usual, deep"][1])["data"]

        def ask(way: str, path: str) -> tuple[Result, float]:
            return at_work(at[way], partial(load.measure, at[way].base, [path], seconds=stage.seconds, connections=1))

        ways = {name: partial(ask, *pair) for name, pair in paths.items()}
        found = in_turn(Figures("depth"), ways, rounds=stage.rounds)
    rows = [
        ["ours, by cursor", found.wait("page 1"), found.wait("deep")],
        ["usual, by offset", found.wait("usual, page 1"), found.wait("usual, deep")],
    ]
    name = f"page {pages:,}"
    measured = (
        Measured("depth/ours", f"{name} ÷ page 1, p50", found.longer("deep", "page 1"), "×", most=1.2),
        Measured("depth/ours by processor time", f"{name} ÷ page 1, processor time",
                 found.cheaper("page 1", "deep"), "×", most=1.2),
        Measured("depth/usual", f"the usual way: {name} ÷ page 1, p50",
                 found.longer("usual, deep", "usual, page 1"), "×"),
    )  # fmt: skip
    return Part("Deep pages", table(["one connection, p50", "page 1", name], rows), measured)


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
