"""Firms that fail and households that go bankrupt: who is paid, what is written off, who goes on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.agents.firm_failure import Bankruptcy, FirmFailure, Sale, bankrupt, fail_firm, found_successor
from catallaxy.agents.share_issue import Founding, Register, cancel_shares
from catallaxy.core.errors import OutOfBounds, Overdraft
from catallaxy.core.units import Sector
from catallaxy.ledger.chart import BOND, DEPOSIT, LOAN, MARGIN_LOAN, RESERVES
from catallaxy.ledger.instruments import Instrument, InstrumentKind
from tests.agents.bank_world import TREASURY, Books, World, healthy, world_of

NOBODY = Register(np.zeros(0, np.int64), np.zeros(0, np.int64))


def one_firm(cash: int = 100, loans: int = 90, elsewhere: int = 60) -> tuple[World, int, int]:
    """Return a world, its firm, and the column of the firm's shares; the firm owes a second bank as well."""
    world = world_of(Books(reserves=900, loans=loans, deposits=(1_000,) * 4, corporate=cash), healthy((1_000,) * 4))
    firm = world.firms[0]
    world.ledger.lend("opening", LOAN, creditor=world.owner(1), debtor=firm, amount=elsewhere)
    share = world.ledger.add_instrument(Instrument("ACME", InstrumentKind.SHARE, "USD", firm))
    world.ledger.post("opening", share, payer=firm, payee=[world.households[0][0], world.households[1][0]],
                      amount=[30, 10])  # fmt: skip
    return world, firm, share


def test_wages_come_before_taxes_before_banks_and_what_banks_miss_is_their_loss() -> None:
    world, firm, share = one_firm()
    equity, workers = world.equity(), world.households[1][:2]
    register = cancel_shares(world.ledger, share)
    event = fail_firm(
        world.ledger, firm, wages_due={workers[0]: 20, workers[1]: 10}, taxes_due=25, treasury=TREASURY,
        register=register, tick=5,
    )  # fmt: skip
    assert event == FirmFailure(firm, 0, 30, 0, 25, 0, 45, 105, 0)
    assert world.deposits(workers) == [1_020, 1_010]
    assert world.ledger.balance(TREASURY, RESERVES) == 525
    assert [a - b for a, b in zip(equity, world.equity(), strict=True)] == [63, 42]  # of 90 and 60
    assert not world.ledger.holdings[firm].any()
    assert not world.ledger.contracts.debts[:, firm].any()
    assert int(world.ledger.issued[share]) == 0
    assert not world.ledger.owners.is_active(firm)


def test_workers_share_what_is_too_little_for_them_to_the_cent() -> None:
    world, firm, share = one_firm(cash=10)
    workers = world.households[0][1:4]
    event = fail_firm(
        world.ledger, firm, wages_due=dict.fromkeys(workers, 7), taxes_due=25, treasury=TREASURY,
        register=cancel_shares(world.ledger, share),
    )  # fmt: skip
    assert world.deposits(workers) == [1_004, 1_003, 1_003]
    assert (event.wages, event.wages_unpaid, event.taxes, event.taxes_unpaid) == (10, 11, 0, 25)
    assert (event.loans_repaid, event.written_off) == (0, 150)


def test_shareholders_get_what_is_left_when_everybody_else_is_whole() -> None:
    world, firm, share = one_firm(cash=200)
    register = cancel_shares(world.ledger, share)
    event = fail_firm(world.ledger, firm, wages_due={}, taxes_due=10, treasury=TREASURY, register=register)
    assert (event.left, event.written_off) == (40, 0)
    assert world.deposits([world.households[0][0], world.households[1][0]]) == [1_030, 1_010]
    world, firm, _ = one_firm(cash=200)
    fail_firm(world.ledger, firm, wages_due={}, taxes_due=10, treasury=TREASURY, register=NOBODY)
    assert world.ledger.balance(TREASURY, RESERVES) == 550


def test_a_successor_buys_the_capital_with_what_its_founders_paid() -> None:
    world, firm, share = one_firm()
    money, banks = int(world.ledger.issued[DEPOSIT]), world.equity()
    founders = np.array([*world.households[0], *world.households[1]])
    register = cancel_shares(world.ledger, share)
    newcomer = world.ledger.owners.size
    founding = found_successor(world.ledger, share, founders, amount=256, price=4, per_head_cap=0.05, tick=5)
    assert founding is not None
    assert founding == Founding(owner=newcomer, shares=64, raised=256)
    assert world.ledger.holdings[founders, share, 0].tolist() == [8] * 8
    assert world.deposits(founders.tolist()) == [968] * 8
    assert int(world.ledger.issued[DEPOSIT]) == money
    assert world.ledger.owners.sector_of(founding.owner) is Sector.FIRMS
    assert world.ledger.owners.kind_of(founding.owner) == "firm"
    assert int(world.ledger.issuer[share]) == founding.owner
    event = fail_firm(
        world.ledger, firm, wages_due={}, taxes_due=0, treasury=TREASURY, register=register,
        sale=Sale(founding.owner, 40),
    )  # fmt: skip
    assert (event.sold_for, event.loans_repaid, event.written_off) == (40, 140, 10)
    assert world.deposits([founding.owner]) == [216]
    assert [a - b for a, b in zip(banks, world.equity(), strict=True)] == [6, 4]


