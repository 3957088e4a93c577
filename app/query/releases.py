"""The states of the data: what a reader sees is always one whole release."""

from app.query import words
from app.query.columns import Column, Resource, object_schema

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
            schema=object_schema(
                {
                    reason: {"type": "integer", "description": f"Disclosures: {word.en}.", "examples": [0]}
                    for reason, word in words.CHANGE_REASON.items()
                }
            ),
        ),
    ),
    details=(
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
                        "description": "Path of what changed since the release before; null for the first.",
                        "examples": ["/v1/releases/1/diff/2"],
                    },
                }
            ),
        ),
    ),
    examples=("sort=-number", "number__gte=1", "created_at__gte=2025-01-01"),
)
