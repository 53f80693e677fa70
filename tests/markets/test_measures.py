"""Measures of markets, against numbers worked out by hand and laws from the papers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import UnusableSeries
from catallaxy.core.randomness import Draws
from catallaxy.markets import measures
from catallaxy.markets.quoting import fill_intensity, optimal_spread, reservation_price


def test_the_mid_lies_halfway_and_is_unknown_when_a_side_is_empty() -> None:
    """Empty sides have price 0, as in the table of quotes; nothing that needs them is invented."""
    assert measures.mid_price([99, 100, 0], [102, 101, 50]).tolist()[:2] == [100.5, 100.5]
    assert math.isnan(measures.mid_price([99, 0], [0, 50])[0])
    assert np.isnan(measures.quoted_spread([99, 0], [0, 50])).all()


def test_spreads_are_quoted_relative_and_effective() -> None:
    """A buyer who pays 100.5 when the mid is 100 pays a spread of 1; a seller at the mid pays none."""
    assert measures.quoted_spread([99], [101]).tolist() == [2.0]
    assert measures.relative_spread([99], [101]).tolist() == [0.02]
    assert measures.effective_spread([100.5, 100.0], [100.0, 100.0], [1, -1]).tolist() == [1.0, 0.0]


def test_the_microprice_leans_towards_the_thin_side() -> None:
    """Nine times as many bids as asks put the price nine tenths of the way to the ask."""
    assert measures.microprice([100], [110], [90], [10]).tolist() == [109.0]
    assert measures.microprice([100], [110], [5], [5]).tolist() == [105.0]
    assert math.isnan(measures.microprice([100], [110], [0], [0])[0])


@given(bid=st.integers(1, 1000), gap=st.integers(1, 50), bids=st.integers(0, 10**6), asks=st.integers(1, 10**6))
def test_the_microprice_stays_between_the_quotes(bid: int, gap: int, bids: int, asks: int) -> None:
    """It is a weighted mean of bid and ask, so it can leave neither."""
    price = measures.microprice([bid], [bid + gap], [bids], [asks])[0]
    assert bid - 1e-9 <= price <= bid + gap + 1e-9


def test_depth_counts_the_best_levels_only() -> None:
    """Levels beyond the asked ones, or absent, add nothing."""
    assert measures.depth([5, 7, 100], levels=2) == 12.0
    assert measures.depth([], levels=3) == 0.0


def test_imbalance_runs_from_minus_one_to_one() -> None:
    """All offers, none, balanced, all bids."""
    found = measures.order_imbalance([0, 0, 3, 4], [9, 0, 3, 0])
    assert found[[0, 2, 3]].tolist() == [-1.0, 0.0, 1.0]
    assert math.isnan(found[1])


def test_realised_volatility_is_the_root_of_summed_squared_log_returns() -> None:
    """Two moves of 1 % in logarithms give sqrt(2) %, and sqrt(252) times that a year."""
    prices = 100.0 * np.exp([0.0, 0.01, 0.0])
    assert measures.realised_volatility(prices) == pytest.approx(0.01 * math.sqrt(2))
    assert measures.realised_volatility(prices, periods=252) == pytest.approx(0.01 * math.sqrt(504))
    assert measures.realised_volatility([5.0, 5.0, 5.0]) == 0.0


def test_kyles_lambda_recovers_the_impact_that_made_the_prices() -> None:
    """Kyle 1985: with Σ0 = 4 and σ_u = 10 the dealer's λ is sqrt(Σ0) / (2 σ_u) = 0.1."""
    draws, rows = Draws.of(1, "kyle"), np.arange(10_000)
    value, noise = 2.0 * draws.normal(rows), 10.0 * draws.normal(rows, number=1)
    flow = value * (10.0 / 2.0) + noise
    assert measures.kyle_lambda(value, flow) == pytest.approx(0.1, rel=0.03)
    assert math.isnan(measures.kyle_lambda([1.0, 2.0, 3.0], [5.0, 5.0, 5.0]))


def test_rolls_spread_is_twice_the_root_of_minus_the_covariance() -> None:
    """By hand: changes 1, -1, 1, -1 have centred lag products -24/9 over 3 pairs."""
    assert measures.roll_spread([100, 101, 100, 101, 100]) == pytest.approx(2 * math.sqrt(24 / 27))
    assert measures.roll_spread([100, 100, 100, 100]) == 0.0


def test_rolls_spread_is_unknown_when_prices_trend() -> None:
    """A positive covariance contradicts the model; no number is made up."""
    assert math.isnan(measures.roll_spread([0, 1, 2, 3, 3, 3, 3]))


def test_amihuds_illiquidity_leaves_out_days_without_trade() -> None:
    """|2 %| / 100 and |-1 %| / 50 are both 0.0002; the idle day does not count."""
    assert measures.amihud_illiquidity([0.02, -0.01, 0.5], [100, 50, 0]) == pytest.approx(0.0002)
    assert math.isnan(measures.amihud_illiquidity([0.1], [0]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: measures.roll_spread([]), "prices has 0 rows; at least 4 are needed"),
        (lambda: measures.roll_spread([1, 2, math.nan, 3]), "prices is nan at row 2; give finite numbers"),
        (lambda: measures.realised_volatility([1.0]), "prices has 1 rows; at least 2 are needed"),
        (lambda: measures.realised_volatility([1.0, -2.0]), "prices is -2.0 at row 1; give numbers above 0"),
        (lambda: measures.kyle_lambda([1, 2, 3], [1, 2, 3, 4]),
         "signed_flow has 4 rows and price_changes has 3; give one length"),
        (lambda: measures.amihud_illiquidity([], []), "returns has 0 rows; at least 1 are needed"),
        (lambda: measures.kyle_lambda([[1, 2], [3, 4]], [1, 2]), "price_changes has 2 dimensions; give one"),
        (lambda: measures.mid_price([1, 2], [1]), "ask has 1 rows and bid has 2; give one length"),
        (lambda: measures.depth([1], levels=0), "levels is 0; give 1 or more"),
    ],
)  # fmt: skip
def test_an_unusable_series_is_named_with_the_row(call: Callable[[], Any], message: str) -> None:
    """Every refusal says which array, what is wrong with it and what is due."""
    with pytest.raises(UnusableSeries) as refusal:
        call()
    assert str(refusal.value) == message


def test_avellaneda_and_stoikovs_closed_forms() -> None:
    """Paper's parameters at t = 0: γσ² = 0.4 a lot of inventory, spread 0.4 + 20 ln(1 + 1/15)."""
    assert reservation_price(100.0, 3.0, 0.1, 4.0, 1.0) == pytest.approx(98.8)
    assert optimal_spread(0.1, 4.0, 1.0, 1.5) == pytest.approx(0.4 + 20 * math.log(16 / 15))
    assert fill_intensity(0.0, 140.0, 1.5) == 140.0
