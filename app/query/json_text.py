"""SQL that writes a row as a JSON object: what `row_to_json` gives, at less than half its cost for a row of amounts.

`row_to_json` looks up the type and writes the name of each of fifty fields in each row. Here names are constants of the
statement, and amounts, most of which are blank, are asked for by the run: where a whole run is null its text is one
constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.query.columns import Column

# So many fields that may be null are asked for at once: few enough that one amount spoils few others.
_RUN = 8
_MOST_ARGUMENTS = 90  # of a function; Postgres takes 100


@dataclass(frozen=True)
class Shown:
    """A field as it is shown: its name, the SQL of its value, and what is null where that is (None: it never is).

    The text of a value is its JSON (`bare`), has no sign that JSON escapes (`plain`), or neither.
    """

    name: str
    sql: str
    null_with: str | None
    form: Literal["bare", "plain", "any"] = "any"

    @classmethod
    def of(cls, column: Column, sql: str, null_with: str) -> Shown:
        """A column, shown by this SQL; `null_with` where it may be null."""
        bare = column.kind in ("integer", "money", "number")
        form: Literal["bare", "plain", "any"] = "bare" if bare else "plain" if column.plain else "any"
        return cls(column.name, sql, null_with if column.nullable else None, form)

    @property
    def key(self) -> str:
        return f',"{self.name}":'

    @property
    def blank(self) -> str:
        return f"{self.key}null"


def json_object(fields: Sequence[Shown]) -> str:
    """The SQL of the object as text."""
    parts = [] if fields else ["'{}'"]
    constant = "{"  # what stands before the next value
    for run in _runs(fields):
        one = run[0]
        key = one.key.removeprefix(",") if one is fields[0] else one.key
        if one is not fields[0] and _may_be_blank(one):
            parts += [_quoted(constant)] * bool(constant) + [_run(run)]
            constant = ""
        elif one.form == "plain" and one.null_with is None:
            parts += [_quoted(f'{constant}{key}"'), one.sql]
            constant = '"'
        else:
            parts += [_quoted(constant + key), _value(one)]
            constant = ""
    return _concat([*parts, _quoted(constant + "}")]) if fields else parts[0]


def _runs(fields: Iterable[Shown]) -> Iterable[list[Shown]]:
    """Fields that may be blank together, the others one by one; the first field is always alone."""
    run: list[Shown] = []
    for number, field in enumerate(fields):
        if number and _may_be_blank(field) and len(run) < _RUN:
            run.append(field)
            continue
        if run:
            yield run
        run = [field] if number and _may_be_blank(field) else []
        if not run:
            yield [field]
    if run:
        yield run


def _may_be_blank(field: Shown) -> bool:
    return field.form == "bare" and field.null_with is not None


def _value(field: Shown) -> str:
    """A value by itself, `null` where there is none."""
    if field.form == "bare" and field.null_with is None:
        return field.sql
    texts = {"bare": "({})::text", "plain": "'\"' || {} || '\"'", "any": "to_json({})::text"}
    text = texts[field.form].format(field.sql)
    return text if field.null_with is None else f"coalesce({text}, 'null')"


def _run(fields: Sequence[Shown]) -> str:
    """Fields side by side, each with the comma before it."""
    each = [
        f"case when {field.null_with} is null then {_quoted(field.blank)}"
        f" else concat({_quoted(field.key)}, {field.sql}) end"
        for field in fields
    ]
    if len(fields) == 1:
        return each[0]
    nulls = ", ".join(str(field.null_with) for field in fields)
    blank = "".join(field.blank for field in fields)
    return f"case when num_nonnulls({nulls}) = 0 then {_quoted(blank)} else {_concat(each)} end"


def _concat(parts: Sequence[str]) -> str:
    """The parts one after the other, as many at a time as a function takes."""
    while len(parts) > _MOST_ARGUMENTS:
        parts = [_concat(parts[n : n + _MOST_ARGUMENTS]) for n in range(0, len(parts), _MOST_ARGUMENTS)]
    return f"concat({', '.join(parts)})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
