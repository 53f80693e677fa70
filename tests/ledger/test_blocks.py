"""Blocks seal ticks, and verification names the first that is not as it was sealed."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from catallaxy.core.errors import NotARun, TamperedRun
from catallaxy.ledger.blocks import first_break, genesis, genesis_of, read_blocks, seal_block
from catallaxy.ledger.files import canonical_json
from catallaxy.ledger.journal import JOURNAL
from catallaxy.ledger.manifest import MANIFEST, Manifest
from catallaxy.ledger.parts import all_parts, buffer_columns, read_part, write_part
from catallaxy.ledger.verification import verify
from tests.ledger.small_run import SmallRun

START = genesis({"scenario": {}, "seed": 1})


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished run of 34 ticks."""
    return SmallRun.create(tmp_path_factory.mktemp("pristine") / "run").run_to(34).finish().folder


@pytest.fixture
def run(pristine: Path, tmp_path: Path) -> Path:
    """Return a copy of it to tamper with."""
    return Path(shutil.copytree(pristine, tmp_path / "run"))


def rewrite(folder: Path, table: str, number: int, change: Callable[[dict[str, list[Any]]], None]) -> None:
    """Change the columns of a part and write it as the store would."""
    path = all_parts(folder, table)[number].path
    schema, rows = read_part(path)
    columns = rows.to_pydict()
    change(columns)
    write_part(path, schema, buffer_columns(schema, pa.table(columns, schema=rows.schema)))


def edit_manifest(folder: Path, **change: Any) -> None:
    """Change values of the manifest."""
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | change))


def first(folder: Path, head: str | None = None) -> tuple[int, str]:
    """Return the tick and table of the first problem."""
    problems = verify(folder, head).problems
    assert problems
    return problems[0].tick, problems[0].table


def test_a_block_hashes_all_that_it_says() -> None:
    """Change any part of the header and the hash is another."""
    block = seal_block(START, 1, "m", {"trades": "t"}, "s")
    others = [
        seal_block(block.hash, 1, "m", {"trades": "t"}, "s"), seal_block(START, 2, "m", {"trades": "t"}, "s"),
        seal_block(START, 1, "n", {"trades": "t"}, "s"), seal_block(START, 1, "m", {"quotes": "t"}, "s"),
        seal_block(START, 1, "m", {"trades": "t"}),
    ]  # fmt: skip

    assert len({block.hash, *(other.hash for other in others)}) == 6
    assert seal_block(START, 1, "m", {"trades": "t"}, "s") == block
    assert read_blocks([{**block.row(), "tables": canonical_json(block.tables).decode()}]) == [block]


def test_the_genesis_depends_on_scenario_and_seed_and_parent() -> None:
    """And on nothing else of the manifest."""
    manifest = Manifest(scenario={"a": 1}, seed=1)
    assert genesis_of(manifest) == genesis({"scenario": {"a": 1}, "seed": 1})
    assert genesis_of(dataclasses.replace(manifest, created="later", cpu_seconds=9.0)) == genesis_of(manifest)
    for change in ({"seed": 2}, {"scenario": {"a": 2}}, {"parent": {"run": "x"}}):
        assert genesis_of(dataclasses.replace(manifest, **change)) != genesis_of(manifest)


def test_a_chain_breaks_where_a_block_was_changed() -> None:
    """The first block that does not follow is named, with the reason."""
    chain = [seal_block(START, 1, "m", {})]
    for tick in (2, 3, 4):
        chain.append(seal_block(chain[-1].hash, tick, "m", {}))

    assert first_break(chain, START, (0, 1)) is None
    assert first_break(chain[1:], START, (0, 1)) == (2, "is a block where tick 1 is due")
    assert first_break(chain[:2] + chain[3:], START, (1,)) == (4, "is a block where tick 3 is due")
    assert first_break(chain, "ff", (1,)) == (1, "does not follow the genesis")
    edited = [*chain[:1], dataclasses.replace(chain[1], messages="x"), *chain[2:]]
    assert first_break(edited, START, (1,)) == (2, "does not have its hash")
    resealed = [*chain[:1], seal_block(chain[0].hash, 2, "x", {}), *chain[2:]]
    assert first_break(resealed, START, (1,)) == (3, "does not follow the block before")


