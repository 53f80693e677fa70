"""Whatever agents, visitors and shocks do, every unit keeps its owner and its issuer, in every tick."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.agents import strategy as registry
from catallaxy.agents.strategy import Strategy
from catallaxy.markets.orders import Kind
from catallaxy.model.economy import Economy
from tests.model.small_economy import SMALL, assert_lawful

ACTIONS = st.one_of(
    st.builds(
        lambda kind, symbol, quantity, price: {
            "type": kind, "symbol": symbol, "quantity": quantity,
            **({} if price is None else {"order_type": "LIMIT", "price": price}),
        },
        st.sampled_from(["BUY", "SELL", "SHORT", "COVER"]), st.sampled_from(["AAPL", "TSLA", "NOPE"]),
        st.integers(-1, 400), st.one_of(st.none(), st.integers(0, 60_000)),
    ),
    st.builds(lambda order: {"type": "CANCEL", "order": order}, st.integers(0, 400)),
)  # fmt: skip
SHOCKS = st.one_of(
    st.fixed_dictionaries({"kind": st.just("fundamental_jump"), "size": st.floats(-0.9, 2.0)}),
    st.fixed_dictionaries(
        {"kind": st.just("order_flood"), "side": st.sampled_from(["buy", "sell"]), "size": st.floats(0.01, 1.0)}
    ),
    st.fixed_dictionaries({"kind": st.just("symbol_halt"), "symbols": st.just(("AAPL",))}),
)


@pytest.fixture(scope="module")
def wild() -> Iterator[str]:
    """A strategy that does anything a strategy may do, sensible or not; its name while it exists."""

    class Wild(Strategy):
        """Orders of every kind, size and price, in both slots, and withdrawals."""

        slots = 2

        def decide(self, market: Any, traders: Any, orders: Any) -> None:
            stock = traders.integers(market.count, 0)
            side = traders.integers(2, 1)
            price = market.mid[stock] * (0.5 + traders.uniform(0))
            quantity = np.exp(12 * traders.uniform(1)).astype(np.int64) - 2
            for slot, kind in ((0, Kind.LIMIT), (1, Kind.IOC), (1, Kind.LIMIT), (0, Kind.FOK)):
                orders.limit(traders, stock, side, price, quantity, slot=slot, kind=kind, life=1 + market.tick % 4)
                side = 1 - side
            orders.market(traders, stock, side, traders.shares(stock), slot=1)
            if market.tick % 5 == 0:
                orders.withdraw(traders, slot=0)

    yield Wild.name
    del registry._REGISTRY[Wild.name]


@given(
    st.integers(0, 2**32),
    st.lists(st.tuples(st.integers(0, 11), st.integers(-1, 60), ACTIONS), max_size=12),
    st.lists(st.tuples(st.integers(1, 12), st.integers(0, 6), SHOCKS), max_size=3),
    st.sampled_from([0, 170, 100_000]), st.sampled_from([0, 1_000, 99_999]),
    st.sampled_from([1, 2, 3]), st.booleans(), st.sampled_from(["batch", "sequential"]), st.sampled_from([0, 1, 4]),
)  # fmt: skip
def test_money_and_shares_are_conserved_to_the_unit_whatever_happens(
    wild: str, seed: int, actions: list[Any], shocks: list[Any], maker: int, taker: int, rounds: int, prevention: bool,
    arrivals: str, life: int,
) -> None:  # fmt: skip
    economy = Economy(
        "markets", rng=seed,
        **(SMALL | {
            "traders__number": 40, "traders__extra": {wild: 15}, "exchange__maker_fee_ppm": maker,
            "exchange__taker_fee_ppm": taker, "exchange__rounds": rounds, "exchange__self_trade_prevention": prevention,
            "exchange__arrivals": arrivals, "exchange__order_life": life, "clock__ticks_per_day": 4,
        }),
    )  # fmt: skip
    issued = economy.ledger.issued.tolist()
    for at, lasts, shock in shocks:
        economy.inject({**shock, "at": at, "until": at + lasts})
    for tick in range(12):
        for when, agent, action in actions:
            if when == tick:
                economy.submit(agent, action)
        economy.step()
        assert_lawful(economy)
        assert economy.ledger.issued.tolist() == issued
    assert len(economy.results) == len(actions) + len(shocks)


@pytest.mark.parametrize("fees", [{}, {"exchange__maker_fee_ppm": 99, "exchange__taker_fee_ppm": 100_000}])
def test_fees_go_to_the_exchange_to_the_last_unit(fees: dict[str, int]) -> None:
    economy = Economy("markets", rng=3, **(SMALL | {"clock__ticks_per_day": 40} | fees))
    total = int(economy.ledger.issued[0])
    economy.run(ticks=39)
    operator = economy.cash_of_owner(economy.institutions.operator)
    paid = sum(row[4] for row in economy.ledger.flow_rows() if row[1] == "trading fee")
    assert operator == paid
    assert (operator > 0) == bool(fees)
    assert int(economy.cash_of(economy.trader_owners()).sum()) == total - operator


@pytest.mark.parametrize("sequential", ["batch", "sequential"])
def test_the_prices_of_all_trades_make_the_turnover_that_the_flows_show(sequential: str) -> None:
    economy = Economy("markets", rng=3, **(SMALL | {"clock__ticks_per_day": 30, "exchange__arrivals": sequential}))
    economy.run(ticks=29)
    trades = economy.table("trades")
    turnover = int((trades["price"] * trades["quantity"]).sum())
    assert turnover == sum(row[4] for row in economy.ledger.flow_rows() if row[:2] == ("deposit", "trade")) > 0
    assert turnover == int(economy.table("world")["turnover"].sum())
    assert int(trades["quantity"].sum()) == int(economy.table("world")["volume"].sum())
