"""The tables of a disclosure, and what became of each."""

from app.query import words
from app.query.columns import Column, Include, Resource, object_schema
from app.query.facts import DISCLOSURE_ID, FISCAL_YEAR, JOINS, VISIBLE, counted, identity, owner_columns

_GRID_DESCRIPTION = (
    "The table as printed: rows of cells, headings included; null where a cell holds running text that is not kept."
)

RESOURCE = Resource(
    name="statements",
    singular="Statement",
    plural="Statements",
    zh="报表",
    en="Statements",
    description=(
        "Every table of a disclosure, those declared empty and those missing included. `status` keeps apart what is "
        "reported, declared empty, missing and unreadable."
    ),
    description_zh="公开文件中的每一张表，包括空表和缺表。状态区分已填报、空表、缺表和无法读取。",
    source="statement t",
    visible=VISIBLE,
    columns=(
        identity(12),
        DISCLOSURE_ID,
        *(column for column in owner_columns() if column is not FISCAL_YEAR),
        Column(
            name="fiscal_year",
            kind="integer",
            zh="年度",
            en="fiscal year",
            description="The year of the disclosure.",
            description_zh="公开文件所属的年度。",
            example=2025,
            nullable=False,
        ),
        Column(
            name="key",
            kind="choice",
            zh="报表类型",
            en="key",
            description="Which statement, by its canonical key; form numbers change between years and are no identity.",
            description_zh="报表类型。表号随年份和地区变化，不能用来识别报表。",
            example="expenditure",
            sql="t.key",
            nullable=False,
            choices=words.STATEMENT,
        ),
        Column(
            name="ordinal",
            kind="integer",
            zh="序号",
            en="ordinal",
            description="The n-th statement of this key in its document.",
            description_zh="在本文件的同类报表中排第几。",
            example=1,
            nullable=False,
        ),
        Column(
            name="title",
            kind="text",
            zh="标题",
            en="title",
            description="Title as printed; of a missing statement its canonical name.",
            description_zh="报表标题，按原件所印；缺表的为该表的通行名称。",
            example="部门支出总表",
            nullable=False,
        ),
        Column(
            name="form_number",
            kind="text",
            zh="表号",
            en="form number",
            description="Number of the form as printed: a label, not an identity.",
            description_zh="原件所印的表号，仅作标注。",
            example="公开03表",
        ),
        Column(
            name="printed_unit",
            kind="choice",
            zh="金额单位",
            en="printed unit",
            description="The unit of money that the table prints; null where it holds no money.",
            description_zh="该表标注的金额单位；没有金额的为空值。",
            example="wan",
            sql="t.unit",
            choices=words.UNIT,
        ),
        Column(
            name="status",
            kind="choice",
            zh="状态",
            en="status",
            description="`reported`, `declared_empty` (空表), `missing` from the document, or `unreadable`.",
            description_zh="该表的状态：已填报、空表、缺表或无法读取。",
            example="reported",
            nullable=False,
            choices=words.STATEMENT_STATUS,
        ),
        Column(
            name="location",
            kind="text",
            zh="位置",
            en="location",
            description="Where the table is in the file; empty for a missing statement.",
            description_zh="该表在文件中的位置；缺表的为空文本。",
            example="lines 120-245",
            nullable=False,
        ),
        Column(
            name="note",
            kind="text",
            zh="空表说明",
            en="note",
            description="The printed word that the table is empty.",
            description_zh="原件中声明该表为空表的文字。",
            example="空表",
        ),
        Column(
            name="as_of",
            kind="date",
            zh="截止时间",
            en="as of",
            description="The day that the table is about, as printed.",
            description_zh="原件所印的截止日期。",
            example="2024-12-31",
        ),
        Column(
            name="header_rows",
            kind="integer",
            zh="表头行数",
            en="heading rows",
            description="How many rows at the top of the grid are headings.",
            description_zh="表格顶部属于表头的行数，栏次行计算在内。",
            example=2,
            nullable=False,
        ),
    ),
    joins=JOINS,
    includes=(
        Include(
            name="provenance",
            zh="出处",
            en="provenance",
            description="The published file and the place of the table in it.",
            description_zh="所公开的文件，以及该表在文件中的位置。",
            joins=("disclosure",),
            sql="json_build_object('file', dis.source_file, 'sha256', dis.sha256, 'location', t.location)",
            schema=object_schema(
                {
                    "file": {"type": ["string", "null"], "description": "Name of the file.", "examples": ["a.txt"]},
                    "sha256": {"type": ["string", "null"], "description": "SHA-256 of the file.", "examples": ["9f86"]},
                    "location": {"type": "string", "description": "Place in the file.", "examples": ["lines 120-245"]},
                }
            ),
        ),
    ),
    details=(
        Column(
            name="grid",
            kind="json",
            zh="原表",
            en="grid",
            description=_GRID_DESCRIPTION,
            description_zh="按原样保留的表格：逐行逐格，含表头；不予保留的说明文字为空值。",
            example=[["科目编码", "科目名称", "合计"], ["201", "一般公共服务支出", "256.59"]],
            sql="t.grid",
            schema={"type": "array", "items": {"type": "array", "items": {"type": ["string", "null"]}}},
        ),
        Column(
            name="withheld",
            kind="json",
            zh="未保留的单元格",
            en="withheld cells",
            description="(row, column) of the cells with running text.",
            description_zh="未保留说明文字的单元格，以（行，列）表示。",
            example=[[3, 2]],
            sql="t.withheld",
            schema={
                "type": "array",
                "items": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
            },
        ),
        counted("x.statement_id = t.id", "'statement_id=' || t.id"),
        Column(
            name="findings",
            kind="json",
            zh="读取说明",
            en="findings",
            description="Number of findings about this table, listed at `/v1/findings?statement_id=…`.",
            description_zh="与该表有关的读取说明条数，列于 `/v1/findings?statement_id=…`。",
            example=0,
            sql="(select count(*) from finding f where f.statement_id = t.id)",
            schema={"type": "integer"},
        ),
        Column(
            name="links",
            kind="json",
            zh="链接",
            en="links",
            description="Paths on this service to what the table belongs to.",
            description_zh="与该表有关的数据在本服务中的路径。",
            example={"disclosure": "/v1/disclosures/130205-5c9de731-2025-budget"},
            sql="""json_build_object('disclosure', '/v1/disclosures/' || t.disclosure_id,
                'department', '/v1/departments/' || t.department_id,
                'findings', '/v1/findings?statement_id=' || t.id)""",
            schema=object_schema(
                {
                    name: {"type": "string", "description": f"Path of the {name}.", "examples": [example]}
                    for name, example in (
                        ("disclosure", "/v1/disclosures/130205-5c9de731-2025-budget"),
                        ("department", "/v1/departments/130205-5c9de731"),
                        ("findings", "/v1/findings?statement_id=12"),
                    )
                }
            ),
        ),
    ),
    examples=("key=three_public&status=reported", "status=declared_empty&sort=key", "disclosure_id__prefix=130205"),
)
