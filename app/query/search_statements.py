"""The statements of a search: over what is kept of words that very many names have, and over the names themselves.

Both give the same results in the same order; a test compares them. What is kept is one look-up and the names of the
page (`app/common_words.py`); the names themselves are found by the index of their terms, compared, and put in order.
"""

from __future__ import annotations

from app.query.filters import matching_texts

# The release that is asked for, or the newest one; parameter 1, null for the newest.
_CURRENT = """current as (
  select case when $1::int is null then (select max(number) from release)
    else (select number from release where number = $1::int) end as number
)"""
_VISIBLE = "{0}.valid_from <= (select number from current) and {0}.valid_to > (select number from current)"

# What a result is called: a code may be found by a name that it was printed with in some year.
_NAME = """case {0}.kind when 'departments' then (select d.name from department d where d.id = {0}.key)
    when 'functional-subjects' then (select f.name from functional_subject f where f.code = {0}.key)
    when 'economic-subjects' then (select x.name from economic_subject x where x.code = {0}.key)
    else {0}.text end as name"""


def _rank(folded: str, words: str) -> str:
    """0 for a name that is the whole search, 1 for one that begins with it, 2 for one that contains it, else 3."""
    return (
        f"case when {folded} = {words} or starts_with({folded}, {words} || ' ') then 0 "
        f"when starts_with({folded}, {words}) then 1 when strpos({folded}, {words}) > 0 then 2 else 3 end"
    )


# Parameters: the release or null, terms, patterns, the words side by side, kinds.
_FOUND = f"""with {_CURRENT}, found as materialized (
  select e.kind, e.key, e.field, e.text, e.record, e.rows, char_length(e.text) as length,
    {_rank("s.folded", "$4::text")} as rank
  from search_text s join search_entry e on e.text = s.text
  where s.text in ({matching_texts(2)}) and e.kind = any($5::text[]) and {_VISIBLE.format("e")}
), best as (
  select distinct on (kind, key) * from found order by kind, key, rank, length, field, text collate "C"
)"""  # noqa: S608 - numbers of parameters

# More parameters: how many results of a kind, after how many.
SEARCH = f"""{_FOUND}, placed as (
  select *, row_number() over (partition by kind order by rank, length, rows desc, key collate "C") as place,
    count(*) over (partition by kind) as total from best
)
select c.number, p.kind, p.key, p.field, p.text, p.record, p.rows, p.total, {_NAME.format("p")}
from current c left join placed p on p.place <= $6::int + $7::int and (p.place > $7::int or p.place = 1)
order by p.kind, p.place"""  # noqa: S608 - as above

# The names of the page are known before it is looked up what else has them.
_KINDS = f"""(select array_agg(distinct e.kind::text) from search_entry e
  where e.text = n.text and e.kind = any({{0}}::text[]) and {_VISIBLE.format("e")}) as kinds"""  # noqa: S608 - ours

# One more parameter: how many suggestions.
SUGGEST = f"""{_FOUND}, of_kind as (
  select text, rank, length, sum(rows) as rows from best where rank < 3 group by text, rank, length, kind
), names as (
  select text, rank, length, max(rows) as rows from of_kind group by text, rank, length
  order by rank, length, rows desc, text collate "C" limit $6::int
)
select c.number, n.text, {_KINDS.format("$5")} from current c left join names n on true
order by n.rank, n.length, n.rows desc, n.text collate "C\""""  # noqa: S608 - as above

# Parameters: the release or null, the word.
_KEPT = f"""with {_CURRENT}, kept as materialized (
  select w.kind, w.total, w.entries, w.texts, w.bearers from search_word w
  where w.word = $2::text and {_VISIBLE.format("w")}
)"""  # noqa: S608 - as above

# More parameters: kinds, how many results of a kind, after how many. `kept` says whether there is enough of the word.
KEPT_SEARCH = f"""{_KEPT}, enough as (
  select count(*) > 0 and coalesce(bool_and(cardinality(entries) >= least(total, $4::int + $5::int))
    filter (where kind = any($3::text[])), true) as kept from kept
), placed as (
  select k.kind, k.total, u.place, e.key, e.field, e.text, e.record, e.rows
  from kept k cross join lateral unnest(k.entries) with ordinality as u (id, place) join search_entry e on e.id = u.id
  where k.kind = any($3::text[]) and u.place <= $4::int + $5::int and (u.place > $5::int or u.place = 1)
)
select c.number, w.kept, p.kind, p.key, p.field, p.text, p.record, p.rows, p.total, {_NAME.format("p")}
from current c cross join enough w left join placed p on w.kept
order by p.kind, p.place"""  # noqa: S608 - as above

# More parameters: kinds, how many suggestions. Of each kind there are as many as are shown, so those are among them.
KEPT_SUGGEST = f"""{_KEPT}, texts as (
  select u.text, u.rows from kept k cross join lateral unnest(k.texts, k.bearers) as u (text, rows)
  where k.texts is not null and k.kind = any($3::text[])
  union all
  select e.text, e.rows from kept k cross join lateral unnest(k.entries[1:$4::int]) as u (id)
  join search_entry e on e.id = u.id where k.texts is null and k.kind = any($3::text[])
), names as (
  select t.text, {_rank("s.folded", "$2::text")} as rank, char_length(t.text) as length, max(t.rows) as rows
  from texts t join search_text s on s.text = t.text group by t.text, s.folded
  order by 2, 3, 4 desc, t.text collate "C" limit $4::int
)
select c.number, exists (select from kept) as kept, n.text, {_KINDS.format("$3")}
from current c left join names n on true
order by n.rank, n.length, n.rows desc, n.text collate "C\""""  # noqa: S608 - as above
