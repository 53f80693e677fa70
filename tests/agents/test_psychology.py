"""Moods: the index, its two sides, herding against chance, shocks that fade, and scales that are never prices."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.agents.mood_inputs import binomial_mean_deviation, excess_herding, market_inputs, taker_sides
from catallaxy.agents.psychology import Psychology, PsychologySettings
from catallaxy.core.errors import OutOfBounds, UnusableSeries
from catallaxy.core.randomness import Draws
from catallaxy.markets.orders import F_BOOK, F_QUANTITY, F_SIDE, F_TAKER_ORDER

QUIET: dict[str, Any] = {
    "returns_20d": 0.0, "vol_ratio": 1.0, "imbalance": 0.0, "margin_share": 0.0, "breadth": 0.0,
    "buy_counts": [0, 0], "sell_counts": [0, 0],
}  # fmt: skip


def moods(agents: int = 200, seed: int = 7, **settings: Any) -> Psychology:
    return Psychology(PsychologySettings(**settings), ["AAPL", "MSFT"], agents=agents, seed=seed)


def days(psychology: Psychology, number: int, **changes: Any) -> Psychology:
    for _ in range(number):
        psychology.note_day(**(QUIET | changes))
    return psychology


# The index


def test_a_quiet_market_has_no_mood() -> None:
    psychology = days(moods(), 300)
    assert psychology.index.tolist() == [0.0, 0.0]
    for scale in ("noise", "order_size", "chartist", "fundamentalist", "risk_aversion", "leverage"):
        assert getattr(psychology, f"{scale}_scale").tolist() == [1.0, 1.0]
    assert psychology.market.sentiment_01 == 0.5


def test_signals_of_two_deviations_are_halved_and_averaged() -> None:
    """One signal of five at two usual deviations is a score of 0.2; the index takes its part of it."""
    psychology = days(moods(half_life_days=10.0), 1, returns_20d=[0.10, 0.0])
    assert psychology.index == pytest.approx([0.2 * (1 - 0.5**0.1), 0.0])
    more = days(moods(half_life_days=10.0), 1, returns_20d=[0.90, 0.0])
    assert more.index.tolist() == psychology.index.tolist()  # clipped


@pytest.mark.parametrize(
    ("signal", "good", "bad"),
    [
        ("returns_20d", 0.1, -0.1),
        ("vol_ratio", 0.5, 2.0),
        ("imbalance", 0.5, -0.5),
        ("margin_share", 0.0, 0.2),
        ("breadth", 1.0, -1.0),
    ],
)
def test_each_signal_pulls_its_way(signal: str, good: float, bad: float) -> None:
    """Margin calls only frighten; the four others go both ways."""
    assert (days(moods(), 5, **{signal: bad}).fear > 0.01).all()
    glad = days(moods(), 5, **{signal: good})
    assert (glad.greed > 0.01).all() if signal != "margin_share" else (glad.index == 0.0).all()


def test_the_index_forgets_by_half_in_a_half_life() -> None:
    psychology = days(moods(half_life_days=8.0, usual_half_life_days=25_200.0), 1, returns_20d=0.1)
    first = psychology.market.index
    after = days(psychology, 8).market.index
    assert after == pytest.approx(first / 2, rel=0.05)  # the usual return has moved a little


def test_what_lasts_becomes_usual() -> None:
    """After two years of a steady rise the same rise no longer makes anybody greedy."""
    psychology = moods()
    early = days(psychology, 40, returns_20d=0.05).market.index
    late = days(psychology, 1_500, returns_20d=0.05).market.index
    assert early > 0.05
    assert late < early / 3


day_signals = st.fixed_dictionaries({
    "returns_20d": st.lists(st.floats(-3, 3), min_size=2, max_size=2),
    "vol_ratio": st.lists(st.floats(0, 50), min_size=2, max_size=2),
    "imbalance": st.lists(st.floats(-1, 1), min_size=2, max_size=2),
    "margin_share": st.floats(0, 1),
    "breadth": st.floats(-1, 1),
    "buy_counts": st.lists(st.integers(0, 10_000), min_size=2, max_size=2),
    "sell_counts": st.lists(st.integers(0, 10_000), min_size=2, max_size=2),
})  # fmt: skip


@given(st.lists(day_signals, max_size=8), st.floats(-1, 1).filter(bool))
def test_fear_and_greed_are_never_both_positive_and_all_stays_in_bounds(seen: list[Any], shock: float) -> None:
    psychology = moods(agents=20)
    psychology.shock(shock, symbol="MSFT")
    psychology.shock(shock)
    for day in seen:
        psychology.note_day(**day)
    mood = psychology.market
    assert not (psychology.fear * psychology.greed).any()
    assert mood.fear * mood.greed == 0.0
    assert (np.abs(psychology.index) <= 1.0).all()
    assert (np.abs(psychology.individual) <= 1.0).all()
    assert ((psychology.noise_scale >= 1.0) & (psychology.noise_scale <= 1.8)).all()
    assert ((psychology.leverage_scale >= 0.0) & (psychology.leverage_scale <= 2.0)).all()
    assert ((psychology.fundamentalist_scale >= 0.5) & (psychology.fundamentalist_scale <= 1.0)).all()
    assert ((psychology.confidence >= 0.0) & (psychology.confidence <= 1.0)).all()
    assert 0.0 <= mood.disagreement <= 1.0


# Shocks


@given(st.floats(-1, 1).filter(lambda size: abs(size) > 0.01), st.integers(1, 40))
def test_a_shock_fades_by_half_each_half_life(size: float, half_life: int) -> None:
    psychology = moods(agents=1)
    psychology.shock(size, half_life_days=half_life)
    for halvings in range(4):
        assert psychology.index == pytest.approx([size / 2**halvings] * 2, rel=1e-12)
        days(psychology, half_life)


def test_a_panic_frightens_every_asset_and_a_euphoria_one() -> None:
    psychology = moods()
    psychology.shock(-0.5)
    psychology.shock(0.8, symbol="MSFT")
    assert psychology.index == pytest.approx([-0.5, 0.3])
    assert psychology.market.index == psychology.sentiment == -0.5
    assert psychology.fear == pytest.approx([0.5, 0.0])
    assert psychology.greed == pytest.approx([0.0, 0.3])


def test_a_faded_shock_is_forgotten() -> None:
    psychology = moods()
    psychology.shock(-1.0, half_life_days=1.0)
    days(psychology, 25)
    assert psychology.index.tolist() == [0.0, 0.0]
    assert len(psychology.state()[0]["shocks"]) == 0


def test_a_shock_that_cannot_be_is_refused_with_the_remedy() -> None:
    for size in (0.0, 1.5, -2.0, math.nan):
        with pytest.raises(OutOfBounds, match="give a number from -1 to 1, not 0"):
            moods().shock(size)
    with pytest.raises(OutOfBounds, match="half_life_days is 0"):
        moods().shock(0.5, half_life_days=0)
    with pytest.raises(OutOfBounds, match="symbol is 'MSTF'; give a listed one; did you mean 'MSFT'"):
        moods().shock(0.5, symbol="MSTF")


# Effects


def test_a_full_panic_has_the_effects_the_weights_say() -> None:
    """S = -1: noise 1.3, order sizes 1.4, trends 1, fundamentals half, risk aversion double, no leverage."""
    psychology = moods()
    psychology.shock(-1.0)
    assert psychology.noise_scale.tolist() == [1.3, 1.3]
    assert psychology.order_size_scale.tolist() == [1.4, 1.4]
    assert psychology.chartist_scale.tolist() == [1.0, 1.0]
    assert psychology.fundamentalist_scale.tolist() == [0.5, 0.5]
    assert psychology.risk_aversion_scale.tolist() == [2.0, 2.0]
    assert psychology.leverage_scale.tolist() == [0.0, 0.0]
    assert psychology.confidence.tolist() == [0.0, 0.0]
    mood = psychology.market
    assert (mood.risk_aversion_scale, mood.leverage_scale, mood.sentiment_01) == (2.0, 0.0, 0.0)


def test_a_full_euphoria_has_the_effects_the_weights_say() -> None:
    psychology = moods(greed_weight=0.6)
    psychology.shock(1.0)
    assert psychology.noise_scale.tolist() == [1.6, 1.6]
    assert psychology.chartist_scale.tolist() == [2.0, 2.0]
    assert psychology.risk_aversion_scale.tolist() == [1.0, 1.0]
    assert psychology.leverage_scale.tolist() == [2.0, 2.0]


def test_nothing_that_moods_offer_is_a_price() -> None:
    """Only scales, indices and counts are public."""
    public = {name for name in dir(Psychology) if not name.startswith("_")}
    assert not [name for name in public if "price" in name or "quote" in name or "value" in name]


# Herding


@given(st.integers(1, 300), st.floats(0.01, 0.99))
def test_the_expectation_under_independence_is_exact(n: int, p: float) -> None:
    """De Moivre's closed form against the sum over the binomial distribution."""
    logs = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(n + 1)]
    masses = [math.exp(log + k * math.log(p) + (n - k) * math.log1p(-p)) for k, log in enumerate(logs)]
    plain = math.fsum(mass * abs(k - n * p) for k, mass in enumerate(masses))
    assert binomial_mean_deviation(n, p) == pytest.approx(plain, rel=1e-9, abs=1e-12)


