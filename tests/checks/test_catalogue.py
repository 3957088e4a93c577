"""The catalogue is the committed one, and every declaration says in both languages what it compares and why."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from app import codelists
from app.checks.catalogue import catalogue_page, identity, rule_names
from app.checks.run import RULES
from app.records import StatementKey

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def test_page_is_the_committed_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == catalogue_page(), "run `gongkai rules` and commit docs/rules.md"


def test_list_of_names_is_the_committed_one() -> None:
    path = Path(codelists.__file__).with_name("check_rules.csv")
    assert path.read_text(encoding="utf-8") == rule_names(), (
        "run `gongkai rules` and commit app/codelists/check_rules.csv"
    )
    assert list(codelists.check_rules()) == list(RULES)


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_is_on_the_page_and_says_what_it_is(name: str) -> None:
    rule = RULES[name]
    assert catalogue_page().count(f"### `{name}` {rule.zh}\n") == 1
    assert 1 <= int(identity(rule)[1:]) <= 28
    assert rule.statements or identity(rule) in ("I25", "I28"), "what rule compares no table?"
    assert set(rule.statements) <= set(get_args(StatementKey))
    for chinese in (rule.zh, rule.formula):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese) or any(sign.isdigit() for sign in chinese)
    assert rule.en.isascii() or "“" in rule.en
    assert rule.formula_en
    assert rule.citation or rule.basis != "regulation", "a regulation is named"
