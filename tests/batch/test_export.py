"""A table leaves a run whole, once, in the types it was written in."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from catallaxy.batch.export import export
from catallaxy.core.errors import NoSuchTable, NotARun, OutOfBounds, OutputExists, RunFolderUnwritable
from catallaxy.ledger.run_store import FolderStore
from tests.batch.small_runs import made


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("runs") / "a", 35, recording__part_days=1, recording__checkpoint_days=2)


@pytest.mark.parametrize("table", ["world", "trades", "quotes", "blocks", "orders"])
def test_parquet_holds_every_row_of_every_part_in_order(run: Path, tmp_path: Path, table: str) -> None:
    path = export(run, table, "parquet", tmp_path / "rows.parquet")

    assert_frame_equal(pq.read_table(path).to_pandas(), FolderStore.open(run).read(table).to_pandas())


def test_csv_has_a_header_and_plain_numbers(run: Path, tmp_path: Path) -> None:
    path = export(run, "trades", "csv", tmp_path / "trades.csv")

    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    stored = FolderStore.open(run).read("trades").to_pylist()
    assert rows == [{name: str(value) for name, value in row.items()} for row in stored]
    assert path.read_text().splitlines()[0] == (
        '"tick","symbol","price","quantity","maker","taker","maker_order","taker_order","aggressor"'
    )


def test_a_closing_table_is_exported_like_any_other(run: Path, tmp_path: Path) -> None:
    positions = pq.read_table(export(run, "positions", "parquet", tmp_path / "positions.parquet"))

    assert set(positions.column("tick").to_pylist()) == {35}
    assert min(positions.column("quantity").to_pylist()) > 0


def test_snapshots_of_checkpoints_and_of_the_end_come_together_and_once(run: Path, tmp_path: Path) -> None:
    snapshots = pq.read_table(export(run, "snapshots", "parquet", tmp_path / "snapshots.parquet"))

    ticks = snapshots.column("tick").to_pylist()
    assert {tick: ticks.count(tick) for tick in set(ticks)} == {20: 60, 35: 60}


def test_a_file_that_is_there_is_left_alone(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "world.csv"
    path.write_text("mine")

    with pytest.raises(OutputExists) as caught:
        export(run, "world", "csv", path)

    assert str(caught.value) == f"{path} exists; choose another --out, or remove it"
    assert path.read_text() == "mine"
    assert [file.name for file in tmp_path.iterdir()] == ["world.csv"]


def test_an_unknown_table_names_the_nearest(run: Path, tmp_path: Path) -> None:
    with pytest.raises(NoSuchTable) as caught:
        export(run, "tradse", "csv", tmp_path / "a.csv")

    assert str(caught.value) == "no table 'tradse'; did you mean 'trades'?"


def test_an_unknown_format_names_the_known_ones(run: Path, tmp_path: Path) -> None:
    with pytest.raises(OutOfBounds) as caught:
        export(run, "world", "cvs", tmp_path / "a.cvs")

    assert str(caught.value) == "format is 'cvs'; give csv or parquet; did you mean 'csv'?"


def test_a_folder_that_is_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotARun):
        export(tmp_path, "world", "csv", tmp_path / "a.csv")


def test_a_place_that_cannot_be_written_is_one_clear_error(run: Path, tmp_path: Path) -> None:
    with pytest.raises(RunFolderUnwritable) as caught:
        export(run, "world", "csv", tmp_path / "nowhere" / "a.csv")

    assert "No such file or directory" in str(caught.value)
    assert list(tmp_path.iterdir()) == []
