"""A filter selects exactly the rows that its words say: each operator of each column against the rows themselves."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal, localcontext
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidParameters
from app.query.columns import Column, Resource
from app.query.filters import parse_value, prefix_range
from app.query.read_query import Pairs, filter_parameters, read_list, read_one
from app.query.registry import RESOURCES
from app.query.run import Known, fetch_page
from app.values import Unit, region_prefix

LONGEST = 1000


async def rows_of(pool: asyncpg.Pool, resource: Resource, pairs: Pairs) -> list[dict[str, Any]]:
    """Every row that the parameters select, every field shown, decimals exact."""
    fields = ("fields", ",".join(column.name for column in resource.columns))
    found: list[dict[str, Any]] = []
    cursor: Pairs = []
    while True:
        query = read_list(resource, [*pairs, fields, ("limit", str(LONGEST)), *cursor])
        async with pool.acquire() as connection:
            page = await fetch_page(connection, query, Known())
        found += json.loads(b"[%s]" % page.rows, parse_float=Decimal)
        if page.cursor is None:
            assert page.total == len(found)
            return found
        cursor = [("cursor", page.cursor)]


def holds(column: Column, operator: str, given_text: str, value: Any) -> bool:
    """What the operator means, said in Python."""
    if operator == "isnull":
        return (value is None) == (given_text == "true")
    if value is None:
        return operator == "ne"
    if column.kind == "list":
        return given_text in value
    if operator in ("prefix", "contains"):
        return value.startswith(given_text) if operator == "prefix" else given_text.lower() in value.lower()
    if operator == "under":
        return bool(value.startswith(region_prefix(given_text) if column.hierarchy == "region" else given_text))
    wanted = typed(column, given_text)
    actual = dt.datetime.fromisoformat(value) if column.kind == "datetime" else value
    return {
        "eq": actual == wanted,
        "ne": actual != wanted,
        "gte": operator == "gte" and actual >= wanted,
        "lte": operator == "lte" and actual <= wanted,
    }[operator]


def typed(column: Column, text: str) -> Any:
    """The value that a JSON answer would hold for the text."""
    if column.kind == "integer":
        return int(text)
    if column.kind in ("money", "number"):
        return Decimal(text)
    if column.kind == "boolean":
        return text == "true"
    return dt.datetime.fromisoformat(text) if column.kind == "datetime" else text


def written(value: Any) -> str:
    """A JSON value as a parameter says it."""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def tries(column: Column, operator: str, rows: list[dict[str, Any]]) -> list[str]:
    """Values worth a try: the least, a middle one, the greatest that occur."""
    if operator == "isnull":
        return ["true", "false"]
    present = [item for row in rows for item in (row[column.name] if column.kind == "list" else [row[column.name]])]
    found = sorted({item for item in present if item is not None})
    chosen = list(dict.fromkeys(written(found[place]) for place in (0, len(found) // 2, -1))) if found else []
    if operator == "prefix":
        return [text[: max(1, len(text) // 2)].partition(",")[0] for text in chosen if text.partition(",")[0]]
    if operator == "contains":
        return [text[1:3] or text for text in chosen if text]
    if operator == "under":
        return [text for text in chosen if len(text) in (3, 5, 6, 7) and text.isdigit()]
    # A comma separates values.
    return [text for text in chosen if text and (operator not in ("eq", "ne") or "," not in text)]


@pytest.mark.parametrize("name", list(RESOURCES))
async def test_every_filter_selects_the_rows_that_its_words_say(name: str, read_pool: asyncpg.Pool) -> None:
    resource = RESOURCES[name]
    everything = await rows_of(read_pool, resource, [])
    assert everything
    for parameter, (column, operator) in filter_parameters(name).items():
        if operator == "search" or column in resource.questions:
            continue  # tests/query/test_search.py, tests/api/test_checks.py
        for text in tries(column, operator, everything):
            expected = [row for row in everything if holds(column, operator, text, row[column.name])]
            got = await rows_of(read_pool, resource, [(parameter, text)])
            assert got == expected, f"{parameter}={text}"


async def test_several_values_are_joined_by_or_and_several_filters_by_and(read_pool: asyncpg.Pool) -> None:
    resource = RESOURCES["expenditures"]
    everything = await rows_of(read_pool, resource, [])
    got = await rows_of(
        read_pool, resource, [("level", "class,item"), ("fiscal_year__ne", "2024"), ("total__gte", "1")]
    )
    assert got == [
        row
        for row in everything
        if row["level"] in ("class", "item") and row["fiscal_year"] != 2024 and (row["total"] or 0) >= 1
    ]
    got = await rows_of(read_pool, resource, [("code__prefix", "201,2080"), ("code__ne", "201,2080505")])
    assert got == [
        row
        for row in everything
        if (row["code"] or "").startswith(("201", "2080")) and row["code"] not in ("201", "2080505")
    ]


async def test_amounts_in_filters_are_in_the_unit_of_the_answer(read_pool: asyncpg.Pool) -> None:
    resource = RESOURCES["expenditures"]
    wan = await rows_of(read_pool, resource, [("total__gte", "70.5")])
    yuan = await rows_of(read_pool, resource, [("total__gte", "705000"), ("unit", "yuan")])
    assert wan
    assert [row["id"] for row in wan] == [row["id"] for row in yuan]


async def test_country_has_everything_under_it(read_pool: asyncpg.Pool) -> None:
    resource = RESOURCES["departments"]
    assert await rows_of(read_pool, resource, [("region_code__under", "000000")]) == await rows_of(
        read_pool, resource, []
    )


async def test_signs_of_a_pattern_are_taken_literally(read_pool: asyncpg.Pool) -> None:
    resource = RESOURCES["regions"]
    for text in ("%", "_", "\\", "%区", "'", '"', "$1", "区'; drop table region; --"):
        assert await rows_of(read_pool, resource, [("name__contains", text)]) == []


@pytest.mark.parametrize(
    ("name", "parameter", "text", "said"),
    [
        ("expenditures", "fiscal_year", "two", "whole number"),
        ("expenditures", "fiscal_year", "9223372036854775808", "9223372036854775807"),
        ("expenditures", "fiscal_year", "99999999999999999999999999", "9223372036854775807"),
        ("expenditures", "fiscal_year", "２０２５", "whole number"),
        ("expenditures", "fiscal_year", "", "whole number"),
        ("expenditures", "fiscal_year", "2024,", "whole number"),
        ("expenditures", "total__gte", "1e999999", "between -1e20 and 1e20"),
        ("expenditures", "total__gte", "1e21", "between -1e20 and 1e20"),
        ("expenditures", "total__gte", "NaN", "decimal"),
        ("expenditures", "total__gte", "1,000", "decimal"),
        ("expenditures", "is_leaf", "yes", "true nor false"),
        ("expenditures", "kind", "budgets", "budget, final"),
        ("expenditures", "code__under", "20", "3, 5 or 7 digits"),
        ("expenditures", "region_code__under", "13", "six digits"),
        ("expenditures", "code__isnull", "1", "true nor false"),
        ("expenditures", "name__contains", "", "empty"),
        ("expenditures", "name", "x" * 501, "501 characters"),
        ("assets", "as_of__gte", "2024-02-30", "date"),
        ("assets", "as_of__gte", "yesterday", "date"),
        ("releases", "created_at__gte", "0001-01-01T00:00:00+14:00", "date or a time"),
        ("expenditures", "limit", "0", "1 to 1000"),
        ("expenditures", "limit", "-1", "1 to 1000"),
        ("expenditures", "limit", "1001", "1 to 1000"),
        ("expenditures", "limit", "１０", "1 to 1000"),
        ("expenditures", "unit", "dollar", "yuan"),
        ("expenditures", "release", "0", "release number"),
        ("expenditures", "release", "2147483647", "release number"),
        ("expenditures", "sort", "totl", "allowed"),
        ("expenditures", "sort", "", "allowed"),
        ("expenditures", "fields", "total,nothing", "allowed"),
        ("expenditures", "include", "check", "provenance, citation"),
        ("regions", "include", "provenance", "regions has none"),
        ("releases", "counts", "1", "cannot be filtered"),
        ("expenditures", "total__contains", "1", "total__gte"),
        ("expenditures", "nothing", "1", "unknown parameter"),
        ("expenditures", "format", "xlsx", ".json"),
    ],
)
def test_wrong_value_is_refused_with_what_is_allowed(name: str, parameter: str, text: str, said: str) -> None:
    with pytest.raises(InvalidParameters, match=parameter.split("__", maxsplit=1)[0]) as caught:
        # The message of the whole begins with no parameter: each problem has its own.
        raise_with_parameter(name, parameter, text)
    (problem,) = caught.value.problems
    assert problem.parameter == parameter
    assert said in problem.detail


def raise_with_parameter(name: str, parameter: str, text: str) -> None:
    """Read the query; an error's text gets the parameters before it."""
    try:
        read_list(RESOURCES[name], [(parameter, text)])
    except InvalidParameters as error:
        error.args = (f"{', '.join(problem.parameter for problem in error.problems)}: {error}",)
        raise


