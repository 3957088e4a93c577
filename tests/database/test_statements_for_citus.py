"""No statement of the service or the loader needs what Citus refuses, and one department is one shard.

Every statement is written down as it goes to the database: of a first load, an ingest, a revision, a withdrawal, of
what is made up for afterwards, of the files of a release, of each list with its includes, filters, files, groups and
records, of changes, and of everything beside the lists. Each is then held
against the documented limits of Citus (`citus_limits.py`); whatever asks for one department names it on every
distributed table. `gongkai db distribute` is what makes the tables distributed (`test_distribute.py`).
"""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from asgi_lifespan import LifespanManager

from app import add_up, codes_in_use, database, index_names, index_words, publish, seed
from app.api.application import create_application
from app.bulk.build import build_release
from app.load import load, load_seed
from app.prune import Which, plan, prune
from app.query.columns import Resource
from app.query.registry import RESOURCES
from app.settings import Settings
from app.tables import STILL_VALID
from app.withdraw import restore, withdraw
from tests import dataset
from tests.conftest import copy_of
from tests.database.citus_limits import DISTRIBUTED, LIMITS, REFERENCE, reads_distributed, refusals, unpinned

_OURS = re.compile(rf"\b(?:{'|'.join([*DISTRIBUTED, *REFERENCE, 'named'])})\b")


@dataclasses.dataclass
class Record:
    """What was sent, by the request or step that sent it."""

    step: str = ""
    steps: set[str] = dataclasses.field(default_factory=set)
    sent: dict[str, str] = dataclasses.field(default_factory=dict)  # statement: the step that sent it first

    def add(self, text: str) -> None:
        # The driver itself asks the catalogue of types, by names that it lists on its own.
        if _OURS.search(text) and "typinfo" not in text and "pg_type" not in text:
            self.steps.add(self.step)
            self.sent.setdefault(text.removeprefix("explain (format json) "), self.step)


@pytest.fixture(scope="module")
def record() -> Any:
    """Everything that any connection of this process sends; of COPY the query, if it has one."""
    written, patch = Record(), pytest.MonkeyPatch()
    prepare, execute = asyncpg.Connection._get_statement, asyncpg.Connection.execute
    copy = asyncpg.Connection.copy_from_query

    async def preparing(self: asyncpg.Connection, query: str, *arguments: Any, **named: Any) -> Any:
        written.add(query)
        return await prepare(self, query, *arguments, **named)

    async def executing(self: asyncpg.Connection, query: str, *arguments: Any, **named: Any) -> Any:
        written.add(query)
        return await execute(self, query, *arguments, **named)

    async def copying(self: asyncpg.Connection, query: str, *arguments: Any, **named: Any) -> Any:
        written.add(query)
        return await copy(self, query, *arguments, **named)

    patch.setattr(asyncpg.Connection, "copy_from_query", copying)
    patch.setattr(asyncpg.Connection, "_get_statement", preparing)
    patch.setattr(asyncpg.Connection, "execute", executing)
    # Words are common that two names have, and a load changes what is kept of them.
    patch.setattr(index_names, "index_words", partial(index_words.index_words, least=2))
    patch.setattr(index_words, "_ANEW", 1)
    yield written
    patch.undo()


