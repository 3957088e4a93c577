"""What a reader of the data should know about how a document was read."""

from app import records
from app.query.columns import Column, ColumnKind, Include, Json, Resource, choices, object_schema
from app.query.facts import DISCLOSURE_ID, JOINS, VISIBLE, identity, owner_columns


def _place(name: str, kind: ColumnKind, zh: str, en: str, description: str, example: Json) -> Column:
    return Column(name=name, kind=kind, zh=zh, en=en, description=description, example=example, sql=f't."{name}"')


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
            example=12,
            selective=True,
        ),
        *owner_columns(),
        Column(
            name="code",
            kind="code",
            zh="类型",
            en="code",
            description="What kind of finding.",
            example="number_only_in_grid",
            nullable=False,
        ),
        Column(
            name="severity",
            kind="choice",
            zh="严重程度",
            en="severity",
            description="How much it matters.",
            example="warning",
            nullable=False,
            choices=choices(records.Finding.model_fields["severity"].annotation),
        ),
        Column(
            name="message",
            kind="text",
            zh="说明",
            en="message",
            description="What was found, in a sentence.",
            example="this number is only in the printed grid",
            nullable=False,
        ),
        _place("row", "integer", "原表行号", "row", "Row of the statement's grid, counted from 0.", 7),
        _place("column", "integer", "原表列号", "column", "Column of the statement's grid, counted from 0.", 3),
        _place("line", "integer", "原文行号", "line", "Line of the source file, counted from 1.", 42),
        _place("text", "text", "原文", "text", "The printed text in question, at most 80 characters.", "256.59"),
    ),
    joins=JOINS,
    includes=(
        Include(
            name="provenance",
            description="The published file, and the table that the finding is about.",
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
        ),
    ),
    examples=("severity=warning", "code=number_only_in_grid&sort=disclosure_id", "severity__ne=info&fiscal_year=2025"),
)
