"""A5, A6, A7 and A13 hold through a day of everything, and each dies, naming itself, when it is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catallaxy.core.errors import IdentityBroken
from catallaxy.ledger import sector_identities as laws
from catallaxy.ledger.chart import BOND, LOAN, RESERVES
from catallaxy.ledger.periods import MONTH, RUN
from catallaxy.ledger.sector_identities import SectorBook
from tests.ledger.small_kingdom import (
    CB,
    Kingdom,
    a_day,
    deposit_out_of_nothing,
    forget_a_claim,
    kingdom,
    reserves_out_of_nothing,
)

LAWS = (
    laws.exchanges_are_even, laws.reserves_follow, laws.money_follows, laws.treasury_follows,
    laws.hidden_equation_holds,
)  # fmt: skip


def check(law: Callable[[SectorBook], None], k: Kingdom) -> None:
    """Put a law to the book of its period."""
    law(SectorBook.of(k.ledger, RUN if law is laws.hidden_equation_holds else MONTH))


def busy() -> Kingdom:
    """Return a kingdom after a month of two days in which the central bank was busy too."""
    k = kingdom()
    a_day(k)
    k.ledger.close_period()
    a_day(k)
    ledger = k.ledger
    ledger.pay("interest on reserves", payer=k.central_bank, payee=k.bank, amount=4)
    ledger.pay("coupons", payer=k.treasury, payee=[k.central_bank, k.bank], amount=[7, 9])
    ledger.pay("remittance", payer=k.central_bank, payee=k.treasury, amount=3)
    ledger.pay("asset purchase", payer=k.central_bank, payee=k.other_bank, amount=25)
    ledger.post("asset purchase", BOND, payer=k.other_bank, payee=k.central_bank, amount=25)
    ledger.pay("helicopter", payer=k.central_bank, payee=k.anna, amount=50)
    ledger.destroy(0, k.ben, 12)
    ledger.repay("bad loans", 0, 50)
    ledger.lend("bad loans", LOAN, creditor=k.fund, debtor=k.firm, amount=50)
    return k


@pytest.mark.parametrize("law", LAWS)
def test_every_law_holds_however_money_moves(law: Callable[[SectorBook], None]) -> None:
    check(law, busy())


def lend_more_than_is_owed(k: Kingdom, amount: int) -> None:
    k.ledger.pay("loan granted", payer=k.bank, payee=k.firm, amount=100 + amount)
    k.ledger.lend("loan granted", LOAN, creditor=k.bank, debtor=k.firm, amount=100)


def sell_a_bond_below_face(k: Kingdom, amount: int) -> None:
    k.ledger.pay("bond issue", payer=k.bank, payee=k.treasury, amount=100 - amount)
    k.ledger.post("bond issue", BOND, payer=k.treasury, payee=k.bank, amount=100)


def hide_an_income(k: Kingdom, amount: int) -> None:
    k.ledger.pay("interest on reserves", payer=k.central_bank, payee=k.bank, amount=amount)
    k.ledger.flows[k.ledger.kinds.index("interest on reserves")] = 0


def take_from_the_treasury(k: Kingdom, amount: int) -> None:
    for owner, sign in ((k.treasury, -1), (k.bank, 1)):
        k.ledger.holdings[owner, RESERVES, 0] += sign * amount


def print_for_the_central_bank(k: Kingdom, amount: int) -> None:
    k.ledger.holdings[k.central_bank, BOND, 0] += amount
    k.ledger.held[BOND, CB] += amount
    k.ledger.issued[BOND] += amount


MONEY = "deposits against banks' assets and income"
RESERVE = "reserves held against the central bank's assets and income"
STATE = "balances of the state against its receipts and outlays"


@pytest.mark.parametrize(
    ("break_it", "law", "message"),
    [
        (lend_more_than_is_owed, laws.exchanges_are_even,
         "A1 quadruple entry broken at loan granted, money against claims of sector F by 5"),
        (sell_a_bond_below_face, laws.exchanges_are_even,
         "A1 quadruple entry broken at bond issue, money against claims of sector B by 5"),
        (reserves_out_of_nothing, laws.reserves_follow, f"A5 reserves broken at {RESERVE} by 5"),
        (print_for_the_central_bank, laws.reserves_follow, f"A5 reserves broken at {RESERVE} by -5"),
        (deposit_out_of_nothing, laws.money_follows, f"A6 bank money broken at {MONEY} by 5"),
        (forget_a_claim, laws.money_follows, f"A6 bank money broken at {MONEY} by 5"),
        (take_from_the_treasury, laws.money_follows, f"A6 bank money broken at {MONEY} by -5"),
        (take_from_the_treasury, laws.treasury_follows, f"A7 treasury broken at {STATE} by -5"),
        (reserves_out_of_nothing, laws.treasury_follows, f"A7 treasury broken at {STATE} by 5"),
        (print_for_the_central_bank, laws.treasury_follows, f"A7 treasury broken at {STATE} by -5"),
        (deposit_out_of_nothing, laws.hidden_equation_holds,
         "A13 hidden equation broken at deposits against all that banks ever did by 5"),
        (forget_a_claim, laws.hidden_equation_holds,
         "A13 hidden equation broken at deposits against all that banks ever did by 5"),
    ],
)  # fmt: skip
def test_a_broken_law_names_itself_the_place_and_the_amount(
    break_it: Callable[[Kingdom, int], None], law: Callable[[SectorBook], None], message: str
) -> None:
    k = busy()
    break_it(k, 5)

    with pytest.raises(IdentityBroken) as caught:
        check(law, k)
    assert str(caught.value) == f"identity {message}"


def test_income_that_no_flow_tells_of_breaks_both_sides() -> None:
    k = busy()
    hide_an_income(k, 5)

    for law in (laws.reserves_follow, laws.money_follows, laws.hidden_equation_holds):
        with pytest.raises(IdentityBroken):
            check(law, k)


def test_the_hidden_equation_remembers_what_the_months_have_forgotten() -> None:
    k = busy()
    deposit_out_of_nothing(k, 5)
    k.ledger.close_period()
    k.ledger.close_month()

    check(laws.money_follows, k)
    with pytest.raises(IdentityBroken):
        check(laws.hidden_equation_holds, k)
