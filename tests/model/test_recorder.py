"""What a run writes down agrees with what happened."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.model.small_economy import ran, small


def test_bars_are_those_of_the_trades() -> None:
    economy = ran(30)
    trades, bars = economy.table("trades"), economy.table("bars")
    for (tick, symbol), rows in trades.groupby(["tick", "symbol"]):
        (bar,) = bars[(bars["tick"] == tick) & (bars["symbol"] == symbol) & (bars["interval"] == 1)].to_dict("records")
        price, lots = rows["price"], rows["quantity"]
        assert (bar["open"], bar["high"], bar["low"], bar["close"]) == (
            price.iloc[0], price.max(), price.min(), price.iloc[-1],
        )  # fmt: skip
        assert (bar["volume"], bar["trades"], bar["turnover"]) == (lots.sum(), len(rows), (price * lots).sum())
    daily = bars[bars["interval"] == 10]
    assert daily["tick"].unique().tolist() == [10, 20, 30]
    assert daily["volume"].sum() == trades["quantity"].sum()


def test_orders_are_recorded_with_what_became_of_them() -> None:
    economy = ran(20, recording__orders=True)
    orders, trades = economy.table("orders"), economy.table("trades")
    filled = np.concatenate([trades["taker_order"], trades["maker_order"]])
    assert set(filled) <= set(orders["order"])
    taken = trades.groupby("taker_order")["quantity"].sum()
    by_order = orders.set_index("order")
    assert (by_order.loc[taken.index, "filled"] == taken).all()
    done = orders[orders["status"] == "filled"]
    assert (done["filled"] == done["quantity"]).all()
    assert (orders[orders["status"] == "rejected"]["filled"] == 0).all()
    assert orders["order"].is_monotonic_increasing


def test_group_rows_add_up_to_the_volume_and_the_orders_of_the_day() -> None:
    economy = ran(20)
    groups, world, trades = economy.table("agents"), economy.table("world"), economy.table("trades")
    for day_end in (10, 20):
        rows = groups[groups["tick"] == day_end]
        lots = trades[(trades["tick"] > day_end - 10) & (trades["tick"] <= day_end)]["quantity"].sum()
        sent = world[(world["tick"] > day_end - 10) & (world["tick"] <= day_end)]["messages"].sum()
        assert rows["volume"].sum() == 2 * lots
        assert rows["orders"].sum() == sent
        assert rows["traders"].sum() == 80
    last = groups[groups["tick"] == 20]
    assert last["cash"].sum() == economy.cash_of(economy.trader_owners()).sum()
    assert last["wealth"].sum() == (last["cash"].sum() + economy.portfolio_value(economy.trader_owners()).sum())


def test_balances_close_in_every_instrument() -> None:
    balances = ran(10).table("balances")
    totals = balances.groupby("instrument")[["asset", "liability"]].sum()
    assert (totals["asset"] == totals["liability"]).all()
    assert set(totals.index) == {"deposit", "bond", "AAPL", "TSLA"}


def test_flows_are_those_of_the_day_and_the_opening_is_in_the_first() -> None:
    flows = ran(20).table("flows")
    assert set(flows[flows["tick"] == 10]["kind"]) == {"opening", "trade"}
    assert set(flows[flows["tick"] == 20]["kind"]) == {"trade"}


def test_the_wealthiest_is_ranked_first() -> None:
    economy = ran(20)
    rows = economy.table("snapshots").sort_values("rank")
    assert rows["rank"].tolist() == list(range(1, 81))
    assert rows["net_worth"].is_monotonic_decreasing
    assert (rows["net_worth"] == rows["cash"] + rows["portfolio_value"]).all()


def test_quotes_and_depth_are_those_of_the_book() -> None:
    economy = ran(10)
    quotes, depth = economy.table("quotes"), economy.table("book")
    last = quotes[quotes["tick"] == 10]
    assert last[["bid", "ask", "bid_quantity", "ask_quantity"]].to_numpy().tolist() == economy.exchange.quotes.tolist()
    assert last["fundamental"].tolist() == economy.fundamental.tolist()
    bids, asks = economy.exchange.books.depth(0, 10)
    apple = depth[depth["symbol"] == "AAPL"]
    assert list(zip(apple["price"], apple["quantity"], strict=True)) == bids + asks
    assert apple["side"].tolist() == [0] * len(bids) + [1] * len(asks)


@pytest.mark.parametrize(
    ("setting", "table"), [("trades", "trades"), ("quotes", "quotes"), ("bars", "bars"), ("depth_levels", "book")]
)
def test_what_is_switched_off_is_not_written_and_changes_no_trade(setting: str, table: str) -> None:
    on, off = ran(12), ran(12, **{f"recording__{setting}": 0})
    assert len(on.table(table)) > len(off.table(table))
    if table != "bars":
        assert len(off.table(table)) == 0
    assert on.state_hash() == off.state_hash()


def test_memory_keeps_the_recent_days_only() -> None:
    economy = ran(50, recording__ring_days=2)
    assert economy.table("world")["tick"].tolist() == list(range(31, 51))


def test_a_shock_is_an_event_with_its_terms() -> None:
    economy = small(shocks=({"kind": "fundamental_jump", "at": 3, "size": -0.25, "symbols": ("TSLA",)},))
    economy.run(ticks=5)
    (row,) = economy.table("events").to_dict("records")
    assert (row["tick"], row["event"]) == (3, "shock:fundamental_jump")
    terms = json.loads(row["payload"])
    assert (terms["size"], terms["symbols"], terms["until"]) == (-0.25, ["TSLA"], None)


def test_the_manifests_counts_are_those_of_the_tables() -> None:
    economy = ran(25)
    facts = economy.facts()
    assert facts["trades"] == len(economy.table("trades"))
    assert facts["messages"] == int(economy.table("world")["messages"].sum())
    assert (facts["ticks"], facts["traders"], facts["object_traders"]) == (25, 80, 0)
