"""What is read beside the rows of a page: first cut down to those rows, table by table, then put together.

A page is found in one table; its fields and includes read others (the statement that prints a row, the checks that
compared it). Each of those is read once for the whole page, under its own name, before the objects are made of them.
So a statement does the same work whatever it includes, and where the tables lie on several machines each is asked once:
no row of a page is joined with them one by one, which Citus would refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from app.query.check_operands import CHECKED, CHECKED_FROM
from app.query.columns import Column, Resource
from app.query.contents import STATEMENT_FACTS

_COUNTED = tuple(table for _, table in STATEMENT_FACTS if table != "check_result")
# Operands with what their results say (`check_operands.CHECKED`), under this name once they are gathered.
_CHECKED = "checked_operand"
_TABLES = ("disclosure", "statement", *_COUNTED, "stated_amount", "finding", "check_operand", "check_result", _CHECKED)
_READ = re.compile(rf"\b(?:from|join) ({'|'.join(_TABLES)})\b")


def gathered(text: str) -> str:
    """The text of fields as it reads what has been gathered."""
    return text.replace(CHECKED, f"{_CHECKED} x")


def tables_read(texts: Iterable[str]) -> tuple[str, ...]:
    """The tables of departments that these texts read."""
    found = {name for text in texts for name in _READ.findall(text)}
    return tuple(name for name in _TABLES if name in found)


def beside(resource: Resource, texts: Iterable[str], *, department: str | None = None) -> str:
    """The tables that the texts read, as parts of WITH behind `page`; empty where they read none.

    `department` is the SQL of the one department that the page is of, where it is of one.
    """
    own = own_table(resource)
    return "".join(f",\n{_part(own, table, department)}" for table in tables_read(texts) if own is not None)


def titles(columns: Iterable[Column], rows: str) -> str:
    """The disclosures that the labels of these columns name, as a part of WITH behind the part that has the columns."""
    read = [column for column in columns if tables_read([column.label])]
    return "".join(
        f""",\ndisclosure as materialized (
  select x.* from disclosure x where x.id in (select f."{column.name}" from {rows} f))"""  # noqa: S608 - our own names
        for column in read
    )


def own_table(resource: Resource) -> str | None:
    """The table of departments that the rows of a resource are in; None for what belongs to no department."""
    name = resource.source.partition(" ")[0]
    return name if name in _TABLES else None


@cache
def _part(own: str, table: str, department: str | None) -> str:
    alias = "o" if table == _CHECKED else "x"
    # Of the tables of figures only the number of rows is asked for.
    listed = "x.department_id, x.revision_id, x.statement_id" if table in _COUNTED else "x.*"
    read = CHECKED_FROM if table == _CHECKED else f"select {listed} from {table} x"  # noqa: S608 - our own names
    only = "" if department is None else f" and {alias}.department_id = {department}"
    # A result is made with its operands, so that the department of the one is that of the other.
    only += "" if department is None or table != _CHECKED else f" and c.department_id = {department}"
    return f"{table} as materialized ({read} where {_condition(own, table, alias)}{only})"


def _condition(own: str, table: str, alias: str) -> str:
    """Which rows of the table are beside the page."""
    if table in ("check_operand", _CHECKED):
        if own in ("check_result", "statement"):
            return _among(alias, "check_result_id" if own == "check_result" else "statement_id", "id")
        return f"{alias}.source = '{own}' and {_among(alias, 'fact_id', 'id')}"
    if own == "disclosure":
        return _among(alias, "id", "id") if table == own else _among(alias, "revision_id", "revision_id")
    if table == "disclosure":
        return _among(alias, "revision_id", "revision_id")
    return _among(alias, "statement_id", "id") if own == "statement" else _among(alias, "id", "statement_id")


def _among(alias: str, column: str, of_page: str) -> str:
    return f"({alias}.department_id, {alias}.{column}) in (select p.department_id, p.{of_page} from page p)"  # noqa: S608 - our own names