@pytest.fixture(scope="module")
async def recorded(server: Settings, record: Record) -> AsyncIterator[Record]:
    """The statements of loads and of requests of every kind."""
    async with copy_of(server) as settings:
        async with database.connect_owner(settings) as connection:
            first, *later = dataset.releases()
            record.step = "first load"
            with tempfile.TemporaryDirectory() as name:
                seed.write_seed(Path(name), first)
                assert (await load_seed(connection, Path(name))).changed
                assert not (await load_seed(connection, Path(name))).changed
            record.step = "withdrawal"
            await load(connection, first[1:], origin="seed")
            for release in later:
                record.step = "revision"
                await load(connection, release, origin="ingest")
            record.step = "taken back by the operator"
            taken = dataset.final(year=2024).disclosure.id
            assert (await withdraw(connection, [taken])).changed
            assert await restore(connection, [taken])
            await load(connection, [dataset.final(year=2024)], origin="ingest")
            record.step = "made up for"
            await connection.execute("DELETE FROM search_entry; UPDATE release SET codes = NULL")
            await add_up.forget(connection)
            for made_up in (index_names.catch_up, add_up.catch_up, codes_in_use.catch_up):
                assert await made_up(connection)
            record.step = "a load that was broken off"
            await connection.execute(f"UPDATE disclosure SET valid_to = 99 WHERE valid_to = {STILL_VALID}")
            assert await publish.take_back_unpublished(connection)
        record.step = "files of a release"
        with tempfile.TemporaryDirectory() as name:
            _, fresh = await build_release(dataclasses.replace(settings, releases_at=Path(name)))
        assert fresh
        application = create_application(dataclasses.replace(settings, cache_mb=0))
        async with (
            LifespanManager(application) as manager,
            httpx.AsyncClient(transport=httpx.ASGITransport(app=manager.app), base_url="http://test") as client,
        ):
            walked = 0
            for path in paths():
                record.step = path
                answer = await client.get(path)
                assert answer.status_code < 500, f"{path}: {answer.text}"
                if answer.headers.get("content-type") == "application/json" and "limit=1&" in f"{path}&":
                    page = answer.json()
                    if page["page"]["next"]:
                        assert (await client.get(page["page"]["next"])).status_code == 200, page["page"]["next"]
                        walked += 1
                    if page["data"] and path.startswith("/v1/"):
                        await one_record(client, path, page["data"][0], record)
        assert walked > 100, "lists are walked on by their cursors"
        record.step = "pruned"
        async with database.connect_owner(settings) as connection:
            await plan(connection, Which(keep=1))
            assert (await prune(connection, Which(keep=1), grace=0)).rows
        record.step = ""
        yield record


async def one_record(client: httpx.AsyncClient, path: str, row: dict[str, Any], record: Record) -> None:
    name = path.removeprefix("/v1/").partition("?")[0]
    if name in RESOURCES and RESOURCES[name].key in row:
        resource = RESOURCES[name]
        record.step = f"/v1/{name}/{row[resource.key]}"
        includes = ",".join(include.name for include in resource.includes)
        answer = await client.get(f"{record.step}?include={includes}" if includes else record.step)
        assert answer.status_code in (200, 404), answer.text  # of `updated_since` it may be a row that is gone


def department() -> str:
    return dataset.disclosure().department_id


def sorted_by(resource: Resource) -> list[str]:
    """A column of the table itself, and every one that is more than that."""
    columns = [resource.by_name[name] for name in resource.sortable]
    plain = [column.name for column in columns if not column.sql and not column.join]
    return [*[column.name for column in columns if column.sql or column.join], *plain[-1:]]


def paths() -> list[str]:
    """Representative requests: each list in every way that changes its statement, and everything beside the lists."""
    found = []
    for name, resource in RESOURCES.items():
        base = f"/v1/{name}?limit=1"
        found.append(base)
        includes = ",".join(include.name for include in resource.includes)
        if includes:
            found += [f"{base}&include={includes}", f"/v1/{name}.ndjson?include={includes}"]
        found += [f"/v1/{name}.csv", f"/v1/{name}.parquet?release=1"]
        if "department_id" in resource.by_name:
            found.append(f"/v1/{name}.csv?department_id={department()}&include={includes}" if includes else base)
            found.append(f"{base}&department_id={department()}" + (f"&include={includes}" if includes else ""))
        if resource.search is not None:
            found.append(f"{base}&q=事务")
        if resource.delta:
            found.append(f"{base}&updated_since=1")
        found += [f"{base}&{question.name}=failed" for question in resource.questions]
        found += [f"{base}&sort=-{column}" for column in sorted_by(resource)]
        found += [f"{base}&{example}" for example in resource.examples]
        dimensions = [column.name for column in resource.columns if column.dimension]
        found += [f"/v1/{name}/facets?field={one}" for one in dimensions]
        found.append(f"/v1/{name}/aggregate?group_by={','.join(dimensions[:2])}")
        if "fiscal_year" in dimensions:
            found.append(f"/v1/{name}/aggregate?group_by=fiscal_year,disclosure_id,department_id&kind=budget")
        for path in (
            (f"/v1/releases/1/diff/2/{name}", f"/v1/releases/1/diff/2/{name}.csv") if resource.natural_key else ()
        ):
            found += [f"{path}?limit=1", f"{path}?limit=1&include={includes}" if includes else path]
            found += [f"{path}?limit=1&sort={column}" for column in sorted_by(resource)[:2]]
            found.append(f"{path}?limit=1&department_id={department()}&include={includes}" if includes else path)
        if resource.natural_key:
            found.append(f"/v1/releases/1/diff/2/{name}.ndjson")
            found.append(f"/v1/releases/1/diff/2/{name}?limit=1&changed_fields={resource.columns[-1].name}")
    own = department()
    return [
        *found,
        "/v1/releases/1/diff/2",
        "/v1/search?q=事务",
        "/v1/search?q=事务&kind=projects",
        "/v1/suggest?q=事",
        f"/v1/series?department={own}",
        f"/v1/series?department={own}&code=2013701",
        f"/v1/compare?departments={own}&fiscal_year=2024",
        "/v1/dictionary",
        "/v1/releases",
        "/v1/catalog.jsonld",
        "/catalog.ttl",
        "/",
        f"/departments/{own}",
        f"/disclosures/{own}-2024-budget",
        "/regions/130000",
        "/datasets",
        "/datasets/expenditures",
        "/search?q=事务",
        "/sitemap.xml",
        "/sitemap-1.xml",
        "/feeds/releases.atom",
        f"/feeds/departments/{own}.atom",
        f"/feeds/departments/{own}.atom?before=2&limit=1",
        f"/v1/departments/{own}.atom",
        "/v1/releases.atom?before=2",
        f"/v1/cite?disclosure={own}-2024-budget",
        "/v1/cite?resource=expenditures&code=201",
        "/v1/cite.bib?resource=expenditures&id=1",
        "/departments",
        "/departments?q=事务",
        "/statements/1",
        "/datasets/expenditures/rows?code=201",
        "/releases",
        "/releases/2",
        "/v1/releases/2/files",
        "/catalog.rdf",
        "/v1/dictionary?release=1",
        "/v1/dictionary.csv",
        "/v1/expenditures?limit=1&updated_since=2020-01-01",
        "/v1/search?release=1&q=事务",
        "/readyz",
    ]


