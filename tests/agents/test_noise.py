"""Noise traders: their draws have the distributions they claim, and nothing but the budget guides them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from catallaxy.agents.check_strategy import FIRST_OWNER, synthetic_market
from catallaxy.agents.market import Market
from catallaxy.agents.population import Population
from catallaxy.agents.strategies import Noise
from catallaxy.agents.strategies.noise import NoiseSettings
from catallaxy.core.errors import OutOfBounds
from catallaxy.core.units import IntArray
from catallaxy.markets.order_sheet import OrderSheet
from catallaxy.markets.orders import BOOK, EXPIRY, KIND, OWNER, PRICE, QUANTITY, SIDE, Kind


def crowd_in(market: Market, size: int, **settings: float) -> IntArray:
    """Return the messages of ``size`` noise traders, all with ample and balanced means."""
    holdings = np.zeros((FIRST_OWNER + size, 1 + market.count, 2), np.int64)
    holdings[:, 1:, 0] = 10_000_000_000 // market.last
    holdings[:, 0, 0] = 10_000_000_000 * market.count
    market = Market(**(vars(market) | {"arrays": market.arrays._replace(holdings=holdings)}))
    population = Population("noise", Noise(NoiseSettings(**settings)), seed=3, activity=0.5, rounds=1)
    population.add(range(FIRST_OWNER, FIRST_OWNER + size), market)
    sheet = OrderSheet()
    population.decide(market, np.arange(size, dtype=np.int64), sheet)
    return sheet.messages.copy()


@pytest.fixture
def size(scaled: Callable[[int], int]) -> int:
    return scaled(40_000)


def test_stocks_and_sides_are_picked_evenly(size: int) -> None:
    messages = crowd_in(synthetic_market(), size)

    chance = 4.0 * np.sqrt(0.25 / size)
    assert np.mean(messages[:, SIDE]) == pytest.approx(0.5, abs=chance)
    assert np.bincount(messages[:, BOOK], minlength=4) / size == pytest.approx(np.full(4, 0.25), abs=chance)


def test_market_orders_come_as_often_as_set(size: int) -> None:
    messages = crowd_in(synthetic_market(), size, market_share=0.3, order_share=0.001)

    limits = messages[:, KIND] == Kind.LIMIT
    assert 1.0 - limits.mean() == pytest.approx(0.3, abs=4.0 * np.sqrt(0.21 / size))
    assert not messages[~limits, PRICE].any()  # the exchange gives them their collar


def test_limit_prices_lie_an_exponential_distance_away_from_mid(size: int) -> None:
    market = synthetic_market()
    messages = crowd_in(market, size, market_share=0.0, width=0.02)

    mid = market.mid[messages[:, BOOK]]
    distance = np.abs(messages[:, PRICE] - mid) / mid
    away = np.where(messages[:, SIDE] == 0, messages[:, PRICE] <= mid, messages[:, PRICE] >= mid)
    assert away.all()
    assert distance.mean() == pytest.approx(0.02, rel=5.0 / np.sqrt(size))
    assert np.mean(distance > 0.02) == pytest.approx(np.exp(-1.0), abs=2.5 / np.sqrt(size))


def test_sizes_are_exponential_fractions_of_the_stake(size: int) -> None:
    """With as much cash a stock as shares, the stake is the shares held."""
    market = synthetic_market()
    messages = crowd_in(market, size, market_share=0.0, order_share=0.01)

    part = messages[:, QUANTITY] / (10_000_000_000 / market.last[messages[:, BOOK]])
    assert part.mean() == pytest.approx(0.01, rel=5.0 / np.sqrt(size))
    assert part.std() == pytest.approx(0.01, rel=12.0 / np.sqrt(size))


def test_fractions_of_a_lot_are_rounded_without_bias(size: int) -> None:
    """A mean wish of a fifth of a lot gives an order of one lot now and then, never none at all."""
    market = synthetic_market(books=1)
    stake = 10_000_000_000 / market.last[0]
    messages = crowd_in(market, size, market_share=0.0, order_share=0.2 / stake)

    assert messages[:, QUANTITY].sum() / size == pytest.approx(0.2, abs=3.0 / np.sqrt(size))


def test_buying_and_selling_weigh_the_same_at_any_price(size: int) -> None:
    market = synthetic_market()
    messages = crowd_in(market, size)

    for book in range(4):
        mine = messages[messages[:, BOOK] == book]
        bought = mine[mine[:, SIDE] == 0, QUANTITY].sum()
        assert bought / mine[:, QUANTITY].sum() == pytest.approx(0.5, abs=6.0 / np.sqrt(size))


def test_orders_last_as_long_as_the_market_says() -> None:
    market = synthetic_market()

    assert set(crowd_in(market, 50)[:, EXPIRY].tolist()) == {market.order_expiry}


def test_a_trader_writes_at_most_one_order() -> None:
    owners = crowd_in(synthetic_market(), 500)[:, OWNER]

    assert np.unique(owners).size == owners.size


def test_an_empty_book_gets_limit_orders_only() -> None:
    messages = crowd_in(synthetic_market(empty=True), 500, market_share=0.5)

    assert messages.shape[0] > 100
    assert (messages[:, KIND] == Kind.LIMIT).all()


def test_a_width_beyond_its_bound_is_refused() -> None:
    with pytest.raises(OutOfBounds) as caught:
        NoiseSettings.of({"width": 0.9}, at="strategy.noise")

    assert str(caught.value) == "strategy.noise.width is 0.9; Input should be less than or equal to 0.5"
