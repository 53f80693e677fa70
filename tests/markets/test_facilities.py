"""The central bank's facilities: nobody ends a day below zero but who has no collateral left."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import IdentityBroken
from catallaxy.ledger import identities
from catallaxy.ledger.chart import ADVANCE, BOND
from catallaxy.markets.facilities import remunerate_reserves, repay_advances
from catallaxy.policies.last_resort import advance_rate
from tests.markets.small_banking import (
    BANKS,
    CENTRAL_BANK,
    FIRMS,
    HOUSEHOLDS,
    RATE,
    TERMS,
    TREASURY,
    SmallBanking,
)

NOBODY_KNOWN = np.zeros((BANKS, BANKS), np.bool_)


def advances(world: SmallBanking) -> list[int]:
    return world.banks.debts(world.ledger, ADVANCE).tolist()


def sell_all_bonds(world: SmallBanking, slot: int) -> None:
    """Let a bank sell its bonds to the treasury, which issued them, for reserves."""
    amount = int(world.banks.bonds(world.ledger)[slot])
    world.ledger.pay("grant", payer=CENTRAL_BANK, payee=TREASURY, amount=amount)
    world.ledger.post("bonds", BOND, payer=world.bank(slot), payee=TREASURY, amount=amount)
    world.ledger.pay("bonds", payer=TREASURY, payee=world.bank(slot), amount=amount)


def test_a_bank_below_zero_borrows_what_it_lacks_against_collateral() -> None:
    world = SmallBanking()
    world.set_reserves(-700, 500, 500, 500)

    cover = world.cover()

    assert (cover.advances.tolist(), cover.illiquid.tolist()) == ([700, 0, 0, 0], [])
    assert (world.reserves(), advances(world)) == ([0, 500, 500, 500], [700, 0, 0, 0])
    identities.reserves_covered(world.ledger)


def test_a_bank_short_of_collateral_borrows_what_it_can_and_is_illiquid() -> None:
    world = SmallBanking()
    sell_all_bonds(world, 1)
    customers = np.flatnonzero(world.ledger.owners.column("house_bank") == world.bank(1))
    withdrawn = [world.money(owner) for owner in customers.tolist()]
    world.ledger.pay("gift", payer=customers, payee=world.household(0), amount=withdrawn)
    missing = -world.reserves()[1]

    cover = world.cover()

    assert missing == 8_600_000
    assert cover.advances.tolist() == [0, 7_000_000, 0, 0]  # seven tenths of its loans
    assert (cover.illiquid.tolist(), world.reserves()[1]) == ([1], -1_600_000)


def test_haircuts_in_stress_leave_a_bank_illiquid_that_was_not() -> None:
    calm, stress = SmallBanking(), SmallBanking()
    for world in (calm, stress):
        world.set_reserves(-9_000_000, 500, 500, 500)

    assert calm.cover().illiquid.tolist() == []
    assert stress.cover(haircut=0.9).illiquid.tolist() == [0]
    with pytest.raises(IdentityBroken, match="reserves of owner 2 at the end of a day"):
        identities.reserves_covered(stress.ledger)


def test_what_a_bank_owes_already_counts_against_its_collateral() -> None:
    world = SmallBanking()
    world.set_reserves(-1_000, 500, 500, 500)
    world.cover()
    world.set_reserves(-1_000, 500, 500, 500)

    assert world.cover(haircut=1.0).illiquid.tolist() == [0]
    assert advances(world) == [1_000, 0, 0, 0]


def test_a_closed_bank_gets_no_advance() -> None:
    world = SmallBanking()
    world.set_reserves(-700, 500, 500, 500)
    world.banks.open[0] = False

    cover = world.cover()

    assert (cover.advances.tolist(), cover.illiquid.tolist()) == ([0] * BANKS, [0])


def test_an_advance_is_repaid_the_day_after_with_interest_at_the_penalty_rate() -> None:
    world = SmallBanking()
    world.set_reserves(-2_520_000, 500, 500, 500)
    world.cover()
    equity = world.equity()

    repaid = repay_advances(world.ledger, world.banks, advance_rate(TERMS, RATE), central_bank=CENTRAL_BANK)

    world.check()
    assert repaid == (2_520_000, 277)
    assert world.reserves()[0] == -2_520_000 - 277
    assert world.equity()[0] == equity[0] - 277
    assert advances(world) == [0] * BANKS


def test_the_central_bank_pays_interest_on_reserves_without_drift() -> None:
    world = SmallBanking()
    world.set_reserves(101, 5_000, 2_000_000, 0)

    paid = sum(remunerate_reserves(world.ledger, world.banks, 0.0, central_bank=CENTRAL_BANK) for _ in range(3))
    assert paid.tolist() == [0] * BANKS
    total, exact = np.zeros(BANKS, np.int64), np.zeros(BANKS)
    for _ in range(252):
        exact += world.banks.reserves(world.ledger) * RATE / 252
        total += remunerate_reserves(world.ledger, world.banks, RATE, central_bank=CENTRAL_BANK)
    world.check()
    assert (np.abs(total - exact) <= 0.5 + 1e-9).all()
    assert total.tolist()[:2] == [3, 128]


def test_at_a_negative_rate_banks_pay_and_never_more_than_they_have() -> None:
    world = SmallBanking()
    world.set_reserves(2_000_000, 1, 0, 0)
    world.banks.interest_carried[1:3] = -3.0

    paid = remunerate_reserves(world.ledger, world.banks, -0.0126, central_bank=CENTRAL_BANK)

    assert paid.tolist() == [-100, -1, 0, 0]
    assert world.reserves() == [1_999_900, 0, 0, 0]
    assert world.banks.interest_carried[1:3].round(3).tolist() == [-2.0, -3.0]


def test_what_banks_earn_on_reserves_the_central_bank_loses() -> None:
    world = SmallBanking()
    world.ledger.close_period()

    paid = remunerate_reserves(world.ledger, world.banks, RATE, central_bank=CENTRAL_BANK)

    assert world.ledger.flow_rows() == [("deposit", "interest on reserves", "CB", "B", int(paid.sum()))]


PAYMENTS = st.lists(
    st.tuples(st.integers(0, HOUSEHOLDS + FIRMS - 1), st.integers(0, HOUSEHOLDS + FIRMS - 1), st.floats(0.0, 1.0)),
    max_size=40,
)


@given(
    days=st.lists(PAYMENTS, min_size=1, max_size=4),
    fear=st.floats(0.0, 1.0),
    haircut=st.sampled_from([0.0, 0.3, 0.9]),
    networked=st.booleans(),
    rate=st.sampled_from([-0.0075, 0.0, RATE, 0.15]),
)
def test_whatever_customers_pay_each_other_a_day_ends_covered_or_with_its_illiquid_banks_named(
    days: list[list[tuple[int, int, float]]], fear: float, haircut: float, networked: bool, rate: float
) -> None:
    """Every law holds after every step (`SmallBanking` checks); limits, corridor and interest are respected."""
    world = SmallBanking(None if networked else NOBODY_KNOWN)
    customers = np.flatnonzero(world.ledger.owners.column("house_bank") >= 0)
    world.set_reserves(*[300_000] * BANKS)
    bank_money = int(world.ledger.owed.sum())
    for payments in days:
        for payer, payee, share in payments:
            source, target = int(customers[payer]), int(customers[payee])
            world.ledger.pay("gift", payer=source, payee=target, amount=int(share * world.money(source)))
        world.ledger.close_period()
        before = world.banks.equity(world.ledger)

        end = world.end_day(fear=fear, haircut=haircut, rate=rate)

        reserves = world.banks.reserves(world.ledger)
        assert np.flatnonzero(reserves < 0).tolist() == end.cover.illiquid.tolist()
        if not end.cover.illiquid.size:
            identities.reserves_covered(world.ledger)
        exposures = world.market.exposures(world.ledger, world.banks)
        assert (exposures <= (np.maximum(world.limit, 0) * (1.0 - fear))[:, None]).all()
        assert (end.traded.volume == 0) or networked
        if end.traded.volume:
            assert rate <= end.traded.mean_rate <= advance_rate(TERMS, rate) + 1e-15
        paid = {kind: sign * amount for _, kind, sign, amount in _interest(world)}
        assert int((world.banks.equity(world.ledger) - before).sum()) == sum(paid.values())
        assert int(world.ledger.owed.sum()) == bank_money


def _interest(world: SmallBanking) -> list[tuple[str, str, int, int]]:
    """Return what banks as a whole got (+1) or paid (-1) in interest from and to the central bank."""
    return [
        (instrument, f"{kind} {payer}", 1 if payer == "CB" else -1, amount)
        for instrument, kind, payer, payee, amount in world.ledger.flow_rows()
        if "interest" in kind and {payer, payee} == {"CB", "B"}
    ]
