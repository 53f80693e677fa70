"""Same scenario, same seed, same bytes; and what is added elsewhere moves nobody's draws."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas.testing
import pyarrow.compute as pc
import pytest

from catallaxy.agents import strategy as registry
from catallaxy.agents.strategy import Strategy
from catallaxy.core.errors import CatallaxyError, Halted, RunError, TamperedRun
from catallaxy.core.parameters import unflattened
from catallaxy.core.schemas import TABLES
from catallaxy.ledger.blocks import genesis_of
from catallaxy.ledger.journal import JOURNAL, _line, _values
from catallaxy.ledger.manifest import Manifest
from catallaxy.ledger.parts import buffer_columns, read_part, write_part
from catallaxy.ledger.query import query
from catallaxy.ledger.run_store import FolderStore
from catallaxy.ledger.verification import verify
from catallaxy.model.economy import Economy
from catallaxy.model.runs import replay, resume
from tests.model.killed_run import visited
from tests.model.small_economy import (
    SMALL,
    assert_same_rows,
    assert_same_run,
    everything,
    prices,
    ran,
    small,
    trades_by_ordinal,
)

ROOT = Path(__file__).parents[2]
TICKS = 35
KINDS: dict[str, dict[str, Any]] = {
    "batch": {},
    "two rounds": {"exchange__rounds": 2},
    "sequential": {"exchange__arrivals": "sequential"},
    "fees and short lives": {"exchange__taker_fee_ppm": 300, "exchange__order_life": 2},
    "orders recorded": {"recording__orders": True, "recording__trades": False},
}  # fmt: skip
each_kind = pytest.mark.parametrize("changes", KINDS.values(), ids=KINDS)


# The same


def mixed(mix: dict[str, float], number: int = 80, extra: dict[str, int] | None = None) -> Economy:
    """Return a small economy with exactly this mix of traders."""
    scenario = unflattened(SMALL | {"traders__number": number, "traders__mix": mix, "traders__extra": extra or {}})
    return Economy(scenario, rng=7)


@each_kind
def test_the_same_seed_gives_the_same_bytes_twice(changes: dict[str, Any]) -> None:
    assert_same_run(ran(TICKS, **changes), ran(TICKS, **changes))


@each_kind
def test_a_folder_holds_what_memory_holds(changes: dict[str, Any], tmp_path: Path) -> None:
    stored, held = ran(TICKS, out=tmp_path / "run", **changes), ran(TICKS, **changes)
    assert_same_run(stored, held)
    stored.close()
    assert replay(tmp_path / "run") is None


@each_kind
@pytest.mark.parametrize("stops", [(20,), (19, 20, 21), (7, 33)])
def test_a_run_that_was_closed_and_resumed_is_the_run_that_never_stopped(
    changes: dict[str, Any], stops: tuple[int, ...], tmp_path: Path
) -> None:
    economy = small(out=tmp_path / "run", **changes)
    for stop in stops:
        visited(economy, stop)
        economy.close()
        economy = resume(tmp_path / "run")
        assert economy.tick == stop
    visited(economy, TICKS)
    whole = visited(small(**changes), TICKS)
    assert everything(economy) == everything(whole)
    assert_same_rows(economy, whole)
    economy.close()
    assert replay(tmp_path / "run") is None


@pytest.mark.parametrize("threads", [2, 3])
def test_more_threads_change_no_order_and_no_balance(threads: int) -> None:
    assert_same_run(ran(TICKS), ran(TICKS, threads=threads))


def test_steps_one_by_one_or_days_at_once_are_the_same() -> None:
    stepped, run = small(), small()
    for _ in range(30):
        stepped.step()
    run.run(days=3)
    assert_same_run(stepped, run)


def test_an_economy_is_not_disturbed_by_another_in_the_same_process() -> None:
    first, second = small(), small(8)
    for _ in range(TICKS):
        first.step()
        second.step()
    assert everything(first) == everything(ran(TICKS))


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_another_process_gives_the_same_bytes_whatever_its_hash_seed(hash_seed: str) -> None:
    code = "import json; from tests.model.small_economy import *; print(json.dumps(everything(ran(35))))"
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert tuple(json.loads(done.stdout)) == everything(ran(TICKS))


def test_the_effective_scenario_runs_again_to_the_same_chain_head() -> None:
    economy = ran(TICKS)
    again = Economy(economy.settings.effective(), rng=7)
    again.run(ticks=TICKS)
    assert everything(again) == everything(economy)
    assert again.settings.effective() == economy.settings.effective()


# Different


def test_different_seeds_give_different_runs() -> None:
    runs = [ran(TICKS, seed) for seed in (1, 2, 3)]
    assert len({economy.chain_head for economy in runs}) == len({economy.state_hash() for economy in runs}) == 3
    assert len({prices(economy).tobytes() for economy in runs}) == 3


def test_a_seed_that_nobody_gave_is_drawn_and_recorded() -> None:
    economy = Economy("markets", rng=None, traders__number=20, stocks__number=1, anchor__source="walk")
    economy.run(ticks=5)
    again = Economy("markets", rng=economy.seed, traders__number=20, stocks__number=1, anchor__source="walk")
    again.run(ticks=5)
    assert again.chain_head == economy.chain_head


# Adding what does not act


@pytest.fixture
def silent() -> Iterator[Callable[[str], str]]:
    """Return a function that registers a strategy which never orders, under a name; gone after the test."""
    made: list[str] = []

    def register(name: str) -> str:
        kept = name

        class Silent(Strategy):
            """Never orders."""

            name = kept
            columns = {"mood": np.int64}  # noqa: RUF012 (as a user would write it)

            def born(self, rows: Any, draws: Any, state: dict[str, Any], market: Any) -> None:
                state["mood"][rows] = draws.integers(rows, 9)

            def decide(self, market: Any, traders: Any, orders: Any) -> None:
                traders.state["mood"][traders.rows] = traders.integers(9)

        made.append(name)
        return name

    yield register
    for name in made:
        del registry._REGISTRY[name]


@each_kind
@pytest.mark.parametrize("name", ["aaa", "mmm", "zzz"])
def test_a_group_that_never_orders_changes_no_trade_of_anybody_else(
    changes: dict[str, Any], name: str, silent: Callable[[str], str]
) -> None:
    changes = {key: value for key, value in changes.items() if not key.startswith("recording__")}
    alone = ran(TICKS, **changes)
    joined = ran(TICKS, traders__extra={silent(name): 30}, **changes)
    assert trades_by_ordinal(joined) == trades_by_ordinal(alone)
    assert len(trades_by_ordinal(alone)) > 50
    assert (prices(joined) == prices(alone)).all()


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_a_flood_of_one_group_is_the_same_whoever_else_is_there(side: str, silent: Callable[[str], str]) -> None:
    flood = {"kind": "order_flood", "side": side, "size": 0.2, "who": "noise", "at": 5, "until": 8}
    alone = ran(12, shocks=(flood,))
    joined = ran(12, shocks=(flood,), traders__extra={silent("aaa"): 30})
    assert trades_by_ordinal(joined) == trades_by_ordinal(alone)
    assert trades_by_ordinal(alone) != trades_by_ordinal(ran(12))


def test_a_strategy_that_no_scenario_names_changes_nothing(silent: Callable[[str], str]) -> None:
    before = everything(ran(TICKS))
    silent("bystander")
    assert everything(ran(TICKS)) == before


def test_a_group_is_born_the_same_and_wakes_at_the_same_ticks_whoever_else_is_there() -> None:
    def group(economy: Economy) -> Any:
        (noise,) = [population for population in economy.populations if population.name == "noise"]
        return noise, economy.ledger.holdings[noise.owners].copy()

    alone = mixed({"noise": 1.0}, number=40)
    joined = mixed({"herder": 1.0}, number=25, extra={"noise": 40, "momentum": 10})
    (first, owned), (second, also_owned) = group(alone), group(joined)
    assert (owned == also_owned).all()
    for _ in range(10):
        assert first.wake.tolist() == second.wake.tolist()
        alone.step()
        joined.step()


def test_newcomers_to_a_group_move_nobody_elses_draws() -> None:
    """A draw belongs to an ordinal: who was there before is born, owns and wakes as ever."""
    groups = {size: mixed({"noise": 1.0}, number=size) for size in (40, 47)}
    (few,), (more,) = (economy.populations for economy in groups.values())
    for population in (few, more):
        population.muted = True
    assert (groups[40].ledger.holdings[few.owners] == groups[47].ledger.holdings[more.owners[:40]]).all()
    for _ in range(12):
        assert few.wake.tolist() == more.wake[:40].tolist()
        for economy in groups.values():
            economy.step()


def test_a_muted_group_still_owns_and_draws_but_never_orders() -> None:
    muted = ran(TICKS, traders__muted=("noise",))
    loud = ran(TICKS)
    (one,), (other,) = ([p for p in economy.populations if p.name == "noise"] for economy in (muted, loud))
    assert (one.orders_sent, other.orders_sent > 0) == (0, True)
    assert one.wake.tolist() == other.wake.tolist()
    assert not any("noise" in (trade[4][0], trade[5][0]) for trade in trades_by_ordinal(muted))


# What must not matter


def test_the_order_in_which_a_scenario_lists_its_strategies_does_not_matter() -> None:
    mix = {"noise": 0.5, "momentum": 0.2, "fundamentalist": 0.2, "market_maker": 0.1}
    turned = dict(reversed(mix.items()))
    assert list(turned) != list(mix)
    runs = [mixed(mix), mixed(turned)]
    for economy in runs:
        economy.run(ticks=TICKS)
    assert_same_run(*runs)


def test_the_names_of_stocks_change_no_price() -> None:
    plain, renamed = ran(TICKS), ran(TICKS, stocks__symbols=("ZZZ", "AAA"))
    assert (prices(plain) == prices(renamed)).all()
    assert plain.state_hash() == renamed.state_hash()
    assert plain.chain_head != renamed.chain_head


# Looking after tampering


def stored(folder: Path) -> Path:
    with small(out=folder) as economy:
        visited(economy, TICKS)
    return folder


def edit_journal(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Rewrite the journal's lines, with checksums that fit."""
    path = folder / JOURNAL
    lines = [_values(line) for line in path.read_bytes().splitlines(keepends=True)]
    for line in lines:
        assert line is not None
        change(line)
    path.write_bytes(b"".join(_line(line) for line in lines if line is not None))


