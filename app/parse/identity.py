"""Whose disclosure a document is: department, its code, fiscal year, budget or final account, scope, division."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypedDict, TypeVar, Unpack

from app import codelists, values
from app.errors import DocumentError
from app.parse.grid import TitledGrid
from app.parse.layout import Layout
from app.parse.regions import region_of
from app.records import Kind, Scope
from app.values import fold

# A title line is short; a sentence that mentions the budget is not a title.
_LONGEST_TITLE_LINE = 70
# How many paragraphs at the beginning may make up the title, one line each.
_TITLE_LINES = 8
# 2024年部门预算, 2024年度滦南县海风局部门决算, 2024年部门（单位）预算.
_DISCLOSURE = re.compile(
    r"(?P<year>199\d|20\d\d)年?度?(?P<name>[^\d,，。;；:：、]{0,40}?)"
    r"(?P<scope>部门|单位)(?:\((?:部门|单位)\))?(?:综合)?(?P<kind>预算|决算)(?!(?:支出)?经济)"
)
# 2025年预算公开, 2023年度决算公开说明: some departments leave 部门 out. Only a document full of a department's
# statements is taken at this word, since whole governments publish their budgets too.
_DISCLOSURE_OF_ONE = re.compile(
    r"(?P<year>199\d|20\d\d)年?度?(?P<name>[^\d,，。;；:：、]{0,40}?)"
    r"(?P<kind>预算|决算)(?:信息)?(?:及.{0,20})?(?:公开|草案|报告|说明|情况说明|报表)"
)
# 部门预算经济分类 and 部门预算支出经济分类 name a classification, not a disclosure.
_NO_YEAR = re.compile(r"(?P<scope>部门|单位)(?:\((?:部门|单位)\))?(?:综合)?(?P<kind>预算|决算)(?!(?:支出)?经济)")
# What a document of statements only, without a title, says of itself: 预算数 over columns, （2026年度） over a table.
_KIND_OF_COLUMN = re.compile(r"(预算|决算)数?$")
_YEAR_OF_TABLE = re.compile(r"^\(?((?:19|20)\d\d)年度?\)?$")
_ORGAN_LABEL = re.compile(r"(?:项目)?主管部门|(?:部门|单位)(?:\((?:部门|单位)\))?名称:?")
# So many known statements make a document the disclosure of a department even where no text says so.
_STATEMENTS_OF_A_DISCLOSURE = 4
_LEADERS = re.compile(r"[.…·]{3,}\s*\d*$")
_SENTENCE = re.compile(r"[，。；：、,;:]")
_BUDGET_YEAR = re.compile(r"预算年度[:：](199\d|20\d\d)")
_PART = re.compile(r"^第[一二三四五六七八九十]{1,3}(?:部分|章)|^附件\d*[:：]?|^关于|^[一二三四五六七八九十]{1,3}、")
_NAMED = re.compile(r"^(?:编制|填报)?(?:部门|单位)(?:名称)?:(?P<name>\D.+)$")
_CODED = re.compile(r"^(?P<code>\d{3,12})(?:[-_])?(?P<name>(?![年月日度])[^\d\W]\D{3,})$")
# 水利部, 审计署: the shortest names have three signs. 中国（上海）自由贸易试验区 has brackets near its beginning.
_ORGAN = re.compile(r"[\u4e00-\u9fff]{4}|[\u4e00-\u9fff]{2}(?:[部署]$|\([\u4e00-\u9fff])")
_NOT_AN_ORGAN = re.compile(
    r"预算|决算|目录|公开|情况|说明|部分|[,，。;；:：]|^\d|表$|年度?$|(?:名称|编码|代码|类型|科目)$|万元|份额|总额"
)
# 汇总 says that subordinate units are in the figures; it is no part of the name.
_CONSOLIDATED = re.compile(r"[(（]汇总[)）]$")
_WRITTEN_YEAR = re.compile(
    r"[二贰]\s?[〇零○ＯO0]\s?[〇零○ＯO0一二三四五六七八九]\s?[〇零○ＯO0一二三四五六七八九](?=\s?年)"
)
_FIGURES = str.maketrans("〇零○ＯO一二贰三四五六七八九", "000001223456789")
_Vote = TypeVar("_Vote", int, str)


class Said(TypedDict, total=False):
    """What whoever gives the document says of it, where the document itself is silent or unclear."""

    region_code: str | None
    department_name: str | None
    fiscal_year: int | None
    kind: Kind | None


@dataclass(frozen=True)
class Identity:
    """What identifies a disclosure, and its title as printed.

    `is_part` says that the file is no disclosure as a whole but a performance table published beside one.
    """

    region_code: str
    department_name: str
    department_code: str | None
    fiscal_year: int
    kind: Kind
    scope: Scope
    title: str
    is_part: bool = False


def identify(layout: Layout, *, source_file: str, statements: int = 0, **said: Unpack[Said]) -> Identity:
    """The document's identity; what is `said` of it settles that part. DocumentError where a part cannot be known.

    `statements` is how many of its tables are known statements: where they are many, their own words may say what no
    title does.
    """
    lines = _title_lines(layout)
    years, kinds, scopes = _votes(layout, lines)
    if not kinds and statements >= _STATEMENTS_OF_A_DISCLOSURE:
        of_one = [found for line in lines if (found := _DISCLOSURE_OF_ONE.search(fold(line)))]
        kinds = Counter(found["kind"] for found in of_one) or _kinds_of_columns(layout)
        scopes = Counter({"部门": 1})
        years = years or Counter(int(found["year"]) for found in of_one) or _years_of_tables(layout)
    is_part = not kinds and any(True for _ in _labelled_names(layout))
    if is_part:
        # A table of targets or of self-evaluation that is published alone names its department in a cell.
        kinds = Counter(kind for table in layout.tables for kind in _kind_of_performance(table.title))
        scopes = Counter({"部门": 1})
        years = years or Counter(year for table in layout.tables if (year := values.parse_year(table.title)))
    kind, year = said.get("kind"), said.get("fiscal_year")
    if not kinds and (kind is None or not statements):
        raise DocumentError(
            f"{source_file}: nothing says 部门预算 or 部门决算 (单位预算, 单位决算); "
            "this is not the disclosure of a department; if it is one all the same, say so with --kind budget or final"
        )
    if year is None and not years:
        raise DocumentError(
            f"{source_file}: no fiscal year is printed (2025年部门预算, 预算年度：2025); say which one with --year YEAR"
        )
    name, code = _department(layout, lines)
    given = said.get("department_name")
    if given is not None and (name is None or values.normalise_department(given) != values.normalise_department(name)):
        name, code = given, None
    if name is None:
        raise DocumentError(
            f"{source_file}: no department is named, neither in the title nor above the tables; "
            "say which one with --department NAME"
        )
    return Identity(
        region_code=region_of(name, source_file, said.get("region_code")),
        department_name=name,
        department_code=code,
        fiscal_year=year or _most(years),
        kind=kind or ("final" if _most(kinds) == "决算" else "budget"),
        scope="unit" if scopes and _most(scopes) == "单位" else "department",
        title=_title(lines, name),
        is_part=is_part,
    )


def printed_code(table: TitledGrid) -> str | None:
    """The code of the body whose table it is, as printed before its name above the columns: 311001海风观测站."""
    for row in table.grid.rows[:3]:
        for cell in row:
            coded = _CODED.fullmatch(fold(cell))
            if coded and _ORGAN.match(coded["name"]) and not _NOT_AN_ORGAN.search(coded["name"]):
                return coded["code"]
    return None


def _title_lines(layout: Layout) -> list[str]:
    """The short paragraphs, in order: a title is one of them, or several of the first."""
    return [_in_digits(text.text) for text in layout.texts if len(text.text) <= _LONGEST_TITLE_LINE]


def _in_digits(line: str) -> str:
    """The line with a year that is written out in figures: 二〇二五年 as 2025年."""
    return _WRITTEN_YEAR.sub(lambda found: found.group().translate(_FIGURES), line)


def _votes(layout: Layout, lines: Sequence[str]) -> tuple[Counter[int], Counter[str], Counter[str]]:
    years: Counter[int] = Counter()
    kinds: Counter[str] = Counter()
    scopes: Counter[str] = Counter()
    # A title may be broken over lines: 2020年度 / department / 部门决算.
    whole = "".join(fold(line) for line in lines[:_TITLE_LINES])
    for line in (*map(fold, lines), *(fold(table.title) for table in layout.tables)):
        for found in _DISCLOSURE.finditer(line):
            years[int(found["year"])] += 1
            kinds[found["kind"]] += 1
            scopes[found["scope"]] += 1
    for table in layout.tables:
        for text in (*(cell for row in table.grid.rows[:3] for cell in row), *(before.text for before in table.before)):
            years.update(int(year) for year in _BUDGET_YEAR.findall(fold(text)))
    if not kinds:
        for line in (whole, *(fold(table.title) for table in layout.tables)):
            for found in _NO_YEAR.finditer(line):
                kinds[found["kind"]] += 1
                scopes[found["scope"]] += 1
    if not years and kinds:
        year = values.parse_year(whole)
        years.update([] if year is None else [year])
    return years, kinds, scopes


def _is_subject(code: str, name: str) -> bool:
    """Whether a code before a name is that of a functional or economic subject and not of a department."""
    listed = (codelists.functional_subjects().get(code), codelists.economic_subjects().get(code[:5]))
    return any(subject is not None and fold(subject.name) == name for subject in listed)


def _kinds_of_columns(layout: Layout) -> Counter[str]:
    """预算 or 决算, by the headings of the tables."""
    cells = (fold(cell) for table in layout.tables for row in table.grid.rows[:3] for cell in row)
    return Counter(found.group(1) for cell in cells if (found := _KIND_OF_COLUMN.search(cell)))


def _kind_of_performance(title: str) -> Iterable[str]:
    """Targets belong to a budget, self-evaluations to a final account."""
    folded = fold(title)
    if "自评" in folded:
        yield "决算"
    elif "绩效目标" in folded:
        yield "预算"


def _years_of_tables(layout: Layout) -> Counter[int]:
    texts = (
        fold(text)
        for table in layout.tables
        for text in (*(before.text for before in table.before), *(cell for row in table.grid.rows[:2] for cell in row))
    )
    return Counter(int(found.group(1)) for text in texts if (found := _YEAR_OF_TABLE.match(text)))


@dataclass
class _Names:
    """Votes for the department's name, each under its normalised form, with the form and the code first printed."""

    votes: Counter[str] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    printed: dict[str, str] = field(default_factory=dict)

    def vote(self, name: str, code: str | None = None) -> None:
        """Count a name if it can be the name of an organ."""
        if not _ORGAN.match(name) or _NOT_AN_ORGAN.search(name) or len(name) > _LONGEST_TITLE_LINE:
            return
        name = _CONSOLIDATED.sub("", name.strip())
        folded = values.normalise_department(name)
        self.votes[folded] += 1
        self.printed.setdefault(folded, name)
        if code is not None:
            self.codes[(folded, code)] += 1


