"""What is written of the declarations: docs/rules.md with all that is said of each rule, and the list of their names.

The list (app/codelists/check_rules.csv) is what the server knows of the rules, which it cannot run.
"""

from __future__ import annotations

import csv
import io

from app.checks.rule import Rule
from app.checks.run import RULES

_HEAD = """\
# Rules 核对规则

The rules that figures are held against, family by family. The number before the dot is that of the accounting identity
that a rule belongs to. `GET /v1/checks` gives the same as data, with the counts of results in the release;
[checks.md](checks.md) says how a result is read. This page is written by `gongkai rules` from the declarations in
`app/checks`.

| severity | | what a failed result means |
|---|---|---|
| `error` | 错误 | the figures contradict each other |
| `warning` | 警告 | very likely a contradiction |
| `notice` | 提示 | usually the same, with known exceptions |

| basis | | the rule rests on |
|---|---|---|
| `form` | 报表格式 | what the form says of its rows and columns |
| `regulation` | 制度规定 | a regulation or a classification |
| `arithmetic` | 算术关系 | arithmetic alone |
"""


def catalogue_page() -> str:
    """The page as Markdown, the same on every call."""
    rules = sorted(RULES.values(), key=lambda rule: int(identity(rule)[1:]))  # stable: in the order of declaration
    parts = [_HEAD]
    for number in dict.fromkeys(map(identity, rules)):
        parts += [f"## {number}\n", *(_described(rule) for rule in rules if identity(rule) == number)]
    return "\n".join(parts)


def rule_names() -> str:
    """Id and titles of every rule as CSV, in the order of declaration."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", "zh", "en"))
    writer.writerows((rule.id, rule.zh, rule.en) for rule in RULES.values())
    return text.getvalue()


def identity(rule: Rule) -> str:
    """The number of the identity that a rule belongs to: I4."""
    return rule.id.partition(".")[0]


def _described(rule: Rule) -> str:
    statements = ", ".join(f"`{key}`" for key in rule.statements) or "the narrative alone"
    citation = f": {rule.citation}" if rule.citation else ""
    return "\n".join(
        [
            f"### `{rule.id}` {rule.zh}\n",
            f"{rule.en}.\n",
            f"- {rule.formula}",
            f"- {rule.formula_en}",
            f"- {statements}; {rule.severity}; {rule.basis}{citation}",
            "",
        ]
    )