@pytest.mark.parametrize(
    ("parameter", "text", "suggestion"),
    [
        ("fiscal_yaer", "2025", "fiscal_year"),
        ("year", "2025", "fiscal_year"),
        ("page_size", "10", "limit"),
        ("offset", "10", "cursor"),
        ("total__gt", "10", "total__gte"),
        ("unit", "万元", "wan"),
        ("kind", "budgets", "budget"),
        ("kind", "决算", "final"),
        ("level", "项", "item"),
        ("sort", "-totl", "total"),
        ("fields", "departmentname", "department_name"),
        ("include", "provenence", "provenance"),
    ],
)
def test_near_miss_is_answered_with_what_was_meant(parameter: str, text: str, suggestion: str) -> None:
    with pytest.raises(InvalidParameters) as caught:
        read_list(RESOURCES["expenditures"], [(parameter, text)])
    assert caught.value.problems[0].suggestion == suggestion


@pytest.mark.parametrize(
    ("resource", "parameter", "text", "suggestion"),
    [
        ("expenditures", "kind", "预算", "budget"),
        ("expenditures", "scope", "单位", "unit"),
        ("expenditures", "level", "合计", "total"),
        ("expenditures", "fund", "政府性基金", "government_fund"),
        ("expenditures", "statement", "支出决算表", "expenditure"),
        ("expenditures", "printed_unit", "元", "yuan"),
        ("three-public", "item", "公务接待费", "receptions"),
        ("three-public", "item", "公务接待", "receptions"),
        ("three-public", "item", "公务用车运行费", "vehicle_operation"),
        ("regions", "level", "省", "province"),
        ("regions", "level", "市", "prefecture"),
        ("regions", "level", "县", "county"),
        ("statements", "status", "空表", "declared_empty"),
        ("assets", "item", "天气", None),
    ],
)
def test_chinese_word_for_a_value_is_answered_with_the_value(
    resource: str, parameter: str, text: str, suggestion: str | None
) -> None:
    with pytest.raises(InvalidParameters) as caught:
        read_list(RESOURCES[resource], [(parameter, text)])
    assert caught.value.problems[0].suggestion == suggestion


