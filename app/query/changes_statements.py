"""The statements that read what differs between two releases: a page of it, how much there is, a file of it."""

from __future__ import annotations

from functools import lru_cache

from app.query.beside import beside, gathered
from app.query.changes import (
    EARLIER,
    LATER,
    ChangeShape,
    Conditions,
    change_resource,
    changed_rows,
    conditions_of,
    own_columns,
    revisions,
)
from app.query.columns import Column
from app.query.facts import DISCLOSURE_ID
from app.query.paging import Order, after, order_by
from app.query.registry import RESOURCES
from app.query.select import row_joins, shown_list

_SIDES = {"before": "old", "after": "fresh"}


@lru_cache(maxsize=1024)
def change_page_statement(shape: ChangeShape, *, nulls: tuple[bool, ...] | None) -> str:
    """Changes as JSON objects: (found, rows, the sort values of the last row, disclosures looked at).

    Parameters: both releases, the values of the filters on rows and on changes, the cursor's values that are not null;
    the most rows that are found, and how many of them are shown, the last with its sort values; and where changes come
    in the order of disclosures, how many of those are passed over and then looked at.
    """
    described, base, orders = change_resource(shape.name), RESOURCES[shape.name], shape.orders
    conditions = conditions_of(shape)
    begun, source, last = _begun(shape, conditions, nulls)
    show, columns = f"${last}::int", described.by_name
    by_keys = ", ".join(
        f"c.key_{n}{' desc' * order.descending}{' nulls last' if columns[order.column].nullable else ''}"
        for n, order in enumerate(orders)
    )
    key_texts = ", ".join(f"c.key_{n}::text" for n in range(len(orders)))
    own = ", ".join(f'c.{_expression(column)} as "{column.name}"' for column in own_columns(shape.name))
    shown = [base.by_name[field] for field in shape.fields]
    listed, joined = (
        gathered(shown_list(base, shown, shape.includes, shape.unit)),
        row_joins(base, shown, shape.includes),
    )
    only = "" if conditions.department is None else f" and t.department_id = {conditions.department}"
    return f"""{begun}, side as materialized (
  select c.department_id, c.old_revision as revision_id, c.old_key as row_key from changed c
  where c.old_key is not null union all
  select c.department_id, c.fresh_revision, c.fresh_key from changed c where c.fresh_key is not null
), page as materialized (
  select t.* from {base.source} where (t.department_id, t.revision_id, {base.key_column.expression}) in (
    select s.department_id, s.revision_id, s.row_key from side s){only}
){beside(base, (listed, joined), department=conditions.department)}{_made(shape, listed, f"page t{joined}")}
select (select count(*) from changed) as found,
  (select string_agg(row_to_json(r)::text, ',') from (
    select {own}, {", ".join(f"{side}.object as {side}" for side in _SIDES)} from changed c{_found()}
    order by {by_keys} limit {show}) r) as rows,
  (select array[{key_texts}] from changed c order by {by_keys} offset greatest({show} - 1, 0) limit 1) as keys,
  (select count(*) from {source}) as disclosures"""  # noqa: S608 - identifiers come from our own declarations


@lru_cache(maxsize=1024)
def change_found_statement(shape: ChangeShape) -> str:
    """(found, disclosures looked at). Parameters: as of the first page."""
    begun, source, last = _begun(shape, conditions_of(shape), None)
    return f"""{begun}
select (select count(*) from changed where ${last}::int is not null) as found,
  (select count(*) from {source}) as disclosures"""  # noqa: S608 - as above


def _begun(shape: ChangeShape, conditions: Conditions, nulls: tuple[bool, ...] | None) -> tuple[str, str, int]:
    """The parts of WITH up to `changed`, the one that has the disclosures looked at, and a number.

    The number is of the parameter after the most rows that are found; two more follow it where disclosures are counted.
    """
    described, orders, columns = change_resource(shape.name), shape.orders, change_resource(shape.name).by_name
    wanted, last = [*conditions.changes], conditions.following
    if nulls is not None:
        wanted.append(after(described, orders, nulls, conditions.following))
        last += nulls.count(False)
    keys = "".join(f", {columns[order.column].order_expression} as key_{n}" for n, order in enumerate(orders))
    part, source = "", "pair"
    if by_disclosure(shape):
        source, begun = "part", "true"
        if nulls is not None:
            sign = "<=" if orders[0].descending else ">="
            begun = f'p.disclosure_id collate "C" {sign} ${conditions.following}::text'
        part = f"{_part(orders[0], begun, offset=f'${last + 2}::int', limit=f'${last + 3}::int')}, "
    text = f"""with {conditions.pairs}, {part}{revisions(source)}, changed as materialized (
  select t.*{keys} from {changed_rows(shape, conditions)} where {" and ".join(wanted)}
  order by {order_by(described, orders)} limit ${last}::int
)"""  # noqa: S608 - as above
    return text, source, last + 1


