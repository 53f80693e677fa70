"""A stage that fails: the tick never was, nothing is half-committed, and the way back is exact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catallaxy.core.errors import Halted, RunError
from catallaxy.ledger.verification import verify
from catallaxy.markets.orders import Reason
from catallaxy.model.economy import Economy
from catallaxy.model.runs import replay, resume
from catallaxy.model.scenario import Scenario
from catallaxy.model.stages import default_schedule
from tests.model.small_economy import assert_same_run, everything, small

STAGES = [stage.name for stage in default_schedule(Scenario())]
LAST_SEAL = 29  # tick 30 fails: the last of a day, so that every stage runs
END = 45


class Fuse:
    """Blows once: raises in tick 30, before or after a stage does its work."""

    def __init__(self, economy: Economy, stage: str, after: bool, error: BaseException | None = None) -> None:
        self.error = error or RuntimeError("the fuse blew")
        self.blown, self.after = False, after
        self.stage = economy.schedule[stage]
        self.run, self.stage.run = self.stage.run, self

    def __call__(self, economy: Economy) -> None:
        if self.after:
            self.run(economy)
        if economy.tick == LAST_SEAL + 1 and not self.blown:
            self.blown = True
            raise self.error
        if not self.after:
            self.run(economy)


def visited(economy: Economy, until: int) -> Economy:
    """Run with visitors, whose actions are a function of the tick alone."""
    while economy.tick < until:
        if economy.tick % 4 == 0:  # never for the tick that fails, which is come to twice
            trader = economy.traders[economy.tick % 9]
            economy.submit(trader, {"type": "SELL", "symbol": "TSLA", "quantity": 1})
            economy.submit(trader, {"type": "BUY", "symbol": "AAPL", "quantity": 0})
        economy.step()
    return economy


def whole(folder: Path | None = None) -> Economy:
    return visited(small(out=folder), END)


@pytest.fixture(scope="module")
def untouched() -> tuple[Economy, Economy]:
    """Two runs without a fault: one at the last seal, one at the end."""
    return visited(small(), LAST_SEAL), whole()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("stored", [False, True], ids=["memory", "folder"])
def test_a_stage_that_fails_commits_nothing(
    stage: str, after: bool, stored: bool, tmp_path: Path, untouched: tuple[Economy, Economy]
) -> None:
    economy = small(out=tmp_path / "run" if stored else None)
    Fuse(economy, stage, after)
    with pytest.raises(Halted) as caught:
        visited(economy, END)
    halted = caught.value
    assert (halted.tick, halted.stage, halted.cause) == (30, stage, "RuntimeError: the fuse blew")
    assert str(halted) == (
        f"halted in tick 30, stage '{stage}': RuntimeError: the fuse blew; the tick was discarded, "
        "resume from the last seal with `catallaxy run --resume DIR` or economy.recover()"
    )
    with pytest.raises(Halted) as again:
        economy.step()
    assert again.value is halted

    economy.recover()
    at_seal, at_end = untouched
    assert_same_run(economy, at_seal)
    assert economy.snapshot.tick == economy.tick
    assert_same_run(visited(economy, END), at_end)
    economy.close()
    if stored:
        assert verify(tmp_path / "run").problems == []
        assert replay(tmp_path / "run") is None


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_halted_run_that_is_closed_leaves_a_folder_that_resumes(
    stage: str, after: bool, tmp_path: Path, untouched: tuple[Economy, Economy]
) -> None:
    economy = small(out=tmp_path / "run")
    Fuse(economy, stage, after)
    with pytest.raises(Halted):
        visited(economy, END)
    economy.close()
    economy.close()
    economy = visited(resume(tmp_path / "run"), END)
    assert everything(economy) == everything(untouched[1])
    economy.close()
    assert verify(tmp_path / "run").problems == []
    assert replay(tmp_path / "run") is None


def test_commands_of_the_tick_that_failed_are_neither_lost_nor_applied_twice(tmp_path: Path) -> None:
    economy = small(out=tmp_path / "run")
    economy.run(ticks=LAST_SEAL)
    Fuse(economy, "trade", after=True)
    numbers = [economy.submit(economy.traders[0], {"type": "BUY", "symbol": "AAPL", "quantity": q}) for q in (3, -3)]
    with pytest.raises(Halted):
        economy.step()
    late = economy.submit(economy.traders[0], {"type": "BUY", "symbol": "AAPL", "quantity": -4})
    economy.recover()
    later = economy.submit(economy.traders[0], {"type": "BUY", "symbol": "AAPL", "quantity": -5})
    assert later == late + 1
    economy.run(ticks=2)
    assert [economy.results[number].tick for number in (*numbers, late, later)] == [30, 30, 31, 31]
    actions = economy.table("actions")
    assert sorted(actions["sequence"].tolist()) == [*numbers, late, later]
    economy.close()
    assert replay(tmp_path / "run") is None


def test_a_journal_that_cannot_be_written_halts_the_tick_and_keeps_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    economy = small(out=tmp_path / "run")
    economy.run(ticks=3)
    number = economy.submit(economy.traders[0], {"type": "BUY", "symbol": "AAPL", "quantity": 1})

    def full() -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        assert economy.memory.journal is not None
        patched.setattr(economy.memory.journal, "sync", full)
        with pytest.raises(Halted) as caught:
            economy.step()
    assert (caught.value.tick, caught.value.stage) == (4, "inject")
    economy.recover()
    economy.run(ticks=2)
    assert economy.results[number].tick == 4
    economy.close()
    assert replay(tmp_path / "run") is None


@pytest.mark.parametrize("threads", [1, 2])
def test_a_strategy_that_fails_leaves_no_orders_behind(threads: int) -> None:
    economy, twin = small(threads=threads), small(threads=threads)
    economy.run(ticks=5)
    twin.run(ticks=9)
    strategy = economy.populations[-1].strategy
    decide = strategy.decide
    failed: list[bool] = []

    def fails_once(market: Any, traders: Any, orders: Any) -> None:
        decide(market, traders, orders)
        if not failed:
            failed.append(True)
            raise ZeroDivisionError("a bug of the user's")

    strategy.decide = fails_once
    with pytest.raises(Halted) as caught:
        economy.run(ticks=4)
    assert (caught.value.stage, caught.value.cause) == ("decide", "ZeroDivisionError: a bug of the user's")
    economy.recover()
    economy.run(ticks=9 - economy.tick)
    assert economy.chain_head == twin.chain_head


@pytest.mark.parametrize("instrument", [0, 1])
@pytest.mark.parametrize("part", [0, 1])
def test_a_balance_changed_behind_the_ledgers_back_stops_the_run_before_the_seal(instrument: int, part: int) -> None:
    economy = small()
    economy.run(ticks=3)
    head, owner = economy.chain_head, economy.traders[0].owner
    economy.ledger.holdings[owner, instrument, part] += 7
    with pytest.raises(Halted) as caught:
        economy.step()
    name = ("deposit", "AAPL")[instrument]
    assert caught.value.stage == "identities"
    assert caught.value.cause == f"identity A1 quadruple entry broken at {name}, sector H by 7"
    assert (economy.tick, economy.chain_head) == (3, head)
    assert economy.table("world")["tick"].max() == 3
    economy.recover()
    assert economy.chain_head == head
    economy.step()


def test_a_reservation_without_an_order_stops_the_run() -> None:
    economy = small()
    economy.run(ticks=3)
    owner = economy.traders[0].owner
    free = int(economy.ledger.holdings[owner, 0, 0])
    assert free > 0
    economy.ledger.holdings[owner, 0] += [-1, 1]
    with pytest.raises(Halted) as caught:
        economy.step()
    assert caught.value.cause == "identity A11 orders broken at reserved deposit by 1"


@pytest.mark.parametrize(("identities", "found"), [("full", 4), ("fast", 10)])
def test_tampering_is_found_in_the_tick_or_at_the_end_of_the_day(identities: str, found: int) -> None:
    economy = small(identities=identities)
    economy.run(ticks=3)
    economy.ledger.holdings[economy.institutions.treasury, 0, 0] += 1
    with pytest.raises(Halted) as caught:
        economy.run(ticks=10)
    assert (caught.value.tick, caught.value.cause) == (
        found, "identity A1 quadruple entry broken at deposit, sector G by 1",
    )  # fmt: skip


def test_object_traders_cannot_be_wound_back_and_it_is_said_why() -> None:
    from catallaxy.agents.traders import Trader

    economy = small()
    Trader(economy)
    economy.run(ticks=2)
    economy.schedule.after("trade", fail)
    with pytest.raises(Halted):
        economy.step()
    with pytest.raises(RunError) as caught:
        economy.recover()
    assert str(caught.value) == (
        "an economy with object traders cannot be wound back, for they are code; make it again and run it again"
    )
    with pytest.raises(Halted):
        economy.step()


def fail(economy: Economy) -> None:
    """Fail."""
    raise KeyError(Reason.HALTED.name)


def test_a_closed_run_takes_no_more_steps(tmp_path: Path) -> None:
    economy = small(out=tmp_path / "run")
    economy.run(ticks=3)
    economy.close()
    with pytest.raises(Halted):
        economy.step()
    assert verify(tmp_path / "run").problems == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1)])
@pytest.mark.parametrize("stage", ["trade", "observe"])
def test_an_interrupt_in_the_middle_of_a_tick_discards_the_tick(
    stage: str, error: BaseException, tmp_path: Path
) -> None:
    economy = small(out=tmp_path / "run")
    Fuse(economy, stage, after=True, error=error)
    with pytest.raises(type(error)), economy:
        economy.run(ticks=END)
    twin = small()
    twin.run(ticks=END)
    economy = resume(tmp_path / "run")
    assert economy.tick == LAST_SEAL
    economy.run(ticks=END - LAST_SEAL)
    assert everything(economy) == everything(twin)
    economy.close()
