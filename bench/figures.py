"""What the measurements print: for each thing measured its rates, way by way, and ratios taken within each round."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from load import Result
from servers import Server


@dataclass
class Figures:
    """What several ways to answer the same requests do, round after round.

    Requests per second, median latencies in milliseconds, and the processor time that an answer costs, also in
    milliseconds: it says what a way would do with the machine to itself, where other work slows the rates down.
    """

    name: str
    rates: dict[str, list[float]] = field(default_factory=dict)
    waits: dict[str, list[float]] = field(default_factory=dict)
    costs: dict[str, list[float]] = field(default_factory=dict)

    def add(self, way: str, result: Result, used: float = 0.0) -> None:
        """A round of one way, and the processor seconds that it took."""
        if result.failed:
            raise SystemExit(f"{self.name}, {way}: {result.failed} of {result.answers} requests failed")
        self.rates.setdefault(way, []).append(result.per_second)
        self.waits.setdefault(way, []).append(result.percentile(0.5))
        self.costs.setdefault(way, []).append(1000 * used / result.answers)

    def rate(self, way: str) -> float:
        return statistics.median(self.rates[way])

    def ratio(self, one: str, other: str) -> str:
        """How many times the rate of the other it has."""
        return _shown(a / b for a, b in zip(self.rates[one], self.rates[other], strict=True))

    def cheaper(self, one: str, other: str) -> str:
        """How many times as much processor time an answer of the other costs."""
        return _shown(b / a for a, b in zip(self.costs[one], self.costs[other], strict=True))

    def cost(self, way: str) -> str:
        return f"{statistics.median(self.costs[way]):.2f} ms"

    def wait(self, way: str) -> str:
        return f"{statistics.median(self.waits[way]):.1f} ms"


def _shown(ratios: Iterable[float]) -> str:
    """The median of the rounds' ratios, and the smallest and the largest."""
    found = sorted(ratios)
    middle = statistics.median(found)
    digits = 2 if middle < 10 else 0  # noqa: PLR2004 - two digits that say something
    return f"**{middle:.{digits}f}** ({found[0]:.{digits}f}–{found[-1]:.{digits}f})"


def in_turn(figures: Figures, ways: Mapping[str, Callable[[], tuple[Result, float]]], *, rounds: int) -> Figures:
    """Measure the ways one after the other, round after round, since the machine's speed drifts."""
    for _ in range(rounds):
        for way, run in ways.items():
            figures.add(way, *run())
    return figures


def at_work(server: Server, run: Callable[[], Result]) -> tuple[Result, float]:
    """What `run` finds, and the processor seconds that the server uses meanwhile."""
    before = server.used()
    result = run()
    return result, server.used() - before


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
