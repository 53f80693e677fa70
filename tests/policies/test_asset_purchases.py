"""Bond purchases with their two thresholds, long yields, and advances of last resort."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds
from catallaxy.policies.asset_purchases import (
    AssetPurchaseSettings,
    Phase,
    mean_expected_rate,
    purchases,
    term_yield,
)
from catallaxy.policies.last_resort import LenderOfLastResort, advance_rate, borrowing_limit, collateral_taken

ON = AssetPurchaseSettings(enabled=True)


def told(months: list[tuple[float, float]], settings: AssetPurchaseSettings = ON) -> tuple[list[str], list[float]]:
    """Return phases and holdings, in per cent of GDP, for months of (shadow rate, expected inflation) in per cent."""
    phase, holdings, phases, held = Phase.IDLE, 0.0, [], []
    for shadow, expected in months:
        decided = purchases(
            settings, phase, shadow=shadow / 100, lower_bound=0.0, expected_inflation=expected / 100,
            holdings_over_gdp=holdings,
        )  # fmt: skip
        phase, holdings = decided.phase, holdings + decided.fraction
        phases.append(phase.value)
        held.append(round(100 * holdings, 9))
    return phases, held


def test_purchases_go_on_past_the_threshold_that_began_them() -> None:
    """1.6 % starts nothing, but stops nothing either: the two thresholds lie apart."""
    phases, held = told([(-1, 1.6), (-1, 1.4), (-1, 1.6), (1, 1.7), (-1, 1.75), (-1, 1.6), (-1, 1.4)])

    assert phases == ["idle", "buying", "buying", "buying", "holding", "holding", "buying"]
    assert held == [0.0, 0.5, 1.0, 1.5, 1.5, 1.5, 2.0]


def test_bonds_run_off_at_half_the_pace_until_none_are_left() -> None:
    phases, held = told([(-1, 1.0)] * 2 + [(1, 2.0)] * 6)

    assert phases == ["buying"] * 2 + ["holding"] + ["running off"] * 4 + ["idle"]
    assert held == [0.5, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0, 0.0]


def test_a_run_off_waits_while_the_rate_is_at_its_bound() -> None:
    phases, _ = told([(-1, 1.0), (1, 2.0), (1, 2.0), (-1, 1.6), (1, 1.6)])

    assert phases == ["buying", "holding", "running off", "holding", "running off"]


def test_nothing_is_bought_above_the_bound_or_when_switched_off() -> None:
    assert told([(0.0, -5.0), (2.0, -5.0)])[1] == [0.0, 0.0]
    assert told([(-5.0, -5.0)], AssetPurchaseSettings())[1] == [0.0]


def test_bonds_from_other_times_are_not_sold() -> None:
    idle = purchases(ON, Phase.IDLE, shadow=0.03, lower_bound=0.0, expected_inflation=0.02, holdings_over_gdp=0.3)

    assert (idle.phase, idle.fraction) == (Phase.IDLE, 0.0)


@given(months=st.lists(st.tuples(st.floats(-5, 5), st.floats(-2, 5)), max_size=40))
def test_holdings_are_never_negative(months: list[tuple[float, float]]) -> None:
    assert min(told(months)[1], default=0.0) >= 0.0


def test_thresholds_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(OutOfBounds, match=r"start 0\.03 is above stop 0\.0175; give start at or below stop"):
        AssetPurchaseSettings.of({"start": 0.03})


def test_holdings_of_a_tenth_of_gdp_lower_the_long_yield_by_half_a_point() -> None:
    yields = [term_yield(ON, 0.02, holdings) for holdings in (0.0, 0.01, 0.10)]

    assert yields == pytest.approx([0.03, 0.0295, 0.025])


def test_the_mean_expected_rate_has_a_closed_form_where_no_bound_binds() -> None:
    """ī + (s - ī)(1 - ρ^120) / (120 (1 - ρ))."""
    rho = ON.rate_persistence
    due = 0.03 + (0.01 - 0.03) * (1 - rho**120) / (120 * (1 - rho))

    assert mean_expected_rate(ON, 0.01, 0.03) == pytest.approx(due)


def test_a_deeper_slump_and_a_promise_lower_what_is_expected() -> None:
    rates = [
        mean_expected_rate(ON, shadow, 0.03, lower_bound=0.0, promised_months=promised)
        for shadow, promised in ((0.0, 0), (-0.03, 0), (-0.03, 60))
    ]

    assert rates[0] > rates[1] > rates[2] > 0.0


def test_the_lender_of_last_resort_lends_at_a_penalty_against_collateral() -> None:
    terms = LenderOfLastResort()

    assert advance_rate(terms, 0.02) == pytest.approx(0.0225)
    assert borrowing_limit(terms, np.array([10_000, 0]), np.array([1_000, 999])).tolist() == [10_500, 699]


amounts = st.integers(0, 10**15)


@given(bonds=amounts, loans=amounts, share=st.floats(0.0, 1.0))
def test_what_is_pledged_covers_the_advance_and_no_more_than_there_is(bonds: int, loans: int, share: float) -> None:
    terms = LenderOfLastResort()
    there = np.array([bonds]), np.array([loans])
    limit = borrowing_limit(terms, *there)
    advance = np.minimum((limit * share).astype(np.int64), limit)

    pledged = collateral_taken(terms, advance, *there)

    assert (pledged[0] <= bonds).all()
    assert (pledged[1] <= loans).all()
    assert borrowing_limit(terms, *pledged)[0] >= advance[0] - 1


def test_bonds_are_pledged_before_loans() -> None:
    bonds, loans = collateral_taken(LenderOfLastResort(), np.array([98, 105]), np.array([100, 100]), np.array([50, 50]))

    assert (bonds.tolist(), loans.tolist()) == ([100, 100], [0, 10])
