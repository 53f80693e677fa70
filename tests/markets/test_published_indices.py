"""Indices that move no price: the sketches' formulas with their numbers, and the textbook's demand and supply."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import UnusableSeries
from catallaxy.markets import demand_and_supply, published_indices
from catallaxy.markets.published_indices import (
    LABEL,
    PUBLISHED,
    ces_demand,
    clear_step_market,
    clearing_price,
    cobb_douglas_demand,
    consumer_surplus,
    inflation_decomposition,
    price_elasticity,
    producer_surplus,
    scarcity_index,
    scarcity_multiplier,
    sentiment_01,
    sketched_equilibrium_price,
    step_consumer_surplus,
    step_demand,
    step_producer_surplus,
    step_supply,
    volatility_multiplier,
)

AMOUNT = st.floats(0.1, 1e6)
STEPS = st.lists(st.tuples(st.integers(1, 200), st.integers(0, 20)), min_size=1, max_size=8)


def test_every_published_index_says_that_it_moves_no_price() -> None:
    assert len(PUBLISHED) == 10
    assert all(sentence.endswith(LABEL) for sentence in PUBLISHED.values())
    assert set(published_indices.__all__) - {"LABEL", "PUBLISHED"} <= vars(published_indices).keys()
    assert published_indices.step_supply is demand_and_supply.step_supply


def test_ten_per_cent_of_excess_demand() -> None:
    """Inelastic sides need +10 %, elastic ones +2.4 %; the sketch said +20 % for the elastic ones."""
    assert clearing_price(100, 1.1, 1.0, 0.5, 0.5) == pytest.approx(110.0)
    assert clearing_price(100, 1.1, 1.0, 2, 2) == pytest.approx(102.411, abs=1e-3)
    assert sketched_equilibrium_price(100, 1.1, 1.0, 2) == pytest.approx(120.0)


@given(AMOUNT, AMOUNT, AMOUNT, st.floats(0.1, 5), st.floats(0.1, 5))
def test_at_the_clearing_price_demand_is_supply(price: float, demand: float, supply: float, d: float, s: float) -> None:
    ratio = clearing_price(price, demand, supply, d, s) / price
    assert demand * ratio**-d == pytest.approx(supply * ratio**s, rel=1e-9)


@given(st.floats(1.01, 100), st.floats(0.1, 5), st.floats(0.1, 5))
def test_more_elastic_sides_need_a_smaller_move(excess: float, one: float, more: float) -> None:
    stiff, elastic = clearing_price(1, excess, 1, one, 0.1), clearing_price(1, excess, 1, one + more, 0.1)
    assert 1 < elastic < stiff
    assert sketched_equilibrium_price(1, excess, 1, one + more) > sketched_equilibrium_price(1, excess, 1, one)


def test_a_market_without_one_side_has_no_clearing_price() -> None:
    with pytest.raises(UnusableSeries, match="demand and supply are 1 and 0; give numbers above 0"):
        clearing_price(100, 1, 0, 1, 1)
    with pytest.raises(UnusableSeries, match="elasticities are 0 and 0"):
        clearing_price(100, 1, 1, 0, 0)


@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT)
def test_the_arc_elasticity_is_the_same_both_ways(p: float, p_new: float, q: float, q_new: float) -> None:
    there, back = price_elasticity(p, p_new, q, q_new), price_elasticity(p_new, p, q_new, q)
    assert there == pytest.approx(back, nan_ok=True)


def test_the_arc_elasticity_of_a_curve_of_constant_elasticity_is_near_it() -> None:
    assert price_elasticity(100, 101, 100**-1.5, 101**-1.5) == pytest.approx(-1.5, abs=1e-4)
    assert math.isnan(price_elasticity(5, 5, 1, 2))


def test_surpluses_are_the_triangles_of_the_textbook() -> None:
    """Demand 10 - q and supply 2 + q cross at quantity 4 and price 6."""
    assert consumer_surplus(lambda q: 10 - q, 4, 6) == pytest.approx(8.0)
    assert producer_surplus(lambda q: 2 + q, 4, 6) == pytest.approx(8.0)
    assert consumer_surplus(lambda q: np.exp(-q), 2, math.exp(-2)) == pytest.approx(1 - 3 * math.exp(-2))


def test_supply_has_a_step_for_each_marginal_cost() -> None:
    """Given in any order; a price equal to a cost brings the step in."""
    assert step_supply([9, 4, 6], [3, 2, 1], [3.99, 4, 6, 8.9, 9]).tolist() == [0, 2, 3, 3, 6]
    assert step_demand([5, 10, 8], [1, 1, 2], [10.1, 10, 8, 5]).tolist() == [0, 1, 3, 4]


def test_the_market_of_gode_and_sunder_clears_at_its_whole_surplus() -> None:
    """Six buyers and six sellers with identical lists: 30 units, six of them without gain, and 1,020 in all."""
    values, costs = (102, 97, 92, 87, 82, 77), (34, 46, 58, 70, 82, 94)
    market = clear_step_market(values, [6] * 6, costs, [6] * 6)
    assert (market.quantity, market.price, market.surplus) == (30, 82.0, 1_020)
    assert (market.lowest, market.highest) == (82.0, 82.0)


def test_a_market_where_nobody_can_gain_does_not_trade() -> None:
    market = clear_step_market([5], [10], [6], [10])
    assert (market.quantity, market.surplus) == (0.0, 0.0)
    assert math.isnan(market.price)


@given(STEPS, STEPS)
def test_a_cleared_step_market_is_an_equilibrium(demand: list[tuple[int, int]], supply: list[tuple[int, int]]) -> None:
    """At every price of its range what is traded lies between strict and weak wishes; the surplus is the greatest."""
    values, wanted = zip(*demand, strict=True)
    costs, offered = zip(*supply, strict=True)
    market = clear_step_market(values, wanted, costs, offered)
    units = sorted((v for v, q in demand for _ in range(q)), reverse=True)
    made = sorted(c for c, q in supply for _ in range(q))
    assert market.surplus == pytest.approx(sum(max(0, v - c) for v, c in zip(units, made, strict=False)))
    if not market.quantity:
        return
    assert market.lowest <= market.price <= market.highest
    for price in (market.lowest, market.price, market.highest):
        assert step_demand(values, wanted, price + 1e-6)[0] <= market.quantity <= step_demand(values, wanted, price)[0]
        assert step_supply(costs, offered, price - 1e-6)[0] <= market.quantity <= step_supply(costs, offered, price)[0]
    assert step_consumer_surplus(values, wanted, market.price) == pytest.approx(market.consumer_surplus)
    assert step_producer_surplus(costs, offered, market.price) == pytest.approx(market.producer_surplus)


@given(st.lists(st.tuples(st.floats(0.5, 50), st.floats(0.05, 5)), min_size=2, max_size=5), st.floats(0, 3))
def test_demand_from_utility_spends_the_income_and_cannot_be_bettered(
    goods: list[tuple[float, float]], s: float
) -> None:
    """Marginal utility per unit of money is the same for all goods (σ > 0); prices times a number halve the bundle."""
    prices, weights = (np.array(column) for column in zip(*goods, strict=True))
    bundle = ces_demand(100.0, prices, weights, s)
    assert prices @ bundle == pytest.approx(100.0)
    assert ces_demand(100.0, 2 * prices, weights, s) == pytest.approx(bundle / 2)
    if s > 0.2:
        per_money = (weights / bundle) ** (1 / s) / prices
        assert per_money == pytest.approx(np.full(prices.size, per_money[0]), rel=1e-6)


def test_demand_has_its_special_cases() -> None:
    """σ = 1 spends fixed shares, σ = 0 buys fixed proportions; many consumers at once."""
    assert cobb_douglas_demand(100, [2, 5], [0.4, 0.6]).tolist() == [20.0, 12.0]
    assert cobb_douglas_demand(100, [2, 5], [2, 3]) == pytest.approx([20.0, 12.0])
    assert ces_demand(12, [1, 2], [2, 1], 0.0).tolist() == [6.0, 3.0]
    assert ces_demand([4, 8], [1, 1], [1, 1], 2.0).tolist() == [[2.0, 2.0], [4.0, 4.0]]


def test_a_dearer_good_is_bought_less_and_its_share_shows_the_elasticity() -> None:
    before, after = ces_demand(100, [1, 1], [1, 1], 3.0), ces_demand(100, [1.01, 1], [1, 1], 3.0)
    assert after[0] < before[0]
    ratio = price_elasticity(1, 1.01, before[0] / before[1], after[0] / after[1])
    assert ratio == pytest.approx(-3.0, abs=1e-3)


@pytest.mark.parametrize(
    ("prices", "weights", "elasticity", "message"),
    [
        ([0, 1], [1, 1], 1.0, "prices holds 0.0; give prices above 0"),
        ([1, 1], [0, 0], 1.0, "weights holds a number below 0, or nothing but 0; give each good its weight"),
        ([1, 1], [1, 1], -1.0, "elasticity is -1.0; give 0 or more"),
        ([1, 1], [1], 1.0, "weights has 1 rows and prices has 2; give one length"),
    ],
)
def test_what_is_no_utility_is_refused(prices: object, weights: object, elasticity: float, message: str) -> None:
    with pytest.raises(UnusableSeries) as error:
        ces_demand(1.0, prices, weights, elasticity)  # type: ignore[arg-type]
    assert str(error.value) == message


def test_the_volatility_multiplier_of_the_sketch() -> None:
    """2.5 at most when all add up, which fear and greed no longer can."""
    assert volatility_multiplier(1, 1, 1, 1)[0] == pytest.approx(2.5)
    assert volatility_multiplier(0.5, 0.0, 0.1, 0.5)[0] == pytest.approx(1 + 0.15 + 0.05 + 0.2)
    assert volatility_multiplier([0, 0], [0, 1], [0, 0], [0, 1], greed_weight=0.6).tolist() == [1.0, 2.0]


def test_the_sketched_inflation_counts_about_twice() -> None:
    """Both honest decompositions add up to the 3 % measured; the sketch makes 9 % of it."""
    split = inflation_decomposition(
        0.03, base=0.02, money_growth=0.06, velocity_growth=-0.01, output_growth=0.02,
        expected=0.02, gap_part=0.01, commodity_part=0.005, behaviour=0.01,
    )  # fmt: skip
    assert sum(split.by_money.values()) == pytest.approx(0.03)
    assert split.by_money["residual"] == pytest.approx(0.0)
    assert sum(split.by_slack.values()) == pytest.approx(0.03)
    assert split.by_slack["residual"] == pytest.approx(-0.005)
    assert split.sketched == pytest.approx(0.09)


def test_scarcity_stays_within_its_bounds() -> None:
    """Half gone is 0.5, ten times the base is -1 and not -9."""
    index = scarcity_index([100, 50, 0, 1_000], [100, 100, 100, 100])
    assert index.tolist() == [0.0, 0.5, 1.0, -1.0]
    assert scarcity_multiplier(index, 0.5, greatest=2.0).tolist() == [1.0, 1.5, 2.0, 0.0]
    with pytest.raises(UnusableSeries, match=r"base holds 0\.0; give base reserves above 0"):
        scarcity_index([1], [0])


def test_sentiment_for_readers_of_a_scale_from_0_to_1() -> None:
    assert sentiment_01([-1, -0.5, 0, 1]).tolist() == [0.0, 0.25, 0.5, 1.0]
