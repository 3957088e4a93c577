"""How a row is cited: author, title and permanent link, built in SQL beside the row (`include=citation`)."""

from __future__ import annotations

from collections.abc import Iterable

from app import publication
from app.query.columns import Column, Include, Json, object_schema

# What tells a reader which row it is, of those fields that a resource has.
_LABELS = ("project_name", "name", "item_name", "level3")

# The release that the citation is pinned to: of a row that is gone, as `updated_since` shows them, the last it was in.
_RELEASE = "least({release}, t.valid_to - 1)"


def _text(description: str, example: Json) -> dict[str, Json]:
    return {"type": "string", "description": description, "examples": [example]}


_SCHEMA = object_schema(
    {
        "author": _text("The department, as the document prints it.", "中共唐山市开平区委网络安全和信息化委员会办公室"),
        "title": _text(
            "Document, statement and row.", "2025年部门预算信息公开：部门支出总表，信息安全事务（2013704），第8行"
        ),
        "container": _text("The data set.", publication.TITLE_ZH),
        "release": {"type": "integer", "description": "The release that was read.", "examples": [1]},
        "date": {
            "type": "string",
            "format": "date",
            "description": "When the release was made, in UTC.",
            "examples": ["2025-03-01"],
        },
        "text": _text(
            "The citation after GB/T 7714—2015, up to the address: append the service's and `href`, or ask `cite`.",
            "某委员会. 2025年部门预算：部门支出总表[DB/OL]//中国部门预算决算公开数据：数据版本1. (2025-03-01).",
        ),
        "href": _text("Path that shows the same for as long as the release is kept.", "/v1/expenditures/101?release=1"),
        "cite": _text("Path of the citation in every style.", "/v1/cite?resource=expenditures&id=101&release=1"),
    }
)


# Of every release the day it was made, found once for a statement: where rows lie on several machines none of them is
# asked for its copy of the releases, which may have the newest later than others' (`app/publish.py`).
_MADE = "(select jsonb_object_agg(number, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD')) from release)"


def _include(resource: str, *, author: str, title: str, joins: tuple[str, ...]) -> Include:
    # Said out, and not named in a subquery first: one without a table, within a row of a shard, is refused by Citus.
    container, made = publication.TITLE_ZH, f"({_MADE} ->> ({_RELEASE})::text)"
    return Include(
        name="citation",
        zh="引用",
        en="citation",
        description="How the row is cited: author, title, data set and release, with a permanent link.",
        description_zh="该行的引用著录：责任者、题名、数据集、数据版本，以及固定在该版本上的永久链接。",
        joins=joins,
        sql=f"""json_build_object('author', {author}, 'title', {title}, 'container', '{container}',
            'release', {_RELEASE}, 'date', {made},
            'text', {author} || '. ' || {title} || '[DB/OL]//{container}：数据版本' || {_RELEASE}
                || '. (' || {made} || ').',
            'href', '/v1/{resource}/' || t.id || '?release=' || {_RELEASE},
            'cite', '/v1/cite?resource={resource}&id=' || t.id || '&release=' || {_RELEASE})""",
        schema=_SCHEMA,
    )


def of_disclosure() -> Include:
    """The citation of a document."""
    return _include("disclosures", author="t.department_name", title="t.title", joins=())


def of_statement() -> Include:
    """The citation of a statement: the n-th of its kind says so, one without a printed title is called by its key."""
    title = """(dis.title || '：' || coalesce(nullif(t.title, ''), t.key)
        || case when t.ordinal > 1 then '（' || t.ordinal || '）' else '' end)"""
    return _include("statements", author="dis.department_name", title=title, joins=("disclosure",))


def of_narrative() -> Include:
    """The citation of a figure that the narrative states."""
    return _include(
        "stated-amounts",
        author="dis.department_name",
        title="(dis.title || '：文字说明，' || t.label || '，第' || t.line || '行')",
        joins=("disclosure",),
    )


def of_row(resource: str, columns: Iterable[Column]) -> Include:
    """The citation of a row of a statement, counted from 1 as people do."""
    known = {column.name: column for column in columns}
    labels = [known[name] for name in _LABELS if name in known]
    names = ", ".join(f"nullif({column.expression}, '')" for column in labels) or "null"
    code = f" || coalesce('（' || {known['code'].expression} || '）', '')" if "code" in known else ""
    called = f"nullif(concat_ws('，', {names}){code}, '')"
    return _include(
        resource,
        author="dis.department_name",
        title=f"""(dis.title || '：' || concat_ws('，', coalesce(nullif(st.title, ''), st.key), {called},
            '第' || (t."row" + 1) || '行'))""",
        joins=tuple(dict.fromkeys(("disclosure", "statement", *(column.join for column in labels if column.join)))),
    )
