"""The columns of a row with a classification code: the code, what it lies in, its name and level."""

from __future__ import annotations

from typing import Literal

from app.query import words
from app.query.columns import Column
from app.query.facts import LINE_NUMBER, PHASE


def code_columns(classification: Literal["functional", "economic"], *, example: str, name: str) -> tuple[Column, ...]:
    """Code, name and level of a row with a classification code."""
    classification_zh = {"functional": "支出功能分类", "economic": "支出经济分类"}[classification]
    subjects = f"{classification}-subjects"
    label = f"(select name from {classification}_subject where code = {{value}})"  # noqa: S608 - one of our own two names
    return (
        Column(
            name="code",
            kind="code",
            zh="科目编码",
            en=f"{classification} code",
            description=f"Code of the {classification} classification; null on the total row (合计).",
            description_zh=f"{classification_zh}科目的编码；合计行为空值。",
            references=subjects,
            example=example,
            hierarchy="subject",
            label=label,
        ),
        Column(
            name="class_code",
            kind="code",
            zh="类级编码",
            en="class code",
            description="The class (类) that the code lies in: its first three digits; null on the total row.",
            description_zh="科目编码所在的类，即编码前三位；合计行为空值。",
            references=subjects,
            dangling=True,
            example=example[:3],
            sql="left(t.code, 3)",
            default=False,
            label=label,
        ),
        Column(
            name="division_code",
            kind="code",
            zh="款级编码",
            en="division code",
            description="The division (款) that the code lies in: its first five digits; null on rows of a class.",
            description_zh="科目编码所在的款，即编码前五位；类级行和合计行为空值。",
            references=subjects,
            dangling=True,
            example=example[:5],
            sql="(case when length(t.code) >= 5 then left(t.code, 5) end)",
            default=False,
            label=label,
        ),
        Column(
            name="name",
            kind="text",
            zh="科目名称",
            en="name",
            description="Name of the row as printed.",
            description_zh="科目名称，按原表所印。",
            example=name,
            nullable=False,
            grouped=True,
        ),
        Column(
            name="level",
            kind="choice",
            zh="科目级次",
            en="level",
            description=(
                "`class` (类), `division` (款), `item` (项), `unit` for the row of one institution, or `total` for the "
                "合计 row. Levels repeat the same money: add up one level only."
            ),
            description_zh="科目级次：类、款、项；按单位列示的行为单位行，另有合计行。各级重复同一笔资金，汇总时只取一级。",
            example="item",
            nullable=False,
            choices=words.LEVEL,
        ),
        Column(
            name="is_leaf",
            kind="boolean",
            zh="是否末级",
            en="is a leaf",
            description="True when no other row of the statement lies below this code: leaves repeat no money.",
            description_zh="同一张表内该科目之下再无下级科目时为真；末级科目之间没有重复金额。",
            example=True,
            nullable=False,
        ),
        LINE_NUMBER,
        PHASE,
    )
