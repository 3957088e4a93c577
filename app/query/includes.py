"""Parts of a row that have to be asked for by `include=`: where a figure is printed, what its code means."""

from __future__ import annotations

from app.query.columns import Include, Json, object_schema, records_schema

_CELL = object_schema(
    {
        "row": {"type": "integer", "description": "Row of the printed grid, counted from 0.", "examples": [7]},
        "column": {"type": "integer", "description": "Column of the printed grid, counted from 0.", "examples": [3]},
        "text": {
            "type": ["string", "null"],
            "description": "What the cell prints; null where the cell is running text that is not kept.",
            "examples": ["256.59"],
        },
    }
)
_FILE: dict[str, Json] = {
    "file": {"type": ["string", "null"], "description": "Name of the published file.", "examples": ["budget.txt"]},
    "sha256": {
        "type": ["string", "null"],
        "description": "SHA-256 of the published file.",
        "examples": ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    },
}

PROVENANCE = Include(
    name="provenance",
    zh="出处",
    en="provenance",
    description="Where the figures are printed: file, statement, row, and every field's cell with the printed text.",
    description_zh="数字印在何处：文件、报表、行，以及每个字段对应的单元格和所印文字。",
    joins=("disclosure", "statement"),
    sql="""json_build_object(
        'file', dis.source_file, 'sha256', dis.sha256, 'statement_id', t.statement_id, 'title', st.title,
        'form_number', st.form_number, 'unit', st.unit, 'location', st.location, 'row', t."row",
        'cells', (
            select coalesce(json_object_agg(c.key, json_build_object(
                'row', (c.value->>0)::int, 'column', (c.value->>1)::int,
                'text', st.grid->((c.value->>0)::int)->>((c.value->>1)::int)) order by c.key), '{}'::json)
            from jsonb_each(t.cells) c))""",
    schema=object_schema(
        {
            **_FILE,
            "statement_id": {"type": "integer", "description": "Id of the statement.", "examples": [12]},
            "title": {
                "type": ["string", "null"],
                "description": "The statement's printed title.",
                "examples": ["部门支出总表"],
            },
            "form_number": {
                "type": ["string", "null"],
                "description": "The form's number as printed: a label, not an identity.",
                "examples": ["公开03表"],
            },
            "unit": {
                "type": ["string", "null"],
                "description": "The unit that the statement prints.",
                "examples": ["wan"],
            },
            "location": {
                "type": ["string", "null"],
                "description": "Where the statement is in the file.",
                "examples": ["lines 120-245"],
            },
            "row": {"type": "integer", "description": "Row of the printed grid, counted from 0.", "examples": [7]},
            "cells": {
                "type": "object",
                "description": "For each field that was read from a cell: the cell.",
                "additionalProperties": _CELL,
                "examples": [{"total": {"row": 7, "column": 3, "text": "256.59"}}],
            },
        }
    ),
)

_SUBJECT_PROPERTIES: dict[str, Json] = {
    "code": {"type": "string", "description": "The code.", "examples": ["2013704"]},
    "name": {"type": "string", "description": "Canonical Chinese name.", "examples": ["信息安全事务"]},
    "name_en": {
        "type": ["string", "null"],
        "description": "English name where a standard one exists.",
        "examples": ["Cyberspace Affairs"],
    },
    "level": {"type": "string", "description": "`class`, `division` or `item`.", "examples": ["item"]},
}


def subject_include(table: str, code: str = "code") -> Include:
    """The canonical name, English name and parents of the row's classification code."""
    return Include(
        name="subject",
        zh="科目",
        en="classification subject",
        description="The row's code in its classification: canonical name, English name, level and parents.",
        description_zh="该行科目编码的通行名称、英文名称、级次和上级科目。",
        joins=(),
        sql=f"""(select json_build_object('code', s.code, 'name', s.name, 'name_en', s.name_en, 'level', s.level,
            'parents', a.parents) from {table} s
            cross join lateral (select coalesce(json_agg(json_build_object('code', p.code, 'name', p.name,
                'name_en', p.name_en, 'level', p.level) order by p.code), '[]'::json) as parents from {table} p
                where p.code in (left(s.code, 3), left(s.code, 5)) and p.code <> s.code) a
            where s.code = t.{code})""",  # noqa: S608 - both names come from our own declarations
        schema=object_schema(
            {
                **_SUBJECT_PROPERTIES,
                "parents": {
                    **records_schema(_SUBJECT_PROPERTIES),
                    "description": "The codes above this one, from the class down.",
                    "examples": [[]],
                },
            },
            nullable=True,
        ),
    )