def test_all_problems_of_a_request_are_named_together() -> None:
    pairs = [
        ("fiscal_yaer", "2025"),
        ("total__gte", "much"),
        ("limit", "0"),
        ("unit", "x"),
        ("kind", "a"),
        ("kind", "b"),
    ]
    with pytest.raises(InvalidParameters) as caught:
        read_list(RESOURCES["expenditures"], pairs)
    assert {problem.parameter for problem in caught.value.problems} == {
        "fiscal_yaer",
        "total__gte",
        "limit",
        "unit",
        "kind",
    }


def test_single_record_takes_no_filters() -> None:
    with pytest.raises(InvalidParameters, match="fields, include, unit, release"):
        read_one(RESOURCES["expenditures"], [("fiscal_year", "2025")])


@given(st.text(min_size=1, max_size=8), st.text(max_size=8))
def test_prefix_range_holds_exactly_the_texts_with_the_prefix(prefix: str, other: str) -> None:
    low, high = (end.encode("utf-8", "surrogatepass") for end in prefix_range(prefix))
    for text in (prefix, prefix + other, other):
        inside = low <= text.encode("utf-8", "surrogatepass") < high
        assert inside == text.startswith(prefix)


def test_number_with_an_exponent_or_many_digits_is_read_exactly_in_every_unit() -> None:
    column = RESOURCES["expenditures"].by_name["total"]
    for text in ("1.5e2", "5e-324", "-0.1234567890123456789012345678901234567890", "99999999999999999999.99"):
        for unit in Unit:
            shifted = parse_value(column, text, unit)
            with localcontext(prec=1000):
                assert shifted == Decimal(text).scaleb(unit.exponent)


def test_column_that_comes_again_in_an_order_changes_nothing() -> None:
    resource = RESOURCES["expenditures"]
    once, again = (read_list(resource, [("sort", text)]).orders for text in ("-total,code", "-total,code,total,-code"))
    assert again == once
