"""What a run records is what happened: every table against the engine it came from."""

from __future__ import annotations

import json

import numpy as np
import pytest

from catallaxy import Economy
from catallaxy.markets.stocks import DEFAULT_SYMBOLS

from .closed_economy import lived


@pytest.fixture(scope="module")
def economy() -> Economy:
    """Two days of a small market in which every order is recorded, with a shock and an action."""
    economy = Economy(
        rng=7, traders__number=300, stocks__number=3, anchor__source="walk", recording__orders=True,
        recording__checkpoint_days=1, recording__part_days=1,
    )  # fmt: skip
    economy.submit(economy.traders[-1], {"type": "BUY", "symbol": "AAPL", "quantity": 2})
    economy.inject({"kind": "symbol_halt", "at": 5, "until": 6, "symbols": ["TSLA"]})
    economy.run(days=2)
    return economy


def test_trades_name_both_parties_both_orders_and_the_aggressor(economy: Economy) -> None:
    trades, orders = economy.table("trades"), economy.table("orders").set_index("order")

    assert len(trades) == economy.trades_made
    assert (trades["maker_order"] < trades["taker_order"]).mean() > 0.5
    assert (orders.loc[trades["taker_order"], "owner"].to_numpy() == trades["taker"].to_numpy()).all()
    assert (orders.loc[trades["maker_order"], "owner"].to_numpy() == trades["maker"].to_numpy()).all()
    assert (orders.loc[trades["taker_order"], "side"].to_numpy() == trades["aggressor"].to_numpy()).all()


def test_every_order_decided_is_stored_with_its_tick_and_state(economy: Economy) -> None:
    orders = economy.table("orders")

    assert set(orders["status"]) <= {"pending", "partial", "filled", "cancelled", "rejected"}
    assert orders["order"].is_unique
    assert (orders["filled"] <= orders["quantity"]).all()
    assert set(orders["tick"]) == set(range(1, 61))


def test_world_holds_each_ticks_indices_and_totals(economy: Economy) -> None:
    world, trades = economy.table("world"), economy.table("trades")

    assert world["tick"].tolist() == list(range(1, 61))
    assert world["day"].tolist() == [1] * 30 + [2] * 30
    assert world["index"].iloc[-1] == economy.index
    assert world["anchor"].iloc[-1] == economy.anchor_index
    assert world["volume"].sum() == trades["quantity"].sum()
    assert world["turnover"].sum() == (trades["price"] * trades["quantity"]).sum()


def test_bars_of_a_day_are_the_bars_of_its_ticks_put_together(economy: Economy) -> None:
    bars = economy.table("bars")
    ticks, days = bars[bars["interval"] == 1], bars[bars["interval"] == 30]

    for (tick, symbol), day in days.set_index(["tick", "symbol"]).iterrows():
        within = ticks[(ticks["symbol"] == symbol) & (ticks["tick"] > tick - 30) & (ticks["tick"] <= tick)]
        within = within[within["trades"] > 0]  # a tick without a trade repeats the close before it
        assert (day["open"], day["close"]) == (within["open"].iloc[0], within["close"].iloc[-1])
        assert (day["high"], day["low"]) == (within["high"].max(), within["low"].min())
        assert (day["volume"], day["trades"]) == (within["volume"].sum(), within["trades"].sum())


def test_quotes_show_book_last_trade_and_fundamental_of_each_symbol(economy: Economy) -> None:
    quotes = economy.table("quotes")
    last = quotes[quotes["tick"] == 60].set_index("symbol").loc[list(economy.symbols)]

    assert (last[["bid", "ask", "bid_quantity", "ask_quantity"]].to_numpy() == economy.exchange.quotes).all()
    assert (last["last"].to_numpy() == economy.exchange.last).all()
    assert (last["fundamental"].to_numpy() == economy.fundamental).all()


