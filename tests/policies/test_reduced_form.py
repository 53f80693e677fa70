"""The economy in three equations: at rest, under shocks, with rules of both kinds, and repeated."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from catallaxy.core.errors import OutOfBounds
from catallaxy.core.units import FloatArray
from catallaxy.policies.expectations import ExpectationSettings
from catallaxy.policies.monetary import MonetarySettings
from catallaxy.policies.policy_rule import Memory, policy_rule
from catallaxy.policies.reduced_form import MOODY, MonthOfEconomy, ReducedForm, ReducedFormSettings


@dataclass(frozen=True)
class Course:
    """What a run brought, month by month, in per cent."""

    inflation: FloatArray
    yearly: FloatArray
    gap: FloatArray
    rate: FloatArray


def nothing(month: int) -> float:
    return 0.0


def course(
    months: int, *, seed: int = 7, noise: float = 0.002, expectations: Any = "anchored_adaptive",
    rate_shock: Callable[[int], float] = nothing, commodity: Callable[[int], float] = nothing, **monetary: Any,
) -> Course:  # fmt: skip
    """Run rule and economy against each other; ``rate_shock`` is put on top of the month's decision."""
    settings = MonetarySettings(**monetary)
    how = MOODY if expectations == "anchored_adaptive" else ExpectationSettings(rule=expectations)
    economy = ReducedForm(ReducedFormSettings(noise=noise), seed, settings, how)
    bank, memory = policy_rule(settings), None
    rate, rows = settings.neutral_rate + settings.target, []
    for month in range(1, months + 1):
        brought = economy.step(month, 0.0, commodity(month), rate)
        decided = bank.decide(brought.readings(rate), memory)
        memory, rate = decided.memory, decided.rate + rate_shock(month)
        rows.append((brought.inflation, brought.inflation_12m, brought.gap, rate))
    return Course(*(100.0 * np.array(rows).T))


def test_without_shocks_nothing_moves() -> None:
    rest = course(120, noise=0.0)

    assert rest.inflation == pytest.approx(np.full(120, 2.0))
    assert rest.yearly == pytest.approx(np.full(120, 2.0))
    assert rest.gap == pytest.approx(np.zeros(120), abs=1e-12)
    assert rest.rate == pytest.approx(np.full(120, 3.0))


def test_a_month_is_the_three_equations() -> None:
    """Commodities up 10 %, shares up 20 %, a rate a point too high, full greed: each with its coefficient."""
    economy = ReducedForm(ReducedFormSettings(noise=0.0), seed=1)

    first = economy.step(1, equity_return_12m=0.20, commodity_change_12m=0.10, rate=0.04, sentiment=1.0)
    second = economy.step(2, equity_return_12m=0.0, commodity_change_12m=0.0, rate=0.03, sentiment=0.0)

    gap = 0.01 * 0.20 - 0.05 * 0.01
    expected = 0.70 * 0.02 + 0.15 * 0.02 + 0.15 * 0.03 + 0.001
    assert (first.inflation, first.gap, first.expected_inflation) == pytest.approx((0.03, gap, expected))
    assert second.inflation == pytest.approx(expected + 0.15 * gap)
    assert second.gap == pytest.approx(0.95 * gap - 0.05 * (0.03 - expected - 0.01))


def test_levels_follow_from_rates() -> None:
    economy = ReducedForm(ReducedFormSettings(noise=0.0), 1, MonetarySettings(trend_growth=0.03))
    for month in range(1, 13):
        brought = economy.step(month, 0.0, 0.0, 0.03)

    assert brought.price_level == pytest.approx(1.02)
    assert brought.nominal_gdp == pytest.approx(1.02 * 1.03)
    assert brought.readings(0.03).level("nominal_gdp", "nominal_gdp_target") == brought.nominal_gdp


def test_inflation_is_stationary_around_its_target() -> None:
    """Forty years, five seeds: mean near 2 %, the spread of the second half like that of the first."""
    for seed in range(5):
        run = course(480, seed=seed)
        halves = run.inflation[:240].std(), run.inflation[240:].std()

        assert run.inflation.mean() == pytest.approx(2.0, abs=0.1)
        assert np.abs(run.gap).max() < 1.0
        assert 0.7 < halves[0] / halves[1] < 1.4


def test_the_same_seed_brings_the_same_months_and_another_seed_others() -> None:
    first, again, other = (course(60, seed=seed) for seed in (7, 7, 8))

    assert first.inflation.tolist() == again.inflation.tolist()
    assert first.inflation.tolist() != other.inflation.tolist()


