"""What stands below an item of a 收支总表: its numbered parts, the three budgets, its subjects by their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.checks.balance import BALANCES, FUNDS, SIDES, Side, expenditure_columns, side_rows
from app.checks.document import Document, Series
from app.checks.families import Row, adds_up
from app.checks.rule import Comparison, rule
from app.records import StatementKey
from app.values import fold

_PARTS = ("item_part", "balance_part")
_ITEMS = ("item", "opening_balance", "closing_balance")
# 一、 （一） 1、 (1): each is a level of its own.
_NUMBERING = (
    re.compile(r"([一二三四五六七八九十]+)、"),
    re.compile(r"\(([一二三四五六七八九十]+)\)"),
    re.compile(r"(\d+)[、.]"),
    re.compile(r"\((\d+)\)"),
)
_DIGITS = {sign: number for number, sign in enumerate("一二三四五六七八九", start=1)}
# The three budgets by their names, numbered or not: together they are what they stand below.
_BUDGETS = (re.compile(r"一般公共预算"), re.compile(r"政府性基金"), re.compile(r"国有资本"))
_BY_BUDGET = len(_NUMBERING)
_APPROPRIATION = re.compile(r"财政拨款")

_OTHER_SCOPE = (
    "两表该类合计不一致，口径可能不同",
    "the two tables differ in the class itself: their scopes may differ",
)
_NOT_ALL = ("编号的分项未必列全", "the numbered parts need not be all")


@dataclass
class _Level:
    """Parts of one item that are numbered alike, until the numbers no longer follow one another."""

    kind: int
    whole: Row
    parts: list[Row] = field(default_factory=list)
    follows: bool = True

    def add(self, row: Row, number: int) -> None:
        self.parts.append(row)
        self.follows = self.follows and number == len(self.parts)


def _number(text: str) -> tuple[int, int] | None:
    """Kind of the numbering and the number that a row begins with; None without one."""
    folded = fold(text)
    for kind, numbering in enumerate(_NUMBERING):
        found = numbering.match(folded)
        if found:
            return kind, _value(found.group(1))
    return None


def _value(digits: str) -> int:
    if digits.isdecimal():
        return int(digits)
    tens, _, ones = digits.rpartition("十")
    if "十" not in digits:
        return _DIGITS.get(digits, 0)
    return 10 * (_DIGITS.get(tens, 0) if tens else 1) + _DIGITS.get(ones, 0)


def _below_items(series: Series, side: Side) -> Iterator[tuple[Row, list[Row]]]:
    """Each item with the parts that follow it."""
    item: Row | None = None
    parts: list[Row] = []
    for pair in (*side_rows(series, side), None):
        if pair is not None and pair[1].role in _PARTS:
            parts.append(pair)
            continue
        if item is not None and parts:
            yield item, parts
        item, parts = (pair if pair is not None and pair[1].role in _ITEMS else None), []


def _levels(item: Row, parts: Sequence[Row]) -> list[_Level]:
    """The numbered parts of an item, level by level; a part without a number (其中：…) is of none."""
    budgets = [_budget(pair[1].name) for pair in parts]
    if budgets == list(range(len(parts))):
        return [_Level(_BY_BUDGET, item, list(parts))]
    found: list[_Level] = []
    open_levels: list[_Level] = []
    above = item
    for pair in parts:
        numbered = _number(pair[1].item)
        if numbered is None:
            continue
        kind, number = numbered
        while open_levels and kind in [one.kind for one in open_levels] and open_levels[-1].kind != kind:
            open_levels.pop()
        if not open_levels or open_levels[-1].kind != kind:
            open_levels.append(_Level(kind, above))
            found.append(open_levels[-1])
        open_levels[-1].add(pair, number)
        above = pair
    return found


def _budget(name: str) -> int:
    return next((n for n, budget in enumerate(_BUDGETS) if budget.search(fold(name))), -1)


@rule(
    "I3.parts_of_item",
    zh="编号的分项之和等于所属项目",
    en="Numbered parts add up to their item",
    formula="所属项目 = Σ编号分项（一般公共预算 + 政府性基金预算 + 国有资本经营预算）",
    formula_en="item = sum of its numbered parts, or of the three budgets",
    statements=BALANCES,
)
def parts_of_item(document: Document) -> Iterator[Comparison]:
    for series in document.series("balance_lines"):
        for side in SIDES:
            for item, below in _below_items(series, side):
                for level in _levels(item, below):
                    if len(level.parts) > 1 and level.follows:
                        yield from _added(document, series, side, level)


def _added(document: Document, series: Series, side: Side, level: _Level) -> Iterator[Comparison]:
    whole_of_fiscal = series.place[0] == "fiscal_appropriation" or _APPROPRIATION.search(level.whole[1].name)
    complete = level.kind == _BY_BUDGET and whole_of_fiscal
    for column in expenditure_columns(document, series, side):
        whole = document.figure("balance_lines", level.whole[0], column)
        parts = document.figures("balance_lines", level.parts, column)
        if whole.amount is None or all(part.amount is None for part in parts):
            continue
        less = sum(part.value for part in parts) < whole.value
        yield Comparison(
            left=(whole,), right=parts, whole_statement=False, doubt=_NOT_ALL if less and not complete else None
        )


_STATEMENTS: tuple[tuple[StatementKey, tuple[StatementKey, ...]], ...] = (
    ("revenue_and_expenditure", ("expenditure",)),
    (
        "fiscal_appropriation",
        ("general_public_budget_expenditure", "government_fund_expenditure", "state_capital_expenditure"),
    ),
)


@rule(
    "I14.expenditure_by_name",
    zh="收支总表按名称列示的款、项与支出表一致",
    en="Divisions and items named in the balance are those of the expenditure statement",
    formula="收支总表某类之下的款、项 = 支出表同名科目合计",
    formula_en="a division or item below a class of the balance = the row of that name of the statement",
    statements=("revenue_and_expenditure", "fiscal_appropriation", *(key for _, keys in _STATEMENTS for key in keys)),
)
def expenditure_by_name(document: Document) -> Iterator[Comparison]:
    for key, keys in _STATEMENTS:
        for balance in document.series("balance_lines", key):
            statements = [one for one in document.series("expenditures", *keys) if one.when == balance.when]
            for item, parts in _below_items(balance, "expenditure"):
                code = item[1].functional_code
                printing = [one for one in statements if code and _class(one, code)]
                # Of a class that two budgets pay for the balance prints both together.
                if len(printing) != 1:
                    continue
                column = _column(document, balance, printing[0])
                of_class = [index for index, row in printing[0].rows if row.code == code]
                same = len(of_class) == 1 and adds_up(
                    document.figure("balance_lines", item[0], column),
                    [document.figure("expenditures", of_class[0], "total")],
                )
                for part, row in _same_names(parts, _class(printing[0], code)):
                    yield Comparison(
                        left=(document.figure("balance_lines", part[0], column),),
                        right=(document.figure("expenditures", row[0], "total"),),
                        whole_statement=False,
                        doubt=None if same else _OTHER_SCOPE,
                    )


def _column(document: Document, balance: Series, statement: Series) -> str:
    """The column of the balance that a statement of one budget details: its own, or the total where there is none."""
    funds = dict(zip(_STATEMENTS[1][1], FUNDS, strict=True))
    fund = funds.get(statement.place[0])
    return fund if fund is not None and document.fields(balance, *FUNDS) else "total"


def _class(statement: Series, code: str) -> list[Row]:
    """The rows below a class, in a statement that prints each code once: of no institution, or of one."""
    if sum(row.level == "unit" for _, row in statement.rows) > 1:
        return []
    found: list[Row] = []
    inside = False
    for pair in statement.rows:
        if pair[1].level in ("class", "total", "unit"):
            inside = pair[1].code == code
        elif inside:
            found.append(pair)
    return found


def _same_names(parts: Sequence[Row], rows: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Rows of the two tables that are of one subject: all in the same order, or those whose name each has once."""
    here, there = ([fold(row.name) for _, row in one] for one in (parts, rows))
    if here == there:
        yield from zip(parts, rows, strict=True)
        return
    once = {name for names in (here, there) for name, count in Counter(names).items() if count == 1}
    twice = {name for names in (here, there) for name, count in Counter(names).items() if count > 1}
    for pair, name in zip(parts, here, strict=True):
        if name in once - twice and name in there:
            yield pair, rows[there.index(name)]
