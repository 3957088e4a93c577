"""What differs between two releases, row by row: pure functions to SQL text.

Only disclosures whose valid revision differs are looked at, one after the other. The rows of a disclosure in the one
release are matched with those in the other by the resource's natural key: first those that say the same, which are no
change, then what is left, in its order. Where in the document a row stands, and its ids, are not compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from app.query import words
from app.query.columns import Column, Json, Resource
from app.query.facts import DISCLOSURE_ID, OF_DISCLOSURE
from app.query.filters import condition
from app.query.paging import Order, after, order_by
from app.query.registry import RESOURCES
from app.query.select import Shape, joins, row_joins, shown_list
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
    from (select * from disclosure where valid_from <= {EARLIER} and valid_to > {EARLIER} and valid_to <= {LATER}) o
    full join (select * from disclosure where valid_from > {EARLIER} and valid_from <= {LATER} and valid_to > {LATER}) n
      on n.department_id = o.department_id and n.id = o.id
    where (o.content_digest, o.checks_version) is distinct from (n.content_digest, n.checks_version)
  ) t where {{conditions}}
)"""  # noqa: S608 - our own words
EVERY_PAIR = _PAIRS.format(conditions="true")

# One after the other in the order of a page, so that the planner can stop at its end.
_IN_ORDER = '(select * from pair order by disclosure_id collate "C")'


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


@lru_cache(maxsize=1024)
def change_page_statement(shape: ChangeShape, *, nulls: tuple[bool, ...] | None, limit: int) -> str:
    """One page of changes: (found up to limit + 1, the changes as JSON objects, the last sort values).

    Parameters: both releases, the values of the filters on rows and on changes, the cursor's values that are not null.
    """
    described, orders = change_resource(shape.name), shape.orders
    conditions = conditions_of(shape)
    wanted = [*conditions.changes]
    if nulls is not None:
        wanted.append(after(described, orders, nulls, conditions.following))
    columns = described.by_name
    keys = "".join(f", {columns[order.column].order_expression} as key_{n}" for n, order in enumerate(orders))
    by_keys = ", ".join(
        f"c.key_{n}{' desc' * order.descending}{' nulls last' if columns[order.column].nullable else ''}"
        for n, order in enumerate(orders)
    )
    key_texts = ", ".join(f"c.key_{n}::text" for n in range(len(orders)))
    own = ", ".join(f'c.{_expression(column)} as "{column.name}"' for column in own_columns(shape.name))
    return f"""with {conditions.pairs}, page as materialized (
  select t.*{keys} from {changed_rows(shape, conditions)} where {" and ".join(wanted)}
  order by {order_by(described, orders)} limit {limit + 1}
)
select (select count(*) from page) as found,
  (select string_agg(row_to_json(r)::text, ',') from (
    select {own}, {_objects(shape)} from page c order by {by_keys} limit {limit}) r) as rows,
  (select array[{key_texts}] from page c order by {by_keys} offset {limit - 1} limit 1) as keys"""  # noqa: S608 - identifiers come from our own declarations


@lru_cache(maxsize=1024)
def change_file_statement(shape: ChangeShape, *, nested: bool) -> tuple[str, str]:
    """Every change: the SELECT, and what follows its ORDER BY; `nested` as in JSON, else a column for each field."""
    conditions = conditions_of(shape)
    own = ", ".join(f't.{_expression(column)} as "{column.name}"' for column in own_columns(shape.name))
    if nested:
        listed, sides, joined = 't."before", t."after"', _objects(shape), ""
    else:
        included = [one.name for one in RESOURCES[shape.name].includes if one.name in shape.includes]
        fields = [(side, field) for field in (*shape.fields, *included) for side in ("before", "after")]
        listed = ", ".join(f't."{side}_{field}"' for side, field in fields)
        sides = ", ".join(f'{side}."{field}" as "{side}_{field}"' for side, field in fields)
        joined = "".join(f" left join lateral {_row(shape, side)} {side} on true" for side in ("before", "after"))
    text = f"""with {conditions.pairs} select {own}, {listed} from (
      select c.*, {sides} from (
        select t.* from {changed_rows(shape, conditions)} where {" and ".join(conditions.changes)}) c{joined}) t"""  # noqa: S608 - as above
    return text, order_by(change_resource(shape.name), shape.orders)


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
    return Conditions(
        _PAIRS.format(conditions=" and ".join(whole)), tuple(rows), tuple(filtered), tuple(changes), first
    )


