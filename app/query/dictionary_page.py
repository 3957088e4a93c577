"""docs/dictionary.md out of the dictionary: the fields of every resource as tables, and the code lists."""

from __future__ import annotations

from app.query import words
from app.query.code_lists import CODE_LISTS, CodeList
from app.query.dictionary import Entry, Field, dictionary

_HEAD = """\
# Data dictionary 数据字典

Every field of every resource, in Chinese and English. `GET /v1/dictionary` gives the same as data, with the filters of
each field and how many codes each list has; `/v1/dictionary.csv` and the other formats give it as a table;
`/v1/dictionary/{resource}` gives one resource. This page is written by `gongkai dictionary` from the same declarations
that filters, answers, the OpenAPI document and the data package are made from.

**Money** (金额) is in the unit of the answer (`meta.unit`, 万元 by default), with the digits that are printed. **null**
(可空) means that nothing is printed there; a printed 0 is 0. **→** names the resource whose key a field holds; with
**?** a code may be in no list. *Single record* (单条) fields are in `/v1/<resource>/{key}` only, *include* fields where
`include` asks for them, `update` in answers to `updated_since`.
"""
_KINDS = {
    "text": "text 文本",
    "code": "code 代码",
    "choice": "choice 选项",
    "integer": "integer 整数",
    "boolean": "boolean 是否",
    "date": "date 日期",
    "datetime": "time 时间",
    "money": "money 金额",
    "number": "number 数值",
    "list": "list 列表",
}
_TYPES = {"object": "object 对象", "array": "list 列表", "integer": "integer 整数"}
_ORIGINS = {
    "published": "published by the authority 官方发布",
    "observed": "observed in disclosures 由公开文件整理",
    "as_printed": "served as printed 按原表所印",
}


def dictionary_page() -> str:
    """The page as Markdown, the same on every call."""
    parts = [_HEAD, _statements(), *(_listed(listed) for listed in CODE_LISTS), "## Resources 数据类别\n"]
    return "\n".join([*parts, *(_section(entry) for entry in dictionary())])


def _statements() -> str:
    rows = [f"| `{key}` | {word.zh} | {word.en} |" for key, word in words.STATEMENT.items()]
    return "\n".join(
        [
            "## Statements 报表\n",
            "What `statement` and `key` hold. Numbers of forms change between years and provinces; these do not.\n",
            "| key | 名称 | |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _listed(listed: CodeList) -> str:
    served = "not served as a list" if listed.resource is None else f"served as `{listed.resource}`"
    return "\n".join(
        [
            f"## Code list: {listed.en} {listed.zh}\n",
            f"{listed.standard} ({listed.standard_zh}); {_ORIGINS[listed.origin]}; {served}.\n",
            f"{listed.edition}\n",
            f"{listed.edition_zh}\n",
        ]
    )


def _section(entry: Entry) -> str:
    statements = ", ".join(f"`{value.value}`" for value in entry.statements)
    out_of = [f"Out of the statements 来源报表: {statements}.\n"] if statements else []
    return "\n".join(
        [
            f"### `{entry.name}` {entry.zh}\n",
            f"{entry.description}\n",
            f"{entry.description_zh}\n",
            *out_of,
            f"Key 主键: `{entry.primary_key}`.\n",
            "| field | 名称 | type | meaning | 含义 |",
            "|---|---|---|---|---|",
            *(_row(entry, field) for field in entry.fields),
            "",
        ]
    )


def _row(entry: Entry, field: Field) -> str:
    said = [_TYPES[field.type] if field.kind == "json" else _KINDS[field.kind]]
    if field.unit_zh is not None and field.kind != "money":
        said[0] += f", {field.unit} {field.unit_zh}"
    if field.references is not None:
        said.append(f"→ `{field.references.resource}`" + ("" if field.references.complete else "?"))
    if field.nullable and field.part == "row":
        said.append("null 可空")
    if field.part != "row":
        said.append({"record": "single record 单条", "include": "include", "update": "updated_since"}[field.part])
    if {value.value for value in field.values} == set(words.STATEMENT):
        said.append("one of the [statements](#statements-报表)")
    elif field.values:
        said.append("; ".join(f"`{value.value}` {value.zh}" for value in field.values))
    own = {value.value for value in entry.statements}
    if field.statements and set(field.statements) != own:
        said.append("only in " + ", ".join(f"`{key}`" for key in field.statements))
    cells = (f"`{field.name}`", field.zh, "<br>".join(said), field.description, field.description_zh)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
