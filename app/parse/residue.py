"""What a template left in the narrative: an instruction to who fills it in, two words of which one should have gone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.parse.grid import Text
from app.records import Finding

_UP_OR_DOWN = r"(?:增加|增长|上升|提高|减少|下降|降低)"
_TEMPLATE = re.compile(
    # （有则写，无则填0万元）
    r"[（(【\[][^（）()【】\[\]。]{0,30}(?:有则写|有则填|无则填|无则写|如无则|无则删|请删除|可删除|请填写|请根据实际|按实际填)"
    r"[^（）()【】\[\]。]{0,40}[）)】\]]"
    # 增加（减少）0万元, 增加/减少5万元: one of the two should have been chosen. 增加（减少）情况 is a heading.
    rf"|{_UP_OR_DOWN}(?:[（(]或?{_UP_OR_DOWN}[）)](?!情况|数|额|幅|变动|变化|说明|[:：]|$)|[/／]{_UP_OR_DOWN}(?=\d|[Xx×_]))"
    # ××万元, ____年: a place that was not filled in.
    r"|(?<![A-Za-z0-9])(?:[XxＸ×＊]{2,}|[_＿]{2,}|\*{2,}|[XxＸ](?=[万亿年]))(?=\s*(?:亿元|万元|元|个百分点|[%％]|年度?(?:部门|单位|预算|决算)))"
    # 202 年度: a year that lacks a digit.
    r"|(?<!\d)20\d?\s*年度?(?=部门|单位|预算|决算)"
)
_LONGEST_TEXT = 80


def read_residue(texts: Sequence[Text]) -> Iterator[Finding]:
    """A finding for each place in the texts outside of tables that still reads like a form to be filled in."""
    for text in texts:
        for found in _TEMPLATE.finditer(text.text):
            yield Finding(
                code="template_residue",
                severity="info",
                message="left over from the form's template",
                line=text.line + text.text.count("\n", 0, found.start()),
                text=found.group()[:_LONGEST_TEXT],
            )
