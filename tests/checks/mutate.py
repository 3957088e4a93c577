"""What a change of one printed figure does: which figures a failed rule then names, and which no rule watches.

    python -m tests.checks.mutate FILE…

reports it for documents, cell by cell: of each statement how many figures it prints, how many of them some result
compares, and of how many a change is named by a failed rule that was not there before. A figure that should be no more
than another is caught by one direction of change alone; those are counted beside the others.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from app.checks.document import LISTS
from app.checks.run import check
from app.records import CheckResult, ParsedDisclosure

# Odd enough that no other figure of a document makes up for it.
CHANGE = Decimal("7.31")

Place = tuple[str, int, str]  # list, position in it, field


@dataclass
class Shares:
    """By statement: figures printed, figures that a result compares, changes that a failed result names."""

    printed: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    one_way: Counter[str] = field(default_factory=Counter)  # of those caught: only by a lower figure
    missed: list[tuple[str, Place]] = field(default_factory=list)  # compared, and yet not caught
    alone: Counter[tuple[str, str]] = field(default_factory=Counter)  # no result compares it: statement and field

    def add(self, other: Shares) -> None:
        """Take in the shares of another document."""
        self.printed += other.printed
        self.compared += other.compared
        self.caught += other.caught
        self.one_way += other.one_way
        self.missed += other.missed
        self.alone += other.alone

    def table(self) -> str:
        """The shares as lines of text."""
        lines = [f"{'statement':<36}{'printed':>8}{'compared':>9}{'caught':>8}{'share':>8}{'one way':>9}"]
        for key in [*sorted(self.printed), ""]:
            printed, compared, caught, one_way = (
                one[key] if key else one.total() for one in (self.printed, self.compared, self.caught, self.one_way)
            )
            share = f"{caught / compared:.1%}" if compared else "-"
            lines.append(f"{key or 'all':<36}{printed:>8}{compared:>9}{caught:>8}{share:>8}{one_way:>9}")
        lines += [f"not compared: {key}.{name} ({count})" for (key, name), count in sorted(self.alone.items())]
        return "\n".join(lines)


def figures(parsed: ParsedDisclosure) -> Iterator[Place]:
    """Every printed amount of the tables of the document."""
    for source in LISTS:
        for index, record in enumerate(getattr(parsed, source)):
            for name in record.cells:
                if isinstance(getattr(record, name, None), Decimal):
                    yield source, index, name


def changed(parsed: ParsedDisclosure, source: str, index: int, name: str, amount: Decimal) -> ParsedDisclosure:
    """The document with one other figure, in its record and in the cell that prints it."""
    records = list(getattr(parsed, source))
    record = records[index]
    records[index] = record.model_copy(update={name: amount})
    row, column = record.cells[name]
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


def shares(parsed: ParsedDisclosure) -> Shares:
    """Change every figure of the document, one at a time."""
    found = Shares()
    before = check(parsed)
    said = {result.sentence_zh for result in before if result.status == "failed"}
    judged = [result for result in before if result.status in ("passed", "rounding", "failed")]
    watched = {(one.source, one.index, one.field) for result in judged for one in result.operands}
    for place in figures(parsed):
        source, index, name = place
        record = getattr(parsed, source)[index]
        key = record.statement_key
        found.printed[key] += 1
        if place not in watched:
            found.alone[key, name] += 1
            continue
        found.compared[key] += 1
        for change in (CHANGE, -CHANGE):
            wrong = changed(parsed, source, index, name, getattr(record, name) + change)
            if any(names(result, place) and result.sentence_zh not in said for result in failed(wrong)):
                found.caught[key] += 1
                found.one_way[key] += change < 0
                break
        else:
            found.missed.append((key, place))
    return found


def main() -> None:
    """Report of the files on the command line, one by one and together."""
    from app.parse.document import parse_file  # noqa: PLC0415 - the functions above work without a parser

    together = Shares()
    for path in map(Path, sys.argv[1:]):
        parsed = parse_file(path)
        one = shares(parsed)
        print(f"{path.name}: {one.caught.total()} of {one.compared.total()} compared, {one.printed.total()} printed")  # noqa: T201 - the report
        together.add(one)
    print(together.table())  # noqa: T201 - the report


if __name__ == "__main__":
    main()
