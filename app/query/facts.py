"""What every resource of figures shares: whose it is, when it is valid, and the way back to the printed cell."""

from __future__ import annotations

from app.query import words
from app.query.check_operands import row_checks
from app.query.citation import of_row
from app.query.columns import Column, Include, Resource, object_schema
from app.query.includes import PROVENANCE

VISIBLE = "t.valid_from <= {release} and t.valid_to > {release}"

# The rows of revisions that came or went between two releases, and of those whose department is shown by another name:
# a revision's rows come and go together. All of them belong to one of the releases: none is named that came and went.
DELTA = """(t.department_id, t.revision_id) in (select c.department_id, c.revision_id from disclosure c where
    c.valid_from > {since} and c.valid_from <= {release} and c.valid_to > {release}
    or c.valid_from <= {since} and c.valid_to > {since} and c.valid_to <= {release}
    or c.valid_from <= {release} and c.valid_to > {release}
      and c.department_id in (select id from department where changed_in > {since} and changed_in <= {release}))"""

JOINS = {
    "region": "left join region reg on reg.code = t.region_code",
    "department": "left join department dep on dep.id = t.department_id",
    "disclosure": "left join disclosure dis on dis.department_id = t.department_id and dis.revision_id = t.revision_id",
    "statement": "left join statement st on st.department_id = t.department_id and st.id = t.statement_id",
}

_REGION_LABEL = "(select full_name from region where code = {value})"

REGION_CODE = Column(
    name="region_code",
    kind="code",
    zh="行政区划代码",
    en="division code",
    description="GB/T 2260 code of the administrative division that the department belongs to.",
    description_zh="部门所属行政区划的代码，采用 GB/T 2260 六位数字码。",
    references="regions",
    example="130205",
    nullable=False,
    selective=True,
    hierarchy="region",
    label=_REGION_LABEL,
    told_by=("department_id", "split_part({}, '-', 1)"),  # values.department_id
)
PROVINCE_CODE = Column(
    name="province_code",
    kind="code",
    zh="省级代码",
    en="province code",
    description="GB/T 2260 code of the province that the division lies in; 000000 of central bodies.",
    description_zh="所属省级行政区划的代码；中央部门为 000000。",
    references="regions",
    example="130000",
    sql="(left(t.region_code, 2) || '0000')",
    nullable=False,
    default=False,
    label=_REGION_LABEL,
)
PREFECTURE_CODE = Column(
    name="prefecture_code",
    kind="code",
    zh="地级代码",
    en="prefecture code",
    description="GB/T 2260 code of the prefecture that the division lies in; null for bodies of a province or above.",
    description_zh="所属地级行政区划的代码；省级及中央部门为空值。",
    references="regions",
    dangling=True,
    example="130200",
    sql="(case when t.region_code not like '__0000' then left(t.region_code, 4) || '00' end)",
    default=False,
    label=_REGION_LABEL,
)
REGION_NAME = Column(
    name="region_name",
    kind="text",
    zh="行政区划",
    en="division name",
    description="Name of the division with its parents' names before it.",
    description_zh="行政区划全称，含上级区划名称。",
    example="河北省唐山市开平区",
    sql="reg.full_name",
    join="region",
)
DEPARTMENT_ID = Column(
    name="department_id",
    kind="code",
    zh="部门标识",
    en="department id",
    description="Stable id of the department, made from its division and its normalised name.",
    description_zh="部门的稳定标识，由行政区划代码和规范名称生成，历次入库保持不变。",
    references="departments",
    example="130205-5c9de731",
    nullable=False,
    selective=True,
    label="(select name from department where id = {value})",
)
DEPARTMENT_NAME = Column(
    name="department_name",
    kind="text",
    zh="部门名称",
    en="department name",
    description="Name of the department as printed in its latest disclosure.",
    description_zh="部门名称，以该部门最近一份公开文件所印为准。",
    example="中共唐山市开平区委网络安全和信息化委员会办公室",
    sql="dep.name",
    join="department",
)
DISCLOSURE_ID = Column(
    name="disclosure_id",
    kind="code",
    zh="公开文件标识",
    en="disclosure id",
    description="Id of the disclosure (department, year, budget or final account, scope) that prints this.",
    description_zh="所在公开文件的标识，由部门、年度、预算或决算、公开口径构成。",
    references="disclosures",
    example="130205-5c9de731-2025-budget",
    nullable=False,
    selective=True,
    label="(select title from disclosure where id = {value} order by revision desc limit 1)",
)
KIND = Column(
    name="kind",
    kind="choice",
    zh="预算或决算",
    en="budget or final account",
    description="Whether the disclosure is a budget (部门预算) or a final account (部门决算).",
    description_zh="所在公开文件是部门预算还是部门决算。",
    example="budget",
    nullable=False,
    choices=words.KIND,
)
SCOPE = Column(
    name="scope",
    kind="choice",
    zh="公开口径",
    en="scope",
    description=(
        "Whether the disclosure counts the department with its units (`department`) or one body alone (`unit`)."
    ),
    description_zh="公开口径：部门汇总（含所属单位）或单位（仅本单位）。两种口径的数字相互包含，不可相加。",
    example="department",
    nullable=False,
    choices=words.SCOPE,
)
FISCAL_YEAR = Column(
    name="fiscal_year",
    kind="integer",
    zh="年度",
    en="fiscal year",
    description="The year that the figures measure; a prior-year column has the prior year.",
    description_zh="数字所反映的年度；表内的上年数栏记在上年名下。",
    example=2025,
    minimum=1990,
    nullable=False,
    grouped=True,
)
PHASE = Column(
    name="phase",
    kind="choice",
    zh="预决算阶段",
    en="phase",
    description=(
        "What the amounts are: `budget` of a budget document; in a final account `initial_budget` (年初预算数), "
        "`adjusted_budget` (全年预算数) or `final` (决算数)."
    ),
    description_zh="金额属于哪一阶段：预算文件中的预算数；决算文件中的年初预算数、全年预算数或决算数。",
    example="budget",
    nullable=False,
    choices=words.PHASE,
)
PRINTED_UNIT = Column(
    name="printed_unit",
    kind="choice",
    zh="原表金额单位",
    en="printed unit",
    description="The unit of money that the document prints here; null where the table holds no money.",
    description_zh="原表标注的金额单位；表内没有金额的为空值。",
    example="wan",
    sql="(case t.unit_exponent when 0 then 'yuan' when 4 then 'wan' when 8 then 'yi' end)",
    choices=words.UNIT,
    default=False,
)
LINE_NUMBER = Column(
    name="line_number",
    kind="integer",
    zh="行次",
    en="line number",
    description="Line number as printed (行次 or 序号), null where the form prints none.",
    description_zh="原表所印的行次或序号；原表不列行次的为空值。",
    example=1,
    compared=False,
)

