"""README.md beside the files of a release: what they are, in Chinese and English, for whoever finds them alone."""

from __future__ import annotations

from collections.abc import Sequence

from app.bulk.manifest import UNIT, BulkFile
from app.bulk.relations import LEFT_OUT
from app.publication import (
    ATTRIBUTION_EN,
    ATTRIBUTION_ZH,
    DATA_LICENCE,
    SUMMARY_EN,
    SUMMARY_ZH,
    TITLE_EN,
    TITLE_ZH,
)
from app.query.registry import RESOURCES


def readme(release: int, created: str, digest: str, files: Sequence[BulkFile]) -> str:
    """The text. `created` and `digest` are the release's; `files` those with rows."""
    tables = "\n".join(
        f"| `{file.resource}` | {RESOURCES[file.resource].zh} | {RESOURCES[file.resource].en} | {file.rows} |"
        for file in files
        if file.format == "parquet" and file.resource is not None
    )
    left = "\n".join(f"- `{name}`: {reason}." for name, reason in LEFT_OUT.items())
    return f"""# {TITLE_ZH} {TITLE_EN}

数据版本 {release}（{created}），内容摘要 `{digest}`。

Release {release} of {created}, content digest `{digest}`.

{SUMMARY_ZH}

{SUMMARY_EN}

| 表 table | 中文名 | English | 行数 rows |
|---|---|---|---|
{tables}

## 文件 Files

- `<表>.parquet`, `<表>.csv.gz`: 每张表一份，全部字段；CSV 为 UTF-8、无 BOM，空单元格为空值，空文本为 `""`。
  One of each for every table, all fields; CSV is UTF-8 without a byte order mark, nothing between commas is null. A
  text that a spreadsheet would take for a formula has an apostrophe before it in CSV.
- `gongkai.sqlite`: 同样的表，含主键、外键、索引。金额各有两列：`total` 为最接近的二进制数；`total_exact` 为整数，
  求和无误差，除以 `about` 表中的 `exact_per_wan` 即为{UNIT.zh}。
  The same tables with keys and indexes. Amounts are there twice: `total` is the nearest binary number, sums of the
  whole numbers in `total_exact` are exact; divided by `exact_per_wan` (in the table `about`) they are in {UNIT.en}.
- `datapackage.json`: 各字段的名称、类型、单位、含义（Frictionless Data Package）。Names, types, units and meanings.
- `SHA256SUMS`: `sha256sum -c SHA256SUMS`.

## 读法 Reading

- 金额单位均为{UNIT.zh}。空白为空值，原表填 0 的为 0。Amounts are in {UNIT.en}. A blank is null, a printed 0 is 0.
- 各级科目、部门与所属单位、各种资金口径和合计行重复同一笔资金：汇总时只取一级、一表、一种口径、一个阶段。
  Rows repeat the same money (levels, departments and their units, funds, totals): add up rows of one level, one
  statement, one scope and one phase.
- `provenance` 指明每个数字所在的文件、报表、行列及所印文字。`provenance` says where each figure is printed: file,
  statement, row, column, printed text.

不在其中 Left out:

{left}

## 许可 Licence

{DATA_LICENCE.identifier} <{DATA_LICENCE.url}>. {ATTRIBUTION_ZH} {ATTRIBUTION_EN}
"""
