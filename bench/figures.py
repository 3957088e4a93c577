"""What the measurements come to: rates and costs way by way, ratios taken within each round, and what was aimed at."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from load import Result
from servers import Server

# What a session of Postgres has used is counted with its end, and that comes after its client's.
_LEAVE = 0.2


@dataclass(frozen=True)
class Measured:
    """One figure: a value for each round, and the bound that it is to keep (`least` or `most`), if there is one."""

    key: str  # what a floor is committed for: pages/a department/usual
    what: str
    values: tuple[float, ...]
    unit: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def middle(self) -> float:
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the median keeps its bound; None where nothing is aimed at."""
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.middle >= self.least) and (self.most is None or self.middle <= self.most)

    def aim(self) -> str:
        if self.least is not None:
            return f"≥ {_written(self.least)}{self.unit}"
        return "" if self.most is None else f"≤ {_written(self.most)}{self.unit}"

    def shown(self) -> str:
        """The median, and the smallest and the largest of the rounds."""
        return spread(self.values, self.unit)


@dataclass(frozen=True)
class Part:
    """What a part of the benchmark found: tables to read, and the figures that are held against bounds."""

    title: str
    text: str
    measured: tuple[Measured, ...] = ()


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
    least: dict[str, list[float]] = field(default_factory=dict)  # the quickest answers of all, in milliseconds

    def add(self, way: str, result: Result, used: float = 0.0) -> None:
        """A round of one way, and the processor seconds that it took."""
        if result.failed:
            said = ", ".join(sorted(result.instead))
            raise SystemExit(f"{self.name}, {way}: {result.failed} of {result.answers} requests failed: {said}")
        self.rates.setdefault(way, []).append(result.per_second)
        self.waits.setdefault(way, []).append(result.percentile(0.5))
        self.least.setdefault(way, []).append(result.percentile(0))
        self.costs.setdefault(way, []).append(1000 * used / result.answers)

    def rate(self, way: str) -> float:
        return statistics.median(self.rates[way])

    def faster(self, one: str, other: str) -> tuple[float, ...]:
        """How many times the rate of the other it has, in each round."""
        return tuple(a / b for a, b in zip(self.rates[one], self.rates[other], strict=True))

    def longer(self, one: str, other: str) -> tuple[float, ...]:
        """How many times the median wait of the other it has, in each round."""
        return tuple(a / b for a, b in zip(self.waits[one], self.waits[other], strict=True))

    def cheaper(self, one: str, other: str) -> tuple[float, ...]:
        """How many times as much processor time an answer of the other costs, in each round."""
        return tuple(b / a for a, b in zip(self.costs[one], self.costs[other], strict=True))

    def quickest(self, one: str, other: str) -> tuple[float, ...]:
        """How many times longer its quickest answer takes: of hundreds one is hardly kept waiting by other work."""
        return tuple(a / b for a, b in zip(self.least[one], self.least[other], strict=True))

    def cost(self, way: str) -> str:
        return f"{statistics.median(self.costs[way]):.2f} ms"

    def wait(self, way: str) -> str:
        return f"{statistics.median(self.waits[way]):.1f} ms"


def spread(values: Sequence[float], unit: str = "") -> str:
    """The median of the rounds, and the smallest and the largest."""
    found = sorted(values)
    middle = statistics.median(found)
    return f"**{_written(middle)}**{unit} ({_written(found[0])}–{_written(found[-1])})"


def _written(value: float) -> str:
    """With as many digits as say something."""
    return f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"  # noqa: PLR2004


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
    time.sleep(_LEAVE)
    return result, server.used() - before


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def verdicts(measured: Sequence[Measured]) -> str:
    """The figures with their bounds: what was aimed at, what was found, over how many rounds."""
    signs = {True: "yes", False: "**no**", None: ""}
    rows = [[one.what, one.aim(), one.shown(), str(len(one.values)), signs[one.met]] for one in measured]
    return table(["figure", "aim", "median (spread)", "rounds", "met"], rows)
