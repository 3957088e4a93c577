"""Text extractions of Word and PDF files → blocks: paragraphs and printed grids, cell by cell.

Two layouts occur. In `cells` every cell has a line of its own with a leading tab, and a blank line ends the row; in
`rows` every row has a line of its own with a tab between two cells. Both are full of accidents: blank lines inside a
cell, lines that continue a cell, a heading glued to the last cell of a table, bookmarks, page numbers. What is undone
here is the accident of the extraction only; no cell is dropped, added or moved to another row.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.errors import DocumentError
from app.parse.grid import Block, Document, Grid, Text
from app.values import fold

_BOOKMARK = re.compile(r"\[bookmark:[^\]\n]*\]")
# What Word and PDF extractions leave of a page's foot or head: `page number`, `- 12 -`, `第 3 页 共 10 页`.
_FURNITURE = re.compile(
    r"(?i)page\s*number|[-—－–]\s*\d{1,4}\s*[-—－–]|第\s*\d{1,4}\s*页(?:\s*[,，/]?\s*共\s*\d{1,4}\s*页)?"
)
_ONE_CELL = re.compile(r"\t[^\t]*\t?")
_HEADING = re.compile(r"(?:[一二三四五六七八九十]{1,3}[、.．]|第[一二三四五六七八九十]{1,3}(?:部分|章|节))")
_NOTE = re.compile(r"(?:注|说明|备注)[:：]")
_TOTAL = re.compile(r"(?:合|总|共)计")
_AMOUNT = re.compile(r"[-(]?[\d,.]+%?\)?")
# What may follow a number inside its cell on a line of its own: its unit.
_LONGEST_MEASURE = 4
# A cell of more signs than this may be a text that counts 一、 二、.
_LONGEST_WORD = 15
# Of two columns, a row cannot be told from a piece of a row.
_LEAST_COLUMNS = 2
# Stray tabs inside a paragraph occur; in the other layout at least every tenth line with a tab begins with text.
_RARE = 10
# Control characters that no text holds; their presence says that the file is not text.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def read_text(data: bytes, source_file: str) -> Document:
    """The document's blocks in order. DocumentError where the bytes are not text."""
    lines = re.split(r"\r\n|\r|\n", decode(data, source_file))
    stripped = not any(line.endswith("\t") for line in lines)
    reader = _CellLines() if _has_one_cell_a_line(lines) else _RowLines(stripped=stripped)
    for number, raw in enumerate(lines, start=1):
        bookmarked = _BOOKMARK.search(raw) is not None
        reader.take(_BOOKMARK.sub("", raw) if bookmarked else raw, number, bookmarked=bookmarked)
    return Document(
        blocks=tuple(reader.finish()),
        source_file=source_file,
        sha256=hashlib.sha256(data).hexdigest(),
        format="text",
    )


def _has_one_cell_a_line(lines: Sequence[str]) -> bool:
    """Which of the two layouts it is: where cells have lines of their own, hardly a line has its tab further in."""
    with_tab = [line for line in lines if "\t" in line]
    one_cell = sum(1 for line in with_tab if _ONE_CELL.fullmatch(line))
    inside = sum(1 for line in with_tab if not line.startswith("\t"))
    return 2 * one_cell >= len(with_tab) and _RARE * inside <= len(with_tab)


