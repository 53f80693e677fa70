"""`Ledger`: growing, the balance sheet, the flow matrix, and the way back from a stored state."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy.core.errors import Overdraft
from catallaxy.core.units import Sector
from catallaxy.ledger import identities
from catallaxy.ledger.instruments import Instrument, InstrumentKind
from catallaxy.ledger.ledger import Ledger


def village() -> Ledger:
    """Return a treasury (0), a bank (1) and two households (2, 3) with 60 and 40 in the bank."""
    ledger = Ledger()
    ledger.add_owners(1, sector=Sector.GOVERNMENT, kind="treasury")
    ledger.add_owners(1, sector=Sector.BANKS, kind="bank")
    ledger.add_owners(2, sector=Sector.HOUSEHOLDS, kind="household")
    cash = ledger.add_instrument(Instrument("deposit", InstrumentKind.DEPOSIT, "USD", 1))
    ledger.add_instrument(Instrument("bond", InstrumentKind.BOND, "USD", 0, dense=False))
    ledger.post("opening", cash, payer=1, payee=[2, 3], amount=[60, 40])
    ledger.contracts.open(creditor=1, debtor=0, instrument=0, amount=100)
    return ledger


def test_every_row_of_the_balance_sheet_sums_to_zero() -> None:
    sheet = village().balance_sheet()
    assert sheet.loc["deposit", ["H", "B"]].tolist() == [100, -100]
    assert sheet.loc["bond", ["B", "G"]].tolist() == [100, -100]
    assert sheet.sum(axis=1).tolist() == [0, 0]


def test_the_flow_matrix_says_who_paid_whom_for_what_until_the_period_closes() -> None:
    ledger = village()
    ledger.close_period()
    ledger.post("rent", 0, payer=2, payee=3, amount=7)
    ledger.post("tax", 0, payer=[2, 3], payee=0, amount=[5, 6])
    assert ledger.flow_rows() == [("deposit", "rent", "H", "H", 7), ("deposit", "tax", "H", "G", 11)]
    ledger.close_period()
    assert ledger.flow_rows() == []


def test_newcomers_and_new_instruments_leave_what_was_there_alone() -> None:
    ledger = village()
    before = ledger.holdings[:4, 0].tolist()
    ledger.add_owners(500, sector=Sector.FIRMS, kind="firm")
    share = ledger.add_instrument(Instrument("ACME", InstrumentKind.SHARE, "USD", 4))
    ledger.post("opening", share, payer=4, payee=503, amount=9)
    assert ledger.holdings[:4, 0].tolist() == before
    assert (ledger.balance(503, share), ledger.balance(503, 0), int(ledger.issued[share])) == (9, 0, 9)
    identities.recount_agrees(ledger)


def test_two_instruments_cannot_share_a_name() -> None:
    with pytest.raises(ValueError) as caught:
        village().add_instrument(Instrument("bond", InstrumentKind.SHARE, "USD", 0))
    assert str(caught.value) == "instrument 'bond' exists already"


def test_a_refused_posting_leaves_no_trace_not_even_its_kind() -> None:
    ledger = village()
    before = str(ledger.state())
    with pytest.raises(Overdraft) as caught:
        ledger.post("a new kind", 0, payer=2, payee=3, amount=61)
    assert str(caught.value) == "owner 2 owes 61 of deposit but has 60 free: short by 1"
    assert str(ledger.state()) == before


def test_a_posting_of_nothing_changes_nothing() -> None:
    ledger = village()
    ledger.post("gift", 0, payer=[], payee=[], amount=[])
    assert ledger.holdings[2:4, 0, 0].tolist() == [60, 40]


def test_a_restored_ledger_goes_on_as_the_one_it_was() -> None:
    first, second = village(), Ledger()
    second.restore(*first.state())
    for ledger in (first, second):
        ledger.post("gift", 0, payer=2, payee=3, amount=10)
        ledger.add_owners(3, sector=Sector.HOUSEHOLDS, kind="household")
        share = ledger.add_instrument(Instrument("ACME", InstrumentKind.SHARE, "USD", 0))
        ledger.post("opening", share, payer=0, payee=6, amount=2)
        ledger.contracts.lower(0, 30)
    (arrays, values), (others, other_values) = first.state(), second.state()
    assert values == other_values
    assert sorted(arrays) == sorted(others)
    for name, array in arrays.items():
        assert np.array_equal(array, others[name]), name


def test_a_state_is_a_copy() -> None:
    ledger = village()
    arrays, _ = ledger.state()
    ledger.post("gift", 0, payer=2, payee=3, amount=10)
    assert arrays["holdings"][2, 0].tolist() == [60, 0]
