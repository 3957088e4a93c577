"""What each rule found in each disclosure, with the printed figures it compared."""

from __future__ import annotations

from app.query import words
from app.query.check_operands import OPERANDS
from app.query.columns import Column, Resource, money, object_schema
from app.query.facts import DELTA, DISCLOSURE_ID, JOINS, PRINTED_UNIT, VISIBLE, identity, owner_columns

RESOURCE = Resource(
    name="check-results",
    singular="CheckResult",
    plural="CheckResults",
    zh="核对结果",
    en="Check results",
    description=(
        "What each rule found: whether the printed figures agree, by how much they differ, how much of that rounding "
        "explains, and a sentence in both languages. Nothing printed is ever changed."
    ),
    description_zh="逐条核对的结果：所印数字是否相符、相差多少、四舍五入能解释多少，并有中英文说明。原数一律不改。",
    source="check_result t",
    visible=VISIBLE,
    columns=(
        identity(1),
        DISCLOSURE_ID,
        Column(
            name="statement_id",
            kind="integer",
            zh="报表标识",
            en="statement id",
            description="Id of the statement of the first figure; null where the rule compares nothing here.",
            description_zh="第一个数字所在报表的标识；没有可比数字的为空值。",
            references="statements",
            example=12,
            selective=True,
            compared=False,
        ),
        Column(
            name="statement",
            kind="choice",
            zh="报表",
            en="statement",
            description="The statement of the first figure, by its canonical key.",
            description_zh="第一个数字所在的报表。",
            example="expenditure",
            sql="t.statement_key",
            choices=words.STATEMENT,
        ),
        *owner_columns(),
        PRINTED_UNIT,
        Column(
            name="rule",
            kind="code",
            zh="规则",
            en="rule",
            description="Id of the rule, listed at `/v1/checks`.",
            description_zh="规则的标识，列于 `/v1/checks`。",
            references="checks",
            example="I4.functional_hierarchy",
            nullable=False,
            label="(select zh from check_rule where id = {value})",
        ),
        Column(
            name="severity",
            kind="choice",
            zh="严重程度",
            en="severity",
            description="What it means where the figures do not agree.",
            description_zh="不符时的严重程度。",
            example="error",
            nullable=False,
            choices=words.CHECK_SEVERITY,
        ),
        Column(
            name="status",
            kind="choice",
            zh="结果",
            en="status",
            description="Whether the figures agree.",
            description_zh="核对结果。",
            example="passed",
            nullable=False,
            choices=words.CHECK_STATUS,
        ),
        money(
            "difference",
            "差额",
            "Left side less right side",
            0,
            "前者减后者的差额。",
            note="Null where nothing is compared, or no money.",
        ),
        money(
            "bound",
            "舍入范围",
            "What rounding of the printed figures can explain",
            0,
            "所印数字四舍五入可能造成的最大差额。",
            note="Half a unit of each figure's last printed place, added up.",
        ),
        Column(
            name="sentence_zh",
            kind="text",
            zh="说明",
            en="sentence in Chinese",
            description="The result in a sentence, in Chinese.",
            description_zh="对结果的中文说明。",
            example="《部门预算收支总表》“收入总计”283.61万元，“支出总计”283.61万元，两者相符。",
            nullable=False,
        ),
        Column(
            name="sentence_en",
            kind="text",
            zh="说明（英文）",
            en="sentence in English",
            description="The result in a sentence, in English.",
            description_zh="对结果的英文说明。",
            example="the two agree.",
            nullable=False,
        ),
    ),
    joins=JOINS,
    includes=(OPERANDS,),
    details=(
        Column(
            name="operands",
            kind="json",
            zh="所比数字",
            en="operands",
            description=OPERANDS.description,
            description_zh=OPERANDS.description_zh,
            example=[],
            sql=OPERANDS.sql,
            schema=OPERANDS.schema,
        ),
        Column(
            name="links",
            kind="json",
            zh="链接",
            en="links",
            description="Paths on this service to the rule, the document and the table.",
            description_zh="规则、公开文件和报表在本服务中的路径。",
            example={"check": "/v1/checks/I4.functional_hierarchy"},
            sql="""json_build_object('check', '/v1/checks/' || t.rule,
                'disclosure', '/v1/disclosures/' || t.disclosure_id, 'statement', '/v1/statements/' || t.statement_id)""",
            schema=object_schema(
                {
                    "check": {
                        "type": "string",
                        "description": "Path of the rule.",
                        "examples": ["/v1/checks/I4.functional_hierarchy"],
                    },
                    "disclosure": {
                        "type": "string",
                        "description": "Path of the disclosure.",
                        "examples": ["/v1/disclosures/130205-5c9de731-2025-budget"],
                    },
                    "statement": {
                        "type": ["string", "null"],
                        "description": "Path of the statement.",
                        "examples": ["/v1/statements/12"],
                    },
                }
            ),
        ),
    ),
    natural_key=("rule", "statement", "fiscal_year", "sentence_zh"),
    delta=DELTA,
    examples=(
        "status=failed",
        "rule=I1.grand_totals&fiscal_year=2025",
        "status__ne=passed&severity=error&sort=-difference",
    ),
)
