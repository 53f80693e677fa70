"""`Economy`: running, reading, and what it says when it is asked for something it cannot do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catallaxy.core.errors import BalanceIsPosted, OutOfBounds, RunFolderExists, UnknownKey
from catallaxy.model.economy import Economy
from catallaxy.model.runs import replay, resume
from tests.model.small_economy import collected, everything, ran, small


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"ticks": 0}, "ticks is 0; give a whole number of ticks, 1 or more"),
        ({"ticks": -5}, "ticks is -5; give a whole number of ticks, 1 or more"),
        ({"ticks": 1.5}, "ticks is 1.5; give a whole number of ticks, 1 or more"),
        ({"ticks": True}, "ticks is True; give a whole number of ticks, 1 or more"),
        ({"days": 0}, "days is 0; give a whole number of days, 1 or more"),
        ({"days": 1, "ticks": 1}, "days is 1; give ticks or days, not both"),
    ],
)
def test_a_run_takes_a_whole_number_of_ticks_or_days(call: dict[str, Any], message: str) -> None:
    economy = small()
    with pytest.raises(OutOfBounds) as caught:
        economy.run(**call)
    assert str(caught.value) == message
    assert economy.tick == 0


def test_a_run_without_a_length_ends_where_the_scenario_ends() -> None:
    economy = small(clock__days=3)
    economy.step()
    economy.run()
    assert (economy.tick, economy.day) == (30, 3)
    economy.run()
    assert economy.tick == 30
    economy.run(days=1)
    assert economy.tick == 40


def test_unknown_overrides_name_the_nearest() -> None:
    with pytest.raises(UnknownKey) as caught:
        Economy("markets", rng=1, traders__numbr=5)
    assert str(caught.value) == "unknown key 'traders.numbr'; did you mean 'traders.number'?"


def test_a_folder_that_holds_something_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(RunFolderExists) as caught:
        small(out=tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} exists and is not empty; choose another --out, or continue it with --resume {tmp_path}"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_the_quote_of_a_symbol_is_that_of_its_book() -> None:
    economy = ran(5)
    bids, asks = economy.exchange.books.depth(1, 1)
    quote = economy.quote("TSLA")
    assert quote == (bids[0][0] if bids else None, asks[0][0] if asks else None, int(economy.exchange.last[1]))
    assert small().quote("AAPL")[:2] == (None, None)
    with pytest.raises(OutOfBounds) as caught:
        economy.quote("NOPE")
    assert str(caught.value) == "symbol is 'NOPE'; listed are AAPL, TSLA"


def test_the_index_weighs_last_prices_with_the_shares_issued() -> None:
    economy = ran(20)
    weights = economy.ledger.issued[1:]
    assert small().index == 100.0
    assert economy.index == pytest.approx(100 * (weights @ economy.exchange.last) / (weights @ economy.opening))
    assert economy.anchor_index == pytest.approx(100 * (weights @ economy.fundamental) / (weights @ economy.opening))


def test_a_snapshot_is_of_the_last_seal_and_cannot_be_written() -> None:
    economy = ran(3)
    snapshot = economy.snapshot
    economy.step()
    assert (snapshot.tick, economy.snapshot.tick) == (3, 4)
    for array in (snapshot.last, snapshot.quotes, snapshot.fundamental):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0
    assert economy.snapshot.chain_head == economy.chain_head


def test_reading_an_economy_changes_nothing() -> None:
    read, left = small(), small()
    for _ in range(12):
        read.step()
        left.step()
        read.balance_sheet(), read.snapshot, read.facts(), read.state_hash(), read.quote("AAPL"), read.index
        read.traders.agg("wealth", sum), read.roster.column("mood"), read.table("trades"), read.group_totals()
    assert everything(read) == everything(left)


def test_columns_that_the_ledger_keeps_cannot_be_assigned() -> None:
    economy = ran(3)
    trader = economy.traders[0]
    for name in ("cash", "wealth", "reserved_cash", "portfolio_value", "position:AAPL"):
        with pytest.raises(BalanceIsPosted):
            economy.roster.set_column(name, np.array([0]), 5)
    with pytest.raises(BalanceIsPosted):
        trader.cash = 5


def test_the_columns_of_all_groups_agree_with_the_ledger() -> None:
    economy = ran(15)
    owners = economy.roster.owner_ids()
    assert economy.roster.column("cash").tolist() == economy.ledger.holdings[owners, 0].sum(axis=1).tolist()
    assert economy.roster.column("position:TSLA").tolist() == economy.ledger.holdings[owners, 2].sum(axis=1).tolist()
    for row in (0, 40, 79):
        trader = economy.traders[row]
        assert trader.owner == owners[row]
        assert trader.wealth == trader.cash + trader.portfolio_value
        assert trader.wealth == economy.roster.column("wealth")[row]


def test_mesas_collector_gathers_a_row_a_day() -> None:
    frame = collected(ran(35))
    assert frame["day"].tolist()[-3:] == [1, 2, 3]
    bars = ran(35).table("world")
    assert frame["volume"].tolist()[-3:] == [int(bars[bars["day"] == day]["volume"].sum()) for day in (1, 2, 3)]
    assert frame["index"].tolist()[-1] == bars[bars["tick"] == 30]["index"].iloc[0]


def test_a_with_block_closes_the_run_even_when_it_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), small(out=tmp_path / "run") as economy:
        economy.run(ticks=13)
        raise ZeroDivisionError
    with resume(tmp_path / "run") as economy:
        assert economy.tick == 13
    assert replay(tmp_path / "run") is None


def test_a_run_of_no_tick_can_be_closed_and_resumed(tmp_path: Path) -> None:
    small(out=tmp_path / "run").close()
    assert replay(tmp_path / "run") is None
    with resume(tmp_path / "run") as economy:
        economy.run(ticks=5)
        assert everything(economy) == everything(ran(5))


def test_old_results_are_let_go() -> None:
    economy = small(identities="fast")
    for _ in range(10_002):
        economy.submit(5, {"type": "SHORT"})
    economy.step()
    assert list(economy.results)[0::9_999] == [3, 10_002]


@pytest.mark.parametrize("arrivals", ["batch", "sequential"])
def test_an_economy_of_several_rounds_asks_awake_traders_once_a_wake_up(arrivals: str) -> None:
    one, three = (ran(40, exchange__arrivals=arrivals, exchange__rounds=rounds) for rounds in (1, 3))
    asked = [sum(population.orders_sent for population in economy.populations) for economy in (one, three)]
    assert asked[1] == pytest.approx(asked[0], rel=0.25)  # activity is a rate a tick, however the tick is cut