def test_independent_traders_do_not_herd() -> None:
    """4,000 days of 30 independent trades each: H is 0 on average, within four standard errors."""
    draws = Draws.of(1, "herding")
    bought = sum((draws.uniform(np.arange(4_000), number=k) < 0.5).astype(np.int64) for k in range(30))
    herding = excess_herding(bought, 30 - bought)
    assert abs(herding.mean()) < 4 * herding.std() / math.sqrt(4_000)
    assert np.abs(2 * bought / 30 - 1).mean() > 0.1  # what is taken off: the naive measure sees herds everywhere


def test_a_crowd_on_one_side_herds_the_more_the_larger_it_is() -> None:
    herding = excess_herding([1, 4, 100, 10_000], [0, 0, 0, 0])
    assert herding[0] == pytest.approx(0.0)  # one trader is always on one side
    assert (np.diff(herding) > 0).all()
    assert herding[-1] == pytest.approx(1.0, abs=0.01)


def test_against_the_days_own_share_only_herding_into_one_stock_counts() -> None:
    """All books alike at 70 % buys: a herd against one half, none against the day's 70 %."""
    buys, sells = [700, 700], [300, 300]
    assert (excess_herding(buys, sells) > 0.3).all()
    assert (excess_herding(buys, sells, buy_share=0.7) < 0.0).all()


