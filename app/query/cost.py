"""No query is unbounded: what a statement would cost is asked of the planner first, and what is too much is refused.

A cost is in the planner's units: reading one page of a table in order is 1, and a scan of a million expenditure lines
about 50,000. The planner knows which indexes there are and how many rows a value has, so that a deep page of a large
list is cheap, and a search for a word in the middle of names is not. What it misjudges ends by `statement_timeout`.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TypeAlias

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionProxy

from app.errors import ParameterProblem, TooCostly
from app.query.columns import Resource
from app.query.filters import Filter

_KEPT = 10_000

Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy


@dataclass
class Costs:
    """What one request may cost, by class, and which statements were found to cost less: in a release for good."""

    lists: int = 250_000  # a page of a list, its total, facets
    sums: int = 500_000  # groups that are not added up already
    affordable: OrderedDict[tuple[object, ...], None] = field(default_factory=OrderedDict)

    def known(self, key: tuple[object, ...]) -> bool:
        if key in self.affordable:
            self.affordable.move_to_end(key)
            return True
        return False

    def remember(self, key: tuple[object, ...]) -> None:
        self.affordable[key] = None
        if len(self.affordable) > _KEPT:
            self.affordable.popitem(last=False)


@dataclass(frozen=True)
class Budget:
    """What one question may cost, and what its reader is told when it costs more."""

    costs: Costs
    limit: int
    resource: Resource
    filters: tuple[Filter, ...]
    instead: tuple[ParameterProblem, ...] = ()

    async def refuse(self, connection: Connection, text: str, release: int, *bound: object) -> None:
        """TooCostly when the planner expects more of the statement, whose first parameter is the release."""
        key = (text, release, *(tuple(one) if isinstance(one, list) else one for one in bound))
        if self.costs.known(key):
            return
        plan = orjson.loads(await connection.fetchval(f"explain (format json) {text}", release, *bound))
        estimate = round(plan[0]["Plan"]["Total Cost"])
        if estimate > self.limit:
            raise TooCostly(
                *self.instead,
                *_narrower(self.resource, self.filters),
                estimate=estimate,
                limit=self.limit,
                files=f"/v1/releases/{release}/files",
            )
        self.costs.remember(key)


def _narrower(resource: Resource, filters: tuple[Filter, ...]) -> tuple[ParameterProblem, ...]:
    """The filters that leave few rows and were not given."""
    given = {item.column for item in filters if item.operator in ("eq", "prefix")}
    names = [column.name for column in resource.columns if column.selective and column.name not in given]
    names += [name for name in ("fiscal_year", "code") if name in resource.by_name and name not in given]
    return tuple(
        ParameterProblem(
            name,
            f"not given: a filter by {name} leaves few rows",
            suggestion=f"{name}={resource.by_name[name].example}",
        )
        for name in dict.fromkeys(names)
        if name not in ("id", "statement_id")
    )
