"""New banks: the bridge bank of the state, and the bank that households found with their own deposits.

Both take a slot that a failed bank has left. Neither makes money: a bridge bank's capital is a bond of the
treasury, a founded bank's is what its founders' deposits at other banks were.
"""

from __future__ import annotations

import numpy as np

from ..core.errors import OutOfBounds
from ..core.randomness import BIRTH
from ..core.units import IntArray, OwnerId, Sector
from ..ledger.chart import BOND
from ..ledger.ledger import Ledger
from .banks import Banks
from .insured_deposits import customers_of
from .lots import bits_of
from .share_issue import Founding, sell_new_shares, subscription

NOT_LISTED = -1


def register_bank(ledger: Ledger, born: int = 0) -> OwnerId:
    """Return a new owner that is a bank, with empty books."""
    return ledger.add_owners(1, sector=Sector.BANKS, kind="bank", born=born)[0]


def issue_bonds_and_pay(ledger: Ledger, kind: str, *, treasury: OwnerId, bank: OwnerId, amount: int) -> None:
    """Let the treasury sell bonds to a bank and pay the same bank with the proceeds.

    Both ways are posted in full, so that bonds issued are receipts of the treasury and what it paid is an
    outlay of ``kind``; the bank ends with more bonds, the treasury with the money it had.
    """
    ledger.post("bond issue", BOND, payer=treasury, payee=bank, amount=amount)
    ledger.pay("bond issue", payer=bank, payee=treasury, amount=amount)
    ledger.pay(kind, payer=treasury, payee=bank, amount=amount)


def capitalise_by_state(
    ledger: Ledger, bank: OwnerId, *, capital: int, share: int, shares: int, treasury: OwnerId
) -> None:
    """Give a bridge bank its capital in bonds and the treasury its shares; ``share`` is -1 when it is not listed."""
    issue_bonds_and_pay(ledger, "recapitalisation", treasury=treasury, bank=bank, amount=capital)
    if share != NOT_LISTED:
        ledger.replace_issuer(share, bank)
        ledger.post("recapitalisation", share, payer=bank, payee=treasury, amount=shares)


def found_bank(
    ledger: Ledger,
    banks: Banks,
    slot: int,
    *,
    share: int,
    subscribers: IntArray,
    shares: int,
    price: int,
    per_head_cap: float,
    seed: int,
    tick: int,
    at_least: int = 1,
) -> Founding | None:
    """Found a bank in an empty slot with deposits of ``subscribers``, or return None and change nothing.

    Subscribers pay for new shares with their deposits, which turn into equity of the new bank. Then 1/n of
    all customers, n the number of open banks with the new one, drawn by lot, move to it; reserves follow.

    Parameters
    ----------
    share : int
        The empty column of shares that the new bank issues.
    shares, price : int
        Shares on offer, and minor units for one.
    per_head_cap : float
        Most of a subscriber's free deposit that it spends.
    at_least : int
        Shares that must be sold for the bank to be founded.

    Raises
    ------
    OutOfBounds
        A bank works in the slot, or shares of the last one are outstanding.
    """
    if banks.open[slot]:
        raise OutOfBounds("slot", slot, f"bank {int(banks.owners[slot])} works there; found a bank in an empty slot")
    bought = subscription(ledger, subscribers, shares=shares, price=price, per_head_cap=per_head_cap)
    if bought.sum() < at_least:
        return None
    owner = register_bank(ledger, born=tick)
    founding = sell_new_shares(ledger, share, owner, subscribers, bought, price)
    movers = customers_won(ledger, banks, seed, tick)
    banks.succeed(slot, owner)
    ledger.move_house_bank(movers, owner)
    return founding


def customers_won(ledger: Ledger, banks: Banks, seed: int, tick: int) -> IntArray:
    """Return who goes to a new bank beside those that are open: one in n of all customers, by lot."""
    incumbents = banks.owners[banks.open]
    customers = np.concatenate([np.zeros(0, np.int64), *(customers_of(ledger, int(bank)) for bank in incumbents)])
    customers.sort()
    lots = bits_of(ledger.owners, customers, seed, "customers of a new bank", tick, BIRTH)
    drawn = customers[np.argsort(lots, kind="stable")]
    return np.sort(drawn[: customers.size // (incumbents.size + 1)])
