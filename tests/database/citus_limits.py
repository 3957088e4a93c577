"""What Citus refuses of a statement, read off the statement: a rule for each limit that its documentation names.

A table is distributed (`tables.OF_DEPARTMENT`), a reference table, or local to the machine that is asked (temporary
tables, catalogues). A query that nothing outside of it is read in can always be answered on its own, its result sent to
every machine: so do CTEs and uncorrelated subqueries become what Citus calls recurring. What is left are the queries
over several shards that read an outer one, joins, and statements that write; those have limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp, parse

from app import tables
from app.distribute import COLUMN, reference_tables
from app.to_rows import table_name

DISTRIBUTED = frozenset(table_name(table) for table in tables.OF_DEPARTMENT)
REFERENCE = frozenset(reference_tables())
_DISTRIBUTED = re.compile(rf"\b(?:{'|'.join(DISTRIBUTED)})\b")

# The limits, in our words, with the version of Citus whose documentation or planner has them.
LIMITS = {
    "outer recurs": "12: a subquery over distributed tables reads an outer row that every machine has (a CTE, a "
    "reference table, a function): each machine would answer for it",
    "not on department": "12: a subquery reads an outer row and is not joined with it by the distribution column",
    "shape inside": "12: a subquery that reads an outer row has a LIMIT, OFFSET, WITH, or groups without the "
    "distribution column",
    "join": "12: distributed tables in one FROM are joined by something else than the distribution column",
    "outer join": "12: an outer join keeps the rows that every machine has and looks for theirs in a distributed table",
    "multi-shard": "12: FOR UPDATE, TABLESAMPLE, GROUPING SETS and recursive CTEs work within one shard only",
    "local": "12: a table of one machine is joined with a distributed one, or read in what changes tables elsewhere",
    "no FROM": "12: a subquery that reads an outer row in shards is made of VALUES, of a set operation, or has no FROM "
    "and calls a function that is not immutable",
    "beneath": "12: a subquery that reads an outer row in shards, and none of a shard itself, has a subquery in its "
    "fields or conditions, whatever that reads",
    "release": "12: a shard is asked for its machine's copy of the releases, which has the newest later than others: "
    "they are read once, in a part of WITH or as an aggregate over all of them",
    "order": "12: what shards give in an order is put together in none: a query around it has no ORDER BY",
    "unread": "a statement that is not understood here names our tables: whether Citus takes it is not known",
    "whole": "12: EXISTS over distributed tables that nothing outside is read in has no LIMIT: every row of them would "
    "be sent, and one without a column cannot be",
    "grouped outer": "18: a query that groups has a subquery over distributed tables in its fields (issue 8296)",
    "reference target": "12: rows that every machine has are changed by what is read in shards, not by a CTE",
    "volatile": "12: what changes rows on several machines calls a function that may give each another value",
}

Kind = Literal["distributed", "recurring", "local"]


@dataclass
class Block:
    """One SELECT: what its FROM names, and what of it lies on several machines."""

    select: exp.Select
    kinds: dict[str, Kind] = field(default_factory=dict)  # by alias
    outer: Block | None = None

    @property
    def distributed(self) -> list[str]:
        return [alias for alias, kind in self.kinds.items() if kind == "distributed"]

    @property
    def in_shards(self) -> bool:
        """Whether it is answered shard by shard: it reads distributed tables, or what it reads an outer row of does."""
        return bool(self.distributed) or (self.outer is not None and self.outer.in_shards)

    def visible(self, alias: str) -> Block | None:
        """The block that an alias is of, this one or one around it."""
        return self if alias in self.kinds else None if self.outer is None else self.outer.visible(alias)


# What is no query, and was looked up by hand: VACUUM and ANALYZE go to every machine, a temporary table is made here.
_TAKEN = re.compile(r"\s*(?:VACUUM \(ANALYZE\)|ANALYZE |CREATE TEMPORARY TABLE \w+ \(|DROP TABLE )", re.IGNORECASE)
# The parser does not know what becomes of a temporary table with the commit.
_ON_COMMIT = re.compile(r"(CREATE TEMPORARY TABLE \w+) ON COMMIT DROP AS\b", re.IGNORECASE)


def refusals(text: str) -> list[str]:
    """The limits that the statement meets, each with the part that does; empty for one that Citus takes."""
    found: list[str] = []
    if _TAKEN.match(text) and not re.search(r"\bSELECT\b", text, re.IGNORECASE):
        return found
    for statement in parse(_ON_COMMIT.sub(r"\1 AS", text), read="postgres"):
        if isinstance(statement, exp.Query):
            _query(statement, {}, None, found)
        elif isinstance(statement, exp.Create) and isinstance(statement.expression, exp.Query):
            _query(statement.expression, {}, None, found)  # CREATE TABLE … AS
        elif isinstance(statement, exp.Update | exp.Delete | exp.Insert):
            _change(statement, found)
        elif statement is not None:
            _add(found, "unread", statement)
    return found


def reads_distributed(text: str) -> bool:
    return _DISTRIBUTED.search(text) is not None


def unpinned(text: str, parameter: int) -> list[str]:
    """The distributed tables of a statement that are read without `department_id = $parameter`, by alias."""
    found = []
    for statement in parse(text, read="postgres"):
        for select in statement.find_all(exp.Select) if statement else ():
            named = _named(select)
            # What asks a grouped query for one of its groups is asked of the rows that are grouped, too.
            equal = _merged([*_classes(select), *_asked_from_outside(select), *_around(select)])
            found += [
                f"{table} {alias}"
                for alias, table in named.items()
                if table in DISTRIBUTED
                and not _is_cte(select, table)
                and not any(f"${parameter}" in one for one in equal if f"{alias}.{COLUMN}" in one)
            ]
    return found


def _around(select: exp.Select) -> Iterator[set[str]]:
    """What is equal in the queries around this one, whose rows it reads."""
    node: exp.Expression = select
    while (parent := node.parent) is not None and not isinstance(parent, exp.CTE):
        if isinstance(parent, exp.Select):
            yield from _classes(parent)
        node = parent


def _merged(classes: list[set[str]]) -> list[set[str]]:
    found: list[set[str]] = []
    for one in classes:
        touched = [other for other in found if other & one]
        found = [other for other in found if other not in touched] + [one.union(*touched)]
    return found


def _asked_from_outside(select: exp.Select) -> Iterator[set[str]]:
    """What a query around this one asks of the column `department_id` that this one gives, said of every alias here."""
    node: exp.Expression = select
    while (parent := node.parent) is not None and not isinstance(parent, exp.CTE):
        if isinstance(parent, exp.Subquery) and parent.alias and (around := parent.find_ancestor(exp.Select)):
            for one in _classes(around):
                if f"{parent.alias}.{COLUMN}" in one:
                    yield one | {f"{alias}.{COLUMN}" for alias in _named(select)}
        node = parent


def _query(query: exp.Query, ctes: Mapping[str, Kind], outer: Block | None, found: list[str]) -> bool:
    """Check a query and everything in it; whether it reads distributed tables in shards (and not as results)."""
    known = dict(ctes)
    with_ = query.args.get("with_") or query.args.get("with")
    if with_ is not None:
        for cte in with_.expressions:
            if with_.args.get("recursive") and _tables(cte) & DISTRIBUTED:
                _add(found, "multi-shard", cte)
            if outer is not None and _reads_outer(cte.this, outer) and _tables(cte) & (DISTRIBUTED - known.keys()):
                _add(found, "shape inside", cte)
            _query(cte.this, known, None, found)
            known[cte.alias] = "recurring"
    if isinstance(query, exp.SetOperation):
        sides = [_query(side, known, outer, found) for side in (query.left, query.right)]
        return any(sides)
    if isinstance(query, exp.Subquery):
        return _query(query.this, known, outer, found)
    if not isinstance(query, exp.Select):
        return False
    return _select(query, known, outer, found)


def _select(select: exp.Select, ctes: Mapping[str, Kind], outer: Block | None, found: list[str]) -> bool:
    block = Block(select, outer=outer)
    for item in _items(select):
        alias, kind = _item(item, ctes, block, found)
        block.kinds[alias] = kind
    for node in _expressions(select):
        for subquery in _subqueries(node):
            apart = isinstance(node, exp.Where | exp.Having)
            _beside(subquery, ctes, block, found, apart=apart)
    _joins(block, found)
    if not block.distributed and outer is not None and outer.in_shards:
        _beneath(select, found)
    if block.distributed or (outer is not None and outer.in_shards):
        _releases(select, ctes, found)
    if block.distributed:
        if select.args.get("locks"):
            _add(found, "multi-shard", select)
        group = select.args.get("group")
        if group is not None and group.find(exp.GroupingSets, exp.Cube, exp.Rollup):
            _add(found, "multi-shard", group)
    return bool(block.distributed)


def _beside(subquery: exp.Query, ctes: Mapping[str, Kind], block: Block, found: list[str], *, apart: bool) -> None:
    """A subquery that is said beside FROM; `apart` if Citus answers it first where nothing outside of it is read."""
    correlated = _reads_outer(subquery, block)
    in_shards = _query(subquery, ctes, block if correlated else None, found)
    if correlated and block.distributed:
        _without_rows(subquery, found)
    if in_shards and correlated:
        _correlated(subquery, ctes, block, found)
        if block.select.args.get("group") is not None:
            _add(found, "grouped outer", subquery)
    elif in_shards and isinstance(subquery.parent, exp.Exists) and not _looks_at_one_row(subquery):
        _add(found, "whole", subquery)
    elif in_shards and block.in_shards and not apart and not _needs_all_shards(subquery):
        _add(found, "not on department", subquery)


def _beneath(select: exp.Select, found: list[str]) -> None:
    """What a query may not have that is answered in shards for an outer row, out of what all machines have."""
    if any(True for node in _expressions(select) for _ in _subqueries(node)):
        _add(found, "beneath", select)
    if _from(select) is None and any(_mutable(one) for one in select.find_all(exp.Func)):
        _add(found, "no FROM", select)


def _mutable(function: exp.Func) -> bool:
    """Whether the same arguments may give another value in another session, as Postgres declares the function."""
    name = function.name if isinstance(function, exp.Anonymous) else type(function).__name__
    return name.lower().replace("_", "") in _MUTABLE


# By the parser's names, where it has some: to_char is TimeToStr or ToChar.
_MUTABLE = {
    *("timetostr", "tochar", "concat", "concatws", "format", "jsonbuildobject", "jsonbbuildobject", "jsonbuildarray"),
    *("jsonbbuildarray", "rowtojson", "tojson", "tojsonb", "jsonagg", "jsonbagg", "jsonobjectagg", "convertto"),
    *(
        "currenttimestamp",
        "currentdate",
        "now",
        "rand",
        "statementtimestamp",
        "clocktimestamp",
        "nextval",
        "totimestamp",
    ),
    *("strtotime", "todate", "datetrunc", "timestamptrunc", "age", "arraytostring"),
}


def _releases(select: exp.Select, ctes: Mapping[str, Kind], found: list[str]) -> None:
    """The releases as a shard would read them: in its FROM, or in a subquery that is not answered once for all."""
    if "release" in ctes:
        return
    if "release" in _named(select).values():
        _add(found, "release", select)
    for node in _expressions(select):
        for subquery in _subqueries(node):
            for inner in subquery.find_all(exp.Select):
                whole = inner.args.get("limit") or any(_aggregates(one) for one in inner.expressions)
                if "release" in _named(inner).values() and not whole and not _in_cte(inner, subquery):
                    _add(found, "release", inner)


def _needs_all_shards(query: exp.Query) -> bool:
    """Whether a query cannot be answered by each shard for itself, so that it is answered first and sent around."""
    select = query if isinstance(query, exp.Select) else None
    if select is None:
        return True
    return any(select.args.get(name) for name in ("limit", "offset", "group", "distinct")) or any(
        _aggregates(one) for one in select.expressions
    )


def _looks_at_one_row(query: exp.Query) -> bool:
    return isinstance(query, exp.Select) and bool(query.args.get("limit") and query.expressions)


def _item(item: exp.Expression, ctes: Mapping[str, Kind], block: Block, found: list[str]) -> tuple[str, Kind]:
    """The alias of a part of FROM, and where its rows are."""
    if isinstance(item, exp.Table):
        if item.find(exp.TableSample) and item.name in DISTRIBUTED:
            _add(found, "multi-shard", item)
        return item.alias_or_name, _table(item.name, ctes)
    if isinstance(item, exp.Subquery | exp.Lateral):
        inner = item.this
        while isinstance(inner, exp.Subquery):
            inner = inner.this
        correlated = isinstance(item, exp.Lateral) and _reads_outer(inner, block)
        # What is not LATERAL may read a row further out.
        outer = block if correlated else block.outer
        outer = outer if outer is not None and _reads_outer(inner, outer) else None
        if block.distributed and (correlated or isinstance(inner, exp.Values)):
            _without_rows(inner, found)
        if isinstance(inner, exp.Query):
            in_shards = _query(inner, ctes, outer, found)
            if correlated and in_shards:
                _correlated(inner, ctes, block, found)
            # What is grouped or cut by something else than the department is answered first and sent around.
            whole = in_shards and (outer is not None or _by_department(inner, ctes))
            if whole and inner.args.get("order") and not block.select.args.get("order"):
                _add(found, "order", inner)
            return item.alias_or_name, "distributed" if whole else "recurring"
    return item.alias_or_name, "recurring"


def _table(name: str, ctes: Mapping[str, Kind]) -> Kind:
    if name in ctes:
        return ctes[name]
    if name in DISTRIBUTED:
        return "distributed"
    return "recurring" if name in REFERENCE or not name else "local"


# What may be called where there is no FROM, or in FROM, on each machine for itself.
_IMMUTABLE = {"unnest", "generate_series", "jsonb_array_elements_text", "json_array_elements_text"}


def _without_rows(query: exp.Expression, found: list[str]) -> None:
    """What a subquery that reads an outer row in shards may not be made of."""
    if query.find(exp.SetOperation) or query.find(exp.Values):
        _add(found, "no FROM", query)
    for select in query.find_all(exp.Select):
        called = {one.name.lower() for one in select.find_all(exp.Anonymous)}
        if _from(select) is None and called - _IMMUTABLE:
            _add(found, "no FROM", select)


def _correlated(query: exp.Query, ctes: Mapping[str, Kind], block: Block, found: list[str]) -> None:
    """A subquery over distributed tables that reads a row around it."""
    if not block.distributed:
        _add(found, "outer recurs", query)
        return
    for select in query.find_all(exp.Select):
        named = _named(select)
        own = [alias for alias, table in named.items() if table in DISTRIBUTED and table not in ctes]
        if not own:
            continue
        if select.args.get("limit") or select.args.get("offset"):
            _add(found, "shape inside", select)
        group = select.args.get("group")
        grouped = group is not None and any(COLUMN in one.sql() for one in group.expressions)
        if (
            group is not None
            or any(one.find(exp.AggFunc, exp.Anonymous) and _aggregates(one) for one in select.expressions)
        ) and not grouped:
            _add(found, "shape inside", select)
        around = {f"{alias}.{COLUMN}" for alias in (*block.distributed, *_between(select, query))}
        for alias in own:
            equal = [*_classes(select), *_asked_from_outside(select)]
            if not any(f"{alias}.{COLUMN}" in one and one & around for one in equal):
                _add(found, "not on department", select)


def _between(select: exp.Select, query: exp.Query) -> Iterator[str]:
    """The distributed tables of the queries around a SELECT within a query: each of them is judged by itself."""
    node: exp.Expression | None = select
    while node is not query and node is not None:
        node = node.find_ancestor(exp.Select)
        if node is not None:
            yield from (alias for alias, table in _named(node).items() if table in DISTRIBUTED)


def _aggregates(node: exp.Expression) -> bool:
    """Whether a field is made of several rows; functions that sqlglot has no class for are told by their names."""
    names = ("json_agg", "json_object_agg", "array_agg", "string_agg", "bool_or", "jsonb_agg")
    own = [one for one in node.find_all(exp.AggFunc, exp.Anonymous) if one.find_ancestor(exp.Select) is node.parent]
    return any(isinstance(one, exp.AggFunc) or one.name.lower() in names for one in own)


def _joins(block: Block, found: list[str]) -> None:
    select, distributed = block.select, block.distributed
    if distributed and "local" in block.kinds.values():
        _add(found, "local", select)
    classes = _classes(select)
    for alias in distributed[1:]:
        if not any(
            {f"{alias}.{COLUMN}", f"{other}.{COLUMN}"} <= one
            for one in classes
            for other in distributed
            if other != alias
        ):
            _add(found, "join", select)
    seen: list[str] = [_alias(_from(select))] if _from(select) is not None else []
    for join in select.args.get("joins") or ():
        right = _alias(join.this)
        left_recurs = all(block.kinds.get(alias) != "distributed" for alias in seen)
        right_recurs = block.kinds.get(right) != "distributed"
        side = join.side.upper()
        if (side == "LEFT" and left_recurs and not right_recurs) or (side == "FULL" and left_recurs != right_recurs):
            _add(found, "outer join", join)
        seen.append(right)


def _change(statement: exp.Update | exp.Delete | exp.Insert, found: list[str]) -> None:
    target = statement.find(exp.Table)
    name = target.name if target is not None else ""
    if name not in DISTRIBUTED | REFERENCE:
        inner = statement.args.get("expression")
        if isinstance(inner, exp.Query):
            _query(inner, {}, None, found)
        return
    ctes = {cte.alias: cte for cte in statement.find_all(exp.CTE)}
    for cte in ctes.values():
        _query(cte.this, {}, None, found)
    inner = statement.args.get("expression")
    if isinstance(statement, exp.Insert) and isinstance(inner, exp.Query):
        # The rows are found first, where they may be, then sent.
        _query(inner, {}, None, found)
        return
    read = _tables(statement) - {name} - ctes.keys()
    in_ctes = {table.name for cte in ctes.values() for table in cte.find_all(exp.Table)}
    if name in REFERENCE and (read & DISTRIBUTED) - in_ctes:
        _add(found, "reference target", statement)
    if any(table not in DISTRIBUTED | REFERENCE for table in read):
        _add(found, "local", statement)
    named = {one.name.lower() for one in statement.find_all(exp.Anonymous)}
    changing = any(
        _mutable(one) and one.find(exp.Column) and one.find_ancestor(exp.CTE) is None
        for one in statement.find_all(exp.Func)
    )
    if statement.find(exp.Rand) or named & {"clock_timestamp", "nextval", "gen_random_uuid"} or changing:
        _add(found, "volatile", statement)


def _items(select: exp.Select) -> Iterator[exp.Expression]:
    first = _from(select)
    if first is not None:
        yield first
    for join in select.args.get("joins") or ():
        yield join.this
    yield from select.args.get("laterals") or ()


def _from(select: exp.Select) -> exp.Expression | None:
    clause = select.args.get("from_") or select.args.get("from")
    return None if clause is None else clause.this


def _alias(item: exp.Expression | None) -> str:
    return "" if item is None else item.alias_or_name


def _expressions(select: exp.Select) -> Iterator[exp.Expression]:
    """What is said beside FROM."""
    yield from select.expressions
    for name in ("where", "having", "order", "group", "qualify", "limit", "offset", "distinct"):
        if (node := select.args.get(name)) is not None:
            yield node
    for join in select.args.get("joins") or ():
        if (node := join.args.get("on")) is not None:
            yield node


def _subqueries(node: exp.Expression) -> Iterator[exp.Query]:
    """The outermost queries in an expression."""
    if isinstance(node, exp.Query) and not isinstance(node, exp.Subquery):
        yield node
        return
    if isinstance(node, exp.Subquery):
        inner: exp.Expression = node
        while isinstance(inner, exp.Subquery) and not inner.args.get("with_"):
            inner = inner.this
        if isinstance(inner, exp.Query):
            yield inner
        return
    for child in node.iter_expressions():
        yield from _subqueries(child)


def _reads_outer(query: exp.Expression, block: Block) -> bool:
    """Whether a query names an alias that is none of its own and one of a block around it."""
    own = {_alias(item) for select in query.find_all(exp.Select) for item in _items(select)}
    named = {column.table for column in query.find_all(exp.Column) if column.table}
    return any(block.visible(alias) is not None for alias in named - own)


def _by_department(query: exp.Query, ctes: Mapping[str, Kind]) -> bool:
    """Whether a query in FROM can be answered shard by shard: not cut, and where it groups, by the department."""
    if query.args.get("limit") or query.args.get("offset"):
        return False
    for select in query.find_all(exp.Select):
        if _in_cte(select, query) or not any(table in DISTRIBUTED - ctes.keys() for table in _named(select).values()):
            continue
        if select.args.get("limit") or select.args.get("offset") or select.args.get("with_"):
            return False
        group = select.args.get("group")
        if group is not None and not any(COLUMN in one.sql() for one in group.expressions):
            return False
    return True


def _in_cte(select: exp.Select, query: exp.Query) -> bool:
    """Whether a SELECT in a query is in one of its parts of WITH, which are answered before it."""
    node: exp.Expression | None = select
    while node is not None and node is not query:
        if isinstance(node, exp.CTE):
            return True
        node = node.parent
    return False


def _named(select: exp.Select) -> dict[str, str]:
    return {_alias(item): item.name for item in _items(select) if isinstance(item, exp.Table)}


def _tables(node: exp.Expression) -> set[str]:
    return {table.name for table in node.find_all(exp.Table)}


def _is_cte(select: exp.Select, table: str) -> bool:
    """Whether the name stands for a part of WITH at this place: one that comes before it, not the part itself."""
    node: exp.Expression = select
    while (parent := node.parent) is not None:
        if isinstance(parent, exp.With):
            before = parent.expressions[: next(n for n, one in enumerate(parent.expressions) if one is node)]
            if any(cte.alias == table for cte in before):
                return True
        elif not isinstance(node, exp.With):
            with_ = parent.args.get("with_") or parent.args.get("with")
            if with_ is not None and any(cte.alias == table for cte in with_.expressions):
                return True
        node = parent
    return False


def _classes(select: exp.Select) -> list[set[str]]:
    """What must be equal in each row of a block: columns as alias.name, parameters as $n."""
    pairs: list[tuple[str, str]] = []
    conditions = [select.args.get("where")] + [join.args.get("on") for join in select.args.get("joins") or ()]
    for condition in conditions:
        whole = condition.this if isinstance(condition, exp.Where) else condition
        for part in whole.flatten() if isinstance(whole, exp.And) else [whole] if whole is not None else ():
            inner = part.unnest()
            if isinstance(inner, exp.EQ):
                left, right = _plain(inner.left), _plain(inner.right)
                if left and right:
                    pairs.append((left, right))
    found: list[set[str]] = []
    for left, right in pairs:
        touched = [one for one in found if left in one or right in one]
        found = [one for one in found if one not in touched] + [{left, right}.union(*touched)]
    return found


def _plain(node: exp.Expression) -> str | None:
    while isinstance(node, exp.Cast | exp.Paren):
        node = node.this
    if isinstance(node, exp.Column):
        return f"{node.table}.{node.name}"
    if isinstance(node, exp.Parameter | exp.Placeholder):
        return f"${node.name or node.this}"
    return None


def _add(found: list[str], limit: str, node: exp.Expression) -> None:
    assert limit in LIMITS
    found.append(f"{limit}: {node.sql(dialect='postgres')[:300]}")