def changed_rows(shape: ChangeShape, conditions: Conditions) -> str:
    """Every change whose row meets the conditions, as an item of FROM with the alias t."""
    own = {column.name for column in own_columns(shape.name)}
    sorted_by = [order.column for order in shape.orders if order.column not in own]
    of_one = _of_disclosure(RESOURCES[shape.name], conditions, sorted_by)
    listed = "p.disclosure_id, p.department_id, p.reason, p.old_revision, p.fresh_revision, l.*"
    return f"(select {listed} from {_IN_ORDER} p cross join lateral {of_one} l) t"  # noqa: S608 - as above


def _of_disclosure(base: Resource, conditions: Conditions, sorted_by: list[str]) -> str:
    """The changes of one disclosure p. A filter is met by a change whose row meets it before or after."""
    by = [base.by_name[field] for field in sorted_by]
    matches = " and ".join(conditions.rows) or "true"
    if "{release}" in matches:
        earlier, later = matches.replace("{release}", EARLIER), matches.replace("{release}", LATER)
        matches = f"case when t.revision_id = p.fresh_revision then {later} else {earlier} end"
    by_listed = "".join(f', {column.expression} as "by_{column.name}"' for column in by)
    by_shown = "".join(
        f', case when n.row_key is null then o."by_{name}" else n."by_{name}" end as "by_{name}"' for name in sorted_by
    )
    names = ", ".join(f"'{field}'" for field in compared(base.name))
    return f"""(
    with side as (
      select t.revision_id is not distinct from p.fresh_revision as later, {base.key_column.expression} as row_key,
        {natural_key(base)} as natural_key, {content(base)} as content, ({matches}) as matches{by_listed}
      from {base.source}{joins(base, [*conditions.filtered, *by])}
      where t.department_id = p.department_id and t.revision_id = any(array[p.old_revision, p.fresh_revision])
    ), counted as (
      select s.*, row_number() over (partition by s.later, s.natural_key, s.content order by s.row_key) as copy
      from side s
    ), differing as (
      select c.*, row_number() over (partition by c.later, c.natural_key order by c.row_key) as place
      from (select s.*, count(*) over (partition by s.natural_key, s.content, s.copy) as sides from counted s) c
      where c.sides = 1
    )
    select coalesce(n.row_key, o.row_key) as row_key, o.row_key as old_key, n.row_key as fresh_key,
      case when o.row_key is null then 'added' when n.row_key is null then 'removed' else 'changed' end as change,
      case when o.row_key is null or n.row_key is null then '{{}}'::text[] else array(
        select f.name from unnest(array[{names}]::text[], o.content, n.content) as f (name, was, is_now)
        where f.was is distinct from f.is_now) end as changed_fields{by_shown}
    from (select * from differing where not later) o
    full join (select * from differing where later) n on n.natural_key = o.natural_key and n.place = o.place
    where coalesce(o.matches, false) or coalesce(n.matches, false)
  )"""  # noqa: S608 - as above


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


def _objects(shape: ChangeShape) -> str:
    """The whole row before and after a change c, as objects."""
    return ", ".join(
        f"(select row_to_json(x) from {_row(shape, side)} x) as {side}"  # noqa: S608 - as above
        for side in ("before", "after")
    )


def _row(shape: ChangeShape, side: str) -> str:
    """The row of a change c on one side, as it is shown."""
    base, stored = RESOURCES[shape.name], {"before": "old", "after": "fresh"}[side]
    shown = [base.by_name[field] for field in shape.fields]
    listed = shown_list(base, shown, shape.includes, shape.unit)
    text = f"""(select {listed} from {base.source}{row_joins(base, shown, shape.includes)}
      where t.department_id = c.department_id and t.revision_id = c.{stored}_revision
        and {base.key_column.expression} = c.{stored}_key)"""  # noqa: S608 - as above
    return text.replace("{release}", EARLIER if side == "before" else LATER)


def _expression(column: Column) -> str:
    return column.expression.removeprefix("t.")