def decode(data: bytes, source_file: str) -> str:
    """The file's text: UTF-8 with or without a byte order mark, else GB18030. DocumentError names the bad byte."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise DocumentError(
                f"{source_file}: byte {error.start} (0x{data[error.start]:02x}) is neither UTF-8 nor GB18030; "
                "is this a text file?"
            ) from None
    binary = _BINARY.search(text)
    if binary:
        offset = len(text[: binary.start()].encode("utf-8", errors="surrogatepass"))
        raise DocumentError(
            f"{source_file}: control character 0x{ord(binary.group()):02x} near byte {offset}: this is a binary file, "
            "not text"
        )
    return text


@dataclass
class _Row:
    """Cells with the source lines on which the row begins and ends."""

    cells: list[str]
    line: int
    last_line: int


@dataclass
class _CellLines:
    """Reader of the layout with one cell per line."""

    parts: list[Text | list[_Row]] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    after_blank: bool = False

    def take(self, line: str, number: int, *, bookmarked: bool) -> None:
        """The next line of the file."""
        if line.startswith("\t"):
            if not self.rows or self.after_blank:
                self.rows.append(_Row([], number, number))
            self.rows[-1].cells.append(line[1:])
            self.rows[-1].last_line = number
            self.after_blank = False
        elif not line.strip() or _FURNITURE.fullmatch(line.strip()):
            self.after_blank = True
        elif self.rows and not self.after_blank and not bookmarked and self._continues_cell(line):
            self.rows[-1].cells[-1] += "\n" + line
            self.rows[-1].last_line = number
        else:
            self._end_table()
            self.parts.append(Text(line.strip(), number))

    def _continues_cell(self, line: str) -> bool:
        """Whether a line without a tab, straight after a cell, belongs to that cell or to the text after the table.

        A chapter heading, a note and a table's title do not continue a cell that holds a number or nothing, and a
        number is continued by no more than its unit. A chapter heading does not continue a mere word either, and one
        that is set off by a space never continues a cell.
        """
        body = line.strip()
        if _HEADING.match(body) and line[0].isspace():
            return False
        cell = fold(self.rows[-1].cells[-1])
        if cell and not _AMOUNT.fullmatch(cell):
            # 财政拨款 is no list that could go on with 二、; a goal that counts 一、 二、 is one.
            return not (_HEADING.match(body) and len(cell) <= _LONGEST_WORD and not _HEADING.match(cell))
        if cell and len(body) > _LONGEST_MEASURE:
            return False
        return not _begins_anew(body)

    def finish(self) -> list[Block]:
        self._end_table()
        return [part if isinstance(part, Text) else _grid(part) for part in _join_cut_tables(self.parts)]

    def _end_table(self) -> None:
        if self.rows:
            self.parts.append(_join_cut_rows(self.rows))
        self.rows = []
        self.after_blank = False


def _begins_anew(body: str) -> bool:
    """Whether a line reads like the beginning of something: a chapter, a note, a table's title."""
    return _HEADING.match(body) is not None or _NOTE.match(body) is not None or body.endswith("表")


def _join_cut_tables(parts: list[Text | list[_Row]]) -> list[Text | list[_Row]]:
    """Tables that a paragraph inside a cell has cut (a blank line before it, so it looked like text), joined again.

    The paragraph must stand close between two rows of the same width, the first of which ends in words; or close
    between two pieces of a row that add up to the width of the row above them.
    """
    joined: list[Text | list[_Row]] = []
    for part in parts:
        above = joined[-2] if len(joined) > 1 else None
        text = joined[-1] if joined else None
        if isinstance(part, list) and isinstance(text, Text) and isinstance(above, list) and above is not part:
            rest = _rest_of_cut_table(above, text, part)
            if rest is not None:
                joined.pop()
                above.extend(rest)
                continue
        joined.append(part)
    return joined


def _rest_of_cut_table(above: list[_Row], text: Text, below: list[_Row]) -> list[_Row] | None:
    """The rows to add to the table above, whose last row takes in the text; None where the text is in no cell."""
    last, first = above[-1], below[0]
    words = fold(last.cells[-1])
    if text.line != last.last_line + 2 or not words or _AMOUNT.fullmatch(words) or _begins_anew(text.text):
        return None
    if first.line == text.line + 2 and len(last.cells) == len(first.cells) > _LEAST_COLUMNS:
        last.cells[-1] += "\n" + text.text
        last.last_line = text.line
        return below
    full = len(above) > 1 and len(last.cells) + len(first.cells) == len(above[-2].cells)
    if first.line == text.line + 1 and full:
        last.cells[-1] += "\n" + text.text
        last.cells.extend(first.cells)
        last.last_line = first.last_line
        return below[1:]
    return None


