"""What differs between two releases, row by row: the changes of a resource as SQL.

Only disclosures whose valid revision differs are looked at. The rows of a disclosure in the one release are matched
with those in the other by the resource's natural key: first those that say the same, which are no change, then what is
left, in its order. Where in the document a row stands, and its ids, are not compared.

Rows are matched department by department (every group and window has `department_id`), so that several machines can do
it with the departments that each of them has. What is shown of a change is read beside the page (`beside.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from app.query import words
from app.query.columns import Column, Json, Resource
from app.query.facts import DISCLOSURE_ID, OF_DISCLOSURE
from app.query.filters import condition
from app.query.paging import Order
from app.query.registry import RESOURCES
from app.query.select import Shape, asked_for, joins
from app.values import Unit

EARLIER, LATER = "$1::int", "$2::int"

# The resources whose rows can be told from each other in every revision.
COMPARABLE: tuple[str, ...] = tuple(name for name, resource in RESOURCES.items() if resource.natural_key)

CHANGE = Column(
    name="change",
    kind="choice",
    zh="变动",
    en="change",
    description="What became of the row.",
    description_zh="该行的变动：新增、变更或删除。",
    example="changed",
    nullable=False,
    choices=words.CHANGE,
)
REASON = Column(
    name="reason",
    kind="choice",
    zh="原因",
    en="reason",
    description=(
        "Why: a disclosure that was not there (`new_document`), another file of it (`new_revision`), the same file "
        "read otherwise or kept with more or less of its text (`extraction_mended`), the same content held against "
        "other rules (`checks`), or none any more (`withdrawn`)."
    ),
    description_zh="变动的原因：新公开文件、公开文件更新、读取结果更正、核对规则更新或撤下。",
    example="new_revision",
    nullable=False,
    choices=words.CHANGE_REASON,
)
CHANGED_FIELDS = Column(
    name="changed_fields",
    kind="list",
    zh="变更字段",
    en="changed fields",
    description="The fields that say something else; none of a row that was added or removed.",
    description_zh="内容有变的字段；新增或删除的行没有。",
    example=["total"],
    nullable=False,
    sortable=False,
)

# Each disclosure whose content differs, with its revisions in the earlier and in the later release.
_PAIRS = f"""pair as materialized (
  select t.disclosure_id, t.department_id, t.old_revision, t.fresh_revision, t.reason from (
    select coalesce(n.id, o.id) as disclosure_id, coalesce(n.id, o.id) as id,
      coalesce(n.region_code, o.region_code) as region_code,
      coalesce(n.department_id, o.department_id) as department_id,
      coalesce(n.fiscal_year, o.fiscal_year) as fiscal_year, coalesce(n.kind, o.kind) as kind,
      coalesce(n.scope, o.scope) as scope, o.revision_id as old_revision, n.revision_id as fresh_revision,
      case when o.id is null then 'new_document' when n.id is null then 'withdrawn'
        when o.sha256 <> n.sha256 then 'new_revision' when o.content_digest <> n.content_digest then 'extraction_mended'
        else 'checks' end as reason
    from (select x.* from disclosure x where x.valid_from <= {EARLIER} and x.valid_to > {EARLIER}
      and x.valid_to <= {LATER} and {{department}}) o
    full join (select x.* from disclosure x where x.valid_from > {EARLIER} and x.valid_from <= {LATER}
      and x.valid_to > {LATER} and {{department}}) n on n.department_id = o.department_id and n.id = o.id
    where (o.content_digest, o.checks_version) is distinct from (n.content_digest, n.checks_version)
  ) t where {{conditions}}
)"""  # noqa: S608 - our own words
EVERY_PAIR = _PAIRS.format(conditions="true", department="true")


def revisions(pairs: str) -> str:
    """The revisions of these pairs as a part of WITH, each with the release that it is of."""
    pair = "p.disclosure_id, p.department_id, p.reason, p.old_revision, p.fresh_revision"
    return f"""revision as materialized (
  select {pair}, p.old_revision as revision_id, false as later from {pairs} p where p.old_revision is not null
  union all
  select {pair}, p.fresh_revision, true from {pairs} p where p.fresh_revision is not null
)"""  # noqa: S608 - our own words


@cache
def compared(name: str) -> tuple[str, ...]:
    """The fields of a resource that a change can be in."""
    base = RESOURCES[name]
    return tuple(
        column.name
        for column in base.columns
        if column.compared and column.join is None and column.kind != "json" and column.name not in _of_whole(base)
    )


@cache
def change_resource(name: str) -> Resource:
    """The changes of a resource as a resource of their own, over the alias t; its key is that of the row."""
    base = RESOURCES[name]
    own = [
        replace(base.key_column, sql="t.row_key", join=None, filterable=False, default=True),
        CHANGE,
        REASON,
        *([] if base.key_column.name == "disclosure_id" else [replace(DISCLOSURE_ID, sql="", filterable=False)]),
        CHANGED_FIELDS,
    ]
    names = {column.name for column in own}
    others = [
        replace(column, sql=f't."by_{column.name}"', join=None, default=False, filterable=False)
        for column in base.columns
        if column.sortable and column.name not in names
    ]
    return Resource(
        name=base.name,
        singular=f"{base.singular}Change",
        plural=f"{base.plural}Changes",
        zh=f"{base.zh}（变动）",
        en=f"{base.en}, changes",
        description=f"Rows of {base.name} that one release has and another has not, or has otherwise.",
        description_zh=f"{base.zh}在两个数据版本之间的变动。",
        source="",
        visible="",
        columns=(*own, *others),
        key=base.key,
    )


@dataclass(frozen=True, kw_only=True)
class ChangeShape:
    """What the text of a query for changes depends on: never a value."""

    name: str
    row_filters: Shape  # of the rows, before or after
    filters: Shape  # of the changes
    orders: tuple[Order, ...]
    fields: tuple[str, ...]
    includes: tuple[str, ...]
    unit: Unit


def own_columns(name: str) -> tuple[Column, ...]:
    """What is said of a change beside the row itself."""
    return tuple(column for column in change_resource(name).columns if column.default)


def flat_columns(name: str, fields: tuple[str, ...], included: Iterable[Column]) -> tuple[Column, ...]:
    """The columns of a file: those of the change, then each field before and after it."""
    base = RESOURCES[name]
    shown = [*(base.by_name[field] for field in fields), *included]
    words_of = {"before": ("变动前", "before"), "after": ("变动后", "after")}
    return (
        *own_columns(name),
        *(
            replace(
                column,
                name=f"{side}_{column.name}",
                zh=f"{column.zh}（{zh}）",
                en=f"{column.en}, {en}",
                nullable=True,
            )
            for column in shown
            for side, (zh, en) in words_of.items()
        ),
    )


def nested_columns(name: str) -> tuple[Column, ...]:
    """The columns of a file whose lines are the objects of the JSON answer."""
    return (*own_columns(name), *(side_column(side) for side in ("before", "after")))


def side_column(side: str) -> Column:
    """The whole row before or after, as an object."""
    other = {"before": "added", "after": "removed"}[side]
    schema: dict[str, Json] = {"type": ["object", "null"]}
    return Column(
        name=side,
        kind="json",
        zh={"before": "变动前", "after": "变动后"}[side],
        en=side,
        description=f"The row as it {'was' if side == 'before' else 'is'}; null of one that was {other}.",
        example=None,
        schema=schema,
    )


@dataclass(frozen=True)
class Conditions:
    """What a query for changes asks for, as SQL: of whole disclosures, of single rows, of changes."""

    pairs: str  # the disclosures that differ and are asked for, for WITH
    department: str | None  # the one department whose rows are asked for
    rows: tuple[str, ...]  # over the row t, before or after
    filtered: tuple[Column, ...]  # the columns that those read
    changes: tuple[str, ...]  # over the change t
    following: int  # the number of the next parameter


def conditions_of(shape: ChangeShape) -> Conditions:
    """The conditions; a filter that all rows of a disclosure meet or none is one on the disclosure."""
    base, described = RESOURCES[shape.name], change_resource(shape.name)
    whole, rows, filtered, first = ["true"], [], [], 3
    for column_name, operator, count in shape.row_filters:
        column = base.by_name[column_name]
        text, used = condition(column, operator, count, first)
        first += used
        if column_name in _of_whole(base):
            whole.append(text)
        else:
            rows.append(text)
            filtered.append(column)
    changes = ["true"]
    for column_name, operator, count in shape.filters:
        text, used = condition(described.by_name[column_name], operator, count, first)
        changes.append(text)
        first += used
    department = asked_for(shape.row_filters, "department_id", 3)
    only = "true" if department is None else f"x.department_id = {department}"
    pairs = _PAIRS.format(conditions=" and ".join(whole), department=only)
    return Conditions(pairs, department, tuple(rows), tuple(filtered), tuple(changes), first)


def changed_rows(shape: ChangeShape, conditions: Conditions) -> str:
    """Every change whose row meets the conditions, as an item of FROM with the alias t.

    The rows of `revision` (a part of WITH) are compared. A filter is met by a change whose row meets it on either side.
    """
    base = RESOURCES[shape.name]
    own = {column.name for column in own_columns(shape.name)}
    by = [base.by_name[order.column] for order in shape.orders if order.column not in own]
    matches = " and ".join(conditions.rows) or "true"
    if "{release}" in matches:
        earlier, later = matches.replace("{release}", EARLIER), matches.replace("{release}", LATER)
        matches = f"case when v.later then {later} else {earlier} end"
    by_listed = "".join(f', {column.expression} as "by_{column.name}"' for column in by)
    by_shown = "".join(
        f', (array_agg(d."by_{column.name}" order by d.later desc))[1] as "by_{column.name}"' for column in by
    )
    only = "" if conditions.department is None else f" where t.department_id = {conditions.department}"
    # Of the rows that say the same, as many as the other release has are no change: `copy` counts them on each side.
    # What is left is taken in its order: `place` counts it, and pairs the one side with the other.
    return f"""(
  select g.*, coalesce(g.fresh_key, g.old_key) as row_key,
    case when g.old_key is null then 'added' when g.fresh_key is null then 'removed' else 'changed' end as change,
    {_changed_fields(base)} as changed_fields
  from (
    select d.disclosure_id, d.department_id, d.reason, d.old_revision, d.fresh_revision,
      max(d.row_key) filter (where not d.later) as old_key, max(d.row_key) filter (where d.later) as fresh_key,
      max(d.content) filter (where not d.later) as was, max(d.content) filter (where d.later) as is_now{by_shown}
    from (
      select c.*, row_number() over (partition by c.disclosure_id, c.department_id, c.natural_key, c.later
        order by c.row_key) as place
      from (
        select s.*, row_number() over (partition by s.disclosure_id, s.department_id, s.natural_key, s.content, s.later
            order by s.row_key) as copy,
          count(*) filter (where s.later) over same as fresh_copies,
          count(*) filter (where not s.later) over same as old_copies
        from (
          select v.disclosure_id, t.department_id, v.reason, v.old_revision, v.fresh_revision, v.later,
            {base.key_column.expression} as row_key, {natural_key(base)} as natural_key, {content(base)} as content,
            ({matches}) as matches{by_listed}
          from {base.source} join revision v on v.department_id = t.department_id and v.revision_id = t.revision_id
          {joins(base, [*conditions.filtered, *by])}{only}
        ) s window same as (partition by s.disclosure_id, s.department_id, s.natural_key, s.content)
      ) c where c.copy > case when c.later then c.old_copies else c.fresh_copies end
    ) d group by d.disclosure_id, d.department_id, d.reason, d.old_revision, d.fresh_revision, d.natural_key, d.place
    having bool_or(d.matches)
  ) g) t"""  # noqa: S608 - as above


def _changed_fields(base: Resource) -> str:
    """The fields in which a pair g says something else; none where there is no pair."""
    fields = ", ".join(
        f"case when g.was[{place}] is distinct from g.is_now[{place}] then '{field}' end"
        for place, field in enumerate(compared(base.name), start=1)
    )
    return f"""case when g.old_key is null or g.fresh_key is null then '{{}}'::text[]
      else array_remove(array[{fields}]::text[], null) end"""


def natural_key(base: Resource) -> str:
    """What tells a row t from the others of its disclosure, as an array of texts."""
    parts = []
    for names in base.natural_key:
        said = [_said(base.by_name[name]) for name in ((names,) if isinstance(names, str) else names)]
        parts.append(said[0] if len(said) == 1 else f"coalesce({', '.join(said)})")
    return f"array[{', '.join(parts)}]::text[]"


def content(base: Resource) -> str:
    """What a row t says in the fields that are compared, as an array of texts."""
    return f"array[{', '.join(_said(base.by_name[field]) for field in compared(base.name))}]::text[]"


def _of_whole(base: Resource) -> frozenset[str]:
    """The fields that are the same on all rows of a disclosure, in every revision."""
    return OF_DISCLOSURE | {*base.keeps}


def _said(column: Column) -> str:
    """A value as a text that is equal when the value is; amounts whatever their printed decimals."""
    number = column.kind in ("money", "number")
    return f"trim_scale({column.expression})::text" if number else f"({column.expression})::text"
