"""A disclosure as rules see it: records by statement, year and phase, and each figure with its printed cell."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

from app import records
from app.checks.words import POINTS, field_words, is_money
from app.records import CodedLine, Finding, Line, ParsedDisclosure, StatedAmount, Statement, StatementKey
from app.values import Unit, fold

Place: TypeAlias = tuple[StatementKey, int]

# The lists of records that come out of statements.
LISTS = (
    "balance_lines",
    "revenues",
    "expenditures",
    "economic_lines",
    "three_public",
    "projects",
    "performance_indicators",
    "evaluation_lines",
    "procurement_items",
    "assets",
)
NARRATIVE = "文字说明"
# The expenditure of a balance that is printed once more, by another classification.
_SIDES = {
    "expenditure_by_kind": ("按支出性质", "by kind of expenditure"),
    "expenditure_by_economic": ("按部门经济分类", "by economic class"),
    "expenditure_by_government_economic": ("按政府经济分类", "by the government's economic class"),
}
# A code that was found by the name beside it, and might be another one's.
_RECOVERED = "code_recovered"
_WORD = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Figure:
    """One field of one record: the amount in the unit it is printed in, None where the cell is blank or holds words.

    A figure of the narrative has no place in a table; its record says in which line it stands.
    """

    source: str
    index: int
    field: str
    record: Line | StatedAmount | Finding
    amount: Decimal | None
    unit: Unit | None
    decimals: int
    cell: records.Cell | None
    text: str | None
    label: str
    label_en: str

    value: Decimal = dataclasses.field(init=False)  # the amount in yuan, a blank as 0; a quantity stays what it is
    # Half a unit of the last printed place, in yuan: how far the figure may lie from what was rounded.
    half_place: Decimal = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        # Worked out once: a figure takes part in many comparisons.
        value = half = Decimal(0)
        if self.amount is not None:
            exponent = 0 if self.unit is None else self.unit.exponent
            value = self.amount * Decimal(10**exponent)
            # Points are given, not measured: whole ones are exact.
            exact = self.field in POINTS and not self.decimals
            half = Decimal(0) if exact else Decimal(5).scaleb(exponent - self.decimals - 1)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "half_place", half)

    @property
    def place(self) -> Place | None:
        return (self.record.statement_key, self.record.statement_ordinal) if isinstance(self.record, Line) else None

    @property
    def row(self) -> int | None:
        """The row of the printed grid."""
        return self.record.row if isinstance(self.record, Line) else None


@dataclass(frozen=True)
class Series:
    """The rows of one list in one statement that measure the same year and phase, in the order of the table."""

    source: str
    place: Place
    fiscal_year: int
    phase: str
    rows: tuple[tuple[int, Any], ...]  # (position in the list, record)

    @property
    def when(self) -> tuple[int, str]:
        return self.fiscal_year, self.phase


class Document:
    """The records of one disclosure, ready for rules."""

    def __init__(self, parsed: ParsedDisclosure) -> None:
        self.parsed = parsed
        self.statements: dict[Place, Statement] = {(one.key, one.ordinal): one for one in parsed.statements}
        self._figures: dict[tuple[str, int, str], Figure] = {}

    @property
    def has_lines(self) -> bool:
        """Whether lines of the narrative are lines of the file; elsewhere they count paragraphs, which nobody sees."""
        return self.parsed.disclosure.format == "text"

    def status(self, *keys: StatementKey) -> set[str]:
        """What became of the statements of these keys."""
        return {one.status for place, one in self.statements.items() if place[0] in keys}

    def series(self, source: str, *keys: StatementKey) -> Iterator[Series]:
        """The series of a list; of these statements alone where some are named."""
        for one in self._series.get(source, ()):
            if not keys or one.place[0] in keys:
                yield one

    @cached_property
    def _series(self) -> dict[str, list[Series]]:
        found: dict[str, dict[tuple[Place, int, str], list[tuple[int, Any]]]] = defaultdict(lambda: defaultdict(list))
        for source in LISTS:
            for index, record in enumerate(getattr(self.parsed, source)):
                key = ((record.statement_key, record.statement_ordinal), record.fiscal_year, _phase(record))
                found[source][key].append((index, record))
        return {
            source: [Series(source, place, year, phase, tuple(rows)) for (place, year, phase), rows in groups.items()]
            for source, groups in found.items()
        }

    def figure(self, source: str, index: int, field: str) -> Figure:
        """The field of the n-th record of a list; several rules ask for the same one."""
        found = self._figures.get((source, index, field))
        if found is None:
            found = self._figures[source, index, field] = self._figure(source, index, field)
        return found

    def _figure(self, source: str, index: int, field: str) -> Figure:
        record = getattr(self.parsed, source)[index]
        printed = getattr(record, field)
        amount: Decimal | None = printed if isinstance(printed, Decimal) else None
        place = (record.statement_key, record.statement_ordinal)
        cell = record.cells.get(field)
        words, words_en = _labels(record, field)
        own = max(0, -int(amount.as_tuple().exponent)) if amount is not None else 0
        return Figure(
            source=source,
            index=index,
            field=field,
            record=record,
            amount=amount,
            unit=record.unit if is_money(field) else None,
            decimals=max(own, self._usual_decimals.get(place, 0)) if is_money(field) else own,
            cell=cell,
            text=printed if isinstance(printed, str) else self.text(place, cell),
            label=words,
            label_en=words_en,
        )

    def figures(self, source: str, rows: Iterable[tuple[int, Any]], field: str) -> tuple[Figure, ...]:
        """The same field of several rows."""
        return tuple(self.figure(source, index, field) for index, _ in rows)

    def fields(self, series: Series, *names: str) -> tuple[str, ...]:
        """Which of these columns the table prints, in any of its rows."""
        printed = {name for _, row in series.rows for name in row.cells}
        printed |= {name for _, row in series.rows for name in names if getattr(row, name) is not None}
        return tuple(name for name in names if name in printed)

    def text(self, place: Place, cell: records.Cell | None) -> str | None:
        """What a cell of a printed table holds."""
        if cell is None or place not in self.statements:
            return None
        grid = self.statements[place].grid
        row, column = cell
        return grid[row][column] if row < len(grid) and column < len(grid[row]) else None

    @cached_property
    def _usual_decimals(self) -> dict[Place, int]:
        """How many decimals a table keeps, by what most of its figures print.

        A spreadsheet that drops trailing zeros prints 2.4 and 1 beside 33.34: they are as precise as the others.
        """
        seen: dict[Place, Counter[int]] = defaultdict(Counter)
        for source in LISTS:
            for record in getattr(self.parsed, source):
                if record.unit is None:
                    continue
                for field in record.cells:
                    amount = getattr(record, field, None)
                    if isinstance(amount, Decimal) and is_money(field) and int(amount.as_tuple().exponent) < 0:
                        seen[record.statement_key, record.statement_ordinal][-int(amount.as_tuple().exponent)] += 1
        return {place: max(counted, key=lambda n: (counted[n], n)) for place, counted in seen.items()}

    def recovered(self, place: Place) -> bool:
        """Whether rows of the statement have codes that were found by the names beside them."""
        return place in self._recovered

    @cached_property
    def _recovered(self) -> frozenset[Place]:
        return frozenset(
            (finding.statement_key, finding.statement_ordinal or 1)
            for finding in self.parsed.findings
            if finding.code == _RECOVERED and finding.statement_key is not None
        )

    def prints(self, place: Place, word: str) -> bool:
        """Whether a cell of the statement has this word in it."""
        return any(word in cell for cell in self.cells(place))

    def cells(self, place: Place) -> Iterator[str]:
        """The cells of a printed table, folded."""
        statement = self.statements.get(place)
        for row in statement.grid if statement is not None else ():
            yield from (fold(cell) for cell in row)

    def heading(self, place: Place, column: int) -> str:
        """The lowest heading of a column, in words."""
        statement = self.statements.get(place)
        rows = statement.grid[: statement.header_rows] if statement is not None else []
        cells = [row[column] for row in rows if column < len(row)]
        return next((cell for cell in reversed(cells) if _WORD.search(cell)), "")

    def doubts(self, place: Place) -> Sequence[Finding]:
        """What the reader of the document could not read, or place, in the statement."""
        return self._doubts.get(place, ())

    @cached_property
    def _doubts(self) -> dict[Place, list[Finding]]:
        found: dict[Place, list[Finding]] = defaultdict(list)
        for finding in self.parsed.findings:
            if finding.statement_key is not None and finding.severity != "info":
                found[finding.statement_key, finding.statement_ordinal or 1].append(finding)
        return found

    def title(self, place: Place | None) -> str:
        """The statement's title as printed; of a figure outside of tables, what it stands in."""
        if place is None:
            return NARRATIVE
        statement = self.statements.get(place)
        return statement.title if statement is not None and statement.title else place[0]

    def title_en(self, place: Place | None) -> str:
        """The statement as English sentences name it: its title as printed, and what it is."""
        if place is None:
            return "The narrative"
        return f"《{self.title(place)}》 ({place[0].replace('_', ' ')})"


def _phase(record: Line) -> str:
    return str(getattr(record, "phase", ""))


def _labels(record: Line, field: str) -> tuple[str, str]:
    """What a figure is called: the row's printed name and, where it is not the table's main column, the column."""
    printed = getattr(record, "item_name", None) or getattr(record, "project_name", None) or ""
    name = str(getattr(record, "item", "")) if isinstance(record, records.BalanceLine) else ""
    name = name or str(getattr(record, "name", "")) or str(getattr(record, "level3", "") or "") or str(printed)
    if field == "level1_weight":
        name = str(getattr(record, "level1", None) or name)
    if isinstance(record, CodedLine) and record.code is not None:
        name = f"{record.code} {name}"
    elif isinstance(record, records.ProcurementItem) and record.is_total:
        name = "合计"
    zh, en = field_words(field)
    name = name[:200] or zh
    side = _SIDES.get(getattr(record, "side", ""))
    if side is not None:
        return f"{name}（{side[0]}）", f"{name}, {side[1]}"
    if field in ("total", "value") or zh in name:
        return name, name
    return f"{name}·{zh}", f"{name}, {en}"
