"""The filter `q`: rows that a search by words finds, on every list whose rows have names."""

from __future__ import annotations

from app.query.columns import Column

_ENTRIES = (
    "select e.key from search_entry e where e.kind = '{kind}' "
    "and e.valid_from <= {{release}} and e.valid_to > {{release}} and e.text in ({{texts}})"
)


def by_fields(*fields: str, example: str) -> Column:
    """Rows with a field, one of these, that has every word."""
    named = " or ".join(f"`{field}`" for field in fields)
    sql = " or ".join(f"t.{field} in ({{texts}})" for field in fields)
    named_zh = "、".join(f"`{field}`" for field in fields)
    return _column(f"({sql})", f"Rows found by words in {named}.", f"按 {named_zh} 中的词查找。", example)


def by_entries(expression: str, kind: str, description: str, description_zh: str, example: str) -> Column:
    """Rows whose `expression` is the key of an entry of this kind, under whichever of its names."""
    return _column(f"{expression} in ({_ENTRIES.format(kind=kind)})", description, description_zh, example)


def by_code(kind: str, example: str) -> Column:
    """Rows whose code has a name, in any year, that has every word."""
    return by_entries(
        "t.code",
        kind,
        f"Rows whose code is found by words in one of its names ({kind}).",
        "按科目历年名称中的词查找各行。",
        example,
    )


def _column(sql: str, description: str, description_zh: str, example: str) -> Column:
    return Column(
        name="q",
        kind="search",
        zh="检索词",
        en="words",
        description=description,
        description_zh=description_zh,
        example=example,
        sql=sql,
        nullable=False,
        sortable=False,
    )
