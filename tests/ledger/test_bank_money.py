"""Money kept at several banks: every payment moves deposits, and reserves where the banks differ."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import IdentityBroken, OutOfBounds, Overdraft
from catallaxy.core.units import SECTOR_CODE, SECTORS, Sector
from catallaxy.ledger import identities
from catallaxy.ledger.instruments import Instrument, InstrumentKind
from catallaxy.ledger.ledger import Ledger
from catallaxy.ledger.posting import FREE

CENTRAL_BANK, TREASURY, NORTH, SOUTH, ANNA, BEN, CLARA = range(7)
DEPOSIT, RESERVES, SHARE = 0, 1, 2
LOAN = 0


def two_banks() -> Ledger:
    """Return Anna and Ben at bank North, Clara at South; each bank got 1,000 of reserves from the central bank."""
    ledger = Ledger()
    ledger.add_owners(1, sector=Sector.CENTRAL_BANK, kind="central bank")
    ledger.add_owners(1, sector=Sector.GOVERNMENT, kind="treasury")
    ledger.add_owners(2, sector=Sector.BANKS, kind="bank")
    ledger.add_owners(2, sector=Sector.HOUSEHOLDS, kind="household", house_bank=NORTH)
    ledger.add_owners(1, sector=Sector.HOUSEHOLDS, kind="household", house_bank=SOUTH)
    ledger.add_instrument(Instrument("deposit", InstrumentKind.DEPOSIT, "USD", -1, settles_in=RESERVES))
    ledger.add_instrument(Instrument("reserves", InstrumentKind.RESERVES, "USD", CENTRAL_BANK))
    ledger.add_instrument(Instrument("ACME", InstrumentKind.SHARE, "USD", TREASURY))
    ledger.add_instrument(Instrument("loan", InstrumentKind.LOAN, "USD", -1, dense=False))
    ledger.pay("opening", payer=CENTRAL_BANK, payee=[NORTH, SOUTH, TREASURY], amount=1_000)
    ledger.pay("opening", payer=[NORTH, NORTH, SOUTH], payee=[ANNA, BEN, CLARA], amount=[100, 200, 300])
    return ledger


def check(ledger: Ledger) -> None:
    identities.instruments_close(ledger)
    identities.contracts_close(ledger)
    identities.recount_agrees(ledger)
    identities.positions_follow(ledger)
    identities.net_worth_sums_to_zero(ledger)
    assert not ledger.positions().sum(axis=1).any()


def money_of(ledger: Ledger) -> list[int]:
    """Return what everybody has: deposits, or reserves."""
    return [int(ledger.holdings[owner, :2].sum()) for owner in range(7)]


def test_a_payment_within_a_bank_moves_no_reserves() -> None:
    ledger = two_banks()
    ledger.pay("wage", payer=ANNA, payee=BEN, amount=40)
    assert money_of(ledger) == [0, 1_000, 1_000, 1_000, 60, 240, 300]
    check(ledger)


def test_a_payment_between_banks_moves_reserves_with_it() -> None:
    ledger = two_banks()
    ledger.pay("wage", payer=ANNA, payee=CLARA, amount=40)
    assert money_of(ledger) == [0, 1_000, 960, 1_040, 60, 200, 340]
    assert ledger.owed[[NORTH, SOUTH]].tolist() == [260, 340]
    check(ledger)


def test_a_tax_destroys_a_deposit_and_moves_reserves_to_the_treasury() -> None:
    ledger = two_banks()
    ledger.pay("tax", payer=CLARA, payee=TREASURY, amount=30)
    assert money_of(ledger) == [0, 1_030, 1_000, 970, 100, 200, 270]
    assert int(ledger.issued[DEPOSIT]) == 570
    check(ledger)


def test_a_loan_creates_the_deposit_it_pays_out() -> None:
    ledger = two_banks()
    number = ledger.lend("lending", LOAN, creditor=NORTH, debtor=ANNA, amount=50)
    ledger.pay("lending", payer=NORTH, payee=ANNA, amount=50)
    assert money_of(ledger)[:5] == [0, 1_000, 1_000, 1_000, 150]
    assert int(ledger.issued[DEPOSIT]) == 650
    check(ledger)
    ledger.pay("repayment", payer=ANNA, payee=NORTH, amount=20)
    ledger.repay("repayment", number, 20)
    ledger.write_off(number, 30)
    assert ledger.contracts.claims[LOAN, NORTH] == 0
    check(ledger)


def test_the_central_bank_pays_with_reserves_it_creates() -> None:
    ledger = two_banks()
    ledger.pay("purchase", payer=CENTRAL_BANK, payee=BEN, amount=70)
    assert (int(ledger.issued[RESERVES]), int(ledger.owed[NORTH])) == (3_070, 370)
    check(ledger)


def test_a_bank_may_be_short_of_reserves_within_a_day_and_the_treasury_never() -> None:
    ledger = two_banks()
    ledger.lend("lending", LOAN, creditor=NORTH, debtor=ANNA, amount=5_000)
    ledger.pay("lending", payer=NORTH, payee=ANNA, amount=5_000)
    ledger.pay("wage", payer=ANNA, payee=CLARA, amount=5_000)
    assert int(ledger.holdings[NORTH, RESERVES, FREE]) == -4_000
    check(ledger)
    with pytest.raises(IdentityBroken, match="A1 floors broken at reserves of owner 2 at the end of a day by -4000"):
        identities.reserves_covered(ledger)
    with pytest.raises(Overdraft) as caught:
        ledger.pay("benefit", payer=TREASURY, payee=ANNA, amount=1_001)
    assert (caught.value.owner, caught.value.free) == (TREASURY, 1_000)


def test_customers_who_change_their_bank_take_reserves_along() -> None:
    ledger = two_banks()
    ledger.move_house_bank(np.array([ANNA, BEN]), SOUTH)
    assert ledger.owed[[NORTH, SOUTH]].tolist() == [0, 600]
    assert ledger.holdings[[NORTH, SOUTH], RESERVES, FREE].tolist() == [700, 1_300]
    check(ledger)


def test_shares_of_a_failed_issuer_are_a_loss_of_their_holders_and_no_transaction() -> None:
    ledger = two_banks()
    ledger.post("opening", SHARE, payer=TREASURY, payee=[ANNA, BEN], amount=[3, 4])
    ledger.close_period()
    ledger.destroy(SHARE, [ANNA, BEN], [3, 4])
    assert int(ledger.issued[SHARE]) == 0
    assert int(ledger.losses[SHARE].sum()) == 7
    ledger.replace_issuer(SHARE, CENTRAL_BANK)
    check(ledger)


def test_an_issuer_is_not_replaced_while_something_is_outstanding() -> None:
    ledger = two_banks()
    ledger.post("opening", SHARE, payer=TREASURY, payee=ANNA, amount=3)
    with pytest.raises(OutOfBounds, match="first cancel what is outstanding"):
        ledger.replace_issuer(SHARE, CENTRAL_BANK)


PAYMENTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 400)), min_size=1, max_size=12)


@given(st.lists(PAYMENTS, max_size=6))
def test_any_payments_leave_every_law_intact_and_refused_batches_leave_no_trace(
    batches: list[list[tuple[int, int, int]]],
) -> None:
    ledger, plain = two_banks(), money_of(two_banks())
    house = {ANNA: NORTH, BEN: NORTH, CLARA: SOUTH}
    for batch in batches:
        after, fine = list(plain), True
        for payer, payee, amount in batch:
            floor = payer not in (CENTRAL_BANK, NORTH, SOUTH)
            fine = fine and not (floor and after[payer] < amount)
            source, target = house.get(payer, payer), house.get(payee, payee)
            for who, signed in ((payer, -amount), (payee, amount)):
                if who in house:
                    after[who] += signed
            if source != target:
                after[source] -= amount if source != CENTRAL_BANK else 0
                after[target] += amount if target != CENTRAL_BANK else 0
        before = ledger.state()
        try:
            ledger.pay("payment", payer=[p for p, _, _ in batch], payee=[q for _, q, _ in batch],
                       amount=[x for _, _, x in batch])  # fmt: skip
            assert fine
            plain = after
        except Overdraft:
            assert not fine
            assert all(np.array_equal(array, before[0][name]) for name, array in ledger.state()[0].items())
        assert money_of(ledger) == plain
        check(ledger)


def test_money_flows_are_told_by_kind_and_sector_whatever_money_is_made_of() -> None:
    ledger = two_banks()
    ledger.close_period()
    ledger.pay("tax", payer=CLARA, payee=TREASURY, amount=30)
    assert ledger.flow_rows() == [("deposit", "tax", "H", "G", 30)]
    house, state = SECTOR_CODE[Sector.HOUSEHOLDS], SECTOR_CODE[Sector.GOVERNMENT]
    assert ledger.transactions()[DEPOSIT].tolist() == [
        {house: -30, state: 30}.get(code, 0) for code in range(len(SECTORS))
    ]