# The include of rows that are about a table rather than out of one.
TABLE_PROVENANCE = Include(
    name="provenance",
    zh="出处",
    en="provenance",
    description="The published file, and the table that the row is about.",
    description_zh="所公开的文件，以及所涉报表。",
    joins=("disclosure", "statement"),
    sql="""json_build_object('file', dis.source_file, 'sha256', dis.sha256, 'statement_id', t.statement_id,
        'title', st.title, 'location', st.location)""",
    schema=object_schema(
        {
            "file": {"type": ["string", "null"], "description": "Name of the file.", "examples": ["a.txt"]},
            "sha256": {"type": ["string", "null"], "description": "SHA-256 of the file.", "examples": ["9f86"]},
            "statement_id": {"type": ["integer", "null"], "description": "Id of the table.", "examples": [12]},
            "title": {"type": ["string", "null"], "description": "Its title.", "examples": ["部门支出总表"]},
            "location": {"type": ["string", "null"], "description": "Its place.", "examples": ["lines 1-9"]},
        }
    ),
)

# The fields that are the same on every row of a disclosure, whichever revision prints it.
OF_DISCLOSURE = frozenset(
    column.name for column in (REGION_CODE, PROVINCE_CODE, PREFECTURE_CODE, DEPARTMENT_ID, DISCLOSURE_ID, KIND, SCOPE)
)


