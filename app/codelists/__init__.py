"""The code lists that are packaged with the project: facts only, read once.

Divisions are GB/T 2260 as of the edition that the list was taken from; functional and economic codes are what about
270 real disclosures print (no complete official edition was to be had as data), so a code that is not listed is
accepted everywhere and only remarked upon.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app import values


@dataclass(frozen=True)
class Division:
    """An administrative division: code, own name, name with its parents' before it, level, parent's code."""

    code: str
    name: str
    full_name: str
    level: str
    parent_code: str | None


@dataclass(frozen=True)
class Subject:
    """A listed classification code. `years_seen` are the years in which exactly this name was printed."""

    code: str
    name: str
    name_en: str | None
    classification: str  # functional, department, government
    confidence: str  # verified: seen in two or more documents; single_document
    years_seen: tuple[int, ...]


COUNTRY = Division(code="000000", name="中国", full_name="中国", level="country", parent_code=None)


@cache
def divisions() -> dict[str, Division]:
    """Every division by its code; `000000` is the country, whose central bodies publish too."""
    names = {row["code"]: row["name"] for row in _rows("divisions.csv")}
    found = {COUNTRY.code: COUNTRY}
    for code in sorted(names):
        parent = next((up for up in (f"{code[:4]}00", f"{code[:2]}0000") if up in names and up != code), None)
        above = "" if parent is None else found[parent].full_name
        found[code] = Division(
            code=code,
            name=names[code],
            full_name=above + names[code],
            level=values.region_level(code),
            parent_code=parent or COUNTRY.code,
        )
    return found


@cache
def functional_subjects() -> dict[str, Subject]:
    """Every listed functional code (功能分类科目)."""
    return {row["code"]: _subject(row, "functional") for row in _rows("functional.csv")}


@cache
def economic_subjects() -> dict[str, Subject]:
    """Every listed economic code: 301-399 of departmental budgets, 501-599 of government budgets."""
    return {row["code"]: _subject(row, row["classification"]) for row in _rows("economic.csv")}


@cache
def _english() -> dict[str, str]:
    return {row["code"]: row["name"] for row in _rows("english.csv")}


def english_name(code: str) -> str | None:
    """The English name where a standard one exists."""
    return _english().get(code)


@cache
def simplified() -> dict[str, str]:
    """The simplified character for each traditional one that has exactly one (single characters of OpenCC's t2s)."""
    return {row["traditional"]: row["simplified"] for row in _rows("traditional.csv")}


@cache
def abbreviations() -> dict[str, str]:
    """What everybody says for a long name: 网络安全和信息化委员会办公室 is 网信办."""
    return {row["name"]: row["abbreviation"] for row in _rows("abbreviations.csv")}


@cache
def check_rules() -> dict[str, tuple[str, str]]:
    """The Chinese and the English title of every rule of app/checks by its id; written by `gongkai rules`."""
    return {row["id"]: (row["zh"], row["en"]) for row in _rows("check_rules.csv")}


def _subject(row: dict[str, str], classification: str) -> Subject:
    return Subject(
        code=row["code"],
        name=row["name"],
        name_en=english_name(row["code"]),
        classification=classification,
        confidence=row["confidence"],
        years_seen=tuple(int(year) for year in row["years_seen"].split()),
    )


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()))