def test_the_measure_of_lakonishok_shleifer_and_vishny_is_half_of_ours() -> None:
    """With 12 buyers of 16 and p = 0.5 theirs is 0.25 less the expected deviation of a share."""
    expected = math.fsum(math.comb(16, k) / 2**16 * abs(k / 16 - 0.5) for k in range(17))
    assert excess_herding([12], [4])[0] == pytest.approx(2 * (0.25 - expected))


def test_a_crowd_that_keeps_buying_is_called_a_herd() -> None:
    psychology = moods()
    assert not psychology.is_herding.any()
    days(psychology, 10, buy_counts=[90, 50], sell_counts=[10, 50])
    assert psychology.is_herding.tolist() == [True, False]
    assert psychology.noise_scale[0] > 1.0
    assert psychology.noise_scale[1] == 1.0
    assert psychology.market.is_herding
    days(psychology, 60)
    assert not psychology.is_herding.any()


# Agents


def test_each_agent_has_a_memory_and_a_leaning_of_its_own() -> None:
    psychology = moods(agents=2_000, tilt=0.2)
    assert psychology.market.disagreement == pytest.approx(0.04, rel=0.1)
    assert psychology.market.mean_sentiment == pytest.approx(0.0, abs=0.02)
    before = psychology.individual.copy()
    days(psychology, 20, returns_20d=0.1, breadth=1.0)
    assert (psychology.individual > before).mean() > 0.95
    assert np.unique(psychology.memory).size > 1_900


def test_agents_with_shorter_memories_forget_first() -> None:
    """A burst of good news raises disagreement among agents who lean no way; it goes as they forget."""
    psychology = days(moods(tilt=0.0), 5, returns_20d=0.2, breadth=1.0)
    fresh = psychology.market.disagreement
    assert fresh > 0.0
    assert days(psychology, 200).market.disagreement < fresh / 10


def test_disagreement_lowers_confidence() -> None:
    agreed, split = moods(tilt=0.0), moods(tilt=0.4)
    assert agreed.confidence.tolist() == [0.5, 0.5]
    assert (split.confidence < 0.4).all()


def test_the_mean_of_all_agents_follows_the_index() -> None:
    psychology = days(moods(agents=1_000), 15, returns_20d=-0.1, vol_ratio=2.0, breadth=-1.0)
    mood = psychology.market
    assert mood.index < -0.2
    assert mood.mean_sentiment == pytest.approx(mood.index, abs=0.08)


def test_newcomers_change_nobody_else() -> None:
    one, other = days(moods(agents=50), 5, returns_20d=0.1), days(moods(agents=80), 5, returns_20d=0.1)
    assert other.individual[:50].tolist() == one.individual.tolist()
    one.grow(80)
    assert one.tilt.tolist() == other.tilt.tolist()
    assert (one.memory[50:] == one.market.index).all()


