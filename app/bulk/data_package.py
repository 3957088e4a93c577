"""`datapackage.json`: what the bulk files of a release are, as a Frictionless Data Package (v2).

Pure: from the description of the files, the columns that they have and the disclosures that they come from. One
tabular resource for each CSV file, with its Parquet twin beside it; every other file is a resource without a schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.bulk.manifest import BulkFile, ReleaseFiles
from app.export.to_csv import FORMULA_SIGNS, GUARD, LIST_SEPARATOR
from app.publication import (
    ATTRIBUTION_EN,
    ATTRIBUTION_ZH,
    DATA_LICENCE,
    KEYWORDS_EN,
    KEYWORDS_ZH,
    SUMMARY_EN,
    SUMMARY_ZH,
    TITLE_EN,
    TITLE_ZH,
    Publisher,
)
from app.query import words
from app.query.columns import Column, Json, Resource
from app.query.registry import RESOURCES
from app.query.run import Connection
from app.values import Unit

NAME = "gongkai"
_PROFILES = "https://datapackage.org/profiles/2.0"
_CSV = "csv.gz"
_PARQUET = "parquet"

# What a code looks like, by the resource whose key it is.
_CODES = {
    "regions": r"^[0-9]{6}$",
    "functional-subjects": r"^[0-9]{3}([0-9]{2}){0,2}$",
    "economic-subjects": r"^[0-9]{3}([0-9]{2}){0,2}$",
}
_MISSING: list[Json] = [
    {
        "value": "",
        "label": (
            "null：原表未填列，或该表没有这一栏；原表填 0 的为 0 "
            "(null: nothing is printed there, or the form has no such column; a printed 0 is 0)"
        ),
    }
]
_SIGNS = " ".join(sign for sign in FORMULA_SIGNS if sign.isprintable() and sign.isascii())
_TYPES: dict[str, str] = {
    "text": "string",
    "code": "string",
    "choice": "string",
    "integer": "integer",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "money": "number",
    "number": "number",
    # The standard has a type `list`, its published 2.0 profile has forgotten it: with that type a package would be
    # refused as a whole. `delimiter` and `itemType` are there for who reads it as one.
    "list": "string",
}


@dataclass(frozen=True)
class Source:
    """A published document that the release holds: what it is called and how its file is known again."""

    id: str
    title: str
    department: str
    source_file: str
    sha256: str
    revision: int


async def fetch_sources(connection: Connection, release: int) -> tuple[Source, ...]:
    """The disclosures of the release in the order of their ids."""
    rows = await connection.fetch(
        """select id, title, department_name, source_file, sha256, revision from disclosure
        where valid_from <= $1 and valid_to > $1 order by id""",
        release,
    )
    return tuple(Source(*row) for row in rows)


def data_package(
    release: ReleaseFiles,
    *,
    columns: Mapping[str, Sequence[Column]],
    sources: Sequence[Source],
    publisher: Publisher,
    public_url: str | None,
) -> dict[str, Json]:
    """The descriptor. `columns` are those of each resource's files, in their order."""
    home = None if public_url is None else public_url.rstrip("/")
    tables = [file for file in release.files if file.format == _CSV and file.resource is not None]
    twins = {file.resource: file for file in release.files if file.format == _PARQUET}
    told = {file.name for file in tables} | {file.name for file in twins.values()}
    others = [file for file in release.files if file.name not in told]
    names = {file.resource for file in tables}
    resources: list[Json] = []
    for file in tables:
        resource = RESOURCES[str(file.resource)]
        known = {column.name: column for column in columns[resource.name]}
        resources.append(_table(file, twins.get(resource.name), resource, known, names, release.unit))
    resources += [_file(file) for file in others]
    return {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": NAME,
        "id": f"{home}/v1/releases/{release.release}" if home else f"{NAME}:{release.release}:{release.content_digest}",
        "title": f"{TITLE_ZH} {TITLE_EN}",
        "description": _description(release),
        "version": str(release.release),
        "created": release.created_at.isoformat(),
        **({"homepage": f"{home}/"} if home else {}),
        "licenses": [
            {
                "name": DATA_LICENCE.identifier,
                "path": DATA_LICENCE.url,
                "title": f"{DATA_LICENCE.name_zh} {DATA_LICENCE.name_en}",
            }
        ],
        "contributors": [_contributor(publisher)],
        "keywords": [*KEYWORDS_ZH, *KEYWORDS_EN],
        # A package without sources has none to name; the profile wants one at least where they are named.
        **({"sources": [_source(source, home) for source in sources]} if sources else {}),
        "unit": release.unit.value,
        "unit_zh": release.unit.zh,
        "resources": resources,
    }


