"""Each trap that ships springs within a few years, and the economy without it does not: same seed, macro alone."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from catallaxy.model.clock import DAYS_PER_MONTH
from catallaxy.model.economy import Economy

pytestmark = [pytest.mark.slow, pytest.mark.compiled]
MONTHS = 72


@cache
def macro(name: str, months: int = MONTHS) -> pd.DataFrame:
    """Return table macro of a scenario whose market hardly trades, by month, with debts over a year's GDP."""
    days = DAYS_PER_MONTH * months
    economy = Economy(
        name, rng=1, clock__ticks_per_day=1, clock__days=days, traders__activity=0.001, recording__ring_days=days
    )
    economy.run(days=days)
    table = economy.table("macro").astype({"public_debt": float, "loans": float})
    a_year = table["gdp"].rolling(12).sum()
    return table.assign(debt_ratio=table["public_debt"] / a_year, loan_ratio=table["loans"] / a_year)


def test_profits_that_firms_keep_run_loans_and_output_down() -> None:
    trap, base = macro("trap-hoarded-profits"), macro("economy-coarse")
    yearly = trap["loans"].iloc[11::12]
    assert yearly.is_monotonic_decreasing
    assert trap["loan_ratio"].iloc[-1] < 0.5 * base["loan_ratio"].iloc[-1]
    assert trap["output"].iloc[-12:].mean() < 0.85 * base["output"].iloc[-12:].mean()
    assert trap["unemployment"].iloc[-12:].mean() > base["unemployment"].iloc[-12:].mean() + 0.10
    assert not trap["policy_rate"].iloc[-12:].any()


def test_wages_without_a_floor_fall_without_end_at_the_lower_bound() -> None:
    trap, base = macro("trap-falling-wages", 36), macro("economy-coarse")
    later = trap.iloc[12:]
    assert (later["inflation"] < -0.10).all()
    assert not later["policy_rate"].any()
    assert trap["wage"].iloc[11::12].is_monotonic_decreasing
    assert trap["price_level"].iloc[-1] < 0.5 * trap["price_level"].iloc[11]
    assert (later["unemployment"] > 0.3).all()
    assert base["price_level"].iloc[35] > base["price_level"].iloc[0]


def test_a_state_that_does_not_react_lets_debt_and_prices_climb() -> None:
    trap, base = macro("trap-passive-debt"), macro("economy-coarse")
    assert trap["tax_rate"].nunique() == 1
    assert trap["debt_ratio"].iloc[11::12].is_monotonic_increasing
    assert trap["debt_ratio"].iloc[-1] > 0.8
    assert base["debt_ratio"].iloc[-1] < 0.65
    for column in ("inflation", "policy_rate"):
        assert trap[column].iloc[-36:].mean() > base[column].iloc[-36:].mean() + 0.02, column