def test_no_founder_spends_more_than_a_twentieth_and_too_little_money_founds_nothing() -> None:
    world, _firm, share = one_firm()
    cancel_shares(world.ledger, share)
    founders = np.array(world.households[0])
    size = world.ledger.owners.size
    terms = {"amount": 10_000, "price": 7, "per_head_cap": 0.05}
    assert found_successor(world.ledger, share, founders, at_least=197, **terms) is None
    assert found_successor(world.ledger, share, founders[:0], **terms) is None
    assert world.ledger.owners.size == size
    founding = found_successor(world.ledger, share, founders, at_least=196, **terms)
    assert founding is not None
    assert (founding.shares, founding.raised) == (28, 196)  # seven shares for 49 of 50 each


def test_an_estate_is_not_paid_out_before_it_is_money() -> None:
    world, firm, share = one_firm()
    register = cancel_shares(world.ledger, share)
    row = np.array([firm]), np.array([DEPOSIT]), np.array([30])
    world.ledger.reserve(*row, np.array([True]))
    with pytest.raises(OutOfBounds) as caught:
        fail_firm(world.ledger, firm, wages_due={}, taxes_due=0, treasury=TREASURY, register=register)
    assert str(caught.value) == f"money of owner {firm} reserved by orders is 30; cancel its orders first"
    world.ledger.release(*row)
    world.ledger.post("opening", BOND, payer=TREASURY, payee=firm, amount=3)
    with pytest.raises(OutOfBounds) as caught:
        fail_firm(world.ledger, firm, wages_due={}, taxes_due=0, treasury=TREASURY, register=register)
    assert str(caught.value) == f"bond held by owner {firm} is 3; sell it before the estate is paid out"


def test_a_buyer_without_the_money_buys_nothing() -> None:
    world, firm, share = one_firm()
    register = cancel_shares(world.ledger, share)
    with pytest.raises(Overdraft):
        fail_firm(
            world.ledger, firm, wages_due={}, taxes_due=0, treasury=TREASURY, register=register,
            sale=Sale(world.households[0][0], 1_001),
        )  # fmt: skip


@given(st.integers(0, 500), st.integers(0, 300), st.integers(0, 300), st.lists(st.integers(0, 200), max_size=4),
       st.integers(0, 200), st.integers(0, 300))  # fmt: skip
def test_whatever_the_estate_nobody_is_paid_before_his_turn(
    cash: int, loans: int, elsewhere: int, wages: list[int], taxes: int, price: int
) -> None:
    world, firm, share = one_firm(cash, loans, elsewhere)
    due = dict(zip(world.households[1], wages, strict=False))
    event = fail_firm(
        world.ledger, firm, wages_due=due, taxes_due=taxes, treasury=TREASURY,
        register=cancel_shares(world.ledger, share), sale=Sale(world.households[0][1], price),
    )  # fmt: skip
    assert event.wages + event.taxes + event.loans_repaid + event.left == cash + price
    assert event.taxes + event.loans_repaid + event.left == 0 or event.wages_unpaid == 0
    assert event.loans_repaid + event.left == 0 or event.taxes_unpaid == 0
    assert event.left == 0 or event.written_off == 0
    assert event.loans_repaid + event.written_off == loans + elsewhere
    assert not world.ledger.holdings[firm].any()


def test_a_bankrupt_household_keeps_a_month_of_benefit_and_owes_nothing() -> None:
    world = world_of(Books(deposits=(100, 500), reserves=300), healthy())
    owner, ledger = world.households[0][1], world.ledger
    ledger.lend("opening", MARGIN_LOAN, creditor=world.owner(0), debtor=owner, amount=600)
    ledger.lend("opening", LOAN, creditor=world.owner(1), debtor=owner, amount=200)
    equity = world.equity()
    assert bankrupt(ledger, owner, exempt=80) == Bankruptcy(owner, seized=420, written_off=380)
    assert world.deposits([owner]) == [80]
    assert not ledger.contracts.debts[:, owner].any()
    assert [a - b for a, b in zip(equity, world.equity(), strict=True)] == [285, 95]


def test_a_household_that_can_pay_loses_no_more_than_it_owes() -> None:
    world = world_of(Books(deposits=(100, 500)), healthy())
    owner = world.households[0][1]
    world.ledger.lend("opening", MARGIN_LOAN, creditor=world.owner(0), debtor=owner, amount=60)
    assert bankrupt(world.ledger, owner, exempt=80) == Bankruptcy(owner, seized=60, written_off=0)
    assert world.deposits([owner]) == [440]
    assert bankrupt(world.ledger, owner, exempt=80) == Bankruptcy(owner, seized=0, written_off=0)
    with pytest.raises(OutOfBounds, match="exempt is -1; give an amount of 0 or more"):
        bankrupt(world.ledger, owner, exempt=-1)


def test_a_household_poorer_than_the_exempt_amount_keeps_all_it_has() -> None:
    world = world_of(Books(deposits=(100, 50)), healthy())
    owner = world.households[0][1]
    world.ledger.lend("opening", MARGIN_LOAN, creditor=world.owner(0), debtor=owner, amount=60)
    assert bankrupt(world.ledger, owner, exempt=80) == Bankruptcy(owner, seized=0, written_off=60)
    assert world.deposits([owner]) == [50]
