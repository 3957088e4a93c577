"""Results of checks beside what they are about: a result's figures, a row's, a statement's or a document's results."""

from __future__ import annotations

from app.query import words
from app.query.columns import Column, Include, Json, records_schema
from app.query.contents import STATEMENT_FACTS

FIGURES = (*STATEMENT_FACTS, ("stated-amounts", "stated_amount"), ("findings", "finding"))

_RESULT: dict[str, Json] = {
    "id": {"type": "integer", "description": "Id of the result, at `/v1/check-results/{id}`.", "examples": [1]},
    "rule": {"type": "string", "description": "Id of the rule.", "examples": ["I4.functional_hierarchy"]},
    "status": {"type": "string", "description": "Whether the figures agree.", "enum": [*words.CHECK_STATUS]},
    "severity": {
        "type": "string",
        "description": "What it means where they do not.",
        "enum": [*words.CHECK_SEVERITY],
    },
}
_PLACE: dict[str, Json] = {
    "row": {"type": ["integer", "null"], "description": "Row of the printed grid, counted from 0.", "examples": [7]},
    "column": {
        "type": ["integer", "null"],
        "description": "Column of the printed grid, counted from 0.",
        "examples": [3],
    },
}

# The result that an operand o belongs to.
_RESULT_OF = "check_result c on c.department_id = o.department_id and c.id = o.check_result_id"

# Operands, each with what its result says; beside a page they are gathered under a name of their own
# (`app/query/beside.py`).
CHECKED_FROM = f"select o.*, c.rule, c.status, c.severity from check_operand o join {_RESULT_OF}"  # noqa: S608 - our own names
CHECKED = f"({CHECKED_FROM}) x"

# The resource of the table that an operand o is in.
_RESOURCE = "".join(
    ("case o.source", *(f" when '{table}' then '{resource}'" for resource, table in FIGURES), " end"),
)

OPERANDS = Column(
    name="operands",
    kind="json",
    zh="所比数字",
    en="operands",
    description="The printed figures that were compared: value, unit, printed text and cell; blank cells count as 0.",
    description_zh="所比较的各个数字：数值、单位、原文和所在单元格；空白按 0 计，不列出。",
    example=[],
    default=False,
    filterable=False,
    sortable=False,
    compared=False,
    nullable=False,
    sql=f"""coalesce((select json_agg(json_build_object('side', o.side, 'label', o.label, 'label_en', o.label_en,
        'amount', o.amount, 'unit', o.unit, 'decimals', o.decimals, 'text', o.text, 'field', o.field,
        'statement_id', o.statement_id, 'row', o."row", 'column', o."column", 'line', o.line, 'offset', o."offset",
        'href', '/v1/' || {_RESOURCE} || '/' || o.fact_id) order by o.position)
        from check_operand o
        where o.department_id = t.department_id and o.check_result_id = t.id group by o.department_id), '[]'::json)""",  # noqa: S608 - our own names
    schema=records_schema(
        {
            "side": {"type": "string", "description": "Side of the comparison.", "enum": ["left", "right"]},
            "label": {"type": "string", "description": "Name of the figure.", "examples": ["收入总计"]},
            "label_en": {"type": "string", "description": "The same, columns in English.", "examples": ["收入总计"]},
            "amount": {
                "type": ["number", "null"],
                "description": "The figure as printed, in `unit`; null for words, which `text` has.",
                "examples": [283.61],
            },
            "unit": {
                "type": ["string", "null"],
                "description": "The unit it is printed in; null for a quantity, a percentage or points.",
                "examples": ["wan"],
            },
            "decimals": {"type": "integer", "description": "Decimals that its table keeps.", "examples": [2]},
            "text": {"type": ["string", "null"], "description": "The printed text.", "examples": ["283.61"]},
            "field": {"type": "string", "description": "Field of the record.", "examples": ["total"]},
            "statement_id": {
                "type": ["integer", "null"],
                "description": "Id of the table; null for a figure of the narrative.",
                "examples": [12],
            },
            **_PLACE,
            "line": {
                "type": ["integer", "null"],
                "description": "Line of the source file, counted from 1, of a figure of the narrative.",
                "examples": [42],
            },
            "offset": {
                "type": ["integer", "null"],
                "description": "Character of that line, counted from 1.",
                "examples": [17],
            },
            "href": {"type": "string", "description": "Path of the record.", "examples": ["/v1/balance-lines/85"]},
        }
    ),
)


