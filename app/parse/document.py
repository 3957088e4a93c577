"""One document → all its records: read the format, lay out the tables, let each form read its own, count the rest.

What no form takes is not dropped: a table that no form claims is kept as printed under `unrecognised`, and every
figure that reached no record becomes a finding with its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Unpack

from pydantic import ValidationError

from app.errors import DocumentError
from app.parse.cells import digit_cells
from app.parse.contents import Contents, read_contents
from app.parse.forms import Context, Form, FormResult
from app.parse.grid import Document, TitledGrid
from app.parse.identity import Identity, Said, identify, printed_code
from app.parse.layout import Layout, form_number, lay_out
from app.parse.narrative import NarrativeResult, read_narrative
from app.parse.readers import read_document
from app.parse.residue import read_residue
from app.parse.statements import FORMS
from app.records import (
    AssetItem,
    BalanceLine,
    Cell,
    Disclosure,
    EconomicLine,
    EvaluationLine,
    ExpenditureLine,
    Finding,
    Line,
    ParsedDisclosure,
    PerformanceIndicator,
    ProcurementItem,
    Project,
    RevenueLine,
    Statement,
    StatementKey,
    ThreePublicLine,
)

# A disclosure is a few hundred kilobytes of text; more than this is something else.
LARGEST_DOCUMENT = 64 * 1024 * 1024

_LONGEST_TEXT = 80
_LONGEST_MESSAGE = 500
_FIELDS: dict[type[Line], str] = {
    BalanceLine: "balance_lines",
    RevenueLine: "revenues",
    ExpenditureLine: "expenditures",
    EconomicLine: "economic_lines",
    ThreePublicLine: "three_public",
    Project: "projects",
    PerformanceIndicator: "performance_indicators",
    EvaluationLine: "evaluation_lines",
    ProcurementItem: "procurement_items",
    AssetItem: "assets",
}


def parse_file(path: Path, **said: Unpack[Said]) -> ParsedDisclosure:
    """Read a file from disk and parse it. DocumentError where it cannot be read as a disclosure."""
    try:
        size = path.stat().st_size
        if size > LARGEST_DOCUMENT:
            raise DocumentError(too_large(path.name, size))
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror or error}") from error
    return parse_document(data, source_file=path.name, **said)


def parse_document(data: bytes, *, source_file: str, **said: Unpack[Said]) -> ParsedDisclosure:
    """Everything that the document holds, as records and findings; the same bytes always give the same result.

    What is `said` of it (`region_code`, `department_name`, `fiscal_year`, `kind`) settles what it leaves open.
    DocumentError, which says what was wrong and what to do, where the bytes are no document that is read, it is no
    departmental disclosure, or its identity is not known.
    """
    if len(data) > LARGEST_DOCUMENT:
        raise DocumentError(too_large(source_file, len(data)))
    if not data.strip(b"\xef\xbb\xbf \t\r\n\x0c"):
        raise DocumentError(f"{source_file}: the file is empty")
    document = read_document(data, source_file)
    layout = lay_out(document)
    contents, tables = read_contents(layout.tables)
    claimed = [(table, [form for form in FORMS if form.claims(table)]) for table in tables]
    identity = _identify(layout, source_file, said, statements=sum(bool(forms) for _, forms in claimed))
    reading = _Reading(identity, contents)
    for table, forms in claimed:
        reading.take_table(table, forms)
    reading.take_missing()
    reading.take_unreadable(document.unreadable_pages)
    reading.findings.extend(read_residue(layout.texts))
    return _assemble(document, reading, _numbered_after(reading.ordinals, _read_narrative(layout, identity)))


def too_large(source_file: str, size: int) -> str:
    """What is said of a file that is larger than any disclosure."""
    return f"{source_file}: {size} bytes; a disclosure has at most {LARGEST_DOCUMENT} (64 MiB)"


def _identify(layout: Layout, source_file: str, said: Said, *, statements: int) -> Identity:
    try:
        return identify(layout, source_file=source_file, statements=statements, **said)
    except DocumentError as error:
        if statements:
            raise
        raise DocumentError(f"{error}; none of its {len(layout.tables)} tables is a known statement either") from error


@dataclass
class _Reading:
    """What has been read of one document so far."""

    identity: Identity
    contents: Contents
    statements: list[Statement] = field(default_factory=list)
    records: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    ordinals: Counter[StatementKey] = field(default_factory=Counter)
    projects: int = 0

    def take_table(self, table: TitledGrid, forms: list[Form]) -> None:
        """Let the one form that claims the table read it; keep it as printed where none does."""
        key: StatementKey = forms[0].key if len(forms) == 1 else "unrecognised"
        self.ordinals[key] += 1
        context = Context(
            fiscal_year=self.identity.fiscal_year,
            kind=self.identity.kind,
            ordinal=self.ordinals[key],
            first_project_ordinal=self.projects + 1,
        )
        code, own = printed_code(table), self.identity.department_code
        if len(forms) == 1 and forms[0].expected_in and code and own and code != own:
            result = FormResult(form_number=form_number(table), findings=[_of_another_body(key, context.ordinal, code)])
        elif len(forms) == 1:
            result = _read(forms[0], table, context)
        else:
            result = FormResult(form_number=form_number(table))
            result.findings.append(_unclaimed(table, forms, context.ordinal))
        _declare_empty(result, self.contents.why_empty(table))
        self.projects += sum(isinstance(record, Project) for record in result.records)
        self.statements.append(_statement(table, key, context.ordinal, result))
        self.records.extend(result.records)
        self.findings.extend(_with_line(finding, table) for finding in result.findings)
        self.findings.extend(_left_in_grid(table, key, context.ordinal, result))

    def take_missing(self) -> None:
        """Name the statements that this kind of disclosure must hold and this one does not."""
        for form in FORMS:
            expected = self.identity.kind in form.expected_in and not self.identity.is_part
            if expected and not self.ordinals[form.key]:
                self.statements.append(
                    Statement(
                        key=form.key, ordinal=1, title=form.name, unit=None, status="missing", location="", grid=[]
                    )
                )

    def take_unreadable(self, pages: Sequence[int]) -> None:
        """Name the pages that are pictures without text: what they hold is neither missing nor empty."""
        for page in pages:
            self.ordinals["unrecognised"] += 1
            ordinal = self.ordinals["unrecognised"]
            self.statements.append(
                Statement(
                    key="unrecognised",
                    ordinal=ordinal,
                    title="(no text)",
                    unit=None,
                    status="unreadable",
                    location=f"page {page}",
                    grid=[],
                )
            )
            self.findings.append(
                Finding(
                    code="unreadable_page",
                    severity="error",
                    message=f"page {page} is a picture without text; what it prints is not read",
                    statement_key="unrecognised",
                    statement_ordinal=ordinal,
                )
            )


def _declare_empty(result: FormResult, why: str | None) -> None:
    """Take the word of the document's list of tables for a table in which no figure is printed."""
    if why is None or result.status != "reported" or any(record.cells for record in result.records):
        return
    result.status, result.note = "declared_empty", why
    result.records.clear()
    result.findings[:] = [finding for finding in result.findings if finding.code != "empty_without_word"]


