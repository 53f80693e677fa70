"""What a share is worth, and how cash is spread over stocks: known answers, bounds and directions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.agents.valuation import ValuationSettings, cash_spread, share_values

PLAIN = ValuationSettings(equity_premium=0.05, growth=0.0, least_yield=0.02, floor=0.25)


def value(
    dividends: float = 0.0, equity: float = 0.0, shares: int = 100, real: float = 0.02,
    settings: ValuationSettings = PLAIN,
) -> float:  # fmt: skip
    """Return the value of one share."""
    return float(share_values(settings, np.array([dividends]), np.array([equity]), np.array([shares]), real)[0])


def test_a_share_is_worth_its_dividends_for_ever() -> None:
    """700 a year at 2 % and a premium of 5 % are worth 10,000, and a hundredth of it a share (Gordon 1959)."""
    assert value(700.0) == pytest.approx(100.0)
    assert value(700.0, real=0.09) == pytest.approx(50.0)


def test_growth_counts_against_the_rate() -> None:
    assert value(700.0, settings=ValuationSettings(equity_premium=0.05, growth=0.02)) == pytest.approx(140.0)


def test_where_real_rates_are_very_low_the_least_yield_is_used() -> None:
    assert value(700.0, real=-0.04) == value(700.0, real=-0.5) == pytest.approx(350.0)


def test_a_share_is_worth_a_part_of_book_equity_even_without_dividends() -> None:
    assert value(0.0, equity=80_000.0) == pytest.approx(200.0)
    assert value(700.0, equity=80_000.0) == pytest.approx(200.0)
    assert value(7_000.0, equity=80_000.0) == pytest.approx(1_000.0)


@pytest.mark.parametrize(("equity", "shares"), [(-1e9, 100), (0.0, 100), (0.0, 0)])
def test_nothing_is_worth_less_than_a_minor_unit_a_share(equity: float, shares: int) -> None:
    assert value(0.0, equity=equity, shares=shares) == 1.0


@given(st.floats(0.0, 1e12), st.floats(-1e12, 1e12), st.integers(0, 10**9), st.floats(-0.1, 0.3), st.floats(0.0, 0.2))
def test_higher_rates_never_raise_and_higher_dividends_never_lower_values(
    dividends: float, equity: float, shares: int, real: float, more: float
) -> None:
    base = value(dividends, equity, shares, real)
    assert np.isfinite(base)
    assert value(dividends, equity, shares, real + more) <= base
    assert value(dividends * (1.0 + more), equity, shares, real) >= base


def test_cash_is_spread_in_proportion_to_what_floats() -> None:
    assert cash_spread(np.array([1.0, 1.0, 2.0])) == pytest.approx([4.0, 4.0, 2.0])


def test_what_is_tiny_counts_for_a_twentieth_of_an_equal_part() -> None:
    spread = cash_spread(np.array([1e9, 1.0, 0.0, -5.0]))
    assert spread == pytest.approx([1.0, 80.0, 80.0, 80.0])


def test_where_nothing_floats_parts_are_equal() -> None:
    assert cash_spread(np.zeros(4)).tolist() == [4.0] * 4


@given(st.lists(st.floats(0.0, 1e12), min_size=1, max_size=30))
def test_parts_of_cash_are_bounded_and_hardly_above_one_together(worth: list[float]) -> None:
    parts = 1.0 / cash_spread(np.array(worth))
    assert (parts >= 0.05 / len(worth) - 1e-12).all()
    assert parts.max() <= 1.0 + 1e-9
    assert 1.0 - 1e-9 <= parts.sum() <= 1.05 + 1e-9
