"""What a change of one printed figure does: which figures a failed rule then names, and which no rule watches.

    python -m tests.checks.mutate [--cells N] FILE…

reports it for documents, figure by figure: of each statement, and of the narrative, how many figures it prints, how
many of them some result compares, and of how many a change is named by a failed rule that was not there before.
With --cells at most N compared figures of each statement of each document are changed, chosen once for all. A figure
that should be no more than another is caught by one direction of change alone; those are counted beside the others.
"""

from __future__ import annotations

import argparse
import itertools
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from app.checks import stated
from app.checks.document import LISTS, Document, Figure
from app.checks.evaluate import evaluate
from app.checks.rule import Comparison, Judgement
from app.checks.run import RULES, check
from app.checks.words import is_money
from app.records import CheckResult, ParsedDisclosure
from app.values import Unit

# Odd enough that no other figure of a document makes up for it. Of money it is 万元, whatever the unit in print, so
# that a table in yuan is changed by more than a narrative in 万元 rounds away.
CHANGE = Decimal("7.31")

Place = tuple[str, int, str]  # list, position in it, field
NARRATIVE = "(narrative)"
# The same figures are chosen on every run.
_SEED = 5


@dataclass
class Shares:
    """By statement: figures printed, figures that a result compares, changes that a failed result names."""

    printed: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)  # of those compared: figures that were changed
    caught: Counter[str] = field(default_factory=Counter)
    one_way: Counter[str] = field(default_factory=Counter)  # of those caught: only by a lower figure
    doubted: Counter[str] = field(default_factory=Counter)  # not caught: the rule says a doubt and does not judge
    missed: list[tuple[str, Place]] = field(default_factory=list)  # compared, and yet not caught
    alone: Counter[tuple[str, str]] = field(default_factory=Counter)  # no result compares it: statement and field

    def add(self, other: Shares) -> None:
        """Take in the shares of another document."""
        self.printed += other.printed
        self.compared += other.compared
        self.tried += other.tried
        self.caught += other.caught
        self.one_way += other.one_way
        self.doubted += other.doubted
        self.missed += other.missed
        self.alone += other.alone

    def table(self) -> str:
        """The shares as lines of text."""
        lines = [
            "| statement | printed | compared | changed | caught | share | doubted | in bounds | one way |",
            "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
        ]
        for key in [*sorted(self.printed), ""]:
            printed, compared, tried, caught, one_way, doubted = (
                one[key] if key else one.total()
                for one in (self.printed, self.compared, self.tried, self.caught, self.one_way, self.doubted)
            )
            share = f"{100 * caught / tried:.1f} %" if tried else ""
            lines.append(
                f"| {key or 'all'} | {printed} | {compared} | {tried} | {caught} | {share} | {doubted}"
                f" | {tried - caught - doubted} | {one_way} |"
            )
        lines += [f"not compared: {key}.{name} ({count})" for (key, name), count in sorted(self.alone.items())]
        return "\n".join(lines)


def figures(parsed: ParsedDisclosure) -> Iterator[Place]:
    """Every printed amount of the tables of the document, and of its narrative.

    A merged cell, such as the weight of a first level, is one figure however many records have it.
    """
    for source in LISTS:
        seen = set()
        for index, record in enumerate(getattr(parsed, source)):
            for name in record.cells:
                printed = (record.statement_key, record.statement_ordinal, name, record.cells[name])
                if isinstance(getattr(record, name, None), Decimal) and printed not in seen:
                    seen.add(printed)
                    yield source, index, name
    for index, said in enumerate(parsed.stated_amounts):
        for name in ("amount", "percent"):
            if getattr(said, name) is not None:
                yield stated.SOURCE, index, name


def changed(parsed: ParsedDisclosure, source: str, index: int, name: str, amount: Decimal) -> ParsedDisclosure:
    """The document with one other figure, in the cell that prints it and in every record that has it from there."""
    records = list(getattr(parsed, source))
    record = records[index]
    if source == stated.SOURCE:
        records[index] = record.model_copy(update={name: amount})
        return parsed.model_copy(update={source: records})
    row, column = record.cells[name]
    for position, one in enumerate(records):
        same = (one.statement_key, one.statement_ordinal) == (record.statement_key, record.statement_ordinal)
        if same and one.cells.get(name) == (row, column):
            records[position] = one.model_copy(update={name: amount})
    statements = []
    for one in parsed.statements:
        if (one.key, one.ordinal) == (record.statement_key, record.statement_ordinal):
            grid = [list(cells) for cells in one.grid]
            grid[row][column] = f"{amount}"
            one = one.model_copy(update={"grid": grid})  # noqa: PLW2901 - the statement as it is then
        statements.append(one)
    return parsed.model_copy(update={source: records, "statements": statements})


