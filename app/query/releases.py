"""The states of the data: what a reader sees is always one whole release."""

from app.query import words
from app.query.columns import Column, Json, Resource, object_schema

FILE = object_schema(
    {
        "name": {"type": "string", "description": "Name of the file.", "examples": ["expenditures.parquet"]},
        "href": {
            "type": "string",
            "description": "Where it is.",
            "examples": ["/v1/releases/1/files/expenditures.parquet"],
        },
        "resource": {
            "type": ["string", "null"],
            "description": "The resource whose rows it holds; null where it holds more than one, or none.",
            "examples": ["expenditures"],
        },
        "format": {
            "type": "string",
            "enum": ["parquet", "csv.gz", "sqlite", "json", "text", "sums"],
            "description": "What kind of file it is.",
            "examples": ["parquet"],
        },
        "media_type": {
            "type": "string",
            "description": "Its media type.",
            "examples": ["application/vnd.apache.parquet"],
        },
        "bytes": {"type": "integer", "minimum": 0, "description": "Its length.", "examples": [38618]},
        "sha256": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "description": "Its SHA-256.",
            "examples": ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        },
        "rows": {"type": ["integer", "null"], "description": "How many rows it holds.", "examples": [65]},
        "control_totals": {
            "type": "object",
            "additionalProperties": {"type": ["string", "null"]},
            "description": "The sum of each column of amounts in 万元, to check a copy by; no amounts to quote.",
            "examples": [{"total": "310.09"}],
        },
    }
)
FILES: dict[str, Json] = {"type": ["array", "null"], "items": FILE}

RESOURCE = Resource(
    name="releases",
    singular="Release",
    plural="Releases",
    zh="数据版本",
    en="Releases",
    description="Whole states of the data. `release=N` pins a query to one of them.",
    description_zh="每行是数据的一个完整版本；用 `release=N` 可把查询固定在某一版本上。",
    source="release t",
    visible="t.number <= {release}",
    key="number",
    columns=(
        Column(
            name="number",
            kind="integer",
            zh="版本号",
            en="number",
            description="Number of the release, counted from 1.",
            description_zh="数据版本号，从 1 起计。",
            example=1,
            minimum=1,
            nullable=False,
        ),
        Column(
            name="created_at",
            kind="datetime",
            zh="生成时间",
            en="created at",
            description="When the release was loaded.",
            description_zh="该版本的生成时间。",
            example="2025-03-01T08:00:00+00:00",
            nullable=False,
        ),
        Column(
            name="content_digest",
            kind="code",
            zh="内容摘要",
            en="content digest",
            description="SHA-256 over the contents: equal digests mean equal data.",
            description_zh="全部内容的 SHA-256 摘要；摘要相同则数据相同。",
            example="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            nullable=False,
        ),
        Column(
            name="note",
            kind="text",
            zh="说明",
            en="note",
            description="What the release brought.",
            description_zh="该版本带来了什么。",
            example="seed_data",
            nullable=False,
            may_be_empty=True,
        ),
        Column(
            name="counts",
            kind="json",
            zh="行数",
            en="counts",
            description="Number of rows that are valid in the release, by table.",
            description_zh="该版本中各数据表的有效行数。",
            example={"disclosure": 5},
            sql="t.counts",
            filterable=False,
            sortable=False,
            nullable=False,
            schema={"type": "object", "additionalProperties": {"type": "integer"}},
        ),
        Column(
            name="changes",
            kind="json",
            zh="变动",
            en="changes",
            description=(
                "How many disclosures are new in it (`new_document`), were published again (`new_revision`), are read "
                "otherwise from the same file (`extraction_mended`) or were taken back (`withdrawn`)."
            ),
            description_zh="该版本中新增、重新发布、读取更正和撤下的公开文件份数。",
            example={"new_document": 5, "new_revision": 0, "extraction_mended": 0, "withdrawn": 0},
            sql="t.changes",
            filterable=False,
            sortable=False,
            nullable=False,
            # A reason that is newer than the release is not there.
            schema={
                "type": "object",
                "propertyNames": {"enum": [*words.CHANGE_REASON]},
                "additionalProperties": {"type": "integer"},
            },
        ),
    ),
    details=(
        Column(
            name="files",
            kind="json",
            zh="数据文件",
            en="files",
            description=(
                "The files of the release, with length, SHA-256, rows and control totals; null while they have not "
                "been built."
            ),
            description_zh="该版本的数据文件，附字节数、SHA-256、行数和各金额列的核对合计；尚未生成时为空值。",
            example=None,
            sql="null::json",  # they are on the disk, not in the database: app/api/routes/bulk.py
            schema=FILES,
        ),
        Column(
            name="links",
            kind="json",
            zh="链接",
            en="links",
            description="What the release holds.",
            description_zh="该版本的内容在本服务中的路径。",
            example={"disclosures": "/v1/disclosures?release=1"},
            sql="""json_build_object('disclosures', '/v1/disclosures?release=' || t.number,
                'changes', (select '/v1/releases/' || max(p.number) || '/diff/' || t.number from release p
                    where p.number < t.number))""",
            schema=object_schema(
                {
                    "disclosures": {
                        "type": "string",
                        "description": "Path of its disclosures.",
                        "examples": ["/v1/disclosures?release=1"],
                    },
                    "changes": {
                        "type": ["string", "null"],
                        "description": "Path of what changed since the release before; null for the oldest kept.",
                        "examples": ["/v1/releases/1/diff/2"],
                    },
                }
            ),
        ),
    ),
    examples=("sort=-number", "number__gte=1", "created_at__gte=2025-01-01"),
)
