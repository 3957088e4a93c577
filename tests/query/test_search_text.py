"""Names and searches are folded alike, cut into terms that the index holds, and marked where the words stand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import codelists
from app.search_text import fold, marks, searched, terms, word_terms, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＩＰＶ６", "ipv6"),
        ("輿情監測", "舆情监测"),
        ("“三公”经费", "三公经费"),
        ("网络 安全\t（本级）", "网络安全本级"),
        ("Straße №5", "strasseno5"),
        ("㎡", "m2"),
        ("，。——！", ""),
        ("", ""),
    ],
)
def test_width_script_case_and_punctuation_make_no_difference(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_no_simplified_character_is_folded_further() -> None:
    table = codelists.simplified()
    assert len(table) > 2500
    assert not set(table.values()) & set(table)
    assert all(len(one) == len(other) == 1 for one, other in table.items())


def test_words_are_separated_by_white_space_of_any_width_and_count_once() -> None:
    assert words(" 网络　安全 網絡 ！ ") == ("网络", "安全")
    assert words("…") == ()


@given(st.text(), st.integers(0, 20), st.integers(1, 5))
def test_every_part_of_a_name_has_its_terms_among_the_names_terms(text: str, start: int, length: int) -> None:
    folded = searched(text)
    part = folded[start : start + length]
    if part and " " not in part:
        assert set(word_terms((part,))) <= set(terms(folded))


def test_name_is_stored_with_its_abbreviations_and_no_term_reaches_across() -> None:
    stored = searched("开平区委网络安全和信息化委员会办公室")
    assert stored == "开平区委网络安全和信息化委员会办公室 网信办 网信 网安 开平区委网信办 开平区网信办"
    assert "室网" not in terms(stored)
    assert searched("因公出国（境）经费") == "因公出国境经费 三公经费"  # no part of how it is said
    assert searched("机构运行") == "机构运行"
    assert " " not in terms(stored)


@pytest.mark.parametrize(
    ("name", "query", "marked"),
    [
        ("网络舆情监测", "舆情", ["舆情"]),
        ("網絡輿情監測", "舆情 监测", ["輿情監測"]),
        ("网络安全和网络宣传", "网络", ["网络", "网络"]),
        ("网络安全", "络安 安全", ["络安全"]),
        ("“三公”经费", "三公经费", ["三公”经费"]),
        ("基本（IPv6）改造", "ｉｐｖ６改", ["IPv6）改"]),
        ("市委网络安全和信息化委员会办公室", "网信办", ["网络安全和信息化委员会办公室"]),
        ("预算", "决算", []),
    ],
)
def test_marks_are_the_parts_of_the_name_as_printed(name: str, query: str, marked: list[str]) -> None:
    assert [name[start : start + length] for start, length in marks(name, words(query))] == marked


@given(st.text(min_size=1), st.data())
def test_marks_lie_in_the_name_in_order_and_do_not_touch(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    if not folded:
        return
    start = data.draw(st.integers(0, len(folded) - 1))
    word = folded[start : start + 3]
    found = marks(text, (word,))
    assert found
    assert all(length > 0 and begin + length <= len(text) for begin, length in found)
    assert all(one[0] + one[1] < other[0] for one, other in pairwise(found))
    begin, length = found[0]
    assert word in fold(text[begin : begin + length])
