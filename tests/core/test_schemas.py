"""Every table says of every column what it is and in which unit."""

from __future__ import annotations

import json
import re

import pytest

from catallaxy.core.schemas import TABLES, Column, TableSchema, describe

EVERY_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))


@EVERY_TABLE
def test_a_table_starts_with_the_tick_and_names_no_column_twice(table: TableSchema) -> None:
    assert table.names[0] == "tick"
    assert len(set(table.names)) == len(table.names)
    assert table.version >= 1


@EVERY_TABLE
def test_every_column_has_a_sentence_and_every_number_a_unit(table: TableSchema) -> None:
    assert table.description.endswith(".")
    assert [column.name for column in table.columns if not column.description] == []
    numbers = [column for column in table.columns if column.type in ("int8", "int32", "int64", "float64")]
    assert [column.name for column in numbers if not column.unit and column.name != "contract"] == []


@EVERY_TABLE
def test_names_of_columns_can_be_typed_in_sql(table: TableSchema) -> None:
    assert [name for name in (table.name, *table.names) if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []


def test_a_table_is_filed_under_its_own_name() -> None:
    assert [name for name, table in TABLES.items() if table.name != name] == []


def test_trades_have_at_least_the_columns_that_readers_rely_on() -> None:
    assert {"price", "quantity", "maker", "taker", "tick", "symbol"} <= set(TABLES["trades"].names)


def test_an_extended_table_keeps_its_own_columns_first() -> None:
    mine = Column("mood", "float64", "1", "how a trader feels")

    extended = TABLES["world"].extended([mine])

    assert extended.names == (*TABLES["world"].names, "mood")
    assert "mood" not in TABLES["world"].names


@EVERY_TABLE
def test_a_description_survives_json(table: TableSchema) -> None:
    facts = json.loads(json.dumps(describe(table)))

    assert (facts["name"], facts["version"]) == (table.name, table.version)
    assert [column["name"] for column in facts["columns"]] == list(table.names)