def _join_cut_rows(rows: list[_Row]) -> list[_Row]:
    """Rows that a blank line inside a cell has cut, joined again.

    The usual width is the one that most rows have. Once a row of that width has been seen, neighbouring shorter pieces
    that add up to it exactly were one row. Headings, whose merged cells make them shorter too, come before.
    """
    counts = Counter(len(row.cells) for row in rows)
    width, often = max(counts.items(), key=lambda item: (item[1], item[0]))
    if often < 2 or width <= _LEAST_COLUMNS:  # noqa: PLR2004 - one row shows no usual width
        return rows
    first_full = next(index for index, row in enumerate(rows) if len(row.cells) == width)
    joined = rows[: first_full + 1]
    index = first_full + 1
    while index < len(rows):
        end, cells = index, 0
        while end < len(rows) and cells < width and len(rows[end].cells) < width:
            cells += len(rows[end].cells)
            end += 1
        if cells == width and end - index > 1:
            pieces = rows[index:end]
            all_cells = [cell for piece in pieces for cell in piece.cells]
            joined.append(_Row(all_cells, pieces[0].line, pieces[-1].last_line))
            index = end
        else:
            joined.append(rows[index])
            index += 1
    return joined


@dataclass
class _RowLines:
    """Reader of the layout with one row per line.

    `stripped` says that no line ends in a tab: what made the file took blank cells at the end of rows away. Then a row
    that is short says nothing, and a row may be a single word without a tab.
    """

    stripped: bool
    blocks: list[Block] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    width: int = 0  # of the table so far; a row that is cut inside a cell is shorter
    # Lines without a tab, straight after a row: perhaps the inside of a cell, perhaps a row of one cell.
    waiting: list[tuple[str, int]] = field(default_factory=list)

    def take(self, line: str, number: int, *, bookmarked: bool) -> None:
        """The next line of the file."""
        if "\t" in line:
            cells = line.split("\t")
            if not self._continues_row(cells, number):
                self._flush_waiting(row_follows=True)
                self.rows.append(_Row(cells, number, number))
                self.width = max(self.width, len(cells))
        elif not line.strip() or _FURNITURE.fullmatch(line.strip()):
            self._flush_waiting()
        elif self._may_belong_to_table(number) and not bookmarked:
            self.waiting.append((line, number))
        else:
            self._flush_waiting()
            self._end_table()
            self.blocks.append(Text(line.strip(), number))

    def _may_belong_to_table(self, number: int) -> bool:
        """Whether a line without a tab, or with the rest of a row, may go on with the last row."""
        if not self.rows or self.rows[-1].last_line + len(self.waiting) + 1 != number:
            return False
        return not self.waiting if self.stripped else len(self.rows[-1].cells) < self.width

    def _continues_row(self, cells: list[str], number: int) -> bool:
        """Join the rest of a row that a line break inside a cell has cut; whether there was such a row."""
        if self.stripped or not self._may_belong_to_table(number):
            return False
        last = self.rows[-1]
        inside = [last.cells[-1], *(line for line, _ in self.waiting), cells[0]]
        words = all(fold(part) and not _AMOUNT.fullmatch(fold(part)) for part in inside)
        if len(last.cells) + len(cells) - 1 != self.width or not words:
            return False
        last.cells = [*last.cells[:-1], "\n".join(inside), *cells[1:]]
        last.last_line = number
        self.waiting = []
        return True

    def _flush_waiting(self, *, row_follows: bool = False) -> None:
        """Decide what the waiting lines are: where ends of rows are stripped, a lone word may be a row."""
        waiting, self.waiting = self.waiting, []
        if not waiting:
            return
        line, number = waiting[0]
        if self.stripped and (row_follows or _TOTAL.fullmatch(fold(line))) and not _begins_anew(line.strip()):
            self.rows.append(_Row([line], number, number))
            return
        self._end_table()
        self.blocks.extend(Text(line.strip(), number) for line, number in waiting)

    def finish(self) -> list[Block]:
        self._flush_waiting()
        self._end_table()
        return self.blocks

    def _end_table(self) -> None:
        if self.rows:
            self.blocks.append(_grid(self.rows))
        self.rows = []
        self.width = 0


def _grid(rows: list[_Row]) -> Grid:
    line, last_line = rows[0].line, rows[-1].last_line
    return Grid(
        rows=tuple(tuple(cell.strip() for cell in row.cells) for row in rows),
        line=line,
        last_line=last_line,
        place=f"lines {line}-{last_line}",
        row_lines=tuple(row.line for row in rows),
    )
