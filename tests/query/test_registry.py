"""The registry and the tables say the same: no column is forgotten, none is null where it is said never to be."""

from __future__ import annotations

from types import MappingProxyType
from typing import get_args

import pytest
from sqlmodel import SQLModel

from app import tables
from app.query import words
from app.query.contents import STATEMENT_FACTS
from app.query.registry import RESOURCES

# What a table has for the service's own use, or shows in another form (cells: include=provenance).
OWN = {"revision_id", "valid_from", "valid_to", "cells", "unit_exponent"}
OWN_OF = {
    "disclosure": {"content_digest", "origin"},
    "release": {"source_digest", "codes"},
    "department": {"changed_in"},
}

BY_TABLE = {
    resource.source.partition(" ")[0]: resource for resource in RESOURCES.values() if resource.source.endswith(" t")
    if not resource.source.startswith("(")
}  # fmt: skip


def test_every_table_with_facts_is_a_resource() -> None:
    assert {table.__tablename__ for table in tables.FACT_TABLES} <= set(BY_TABLE)
    assert dict(STATEMENT_FACTS) == {
        resource.name: name
        for name, resource in sorted(BY_TABLE.items())
        if "statement_key" in SQLModel.metadata.tables[name].columns
    }


@pytest.mark.parametrize("name", sorted(BY_TABLE))
def test_every_column_of_a_table_is_shown_or_named_as_our_own(name: str) -> None:
    resource, table = BY_TABLE[name], SQLModel.metadata.tables[name]
    shown = {
        column.expression.replace('"', "").removeprefix("t.")
        for column in (*resource.columns, *resource.details)
        if not column.join
    }
    own = OWN | OWN_OF.get(name, set())
    assert {column.name for column in table.columns} - own <= shown


@pytest.mark.parametrize("name", sorted(BY_TABLE))
def test_column_that_is_never_null_is_not_null_in_the_table(name: str) -> None:
    resource, table = BY_TABLE[name], SQLModel.metadata.tables[name]
    for column in resource.columns:
        stored = table.columns.get(column.expression.replace('"', "").removeprefix("t."))
        if stored is not None:
            assert column.nullable == stored.nullable, column.name
            assert (column.kind in ("money", "number")) == (str(stored.type) == "NUMERIC"), column.name


def test_money_is_only_where_the_printed_unit_is_known() -> None:
    for resource in RESOURCES.values():
        # An execution line compares amounts out of documents that may print different units.
        if resource.name != "execution" and any(column.kind == "money" for column in resource.columns):
            assert "printed_unit" in resource.by_name, resource.name


def test_names_are_unique_and_no_field_is_called_as_a_parameter() -> None:
    from app.query.read_query import LIST_PARAMETERS  # noqa: PLC0415 - the registry must load without it

    for resource in RESOURCES.values():
        names = [
            *(column.name for column in (*resource.columns, *resource.details)),
            *(include.name for include in resource.includes),
        ]
        assert len(names) == len(set(names)), resource.name
        assert not set(names) & set(LIST_PARAMETERS), resource.name
        assert resource.key in resource.sortable


def test_every_declaration_has_its_words_in_both_languages() -> None:
    for resource in RESOURCES.values():
        assert resource.zh
        assert resource.en
        assert resource.description.endswith(".")
        assert resource.description_zh.endswith("。"), resource.name
        assert len(resource.examples) == 3
        searched = () if resource.search is None else (resource.search,)
        for column in (*resource.columns, *resource.details, *searched):
            name = f"{resource.name}.{column.name}"
            assert column.zh, name
            assert column.en, name
            assert column.description.endswith((".", "…")), f"{name}: {column.description}"
            assert column.description_zh.endswith(("。", "…`。")), f"{name}: {column.description_zh}"
        for include in resource.includes:
            assert include.description.endswith(".")
            assert include.description_zh.endswith("。"), f"{resource.name} {include.name}"


def test_every_value_of_a_closed_list_has_words_and_the_contract_has_no_other() -> None:
    for table, contract in words.BY_CONTRACT:
        assert set(table) == set(get_args(contract))
    tables = {id(table): table for table in vars(words).values() if isinstance(table, MappingProxyType)}
    for table in tables.values():
        for value, word in table.items():
            assert word.zh, value
            assert word.en, value
        assert len({word.zh for word in table.values()}) == len(table)
        assert len({word.en for word in table.values()}) == len(table)
    for resource in RESOURCES.values():
        for column in resource.columns:
            assert (column.kind == "choice") == bool(column.choices), f"{resource.name}.{column.name}"
            assert not column.choices or id(column.choices) in tables, f"{resource.name}.{column.name}"


def test_reference_leads_to_a_resource_whose_key_has_the_same_type() -> None:
    for resource in RESOURCES.values():
        for column in resource.columns:
            if column.references is not None:
                assert RESOURCES[column.references].key_column.kind == column.kind, f"{resource.name}.{column.name}"


def test_statement_of_a_field_is_one_of_its_resource() -> None:
    for resource in RESOURCES.values():
        assert set(resource.statements) <= set(words.STATEMENT), resource.name
        for column in resource.columns:
            assert set(column.statements) <= set(resource.statements), f"{resource.name}.{column.name}"
