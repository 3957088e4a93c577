"""How many rows differ between two releases: without pairing row with row wherever the question allows it.

Of the rows of a disclosure under one natural key, those that say the same on both sides cancel out; of what is left,
as many as both sides have are changed, the rest are added or removed. That needs no order, so it is a few passes over
the rows of all disclosures that differ, where the list goes through them one after the other.
"""

from __future__ import annotations

from functools import lru_cache

from app.query.changes import (
    CHANGED_FIELDS,
    EARLIER,
    EVERY_PAIR,
    LATER,
    ChangeShape,
    changed_rows,
    conditions_of,
    content,
    natural_key,
)
from app.query.columns import Resource
from app.query.registry import RESOURCES


@lru_cache(maxsize=1024)
def change_count_statement(shape: ChangeShape) -> str:
    """How many changes there are. Parameters: both releases, the filters' values."""
    conditions = conditions_of(shape)
    wanted = " and ".join(conditions.changes)
    single = conditions.rows or any(column == CHANGED_FIELDS.name for column, _, _ in shape.filters)
    if single:
        counted = f"select count(*) from {changed_rows(shape, conditions)} where {wanted}"  # noqa: S608 - identifiers come from our own declarations
    else:
        counted = f"select coalesce(sum(t.rows), 0)::bigint from {_tally(RESOURCES[shape.name])} where {wanted}"  # noqa: S608 - as above
    return f"with {conditions.pairs}, {_REVISIONS} {counted}"


def summary_statement(names: tuple[str, ...]) -> str:
    """(resource, change, rows) for each of the resources in which rows have changed. Parameters: both releases."""
    counted = [
        f"select '{name}' as resource, t.change, sum(t.rows)::bigint as rows from {_tally(RESOURCES[name])} group by 2"  # noqa: S608 - as above
        for name in names
    ]
    return f"with {EVERY_PAIR}, {_REVISIONS} {' union all '.join(counted)}"


def documents_statement(limit: int) -> str:
    """How many disclosures differ by reason, and the first of them as JSON objects. Parameters: both releases."""
    revision = """(select json_build_object('revision', d.revision, 'sha256', d.sha256, 'source_file', d.source_file,
        'href', '/v1/disclosures/' || d.id || '?release=' || {release}) from named d
        where d.revision_id = p.{side}_revision)"""
    before, later = revision.format(release=EARLIER, side="old"), revision.format(release=LATER, side="fresh")
    return f"""with {EVERY_PAIR}, listed as materialized (
  select * from pair order by disclosure_id limit {limit}
), {_REVISIONS}, named as materialized (
  select d.* from disclosure d where (d.department_id, d.revision_id) in (
    select r.department_id, r.revision_id from revisions r join listed p on p.disclosure_id = r.disclosure_id)
)
select (select coalesce(json_object_agg(r.reason, r.n), '{{}}'::json)::text
    from (select reason, count(*) as n from pair group by reason) r) as reasons,
  (select count(*) from pair) as found,
  (select coalesce(json_agg(x), '[]'::json)::text from (
    select p.disclosure_id, p.reason, d.title, d.department_id, d.department_name, d.region_code, d.fiscal_year, d.kind,
      d.scope, {before} as before, {later} as after
    from listed p join named d on d.revision_id = coalesce(p.fresh_revision, p.old_revision)
    order by p.disclosure_id) x) as documents"""  # noqa: S608 - as above


_REVISIONS = """revisions as (
  select disclosure_id, department_id, reason, old_revision as revision_id, 1 as before, 0 as later from pair
  where old_revision is not null union all
  select disclosure_id, department_id, reason, fresh_revision, 0, 1 from pair where fresh_revision is not null
)"""


def _tally(base: Resource) -> str:
    """The number of changed rows by reason and change, as an item of FROM with the alias t."""
    return f"""(
    select k.reason, c.change, sum(c.rows) as rows from (
      select s.disclosure_id, s.reason, sum(greatest(s.later - s.before, 0)) as fresh,
        sum(greatest(s.before - s.later, 0)) as gone
      from (
        select v.disclosure_id, v.reason, {natural_key(base)} as natural_key, {content(base)} as content,
          sum(v.before) as before, sum(v.later) as later
        from revisions v join {base.source} on t.department_id = v.department_id and t.revision_id = v.revision_id
        group by 1, 2, 3, 4) s
      where s.before <> s.later group by s.disclosure_id, s.reason, s.natural_key) k
    cross join lateral (values ('changed', least(k.fresh, k.gone)), ('added', greatest(k.fresh - k.gone, 0)),
      ('removed', greatest(k.gone - k.fresh, 0))) c (change, rows)
    where c.rows > 0 group by 1, 2) t"""  # noqa: S608 - as above