def _department(layout: Layout, lines: Sequence[str]) -> tuple[str | None, str | None]:
    """The name that is printed most often in the places where the department is named, and its printed code."""
    names = _Names()
    _take_names_of_tables(layout, names)
    _take_names_of_titles(lines, names)
    if not names.votes:
        for labelled in _labelled_names(layout):
            names.vote(labelled)
    if not names.votes:
        return None, None
    # The most frequent; of equally frequent ones the longest, because short forms are short for something.
    name = max(names.votes, key=lambda folded: (names.votes[folded], len(folded), folded))
    code = next((code for (folded, code), _ in names.codes.most_common() if folded == name), None)
    return names.printed[name], code


def _take_names_of_tables(layout: Layout, names: _Names) -> None:
    """Above a table: `897中共…办公室`, `部门：…`."""
    for table in layout.tables:
        head = [cell for row in table.grid.rows[:3] for cell in row]
        if table.grid.boxes:
            # What breaks the lines of a cell on a page is its width.
            head = ["".join(cell.split("\n")) for cell in head]
        for text in (*head, *(before.text for before in table.before)):
            for line in map(fold, text.split("\n")):
                coded, named = _CODED.fullmatch(line), _NAMED.fullmatch(line)
                if coded and not _is_subject(coded["code"], coded["name"]):
                    names.vote(coded["name"], coded["code"])
                elif named:
                    names.vote(named["name"])


