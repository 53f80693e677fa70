"""Cascades, DebtRank and fire sales: published numbers, limiting cases, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds
from catallaxy.markets.contagion import furfine
from catallaxy.markets.debtrank import debtrank_2012, debtrank_2015
from catallaxy.markets.deleveraging import deleveraging, market_depth
from catallaxy.markets.fire_sales import greenwood_landier_thesmar
from tests.markets.bank_networks import RING, System, systems

EXPOSURES, EQUITY, WEIGHTS = [[0, 1, 0], [10, 0, 3], [3, 2, 0]], [2, 5, 2], [10, 100, 30]
LEVERAGE = np.array([[0, 0.2, 0.1], [0.3, 0, 0.1], [0.1, 0.2, 0]])
SHOCK = np.array([0.1, 0.05, 0.02])


def test_the_failure_of_one_bank_brings_down_the_ring_one_by_one() -> None:
    cascade = furfine(np.transpose(RING), [1, 3, 3], 0)

    assert cascade.failed_in.tolist() == [0, 1, 2]
    assert cascade.losses.tolist() == [2.0, 4.0, 3.0]
    assert cascade.rounds == 2


def test_a_smaller_loss_given_default_stops_the_cascade() -> None:
    cascade = furfine(np.transpose(RING), [1, 3, 3], 0, loss_given_default=0.4)

    assert cascade.failed.tolist() == [True, False, False]
    assert cascade.losses == pytest.approx([0, 1.6, 0])


def test_several_banks_may_fail_first_and_a_bank_without_losses_never_fails() -> None:
    cascade = furfine([[0, 0, 0], [0, 0, 0], [1, 1, 0]], [0, 0, 2], [0, 1])

    assert cascade.failed_in.tolist() == [0, 0, 1]
    assert furfine(np.zeros((2, 2)), [0, 0], 0).failed_in.tolist() == [0, -1]


@given(systems(), st.floats(0.0, 1.0))
def test_a_larger_loss_given_default_never_saves_a_bank(system: System, rate: float) -> None:
    smaller, larger = (furfine(system.owed, system.assets, 0, loss_given_default=r) for r in (rate * 0.5, rate))

    assert (larger.failed >= smaller.failed).all()


@pytest.mark.parametrize(("bank", "rank"), [(0, 0.928571), (1, 0.25), (2, 0.664286)])
def test_debtrank_of_2012_of_three_banks(bank: int, rank: float) -> None:
    """Numbers printed by the R package NetworkRiskMeasures."""
    assert debtrank_2012(EXPOSURES, EQUITY, np.eye(3)[bank], WEIGHTS).rank == pytest.approx(rank, abs=1e-6)


def test_a_loss_of_a_tenth_everywhere_under_both_rules() -> None:
    """Passed on once it costs 16 % of the system, passed on until all is lost 87 %."""
    once = debtrank_2012(EXPOSURES, EQUITY, [0.1] * 3, WEIGHTS)
    repeated = debtrank_2015(EXPOSURES, EQUITY, [0.1] * 3, WEIGHTS)

    assert once.distress == pytest.approx([0.15, 0.26, 0.30])
    assert once.rank == pytest.approx(0.160714, abs=1e-6)
    assert repeated.distress == pytest.approx([0.6, 1.0, 1.0])
    assert repeated.rank == pytest.approx(0.871429, abs=1e-6)
    assert debtrank_2015(EXPOSURES, EQUITY, [0, 0, 1], WEIGHTS).rank == pytest.approx(0.75)


def test_without_caps_debtrank_of_2015_solves_a_linear_system() -> None:
    found = debtrank_2015(LEVERAGE, [1, 1, 1], SHOCK)

    assert found.distress == pytest.approx(np.linalg.solve(np.eye(3) - LEVERAGE, SHOCK), rel=1e-12)
    assert found.distress == pytest.approx([0.123503, 0.092129, 0.050776], abs=1e-6)
    assert debtrank_2012(LEVERAGE, [1, 1, 1], SHOCK).distress == pytest.approx([0.112, 0.082, 0.040])


@given(systems(), st.data())
def test_the_linear_regime_is_the_sum_over_all_walks(system: System, data: st.DataObject) -> None:
    """Equity large enough that nobody loses all: h = (I - Λ)^-1 h(0)."""
    n = len(system.assets)
    equity = 2.0 * system.owed.sum(axis=1) + 1.0
    shock = np.array(data.draw(st.lists(st.floats(0.0, 0.5), min_size=n, max_size=n)))

    found = debtrank_2015(system.owed, equity, shock)

    assert found.distress == pytest.approx(np.linalg.solve(np.eye(n) - system.owed / equity[:, None], shock), abs=1e-9)
    assert found.rank >= 0.0


@given(systems(), st.data())
def test_passing_on_every_loss_never_leaves_less_distress_than_passing_on_once(
    system: System, data: st.DataObject
) -> None:
    n = len(system.assets)
    shock = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.1, 0.4, 1.0]), min_size=n, max_size=n)))
    once, repeated = (rule(system.owed, system.assets + 1, shock) for rule in (debtrank_2012, debtrank_2015))

    assert (repeated.distress >= once.distress - 1e-12).all()
    assert (shock <= once.distress).all()
    assert (repeated.distress <= 1.0).all()


def test_without_weights_a_bank_counts_by_what_it_lent() -> None:
    """Lent 1 and 3: the second bank's distress counts three times as much."""
    found = debtrank_2012([[0, 1, 0], [0, 0, 3], [0, 0, 0]], [2, 6, 1], [0, 0, 1])

    assert found.distress.tolist() == [0.25, 0.5, 1.0]
    assert found.rank == pytest.approx(0.25 * 0.25 + 0.75 * 0.5)
    assert debtrank_2015(np.zeros((2, 2)), [1, 1], [1, 0]).rank == 0.0