def test_the_last_price_is_the_price_of_the_last_trade_and_the_quoted_one_the_mid(economy: Economy) -> None:
    trades = economy.table("trades")
    for book, symbol in enumerate(economy.symbols):
        assert trades[trades["symbol"] == symbol]["price"].iloc[-1] == economy.exchange.last[book]
        bid, ask, last = economy.quote(symbol)
        assert last == economy.exchange.last[book]
        if bid is not None and ask is not None:
            assert economy.exchange.mid[book] == (bid + ask) / 2


def test_snapshots_rank_every_trader_by_net_worth(economy: Economy) -> None:
    snapshots = economy.table("snapshots")
    end = snapshots[snapshots["tick"] == 60].sort_values("rank")

    assert end["rank"].tolist() == list(range(1, 301))
    assert (np.diff(end["net_worth"]) <= 0).all()
    assert (end["net_worth"] == end["cash"] + end["portfolio_value"]).all()
    assert end["cash"].sum() == economy.ledger.issued[0]


def test_groups_own_together_what_was_issued(economy: Economy) -> None:
    agents = economy.table("agents")
    end = agents[agents["tick"] == 60]

    assert end["cash"].sum() == economy.ledger.issued[0]
    assert end["shares"].sum() == economy.ledger.issued[1:].sum()
    assert end["traders"].sum() == 300
    assert agents["volume"].sum() == 2 * economy.table("trades")["quantity"].sum()


def test_balances_and_flows_sum_to_zero_by_instrument(economy: Economy) -> None:
    balances = economy.table("balances")
    end = balances[balances["tick"] == 60].groupby("instrument")[["asset", "liability"]].sum()
    flows = economy.table("flows")
    trades = economy.table("trades")

    assert (end["asset"] == end["liability"]).all()
    paid = flows[(flows["instrument"] == "deposit") & (flows["kind"] == "trade")]["amount"].sum()
    assert paid == (trades["price"] * trades["quantity"]).sum()


def test_halts_and_shocks_are_events_and_actions_have_rows(economy: Economy) -> None:
    events, actions = economy.table("events"), economy.table("actions")

    assert events["event"].tolist() == ["halt", "shock:symbol_halt", "resume"]
    assert events["tick"].tolist() == [5, 5, 7]
    assert json.loads(events["payload"].iloc[1])["symbols"] == ["TSLA"]
    assert actions.sort_values("sequence")["action"].tolist() == ["BUY", "SHOCK"]
    assert actions["success"].all()


def test_no_halted_symbol_trades(economy: Economy) -> None:
    trades = economy.table("trades")

    assert not ((trades["symbol"] == "TSLA") & trades["tick"].isin([5, 6])).any()


def test_a_stock_has_symbol_price_volume_capitalisation_volatility_and_a_book() -> None:
    economy = Economy(rng=3, traders__number=200, anchor__source="none")
    economy.run(ticks=30)

    assert economy.symbols == DEFAULT_SYMBOLS
    assert (economy.opening >= 1_500).all()
    assert (economy.opening <= 55_000).all()
    capital = economy.exchange.last * economy.ledger.issued[economy.exchange.listings.security]
    assert (capital > 0).all()
    assert economy.day_volume > 0
    assert (economy.tape.sigma > 0).all()
    assert economy.exchange.books.depth(0, 5)[0]


def test_without_a_folder_memory_keeps_recent_days_only() -> None:
    economy = Economy(rng=3, traders__number=50, stocks__number=1, anchor__source="none", recording__ring_days=1)
    economy.run(days=3)

    assert economy.table("world")["tick"].min() == 61


def test_without_a_folder_memory_keeps_all_months() -> None:
    economy = lived(64, recording__ring_days=1)

    assert economy.table("world")["tick"].min() == 64
    assert economy.table("macro")["month"].tolist() == [1, 2, 3]
    assert economy.table("firms")["tick"].unique().tolist() == [21, 42, 63]


def test_depth_is_recorded_best_level_first(economy: Economy) -> None:
    book = economy.table("book")
    end = book[(book["tick"] == 60) & (book["symbol"] == "AAPL")]
    bids = end[end["side"] == 0]

    assert bids["level"].tolist() == list(range(1, len(bids) + 1))
    assert (np.diff(bids["price"]) < 0).all()
