"""No query is unbounded: what a statement would cost is asked of the planner first, and what is too much is refused.

A cost is in the planner's units: reading one page of a table in order is 1, and a scan of a million expenditure lines
about 50,000. The planner knows which indexes there are and how many rows a value has, so that a deep page of a large
list is cheap, and a search for a word in the middle of names is not. What it misjudges ends by `statement_timeout`.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TypeAlias

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionProxy

from app.errors import ParameterProblem, TooCostly
from app.query.columns import Json, Resource
from app.query.filters import Filter

_KEPT = 10_000

Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy


@dataclass
class Costs:
    """What one request may cost, by class, and which statements were found to cost less: in a release for good."""

    lists: int = 250_000  # a page of a list or of changes, its total, facets, figures side by side, words
    sums: int = 500_000  # groups that are not added up already, how many rows have changed
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
    resource: Resource | None  # whose filters narrow it; None where none does
    filters: tuple[Filter, ...]
    instead: tuple[ParameterProblem, ...] = ()

    async def refuse(self, connection: Connection, text: str, release: int, *bound: object) -> None:
        """TooCostly when the planner expects more of the statement, whose first parameter is the release."""
        await self.refuse_of(connection, text, release, release, *bound)

    async def refuse_of(self, connection: Connection, text: str, release: int, *bound: object) -> None:
        """The same of a statement that binds other parameters, and reads this release."""
        key = (text, release, *(tuple(one) if isinstance(one, list) else one for one in bound))
        if self.costs.known(key):
            return
        estimate = 0
        # What cannot be explained is tried: it is refused itself, or ends by `statement_timeout`.
        with contextlib.suppress(asyncpg.FeatureNotSupportedError):
            plan = orjson.loads(await connection.fetchval(f"explain (format json) {text}", *bound))
            estimate = round(_cost(plan))
        if estimate > self.limit:
            narrower = () if self.resource is None else _narrower(self.resource, self.filters)
            raise TooCostly(
                *self.instead,
                *narrower,
                estimate=estimate,
                limit=self.limit,
                files=f"/v1/releases/{release}/files",
            )
        self.costs.remember(key)


def _cost(plan: Json) -> float:
    """What a plan costs; of a statement over several machines Citus shows the plan of one shard, and how many do it."""
    if isinstance(plan, list):
        return sum(_cost(one) for one in plan)
    if not isinstance(plan, dict):
        return 0
    cost = sum(_cost(one) for one in plan.values())
    whole, shards = plan.get("Plan"), plan.get("Task Count")
    if isinstance(whole, dict):
        cost += float(str(whole["Total Cost"]))
    if isinstance(shards, int):
        shown = plan.get("Tasks")
        cost *= shards / max(len(shown) if isinstance(shown, list) else 0, 1)
    return cost


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