def test_replay_names_the_tick_of_a_command_that_was_changed(tmp_path: Path) -> None:
    def change(line: dict[str, Any]) -> None:
        if line.get("kind") == "command" and line["tick"] == 18:
            line["command"]["payload"]["quantity"] = 2

    edit_journal(stored(tmp_path / "run"), change)
    assert replay(tmp_path / "run") == 18


def test_replay_names_the_tick_of_a_seal_that_was_changed(tmp_path: Path) -> None:
    def change(line: dict[str, Any]) -> None:
        if line.get("kind") == "seal" and line["tick"] == 12:
            line["hash"] = "0" * 64

    edit_journal(stored(tmp_path / "run"), change)
    assert replay(tmp_path / "run") == 12


@pytest.mark.parametrize("tick", [31, 35])
def test_a_run_whose_seals_were_changed_is_not_resumed(tmp_path: Path, tick: int) -> None:
    folder = stored(tmp_path / "run")
    newest = max((folder / "checkpoints").iterdir())
    newest.unlink()  # so that the last ticks are computed again

    def change(line: dict[str, Any]) -> None:
        if line.get("kind") == "seal" and line["tick"] == tick:
            line["hash"] = "0" * 64

    edit_journal(folder, change)
    for _ in range(2):  # and the folder is not left locked
        with pytest.raises(TamperedRun) as caught:
            resume(folder)
        assert re.fullmatch(
            rf"tick {tick}: block [0-9a-f]{{12}}, computed again, does not match its seal", str(caught.value)
        )


