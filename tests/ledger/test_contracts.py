"""Contracts: claims between two owners, and the totals that run beside them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.units import IntArray
from catallaxy.ledger.contracts import AMOUNT, DUE, Contracts


def totals(array: IntArray) -> Counter[int]:
    """Return the owners' totals in instrument 0 that are not zero."""
    return +Counter(dict(enumerate(array[0].tolist()))) if array.shape[0] else Counter()


OPENINGS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 10**15)), max_size=20)


@given(OPENINGS, st.lists(st.tuples(st.integers(0, 19), st.floats(0.01, 1.0)), max_size=20))
def test_claims_and_debts_are_always_the_sums_of_the_rows(
    openings: list[tuple[int, int, int]], repayments: list[tuple[int, float]]
) -> None:
    contracts = Contracts()
    for creditor, debtor, amount in openings:
        contracts.open(creditor=creditor, debtor=debtor, instrument=0, amount=amount)
    for number, share in repayments:
        if number < contracts.size and (owed := int(contracts.rows[number, AMOUNT])):
            contracts.lower(number, max(1, int(owed * share)))

    claims: Counter[int] = Counter()
    debts: Counter[int] = Counter()
    for creditor, debtor, _instrument, amount, _due in contracts.rows.tolist():
        assert amount >= 0
        claims[creditor] += amount
        debts[debtor] += amount
    assert totals(contracts.claims) == +claims
    assert totals(contracts.debts) == +debts
    again = Contracts()
    again.restore(contracts.state())
    assert again.rows.tolist() == contracts.rows.tolist()
    assert totals(again.claims) == +claims


def test_a_contract_without_a_date_is_due_never() -> None:
    contracts = Contracts()
    contracts.open(creditor=1, debtor=2, instrument=0, amount=5)
    contracts.open(creditor=1, debtor=2, instrument=0, amount=5, due=30)
    assert contracts.rows[:, DUE].tolist() == [-1, 30]


@pytest.mark.parametrize("amount", [0, -5])
def test_a_contract_about_nothing_is_refused(amount: int) -> None:
    contracts = Contracts()
    with pytest.raises(ValueError) as caught:
        contracts.open(creditor=1, debtor=2, instrument=0, amount=amount)
    assert str(caught.value) == f"contract amount is {amount}; give a positive integer"
    assert (contracts.size, totals(contracts.claims)) == (0, {})


@pytest.mark.parametrize("amount", [0, -1, 501])
def test_nobody_repays_more_than_is_owed(amount: int) -> None:
    contracts = Contracts()
    contracts.open(creditor=1, debtor=2, instrument=0, amount=500)
    with pytest.raises(ValueError) as caught:
        contracts.lower(0, amount)
    assert str(caught.value) == f"contract 0 owes 500; it cannot be lowered by {amount}"
    assert (totals(contracts.claims), totals(contracts.debts)) == ({1: 500}, {2: 500})


def test_an_empty_list_of_contracts_survives_a_restore() -> None:
    contracts = Contracts()
    contracts.restore(Contracts().state())
    assert contracts.open(creditor=0, debtor=1, instrument=0, amount=3) == 0


def test_a_running_contract_is_raised_and_lowered_and_keeps_its_number() -> None:
    contracts = Contracts()
    first = contracts.standing(0, [1, 1], [2, 3])
    contracts.change(first, np.array([10, 20]))
    assert contracts.standing(0, [1, 1, 4], [3, 2, 2]).tolist() == [1, 0, 2]
    contracts.change(first, np.array([-4, 5]))
    assert contracts.rows[:, AMOUNT].tolist() == [6, 25, 0]
    assert (totals(contracts.claims), totals(contracts.debts)) == ({1: 31}, {2: 6, 3: 25})
    assert contracts.of(0, debtor=2).tolist() == [0]


def test_an_assigned_contract_is_owed_to_its_new_creditor() -> None:
    contracts = Contracts()
    number = contracts.open(creditor=1, debtor=2, instrument=0, amount=7)
    contracts.assign(number, creditor=40)
    assert (totals(contracts.claims), totals(contracts.debts)) == ({40: 7}, {2: 7})
    assert contracts.standing(0, 40, 2).tolist() == [number]
    again = Contracts()
    again.restore(contracts.state())
    assert totals(again.claims) == {40: 7}