def failed(parsed: ParsedDisclosure) -> list[CheckResult]:
    """What the rules accuse the document of."""
    return [result for result in check(parsed) if result.status == "failed"]


def names(result: CheckResult, place: Place) -> bool:
    """Whether the figure is among those that the result compares."""
    return any((one.source, one.index, one.field) == place for one in result.operands)


def shares(parsed: ParsedDisclosure, *, most: int | None = None) -> Shares:
    """Change every compared figure of the document, one at a time; at most so many of each statement."""
    found = Shares()
    before = check(parsed)
    said = {result.sentence_zh for result in before if result.status == "failed"}
    watched: dict[Place, set[str]] = defaultdict(set)
    for result in before:
        if result.status in ("passed", "rounding", "failed"):
            for one in result.operands:
                watched[one.source, one.index, one.field].add(result.rule)
    compared: dict[str, list[Place]] = defaultdict(list)
    for place in figures(parsed):
        source, index, name = place
        key = getattr(getattr(parsed, source)[index], "statement_key", NARRATIVE)
        found.printed[key] += 1
        if place in watched:
            found.compared[key] += 1
            compared[key].append(place)
        else:
            found.alone[key, name] += 1
    for key, places in compared.items():
        chosen = places if most is None or len(places) <= most else random.Random(_SEED).sample(places, most)  # noqa: S311 - no secret
        for place in chosen:
            found.tried[key] += 1
            caught = _caught(parsed, place, said, watched[place])
            if isinstance(caught, Decimal):
                found.caught[key] += 1
                found.one_way[key] += caught < 0
            else:
                found.doubted[key] += caught == "insufficient"
                found.missed.append((key, place))
    return found


def _caught(parsed: ParsedDisclosure, place: Place, said: set[str], rules: set[str]) -> Decimal | str:
    """The change of the figure that a failed result names which was not there before; where none is, what is said.

    Only the rules that compare the figure are run again, and of what they find only what has the figure in it.
    """
    source, index, name = place
    record = getattr(parsed, source)[index]
    unit = getattr(record, "unit", None)
    scale = Unit.WAN.exponent if unit is Unit.YUAN and is_money(name) else 0
    doubted = False
    for change in (CHANGE, -CHANGE):
        wrong = changed(parsed, source, index, name, getattr(record, name) + change.scaleb(scale))
        results = list(_about(wrong, place, rules))
        if any(result.status == "failed" and result.sentence_zh not in said for result in results):
            return change
        doubted = doubted or any(result.status == "insufficient" for result in results)
    return "insufficient" if doubted else "passed"


def _about(parsed: ParsedDisclosure, place: Place, rules: set[str]) -> Iterator[CheckResult]:
    """What these rules say of the figure."""
    document = Document(parsed)
    for rule in map(RULES.get, sorted(rules)):
        assert rule is not None
        for found in rule.function(document):
            if any((one.source, one.index, one.field) == place for one in _figures_of(found)):
                result = evaluate(document, rule, found)
                if result is not None and names(result, place):
                    yield result


def _figures_of(found: Comparison | Judgement) -> Iterator[Figure]:
    if isinstance(found, Judgement):
        yield from found.figures
    else:
        yield from itertools.chain(found.left, found.right, *found.readings)


def main() -> None:
    """Report of the files on the command line, one by one and together."""
    from app.parse.document import parse_file  # noqa: PLC0415 - the functions above work without a parser

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cells", type=int, help="change at most so many figures of each statement of a document")
    options.add_argument("files", nargs="+", type=Path)
    asked = options.parse_args()
    together = Shares()
    for path in asked.files:
        parsed = parse_file(path)
        began = time.process_time()
        results = check(parsed)
        seconds = time.process_time() - began
        one = shares(parsed, most=asked.cells)
        print(  # noqa: T201 - the report
            f"{path.name}: {len(results)} results in {seconds:.2f} s; {one.caught.total()} of {one.tried.total()} "
            f"changes caught, {one.compared.total()} of {one.printed.total()} figures compared",
            flush=True,
        )
        together.add(one)
    print(together.table())  # noqa: T201 - the report
    for (key, name), count in Counter((key, f"{place[0]}.{place[2]}") for key, place in together.missed).most_common():
        print(f"not caught: {key}: {name} ({count})")  # noqa: T201 - the report


if __name__ == "__main__":
    main()