def identity(example: int) -> Column:
    """The id of a row of facts."""
    return Column(
        name="id",
        kind="integer",
        zh="标识",
        en="id",
        description="Id of this row. A later revision of the document gets rows with other ids.",
        description_zh="本行的标识。公开文件修订后，各行会重新编号。",
        example=example,
        nullable=False,
        selective=True,
        compared=False,
    )


def owner_columns() -> tuple[Column, ...]:
    """Whose figure it is and of which year."""
    return (
        REGION_CODE,
        REGION_NAME,
        PROVINCE_CODE,
        PREFECTURE_CODE,
        DEPARTMENT_ID,
        DEPARTMENT_NAME,
        FISCAL_YEAR,
        KIND,
        SCOPE,
    )


def line_columns(example_id: int, statement_key: str) -> tuple[Column, ...]:
    """What every row out of a statement begins with."""
    return (
        identity(example_id),
        DISCLOSURE_ID,
        Column(
            name="statement_id",
            kind="integer",
            zh="报表标识",
            en="statement id",
            description="Id of the statement that prints this row; `/v1/statements/{id}` shows it as printed.",
            description_zh="印有本行的报表的标识；`/v1/statements/{id}` 可按原样查看该表。",
            references="statements",
            example=12,
            nullable=False,
            selective=True,
            compared=False,
        ),
        Column(
            name="statement",
            kind="choice",
            zh="报表",
            en="statement",
            description="Which statement prints this row, by its canonical key.",
            description_zh="本行出自哪一张报表。表号随年份和地区变化，以此为准。",
            example=statement_key,
            sql="t.statement_key",
            nullable=False,
            choices=words.STATEMENT,
        ),
        Column(
            name="row",
            kind="integer",
            zh="原表行号",
            en="row",
            description="Row of the statement's printed grid, counted from 0.",
            description_zh="在原表中的行号，从 0 起计，表头行计算在内。",
            example=7,
            minimum=0,
            nullable=False,
            default=False,
            compared=False,
        ),
        *owner_columns(),
        PRINTED_UNIT,
    )


LINE_LINKS = Column(
    name="links",
    kind="json",
    zh="链接",
    en="links",
    description="Paths on this service to what this row belongs to.",
    description_zh="本行所属的公开文件、报表、部门和行政区划在本服务中的路径。",
    example={"disclosure": "/v1/disclosures/130205-5c9de731-2025-budget"},
    sql="""json_build_object('disclosure', '/v1/disclosures/' || t.disclosure_id,
        'statement', '/v1/statements/' || t.statement_id, 'department', '/v1/departments/' || t.department_id,
        'region', '/v1/regions/' || t.region_code)""",
    schema=object_schema(
        {
            name: {"type": "string", "description": f"Path of the {name}.", "examples": [example]}
            for name, example in (
                ("disclosure", "/v1/disclosures/130205-5c9de731-2025-budget"),
                ("statement", "/v1/statements/12"),
                ("department", "/v1/departments/130205-5c9de731"),
                ("region", "/v1/regions/130205"),
            )
        }
    ),
)


def line_resource(  # noqa: PLR0913 - the words of one declaration
    name: str,
    *,
    table: str,
    singular: str,
    plural: str,
    zh: str,
    en: str,
    description: str,
    description_zh: str,
    statements: tuple[str, ...],
    example_id: int,
    columns: tuple[Column, ...],
    includes: tuple[Include, ...] = (),
    natural_key: tuple[str | tuple[str, ...], ...],
    search: Column | None = None,
    examples: tuple[str, ...] = (),
    in_order: tuple[tuple[str, ...], ...] = (),
) -> Resource:
    """A resource whose rows come out of statements: the shared columns, its own, provenance, checks, links."""
    checks, by_status = row_checks(table)
    return Resource(
        name=name,
        singular=singular,
        plural=plural,
        zh=zh,
        en=en,
        description=description,
        description_zh=description_zh,
        statements=statements,
        source=f"{table} t",
        visible=VISIBLE,
        columns=(*line_columns(example_id, statements[0]), *columns),
        joins=JOINS,
        includes=(PROVENANCE, of_row(name, columns), checks, *includes),
        questions=(by_status,),
        search=search,
        details=(LINE_LINKS,),
        examples=examples,
        natural_key=("statement", "fiscal_year", *natural_key),
        delta=DELTA,
        in_order=in_order,
    )
