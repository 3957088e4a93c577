"""Roll-ups answer as the facts do: whatever they cover is the same to the byte, in every release, after any loads."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app import add_up, database
from app.errors import DoubleCounting, InvalidParameters
from app.load import Origin, load
from app.query.aggregate import aggregate_statement
from app.query.facets import facets_statement, read_facets
from app.query.filters import Filter
from app.query.read_aggregate import AggregateQuery, dimensions, read_aggregate
from app.query.registry import RESOURCES
from app.query.rolled import count_cells_statement, covering
from app.query.run_aggregate import cells_of
from app.query.select import count_statement
from app.records import ParsedDisclosure
from app.rollups import MEASURES, ROLLUPS
from app.settings import Settings
from tests import dataset
from tests.conftest import copy_of

_GROUPS = (
    "",
    "fiscal_year",
    "kind",
    "fiscal_year,kind,province",
    "fiscal_year,class,province,kind",
    "region,kind,phase",
    "prefecture,kind,scope",
    "division,kind,phase",
    "class,division,kind,phase,scope",
    "code,kind,phase,fiscal_year",
    "phase,fund,kind",
    "statement,kind,phase,fiscal_year",
    "role,side,kind,phase",
    "item,kind,phase,fiscal_year",
    "prior_year,item,kind,phase",
)
_FILTERS = (
    "",
    "kind=budget",
    "kind=final&phase=final&fund=general_public_budget",
    "kind=final&phase=final&statement=general_public_budget_expenditure",
    "level=class",
    "level=item&kind=budget&scope=department",
    "level=total",
    "is_leaf=true&region_code__under=130000",
    "region_code__under=130600&scope=department",
    "code__under=201&kind=budget",
    "class_code=201,208&phase=budget",
    "fiscal_year__gte=2024",
    "side=expenditure&kind=budget",
    "statement=fiscal_appropriation&side=revenue",
    "item=vehicles&prior_year=false",
    "phase__ne=budget&unit=yuan",
)
_MEASURES = ("total", "total,avg:total,count:total", "avg:basic,project", "general_public_budget")


def questions(resource: str, filters_asked: tuple[str, ...] = _FILTERS) -> Iterator[AggregateQuery]:
    """Every question out of groups, filters and measures that this resource understands."""
    for groups, filters, measure in itertools.product(_GROUPS, filters_asked, _MEASURES):
        pairs = [(name, value) for name, _, value in (part.partition("=") for part in filters.split("&") if part)]
        pairs += [("measure", measure)]
        pairs += [("group_by", groups)] if groups else []
        try:
            yield read_aggregate(RESOURCES[resource], pairs)
        except (InvalidParameters, DoubleCounting):
            continue


async def answer(
    connection: asyncpg.Connection, query: AggregateQuery, release: int, *, rolled: bool
) -> asyncpg.Record:
    cells = cells_of(query) if rolled else None
    kept: tuple[Filter, ...] = query.row_filters if cells is None else cells.filters
    bound = [argument for item in kept for argument in item.arguments]
    row = await connection.fetchrow(aggregate_statement(query, cells), release, *bound)
    assert row is not None
    return row


def refused(row: asyncpg.Record) -> list[bool] | None:
    """What of the request would count the same money twice; None where nothing would."""
    findings = json.loads(row["findings"])
    said = [*findings["broken"], findings["restated"]]
    return said if any(said) else None


async def compare(
    connection: asyncpg.Connection, resource: str, release: int, filters: tuple[str, ...] = _FILTERS
) -> tuple[int, int]:
    """How many questions cells may answer, and how many of those they do; where they do, as the facts do."""
    asked = answered = 0
    for query in questions(resource, filters):
        if cells_of(query) is None:
            continue
        asked += 1
        found = await answer(connection, query, release, rolled=True)
        if not found["exact"] and not refused(found):
            continue
        facts = await answer(connection, query, release, rolled=False)
        if not found["exact"]:
            # What is refused is, whatever else cannot be said of cells.
            assert json.loads(found["findings"])["broken"] == json.loads(facts["findings"])["broken"], query.pairs
            continue
        answered += 1
        if refused(found) or refused(facts):
            # Then nothing else of the row is served, and disclosures of several phases are not told apart.
            assert refused(found) == refused(facts), (query.pairs, query.applied)
            continue
        assert tuple(found)[:-1] == tuple(facts)[:-1], (query.pairs, query.applied)
    return asked, answered


@pytest.mark.parametrize("resource", ROLLUPS)
async def test_what_cells_answer_is_what_the_facts_answer_for_invented_documents(
    loaded: Settings, resource: str
) -> None:
    async with database.connect_owner(loaded) as connection:
        for release in (1, 2):
            asked, answered = await compare(connection, resource, release)
            assert answered > asked / 3 > 5


@pytest.mark.parametrize("resource", ROLLUPS)
async def test_what_cells_answer_is_what_the_facts_answer_for_the_committed_data(
    seed_loaded: Settings, resource: str
) -> None:
    async with database.connect_owner(seed_loaded) as connection:
        _, answered = await compare(connection, resource, 1)
        assert answered > 5


async def test_an_answer_is_of_cells_only_when_they_were_made(loaded: Settings) -> None:
    query = read_aggregate(RESOURCES["expenditures"], [("kind", "budget"), ("scope", "department")])
    async with database.connect_owner(loaded) as connection, connection.transaction():
        assert (await answer(connection, query, 2, rolled=True))["exact"]
        await add_up.forget(connection)
        assert not (await answer(connection, query, 2, rolled=True))["exact"]
        await connection.execute("ROLLBACK AND CHAIN")


@pytest.mark.parametrize("resource", ROLLUPS)
async def test_rows_counted_in_cells_are_the_rows(loaded: Settings, resource: str) -> None:
    described, counted = RESOURCES[resource], 0
    async with database.connect_owner(loaded) as connection:
        for filters in _FILTERS:
            pairs = [(name, value) for name, _, value in (part.partition("=") for part in filters.split("&") if part)]
            try:
                query = read_facets(described, [*pairs, ("field", ",".join(dimensions(described)))])
            except InvalidParameters:
                continue
            for release in (1, 2):
                answers = []
                for added_up in (True, False):
                    text, bound = facets_statement(query, added_up=added_up)
                    answers.append(tuple(await connection.fetchrow(text, release, *bound) or ()))
                assert answers[0] == answers[1], query.pairs
                cells = covering(described, query.filters)
                if cells is None:
                    continue
                counted += 1
                bound = [argument for item in cells.filters for argument in item.arguments]
                found = await connection.fetchval(count_cells_statement(cells), release, *bound)
                shapes = tuple(item.shape for item in query.filters)
                bound = [argument for item in query.filters for argument in item.arguments]
                assert found == await connection.fetchval(count_statement(resource, filters=shapes), release, *bound)
    assert counted > 5


_DOCUMENTS = {
    "2024 budget": dataset.budget(year=2024),
    "2024 budget, revised": dataset.budget(year=2024, factor=3),
    "2025 budget": dataset.budget(year=2025, factor=2),
    "2025 unit": dataset.budget(year=2025, scope="unit"),
    "2023 final": dataset.final(year=2023),
    "2023 final, revised": dataset.final(year=2023, total="88.81"),
    "2023 final, with more decimals": dataset.final(year=2023, total="88.800000"),
    "2023 final, with fewer": dataset.final(year=2023, total="88.8"),
    "2024 final": dataset.final(year=2024),
}


def _one_of_each(names: list[str]) -> list[ParsedDisclosure]:
    return list({_DOCUMENTS[name].disclosure.id: _DOCUMENTS[name] for name in names}.values())


_LOADS = st.lists(
    st.tuples(
        st.sampled_from(("seed", "ingest")),
        st.lists(st.sampled_from(sorted(_DOCUMENTS)), min_size=1, max_size=4, unique=True),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(loads=_LOADS)
@example(loads=[("ingest", ["2023 final, with more decimals"]), ("ingest", ["2023 final, with fewer"])])
def test_after_any_loads_revisions_and_withdrawals_cells_answer_for_every_release_as_the_facts_do(
    server: Settings, loads: list[tuple[Origin, list[str]]]
) -> None:
    asyncio.run(_load_and_compare(server, loads))


async def _load_and_compare(server: Settings, loads: list[tuple[Origin, list[str]]]) -> None:
    async with copy_of(server) as own, database.connect_owner(own) as connection:
        newest = 0
        for number, (origin, names) in enumerate(loads):
            result = await load(
                connection,
                _one_of_each(names),
                origin=origin,
                source_digest=f"{number:064}" if origin == "seed" else None,
            )
            newest = result.release
        for release in range(1, newest + 1):
            for resource in ("expenditures", "three-public"):
                await compare(connection, resource, release, ("", "level=total", "kind=final&phase=final"))
        made = await _cells(connection)
        await add_up.forget(connection)
        assert await add_up.catch_up(connection)
        assert await _cells(connection) == made
        assert not await add_up.catch_up(connection)


async def test_cells_are_the_same_however_many_revisions_are_added_up_at_a_time(
    loaded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.connect_owner(loaded) as connection, connection.transaction():
        made = await _cells(connection)
        await add_up.forget(connection)
        monkeypatch.setattr(add_up, "_REVISIONS", 2)
        assert await add_up.catch_up(connection)
        assert await _cells(connection) == made
        await connection.execute("ROLLBACK AND CHAIN")


async def _cells(connection: asyncpg.Connection) -> list[tuple[object, ...]]:
    amounts = ", ".join(f"lines_{n}, places_{n}, trim_scale(amount_{n}), decimals_{n}" for n in range(1, MEASURES + 1))
    rows = await connection.fetch(
        "SELECT c.made_as, c.kind, c.scope, c.lag, c.phase, c.statement_key, c.fund, c.side, c.role, c.item, "
        "c.institution, c.picked, grain, fiscal_year, region_code, code, valid_from, valid_to, lines, disclosures, "
        f"bodies, {amounts} FROM rollup r JOIN rollup_combination c ON c.id = r.combination "
        "ORDER BY grain, combination, fiscal_year, region_code, code, valid_from"
    )
    assert len(rows) == await connection.fetchval("SELECT count(*) FROM rollup")
    assert all(row["lines"] > 0 for row in rows)
    return [tuple(row) for row in rows]
