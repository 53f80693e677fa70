"""Replications: every published number within its tolerance, in the quick versions."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy.batch.replications import REPLICATIONS, avellaneda_stoikov, replicate
from catallaxy.batch.replications.check import near, negative, within
from catallaxy.batch.replications.cliff import COST, LIMITS, polled_day
from catallaxy.batch.replications.gode_sunder import MARKET_1, Schedules, trading_period
from catallaxy.batch.replications.poisson_book import Flow, PoissonBook
from catallaxy.batch.replications.roll import bouncing_prices
from catallaxy.core.errors import OutOfBounds
from catallaxy.core.randomness import USER, Draws, component_key, philox, unit


@pytest.mark.compiled
@pytest.mark.parametrize("name", REPLICATIONS)
def test_a_published_result_is_replicated(name: str) -> None:
    """No check fails; a documented negative misses as it is known to miss."""
    result = replicate(name, quick=True)

    assert [check for check in result.checks if check.verdict == "fail"] == []
    assert result.verdict == "pass"
    assert all(check.source and check.seconds > 0 for check in result.checks)
    assert {"name", "published", "ours", "tolerance", "verdict"} <= result.as_rows()[0].keys()


@pytest.mark.slow
@pytest.mark.compiled
@pytest.mark.parametrize("name", REPLICATIONS)
def test_a_published_result_is_replicated_in_full(name: str) -> None:
    """The same, at the length of the papers."""
    assert [check for check in replicate(name).checks if check.verdict == "fail"] == []


def test_an_unknown_replication_names_the_nearest() -> None:
    """A slip of the pen gets a remedy."""
    with pytest.raises(OutOfBounds, match="did you mean 'cliff'"):
        replicate("clif")


def test_market_1_could_gain_1020() -> None:
    """Gode and Sunder's market 1: six traders a side, 170 of surplus each pair of lists."""
    assert MARKET_1.surplus == 1_020


def test_unconstrained_traders_sell_every_unit_and_lose_a_tenth() -> None:
    """All 36 units trade, the losing ones too: 918 of 1,020, exactly, whatever the draws."""
    for seed in range(3):
        period = trading_period(MARKET_1, Draws.of(seed, "test"), constrained=False)
        assert (len(period.prices), period.gains) == (36, 918)


def test_constrained_traders_never_trade_at_a_loss() -> None:
    """One buyer at 60 and one seller at 50: any trade lies between, and gains 10."""
    for seed in range(20):
        period = trading_period(Schedules(((60,),), ((50,),)), Draws.of(seed, "test"), constrained=True, shouts=500)
        assert all(50 <= price <= 60 for price in period.prices)
        assert period.gains == 10 * len(period.prices)


def test_a_polled_day_never_trades_outside_the_limits() -> None:
    """Each price is at least the common cost and at most the highest limit."""
    prices = [price for day in range(20) for price in polled_day(Draws.of(day, "test"))]
    assert prices
    assert min(prices) >= COST
    assert max(prices) <= max(LIMITS)


def test_the_dealers_kernel_agrees_with_a_plain_twin() -> None:
    """The paper's steps written out: quote, perhaps fill, move the mid."""
    a = avellaneda_stoikov
    out, key = np.empty((3, 3)), np.uint64(component_key(5, "twin"))
    a.simulate_dealer(out, True, False, key, 50, 100.0, 2.0, 1.0, 0.1, 1.5, 140.0)
    for path in range(3):
        mid, cash, inventory = 100.0, 0.0, 0
        for step in range(50):
            sell, buy, move, _ = (unit(np.uint64(bits)) for bits in philox(key, USER, path, step, 0, 0))
            remaining = 1.0 - step / 50
            half = 0.5 * (0.1 * 4.0 * remaining + 2 / 0.1 * np.log(1 + 0.1 / 1.5))
            centre = mid - inventory * 0.1 * 4.0 * remaining
            if sell < 140.0 * np.exp(-1.5 * (centre + half - mid)) / 50:
                cash, sold = cash + centre + half, 1
            else:
                sold = 0
            if buy < 140.0 * np.exp(-1.5 * (mid - centre + half)) / 50:
                cash, inventory = cash - centre + half, inventory + 1
            inventory -= sold
            mid += 2.0 * np.sqrt(1 / 50) * (1 if move < 0.5 else -1)
        assert out[path, :2] == pytest.approx([cash + inventory * mid, inventory])


def test_a_replication_repeats_to_the_bit() -> None:
    """Draws are keyed, so the same seed gives the same paths and books."""
    assert bouncing_prices(50, Draws.of(1, "x")).tolist() == bouncing_prices(50, Draws.of(1, "x")).tolist()
    spreads = [PoissonBook(Flow(20, 0.5), Draws.of(1, "x")).mean_spread(20.0) for _ in range(2)]
    assert spreads[0] == spreads[1] > 0


def test_verdicts_follow_the_tolerance() -> None:
    """Inside, on the edge and outside, for each kind of check."""
    assert [near("x", 10.0, ours, relative=0.1).verdict for ours in (9.1, 11.0, 11.1)] == ["pass", "pass", "fail"]
    assert near("x", 90.0, 90.0).tolerance == "exact"
    assert [within("x", None, ours, least=1, most=2).verdict for ours in (1.0, 2.5)] == ["pass", "fail"]
    assert [negative("x", 9.0, ours, least=1, most=2, note="").verdict for ours in (1.5, 9.0)] == [
        "documented negative", "fail",
    ]  # fmt: skip