def _description(release: ReleaseFiles) -> str:
    unit = release.unit
    zh = (
        f"数据版本 {release.release}。金额单位均为{unit.zh}；空白单元格为空值，原表填 0 的为 0。"
        "各级科目、部门与所属单位、各种资金口径和合计行重复同一笔资金，汇总时只取一级、一表、一种口径、一个阶段。"
        f"CSV 中以 {_SIGNS} 等开头的文本前加有撇号（{GUARD}），以免被表格软件当作公式；Parquet 和 SQLite 中没有。"
    )
    en = (
        f"Release {release.release}. Every amount is in {unit.en} ({unit.value}). A blank cell is null, a printed 0 is "
        "0. Rows repeat the same money (classes, divisions and items; departments and their units; funds; totals): add "
        "up rows of one level, one statement, one scope and one phase. In CSV a text that begins with one of "
        f"{_SIGNS} has an apostrophe ({GUARD}) before it, so that no spreadsheet takes it for a formula; Parquet and "
        "SQLite have it as it is."
    )
    return "\n\n".join((SUMMARY_ZH, zh + ATTRIBUTION_ZH, SUMMARY_EN, f"{en} {ATTRIBUTION_EN}"))


def _table(
    file: BulkFile,
    twin: BulkFile | None,
    resource: Resource,
    columns: Mapping[str, Column],
    names: set[str | None],
    unit: Unit,
) -> Json:
    return {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": resource.name,
        "type": "table",
        "path": file.name,
        "title": f"{resource.zh} {resource.en}",
        "description": f"{resource.description_zh}\n\n{resource.description}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "compression": "gz",
        # Not `bytes`: frictionless does not count them where it unpacks a file over HTTP, and then finds them wrong.
        "fileSize": file.bytes,
        "hash": _hash(file),
        "rows": file.rows,
        "dialect": {
            "$schema": f"{_PROFILES}/tabledialect.json",
            "header": True,
            "delimiter": ",",
            "lineTerminator": "\r\n",
            "quoteChar": '"',
            "doubleQuote": True,
        },
        "schema": table_schema(resource, columns, names, unit),
        **({} if twin is None else {"parquet": _twin(twin)}),
        "statements": [
            {"key": key, "title_zh": words.STATEMENT[key].zh, "title_en": words.STATEMENT[key].en}
            for key in resource.statements
        ],
    }


def _twin(file: BulkFile) -> Json:
    """The same rows as Parquet. No resource of its own: a tool that has no reader for it must not fail over it."""
    return {"path": file.name, "format": file.format, "mediatype": file.media_type, **_identity(file)}


def _file(file: BulkFile) -> Json:
    said: dict[str, Json] = {
        "title": "全部数据（SQLite 数据库） Everything as one SQLite database",
        "description": "与各表相同的数据，附主键、外键和视图。\n\nThe same rows, with keys and views.",
    }
    return {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": file.name.replace(".", "-").lower(),
        "path": file.name,
        **(said if file.format == "sqlite" else {}),
        "format": file.name.rpartition(".")[2],
        "mediatype": file.media_type,
        **_identity(file),
    }