def test_losses_that_never_settle_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two banks whose claims on each other equal their equity, and a loss too small to reach the cap in time."""
    monkeypatch.setattr("catallaxy.markets.debtrank.MOST_ROUNDS", 100)
    with pytest.raises(OutOfBounds, match=r"spectral radius of exposures / equity is 1\.0"):
        debtrank_2015([[0, 1], [1, 0]], [1, 1], [1e-6, 0])


def test_fire_sales_of_two_banks_with_two_assets() -> None:
    toy = greenwood_landier_thesmar([100, 80], [[0.5, 0.5], [0.2, 0.8]], [9, 9], [0.001, 0.002], [-0.02, 0])

    assert toy.direct_losses == pytest.approx([1.0, 0.32])
    assert toy.sales == pytest.approx([5.076, 6.804])
    assert toy.price_changes == pytest.approx([-0.005076, -0.013608])
    assert toy.second_round_losses == pytest.approx([0.9342, 0.952128])
    assert toy.aggregate_vulnerability == pytest.approx(0.104796)


def test_a_bank_sells_no_more_than_it_has() -> None:
    """A fall of 20 % at leverage 10 asks for sales of 180, but 80 are left."""
    hit = greenwood_landier_thesmar([100], [[1.0]], [9], [0.0], [-0.2])

    assert hit.sales.tolist() == [80.0]
    assert hit.aggregate_vulnerability == 0.0


def test_banks_below_their_leverage_limit_sell_nothing() -> None:
    end = deleveraging([[90], [70]], [10, 20], [5, 5], [0.5, 0.0], [1000])

    assert (end.rounds, end.sold.tolist(), end.prices.tolist()) == (0, [0.0, 0.0], [1.0])
    assert end.equity.tolist() == [4.5, 5.0]


def test_a_bank_above_its_limit_goes_back_below_it_in_a_deep_market() -> None:
    """Leverage 98.5 / 2.5 = 39.4 against 33: with no price impact it sells down to 0.95 x 33 x 2.5 = 78.375."""
    end = deleveraging([[90], [70]], [10, 20], [4, 4.5], [1.5, 0.0], [1e15])

    assert end.rounds == 1
    assert end.sold == pytest.approx([98.5 - 0.95 * 33 * 2.5, 0.0])
    assert end.equity == pytest.approx([2.5, 4.5])


def test_one_round_by_hand() -> None:
    """One bank and asset: Γ = 20.125 / 90, Ψ = q / D, the rest is arithmetic."""
    end = deleveraging([[90]], [10], [4], [1.5], [1000], impact="linear", shortfall=0.0, most_rounds=1)
    sold = 98.5 - 0.95 * 33 * 2.5
    fall = sold / 1000

    assert end.prices == pytest.approx([1 - fall])
    assert end.losses == pytest.approx([(1 - sold / 90) * 90 * fall])
    assert end.equity == pytest.approx([2.5 - (90 - sold) * fall])


def test_in_a_thin_market_sales_bring_down_a_bank_that_was_not_hit() -> None:
    """The first bank's sales push the second, which holds the same, above its limit; both end sold out."""
    end = deleveraging([[90], [70]], [10, 20], [4, 4.5], [1.5, 0.0], [1000])

    assert end.sold[1] > 0.0
    assert end.insolvent.tolist() == [True, True]
    assert end.illiquid.tolist() == [True, True]
    assert 0.5 < end.prices[0] < 1.0


