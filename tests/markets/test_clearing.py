"""Clearing: published vectors, the laws of Eisenberg and Noe, whole units, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds
from catallaxy.core.units import FloatArray
from catallaxy.ledger.posting import largest_remainder
from catallaxy.markets.clearing import SENIORITIES, Seniority, clearing_vector
from catallaxy.markets.clearing_amounts import clearing_amounts, solve_exactly
from tests.markets.bank_networks import FOUR, FOUR_ASSETS, FOUR_OUTSIDE, RING, System, repeated_shares, systems

RANKS = st.sampled_from(SENIORITIES)


def shares(system: System, interbank: FloatArray) -> FloatArray:
    """Return the share of its debts to banks that each bank pays."""
    due = system.owed.sum(axis=1)
    return np.divide(interbank, due, out=np.zeros(len(due)), where=due > 0)


def test_a_ring_whose_external_creditors_come_first_loses_one_at_the_bank_that_was_hit() -> None:
    """Assets (20, 20, 10) fall by a tenth: bank 0 pays 3 of 4, bank 1 is left with exactly nothing and survives."""
    cleared = clearing_vector(RING, [18, 18, 9], [17, 18, 8], seniority="external_senior")

    assert cleared.interbank.tolist() == [3.0, 3.0, 2.0]
    assert cleared.external.tolist() == [17.0, 18.0, 8.0]
    assert cleared.net_worth.tolist() == [-1.0, 0.0, 2.0]
    assert cleared.equity.tolist() == [0.0, 0.0, 2.0]
    assert cleared.defaulted.tolist() == [True, False, False]
    assert cleared.rounds == 1


def test_where_external_creditors_rank_equal_they_share_the_loss() -> None:
    cleared = clearing_vector(RING, [18, 18, 9], [17, 18, 8])

    assert cleared.payments == pytest.approx([20, 21, 10])
    assert cleared.equity == pytest.approx([0.0, 17 / 21, 2.0])
    assert cleared.external[0] == pytest.approx(17 * 20 / 21)


@pytest.mark.parametrize(
    ("first_assets", "kept", "payments"),
    [
        (10, 1.0, [40, 430 / 9, 50, 30]),
        (2, 1.0, [32, 398 / 9, 50, 30]),
        (2, 0.8, [25.6, 33.102222222, 50, 30]),
    ],
)
def test_four_banks_pay_what_they_can(first_assets: int, kept: float, payments: list[float]) -> None:
    """With all value kept (Eisenberg and Noe), and with a fifth lost in default (Rogers and Veraart)."""
    cleared = clearing_vector(FOUR, [first_assets, 20, 30, 15], FOUR_OUTSIDE, alpha=kept, beta=kept)

    assert cleared.payments == pytest.approx(payments)
    assert cleared.defaulted.tolist() == [True, True, False, False]


def test_nobody_defaults_where_everybody_is_solvent() -> None:
    cleared = clearing_vector(FOUR, [100, 100, 100, 100], FOUR_OUTSIDE)

    assert (cleared.rounds, cleared.defaulted.any()) == (0, False)
    assert cleared.payments.tolist() == [90, 60, 50, 30]


def test_a_ring_that_owes_only_itself_nets_out_without_any_assets() -> None:
    """The greatest clearing vector, not the one in which nobody pays because nobody is paid."""
    for cleared in (
        clearing_vector([[0, 5], [5, 0]], [0, 0], [0, 0]),
        clearing_amounts([[0, 5], [5, 0]], [0, 0], [0, 0]),
    ):
        assert cleared.payments.tolist() == [5, 5]
        assert not cleared.defaulted.any()


def test_a_ring_that_leaks_pays_nothing_in_the_end() -> None:
    """A debt of 1 outside, and no assets: whatever goes round runs out."""
    for cleared in (
        clearing_vector([[0, 5], [5, 0]], [0, 0], [0, 1]),
        clearing_amounts([[0, 5], [5, 0]], [0, 0], [0, 1]),
        clearing_amounts([[0, 5], [5, 0]], [0, 0], [0, 1], seniority="external_senior"),
    ):
        assert cleared.payments.tolist() == [0, 0]
        assert cleared.defaulted.all()


def test_a_bank_that_owes_no_bank_still_defaults_on_its_senior_creditors() -> None:
    cleared = clearing_vector([[0, 0], [3, 0]], [4, 5], [9, 0], seniority="external_senior")

    assert cleared.defaulted.tolist() == [True, False]
    assert cleared.external.tolist() == [7.0, 0.0]


def test_a_cascade_takes_a_round_for_each_bank_it_reaches() -> None:
    """A chain in which each default is known only after the one before: the most rounds there can be."""
    chain = np.diag([10, 10, 10], k=1)
    cleared = clearing_vector(chain, [9, 0, 0, 0], [0, 0, 0, 9.5])

    assert cleared.payments.tolist() == [9, 9, 9, 9]
    assert cleared.rounds == 4


@given(systems(), RANKS)
def test_limited_liability_and_absolute_priority(system: System, seniority: Seniority) -> None:
    """Nobody pays more than it owes or has; who owes more than it pays keeps nothing."""
    cleared = clearing_vector(system.owed, system.assets, system.outside, seniority=seniority)
    due = system.owed.sum(axis=1) + system.outside
    has = system.assets + system.owed.T @ shares(system, cleared.interbank)

    assert (cleared.payments >= -1e-9).all()
    assert (cleared.payments <= due + 1e-9).all()
    assert cleared.payments == pytest.approx(np.minimum(due, has), abs=1e-7)
    assert cleared.equity == pytest.approx(np.maximum(has - due, 0.0), abs=1e-7)
    assert cleared.rounds <= len(due)


@given(systems(), RANKS, st.sampled_from([0.0, 0.5, 0.8, 1.0]), st.sampled_from([0.0, 0.3, 0.9, 1.0]))
@settings(max_examples=60)
def test_fictitious_default_finds_what_repetition_tends_to(
    system: System, seniority: Seniority, alpha: float, beta: float
) -> None:
    """The plain twin pays over and over from above; it is slow and only tends to the solution."""
    cleared = clearing_vector(system.owed, system.assets, system.outside, seniority=seniority, alpha=alpha, beta=beta)
    share = repeated_shares(system, senior=seniority == "external_senior", alpha=alpha, beta=beta)

    assert cleared.interbank == pytest.approx(system.owed.sum(axis=1) * share, abs=1e-5)


@given(systems(), RANKS, st.integers(0, 5), st.integers(1, 30))
def test_more_assets_never_lower_any_payment(system: System, seniority: Seniority, bank: int, more: int) -> None:
    richer = system.assets.copy()
    richer[bank % len(richer)] += more

    before = clearing_vector(system.owed, system.assets, system.outside, seniority=seniority)
    after = clearing_vector(system.owed, richer, system.outside, seniority=seniority)

    assert (after.payments >= before.payments - 1e-7).all()
    assert (after.equity >= before.equity - 1e-7).all()


@given(systems(), RANKS)
def test_costs_of_default_never_raise_any_payment(system: System, seniority: Seniority) -> None:
    whole = clearing_vector(system.owed, system.assets, system.outside, seniority=seniority)
    costly = clearing_vector(system.owed, system.assets, system.outside, seniority=seniority, alpha=0.7, beta=0.9)

    assert (costly.payments <= whole.payments + 1e-7).all()


@given(systems(), RANKS)
def test_whole_units_conserve_money_and_pay_exactly_what_is_there(system: System, seniority: Seniority) -> None:
    cleared = clearing_amounts(system.owed, system.assets, system.outside, seniority=seniority)
    has = system.assets + cleared.interbank.sum(axis=0)

    assert cleared.payments.tolist() == np.minimum(cleared.due, has).tolist()
    assert cleared.equity.tolist() == (has - cleared.payments).tolist()
    assert system.assets.sum() == cleared.external.sum() + cleared.equity.sum()
    assert (cleared.interbank <= system.owed).all()
    assert (cleared.interbank >= 0).all()
    assert (cleared.external <= system.outside).all()
    assert not cleared.equity[cleared.defaulted].any()


@given(systems(), RANKS)
def test_whole_units_differ_from_fractions_by_less_than_one_on_every_claim(
    system: System, seniority: Seniority
) -> None:
    exact = clearing_vector(system.owed, system.assets, system.outside, seniority=seniority)
    whole = clearing_amounts(system.owed, system.assets, system.outside, seniority=seniority)
    claims = system.owed * shares(system, exact.interbank)[:, None]

    assert np.abs(whole.interbank - claims).max() < 1.0 + 1e-6
    assert np.abs(whole.external - exact.external).max() < 1.0 + 1e-6
    assert whole.rounds <= len(claims)


@given(systems(), st.integers(1, 10**12))
@settings(max_examples=40)
def test_in_finer_units_whole_numbers_approach_fractions(system: System, unit: int) -> None:
    exact = clearing_vector(system.owed, system.assets, system.outside)
    finer = clearing_amounts(system.owed * unit, system.assets * unit, system.outside * unit)

    assert finer.payments / unit == pytest.approx(exact.payments, abs=1e-6 + len(exact.payments) / unit)


@given(st.lists(st.integers(0, 10**12), min_size=2, max_size=7), st.integers(0, 10**12))
def test_a_debtor_alone_splits_by_largest_remainder(debts: list[int], assets: int) -> None:
    """Its creditors have no debts, so nothing comes back: the split is that of the posting routine."""
    n = len(debts)
    owed = np.zeros((n, n), np.int64)
    owed[0, 1:] = debts[1:]
    external = [debts[0], *[0] * (n - 1)]
    has = min(assets, sum(debts))

    cleared = clearing_amounts(owed, [has, *[0] * (n - 1)], external)

    if sum(debts) > 0:
        assert [*cleared.interbank[0, 1:], cleared.external[0]] == largest_remainder(has, [*debts[1:], debts[0]])
    else:
        assert cleared.payments.sum() == 0


def test_an_odd_unit_goes_to_the_first_unless_more_claims_are_rounded_up_by_giving_it_to_another() -> None:
    """Bank 0 pays 3 of 4 to two banks. Where the second is broke it passes the unit on, and pays in full."""
    owed = [[0, 2, 2], [0, 0, 0], [0, 0, 0]]
    sound, broke = (clearing_amounts(owed, [3, 0, own], [0, 0, 2]) for own in (1, 0))

    assert sound.interbank[0].tolist() == [0, 2, 1]
    assert broke.interbank[0].tolist() == [0, 1, 2]
    assert broke.external.tolist() == sound.external.tolist() == [0, 0, 2]
    assert broke.defaulted.tolist() == sound.defaulted.tolist() == [True, False, False]


def test_a_split_bends_where_one_cent_decides_over_a_default() -> None:
    """Shares of 1/3 each: by number the first creditor gets the cent, but the last would fail without its third.

    Bank 3 owes 1 and has 2/3 from bank 4 and 1/3 from bank 0, just enough.
    """
    owed = np.zeros((5, 5), np.int64)
    owed[0, 1:4], owed[4, [1, 3]] = 1, [1, 2]
    cleared = clearing_amounts(owed, [1, 0, 0, 0, 1], [0, 0, 0, 1, 0])

    assert cleared.interbank[:, 3].sum() >= 1
    assert cleared.defaulted.tolist() == [True, False, False, False, True]
    assert cleared.external.tolist() == [0, 0, 0, 1, 0]


def test_large_amounts_are_cleared_without_overflow() -> None:
    """Thousands of billions in cents, thirty banks, all products far beyond 64 bits."""
    n = 12
    owed = np.full((n, n), 10**14, np.int64)
    np.fill_diagonal(owed, 0)
    outside, assets = np.full(n, 7 * 10**15 + 1), np.full(n, 10**15 + 1)

    cleared = clearing_amounts(owed, assets, outside)

    assert cleared.defaulted.all()
    assert int(cleared.external.sum()) == int(assets.sum())
    assert cleared.recovery == pytest.approx(np.full(n, 1 / 7), rel=1e-9)


def test_clearing_in_whole_units_repeats_to_the_unit() -> None:
    first, second = (clearing_amounts(FOUR, FOUR_ASSETS, FOUR_OUTSIDE) for _ in range(2))

    assert first.interbank.tolist() == second.interbank.tolist()
    assert first.interbank.tolist() == [[0, 18, 9, 0], [0, 0, 24, 8], [20, 0, 0, 20], [10, 10, 0, 0]]
    assert first.external.tolist() == [13, 16, 10, 10]
    assert first.defaulted.tolist() == [True, True, False, False]


def test_equations_are_solved_exactly() -> None:
    """Against the float solution, and with no remainder."""
    system = np.array([[7, -1, -2], [-3, 9, -1], [0, -4, 5]], object)
    right = np.array([1, 2, 3], object)

    x = solve_exactly(system, right)

    assert (system @ x).tolist() == right.tolist()
    assert x.astype(float) == pytest.approx(np.linalg.solve(system.astype(float), right.astype(float)))


@pytest.mark.parametrize("clear", [clearing_vector, clearing_amounts])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0, 1]], [1], [1]), "the shape of liabilities is (1, 2); give a square matrix"),
        (([[1]], [1], [1]), "liabilities[0, 0] is 1"),
        (([[0, -2], [0, 0]], [1, 1], [1, 1]), "liabilities[0, 1] is -2"),
        (([[0, 2], [0, 0]], [1], [1, 1]), "the shape of external_assets is (1,); (2,) is due"),
        (([[0, 2], [0, 0]], [1, 1], [1, -1]), "external_liabilities[1] is -1"),
        (([[0, 2], [0, 0]], [[1, 1]], [1, 1]), "the shape of external_assets is (1, 2)"),
        (([[0, 2], [0]], [1, 1], [1, 1]), "rows of one length"),
    ],
)
def test_bad_input_is_named(clear: Any, arguments: tuple[Any, Any, Any], message: str) -> None:
    with pytest.raises(OutOfBounds) as caught:
        clear(*arguments)

    assert message in str(caught.value)


def test_floats_are_not_counted() -> None:
    with pytest.raises(OutOfBounds, match=r"external_assets is .*never a float"):
        clearing_amounts([[0]], [1.5], [1])
    with pytest.raises(OutOfBounds, match=r"sum is below 2\*\*62"):
        clearing_amounts([[0, 2**61], [2**61, 0]], [1, 1], [1, 1])


def test_shares_and_ranks_outside_their_range_are_refused() -> None:
    with pytest.raises(OutOfBounds, match=r"alpha is 1\.5; give a number between 0 and 1"):
        clearing_vector(RING, [1, 1, 1], [1, 1, 1], alpha=1.5)
    with pytest.raises(OutOfBounds, match="beta is nan"):
        clearing_vector(RING, [1, 1, 1], [1, 1, 1], beta=float("nan"))
    with pytest.raises(OutOfBounds, match="seniority is 'junior'; give one of pari_passu, external_senior"):
        clearing_vector(RING, [1, 1, 1], [1, 1, 1], seniority="junior")  # type: ignore[arg-type]
