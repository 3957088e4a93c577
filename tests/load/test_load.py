"""A load is all or nothing: the next release whole, with every figure exact, or the release before untouched."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import pickle
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlmodel import SQLModel

from app import database, seed, to_rows, values
from app.checks.run import check
from app.copy_text import Kind, as_text
from app.errors import LoadError
from app.load import LoadResult, load, load_seed
from app.make_rows import columns_of_lists, content_digest
from app.record_columns import columns_of
from app.records import ParsedDisclosure
from app.settings import PROJECT, Settings
from app.sums import Sums
from app.values import Unit
from tests import dataset
from tests.conftest import copy_of


@pytest.fixture
async def connection(empty_database: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to an empty database."""
    async with database.connect_owner(empty_database) as opened:
        yield opened


async def ingest(connection: asyncpg.Connection, *disclosures: ParsedDisclosure) -> LoadResult:
    return await load(connection, disclosures, origin="ingest", note="test")


async def from_seed(connection: asyncpg.Connection, *disclosures: ParsedDisclosure) -> LoadResult:
    stripped = [seed.without_running_text(parsed) for parsed in disclosures]
    return await load(connection, stripped, origin="seed", source_digest="0" * 64)


async def valid(connection: asyncpg.Connection) -> dict[str, tuple[int, str]]:
    rows = await connection.fetch(
        "SELECT id, revision, origin FROM disclosure WHERE valid_to > (SELECT max(number) FROM release)"
    )
    return {row["id"]: (row["revision"], row["origin"]) for row in rows}


