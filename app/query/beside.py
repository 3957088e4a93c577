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

from app.query.columns import Column, Resource
from app.query.contents import STATEMENT_FACTS

# Of a page of rows of the first table: which rows of the second belong to it, as pairs of a column of the second (x)
# and one of the page. `department_id` is always the same in both.
_OF_REVISION = ("x.revision_id", "p.revision_id")
_THROUGH_OPERANDS = ("x.id", "o.check_result_id")
_COUNTED = tuple(table for _, table in STATEMENT_FACTS if table != "check_result")
_TABLES = ("disclosure", "statement", *_COUNTED, "stated_amount", "finding", "check_operand", "check_result")
_READ = re.compile(rf"\b(?:from|join) ({'|'.join(_TABLES)})\b")


def tables_read(texts: Iterable[str]) -> tuple[str, ...]:
    """The tables of departments that these texts read, operands before the results that are found through them."""
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
    # Of these only the number of rows is asked for.
    listed = "x.department_id, x.revision_id, x.statement_id" if table in _COUNTED else "x.*"
    only = "" if department is None else f" and x.department_id = {department}"
    parts = [
        f"select {listed} from {table} x where {condition}{only}"  # noqa: S608 - our own names
        for condition in _conditions(own, table)
    ]
    return f"{table} as materialized ({' union '.join(parts)})"


def _conditions(own: str, table: str) -> tuple[str, ...]:
    """The conditions of which a row of the table meets one."""
    if table == "check_operand":
        if own in ("check_result", "statement"):
            return (_among("x.check_result_id" if own == "check_result" else "x.statement_id", "p.id"),)
        return (f"x.source = '{own}' and {_among('x.fact_id', 'p.id')}",)
    if own == "disclosure":
        return (_among("x.id", "p.id") if table == own else _among(*_OF_REVISION),)
    if table == "check_result":
        through = _among(*_THROUGH_OPERANDS, rows="check_operand o")
        return (_among("x.statement_id", "p.id"), through) if own == "statement" else (through,)
    if table == "disclosure":
        return (_among(*_OF_REVISION),)
    return (_among("x.statement_id", "p.id") if own == "statement" else _among("x.id", "p.statement_id"),)


def _among(column: str, other: str, rows: str = "page p") -> str:
    alias = other.partition(".")[0]
    return f"(x.department_id, {column}) in (select {alias}.department_id, {other} from {rows})"  # noqa: S608 - our own names