def _read(form: Form, table: TitledGrid, context: Context) -> FormResult:
    """What the form makes of the table. If a cell holds what no record allows, the table is kept as printed only."""
    try:
        return form.read(table, context)
    except ValidationError as error:
        finding = _not_valid(error, "a cell holds", "the table is kept as printed").model_copy(
            update={"statement_key": form.key, "statement_ordinal": context.ordinal}
        )
        return FormResult(form_number=form_number(table), findings=[finding])


def _read_narrative(layout: Layout, identity: Identity) -> NarrativeResult:
    """The amounts in the text. If one of them is what no record allows, none is given, and a finding says why."""
    try:
        return read_narrative(layout.texts, fiscal_year=identity.fiscal_year, kind=identity.kind)
    except ValidationError as error:
        return NarrativeResult(findings=[_not_valid(error, "the text states", "no stated amount is given")])


def _numbered_after(ordinals: Counter[StatementKey], narrative: NarrativeResult) -> NarrativeResult:
    """The narrative with its statements counted on from the tables: operating expenses may be both."""
    first = dict(ordinals)

    def on(key: StatementKey | None, ordinal: int | None) -> int | None:
        return None if ordinal is None or key is None else ordinal + first.get(key, 0)

    return replace(
        narrative,
        statements=[one.model_copy(update={"ordinal": on(one.key, one.ordinal)}) for one in narrative.statements],
        economic_lines=[
            one.model_copy(update={"statement_ordinal": on(one.statement_key, one.statement_ordinal)})
            for one in narrative.economic_lines
        ],
        findings=[
            one.model_copy(update={"statement_ordinal": on(one.statement_key, one.statement_ordinal)})
            for one in narrative.findings
        ],
    )


