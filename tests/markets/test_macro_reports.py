"""Reports on an economy: the quantity identity, the Phillips decomposition, Okun's law on US data."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import UnusableSeries
from catallaxy.core.randomness import Draws
from catallaxy.markets.macro_reports import (
    line,
    okun_regression,
    phillips_decomposition,
    quantity_theory,
    velocity,
)

LEVELS = st.lists(st.floats(1e-3, 1e12), min_size=5, max_size=5)


@given(LEVELS, LEVELS, LEVELS)
def test_the_quantity_identity_leaves_nothing_over(
    prices: list[float], output: list[float], money: list[float]
) -> None:
    """Exactly 0, and velocity grows as measured V does."""
    split = quantity_theory(prices, output, money)
    measured = velocity(np.array(prices) * np.array(output), money)
    assert split.residual.tolist() == [0.0] * 4
    assert split.velocity_growth == pytest.approx(np.diff(np.log(measured)), abs=1e-11)


def test_twice_the_money_at_the_same_velocity_is_twice_the_prices() -> None:
    split = quantity_theory([1.0, 2.0], [100.0, 100.0], [50.0, 100.0])
    assert split.inflation[0] == split.money_growth[0] == pytest.approx(math.log(2), abs=1e-12)
    assert split.velocity_growth[0] == split.output_growth[0] == 0.0


def test_velocity_is_output_over_money() -> None:
    assert velocity([300.0, 100.0], [200.0, 200.0]).tolist() == [1.5, 0.5]
    with pytest.raises(UnusableSeries, match=r"money is 0\.0 at row 0; give numbers above 0"):
        velocity([1.0], [0.0])
    with pytest.raises(UnusableSeries, match=r"prices is -1\.0 at row 1"):
        quantity_theory([1.0, -1.0], [1.0, 1.0], [1.0, 1.0])


def test_phillips_recovers_the_slopes_that_made_the_inflation() -> None:
    """400 months with noise of 0.2 pp: both coefficients within three standard errors; the parts add up."""
    draws, months = Draws.of(3, "phillips"), np.arange(400)
    gap, commodity, noise = (scale * draws.normal(months, number=k) for k, scale in enumerate((2.0, 5.0, 0.2)))
    expected = 2.0 + 0.1 * draws.normal(months, number=3)
    inflation = expected + 0.15 * gap + 0.1 * commodity + noise
    split = phillips_decomposition(inflation, expected, gap, commodity)
    assert abs(split.slope - 0.15) < 3 * split.standard_error < 0.05
    assert abs(split.commodity_slope - 0.1) < 3 * split.commodity_standard_error < 0.02
    assert split.r_squared > 0.8
    parts = split.expected + split.gap_part + split.commodity_part + split.residual
    assert parts == pytest.approx(inflation, abs=1e-12)
    assert split.n == 400


def test_phillips_gives_no_slope_to_what_never_varied() -> None:
    split = phillips_decomposition([0.1, 0.2, 0.4], [0.0] * 3, [1.0, 2.0, 4.0], [0.0] * 3)
    assert split.slope == pytest.approx(0.1)
    assert split.commodity_slope == 0.0
    assert math.isnan(split.commodity_standard_error)


def test_a_line_has_the_textbook_standard_error() -> None:
    """y = 1, 2, 4, 4, 6 over x = 0..4: slope 12 / 10, and 14.4 of the 15.2 squares explained."""
    fit = line(np.arange(5.0), [1.0, 2.0, 4.0, 4.0, 6.0])
    assert fit.slope == pytest.approx(1.2)
    assert fit.intercept == pytest.approx(1.0)
    assert fit.r_squared == pytest.approx(14.4 / 15.2)
    assert fit.standard_error == pytest.approx(math.sqrt(0.8 / 3 / 10))
    assert fit.n == 5


def test_a_line_through_one_place_has_no_slope() -> None:
    fit = line([2.0, 2.0, 2.0], [1.0, 2.0, 3.0])
    assert fit.slope == 0.0
    assert math.isnan(fit.standard_error)


def test_okun_on_united_states_data() -> None:
    """Quarterly 1959-2009: the change of unemployment over a year is 1.25 - 0.373 growth, R² 0.71."""
    data = pytest.importorskip("statsmodels.datasets.macrodata", reason="data of the extra [data]").load_pandas().data
    fit = okun_regression(data["unemp"].to_numpy(), data["realgdp"].to_numpy(), lag=4)
    assert fit.slope == pytest.approx(-0.373, abs=0.0005)
    assert fit.intercept == pytest.approx(1.25, abs=0.005)
    assert fit.r_squared == pytest.approx(0.71, abs=0.005)


def test_okun_needs_more_periods_than_its_lag() -> None:
    with pytest.raises(UnusableSeries, match="unemployment has 5 rows; at least 15 are needed"):
        okun_regression([5.0] * 5, [1.0] * 5)
    with pytest.raises(UnusableSeries, match="lag is 0; give 1 or more"):
        okun_regression([5.0] * 5, [1.0] * 5, lag=0)
