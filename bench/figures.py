"""What the measurements print: for each thing measured its rates, way by way, and ratios taken within each round."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from load import Result


@dataclass
class Figures:
    """Requests per second and median latencies of several ways to answer the same requests, round after round."""

    name: str
    rates: dict[str, list[float]] = field(default_factory=dict)
    waits: dict[str, list[float]] = field(default_factory=dict)

    def add(self, way: str, result: Result | float) -> None:
        """A round of one way: what the load generator found, or a plain rate."""
        if isinstance(result, float):
            self.rates.setdefault(way, []).append(result)
            return
        if result.failed:
            raise SystemExit(f"{self.name}, {way}: {result.failed} of {len(result.latencies)} requests failed")
        self.rates.setdefault(way, []).append(result.per_second)
        self.waits.setdefault(way, []).append(result.percentile(0.5))

    def rate(self, way: str) -> float:
        return statistics.median(self.rates[way])

    def ratio(self, one: str, other: str) -> str:
        """The median of the rounds' ratios, and the smallest and the largest."""
        found = sorted(a / b for a, b in zip(self.rates[one], self.rates[other], strict=True))
        middle = statistics.median(found)
        digits = 2 if middle < 10 else 0  # noqa: PLR2004 - two digits that say something
        return f"**{middle:.{digits}f}** ({found[0]:.{digits}f}–{found[-1]:.{digits}f})"

    def wait(self, way: str) -> str:
        return f"{statistics.median(self.waits[way]):.1f} ms"


def in_turn(figures: Figures, ways: Mapping[str, Callable[[], Result | float]], *, rounds: int) -> Figures:
    """Measure the ways one after the other, round after round, since the machine's speed drifts."""
    for _ in range(rounds):
        for way, run in ways.items():
            figures.add(way, run())
    return figures


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