async def everything(connection: asyncpg.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to compare before and after."""
    names = [to_rows.table_name(table) for table in to_rows.SOURCES.values()]
    return {
        name: [tuple(row) for row in await connection.fetch(f"SELECT * FROM {name} ORDER BY 1")]
        for name in ("release", "disclosure", "department", "region", "subject_name", "functional_subject", *names)
    }


def records_of(parsed: ParsedDisclosure, source: str) -> Sequence[Any]:
    """The records that fill a table: the document's, or what the rules make of them."""
    return check(parsed) if source == "check_results" else getattr(parsed, source)


async def test_first_load_makes_release_one_with_every_record(connection: asyncpg.Connection) -> None:
    parsed = dataset.budget()
    result = await ingest(connection, parsed)
    assert (result.release, result.changed, result.added) == (1, True, (parsed.disclosure.id,))
    for source, table in to_rows.SOURCES.items():
        count = await connection.fetchval(f"SELECT count(*) FROM {to_rows.table_name(table)}")
        assert count == len(records_of(parsed, source)), source
    counts = await connection.fetchval("SELECT counts ->> 'expenditure_line' FROM release")
    assert int(counts) == len(parsed.expenditures)


async def test_every_amount_is_the_printed_one_in_yuan_with_its_decimals(connection: asyncpg.Connection) -> None:
    parsed = dataset.budget()
    await ingest(connection, parsed)
    for source, table in to_rows.SOURCES.items():
        name = to_rows.table_name(table)
        for column in sorted(to_rows.money_columns(table)):
            rows = await connection.fetch(f"SELECT {column} FROM {name} ORDER BY id")
            for record, (stored,) in zip(records_of(parsed, source), rows, strict=True):
                printed = getattr(record, column)
                if printed is None or (source == "check_results" and record.unit is None):
                    # A result that compares percentages or pieces has no difference in yuan.
                    assert stored is None
                else:
                    back = values.from_yuan(stored, unit=record.unit, printed_unit=record.unit)
                    assert str(back) == str(printed), (source, column)


async def test_numbers_that_are_not_money_stay_as_printed(connection: asyncpg.Connection) -> None:
    await ingest(connection, dataset.budget(), dataset.final())
    row = await connection.fetchrow("SELECT quantity::text, unit_price::text FROM procurement_item WHERE quantity < 10")
    assert tuple(row or ()) == ("2.5", "20000.00")
    plan = await connection.fetch("SELECT plan_march::text, plan_june::text FROM project ORDER BY ordinal")
    assert [tuple(one) for one in plan] == [("25", "50"), ("25", None)]
    rate = await connection.fetchrow(
        "SELECT execution_rate::text, weight::text, executed::text FROM evaluation_line WHERE item = 'total'"
    )
    assert tuple(rate or ()) == ("98.67", "10", "888000.0")


async def test_blank_is_null_and_zero_is_zero(connection: asyncpg.Connection) -> None:
    await ingest(connection, dataset.budget())
    rows = await connection.fetch(
        "SELECT code, project FROM expenditure_line WHERE fund = 'all' AND code IN ('2019901', '208') ORDER BY code"
    )
    assert [tuple(row) for row in rows] == [("2019901", Decimal(0)), ("208", None)]


async def test_lines_lead_to_their_statement_and_cell(connection: asyncpg.Connection) -> None:
    await ingest(connection, dataset.budget(), dataset.final())
    wrong = await connection.fetchval(
        """
        SELECT count(*) FROM expenditure_line AS line JOIN statement ON statement.id = line.statement_id
        WHERE statement.key <> line.statement_key OR statement.disclosure_id <> line.disclosure_id
           OR (statement.grid -> (line.cells -> 'total' ->> 0)::int ->> (line.cells -> 'total' ->> 1)::int)::numeric
              <> line.total / 10000
        """
    )
    assert wrong == 0
    linked = await connection.fetch(
        "SELECT DISTINCT indicator.project_name, project.name FROM performance_indicator AS indicator "
        "JOIN project ON project.id = indicator.project_id"
    )
    assert all(row["project_name"] == row["name"] for row in linked)
    assert len(linked) == 2


async def test_prior_year_figure_keeps_the_year_it_measures(connection: asyncpg.Connection) -> None:
    await ingest(connection, dataset.budget(year=2024))
    years = await connection.fetch("SELECT DISTINCT fiscal_year FROM three_public_line ORDER BY 1")
    assert [row[0] for row in years] == [2023, 2024]


async def test_withheld_cell_of_a_seed_is_null_and_a_blank_one_is_blank(connection: asyncpg.Connection) -> None:
    await from_seed(connection, dataset.budget())
    row = await connection.fetchrow(
        "SELECT grid -> 2 -> 4 AS withheld, grid -> 2 -> 1 AS blank FROM statement WHERE key = 'three_public'"
    )
    assert row is not None
    assert (row["withheld"], row["blank"]) == ("null", '""')


async def test_same_content_again_makes_no_release_and_changes_nothing(connection: asyncpg.Connection) -> None:
    await ingest(connection, dataset.budget(), dataset.final())
    before = await everything(connection)
    result = await ingest(connection, dataset.final(), dataset.budget())
    assert (result.release, result.changed, len(result.unchanged)) == (1, False, 2)
    assert await everything(connection) == before


async def test_other_content_is_the_next_revision_and_the_old_release_stays_whole(
    connection: asyncpg.Connection,
) -> None:
    await ingest(connection, dataset.final(total="88.80"), dataset.budget())
    result = await ingest(connection, dataset.final(total="88.81"))
    assert (result.release, result.revised, result.added) == (2, (dataset.final().disclosure.id,), ())
    seen = "valid_from <= $1 AND valid_to > $1"
    query = f"SELECT total FROM expenditure_line WHERE code = '201' AND kind = 'final' AND {seen}"
    assert [await connection.fetchval(query, number) for number in (1, 2)] == [Decimal(888000), Decimal(888100)]
    counts = await connection.fetch("SELECT counts ->> 'expenditure_line' AS n FROM release ORDER BY number")
    assert counts[0]["n"] == counts[1]["n"]


async def test_a_seed_withdraws_what_it_no_longer_has_and_an_ingest_withdraws_nothing(
    connection: asyncpg.Connection,
) -> None:
    kept, gone, own = dataset.budget(year=2024), dataset.budget(year=2025), dataset.final()
    await from_seed(connection, kept, gone)
    await ingest(connection, own)
    result = await from_seed(connection, kept)
    assert result.withdrawn == (gone.disclosure.id,)
    assert set(await valid(connection)) == {kept.disclosure.id, own.disclosure.id}


async def test_a_withdrawn_disclosure_comes_back_as_a_new_revision(connection: asyncpg.Connection) -> None:
    kept, gone = dataset.budget(year=2024), dataset.budget(year=2025)
    await from_seed(connection, kept, gone)
    await from_seed(connection, kept)
    result = await from_seed(connection, kept, gone)
    assert result.added + result.revised == (gone.disclosure.id,)
    assert (await valid(connection))[gone.disclosure.id] == (2, "seed")


async def test_the_same_seed_does_not_undo_what_was_ingested_since(connection: asyncpg.Connection) -> None:
    parsed = dataset.budget()
    await from_seed(connection, parsed)
    await ingest(connection, parsed)
    assert (await valid(connection))[parsed.disclosure.id] == (2, "ingest")
    assert not (await from_seed(connection, parsed)).changed
    assert (await valid(connection))[parsed.disclosure.id] == (2, "ingest")


async def test_a_seed_that_says_something_new_replaces_what_was_ingested(connection: asyncpg.Connection) -> None:
    await from_seed(connection, dataset.final(total="1.00"))
    await ingest(connection, dataset.final(total="2.00"))
    await from_seed(connection, dataset.final(total="3.00"))
    assert (await valid(connection))[dataset.final().disclosure.id] == (3, "seed")


async def test_a_seed_that_goes_back_to_an_earlier_content_is_loaded(connection: asyncpg.Connection) -> None:
    for total in ("1.00", "2.00", "1.00"):
        assert (await from_seed(connection, dataset.final(total=total))).changed
    assert await connection.fetchval("SELECT max(revision) FROM disclosure") == 3


async def test_seed_files_are_not_read_again_when_the_release_has_them(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    seed.write_seed(tmp_path, dataset.releases()[0])
    assert (await load_seed(connection, tmp_path)).changed
    (tmp_path / "expenditures.ndjson.gz").unlink()
    assert not (await load_seed(connection, tmp_path)).changed


async def test_ids_do_not_depend_on_the_order_of_the_documents(
    connection: asyncpg.Connection, server: Settings
) -> None:
    documents = dataset.releases()[0]
    await ingest(connection, *documents)
    query = "SELECT id, disclosure_id, code, total FROM expenditure_line ORDER BY id"
    first = await connection.fetch(query)
    async with copy_of(server) as other, database.connect_owner(other) as second:
        await ingest(second, *reversed(documents))
        assert await second.fetch(query) == first
        digests = "SELECT content_digest FROM release"
        assert await second.fetchval(digests) == await connection.fetchval(digests)


async def test_department_has_the_name_of_its_latest_disclosure_and_the_others_as_aliases(
    connection: asyncpg.Connection,
) -> None:
    await ingest(connection, dataset.budget(name="开平区“虚构”事务局", year=2023), dataset.budget(year=2025))
    (row,) = await connection.fetch("SELECT name, aliases FROM department")
    assert (row["name"], row["aliases"]) == ("开平区虚构事务局", ["开平区“虚构”事务局"])


async def test_code_that_no_list_has_is_added_with_its_printed_name(connection: asyncpg.Connection) -> None:
    await ingest(connection, dataset.budget(year=2024))
    row = await connection.fetchrow("SELECT * FROM functional_subject WHERE code = '2019901'")
    assert row is not None
    assert (row["name"], row["level"], row["parent_code"], row["source"]) == (
        "虚构事务“专项”运行",
        "item",
        "20199",
        "disclosure",
    )
    listed = await connection.fetchval("SELECT source FROM functional_subject WHERE code = '201'")
    assert listed == "code list"
    assert await connection.fetchval("SELECT count(*) FROM region") > 3000
    assert await connection.fetchval("SELECT full_name FROM region WHERE code = '130205'") == "河北省唐山市开平区"


async def test_amount_without_a_unit_is_refused_and_nothing_is_written(connection: asyncpg.Connection) -> None:
    await ingest(connection, dataset.budget())
    before = await everything(connection)
    parsed = dataset.final()
    broken = parsed.expenditures[0].model_copy(update={"unit": None})
    with pytest.raises(LoadError, match=r"2023-final.*expenditures: the amount 88.80 has no unit"):
        await ingest(connection, parsed.model_copy(update={"expenditures": [broken]}))
    assert await everything(connection) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"statements": []}, "refers to statement expenditure 1"),
        ({"projects": []}, "refers to project 1"),
        ({"statements": dataset.budget().statements * 2}, "occurs twice"),
    ],
)
async def test_record_that_refers_to_nothing_is_refused(
    connection: asyncpg.Connection, change: dict[str, object], said: str
) -> None:
    change = {"balance_lines": [], "revenues": [], **change}
    with pytest.raises(LoadError, match=said):
        await ingest(connection, dataset.budget().model_copy(update=change))
    assert await connection.fetchval("SELECT count(*) FROM release") == 0