def test_a_months_noise_depends_on_its_number_alone() -> None:
    """Another path before it moves no draw: the difference in inflation is that of expectations and gap."""
    calm, shaken = (ReducedForm(ReducedFormSettings(), seed=5) for _ in range(2))
    for month in range(1, 6):
        before = [economy.expectations.expected + 0.15 * economy._gap for economy in (calm, shaken)]
        ours, theirs = calm.step(month, 0.0, 0.0, 0.03), shaken.step(month, 0.5, 0.0, 0.0)
        assert ours.inflation - before[0] == pytest.approx(theirs.inflation - before[1], abs=1e-15)


def test_a_restored_economy_goes_on_to_the_bit() -> None:
    def on(economy: ReducedForm, months: range) -> list[MonthOfEconomy]:
        return [economy.step(month, 0.01 * month, -0.02, 0.04, 0.3) for month in months]

    how = ExpectationSettings(rule="heuristic_switching")
    economy = ReducedForm(ReducedFormSettings(), 9, expectations=how)
    on(economy, range(1, 31))
    arrays, values = economy.state()
    other = ReducedForm(ReducedFormSettings(), 9, expectations=how)

    other.restore(arrays, json.loads(json.dumps(values)))

    assert on(other, range(31, 61)) == on(economy, range(31, 61))


def a_point(month: int) -> float:
    return 0.01 if month == 24 else 0.0


def test_a_rate_rise_lowers_output_first_and_inflation_later() -> None:
    """Paired runs, a point more for a month that smoothing lets fade: both fall, inflation after output."""
    for seed in range(20):
        plain, raised = course(96, seed=seed), course(96, seed=seed, rate_shock=a_point)
        gap, inflation = raised.gap - plain.gap, raised.inflation - plain.inflation

        assert not gap[:23].any()
        assert gap[24:].min() < -0.05
        assert inflation[24:].min() < 0.0
        assert gap.argmin() < inflation.argmin()
        assert abs(gap[-1]) < 0.05


def test_dear_commodities_raise_inflation_and_cost_output() -> None:
    plain, dear = course(60), course(60, commodity=lambda month: 0.2 if 12 <= month < 24 else 0.0)

    assert (dear.inflation - plain.inflation)[11:23].min() > 1.0
    assert (dear.gap - plain.gap).min() < 0.0


def pushed(phi_pi: float, expectations: str) -> FloatArray:
    """Deviation of yearly inflation from 6 % after a year of dear commodities, no noise, the bound far away."""
    run = course(600, noise=0.0, expectations=expectations, target=0.06, phi_pi=phi_pi,
                 commodity=lambda month: 0.01 if month <= 12 else 0.0)  # fmt: skip
    return np.abs(run.yearly - 6.0)


@pytest.mark.parametrize("expectations", ["naive", "trend_following"])
def test_without_the_taylor_principle_inflation_drifts_away(expectations: str) -> None:
    """A push grows for φ_π < 1 and dies out for φ_π > 1, where expectations have no anchor of their own."""
    for phi_pi in (0.5, 0.8):
        away = pushed(phi_pi, expectations)
        assert away[599] > 1.5 * away[240] > 0.0
    for phi_pi in (1.5, 2.5):
        away = pushed(phi_pi, expectations)
        assert away[599] < 0.1 * away.max()


def test_anchored_expectations_hardly_tell_the_rules_apart() -> None:
    spread = [course(480, phi_pi=phi_pi).inflation.std() for phi_pi in (0.8, 1.5, 2.5)]

    assert max(spread) < 1.05 * min(spread)


def test_an_inflation_that_runs_away_stops_with_the_remedy() -> None:
    with pytest.raises(OutOfBounds) as caught:
        course(3_000, expectations="trend_following", phi_pi=0.0, rule="strict_target")

    assert "it ran away in month" in str(caught.value)
    assert "use anchored expectations" in str(caught.value)


@pytest.mark.parametrize("rule", ["taylor_1999", "first_difference", "strict_target", "price_level_target",
                                  "nominal_gdp_target", "fixed"])  # fmt: skip
def test_every_rule_that_needs_no_money_keeps_an_anchored_economy_near_its_target(rule: str) -> None:
    run = course(480, rule=rule)

    assert run.inflation[-240:].mean() == pytest.approx(2.0, abs=0.15)


def test_memory_is_what_a_rule_needs_and_nothing_else() -> None:
    """A decision with the memory of last month equals one from a fresh rule given the same memory."""
    economy, settings = ReducedForm(ReducedFormSettings(), 3), MonetarySettings(rule="price_level_target")
    memory: Memory | None = None
    rate = 0.03
    for month in range(1, 25):
        seen = economy.step(month, 0.0, 0.0, rate).readings(rate)
        decided = policy_rule(settings).decide(seen, memory)
        rate, memory = decided.rate, json.loads(json.dumps(dict(decided.memory)))

    assert memory is not None
    assert memory["own"]["month"] == 1