@pytest.mark.parametrize(("with_genesis", "found"), [(False, 0), (True, 1)])
def test_replay_finds_another_seed(tmp_path: Path, with_genesis: bool, found: int) -> None:
    folder = stored(tmp_path / "run")
    manifest = Manifest.read(folder)
    manifest.seed += 1
    if with_genesis:
        manifest.genesis = genesis_of(manifest)
    manifest.write(folder)
    assert replay(folder) == found


def test_replay_finds_another_scenario(tmp_path: Path) -> None:
    folder = stored(tmp_path / "run")
    manifest = Manifest.read(folder)
    manifest.scenario["exchange"]["collar"] = 0.2
    manifest.write(folder)
    assert replay(folder) == 0


def test_replay_finds_another_state_at_the_end(tmp_path: Path) -> None:
    folder = stored(tmp_path / "run")
    manifest = Manifest.read(folder)
    manifest.state = "0" * 64
    manifest.write(folder)
    assert replay(folder) == TICKS


def test_a_run_of_another_version_is_neither_resumed_nor_replayed(tmp_path: Path) -> None:
    folder = stored(tmp_path / "run")
    manifest = Manifest.read(folder)
    manifest.versions["numpy"] = "0.1"
    manifest.write(folder)
    for verb in (resume, replay):
        with pytest.raises(RunError) as caught:
            verb(folder)
        assert str(caught.value).startswith("run (numpy) was written as 0.1, this is ")