def test_an_untouched_run_verifies(pristine: Path) -> None:
    """All ticks and all rows are checked, and the head is the one that was noted."""
    found = verify(pristine, head=Manifest.read(pristine).head)

    assert found.ok, found.problems
    assert found.ticks == 34
    assert found.rows == sum(
        read_part(part.path)[1].num_rows
        for table in ("trades", "quotes", "events")
        for part in all_parts(pristine, table)
    )
    assert found.unsealed == 0
    found.raise_if_tampered()


def test_a_changed_cell_is_found(run: Path) -> None:
    """One price, one higher."""
    changed: list[int] = []

    def change(columns: dict[str, list[Any]]) -> None:
        columns["price"][7] += 1
        changed.append(columns["tick"][7])

    rewrite(run, "trades", 1, change)

    found = verify(run)
    assert [(problem.tick, problem.table, problem.ticks) for problem in found.problems] == [(changed[0], "trades", 1)]
    with pytest.raises(TamperedRun, match=f"tick {changed[0]}: trades"):
        found.raise_if_tampered()


@pytest.mark.parametrize("column", ["symbol", "fundamental", "bid", "tick"])
def test_a_changed_cell_of_any_type_is_found(run: Path, column: str) -> None:
    """Text, floats and ticks as well."""
    value = {"symbol": "ACMF", "fundamental": 0.25, "bid": 98, "tick": 13}[column]
    rewrite(run, "quotes", 1, lambda columns: columns[column].__setitem__(3, value))

    assert first(run)[0] in (12, 13)
    assert first(run)[1] == "quotes"


def test_a_removed_row_is_found(run: Path) -> None:
    """The tick of the row is named."""
    ticks: list[int] = []
    rewrite(run, "trades", 0, lambda columns: ticks.extend([column.pop(4) for column in columns.values()][:1]))
    assert first(run) == (ticks[0], "trades")


def test_the_only_row_of_a_tick_is_missed(run: Path) -> None:
    """Also when nothing of the tick is left."""

    def change(columns: dict[str, list[Any]]) -> None:
        for column in columns.values():
            del column[:3]

    rewrite(run, "quotes", 2, change)
    assert first(run) == (21, "quotes")


def test_an_appended_row_is_found(run: Path) -> None:
    """The same row twice is not the same tick."""

    def change(columns: dict[str, list[Any]]) -> None:
        for column in columns.values():
            column.append(column[-1])

    rewrite(run, "quotes", 1, change)
    assert first(run) == (20, "quotes")


def test_a_row_of_a_tick_that_never_came_is_found(run: Path) -> None:
    """A finished run has no rows after its last block."""

    def change(columns: dict[str, list[Any]]) -> None:
        for name, column in columns.items():
            column.append(35 if name == "tick" else column[-1])

    rewrite(run, "quotes", 3, change)
    assert first(run) == (35, "quotes")


def test_rows_in_another_order_are_found(run: Path) -> None:
    """Order is part of what happened."""

    def change(columns: dict[str, list[Any]]) -> None:
        for column in columns.values():
            column[0], column[1] = column[1], column[0]

    rewrite(run, "quotes", 1, change)
    assert first(run) == (11, "quotes")


@pytest.mark.parametrize(
    ("table", "number", "tick"), [("trades", 1, 11), ("quotes", 3, 31), ("blocks", 1, 21), ("blocks", 3, 31)]
)
def test_a_removed_part_is_found(run: Path, table: str, number: int, tick: int) -> None:
    """Of rows or of blocks, in the middle or at the end."""
    all_parts(run, table)[number].path.unlink()
    found = verify(run)
    assert not found.ok
    assert min(problem.tick for problem in found.problems if problem.table == table) in (tick, tick + 1, tick + 2)


def test_a_part_in_the_place_of_another_is_found(run: Path) -> None:
    """Rows of the wrong ticks do not count."""
    shutil.copy(all_parts(run, "quotes")[0].path, all_parts(run, "quotes")[1].path)
    assert first(run)[1] == "quotes"


def test_rows_that_are_there_twice_are_found(run: Path) -> None:
    """A part that repeats sealed rows is an addition, though each of its ticks has its digest."""
    path = all_parts(run, "quotes")[0].path
    schema, rows = read_part(path)
    write_part(path.with_name("000000003-000000003.parquet"), schema, buffer_columns(schema, rows.slice(6, 3)))
    assert first(run) == (3, "quotes")


def test_a_garbled_part_is_a_problem_that_names_the_file(run: Path) -> None:
    """Verification goes on with the other tables."""
    path = all_parts(run, "trades")[1].path
    path.write_bytes(b"garbage")
    found = verify(run)
    assert [problem.table for problem in found.problems] == ["trades"]
    assert str(path) in found.problems[0].what


