"""The credit gap against a plain filter, the buffer's guide by its published corners, and the volatility switch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds, UnknownKey, UnusableSeries
from catallaxy.policies.supervision import (
    BufferGuide,
    VolatilitySwitch,
    buffer_for,
    credit_gap,
    hodrick_prescott_trend,
    yearly_volatility,
)

RATIOS = st.lists(st.floats(0.1, 3.0), min_size=3, max_size=40)


@given(RATIOS, st.sampled_from([1_600.0, 400_000.0]))
def test_the_trend_satisfies_the_first_order_condition_of_the_filter(series: list[float], smoothing: float) -> None:
    trend = hodrick_prescott_trend(series, smoothing)
    bend = np.diff(trend, 2)
    pull = np.convolve(bend, [1.0, -2.0, 1.0])  # D'D of the trend
    assert trend + smoothing * pull == pytest.approx(np.array(series), abs=1e-6)


@given(st.floats(0.1, 2.0), st.floats(-0.01, 0.01), st.integers(3, 60))
def test_a_straight_line_is_its_own_trend(level: float, slope: float, quarters: int) -> None:
    line = [abs(level + slope * quarter) for quarter in range(quarters)]
    if level + slope * quarters > 0:
        assert credit_gap(line) == pytest.approx(0.0, abs=1e-7)


def test_credit_that_outgrows_its_past_opens_a_gap_and_a_long_boom_becomes_the_trend() -> None:
    calm = [1.0] * 60
    boom = [1.0 + 0.02 * quarter for quarter in range(1, 13)]
    gaps = [credit_gap(calm + boom[:n]) for n in range(1, 13)]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 0.1
    assert credit_gap(calm + [1.24] * 200) < 0.02


def test_a_series_with_holes_is_no_measurement() -> None:
    with pytest.raises(UnusableSeries, match="credit_to_gdp holds nan"):
        credit_gap([1.0, 1.0, math.nan])


@pytest.mark.parametrize(
    ("gap", "buffer"),
    [(-0.1, 0.0), (0.02, 0.0), (0.0279, 0.0), (0.0281, 0.0025), (0.06, 0.0125), (0.0999, 0.0225), (0.1, 0.025)],
)
def test_the_buffer_rises_from_two_to_ten_points_in_quarters_of_a_point(gap: float, buffer: float) -> None:
    """Corners of the guide: Basel Committee (2010), annex 1."""
    assert buffer_for(gap) == buffer


def test_volatility_is_that_of_a_year() -> None:
    rng = np.random.default_rng(1)
    closes = np.exp(np.cumsum(rng.normal(0.0, 0.02, 3_000)))
    assert yearly_volatility(closes.tolist(), 2_500) == pytest.approx(0.02 * math.sqrt(252), rel=0.05)
    assert yearly_volatility([1.0, 2.0], 2) is None


def test_the_switch_stays_until_the_market_is_calm() -> None:
    switch, on, states = VolatilitySwitch(on_above=0.4, off_below=0.25), False, []
    for volatility in (None, 0.3, 0.4, 0.3, None, 0.26, 0.25, 0.3):
        on = switch.wants(volatility, on)
        states.append(on)
    assert states == [False, False, True, True, True, True, False, False]


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (BufferGuide, {"low": 0.1, "high": 0.1}, "high is 0.1, not above low = 0.1; give a larger one"),
        (BufferGuide, {"most": 0.03}, "most is 0.03"),
        (VolatilitySwitch, {"off_below": 0.5}, "off_below is 0.5, above on_above = 0.4; give a smaller one"),
        (VolatilitySwitch, {"rule": "circuit_braker"}, "did you mean 'regulator.volatility.rule.circuit_breaker'?"),
    ],
)
def test_bad_settings_are_refused(kind: Any, values: dict[str, Any], message: str) -> None:
    with pytest.raises((OutOfBounds, UnknownKey)) as caught:
        kind.of(values)
    assert message in str(caught.value)
