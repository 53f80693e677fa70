"""Producers of a ticker feed keep their tickers trading at the rate and sizes of the recipe."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy import Economy
from catallaxy.agents.strategies.ticker_producer import TickerProducerSettings
from catallaxy.core.errors import OutOfBounds


@pytest.fixture(scope="module")
def feed() -> Economy:
    """A minute of the scenario ticker."""
    economy = Economy("ticker", rng=7)
    economy.run(ticks=60)
    return economy


def test_the_feeds_published_numbers_are_the_defaults() -> None:
    settings = TickerProducerSettings()

    assert (settings.quantity, settings.burst_probability) == (1000, 0.05)
    assert (settings.burst_low, settings.burst_high, settings.active_tickers) == (5, 20, 4)


@pytest.mark.compiled
def test_four_tickers_send_five_orders_a_second_and_the_others_none(feed: Economy) -> None:
    orders = {population.name: population.orders_sent for population in feed.populations}

    assert orders["ticker_producer"] == pytest.approx(60 * 4 * 5, rel=0.05)  # a producer without means leaves one out
    trades = feed.table("trades")
    producers = set(next(p for p in feed.populations if p.name == "ticker_producer").owners.tolist())
    assert set(trades[trades["taker"].isin(producers)]["symbol"]) == set(feed.symbols[:4])


@pytest.mark.compiled
def test_orders_are_a_thousand_shares_or_five_to_twenty_times_that(feed: Economy) -> None:
    trades = feed.table("trades")
    producers = next(p for p in feed.populations if p.name == "ticker_producer").owners
    lots = trades[trades["taker"].isin(producers)].groupby("taker_order")["quantity"].sum().to_numpy()

    assert lots.max() <= 20_000
    assert np.median(lots) <= 1_000 < lots.max()


@pytest.mark.compiled
def test_quotes_are_two_hundredths_of_a_percent_apart_or_more(feed: Economy) -> None:
    quotes = feed.exchange.quotes[:4]
    width = (quotes[:, 1] - quotes[:, 0]) / quotes[:, 0]

    assert (quotes[:, 2:] > 0).all()
    assert (width < 0.002).all()


@pytest.mark.compiled
def test_prices_follow_the_walk_through_trades(feed: Economy) -> None:
    gap = np.log(feed.exchange.mid[:4] / feed.fundamental[:4])

    assert np.abs(gap).max() < 0.05


def test_a_burst_that_ends_below_its_beginning_is_refused() -> None:
    with pytest.raises(OutOfBounds) as caught:
        TickerProducerSettings.of({"burst_high": 2}, at="strategy.ticker_producer")

    assert str(caught.value) == (
        "strategy.ticker_producer.burst_high is 2; give a number not below burst_low, which is 5"
    )