def _identity(file: BulkFile) -> dict[str, Json]:
    return {"bytes": file.bytes, "hash": _hash(file)}


def _hash(file: BulkFile) -> str:
    return f"sha256:{file.sha256}"


def table_schema(
    resource: Resource, columns: Mapping[str, Column], names: set[str | None], unit: Unit
) -> dict[str, Json]:
    """The table schema of a file with these columns; `names` are the resources of the package, which keys may lead to.

    `fieldsMatch` is left out: `exact`, its default, is what is meant, and the published 2.0 profile refuses the text
    that the standard asks for.
    """
    keys: list[Json] = []
    for column in columns.values():
        target = column.references
        if target is None or column.dangling or target not in names:
            continue
        reference: dict[str, Json] = {"fields": [RESOURCES[target].key]}
        if target != resource.name:
            reference = {"resource": target, **reference}
        keys.append({"fields": [column.name], "reference": reference})
    return {
        "$schema": f"{_PROFILES}/tableschema.json",
        "fields": [_field(resource, column, unit) for column in columns.values()],
        "missingValues": _MISSING,
        "primaryKey": [resource.key],
        **({"foreignKeys": keys} if keys else {}),
    }


def _field(resource: Resource, column: Column, unit: Unit) -> Json:
    described: dict[str, Json] = {
        "name": column.name,
        "type": _type(column),
        "title": f"{column.zh} {column.en}",
        "description": f"{column.description_zh}\n\n{column.description}",
    }
    if column.kind in ("money", "number"):
        described |= {"decimalChar": ".", "bareNumber": True}
    if column.kind == "list":
        described |= {"delimiter": LIST_SEPARATOR, "itemType": "string"}
    if column.kind == "boolean":
        described |= {"trueValues": ["true"], "falseValues": ["false"]}
    if column.kind == "money":
        described |= {"unit": unit.value, "unit_zh": unit.zh}
    elif column.unit is not None:
        described |= {"unit": column.unit, "unit_zh": words.NUMBER_UNIT[column.unit].zh}
    if column.choices:
        described["categories"] = [
            {"value": value, "label": f"{word.zh} ({word.en})"} for value, word in column.choices.items()
        ]
    constraints = _constraints(resource, column)
    if constraints:
        described["constraints"] = constraints
    if column.statements and column.statements != resource.statements:
        described["statements"] = [*column.statements]
    return described


def _type(column: Column) -> str:
    if column.kind == "json":
        named = (column.schema or {}).get("type")
        return "array" if named == "array" else "object"
    return _TYPES[column.kind]


def _constraints(resource: Resource, column: Column) -> dict[str, Json]:
    """What holds of every value. An empty text is written like null: where one can be, the field is not required."""
    found: dict[str, Json] = {}
    if not column.nullable and not column.may_be_empty and column.kind != "list":
        found["required"] = True
    if column.name == resource.key:
        found["unique"] = True
    if column.choices:
        found["enum"] = [*column.choices]
    if column.minimum is not None:
        found["minimum"] = column.minimum
    code = _CODES.get(resource.name if column.name == resource.key else column.references or "")
    if code is not None:
        found["pattern"] = code
    return found


def _source(source: Source, home: str | None) -> Json:
    """A document. Where it was published is not known; where it is described is, if readers can reach the service."""
    named = source.department in source.title
    return {
        "title": source.title if named else f"{source.department}：{source.title}",
        **({"path": f"{home}/v1/disclosures/{source.id}"} if home else {}),
        "version": str(source.revision),
        "disclosure": source.id,
        "file": source.source_file,
        "sha256": source.sha256,
    }


def _contributor(publisher: Publisher) -> Json:
    contact = publisher.contact
    where: dict[str, Json] = {}
    if contact is not None and contact.startswith("mailto:"):
        where = {"email": contact.removeprefix("mailto:")}
    elif contact is not None:
        where = {"path": contact}
    return {"title": publisher.name, "roles": ["publisher"], **where}