@given(st.floats(10.0, 1e6), st.floats(0.0, 10.0))
def test_prices_stay_above_the_floor_and_nobody_gains(depth: float, loss: float) -> None:
    end = deleveraging([[90, 5], [70, 0]], [10, 20], [4, 4.5], [loss, 0.0], [depth, depth])

    assert (end.prices >= 0.5 - 1e-12).all()
    assert (end.prices <= 1.0).all()
    assert (end.losses >= 0.0).all()
    assert end.equity == pytest.approx(np.maximum([4 - loss, 4.5] - end.losses, 0.0))


def test_depth_grows_with_volume_and_time_and_falls_with_volatility() -> None:
    assert market_depth([50.0, 50.0], [0.02, 0.04], days=25.0, scale=0.4).tolist() == [5000.0, 2500.0]


def test_bad_input_is_named() -> None:
    cases = [
        (lambda: furfine([[0, 1]], [1], 0), "the shape of exposures is (1, 2); give a square matrix"),
        (lambda: furfine([[0, 1], [1, 0]], [1, 1], 2), "first is 2; give the number of a bank, 0 to 1"),
        (lambda: furfine([[0, 1], [1, 0]], [1, -1], 0), "equity[1] is -1.0"),
        (lambda: furfine([[0, 1], [1, 0]], [1, 1], 0, 1.2), "loss_given_default is 1.2"),
        (lambda: debtrank_2012([[0, 1], [1, 0]], [1, 0], [0, 0]), "equity[1] is 0.0; give a finite amount above 0"),
        (lambda: debtrank_2015([[0, 1], [1, 0]], [1, 1], [0, 2]), "shock[1] is 2.0; give a number between 0 and 1"),
        (lambda: debtrank_2015([[3]], [1], [0]), "exposures[0, 0] is 3.0; a bank owes itself nothing"),
        (lambda: debtrank_2012([[0]], [1], [0], [0]), "weights is [0.0]; give at least one above 0"),
        (lambda: greenwood_landier_thesmar([1], [[0.5]], [1], [0], [0]), "the sum of portfolio row[0] is 0.5"),
        (lambda: greenwood_landier_thesmar([1], [[1]], [1], [0], [0.1]), "shock[0] is 0.1; give a relative fall"),
        (lambda: greenwood_landier_thesmar([1], [[1]], [1], [0], [0, 0]), "the shape of shock is (2,)"),
        (lambda: greenwood_landier_thesmar([1], [1], [1], [0], [0]), "the shape of portfolio is (1,); give two"),
        (lambda: deleveraging([[1]], [1], [1], [2], [1]), "initial_losses[0] is 2.0; a bank loses at most its other"),
        (lambda: deleveraging([[1]], [1], [1], [0], [1], most_leverage=1), "most_leverage is 1"),
        (lambda: deleveraging([[1]], [1], [1], [0], [1], price_floor=1), "price_floor is 1"),
        (lambda: deleveraging([[1]], [1], [1], [0], [1], back_to=2), "back_to is 2.0"),
        (lambda: deleveraging([[1]], [1], [1], [0], [1], impact="cubic"), "impact is 'cubic'; give one of"),  # type: ignore[arg-type]
        (lambda: market_depth([1.0], [0.0], 1.0), "volatility[0] is 0.0"),
    ]
    for act, message in cases:
        with pytest.raises(OutOfBounds) as caught:
            act()
        assert message in str(caught.value)
