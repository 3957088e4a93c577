"""The published documents."""

from app.query import words
from app.query.check_operands import DISCLOSURE_CHECKS, DISCLOSURE_STATUSES
from app.query.citation import of_disclosure
from app.query.columns import Column, Resource, object_schema, records_schema
from app.query.contents import counted
from app.query.facts import (
    DELTA,
    DEPARTMENT_ID,
    DEPARTMENT_NAME,
    JOINS,
    KIND,
    REGION_CODE,
    REGION_NAME,
    SCOPE,
    VISIBLE,
)
from app.query.search_column import by_entries

RESOURCE = Resource(
    name="disclosures",
    singular="Disclosure",
    plural="Disclosures",
    zh="公开文件",
    en="Disclosures",
    description=(
        "One published document each: a department's budget or final account of a year. What is shown is the revision "
        "that is valid in the release."
    ),
    description_zh="每行是一份公开文件，即一个部门某一年度的预算或决算；所示为本数据版本中有效的修订版。",
    source="disclosure t",
    visible=VISIBLE,
    columns=(
        Column(
            name="id",
            kind="code",
            zh="公开文件标识",
            en="id",
            description="Stable id: department, year, budget or final account, and `-unit` where a unit reports alone.",
            description_zh="稳定标识：部门、年度、预算或决算；单独公开的单位另加 `-unit`。",
            example="130205-5c9de731-2025-budget",
            nullable=False,
        ),
        REGION_CODE,
        REGION_NAME,
        DEPARTMENT_ID,
        # The name in this very document; the department's own page has the latest.
        Column(
            name="department_name",
            kind="text",
            zh="部门名称",
            en="department name",
            description="Name of the department as this document prints it.",
            description_zh="本文件所印的部门名称。",
            example=DEPARTMENT_NAME.example,
            nullable=False,
        ),
        Column(
            name="department_code",
            kind="code",
            zh="部门编码",
            en="department code",
            description="The finance bureau's code as this document prints it.",
            description_zh="本文件所印的部门编码，由财政部门编定。",
            example="224",
        ),
        Column(
            name="fiscal_year",
            kind="integer",
            zh="年度",
            en="fiscal year",
            description="The year of the budget or final account.",
            description_zh="预算或决算所属的年度。",
            example=2025,
            minimum=1990,
            nullable=False,
        ),
        KIND,
        SCOPE,
        Column(
            name="title",
            kind="text",
            zh="标题",
            en="title",
            description="Title as printed.",
            description_zh="文件标题，按原件所印。",
            example="2025年部门预算信息公开",
            nullable=False,
        ),
        Column(
            name="source_file",
            kind="text",
            zh="源文件名",
            en="source file",
            description="Name of the published file.",
            description_zh="所公开文件的文件名。",
            example="budget.txt",
            nullable=False,
        ),
        Column(
            name="sha256",
            kind="code",
            zh="源文件 SHA-256",
            en="SHA-256",
            description="SHA-256 of the published file.",
            description_zh="所公开文件的 SHA-256 校验值。",
            example="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            nullable=False,
        ),
        Column(
            name="file_format",
            kind="choice",
            zh="文件格式",
            en="file format",
            description="Format of the published file.",
            description_zh="所公开文件的格式。",
            example="text",
            sql="t.format",
            nullable=False,
            choices=words.FILE_FORMAT,
        ),
        Column(
            name="printed_units",
            kind="list",
            zh="金额单位",
            en="printed units",
            description="Units of money that its tables print.",
            description_zh="文件内各表所印的金额单位。",
            example=["wan"],
            sql="t.units",
            nullable=False,
            sortable=False,
        ),
        Column(
            name="revision",
            kind="integer",
            zh="修订号",
            en="revision",
            description="Which revision of the document this is, counted from 1.",
            description_zh="这是该文件的第几个修订版，从 1 起计。",
            example=1,
            minimum=1,
            nullable=False,
        ),
        Column(
            name="parser_version",
            kind="integer",
            zh="解析器版本",
            en="parser version",
            description="Version of the program that read it.",
            description_zh="读取该文件的程序版本。",
            example=1,
            minimum=1,
            nullable=False,
            default=False,
            compared=False,
        ),
        Column(
            name="checks_version",
            kind="integer",
            zh="核对规则版本",
            en="version of the checks",
            description="Version of the rules that its figures were held against; 0 before there were any.",
            description_zh="核对其数字所用规则的版本；0 表示尚未核对。",
            example=1,
            minimum=1,
            nullable=False,
            default=False,
            compared=False,
        ),
        Column(
            name="loaded_at",
            kind="datetime",
            zh="入库时间",
            en="loaded at",
            description="When this revision was loaded.",
            description_zh="本修订版的入库时间。",
            example="2025-03-01T08:00:00+00:00",
            nullable=False,
            compared=False,
        ),
    ),
    joins={"region": JOINS["region"]},
    includes=(of_disclosure(), DISCLOSURE_CHECKS),
    questions=(DISCLOSURE_STATUSES,),
    search=by_entries(
        "t.department_id",
        "departments",
        "Disclosures of departments found by words in a name of theirs or of their division.",
        "按部门名称或所属行政区划名称中的词查找公开文件。",
        "开平 网信办",
    ),
    details=(
        Column(
            name="statements",
            kind="json",
            zh="报表",
            en="statements",
            description="Its tables in order, with their status.",
            description_zh="文件内的各张报表及其状态，按次序排列。",
            example=[],
            sql="""(select coalesce(json_agg(json_build_object('id', s.id, 'key', s.key, 'ordinal', s.ordinal,
                'title', s.title, 'status', s.status, 'printed_unit', s.unit, 'href', '/v1/statements/' || s.id)
                order by s.id), '[]'::json) from statement s
                where s.department_id = t.department_id and s.revision_id = t.revision_id)""",
            schema=records_schema(
                {
                    "id": {"type": "integer", "description": "Id.", "examples": [12]},
                    "key": {"type": "string", "description": "Canonical key.", "examples": ["expenditure"]},
                    "ordinal": {"type": "integer", "description": "The n-th of its key.", "examples": [1]},
                    "title": {"type": "string", "description": "Title as printed.", "examples": ["部门支出总表"]},
                    "status": {"type": "string", "description": "What became of it.", "examples": ["reported"]},
                    "printed_unit": {"type": ["string", "null"], "description": "Its unit.", "examples": ["wan"]},
                    "href": {"type": "string", "description": "Path.", "examples": ["/v1/statements/12"]},
                }
            ),
        ),
        counted("x.department_id = t.department_id and x.revision_id = t.revision_id", "'disclosure_id=' || t.id"),
        Column(
            name="findings",
            kind="json",
            zh="读取说明",
            en="findings",
            description="Number of findings by severity.",
            description_zh="读取说明的条数，按严重程度分列。",
            example={"info": 0, "warning": 0, "error": 0},
            sql="""(select json_build_object('info', count(*) filter (where f.severity = 'info'),
                'warning', count(*) filter (where f.severity = 'warning'),
                'error', count(*) filter (where f.severity = 'error'))
                from finding f where f.department_id = t.department_id and f.revision_id = t.revision_id)""",
            schema=object_schema(
                {
                    severity: {"type": "integer", "description": f"Findings of severity {severity}.", "examples": [0]}
                    for severity in ("info", "warning", "error")
                }
            ),
        ),
        Column(
            name="revisions",
            kind="json",
            zh="修订",
            en="revisions",
            description=(
                "Every revision of this document up to the release that is read, oldest first; those of releases that "
                "are no longer kept are left out."
            ),
            description_zh="截至所查数据版本的全部修订版，旧的在前；只见于已清除版本的不列。",
            example=[],
            sql="""(select json_agg(json_build_object('revision', d.revision, 'from_release', d.valid_from,
                'until_release', case when d.valid_to <= {release} then d.valid_to end, 'sha256', d.sha256,
                'loaded_at', d.loaded_at, 'href', '/v1/disclosures/' || d.id || '?release='
                    || greatest(d.valid_from, (select min(number) from release)))
                order by d.revision) from disclosure d
                where d.department_id = t.department_id and d.id = t.id and d.valid_from <= {release}
                  and d.valid_to > (select min(number) from release))""",
            schema=records_schema(
                {
                    "revision": {"type": "integer", "description": "Number of the revision.", "examples": [1]},
                    "from_release": {"type": "integer", "description": "First release with it.", "examples": [1]},
                    "until_release": {
                        "type": ["integer", "null"],
                        "description": "First release without it; null while it is valid.",
                        "examples": [2],
                    },
                    "sha256": {"type": "string", "description": "SHA-256 of the file.", "examples": ["9f86"]},
                    "loaded_at": {
                        "type": "string",
                        "description": "When it was loaded.",
                        "examples": ["2025-03-01T08:00:00+00:00"],
                    },
                    "href": {
                        "type": "string",
                        "description": "Path of the revision.",
                        "examples": ["/v1/disclosures/130205-5c9de731-2025-budget?release=1"],
                    },
                }
            ),
        ),
        Column(
            name="links",
            kind="json",
            zh="链接",
            en="links",
            description="Paths on this service to what belongs to it.",
            description_zh="与该文件有关的数据在本服务中的路径。",
            example={"department": "/v1/departments/130205-5c9de731"},
            sql="""json_build_object('department', '/v1/departments/' || t.department_id,
                'region', '/v1/regions/' || t.region_code,
                'statements', '/v1/statements?disclosure_id=' || t.id,
                'stated_amounts', '/v1/stated-amounts?disclosure_id=' || t.id,
                'findings', '/v1/findings?disclosure_id=' || t.id)""",
            schema=object_schema(
                {
                    name: {"type": "string", "description": f"Path of the {name}.", "examples": [example]}
                    for name, example in (
                        ("department", "/v1/departments/130205-5c9de731"),
                        ("region", "/v1/regions/130205"),
                        ("statements", "/v1/statements?disclosure_id=130205-5c9de731-2025-budget"),
                        ("stated_amounts", "/v1/stated-amounts?disclosure_id=130205-5c9de731-2025-budget"),
                        ("findings", "/v1/findings?disclosure_id=130205-5c9de731-2025-budget"),
                    )
                }
            ),
        ),
    ),
    natural_key=("id",),
    # A revision that another one has followed is not removed: its id is still there.
    delta=f"""{DELTA} and (t.valid_to > {{release}} or not exists (select from disclosure n
        where n.department_id = t.department_id and n.id = t.id
          and n.valid_from <= {{release}} and n.valid_to > {{release}}))""",
    keeps=("id", "region_code", "department_id", "fiscal_year", "kind", "scope"),
    examples=("fiscal_year=2025&kind=budget", "region_code__under=130000&sort=-fiscal_year", "kind=final&limit=10"),
)