def row_checks(table: str) -> tuple[Include, Column]:
    """For a resource out of a table: `include=checks`, and the filter `checks=failed` of its rows."""
    # What most rows are not comes first: texts are compared of the others alone.
    about = f"x.fact_id = t.id and x.source = '{table}' and x.department_id = t.department_id"
    return (
        Include(
            name="checks",
            zh="核对结果",
            en="checks",
            description="The results of checks that compare a figure of this row, with the field and the cell.",
            description_zh="涉及本行数字的核对结果，附字段和单元格。",
            joins=(),
            sql=f"""coalesce((select json_agg(json_build_object('id', x.check_result_id, 'rule', x.rule,
                'status', x.status, 'severity', x.severity, 'field', x.field, 'row', x."row", 'column', x."column")
                order by x.check_result_id, x.position)
                from {CHECKED} where {about} group by x.department_id), '[]'::json)""",  # noqa: S608 - our own name
            schema=records_schema(
                {
                    **_RESULT,
                    "field": {"type": "string", "description": "Field that is compared.", "examples": ["total"]},
                    **_PLACE,
                }
            ),
        ),
        _filter(f"""(t.department_id, t.id) in (select o.department_id, o.fact_id from check_operand o join {_RESULT_OF}
            where o.source = '{table}' and c.status = any({{values}}))"""),  # noqa: S608 - as above
    )


def _filter(sql: str) -> Column:
    """A question about the results of checks; ids belong to one revision, so the results are those of its release."""
    return Column(
        name="checks",
        kind="list",
        zh="核对状态",
        en="statuses of checks",
        description="Statuses of the checks that this takes part in: `checks=failed` for all that a failed one names.",
        description_zh="所涉核对结果的各种状态；checks=failed 列出被指不符的各项。",
        example="failed",
        sql=sql,
        choices=words.CHECK_STATUS,
        nullable=False,
        sortable=False,
    )


STATEMENT_CHECKS = Include(
    name="checks",
    zh="核对结果",
    en="checks",
    description="The cells of this table that checks compare: row and column of the grid, rule and status.",
    description_zh="本表中被核对的单元格：行、列、规则和结果。",
    joins=(),
    sql=f"""coalesce((select json_agg(json_build_object('id', x.check_result_id, 'rule', x.rule, 'status', x.status,
        'severity', x.severity, 'row', x."row", 'column', x."column") order by x.check_result_id, x.position)
        from {CHECKED}
        where x.statement_id = t.id and x.department_id = t.department_id group by x.department_id), '[]'::json)""",  # noqa: S608 - our own names
    schema=records_schema({**_RESULT, **_PLACE}),
)
STATEMENT_STATUSES = _filter(f"""(t.department_id, t.id) in (select o.department_id, o.statement_id
    from check_operand o join {_RESULT_OF} where c.status = any({{values}}))""")  # noqa: S608 - our own names

DISCLOSURE_CHECKS = Include(
    name="checks",
    zh="核对结果",
    en="checks",
    description="Results of checks that do not simply agree: rounding, failed, and where there is not enough to judge.",
    description_zh="除“相符”以外的核对结果：四舍五入差异、不符和不足以判定的。",
    joins=(),
    sql="""coalesce((select json_agg(json_build_object('id', c.id, 'rule', c.rule, 'status', c.status,
        'severity', c.severity, 'sentence_zh', c.sentence_zh, 'sentence_en', c.sentence_en) order by c.id)
        from check_result c
        where c.department_id = t.department_id and c.revision_id = t.revision_id
            and c.status in ('rounding', 'failed', 'insufficient') group by c.department_id), '[]'::json)""",
    schema=records_schema(
        {
            **_RESULT,
            "sentence_zh": {"type": "string", "description": "The result in Chinese.", "examples": ["两者相符。"]},
            "sentence_en": {"type": "string", "description": "The result in English.", "examples": ["they agree."]},
        }
    ),
)
DISCLOSURE_STATUSES = _filter(
    "(t.department_id, t.revision_id) in "
    "(select c.department_id, c.revision_id from check_result c where c.status = any({values}))"
)