def _part(order: Order, condition: str, *, offset: str, limit: str) -> str:
    """Some of the disclosures that differ, in the order in which they come."""
    return f"""part as materialized (
  select * from pair p where {condition} order by p.disclosure_id collate "C"{" desc" * order.descending}
  offset {offset} limit {limit}
)"""  # noqa: S608 - as above


def by_disclosure(shape: ChangeShape) -> bool:
    """Whether changes come in the order of disclosures: then a page needs no more than those that are on it."""
    return bool(shape.orders) and shape.orders[0].column == DISCLOSURE_ID.name


@lru_cache(maxsize=1024)
def change_file_statement(shape: ChangeShape, *, nested: bool, part: bool) -> tuple[str, str]:
    """Every change: the SELECT, and what follows its ORDER BY; `nested` as in JSON, else a column for each field.

    With `part` one more parameter says of how many disclosures, the first of those that differ.
    """
    base, conditions = RESOURCES[shape.name], conditions_of(shape)
    pairs, source = conditions.pairs, "pair"
    if part:
        source = "part"
        pairs += f", {_part(shape.orders[0], 'true', offset='0', limit=f'${conditions.following}::int')}"
    shown = [base.by_name[field] for field in shape.fields]
    listed = shown_list(base, shown, shape.includes, shape.unit)
    rows = f"{base.source}{row_joins(base, shown, shape.includes)} where true"
    if conditions.department is not None:
        rows += f" and t.department_id = {conditions.department}"
    own = ", ".join(f't.{_expression(column)} as "{column.name}"' for column in own_columns(shape.name))
    if nested:
        columns, sides, joined = 't."before", t."after"', _objects(shape, listed, rows), ""
    else:
        included = [one.name for one in base.includes if one.name in shape.includes]
        fields = [(side, field) for field in (*shape.fields, *included) for side in _SIDES]
        columns = ", ".join(f't."{side}_{field}"' for side, field in fields)
        sides = ", ".join(f'{side}."{field}" as "{side}_{field}"' for side, field in fields)
        joined = "".join(_joined(shape, side, listed, rows) for side in _SIDES)
    text = f"""with {pairs}, {revisions(source)} select {own}, {columns} from (
      select c.*, {sides} from (
        select t.* from {changed_rows(shape, conditions)} where {" and ".join(conditions.changes)}) c{joined}) t"""  # noqa: S608 - as above
    return text, order_by(change_resource(shape.name), shape.orders)


def _made(shape: ChangeShape, listed: str, rows: str) -> str:
    """The whole rows before and after the changes on a page, as objects: parts of WITH, one for each side."""
    key = RESOURCES[shape.name].key_column.expression
    return "".join(
        _of_release(
            f""",\nrow_{side} as materialized (
  select t.department_id, t.revision_id, {key} as row_key, (select row_to_json(x) from (select {listed}) x) as object
  from {rows} where (t.department_id, t.revision_id, {key}) in (
    select c.department_id, c.{stored}_revision, c.{stored}_key from changed c))""",  # noqa: S608 - as above
            side,
        )
        for side, stored in _SIDES.items()
    )


def _found() -> str:
    """The objects beside the changes c of a page."""
    return "".join(
        f""" left join row_{side} {side} on {side}.department_id = c.department_id
      and {side}.revision_id = c.{stored}_revision and {side}.row_key = c.{stored}_key"""
        for side, stored in _SIDES.items()
    )


def _objects(shape: ChangeShape, listed: str, rows: str) -> str:
    """The whole row before and after a change c, as objects, out of these rows (FROM with WHERE)."""
    return ", ".join(
        f"(select row_to_json(x) from ({_row(shape, side, listed, rows)}) x) as {side}"  # noqa: S608 - as above
        for side in _SIDES
    )


def _joined(shape: ChangeShape, side: str, listed: str, rows: str) -> str:
    """The rows on one side beside changes c, their columns as they are shown."""
    stored, key = _SIDES[side], RESOURCES[shape.name].key_column.expression
    whose = "" if "department_id" in shape.fields else "t.department_id, "
    text = f""" left join (select {whose}t.revision_id as side_revision, {key} as side_key, {listed} from {rows}) {side}
      on {side}.department_id = c.department_id and {side}.side_revision = c.{stored}_revision
        and {side}.side_key = c.{stored}_key"""  # noqa: S608 - as above
    return _of_release(text, side)


def _row(shape: ChangeShape, side: str, listed: str, rows: str) -> str:
    """The row of a change c on one side, as it is shown."""
    stored, key = _SIDES[side], RESOURCES[shape.name].key_column.expression
    text = f"""select {listed} from {rows} and t.department_id = c.department_id
      and t.revision_id = c.{stored}_revision and {key} = c.{stored}_key"""  # noqa: S608 - as above
    return _of_release(text, side)


def _of_release(text: str, side: str) -> str:
    return text.replace("{release}", EARLIER if side == "before" else LATER)


def _expression(column: Column) -> str:
    return column.expression.removeprefix("t.")
