"""What a reader of the data should know about how a document was read."""

from app.query import words
from app.query.columns import Column, ColumnKind, Json, Resource
from app.query.facts import DELTA, DISCLOSURE_ID, JOINS, TABLE_PROVENANCE, VISIBLE, identity, owner_columns


def _place(
    name: str, kind: ColumnKind, zh: str, en: str, description: str, description_zh: str, example: Json
) -> Column:
    return Column(
        name=name,
        kind=kind,
        zh=zh,
        en=en,
        description=description,
        description_zh=description_zh,
        example=example,
        sql=f't."{name}"',
        compared=name == "text",
    )


RESOURCE = Resource(
    name="findings",
    singular="Finding",
    plural="Findings",
    zh="读取说明",
    en="Findings",
    description=(
        "What could not be placed, was doubtful, or deserves a look when a document was read, with its place. Nothing "
        "is dropped without one."
    ),
    description_zh="读取文件时无法归位、存疑或值得一看之处及其位置；凡有舍弃必有说明。",
    source="finding t",
    visible=VISIBLE,
    columns=(
        identity(1001),
        DISCLOSURE_ID,
        Column(
            name="statement_id",
            kind="integer",
            zh="报表标识",
            en="statement id",
            description="Id of the statement that it is about; null when it is about the document.",
            description_zh="所涉报表的标识；涉及整份文件的为空值。",
            references="statements",
            example=12,
            selective=True,
            compared=False,
        ),
        *owner_columns(),
        Column(
            name="code",
            kind="code",
            zh="类型",
            en="code",
            description="What kind of finding.",
            description_zh="说明的类型。",
            example="number_only_in_grid",
            nullable=False,
        ),
        Column(
            name="severity",
            kind="choice",
            zh="严重程度",
            en="severity",
            description="How much it matters.",
            description_zh="严重程度。",
            example="warning",
            nullable=False,
            choices=words.SEVERITY,
        ),
        Column(
            name="message",
            kind="text",
            zh="说明",
            en="message",
            description="What was found, in a sentence.",
            description_zh="对所见情况的一句说明。",
            example="this number is only in the printed grid",
            nullable=False,
        ),
        _place(
            "row",
            "integer",
            "原表行号",
            "row",
            "Row of the statement's grid, counted from 0.",
            "在原表中的行号，从 0 起计。",
            7,
        ),
        _place(
            "column",
            "integer",
            "原表列号",
            "column",
            "Column of the statement's grid, counted from 0.",
            "在原表中的列号，从 0 起计。",
            3,
        ),
        _place(
            "line",
            "integer",
            "原文行号",
            "line",
            "Line of the source file, counted from 1.",
            "在源文件中的行号，从 1 起计。",
            42,
        ),
        _place(
            "text",
            "text",
            "原文",
            "text",
            "The printed text in question, at most 80 characters.",
            "所涉原文，至多 80 字。",
            "256.59",
        ),
    ),
    joins=JOINS,
    includes=(TABLE_PROVENANCE,),
    natural_key=("code", "message", "text"),
    delta=DELTA,
    examples=("severity=warning", "code=number_only_in_grid&sort=disclosure_id", "severity__ne=info&fiscal_year=2025"),
)