async def test_same_disclosure_twice_in_one_load_is_refused_by_name(connection: asyncpg.Connection) -> None:
    with pytest.raises(LoadError, match="the same disclosure"):
        await ingest(connection, dataset.final(), dataset.final(total="2"))


async def test_division_that_does_not_exist_is_refused(connection: asyncpg.Connection) -> None:
    with pytest.raises(LoadError, match="999999 is not a division"):
        await ingest(connection, dataset.final(region="999999"))


async def test_text_that_postgres_cannot_hold_is_refused_and_nothing_is_written(
    connection: asyncpg.Connection,
) -> None:
    with pytest.raises(LoadError, match="nothing was written"):
        await ingest(connection, dataset.final(name="零\u0000零"))
    assert await connection.fetchval("SELECT count(*) FROM release") == 0


async def test_second_loader_is_told_to_wait(connection: asyncpg.Connection, empty_database: Settings) -> None:
    async with database.connect_owner(empty_database) as other, other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock(hashtext('gongkai load'))")
        with pytest.raises(LoadError, match="another load is running"):
            await ingest(connection, dataset.final())


async def test_readers_see_the_release_before_until_the_next_is_whole(
    connection: asyncpg.Connection, empty_database: Settings
) -> None:
    await ingest(connection, dataset.budget())
    seen: list[int] = []
    async with await database.open_read_pool(empty_database) as pool:
        query = "SELECT (SELECT max(number) FROM release) * 1000000 + (SELECT count(*) FROM expenditure_line)"
        before = await pool.fetchval(query)
        pause = asyncio.Event()

        async def read() -> None:
            while not pause.is_set():
                seen.append(await pool.fetchval(query))

        reader = asyncio.create_task(read())
        await load(connection, [dataset.final(year=year) for year in range(2000, 2030)], origin="ingest")
        pause.set()
        await reader
        after = await pool.fetchval(query)
    assert set(seen) <= {before, after}
    assert before in seen