def test_a_market_without_agents_or_assets_still_has_a_state() -> None:
    empty = Psychology(PsychologySettings(), [], agents=0, seed=1)
    empty.note_day([], [], [], 0.0, 0.0, [], [])
    assert empty.index.tolist() == []
    assert empty.market.disagreement == 0.0


# Inputs


def test_inputs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UnusableSeries, match="give one number for each of 2 assets"):
        days(moods(), 1, returns_20d=[0.1, 0.1, 0.1])
    with pytest.raises(UnusableSeries, match="breadth holds what is not a finite number"):
        days(moods(), 1, breadth=math.nan)
    with pytest.raises(UnusableSeries, match="buys and sells hold a number below 0"):
        days(moods(), 1, buy_counts=[-1, 0])


def test_taking_orders_count_once_and_lots_by_side() -> None:
    """Order 7 walks through two makers, order 8 sells, order 9 buys in the other book."""
    fills = np.zeros((4, 9), np.int64)
    fills[:, F_TAKER_ORDER], fills[:, F_SIDE] = [7, 7, 8, 9], [0, 0, 1, 0]
    fills[:, F_BOOK], fills[:, F_QUANTITY] = [0, 0, 0, 1], [3, 4, 5, 6]
    assert taker_sides(fills, books=2).tolist() == [[7, 6], [5, 0], [1, 1], [1, 0]]
    assert taker_sides(fills[:0], books=2).tolist() == [[0, 0]] * 4


def test_market_inputs_are_what_they_say() -> None:
    """300 days of which the last 20 rise and swing three times as wide in the first book."""
    moves = np.array([[0.01 * (-1) ** d, 0.01 * (-1) ** d] for d in range(300)])
    moves[-20:, 0] = [0.005 + 0.03 * (-1) ** d for d in range(20)]
    closes = 100 * np.exp(np.cumsum(np.vstack([[0.0, 0.0], moves]), axis=0))
    sides = np.array([[30, 0], [10, 0], [3, 0], [2, 0]])
    day = market_inputs(closes, sides, margin_share=0.25)
    assert day.returns_20d == pytest.approx([0.1, 0.0])
    year = math.sqrt((232 * 1e-4 + 20 * (0.03**2 + 0.005**2)) / 252)
    assert day.vol_ratio == pytest.approx([math.sqrt(0.03**2 + 0.005**2) / year, 1.0])
    assert day.imbalance.tolist() == [0.5, 0.0]
    assert (day.margin_share, day.breadth) == (0.25, -1.0)
    assert (day.buy_counts.tolist(), day.sell_counts.tolist()) == ([3, 0], [2, 0])
    moods().note_day(*day)


def test_a_first_day_says_nothing() -> None:
    day = market_inputs([[100, 50]], np.zeros((4, 2), np.int64), margin_share=0.0)
    assert (day.returns_20d.tolist(), day.vol_ratio.tolist(), day.breadth) == ([0.0, 0.0], [1.0, 1.0], 0.0)
    for closes, sides in (([[0.0, 1.0]], np.zeros((4, 2))), ([[1.0, 1.0]], np.zeros((4, 3))), ([], np.zeros((4, 0)))):
        with pytest.raises(UnusableSeries):
            market_inputs(closes, sides, margin_share=0.0)


# State


def test_moods_go_on_from_their_state() -> None:
    """A restored part agrees to the bit with one that never stopped, shocks and newcomers included."""
    first = days(moods(agents=30), 12, returns_20d=[0.1, -0.05], buy_counts=[9, 2], sell_counts=[1, 2])
    first.shock(-0.4, half_life_days=7)
    first.shock(0.2, symbol="AAPL")
    first.grow(40)
    days(first, 3, margin_share=0.05)
    arrays, values = first.state()
    for start in (10, 60):
        second = moods(agents=start)
        second.restore(arrays, json.loads(json.dumps(values)))
        assert second.market == first.market
        assert second.individual.tolist() == first.individual.tolist()
    days(first, 9, breadth=-0.5)
    days(second, 9, breadth=-0.5)
    assert second.market == first.market
    assert second.noise_scale.tolist() == first.noise_scale.tolist()
    for ours, theirs in zip(first.state()[0].values(), second.state()[0].values(), strict=True):
        assert ours.tolist() == theirs.tolist()