def test_a_folder_that_is_no_run_is_said_to_be_none(tmp_path: Path) -> None:
    for verb in (resume, replay):
        with pytest.raises(CatallaxyError) as caught:
            verb(tmp_path)
        assert str(caught.value) == f"{tmp_path} is not a run: it has no manifest.json"


# Killed


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    ("kills", "seed"), [(10, 1), pytest.param(100, 2, marks=pytest.mark.slow)], ids=["ten times", "a hundred times"]
)
def test_a_run_killed_at_any_moment_goes_on_to_the_same_end(kills: int, seed: int, tmp_path: Path) -> None:
    folder, end = tmp_path / "run", 60 * kills
    command = [sys.executable, str(ROOT / "tests/model/killed_run.py"), str(folder), str(end), str(kills), str(seed)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    killed, *ended = json.loads(done.stdout)
    assert killed == kills
    whole = visited(small(), end)
    assert tuple(ended) == everything(whole)
    store = FolderStore.open(folder)
    recent = end - 1000
    for table in TABLES:
        written = store.read(table, first=recent + 1).to_pandas()
        pandas.testing.assert_frame_equal(written, whole.memory.store.read(table, first=recent + 1).to_pandas())
    assert replay(folder) is None


def test_what_was_done_by_hand_between_ticks_replays_and_survives_a_recovery(tmp_path: Path) -> None:
    economy = small(out=tmp_path / "run")
    economy.run(ticks=12)
    leaver = economy.traders[3]
    leaver.remove()
    assert leaver.owner not in economy.traders.get("owner")
    economy.run(ticks=8)
    head, state = economy.chain_head, economy.state_hash()
    economy.close()

    assert replay(tmp_path / "run") is None
    again = resume(tmp_path / "run")
    again.halted = Halted(again.tick + 1, "test", "on purpose")
    again.recover()
    assert (again.chain_head, again.state_hash()) == (head, state)
    again.close()


def test_what_waits_when_a_run_is_closed_is_there_when_it_goes_on(tmp_path: Path) -> None:
    economy = small(out=tmp_path / "run")
    economy.run(ticks=5)
    number = economy.submit(economy.traders[-1], {"type": "BUY", "symbol": economy.symbols[0], "quantity": 1})
    economy.close()

    again = resume(tmp_path / "run")
    again.step()
    assert again.results[number].tick == 6
    again.close()
    assert replay(tmp_path / "run") is None


@pytest.mark.parametrize("what", ["positions", "snapshots", "totals"])
def test_what_restates_the_end_of_a_run_is_verified_as_well(tmp_path: Path, what: str) -> None:
    economy = small(out=tmp_path / "run")
    economy.run(ticks=12)
    economy.close()
    assert verify(tmp_path / "run").ok

    if what == "totals":
        path = tmp_path / "run" / "manifest.json"
        values = json.loads(path.read_text())
        values["facts"]["trades"] += 1
        path.write_text(json.dumps(values))
        named = "manifest.json"
    else:
        path = tmp_path / "run" / "closing" / f"{what}.parquet"
        schema, table = read_part(path)
        column = {"positions": "quantity", "snapshots": "cash"}[what]
        changed = table.set_column(table.column_names.index(column), column, pc.add(table.column(column), 1))
        write_part(path, schema, buffer_columns(schema, changed))
        named = f"closing/{what}"
    assert [problem.table for problem in verify(tmp_path / "run").problems] == [named]


def test_sql_sees_what_everybody_owned_at_the_end_and_no_row_twice(tmp_path: Path) -> None:
    economy = small(out=tmp_path / "run", recording__checkpoint_days=1, recording__part_days=1)
    economy.run(days=2)
    economy.close()

    held = query(tmp_path / "run", "SELECT sum(quantity) AS lots FROM positions").to_pylist()[0]["lots"]
    assert int(held) == int(economy.ledger.issued[1:].sum())
    ticks = query(tmp_path / "run", "SELECT tick, count(*) AS n FROM snapshots GROUP BY tick ORDER BY tick").to_pylist()
    traders = economy.trader_owners().shape[0]
    assert ticks == [{"tick": economy.tick // 2, "n": traders}, {"tick": economy.tick, "n": traders}]
