"""What the two classifications have in common: names by year, parents, children, where a code occurs."""

from app.query import words
from app.query.columns import Column, Json, Resource, object_schema, records_schema
from app.query.search_column import by_entries

# Rows of one department add up quickly; a page about a code shows the departments with the most of them.
DEPARTMENTS_SHOWN = 100

_REFERENCE: dict[str, Json] = {
    "code": {"type": "string", "description": "The code.", "examples": ["201"]},
    "name": {"type": "string", "description": "Canonical Chinese name.", "examples": ["一般公共服务支出"]},
    "name_en": {"type": ["string", "null"], "description": "English name.", "examples": ["General Public Services"]},
    "level": {"type": "string", "description": "Level.", "examples": ["class"]},
    "href": {"type": "string", "description": "Path.", "examples": ["/v1/functional-subjects/201"]},
}


def columns(resource: str, *, code: str, name: str, name_en: str, parent: str) -> tuple[Column, ...]:
    """The columns of a classification, with examples out of it."""
    return (
        Column(
            name="code",
            kind="code",
            zh="科目编码",
            en="code",
            description="The code: 3 digits for a class (类), 5 for a division (款), 7 for an item (项).",
            description_zh="科目编码：类三位、款五位、项七位。",
            example=code,
            nullable=False,
            hierarchy="subject",
        ),
        Column(
            name="name",
            kind="text",
            zh="科目名称",
            en="name",
            description="Canonical Chinese name.",
            description_zh="科目的通行名称。",
            example=name,
            nullable=False,
        ),
        Column(
            name="name_en",
            kind="text",
            zh="英文名称",
            en="English name",
            description="English name where a standard one exists.",
            description_zh="英文名称；没有通行译法的为空值。",
            example=name_en,
        ),
        Column(
            name="level",
            kind="choice",
            zh="科目级次",
            en="level",
            description="`class` (类), `division` (款) or `item` (项).",
            description_zh="科目级次：类、款或项。",
            example="class",
            nullable=False,
            choices=words.SUBJECT_LEVEL,
        ),
        Column(
            name="parent_code",
            kind="code",
            zh="上级编码",
            en="parent's code",
            description="The code one level up; null for a class.",
            description_zh="上一级科目的编码；类级科目为空值。",
            references=resource,
            dangling=True,
            example=parent,
            hierarchy="subject",
        ),
        Column(
            name="source",
            kind="choice",
            zh="来源",
            en="source",
            description="Whether the code is in the packaged list or was first seen in a disclosure.",
            description_zh="该编码来自随程序附带的科目表，还是首次见于公开文件。",
            example="code list",
            nullable=False,
            choices=words.SUBJECT_SOURCE,
        ),
        Column(
            name="confidence",
            kind="choice",
            zh="可信度",
            en="confidence",
            description=(
                "Of a listed code, how well its name is known: `verified` (several documents print it), "
                "`single_document`, or `seed_row_label` (only as the label of a row without a code)."
            ),
            description_zh="科目表中该编码名称的可靠程度：有两份以上文件印证、仅见于一份文件，或仅见于无编码的行名。",
            example="verified",
            choices=words.CONFIDENCE,
        ),
    )


def _reference_sql(alias: str, resource: str) -> str:
    return (
        f"json_build_object('code', {alias}.code, 'name', {alias}.name, 'name_en', {alias}.name_en, "
        f"'level', {alias}.level, 'href', '/v1/{resource}/' || {alias}.code)"
    )


def _list_sql(alias: str, resource: str, table: str, condition: str) -> str:
    return (
        f"(select coalesce(json_agg({_reference_sql(alias, resource)} order by {alias}.code), '[]'::json) "  # noqa: S608
        f"from {table} {alias} where {condition})"
    )


def _occurrences_sql(lines: str) -> str:
    """Where a code occurs in one table of lines: totals, by year, and the departments with most lines."""
    visible = f"from {lines} x where x.code = {{key}} and x.valid_from <= {{release}} and x.valid_to > {{release}}"
    return f"""(with found as materialized (
            select x.department_id, x.fiscal_year, count(*) as rows {visible} group by 1, 2)
        select json_build_object(
            'rows', (select coalesce(sum(f.rows), 0) from found f),
            'departments', (select count(distinct f.department_id) from found f),
            'by_fiscal_year', (select coalesce(json_agg(y order by y.fiscal_year), '[]'::json) from (
                select f.fiscal_year, count(*) as departments, sum(f.rows) as rows from found f group by 1) y),
            'by_department', (select coalesce(json_agg(json_build_object('department_id', d.department_id,
                'department_name', dep.name, 'rows', d.rows, 'fiscal_years', d.years,
                'href', '/v1/departments/' || d.department_id) order by d.rows desc, d.department_id), '[]'::json)
                from (select f.department_id, sum(f.rows) as rows, json_agg(f.fiscal_year order by f.fiscal_year)
                    as years from found f group by 1 order by 2 desc, 1 limit {DEPARTMENTS_SHOWN}) d
                join department dep on dep.id = d.department_id)))"""  # noqa: S608 - our own names