def test_requests_of_every_kind_were_written_down(recorded: Record) -> None:
    steps = recorded.steps
    for name in RESOURCES:
        assert any(f"/v1/{name}?" in step for step in steps), name
    assert {
        "first load",
        "withdrawal",
        "revision",
        "taken back by the operator",
        "made up for",
        "files of a release",
        "pruned",
    } <= steps
    assert (
        sum(reads_distributed(text) for text in recorded.sent if text.lstrip()[:6].lower() in ("select", "with p"))
        > 100
    )
    read = {table for text in recorded.sent for table in DISTRIBUTED if re.search(rf"\b{table}\b", text)}
    assert read == DISTRIBUTED


def test_no_statement_needs_what_citus_refuses(recorded: Record) -> None:
    found = {f"{step}: {refusal}" for text, step in recorded.sent.items() for refusal in refusals(text)}
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize(
    ("asked", "parameter", "least"),
    [
        ("/diff/2/[a-z-]+(.csv)?\\?.*department_id=", 3, 20),
        ("\\.csv\\?department_id=", 2, 10),
        ("/v1/departments/.*\\.atom", 1, 1),
        ("/v1/series\\?department=", 2, 2),
    ],
)
def test_what_asks_for_one_department_is_one_shard(recorded: Record, asked: str, parameter: int, least: int) -> None:
    sent = [(text, step) for text, step in recorded.sent.items() if re.search(asked, step) and reads_distributed(text)]
    assert len(sent) >= least
    found = {f"{step}: {table}: {text[:300]}" for text, step in sent for table in unpinned(text, parameter)}
    assert not found, "\n".join(sorted(found))


