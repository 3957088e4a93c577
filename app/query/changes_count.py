"""How many rows differ between two releases: without pairing row with row wherever the question allows it.

Of the rows of a disclosure under one natural key, those that say the same on both sides cancel out; of what is left,
as many as both sides have are changed, the rest are added or removed. That needs no order, so it is a few passes over
the rows of all disclosures that differ, on each machine over the departments that it has. The rows of a disclosure that
only one of the releases has are all added or all removed: they are counted, and not read.
"""

from __future__ import annotations

from functools import lru_cache

from app.query import words
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
    revisions,
)
from app.query.columns import Resource
from app.query.registry import RESOURCES


@lru_cache(maxsize=1024)
def change_count_statement(shape: ChangeShape) -> str:
    """How many changes there are. Parameters: both releases, the filters' values."""
    conditions = conditions_of(shape)
    wanted = " and ".join(conditions.changes)
    single = conditions.rows or any(column == CHANGED_FIELDS.name for column, _, _ in shape.filters)
    begun = f"with {conditions.pairs}, {revisions('pair')}"
    if single:
        return f"{begun} select count(*) from {changed_rows(shape, conditions)} where {wanted}"  # noqa: S608 - identifiers come from our own declarations
    tally = _tally("tally", RESOURCES[shape.name], conditions.department)
    return f"""{begun}, {tally}
select coalesce(sum(t.rows), 0)::bigint from {_BY_CHANGE.format(tally="tally")} where {wanted}"""  # noqa: S608 - as above


def summary_statement(names: tuple[str, ...]) -> str:
    """(resource, change, rows) for each of the resources in which rows have changed. Parameters: both releases."""
    tallies = ", ".join(_tally(f"tally_{n}", RESOURCES[name]) for n, name in enumerate(names))
    counted = [
        f"select '{name}' as resource, t.change, sum(t.rows)::bigint as rows "  # noqa: S608 - as above
        f"from {_BY_CHANGE.format(tally=f'tally_{n}')} group by 2"
        for n, name in enumerate(names)
    ]
    return f"with {EVERY_PAIR}, {revisions('pair')}, {tallies} {' union all '.join(counted)}"


def documents_statement(limit: int) -> str:
    """How many disclosures differ by reason, and the first of them as JSON objects. Parameters: both releases."""
    revision = """(select json_build_object('revision', d.revision, 'sha256', d.sha256, 'source_file', d.source_file,
        'href', '/v1/disclosures/' || d.id || '?release=' || {release}) from named d
        where d.revision_id = p.{side}_revision)"""
    before, later = revision.format(release=EARLIER, side="old"), revision.format(release=LATER, side="fresh")
    return f"""with {EVERY_PAIR}, listed as materialized (
  select * from pair order by disclosure_id limit {limit}
), {revisions("listed")}, named as materialized (
  select d.* from disclosure d where (d.department_id, d.revision_id) in (
    select r.department_id, r.revision_id from revision r)
)
select (select coalesce(json_object_agg(r.reason, r.n), '{{}}'::json)::text
    from (select reason, count(*) as n from pair group by reason) r) as reasons,
  (select count(*) from pair) as found,
  (select coalesce(json_agg(x), '[]'::json)::text from (
    select p.disclosure_id, p.reason, d.title, d.department_id, d.department_name, d.region_code, d.fiscal_year, d.kind,
      d.scope, {before} as before, {later} as after
    from listed p join named d on d.revision_id = coalesce(p.fresh_revision, p.old_revision)
    order by p.disclosure_id) x) as documents"""  # noqa: S608 - as above


# A tally as an item of FROM with the alias t, a row for each reason and kind of change.
_ROWS = [f"select reason, '{change}' as change, {change} as rows from {{tally}}" for change in words.CHANGE]  # noqa: S608 - as above
_BY_CHANGE = f"({' union all '.join(_ROWS)}) t"


def _tally(name: str, base: Resource, department: str | None = None) -> str:
    """The number of changed rows by reason, a column for each kind of change, of the revisions that are compared.

    Parts of WITH, the last of this name; a reason may have two rows.
    """
    rows = f"{base.source} join revision v on v.department_id = t.department_id and v.revision_id = t.revision_id"
    only = "" if department is None else f"t.department_id = {department} and "
    return f"""{name}_whole as materialized (
    select v.reason, 0::bigint as changed, count(*) filter (where v.later) as added,
      count(*) filter (where not v.later) as removed
    from {rows} where {only}(v.old_revision is null or v.fresh_revision is null)
    group by v.reason
), {name}_paired as materialized (
    select k.reason, sum(least(k.fresh, k.gone)) as changed, sum(greatest(k.fresh - k.gone, 0)) as added,
      sum(greatest(k.gone - k.fresh, 0)) as removed
    from (
      select s.department_id, s.reason, sum(greatest(s.later - s.earlier, 0)) as fresh,
        sum(greatest(s.earlier - s.later, 0)) as gone
      from (
        select r.department_id, r.disclosure_id, r.reason, r.natural_key, r.content,
          count(*) filter (where r.later) as later, count(*) filter (where not r.later) as earlier
        from (
          select t.department_id, v.disclosure_id, v.reason, v.later, {natural_key(base)} as natural_key,
            {content(base)} as content
          from {rows} where {only}v.old_revision is not null and v.fresh_revision is not null
        ) r
        group by r.department_id, r.disclosure_id, r.reason, r.natural_key, r.content) s
      where s.earlier <> s.later group by s.department_id, s.disclosure_id, s.reason, s.natural_key) k
    group by k.reason
), {name} as (
    select * from {name}_whole union all select * from {name}_paired
)"""  # noqa: S608 - as above
