"""Words of closed lists that are too long for a label on a page: the same values in a word or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.query.words import Word

KIND: Mapping[str, Word] = {"budget": Word("预算", "Budget"), "final": Word("决算", "Final account")}
# Of a document about one body alone, without its subordinate units.
UNIT_ALONE = Word("仅本单位", "one body alone")
# Headings over counts of check results.
CHECK_COUNTS: Mapping[str, Word] = {
    "passed": Word("相符", "Agree"),
    "rounding": Word("差异在舍入范围内", "Differ within rounding"),
    "failed": Word("不符", "Contradict"),
    "insufficient": Word("不足以判定", "Cannot be judged"),
}
# Beside a sentence: what came of a check, or how much a contradiction matters.
CHECK_STATUS: Mapping[str, Word] = {
    "passed": Word("相符", "agree"),
    "rounding": Word("舍入差异", "rounding"),
    "failed": Word("不符", "contradict"),
    "insufficient": Word("不足以判定", "cannot be judged"),
    "not_applicable": Word("不适用", "nothing to compare"),
}
CHECK_SEVERITY: Mapping[str, Word] = {
    "error": Word("不符", "contradiction"),
    "warning": Word("很可能不符", "very likely a contradiction"),
    "notice": Word("与通常不同", "unusual"),
}
FINDING_SEVERITY: Mapping[str, Word] = {
    "info": Word("提示", "note"),
    "warning": Word("存疑", "doubtful"),
    "error": Word("未能读取", "not read"),
}
# Over the number of disclosures that a release changed.
CHANGE_REASON: Mapping[str, Word] = {
    "new_document": Word("新公开文件", "New disclosures"),
    "new_revision": Word("公开文件更新", "Published anew"),
    "extraction_mended": Word("读取结果更正", "Read better"),
    "checks": Word("核对规则更新", "Checked by other rules"),
    "withdrawn": Word("撤下", "Withdrawn"),
}
# The data sets as a list shows them: what most people look for first. Every one is in one group (tests/pages).
DATASETS: Sequence[tuple[Word, tuple[str, ...]]] = (
    (
        Word("数字", "Figures"),
        (
            "balance-lines",
            "revenues",
            "expenditures",
            "economic-lines",
            "three-public",
            "projects",
            "execution",
            "procurement-items",
            "assets",
            "performance-indicators",
            "evaluation-lines",
            "stated-amounts",
        ),
    ),
    (Word("部门与文件", "Departments and documents"), ("departments", "disclosures", "statements", "fiscal-years")),
    (Word("核对与读取", "Checks and reading"), ("check-results", "checks", "findings", "releases")),
    (Word("代码", "Codes"), ("regions", "functional-subjects", "economic-subjects")),
)
