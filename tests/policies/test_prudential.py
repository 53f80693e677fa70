"""Ratios of banks by hand, their order of standing, and what a bank does near a minimum, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds, UnusableSeries
from catallaxy.policies.bank_behaviour import (
    BehaviourSettings,
    Instructions,
    behaviour,
    bonds_for_cash,
    may_distribute,
    new_loans_at_most,
)
from catallaxy.policies.liquidity_rules import (
    liquidity_coverage_ratio,
    liquidity_shortfall,
    net_outflow,
    net_stable_funding_ratio,
)
from catallaxy.policies.prudential import (
    BankBooks,
    PrudentialSettings,
    Standing,
    capital_ratio,
    capital_shortfall,
    exposure_room,
    leverage_ratio,
    risk_weighted_assets,
    standing,
)

RULES, HABITS = PrudentialSettings(), BehaviourSettings()
CAPITAL = PrudentialSettings(liquidity_coverage=0.0, stable_funding=0.0)  # for books that tell of capital alone
AFTERWARDS = BehaviourSettings(run_off=1.0)


def told(rules: PrudentialSettings = CAPITAL, habits: BehaviourSettings = HABITS, **items: Any) -> Instructions:
    """Return what one bank does."""
    return behaviour(rules, habits, BankBooks.of(**items))


def steps(done: Instructions) -> tuple[bool, float, int, int, int]:
    return (
        bool(done.lending[0]), round(float(done.extra_spread[0]), 9), int(done.shrink_loans[0]),
        int(done.sell_bonds[0]), int(done.rights_issue[0]),
    )  # fmt: skip


def test_assets_are_weighted_by_their_risk() -> None:
    books = BankBooks.of(reserves=100, bonds=200, interbank_loans=100, loans=[1_000, 0], margin_loans=50, equities=10)

    assert risk_weighted_assets(RULES, books).tolist() == [30 + 1_000 + 10 + 25, 30 + 10 + 25]


def test_capital_ratios_without_risk_are_endless() -> None:
    ratios = capital_ratio(np.array([50, 50, -50]), np.array([500.0, 0.0, 0.0]))

    assert ratios.tolist() == [0.1, np.inf, -np.inf]


def test_the_leverage_ratio_knows_no_weights() -> None:
    assert leverage_ratio(BankBooks.of(bonds=970, loans=30, common_equity=30, tier2=50)).tolist() == [0.03]


def test_a_month_of_stress_drains_deposits_by_kind_and_inflows_help_up_to_three_quarters() -> None:
    """5 + 10 + 40 + 100 of each hundred leave; 40 of repayments and 300 from banks come in, 75 % count."""
    books = BankBooks.of(
        reserves=31, insured_deposits=100, retail_deposits=100, corporate_deposits=100, interbank_debt=100,
        repayments_due=[0, 80, 80], interbank_loans=[0, 0, 300],
    )  # fmt: skip

    assert net_outflow(RULES, books).tolist() == [155.0, 115.0, 0.25 * 155.0]
    assert liquidity_coverage_ratio(RULES, books) == pytest.approx([31 / 155, 31 / 115, 31 / 38.75])


def test_a_bank_from_which_nothing_runs_is_covered() -> None:
    assert liquidity_coverage_ratio(RULES, BankBooks.of(reserves=0, loans=10)).tolist() == [np.inf]


def test_stable_funding_is_weighed_against_what_must_be_funded() -> None:
    books = BankBooks.of(
        reserves=50, bonds=100, loans=800, equities=50, repayments_due=100, insured_deposits=500,
        retail_deposits=200, corporate_deposits=100, interbank_debt=100, common_equity=100,
    )  # fmt: skip

    available = 0.95 * 500 + 0.90 * 200 + 0.50 * 100 + 100
    required = 0.05 * 100 + 0.85 * 700 + 0.50 * 100 + 0.50 * 50
    assert net_stable_funding_ratio(books) == pytest.approx([available / required])


def test_no_counterparty_may_owe_more_than_a_quarter_of_tier_1() -> None:
    books = BankBooks.of(common_equity=[400, -10], other_tier1=[40, 0])

    assert exposure_room(RULES, books, np.array([[0, 200], [5, 0]])).tolist() == [[110, -90], [-5, 0]]


def test_banks_stand_in_order_of_their_capital() -> None:
    """Of 1,000 at risk: 10.5 % is due with the buffer, 8 % without; 4.5 % means a plan, 3 % the end."""
    equity = [105, 104, 80, 79, 45, 44, 30, 29, 0, -1]
    found = standing(RULES, BankBooks.of(loans=1_000, common_equity=equity))

    assert [Standing(code).name for code in found] == [
        "SOUND", "IN_BUFFER", "IN_BUFFER", "BELOW_MINIMUM", "BELOW_MINIMUM", "PLAN", "PLAN", "RESOLVE", "RESOLVE",
        "RESOLVE",
    ]  # fmt: skip


def test_the_worst_of_three_ratios_counts() -> None:
    """Plenty of tier 2 does not replace common equity."""
    books = BankBooks.of(loans=1_000, common_equity=[100, 40], tier2=[0, 100])

    assert capital_shortfall(RULES, books, buffer=False) == pytest.approx([0.0, 0.02])
    assert capital_shortfall(RULES, books, buffer=True) == pytest.approx([0.005, 0.045])


def test_the_countercyclical_buffer_is_due_on_top() -> None:
    rules = RULES.replaced({"countercyclical_buffer": 0.025})

    assert standing(rules, BankBooks.of(loans=1_000, common_equity=[120, 130])).tolist() == [1, 0]


def test_a_sound_bank_does_nothing() -> None:
    assert steps(told(loans=1_000, bonds=300, equities=20, common_equity=140)) == (True, 0.0, 0, 0, 0)


def test_inside_the_buffer_a_bank_asks_more_and_lends_less_but_sells_nothing() -> None:
    """9.5 % where 10.5 % is due: 50 bp, and loans run off by 4 % a month of the 9.5 % that are too many."""
    assert steps(told(loans=1_000, bonds=300, equities=0, common_equity=95)) == (False, 0.005, 40, 0, 0)
    assert steps(told(habits=AFTERWARDS, loans=1_000, common_equity=95))[2] == 96


def test_dividends_wait_inside_the_buffer_and_below_a_liquidity_minimum() -> None:
    capital = BankBooks.of(loans=1_000, common_equity=[104, 105])
    funded = BankBooks.of(reserves=[99, 100], retail_deposits=1_000, loans=900, common_equity=150)

    assert may_distribute(CAPITAL, capital).tolist() == [False, True]
    assert may_distribute(RULES, funded).tolist() == [False, True]
    assert may_distribute(CAPITAL, funded).tolist() == [True, True]


def test_below_the_minimum_the_rest_is_asked_of_owners() -> None:
    """7.5 % of 1,000: after the run-off of 40, 960 need 76.8."""
    assert steps(told(loans=1_000, common_equity=75)) == (False, 0.015, 40, 0, 2)


def test_too_large_a_balance_sheet_is_shrunk_by_selling_bonds() -> None:
    """2 % leverage: 1,000 of bonds on 20 of capital; a third goes, since capital ratios have nothing to say."""
    assert steps(told(bonds=1_000, common_equity=20)) == (False, 0.0, 0, 334, 0)


def test_bonds_with_a_risk_weight_are_sold_for_capital() -> None:
    """20 for 500 at 100 %: 250 can be borne."""
    rules = CAPITAL.replaced({"weight_government": 1.0, "leverage": 0.0})

    assert steps(told(rules, bonds=500, common_equity=20))[3:] == (250, 0)


def test_bonds_sold_for_cash_free_no_more_than_their_haircut() -> None:
    """Two that can borrow nothing on bonds sell what is lacking; at 2 % fifty times as much goes, or all there is."""
    lacking, bonds = np.array([-5, 0, 30, 30]), np.array([100, 100, 100, 20])

    assert bonds_for_cash(lacking, bonds, 1.0).tolist() == [0, 0, 30, 20]
    assert bonds_for_cash(lacking, 100 * bonds, 0.02).tolist() == [0, 0, 1_500, 1_500]
    assert not bonds_for_cash(lacking, bonds, 0.0).any()


def test_uncovered_outflows_make_loans_dearer_and_fewer_but_sell_no_bonds_which_are_liquid_already() -> None:
    """Outflow of 100, liquid assets of 60: 40 of 960 in assets are missing, and 36 can run off in a month."""
    short = {"bonds": 60, "loans": 900, "retail_deposits": 1_000, "common_equity": 200}

    assert steps(told(RULES, **short)) == (True, round(0.5 * 40 / 960, 9), 36, 0, 0)
    assert steps(told(CAPITAL, **short)) == (True, 0.0, 0, 0, 0)


def test_unstable_funding_makes_loans_dearer_and_fewer() -> None:
    """425 available for 765 required: 340 of 1,000 are missing, that is 400 of loans."""
    books = {"reserves": 100, "loans": 900, "corporate_deposits": 450, "common_equity": 200}
    rules = RULES.replaced({"liquidity_coverage": 0.0})

    assert liquidity_shortfall(rules, BankBooks.of(**books)).tolist() == [0.34]
    assert steps(told(rules, AFTERWARDS, **books)) == (True, 0.17, 400, 0, 0)


@pytest.mark.parametrize(("speed", "granted"), [(0.0, 20), (0.005, 15), (0.02, 0), (1.0, 0)])
def test_how_fast_loans_shrink_is_what_the_run_off_says_up_to_what_is_repaid(speed: float, granted: int) -> None:
    """Of 1,000 in loans 20 are repaid a month; the bank lends again what may not run off."""
    books = BankBooks.of(loans=1_000, repayments_due=20, retail_deposits=900, common_equity=200)

    assert new_loans_at_most(RULES, BehaviourSettings(run_off=speed), books).tolist() == [granted]


def test_a_bank_lends_no_more_than_liquid_assets_and_stable_funding_bear() -> None:
    """100 leave in a month: 150 of reserves bear 50 of loans, and 1,035 of funding 35 / 0.85 more than 1,000 do."""
    books = BankBooks.of(reserves=[150, 900], loans=[500, 1_176], retail_deposits=1_000, common_equity=135)

    assert new_loans_at_most(RULES, HABITS, books).tolist() == [50, 41]
    assert (new_loans_at_most(CAPITAL, HABITS, books) > 10**18).all()


def test_a_bank_without_capital_asks_for_all_of_it() -> None:
    done = told(loans=1_000, common_equity=-20)

    assert steps(done) == (False, pytest.approx(0.5 * 0.125), 40, 0, 97)


amounts = st.integers(0, 10**12)


@given(
    bonds=amounts, loans=amounts, margin_loans=amounts, equities=amounts, insured_deposits=amounts,
    interbank_debt=amounts, common_equity=st.integers(-(10**12), 10**12),
)  # fmt: skip
def test_whoever_does_as_told_meets_every_capital_minimum(**items: int) -> None:
    """The instructions carried out, proceeds having repaid debt: no ratio is short by more than rounding."""
    books = BankBooks.of(**items)
    done = behaviour(CAPITAL, AFTERWARDS, books)
    assert (done.shrink_loans <= books.loans).all()
    assert (done.sell_bonds <= books.bonds).all()

    after = BankBooks.of(
        bonds=books.bonds - done.sell_bonds, loans=books.loans - done.shrink_loans, margin_loans=books.margin_loans,
        equities=books.equities, common_equity=books.common_equity + done.rights_issue,
    )  # fmt: skip
    assert capital_shortfall(RULES, after, buffer=False)[0] * risk_weighted_assets(RULES, after)[0] <= 1.0
    assert after.common_equity[0] >= RULES.leverage * after.exposure[0] - 1.0


def test_books_with_strange_items_parts_of_a_cent_or_ragged_lengths_are_refused() -> None:
    for items, words in (
        ({"gold": 5}, "have no item 'gold'; known: reserves, bonds"),
        ({"bonds": 1.5}, "not a whole number of minor units"),
        ({"bonds": [1, 2], "loans": [1, 2, 3]}, "unequal length; due: 3 banks"),
    ):
        with pytest.raises(UnusableSeries, match=words):
            BankBooks.of(**items)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"cet1": 0.07}, "give them in ascending order"),
        ({"resolve_below": 0.05}, r"resolve_below 0\.05 is above plan_below 0\.045"),
        ({"countercyclical_buffer": 0.03}, r"less than or equal to 0\.025"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(OutOfBounds, match=words):
        PrudentialSettings.of(fields)
