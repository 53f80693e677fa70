"""Expected inflation: the steady state, each rule's arithmetic, the switching model's twin, and its memory."""

from __future__ import annotations

import json
import math
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds
from catallaxy.core.randomness import Draws
from catallaxy.policies.expectations import HEURISTICS, Expectations, ExpectationSettings, Rule

RULES = get_args(Rule)


def expectations(rule: Any, target: float = 0.02, **fields: Any) -> Expectations:
    return Expectations(ExpectationSettings(rule=rule, **fields), target)


def history(months: int, seed: int = 3) -> list[float]:
    noise = Draws.of(seed, "history").normal(np.arange(months))
    return (0.02 + 0.01 * np.cumsum(noise) / 3).tolist()


@pytest.mark.parametrize("rule", RULES)
def test_inflation_that_stays_on_target_is_expected_to(rule: str) -> None:
    public = expectations(rule)

    assert [public.next(0.02) for _ in range(200)] == pytest.approx([0.02] * 200, abs=1e-15)


@pytest.mark.parametrize("rule", RULES)
def test_after_a_shock_expectations_come_back_to_a_target_that_is_met(rule: str) -> None:
    public = expectations(rule)
    for inflation in (0.10, 0.15, -0.05):
        public.next(inflation)
    for _ in range(2_000):
        expected = public.next(0.02)

    assert expected == pytest.approx(0.02, abs=2e-5)


def test_anchored_expectations_lie_between_habit_target_and_what_is_seen() -> None:
    """0.70 π_e + 0.15 π* + 0.15 π, and half of it with inflation stuck a point above target."""
    public = expectations("anchored_adaptive")

    assert public.next(0.04) == pytest.approx(0.70 * 0.02 + 0.15 * 0.02 + 0.15 * 0.04)
    for _ in range(100):
        expected = public.next(0.03)
    assert expected == pytest.approx(0.025)


def test_naive_and_trend_following_expectations_do_as_they_say() -> None:
    naive, trend = expectations("naive"), expectations("trend_following")

    assert [naive.next(rate) for rate in (0.03, 0.05)] == [0.03, 0.05]
    assert [trend.next(rate) for rate in (0.03, 0.05)] == pytest.approx([0.034, 0.058])


def plain_switching(inflation: list[float], target: float) -> list[tuple[float, list[float]]]:
    """Anufriev and Hommes (2012) written out, rule by rule, with rates in per cent."""
    beta, eta, delta = 0.4, 0.7, 0.9
    seen, forecasts = [100 * target], [100 * target] * 4
    fitness, shares, out = [0.0] * 4, [0.25] * 4, []
    for rate in inflation:
        now, last = 100 * rate, seen[-1]
        seen.append(now)
        fitness = [-((now - f) ** 2) + eta * u for f, u in zip(forecasts, fitness, strict=True)]
        total = sum(math.exp(beta * u) for u in fitness)
        shares = [delta * n + (1 - delta) * math.exp(beta * u) / total for n, u in zip(shares, fitness, strict=True)]
        average = sum(seen) / len(seen)
        forecasts = [
            0.65 * now + 0.35 * forecasts[0],
            now + 0.4 * (now - last),
            now + 1.3 * (now - last),
            0.5 * (average + now) + (now - last),
        ]
        out.append((sum(n * f for n, f in zip(shares, forecasts, strict=True)) / 100, shares))
    return out


def test_the_switching_model_agrees_with_a_plain_twin() -> None:
    public, rates = expectations("heuristic_switching"), history(120)
    for rate, (expected, shares) in zip(rates, plain_switching(rates, 0.02), strict=True):
        assert public.next(rate) == pytest.approx(expected, abs=1e-12)
        assert list(public.shares.values()) == pytest.approx(shares, abs=1e-12)


def test_followers_go_to_the_rule_that_was_right() -> None:
    """Steady acceleration: the strong trend rule is nearest, and wins most of the public over."""
    public = expectations("heuristic_switching")
    for month in range(60):
        public.next(0.02 + 0.01 * month)

    assert max(public.shares, key=lambda rule: public.shares[rule]) in ("strong trend", "learning anchor")
    assert public.shares["adaptive"] < 0.25
    assert tuple(public.shares) == HEURISTICS


@given(rates=st.lists(st.floats(-1.0, 10.0), min_size=1, max_size=60))
def test_followers_are_shares_whatever_happens(rates: list[float]) -> None:
    public = expectations("heuristic_switching")
    for rate in rates:
        assert math.isfinite(public.next(rate))
    shares = list(public.shares.values())

    assert min(shares) >= 0.0
    assert sum(shares) == pytest.approx(1.0)


@pytest.mark.parametrize("rule", RULES)
def test_sentiment_shifts_expectations_only_where_it_is_switched_on(rule: str) -> None:
    off, on = expectations(rule), expectations(rule, sentiment=0.001)

    assert off.next(0.02, sentiment=1.0) == pytest.approx(0.02)
    assert on.next(0.02, sentiment=-0.5) == pytest.approx(0.0195)


@pytest.mark.parametrize("rule", RULES)
def test_a_restored_state_goes_on_to_the_bit(rule: str) -> None:
    rates, public, other = history(40), expectations(rule), expectations(rule)
    for rate in rates[:20]:
        public.next(rate)
    arrays, values = public.state()

    other.restore(arrays, json.loads(json.dumps(values)))

    assert [other.next(rate) for rate in rates[20:]] == [public.next(rate) for rate in rates[20:]]
    assert other.shares == public.shares


def test_a_state_of_another_shape_is_refused() -> None:
    public = expectations("heuristic_switching")
    arrays, values = public.state()
    arrays["shares"] = arrays["shares"][:3]

    with pytest.raises(OutOfBounds, match=r"expectations\.shares is \(3,\); due: \(4,\)"):
        public.restore(arrays, values)


def test_weights_that_exceed_one_are_refused() -> None:
    with pytest.raises(OutOfBounds, match=r"inertia 0\.9 and anchor 0\.15 exceed 1 together; lower one of them"):
        ExpectationSettings.of({"inertia": 0.9})
