"""Promise: words that a template left in the text are found, ordinary sentences, headings and names are left alone."""

from __future__ import annotations

import pytest

from app.parse.grid import Text
from app.parse.residue import read_residue


def left(text: str) -> list[str | None]:
    return [finding.text for finding in read_residue([Text(text, 1)])]


@pytest.mark.parametrize(
    ("text", "residue"),
    [
        ("其他来源收入0万元（有则写，无则填0万元）。", "（有则写，无则填0万元）"),
        ("完成预算的0%，减少（增长）的主要原因是未安排。", "减少（增长）"),
        ("较上年增加(减少)0万元", "增加(减少)"),
        ("比上年增加/减少5万元", "增加/减少"),
        ("2024年收入预算××万元，其中", "××"),
        ("基本支出____万元", "____"),
        ("项目支出X万元", "X"),
        ("202年部门预算收入9万元", "202年"),
        ("XX年度部门预算公开说明", "XX"),
    ],
)
def test_residue_is_found_as_printed(text: str, residue: str) -> None:
    assert left(text) == [residue]


@pytest.mark.parametrize(
    "text",
    [
        "“三公”经费增加（减少）情况说明",
        "与上年比较增加（减少）额",
        "比上年增加（含上年结转）3万元",
        "较2023年减少2万元，增长（剔除一次性因素）1%。",
        "近20年来",
        "2024年部门预算收入9万元",
        "采购数量3×单价2万元",
        "购置4X4越野车2辆，共50万元",
        "一般公共服务支出（类）××事务（款）",
        "因公出国（境）费0万元",
        "经费（有结余的）结转下年。",
    ],
)
def test_sentence_heading_or_name_is_no_residue(text: str) -> None:
    assert left(text) == []


def test_each_place_is_told_with_its_line() -> None:
    texts = [Text("增加（减少）0万元，\n减少（增加）0万元", 5), Text("一切如常。", 9), Text("支出××万元。", 11)]
    found = list(read_residue(texts))
    assert [(one.line, one.text) for one in found] == [(5, "增加（减少）"), (6, "减少（增加）"), (11, "××")]
    assert {(one.code, one.severity) for one in found} == {("template_residue", "info")}
