"""The dictionary as it is asked for: which resources, and its fields as the rows of a table."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from app.query.columns import Column, ColumnKind, Json, Resource
from app.query.dictionary import Entry, Field, entry
from app.query.read_query import Pairs, ParameterReader
from app.query.registry import RESOURCES
from app.query.whole_list import Selection, select_json
from app.values import Unit

DICTIONARY_PARAMETERS = ("resource", "release")
ONE_ENTRY_PARAMETERS = ("release",)


def _column(
    name: str, zh: str, en: str, description_zh: str, description: str, kind: ColumnKind = "text", example: Json = None
) -> Column:
    return Column(
        name=name, kind=kind, zh=zh, en=en, description=description, description_zh=description_zh, example=example
    )


# The table of fields, one row each: what every file format is written from.
TABLE: tuple[Column, ...] = (
    _column("resource", "数据类别", "resource", "所属的数据类别。", "The resource.", example="expenditures"),
    _column("position", "序号", "position", "在该类别中的次序。", "The n-th of its resource.", "integer", 1),
    _column("field", "字段", "field", "字段名。", "Name of the field.", example="total"),
    _column("zh", "中文名", "Chinese name", "中文名称。", "Chinese name.", example="合计"),
    _column("en", "英文名", "English name", "英文名称。", "English name.", example="Total expenditure"),
    _column(
        "part",
        "所在",
        "part",
        "row：每行都有；record：单条记录才有；include：须用 include 参数索取；update：使用 updated_since 时才有。",
        "`row`: in every row; `record`: in a single record; `include`: where `include` asks for it; `update`: "
        "with `updated_since`.",
        example="row",
    ),
    _column("kind", "类别", "kind", "数值的性质。", "What it is: money, code, choice, …", example="money"),
    _column("type", "JSON 类型", "JSON type", "JSON 类型。", "Its JSON type.", example="number"),
    _column("format", "格式", "format", "该类型的格式。", "The format of that type.", example="decimal"),
    _column("unit", "单位（英文）", "unit", "计量单位，英文。", "Its unit.", example="per cent"),
    _column("unit_zh", "单位", "unit in Chinese", "计量单位。", "Its unit in Chinese.", example="百分比（%）"),
    _column("nullable", "可否为空", "can be null", "可否为空值。", "Whether it can be null.", "boolean", example=True),
    _column("is_key", "是否主键", "is the key", "是否为主键。", "Whether it is the key.", "boolean", example=False),
    _column(
        "references",
        "引用",
        "references",
        "取值是哪一类数据的主键；带“?”的，个别编码可能查无此条。",
        "The key whose values it takes; with `?`: a code may be in no list.",
        example="departments.id",
    ),
    _column("values", "取值", "values", "封闭取值及其含义。", "Values of a closed list, with their meaning.", "list"),
    _column("statements", "来源报表", "statements", "出自哪些报表。", "The statements that print it.", "list"),
    _column("filters", "筛选参数", "filters", "可用的筛选参数。", "The parameters that filter by it.", "list"),
    _column("description_zh", "含义", "meaning in Chinese", "中文含义。", "What it means, in Chinese."),
    _column("description", "含义（英文）", "meaning", "英文含义。", "What it means."),
)
_ASKED = Resource(
    name="dictionary",
    singular="DictionaryEntry",
    plural="Dictionary",
    zh="数据字典",
    en="Data dictionary",
    description="Every field of every resource.",
    description_zh="各类数据的全部字段。",
    source="",
    visible="",
    key="resource",
    columns=TABLE,
)


@dataclass(frozen=True)
class DictionaryQuery:
    """Which resources are described, in the order of the registry, and for which release codes are counted."""

    entries: tuple[Entry, ...]
    release: int | None


def read_dictionary(pairs: Pairs, one: str | None = None) -> DictionaryQuery:
    """What is asked of the dictionary, of all resources or of `one`. InvalidParameters names every problem."""
    reader = ParameterReader(_ASKED, pairs, DICTIONARY_PARAMETERS if one is None else ONE_ENTRY_PARAMETERS)
    asked = [*RESOURCES] if one is None else [one]
    if one is None and "resource" in reader.given:
        asked = reader.given["resource"].split(",")
        for name in asked:
            if name not in RESOURCES:
                reader.name("resource", name, name, [*RESOURCES])
    release = reader.release()
    reader.refuse()
    return DictionaryQuery(tuple(entry(RESOURCES[name]) for name in RESOURCES if name in asked), release)


def select_fields(entries: tuple[Entry, ...]) -> Selection:
    """The table of fields of these resources, for a file."""
    rows = [
        _row(described, field, position) for described in entries for position, field in enumerate(described.fields, 1)
    ]
    return select_json(orjson.dumps(rows)[1:-1].decode(), TABLE, Unit.WAN)


def _row(described: Entry, field: Field, position: int) -> dict[str, Json]:
    reference = None
    if field.references is not None:
        reference = f"{field.references.resource}.{field.references.field}{'' if field.references.complete else '?'}"
    return {
        "resource": described.name,
        "position": position,
        "field": field.name,
        "zh": field.zh,
        "en": field.en,
        "part": field.part,
        "kind": field.kind,
        "type": field.type,
        "format": field.format,
        "unit": field.unit,
        "unit_zh": field.unit_zh,
        "nullable": field.nullable,
        "is_key": field.part == "row" and field.name == described.primary_key,
        "references": reference,
        "values": [f"{value.value}: {value.zh} ({value.en})" for value in field.values],
        "statements": [*field.statements],
        "filters": [*field.filters],
        "description_zh": field.description_zh,
        "description": field.description,
    }
