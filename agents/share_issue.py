"""Shares that vanish with their issuer, and shares of a successor that people buy with their own deposits.

A failure takes the shares out of their holders' books, which is their loss. A successor is founded by
owners of money who exchange part of their deposits for new shares: deposits move or end, none is made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import IntArray, OwnerId
from ..ledger.chart import DEPOSIT
from ..ledger.ledger import Ledger
from ..ledger.posting import FREE, RESERVED
from ..policies.resolution import shared_out


@dataclass(frozen=True)
class Register:
    """Who held how many shares, in the order of owner ids."""

    holders: IntArray
    quantities: IntArray

    @property
    def issued(self) -> int:
        """All shares."""
        return int(self.quantities.sum())


@dataclass(frozen=True)
class Founding:
    """What a new firm or bank began with: its owner id, the shares it issued and the money it got for them."""

    owner: OwnerId
    shares: int
    raised: int


def register_of(ledger: Ledger, share: int) -> Register:
    """Return who holds shares, reserved ones too."""
    held = ledger.owned(share, slice(ledger.owners.size))
    holders = np.flatnonzero(held)
    return Register(holders, held[holders])


def cancel_shares(ledger: Ledger, share: int) -> Register:
    """Take all shares of an issuer out of their holders' books and return who held them.

    Raises
    ------
    OutOfBounds
        Shares are still reserved by resting orders.
    """
    bound = int(ledger.holdings[: ledger.owners.size, share, RESERVED].sum())
    if bound:
        name = ledger.instruments.dense[share].name
        raise OutOfBounds(f"{name} reserved by orders", bound, "cancel every order in its book first")
    register = register_of(ledger, share)
    ledger.destroy(share, register.holders, register.quantities)
    return register


def subscription(ledger: Ledger, subscribers: IntArray, *, shares: int, price: int, per_head_cap: float) -> IntArray:
    """Return how many whole shares each subscriber takes, (n,); together ``shares``, or all that they can pay.

    Nobody spends more than ``per_head_cap`` of what is free on the account. Who can take more gets more, in
    proportion, by largest remainder.

    Parameters
    ----------
    shares, price : int
        Shares on offer, and minor units for one.
    per_head_cap : float
        Fraction of a subscriber's free deposit.

    Raises
    ------
    OutOfBounds
        A subscriber comes twice or keeps no deposit, or the price is not above 0.
    """
    if price <= 0:
        raise OutOfBounds("price", price, "a new share costs something")
    buyers = np.asarray(subscribers, np.int64)
    if np.unique(buyers).size != buyers.size:
        raise OutOfBounds("subscribers", buyers.size, f"{np.unique(buyers).size} of them differ; name each once")
    homeless = buyers[ledger.owners.column("house_bank")[buyers] < 0]
    if homeless.size:
        raise OutOfBounds("subscriber", int(homeless[0]), "it keeps no deposit at a bank to pay with")
    free = ledger.holdings[buyers, DEPOSIT, FREE]
    most = np.floor(free * per_head_cap).astype(np.int64) // price
    return shared_out(min(shares, int(most.sum())), most)


def sell_new_shares(
    ledger: Ledger, share: int, issuer: OwnerId, buyers: IntArray, bought: IntArray, price: int
) -> Founding:
    """Let ``buyers`` pay ``issuer`` and give them its shares; the column of shares must be empty before."""
    takes = bought > 0
    who, how_many = np.asarray(buyers, np.int64)[takes], bought[takes]
    ledger.replace_issuer(share, issuer)
    ledger.pay("share issue", payer=who, payee=issuer, amount=how_many * price)
    ledger.post("share issue", share, payer=issuer, payee=who, amount=how_many)
    return Founding(issuer, int(how_many.sum()), int(how_many.sum()) * price)
