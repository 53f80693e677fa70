"""Taxes that answer to debt, benefits and purchases; deposit insurance and what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds
from catallaxy.policies.deposit_insurance import (
    DepositInsuranceSettings,
    insurance_limit,
    premium_rate,
    premiums_due,
)
from catallaxy.policies.fiscal import FiscalSettings, benefit_due, income_tax_rate, real_purchases, tax_due

STATE, FUND = FiscalSettings(), DepositInsuranceSettings()
amounts = st.integers(-(10**14), 10**14)


def test_the_income_tax_rises_with_debt_between_its_bounds() -> None:
    """27 % at 60 % of GDP, two points for ten of debt, never below 17 % or above 47 %."""
    rates = [income_tax_rate(STATE, debt, 100) for debt in (-500, 0, 10, 60, 110, 160, 400)]

    assert rates == pytest.approx([0.17, 0.17, 0.17, 0.27, 0.37, 0.47, 0.47])


@given(first=amounts, second=amounts, gdp=st.integers(1, 10**14))
def test_more_debt_never_lowers_the_tax(first: int, second: int, gdp: int) -> None:
    low, high = sorted((first, second))

    assert 0.17 <= income_tax_rate(STATE, low, gdp) <= income_tax_rate(STATE, high, gdp) <= 0.47


def test_the_reaction_can_be_switched_off() -> None:
    assert income_tax_rate(FiscalSettings(tax_reaction=0.0), 900, 100) == 0.27


def test_without_output_there_is_no_ratio_to_answer_to() -> None:
    with pytest.raises(OutOfBounds, match="annual_gdp is 0; the tax reaction needs a GDP above 0"):
        income_tax_rate(STATE, 100, 0)


@given(base=amounts, rate=st.floats(0.0, 0.95))
def test_a_tax_is_rounded_once_and_lies_between_nothing_and_all(base: int, rate: float) -> None:
    due = int(tax_due(np.array([base]), rate)[0])

    assert 0 <= due <= max(base, 0)
    assert abs(due - max(base, 0) * rate) <= 0.5 + 1e-3


def test_benefits_are_half_of_the_mean_net_wage() -> None:
    assert benefit_due(STATE, 3_000.0) == 1_500


def test_purchases_do_not_follow_the_cycle() -> None:
    """They depend on workers and their productivity, not on who has work."""
    assert real_purchases(STATE, 10.0, 1_000) == pytest.approx(0.18 * 10.0 * 940)


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"income_tax": 0.5}, "give them in ascending order"), ({"lowest_tax": -0.1}, "greater than or equal to 0")],
)
def test_taxes_out_of_order_are_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(OutOfBounds, match=words):
        FiscalSettings.of(fields)


def test_five_median_deposits_are_insured() -> None:
    assert insurance_limit(FUND, np.array([0, 100, 200, 10**9])) == 750
    with pytest.raises(OutOfBounds, match="at least one household"):
        insurance_limit(FUND, np.array([], np.int64))


def test_a_weak_bank_pays_six_times_the_premium_of_a_strong_one() -> None:
    rates = premium_rate(FUND, np.array([-np.inf, 0.0, 0.08, 0.13, np.inf]))

    assert rates == pytest.approx([0.0030, 0.0030, 0.0030, 0.0005, 0.0005])
    assert (np.diff(premium_rate(FUND, np.linspace(0.0, 0.3, 50))) <= 0.0).all()


def test_premiums_stop_when_the_fund_is_full() -> None:
    """A fund of 1.35 % of insured deposits asks for nothing more."""
    insured, ratios = np.array([1_200_000, 0]), np.array([0.2, 0.2])

    assert premiums_due(FUND, insured, ratios, fund=16_199).tolist() == [50, 0]
    assert premiums_due(FUND, insured, ratios, fund=16_200).tolist() == [0, 0]
    assert premiums_due(FUND, insured, ratios, fund=0, months=3).tolist() == [150, 0]


@pytest.mark.parametrize("fields", [{"lowest_premium": 0.01}, {"weak": 0.2}])
def test_premiums_out_of_order_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(OutOfBounds, match=r"above highest_premium|not below strong"):
        DepositInsuranceSettings.of(fields)
