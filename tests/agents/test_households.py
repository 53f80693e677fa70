"""What households spend: the rule against its equation, its bounds and directions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.agents.households import RETIRED, UNEMPLOYED, Households, HouseholdSettings

RULE: dict[str, Any] = {
    "from_income": 0.8, "from_deposits": 0.01, "from_shares": 0.001, "rate_response": 5.0, "normal_real_rate": 0.03,
    "habit": 0.0,
}  # fmt: skip


def family(income: int = 0, spent: int = 0, **settings: Any) -> Households:
    """Return one household."""
    households = Households(HouseholdSettings(**(RULE | settings)), 50, 1)
    households.income[:], households.spent[:] = income, spent
    return households


def wish(households: Households, liquid: int = 0, shares: float = 0.0, rate: float = 0.03, taste: float = 0.0) -> int:
    """Return what the household would spend."""
    (amount,) = households.wanted_consumption(np.array([liquid]), np.array([shares]), rate, taste).tolist()
    return int(amount)


def test_a_household_spends_out_of_income_deposits_and_shares() -> None:
    assert wish(family(income=1_000)) == 800
    assert wish(family(), liquid=10_000) == 100
    assert wish(family(), shares=10_000.0) == 10
    assert wish(family(income=1_000), liquid=10_000, shares=10_000.0) == 910


def test_real_rates_move_what_is_spent_out_of_deposits_within_bounds() -> None:
    rates = (-1.0, -0.03, 0.01, 0.03, 0.05, 0.13, 1.0)
    assert [wish(family(), liquid=100_000, rate=rate) for rate in rates] == [1_500, 1_300, 1_100, 1_000, 900, 500, 500]
    assert wish(family(income=1_000), rate=0.13) == 800


def test_taste_multiplies_and_habit_keeps_a_part_of_last_month() -> None:
    assert wish(family(income=1_000), taste=0.1) == math.floor(800 * math.exp(0.1))
    assert wish(family(income=1_000, spent=400, habit=0.25)) == 700
    assert wish(family(income=0, spent=400, habit=0.25)) == 100


def test_a_habit_begins_where_every_month_would_repeat_itself() -> None:
    households = family(income=1_000, habit=0.75)
    households.begin_habit(np.array([10_000]), np.array([0.0]), 0.03)
    assert households.spent.tolist() == [900]
    assert wish(households, liquid=10_000) == 900


def test_debts_in_the_portfolio_never_make_spending_negative() -> None:
    assert wish(family(income=100), shares=-1e9) == 0


@given(
    st.integers(0, 10**9), st.integers(0, 10**11), st.floats(0.0, 1e11), st.floats(-0.1, 0.3), st.floats(0.0, 0.2),
    st.floats(-0.2, 0.2),
)  # fmt: skip
def test_dearer_credit_never_raises_consumption(
    income: int, liquid: int, shares: float, rate: float, dearer: float, taste: float
) -> None:
    one = family(income=income, spent=income // 2, habit=0.5)
    calm, dear = (wish(one, liquid, shares, real, taste) for real in (rate, rate + dearer))
    assert 0 <= dear <= calm


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_of_anything_never_lowers_consumption(income: int, liquid: int, more: int) -> None:
    base = wish(family(income=income), liquid)
    assert wish(family(income=income + more), liquid) >= base
    assert wish(family(income=income), liquid + more) >= base
    assert wish(family(income=income), liquid, shares=float(more)) >= base
    assert wish(family(income=income, habit=0.5, spent=more), liquid) >= wish(family(income=income, habit=0.5), liquid)


def test_everybody_counts_by_the_own_row() -> None:
    households = Households(HouseholdSettings(**RULE), 50, 3)
    households.income[:] = [1_000, 0, 10]
    liquid, shares = np.array([0, 10_000, 0]), np.array([0.0, 0.0, 1_000.0])
    assert households.wanted_consumption(liquid, shares, 0.03).tolist() == [800, 100, 9]


def test_the_labour_force_is_all_but_the_retired() -> None:
    households = Households(HouseholdSettings(), 50, 5)
    assert (households.labour_force(), households.unemployed()) == (5, 5)
    households.employer[:] = [0, 3, UNEMPLOYED, RETIRED, UNEMPLOYED]
    assert (households.labour_force(), households.unemployed()) == (4, 2)


def test_owner_ids_follow_the_first() -> None:
    households = Households(HouseholdSettings(), 50, 3)
    assert households.owners.tolist() == [50, 51, 52]
    assert np.arange(100)[households.slice()].tolist() == [50, 51, 52]


def test_households_are_the_same_after_a_checkpoint() -> None:
    households, other = (Households(HouseholdSettings(), 50, 3) for _ in range(2))
    households.employer[:], households.income[:], households.spent[:] = [0, -1, -2], [5, 6, 7], [8, 9, 10]
    arrays, values = households.state()
    households.income += 1  # what was saved is a copy
    other.restore(arrays, values)
    assert (other.employer.tolist(), other.income.tolist(), other.spent.tolist()) == (
        [0, -1, -2],
        [5, 6, 7],
        [8, 9, 10],
    )