def test_lists_of_one_department_name_it_on_every_distributed_table(recorded: Record) -> None:
    asked = [
        (text, step)
        for text, step in recorded.sent.items()
        if f"department_id={department()}" in step and "with page as" in text
    ]
    assert len(asked) > 10
    found = {f"{step}: {table}" for text, step in asked for table in unpinned(text, 2)}
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ("outer recurs", "select (select count(*) from disclosure d where d.region_code = r.code) from region r"),
        ("outer recurs", ("with page as (select * from disclosure) select (select count(*) from finding f where "
         "f.department_id = p.department_id) from page p")),
        ("not on department", ("select * from disclosure t where exists "
         "(select from statement s where s.revision_id = t.revision_id)")),
        ("not on department", "select (select s.title from statement s where s.id = 1) from disclosure t"),
        ("shape inside", ("select (select s.title from statement s where s.department_id = t.department_id limit 1) "
         "from disclosure t")),
        ("shape inside", ("select (select json_agg(s.title) from statement s where s.department_id = t.department_id) "
         "from disclosure t")),
        ("join", "select * from disclosure d join statement s on s.revision_id = d.revision_id"),
        ("outer join", "select * from region r left join disclosure d on d.region_code = r.code"),
        ("multi-shard", "with recursive a as (select id from disclosure union all select id from a) select * from a"),
        ("multi-shard", "select * from disclosure for update"),
        ("multi-shard", "select fund, sum(total) from expenditure_line group by grouping sets ((fund), ())"),
        ("local", "select * from named n join disclosure d on d.id = n.key"),
        ("local", "update search_entry e set rows = 1 where not exists (select from named n where n.text = e.text)"),
        ("volatile", "update disclosure set revision = random()"),
        ("volatile", "update department set name = to_char(now(), code)"),
        ("volatile", "delete from disclosure where concat_ws(' ', kind, scope) = $1"),
        ("no FROM", "select p.k from disclosure d cross join lateral (select d.kind as k union all select 'x') p"),
        ("no FROM", "select p.k from disclosure d cross join lateral (values (d.kind)) p (k)"),
        ("no FROM", "select (select json_build_object('a', d.id)) from disclosure d"),
        ("whole", "select exists (select from disclosure)"),
        ("whole", "select exists (select 1 from disclosure where kind = 'budget')"),
        ("grouped outer", ("select department_id, (select count(*) from finding f where f.department_id = "
         "d.department_id group by f.department_id) from disclosure d group by department_id")),
        ("reference target", "update department set name = d.title from disclosure d where d.department_id = id"),
        ("local", "create temporary table one as select * from named n join disclosure d on d.id = n.key"),
        ("local", ("create temporary table one on commit drop as "
         "select * from named n join disclosure d on d.id = n.key")),
        ("no FROM", "select (select c.a from (select concat_ws('，', d.kind) as a) c) from disclosure d"),
        ("no FROM", "select (select c.a from (select to_char(d.loaded_at, 'YYYY') as a) c) from disclosure d"),
        ("beneath", ("select (select (select max(s.name) from region s where s.parent_code = r.code) from region r "
         "where r.code = d.region_code) from disclosure d")),
        ("beneath", ("select (select c.a from (select (select max(number) from release where number < d.valid_to) a) "
         "c) from disclosure d")),
        ("release", "select * from disclosure d left join release r on r.number = d.valid_from"),
        ("release", "select * from disclosure d where d.valid_from in (select r.number from release r)"),
        ("order", "select r.id || ',' from (select d.id from disclosure d order by d.id) r"),
        ("order", "select string_agg(r.id, ',') from (select d.id from disclosure d order by d.id) r"),
        ("unread", "alter table disclosure add column note text"),
    ],
)  # fmt: skip
def test_each_limit_is_told(limit: str, text: str) -> None:
    assert limit in LIMITS
    assert any(refusal.startswith(f"{limit}: ") for refusal in refusals(text)), refusals(text)


@pytest.mark.parametrize(
    "text",
    [
        "select * from disclosure d join statement s on s.department_id = d.department_id and s.id = 1",
        "select * from disclosure d left join region r on r.code = d.region_code",
        (
            "select * from region r left join (select region_code, count(*) from disclosure group by 1) d "
            "on d.region_code = r.code"
        ),
        "select (select count(*) from disclosure)",
        "select exists (select 1 from disclosure limit 1)",
        "select (select max(number) from release), count(*) from disclosure",
        "select r.id || ',' from (select d.id from disclosure d order by d.id offset 0) r",
        "select r.id || ',' from (select d.id, d.title as key_0 from disclosure d) r order by r.key_0",
        "select (select max(s.title) from statement s where s.id = 1) from disclosure t",
        "select * from disclosure t where t.id in (select s.disclosure_id from statement s)",
        (
            "with made as materialized (select number, created_at from release) "
            "select * from disclosure d join made r on r.number = d.valid_from"
        ),
        (
            "select (select a.names from region r cross join lateral (select json_agg(s.name) as names from region s "
            "where s.parent_code = r.code) a where r.code = d.region_code) from disclosure d"
        ),
        "vacuum (analyze) region, disclosure",
        "select p.k from disclosure d cross join lateral unnest(array[d.kind, 'x']) p (k)",
        (
            "with d as materialized (select department_id, max(title) as title from disclosure group by 1) "
            "update department set name = d.title from d where d.department_id = id"
        ),
        "with page as (select * from disclosure limit 1) select * from page p left join region r on r.code = p.code",
        "select * from region where code in (select region_code from disclosure)",
        "update disclosure set valid_to = 2 where revision_id = any($1)",
    ],
)
def test_what_citus_takes_is_no_refusal(text: str) -> None:
    assert refusals(text) == []
