"""Promise: no number printed in a table is lost. Coverage is counted here without the parser's help, and must be 100 %.

The raw text is read anew: every tab-separated cell that holds a digit is a number to account for. It is accounted for
by a record of the statement that lies there (its decimal value, as often as it is printed, or its text within a text
field), by a finding that quotes it, or by this file's own idea of what is structure: row and column numbers, headings,
the line with the department, the year, the unit or the date.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from app.parse.document import parse_document, parse_file
from app.records import ParsedDisclosure, Statement

DISCLOSURES = Path(__file__).parents[2] / ".." / "shared" / "disclosures"
INVENTED = [
    path
    for path in sorted((Path(__file__).parents[1] / "documents").glob("*.txt"))
    if "\t" in path.read_text(encoding="utf-8")
]
REAL = sorted(DISCLOSURES.glob("00[0-4]_*.txt"))

# For invented departments whose division does not exist.
_SOME_DIVISION = "130224"
# For an invented part of a document, which has no identity of its own.
_SOME_TITLE = "\n红枫市档案馆2021年部门决算\n"

_STRUCTURE = re.compile(
    r"栏次|行次"
    r"|(?:预算年度|截止时间|截至|编制日期|时间)[::].*"
    r"|公开\d+表"
    r"|\d{1,2}月底.*"  # a column of the payment plan
    r"|(?:19|20)\d\d年?度?(?:(?:预算|决算|执行|预留中小微企业份额).*)?"  # a column heading
    r"|项目总实施期[::].*"
)
# A group of indicators with its weight, which a record holds as a number: 产出指标(50分).
_WEIGHTED = re.compile(r"(?P<words>.+)\((?P<weight>\d+)分\)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass
class _Stock:
    """What the records of one statement hold: each figure as often as it occurs, and all their texts."""

    figures: Counter[Decimal] = field(default_factory=Counter)
    decimals: set[Decimal] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    line_numbers: set[int] = field(default_factory=set)


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _raw_cells(path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """(line, cell, cells of the same printed line) for each cell with a digit, straight from the file."""
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if "\t" not in line:
            continue
        cells = [_fold(cell) for cell in line.split("\t")]
        for cell in cells:
            if re.search(r"\d", cell):
                yield number, cell, cells


def _number(text: str) -> Decimal | None:
    bare = text.replace(",", "").removesuffix("%")
    if re.fullmatch(r"\(.+\)", bare):
        bare = "-" + bare[1:-1]
    return Decimal(bare).normalize() if _NUMBER.fullmatch(bare) else None


def _stocks(parsed: ParsedDisclosure) -> dict[tuple[str, int], _Stock]:
    stocks = {(statement.key, statement.ordinal): _Stock() for statement in parsed.statements}
    for name in type(parsed).model_fields:
        for record in getattr(parsed, name) if name not in {"disclosure", "statements"} else ():
            if not hasattr(record, "statement_key") or record.statement_key is None:
                continue
            stock = stocks[record.statement_key, record.statement_ordinal]
            if name == "findings":
                # A finding accounts for a cell only if it quotes it and names row and column.
                if record.column is not None and record.text:
                    stock.findings.append(_fold(record.text))
                continue
            for attribute, value in record.model_dump().items():
                if isinstance(value, str):
                    stock.texts.append(_fold(value))
                elif isinstance(value, Decimal):
                    stock.decimals.add(value.normalize())
                    stock.figures[value.normalize()] += attribute in record.cells
            if getattr(record, "line_number", None) is not None:
                stock.line_numbers.add(record.line_number)
    return stocks


def _lines_of(statement: Statement) -> range:
    found = re.fullmatch(r"lines (\d+)-(\d+)", statement.location)
    return range(int(found[1]), int(found[2]) + 1) if found else range(0)


def _is_column_numbers(line: int, cells: list[str], lines: list[str]) -> bool:
    """Whether the cell stands in a row that only numbers the columns, in either layout of the text."""
    if len(cells) <= 2:  # one cell a line: the row is the run of lines around it
        first, last = line, line
        while first > 1 and lines[first - 2].startswith("\t"):
            first -= 1
        while last < len(lines) and lines[last].startswith("\t"):
            last += 1
        cells = [_fold(text) for text in lines[first - 1 : last]]
    numbers = [int(cell) for cell in cells if re.fullmatch(r"\d+", cell)]
    words = {cell for cell in cells if cell and not re.fullmatch(r"\d+", cell)}
    return numbers == list(range(1, len(numbers) + 1)) and words <= {"栏次"} and (len(numbers) > 2 or bool(words))


def _uncovered(path: Path, parsed: ParsedDisclosure) -> tuple[int, list[str]]:
    """How many numbers the tables print, and those of them that are accounted for nowhere."""
    lines = path.read_text(encoding="utf-8").split("\n")
    stocks = _stocks(parsed)
    names = {_fold(parsed.disclosure.department_name), _fold(parsed.disclosure.department_code or "")}
    total = 0
    lost: list[str] = []
    for line, cell, cells in _raw_cells(path):
        total += 1
        statement = next((each for each in parsed.statements if line in _lines_of(each)), None)
        if statement is None:
            lost.append(f"line {line}: {cell!r} lies in no statement")
        elif not _is_accounted_for(
            line, cell, cells, lines, stocks[statement.key, statement.ordinal], statement, names
        ):
            lost.append(f"line {line}: {cell!r} ({statement.key} {statement.ordinal})")
    return total, lost


def _is_accounted_for(
    line: int, cell: str, cells: list[str], lines: list[str], stock: _Stock, statement: Statement, names: set[str]
) -> bool:
    number = _number(cell)
    if number is not None and stock.figures[number]:
        stock.figures[number] -= 1
        return True
    quoted = any(cell[:80] in finding or finding in cell for finding in stock.findings)
    in_text = cell in stock.texts or (number is None and any(cell in text for text in stock.texts))
    if quoted or in_text or _STRUCTURE.fullmatch(cell) or cell.lstrip("0123456789") in names:
        return True
    if number is not None:
        return number in stock.line_numbers or _is_column_numbers(line, cells, lines)
    weighted = _WEIGHTED.fullmatch(cell)
    if weighted and weighted["words"] in stock.texts:
        return Decimal(weighted["weight"]).normalize() in stock.decimals
    # A table of names, or one that is declared empty, holds labels only; running text may be withheld from the records.
    # Either way the printed table has the words.
    labels = statement.key == "institutions" or statement.status == "declared_empty"
    kept = {_fold(statement.grid[row][column]) for row, column in statement.withheld}
    printed = {_fold(text) for row in statement.grid for text in row} if labels else set()
    return cell in printed or any(cell in text for text in kept)


@pytest.mark.parametrize("path", INVENTED, ids=lambda path: path.stem)
def test_every_number_in_the_tables_of_an_invented_document_is_accounted_for(path: Path) -> None:
    data = path.read_bytes()
    if not re.search("部门[预决]算", data.decode()):
        data += _SOME_TITLE.encode()
    total, lost = _uncovered(path, parse_document(data, source_file=path.name, region_code=_SOME_DIVISION))
    assert not lost, f"{total - len(lost)} of {total} numbers are accounted for; lost: {lost[:20]}"


@pytest.mark.skipif(not REAL, reason="the real disclosures are not committed; they are expected beside the repository")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem[:3])
def test_every_number_in_the_tables_of_a_real_disclosure_is_accounted_for(path: Path) -> None:
    total, lost = _uncovered(path, parse_file(path))
    assert total > 50, "the counting itself must find the numbers"
    assert not lost, f"{total - len(lost)} of {total} numbers are accounted for; lost: {lost[:20]}"


def _misplaced(parsed: ParsedDisclosure) -> Iterator[str]:
    """Figures whose cell, looked up in the printed table, does not print them."""
    grids = {(statement.key, statement.ordinal): statement.grid for statement in parsed.statements}
    for name in type(parsed).model_fields:
        for record in getattr(parsed, name) if name not in {"disclosure", "statements", "findings"} else ():
            for attribute, (row, column) in getattr(record, "cells", {}).items():
                value = getattr(record, attribute)
                printed = _fold(grids[record.statement_key, record.statement_ordinal][row][column])
                weighted = _WEIGHTED.fullmatch(printed)
                printed = weighted["weight"] if weighted else printed
                if isinstance(value, Decimal) and _number(re.sub(r"(?:万元|元)$", "", printed)) != value.normalize():
                    yield f"{record.statement_key} {attribute} {value} at ({row}, {column}): {printed!r}"


@pytest.mark.parametrize("path", [*INVENTED, *REAL], ids=lambda path: path.stem)
def test_every_figure_of_a_record_is_what_its_cell_prints(path: Path) -> None:
    data = path.read_bytes()
    if not re.search("部门[预决]算", data.decode()):
        data += _SOME_TITLE.encode()
    region = None if path in REAL else _SOME_DIVISION
    assert list(_misplaced(parse_document(data, source_file=path.name, region_code=region))) == []


def test_the_count_notices_a_lost_figure() -> None:
    """The counting must be able to fail: without one record, exactly its figures are missing."""
    path = next(path for path in INVENTED if path.stem == "hebei_budget_2024")
    parsed = parse_file(path)
    kept = [line for line in parsed.economic_lines if line.code != "30211"]
    _, lost = _uncovered(path, parsed.model_copy(update={"economic_lines": kept}))
    assert [re.sub(r"line \d+: ", "", each) for each in lost] == [
        "'10' (basic_expenditure_by_economic 1)",
        "'30211' (basic_expenditure_by_economic 1)",
        "'27.00' (basic_expenditure_by_economic 1)",
        "'27.00' (basic_expenditure_by_economic 1)",
    ]