def test_swapped_blocks_are_found(run: Path) -> None:
    """Two blocks in each other's place."""

    def change(columns: dict[str, list[Any]]) -> None:
        for name, column in columns.items():
            if name != "tick":
                column[3], column[4] = column[4], column[3]

    rewrite(run, "blocks", 0, change)
    assert first(run) == (4, "blocks")


def test_an_edited_block_is_found(run: Path) -> None:
    """A digest that was made to fit changed rows does not fit the hash."""

    def change(columns: dict[str, list[Any]]) -> None:
        tables = json.loads(columns["tables"][5])
        columns["tables"][5] = canonical_json(tables | {"quotes": "0" * 64}).decode()

    rewrite(run, "blocks", 0, change)
    assert first(run) == (6, "blocks")


def test_a_chain_sealed_anew_does_not_fit_journal_and_manifest(run: Path) -> None:
    """Blocks that agree with each other and the rows are not enough."""

    def change(columns: dict[str, list[Any]]) -> None:
        columns["messages"][3] = "0" * 64

    rewrite(run, "blocks", 3, change)
    previous = Manifest.read(run).genesis
    chain = []
    for part in all_parts(run, "blocks"):
        chain += read_blocks(read_part(part.path)[1].to_pylist())
    for number, block in enumerate(chain):
        chain[number] = seal_block(previous, block.tick, block.messages, block.tables, block.state)
        previous = chain[number].hash

    def reseal(columns: dict[str, list[Any]]) -> None:
        for row, tick in enumerate(columns["tick"]):
            columns["hash"][row], columns["previous"][row] = chain[tick - 1].hash, chain[tick - 1].previous

    rewrite(run, "blocks", 3, reseal)

    tables = {(problem.tick, problem.table) for problem in verify(run).problems}
    assert tables == {(34, JOURNAL), (34, MANIFEST)}


def test_an_edited_manifest_is_found(run: Path) -> None:
    """Scenario, seed, chain head and last tick."""
    manifest = json.loads((run / MANIFEST).read_text())
    for change in (
        {"seed": 12},
        {"scenario": {"name": "other"}},
        {"head": "0" * 64},
        {"last_tick": 33},
        {"genesis": "00"},
    ):
        edit_manifest(run, **change)
        assert not verify(run).ok, change
        edit_manifest(run, **manifest)
    assert verify(run).ok


def test_an_edited_journal_is_found(run: Path) -> None:
    """A seal less, or another one."""
    path = run / JOURNAL
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b'"tick":6}' in line and b"seal" in line)
    path.write_bytes(b"".join(lines[:at] + lines[at + 1 :]))
    assert first(run) == (6, JOURNAL)
    path.write_bytes(whole.replace(lines[at][:4], b"0000", 1))
    assert first(run)[1] == JOURNAL
    path.unlink()
    assert first(run)[1] == JOURNAL


def test_only_a_head_kept_elsewhere_shows_a_run_that_was_replaced_as_a_whole(run: Path, tmp_path: Path) -> None:
    """Another run agrees with itself; the noted head says that it is not the one."""
    noted = Manifest.read(run).head
    other = SmallRun.create(tmp_path / "other")
    other.state = np.ones(4, np.int64)
    folder = other.run_to(34).finish().folder

    assert verify(folder).ok
    assert first(folder, noted) == (34, "blocks")


def test_a_killed_run_verifies_as_far_as_it_was_stored(tmp_path: Path) -> None:
    """Seals beyond the last part are no problem, rows beyond the last block are counted apart."""
    run = SmallRun.create(tmp_path / "run").run_to(25)
    run.kill()
    found = verify(run.folder)
    assert found.ok, found.problems
    assert found.ticks == 21
    all_parts(run.folder, "blocks")[-1].path.unlink()
    edit_manifest(run.folder, head="", last_tick=-1)
    found = verify(run.folder)
    assert found.ok
    assert (found.ticks, found.unsealed) == (20, 3 + trades_of(run.folder, 21))


def trades_of(folder: Path, tick: int) -> int:
    """Return the number of trades of a tick in the last part."""
    return int(read_part(all_parts(folder, "trades")[-1].path)[1].column("tick").to_pylist().count(tick))


def test_what_is_no_run_cannot_be_verified(tmp_path: Path) -> None:
    """The error says so."""
    with pytest.raises(NotARun):
        verify(tmp_path)