_OCCURRENCES = object_schema(
    {
        "rows": {"type": "integer", "description": "Number of rows with exactly this code.", "examples": [3]},
        "departments": {"type": "integer", "description": "Number of departments with it.", "examples": [2]},
        "by_fiscal_year": {
            **records_schema(
                {
                    "fiscal_year": {"type": "integer", "description": "Year.", "examples": [2025]},
                    "departments": {"type": "integer", "description": "Departments with it.", "examples": [2]},
                    "rows": {"type": "integer", "description": "Rows with it.", "examples": [3]},
                }
            ),
            "description": "By the year that the figures measure.",
            "examples": [[]],
        },
        "by_department": {
            **records_schema(
                {
                    "department_id": {"type": "string", "description": "Id.", "examples": ["130205-5c9de731"]},
                    "department_name": {"type": "string", "description": "Name.", "examples": ["网信办"]},
                    "rows": {"type": "integer", "description": "Rows with it.", "examples": [3]},
                    "fiscal_years": {
                        "type": "array",
                        "items": {"type": "integer"},
                        "description": "Years with it.",
                        "examples": [[2025]],
                    },
                    "href": {
                        "type": "string",
                        "description": "Path.",
                        "examples": ["/v1/departments/130205-5c9de731"],
                    },
                }
            ),
            "description": f"The departments with most rows, at most {DEPARTMENTS_SHOWN}.",
            "examples": [[]],
        },
    }
)


def details(
    resource: str, *, table: str, classification: str, lines: tuple[tuple[str, str], ...]
) -> tuple[Column, ...]:
    """What the page about one code shows. `lines` pairs each resource that uses the codes with its table."""
    return (
        Column(
            name="parent",
            kind="json",
            zh="上级科目",
            en="parent",
            description="The code one level up; null for a class.",
            description_zh="上一级科目；类级科目为空值。",
            example=None,
            sql=f"(select {_reference_sql('p', resource)} from {table} p where p.code = t.parent_code)",  # noqa: S608
            schema=object_schema(_REFERENCE, nullable=True),
        ),
        Column(
            name="path",
            kind="json",
            zh="科目路径",
            en="path",
            description="From the class down to this code.",
            description_zh="从类到本科目的各级科目。",
            example=[],
            sql=_list_sql("p", resource, table, "p.code in (left(t.code, 3), left(t.code, 5), t.code)"),
            schema=records_schema(_REFERENCE),
        ),
        Column(
            name="children",
            kind="json",
            zh="下级科目",
            en="children",
            description="The codes directly below.",
            description_zh="直接下级科目。",
            example=[],
            sql=_list_sql("c", resource, table, "c.parent_code = t.code"),
            schema=records_schema(_REFERENCE),
        ),
        Column(
            name="names",
            kind="json",
            zh="历年名称",
            en="names by year",
            description="The names that the code was printed with, by year, and where that was seen.",
            description_zh="历年公开文件所印的科目名称，以及出处。",
            example=[],
            sql=f"""(select coalesce(json_agg(json_build_object('fiscal_year', n.fiscal_year, 'name', n.name,
                'source', n.source) order by n.fiscal_year, n.name), '[]'::json) from subject_name n
                where n.classification = '{classification}' and n.code = t.code)""",  # noqa: S608 - our own name
            schema=records_schema(
                {
                    "fiscal_year": {"type": "integer", "description": "Year.", "examples": [2025]},
                    "name": {"type": "string", "description": "Name in that year.", "examples": ["行政运行"]},
                    "source": {"type": "string", "description": "Where it was seen.", "examples": ["disclosure"]},
                }
            ),
        ),
        Column(
            name="occurs",
            kind="json",
            zh="出现情况",
            en="where it occurs",
            description="In which departments and years rows with exactly this code occur, by resource.",
            description_zh="哪些部门、哪些年度的报表列有该科目，按数据类别分列。",
            example={},
            sql="json_build_object("
            + ", ".join(f"'{name.replace('-', '_')}', {_occurrences_sql(line_table)}" for name, line_table in lines)
            + ")",
            schema=object_schema(
                {
                    name.replace("-", "_"): {
                        **_OCCURRENCES,
                        "description": f"Rows of {name}.",
                        "examples": [{"rows": 0, "departments": 0, "by_fiscal_year": [], "by_department": []}],
                    }
                    for name, _ in lines
                }
            ),
        ),
        Column(
            name="links",
            kind="json",
            zh="链接",
            en="links",
            description="Lists of rows with this code and everything under it.",
            description_zh="列有该科目及其下级科目的数据在本服务中的路径。",
            example={lines[0][0].replace("-", "_"): f"/v1/{lines[0][0]}?code__under=201"},
            sql="json_build_object("
            + ", ".join(f"'{name.replace('-', '_')}', '/v1/{name}?code__under=' || t.code" for name, _ in lines)
            + ")",
            schema=object_schema(
                {
                    name.replace("-", "_"): {
                        "type": "string",
                        "description": f"Path of the {name}.",
                        "examples": [f"/v1/{name}?code__under=201"],
                    }
                    for name, _ in lines
                }
            ),
        ),
    )


def resource(  # noqa: PLR0913 - the words of one declaration
    name: str,
    *,
    table: str,
    classification: str,
    singular: str,
    plural: str,
    zh: str,
    en: str,
    description: str,
    description_zh: str,
    own_columns: tuple[Column, ...],
    lines: tuple[tuple[str, str], ...],
    search_example: str,
    examples: tuple[str, ...],
) -> Resource:
    """A classification as a resource."""
    return Resource(
        name=name,
        singular=singular,
        plural=plural,
        zh=zh,
        en=en,
        description=description,
        description_zh=description_zh,
        source=f"{table} t",
        visible="{release} is not null",
        key="code",
        columns=own_columns,
        search=by_entries(
            "t.code",
            name,
            "Codes found by words in their names of any year and in the English name.",
            "按历年名称或英文名称中的词查找科目。",
            search_example,
        ),
        details=details(name, table=table, classification=classification, lines=lines),
        examples=examples,
    )