def _not_valid(error: ValidationError, where: str, outcome: str) -> Finding:
    first = error.errors()[0]
    return Finding(
        code="record_not_valid",
        severity="error",
        message=f"{where} what no record allows ({first['msg']}); {outcome}"[:_LONGEST_MESSAGE],
        text=str(first["input"])[:_LONGEST_TEXT] or None,
    )


def _statement(table: TitledGrid, key: StatementKey, ordinal: int, result: FormResult) -> Statement:
    return Statement(
        key=key,
        ordinal=ordinal,
        title=table.title or "(no title)",
        form_number=result.form_number,
        unit=result.unit,
        status=result.status,
        location=table.grid.place,
        note=result.note,
        as_of=result.as_of,
        grid=[list(row) for row in table.grid.rows],
        header_rows=result.header_rows,
        withheld=sorted(result.withheld),
    )


def _of_another_body(key: StatementKey, ordinal: int, code: str) -> Finding:
    """A department's document may repeat the statements for each of its units; together they would count twice."""
    return Finding(
        code="other_body",
        severity="warning",
        message=f"the table is of the body with code {code}, not of the department; it is kept as printed",
        statement_key=key,
        statement_ordinal=ordinal,
    )


def _unclaimed(table: TitledGrid, forms: list[Form], ordinal: int) -> Finding:
    names = ", ".join(form.name for form in forms)
    return Finding(
        code="claimed_twice" if forms else "unrecognised_table",
        severity="error" if forms else "warning",
        message=f"several forms claim the table: {names}"
        if forms
        else "no form claims the table; it is kept as printed",
        statement_key="unrecognised",
        statement_ordinal=ordinal,
        line=table.grid.line,
        text=table.title[:_LONGEST_TEXT] or None,
    )


def _with_line(finding: Finding, table: TitledGrid) -> Finding:
    """The finding with the source line of its row, where the form did not give one."""
    if finding.line is not None:
        return finding
    line = table.grid.line if finding.row is None else table.grid.line_of(finding.row)
    return finding.model_copy(update={"line": line})


def _left_in_grid(table: TitledGrid, key: StatementKey, ordinal: int, result: FormResult) -> list[Finding]:
    """A finding for each cell with a digit that is in no record, is no text of one, and is not structure."""
    accounted: set[Cell] = set(result.text_cells) | set(result.structure) | set(result.withheld)
    for record in result.records:
        accounted.update(record.cells.values())
    accounted.update((finding.row, finding.column) for finding in result.findings if _names_cell(finding))  # type: ignore[misc]  # both are numbers then
    why = "no form knows the table" if key == "unrecognised" else "no record of this form holds it"
    left = digit_cells(table.grid, range(len(table.grid.rows))) - accounted
    return [
        Finding(
            code="number_only_in_grid",
            severity="warning",
            message=f"only in the printed table: {why}",
            statement_key=key,
            statement_ordinal=ordinal,
            row=row,
            column=column,
            line=table.grid.line_of(row),
            text=table.grid.cell(row, column)[:_LONGEST_TEXT],
        )
        for row, column in sorted(left)
    ]


def _names_cell(finding: Finding) -> bool:
    return finding.row is not None and finding.column is not None


def _assemble(document: Document, reading: _Reading, narrative: NarrativeResult) -> ParsedDisclosure:
    identity = reading.identity
    records: dict[str, list[Line]] = {name: [] for name in _FIELDS.values()}
    for record in (*reading.records, *narrative.economic_lines):
        records[_FIELDS[type(record)]].append(record)
    statements = [*reading.statements, *narrative.statements]
    disclosure = Disclosure.model_validate(
        {
            "region_code": identity.region_code,
            "department_name": identity.department_name,
            "department_code": identity.department_code,
            "fiscal_year": identity.fiscal_year,
            "kind": identity.kind,
            "scope": identity.scope,
            "title": identity.title,
            "source_file": document.source_file,
            "sha256": document.sha256,
            "format": document.format,
            "units": sorted({statement.unit for statement in statements if statement.unit is not None}),
        }
    )
    return ParsedDisclosure.model_validate(
        {
            "disclosure": disclosure,
            "statements": statements,
            **records,
            "stated_amounts": narrative.stated_amounts,
            "findings": [*document.findings, *reading.findings, *narrative.findings],
        }
    )