async def test_backend_that_is_killed_in_the_middle_of_copy_leaves_the_old_release_whole(
    connection: asyncpg.Connection, empty_database: Settings
) -> None:
    await ingest(connection, dataset.budget())
    before = await everything(connection)
    async with database.connect_owner(empty_database) as loader:
        victim = loader.get_server_pid()
        copied: list[str] = []

        def kill(line: str) -> None:
            copied.append(line)
            # psql's own process would do; any second connection may end the first.
            asyncio.get_running_loop().create_task(
                connection.execute("SELECT pg_terminate_backend($1)", victim)
            ).add_done_callback(lambda _task: None)

        many = [dataset.final(year=year, total=f"{year}.00") for year in range(1990, 2090)]
        many += [dataset.final(year=year, name="石峰区另一虚构办公室") for year in range(1990, 2090)]
        many += [dataset.final(year=year, name="石峰区第三虚构办公室") for year in range(1990, 2090)]
        with pytest.raises(LoadError, match="nothing was written"):
            await load(loader, many, origin="ingest", progress=kill)
        assert copied
    assert await everything(connection) == before
    assert (await ingest(connection, dataset.final())).release == 2


async def test_other_rules_make_the_next_release_of_the_same_content(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = dataset.final()
    await ingest(connection, parsed)
    monkeypatch.setattr("app.load.CHECKS_VERSION", 99)
    result = await ingest(connection, parsed)
    assert (result.release, result.revised) == (2, (parsed.disclosure.id,))
    digests = await connection.fetch("SELECT DISTINCT content_digest FROM release")
    assert len(digests) == 2
    assert await connection.fetchval("SELECT (changes ->> 'checks')::int FROM release WHERE number = 2") == 1
    assert (await ingest(connection, parsed)).changed is False


async def test_seed_is_loaded_again_when_its_checks_are_of_other_rules(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seed.write_seed(tmp_path, [seed.without_running_text(dataset.final())])
    assert (await load_seed(connection, tmp_path)).release == 1
    assert (await load_seed(connection, tmp_path)).changed is False
    monkeypatch.setattr("app.load.CHECKS_VERSION", 99)
    assert (await load_seed(connection, tmp_path)).release == 2
    assert (await load_seed(connection, tmp_path)).changed is False


async def test_every_operand_leads_to_the_row_and_the_amount_it_names(connection: asyncpg.Connection) -> None:
    parsed = dataset.budget()
    await ingest(connection, parsed)
    operands = await connection.fetch("SELECT * FROM check_operand")
    assert len(operands) == sum(len(result.operands) for result in check(parsed)) > 0
    for operand in operands:
        stored = await connection.fetchval(
            f"SELECT {operand['field']} FROM {operand['source']} WHERE id = $1", operand["fact_id"]
        )
        if operand["amount"] is None:
            # What a rule reads there is a word.
            assert operand["text"] == stored
            continue
        if operand["source"] == "stated_amount" and await connection.fetchval(
            "SELECT direction = 'decrease' FROM stated_amount WHERE id = $1", operand["fact_id"]
        ):
            stored = -abs(stored)  # the text says by how much it fell, a comparison of changes what is to be added
        unit = None if operand["unit"] is None else Unit(operand["unit"])
        assert stored == (operand["amount"] if unit is None else values.to_yuan(operand["amount"], unit))


def digest_of(parsed: ParsedDisclosure) -> str:
    return content_digest(parsed, columns_of_lists(parsed))


def test_content_digest_ignores_the_order_of_keys_and_the_parser_version_alone() -> None:
    parsed = dataset.final()
    line = parsed.expenditures[0]
    turned = line.model_copy(update={"cells": dict(reversed(line.cells.items()))})
    same = parsed.model_copy(update={"expenditures": [turned, *parsed.expenditures[1:]]})
    assert digest_of(same) == digest_of(parsed)
    version = parsed.model_copy(update={"disclosure": parsed.disclosure.model_copy(update={"parser_version": 99})})
    assert digest_of(version) == digest_of(parsed)
    assert digest_of(dataset.final(total="88.800")) != digest_of(parsed)


def test_records_have_their_fields_in_one_order_however_they_were_made() -> None:
    """Columns are read by that order (`app/record_columns.py`)."""
    line = dataset.final().expenditures[0]
    turned = dict(reversed(line.model_dump().items()))
    made = [
        type(line)(**turned),
        type(line).model_validate(turned),
        type(line).model_construct(**turned),
        line.model_copy(update={"code": None, "total": line.total}),
        type(line).model_validate_json(line.model_dump_json()),
        pickle.loads(pickle.dumps(line)),  # noqa: S301 - our own
    ]
    assert {tuple(vars(one)) for one in made} == {tuple(type(line).model_fields)}
    columns = columns_of([line, line.model_copy(update={"name": "试"})])
    assert columns["name"] == (line.name, "试")
    assert columns["to_superior"] == [None, None]
    assert "to_superior" not in columns


@pytest.mark.parametrize("parsed", [*seed.read_seed(PROJECT / "seed_data"), dataset.budget(), dataset.final()])
def test_a_digest_is_that_of_the_json_that_records_are_written_as(parsed: ParsedDisclosure) -> None:
    # Databases keep digests: other bytes would make every document of a loaded one look changed.
    content = parsed.model_dump(mode="json", exclude_none=True, exclude={"disclosure": {"parser_version"}})
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert digest_of(parsed) == hashlib.sha256(written.encode()).hexdigest()


def test_every_row_names_columns_of_its_table_and_leaves_out_only_what_is_null() -> None:
    parsed = dataset.budget(unit=Unit.YI)
    revision = to_rows.Revision(parsed, columns_of_lists(parsed), 1, 1, 1, "x", "seed", tuple(check(parsed)))
    made = to_rows.rows_of([revision], dict.fromkeys(to_rows.SOURCES, 1), dt.datetime.now(dt.UTC), Sums())
    assert set(made) >= {to_rows.DISCLOSURES, to_rows.CHECKS, to_rows.OPERANDS}
    for rows in made.values():
        columns = SQLModel.metadata.tables[rows.table].columns
        assert all(len(line.split(b"\t")) == len(rows.columns) for line in rows.text.splitlines())
        assert {column.name for column in columns} >= set(rows.columns)
        # What is left out takes the column's default, which is null only where there is none.
        left_out = [column for column in columns if column.name not in rows.columns]
        assert [column.name for column in left_out if not column.nullable or column.server_default is not None] == []


def test_a_text_comes_back_as_it_was_whatever_signs_it_has() -> None:
    ugly = ["a\tb", "line\nbreak", "\\N", "\\.", "c:\\n", "\r", "", None]
    assert as_text(Kind.TEXT, ugly) == ["a\\tb", "line\\nbreak", "\\\\N", "\\\\.", "c:\\\\n", "\\r", "", "\\N"]


def test_money_and_numbers_keep_their_decimals_however_many_there_are_of_the_same_value() -> None:
    numbers = [Decimal("90.0"), Decimal("90.00"), Decimal(90), None]
    assert as_text(Kind.NUMBER, numbers) == ["90.0", "90.00", "90", "\\N"]


def test_which_columns_hold_money() -> None:
    assert to_rows.money_columns(to_rows.SOURCES["procurement_items"]) >= {"unit_price", "total", "project_budget"}
    assert "quantity" not in to_rows.money_columns(to_rows.SOURCES["procurement_items"])