def _labelled_names(layout: Layout) -> Iterable[str]:
    """In the cell after 部门名称 or 主管部门, at the head of a table."""
    for table in layout.tables:
        for row in table.grid.rows[:3]:
            filled = [fold(cell) for cell in row if cell]
            yield from (name for label, name in pairwise(filled) if _ORGAN_LABEL.fullmatch(label))


def _take_names_of_titles(lines: Sequence[str], names: _Names) -> None:
    """In a title: before 2025年部门预算, or on the line above or below it."""
    for line in map(fold, lines):
        found = _DISCLOSURE.search(line) or _NO_YEAR.search(line) or _DISCLOSURE_OF_ONE.search(line)
        if found:
            names.vote(_PART.sub("", line[: found.start()]).removesuffix("关于"))
            names.vote(found.groupdict().get("name") or "")
    for index, line in enumerate(lines[:_TITLE_LINES]):
        near = [fold(other) for other in lines[max(0, index - 1) : index + 2] if other != line]
        if any(_DISCLOSURE.search(other) or _NO_YEAR.match(other) for other in near):
            names.vote(fold(line))


def _title(lines: Sequence[str], name: str) -> str:
    """The title as printed: the line that says whose and which year's it is, or the lines that say so together.

    A line of a table of contents loses its leaders; a sentence that says all of it is no title.
    """
    folded_name = values.normalise_department(name)
    plain = [_LEADERS.sub("", line.strip()).strip() for line in lines]
    headings = [line for line in plain if not _SENTENCE.search(line)]
    for line in (*headings, *(line for line in plain if not line.endswith((":", "：", "。")))):
        if _DISCLOSURE.search(fold(line)) and folded_name in values.normalise_department(line):
            return re.sub(r"^第[一二三四五六七八九十]+部分\s*", "", line)
    for index in range(min(_TITLE_LINES, len(plain))):
        together = " ".join(plain[: index + 1])
        if _NO_YEAR.search(fold(together)) and folded_name in values.normalise_department(together):
            return together
    return next((line for line in plain if _DISCLOSURE.search(fold(line))), name)


def _most(counts: Counter[_Vote]) -> _Vote:
    return max(counts.items(), key=lambda item: (item[1], str(item[0])))[0]
