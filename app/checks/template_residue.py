"""Words of the template that were left in the narrative."""

from __future__ import annotations

from collections.abc import Iterator

from app.checks.document import Document, Figure
from app.checks.rule import Judgement, rule
from app.records import Finding

_CODE = "template_residue"


@rule(
    "I28.template_residue",
    zh="文字说明中不残留模板用语",
    en="The narrative holds no words of its template",
    formula="无“（有则写…）”、“增加（减少）”、“××万元”一类写法",
    formula_en="no instruction to who fills it in, no choice that was not made, no place left open",
    statements=(),
    severity="notice",
)
def template_residue(document: Document) -> Iterator[Judgement]:
    found = [(index, finding) for index, finding in enumerate(document.parsed.findings) if finding.code == _CODE]
    for index, finding in found:
        words = finding.text or ""
        line = f"第{finding.line}行" if document.has_lines else ""
        line_en = f", line {finding.line}" if document.has_lines else ""
        yield Judgement(
            figures=(_words(index, finding),),
            holds=False,
            zh=f"文字说明{line}残留模板用语“{words}”。",
            en=f"The narrative{line_en}, still holds words of its template: “{words}”.",
        )
    if not found and document.parsed.stated_amounts:
        yield Judgement(
            figures=(),
            holds=True,
            zh="文字说明中未见残留的模板用语。",
            en="The narrative holds no words of its template.",
        )


def _words(index: int, finding: Finding) -> Figure:
    return Figure(
        source="findings",
        index=index,
        field="text",
        record=finding,
        amount=None,
        unit=None,
        decimals=0,
        cell=None,
        text=finding.text,
        label=finding.text or "模板用语",
        label_en=finding.text or "words of the template",
    )
